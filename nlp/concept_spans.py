"""Mentions of concepts by their places, and where a text's own short forms stand; both in time that grows with the text and no faster."""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Set

from nlp.domain import ConceptKind
from nlp.reading import ConceptMention

_BEFORE_WORD = re.compile(r"[\w-]")
_FIRST_WORD = re.compile(r"\w+")
#: A short form may have a plural, and ends where a word does.
_ENDS = re.compile(r"s?(?!\w)")


def occurrences(short_forms: Collection[str], text: str) -> dict[str, list[tuple[int, int]]]:
    """Where each short form stands as a word of its own, its plural included.

    >>> occurrences(["MSC", "IL-6"], "MSCs and MSC-derived IL-6, not AMSC")
    {'MSC': [(0, 4), (9, 12)], 'IL-6': [(21, 25)]}
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for short in short_forms:
        places: list[tuple[int, int]] = []
        place = text.find(short) if _FIRST_WORD.match(short) else -1
        while place >= 0:
            end = _ENDS.match(text, place + len(short))
            if end and not (place and _BEFORE_WORD.match(text, place - 1)):
                places.append((place, end.end()))
            place = text.find(short, place + 1)
        found[short] = places
    return found


class Spans:
    """Mentions in the order in which they came; those of one kind never overlap."""

    def __init__(self, mentions: Iterable[ConceptMention]) -> None:
        self._mentions: dict[int, ConceptMention] = {}
        self._at: dict[tuple[int, int], list[int]] = {}
        self._of_kind: dict[ConceptKind, list[tuple[int, int]]] = {}
        self._next = 0
        for m in mentions:
            self.add(m)

    def add(self, m: ConceptMention) -> None:
        """One more, behind all others."""
        self._mentions[self._next] = m
        self._at.setdefault((m.start, m.end), []).append(self._next)
        insort(self._of_kind.setdefault(m.kind, []), (m.start, m.end))
        self._next += 1

    def remove(self, start: int, end: int, spared: Set[ConceptKind]) -> None:
        """Every mention of just this stretch goes, but for those of the spared kinds."""
        for number in self._at.pop((start, end), []):
            kind = self._mentions[number].kind
            if kind in spared:
                self._at.setdefault((start, end), []).append(number)
                continue
            del self._mentions[number]
            of_kind = self._of_kind[kind]
            del of_kind[bisect_left(of_kind, (start, end))]

    def meet(self, start: int, end: int, kind: ConceptKind | None = None) -> bool:
        """Whether a mention of this kind, or of any, overlaps a stretch."""
        return any(_overlaps(spans, start, end) for k, spans in self._of_kind.items() if kind is None or k is kind)

    def mentions(self) -> list[ConceptMention]:
        """Those that are left, in their order."""
        return list(self._mentions.values())


def _overlaps(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    # They do not overlap one another, so the last that begins before the end is the last to end, too.
    before = bisect_left(spans, (end, -1))
    return before > 0 and spans[before - 1][1] > start
