"""Two values that a sentence sets side by side, one an arm: which is the higher, and whose it is.

Intervals, p values, spreads, sizes and times are blanked first; what is left are results.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_NUMBER = r"[-−+]?\d+(?:[.,·]\d+)*"
_NOISE = re.compile(
    r"""(?:\b\d{2}\s?%\s?)?(?:\bCI\b|confidence\sintervals?|credible\sintervals?|\bCrI\b|\bIQR\b|\brange\b|interquartile\srange)[^;)\]]{0,6}?[\s:=,\[(]*[-−+]?\d[\d.,·]*(?:\s?%)?\s?(?:to|–|-|—|,|;|\sand)\s?[-−+]?\d[\d.,·]*
    |\b[pP](?:[-\s]?values?)?(?:\s?for\s[\w\s]{1,20})?\s*(?:[=<>≤≥]|of|was)\s*[<>]?\s*[\d.,·]+(?:\s?[x×]\s?10[-−–]?\d+)?
    |(?:±|\+/-|\bSDs?\b|\bSEM?\b|standard\s(?:deviations?|errors?))[\s=:,]*\d[\d.,·]*
    |[\[(]\s?[-−+]?\d[\d.,·]*(?:\s?%)?\s?(?:to|–|-|—|,|;)\s?[-−+]?\d[\d.,·]*(?:\s?%)?\s?[\])]
    |\b[nN]\s?=\s?\d+
    |\b\d+(?:\.\d+)?\s?(?:–|-|to|and|,)?\s?(?:\d+(?:\.\d+)?)?[-\s]?(?:weeks?|months?|years?|days?|hours?|hrs?|h|minutes?|min|mg|kg|ml|μg|µg|mcg|IU|Gy|g)\b(?=[-\s]?(?:after|post|follow|of\s(?:follow|treat|therapy|age|inter)|later|time|group|arm|/|dose|vs\s(?:placebo|control)|,\s\d+\s(?:week|month)|and\s\d+\s(?:week|month|hour|h\b)))
    |\b(?i:at|after|over|for|during|by|week|weeks|month|day|days|hour|year|grade|stage|phase|group|groups|statements?|type|vitamin|omega|visit|item|version|aged?|within|session|level|ASA|Group)\s\d+(?:\.\d+)?(?:(?:,\s?|\s?and\s|\s?to\s|–|-)\d+)*(?:st|nd|rd|th)?\b(?![\d.]*\s?%)(?!\.\d)
    |\b\d+\s?(?:of|/|out\sof)\s?(?=\d)
    |(?<=[A-Za-zα-ω])[-–]?\d+(?:[-–.]\d+)*
    |(?<![\d.])\d+(?=[-–]?[A-Za-z]{2,}\b(?<!kg)(?<!mg)(?<!mm)(?<!ml)(?<!cm))(?!\s?(?:%|mmol|pg|ng))""",
    re.VERBOSE,
)
_VALUE = re.compile(rf"(?<![\w.])({_NUMBER})(?![\w]*-fold)")
#: "11 (10.1%)" is the percentage, "5.6 (3.2)" the value before its spread.
_COUNT_OF = re.compile(r"(\d+(?:[.,·]\d+)?)(\s?[\[(]\s?\d+(?:[.·]\d+)?\s?%)")
_SPREAD_OF = re.compile(r"(?<=[\d%])(\s?[\[(]\s?\d+(?:[.·]\d+)?\s?[\])])")
_AGAINST = re.compile(r"\b(?:vs?\.?|versus|compared (?:with|to)|against)(?!\w)")
_BESIDE = re.compile(r"\band\b|/|,")
#: So many characters apart, two values may be told for one comparison: joined by words that say so, or by their arms alone.
_NEAR, _FAR = 60, 110


@dataclass(frozen=True, slots=True)
class Value:
    """A printed result and where it stands in the sentence."""

    start: int
    end: int
    number: float


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two values in a row; `told` says what joins them: `v` words of comparison, `a` "and" or a comma, `w` nothing but their arms."""

    first: Value
    second: Value
    told: str

    @property
    def sign(self) -> int:
        """1 where the first is the higher, -1 where the second is."""
        return 1 if self.first.number > self.second.number else -1


def values(plain: str, places: list[tuple[int, int]]) -> list[Value]:
    """The results that a sentence prints, but for numbers in names (`places`)."""
    bare = _NOISE.sub(lambda m: " " * len(m[0]), plain)
    bare = _COUNT_OF.sub(lambda m: " " * len(m[1]) + m[2], bare)
    bare = _SPREAD_OF.sub(lambda m: " " * len(m[1]), bare)
    found = [Value(m.start(1), m.end(1), v) for m in _VALUE.finditer(bare) if (v := value(m[1])) is not None]
    return [v for v in found if not any(a <= v.start < b for a, b in places)]


def contrasts(plain: str, found: list[Value]) -> list[Contrast]:
    """Neighbouring values that differ, those that words set against one another; where there are none, any that stand near."""
    told = [c for pair in pairwise(found) if (c := _joined(plain, *pair)) is not None]
    if told:
        return told
    return [Contrast(a, b, "w") for a, b in pairwise(found) if a.number != b.number and b.start - a.end < _FAR]


def _joined(plain: str, a: Value, b: Value) -> Contrast | None:
    between = plain[a.end : b.start]
    if a.number == b.number or len(between) >= _NEAR or ";" in between:
        return None
    if _AGAINST.search(between):
        return Contrast(a, b, "v")
    return Contrast(a, b, "a") if _BESIDE.search(between) else None


_INTERVAL = re.compile(
    r"(?:\bCI\b|confidence\sintervals?(?:\s?\[CI\])?|credible\sintervals?|\bCrI\b)[^;)\]\d]{0,6}?[\s:=,\[(]*(?P<low>[-−+]?\d+(?:[.·]\d+)?)(?:\s?%)?\s?(?:to|–|-|—|,|;|and)\s?(?P<high>[-−+]?\d+(?:[.·]\d+)?)"
    r"|(?<=\d)\s?[\[(]\s?(?P<low2>[-−+]?\d+\.\d+)\s?(?:to|–|-|—|,|;)\s?(?P<high2>[-−+]?\d+\.\d+)\s?[\])]"
)
_OF_RATIO = re.compile(r"\b(?:a?(?:HR|OR|RR|IRR)s?|(?:hazard|odds|risk|rate)\sratios?|relative\srisks?)\b", re.IGNORECASE)


def intervals(plain: str) -> list[tuple[int, int, bool]]:
    """The intervals of contrasts, and whether each holds the value of no difference: 1 for ratios, 0 for differences.

    An interval of differences is told by its sign; one of positive numbers may belong to one arm, and is left out.
    """
    found = []
    for m in _INTERVAL.finditer(plain):
        low, high = (value(m["low"] or m["low2"]), value(m["high"] or m["high2"]))
        if low is None or high is None or high < low:
            continue
        if _OF_RATIO.search(plain, 0, m.start()) and low > 0:
            found.append((m.start(), m.end(), low <= 1 <= high))
        elif low < 0:
            found.append((m.start(), m.end(), high >= 0))
    return found


def value(printed: str) -> float | None:
    """A printed number; None where the marks in it make none.

    >>> value("−1,234.5"), value("3·8"), value("1.2.3")
    (-1234.5, 3.8, None)
    """
    plain = printed.replace("−", "-").replace("·", ".").lstrip("+")
    plain = re.sub(r",(?=\d{3}(?!\d))", "", plain).replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return None
