"""What follows from the documents is kept up to date with them, and is the same when it is worked out anew."""

from __future__ import annotations

import contextlib
import sqlite3
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.document import Report
from crawler.record import Reference
from kb.answer import answer
from kb.connection import for_reading
from kb.dispute_list import Asked, listed
from kb.errors import NothingToUndo, NotKept
from kb.fingerprint import derived
from kb.intake import Reading
from kb.merging import Decision, decide, undo
from kb.migrations import m0001_first_tables, m0002_harvest
from kb.notices import bury
from kb.question import understand
from kb.store import Library
from kb.upkeep import all_anew
from nlp.claim import Direction, Level
from tests.kb.made import Said, put, reading

UP, DOWN, NULL = Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR, Direction.NO_DIFFERENCE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def print_of(path: Path) -> str:
    with contextlib.closing(for_reading(path)) as db:
        return derived(db)


def rebuilt(path: Path) -> str:
    """The fingerprint after everything was worked out anew."""
    with Library(path, "rebuild", [], {"test": "1"}) as library:
        with library.transaction() as db:
            all_anew(db, library.run)
        library.close_run(0)
    return print_of(path)


said = st.builds(
    Said, direction=st.sampled_from([UP, DOWN, NULL]), months=st.sampled_from([None, 3, 6, 24]), route=st.sampled_from([None, "intrathecal", "intravenous"]),
    comparator=st.just("placebo"), estimate=st.sampled_from([None, -0.5]),
)  # fmt: skip
papers = st.builds(
    lambda name, claims, registry, report, level: reading(name, *claims, registry=registry, report=report, level=level),
    st.sampled_from("abcdef"), st.lists(said, max_size=3, unique_by=lambda s: s.words()), st.sampled_from([(), ("NCT00000001",), ("NCT00000001", "ISRCTN11111111"), ("ISRCTN11111111",)]),
    st.sampled_from([Report.ARTICLE, Report.CONFERENCE, Report.PROTOCOL]), st.sampled_from([Level.TRIAL, Level.POOLED]),
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(papers, min_size=1, max_size=3), min_size=1, max_size=4))
def test_run_by_run_gives_what_working_it_out_anew_gives(tmp_path: Path, runs: list[list[Reading]]) -> None:
    path = tmp_path / "library.db"
    path.unlink(missing_ok=True)
    for batch in runs:
        put(path, *batch)
    assert print_of(path) == rebuilt(path)


def test_a_run_leaves_nothing_stale(path: Path) -> None:
    put(path, reading("a", Said(UP)), reading("b", Said(DOWN)))
    with contextlib.closing(for_reading(path)) as db:
        assert db.execute("SELECT count(*) FROM stale").fetchone()[0] == 0
        assert db.execute("SELECT count(*) FROM dispute").fetchone()[0] == 1


def test_only_what_a_changed_document_touches_is_written(path: Path) -> None:
    put(
        path,
        reading("a", Said(UP)),
        reading("b", Said(DOWN)),
        reading("c", Said(UP, months=24)),
        reading("d", Said(DOWN, months=24)),
    )
    db = sqlite3.connect(path)
    db.executescript(
        "CREATE TABLE seen (claim_id INTEGER); CREATE TRIGGER watch AFTER INSERT ON comparison BEGIN INSERT INTO seen VALUES (new.claim_id); END;"
    )
    db.close()
    put(path, reading("e", Said(UP)))
    with contextlib.closing(for_reading(path)) as db:
        assert [row[0] for row in db.execute("SELECT f.document FROM seen JOIN claim_in_full f USING (claim_id)")] == ["e"]
        assert db.execute("SELECT count(*) FROM dispute").fetchone()[0] == 3


def test_what_a_killed_run_stored_is_caught_up_by_the_next(path: Path) -> None:
    put(path, reading("a", Said(UP)))
    with Library(path, "add", [], {}) as library:
        library.add(reading("b", Said(DOWN)))
    put(path)
    with contextlib.closing(for_reading(path)) as db:
        assert db.execute("SELECT count(*) FROM dispute").fetchone()[0] == 1


