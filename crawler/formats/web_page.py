"""A web page that retells a paper and cites it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawler.document import Document, Read, Report
from crawler.errors import Unreadable
from crawler.formats.citations import Cited, read_reference
from crawler.formats.furniture import is_furniture, is_prose, without_furniture
from crawler.formats.given import Given, lines_of, paragraphs
from crawler.formats.passages import Passage, text_of
from crawler.record import registry_ids

_SOURCE = re.compile(
    r"^(?:(?:story |original |journal |news )?sources?|(?:journal |study )?references?|citations?|cited (?:article|study|paper)|cite as"
    r"|original (?:article|study|paper|publication|research)|(?:based on|adapted from|read) the (?:full )?(?:article|study|paper|publication)"
    r"|based on|adapted from|publication|the (?:study|paper))\s*(?P<mark>[:–—-]|$)\s*(?P<value>.*)$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^\[?\d{1,2}[.\])]\s+")


class WebPage:
    """Prose that names its source: a citation under a label, with a DOI, PMID or PMCID."""

    name = "web_page"
    what = 'a web page (text or HTML) that retells a paper and cites it after "Source:" or "Reference:" with a DOI, PMID or PMCID'

    def recognises(self, given: Given) -> bool:
        """By the labelled citation and a paragraph of prose; prose that cites nothing is nobody's report, and stays unknown."""
        found = paragraphs(lines_of(given.text))
        source = _source(found)
        return source is not None and any(is_prose(p) for p in _article(found, source))

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """The one page."""
        found = paragraphs(lines_of(given.text))
        source = _source(found)
        if source is None:
            yield Unreadable(
                given.where, "the page cites no paper.", 'A page is read when it names its source ("Source: …, doi …").'
            )
            return
        yield _document(_article(found, source), source[2], given)


def _source(found: Sequence[str]) -> tuple[int, int, tuple[Cited, ...]] | None:
    """First and last paragraph of the source's citation, and what it cites. The last such label of a page counts."""
    best = None
    for n, paragraph in enumerate(found):
        label = _SOURCE.match(paragraph)
        if not label:
            continue
        end = n + 1
        lines = [label["value"]] if label["value"] else []
        while end < len(found) and (not lines or _NUMBERED.match(found[end])) and not _goes_on(found[end]):
            lines.append(found[end])
            end += 1
        cited = tuple(c for line in lines if (c := read_reference(_NUMBERED.sub("", line))).identifiers)
        if cited:
            best = (n, end, cited)
    return best


def _goes_on(paragraph: str) -> bool:
    """Whether a paragraph goes on with the article rather than with the list of sources."""
    return is_prose(paragraph) and not read_reference(paragraph).identifiers


def _article(found: Sequence[str], source: tuple[int, int, tuple[Cited, ...]]) -> list[str]:
    """The article stands on one side of its source; what the page prints on the other side is the page's."""
    sides = (without_furniture(found[: source[0]]), without_furniture(found[source[1] :]))
    return max(sides, key=lambda side: sum(len(p) for p in side if is_prose(p)))


def _document(body: list[str], cited: tuple[Cited, ...], given: Given) -> Document:
    own = _own_title(body, given)
    body = [p for p in body if p != own]
    retold = _retold(cited, "\n".join([own, *body]))
    # A page that retells one paper and has no title of its own goes under the paper's, as it does with its year and journal.
    paper = retold[0] if len(retold) == 1 else None
    title = own or (paper and paper.title) or ""
    text, sections = text_of(title, [Passage(p) for p in body], between="\n\n")
    return Document(
        id=given.stem,
        title=title,
        text=text,
        sections=sections,
        year=paper.year if paper else None,
        journal=paper.journal if paper else None,
        read=Read.WEB_PAGE,
        report=Report.WEB_PAGE,
        reports_on=tuple(c.as_reference() for c in retold),
        registry_ids=registry_ids(text),
        origin=given.where,
        format=WebPage.name,
    )


def _retold(cited: tuple[Cited, ...], text: str) -> tuple[Cited, ...]:
    """The papers that the page tells of: its only source, or those of a list that it calls by name. A list alone is a reading list."""
    return cited if len(cited) == 1 else tuple(c for c in cited if _is_named(c, text))


def _is_named(cited: Cited, text: str) -> bool:
    surname = re.escape(re.split(r"[\s,]", cited.citation, maxsplit=1)[0])
    by_author = re.search(rf"\b{surname}\b(?: et al|,? and (?:colleagues|co-?workers|co-?authors)|\s\((?:19|20)\d\d\))", text)
    return by_author is not None or bool(cited.title and cited.title.lower() in text.lower())


def _own_title(body: Sequence[str], given: Given) -> str:
    """The markup's title, else a first line that is no sentence."""
    if given.title:
        return given.title
    first = body[0] if body else ""
    return "" if is_prose(first) or first.endswith((".", "!", ":")) or is_furniture(first) else first
