"""What the pages about the library itself show: a study, an outcome, a dispute, a run, what changed, and everything at a glance."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kb.answer import claims_alone
from kb.answer_notices import count_library
from kb.belief import column
from kb.changes import KINDS, Change, changes, runs
from kb.chosen import has_comparisons
from kb.dispute_lines import HEAVIEST_FIRST, DisputeLine, inconsistent_rows, line_of
from kb.report.cards import Card, cards, printed_in

Row = dict[str, Any]
#: So many rows of a list are shown on a page; the tables have all.
MOST_ROWS = 200
#: So many claims of a study or an outcome are shown in full.
MOST_CARDS = 60
_LINES = (
    "SELECT d.*, a.document AS document_a, b.document AS document_b FROM dispute d "
    "JOIN comparison a ON a.claim_id = d.claim_a JOIN comparison b ON b.claim_id = d.claim_b"
)


def _rows(db: sqlite3.Connection, sql: str, *values: object) -> list[Row]:
    return [dict(row) for row in db.execute(sql, values)]


def _cards(db: sqlite3.Connection, claims: Sequence[int]) -> tuple[Card, ...]:
    return tuple(cards(claims_alone(db, claims), printed_in(db, claims)))


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study, the documents that report it (the one that speaks for it first), and what it claims."""

    study: Row
    documents: tuple[Row, ...]
    claims: tuple[Card, ...]
    disputes: tuple[DisputeLine, ...]
    inconsistent: tuple[dict[str, object], ...]
    doubts: tuple[Row, ...]


