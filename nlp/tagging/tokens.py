"""Tokens as tables of trials want them: a number is one token with its decimals, and nothing else that a mark divides is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.quick_init import quick_init

#: "12.5", "1,279", "3·8" and "1 279" (with the thin spaces that journals set) are one; "5mg" is two, "HER2" one, "QLQ-C30" three.
_TOKEN = re.compile(r"\d+(?:[.,·]\d+|[\u2009\u202f\u2008]\d{3}(?!\d))*|[^\W\d_][^\W_]*|[^\w\s]|_")
_DIGITS = re.compile(r"\d")


@quick_init
@dataclass(frozen=True, slots=True)
class Token:
    """A token and its place in the text."""

    start: int
    end: int
    text: str


def tokenise(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of a stretch of the text, in offsets of the whole text.

    >>> [t.text for t in tokenise("HER2, 12.5% (5mg)")]
    ['HER2', ',', '12.5', '%', '(', '5', 'mg', ')']
    """
    return [Token(m.start(), m.end(), m[0]) for m in _TOKEN.finditer(text, start, len(text) if end is None else end)]


def normal(word: str) -> str:
    """A word as it is counted: lower case, every digit a nought.

    >>> normal("HER2"), normal("12.5")
    ('her0', '00.0')
    """
    return _DIGITS.sub("0", word.lower())
