"""Every fault seen in the wild, played by the imitated services: nothing is lost, nothing false is stored, and what is missing is named."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Document
from crawler.settings import SavedSearch, open_door, settings
from kb.refreshing import Refresh
from kb.telling import Summary
from nlp.claim import Extraction, Level, Study
from tests.imitation import Corpus, Imitation, Schedule
from tests.imitation.answer import Settings as ImitationSettings

ALL = SavedSearch("all", "all[sb]", ("pubmed",))
KEY = "SECRET123KEY"
WIDE = ImitationSettings(crossref_limits=(500, 8))


class Unread:
    """A reader that reads nothing: these tests are about what arrives."""

    def read(self, document: Document) -> Extraction:
        return Extraction(Study(Level.OTHER))


def refreshed(service: Imitation, path: Path, limits: dict[str, Any] | None = None, tries: int = 7) -> Summary:
    """One refresh against the imitation, with short pauses."""
    quick = {"first_pause_seconds": 0.01, "longest_pause_seconds": 0.05, "deadline_seconds": 3, "tries": tries, **(limits or {})}
    sources = {name: {"base_url": base, "requests_per_second": 500} for name, base in service.bases().items()}
    found = settings({"contact": "operator@example.org", "sources": sources, "limits": quick}, None)
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return Refresh(found, path, open_door(found, "0"), lambda _: Unread(), lambda _: None, now=lambda: noon).saved([ALL])


def pmids(path: Path, where: str = "deleted_in IS NULL") -> set[int]:
    db = sqlite3.connect(path)
    try:
        return {int(row[0]) for row in db.execute(f"SELECT pmid FROM document WHERE pmid IS NOT NULL AND {where}")}
    finally:
        db.close()


def watermark(path: Path) -> object:
    db = sqlite3.connect(path)
    try:
        return db.execute("SELECT watermark FROM search WHERE name = 'all'").fetchone()[0]
    finally:
        db.close()


@pytest.fixture
def corpus() -> Corpus:
    return Corpus.generate(40, seed=11)


PASSING = [
    "429", "429:2", "429in200", "500", "502", "503", "504", "400timeout", "html200", "html200xml", "error", "expired", "nothing", "emptyset",
    "midpage-error", "truncate:0", "truncate:1", "truncate:500", "truncate:50%", "truncate:99.9%", "truncate-clean:0", "truncate-clean:500",
    "truncate-clean:50%", "truncate-clean:99.9%", "chunk-cut:50%", "badgzip", "reset", "reset-mid", "closed", "drop:3", "dup:2", "swap:1",
]  # fmt: skip


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_costs_no_record_and_stores_nothing_twice(fault: str, corpus: Corpus, tmp_path: Path) -> None:
    schedule = Schedule().then("eutils.efetch", f"{fault}, ok")
    with Imitation(corpus, schedule, settings=WIDE) as service:
        summary = refreshed(service, tmp_path / "l.db")
        assert service.stats.faults()
    assert pmids(tmp_path / "l.db") == set(corpus.papers)
    assert summary.exit_code == 0


LISTING = [
    "429",
    "500",
    "503",
    "html200",
    "error",
    "truncate-clean:50%",
    "truncate:50%",
    "reset",
    "closed",
    "429in200",
    "400timeout",
]


@pytest.mark.parametrize("fault", LISTING)
def test_a_fault_while_listing_is_never_taken_for_no_hits(fault: str, corpus: Corpus, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().then("eutils.esearch", fault), settings=WIDE) as service:
        assert refreshed(service, tmp_path / "l.db").exit_code == 0
    assert pmids(tmp_path / "l.db") == set(corpus.papers)


@pytest.mark.parametrize("fault", ["503", "html200", "error", "closed", "truncate-clean:50%"])
def test_a_search_that_stays_down_moves_no_watermark_and_the_next_run_is_complete(
    fault: str, corpus: Corpus, tmp_path: Path
) -> None:
    path = tmp_path / "l.db"
    with Imitation(corpus, Schedule().always("eutils", fault), settings=WIDE) as service:
        assert refreshed(service, path, tries=2).exit_code == 75
        assert watermark(path) is None
        service.schedule = Schedule()
        assert refreshed(service, path).exit_code == 0
    assert pmids(path) == set(corpus.papers)


def test_records_that_stay_away_are_each_named_and_asked_for_again(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with Imitation(corpus, Schedule().always("eutils.efetch", "503"), settings=WIDE) as service:
        summary = refreshed(service, path, tries=2)
        assert summary.exit_code in (3, 75)
        assert all(str(pmid) in " ".join(summary.left_out) for pmid in corpus.papers)
        service.schedule = Schedule()
        assert refreshed(service, path).exit_code == 0
    assert pmids(path) == set(corpus.papers)


def test_ncbis_own_words_reach_the_reader(corpus: Corpus, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().always("eutils.esearch", "error"), settings=WIDE) as service:
        summary = refreshed(service, tmp_path / "l.db", tries=2)
    assert any("Search Backend failed" in sentence or "not supported" in sentence for sentence in summary.left_out)


@pytest.mark.parametrize("fault", ["slow:500", "stall:9000,60", "hang:60"])
def test_an_answer_that_never_ends_is_given_up_by_the_deadline(fault: str, corpus: Corpus, tmp_path: Path) -> None:
    begun = time.monotonic()
    with Imitation(corpus, Schedule().then("eutils.efetch", fault), settings=WIDE) as service:
        assert refreshed(service, tmp_path / "l.db", {"deadline_seconds": 1}).exit_code == 0
    assert time.monotonic() - begun < 10
    assert pmids(tmp_path / "l.db") == set(corpus.papers)


@pytest.mark.parametrize("fault", ["newdtd", "nodtd", "newtag", "bom", "ctype"])
def test_an_unusual_dress_changes_nothing(fault: str, corpus: Corpus, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().always("eutils.efetch", fault), settings=WIDE) as service:
        assert refreshed(service, tmp_path / "l.db").exit_code == 0
    assert pmids(tmp_path / "l.db") == set(corpus.papers)


@pytest.mark.parametrize("fault", ["badchar", "charref", "latin1"])
def test_characters_that_xml_forbids_cost_one_record_at_most(fault: str, corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with Imitation(corpus, Schedule().always("eutils.efetch", fault), settings=WIDE) as service:
        summary = refreshed(service, path)
    missing = set(corpus.papers) - pmids(path)
    assert len(missing) <= 1
    assert all(str(pmid) in " ".join(summary.left_out) for pmid in missing)


@pytest.mark.parametrize("fault", ["xxe", "xxe-bare", "entity-bomb:5", "entity-bomb:8", "gzipbomb:30"])
def test_a_hostile_answer_is_refused_and_reaches_nobody(fault: str, tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with Imitation(Corpus.generate(6, seed=11), Schedule().always("eutils.efetch", fault), settings=WIDE) as service:
        summary = refreshed(service, path, {"largest_unpacked_mb": 10}, tries=2)
        assert service.trap.hits == []
    assert summary.exit_code in (1, 3, 75)
    stored = path.read_bytes()
    assert b"root:" not in stored
    assert len(stored) < 5_000_000


def test_a_redirect_to_a_trap_is_not_followed(corpus: Corpus, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().always("eutils", "redirect"), settings=WIDE) as service:
        summary = refreshed(service, tmp_path / "l.db", tries=2)
        assert service.trap.hits == []
    assert summary.exit_code == 1
    assert "a host that the configuration does not name" in summary.left_out[0]


def test_all_the_odd_records_are_here_or_named(tmp_path: Path) -> None:
    corpus = Corpus.generate(5, seed=11, odd=True)
    path = tmp_path / "l.db"
    with Imitation(corpus, settings=WIDE) as service:
        summary = refreshed(service, path)
        assert service.trap.hits == []
    missing = set(corpus.papers) - pmids(path)
    assert all(str(pmid) in " ".join(summary.left_out) for pmid in missing)
    assert len(missing) <= 2


def test_retractions_of_the_odd_records_are_told_and_no_others(tmp_path: Path) -> None:
    corpus = Corpus.generate(5, seed=11, odd=True)
    path = tmp_path / "l.db"
    with Imitation(corpus, settings=WIDE) as service:
        refreshed(service, path)
    told = {corpus.papers[pmid].name for pmid in pmids(path, "status = 'retracted'") if corpus.papers[pmid].name}
    expected = {
        "retracted",
        "retracted-by-type-only",
        "retracted-by-link-only",
        "retracted-in-title-only",
        "retracted-at-crossref-only",
    }
    assert told == expected


def test_limits_are_never_exceeded_so_an_enforcing_service_refuses_nothing(corpus: Corpus, tmp_path: Path) -> None:
    with Imitation(corpus, enforce_rate=True) as service:
        sources = {name: {"base_url": base} for name, base in service.bases().items()}
        found = settings({"contact": "operator@example.org", "sources": sources}, None)
        summary = Refresh(found, tmp_path / "l.db", open_door(found, "0"), lambda _: Unread(), lambda _: None).saved([ALL])
        assert [seen for seen in service.stats.requests() if seen.status == 429] == []
    assert summary.exit_code == 0


def test_every_request_says_who_asks_and_no_address_is_long(tmp_path: Path) -> None:
    corpus = Corpus.generate(450, seed=11)
    with Imitation(corpus, settings=WIDE) as service:
        refreshed(service, tmp_path / "l.db")
        told = service.stats.summary()["services"]
    ncbi, crossref = told["eutils"], told["crossref"]
    assert ncbi["with_tool"] == ncbi["with_email"] == ncbi["requests"]
    assert crossref["with_mailto"] == crossref["requests"]
    assert ncbi["max_url_bytes"] < 2000
    assert ncbi["max_ids_in_get"] <= 200
    assert all(agent.startswith("counterclaim/") for agent in ncbi["user_agents"] + crossref["user_agents"])
