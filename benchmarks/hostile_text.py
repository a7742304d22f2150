"""How the time to read a text grows with its length, for texts that were made to be slow, and whether two runs give the same bytes.

    python -m benchmarks.hostile_text

Each text is read, tagged, at its length, at twice and at four times that length; the least CPU time of several readings counts, loading does not.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from crawler.document import Document
from nlp.pipeline import Reader, build
from nlp.tagger import OwnTagger

ROOT = Path(__file__).resolve().parent.parent
#: A doubling of the text may cost so many times as much.
MOST = 2.5
#: Characters of the shortest reading, and how often each is read.
LENGTH, READINGS = 4000, 3
#: Shorter times than this are the clock's own noise: below it a text is read at greater length.
LEAST_SECONDS = 0.02
_MEGABYTE = 1_000_000

_TRIAL = "Effect of zorvastatin versus placebo. METHODS: 120 adults were randomised to zorvastatin (n = 60) or placebo (n = 60). RESULTS: "
_SENTENCE = "Pain was lower with zorvastatin than with placebo (3.5 vs 4.8; P = 0.01). "

#: No two readings are of the same results, or the second would find them remembered.
_NEW = count()

#: Makers of texts of about so many characters.
TEXTS: Mapping[str, Callable[[int], str]] = {
    "one long number": lambda n: f"Pain was {'9' * n} lower.",
    "numbers without end, set apart": lambda n: "1234567 " * (n // 8),
    "nested brackets": lambda n: f"Pain {'(' * (n // 2)}1{')' * (n // 2)} lower.",
    "nested brackets with numbers": lambda n: f"Pain {'(1 [' * (n // 8)}2{'])' * (n // 8)} lower.",
    "brackets that never close": lambda n: "Pain (" * (n // 6),
    "“12% ”": lambda n: f"Pain was {'12% ' * (n // 4)}.",
    "“vs 1 ”": lambda n: f"Pain 1 {'vs 1 ' * (n // 5)}.",
    "“1, ” in one sentence": lambda n: f"Pain was {'1, ' * (n // 3)}respectively in zorvastatin and placebo.",
    "“1, ” before a unit of time": lambda n: f"Pain at {'1, ' * (n // 3)}weeks fell.",
    "“1 ± ”": lambda n: f"Pain was {'1 ± ' * (n // 4)}.",
    "“(95% CI ”": lambda n: f"Pain fell {'(95% CI ' * (n // 8)}.",
    "“2x10(6) ”": lambda n: "2x10(6) " * (n // 8),
    "new lines between words": lambda n: f"Pain{chr(10) * n}lower",
    "blanks and new lines between words": lambda n: "Pain \n " * (n // 7) + "lower",
    "a blank and a new line by turns": lambda n: "Pain" + " \n" * (n // 2) + "lower",
    "spaces between words": lambda n: f"Pain{' ' * n}lower",
    "a word a line": lambda n: "Pain\n" * (n // 5),
    "arms joined by “and”": lambda n: f"Pain was lower {'placebo and ' * (n // 12)}.",
    "one sentence that compares over and over": lambda n: "pain was lower with zorvastatin than placebo and " * (n // 49),
    "“neither … nor”": lambda n: "neither pain nor " * (n // 17),
    "“no serious and serious and …”": lambda n: f"There were no {'serious and ' * (n // 12)}adverse events",
    "the same abbreviation": lambda n: "alpha beta (AB) " * (n // 16),
    "abbreviations, each another": lambda n: " ".join(f"alpha{i} beta{i} (AB{i})" for i in range(n // 24)),
    "groups, each another": lambda n: " ".join(f"group {chr(65 + i % 26)} received drug{i} {i} mg (n = 30)," for i in range(n // 40)),
    "capitals": lambda n: "ABC " * (n // 4),
    "one long word": lambda n: "a" * n,
    "one word of hyphens": lambda n: "a-" * (n // 2),
    "combining marks": lambda n: "e\u0301" * (n // 2),
    "characters without width": lambda n: "\u200b" * n,
    "character references": lambda n: "&plusmn;" * (n // 8),
    "results, each another": lambda n: " ".join(
        f"Pain{i} was lower with drug{i} than with placebo{i} ({i}.5 vs {i}.8; P = 0.01)." for i in islice(_NEW, n // 70)
    ),
    "results, always the same": lambda n: _SENTENCE * (n // len(_SENTENCE)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Growth:
    """CPU seconds at n, 2n and 4n characters."""

    name: str
    length: int
    seconds: tuple[float, float, float]

    @property
    def worst(self) -> float:
        """The dearer of the two doublings."""
        a, b, c = self.seconds
        return max(b / a, c / b)


def _read(reader: Reader, text: str) -> float:
    document = Document(id="x", title="", text=_TRIAL + text)
    gc.collect()
    gc.disable()  # a collection that falls into one reading and not into the next would be counted as growth
    try:
        began = time.process_time()
        reader.read(document)
        return time.process_time() - began
    finally:
        gc.enable()


def growth(reader: Reader, name: str, length: int = LENGTH, readings: int = READINGS) -> Growth:
    """How the time for one of the texts grows, from a length at which it can be measured."""
    make = TEXTS[name]
    while (first := min(_read(reader, make(length)) for _ in range(readings))) < LEAST_SECONDS and length < 64 * LENGTH:
        length *= 2
    twice, four_times = (min(_read(reader, make(length * k)) for _ in range(readings)) for k in (2, 4))
    return Growth(name, length, (first, twice, four_times))


def large(reader: Reader, name: str, megabytes: int) -> Growth:
    """An abstract of so many megabytes, and its half and its quarter, read once each."""
    words = "The people of this study were seen by their own doctors in the years before and after it had come to its end. " * 9
    block = words + _SENTENCE
    sizes = [megabytes * _MEGABYTE // k for k in (4, 2, 1)]
    a, b, c = (_read(reader, block * (size // len(block))) for size in sizes)
    return Growth(name, sizes[0], (a, b, c))


#: What two runs are given to read.
_SAME = tuple(
    TEXTS[name](2000) for name in ("results, always the same", "groups, each another", "“vs 1 ”", "abbreviations, each another")
)
_ANSWER = """
import json, sys
from crawler.document import Document
from nlp.contract import as_contract
from nlp.pipeline import build
reader = build()
for number, text in enumerate(json.load(sys.stdin)):
    document = Document(id=str(number), title="", text=text)
    print(json.dumps(as_contract(document, reader.read(document))))
