"""Every stored quote and number, read again in the stored text or answer.

A number is true where the source prints it. One that the source does not print (the sum of two arms, an arm's size as a denominator, the
days in three months) is true where what it was made from is printed. What cannot be looked at is said, and is no fault.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from kb.verification_read import Kept, kept_documents, stands_in
from kb.verification_values import derived, read_number
from nlp.grammar.characters import in_one_spelling

#: Words of ours in the quote of a posted result, beside the numbers that its place prints.
_JOINING = frozenset({"to", "SE", "SD", "p", "=", "<", ">", "<=", ">="})
#: Numbers of an effect whose printed form is kept wherever there is one.
_KEPT_AS_PRINTED = ("estimate", "ci_low", "ci_high", "p_value", "se", "sd", "iqr_low", "iqr_high")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, in a sentence. Not `wrong`: something that could not be looked at, and may be right."""

    sentence: str
    wrong: bool = True


def findings(db: sqlite3.Connection) -> Iterator[Finding]:
    """Each value that does not stand where the library says, and each document whose posted results could not be looked at."""
    for sentence in (*_strangers(db), *_studies(db)):
        yield Finding(sentence)
    for kept in kept_documents(db):
        if kept.why_no_answer is not None:
            yield Finding(f"Document {kept.name}: its posted results were not looked at, since {kept.why_no_answer}", wrong=False)
        for what in _of_document(db, kept):
            yield Finding(f"Document {kept.name}: {what}")


