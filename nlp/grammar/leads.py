r"""Where a match of a pattern can begin: in words that hold certain literals, and nowhere else.

A match of "(?:grade|phase)\s?[IVX]+" begins in a word that holds "grade" or "phase". Tried at the characters of such words alone, a
pattern finds what a search through the whole sentence finds.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from nlp.grammar.needs import (
    EDGE,
    EDGES,
    MAYBE_EDGE,
    SPACE,
    Need,
    Part,
    as_need,
    keeps_meaning,
    not_seen,
    part_of,
    with_edges,
    without_longer,
)

#: A pattern that branches more often than this before its first literal is searched for everywhere.
_MOST_STEPS, _MOST_STRINGS = 400, 400
_WEAK = frozenset({"", *"+-–.,;:([/"})
_NOTHING = frozenset({""})
_SPACES = tuple(code for code in range(0x3100) if chr(code).isspace())


def lead_of(pattern: str, flags: int = 0) -> Need | None:
    r"""Literals one of which stands in the word that a match begins in; None where nothing is known of that word.

    >>> sorted(lead_of(r"(?:by|at)?(?:week|day)\d").literals)
    ['day0', 'week0']
    """
    tree = _parser.parse(pattern, flags)
    try:
        found = _Lead().of(tree.data)
    except _TooMany:
        return None
    return as_need(found, tree.state.flags)


class Places(IntEnum):
    """At which characters of a word a pattern is tried."""

    ALL = 0
    #: Where a word begins or ends, or a mark stands before: for patterns that begin with an edge.
    EDGES = 1
    #: Where no letter stands: for patterns that begin with a number or a mark.
    MARKS = 2
    #: Either of them.
    EDGES_AND_MARKS = 3


class _TooMany(Exception):
    """More ways to begin than are worth following, or a way of which nothing is known."""


class _Lead:
    """Follows every way in which a pattern can begin, up to its first literal."""

    def __init__(self) -> None:
        self._steps = 0

    def of(self, items: Sequence[Any], edge: str = "") -> frozenset[str]:
        """The literals that a sequence begins with; `edge` is the edge of a word right before it."""
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise _TooMany
        strings, rest = _known(items, edge)
        open_ones = {s for s in strings if s.strip(EDGE + MAYBE_EDGE) in (_WEAK if rest else _NOTHING)}
        firsts = {with_edges(_first(s)) for s in strings - open_ones}
        if "" in firsts:
            raise _TooMany
        if open_ones:
            # A sign or a bracket stands in the same word as what follows it.
            firsts |= self._beyond(rest, next(iter(open_ones)) if frozenset(open_ones) in EDGES else "")
        return without_longer(firsts)

    def _beyond(self, items: Sequence[Any], edge: str) -> frozenset[str]:
        """The same where the first part of the sequence can match more strings than can be told."""
        if not items:
            raise _TooMany
        (op, value), rest = items[0], list(items[1:])
        if op is c.BRANCH:
            return frozenset[str]().union(*(self.of([*way, *rest], edge) for way in value[1]))
        if op is c.SUBPATTERN and keeps_meaning(value):
            return self.of([*value[3], *rest], edge)
        if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            once = self._repeated(value, rest, edge)
            return once if value[0] else once | self.of(rest, edge)
        if op is c.IN and not _holds_space(value):
            # What is no space stands in the same word as what follows it.
            return self.of(rest)
        raise _TooMany

    def _repeated(self, repeat: Any, rest: Sequence[Any], edge: str) -> frozenset[str]:
        """What is repeated has the edge before its first turn, and what follows behind its last: not both about one turn."""
        _, most, once = repeat
        if most == 1:
            return self.of([*once, *rest], edge)
        try:
            return self.of(list(once), edge)
        except _TooMany:
            return self.of([*once, *rest])


def _known(items: Sequence[Any], edge: str) -> tuple[frozenset[str], Sequence[Any]]:
    """The strings that the first parts of a sequence can match, and the parts from the first on that can match too many."""
    strings = frozenset({edge})
    for place, (op, value) in enumerate(items):
        if strings in EDGES and op in (c.BRANCH, c.SUBPATTERN):
            return strings, items[place:]
        part: Part = part_of(op, value)
        if part.exact is None or len(part.exact) * len(strings) > _MOST_STRINGS:
            return strings, items[place:]
        strings = frozenset(a + b for a in strings for b in part.exact)
    return strings, ()


def _first(string: str) -> str:
    """What stands before the first space; a space is the edge of a word."""
    first, space, _ = string.partition(SPACE)
    return first + MAYBE_EDGE if space else first


def _holds_space(options: Sequence[Any]) -> bool:
    for op, value in options:
        if op is c.LITERAL and not chr(value).isspace():
            continue
        if op is c.CATEGORY and value in (c.CATEGORY_WORD, c.CATEGORY_DIGIT):
            continue
        if op is c.RANGE and not any(value[0] <= code <= value[1] for code in _SPACES):
            continue
        return True
    return False


def begins_at(pattern: str, flags: int = 0) -> Places:
    r"""At which characters of a word a match can begin.

    >>> begins_at(r"\b(?:week|day)").name, begins_at(r"[-+]?\d+").name, begins_at(r"weeks?").name
    ('EDGES', 'MARKS', 'ALL')
    """
    tree = _parser.parse(pattern, flags).data
    if _all_begin(tree, _is_edge):
        return Places.EDGES
    if _all_begin(tree, _is_mark):
        return Places.MARKS
    return Places.EDGES_AND_MARKS if _all_begin(tree, _is_either) else Places.ALL


def _all_begin(items: Iterable[Any], like_this: Callable[[Any, Any], bool | None]) -> bool:
    """Whether every way in which a sequence can begin is so; `like_this` says None where what follows tells."""
    items = list(items)
    for place, (op, value) in enumerate(items):
        rest = items[place + 1 :]
        if op is c.BRANCH:
            return all(_all_begin([*way, *rest], like_this) for way in value[1])
        if op is c.SUBPATTERN:
            return _all_begin([*value[3], *rest], like_this)
        if op in (c.MAX_REPEAT, c.MIN_REPEAT):
            once = _all_begin([*value[2], *rest], like_this)
            return once and (value[0] > 0 or _all_begin(rest, like_this))
        told = like_this(op, value)
        if told is not None:
            return told
    return False


def _is_edge(op: Any, value: Any) -> bool | None:
    if op is c.AT and value is c.AT_BOUNDARY:
        return True
    if op is c.ASSERT_NOT and value[0] < 0 and not_seen(value[1].data):
        return True
    return None if op in (c.ASSERT, c.ASSERT_NOT) else False


def _is_mark(op: Any, value: Any) -> bool | None:
    if op is c.LITERAL:
        return not chr(value).isalpha()
    if op is c.IN:
        return all(map(_no_letter, value))
    return None if op in (c.AT, c.ASSERT, c.ASSERT_NOT) else False


def _is_either(op: Any, value: Any) -> bool | None:
    edge = _is_edge(op, value)
    return _is_mark(op, value) if edge is not True else True


def first_characters(pattern: str, flags: int = 0) -> frozenset[str] | None:
    r"""The ASCII characters that a match can begin with; None where that may be any.

    >>> sorted(first_characters(r"\b(?:week|[Dd]ay)s?|[([]")), first_characters(r"\w+ group")
    (['(', 'D', '[', 'd', 'w'], None)
    """
    tree = _parser.parse(pattern, flags)
    try:
        found = _firsts(tree.data)
    except _TooMany:
        return None
    return found | {other for one in found for other in (one.lower(), one.upper())} if tree.state.flags & re.IGNORECASE else found


def _firsts(items: Iterable[Any]) -> frozenset[str]:
    """The same for a sequence of parts; looks and edges take no character."""
    items = list(items)
    for place, (op, value) in enumerate(items):
        rest = items[place + 1 :]
        if op is c.BRANCH:
            return frozenset[str]().union(*(_firsts([*way, *rest]) for way in value[1]))
        if op is c.SUBPATTERN:
            return _firsts([*value[3], *rest])
        if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            return _firsts([*value[2], *rest]) | (frozenset() if value[0] else _firsts(rest))
        if op is c.LITERAL:
            return frozenset({chr(value)})
        if op is c.IN:
            return frozenset[str]().union(*map(_options, value))
        if op not in (c.AT, c.ASSERT, c.ASSERT_NOT):
            break
    raise _TooMany


def _options(option: tuple[Any, Any]) -> frozenset[str]:
    op, value = option
    if op is c.LITERAL:
        return frozenset({chr(value)})
    if op is c.RANGE and value[1] - value[0] < _MOST_STRINGS:
        return frozenset(map(chr, range(value[0], value[1] + 1)))
    if op is c.CATEGORY and value is c.CATEGORY_DIGIT:
        return frozenset("0123456789")
    raise _TooMany


def begins_no_later(pattern: str, flags: int = 0) -> bool:
    r"""Whether a match never begins at the second or a later digit of a number.

    >>> begins_no_later(r"[-+]?(?<!\d)\d+"), begins_no_later(r"\d+")
    (True, False)
    """
    return _all_begin(_parser.parse(pattern, flags).data, _is_no_later_digit)


def _is_no_later_digit(op: Any, value: Any) -> bool | None:
    if op is c.AT and value is c.AT_BOUNDARY:
        return True  # inside a number is no edge
    if op is c.ASSERT_NOT and value[0] < 0:
        return True if _refuses_digits(value[1].data) else None
    if op is c.LITERAL:
        return not chr(value).isdigit()
    if op is c.IN:
        return not any(map(_may_be_digit, value))
    return None if op in (c.AT, c.ASSERT, c.ASSERT_NOT) else False


def _refuses_digits(refused: Sequence[Any]) -> bool:
    """Whether a look at one character refuses every digit."""
    if len(refused) != 1 or refused[0][0] is not c.IN or refused[0][1][0][0] is c.NEGATE:
        return False
    return any((c.CATEGORY, category) in refused[0][1] for category in (c.CATEGORY_DIGIT, c.CATEGORY_WORD))


def _may_be_digit(option: tuple[Any, Any]) -> bool:
    op, value = option
    if op is c.LITERAL:
        return chr(value).isdigit()
    if op is c.RANGE:
        return any(chr(code).isdigit() for code in range(value[0], value[1] + 1))
    return True


def _no_letter(option: tuple[Any, Any]) -> bool:
    op, value = option
    if op is c.RANGE:
        return not any(chr(code).isalpha() for code in range(value[0], value[1] + 1))
    return (op is c.LITERAL and not chr(value).isalpha()) or (op is c.CATEGORY and value is c.CATEGORY_DIGIT)
