"""Screening decisions of a question: which documents a person left out of its answer and why; and the numbers of a PRISMA flow diagram.

A decision belongs to what a question means, not to how it was worded, and to the document, not to what was read from it: it survives
refreshes and other spellings of the question.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass
from typing import Any

from kb.errors import NoSuchDocument
from kb.question import Question


@dataclass(frozen=True, slots=True)
class ScreenedOut:
    """A document that a person left out of a question's answer."""

    document_id: int
    document: str
    title: str
    why: str
    run: int


def screened_out(db: sqlite3.Connection, question: Question) -> list[ScreenedOut]:
    """The documents left out of a question's answer, by the id that they came with; none where the library is of an earlier version."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'screening'").fetchone() is None:
        return []
    rows = db.execute(
        "SELECT d.id, d.came_as, d.title, s.why, s.run_id FROM screening s JOIN document d ON d.id = s.document_id "
        "WHERE s.question = ? AND s.decision = 'exclude' ORDER BY d.came_as",
        (question.meaning(),),
    )
    return [ScreenedOut(*row) for row in rows]


def document_named(db: sqlite3.Connection, name: str) -> int:
    """The document that came under a name, or bears it as DOI, PMID, PMCID or registration number.

    Raises:
        NoSuchDocument: none does, or several do.
    """
    found = {row[0] for row in db.execute("SELECT id FROM document WHERE came_as = ?", (name,))}
    if not found:
        plain = name.strip().removeprefix("doi:").removeprefix("pmid:").removeprefix("https://doi.org/")
        found = {
            row[0]
            for row in db.execute("SELECT document_id FROM document_identifier WHERE value IN (?, ?)", (plain, plain.lower()))
        }
    if len(found) != 1:
        raise NoSuchDocument(name, len(found))
    return int(found.pop())


def decide(db: sqlite3.Connection, run: int, question: Question, document: int, decision: str, why: str) -> None:
    """Keep a decision, in the place of an earlier one; inside the caller's transaction. `decision`: `exclude` or `include`."""
    db.execute(
        "INSERT OR REPLACE INTO screening (question, document_id, decision, why, run_id) VALUES (?, ?, ?, ?, ?)",
        (question.meaning(), document, decision, why, run),
    )


def prisma(db: sqlite3.Connection, found: Any) -> dict[str, object]:
    """The counts of a PRISMA 2020 flow diagram for an answer: identified, left out before screening, screened, excluded with reasons, included.

    Args:
        db: the library.
        found: an answer (`kb.answer.Answer`).
    """
    sources = {row[0]: row[1] for row in db.execute("SELECT source, count(*) FROM record GROUP BY source ORDER BY source")}
    documents = found.searched["documents"] + found.searched.get("deleted", 0)
    by_hand = db.execute(
        "SELECT count(*) FROM document WHERE id NOT IN (SELECT document_id FROM record WHERE document_id IS NOT NULL)"
    ).fetchone()[0]
    identified = sum(sources.values()) + by_hand
    claims = [c for o in found.outcomes for c in o.claims]
    shown = {c.row["document_id"]: c for c in claims}
    counted = {c.row["document_id"] for c in claims if c.counts}
    reasons = Counter(s.why for s in found.screened_out)
    reasons["retracted"] += sum(c.row["status"] == "retracted" for c in shown.values())
    reasons["not compared with what was asked"] += sum(
        c.row["status"] != "retracted" and d not in counted for d, c in shown.items()
    )
    studies = {c.row["study_id"]: c.row["level"] for c in claims if c.counts}
    return {
        "records_identified": {**sources, "files": by_hand},
        "duplicates_removed": max(identified - documents, 0),
        "no_longer_answered_by_their_source": found.searched.get("deleted", 0),
        "documents": found.searched["documents"],
        "documents_that_do_not_answer": found.searched["documents"] - len(shown) - len(found.screened_out),
        "documents_screened": len(shown) + len(found.screened_out),
        "documents_excluded": {why: n for why, n in sorted(reasons.items()) if n},
        "documents_included": len(counted),
        "trials_included": sum(level != "pooled" for level in studies.values()),
        "pooled_analyses_included": sum(level == "pooled" for level in studies.values()),
    }
