"""The text of a record that need not have an abstract."""

from __future__ import annotations

from collections.abc import Sequence

from crawler.document import Section, SectionName
from crawler.formats.passages import Passage, text_of


def titled_text(title: str, passages: Sequence[Passage]) -> tuple[str, tuple[Section, ...]]:
    """A document's text and sections; of a record without abstract its title alone.

    >>> titled_text("On X", [])
    ('On X', (Section(name=<SectionName.TITLE: 'title'>, start=0, end=4),))
    """
    if passages:
        return text_of(title, passages)
    return title, (Section(SectionName.TITLE, 0, len(title)),) if title else ()
