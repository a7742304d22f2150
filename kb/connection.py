"""Opening the one SQLite file: for reading without a trace, for writing with everything that keeps it sound."""

from __future__ import annotations

import fcntl
import sqlite3
import time
from pathlib import Path
from typing import BinaryIO

from kb.errors import CannotUse, LibraryBusy, LibraryError, NoLibrary, NotALibrary

#: How long a writer waits for another one before it gives up.
PATIENCE_SECONDS = 5.0


def for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write.

    Raises:
        NoLibrary: there is no such file.
        NotALibrary: the file is something else.
    """
    if not path.exists():
        raise NoLibrary(path)
    if path.is_dir():
        raise NotALibrary(path, "it is a folder")
    try:
        connection, found = _opened(path)
    except sqlite3.DatabaseError as error:
        raise in_words(error, path) from error
    if found < 3:
        raise NotALibrary(path, "its tables are not those of a library")
    connection.row_factory = sqlite3.Row
    return connection


_TABLES = "SELECT count(*) FROM sqlite_master WHERE name IN ('claim', 'document', 'run')"


def _opened(path: Path) -> tuple[sqlite3.Connection, int]:
    """Open read-only. In a folder that cannot be written to, SQLite cannot keep its shared memory: nobody writes there, so none is needed."""
    address = f"{path.resolve().as_uri()}?mode=ro"
    try:
        connection = sqlite3.connect(address, uri=True, timeout=PATIENCE_SECONDS)
        return connection, int(connection.execute(_TABLES).fetchone()[0])
    except sqlite3.OperationalError as error:
        if "readonly" not in str(error) and "unable to open" not in str(error):
            raise
        connection = sqlite3.connect(f"{address}&immutable=1", uri=True)
        return connection, int(connection.execute(_TABLES).fetchone()[0])


def for_writing(path: Path) -> sqlite3.Connection:
    """A connection that writes; the file and its tables are made where there are none.

    Raises:
        NotALibrary: the file is something else.
        CannotUse: the place cannot be written to, or the disk is full.
        LibraryBusy: another run is writing.
    """
    if path.is_dir():
        raise NotALibrary(path, "it is a folder")
    if not path.parent.exists():
        raise NotALibrary(path, f"the folder {path.parent} does not exist")
    try:
        connection = sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        _refuse_strangers(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        # A migration may make a table anew; its references are whole again when it ends, and not before.
        _migrate(connection)
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.DatabaseError as error:
        raise in_words(error, path) from error
    return connection


def lock(path: Path) -> BinaryIO:
    """Hold the library for one writing run. The lock belongs to the process: it ends with it, however that ends.

    Raises:
        NotALibrary: the folder does not exist.
        CannotUse: the place cannot be written to.
        LibraryBusy: another run holds it.
    """
    if not path.parent.exists():
        raise NotALibrary(path, f"the folder {path.parent} does not exist")
    if path.is_dir():
        raise NotALibrary(path, "it is a folder")
    try:
        file = path.with_name(f"{path.name}.lock").open("ab")
    except OSError as error:
        raise CannotUse(path, error.strerror or str(error)) from error
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > ends:
                file.close()
                raise LibraryBusy(path) from None
            time.sleep(0.05)
        else:
            return file


def in_words(error: sqlite3.DatabaseError, path: Path) -> LibraryError:
    """What SQLite could not do, as an error that its reader can act on."""
    if isinstance(error, sqlite3.OperationalError):
        if "locked" in str(error) or "busy" in str(error):
            return LibraryBusy(path)
        return CannotUse(path, str(error))
    return NotALibrary(path, f"SQLite says: {error}")


def is_locked(path: Path) -> bool:
    """Whether a writing run holds the library at this moment."""
    place = path.with_name(f"{path.name}.lock")
    try:
        with place.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # no lock was ever taken here, or it is not ours to look at
    return False


def _refuse_strangers(connection: sqlite3.Connection, path: Path) -> None:
    """Somebody's other database is not turned into a library."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    # A library whose making was broken off (a full disk, a kill) holds the list of migrations alone.
    tables -= {"_sqlite_migrations", "sqlite_sequence"}
    if tables and not {"claim", "document", "run"} <= tables:
        raise NotALibrary(path, "it is a database with tables of another program")


def _migrate(connection: sqlite3.Connection) -> None:
    from kb.schema import MIGRATIONS, applied, migrate

    known = {name for name, _ in MIGRATIONS}
    done = set(applied(connection))
    if done - known:
        raise sqlite3.DatabaseError("it was written by a later version of counterclaim; update and try again")
    if done != known:
        migrate(connection)
