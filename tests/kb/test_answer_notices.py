"""An answer says what it does not count, who says so, and what rests on it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.record import Identifiers, Notice, NoticeKind, Reference
from kb.answer import Answer, answer
from kb.answer_json import as_contract, rows
from kb.answer_notices import in_words
from kb.answer_text import text
from kb.connection import for_reading
from kb.intake import Reading
from kb.migrations import m0001_first_tables
from kb.notices import bury, set_notices
from kb.question import understand
from kb.store import Library
from nlp.claim import Direction
from tests.kb.made import Said, put, reading

QUESTION = "intrathecal MSC vs placebo"
UP, DOWN = Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR
WATCH = Notice(NoticeKind.RETRACTED, "crossref:retraction-watch", Identifiers(doi="10.1000/notice"), "2021-03-04", "Retraction")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def asked(path: Path, question: str = QUESTION) -> Answer:
    db = for_reading(path)
    return answer(db, understand(db, question))


def with_word(read: Reading, *notices: Notice, cites: Iterable[Identifiers] = ()) -> Reading:
    return replace(read, document=replace(read.document, notices=notices, cites=tuple(Reference(i) for i in cites)))


def claims(found: Answer) -> dict[str, dict[str, Any]]:
    """The claims of the only outcome, by document."""
    outcomes: Any = as_contract(found)["outcomes"]
    assert len(outcomes) == 1
    return {c["document"]: c for c in outcomes[0]["claims"]}


def buried(path: Path, name: str) -> None:
    with Library(path, "refresh", [], {"test": "1"}) as library:
        with library.transaction() as db:
            (number,) = db.execute("SELECT id FROM document WHERE came_as = ?", (name,)).fetchone()
            bury(db, number, "pubmed does not answer for it any more", library.run)
        library.close_run(0)


def test_a_retracted_claim_is_shown_marked_and_not_counted(path: Path) -> None:
    put(path, with_word(reading("a", Said(UP)), WATCH), reading("b", Said(DOWN)))
    found = asked(path)
    assert claims(found)["a"]["counted"] is False
    assert claims(found)["b"]["counted"] is True
    assert found.searched["retracted"] == 1
    shown = text(found)
    assert "x RETRACTED, NOT COUNTED: favours the intervention" in shown
    assert "trials: 1 favours comparator\n" in shown
    assert "1 document retracted: shown as such, and not counted" in shown


def test_the_status_names_who_says_so_and_when(path: Path) -> None:
    concern = Notice(NoticeKind.CONCERN, "pubmed", Identifiers(pmid="77"), "2019")
    put(path, with_word(reading("a", Said()), concern, WATCH), with_word(reading("b", Said()), concern))
    found = asked(path)
    assert [n["said_by"] for n in claims(found)["a"]["notices"]] == ["crossref:retraction-watch"]
    assert claims(found)["a"]["notices"][0]["date"] == "2021-03-04"
    shown = " ".join(text(found, width=300).split())
    assert "STATUS: RETRACTED, not counted; so says Crossref (Retraction Watch), 2021-03-04, doi:10.1000/notice “" in shown
    assert "STATUS: CONCERN; so says PubMed, 2019, pmid:77 “" in shown


def test_what_two_sources_say_is_said_by_both_and_once_by_each(path: Path) -> None:
    put(path, reading("a", Said()))
    pubmed = replace(WATCH, said_by="pubmed")
    with Library(path, "refresh", [], {"test": "1"}) as library:
        with library.transaction() as db:
            for source, notice in (("crossref", WATCH), ("pubmed_xml", pubmed), ("notice", pubmed)):
                set_notices(db, 1, source, [notice], library.run)
        library.close_run(0)
    assert [n["said_by"] for n in claims(asked(path))["a"]["notices"]] == ["crossref:retraction-watch", "pubmed"]


def test_a_document_that_nobody_answers_for_is_absent_and_the_answer_says_that_one_is(path: Path) -> None:
    put(path, reading("a", Said(UP)), reading("b", Said(DOWN)), reading("c", Said(DOWN)))
    before = asked(path)
    buried(path, "b")
    buried(path, "c")
    found = asked(path)
    assert set(claims(found)) == {"a"}
    assert (before.searched["documents"], before.searched["claims"], before.searched["deleted"]) == (3, 3, 0)
    assert (found.searched["documents"], found.searched["claims"], found.searched["deleted"]) == (1, 1, 2)
    assert "left out" not in text(before)
    assert "2 documents left out: no longer answered by their source" in text(found).splitlines()


def test_a_retracted_document_that_nobody_answers_for_is_not_counted_twice(path: Path) -> None:
    put(path, with_word(reading("a", Said()), WATCH), reading("b", Said()))
    buried(path, "a")
    searched = asked(path).searched
    assert (searched["deleted"], searched["retracted"]) == (1, 0)


@pytest.mark.parametrize("cited", [Identifiers(doi="10.1000/bad"), Identifiers(pmid="5"), Identifiers("10.1000/bad", "5")])
def test_a_claim_that_rests_on_a_retracted_paper_says_so(path: Path, cited: Identifiers) -> None:
    bad = with_word(reading("bad", Said(), names=Identifiers("10.1000/bad", "5")), WATCH)
    put(
        path,
        bad,
        with_word(reading("review", Said()), cites=[cited]),
        with_word(reading("other", Said()), cites=[Identifiers("10.1/x")]),
    )
    found = asked(path)
    assert {name: c["cites_retracted"] for name, c in claims(found).items()} == {"bad": [], "review": ["bad"], "other": []}
    assert {r["document"]: r["cites_retracted"] for r in rows(found)} == {"bad": "", "review": "bad", "other": ""}
    assert text(found).count("CITES RETRACTED: bad") == 1
    # It is still counted: what was retracted may have weighed little.
    assert claims(found)["review"]["counted"] is True


def test_the_answer_and_the_view_agree_on_who_cites_what_was_retracted(path: Path) -> None:
    bad = [with_word(reading(f"bad{n}", Said(), names=Identifiers(f"10.1000/{n}", str(n))), WATCH) for n in range(3)]
    citing = [
        with_word(
            reading(f"c{n}", Said()), cites=[Identifiers(f"10.1000/{n}"), Identifiers(pmid=str(n + 1)), Identifiers("10.1/x")]
        )
        for n in range(4)
    ]
    put(path, *bad, *citing)
    seen = {(name, cited) for name, c in claims(asked(path)).items() for cited in c["cites_retracted"]}
    assert seen == {tuple(r) for r in for_reading(path).execute("SELECT document, retracted FROM cites_retracted")}
    assert len(seen) == 5


def test_what_a_corrected_paper_cites_is_no_retraction(path: Path) -> None:
    names = Identifiers("10.1000/a")
    corrected = replace(WATCH, kind=NoticeKind.CORRECTED)
    put(path, with_word(reading("a", Said(), names=names), corrected), with_word(reading("b", Said()), cites=[names]))
    assert claims(asked(path))["b"]["cites_retracted"] == []


def ran(path: Path, command: str, ended: str) -> None:
    with Library(path, command, [], {"test": "1"}) as library:
        library.close_run(0)
        library.db.execute("UPDATE run SET ended = ? WHERE id = ?", (ended, library.run))


def test_the_last_refresh_is_a_refresh_that_ended(path: Path) -> None:
    put(path, reading("a", Said()))
    ran(path, "add", "2024-01-01T00:00:00+00:00")
    assert asked(path).library["last_refresh"] == "2024-01-01T00:00:00+00:00"
    ran(path, "refresh", "2024-01-02T00:00:00+00:00")
    ran(path, "add", "2024-01-03T00:00:00+00:00")
    Library(path, "refresh", [], {"test": "1"}).__exit__()
    library = asked(path).library
    assert library["last_refresh"] == "2024-01-02T00:00:00+00:00"
    assert library["as_of"] == 3 + 1


def test_a_library_of_before_the_harvest_still_answers(path: Path, tmp_path: Path) -> None:
    put(path, reading("a", Said()))
    old = tmp_path / "old.db"
    db = sqlite3.connect(old)
    db.executescript(m0001_first_tables.SQL)
    db.execute("ATTACH ? AS new", (str(path),))
    for (table,) in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
        columns = ", ".join(row[1] for row in db.execute(f"PRAGMA main.table_info({table})"))
        db.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM new.{table}")
    db.commit()
    found = asked(old)
    assert claims(found)["a"]["notices"] == claims(found)["a"]["cites_retracted"] == []
    assert found.searched == asked(path).searched
    assert text(found) == text(asked(path))


@pytest.mark.parametrize(
    ("notice", "told"),
    [
        ({"said_by": "crossref:publisher", "date": "2020", "doi": None, "pmid": "7"}, "Crossref (the publisher), 2020, pmid:7"),
        ({"said_by": "europepmc", "date": None, "doi": None, "pmid": None}, "Europe PMC"),
        ({"said_by": "a new source", "date": None, "doi": "10.1/a", "pmid": "7"}, "a new source, doi:10.1/a"),
    ],
)
def test_a_notice_in_words(notice: dict[str, object], told: str) -> None:
    assert in_words(notice) == told
