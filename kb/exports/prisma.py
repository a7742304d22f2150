"""Counts for a PRISMA 2020 flow diagram, in the columns that R's PRISMA2020 reads. What the program left out is kept apart from what people exclude."""

from __future__ import annotations

import sqlite3
from collections import Counter

from kb.cells import csv_text
from kb.exports.package import Package

COLUMNS = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")
_REGISTERS = ("clinicaltrials",)
_BOXES = {
    "database_results": ("node7", "box2", "Records identified from databases"),
    "register_results": ("node7", "box2", "Records identified from registers"),
    "duplicates": ("node8", "box3", "Duplicate records"),
    "excluded_automatic": ("node8", "box3", "Records marked as ineligible by automation tools"),
    "excluded_other": ("node8", "box3", "Records removed for other reasons"),
    "records_screened": ("node9", "box4", "Records screened"),
    "records_excluded": ("node10", "box5", "Records excluded"),
    "dbr_sought_reports": ("node11", "box6", "Reports sought for retrieval"),
    "dbr_notretrieved_reports": ("node12", "box7", "Reports not retrieved"),
    "dbr_assessed": ("node13", "box8", "Reports assessed for eligibility"),
    "dbr_excluded": ("node14", "box9", "Reports excluded"),
    "new_studies": ("node15", "box10", "New studies included in review"),
    "new_reports": ("node15", "box10", "Reports of new included studies"),
    "total_studies": ("node16", "box11", "Total studies included in review"),
    "total_reports": ("node16", "box11", "Reports of total included studies"),
}


def export(p: Package) -> dict[str, bytes]:
    """`prisma.csv`."""
    n = counts(p)
    lines = [[name, node, box, text, text, text, "", n[name]] for name, (node, box, text) in _BOXES.items()]
    return {"prisma.csv": csv_text(COLUMNS, lines).encode()}


def counts(p: Package) -> dict[str, int | str]:
    """How many records, documents and studies went which way. Every one that is left out is counted at one place.

    Documents that came from files count as records of a database. What does not answer the question was set aside by the program; excluded in screening
    is what a person left out of the answer.
    """
    rows = [m for t in p.tables for m in t.members]
    documents = {m.row.document_id for m in rows}
    by_people = {s.document_id for s in p.answer.screened_out} - documents
    screened = len(documents) + len(by_people)
    pooled = {m.row.document_id for m in rows if m.pool_set}
    why: dict[int, str] = {}
    for m in rows:
        if m.row.document_id not in pooled and m.row.refusals:
            why.setdefault(m.row.document_id, m.row.refusals[0].reason.value)
    held = _one(p.db, "SELECT count(*) FROM document")
    deleted = _one(p.db, "SELECT count(*) FROM document WHERE deleted_in IS NOT NULL")
    in_registers = _one(
        p.db,
        "SELECT count(*) FROM record WHERE state <> 'gone' AND source IN (SELECT value FROM json_each(?))",
        f'["{_REGISTERS[0]}"]',
    )
    records = _one(p.db, "SELECT count(*) FROM record WHERE state <> 'gone'")
    unread = _one(p.db, "SELECT count(*) FROM record WHERE state IN ('stored', 'unreadable')")
    of_files = _one(
        p.db, "SELECT count(*) FROM document WHERE id NOT IN (SELECT document_id FROM record WHERE document_id IS NOT NULL)"
    )
    duplicates = records - unread + of_files - held
    studies = len({m.row.study_id for m in rows if m.pool_set})
    return {
        "database_results": records - in_registers + of_files, "register_results": in_registers, "duplicates": duplicates,
        "excluded_automatic": held - deleted - screened, "excluded_other": deleted, "records_screened": screened, "records_excluded": len(by_people),
        "dbr_sought_reports": len(documents) + unread, "dbr_notretrieved_reports": unread, "dbr_assessed": len(documents),
        "dbr_excluded": "; ".join(f"{reason}, {n}" for reason, n in Counter(why.values()).most_common()) or "none, 0",
        "new_studies": studies, "new_reports": len(pooled), "total_studies": studies, "total_reports": len(pooled),
    }  # fmt: skip


def _one(db: sqlite3.Connection, sql: str, *values: object) -> int:
    return int(db.execute(sql, values).fetchone()[0])
