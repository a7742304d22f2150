"""Sentences seen without their brackets, and cut into clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from crawler.quick_init import quick_init
from nlp.grammar.sentences import Span
from nlp.grammar.sieve import Sieved


@quick_init
@dataclass(frozen=True, slots=True)
class Clauses:
    """A sentence's clauses (offsets in the sentence), its brackets, and its words with the brackets blanked."""

    text: str
    masked: str
    brackets: tuple[Span, ...]
    clauses: tuple[Span, ...]

    def clause_of(self, place: int) -> int:
        """The index of the clause that holds a place."""
        for i, clause in enumerate(self.clauses):
            if place < clause.end:
                return i
        return len(self.clauses) - 1

    def bracket_of(self, place: int) -> Span | None:
        """The outermost bracket that holds a place."""
        return next((b for b in self.brackets if b.start < place < b.end), None)


_OPEN, _BRACKET = "([{", re.compile(r"[()\[\]{}]")
_TURNS = r"(?:but|while|whereas|although|though|however|yet|nor|and neither|except|without\s(?:\w+ly\s)?(?:increas|reduc|affect|worsen|impair|compromis|rais|chang|alter)ing|without\s(?:more|an?\sincrease|any\sincrease))\b"
_AND_VERB = r"and\s(?:did|was|were|had|remained|showed|does|do)\b"
_AT_MARK = rf"(?<=,)\s+(?={_TURNS}|(?:and|with|which|indicating|suggesting|as)\s)|(?<=\.)(?<!vs\.)\s(?=[A-Z])|(?<=;)|(?<=:)(?=\s)"
# Each begins with one of these characters, which the engine looks for before it tries what follows.
_BOUNDARY = re.compile(rf"[\s;:,.](?:(?<=\s)(?:\s*(?={_TURNS}|{_AND_VERB})|[–—-]\s)|{_AT_MARK})")
#: The same without what is cut at a space: most sentences hold no word and no dash at which they are.
_MARKS_ONLY = re.compile(rf"[;:,.](?:{_AT_MARK})")
_AT_WORD, _AT_DASH = Sieved(rf"\b{_TURNS}|\b{_AND_VERB}"), re.compile(r"[–—-](?<=\s[–—-])\s")


def outer_brackets(text: str) -> tuple[Span, ...]:
    """The outermost brackets, both marks included; one that never closes ends with the text."""
    found: list[Span] = []
    depth, start = 0, 0
    for mark in _BRACKET.finditer(text):
        i = mark.start()
        if mark[0] in _OPEN:
            if depth == 0:
                start = i
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0:
                found.append(Span(start, i + 1))
    if depth:
        found.append(Span(start, len(text)))
    return tuple(found)


@lru_cache(maxsize=256)
def clauses(text: str) -> Clauses:
    """Cut a sentence where one statement ends and the next begins. A bracket belongs to what stands before it.

    >>> c = clauses("Pain fell (p = 0.01; n = 20), but function did not differ.")
    >>> [c.masked[s.start:s.end].strip() for s in c.clauses]
    ['Pain fell', ', but function did not differ.']
    """
    brackets = outer_brackets(text)
    blank = text
    for b in brackets:
        blank = blank[: b.start] + " " * (b.end - b.start) + blank[b.end :]
    begin = len(blank) - len(blank.lstrip())
    boundary = _BOUNDARY if _AT_WORD.search(text) or _AT_DASH.search(blank) else _MARKS_ONLY
    cuts = [place for m in boundary.finditer(blank, begin) if (place := m.start()) > begin]
    # Blanked brackets leave a run of spaces before the mark; the cut belongs behind the bracket.
    edges = [0, *cuts, len(text)]
    spans = tuple(Span(a, b) for a, b in pairwise(edges) if b > a)
    return Clauses(text, blank, brackets, _behind_brackets(spans, brackets))


def _behind_brackets(spans: tuple[Span, ...], brackets: tuple[Span, ...]) -> tuple[Span, ...]:
    moved: list[Span] = []
    for span in spans:
        start = moved[-1].end if moved else span.start
        inside = next((b for b in brackets if b.start < span.end < b.end), None)
        moved.append(Span(start, inside.end if inside else span.end))
    return tuple(s for s in moved if s.end > s.start)
