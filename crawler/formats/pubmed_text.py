"""The text of a PubMed page, as copied or saved from a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.citations import Place, read_place
from crawler.formats.given import Given, lines_of, paragraphs
from crawler.formats.passages import labelled, text_of
from crawler.record import Identifiers, registry_ids

#: What stands below an abstract, each on a line of its own. The text ends at the first.
_BELOW = frozenset(
    line.lower()
    for line in (
        "Publication types", "MeSH terms", "Substances", "Supplementary concepts", "Associated data", "Grants and funding", "Grants and fundings",
        "Conflict of interest statement", "Figures", "Figure", "Similar articles", "Cited by", "References", "Comment in", "Comment on",
        "Update in", "Update of", "Erratum in", "Erratum for", "Retraction in", "Retraction of", "Expression of concern in", "Republished in",
        "Related information", "LinkOut - more resources", "Full text links", "Full text sources", "Medical", "Miscellaneous",
        "Personal name as subject", "Plain language summary", "Summary for patients in", "Collaborators", "Investigators", "Affiliations",
        "PubMed Disclaimer", "Cite", "Actions", "Share", "Permalink",
    )
)  # fmt: skip
#: Lines between the citation and the abstract that are no title: identifiers, notices, and the page's buttons.
_BESIDE_TITLE = re.compile(
    r"^(?:(?:PMID|PMCID|DOI)\s*:.*|(?:Affiliations?|Collaborators?|Author information)(?: (?:Expand|Collapse))?:?|Free (?:PMC )?article|Full text(?: links)?"
    r"|(?:Erratum|Comment|Update|Retraction|Expression of concern) in|Item in Clipboard|Expand|Show details|Actions|Cite|Share|Permalink|Display options|Save|Email"
    r"|Send to|Clipboard|My Bibliography|Collections|Format)$",
    re.IGNORECASE,
)
_TYPES = re.compile(
    r"^(?:(?:(?:Pragmatic|Controlled|Randomi[sz]ed Controlled|Equivalence) )?(?:Clinical )?Trial(?:,? (?:Phase [IV]+|Protocol))?|(?:Systematic |Scoping )?Review"
    r"|Meta-Analysis|(?:Observational|Comparative|Multicenter|Evaluation|Validation|Twin) Study|Case Reports|Clinical Study|Letter|Editorial|Comment|Guideline"
    r"|Practice Guideline|Network Meta-Analysis|Historical Article|Retracted Publication|Published Erratum|Preprint)$"
)
_KEYWORDS = re.compile(r"^Key ?words\s*:\s*", re.IGNORECASE)
_RIGHTS = re.compile(r"^(?:©|\(c\)|Copyright\b|Published by\b|This article is protected\b)", re.IGNORECASE)
_IDENTIFIER_LINE = re.compile(r"^(?:PMID|PMCID|DOI)\s*:", re.IGNORECASE)
_NO_ABSTRACT = "no abstract available"


class PubmedText:
    """A page of PubMed as text: citation line, title, abstract, and the lists below it."""

    name = "pubmed_text"
    what = 'the text of a PubMed page, with its citation line (journal, date, volume or DOI) and a line "Abstract"'

    def recognises(self, given: Given) -> bool:
        """By a citation line above a line "Abstract"."""
        return _cut(lines_of(given.text)) is not None

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """The one paper."""
        page = _cut(lines_of(given.text))
        if page is None or not page.abstract:
            yield Unreadable(
                given.where, "the page has no abstract, so there is nothing to read.", "Add the paper from another source."
            )
            return
        yield _document(page, given)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's parts: the place that the citation line tells, what stands above and below it, the abstract, the lists."""

    place: Place
    in_one_line: bool
    above: Sequence[str]
    between: Sequence[str]
    abstract: Sequence[str]
    below: Sequence[str]


