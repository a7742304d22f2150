"""Elements of a PubMed record, found in its bytes.

The bytes are sound XML without comments and CDATA (crawler.formats.pubmed_soundness sees to that), so every `<` opens a tag. A search for a
tag runs many times as fast as a tree is built, and most of a record's elements are never asked for.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from crawler.formats.pubmed_markup import plain_text

#: Stands between texts that are read in one go; no XML holds it.
BREAK = b"\0"
_AFTER_NAME = frozenset(b"> /\n\t\r")
_SLASH = ord("/")
_QUOTED_TO_END = re.compile(rb"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")


class Tag(NamedTuple):
    """An element's name as its tags begin and end, and the start tag that is looked for first."""

    opening: bytes
    usual: bytes
    ending: bytes
    end_tag: bytes


def tag(name: str, *, attributes: bool = False) -> Tag:
    """The tags of elements of this name, which has attributes as a rule, or none."""
    return Tag(
        f"<{name}".encode(),
        f"<{name} ".encode() if attributes else f"<{name}>".encode(),
        f"</{name}".encode(),
        f"</{name}>".encode(),
    )


def inside(body: bytes, name: Tag, start: int = 0, end: int = sys.maxsize) -> bytes:
    """The content of the first element of this name between two places; empty where there is none.

    >>> inside(b"<TitleX>no</TitleX><Title a='1'>On <i>X</i></Title>", tag("Title"))
    b'On <i>X</i>'
    """
    first = body.find(name.usual, start, end)
    if first >= 0:
        first = body.find(b">", first) + 1
        last = body.find(name.end_tag, first, end)
        if last >= 0 and body[first - 2] != _SLASH:
            return body[first:last]
    return _spelt_otherwise(body, name, start, end)


def _spelt_otherwise(body: bytes, name: Tag, start: int, end: int) -> bytes:
    """The same where the tags have more or fewer attributes than usual, or blanks in them."""
    begin = body.find(name.opening, start, end)
    while begin >= 0 and body[begin + len(name.opening)] not in _AFTER_NAME:
        begin = body.find(name.opening, begin + 1, end)
    if begin < 0:
        return b""
    first = body.find(b">", begin) + 1
    found = re.compile(re.escape(name.ending) + rb"\s*>").search(body, first, end)
    return body[first : found.start()] if found and body[first - 2] != _SLASH else b""


def text_in(body: bytes, name: Tag, start: int = 0, end: int = sys.maxsize) -> str:
    """The text of the first element of this name between two places; empty where there is none."""
    return plain_text(inside(body, name, start, end))


@lru_cache(maxsize=4096)
def frequent_text(markup: bytes) -> str:
    """The text of content that many records have alike: a journal's name, a language."""
    return plain_text(markup)


def elements(zone: bytes, name: Tag) -> Iterator[tuple[bytes, bytes]]:
    """Attributes and content of the elements of this name that have any, in order. None stands within another of its name.

    >>> list(elements(b'<W/><W k="a>b">x</W>', tag("W")))
    [(b' k="a>b"', b'x')]
    """
    for piece in zone.split(name.ending)[:-1]:
        begin = piece.rfind(name.opening)
        named = begin + len(name.opening)
        if begin < 0 or piece[named] not in _AFTER_NAME:
            continue
        first = piece.find(b">", named) + 1
        attributes = piece[named : first - 1]
        if b"'" in attributes or attributes.count(b'"') % 2:
            quoted = _QUOTED_TO_END.match(piece, named)
            first = quoted.end() if quoted else first
            attributes = piece[named : first - 1]
        if not attributes.endswith(b"/"):
            yield attributes, piece[first:]


def texts(zone: bytes, name: Tag) -> tuple[str, ...]:
    """The text of every element of this name that has any, in order."""
    return tuple([text for _, markup in elements(zone, name) if (text := plain_text(markup))])


def plain_texts(found: Iterable[bytes]) -> tuple[str, ...]:
    """Contents of many elements as texts, decoded in one go; empty ones are left out."""
    whole = plain_text(BREAK.join(found))
    parts = whole.split("\0")
    if " \0" in whole or "\0 " in whole:
        parts = [part.strip(" ") for part in parts]
    return tuple(parts) if "" not in parts else tuple(filter(None, parts))


def attribute_of(name: str) -> Callable[[bytes], str]:
    """A function that reads the value of this attribute from a tag's attributes; empty where it is missing."""
    pattern = re.compile(rf"\s{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')".encode())

    @lru_cache(maxsize=1024)
    def value(attributes: bytes) -> str:
        found = pattern.search(attributes)
        return plain_text(found[1] or found[2] or b"") if found else ""

    return value
