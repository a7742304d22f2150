"""The library as the site reads it: connections that cannot write, one moment of the library a page, and a limit to how long a page may take."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.database import Database

from kb.connection import for_reading
from kb.errors import LibraryError
from kb.schema import MIGRATIONS, applied

T = TypeVar("T")
#: How the library is called in the addresses of the tables.
NAME = "tables"
#: So long a page may read, in seconds.
PATIENCE_SECONDS = 10.0
#: SQLite looks at the clock every so many of its steps.
_STEPS = 2000


class TooLong(LibraryError):
    """A page that reads longer than it may."""

    def __init__(self) -> None:
        super().__init__(
            f"This page took longer than {PATIENCE_SECONDS:.0f} seconds, and was broken off. Name an outcome, a condition or a comparator, so that less has to be read."
        )


class EarlierVersion(LibraryError):
    """A library whose tables are not those of this version."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} was written by another version of counterclaim. Bring it up to date with: counterclaim reread --db {path}"
        )


class Library(Database):  # type: ignore[misc]
    """Datasette's view of the library. `kept`: counts that hold as long as no run has ended since; `host`: the address the site is bound to."""

    def __init__(self, datasette: Datasette, path: Path, host: str) -> None:
        super().__init__(datasette, path=str(path), is_mutable=True)
        self.host = host
        self.kept: dict[str, tuple[int, object]] = {}

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A connection for one thread; there is none that writes."""
        if write:
            raise PermissionError("The site reads the library and never writes to it.")
        connection = for_reading(Path(self.path))
        connection.execute("PRAGMA query_only = ON")
        return connection


def current(path: Path) -> None:
    """Refuse a library that is not there, is none, or lacks tables of this version.

    Raises:
        LibraryError: and why.
    """
    db = for_reading(path)
    try:
        if set(applied(db)) != {name for name, _ in MIGRATIONS}:
            raise EarlierVersion(path)
    finally:
        db.close()


@contextmanager
def one_moment(db: sqlite3.Connection, seconds: float = PATIENCE_SECONDS) -> Iterator[sqlite3.Connection]:
    """The library as it is at one moment, whatever is written meanwhile, for so many seconds at most. Nothing is held open afterwards.

    Raises:
        TooLong: the time is over.
    """
    ends = time.monotonic() + seconds
    db.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
    try:
        db.execute("BEGIN")
        yield db
    except sqlite3.OperationalError as error:
        if str(error) == "interrupted":
            raise TooLong from error
        raise
    finally:
        db.set_progress_handler(None, 0)
        if db.in_transaction:
            db.rollback()


async def read(datasette: Datasette, look: Callable[[sqlite3.Connection], T]) -> T:
    """What a function finds in the library, in a thread of its own."""

    def within(db: sqlite3.Connection) -> T:
        with one_moment(db):
            return look(db)

    found: Any = await datasette.get_database(NAME).execute_fn(within)
    return found  # type: ignore[no-any-return]
