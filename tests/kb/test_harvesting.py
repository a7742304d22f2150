"""What becomes of every record that a search lists: told over a source that lies in memory and fails on demand."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawler.document import Document, with_title
from crawler.errors import Unanswered, Unreadable
from crawler.record import Identifiers, Notice, NoticeKind
from crawler.settings import SavedSearch
from crawler.sources.source import Answered, Lacking, Listed, Listing, Search
from kb.changes import changes, last_told
from kb.connection import for_reading
from kb.harvesting import Harvest, Outcome
from kb.intake import read_one
from kb.ledger import Counts
from kb.looking_again import look_again
from kb.refreshing import exit_code
from kb.store import Library
from kb.sweeping import sweep
from nlp.claim import Extraction, Level, Study

SAVED = SavedSearch("ms", "stem cells", ("shelf",))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Blank:
    """A reader that finds nothing."""

    def read(self, document: Document) -> Extraction:
        return Extraction(Study(Level.TRIAL))


@dataclass
class Shelf:
    """A source: titles by id. `name` is what the library calls it."""

    titles: dict[str, str]
    name: str = "shelf"
    batch: int = 2
    revised: set[str] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    listing_down: bool = False
    hidden: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def listing(self, search: Search, changed_since: date | None) -> Listing:
        if self.listing_down:
            raise Unanswered(self.name, "it is down")
        items = tuple(Listed(i, revised=changed_since is not None and i in self.revised) for i in sorted(self.titles))
        return Listing(items, whole=True, found=len(items))

    def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
        if self.down & set(ids):
            raise Unanswered(self.name, "it is down")
        for name in ids:
            self.asked.append(name)
            if name in self.hidden:
                yield Lacking(name, "it was listed and not given")
            elif name not in self.titles:
                yield Lacking(name, "there is no such record", gone=True)
            else:
                yield Answered(name, json.dumps({"title": self.titles[name]}).encode())

    def parse(self, answered: Answered) -> Document | Unreadable:
        title = json.loads(answered.body)["title"]
        if title == "broken":
            return Unreadable(f"shelf {answered.id}", "it makes no sense.")
        text, sections = with_title(title, f"Something about {title}.")
        return Document(
            f"pmid:{answered.id}",
            title,
            text,
            sections,
            identifiers=Identifiers(f"10.1000/{answered.id}", answered.id),
            format="pubmed_xml",
        )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def harvest(path: Path, shelf: Shelf, hours: float = 0, full: bool = False, read: bool = True) -> tuple[Counts, Outcome]:
    """One run, so many hours after noon."""
    with Library(path, "refresh", [], {}) as library:
        run = Harvest(library, {"shelf": shelf}, now=lambda: NOON + timedelta(hours=hours))
        counts = run.search(SAVED, "shelf", full)
        if read:
            run.read(Blank())
        library.close_run(exit_code(run.outcome))
    return counts, run.outcome


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    db = for_reading(path)
    try:
        return [tuple(r) for r in db.execute(sql)]
    finally:
        db.close()


def titles(path: Path) -> list[object]:
    return [r[0] for r in rows(path, "SELECT title FROM document WHERE deleted_in IS NULL ORDER BY pmid")]


def three() -> Shelf:
    return Shelf({"1": "One", "2": "Two", "3": "Three"})


def test_everything_listed_is_stored_and_read(path: Path) -> None:
    counts, outcome = harvest(path, three())
    assert (counts.asked, counts.got, counts.new) == (3, 3, 3)
    assert titles(path) == ["One", "Two", "Three"]
    assert exit_code(outcome) == 0


def test_the_second_run_asks_for_no_record_and_writes_no_document(path: Path) -> None:
    shelf = three()
    harvest(path, shelf)
    before = rows(path, "SELECT * FROM document")
    shelf.asked.clear()
    counts, _ = harvest(path, shelf, hours=1)
    assert shelf.asked == []
    assert counts.asked == 0
    assert rows(path, "SELECT * FROM document") == before


def test_a_service_that_is_down_moves_no_watermark_and_the_next_run_finds_all(path: Path) -> None:
    shelf = three()
    shelf.listing_down = True
    _, outcome = harvest(path, shelf)
    assert exit_code(outcome) == 75
    assert rows(path, "SELECT watermark FROM search") == [(None,)]
    shelf.listing_down = False
    harvest(path, shelf)
    assert titles(path) == ["One", "Two", "Three"]
    assert rows(path, "SELECT watermark FROM search") == [(NOON.isoformat(),)]


def test_a_batch_that_fails_names_its_records_costs_no_other_and_is_asked_again(path: Path) -> None:
    shelf = three()
    shelf.down = {"1"}
    counts, outcome = harvest(path, shelf)
    assert titles(path) == ["Three"]
    assert counts.failed == 2
    assert any("1, 2" in sentence for sentence in outcome.left_out)
    assert rows(path, "SELECT watermark FROM search") == [(None,)]
    shelf.down = set()
    shelf.asked.clear()
    harvest(path, shelf)
    assert shelf.asked == ["1", "2"]
    assert titles(path) == ["One", "Two", "Three"]


def test_a_record_that_is_listed_and_not_given_is_named_and_asked_for_by_every_run(path: Path) -> None:
    shelf = three()
    shelf.hidden = {"2"}
    _, outcome = harvest(path, shelf)
    assert outcome.left_out == ["shelf 2: it was listed and not given"]
    assert exit_code(outcome) == 3
    shelf.hidden = set()
    harvest(path, shelf, hours=1)
    assert titles(path) == ["One", "Two", "Three"]


def test_a_record_that_makes_no_sense_is_named_once_and_costs_no_other(path: Path) -> None:
    shelf = three()
    shelf.titles["2"] = "broken"
    _, outcome = harvest(path, shelf)
    assert outcome.left_out == ["shelf 2: it makes no sense."]
    assert titles(path) == ["One", "Three"]
    _, outcome = harvest(path, shelf, hours=1)
    assert exit_code(outcome) == 0


def test_a_revised_record_replaces_the_text_and_says_so(path: Path) -> None:
    shelf = three()
    harvest(path, shelf)
    shelf.titles["2"], shelf.revised = "Two, corrected", {"2"}
    counts, _ = harvest(path, shelf, hours=24)
    assert (counts.asked, counts.revised) == (1, 1)
    assert titles(path) == ["One", "Two, corrected", "Three"]
    db = for_reading(path)
    assert [(c.kind, c.document) for c in changes(db, 1)] == [("revised", "pmid:2")]
    db.close()


def test_a_record_revised_twice_within_the_window_is_seen_again_by_the_next_nights_run(path: Path) -> None:
    shelf = three()
    harvest(path, shelf)
    shelf.revised = {"2"}
    for night, title in enumerate(("First", "Second"), 1):
        shelf.titles["2"] = title
        harvest(path, shelf, hours=24 * night)
        assert title in titles(path)


def test_a_record_that_is_gone_becomes_a_tombstone_and_is_counted_no_more(path: Path) -> None:
    shelf = three()
    harvest(path, shelf)
    del shelf.titles["2"]
    counts, outcome = harvest(path, shelf, hours=1)
    assert counts.deleted == 1
    assert exit_code(outcome) == 0
    assert titles(path) == ["One", "Three"]
    assert rows(path, "SELECT count(*) FROM study") == [(2,)]
    assert rows(path, "SELECT kind, document, what FROM change") == [("deleted", "pmid:2", "shelf does not answer for it any more")]


def test_a_record_that_comes_back_is_counted_again(path: Path) -> None:
    shelf = three()
    harvest(path, shelf)
    del shelf.titles["2"]
    harvest(path, shelf, hours=1)
    shelf.titles["2"] = "Two"
    harvest(path, shelf, hours=2)
    assert titles(path) == ["One", "Two", "Three"]
    assert [r[0] for r in rows(path, "SELECT kind FROM change ORDER BY id")] == ["deleted", "back"]


def test_half_of_a_library_gone_at_once_is_an_outage_until_a_person_says_otherwise(path: Path) -> None:
    shelf = Shelf({str(n): f"Paper {n}" for n in range(1, 61)}, batch=50)
    harvest(path, shelf)
    shelf.titles = {str(n): f"Paper {n}" for n in range(1, 31)}
    _, outcome = harvest(path, shelf, hours=1)
    assert "looks like an outage" in outcome.left_out[0]
    assert len(titles(path)) == 60
    harvest(path, shelf, hours=2, full=True)
    assert len(titles(path)) == 30


def test_another_query_under_the_same_name_is_believed_and_buries_nothing_that_is_still_answered(path: Path) -> None:
    shelf = Shelf({str(n): f"Paper {n}" for n in range(1, 61)}, batch=50)
    harvest(path, shelf)
    all_titles, shelf.titles = shelf.titles, {"1": "Paper 1", "99": "Paper 99"}

    class Unlisted(Shelf):
        """Lists what the new query matches, and still answers for everything."""

        def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
            self.titles = all_titles | self.titles
            return super().records(ids)

    other = replace(SAVED, query="stem cells NOT mice")
    with Library(path, "refresh", [], {}) as library:
        run = Harvest(library, {"shelf": Unlisted(shelf.titles, batch=50)}, now=lambda: NOON + timedelta(hours=1))
        run.search(other, "shelf")
        run.read(Blank())
        library.close_run(exit_code(run.outcome))
    assert run.outcome.left_out == []
    assert len(titles(path)) == 61
    assert rows(path, "SELECT state, count(*) FROM search_item GROUP BY state ORDER BY state") == [("here", 2), ("left", 59)]


def test_what_was_stored_before_a_kill_is_not_asked_for_again(path: Path) -> None:
    shelf = Shelf({str(n): f"Paper {n}" for n in range(1, 7)})
    given = 0

    class Killed(BaseException):
        """In place of a signal."""

    class Mortal(Shelf):
        def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
            nonlocal given
            given += 1
            if given == 3:
                raise Killed
            return super().records(ids)

    with pytest.raises(Killed):
        harvest(path, Mortal(shelf.titles))
    harvest(path, shelf)
    assert shelf.asked == ["5", "6"]
    assert len(titles(path)) == 6


def test_answers_that_nobody_read_before_a_kill_are_read_offline_by_the_next_run(path: Path) -> None:
    shelf = three()
    harvest(path, shelf, read=False)
    shelf.asked.clear()
    harvest(path, shelf)
    assert shelf.asked == []
    assert titles(path) == ["One", "Two", "Three"]


@dataclass
class Crossref:
    """Notices by DOI."""

    said: dict[str, tuple[Notice, ...]]
    failing: bool = False

    def sweep(self, dois: Sequence[str]) -> Iterator[tuple[str, tuple[Notice, ...]] | Lacking]:
        for doi in dois:
            yield Lacking(doi, "it is down") if self.failing else (doi, self.said.get(doi, ()))


def swept(path: Path, crossref: Crossref) -> Outcome:
    with Library(path, "refresh", [], {}) as library:
        run = Harvest(library, {})
        sweep(run, crossref)
        library.close_run(exit_code(run.outcome))
    return run.outcome


def test_a_retraction_that_only_crossref_knows_reaches_the_document_and_leaves_it_when_withdrawn(path: Path) -> None:
    harvest(path, three())
    notice = Notice(NoticeKind.RETRACTED, "crossref:retraction-watch", Identifiers("10.1000/notice"), "2026-11-01")
    swept(path, Crossref({"10.1000/2": (notice,)}))
    assert rows(path, "SELECT pmid, status FROM document WHERE status <> 'ok'") == [("2", "retracted")]
    swept(path, Crossref({}))
    assert rows(path, "SELECT pmid, status FROM document WHERE status <> 'ok'") == []


def test_a_sweep_that_says_the_same_writes_nothing(path: Path) -> None:
    harvest(path, three())
    crossref = Crossref({"10.1000/2": (Notice(NoticeKind.CONCERN, "crossref:publisher"),)})
    swept(path, crossref)
    before = rows(path, "SELECT * FROM document_notice"), rows(path, "SELECT * FROM change")
    swept(path, crossref)
    assert (rows(path, "SELECT * FROM document_notice"), rows(path, "SELECT * FROM change")) == before


def test_a_sweep_that_fails_takes_no_notice_away(path: Path) -> None:
    harvest(path, three())
    crossref = Crossref({"10.1000/2": (Notice(NoticeKind.RETRACTED, "crossref:publisher"),)})
    swept(path, crossref)
    crossref.failing = True
    assert "it is down" in swept(path, crossref).left_out[0]
    assert rows(path, "SELECT pmid FROM document WHERE status = 'retracted'") == [("2",)]


def test_a_record_that_no_search_lists_is_still_looked_at_every_night(path: Path) -> None:
    shelf = three()
    shelf.name = "pubmed"
    with Library(path, "add", [], {}) as library:
        run = Harvest(library, {"pubmed": shelf}, now=lambda: NOON)
        run.records("pubmed", ["1", "2"])
        run.read(Blank())
        library.close_run(0)
    shelf.titles["1"] = "One, corrected"
    del shelf.titles["2"]
    for hours, asked in ((1, []), (24, ["1", "2"])):
        shelf.asked.clear()
        with Library(path, "refresh", [], {}) as library:
            run = Harvest(library, {"pubmed": shelf}, now=lambda hours=hours: NOON + timedelta(hours=hours))  # type: ignore[misc]
            look_again(run, ["ms"])
            run.read(Blank())
            library.close_run(0)
        assert shelf.asked == asked
    assert titles(path) == ["One, corrected"]


def test_records_added_by_name_survive_a_night_on_which_the_service_knows_none_of_them(path: Path) -> None:
    shelf = three()
    shelf.name = "pubmed"
    shelf.titles = {str(n): f"Paper {n}" for n in range(1, 41)}
    kept = dict(shelf.titles)

    def night(hours: int, full: bool = False) -> list[str]:
        with Library(path, "refresh", [], {}) as library:
            run = Harvest(library, {"pubmed": shelf}, now=lambda: NOON + timedelta(hours=hours))
            look_again(run, ["ms"], accept=full)
            run.read(Blank())
            library.close_run(0)
            return run.outcome.left_out

    with Library(path, "add", [], {}) as library:
        run = Harvest(library, {"pubmed": shelf}, now=lambda: NOON)
        run.records("pubmed", list(kept))
        run.read(Blank())
        library.close_run(0)
    shelf.titles = {}
    assert len(night(24)) == 40
    assert "looks like an outage" in night(24)[0]
    assert len(titles(path)) == 40
    assert night(24, full=True) == []
    assert titles(path) == []
    shelf.titles = kept
    assert night(48) == []
    assert len(titles(path)) == 40


def noticed(path: Path, *documents: Document) -> None:
    with Library(path, "add", [], {}) as library:
        for document in documents:
            library.add(read_one(document, Blank()))
        library.close_run(0)


def paper(pmid: str, doi: str | None = None, *notifies: Notice) -> Document:
    text, sections = with_title(f"Paper {pmid}", "Something.")
    return Document(
        f"pmid:{pmid}", f"Paper {pmid}", text, sections, identifiers=Identifiers(doi, pmid), notifies=notifies, format="pubmed_xml"
    )


def retracted(path: Path) -> list[object]:
    return [r[0] for r in rows(path, "SELECT pmid FROM document WHERE status = 'retracted' ORDER BY pmid")]


def test_a_notice_that_is_corrected_lets_the_wrong_paper_go(path: Path) -> None:
    wrong, right = (Notice(NoticeKind.RETRACTED, "pubmed", Identifiers(pmid=p)) for p in ("1", "2"))
    noticed(path, paper("1"), paper("2"), paper("9", None, wrong))
    assert retracted(path) == ["1"]
    noticed(path, paper("9", None, right))
    assert retracted(path) == ["2"]


def test_of_two_papers_under_one_doi_the_one_that_is_named_is_retracted(path: Path) -> None:
    notice = Notice(NoticeKind.RETRACTED, "pubmed", Identifiers("10.1000/shared", "1"))
    noticed(path, paper("1", "10.1000/shared"), paper("2", "10.1000/shared"), paper("9", None, notice))
    assert retracted(path) == ["1"]


def test_a_notice_that_is_gone_says_nothing_any_more(path: Path) -> None:
    shelf = Shelf({"1": "One", "9": "Retraction of one"})
    harvest(path, shelf)
    noticed(path, paper("9", "10.1000/9", Notice(NoticeKind.RETRACTED, "pubmed", Identifiers(pmid="1"))))
    assert retracted(path) == ["1"]
    del shelf.titles["9"]
    harvest(path, shelf, hours=1)
    assert retracted(path) == []


def test_the_ledger_adds_up(path: Path) -> None:
    shelf = three()
    shelf.hidden = {"3"}
    shelf.titles["2"] = "broken"
    harvest(path, shelf)
    db = sqlite3.connect(path)
    db.row_factory = sqlite3.Row
    row = db.execute(
        "SELECT sum(asked) AS asked, sum(new) AS new, sum(failed) AS failed, sum(skipped) AS skipped FROM run_source"
    ).fetchone()
    db.close()
    assert dict(row) == {"asked": 3, "new": 2, "failed": 1, "skipped": 1}


def test_what_a_killed_run_stored_is_told_by_the_next_one(path: Path) -> None:
    with Library(path, "refresh", [], {}) as library:
        run = Harvest(library, {"shelf": three()}, now=lambda: NOON)
        run.search(SAVED, "shelf")
        run.read(Blank())
        # The process dies here: the run is never closed.
    assert rows(path, "SELECT id FROM run WHERE ended IS NULL") == [(1,)]
    with Library(path, "refresh", [], {}) as library:
        run = Harvest(library, {"shelf": three()}, now=lambda: NOON)
        run.search(SAVED, "shelf")
        library.close_run(0)
    db = for_reading(path)
    try:
        assert last_told(db) == 0
        assert len([c for c in changes(db, last_told(db)) if c.kind == "new"]) == len(rows(path, "SELECT id FROM document")) > 0
    finally:
        db.close()


def test_a_library_whose_making_was_broken_off_is_made_by_the_next_run(path: Path) -> None:
    with Library(path, "add", [], {}) as library:
        library.close_run(0)
    ((made,),) = rows(path, "SELECT sql FROM sqlite_master WHERE name = '_sqlite_migrations'")
    path.unlink()
    db = sqlite3.connect(path)
    db.execute(str(made))
    db.close()
    with Library(path, "add", [], {}) as library:
        library.close_run(0)
    assert rows(path, "SELECT count(*) FROM document") == [(0,)]
