"""Which documents tell of one study, as far as a person decides it: joined, told apart, explained and undone."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass

from kb.errors import NothingToUndo, OneDocument

COLUMNS = ("study", "level", "speaks", "document", "report", "status", "joined_by")
DOUBT_COLUMNS = ("a", "b", "likeness", "why", "title_a", "title_b")


@dataclass(frozen=True, slots=True)
class Decision:
    """That two documents tell of one study (`same`), or of two (`other`), or that one goes by no name of its own (`apart`)."""

    document_id: int
    other_id: int | None
    decision: str
    why: str


def decide(db: sqlite3.Connection, run: int, decision: Decision) -> None:
    """Keep a decision; the studies are made anew when the run ends. One that was made earlier on the same documents waits until this one is undone.

    Raises:
        OneDocument: both names are the same document's.
    """
    if decision.document_id == decision.other_id:
        raise OneDocument
    first, second = _ordered(decision.document_id, decision.other_id)
    db.execute(
        "INSERT INTO identity_decision_was (document_id, other_id, decision, why, run_id) "
        "SELECT document_id, other_id, decision, why, run_id FROM identity_decision WHERE document_id = ? AND other_id IS ?",
        (first, second),
    )
    _forget(db, first, second)
    db.execute(
        "INSERT INTO identity_decision (document_id, other_id, decision, why, run_id) VALUES (?, ?, ?, ?, ?)",
        (first, second, decision.decision, decision.why, run),
    )
    _mark(db, first, second)


def undo(db: sqlite3.Connection, document: int, other: int | None) -> None:
    """Take a decision back; everything is as if it had never been made, and an earlier one on the same documents holds again.

    Raises:
        NothingToUndo: nobody decided anything about them.
    """
    if not _forget(db, document, other):
        raise NothingToUndo
    waiting = db.execute(
        "SELECT id FROM identity_decision_was WHERE document_id = ? AND other_id IS ? ORDER BY id DESC LIMIT 1",
        _ordered(document, other),
    ).fetchone()
    if waiting is not None:
        db.execute(
            "INSERT INTO identity_decision SELECT document_id, other_id, decision, why, run_id FROM identity_decision_was WHERE id = ?",
            tuple(waiting),
        )
        db.execute("DELETE FROM identity_decision_was WHERE id = ?", tuple(waiting))
    _mark(db, document, other)


def _ordered(one: int, other: int | None) -> tuple[int, int | None]:
    return (one, None) if other is None else (min(one, other), max(one, other))


def _forget(db: sqlite3.Connection, one: int, other: int | None) -> bool:
    return db.execute("DELETE FROM identity_decision WHERE document_id = ? AND other_id IS ?", _ordered(one, other)).rowcount > 0


def _mark(db: sqlite3.Connection, *documents: int | None) -> None:
    # All of their studies: those that a decision had joined must be parted again.
    for document in documents:
        if document is not None:
            db.execute(
                "INSERT OR IGNORE INTO stale SELECT ? UNION SELECT b.document_id FROM study_document a JOIN study_document b USING (study_id) WHERE a.document_id = ?",
                (document, document),
            )


def studies(db: sqlite3.Connection, named: str | None = None, several: bool = False) -> list[dict[str, object]]:
    """One row a document: its study, whether it speaks for it, and by what it was joined to it.

    Args:
        db: a library.
        named: only the study that bears or holds this name (a registration number, a document's id); None: all.
        several: only studies with more than one document.
    """
    where, values = ["1"], dict[str, object]()
    if named is not None:
        where.append(
            "s.id IN (SELECT study_id FROM study_document WHERE document_id IN (SELECT id FROM document WHERE came_as = :name "
            "UNION SELECT document_id FROM document_name WHERE value = :name UNION SELECT document_id FROM document_registration WHERE value = :name)) OR s.name = :name"
        )
        values["name"] = named
    if several:
        where.append("(SELECT count(*) FROM study_document x WHERE x.study_id = s.id) > 1")
    rows = db.execute(
        "SELECT s.id, s.name AS study, s.level, s.best_document_id = d.id AS speaks, d.id AS document_id, d.came_as AS document, d.report, d.status "
        "FROM study s JOIN study_document sd ON sd.study_id = s.id JOIN document d ON d.id = sd.document_id "
        f"WHERE ({') AND ('.join(where)}) ORDER BY s.id, speaks DESC, d.id",
        values,
    ).fetchall()
    joined = _joined_by(db, [row["document_id"] for row in rows])
    return [
        {c: row[c] for c in COLUMNS[:2]} | {"speaks": "yes" if row["speaks"] else ""} | {c: row[c] for c in COLUMNS[3:6]}
        | {"joined_by": "; ".join(joined[row["document_id"]])}
        for row in rows
    ]  # fmt: skip


_SHARED = (
    "SELECT DISTINCT a.document_id, a.scheme, a.value FROM document_name a JOIN study_document sa ON sa.document_id = a.document_id "
    "JOIN document_name b ON b.scheme = a.scheme AND b.value = a.value AND b.document_id <> a.document_id "
    "JOIN study_document sb ON sb.document_id = b.document_id AND sb.study_id = sa.study_id "
    "WHERE a.document_id IN (SELECT value FROM json_each(?)) ORDER BY 1, 2, 3"
)


def _joined_by(db: sqlite3.Connection, documents: list[int]) -> dict[int, list[str]]:
    """The names that each document shares with another of its study, and what was decided about it."""
    found: dict[int, list[str]] = defaultdict(list)
    listed = json.dumps(documents)
    for document, scheme, value in db.execute(_SHARED, (listed,)):
        found[document].append(f"{scheme} {value}")
    decisions = db.execute(
        "SELECT i.document_id, i.other_id, a.came_as, b.came_as, i.decision, i.why FROM identity_decision i JOIN document a ON a.id = i.document_id "
        "LEFT JOIN document b ON b.id = i.other_id ORDER BY i.document_id, i.other_id"
    )
    for one, other, name, other_name, decision, why in decisions:
        if decision == "apart":
            found[one].append(f"kept apart by decision ({why})")
        else:
            words = "one study with" if decision == "same" else "not one study with"
            found[one].append(f"decided: {words} {other_name} ({why})")
            found[other].append(f"decided: {words} {name} ({why})")
    return found


def doubts(db: sqlite3.Connection) -> list[dict[str, object]]:
    """The review queue, the most alike first."""
    rows = db.execute(
        "SELECT a.came_as AS a, b.came_as AS b, q.likeness, q.why, a.title AS title_a, b.title AS title_b FROM identity_doubt q "
        "JOIN document a ON a.id = q.document_id JOIN document b ON b.id = q.other_id ORDER BY q.likeness DESC, a, b"
    )
    return [dict(row) for row in rows]
