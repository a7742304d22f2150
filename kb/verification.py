"""Every stored quote and number, read again in the stored text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from nlp.grammar.characters import in_one_spelling


def verify(db: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each value that does not stand where the library says; nothing where all do."""
    for row in db.execute("SELECT e.*, d.text, d.came_as FROM evidence e JOIN document d ON d.id = e.document_id ORDER BY e.id"):
        if row["text"][row["start_char"] : row["end_char"]] != row["quote"]:
            yield f"Document {row['came_as']}: the quote at {row['start_char']}-{row['end_char']} is not what the text holds there: “{row['quote'][:80]}”."
    yield from _numbers(db)


def _numbers(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT n.field, n.printed, ev.quote, d.came_as FROM printed_number n JOIN effect e ON e.id = n.effect_id "
        "JOIN evidence ev ON ev.id = e.evidence_id JOIN document d ON d.id = e.document_id ORDER BY e.id, n.position"
    )
    for row in rows:
        plain = in_one_spelling(row["quote"])
        if row["printed"].lstrip("+-") not in plain:
            yield f"Document {row['came_as']}: the {row['field']} {row['printed']} does not stand in its quote: “{row['quote'][:80]}”."


def counted(db: sqlite3.Connection) -> tuple[int, int]:
    """How many quotes and how many printed numbers the library holds."""
    return tuple(int(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0]) for t in ("evidence", "printed_number"))  # type: ignore[return-value]