def verify(db: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each value that does not stand where the library says; nothing where all do."""
    return (found.sentence for found in findings(db) if found.wrong)


def _of_document(db: sqlite3.Connection, kept: Kept) -> Iterator[str]:
    yield from _quotes(db, kept)
    if kept.answer is not None:
        yield from _posted_quotes(db, kept)
    yield from _numbers(db, kept)
    yield from _unprinted(db, kept)
    yield from derived(db, kept)


def _studies(db: sqlite3.Connection) -> Iterator[str]:
    """What a study says of itself that none of its documents says."""
    for field in ("sample_size", "pooled_studies"):
        rows = db.execute(
            f"SELECT s.id, s.{field} AS held FROM study s WHERE s.{field} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM study_document sd "
            f"JOIN document d ON d.id = sd.document_id WHERE sd.study_id = s.id AND d.{field} = s.{field}) ORDER BY s.id"
        )
        for number, held in rows:
            yield f"Study {number}: its {field} {held} is that of none of its documents."


def _strangers(db: sqlite3.Connection) -> Iterator[str]:
    """What rests on another document's words."""
    for table in ("arm", "effect", "claim"):
        rows = db.execute(
            f"SELECT t.id, d.came_as FROM {table} t JOIN document d ON d.id = t.document_id LEFT JOIN evidence ev ON ev.id = t.evidence_id "
            "WHERE ev.document_id IS NOT t.document_id ORDER BY t.id"
        )
        for number, name in rows:
            yield f"Document {name}: the evidence of {table} {number} is another document's."


# ------------------------------------------------------------------------------------------------ quotes


def _quotes(db: sqlite3.Connection, kept: Kept) -> Iterator[str]:
    rows = db.execute(
        "SELECT start_char, end_char, quote FROM evidence WHERE document_id = ? AND start_char IS NOT NULL ORDER BY id", (kept.id,)
    )
    for start, end, quote in rows:
        if kept.text[start:end] != quote:
            yield f"the quote at {start}-{end} is not what the text holds there: “{quote[:80]}”."


def _posted_quotes(db: sqlite3.Connection, kept: Kept) -> Iterator[str]:
    """The label of an arm is the whole of what its place is called; the quote of a result holds numbers that its place prints."""
    rows = db.execute(
        "SELECT pointer, quote, id IN (SELECT evidence_id FROM arm WHERE document_id = :d) AS of_arm FROM evidence "
        "WHERE document_id = :d AND pointer IS NOT NULL ORDER BY id",
        {"d": kept.id},
    )
    for pointer, quote, of_arm in rows:
        if kept.place(pointer) is None:
            yield f"the answer has no place {pointer}, where “{quote[:80]}” should stand."
        elif not (_is_label(kept, pointer, quote) if of_arm else _is_printed(kept, pointer, quote)):
            yield f"“{quote[:80]}” is not what the answer prints at {pointer}."


def _is_label(kept: Kept, pointer: str, quote: str) -> bool:
    place = kept.place(f"{pointer}/label")
    label = place.text if place is not None and isinstance(place.value, str) else None
    # An arm without a name is called by its place in the list.
    number = pointer.rpartition("/")[2]
    return quote == (label or (f"Arm {int(number) + 1}" if number.isdigit() else None))


def _is_printed(kept: Kept, pointer: str, quote: str) -> bool:
    printed = kept.printed_at(pointer)
    words = (word.strip("(),") for word in in_one_spelling(quote).split())
    return all(word in _JOINING or any(stands_in(word, p) for p in printed) for word in words)


# ------------------------------------------------------------------------------------------------ printed numbers


def _numbers(db: sqlite3.Connection, kept: Kept) -> Iterator[str]:
    """Every printed number stands in its quote, or at its place of the answer, and the stored value is that number."""
    rows = db.execute(
        "SELECT n.field, n.printed, e.*, ev.* FROM printed_number n JOIN effect e ON e.id = n.effect_id "
        "JOIN evidence ev ON ev.id = e.evidence_id WHERE e.document_id = ? ORDER BY e.id, n.position",
        (kept.id,),
    )
    for row in rows:
        printed, field, quote = row["printed"], row["field"], row["quote"]
        if not _stands(kept, row):
            yield f"the {field} {printed} does not stand in its quote: “{quote[:80]}”."
        elif row[field] is not None and not _same(row[field], read_number(printed)):
            yield f"the {field} {printed} is stored as {row[field]:g}: “{quote[:80]}”."
        elif field == "p_value" and row["p_operator"] not in _signs_before(printed, quote) | {None}:
            yield f"the p value {printed} is stored with “{row['p_operator']}”, and the text has another sign: “{quote[:80]}”."


_SIGNS = {
    "=": "=",
    ":": "=",
    "<": "<",
    ">": ">",
    "≤": "<=",
    "≥": ">=",
    "<=": "<=",
    "=<": "<=",
    "⩽": "<=",
    ">=": ">=",
    "=>": ">=",
    "⩾": ">=",
}
_EVERY_SIGN = frozenset(_SIGNS.values())


def _signs_before(printed: str, quote: str) -> frozenset[str]:
    """The signs right in front of a number; every sign where words stand there ("p of 0.05", "less than 0.001"), which say as much."""
    plain = in_one_spelling(quote)
    found = [m[1] for m in re.finditer(rf"([<>=≤≥⩽⩾:]{{0,2}})\s*{re.escape(in_one_spelling(printed))}", plain)]
    return frozenset(_SIGNS[sign] for sign in found) if found and all(sign in _SIGNS for sign in found) else _EVERY_SIGN


def _stands(kept: Kept, row: sqlite3.Row) -> bool:
    printed, is_p = in_one_spelling(row["printed"]), row["field"] == "p_value"
    if row["start_char"] is not None:
        return stands_in(printed, kept.plain[row["start_char"] : row["end_char"]], after_letters=is_p)
    if kept.answer is None:
        return stands_in(printed, in_one_spelling(row["quote"]))
    places = kept.printed_at(row["pointer"])
    # Beside a p value stands its sign: "<0.001".
    return any(stands_in(printed, p) for p in places) if is_p else printed in places


def _same(stored: float, printed: float | None) -> bool:
    return printed is not None and abs(stored - printed) <= 1e-9 * max(abs(stored), abs(printed))


def _unprinted(db: sqlite3.Connection, kept: Kept) -> Iterator[str]:
    """A number that is stored and of which no printed form is kept, or the other way round."""
    rows = db.execute("SELECT * FROM effect WHERE document_id = ? ORDER BY id", (kept.id,)).fetchall()
    for row in rows:
        printed = {r[0] for r in db.execute("SELECT field FROM printed_number WHERE effect_id = ?", (row["id"],))}
        for field in _KEPT_AS_PRINTED:
            if (row[field] is not None) != (field in printed) and not _is_count(row, field, printed):
                held = "is stored, and how it was printed is not" if row[field] is not None else "was printed, and is not stored"
                yield f"the {field} of effect {row['id']} {held}."


def _is_count(row: sqlite3.Row, field: str, printed: set[str]) -> bool:
    """A bare count is its own estimate."""
    return field == "estimate" and "events" in printed and row["estimate"] == row["events"]


def counted(db: sqlite3.Connection) -> tuple[int, int]:
    """How many quotes and how many printed numbers the library holds."""
    quotes, numbers = (int(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0]) for t in ("evidence", "printed_number"))
    return quotes, numbers
