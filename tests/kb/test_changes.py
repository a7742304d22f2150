"""changes and runs: what a run changed, the gravest first, and the ledger that says what was asked and what came of it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from kb.changes import COLUMNS, KINDS, Change, changes, last_told, runs
from kb.connection import for_reading
from kb.store import Library
from nlp.claim import Direction
from nlp.pipeline import Reader
from tests.imitation import Schedule
from tests.kb.made import Said, put, reading
from tests.served import WORSE, Desk, desk_with, made, paper


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


@pytest.fixture
def desk(tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Two papers that contradict each other."""
    with desk_with(tmp_path, made(paper(1001), paper(1002, WORSE)), reader, monkeypatch) as desk:
        yield desk


def since(path: Path, run: int) -> list[Change]:
    """What changed after a run."""
    with contextlib.closing(for_reading(path)) as db:
        return changes(db, run)


FAVOURS, AGAINST = Said(), Said(Direction.FAVOURS_COMPARATOR, estimate=0.5, low=0.1, high=0.9)


def test_a_library_without_runs_has_no_changes(path: Path) -> None:
    put(path)
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM run")
    db.close()
    with contextlib.closing(for_reading(path)) as db:
        assert (last_told(db), changes(db, 0), runs(db, 20)) == (0, [], [])


def test_what_came_is_new_and_what_came_otherwise_is_revised(path: Path) -> None:
    put(path, reading("a", FAVOURS), reading("b", FAVOURS, title="Another"))
    put(path, reading("a", FAVOURS, AGAINST, title="Paper a"), reading("c", FAVOURS, title="A third"))
    assert [(c.kind, c.document) for c in since(path, 1) if c.document] == [
        ("claim new", "a"),
        ("claim new", "c"),
        ("revised", "a"),
        ("new", "c"),
    ]
    assert {c.document for c in since(path, 0) if c.kind == "new"} == {"a", "b", "c"}


def test_the_same_again_is_no_change(path: Path) -> None:
    put(path, reading("a", FAVOURS))
    put(path, reading("a", FAVOURS))
    assert since(path, 1) == []


def test_the_gravest_come_first_whatever_their_order_in_time(desk: Desk) -> None:
    desk.ask("refresh")
    desk.corpus.add(title="Mesenchymal news", references=(1002,))
    desk.ask("refresh")
    desk.corpus.retract(1002, where="crossref")
    desk.corpus.delete(1001)
    desk.ask("refresh")
    kinds = [c["kind"] for c in desk.ask("changes", "--since", "1", "--json").lines()]
    assert kinds == sorted(kinds, key=KINDS.index)
    assert kinds[0] == "verdict"
    assert {"status", "cites retracted", "deleted", "new"} <= set(kinds)


def test_a_comparison_whose_last_study_was_retracted_says_that_no_claim_is_left(desk: Desk) -> None:
    desk.ask("refresh")
    for pmid in (1001, 1002):
        desk.corpus.retract(pmid, where="crossref")
    desk.ask("refresh")
    told = [(c["before"], c["after"]) for c in desk.ask("changes", "--json").lines() if c["kind"] == "verdict"]
    assert told == [("contested", "no claim left")]


def test_a_new_paper_that_turns_nothing_is_told_without_a_verdict(desk: Desk) -> None:
    desk.ask("refresh")
    desk.corpus.add(title="Mesenchymal stem cells once more", abstract=(("", WORSE),), mesh=("Multiple Sclerosis",))
    assert "turned" not in desk.ask("refresh").out
    assert {c["kind"] for c in desk.ask("changes", "--json").lines()} == {"new", "claim new"}


def test_a_record_that_comes_back_is_back_and_not_revised(desk: Desk) -> None:
    desk.ask("refresh")
    kept = desk.corpus.papers[1002]
    desk.corpus.delete(1002)
    desk.ask("refresh")
    desk.corpus.add(**{f.name: getattr(kept, f.name) for f in fields(kept)})
    desk.ask("refresh")
    assert [(c["kind"], c["document"]) for c in desk.ask("changes", "--json").lines() if c["document"]] == [("back", "pmid:1002")]
    assert len(desk.outcome()["claims"]) == 2


def test_the_table_for_people_has_a_head_and_a_row_a_change(desk: Desk) -> None:
    desk.ask("refresh")
    plain = [line.split("\t") for line in desk.ask("changes").out.rstrip("\n").split("\n")]
    assert plain[0] == ["run", "kind", "document", "what", "before", "after"]
    assert [row[2] for row in plain[1:]] == ["pmid:1001", "pmid:1002"]
    assert all(len(row) == 6 for row in plain)


# The ledger


def test_every_run_stands_in_the_ledger_latest_first(desk: Desk) -> None:
    desk.ask("refresh")
    (desk.folder / "mine.jsonl").write_text(json.dumps({"id": "mine", "title": "My own", "abstract": WORSE}) + "\n{broken\n")
    desk.ask("add", "mine.jsonl")
    desk.down("eutils")
    desk.ask("refresh")
    rows = desk.ask("runs", "--json").lines()
    assert all(list(row) == list(COLUMNS) for row in rows)
    assert [(r["run"], r["command"], r["source"], r["new"], r["skipped"], r["exit"]) for r in rows] == [
        (3, "refresh", "crossref", 0, 0, 75), (3, "refresh", "pubmed", 0, 0, 75), (2, "add", None, 1, 1, 3),
        (1, "refresh", "crossref", 0, 0, 0), (1, "refresh", "pubmed", 2, 0, 0),
    ]  # fmt: skip
    assert "500" in rows[1]["error"]
    assert {r["run"] for r in desk.ask("runs", "--limit", "1", "--json").lines()} == {3}


def test_asked_is_what_came_and_what_failed(desk: Desk) -> None:
    desk.service.schedule = Schedule().always("eutils.efetch", "emptyset")
    ran = desk.ask("refresh")
    (row,) = (r for r in desk.ask("runs", "--json").lines() if r["source"] == "pubmed")
    assert (ran.code, row["asked"], row["got"], row["failed"]) == (3, 2, 0, 2)
    assert ("1001" in ran.err, "1002" in ran.err) == (True, True)


def test_a_run_that_was_killed_says_so(path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Library(path, "refresh", [], {}):
        raise KeyboardInterrupt
    with contextlib.closing(for_reading(path)) as db:
        assert [(row["command"], row["exit"]) for row in runs(db, 5)] == [("refresh", "broken off")]


def test_requests_and_bytes_are_those_that_the_services_saw(desk: Desk) -> None:
    desk.ask("refresh")
    rows = {r["source"]: r for r in desk.ask("runs", "--json").lines()}
    for source, service in (("pubmed", "eutils"), ("crossref", "crossref")):
        seen = desk.service.stats.requests(service)
        assert rows[source]["requests"] == len(seen)
        assert rows[source]["bytes"] == sum(s.sent for s in seen)
