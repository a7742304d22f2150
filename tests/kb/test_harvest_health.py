"""doctor says what waits, what failed and why, how far each search is, what is kept, and how old the last good run is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb.connection import for_reading, lock
from kb.harvest_health import harvest_report
from kb.health import report
from kb.migrations import m0001_first_tables
from kb.schema import statements
from nlp.pipeline import Reader
from tests.imitation import Schedule
from tests.kb.made import Said, put, reading
from tests.served import SAME, WORSE, Desk, desk_with, made, paper

LATER = datetime(2031, 1, 1, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Three papers, and one search of two sources."""
    with desk_with(tmp_path, made(paper(1001), paper(1002, WORSE), paper(1003, SAME)), reader, monkeypatch) as desk:
        desk.configure('[searches.cells]\nquery = "mesenchymal"\nsources = ["pubmed", "europepmc"]')
        yield desk


def said(desk: Desk) -> dict[str, tuple[bool | None, str]]:
    """What is said of the harvest, by the words before the first colon; a later sentence that begins alike is added."""
    found: dict[str, tuple[bool | None, str]] = {}
    for good, sentence in harvest_report(for_reading(desk.folder / "counterclaim.db"), LATER):
        what, _, told = sentence.partition(": ")
        found[what] = (good, found[what][1] + " " + told) if what in found else (good, told)
    return found


def test_after_a_good_night_all_is_well_and_each_search_says_how_far_it_is(desk: Desk) -> None:
    desk.ask("refresh")
    told = said(desk)
    assert {good for good, _ in told.values()} == {True}
    for source in ("pubmed", "europepmc"):
        assert told[f"search cells at {source}"][1].startswith("last answered in full ")
        assert told[f"search cells at {source}"][1].endswith("3 records here")
    assert told["records that wait to be read"][1] == "none"
    assert told["last good run"][1].startswith("1 (refresh), ")
    assert "days ago (20" in told["last good run"][1]
    count, size = desk.rows("SELECT count(*), sum(length(body)) FROM answer")[0]
    assert told["raw answers kept"][1] == f"{count}, {size / 1e6:.1f} MB packed"
    ran = desk.ask("doctor")
    assert (ran.code, "look " in ran.out) == (0, False)


def test_a_search_that_was_never_answered_in_full_is_to_be_looked_at(desk: Desk) -> None:
    desk.down("europepmc")
    desk.ask("refresh")
    told = said(desk)
    assert told["search cells at europepmc"] == (None, "never answered in full yet; 0 records here")
    assert told["last good run"] == (None, "none yet")
    ran = desk.ask("doctor")
    assert ran.code == 0
    assert "look search cells at europepmc: never answered" in ran.out


def test_a_record_that_could_not_be_had_is_named_with_the_reason(desk: Desk) -> None:
    desk.ask("refresh")
    with sqlite3.connect(desk.folder / "counterclaim.db") as db:
        db.execute(
            "UPDATE search_item SET state = 'failed', why = 'it was left out\n of the answer.' WHERE external_id IN ('1002', '1003')"
        )
    db.close()
    good, told = said(desk)["search cells at pubmed"]
    assert good is None
    assert told.endswith("could not be had: 2 (1002, 1003): it was left out of the answer. The next refresh asks again.")
    assert "1002" not in said(desk)["search cells at europepmc"][1]


def test_what_waits_to_be_read_and_what_cannot_be_is_counted_by_source(desk: Desk) -> None:
    desk.ask("refresh")
    with sqlite3.connect(desk.folder / "counterclaim.db") as db:
        db.execute("UPDATE record SET state = 'stored' WHERE source = 'pubmed' AND external_id <> '1001'")
        db.execute("UPDATE record SET state = 'unreadable', why = 'no XML' WHERE source = 'pubmed' AND external_id = '1001'")
    db.close()
    told = said(desk)
    assert told["records that wait to be read"] == (None, "2 (pubmed 2); read them with: counterclaim reread")
    assert told["records of pubmed that cannot be read"] == (None, "1 (1001): no XML.")
    assert desk.ask("reread").code == 0
    assert said(desk)["records that wait to be read"] == (True, "none")


def test_searches_by_hand_are_no_saved_ones(desk: Desk) -> None:
    desk.ask("search", "mesenchymal")
    assert [what for what in said(desk) if what.startswith("search")] == []


