"""What was published about a document later on, what it cites, and what it is called: written so that the same again writes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from crawler.document import Document
from crawler.record import Identifiers, Notice

_WEIGHT = {"corrected": 1, "concern": 2, "retracted": 3}
_NAMES = ("doi", "pmid", "pmcid")
_WORDS = {
    "retracted": "was retracted",
    "concern": "has an expression of concern",
    "corrected": "was corrected",
    "ok": "is no longer marked",
}

Row = tuple[object, ...]


def source_of(document: Document) -> str:
    """Whose word a document's notices and references are."""
    return document.format or "unknown"


def add_names(db: sqlite3.Connection, document: int, names: Identifiers) -> bool:
    """Identifiers that were not known yet; whether there were any."""
    held = db.execute("SELECT doi, pmid, pmcid FROM document WHERE id = ?", (document,)).fetchone()
    new = [(scheme, value) for scheme in _NAMES if (value := getattr(names, scheme)) and not held[scheme]]
    for scheme, value in new:
        db.execute(f"UPDATE document SET {scheme} = ? WHERE id = ?", (value, document))
        db.execute(
            "INSERT OR IGNORE INTO document_identifier (document_id, scheme, value) VALUES (?, ?, ?)", (document, scheme, value)
        )
    return bool(new)


def replace_notices(db: sqlite3.Connection, document: int, said: Document, run: int) -> bool:
    """What a record says about itself, in place of what the same source said before."""
    return set_notices(db, document, source_of(said), said.notices, run)


def set_notices(db: sqlite3.Connection, document: int, source: str, said: Sequence[Notice], run: int) -> bool:
    """The notices that one source knows of; whether they are others than before. The document's status follows."""
    new = [_row(n) for n in dict.fromkeys(said)]
    held = db.execute(
        "SELECT kind, said_by, doi, pmid, pmcid, date, citation FROM document_notice WHERE document_id = ? AND source = ? ORDER BY position",
        (document, source),
    )
    if [tuple(row) for row in held] == new:
        return False
    db.execute("DELETE FROM document_notice WHERE document_id = ? AND source = ?", (document, source))
    db.executemany(
        "INSERT INTO document_notice (document_id, position, source, kind, said_by, doi, pmid, pmcid, date, citation, found_in) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(document, i, source, *row, run) for i, row in enumerate(new)],
    )
    settle(db, document, run)
    return True


def _row(notice: Notice) -> Row:
    n = notice.identifiers
    return (notice.kind.value, notice.said_by, n.doi, n.pmid, n.pmcid, notice.date, notice.citation)


def settle(db: sqlite3.Connection, document: int, run: int) -> None:
    """The status that the notices of all sources add up to: the gravest. What it was before is kept as a change of this run."""
    kinds = [row[0] for row in db.execute("SELECT kind FROM document_notice WHERE document_id = ?", (document,))]
    status = max(kinds, key=_WEIGHT.__getitem__, default="ok")
    held = db.execute("SELECT came_as, status FROM document WHERE id = ?", (document,)).fetchone()
    before = "ok" if held["status"] == "superseded" else held["status"]
    if status == before:
        return
    db.execute("UPDATE document SET status = ? WHERE id = ?", (status, document))
    db.execute(
        "INSERT INTO change (run_id, document_id, document, kind, what, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (run, document, held["came_as"], "status", _WORDS[status], before, status),
    )


def write_notifies(db: sqlite3.Connection, document: int, said: Document, run: int) -> None:
    """What a notice's own record says of other publications, and what follows for those that are stored; and for this one from notices that are."""
    for i, notice in enumerate(said.notifies):
        n = notice.identifiers
        db.execute(
            "INSERT INTO document_notifies (document_id, position, kind, said_by, doi, pmid, pmcid, date) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (document, i, notice.kind.value, notice.said_by, n.doi, n.pmid, n.pmcid, notice.date),
        )
    # Also those that it was a notice about until now: what it says of them no longer stands.
    for affected in {*_affected(db, said.notifies), *told_by(db, document), document}:
        apply_notifies(db, affected, run)


