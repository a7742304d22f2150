"""What a source is: it lists what a search matches, gives the records, and reads what it gave, also long after and offline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from crawler.document import Document
from crawler.errors import Unreadable


@dataclass(frozen=True, slots=True)
class Search:
    """What a saved search asks of a source. `since` bounds the day on which a record entered the source.

    `stored`: how many of its records are stored already, so that a source can choose between listing all and listing what is new.
    """

    query: str
    since: date | None = None
    limit: int | None = None
    stored: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """One record that a search matches. `mark` changes when the record does, where the source tells; else None.

    `revised`: listed because it changed lately, not only because it matches.
    """

    id: str
    mark: str | None = None
    revised: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """What a search matches now.

    `whole`: it names all that the search matches, so what was listed before and is not now has gone; else only what entered or
    changed in the window. `found` is the source's own count.
    """

    items: tuple[Listed, ...]
    whole: bool
    found: int


@dataclass(frozen=True, slots=True)
class Answered:
    """One record as the source gave it: the exact bytes, which are kept."""

    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Lacking:
    """A record that was asked for and not given.

    `gone`: the source says that there is no such record (any more), or gives nothing under this id however often it is asked;
    else the asking failed, and says nothing about the record.
    """

    id: str
    why: str
    gone: bool = False


class Source(Protocol):
    """A service that records come from. Bytes come through the door alone (`crawler.http`); `parse` needs no network."""

    @property
    def name(self) -> str:
        """The name in the configuration and in the database."""
        ...

    @property
    def batch(self) -> int:
        """How many records one asking brings."""
        ...

    def listing(self, search: Search, changed_since: date | None) -> Listing:
        """What a search matches; with `changed_since`, what changed on or after that day is marked as revised.

        Raises:
            ServiceError: the service did not answer, or said no; its words are in the message.
        """
        ...

    def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
        """The records of these ids, at most `batch`, in any order; each id asked for comes once, as one or the other.

        Raises:
            ServiceError: the service did not answer, or said no.
        """
        ...

    def parse(self, answered: Answered) -> Document | Unreadable:
        """The document in an answer."""
        ...
