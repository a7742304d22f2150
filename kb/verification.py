"""Every stored quote and number, read again in the stored text."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator

from nlp.grammar.atoms import number_value
from nlp.grammar.characters import in_one_spelling


def verify(db: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each value that does not stand where the library says; nothing where all do."""
    for document in db.execute("SELECT id, came_as, text FROM document ORDER BY id").fetchall():
        yield from _quotes(db, document)
        yield from _numbers(db, document)
        yield from _unprinted(db, document)


def _quotes(db: sqlite3.Connection, document: sqlite3.Row) -> Iterator[str]:
    rows = db.execute("SELECT start_char, end_char, quote FROM evidence WHERE document_id = ? ORDER BY id", (document["id"],))
    for row in rows:
        if document["text"][row["start_char"] : row["end_char"]] != row["quote"]:
            place = f"{row['start_char']}-{row['end_char']}"
            yield f"Document {document['came_as']}: the quote at {place} is not what the text holds there: “{row['quote'][:80]}”."


def _numbers(db: sqlite3.Connection, document: sqlite3.Row) -> Iterator[str]:
    """Every printed number stands in its quote, and the stored value is that number."""
    plain = in_one_spelling(document["text"])
    rows = db.execute(
        "SELECT n.field, n.printed, e.*, ev.start_char, ev.end_char FROM printed_number n JOIN effect e ON e.id = n.effect_id "
        "JOIN evidence ev ON ev.id = e.evidence_id WHERE e.document_id = ? ORDER BY e.id, n.position",
        (document["id"],),
    )
    for row in rows:
        quote, printed, field = plain[row["start_char"] : row["end_char"]], row["printed"], row["field"]
        told = f"Document {document['came_as']}: the {field} {printed}"
        if not _stands_in(printed, quote):
            yield f"{told} does not stand in its quote: “{quote[:80]}”."
        elif row[field] is not None and row[field] != _value(printed):
            yield f"{told} is stored as {row[field]:g}: “{quote[:80]}”."


_STORED = ("estimate", "ci_low", "ci_high", "p_value")


def _unprinted(db: sqlite3.Connection, document: sqlite3.Row) -> Iterator[str]:
    """An estimate, limit or p value that is stored and of which no printed form is kept, or the other way round."""
    rows = db.execute("SELECT * FROM effect WHERE document_id = ? ORDER BY id", (document["id"],)).fetchall()
    for row in rows:
        printed = {r[0] for r in db.execute("SELECT field FROM printed_number WHERE effect_id = ?", (row["id"],))}
        for field in _STORED:
            if (row[field] is not None) != (field in printed) and not (field == "estimate" and "events" in printed):
                held = "is stored, and how it was printed is not" if row[field] is not None else "was printed, and is not stored"
                yield f"Document {document['came_as']}: the {field} of effect {row['id']} {held}."


def _stands_in(printed: str, quote: str) -> bool:
    """Whether a number stands there whole: 5 does not stand in 95 or in 5.2."""
    digits = re.escape(printed.lstrip("+-"))
    sign = "-" if printed.startswith("-") else r"(?<![\s(\[=:,;]-)(?<!^-)"
    return re.search(rf"(?<![\w.]){sign}{digits}(?![\w]|[.,]\d)", quote) is not None


def _value(printed: str) -> float | None:
    """The value of a printed number, in digits or words; None where it is none."""
    try:
        return number_value(printed.removesuffix("%"))
    except ValueError:
        return None


def counted(db: sqlite3.Connection) -> tuple[int, int]:
    """How many quotes and how many printed numbers the library holds."""
    quotes, numbers = (int(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0]) for t in ("evidence", "printed_number"))
    return quotes, numbers
