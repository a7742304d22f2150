"""What files can be read: one file each, and one line in FORMATS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.citation_json import CitationJson
from crawler.formats.conference_news import ConferenceNews
from crawler.formats.given import Given
from crawler.formats.jats import Jats
from crawler.formats.nbib import Nbib
from crawler.formats.pubmed_text import PubmedText
from crawler.formats.pubmed_xml import PubmedXml
from crawler.formats.records import Records
from crawler.formats.ris import Ris
from crawler.formats.web_page import WebPage


class Format(Protocol):
    """A kind of file that documents are read from."""

    @property
    def name(self) -> str:
        """The name that `Document.format` carries."""
        ...

    @property
    def what(self) -> str:
        """One line for people: what is known by what sign."""
        ...

    def recognises(self, given: Given) -> bool:
        """Whether this is such a file. Decided on what only such a file has; prose is never recognised by default."""
        ...

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """Its documents, in order; what cannot be read stands in its place as an error value."""
        ...


#: In the order in which they are asked: the stricter sign first.
FORMATS: tuple[Format, ...] = (
    PubmedXml(),
    Jats(),
    Nbib(),
    Ris(),
    CitationJson(),
    Records(),
    PubmedText(),
    ConferenceNews(),
    WebPage(),
)

#: Formats that name a record with bytes that are no text, and read the others.
BY_RECORD = frozenset({PubmedXml.name, Jats.name, Nbib.name, Ris.name})


def format_of(given: Given) -> Format | None:
    """The first format that recognises the file."""
    return next((known for known in FORMATS if known.recognises(given)), None)


def known_formats() -> str:
    """What can be read, as one sentence for people."""
    return "Known are: " + "; ".join(f"{known.name} ({known.what})" for known in FORMATS) + "."
