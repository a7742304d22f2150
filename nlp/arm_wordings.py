"""Finding a document's own wordings for its arms again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from nlp.grammar.sentences import Span
from nlp.reading import ArmNames


@lru_cache(maxsize=64)
def wordings(arms: tuple[ArmNames, ...]) -> tuple[re.Pattern[str] | None, dict[str, int], dict[str, int]]:
    """One pattern for all wordings of all arms, the arm of each wording (lower case), and the arm of each group letter."""
    names: dict[str, int] = {}
    letters: dict[str, int] = {}
    for arm in arms:
        for name in arm.names:
            names.setdefault(_spaced(name), arm.arm)
        if arm.letter:
            letters[arm.letter] = arm.arm
    if not names:
        return None, {}, letters
    longest_first = sorted(names, key=len, reverse=True)
    body = "|".join(re.escape(n).replace(r"\ ", r"\s+") for n in longest_first)
    return re.compile(rf"(?<![\w-])(?:{body})(?![\w])", re.IGNORECASE), names, letters


_SPACES = re.compile(r"\s+")


def _spaced(name: str) -> str:
    return _SPACES.sub(" ", name.lower())


def found_wordings(pattern: re.Pattern[str], plain: str, start: int, end: int) -> Iterator[tuple[Span, str]]:
    """Each wording in a stretch, with its matching form."""
    for m in pattern.finditer(plain, start, end):
        yield Span(m.start(), m.end()), _spaced(m[0])
