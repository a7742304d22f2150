"""Which documents tell of one study, and which of them speaks for it."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence

from kb.belief import RANK
from kb.registrations import OF_REVIEWS, registrations
from kb.told_by import told_as

#: Reports that are somebody's retelling: they give way when a report of the authors' own is here.
RETOLD = frozenset({"news", "web_page", "digest"})
_RETELLS = RETOLD | {"conference"}
_REPORTED = (("doi", "doi"), ("pmid", "pmid"), ("pmcid", "pmcid"), ("registry", "registry_id"))


_DOCUMENT = (
    "SELECT id, title, level, design, sample_size, pooled_studies, report, publication_types, status, added_in, "
    "EXISTS (SELECT 1 FROM claim WHERE claim.document_id = document.id) AS claims FROM document"
)
_AMONG = "(SELECT value FROM json_each(:documents))"


def regroup(db: sqlite3.Connection, changed: Sequence[int]) -> None:
    """Make the studies of changed documents, and of all that are tied to them, anew; inside the caller's transaction.

    A study's id is that of its earliest document. Documents that end up in another study than before are marked as stale.
    """
    _tell_own_numbers(db, changed)
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


def _tell_own_numbers(db: sqlite3.Connection, documents: Sequence[int]) -> None:
    """Which numbers of these documents are their studies' own."""
    listed = {"documents": json.dumps(list(documents))}
    db.execute(f"DELETE FROM document_registration WHERE document_id IN {_AMONG}", listed)
    for row in db.execute(
        "SELECT id, title, text, level, report, publication_types, registry_ids, study_registry_ids FROM document "
        f"WHERE (study_registry_ids <> '[]' OR registry_ids <> '[]') AND id IN {_AMONG}",
        listed,
    ).fetchall():
        told = registrations(row)
        db.executemany("INSERT INTO document_registration VALUES (?, ?, ?)", [(row["id"], n, int(own)) for n, own in told.items()])


def _added(documents: dict[int, sqlite3.Row], document: int) -> int:
    """The run that a document came in; 0 for one that is gone."""
    return int(documents[document]["added_in"]) if document in documents else 0


def _membership(db: sqlite3.Connection, listed: dict[str, str]) -> dict[int, int]:
    return dict(db.execute(f"SELECT document_id, study_id FROM study_document WHERE document_id IN {_AMONG}", listed).fetchall())


#: The names that documents bear or tell of. Written out, since no index is used through the view `document_name`.
_NAMES = " UNION ALL ".join(
    [
        f"SELECT document_id, scheme, value FROM document_identifier WHERE scheme <> 'registry' AND document_id IN {_AMONG}",
        f"SELECT document_id, 'registry', value FROM document_registration WHERE own = 1 AND document_id IN {_AMONG}",
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
    "SELECT i.document_id FROM json_each(:names) n CROSS JOIN document_identifier i ON i.value = json_extract(n.value, '$[1]') AND i.scheme = json_extract(n.value, '$[0]') "
    "WHERE i.scheme <> 'registry'",
    "SELECT o.document_id FROM json_each(:names) n CROSS JOIN document_registration o ON o.value = json_extract(n.value, '$[1]') AND o.own = 1 "
    "WHERE json_extract(n.value, '$[0]') = 'registry'",
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

    bearers: dict[tuple[str, str], int] = {}
    apart = {row[0] for row in db.execute("SELECT document_id FROM identity_decision WHERE decision = 'apart'")}
    for d, scheme, value in _names(db, documents, listed):
        key = (scheme, value)
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
        several = _told(documents[d]) in _RETELLS and len(schemes) > len(set(schemes))
        for scheme, value in sorted(first.get(d, borne[d]) if several else borne[d]):
            yield d, scheme, value


def _told(document: sqlite3.Row) -> str:
    """Who tells it."""
    return told_as(document["report"], document["publication_types"], document["title"])


def _write(db: sqlite3.Connection, number: int, members: list[sqlite3.Row]) -> None:
    # A paper that claims nothing speaks for nothing: it may be a plan, or a text of which nothing could be read.
    ranked = sorted(members, key=lambda m: (m["status"] == "retracted", RANK[_told(m)], not m["claims"], m["id"]))
    best = next((m for m in ranked if _told(m) != "protocol"), ranked[0])
    ids = _bearing(db, [m["id"] for m in members])
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
            _told(best),
        ),
    )
    for m in members:
        db.execute("INSERT INTO study_document (document_id, study_id) VALUES (?, ?)", (m["id"], number))
        status = _status(m, members)
        db.execute(
            "UPDATE document SET status = :s WHERE id = :d AND status IN ('ok', 'superseded') AND status <> :s",
            {"s": status, "d": m["id"]},
        )


def _bearing(db: sqlite3.Connection, members: list[int]) -> list[str]:
    """The registration numbers that a study goes by: its documents' own, and those that retellings name as what they tell of."""
    found = db.execute(
        f"SELECT value FROM document_registration WHERE own = 1 AND document_id IN {_AMONG} "
        f"UNION SELECT registry_id FROM document_reports_on WHERE registry_id IS NOT NULL AND document_id IN {_AMONG} ORDER BY 1",
        {"documents": json.dumps(members)},
    )
    return [row[0] for row in found]


def _called(best: sqlite3.Row, ids: list[str]) -> str:
    """A trial goes by its registration, a review by its own."""
    own = [i for i in ids if i.startswith(OF_REVIEWS)] if best["level"] == "pooled" else ids
    return own[0] if own else str(best["title"])


def _status(member: sqlite3.Row, members: list[sqlite3.Row]) -> str:
    """A retelling gives way to any report of the authors' own that has results; a digest to any other report that has.

    A retracted paper silences its retellings all the same: what they tell is what was retracted.
    """
    others = [m for m in members if m["id"] != member["id"] and (m["claims"] or m["status"] == "retracted")]
    told = {_told(m) for m in others} - {"protocol"}
    mine = _told(member)
    if mine == "digest" and told - {"digest"}:
        return "superseded"
    papers = {m["status"] == "retracted" for m in others if _told(m) == "article"}
    if mine == "registry" and papers == {True}:
        return "superseded"
    return "superseded" if mine in _RETELLS and "article" in told else "ok"
