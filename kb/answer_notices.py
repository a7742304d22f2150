"""What is known against the documents of an answer: who retracted or questioned them, and which retracted papers they rest on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

#: What has something to be said about it; a superseded report is never shown.
_NOTED = ("retracted", "concern", "corrected")
_NAMES = {
    "pubmed": "PubMed", "crossref": "Crossref", "europepmc": "Europe PMC", "publisher": "the publisher", "retraction-watch": "Retraction Watch",
}  # fmt: skip


def of_harvests(db: sqlite3.Connection) -> bool:
    """Whether the file has the tables that harvests fill; one that was only read with this version since has not."""
    return db.execute("SELECT 1 FROM pragma_table_info('document') WHERE name = 'deleted_in'").fetchone() is not None


#: A tombstone is always written with a change, a status with a notice: by these few rows the documents are found, and no text is passed over.
_DELETED = "SELECT id FROM document WHERE id IN (SELECT document_id FROM change WHERE kind = 'deleted') AND deleted_in IS NOT NULL"
_RETRACTED = (
    "SELECT count(*) FROM document WHERE id IN (SELECT document_id FROM document_notice WHERE kind = 'retracted') "
    "AND status = 'retracted' AND deleted_in IS NULL"
)


def not_counted(db: sqlite3.Connection) -> tuple[int, int, int]:
    """How much is held and counts for nothing: documents that no source answers for any more, their claims, and retracted documents."""
    if not of_harvests(db):
        return 0, 0, 0
    deleted = len(db.execute(_DELETED).fetchall())
    claims = db.execute(f"SELECT count(*) FROM claim WHERE document_id IN ({_DELETED})").fetchone()[0] if deleted else 0
    return deleted, int(claims), int(db.execute(_RETRACTED).fetchone()[0])


def count_library(db: sqlite3.Connection) -> dict[str, int]:
    """The library counted; kept at the end of each run, so that a question need not."""

    def one(sql: str) -> int:
        return int(db.execute(sql).fetchone()[0])

    deleted, deleted_claims, retracted = not_counted(db)
    return {
        "documents": one("SELECT count(*) FROM document") - deleted, "trials": one("SELECT count(*) FROM study WHERE level = 'trial'"),
        "pooled": one("SELECT count(*) FROM study WHERE level = 'pooled'"), "claims": one("SELECT count(*) FROM claim") - deleted_claims,
        "deleted": deleted, "retracted": retracted,
    }  # fmt: skip


def with_notices(db: sqlite3.Connection, rows: Iterable[dict[str, object]]) -> None:
    """Give each claim's row `notices` (the gravest sort that is known of its document, one a source) and `cites_retracted`."""
    rows = list(rows)
    if not rows or not of_harvests(db):
        return
    noted = {row["document_id"] for row in rows if row["status"] in _NOTED}
    notices = _notices(db, noted) if noted else {}
    cited = _cited(db, {row["document_id"] for row in rows})
    for row in rows:
        known = notices.get(row["document_id"], [])
        row |= {
            "notices": [n for n in known if n["kind"] == row["status"]],
            "cites_retracted": cited.get(row["document_id"], []),
        }


def _notices(db: sqlite3.Connection, documents: set[object]) -> dict[object, list[dict[str, object]]]:
    found: dict[object, list[dict[str, object]]] = {}
    for row in db.execute(
        "SELECT document_id, kind, said_by, date, doi, pmid, citation FROM document_notice "
        "WHERE document_id IN (SELECT value FROM json_each(?)) ORDER BY document_id, date IS NULL, date, source, position",
        (json.dumps(sorted(map(str, documents), key=int)),),
    ):
        notice = {k: row[k] for k in ("kind", "said_by", "date", "doi", "pmid", "citation")}
        held = found.setdefault(row["document_id"], [])
        # The same notice told twice by one (in the paper's record and in its own) is one.
        if not any(h["kind"] == notice["kind"] and h["said_by"] == notice["said_by"] for h in held):
            held.append(notice)
    return found


#: As the view `cites_retracted` has it (papers of the same study left out), begun at the few documents that somebody retracted, so that a
#: question reads no others.
_BAD = "SELECT id, came_as, doi, pmid FROM document WHERE id IN (SELECT document_id FROM document_notice WHERE kind = 'retracted') AND status = 'retracted'"
_CITED = (
    f"WITH bad AS MATERIALIZED ({_BAD}) "
    "SELECT c.document_id, r.came_as FROM bad r JOIN document_cites c ON (c.doi = r.doi OR c.pmid = r.pmid) "
    "WHERE c.document_id <> r.id AND c.document_id IN (SELECT value FROM json_each(:d)) "
    "UNION SELECT n.document_id, r.came_as FROM bad r JOIN document_registration o ON o.document_id = r.id AND o.own = 1 "
    "JOIN document_registration n ON n.value = o.value AND n.own = 0 WHERE n.document_id IN (SELECT value FROM json_each(:d)) ORDER BY 1, 2"
)
#: The same for a library that was not written to since this version came.
_CITED_BEFORE = (
    f"WITH bad AS MATERIALIZED ({_BAD}) "
    "SELECT DISTINCT c.document_id, r.came_as FROM bad r JOIN document_cites c ON (c.doi = r.doi OR c.pmid = r.pmid) "
    "WHERE c.document_id <> r.id AND c.document_id IN (SELECT value FROM json_each(:d)) ORDER BY 1, 2"
)


def _cited(db: sqlite3.Connection, documents: set[object]) -> dict[object, list[str]]:
    found: dict[object, list[str]] = {}
    told = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'document_registration'").fetchone() is not None
    for document, retracted in db.execute(
        _CITED if told else _CITED_BEFORE, {"d": json.dumps(sorted(map(str, documents), key=int))}
    ):
        found.setdefault(document, []).append(retracted)
    return found


def retracted_works(row: dict[str, object]) -> list[str]:
    """The retracted papers that a claim's document cites, by the id that they came with."""
    found = row.get("cites_retracted")
    return [str(name) for name in found] if isinstance(found, list) else []


def in_words(notice: dict[str, object]) -> str:
    """Who says it, when, and where that can be read.

    >>> in_words({"said_by": "crossref:retraction-watch", "date": "2012-05-26", "doi": "10.1000/x", "pmid": None})
    'Crossref (Retraction Watch), 2012-05-26, doi:10.1000/x'
    """
    first, _, within = str(notice["said_by"]).partition(":")
    by = f"{_NAMES.get(first, first)} ({_NAMES.get(within, within)})" if within else _NAMES.get(first, first)
    name = next((f"{scheme}:{notice[scheme]}" for scheme in ("doi", "pmid") if notice[scheme]), None)
    return ", ".join(str(part) for part in (by, notice["date"], name) if part)
