"""A PubMed record cut into its zones, so that each field is looked for only where it can stand.

Half of a record's bytes are affiliations and references. They are kept out of what is searched, which is most of the speed.
Within a zone no order of elements is assumed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ARTICLE_END = re.compile(rb"</Article\s*>")
_BOOK = re.compile(rb"<Book(?:\s[^<>]*)?>.*?</Book\s*>", re.DOTALL)


class Zones(NamedTuple):
    """The parts of a record, which is sound XML in its plain spelling, by the places where they begin.

    Head: the record's own data and what was published, up to `authors`. Tail: the rest of what was published, from `tail` to `tail_end`.
    From `indexing` to `data` stands what was added (headings, keywords, notices, further abstracts); in a book's record this is the tail.
    From `data` to `references` stand history and identifiers, and perhaps more of them from `behind` on.
    """

    body: bytes
    authors: int
    tail: int
    tail_end: int
    indexing: int
    data: int
    references: int
    behind: int


def zones_of_article(body: bytes) -> Zones:
    """The zones of a `PubmedArticle`."""
    authors, tail = _span(body, b"<AuthorList", b"</AuthorList", len(body))
    article = body.find(b"</Article>", tail)
    if article < 0:
        found = _ARTICLE_END.search(body, tail)
        article = found.start() if found else len(body)
    data = body.find(b"</MedlineCitation", article)
    if data < 0:
        data = len(body)
    references, behind = _references(body, data, len(body))
    return Zones(body, authors, tail, article, article, data, references, behind)


def zones_of_book(body: bytes) -> tuple[Zones, bytes]:
    """The zones of a `PubmedBookArticle`, and apart from them its book, whose title and editors are not the chapter's."""
    found = _BOOK.search(body)
    book = found[0] if found else b""
    own = body.replace(book, b"", 1)
    data = own.find(b"</BookDocument")
    data = len(own) if data < 0 else data
    references, behind = _references(own, 0, data)
    authors, tail = _span(own, b"<AuthorList", b"</AuthorList", references)
    # The references stand within the document: they come last, so that the zones lie side by side.
    own = own[:references] + own[behind:] + own[references:behind]
    data -= behind - references
    return Zones(own, authors, tail, data, tail, data, len(own) - (behind - references), len(own)), book


def _references(body: bytes, start: int, end: int) -> tuple[int, int]:
    """From the first reference list's start to the end of the last, which may hold others."""
    first = body.find(b"<ReferenceList", start, end)
    last = body.rfind(b"</ReferenceList", first, end) if first >= 0 else -1
    return (first, last) if last >= 0 else (end, end)


def _span(body: bytes, opening: bytes, ending: bytes, end: int) -> tuple[int, int]:
    """From an element's start tag to its end tag; an empty span at the beginning where it is missing or has no content."""
    begin = body.find(opening, 0, end)
    close = body.find(ending, begin, end) if begin >= 0 else -1
    return (begin, close) if close >= 0 else (0, 0)
