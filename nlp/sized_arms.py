"""Arms that a text calls short and long, low and high, early and late, and elsewhere by their sizes: "the 7-day group" is the short course."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

_TIMES = r"seconds?|secs?|s|minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|wks?|months?|mo|years?|yrs?"
_DOSES = r"mg|µg|μg|mcg|g|kg|iu|u|gy|cgy|ml|mmol|meq|mhz|hz|ma|joules?|j|mg/kg|µg/kg|μg/kg|mcg/kg|g/kg|iu/kg|units?|fractions?|cycles?|sessions?|doses?"
_NUMBER = r"\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?"
_SIZE = re.compile(rf"(?<![\w.,])(?P<number>{_NUMBER})[\s-]?(?P<unit>{_TIMES}|{_DOSES})(?![\w/])", re.IGNORECASE)
#: "10 seconds (n = 50) or 60 seconds", "7- or 14-day".
_PAIR = re.compile(
    rf"(?<![\w.,])(?P<one>{_NUMBER})(?:[\s-]?(?P<unit>{_TIMES}|{_DOSES}))?-?(?:\s(?:groups?|arms?|courses?|daily|of\s\w+))?\s?(?:[(\[][^()\[\]]{{0,40}}[)\]]\s?)?"
    rf"(?:,\s)?(?:or|versus|vs\.?|v|and|compared\swith|to)\s(?:for\s|to\s|at\s|of\s|the\s|after\s|within\s|over\s)*(?P<two>{_NUMBER})[\s-]?(?P<of>{_TIMES}|{_DOSES})(?![\w/])",
    re.IGNORECASE,
)
#: What may be short and long, low and high, early and late; first the small one of each.
_WORDS = (
    ("short", "long"),
    ("shorter", "longer"),
    ("brief", "prolonged"),
    ("short", "extended"),
    ("standard", "extended"),
    ("low", "high"),
    ("lower", "higher"),
    ("early", "late"),
    ("early", "delayed"),
    ("immediate", "delayed"),
    ("immediate", "deferred"),
)
_ANY_WORD = re.compile(rf"\b(?:{'|'.join(sorted({w for pair in _WORDS for w in pair}, key=len, reverse=True))})\b", re.IGNORECASE)

_TIME_UNIT = re.compile(_TIMES)
#: "Delayed surgery", "the short course": what such a word may stand before in the name of an arm.
_NOUN = r"(?:surgery|treatment|therapy|groups?|arms?|courses?|regimens?|durations?|intervention|operation|repair|feeding|initiation|strategy|care|removal|clamping|mobili[sz]ation|discharge)\b"
_GROUP = re.compile(r"[\s-](?:group|arm|course|regimen|schedule|therapy|treatment|duration|dose)\b")
#: What may stand behind a size that names an arm.
_OF_ARMS = re.compile(
    r"[\s-](?:groups?|arms?|courses?|regimens?|schedules?|therapy|treatments?|and|or|versus|vs\.?|v|to|than|\()|[.,;)]"
)


class Rank(IntEnum):
    """Which of two sizes: the smaller, or the larger."""

    SMALLER = -1
    LARGER = 1


@dataclass(frozen=True, slots=True)
class Sizes:
    """A pair of words for size, and the two sizes that they stand for."""

    words: tuple[str, str]
    unit: str = ""
    values: tuple[float, float] | tuple[()] = ()

    def of(self, name: str) -> Rank | None:
        """Which of the two a name tells, by its word or by its number; None where neither does, or they tell two."""
        told = {r for r, w in zip(Rank, self.words, strict=True) if re.search(rf"\b{w}\b", name, re.IGNORECASE)}
        told |= {
            r for value, unit in _sizes(name) for r, v in zip(Rank, self.values, strict=False) if (value, unit) == (v, self.unit)
        }
        return next(iter(told)) if len(told) == 1 else None

    def rank(self, value: float, unit: str) -> Rank | None:
        """Which of the two a size is."""
        return next((r for r, v in zip(Rank, self.values, strict=False) if (value, unit) == (v, self.unit)), None)

    def wordings(self, text: str) -> Iterator[tuple[Rank, str, int]]:
        """The names that a text gives the two by their sizes, with where they begin.

        A length of time is a name with the word for a group behind it ("7-day group"); by itself only where it is never that of anything else.
        """
        for m in re.finditer(rf"\b(?:{'|'.join(self.words)})[\s-]{_NOUN}", text, re.IGNORECASE):
            if (told := self.of(m[0])) is not None:
                yield told, m[0], m.start()
        if not self.values:
            return
        is_time = _TIME_UNIT.fullmatch(self.unit) is not None
        found = [(r, m) for m in _SIZE.finditer(text) if (r := self.rank(_number(m["number"]), _unit(m["unit"]))) is not None]
        of_others = {m[0] for _, m in found if is_time and ("-" not in m[0] or _OF_ARMS.match(text, m.end()) is None)}
        for rank, m in found:
            group = _GROUP.match(text, m.end())
            if group is not None:
                yield rank, text[m.start() : group.end()], m.start()
            if m[0] not in of_others:
                yield rank, m[0], m.start()


def sizes_of(names: Iterable[str], front: Iterable[str]) -> Sizes | None:
    """The two sizes of a document's arms, given the names in it and the sentences before its results.

    >>> found = sizes_of(["Short", "long course", "7-day", "14-day"], [])
    >>> found and (found.of("14-day"), found.of("short-course group"), found.of("7 days"))
    (<Rank.LARGER: 1>, <Rank.SMALLER: -1>, <Rank.SMALLER: -1>)
    """
    told = list(names)
    said = {m[0].lower() for name in told for m in _ANY_WORD.finditer(name)}
    words = next((pair for pair in _WORDS if said.issuperset(pair)), None)
    if words is None:
        return None
    values: dict[str, set[float]] = {}
    for value, unit in [s for name in told for s in _sizes(name)] + [s for sentence in front for s in _pairs(sentence)]:
        values.setdefault(unit, set()).add(value)
    two = [(unit, tuple(sorted(of))) for unit, of in values.items() if len(of) == 2]
    return Sizes(words, two[0][0], (two[0][1][0], two[0][1][1])) if len(two) == 1 else Sizes(words)


def _sizes(name: str) -> list[tuple[float, str]]:
    return [(_number(m["number"]), _unit(m["unit"])) for m in _SIZE.finditer(name)]


def _pairs(sentence: str) -> list[tuple[float, str]]:
    found = []
    for m in _PAIR.finditer(sentence):
        if m["unit"] is None or _unit(m["unit"]) == _unit(m["of"]):
            found += [(_number(m["one"]), _unit(m["of"])), (_number(m["two"]), _unit(m["of"]))]
    return found


def _number(written: str) -> float:
    return float(written.replace(",", ""))


_SHORT = {"d": "day", "h": "hour", "hr": "hour", "s": "second", "sec": "second", "min": "minute", "wk": "week", "mo": "month", "yr": "year", "mcg": "µg", "μg": "µg"}  # fmt: skip


def _unit(written: str) -> str:
    one = written.lower()
    one = one.removesuffix("s") if len(one) > 1 else one
    return _SHORT.get(one, one)
