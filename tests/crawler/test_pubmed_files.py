"""PubMed's baseline and update files."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.document import Document
from crawler.errors import SaidNo, Unanswered
from crawler.formats.pubmed_xml import Deleted
from crawler.http import Answer, Door, Patience, Service
from crawler.politeness import Limit
from crawler.redaction import Secrets
from crawler.sources.pubmed_files import FileListing, PubmedFiles, _in_order, _names
from tests.imitation import Corpus, Imitation, Schedule, Settings

QUICK = Patience(tries=4, first_pause=0.01, longest_pause=0.02, give_up_after=3)


def files(service: Imitation, folder: Path) -> PubmedFiles:
    """The source, polite for a test: as fast as it can."""
    door = Door("counterclaim-test", Secrets(()), frozenset({urlsplit(service.url).netloc}), patience=QUICK, folder=folder)
    return PubmedFiles(door, Service("pubmed_files", service.base("pubmed_files"), "ncbi", Limit(1000)))


@pytest.fixture
def corpus() -> Corpus:
    return Corpus.generate(400, seed=9)


@pytest.fixture
def service(corpus: Corpus) -> Iterator[Imitation]:
    with Imitation(corpus, settings=Settings(files_per=60)) as running:
        yield running


def read(source: PubmedFiles, names: tuple[str, ...], folder: Path) -> dict[str, Document]:
    """What holds after all files were loaded in order."""
    held: dict[str, Document] = {}
    for name in names:
        for record in source.records(source.download(name, folder)):
            if isinstance(record, Document):
                held[str(record.identifiers.pmid)] = record
            elif isinstance(record, Deleted):
                held.pop(record.pmid, None)
    return held


def test_the_files_are_listed_in_the_order_of_their_numbers(service: Imitation, tmp_path: Path) -> None:
    listing = files(service, tmp_path).new_files(None)
    assert len(listing.files) > 7
    assert [int(name[9:13]) for name in listing.files] == list(range(1, len(listing.files) + 1))
    assert (listing.year, listing.replaces, listing.missing) == (26, False, None)
    assert service.stats.count() == 2


def test_only_files_behind_the_last_one_are_new(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    source = files(service, tmp_path)
    before = source.new_files(None).files
    assert source.new_files(before[3]).files == before[4:]
    assert source.new_files(before[-1]).files == ()
    corpus.revise(next(iter(corpus.papers)))
    (added,) = source.new_files(before[-1]).files
    assert int(added[9:13]) == len(before) + 1


def test_the_files_loaded_in_order_are_the_corpus(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    source = files(service, tmp_path)
    gone, *_ = list(corpus.papers)
    first = source.new_files(None).files
    corpus.delete(gone)
    late = source.new_files(first[-1]).files
    held = read(source, (*first, *late), tmp_path)
    assert set(held) == {str(pmid) for pmid in corpus.papers}
    assert str(gone) not in held


def test_a_new_years_baseline_replaces_everything(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    source = files(service, tmp_path)
    last = source.new_files(None).files[-1]
    corpus.today = date(2026, 12, 14)
    listing = source.new_files(last)
    assert (listing.year, listing.replaces) == (27, True)
    assert listing.files[0] == "pubmed27n0001.xml.gz"
    assert not source.new_files(listing.files[0]).replaces


def test_a_mirror_that_is_older_than_what_was_loaded_is_refused(service: Imitation, tmp_path: Path) -> None:
    with pytest.raises(SaidNo, match="older than pubmed27n0003"):
        files(service, tmp_path).new_files("pubmed27n0003.xml.gz")


def test_files_behind_a_gap_are_held_back_and_the_missing_one_is_named() -> None:
    folders = {f"pubmed26n{n:04}.xml.gz": "updatefiles" for n in (1, 2, 4, 5)} | {"pubmed25n0003.xml.gz": "updatefiles"}
    listing = _in_order(folders, 26, 1, False)
    assert listing == FileListing(("pubmed26n0002.xml.gz",), 26, False, "pubmed26n0003.xml.gz")


def test_a_file_has_the_md5_that_pubmed_states_and_is_not_fetched_twice(service: Imitation, tmp_path: Path) -> None:
    source = files(service, tmp_path)
    name = source.new_files(None).files[0]
    path = source.download(name, tmp_path / "new" / "folder")
    assert path.name == name
    assert gzip.decompress(path.read_bytes()).rstrip().endswith(b"</PubmedArticleSet>")
    assert source.download(name, path.parent) == path
    assert service.stats.count("pubmed.file") == 1


def test_a_damaged_copy_on_disk_is_fetched_again(service: Imitation, tmp_path: Path) -> None:
    source = files(service, tmp_path)
    name = source.new_files(None).files[0]
    whole = source.download(name, tmp_path).read_bytes()
    (tmp_path / name).write_bytes(whole[:-9])
    assert source.download(name, tmp_path).read_bytes() == whole


@pytest.mark.parametrize("fault", ["truncate-clean:50%", "truncate:50%", "html200", "503", "reset-mid", "chunk-cut:50%"])
@pytest.mark.parametrize("route", ["file", "md5", "listing"])
def test_a_faulty_answer_is_asked_for_again(corpus: Corpus, route: str, fault: str, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().then(f"pubmed.{route}", fault), settings=Settings(files_per=60)) as service:
        source = files(service, tmp_path)
        listing = source.new_files(None)
        assert listing.files[0] == "pubmed26n0001.xml.gz"
        gzip.decompress(source.download(listing.files[0], tmp_path).read_bytes())


def test_a_file_whose_md5_stays_wrong_is_named_and_not_kept(corpus: Corpus, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().always("pubmed.file", "truncate-clean:50%")) as service:
        with pytest.raises(SaidNo, match=r"pubmed26n0001\.xml\.gz came with the MD5"):
            files(service, tmp_path).download("pubmed26n0001.xml.gz", tmp_path)
        assert service.stats.count("pubmed.file") == 2
    assert list(tmp_path.glob("*pubmed26*")) == []


def test_a_download_that_is_cut_off_leaves_no_file(corpus: Corpus, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().always("pubmed.file", "reset-mid")) as service, pytest.raises(Unanswered):
        files(service, tmp_path).download("pubmed26n0001.xml.gz", tmp_path)
    assert list(tmp_path.glob("*pubmed26*")) == []


@pytest.mark.parametrize("name", ["../pubmed26n0001.xml.gz", "pubmed26n0001.xml", "", "/etc/passwd"])
def test_a_name_that_is_none_touches_nothing(service: Imitation, name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no PubMed file"):
        files(service, tmp_path).download(name, tmp_path)
    assert service.stats.count() == 0


def test_a_file_that_is_not_listed_is_named(service: Imitation, tmp_path: Path) -> None:
    with pytest.raises(SaidNo, match=r"neither .* lists pubmed26n9999"):
        files(service, tmp_path).download("pubmed26n9999.xml.gz", tmp_path)


def test_links_are_read_whatever_the_server_writes_around_them() -> None:
    page = (
        b"<HTML>Index of <A HREF='/pubmed/baseline/pubmed26n0002.xml.gz'>x</A><a href=\"pubmed26n0001.xml.gz\">y</a>"
        b'<a href="pubmed26n0001.xml.gz.md5">z</a><a href=pubmed26n0003.xml.gz>w</a></HTML>'
    )
    assert _names(Answer(200, page, "text/html", "here", {})) == tuple(f"pubmed26n{n:04}.xml.gz" for n in (2, 1, 3))
