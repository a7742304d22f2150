"""Numbers as candidates: where each stands, what may belong to it, and what is told of it."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler.quick_init import quick_init
from nlp.grammar.number import number_value
from nlp.tagging.attributes import Classes, Stretch, Surroundings
from nlp.tagging.cue_words import LINKING, NOUGHT, NUMBER_WORDS, TELLING
from nlp.tagging.tokens import Token, normal

_SIGNS = "-−–+±"
#: What may belong to a number behind it: a percent sign, a unit.
_TAIL = re.compile(r"\s?(?:%|percent\b|per\s?cent\b|[a-zA-Zμµ°]+(?:\s?/\s?[a-zA-Zμµ]+[\d²³]?)*(?![\w]))")


@quick_init
@dataclass(frozen=True, slots=True)
class Candidate:
    """A number in the text: `start` to `end` with its sign; `tail` ends what may belong to it behind, or is None."""

    sentence: int
    first: int
    last: int
    start: int
    end: int
    tail: int | None
    value: float | None
    form: str


#: The numbers of these atoms are never results or sizes of their own: bounds, p values, limits.
_SPOKEN_FOR = frozenset(("atom.limit", "atom.interval", "atom.p", "atom.header", "atom.iqr"))


def candidates(around: Surroundings) -> list[list[Candidate]]:
    """The numbers of each sentence, those left out that the grammar knows to be bounds, p values or limits: so that results stand beside results."""
    taken = sorted((s.start, s.end) for s in around.stretches if s.kind in _SPOKEN_FOR)
    starts = [start for start, _ in taken]

    def free(c: Candidate) -> bool:
        k = bisect_left(starts, c.end) - 1
        return k < 0 or taken[k][1] < c.end

    return [[c for c in _in_sentence(around, index, tokens) if free(c)] for index, tokens in enumerate(around.tokens)]


def _in_sentence(around: Surroundings, index: int, tokens: Sequence[Token]) -> list[Candidate]:
    found: list[Candidate] = []
    i = 0
    while i < len(tokens):
        last = _run_of_words(tokens, i)
        if tokens[i].text[0].isdigit() or last is not None:
            last = i if last is None else last
            found.append(_candidate(around, index, tokens, i, last))
            i = last
        i += 1
    return found


def _run_of_words(tokens: Sequence[Token], i: int) -> int | None:
    """The last token of the number words that begin here."""
    low = tokens[i].text.lower()
    if low in NOUGHT:
        return i
    if low not in NUMBER_WORDS:
        return None
    last = i
    k = i + 1
    while k < len(tokens):
        low = tokens[k].text.lower()
        if low in NUMBER_WORDS:
            last = k
        elif low not in ("-", "and"):
            break
        k += 1
    return last


def _candidate(around: Surroundings, index: int, tokens: Sequence[Token], first: int, last: int) -> Candidate:
    text = around.text
    start, end = tokens[first].start, tokens[last].end
    signed = start > 0 and text[start - 1] in _SIGNS and (start < 2 or text[start - 2] in " (\u00a0\u2009[=,")
    pointed = start > 0 and text[start - 1] == "." and (start < 2 or not text[start - 2].isalnum())
    start -= signed or pointed
    behind = _TAIL.match(text, end)
    return Candidate(
        index, first, last, start, end, behind.end() if behind else None, _value(text[start:end]), _form(text, start, end)
    )


def _value(text: str) -> float | None:
    try:
        value = number_value(re.sub(r"[\u2009\u202f\u2008]", "", text.replace("·", ".").lstrip(_SIGNS)))
    except ValueError:
        return None
    # Three hundred digits and more are beyond a float.
    return value if math.isfinite(value) else None


def _form(text: str, start: int, end: int) -> str:
    """What kind of number it looks like: `word`, `int`, `decimal`, signed or not, with a percent sign or without."""
    body = text[start:end]
    kind = "word" if body[-1:].isalpha() else "decimal" if re.search(r"[.·]\d", body) else "int"
    sign = "±" if body[0] == "±" else "-" if body[0] in "-−–+" else ""
    behind = text[end : end + 2].strip()[:1]
    return sign + kind + ("%" if behind == "%" else "")


_STOP = 6


class NumberPlaces:
    """What is told of the numbers of one text."""

    def __init__(self, around: Surroundings, classes: Classes, found: list[list[Candidate]]) -> None:
        self.around, self.classes, self.found = around, classes, found
        self.lows = [[normal(t.text) for t in sentence] for sentence in around.tokens]
        self.sums = _Sums([c for sentence in found for c in sentence], around.text)
        self.stretches = sorted(around.stretches, key=lambda s: (s.start, s.end, s.kind))
        self.starts = [s.start for s in self.stretches]

    def sentence(self, index: int) -> Iterator[list[str]]:
        """The attributes of each number of a sentence."""
        here = self.found[index]
        shared = self._of_sentence(index)
        forms = [c.form for c in here]
        for n, c in enumerate(here):
            yield [
                *shared,
                *self._window(index, c),
                *self._neighbours(index, n),
                *self._read(c),
                *self.sums.of(c),
                f"form={c.form}",
                f"digits={c.end - c.start}|{c.form}",
                f"nth={min(n, 6)}",
                f"same={min(sum(f == c.form for f in forms), 5)}",
                f"like={min(sum(f == c.form for f in forms[:n]), 4)}",
            ]

    def _of_sentence(self, index: int) -> list[str]:
        start, _, role = self.around.sentences[index]
        lows = set(self.lows[index])
        place = int(10 * start / max(1, len(self.around.text)))
        return ["bias", f"place={place}", f"role={role}", f"sentence={min(index, 3)}", *(f"has={w}" for w in TELLING if w in lows)]

    def _window(self, index: int, c: Candidate) -> list[str]:
        lows = self.lows[index]
        found: list[str] = []
        for step in range(1, _STOP + 1):
            for side, i in (("-", c.first - step), ("+", c.last + step)):
                word = lows[i] if 0 <= i < len(lows) else "^" if i < 0 else "$"
                found.append(f"{side}{step}={word}")
                found.append(f"{side}bag={word}")
                of = self.classes.get(word)
                if of and step <= 4:
                    found.append(f"{side}{step}c={of[1]}")
                if of:
                    found.append(f"{side}cbag={of[2]}")
        before = lows[max(0, c.first - 2) : c.first]
        after = lows[c.last + 1 : c.last + 3]
        one_before, one_after = before[-1:] or ["^"], after[:1] or ["$"]
        found += [
            f"-2={'_'.join(before)}",
            f"+2={'_'.join(after)}",
            f"+-={one_before[0]}_{one_after[0]}",
            f"+-f={one_before[0]}_{c.form}_{one_after[0]}",
        ]
        found.append(f"w={lows[c.first]}")
        return found

    def _neighbours(self, index: int, n: int) -> list[str]:
        here, lows = self.found[index], self.lows[index]
        found = []
        for side, k in (("<", n - 1), (">", n + 1), ("<<", n - 2), (">>", n + 2)):
            if not 0 <= k < len(here):
                found.append(f"{side}none")
                continue
            other = here[k]
            found.append(f"{side}form={other.form}|{here[n].form}")
            if side == "<":
                found += self._between(other.end, here[n].start, side)
            if side == ">":
                found += self._between(here[n].end, other.start, side)
            if len(side) == 1:
                a, b = (other, here[n]) if k < n else (here[n], other)
                gap = lows[a.last + 1 : b.first]
                found.append(f"{side}gap={'_'.join(gap[:3]) if len(gap) < 4 else 'long'}|{other.form}")
                found += [f"{side}in={w}" for w in gap[:8] if w in LINKING]
        return found

    def _between(self, start: int, end: int, side: str) -> list[str]:
        """What the grammar read between two numbers."""
        first, last = bisect_left(self.starts, start), bisect_left(self.starts, end)
        return [f"{side}then={kind}" for kind in sorted({s.kind for s in self.stretches[first:last]})]

    def _read(self, c: Candidate) -> list[str]:
        kinds = {s.kind for s in self._at(c.start, c.end)}
        return [f"k={kind}" for kind in sorted(kinds)]

    def _at(self, start: int, end: int) -> list[Stretch]:
        last = bisect_left(self.starts, end)
        return [s for s in self.stretches[max(0, last - 12) : last] if s.end > start]


class _Sums:
    """What a whole number is to the other whole numbers of the text."""

    def __init__(self, found: list[Candidate], text: str) -> None:
        whole = [c for c in found if c.value is not None and c.form in ("int", "word") and c.value == int(c.value)]
        self.count = Counter(int(c.value or 0) for c in whole)
        big = sorted(v for v in self.count if v >= 8 and not 1900 <= v <= 2035)
        known = set(big)
        self.most = big[-1] if big else 0
        self.totals: set[int] = set()
        self.parts: set[int] = set()
        for i, a in enumerate(big[:60]):
            for b in big[i:60]:
                if a + b in known and (a != b or self.count[a] > 1):
                    self.totals.add(a + b)
                    self.parts.update((a, b))
        self.near: set[int] = set()
        self.told: set[int] = set()
        for left, right in pairwise(whole):
            if left.sentence == right.sentence:
                together = int((left.value or 0) + (right.value or 0))
                if together in known and left.value and right.value:
                    self.told.add(together)
                    self.near.update((left.start, right.start))

    def of(self, c: Candidate) -> list[str]:
        """The attributes of one number."""
        if c.value is None or c.form not in ("int", "word") or c.value != int(c.value):
            return []
        v = int(c.value)
        found = [f"times={min(self.count[v], 3)}", f"size={len(str(v))}"]
        for name, yes in (("total", v in self.totals), ("part", v in self.parts), ("told", v in self.told), ("near", c.start in self.near),
                          ("most", v == self.most), ("year", 1900 <= v <= 2035)):  # fmt: skip
            if yes:
                found.append(f"sum={name}")
        return found
