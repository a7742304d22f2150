"""AND, OR and NOT with brackets, read from left to right without precedence, as PubMed does. Terms side by side are ANDed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<bracket>[()])
    | (?P<term>
        (?:[A-Za-z_]+:)?"[^"]*"(?:\s*\[[^\]]*\])?(?:\s*:\s*"[^"]*"(?:\s*\[[^\]]*\])?)?   # "a b"[tag], FIELD:"a b", "x"[tag] : "y"[tag]
      | [A-Za-z_]+:\[[^\]]*\]                                                            # FIELD:[a TO b]
      | AREA\[[^\]]*\](?:RANGE\[[^\]]*\]|"[^"]*"|[^\s()]*)                               # AREA[X]RANGE[a,b]
      | [^\s()"\[\]]+\s*\[[^\]]*\](?:\s*:\s*[^\s()"\[\]]+\s*\[[^\]]*\])?                    # word[tag], 2020[tag] : 2021[tag]
      | [^\s()"\[\]]+
      )
    )""",
    re.VERBOSE,
)


class Malformed(ValueError):
    """A query that cannot be read."""


def tokens(query: str) -> Iterator[str]:
    """Brackets, operators and terms, in order."""
    at = 0
    while query[at:].strip():
        found = _TOKEN.match(query, at)
        if not found:
            raise Malformed(f"Unreadable at {at}: {query[at : at + 40]!r}")
        yield found["bracket"] or found["term"]
        at = found.end()


def evaluate(query: str, everything: Callable[[], set[int]], term: Callable[[str], set[int]]) -> set[int]:
    """The numbers that a query selects; `term` says what a single term selects. An empty query selects nothing."""
    return _Reading(list(tokens(query)), everything, term).whole()


class _Reading:
    def __init__(self, parts: list[str], everything: Callable[[], set[int]], term: Callable[[str], set[int]]) -> None:
        self._parts, self._at = parts, 0
        self._everything, self._term = everything, term

    def whole(self) -> set[int]:
        found = self._series()
        if self._at < len(self._parts):
            raise Malformed("A closing bracket too many.")
        return found

    def _series(self) -> set[int]:
        found: set[int] | None = None
        operator = "AND"
        while self._at < len(self._parts) and self._parts[self._at] != ")":
            if self._parts[self._at] in ("AND", "OR", "NOT"):
                operator = self._parts[self._at]
                self._at += 1
                continue
            found, operator = self._joined(found, operator, self._one()), "AND"
        return found or set()

    def _joined(self, left: set[int] | None, operator: str, right: set[int]) -> set[int]:
        if operator == "NOT":
            return (self._everything() if left is None else left) - right
        if left is None:
            return right
        return left & right if operator == "AND" else left | right

    def _one(self) -> set[int]:
        part = self._parts[self._at]
        self._at += 1
        if part != "(":
            return self._term(part)
        found = self._series()
        if self._at >= len(self._parts):
            raise Malformed("A bracket is not closed.")
        self._at += 1
        return found
