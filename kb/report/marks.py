"""A text cut where what was read from it begins and ends, so that every quote and number can be shown in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.grammar.characters import in_one_spelling


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of a text and what they are: `claim`, `effect`, `arm` or `number`. `of`: the claim's id, where it is one."""

    start: int
    end: int
    kind: str
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words, and all that they are part of."""

    words: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that one claim, or several that overlap, quote; without `claims` the words between."""

    pieces: tuple[Piece, ...]
    claims: tuple[int, ...] = ()


def cut(text: str, start: int, end: int, spans: Iterable[Span]) -> tuple[Piece, ...]:
    """`text[start:end]` in pieces, each of which lies within the same spans from its first character to its last.

    >>> cut("EDSS fell by 0.5.", 0, 17, [Span(0, 16, "effect"), Span(13, 16, "number")])
    (Piece(words='EDSS fell by ', kinds=('effect',)), Piece(words='0.5', kinds=('effect', 'number')), Piece(words='.', kinds=()))
    """
    inside = [s for s in spans if s.start < end and s.end > start and s.start < s.end]
    edges = sorted({start, end, *(e for s in inside for e in (s.start, s.end) if start < e < end)})
    found = []
    for a, b in pairwise(edges):
        kinds = {s.kind for s in inside if s.start <= a and s.end >= b}
        found.append(Piece(text[a:b], tuple(sorted(kinds))))
    return tuple(found)


def passages(text: str, spans: Sequence[Span]) -> tuple[Passage, ...]:
    """A whole text in passages: claims that overlap share one."""
    blocks: list[tuple[int, int, list[int]]] = []
    for span in sorted((s for s in spans if s.kind == "claim" and s.of is not None), key=lambda s: (s.start, -s.end)):
        if blocks and span.start < blocks[-1][1]:
            start, end, claims = blocks[-1]
            blocks[-1] = (start, max(end, span.end), [*claims, int(span.of or 0)])
        else:
            blocks.append((span.start, span.end, [int(span.of or 0)]))
    inner = [s for s in spans if s.kind != "claim"]
    found: list[Passage] = []
    reached = 0
    for start, end, claims in blocks:
        if start > reached:
            found.append(Passage(cut(text, reached, start, inner)))
        found.append(Passage(cut(text, start, end, inner), tuple(dict.fromkeys(claims))))
        reached = end
    if reached < len(text):
        found.append(Passage(cut(text, reached, len(text), inner)))
    return tuple(found)


def numbers(text: str, start: int, end: int, printed: Iterable[str]) -> list[Span]:
    """Where printed numbers stand within `text[start:end]`, each told once: in their order where they stand so, else wherever they do.

    >>> text = "0·5 (−0.1 to 0.9), p 0.1"
    >>> [text[s.start:s.end] for s in numbers(text, 0, len(text), ["0.5", "-0.1", "0.9", "0.1"])]
    ['0·5', '−0.1', '0.9', '0.1']
    """
    wanted = [in_one_spelling(words) for words in printed if words]
    plain = in_one_spelling(text) if wanted else text
    found: list[Span] = []
    reached = start
    for words in wanted:
        taken = {(s.start, s.end) for s in found}
        there = [m.span() for m in re.finditer(re.escape(words), plain[:end]) if m.start() >= start and _whole(plain, *m.span())]
        free = [at for at in there if at not in taken]
        if free:
            at = next((f for f in free if f[0] >= reached), free[0])
            found.append(Span(*at, "number"))
            reached = at[1]
    return found


#: What makes a number longer than the printed one that is sought: a digit, or a point with a digit beyond it; a minus in front makes it another.
_LONGER_BEFORE, _LONGER_AFTER = re.compile(r"(?:\d|\d[.,]|(?:^|[\s(\[=:,;])-)$"), re.compile(r"\d|[.,]\d")


def _whole(plain: str, start: int, end: int) -> bool:
    """Whether a number stands there by itself, and not as a part of a longer one."""
    return not _LONGER_BEFORE.search(plain[max(0, start - 2) : start]) and not _LONGER_AFTER.match(plain[end : end + 2])
