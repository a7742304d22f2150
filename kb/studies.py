"""Which documents tell of one study, and which of them speaks for it."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator

#: Who may speak for a study, best first. What a person wrote about it comes after what its authors wrote.
RANK = {"article": 0, "registry": 1, "conference": 2, "protocol": 3, "news": 4, "web_page": 5, "digest": 6}
#: Reports that are somebody's retelling: they give way when a report of the authors' own is here.
RETOLD = frozenset({"news", "web_page", "digest"})
_RETELLS = RETOLD | {"conference"}
_REPORTED = (("doi", "doi"), ("pmid", "pmid"), ("pmcid", "pmcid"), ("registry", "registry_id"))


def regroup(db: sqlite3.Connection) -> None:
    """Make studies from documents anew, inside the caller's transaction. A study's id is that of its earliest document."""
    documents = {
        row["id"]: row
        for row in db.execute(
            "SELECT id, title, level, design, sample_size, pooled_studies, report, study_registry_ids, year, status FROM document WHERE deleted_in IS NULL"
        )
    }
    groups = _groups(db, documents)
    db.execute("DELETE FROM study_document")
    db.execute("DELETE FROM study")
    for members in groups:
        _write(db, min(members), [documents[m] for m in members])


def stand_alone(db: sqlite3.Connection, document: int) -> None:
    """A study of its own for a document that has none yet, so that a run that is killed leaves nothing unseen; `regroup` joins it later."""
    if db.execute("SELECT 1 FROM study_document WHERE document_id = ?", (document,)).fetchone() is None:
        row = db.execute(
            "SELECT id, title, level, design, sample_size, pooled_studies, report, study_registry_ids, year, status FROM document WHERE id = ?",
            (document,),
        ).fetchone()
        _write(db, document, [row])


def _groups(db: sqlite3.Connection, documents: dict[int, sqlite3.Row]) -> list[list[int]]:
    """Documents joined by the name of a trial or paper that one bears and another bears or reports on."""
    parent = {d: d for d in documents}

    def root(d: int) -> int:
        while parent[d] != d:
            parent[d] = parent[parent[d]]
            d = parent[d]
        return d

    bearers: dict[tuple[str, str, str], int] = {}
    for d, scheme, value in _names(db, documents):
        # A review names trials that it pools; that does not make it one of their reports. So trials and reviews join apart.
        apart = "pooled" if scheme == "registry" and documents[d]["level"] == "pooled" else ""
        key = (scheme, value, apart)
        if key in bearers:
            parent[root(d)] = root(bearers[key])
        else:
            bearers[key] = d
    groups: dict[int, list[int]] = defaultdict(list)
    for d in documents:
        groups[root(d)].append(d)
    return list(groups.values())


def _names(db: sqlite3.Connection, documents: dict[int, sqlite3.Row]) -> Iterator[tuple[int, str, str]]:
    """The names that tie each document to its study.

    A page that retells several papers must not make one study of them: it goes with the first that it names.
    """
    borne: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in db.execute("SELECT document_id, scheme, value FROM document_name"):
        if row["document_id"] in documents:
            borne[row["document_id"]].add((row["scheme"], row["value"]))
    first = {
        row["document_id"]: {(s, row[c]) for s, c in _REPORTED if row[c]}
        for row in db.execute("SELECT * FROM document_reports_on ORDER BY position DESC")
    }
    for d in sorted(borne):
        schemes = [scheme for scheme, _ in borne[d]]
        several = documents[d]["report"] in _RETELLS and len(schemes) > len(set(schemes))
        for scheme, value in sorted(first.get(d, borne[d]) if several else borne[d]):
            yield d, scheme, value


def _write(db: sqlite3.Connection, number: int, members: list[sqlite3.Row]) -> None:
    ranked = sorted(members, key=lambda m: (m["status"] == "retracted", RANK[m["report"]], m["id"]))
    best = next((m for m in ranked if m["report"] != "protocol"), ranked[0])
    told = [
        r[0]
        for m in members
        for r in db.execute(
            "SELECT registry_id FROM document_reports_on WHERE document_id = ? AND registry_id IS NOT NULL", (m["id"],)
        )
    ]
    ids = sorted({i for m in members for i in json.loads(m["study_registry_ids"])} | set(told))
    size = next((m["sample_size"] for m in ranked if m["sample_size"] is not None), None)
    db.execute(
        "INSERT INTO study (id, name, level, design, sample_size, pooled_studies, registry_ids, best_document_id, known_from) VALUES (?,?,?,?,?,?,?,?,?)",
        (
            number,
            ids[0] if ids else best["title"],
            best["level"],
            best["design"],
            size,
            best["pooled_studies"],
            json.dumps(ids),
            best["id"],
            best["report"],
        ),
    )
    for m in members:
        db.execute("INSERT INTO study_document (document_id, study_id) VALUES (?, ?)", (m["id"], number))
        db.execute("UPDATE document SET status = ? WHERE id = ? AND status IN ('ok', 'superseded')", (_status(m, members), m["id"]))


def _status(member: sqlite3.Row, members: list[sqlite3.Row]) -> str:
    """A retelling gives way to any report of the authors' own; a digest to any other report."""
    others = [m for m in members if m["id"] != member["id"] and m["report"] != "protocol"]
    if member["report"] == "digest" and any(m["report"] != "digest" for m in others):
        return "superseded"
    if member["report"] in _RETELLS and any(m["report"] == "article" for m in others):
        return "superseded"
    return "ok"
