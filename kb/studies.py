"""Which documents tell of one study, and which of them speaks for it."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator

from kb.belief import RANK

#: Reports that are somebody's retelling: they give way when a report of the authors' own is here.
RETOLD = frozenset({"news", "web_page", "digest"})
_RETELLS = RETOLD | {"conference"}
#: Registries of reviews: PROSPERO and INPLASY.
_REVIEWS = ("CRD", "INPLASY")
_REPORTED = (("doi", "doi"), ("pmid", "pmid"), ("pmcid", "pmcid"), ("registry", "registry_id"))


_DOCUMENT = (
    "SELECT id, title, level, design, sample_size, pooled_studies, report, study_registry_ids, year, status, added_in FROM document"
)
_AMONG = "(SELECT value FROM json_each(:documents))"


def regroup(db: sqlite3.Connection, changed: Iterable[int]) -> None:
    """Make the studies of changed documents, and of all that are tied to them, anew; inside the caller's transaction.

    A study's id is that of its earliest document. Documents that end up in another study than before are marked as stale.
    """
    around = _around(db, set(changed))
    listed = {"documents": json.dumps(sorted(around))}
    documents = {row["id"]: row for row in db.execute(f"{_DOCUMENT} WHERE id IN {_AMONG} AND deleted_in IS NULL", listed)}
    before = _membership(db, listed)
    db.execute(f"DELETE FROM study_document WHERE document_id IN {_AMONG}", listed)
    db.execute(f"DELETE FROM study WHERE id IN {_AMONG}", listed)
    for members in _groups(db, documents, listed):
        _write(db, min(members), [documents[m] for m in sorted(members)])
    after = _membership(db, listed)
    moved = [(d,) for d in before.keys() | after.keys() if before.get(d) != after.get(d)]
    db.executemany("INSERT OR IGNORE INTO stale VALUES (?)", moved)
    # What was known before this run keeps the study that it was in, for answers as of an earlier run.
    (run,) = db.execute("SELECT max(id) FROM run").fetchone()
    db.executemany(
        "INSERT INTO document_was (document_id, until_run, study_id) VALUES (?, ?, ?)",
        [(d, run, before[d]) for (d,) in moved if d in before and _added(documents, d) < run],
    )


def _added(documents: dict[int, sqlite3.Row], document: int) -> int:
    """The run that a document came in; 0 for one that is gone."""
    return int(documents[document]["added_in"]) if document in documents else 0


def _membership(db: sqlite3.Connection, listed: dict[str, str]) -> dict[int, int]:
    return dict(db.execute(f"SELECT document_id, study_id FROM study_document WHERE document_id IN {_AMONG}", listed).fetchall())


#: The names that documents bear or tell of. Written out, since no index is used through the view `document_name`.
_NAMES = " UNION ALL ".join(
    [
        f"SELECT document_id, scheme, value FROM document_identifier WHERE document_id IN {_AMONG}",
        *(
            f"SELECT document_id, '{scheme}', {column} FROM document_reports_on WHERE {column} IS NOT NULL AND document_id IN {_AMONG}"
            for scheme, column in _REPORTED
        ),
    ]
)
_TIED = (
    # Those of the same study, also of a study whose first document is gone.
    f"SELECT b.document_id FROM study_document a JOIN study_document b ON b.study_id = a.study_id WHERE a.document_id IN {_AMONG}",
    f"SELECT document_id FROM study_document WHERE study_id IN {_AMONG}",
    # Those that somebody decided about.
    f"SELECT other_id FROM identity_decision WHERE decision = 'same' AND document_id IN {_AMONG}",
    f"SELECT document_id FROM identity_decision WHERE decision = 'same' AND other_id IN {_AMONG}",
)
#: Those that bear a name, or tell of it. The names come first, whatever the planner thinks of their number.
_BEARERS = (
    "SELECT i.document_id FROM json_each(:names) n CROSS JOIN document_identifier i ON i.value = json_extract(n.value, '$[1]') AND i.scheme = json_extract(n.value, '$[0]')",
    *(
        f"SELECT r.document_id FROM json_each(:names) n CROSS JOIN document_reports_on r ON r.{column} = json_extract(n.value, '$[1]') "
        f"WHERE json_extract(n.value, '$[0]') = '{scheme}'"
        for scheme, column in _REPORTED
    ),
)


def _around(db: sqlite3.Connection, documents: set[int]) -> set[int]:
    """The documents that may share a study with these, as far as names and decisions lead."""
    seen, frontier = set(documents), set(documents)
    while frontier:
        listed = {"documents": json.dumps(sorted(frontier))}
        names = {(row[1], row[2]) for row in db.execute(_NAMES, listed)}
        called = {"names": json.dumps(sorted(names))}
        found = {int(row[0]) for tied in _TIED for row in db.execute(tied, listed)}
        found |= {int(row[0]) for bearers in _BEARERS for row in db.execute(bearers, called)}
        frontier = found - seen
        seen |= frontier
    return seen


def stand_alone(db: sqlite3.Connection, document: int) -> None:
    """A study of its own for a document that has none yet, so that a run that is killed leaves nothing unseen; `regroup` joins it later."""
    if db.execute("SELECT 1 FROM study_document WHERE document_id = ?", (document,)).fetchone() is None:
        _write(db, document, [db.execute(f"{_DOCUMENT} WHERE id = ?", (document,)).fetchone()])


def _groups(db: sqlite3.Connection, documents: dict[int, sqlite3.Row], listed: dict[str, str]) -> list[list[int]]:
    """Documents joined by the name of a trial or paper that one bears and another bears or reports on, or by somebody's decision."""
    parent = {d: d for d in documents}

    def root(d: int) -> int:
        while parent[d] != d:
            parent[d] = parent[parent[d]]
            d = parent[d]
        return d

    bearers: dict[tuple[str, str, str], int] = {}
    apart = {row[0] for row in db.execute("SELECT document_id FROM identity_decision WHERE decision = 'apart'")}
    for d, scheme, value in _names(db, documents, listed):
        key = (scheme, value, _apart(documents[d], scheme))
        if d in apart:
            continue
        if key in bearers:
            parent[root(d)] = root(bearers[key])
        else:
            bearers[key] = d
    same = f"SELECT document_id, other_id FROM identity_decision WHERE decision = 'same' AND document_id IN {_AMONG}"
    for one, other in db.execute(same, listed):
        if one in parent and other in parent:
            parent[root(one)] = root(other)
    groups: dict[int, list[int]] = defaultdict(list)
    for d in documents:
        groups[root(d)].append(d)
    return list(groups.values())


