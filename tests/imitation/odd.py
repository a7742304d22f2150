"""Odd records, each with a name: texts, dates, identifiers and notices that have broken other systems."""

from __future__ import annotations

from tests.imitation.corpus import Corpus
from tests.imitation.paper import Paper


def odd_papers() -> list[Paper]:
    """The odd records."""
    return []


def furnish(corpus: Corpus) -> None:
    """Give a corpus what the odd records need beside themselves."""