def study_view(db: sqlite3.Connection, study: int) -> StudyView | None:
    """A study of the library; None where it holds none of this number."""
    found = _rows(db, "SELECT * FROM study WHERE id = ?", study)
    if not found:
        return None
    documents = _rows(
        db,
        "SELECT d.id, d.came_as, d.title, d.year, d.report, d.status, d.id = s.best_document_id AS best FROM study_document sd JOIN document d ON d.id = sd.document_id "
        "JOIN study s ON s.id = sd.study_id WHERE sd.study_id = ? ORDER BY best DESC, d.year, d.id LIMIT ?",
        study, MOST_ROWS,
    )  # fmt: skip
    claims = [
        r[0]
        for r in db.execute("SELECT claim_id FROM comparison WHERE study_id = ? ORDER BY claim_id LIMIT ?", (study, MOST_CARDS))
    ]
    lines = db.execute(f"{_LINES} WHERE d.study_a = ?1 OR d.study_b = ?1 {HEAVIEST_FIRST} LIMIT ?2", (study, MOST_ROWS))
    doubts = _rows(
        db,
        "SELECT o.id, o.came_as, o.title, i.likeness, i.why FROM identity_doubt i JOIN document o ON o.id = i.other_id "
        "WHERE i.document_id IN (SELECT document_id FROM study_document WHERE study_id = ?) ORDER BY i.likeness DESC LIMIT ?",
        study, MOST_ROWS,
    )  # fmt: skip
    return StudyView(
        found[0], tuple(documents), _cards(db, claims), tuple(map(line_of, lines)),
        tuple(inconsistent_rows(db, "WHERE r.study_id = :study", {"study": study})), tuple(doubts),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """Everything that is claimed of one outcome: what was given, and how many claims stand on which side."""

    key: str
    name: str
    better: tuple[str, ...]
    minimal: Row | None
    sides: tuple[tuple[str, str, dict[str, int]], ...]
    in_all: int
    disputes: tuple[DisputeLine, ...]
    newest: tuple[Card, ...]


def outcome_view(db: sqlite3.Connection, key: str) -> OutcomeView | None:
    """An outcome by its key among the comparisons; None where nothing is claimed of it."""
    among = "FROM comparison WHERE outcome_key = ?"
    head = db.execute(f"SELECT outcome, count(*) {among}", (key,)).fetchone()
    if not head[1]:
        return None
    grouped: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for given, against, direction, better, null_kind, n in db.execute(
        f"SELECT coalesce(intervention, 'not named'), against, direction, better, null_kind, count(*) {among} AND status <> 'superseded' GROUP BY 1, 2, 3, 4, 5",
        (key,),
    ):
        grouped[str(given), _against(str(against))][_column(direction, better, null_kind)] += n
    ordered = sorted(grouped.items(), key=lambda item: (-sum(item[1].values()), item[0]))
    newest = [
        r[0]
        for r in db.execute(
            f"SELECT claim_id {among} AND status <> 'superseded' ORDER BY year DESC, claim_id DESC LIMIT 20", (key,)
        )
    ]
    lines = db.execute(f"{_LINES} WHERE a.outcome_key = ? {HEAVIEST_FIRST} LIMIT 20", (key,))
    better = [r[0] for r in db.execute(f"SELECT DISTINCT better {among} AND better IS NOT NULL ORDER BY 1", (key,))]
    minimal = _rows(db, "SELECT mid, mid_source FROM concept WHERE id = ? AND mid IS NOT NULL", key)
    sides = tuple((given, against, dict(n)) for (given, against), n in ordered[:MOST_ROWS])
    return OutcomeView(
        key,
        str(head[0]),
        tuple(better),
        minimal[0] if minimal else None,
        sides,
        head[1],
        tuple(map(line_of, lines)),
        _cards(db, newest),
    )


def _against(key: str) -> str:
    return {"": "nobody", "baseline": "their own baseline", "control": "a control that is not specified"}.get(
        key, key.replace("active:", "").replace("other:", "")
    )


def _column(direction: str, better: str | None, null_kind: str | None) -> str:
    """The side that a claim of this direction counts for, as `kb.belief` counts it."""
    from kb.comparison import COLUMNS, Compared

    blank = dict.fromkeys(COLUMNS) | {"direction": direction, "better": better, "null_kind": null_kind}
    return column(Compared(**blank))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class DisputeView:
    """Two claims face to face, and what the library knows of the difference between them."""

    line: DisputeLine
    a: Card
    b: Card


def dispute_view(db: sqlite3.Connection, a: int, b: int) -> DisputeView | None:
    """The dispute of two claims; None where there is none, or a claim of it is gone."""
    row = db.execute(f"{_LINES} WHERE d.claim_a = ? AND d.claim_b = ?", (a, b)).fetchone()
    by_number = {c.claim: c for c in _cards(db, (a, b))}
    return DisputeView(line_of(row), by_number[a], by_number[b]) if row is not None and {a, b} <= by_number.keys() else None


def heaviest(db: sqlite3.Connection, most: int) -> list[DisputeLine]:
    """The heaviest disputes of the library."""
    if not has_comparisons(db):
        return []
    return [
        line_of(row)
        for row in db.execute(
            f"{_LINES.replace('dispute d', '(SELECT * FROM dispute ORDER BY weight DESC LIMIT ?) d')} {HEAVIEST_FIRST}", (most,)
        )
    ]


@dataclass(frozen=True, slots=True)
class RunView:
    """One run: its row of the ledger, what each source gave, what could not be read, and what it changed."""

    run: Row
    sources: tuple[Row, ...]
    problems: tuple[Row, ...]
    changed: Changed


def run_view(db: sqlite3.Connection, run: int) -> RunView | None:
    """A run of the ledger; None where there is none of this number."""
    found = _rows(db, "SELECT * FROM run WHERE id = ?", run)
    if not found:
        return None
    sources = _rows(db, "SELECT * FROM run_source WHERE run_id = ? ORDER BY search, source", run)
    problems = _rows(db, "SELECT place, what, advice FROM problem WHERE run_id = ? ORDER BY id LIMIT ?", run, MOST_ROWS)
    told = grouped(c for c in changes(db, run - 1) if c.run == run)
    return RunView(found[0], tuple(sources), tuple(problems), told)


def ledger(db: sqlite3.Connection, most: int) -> list[Row]:
    """The latest runs, with the columns that a reader looks at first."""
    return runs(db, most)


@dataclass(frozen=True, slots=True)
class Changed:
    """Changes by kind, the gravest first; `in_all` counts those that the lists leave out for length, too."""

    kinds: tuple[tuple[str, int, tuple[Change, ...]], ...]
    in_all: int


def grouped(found: Iterable[Change]) -> Changed:
    """Changes as a page lists them."""
    by_kind: dict[str, list[Change]] = {kind: [] for kind in KINDS}
    for change in found:
        by_kind[change.kind].append(change)
    told = tuple((kind, len(of), tuple(of[:MOST_ROWS])) for kind, of in by_kind.items() if of)
    return Changed(told, sum(len(of) for of in by_kind.values()))


def changed_since(db: sqlite3.Connection, since: int) -> Changed:
    """What changed in the runs after `since`."""
    return grouped(changes(db, since))


def latest_run(db: sqlite3.Connection) -> int:
    """The last run that ended; 0 where none has."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM run WHERE ended IS NOT NULL").fetchone()[0])


def library_counts(db: sqlite3.Connection) -> dict[str, int]:
    """How much the library holds, as the last run counted it."""
    kept = (
        dict(db.execute("SELECT name, value FROM library_count WHERE name <> 'history_since'").fetchall())
        if has_comparisons(db)
        else {}
    )
    return {str(k): int(v) for k, v in kept.items()} or count_library(db)


#: What is counted at a glance: by what, over which rows, largest first or in order.
GLANCE = {
    "year": (
        "Documents by year",
        "SELECT coalesce(year, 'not told'), count(*) FROM document WHERE deleted_in IS NULL GROUP BY 1 ORDER BY 1 DESC LIMIT 60",
    ),
    "design": (
        "Documents by design",
        "SELECT coalesce(design, 'not told'), count(*) FROM document WHERE deleted_in IS NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 30",
    ),
    "route": (
        "Documents by route",
        "SELECT coalesce(c.route, 'not told'), count(DISTINCT c.document_id) FROM comparison c JOIN document d ON d.id = c.document_id "
        "WHERE d.deleted_in IS NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 30",
    ),
    "condition": (
        "Coverage by condition",
        "SELECT x.label, count(DISTINCT x.document_id) FROM document_condition x JOIN document d ON d.id = x.document_id "
        "WHERE d.deleted_in IS NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 40",
    ),
    "disputes": ("Open disputes by outcome", "SELECT outcome, count(*) FROM dispute GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 40"),
    "status": (
        "Documents by status",
        "SELECT status, count(*) FROM document WHERE deleted_in IS NULL GROUP BY 1 ORDER BY 2 DESC, 1",
    ),
}


def glance(db: sqlite3.Connection, what: str) -> list[tuple[str, int]]:
    """One count of the library: what is counted, and how many."""
    return [(str(name), int(n)) for name, n in db.execute(GLANCE[what][1])]
