"""From a document to what it asserts. A spaCy `Doc` never leaves this package."""

from __future__ import annotations

from crawler.document import Document
from nlp.claim import Extraction, Level, Study


class Reader:
    """Reads documents; building one costs seconds, reading one document milliseconds."""

    def read(self, document: Document) -> Extraction:
        """What the document asserts."""
        return Extraction(Study(Level.OTHER))


def build() -> Reader:
    """A reader with the bundled domain packs."""
    return Reader()
