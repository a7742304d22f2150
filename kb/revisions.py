"""What a revised document asserts that it did not before, and no longer: kept as changes of the run."""

from __future__ import annotations

import sqlite3
from collections import Counter

_CLAIMS = (
    "SELECT c.intervention, c.comparator, o.label AS outcome, c.time_text, c.direction, "
    "(SELECT group_concat(p.printed, ' ') FROM claim_effect ce JOIN printed_number p ON p.effect_id = ce.effect_id WHERE ce.claim_id = c.id) AS numbers "
    "FROM claim c JOIN outcome o ON o.id = c.outcome_id WHERE c.document_id = ? ORDER BY c.position"
)


def claims_told(db: sqlite3.Connection, document: int) -> list[str]:
    """The claims of a stored document, a line each."""
    return [_line(row) for row in db.execute(_CLAIMS, (document,))]


def _line(row: sqlite3.Row) -> str:
    against = f" against {row['comparator']}" if row["comparator"] else ""
    when = f", {row['time_text']}" if row["time_text"] else ""
    numbers = f" ({row['numbers']})" if row["numbers"] else ""
    return f"{row['intervention'] or 'an intervention that is not named'}{against} on {row['outcome']}{when}: {row['direction']}{numbers}"


def write_differences(db: sqlite3.Connection, run: int, held: sqlite3.Row, before: list[str]) -> None:
    """A change for each claim that went and each that came."""
    now = claims_told(db, held["id"])
    gone, come = Counter(before) - Counter(now), Counter(now) - Counter(before)
    rows: list[tuple[str, str, str | None, str | None]] = [("claim gone", line, line, None) for line in sorted(gone.elements())]
    rows += [("claim new", line, None, line) for line in sorted(come.elements())]
    db.executemany(
        "INSERT INTO change (run_id, document_id, document, kind, what, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(run, held["id"], held["came_as"], *row) for row in rows],
    )