def _apart(document: sqlite3.Row, scheme: str) -> str:
    """A review names trials that it pools, a guideline those that it speaks of; that makes neither one of their reports."""
    if scheme != "registry":
        return ""
    if document["level"] == "pooled":
        return "pooled"
    speaks_of_several = document["level"] == "other" and document["report"] == "article" and _registries(document) > 1
    return f"document {document['id']}" if speaks_of_several else ""


def _registries(document: sqlite3.Row) -> int:
    """How many numbers of one registry a document bears: a trial may be registered in several registries, rarely twice in one."""
    prefixes = [str(i)[:3] for i in json.loads(document["study_registry_ids"])]
    return max(map(prefixes.count, prefixes), default=0)


def _names(db: sqlite3.Connection, documents: dict[int, sqlite3.Row], listed: dict[str, str]) -> Iterator[tuple[int, str, str]]:
    """The names that tie each document to its study.

    A page that retells several papers must not make one study of them: it goes with the first that it names.
    """
    borne: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for row in db.execute(_NAMES, listed):
        if row["document_id"] in documents:
            borne[row["document_id"]].add((row["scheme"], row["value"]))
    first = {
        row["document_id"]: {(s, row[c]) for s, c in _REPORTED if row[c]}
        for row in db.execute(f"SELECT * FROM document_reports_on WHERE document_id IN {_AMONG} ORDER BY position DESC", listed)
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
            _called(best, ids),
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
        status = _status(m, members)
        db.execute(
            "UPDATE document SET status = :s WHERE id = :d AND status IN ('ok', 'superseded') AND status <> :s",
            {"s": status, "d": m["id"]},
        )


def _called(best: sqlite3.Row, ids: list[str]) -> str:
    """A trial goes by its registration, a review by its own; a document that names the trials of others goes by its title."""
    own = [i for i in ids if i.startswith(_REVIEWS)] if best["level"] == "pooled" else [] if _apart(best, "registry") else ids
    return own[0] if own else str(best["title"])


def _status(member: sqlite3.Row, members: list[sqlite3.Row]) -> str:
    """A retelling gives way to any report of the authors' own; a digest to any other report."""
    others = [m for m in members if m["id"] != member["id"] and m["report"] != "protocol"]
    if member["report"] == "digest" and any(m["report"] != "digest" for m in others):
        return "superseded"
    if member["report"] in _RETELLS and any(m["report"] == "article" for m in others):
        return "superseded"
    return "ok"
