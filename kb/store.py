"""Row ↔ value: how documents and what they assert are written. Each document is one transaction, so nothing is half there."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from crawler.errors import Unreadable
from kb.answer_notices import count_library
from kb.connection import for_writing, in_words, lock
from kb.errors import NotStored
from kb.fingerprint import digest
from kb.intake import Reading
from kb.studies import stand_alone
from kb.upkeep import catch_up
from kb.writing import Stored as Stored
from kb.writing import Writer
from nlp.domain import Entry, by_id, entries, normal_name

#: What SQLite raises on a value: a broken character, a number beyond 64 bits, a row against the tables' rules.
_NOT_TAKEN = (UnicodeEncodeError, OverflowError, sqlite3.IntegrityError)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Library:
    """A library open for writing. `close_run` makes the studies and ends the run; what was added stays without it."""

    def __init__(self, path: Path, command: str, arguments: Iterable[str], versions: dict[str, str]) -> None:
        # Beside the file that a link leads to stand its lock and its answers: SQLite and every reader look there.
        self.path = path = path.resolve() if path.is_symlink() else path
        with ExitStack() as opened:
            self._db = for_writing(path)
            opened.callback(self._db.close)
            opened.enter_context(lock(path))
            self._sync_concepts()
            with self._transaction():
                cursor = self._db.execute(
                    "INSERT INTO run (command, arguments, started, versions) VALUES (?, ?, ?, ?)",
                    (command, json.dumps(list(arguments)), _now(), json.dumps(versions)),
                )
            self._opened = opened.pop_all()
        self.turned = 0
        self.run = int(cursor.lastrowid or 0)
        self.counts = dict.fromkeys((*Stored, "left_out"), 0)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    @property
    def db(self) -> sqlite3.Connection:
        """The connection, for this room's own modules."""
        return self._db

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, for this room's own modules."""
        with self._transaction():
            yield self._db

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing.

        Raises:
            LibraryBusy: another run is writing.
            CannotUse: the disk is full, or the place is read-only.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            # A full disk ends the transaction by itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise in_words(error, self.path) from error
            raise

    def add(self, reading: Reading, also: Callable[[sqlite3.Connection, int], None] | None = None) -> Stored:
        """Store one document with everything read from it; the same content again writes nothing.

        `also` writes what belongs to the document's arrival, in the same transaction; it gets the document's row.

        Raises:
            NotStored: the database does not take this document; nothing of it is there.
        """
        with self._transaction():
            outcome, _ = self._write(reading, also)
        self._count(reading, outcome)
        return outcome

    def add_among(self, reading: Reading) -> tuple[Stored, int]:
        """The same within the caller's transaction, and the document's row; a document that is not taken leaves no trace among the others.

        Raises:
            NotStored: the database does not take this document.
        """
        self._db.execute("SAVEPOINT document")
        try:
            outcome, stored = self._write(reading)
        except NotStored:
            self._db.execute("ROLLBACK TO document")
            raise
        finally:
            if self._db.in_transaction:
                self._db.execute("RELEASE document")
        self._count(reading, outcome)
        return outcome, stored

    def _write(self, reading: Reading, also: Callable[[sqlite3.Connection, int], None] | None = None) -> tuple[Stored, int]:
        try:
            writer = Writer(self._db, self.run)
            outcome = writer.document(reading)
            if outcome is not Stored.UNCHANGED:
                stand_alone(self._db, writer.stored)
            if also is not None:
                also(self._db, writer.stored)
        except _NOT_TAKEN as error:
            raise NotStored(f"this could be read and not be stored ({error}).") from error
        return outcome, writer.stored

    def _count(self, reading: Reading, outcome: Stored) -> None:
        if reading.left_out:
            self.counts["left_out"] += 1
        self.counts[outcome] += 1

    def leave_out(self, error: Unreadable) -> None:
        """Keep what could not be read as a problem of this run."""
        with self._transaction():
            self.note(error)
        self.counts["left_out"] += 1

    def note(self, error: Unreadable) -> None:
        """Keep a problem of this run, within the caller's transaction."""
        self._db.execute(
            "INSERT INTO problem (run_id, place, what, advice) VALUES (?, ?, ?, ?)",
            (self.run, error.where, error.why, error.do or None),
        )

    def catch_up(self) -> None:
        """Work out what follows from the documents that changed so far, so that a long run need not hold all of them at its end."""
        with self._transaction():
            self.turned += catch_up(self._db, self.run)

    def close_run(self, exit_code: int) -> None:
        """Work out what follows from the documents that changed, in this run or in one that was killed, and write down how the run went."""
        with self._transaction():
            self.turned += catch_up(self._db, self.run)
            self._db.executemany(
                "INSERT OR REPLACE INTO library_count (name, value) VALUES (?, ?)", count_library(self._db).items()
            )
            self._db.execute(
                "INSERT OR REPLACE INTO run_count SELECT ?, name, value FROM library_count l WHERE name <> 'history_since' AND value IS NOT "
                "(SELECT r.value FROM run_count r WHERE r.name = l.name ORDER BY r.run_id DESC LIMIT 1)",
                (self.run,),
            )
            self._db.execute(
                "UPDATE run SET ended = ?, added = ?, replaced = ?, unchanged = ?, left_out = ?, exit_code = ?, library_digest = ? WHERE id = ?",
                (_now(), *(self.counts[k] for k in (*Stored, "left_out")), exit_code, digest(self._db), self.run),
            )

    def _sync_concepts(self) -> None:
        """The packs' concepts and names as tables, so that questions are understood without the packs."""
        packs = entries()
        print_of_packs = hashlib.sha256(
            repr([(e.id, e.label, e.names, sorted(e.details.items(), key=str)) for e in packs]).encode()
        ).hexdigest()
        known = self._db.execute("SELECT label FROM concept WHERE id = 'counterclaim:packs'").fetchone()
        if known and known[0] == print_of_packs:
            return
        with self._transaction():
            for entry in by_id(packs).values():
                _write_concept(self._db, entry)
            # Other words for width or tissue make other comparisons of the same documents.
            self._db.execute("INSERT OR IGNORE INTO stale SELECT id FROM document")
            self._db.execute("DELETE FROM concept_name")
            for entry in packs:
                for name in entry.names:
                    self._db.execute(
                        "INSERT OR IGNORE INTO concept_name (name, concept_id, written) VALUES (?, ?, ?)",
                        (normal_name(name), entry.id, name),
                    )
            self._db.execute(
                "INSERT INTO concept (id, kind, label) VALUES ('counterclaim:packs', 'packs', ?) ON CONFLICT (id) DO UPDATE SET label = excluded.label",
                (print_of_packs,),
            )


def _write_concept(db: sqlite3.Connection, entry: Entry) -> None:
    d = entry.details
    db.execute(
        "INSERT INTO concept (id, kind, label, broader, better, harm, class, route, cell_source, donor, pack, mid, mid_source) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) "
        "ON CONFLICT (id) DO UPDATE SET kind=excluded.kind, label=excluded.label, broader=excluded.broader, better=excluded.better, harm=excluded.harm, "
        "class=excluded.class, route=excluded.route, cell_source=excluded.cell_source, donor=excluded.donor, pack=excluded.pack, mid=excluded.mid, mid_source=excluded.mid_source",
        (entry.id, entry.kind.value, entry.label, d.get("broader"), d.get("better"), int(bool(d.get("harm"))), d.get("class"), d.get("route"),
         d.get("cell_source"), d.get("donor"), entry.pack, d.get("mid"), d.get("mid_source")),
    )  # fmt: skip
