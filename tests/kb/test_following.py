"""PubMed's update files reach what is here: told over the imitation, whose files grow by what happens to its papers."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Document
from crawler.settings import SavedSearch, open_door, settings
from crawler.sources.pubmed_files import PubmedFiles
from kb.answers_apart import place_of, put_apart
from kb.refreshing import Refresh
from kb.store import Library
from kb.telling import Summary
from nlp.claim import Extraction, Level, Study
from tests.imitation import Corpus, Imitation, Schedule, Settings

ALL = SavedSearch("all", "all[sb]", ("pubmed",))
FEW = Settings(crossref_limits=(500, 8), files_per=7)
RESULT = ("RESULTS", "Walking improved by 3 points (95% CI 1 to 5).")


class Unread:
    """A reader that reads nothing: these tests are about what arrives."""

    def read(self, document: Document) -> Extraction:
        return Extraction(Study(Level.OTHER))


@dataclass
class Place:
    """A library beside the imitated services. `said` are the sentences that were reported."""

    service: Imitation
    path: Path
    said: list[str] = field(default_factory=list)

    @property
    def corpus(self) -> Corpus:
        return self.service.corpus

    def refresh(self, *searches: SavedSearch, follow: bool = True, full: bool = False) -> Summary:
        """One run at the noon of the imitation's day."""
        sources: dict[str, dict[str, Any]] = {
            name: {"base_url": base, "requests_per_second": 500} for name, base in self.service.bases().items()
        }
        sources["pubmed_files"]["follow"] = follow
        quick = {"first_pause_seconds": 0.01, "longest_pause_seconds": 0.02, "deadline_seconds": 5, "tries": 3}
        found = settings({"contact": "operator@example.org", "sources": sources, "limits": quick}, None)
        day = self.corpus.today
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        return Refresh(found, self.path, open_door(found, "0"), lambda _: Unread(), self.said.append, now=lambda: noon).saved(
            searches, full
        )

    def tomorrow(self) -> None:
        """Another day, and so another update file for what happens on it."""
        self.corpus.today += timedelta(days=1)

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        db = sqlite3.connect(self.path)
        try:
            return [tuple(row) for row in db.execute(sql, values)]
        finally:
            db.close()

    def mark(self) -> int:
        """The number of the last file that was loaded."""
        ((name,),) = self.rows("SELECT query FROM search WHERE name = '' AND source = 'pubmed_files'")
        return int(name[9:13])

    def title(self, pmid: int) -> str:
        ((title,),) = self.rows("SELECT title FROM document WHERE pmid = ?", str(pmid))
        return str(title)

    def is_buried(self, pmid: int) -> bool:
        ((run,),) = self.rows("SELECT deleted_in FROM document WHERE pmid = ?", str(pmid))
        return run is not None

    def counts(self, source: str = "pubmed_files") -> dict[str, Any]:
        """The ledger row of the last run."""
        names = ("asked", "got", "revised", "deleted", "skipped", "cache_hits", "requests", "bytes", "error")
        found = self.rows(
            f"SELECT {', '.join(names)} FROM run_source WHERE source = ? AND search = '' ORDER BY run_id DESC", source
        )
        return dict(zip(names, found[0], strict=True))

    def efetched(self) -> set[str]:
        """The PMIDs that EFetch was asked for since the statistics were reset."""
        return {pmid for seen in self.service.stats.requests("eutils.efetch") for pmid in seen.ids}

    @property
    def files(self) -> dict[str, Any]:
        """The imitation's files by name."""
        made: dict[str, Any] = self.service._services["pubmed"]._files  # type: ignore[attr-defined]
        return made

    def published(self) -> dict[str, Any]:
        """The same, with what happened until now."""
        self.service._services["pubmed"]._publish()  # type: ignore[attr-defined]
        return dict(self.files)

    def newest_rewritten(self, old: bytes, new: bytes) -> None:
        """Other bytes in the newest file, and the MD5 that goes with them."""
        file = list(self.published().values())[-1]
        plain = gzip.decompress(file.body())
        assert old in plain
        file.packed = gzip.compress(plain.replace(old, new))

    @contextmanager
    def without_file(self, number: int) -> Iterator[str]:
        """While one of the files is not on the server."""
        kept = self.published()
        name = next(n for n in kept if int(n[9:13]) == number)
        del self.files[name]
        try:
            yield name
        finally:
            self.files.clear()
            self.files.update(kept)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A library that holds every paper and follows the files from the newest one on."""
    corpus = Corpus.generate(30, seed=5)
    with Imitation(corpus, settings=FEW) as service:
        made = Place(service, tmp_path / "library.db")
        assert made.refresh(ALL).exit_code == 0
        made.tomorrow()
        service.stats.reset()
        yield made


def pmids(place: Place, count: int) -> list[int]:
    """Plain articles, one version each."""
    return [p.pmid for p in place.corpus.papers.values() if p.shape == "article" and not p.older and not p.notices][:count]


def test_the_first_run_remembers_the_newest_file_loads_none_and_says_so(tmp_path: Path) -> None:
    with Imitation(Corpus.generate(30, seed=5), settings=FEW) as service:
        place = Place(service, tmp_path / "library.db")
        place.refresh(ALL)
        assert place.mark() == len(place.files) > 1
        assert service.stats.count("pubmed.file") == 0
    (said,) = place.said
    assert "followed from pubmed26n" in said
    assert "older ones were not loaded" in said


def test_files_are_followed_only_where_the_configuration_says_so(tmp_path: Path) -> None:
    with Imitation(Corpus.generate(5, seed=5), settings=FEW) as service:
        Place(service, tmp_path / "library.db").refresh(ALL, follow=False)
        assert service.stats.count("pubmed.listing") == 0


def test_a_revision_arrives_without_a_search_and_is_read_in_the_same_run(place: Place) -> None:
    (pmid,) = pmids(place, 1)
    place.corpus.revise(pmid, title="Another title", abstract=(RESULT,))
    before = place.mark()
    summary = place.refresh()
    assert place.title(pmid) == "Another title"
    assert (summary.exit_code, summary.revised) == (0, 1)
    assert place.mark() == before + 1
    counts = place.counts()
    assert (counts["asked"], counts["got"], counts["revised"]) == (1, 1, 1)
    assert counts["requests"] == 4  # two folders, the MD5, the file
    assert counts["bytes"] > 0
    assert place.efetched() == set()


def test_what_a_file_brought_is_to_the_byte_what_efetch_gives(place: Place) -> None:
    for pmid in pmids(place, 3):
        place.corpus.revise(pmid)
    place.refresh()
    assert place.counts()["revised"] == 3
    place.refresh(ALL, full=True)
    ((got, revised, same),) = place.rows(
        "SELECT got, revised, cache_hits FROM run_source WHERE search = 'all' ORDER BY run_id DESC LIMIT 1"
    )
    assert (got, revised, same) == (len(place.corpus.papers), 0, len(place.corpus.papers))


def test_a_deletion_makes_a_tombstone_in_the_same_run(place: Place) -> None:
    gone, kept = pmids(place, 2)
    place.corpus.delete(gone)
    summary = place.refresh()
    assert place.is_buried(gone)
    assert not place.is_buried(kept)
    assert (summary.exit_code, summary.deleted, place.counts()["deleted"]) == (0, 1, 1)
    ((why,),) = place.rows("SELECT why FROM record WHERE external_id = ?", str(gone))
    assert why.endswith("deletes it.")
    assert place.rows("SELECT count(*) FROM study_document") == [(len(place.corpus.papers),)]


def test_a_record_that_the_library_does_not_know_is_passed_over(place: Place) -> None:
    stranger = place.corpus.add(title="A stranger")
    before = place.rows("SELECT count(*) FROM record"), place.rows("SELECT count(*) FROM answer")
    after = place.mark() + 1
    summary = place.refresh()
    assert (place.rows("SELECT count(*) FROM record"), place.rows("SELECT count(*) FROM answer")) == before
    assert place.rows("SELECT * FROM document WHERE pmid = ?", str(stranger.pmid)) == []
    assert (place.mark(), place.counts()["asked"], summary.exit_code) == (after, 0, 0)


def test_a_run_with_no_new_file_asks_for_the_two_folders_and_writes_nothing(place: Place) -> None:
    before = place.rows("SELECT * FROM record"), place.rows("SELECT * FROM search"), place.rows("SELECT * FROM document")
    place.refresh()
    assert place.counts()["requests"] == 2
    assert (place.rows("SELECT * FROM record"), place.rows("SELECT * FROM search"), place.rows("SELECT * FROM document")) == before


def two_days_of_news(place: Place) -> tuple[int, int, int]:
    """A revision on each of two days; the two papers, and the number of the first file."""
    first, second = pmids(place, 2)
    place.corpus.revise(first, title="News of the first day")
    place.tomorrow()
    place.corpus.revise(second, title="News of the second day")
    return first, second, place.mark() + 1


def test_a_wrong_md5_is_named_holds_back_the_later_file_and_moves_no_mark(place: Place) -> None:
    first, second, number = two_days_of_news(place)
    titles = place.title(first), place.title(second)
    place.service.schedule = Schedule().always("pubmed.file", "truncate-clean:50%")
    summary = place.refresh(SavedSearch("other", "nobody[au]", ("pubmed",)))
    assert summary.exit_code == 3
    (sentence,) = summary.left_out
    assert f"n{number:04}.xml.gz came with the MD5" in sentence
    assert "and 1 behind it wait" in sentence
    assert place.counts()["error"] == sentence
    assert (place.title(first), place.title(second), place.mark()) == (*titles, number - 1)
    place.service.schedule = Schedule()
    assert place.refresh().exit_code == 0
    assert (place.title(first), place.title(second)) == ("News of the first day", "News of the second day")
    assert place.mark() == number + 1


@pytest.mark.parametrize(
    "damage",
    [lambda packed: packed[:-30], lambda packed: gzip.compress(gzip.decompress(packed).replace(b"</PubmedArticleSet>", b""))],
    ids=["packed", "unpacked"],
)
def test_a_file_that_is_cut_under_a_right_md5_leaves_nothing_of_itself(place: Place, damage: Any) -> None:
    first, second, number = two_days_of_news(place)
    titles = place.title(first), place.title(second)
    file = next(f for name, f in place.published().items() if int(name[9:13]) == number)
    whole = file.body()
    file.packed = damage(whole)
    answers = place.rows("SELECT count(*) FROM answer")
    summary = place.refresh()
    assert f"n{number:04}.xml.gz has the MD5 that PubMed states, and yet" in summary.left_out[0]
    assert (place.title(first), place.title(second), place.mark()) == (*titles, number - 1)
    assert place.rows("SELECT count(*) FROM answer") == answers
    assert (place.counts()["asked"], place.counts()["revised"]) == (0, 0)
    file.packed = whole
    place.refresh()
    assert (place.title(first), place.mark()) == ("News of the first day", number + 1)


def test_a_gap_holds_back_what_is_behind_it_and_names_the_missing_file(place: Place) -> None:
    first, second, number = two_days_of_news(place)
    place.tomorrow()
    place.corpus.delete(second)
    with place.without_file(number + 1) as missing:
        summary = place.refresh()
    assert place.title(first) == "News of the first day"
    assert place.mark() == number
    assert not place.is_buried(second)
    assert missing in summary.left_out[0]
    assert summary.exit_code == 3
    place.refresh()
    assert place.is_buried(second)
    assert place.mark() == number + 2


def test_a_gap_on_the_first_day_leaves_no_mark(tmp_path: Path) -> None:
    with Imitation(Corpus.generate(30, seed=5), settings=FEW) as service:
        place = Place(service, tmp_path / "library.db")
        with place.without_file(2) as missing:
            assert missing in place.refresh(ALL).left_out[0]
        assert place.rows("SELECT * FROM search WHERE source = 'pubmed_files'") == []


def test_a_run_that_was_killed_between_two_files_loads_the_second_alone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, number = two_days_of_news(place)

    class Killed(BaseException):
        """In place of a signal."""

    loaded: list[str] = []
    download = PubmedFiles.download

    def mortal(self: PubmedFiles, name: str, folder: Path) -> Path:
        if loaded:
            raise Killed
        loaded.append(name)
        return download(self, name, folder)

    with monkeypatch.context() as patched:
        patched.setattr(PubmedFiles, "download", mortal)
        with pytest.raises(Killed):
            place.refresh()
    assert place.mark() == number
    place.service.stats.reset()
    assert place.refresh().exit_code == 0
    assert place.service.stats.count("pubmed.file") == 1
    assert (place.title(first), place.title(second)) == ("News of the first day", "News of the second day")


def test_a_kill_within_a_file_takes_all_of_it_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    papers = pmids(place, 3)
    for pmid in papers:
        place.corpus.revise(pmid, title="News")
    from kb import ledger

    class Killed(BaseException):
        """In place of a signal."""

    kept = 0
    keep = ledger.keep

    def mortal(*given: Any) -> Any:
        nonlocal kept
        kept += 1
        if kept == 3:
            raise Killed
        return keep(*given)

    before = place.mark()
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "keep", mortal)
        with pytest.raises(Killed):
            place.refresh()
    assert place.mark() == before
    assert place.rows("SELECT count(*) FROM record WHERE state = 'stored'") == [(0,)]
    place.refresh()
    assert {place.title(pmid) for pmid in papers} == {"News"}


def test_no_lower_version_takes_the_place_of_a_higher_one(place: Place) -> None:
    pmid = pmids(place, 1)[0]
    older = ((("", "The first version told nothing."),), (("", "The second version told little."),))
    place.corpus.revise(pmid, title="The third version", older=older)
    place.refresh()  # the file holds versions 3, 1, 2, in this order
    assert place.rows("SELECT pmid_version, title FROM document WHERE pmid = ?", str(pmid)) == [(3, "The third version")]
    assert place.rows("SELECT count(*) FROM document WHERE pmid = ?", str(pmid)) == [(1,)]
    place.tomorrow()
    place.corpus.revise(pmid, title="The first version, printed anew", older=())
    place.refresh()
    assert place.title(pmid) == "The third version"
    assert place.counts()["cache_hits"] == 1


def test_the_same_record_in_other_blanks_is_no_revision(place: Place) -> None:
    pmid = pmids(place, 1)[0]
    place.corpus.revise(pmid, title="News")
    place.refresh(ALL, follow=False, full=True)
    place.newest_rewritten(b"</Article>", b"\n    </Article>")
    before = place.rows("SELECT * FROM record WHERE external_id = ?", str(pmid))
    place.refresh()
    assert (place.counts()["asked"], place.counts()["cache_hits"], place.counts()["revised"]) == (1, 1, 0)
    assert place.rows("SELECT * FROM record WHERE external_id = ?", str(pmid)) == before


def test_a_file_that_is_behind_efetch_does_not_turn_a_record_back(place: Place) -> None:
    pmid = pmids(place, 1)[0]
    place.corpus.revise(pmid, title="The state of the first day")
    place.tomorrow()
    place.corpus.revise(pmid, title="The state of the second day")
    place.refresh(ALL, follow=False, full=True)
    number = place.mark() + 1
    place.service.stats.reset()
    with place.without_file(number + 1):
        place.refresh()
    assert place.mark() == number
    assert place.title(pmid) == "The state of the second day"
    assert place.efetched() == {str(pmid)}  # asked, since only PubMed itself knows
    assert "The state of the first day" not in {row[0] for row in place.rows("SELECT what FROM change")}


def test_a_tombstone_that_a_file_brings_again_is_believed_only_when_efetch_says_so(place: Place) -> None:
    back, stays = pmids(place, 2)
    papers = place.corpus.papers[back], place.corpus.papers[stays]
    place.corpus.delete(back)
    place.corpus.delete(stays)
    place.refresh()
    assert place.is_buried(back)
    assert place.is_buried(stays)
    place.tomorrow()
    for paper in papers:
        place.corpus._put(paper)
    place.service.stats.reset()
    del place.corpus.papers[stays]  # deleted again since the file was made
    place.refresh()
    assert place.efetched() >= {str(back), str(stays)}
    assert (place.is_buried(back), place.is_buried(stays)) == (False, True)


def test_the_deletion_of_a_lower_version_buries_nothing_that_efetch_still_gives(place: Place) -> None:
    pmid = pmids(place, 1)[0]
    place.corpus.revise(pmid, title="Two versions", older=((("", "The first version."),),))
    place.refresh()
    place.tomorrow()
    paper = place.corpus.papers[pmid]
    place.corpus.delete(pmid)  # the imitation's files delete version 1
    place.corpus.papers[pmid] = paper
    place.refresh()
    assert not place.is_buried(pmid)
    assert place.counts()["deleted"] == 0
    place.tomorrow()
    place.corpus.delete(pmid)
    place.refresh()
    assert place.is_buried(pmid)
    assert place.counts("pubmed")["deleted"] == 1


def test_a_record_that_is_broken_in_the_file_is_had_from_efetch(place: Place) -> None:
    broken, sound = pmids(place, 2)
    place.corpus.revise(broken, title="Broken in the file")
    place.corpus.revise(sound, title="Sound in the file")
    place.newest_rewritten(b"Broken in", b"Broken <in")
    assert place.refresh().exit_code == 0
    assert (place.title(broken), place.title(sound)) == ("Broken in the file", "Sound in the file")
    assert place.efetched() == {str(broken)}


def test_what_efetch_was_not_able_to_answer_is_asked_by_the_next_run(place: Place) -> None:
    broken = pmids(place, 1)[0]
    place.corpus.revise(broken, title="Broken in the file")
    place.newest_rewritten(b"Broken in", b"Broken <in")
    place.service.schedule = Schedule().always("eutils.efetch", "503")
    summary = place.refresh()
    assert any(str(broken) in sentence for sentence in summary.left_out)
    assert place.mark() == len(place.files)
    place.service.schedule = Schedule()
    assert place.refresh().exit_code == 0
    assert place.title(broken) == "Broken in the file"


def test_a_new_years_baseline_is_not_loaded_and_efetch_is_asked_for_all_that_is_here(place: Place) -> None:
    revised, gone = pmids(place, 2)
    place.corpus.revise(revised, title="Revised while nobody looked")
    place.corpus.delete(gone)
    place.corpus.today = date(2026, 12, 20)
    place.said.clear()
    assert place.refresh().exit_code == 0
    assert place.service.stats.count("pubmed.file") == 0
    assert place.title(revised) == "Revised while nobody looked"
    assert place.is_buried(gone)
    assert "pubmed27n" in place.said[0]
    place.service.stats.reset()
    place.refresh()
    assert place.efetched() == set()


def test_files_that_cannot_be_listed_cost_no_search(place: Place) -> None:
    found = place.corpus.add(title="Found by the search")
    place.service.schedule = Schedule().always("pubmed.listing", "503")
    summary = place.refresh(ALL)
    assert place.title(found.pmid) == "Found by the search"
    assert summary.exit_code == 3
    assert len(summary.left_out) == 1
    assert summary.left_out[0].startswith("pubmed_files: ")


def test_a_place_that_takes_no_file_is_named_and_ends_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    pmid = pmids(place, 1)[0]
    place.corpus.revise(pmid, title="Too large")
    before = place.mark()

    def full(self: PubmedFiles, name: str, folder: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(PubmedFiles, "download", full)
        (sentence,) = place.refresh().left_out
    assert "No space left on device" in sentence
    assert place.mark() == before


def test_no_file_is_left_in_the_temporary_folder(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two_days_of_news(place)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    most = 0
    download = PubmedFiles.download

    def counting(self: PubmedFiles, name: str, into: Path) -> Path:
        nonlocal most
        path = download(self, name, into)
        assert folder in path.parents
        most = max(most, len(list(folder.rglob("*.xml.gz"))))
        return path

    monkeypatch.setattr(PubmedFiles, "download", counting)
    place.refresh()
    assert most == 1
    assert list(folder.rglob("*.xml.gz")) == []


def test_what_a_file_garbles_costs_no_other_record_and_is_had_from_efetch(place: Place) -> None:
    papers = [str(pmid) for pmid in pmids(place, 3)]
    for pmid in papers:
        place.corpus.revise(int(pmid), title="News")
    file = list(place.published().values())[-1]
    head, one, two, three = gzip.decompress(file.body()).split(b"<PubmedArticle>")
    file.packed = gzip.compress(head + b"<PubmedArticle>" + one + b"<PubmdArticle>" + two + b"<PubmedArticle>" + three)
    summary = place.refresh()
    assert place.rows("SELECT pmid FROM document WHERE title = 'News' ORDER BY pmid") == [(pmid,) for pmid in papers]
    assert place.efetched() == {papers[1]}
    # The end tag that is left over bears no PMID, so it is named.
    assert summary.left_out == (f"{file.name}, a piece without PMID: the end of a record stands here without its start.",)
    assert (summary.exit_code, place.counts()["skipped"]) == (3, 1)


def test_a_record_that_nobody_gives_soundly_is_named_by_every_run_until_it_comes(place: Place) -> None:
    pmid = pmids(place, 1)[0]
    whole = place.corpus.papers[pmid].title
    broken = place.corpus.revise(pmid, title="Broken", patches=((r"</ArticleTitle>", ""),))
    for _ in range(2):
        summary = place.refresh()
        assert summary.exit_code == 3
        assert any(f"pubmed {pmid}: not fetched" in sentence for sentence in summary.left_out)
        assert (place.title(pmid), place.is_buried(pmid)) == (whole, False)
    place.corpus.papers[pmid] = replace(broken, title="Mended", patches=())
    assert place.refresh().exit_code == 0
    assert place.title(pmid) == "Mended"
    place.service.stats.reset()
    place.refresh()
    assert place.efetched() == set()
    assert place.rows("SELECT count(*) FROM search_item JOIN search ON search.id = search_id WHERE name = ''") == [(0,)]


def test_a_deletion_of_what_is_buried_already_changes_nothing(place: Place) -> None:
    gone = pmids(place, 1)[0]
    place.corpus.delete(gone)
    place.refresh(ALL, follow=False)
    assert place.is_buried(gone)
    before = place.rows("SELECT * FROM record WHERE external_id = ?", str(gone))
    place.refresh()
    assert place.rows("SELECT * FROM record WHERE external_id = ?", str(gone)) == before
    assert place.counts()["asked"] == 0


def test_a_file_that_inflates_without_end_is_not_read_on(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.corpus.revise(pmids(place, 1)[0])
    before = place.mark()
    monkeypatch.setattr("kb.following.LARGEST_INFLATED", 100)
    (sentence,) = place.refresh().left_out
    assert "inflates to more than" in sentence
    assert place.mark() == before


def test_many_waiting_files_are_not_loaded_and_efetch_is_asked_instead(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, number = two_days_of_news(place)
    monkeypatch.setattr("kb.following.MOST_FILES", 1)
    place.refresh()
    assert (place.title(first), place.title(second)) == ("News of the first day", "News of the second day")
    assert place.mark() == number + 1
    assert place.service.stats.count("pubmed.file") == 0


def test_what_a_file_says_of_a_record_whose_answer_is_lost_is_had_from_efetch(place: Place) -> None:
    revised, deleted, same = pmids(place, 3)
    with Library(place.path, "pack", (), {}) as library:
        put_apart(library, lambda *_: None)
        library.close_run(0)
    place_of(place.path).unlink()
    place.corpus.revise(revised, title="Revised beyond recognition")
    place.corpus.delete(deleted)
    summary = place.refresh()
    assert summary.exit_code == 0
    assert place.efetched() == {str(revised), str(deleted)}
    assert place.title(revised) == "Revised beyond recognition"
    assert place.is_buried(deleted)
    assert not place.is_buried(same)
