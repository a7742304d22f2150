"""Elements of a PubMed record, found in its bytes.

The bytes are sound XML without comments and CDATA (crawler.formats.pubmed_soundness sees to that), so every `<` opens a tag. A search for a
tag runs many times as fast as a tree is built, and most of a record's elements are never asked for.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from crawler.formats.pubmed_markup import plain_text

#: Stands between texts that are read in one go; no XML holds it.
BREAK = b"\0"
_AFTER_NAME = frozenset(b"> /\n\t\r")
_SLASH = ord("/")
_QUOTED_TO_END = re.compile(rb"(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")


class Tag(NamedTuple):
    """An element's name, as its start tag begins, as its end tag begins and as this is written as a rule."""

    opening: bytes
    ending: bytes
    end_tag: bytes


def tag(name: str) -> Tag:
    """The tags of elements of this name."""
    return Tag(f"<{name}".encode(), f"</{name}".encode(), f"</{name}>".encode())


def contents(body: bytes, names: Sequence[Tag], start: int, end: int) -> list[bytes]:
    """The content of the first element of each name between two places; empty where there is none.

    The names are in the order in which the elements stand as a rule, so that each is looked for behind the one before it, and only
    where it is not there from the start.

    >>> contents(b"<TitleX>no</TitleX><Title a='1'>On <i>X</i></Title><Y/>", (tag("Title"), tag("Y"), tag("Z")), 0, 99)
    [b'On <i>X</i>', b'', b'']
    >>> contents(b"<B>2</B><A>1</A>", (tag("A"), tag("B")), 0, 99)
    [b'1', b'2']
    """
    found: list[bytes] = []
    find = body.find
    behind = start
    for name in names:
        opening, _, end_tag = name
        first = find(opening, behind, end)
        if first < 0:
            first = find(opening, start, behind)
            if first < 0:
                found.append(b"")
                continue
        inner = find(b">", first) + 1
        last = find(end_tag, inner, end)
        if last >= 0 and body[inner - 2] != _SLASH and body[first + len(opening)] in _AFTER_NAME:
            found.append(body[inner:last])
            behind = last
        else:
            found.append(_spelt_otherwise(body, name, start, end))
    return found


def inside(body: bytes, name: Tag, start: int = 0, end: int = sys.maxsize) -> bytes:
    """The content of the first element of this name between two places; empty where there is none."""
    return contents(body, (name,), start, end)[0]


def _spelt_otherwise(body: bytes, name: Tag, begin: int, end: int) -> bytes:
    """The same where the first tag that begins so is another one's, is empty, or ends with blanks in its end tag."""
    begin = body.find(name.opening, begin, end)
    while begin >= 0 and body[begin + len(name.opening)] not in _AFTER_NAME:
        begin = body.find(name.opening, begin + 1, end)
    if begin < 0:
        return b""
    inner = body.find(b">", begin) + 1
    last = re.compile(re.escape(name.ending) + rb"\s*>").search(body, inner, end)
    return body[inner : last.start()] if last and body[inner - 2] != _SLASH else b""


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
