"""A PubMed record taken apart: the content of its elements, as bytes, each looked for only where it can stand.

Half of a record's bytes are affiliations and references. They are kept out of what is searched, which is most of the speed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crawler.formats.pubmed_elements import contents, inside, tag

_ARTICLE_END = re.compile(rb"</Article\s*>")
_BOOK = re.compile(rb"<Book(?:\s[^<>]*)?>.*?</Book\s*>", re.DOTALL)
_AUTHORS, _REFERENCES, _OTHERS, _KEYWORDS = (tag(name) for name in ("AuthorList", "ReferenceList", "OtherAbstract", "KeywordList"))
#: What stands in front of the authors, behind them, and among what was added to the article, as NLM's document type has it.
_FRONT = tuple(tag(name) for name in ("DateRevised", "PubDate", "ArticleTitle", "Abstract"))
_BEHIND = tuple(tag(name) for name in ("Language", "DataBankList", "PublicationTypeList", "VernacularTitle"))
_ADDED = tuple(tag(name) for name in ("MedlineTA", "CommentsCorrectionsList", "MeshHeadingList"))
_IN_BOOK = (tag("PubDate"), tag("BookTitle"))
_ONLINE, _CONTRIBUTED, _JOURNAL = tag("ArticleDate"), tag("ContributionDate"), tag("Title")


class Zones(NamedTuple):
    """The parts of a record that is sound XML in its plain spelling; empty where it has none.

    The first are contents of elements. `other_abstracts` and `keywords` are stretches that hold such elements, and perhaps others.
    The numbers are places in `body`: where the authors stand, where the record's own data begin, and within them the references.
    `book` is what a chapter's record says of its book.
    """

    body: bytes
    revised: bytes
    issued: bytes
    title: bytes
    abstract: bytes
    language: bytes
    banks: bytes
    types: bytes
    vernacular: bytes
    journal: bytes
    links: bytes
    headings: bytes
    other_abstracts: bytes
    keywords: bytes
    authors: int
    authors_end: int
    data: int
    references: int
    references_end: int
    book: bytes = b""


def zones_of_article(body: bytes) -> Zones:
    """The zones of a `PubmedArticle`."""
    authors = body.find(_AUTHORS.opening)
    authors_end = body.find(_AUTHORS.ending, authors) if authors >= 0 else -1
    if authors_end < 0:
        authors = authors_end = 0
    end = body.find(b"</Article>", authors_end)
    if end < 0:
        found = _ARTICLE_END.search(body, authors_end)
        end = found.start() if found else len(body)
    data = body.find(b"</MedlineCitation", end)
    if data < 0:
        data = len(body)
    others, keywords = body.find(_OTHERS.opening, end, data), body.find(_KEYWORDS.opening, end, data)
    return Zones._make(
        (
            body,
            *contents(body, _FRONT, 0, authors or end),
            *contents(body, _BEHIND, authors_end, end),
            *contents(body, _ADDED, end, data),
            body[others:data] if others >= 0 else b"",
            body[keywords : body.rfind(_KEYWORDS.ending, keywords, data)] if keywords >= 0 else b"",
            authors,
            authors_end,
            data,
            *_references(body, data, len(body)),
            b"",
        )
    )


def zones_of_book(body: bytes) -> Zones:
    """The zones of a `PubmedBookArticle`. Its editors and its title stand within the book, its authors and a chapter's title behind it."""
    found = _BOOK.search(body)
    book = found[0] if found else b""
    own = body.replace(book, b"", 1)
    data = own.find(b"</BookDocument")
    data = len(own) if data < 0 else data
    references, references_end = _references(own, 0, data)
    # The references come last, as in an article's record.
    own = own[:references] + own[references_end:] + own[references:references_end]
    document = data - (references_end - references)
    authors = own.find(_AUTHORS.opening, 0, document)
    authors_end = own.find(_AUTHORS.ending, authors, document) if authors >= 0 else -1
    revised, _, title, abstract = contents(own, _FRONT, 0, document)
    language, banks, _, vernacular = contents(own, _BEHIND, 0, document)
    issued, book_title = contents(book, _IN_BOOK, 0, len(book))
    return Zones(
        own,
        revised,
        issued or inside(own, _CONTRIBUTED, 0, document),
        title or book_title,
        abstract,
        language,
        banks,
        own[:document],
        vernacular,
        book_title,
        b"",
        b"",
        b"",
        own[:document],
        max(authors, 0),
        max(authors_end, 0),
        document,
        len(own) - (references_end - references),
        len(own),
        book,
    )


def online_date(zones: Zones) -> bytes:
    """When the article appeared online."""
    return inside(zones.body, _ONLINE, zones.authors_end, zones.data)


def full_journal(zones: Zones) -> bytes:
    """The journal's name in full."""
    return inside(zones.body, _JOURNAL, 0, zones.authors or zones.data)


def _references(body: bytes, start: int, end: int) -> tuple[int, int]:
    """From the first reference list's start to the end of the last, which may hold others; nothing at the end where there is none."""
    first = body.find(_REFERENCES.opening, start, end)
    last = body.rfind(_REFERENCES.ending, first, end) if first >= 0 else -1
    return (first, last) if last >= 0 else (end, end)
