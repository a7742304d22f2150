"""Which stored document a new one is, and what never takes another's place."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from crawler.document import Report
from crawler.record import Identifiers, Reference
from kb.answer import answer
from kb.connection import for_reading
from kb.errors import NotStored
from kb.question import understand
from nlp.claim import Direction
from tests.kb.made import Said, put, reading

PAPER = Identifiers(doi="10.1000/paper")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in for_reading(path).execute(sql)]


@pytest.mark.parametrize("digest_first", [True, False])
def test_a_digest_that_gives_the_papers_own_doi_never_takes_the_papers_place(path: Path, digest_first: bool) -> None:
    paper, digest = reading("paper", Said(), names=PAPER), reading("digest", Said(), names=PAPER, report=Report.DIGEST)
    put(path, *((digest, paper) if digest_first else (paper, digest)))
    assert rows(path, "SELECT came_as, status FROM document ORDER BY came_as") == [("digest", "superseded"), ("paper", "ok")]


def test_a_record_that_contradicts_a_stored_identifier_is_left_out_and_takes_nothing_away(path: Path) -> None:
    put(path, reading("one", Said(), names=Identifiers(doi="10.1000/supplement", pmid="111")))
    with pytest.raises(NotStored, match=r"its PMID is 222.*'one'.*is 111"):
        put(path, reading("other", Said(), names=Identifiers(doi="10.1000/supplement", pmid="222")))
    assert rows(path, "SELECT came_as, pmid FROM document") == [("one", "111")]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_record_that_shows_two_documents_to_be_one_paper_makes_them_one(path: Path, order: tuple[int, ...]) -> None:
    by_doi = reading("by doi", Said(), names=Identifiers(doi="10.1000/x"))
    by_pmid = reading("by pmid", Said(), names=Identifiers(pmid="333"))
    by_both = reading("by both", Said(), names=Identifiers(doi="10.1000/x", pmid="333"))
    put(path, *([by_doi, by_pmid, by_both][i] for i in order))
    assert rows(path, "SELECT count(*) FROM document") == [(1,)]
    assert rows(path, "SELECT count(*) FROM claim") == [(1,)]
    assert rows(path, "SELECT count(*) FROM study_document JOIN study ON study.id = study_id") == [(1,)]


def test_a_page_that_retells_two_trials_does_not_make_them_one(path: Path) -> None:
    other = Identifiers(doi="10.1000/other")
    put(
        path,
        reading("a", Said(), names=PAPER),
        reading("b", Said(Direction.NO_DIFFERENCE), names=other),
        reading("roundup", Said(), report=Report.NEWS, reports_on=(Reference(PAPER), Reference(other))),
    )
    assert rows(path, "SELECT came_as, study_id FROM document JOIN study_document ON document_id = id ORDER BY id") == [
        ("a", 1),
        ("b", 2),
        ("roundup", 1),
    ]


def test_a_route_beside_the_comparator_does_not_stand_for_the_comparator(path: Path) -> None:
    put(path, reading("a", Said(comparator="standard care", comparator_class="standard care", route="intrathecal")))
    db = for_reading(path)
    assert answer(db, understand(db, "MSC vs intrathecal placebo")).outcomes == ()
    assert answer(db, understand(db, "intravenous MSC vs intrathecal placebo")).outcomes == ()
