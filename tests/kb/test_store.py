"""What the library holds, and that it holds it once."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from crawler.document import Report
from crawler.record import Identifiers, Reference
from kb.connection import for_reading
from kb.errors import LibraryBusy, NotALibrary, NotStored
from kb.intake import Reading, read_one
from kb.store import Library, Stored
from nlp.claim import Direction, Effect, Extraction, Group, Level, Measure, Quote, Study
from tests.kb.made import EDSS, Said, put, reading

DOI = Identifiers(doi="10.1000/one")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in for_reading(path).execute(sql)]


def everything(path: Path) -> list[str]:
    """All rows but those of the runs, which bear the time."""
    db = sqlite3.connect(path)
    tables = [
        r[0]
        for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('run', '_sqlite_migrations')")
    ]
    return [f"{t} {row}" for t in tables for row in db.execute(f"SELECT * FROM {t}")]


def test_the_same_content_again_writes_nothing(path: Path) -> None:
    assert put(path, reading("a", Said(), names=DOI)) == [Stored.ADDED]
    before = everything(path)
    assert put(path, reading("a", Said(), names=DOI)) == [Stored.UNCHANGED]
    assert everything(path) == before


def test_a_paper_that_comes_again_with_other_content_is_replaced_under_its_number(path: Path) -> None:
    put(path, reading("a", Said(), Said(months=12), names=DOI), reading("b", Said()))
    became = put(path, reading("other id", Said(Direction.NO_DIFFERENCE), names=DOI))
    assert became == [Stored.REPLACED]
    assert rows(path, "SELECT id, came_as FROM document ORDER BY id") == [(1, "other id"), (2, "b")]
    assert rows(path, "SELECT direction FROM claim WHERE document_id = 1") == [("no_difference",)]
    assert rows(path, "SELECT count(*) FROM evidence WHERE document_id = 1") == [(1,)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Identifiers(doi="10.1000/x"), Identifiers(doi="10.1000/y")),
        (Identifiers(pmid="1"), Identifiers(pmid="2")),
    ],
    ids=["doi", "pmid"],
)
def test_two_papers_may_share_an_id_and_a_title(path: Path, one: Identifiers, other: Identifiers) -> None:
    became = put(path, reading("1", title="Editorial", names=one), reading("1", title="Editorial", names=other))
    assert became == [Stored.ADDED, Stored.ADDED]


def test_records_without_title_are_told_apart_by_their_text(path: Path) -> None:
    first, second = reading("1", Said(), title=""), reading("1", Said(months=12), title="")
    assert put(path, first, second, first) == [Stored.ADDED, Stored.ADDED, Stored.UNCHANGED]


def test_a_record_gains_its_identifiers_later(path: Path) -> None:
    assert put(path, reading("a", Said())) == [Stored.ADDED]
    assert put(path, reading("a", Said(), names=DOI)) == [Stored.REPLACED]


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_a_digest_gives_way_to_the_paper_and_a_web_page_too_in_any_order(path: Path, order: tuple[int, ...]) -> None:
    told = (Reference(DOI),)
    all_three = [
        reading("paper", Said(), names=DOI, level=Level.POOLED),
        reading("digest", Said(), report=Report.DIGEST, reports_on=told, level=Level.POOLED),
        reading("page", Said(), report=Report.WEB_PAGE, reports_on=told, level=Level.POOLED),
    ]
    for i in order:
        put(path, all_three[i])
    assert set(rows(path, "SELECT came_as, status FROM document")) == {
        ("paper", "ok"),
        ("digest", "superseded"),
        ("page", "superseded"),
    }
    assert rows(path, "SELECT known_from FROM study") == [("article",)]


def test_a_retelling_alone_speaks_for_its_study_and_says_so(path: Path) -> None:
    put(path, reading("news", Said(), report=Report.NEWS, reports_on=(Reference(registry_id="NCT00000001"),)))
    assert rows(path, "SELECT name, known_from FROM study") == [("NCT00000001", "news")]
    assert rows(path, "SELECT status FROM document") == [("ok",)]


def test_documents_of_one_registered_trial_are_one_study(path: Path) -> None:
    put(path, *(reading(n, Said(), registry=("NCT00000001",)) for n in "ab"), reading("c", Said(), registry=("NCT00000002",)))
    assert rows(path, "SELECT document_id, study_id FROM study_document ORDER BY 1") == [(1, 1), (2, 1), (3, 3)]


def test_a_review_that_names_a_trial_is_not_a_report_of_it(path: Path) -> None:
    put(
        path,
        reading("trial", Said(), registry=("NCT00000001",)),
        reading("review", Said(), registry=("NCT00000001",), level=Level.POOLED),
    )
    assert rows(path, "SELECT count(*) FROM study") == [(2,)]


def test_a_run_that_broke_off_before_the_studies_were_made_is_mended_by_the_next(path: Path) -> None:
    both = [reading(n, Said(), registry=("NCT00000001",)) for n in "ab"]
    with Library(path, "add", [], {}) as library:
        for one in both:
            library.add(one)
    assert put(path, *both) == [Stored.UNCHANGED, Stored.UNCHANGED]
    assert rows(path, "SELECT document, study_id FROM claim_in_full ORDER BY 1") == [("a", 1), ("b", 1)]


def test_a_document_that_the_database_refuses_leaves_nothing_and_costs_no_other(path: Path) -> None:
    too_large = Effect(Measure.COUNT, Quote(0, 5, "Paper"), EDSS, Group.POOLED, total=10**30)
    fine = reading("a", Said())
    refused = Reading(
        replace(fine.document, id="b", title="Other"), replace(fine.extraction, effects=(*fine.extraction.effects, too_large))
    )
    with Library(path, "add", [], {}) as library:
        library.add(fine)
        with pytest.raises(NotStored, match="could be read and not be stored"):
            library.add(refused)
        library.add(reading("c", Said()))
        library.close_run(3)
    assert rows(path, "SELECT came_as FROM document") == [("a",), ("c",)]
    assert rows(path, "SELECT count(*) FROM evidence WHERE document_id NOT IN (SELECT id FROM document)") == [(0,)]


class Breaks:
    def read(self, _: object) -> Extraction:
        raise IndexError("component")


class Empty:
    def read(self, _: object) -> Extraction:
        return Extraction(Study(Level.OTHER))


def test_a_defect_in_reading_becomes_a_stored_problem_of_that_document(path: Path) -> None:
    document = reading("a").document
    with Library(path, "add", [], {}) as library:
        library.add(read_one(document, Breaks()))
        library.close_run(3)
        assert library.counts["left_out"] == 1
    assert "IndexError" in str(rows(path, "SELECT what FROM problem WHERE document_id = 1"))


def test_a_document_without_text_is_a_problem_and_not_an_empty_success() -> None:
    document = replace(reading("a").document, text=" \n", sections=())
    assert read_one(document, Empty()).failure is not None


def test_a_second_writer_is_told_to_come_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.connection.PATIENCE_SECONDS", 0.05)
    put(path, reading("a", Said()))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryBusy, match="Try again"):
        put(path, reading("b", Said()))
    other.execute("ROLLBACK")
    assert put(path, reading("b", Said())) == [Stored.ADDED]


def test_another_programs_database_is_left_as_it_is(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE mine (x)")
    other.commit()
    with pytest.raises(NotALibrary, match="another program"):
        put(path, reading("a"))
    assert [r[0] for r in other.execute("SELECT name FROM sqlite_master")] == ["mine"]


def test_a_library_of_a_later_version_is_not_written_to(path: Path) -> None:
    put(path, reading("a"))
    db = sqlite3.connect(path)
    db.execute("INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('counterclaim', '9999_later', '')")
    db.commit()
    with pytest.raises(NotALibrary, match="later version"):
        put(path, reading("b"))


def test_every_run_is_on_record_with_its_counts(path: Path) -> None:
    put(path, reading("a"), reading("b"))
    put(path, reading("a"), reading("b", Said()))
    assert rows(path, "SELECT added, replaced, unchanged, left_out, exit_code FROM run ORDER BY id") == [
        (2, 0, 0, 0, 0),
        (0, 1, 1, 0, 0),
    ]
    first, second = (r[0] for r in rows(path, "SELECT library_digest FROM run ORDER BY id"))
    assert first != second


def test_the_fingerprint_does_not_depend_on_the_order_of_adding(tmp_path: Path) -> None:
    papers = [reading(n, Said()) for n in "abc"]
    for name, order in (("1.db", papers), ("2.db", papers[::-1])):
        put(tmp_path / name, *order)
    one, other = (rows(tmp_path / n, "SELECT library_digest FROM run") for n in ("1.db", "2.db"))
    assert one == other