def test_the_update_files_say_how_far_they_are_followed_and_what_they_left_in_doubt(desk: Desk) -> None:
    desk.ask("refresh")
    with sqlite3.connect(desk.folder / "counterclaim.db") as db:
        row = db.execute("INSERT INTO search (name, source, query) VALUES ('', 'pubmed_files', 'pubmed26n1400.xml.gz')").lastrowid
    db.close()
    assert said(desk)["PubMed's update files"] == (True, "followed up to pubmed26n1400.xml.gz")
    with sqlite3.connect(desk.folder / "counterclaim.db") as db:
        db.execute(
            "INSERT INTO search_item (search_id, external_id, state, why) VALUES (?, '1001', 'asked', 'a file is garbled')", (row,)
        )
    db.close()
    good, told = said(desk)["PubMed's update files"]
    assert (good, told.partition("; ")[2]) == (None, "1 records in doubt are asked of PubMed by the next refresh")


def test_a_run_that_was_partial_is_not_the_last_good_one(desk: Desk) -> None:
    desk.ask("refresh")
    desk.service.schedule = Schedule().always("europepmc", "500")
    assert desk.ask("refresh").code == 3
    assert said(desk)["last good run"][1].startswith("1 (refresh)")


# Migrations


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A library as the first version made it."""
    path = tmp_path / "older.db"
    with sqlite3.connect(path) as db:
        for statement in statements(m0001_first_tables.SQL):
            db.execute(statement)
        db.execute("CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)")
        db.execute("CREATE UNIQUE INDEX migration_once ON _sqlite_migrations (migration_set, name)")
        db.execute("INSERT INTO _sqlite_migrations VALUES (1, 'counterclaim', '0001_first_tables', '2026-01-01')")
        db.execute("PRAGMA journal_mode = WAL")
    db.close()
    return path


def migrations(path: Path) -> tuple[bool | None, str]:
    return next((good, s) for good, s in report(path) if s.startswith("migrations"))


def test_a_command_that_writes_applies_the_migrations_that_are_missing_as_doctor_says(older: Path) -> None:
    good, told = migrations(older)
    assert (good, told.partition(";")[0]) == (False, "migrations: 1 of 2 applied")
    assert "any command that writes (add, search, refresh, reread) applies the rest" in told
    assert not [s for _, s in report(older) if s.startswith("search")]
    put(older, reading("a", Said()))
    assert migrations(older) == (True, "migrations: 2 of 2 applied")


@pytest.mark.parametrize("command", [("reread",), ("refresh",), ("search", "mesenchymal"), ("add", "1001"), ("add", "one.jsonl")])
def test_each_writing_command_applies_them(desk: Desk, older: Path, command: tuple[str, ...]) -> None:
    (desk.folder / "one.jsonl").write_text('{"id": "a", "title": "Cells", "abstract": "Cells did not help."}\n')
    assert desk.ask(*command, "--db", older).code == 0
    assert migrations(older)[0] is True


def test_a_library_of_a_later_version_is_named_as_such(older: Path) -> None:
    put(older, reading("a", Said()))
    with sqlite3.connect(older) as db:
        db.execute("INSERT INTO _sqlite_migrations VALUES (9, 'counterclaim', '0009_from_the_future', '2030-01-01')")
    db.close()
    good, told = migrations(older)
    assert good is False
    assert "0009_from_the_future of a later version; update counterclaim" in told


def test_refreshes_that_fail_are_told_until_one_is_good_again(desk: Desk) -> None:
    desk.ask("refresh")
    desk.down("eutils")
    desk.ask("refresh")
    desk.ask("refresh")
    good, told = said(desk)["refreshes that left something out or failed, since run 1"]
    assert (good, told[:21]) == (None, "2; the latest, run 3,")


def test_a_run_under_way_is_not_broken_off_and_a_broken_one_is_no_unsound_library(desk: Desk) -> None:
    desk.ask("refresh")
    path = desk.folder / "counterclaim.db"
    db = sqlite3.connect(path)
    db.execute("UPDATE run SET ended = NULL, exit_code = NULL")
    db.commit()
    db.close()
    lines = {sentence.partition(": ")[0]: (good, sentence) for good, sentence in report(path)}
    assert lines["last run"][0] is None
    assert "was broken off" in lines["last run"][1]
    with lock(path):
        lines = {sentence.partition(": ")[0]: (good, sentence) for good, sentence in report(path)}
    assert lines["last run"] == (True, "last run: 1 (refresh) is under way")
