"""Fingerprints of stored rows, by which a library is shown to be the same as before, whatever was done and undone or worked out anew."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable

#: What follows from the documents and can be worked out anew at any time.
DERIVED = (
    "study",
    "study_document",
    "comparison",
    "dispute",
    "inconsistent_report",
    "verdict",
    "title_key",
    "identity_doubt",
    "library_count",
    "node",
    "edge",
)
#: The ledger and what only remembers: they grow with every run, whatever it does.
_REMEMBERED = frozenset(
    {"run", "run_source", "change", "claim_was", "document_was", "_sqlite_migrations", "sqlite_sequence", "sqlite_stat1"}
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
