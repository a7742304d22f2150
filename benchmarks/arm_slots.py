"""How many of a meta-analyst's slots does the reader fill? Events, size, mean and SD of each group, for a given question.

    python benchmarks/arm_slots.py FOLDER

FOLDER holds `dev.jsonl` (one question a line: intervention, comparator, outcome, and the slots a person filled) and `articles_dev.json`
(article text by id), as `llm-meta-analysis` by Yun and others (2024) publishes them. A slot counts for recall where its number stands in
the article's prose, tables left out; every slot that the reader fills counts for precision, also where the person left it empty.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from crawler.document import Document
from nlp.claim import Arm, ArmRole, Effect, Extraction, Group, Measure
from nlp.pipeline import build
from nlp.tagger import OwnTagger

#: Names of arms, and of outcomes, are taken for the same from this likeness on (0 to 100).
LIKE_ARM, LIKE_OUTCOME = 75, 70
#: Groups of a question that are the same people at two times.
_TIME_NOT_ARM = re.compile(r"(?:pre|post|before|after|baseline)\b", re.IGNORECASE)
#: What a text calls its arms where it does not name them.
_PLAIN = re.compile(
    r"(?:the\s)?(?:intervention|treatment|experimental|study|active|control|comparison)s?(?:\s(?:group|arm))?", re.IGNORECASE
)
SLOTS = ("events", "group_size", "mean", "standard_deviation")
_TABLE = re.compile(r"::::table-wrap.*?(?<!:)::::(?![\w:])|<figure>.*?</figure>", re.DOTALL)
_MARKS = re.compile(r"[*_#]|\[(?=[^\]]*\]\()|\]\([^)]*\)|\\")


_HEADING = re.compile(r"#+\s+(Results|Methods|Discussion|Conclusions?)\b")


def prose(article: str) -> str:
    """The article's running text, without tables, figures and marks; its headings on lines of their own."""
    text = _HEADING.sub(r"\n\n\1:\n", _TABLE.sub("\n\n", article))
    return re.sub(r"[ \t]+", " ", _MARKS.sub("", text))


def _alike(a: str, b: str) -> float:
    return fuzz.token_set_ratio(a, b, processor=default_process)


def _closest(name: str, side: str, arms: tuple[Arm, ...]) -> int | None:
    """The arm that goes by the name; where none does, the only arm on that side, else the one that is called "the intervention group"."""
    likeness = [max(_alike(name, w) for w in (a.label, a.quote.text)) for a in arms]
    best = max(range(len(arms)), key=likeness.__getitem__, default=None)
    if best is not None and likeness[best] >= LIKE_ARM:
        return best
    same_side = [i for i, a in enumerate(arms) if (a.role is ArmRole.COMPARATOR) == (side == "comparator")]
    plain = [i for i in same_side if _PLAIN.fullmatch(arms[i].label)]
    return same_side[0] if len(same_side) == 1 else plain[0] if len(plain) == 1 else None


def _told(found: Extraction, arm: int, outcome: str, binary: bool) -> Effect | None:
    """The arm's own value of the outcome that is worded most alike: a count, or a mean."""
    of_the_kind = [
        e for e in found.effects if (e.events is not None if binary else e.measure in (Measure.MEAN, Measure.MEAN_CHANGE))
    ]
    own = [e for e in of_the_kind if e.arm == arm and e.group is not Group.DIFFERENCE]
    likeness = [max(_alike(outcome, w) for w in (e.outcome.text, e.outcome.label)) for e in own]
    best = max(range(len(own)), key=likeness.__getitem__, default=None)
    return own[best] if best is not None and likeness[best] >= LIKE_OUTCOME else None


def _counted_in(found: Extraction, arm: int) -> int | None:
    """The largest denominator that the arm's own results are printed with."""
    return max((e.total for e in found.effects if e.arm == arm and e.total is not None), default=None)


def filled(found: Extraction, name: str, side: str, outcome: str, binary: bool) -> dict[str, float]:
    """The slots of one side that the extraction fills. Before and after in a single group are the same people."""
    arm = _closest(name, side, found.arms)
    if arm is None:
        people = found.study.sample_size if not found.arms and _TIME_NOT_ARM.match(name) else None
        return {"group_size": float(people)} if people is not None else {}
    effect = _told(found, arm, outcome, binary)
    slots: dict[str, float | None] = {"group_size": found.arms[arm].n or _counted_in(found, arm)}
    if effect is not None and binary:
        slots |= {"events": effect.events, "group_size": effect.total or found.arms[arm].n}
    if effect is not None and not binary:
        slots |= {"mean": effect.estimate, "standard_deviation": effect.sd}
    return {k: float(v) for k, v in slots.items() if v is not None}


def _printed(value: float, text: str) -> bool:
    return re.search(rf"(?<![\d.]){re.escape(f'{value:g}')}0?(?![\d]|\.\d)", text) is not None


def score(folder: Path) -> Counter[str]:
    """Counts: slots filled, filled rightly, printed in the prose, and printed and filled rightly."""
    articles: dict[str, str] = json.loads((folder / "articles_dev.json").read_text("utf8"))
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in (folder / "dev.jsonl").read_text("utf8").splitlines() if line.strip()
    ]
    reader, counts = build(tagger_used=OwnTagger()), Counter[str]()
    texts = {id: prose(text) for id, text in articles.items()}
    read = {id: reader.read(Document(id=id, title="", text=text, sections=())) for id, text in texts.items()}
    for row in rows:
        for side in ("intervention", "comparator"):
            got = filled(read[row["pmcid"]], row[side], side, row["outcome"], row["outcome_type"] == "binary")
            for slot in SLOTS:
                wanted = row.get(f"{side}_{slot}", row.get(f"{side}_group_{slot}"))
                right = slot in got and wanted is not None and abs(got[slot] - float(wanted)) < 1e-6
                printed = wanted is not None and _printed(float(wanted), texts[row["pmcid"]])
                counts.update({"filled": slot in got, "right": right, "printed": printed, "printed and right": printed and right})
    return counts


def main() -> None:
    """Print precision and recall."""
    if len(sys.argv) != 2:
        sys.exit("Usage: python benchmarks/arm_slots.py FOLDER   (the folder with dev.jsonl and articles_dev.json)")
    counts = score(Path(sys.argv[1]))
    print(dict(counts))
    print(f"precision of filled slots     {counts['right'] / max(1, counts['filled']):.3f}")
    print(f"recall of what the text prints {counts['printed and right'] / max(1, counts['printed']):.3f}")


if __name__ == "__main__":
    main()
