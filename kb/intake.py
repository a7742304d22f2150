"""From what the importers yield to what is read: every document by itself, so that one that breaks never takes the others along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from crawler.document import Document
from crawler.errors import Unreadable
from nlp.claim import Extraction, Level, Problem, Study

#: What a defect in a component can raise on a text that nobody foresaw. A missing library, an interrupt or a full disk is
#: none of these: it would fail for every document, so it ends the run.
DEFECTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


class ReadsDocuments(Protocol):
    """The pipeline, as this room sees it."""

    def read(self, document: Document) -> Extraction:
        """What the document asserts."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """One document and what was read from it. `failure`: why nothing was read, as a sentence; None where reading went well."""

    document: Document
    extraction: Extraction
    failure: str | None = None

    @property
    def left_out(self) -> tuple[str, ...]:
        """What could not be read of this document, a sentence each."""
        return tuple(p.what for p in self.extraction.problems)


def read_each(items: Iterable[Document | Unreadable], reader: ReadsDocuments) -> Iterator[Reading | Unreadable]:
    """Read documents one by one, in their order; what could not be opened is passed on as it is."""
    for item in items:
        yield item if isinstance(item, Unreadable) else read_one(item, reader)


def read_one(document: Document, reader: ReadsDocuments) -> Reading:
    """Read one document. A defect met on the way becomes its problem, in words."""
    if not document.text.strip():
        return _failed(document, "The document holds no text, so nothing was read from it.")
    try:
        return Reading(document, reader.read(document))
    except DEFECTS as error:
        return _failed(document, f"Reading broke off with {type(error).__name__} ({error}); nothing was taken from this document.")


def _failed(document: Document, why: str) -> Reading:
    return Reading(document, Extraction(Study(Level.OTHER), problems=(Problem(why),)), failure=why)