def _cut(lines: list[str]) -> _Page | None:
    start = next((n for n, line in enumerate(lines) if line.rstrip(":").lower() in ("abstract", _NO_ABSTRACT)), None)
    if start is None:
        return None
    cited = next(((n, place) for n, line in enumerate(lines[:start]) if (place := read_place(line))), None)
    if cited is None:
        return None
    at, place = cited
    above = [line for line in lines[:at] if line]
    in_one_line = bool(place.journal)
    if not in_one_line:
        if not above:
            return None
        place = replace(place, journal=above.pop())
    rest = [] if lines[start].lower() == _NO_ABSTRACT else lines[start + 1 :]
    end = next((n for n, line in enumerate(rest) if _ends_abstract(line)), len(rest))
    between = [line for line in lines[at + 1 : start] if line]
    return _Page(place, in_one_line, above, between, paragraphs(rest[:end]), rest[end:])


def _ends_abstract(line: str) -> bool:
    return line.lower() in _BELOW or any(pattern.match(line) for pattern in (_KEYWORDS, _RIGHTS, _IDENTIFIER_LINE))


def _document(page: _Page, given: Given) -> Document:
    title, after_title = _title(page)
    text, sections = text_of(title, labelled(page.abstract))
    names = _identifiers(page)
    data = " ".join(_list_under("associated data", page.below))
    return Document(
        id=given.stem,
        title=title,
        text=text,
        sections=sections,
        year=page.place.year,
        journal=page.place.journal,
        identifiers=names,
        registry_ids=registry_ids(f"{text}\n{data}"),
        publication_types=_list_under("publication types", page.below) or tuple(line for line in page.above if _TYPES.match(line)),
        keywords=_keywords(page.below),
        mesh=tuple(term.rstrip("*") for term in _list_under("mesh terms", page.below)),
        authors=_authors(after_title),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{names.pmid}/" if names.pmid else None,
        origin=given.where,
        format=PubmedText.name,
    )


def _title(page: _Page) -> tuple[str, Sequence[str]]:
    """The title, and the lines that follow it. It stands above a whole citation line; below one whose journal has a line of its own."""
    above = [line for line in page.above if not _TYPES.match(line) and not _BESIDE_TITLE.match(line)]
    if above and page.in_one_line:
        return above[-1], page.between
    below = [line for line in page.between if not _BESIDE_TITLE.match(line)]
    return (below[0], page.between[page.between.index(below[0]) + 1 :]) if below else ("", ())


def _identifiers(page: _Page) -> Identifiers:
    """From the citation line; what it lacks from the lines of identifiers around the abstract. Lists below name other papers."""
    lines = [line for line in page.between if _IDENTIFIER_LINE.match(line)] + [
        line for line in page.below[:8] if _IDENTIFIER_LINE.match(line)
    ]
    more = Identifiers.found_in(" ".join(lines))
    names = page.place.identifiers
    return Identifiers(names.doi or more.doi, names.pmid or more.pmid, names.pmcid or more.pmcid)


def _authors(lines: Sequence[str]) -> tuple[str, ...]:
    """The authors of the line below the title, without the marks of their affiliations."""
    line = lines[0] if lines else ""
    if not line or _BESIDE_TITLE.match(line) or line.endswith("."):
        return ()
    names = (re.sub(r"[\s\d#*†‡§]+$", "", name) for name in re.split(r",|;", line))
    return tuple(name.strip() for name in names if re.search(r"[^\W\d_]", name))


def _list_under(heading: str, lines: Sequence[str]) -> tuple[str, ...]:
    """The items below a heading, up to the next heading; blank lines among them are the page's layout."""
    start = next((n for n, line in enumerate(lines) if line.lower() == heading), None)
    if start is None:
        return ()
    rest = lines[start + 1 :]
    end = next((n for n, line in enumerate(rest) if _ends_abstract(line)), len(rest))
    return tuple(item for line in rest[:end] if (item := line.lstrip("•*-– \t")))


def _keywords(lines: Sequence[str]) -> tuple[str, ...]:
    for line in lines:
        found = _KEYWORDS.match(line)
        if found:
            return tuple(word for part in re.split(r"[;,]", line[found.end() :]) if (word := part.strip().rstrip(".")))
    return ()
