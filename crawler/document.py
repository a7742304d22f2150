"""Document: one publication's text, immutable, which every offset in the product counts in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crawler.posted import Posted
from crawler.record import Identifiers, Notice, Reference


class Report(StrEnum):
    """Who tells it."""

    ARTICLE = "article"
    PROTOCOL = "protocol"
    REGISTRY = "registry"
    CONFERENCE = "conference"
    NEWS = "news"
    WEB_PAGE = "web_page"
    DIGEST = "digest"


class Read(StrEnum):
    """Which text was read; what is not found was not found there, and says nothing about the rest of the paper."""

    ABSTRACT = "abstract"
    FULL_TEXT = "full text"
    REGISTRY = "registry"
    WEB_PAGE = "web page"


class SectionName(StrEnum):
    """The closed set that headings are mapped to."""

    TITLE = "title"
    BACKGROUND = "background"
    OBJECTIVE = "objective"
    METHODS = "methods"
    RESULTS = "results"
    CONCLUSIONS = "conclusions"
    REGISTRATION = "registration"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the text: `document.text[start:end]`, heading excluded."""

    name: SectionName
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OtherText:
    """A text beside the abstract that is kept and not read: an abstract in another language, a plain-language summary.

    `language` is ISO 639-2 as the source gives it (`eng`, `fre`), `sort` what the source calls it.
    """

    text: str
    language: str | None = None
    sort: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One publication as a source gave it.

    `text` is the title, an empty line, and the abstract or body; it holds a given abstract unchanged.
    `sections` are those that the source itself declares by markup (the title always among them where there is one).
    `notices` are about this document, `notifies` says what it is a notice about; `cites` is its reference list.
    `version` is the version of its PMID, `entered` and `revised` are the source's own dates of the record (ISO), `language` ISO 639-2;
    `original_title` is the title in the paper's language where `title` is a translation.
    `posted` holds a registry's arms and results as the registry structures them.
    """

    id: str
    title: str
    text: str
    sections: tuple[Section, ...] = ()
    year: int | None = None
    journal: str | None = None
    identifiers: Identifiers = Identifiers()
    read: Read = Read.ABSTRACT
    report: Report = Report.ARTICLE
    reports_on: tuple[Reference, ...] = ()
    registry_ids: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    notifies: tuple[Notice, ...] = ()
    cites: tuple[Reference, ...] = ()
    other_texts: tuple[OtherText, ...] = ()
    language: str | None = None
    original_title: str | None = None
    version: int | None = None
    entered: str | None = None
    revised: str | None = None
    posted: Posted | None = None
    url: str | None = None
    origin: str | None = None
    format: str | None = None

    def __post_init__(self) -> None:
        for section in self.sections:
            if not 0 <= section.start <= section.end <= len(self.text):
                raise ValueError(f"Section {section.name} of document {self.id} lies outside its text: {section}.")


def with_title(title: str, body: str) -> tuple[str, tuple[Section, ...]]:
    r"""The text of a document, and its title section.

    >>> with_title("On X", "X works.")
    ('On X\n\nX works.', (Section(name=<SectionName.TITLE: 'title'>, start=0, end=4),))
    """
    if not title:
        return body, ()
    return f"{title}\n\n{body}", (Section(SectionName.TITLE, 0, len(title)),)
