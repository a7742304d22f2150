"""Fingerprints of stored rows, by which a library is shown to be the same as before, whatever was done and undone or worked out anew."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

#: What follows from the documents and can be worked out anew at any time.
DERIVED = (
    "study",
    "study_document",
    "document_registration",
    "comparison",
    "dispute",
    "inconsistent_report",
    "verdict",
    "title_key",
    "identity_doubt",
    "library_count",
    "document_print",
    "node",
    "edge",
)
#: The ledger and what only remembers: they grow with every run, whatever it does.
_REMEMBERED = frozenset(
    {
        "run",
        "run_source",
        "change",
        "claim_was",
        "document_was",
        "run_count",
        "_sqlite_migrations",
        "sqlite_sequence",
        "sqlite_stat1",
        "bulk_shard",
        "bulk_count",
        "bulk_gated",
    }
)


def fingerprint(db: sqlite3.Connection, tables: Iterable[str]) -> str:
    """SHA-256 over all rows of these tables or views, ordered within each by all their columns."""
    made = hashlib.sha256()
    for table in sorted(tables):
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        order = ", ".join(f'"{c}"' for c in columns)
        made.update(f"{table}({order})\n".encode())
        for row in db.execute(f"SELECT {order} FROM {table} ORDER BY {order}"):
            made.update(repr(tuple(row)).encode("utf-8", "surrogatepass"))
    return made.hexdigest()


def whole(db: sqlite3.Connection) -> str:
    """The fingerprint of everything that a library holds but its ledger."""
    rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return fingerprint(db, [row[0] for row in rows if row[0] not in _REMEMBERED])


def derived(db: sqlite3.Connection) -> str:
    """The fingerprint of everything that follows from the documents."""
    return fingerprint(db, DERIVED)


def keep_prints(db: sqlite3.Connection, documents: Sequence[int]) -> None:
    """Write the fingerprints of these documents anew: of what each is and how it stands; none of one that is gone."""
    listed = (json.dumps(documents),)
    db.execute("DELETE FROM document_print WHERE document_id IN (SELECT value FROM json_each(?))", listed)
    rows = db.execute(
        "SELECT id, came_as, content_digest, status, deleted_in IS NOT NULL FROM document WHERE id IN (SELECT value FROM json_each(?))",
        listed,
    )
    db.executemany(
        "INSERT INTO document_print (document_id, high, low) VALUES (?, ?, ?)",
        [(row[0], *_halves("|".join(map(str, row[1:])))) for row in rows],
    )


def _halves(told: str) -> tuple[int, int]:
    made = hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(made[:4]) >> 1, int.from_bytes(made[4:8]) >> 1


def _decisions(db: sqlite3.Connection) -> Iterator[str]:
    """What people decided about documents, by the ids that they came with."""
    same = db.execute(
        "SELECT min(a.came_as, coalesce(b.came_as, a.came_as)), max(a.came_as, coalesce(b.came_as, '')), i.decision FROM identity_decision i "
        "JOIN document a ON a.id = i.document_id LEFT JOIN document b ON b.id = i.other_id"
    )
    screened = db.execute(
        "SELECT s.question, d.came_as, s.decision FROM screening s JOIN document d ON d.id = s.document_id WHERE s.decision = 'exclude'"
    )
    yield from ("|".join(map(str, row)) for rows in (same, screened) for row in rows)


def digest(db: sqlite3.Connection) -> str:
    """The fingerprint of a library's documents, 16 hexadecimal digits; the same documents give the same, in whatever order they came.

    It is the sum of the documents' own fingerprints and of those of what was decided about them, so that one document more does not cost
    reading all others again, and an answer that a decision changes has another one.
    """
    high, low = db.execute("SELECT coalesce(sum(high), 0), coalesce(sum(low), 0) FROM document_print").fetchone()
    for told in _decisions(db):
        one, other = _halves(told)
        high, low = high + one, low + other
    return f"{high % 2**32:08x}{low % 2**32:08x}"