def test_a_page_that_comes_later_moves_to_the_study_it_tells_of_and_moves_nothing_else(path: Path) -> None:
    trial = "NCT00000001"
    put(path, reading("paper", Said(UP), registry=(trial,)), reading("other", Said(DOWN)))
    put(path, reading("page", Said(UP), report=Report.NEWS, reports_on=(Reference(registry_id=trial),)))
    with contextlib.closing(for_reading(path)) as db:
        assert [tuple(r) for r in db.execute("SELECT document_id, study_id FROM study_document ORDER BY 1")] == [
            (1, 1),
            (2, 2),
            (3, 1),
        ]
        assert [r[0] for r in db.execute("SELECT status FROM document ORDER BY id")] == ["ok", "ok", "superseded"]


def test_disputes_do_not_depend_on_the_order_of_adding(tmp_path: Path) -> None:
    several = [
        reading("a", Said(UP), Said(NULL, months=24)), reading("b", Said(DOWN, route="intravenous")), reading("c", Said(NULL, months=None)),
        reading("d", Said(UP, estimate=-2.0, low=-2.1, high=-1.9), level=Level.POOLED), reading("e", Said(DOWN, months=24)),
    ]  # fmt: skip
    told = []
    for number, order in enumerate(permutations(range(5))):
        if number % 17 == 0:
            path = tmp_path / f"{number}.db"
            put(path, *(several[i] for i in order))
            with contextlib.closing(for_reading(path)) as db:
                told.append(
                    [(d.document_a, d.document_b, d.type, d.estimates, d.z, d.weight, d.explained_by) for d in listed(db, Asked())]
                )
    assert len(told) > 5
    assert len(told[0]) > 3
    assert all(t == told[0] for t in told)


def test_a_library_of_an_earlier_version_is_brought_up_to_date_by_its_next_run(path: Path, tmp_path: Path) -> None:
    put(path, reading("a", Said(UP)), reading("b", Said(DOWN)))
    old = tmp_path / "old.db"
    db = sqlite3.connect(old)
    for script in (m0001_first_tables.SQL, m0002_harvest.SQL):
        db.executescript(script)
    db.execute("ATTACH ? AS new", (str(path),))
    for (table,) in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
        columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
        db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
    db.execute("CREATE TABLE _sqlite_migrations AS SELECT * FROM new._sqlite_migrations WHERE name < '0003'")
    db.commit()
    db.close()
    put(old)
    with contextlib.closing(for_reading(old)) as opened:
        assert [(d.document_a, d.document_b, d.type) for d in listed(opened, Asked())] == [("a", "b", "opposite")]
        # What happened under the earlier version was not kept; as of its last run it can still be told.
        question = understand(opened, "MSC vs placebo")
        assert len(answer(opened, question, as_of=1).outcomes) == 1
        with pytest.raises(NotKept, match="from run 1 on"):
            answer(opened, question, as_of=0)
        assert opened.execute("SELECT count(*) FROM stale").fetchone()[0] == 0


acts = st.one_of(
    st.tuples(st.just("status"), st.sampled_from(["retracted", "concern", "ok"]), st.integers(1, 4), st.none()),
    st.tuples(st.just("bury"), st.none(), st.integers(1, 4), st.none()),
    st.tuples(st.just("decide"), st.sampled_from(["same", "other"]), st.integers(1, 2), st.integers(3, 4)),
    st.tuples(st.just("decide"), st.just("apart"), st.integers(1, 4), st.none()),
    st.tuples(st.just("undo"), st.none(), st.integers(1, 2), st.integers(3, 4)),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(papers, min_size=3, max_size=5), st.lists(acts, min_size=1, max_size=5), papers)
def test_whatever_befalls_documents_gives_what_working_it_out_anew_gives(
    tmp_path: Path, batch: list[Reading], befell: list[tuple[str, str | None, int, int | None]], last: Reading
) -> None:
    path = tmp_path / "library.db"
    path.unlink(missing_ok=True)
    put(path, *batch)
    for act, how, one, other in befell:
        with Library(path, act, [], {"test": "1"}) as library:
            with library.transaction() as db:
                here = {row[0] for row in db.execute("SELECT id FROM document")}
                if {one, other} - {None} <= here:
                    _befall(db, library.run, act, how, one, other)
            library.close_run(0)
    put(path, last)
    assert print_of(path) == rebuilt(path)


def _befall(db: sqlite3.Connection, run: int, act: str, how: str | None, one: int, other: int | None) -> None:
    if act == "status":
        db.execute("UPDATE document SET status = ? WHERE id = ?", (how, one))
    elif act == "bury":
        bury(db, one, "gone", run)
    elif act == "decide":
        decide(db, run, Decision(one, other, str(how), "looked"))
    else:
        with contextlib.suppress(NothingToUndo):
            undo(db, one, other)
