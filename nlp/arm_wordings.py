"""Finding a document's own wordings for its arms again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from nlp.grammar.sentences import Span
from nlp.reading import ArmNames


class Wordings:
    """All wordings of a document's arms. They are looked for as they stand: to compile a pattern for one document costs more than to read it."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._longest_first = sorted(names, key=len, reverse=True)

    def found(self, plain: str, start: int, end: int) -> Iterator[tuple[Span, str]]:
        """Each wording in a stretch, with its matching form; of those that begin at one place the longest, and none inside another."""
        lower = plain[start:end].lower()
        if "  " in lower or len(lower) != end - start:
            yield from self._by_pattern(plain, start, end)
            return
        before = plain[start - 1] if start else " "
        free = 0
        for place, length, name in sorted(self._places(lower, before), key=lambda found: (found[0], -found[1])):
            if place >= free:
                free = place + length
                yield Span(start + place, start + free), name

    def _places(self, lower: str, before: str) -> Iterator[tuple[int, int, str]]:
        """Where a wording stands as words of its own: behind no letter, digit or hyphen, and before no letter or digit."""
        for name in self._longest_first:
            place = lower.find(name)
            while place >= 0:
                ahead, behind = lower[place - 1] if place else before, lower[place + len(name) : place + len(name) + 1]
                if not (_of_word(ahead) or ahead == "-" or _of_word(behind) or is_denied(lower, place)):
                    yield place, len(name), name
                place = lower.find(name, place + 1)

    def _by_pattern(self, plain: str, start: int, end: int) -> Iterator[tuple[Span, str]]:
        """The same where words stand further apart than by one space."""
        body = "|".join(re.escape(n).replace(r"\ ", r"\s+") for n in self._longest_first)
        for m in re.compile(rf"(?<![\w-])(?<!\bnon\s)(?:{body})(?![\w])", re.IGNORECASE).finditer(plain, start, end):
            yield Span(m.start(), m.end()), _spaced(m[0])


def is_denied(plain: str, start: int) -> bool:
    """Whether "non" stands before a name: of those who did not have it.

    >>> is_denied("the non-MSC group", 8), is_denied("the MSC group", 4)
    (True, False)
    """
    return plain[max(0, start - 4) : start].lower() in ("non-", "non ") and not plain[max(0, start - 5) : start - 4].isalnum()


_NO = re.compile(
    r"\b(?:no|without|lack(?:s|ed|ing)?(?:\sof)?|absence\sof|not\s(?:have|include|use))\s(?:(?:an?|any|the|separate|parallel|concurrent|contemporaneous|randomi[sz]ed|placebo|healthy|matched|comparison)\s)*$",
    re.IGNORECASE,
)


def is_missing(plain: str, start: int) -> bool:
    """Whether a text says before a control group that it had none.

    >>> is_missing("a study with no control group", 16), is_missing("the control group", 4)
    (True, False)
    """
    return _NO.search(plain, max(0, start - 60), start) is not None


def _of_word(character: str) -> bool:
    return character.isalnum() or character == "_"


@lru_cache(maxsize=64)
def wordings(arms: tuple[ArmNames, ...]) -> tuple[Wordings | None, dict[str, int], dict[str, int]]:
    """What finds all wordings of all arms, the arm of each wording (lower case), and the arm of each group letter."""
    names: dict[str, int] = {}
    letters: dict[str, int] = {}
    for arm in arms:
        for name in arm.names:
            names.setdefault(_spaced(name), arm.arm)
        if arm.letter:
            letters[arm.letter] = arm.arm
    return (Wordings(tuple(names)) if names else None), names, letters


_SPACES = re.compile(r"\s+")


def _spaced(name: str) -> str:
    return _SPACES.sub(" ", name.lower())
