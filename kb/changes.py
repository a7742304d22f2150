"""What a run changed: papers that came, were revised, retracted or went; claims that came and went; verdicts that turned."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

#: In the order in which a reader wants to know of them.
KINDS = ("verdict", "status", "cites retracted", "deleted", "back", "claim gone", "claim new", "revised", "new")


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
    found = [*_kept(db, since), *_documents(db, since), *_citing(db, since)]
    return sorted(found, key=lambda c: (KINDS.index(c.kind), c.run, c.document or "", c.what))


def _kept(db: sqlite3.Connection, since: int) -> Iterator[Change]:
    for row in db.execute("SELECT run_id, kind, document, what, before, after FROM change WHERE run_id > ? ORDER BY id", (since,)):
        yield Change(*row)


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
    """Papers that cite what was retracted in these runs: a pooled result may stand on it."""
    rows = db.execute(
        "SELECT change.run_id, cites_retracted.document, cites_retracted.level, cites_retracted.retracted FROM cites_retracted "
        "JOIN change ON change.document_id = cites_retracted.retracted_id WHERE change.kind = 'status' AND change.after = 'retracted' "
        "AND change.run_id > ? ORDER BY 1, 2, 4",
        (since,),
    )
    for run, name, level, retracted in rows:
        sort = "a pooled analysis, cites" if level == "pooled" else "cites"
        yield Change(run, "cites retracted", name, f"{sort} {retracted}, which was retracted")


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
