"""What is told of a number by its company: its sentence's words, its bracket, the p values and intervals behind it, the sizes it stands among.

The words near a number tell what it is; whether it is a result at all is often told far from it: "Baseline characteristics were similar (", or a
p value at the end of the sentence.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from nlp.tagging.attributes import Surroundings
from nlp.tagging.numbers import Candidate

#: How many words before a number that stands in no bracket, brackets left out, and before the bracket of one that does.
_BEFORE, _BEFORE_BRACKET = 5, 3
_AGAINST = frozenset(("versus", "vs", "v", "compared"))
#: Whole numbers from here to there are years.
_YEARS = range(1900, 2036)


class Company:
    """What is told of the numbers of one text beside `NumberPlaces`; `lows`: the tokens of each sentence in their normal form."""

    def __init__(self, around: Surroundings, lows: Sequence[Sequence[str]], found: Sequence[Sequence[Candidate]]) -> None:
        self.lows, self.found = lows, found
        ends = [end for _, end, _ in around.sentences]
        self.p_values = _by_sentence(ends, sorted(s.start for s in around.stretches if s.kind == "atom.p"))
        self.intervals = _by_sentence(ends, sorted(s.start for s in around.stretches if s.kind == "atom.interval"))
        self.sizes = _Sizes(lows, found)
        self.of_text = _of_text(lows, found, len(self.sizes.told))

    def sentence(self, index: int) -> Iterator[list[str]]:
        """The attributes of each number of a sentence."""
        here = self.found[index]
        if not here:
            return
        words = [f"s={word}" for word in sorted(set(self.lows[index])) if word[0].isalpha()]
        brackets = _Brackets(self.lows[index], here)
        for n, number in enumerate(here):
            form = number.form
            yield [
                *words,
                *brackets.of(number),
                *self._tests(index, n),
                *self.sizes.of(number),
                *self.of_text,
                *(f"{told}|{form}" for told in self.of_text),
            ]

    def _tests(self, index: int, n: int) -> Iterator[str]:
        """How many p values and intervals the sentence has, how many of them behind the number, and how many numbers come before the next p value."""
        here, p_values, intervals = self.found[index], self.p_values[index], self.intervals[index]
        number = here[n]
        behind = p_values[bisect_left(p_values, number.end) :]
        yield f"P={min(len(p_values), 3)}|{min(len(behind), 2)}|{number.form}"
        yield f"CI={min(len(intervals), 3)}|{bool(intervals) and intervals[-1] >= number.end}|{number.form}"
        if behind:
            between = sum(other.start < behind[0] for other in here[n + 1 :])
            yield f"Pd={min(between, 4)}|{number.form}"


class _Brackets:
    """Where a number stands to the brackets of its sentence: what the bracket belongs to, what it opens with and holds; or the words outside any."""

    def __init__(self, lows: Sequence[str], here: Sequence[Candidate]) -> None:
        self.lows, self.firsts = lows, [c.first for c in here]
        self.depth: list[int] = []
        self.opened: list[int] = []
        held: list[int] = []
        for i, word in enumerate(lows):
            if word in ("(", "["):
                held.append(i)
            self.depth.append(len(held))
            self.opened.append(held[0] if held else -1)
            if word in (")", "]") and held:
                held.pop()
        self.plain = [i for i, word in enumerate(lows) if not self.depth[i] and word[0].isalpha()]

    def of(self, number: Candidate) -> Iterator[str]:
        """The attributes of one number."""
        depth = self.depth[number.first]
        yield f"kd={min(depth, 2)}|{number.form}"
        yield from self._inside(number) if depth else self._outside(number)

    def _inside(self, number: Candidate) -> Iterator[str]:
        lows, start = self.lows, self.opened[number.first]
        end = next((i for i in range(number.last, len(lows)) if not self.depth[i]), len(lows))
        yield from (f"kb={word}" for word in lows[max(0, start - _BEFORE_BRACKET) : start])
        yield f"kb1={lows[start - 1] if start else '^'}"
        yield f"ki={lows[start + 1] if start + 1 < len(lows) else '$'}"
        yield f"kn={min(sum(start < first < number.first for first in self.firsts), 3)}|{number.form}"
        yield f"kv={any(word in _AGAINST for word in lows[start:end])}"
        yield f"ka={lows[end] if end < len(lows) else '$'}"

    def _outside(self, number: Candidate) -> Iterator[str]:
        lows, last = self.lows, number.last
        before = self.plain[: bisect_left(self.plain, number.first)][-_BEFORE:]
        yield from (f"ko={lows[i]}" for i in before)
        yield f"k+={lows[last + 1] if last + 1 < len(lows) else '$'}|{any(self.depth[last + 1 : last + 4])}"


class _Sizes:
    """How large a number is beside the others of the text, and beside those that are told as sizes ("n = 41")."""

    def __init__(self, lows: Sequence[Sequence[str]], found: Sequence[Sequence[Candidate]]) -> None:
        values = {int(c.value) for of in found for c in of if c.form in ("int", "word") and c.value is not None and _whole(c.value)}
        self.values = sorted(values.difference(_YEARS))
        self.told = [c.value or 0.0 for words, of in zip(lows, found, strict=True) for c in of if _told_as_size(words, c)]

    def of(self, number: Candidate) -> Iterator[str]:
        """The attributes of one number."""
        value, form = number.value, number.form
        if value is None:
            return
        yield f"vb={int(math.log2(abs(value) + 0.01) * 2)}|{form}"
        if "decimal" in form or "%" in form:
            return
        if self.values and self.values[-1]:
            larger = len(self.values) - bisect_left(self.values, value + 0.5)
            yield f"vf={min(int(10 * value / self.values[-1]), 20)}"
            yield f"vr={min(larger, 8)}"
        if sizes := [size for size in self.told if size]:
            like = any(abs(value - size) <= 0.15 * size for size in sizes)
            yield f"vn={value in sizes}|{value >= max(sizes)}|{like}|{value < min(sizes)}"


def _by_sentence(ends: Sequence[int], starts: Sequence[int]) -> list[list[int]]:
    cuts = [0, *(bisect_left(starts, end) for end in ends)]
    return [list(starts[a:b]) for a, b in pairwise(cuts)]


def _whole(value: float) -> bool:
    return value == int(value)


def _told_as_size(words: Sequence[str], number: Candidate) -> bool:
    return list(words[max(0, number.first - 2) : number.first]) == ["n", "="]


def _of_text(lows: Sequence[Sequence[str]], found: Sequence[Sequence[Candidate]], sizes: int) -> list[str]:
    """How many sizes and percentages the text tells, and which words for middles and spreads it has."""
    words = {word for sentence in lows for word in sentence}
    shares = sum("%" in c.form for of in found for c in of)
    has = "".join(str(word in words) for word in ("mean", "median", "±"))
    return [f"dn={min(sizes, 6)}", f"dp={min(shares, 20) // 4}", f"dm={has}"]