def told_by(db: sqlite3.Connection, document: int) -> set[int]:
    """The documents that a stored notice was carried to."""
    names = "SELECT doi, pmid FROM document WHERE id = :d"
    rows = db.execute(
        f"SELECT n.document_id FROM document_notice n JOIN ({names}) me ON n.pmid = me.pmid OR n.doi = me.doi WHERE n.source = 'notice'",
        {"d": document},
    )
    return {int(row[0]) for row in rows}


def _affected(db: sqlite3.Connection, notices: Iterable[Notice]) -> set[int]:
    found: set[int] = set()
    for notice in notices:
        for scheme in _NAMES:
            value = getattr(notice.identifiers, scheme)
            if value:
                rows = db.execute("SELECT document_id FROM document_identifier WHERE scheme = ? AND value = ?", (scheme, value))
                found |= {int(row[0]) for row in rows}
    return found


def apply_notifies(db: sqlite3.Connection, document: int, run: int) -> None:
    """What stored notices say about a document, whichever of the two came first."""
    rows = db.execute(
        "SELECT n.kind, n.said_by, d.doi, d.pmid, d.pmcid, n.date, d.title FROM document_notifies n JOIN document d ON d.id = n.document_id "
        # Two papers may share a DOI: where both name a PMID, the PMID tells them apart.
        "JOIN document me ON me.id = :d "
        "WHERE n.document_id <> :d AND d.deleted_in IS NULL AND (n.pmid = me.pmid OR (n.doi = me.doi AND (n.pmid IS NULL OR me.pmid IS NULL))) "
        "ORDER BY d.came_as, n.position",
        {"d": document},
    )
    from crawler.record import NoticeKind

    found = [Notice(NoticeKind(r[0]), r[1], Identifiers(r[2], r[3], r[4]), r[5], r[6]) for r in rows]
    set_notices(db, document, "notice", found, run)


def replace_cites(db: sqlite3.Connection, document: int, said: Document) -> bool:
    """The reference list that one source gives; whether it is another than before. A source that gives none takes none away."""
    if not said.cites:
        return False
    source = source_of(said)
    new = [(r.identifiers.doi, r.identifiers.pmid, r.identifiers.pmcid, r.citation) for r in dict.fromkeys(said.cites)]
    held = db.execute(
        "SELECT doi, pmid, pmcid, citation FROM document_cites WHERE document_id = ? AND source = ? ORDER BY position",
        (document, source),
    )
    if [tuple(row) for row in held] == new:
        return False
    db.execute("DELETE FROM document_cites WHERE document_id = ? AND source = ?", (document, source))
    db.executemany(
        "INSERT INTO document_cites (document_id, source, position, doi, pmid, pmcid, citation) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(document, source, i, *row) for i, row in enumerate(new)],
    )
    return True


def bury(db: sqlite3.Connection, document: int, why: str, run: int) -> bool:
    """A tombstone: the document and its claims stay, and are counted and shown no more. Whether it was still alive."""
    held = db.execute("SELECT came_as, deleted_in FROM document WHERE id = ?", (document,)).fetchone()
    if held is None or held["deleted_in"] is not None:
        return False
    db.execute("UPDATE document SET deleted_in = ?, deleted_why = ? WHERE id = ?", (run, why, document))
    _note(db, run, document, held["came_as"], "deleted", why)
    for affected in told_by(db, document):
        apply_notifies(db, affected, run)
    return True


def bring_back(db: sqlite3.Connection, document: int, run: int) -> None:
    """A document that was taken for gone is answered again."""
    db.execute("UPDATE document SET deleted_in = NULL, deleted_why = NULL, changed_in = ? WHERE id = ?", (run, document))
    name = db.execute("SELECT came_as FROM document WHERE id = ?", (document,)).fetchone()[0]
    _note(db, run, document, name, "back", "is answered again")
    targets = "SELECT d.id FROM document_notifies n JOIN document d ON d.pmid = n.pmid OR d.doi = n.doi WHERE n.document_id = ?"
    for row in db.execute(targets, (document,)).fetchall():
        apply_notifies(db, row[0], run)


def _note(db: sqlite3.Connection, run: int, document: int, name: str, kind: str, what: str) -> None:
    db.execute(
        "INSERT INTO change (run_id, document_id, document, kind, what) VALUES (?, ?, ?, ?, ?)", (run, document, name, kind, what)
    )
