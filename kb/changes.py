"""What a run changed: papers that came, were revised, retracted or went; claims that came and went; verdicts that turned."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kb.revisions import claims_told

#: In the order in which a reader wants to know of them.
KINDS = (
    "verdict",
    "contested",
    "contested no more",
    "status",
    "cites retracted",
    "deleted",
    "back",
    "claim gone",
    "claim new",
    "revised",
    "new",
)


#: Neither a reference list nor a registration number says which trials were pooled.
_MAY_STAND = {
    ("cites", True): "a pooled analysis, may include {}, which was retracted (it cites it; citing is not including)",
    ("names", True): "a pooled analysis, may include {}, which was retracted (it names its registration; naming is not including)",
    ("cites", False): "cites {}, which was retracted",
    ("names", False): "names the registration of {}, which was retracted",
    ("one study", False): "reports the same study as {}, which was retracted",
    ("one study", True): "reports the same analysis as {}, which was retracted",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `document` is None where it is about a comparison."""

    run: int
    kind: str
    document: str | None
    what: str
    before: str | None = None
    after: str | None = None


def last_told(db: sqlite3.Connection, run: int | None = None) -> int:
    """The last run that ended before this one (before the latest that ended, where none is given): what came after it was not told yet.

    A run that was killed told nobody; what it stored is told by the next one.
    """
    latest = run if run is not None else db.execute("SELECT coalesce(max(id), 0) FROM run WHERE ended IS NOT NULL").fetchone()[0]
    return int(db.execute("SELECT coalesce(max(id), 0) FROM run WHERE ended IS NOT NULL AND id < ?", (latest,)).fetchone()[0])


def changes(db: sqlite3.Connection, since: int) -> list[Change]:
    """What changed in the runs after `since`, the gravest kinds first."""
    found = [*_kept(db, since), *_documents(db, since), *_claims_of_new(db, since), *_citing(db, since)]
    return sorted(found, key=lambda c: (KINDS.index(c.kind), c.run, c.document or "", c.what))


#: What a document that came in these runs claims is told with its coming, however often it was revised since.
_KEPT = (
    "SELECT run_id, kind, document, what, before, after FROM change WHERE run_id > :since AND NOT (kind IN ('claim new', 'claim gone') "
    "AND coalesce(document_id IN (SELECT id FROM document WHERE added_in > :since), 0)) ORDER BY id"
)


def _claims_of_new(db: sqlite3.Connection, since: int) -> Iterator[Change]:
    """What documents claim that came in these runs, as long as they are here; not of the first run of all, which filled the library."""
    rows = db.execute(
        "SELECT id, came_as, added_in FROM document WHERE added_in > max(:since, (SELECT min(added_in) FROM document)) AND deleted_in IS NULL ORDER BY id",
        {"since": since},
    )
    for document, name, run in rows.fetchall():
        for line in claims_told(db, document):
            yield Change(run, "claim new", name, line, None, line)


def _kept(db: sqlite3.Connection, since: int) -> Iterator[Change]:
    for row in db.execute(_KEPT, {"since": since}):
        change = Change(*row)
        yield replace(change, what=f"{_turn(change)}{change.what}") if change.kind == "verdict" else change


def _turn(change: Change) -> str:
    """What a verdict that turned amounts to: contested now, contested no more, or another word. One that no claim is left for is not settled."""
    if change.after == "contested":
        return "newly contested: "
    return "settled: " if change.before == "contested" and change.after != "no claim left" else ""


def _documents(db: sqlite3.Connection, since: int) -> Iterator[Change]:
    # What is back is told as such; where it came back otherwise, its claims tell.
    rows = db.execute(
        "SELECT added_in, changed_in, came_as, title FROM document AS d WHERE changed_in > :since AND (added_in > :since OR NOT EXISTS "
        "(SELECT 1 FROM change WHERE document_id = d.id AND run_id = d.changed_in AND kind = 'back')) ORDER BY id",
        {"since": since},
    )
    for added, changed, name, title in rows:
        yield Change(added, "new", name, title) if added > since else Change(changed, "revised", name, title)


def _citing(db: sqlite3.Connection, since: int) -> Iterator[Change]:
    """Papers that cite, name or report again what was retracted in these runs: their results may stand on it."""
    rows = db.execute(
        "SELECT change.run_id, c.document, c.level, c.retracted, c.how FROM cites_retracted c "
        "JOIN change ON change.document_id = c.retracted_id WHERE change.kind = 'status' AND change.after = 'retracted' "
        "AND change.run_id > ? ORDER BY 1, 2, 4",
        (since,),
    )
    for run, name, level, retracted, how in rows:
        yield Change(run, "cites retracted", name, _MAY_STAND[how, level == "pooled"].format(retracted))


@dataclass(frozen=True, slots=True)
class RunLine:
    """One row of the ledger."""

    values: dict[str, object]


COLUMNS = ("run", "command", "started", "seconds", "search", "source", "asked", "got", "new", "revised", "deleted", "retracted", "skipped", "failed",
           "cache_hits", "requests", "bytes", "exit", "error")  # fmt: skip


def runs(db: sqlite3.Connection, limit: int) -> list[dict[str, object]]:
    """The ledger, latest run first: one row a run and source, or one for a run that asked no source."""
    rows = db.execute(
        "SELECT run.id AS run, run.command, run.started, run.ended, run.exit_code, run.added, run.replaced, run.left_out, s.* FROM run "
        "LEFT JOIN run_source s ON s.run_id = run.id WHERE run.id > (SELECT coalesce(max(id), 0) FROM run) - ? ORDER BY run.id DESC, s.search, s.source",
        (limit,),
    )
    return [_row(row) for row in rows]


def _row(row: sqlite3.Row) -> dict[str, object]:
    named: dict[str, object] = {c: row[c] for c in COLUMNS if c in row.keys() and c != "run"}  # noqa: SIM118 - a Row iterates over values
    if row["source"] is None:
        named |= {"new": row["added"], "revised": row["replaced"], "skipped": row["left_out"]}
    state = row["exit_code"] if row["ended"] else "broken off"
    found = {"run": row["run"], **named, "exit": state}
    return {column: found.get(column) for column in COLUMNS}