"""


def same_bytes(texts: Sequence[str] = _SAME) -> bool:
    """Whether two processes, each with its own order of sets, give the same bytes for the same texts."""
    given = json.dumps([_TRIAL + text for text in texts]).encode()
    answers = {
        subprocess.run(
            [sys.executable, "-c", _ANSWER], input=given, capture_output=True, cwd=ROOT, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    return len(answers) == 1


def rows() -> Iterator[str]:
    """The scorecard's section."""
    reader, without = build(tagger_used=OwnTagger()), build()
    for one in (reader, without):
        one.read(Document(id="x", title="", text=_TRIAL + _SENTENCE))
    found = [
        *(growth(reader, name) for name in TEXTS),
        large(reader, "an abstract of 1 MB", 1),
        large(without, "an abstract of 20 MB, without the tagger", 20),
    ]
    worst = max(found, key=lambda g: g.worst)
    same = same_bytes()
    yield "## Texts made to be slow, and the same bytes twice\n"
    yield "| figure | wanted | measured | holds |"
    yield "|---|---|---|---|"
    yield (
        f"| CPU time of a doubled text, the worst of {len(found)} kinds ({worst.name}) | ≤ {MOST:g} × | {worst.worst:.2f} × | "
        f"{'yes' if worst.worst <= MOST else '**no**'} |"
    )
    yield f"| two runs give the same bytes | yes | {'yes' if same else 'no'} | {'yes' if same else '**no**'} |\n"
    yield "| text | characters | seconds at n | at 2n | at 4n |"
    yield "|---|---|---|---|---|"
    for one in found:
        yield f"| {one.name} | {one.length} | " + " | ".join(f"{s:.2f}" for s in one.seconds) + " |"
    yield ""


def main() -> None:
    """Print the section."""
    print("\n".join(rows()))


if __name__ == "__main__":
    main()
