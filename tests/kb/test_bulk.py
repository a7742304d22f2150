"""PubMed's files by the thousand: what is stored, in which order, and that every record is accounted for."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
import time
import zlib
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kb.bulk.load import OtherVersion
from kb.bulk.part import Found, Part, find
from kb.bulk.workers import Here, Workers, processes
from nlp.gate.gate import Gate
from tests.kb.made_shards import EDITORIAL, deletion, load, prints, retraction, rocks, rows, several, shard, trial

DOCUMENTS = "SELECT came_as, deleted_in IS NOT NULL FROM document ORDER BY 1"
ACCOUNT = "SELECT shard, records, stored, gated_out, deleted, older, left_out, unaccounted FROM bulk_account"


def test_every_record_of_a_file_is_accounted_for(tmp_path: Path) -> None:
    shard(tmp_path, 1, trial(1), rocks(2), rocks(3), trial(4), rocks(5, types=EDITORIAL), deletion(4, 77))
    done = load(tmp_path / "x.db", tmp_path)
    assert rows(tmp_path / "x.db", DOCUMENTS) == [("pmid:1", 0), ("pmid:4", 1)]
    assert rows(tmp_path / "x.db", ACCOUNT) == [("pubmed26n0001.xml.gz", 7, 2, 3, 2, 0, 0, 0)]
    assert done.counts == {
        ("stored", "its publication type"): 2,
        ("gated out", "not likely a trial"): 2,
        ("gated out", "a publication type that reports no trial"): 1,
        ("deleted", "it was taken out of the library"): 1,
        ("deleted", "it was not in the library"): 1,
    }


def test_which_records_were_gated_out_and_why_is_a_query(tmp_path: Path) -> None:
    shard(tmp_path, 1, *(rocks(p) for p in (900, 7, 12)), trial(8), rocks(11, types=EDITORIAL))
    load(tmp_path / "x.db", tmp_path)
    found = rows(tmp_path / "x.db", "SELECT why, pmid FROM bulk_gated_record ORDER BY 2")
    assert found == [
        ("not likely a trial", 7),
        ("a publication type that reports no trial", 11),
        ("not likely a trial", 12),
        ("not likely a trial", 900),
    ]


def test_files_are_taken_in_the_order_of_their_numbers_however_they_are_named(tmp_path: Path) -> None:
    first = shard(tmp_path, 9, trial(1, 1.5))
    second = shard(tmp_path, 10, trial(1, 2.5), year=26)
    before = shard(tmp_path, 1500, trial(1, 9.5), year=25)
    load(tmp_path / "x.db", second, before, first)
    assert rows(tmp_path / "x.db", "SELECT name FROM bulk_shard ORDER BY id") == [(p.name,) for p in (before, first, second)]
    ((text,),) = rows(tmp_path / "x.db", "SELECT text FROM document")
    assert "2.5 vs 4.8" in str(text)


def test_an_earlier_file_that_comes_late_undoes_neither_a_revision_nor_a_deletion(tmp_path: Path) -> None:
    late = shard(tmp_path, 2, trial(1, 2.5), deletion(3))
    early = shard(tmp_path, 1, trial(1, 1.5), trial(2), trial(3))
    database = tmp_path / "x.db"
    load(database, late)
    done = load(database, early)
    assert done.counts == {("older", "a later file says otherwise"): 2, ("stored", "its publication type"): 1}
    # A tombstone is left of the third, as in the order of the files.
    assert rows(database, DOCUMENTS) == [("pmid:1", 0), ("pmid:2", 0), ("pmid:3", 1)]
    assert "2.5 vs 4.8" in str(rows(database, "SELECT text FROM document WHERE pmid = '1'"))


def test_what_the_library_holds_is_revised_whatever_the_gate_says(tmp_path: Path) -> None:
    shard(tmp_path, 1, trial(1), trial(2))
    shard(tmp_path, 2, rocks(1), rocks(5))
    load(tmp_path / "x.db", tmp_path)
    assert "basalt" in str(rows(tmp_path / "x.db", "SELECT title FROM document WHERE pmid = '1'"))
    assert rows(tmp_path / "x.db", ACCOUNT)[1] == ("pubmed26n0002.xml.gz", 2, 1, 1, 0, 0, 0, 0)
    assert rows(tmp_path / "x.db", "SELECT pmid FROM bulk_gated_record") == [(5,)]


def test_versions_of_one_record_are_the_same_wherever_the_parts_of_their_file_begin(tmp_path: Path) -> None:
    first = shard(tmp_path, 1, trial(2))
    versions = [rocks(1, version=1), trial(1, version=2), trial(2, version=2)], [rocks(1, version=3), rocks(2, version=3), rocks(7)]
    second = shard(tmp_path, 2, *versions[0], *(rocks(n) for n in range(1000, 2500)), *versions[1])
    load(tmp_path / "one.db", first, second)
    load(tmp_path / "parts.db", first, second, workers=Workers(Here, 2))
    assert rows(tmp_path / "one.db", "SELECT pmid, pmid_version FROM document ORDER BY 1") == [("1", 3), ("2", 3)]
    assert prints(tmp_path / "parts.db") == prints(tmp_path / "one.db")
    assert rows(tmp_path / "parts.db", ACCOUNT) == rows(tmp_path / "one.db", ACCOUNT)
    assert {row[-1] for row in rows(tmp_path / "one.db", ACCOUNT)} == {0}


def test_an_earlier_file_that_comes_late_does_not_undo_what_the_gate_left_out_of_a_later_one(tmp_path: Path) -> None:
    early, late = shard(tmp_path, 1, trial(1), trial(2)), shard(tmp_path, 2, rocks(1), rocks(5))
    database, whole = tmp_path / "x.db", tmp_path / "whole.db"
    load(whole, early, late)
    load(database, late)
    assert load(database, early).counts == {("older", "a later file says otherwise"): 1, ("stored", "its publication type"): 1}
    assert rows(database, DOCUMENTS) == [("pmid:2", 0)]
    # Where the later file is at hand, its version is read, as in the files' order.
    load(database, early, late, again=True)
    assert prints(database)[0] == prints(whole)[0]


def test_a_file_that_was_damaged_is_made_up_for_as_if_it_had_come_in_its_place(tmp_path: Path) -> None:
    early = shard(tmp_path, 1, trial(1), trial(2), trial(3))
    shard(tmp_path, 2, rocks(1), rocks(1, version=2), deletion(3), trial(9), rocks(5))
    shard(tmp_path, 3, rocks(2))
    database, whole = tmp_path / "x.db", tmp_path / "whole.db"
    load(whole, tmp_path)
    good = early.read_bytes()
    early.write_bytes(b"no gzip")
    assert load(database, tmp_path).files_left_out == 1
    early.write_bytes(good)
    load(database, tmp_path)
    shown = "SELECT came_as, pmid_version, title, text FROM document WHERE deleted_in IS NULL ORDER BY 1"
    assert rows(database, shown) == rows(whole, shown)
    assert "basalt" in str(rows(database, "SELECT title FROM document WHERE pmid IN ('1', '2')"))
    assert rows(database, ACCOUNT)[1:] == rows(whole, ACCOUNT)[1:]
    assert {row[-1] for row in rows(database, ACCOUNT)} == {0}
    assert rows(database, "SELECT pmid FROM bulk_gated_record") == rows(whole, "SELECT pmid FROM bulk_gated_record")


@pytest.mark.parametrize("versions", [(trial, rocks), (rocks, trial)])
def test_the_same_file_again_gives_the_same_library_also_where_it_holds_two_versions_of_a_record(
    tmp_path: Path, versions: tuple[Any, Any]
) -> None:
    path = shard(tmp_path, 1, *(make(1, version=n) for n, make in enumerate(versions, 1)), trial(2))
    load(tmp_path / "x.db", path)
    before = prints(tmp_path / "x.db")
    last = rows(tmp_path / "x.db", "SELECT pmid_version, title FROM document WHERE pmid = '1'")
    assert [version for version, _ in last] == [2]
    load(tmp_path / "x.db", path, again=True)
    assert prints(tmp_path / "x.db") == before
    assert rows(tmp_path / "x.db", "SELECT pmid_version, title FROM document WHERE pmid = '1'") == last


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_retraction_reaches_its_document_whichever_file_comes_first(tmp_path: Path, order: tuple[int, int]) -> None:
    shard(tmp_path, order[0], trial(1))
    shard(tmp_path, order[1], retraction(2, of=1))
    load(tmp_path / "x.db", tmp_path, gate=Gate(about=("stroke",)))
    assert rows(tmp_path / "x.db", "SELECT came_as, status FROM document ORDER BY 1") == [("pmid:1", "retracted"), ("pmid:2", "ok")]


def test_a_file_with_another_md5_is_named_and_costs_no_other(tmp_path: Path) -> None:
    good, bad = shard(tmp_path, 1, trial(1)), shard(tmp_path, 2, trial(2))
    bad.write_bytes(gzip.compress(b"something else"))
    done = load(tmp_path / "x.db", tmp_path)
    assert (done.files, done.files_left_out) == (1, 1)
    assert bad.name in done.left_out[0]
    assert "MD5" in done.left_out[0]
    assert rows(tmp_path / "x.db", "SELECT name, state FROM bulk_shard") == [(good.name, "done"), (bad.name, "left out")]
    shard(tmp_path, 2, trial(2))
    assert load(tmp_path / "x.db", tmp_path).there == 1
    assert rows(tmp_path / "x.db", DOCUMENTS) == [("pmid:1", 0), ("pmid:2", 0)]


def test_of_a_file_that_breaks_off_nothing_is_stored(tmp_path: Path) -> None:
    path = shard(tmp_path, 1, *(trial(n) for n in range(1, 30)), md5=False)
    path.write_bytes(path.read_bytes()[:-40])
    done = load(tmp_path / "x.db", tmp_path)
    assert done.files == 0
    assert "breaks off" in done.left_out[0]
    assert rows(tmp_path / "x.db", DOCUMENTS) == []


def test_a_record_that_cannot_be_read_is_named_and_counted(tmp_path: Path) -> None:
    shard(tmp_path, 1, trial(1), trial(2).replace("</Article>", "<Article>"), trial(3))
    done = load(tmp_path / "x.db", tmp_path)
    assert rows(tmp_path / "x.db", ACCOUNT) == [("pubmed26n0001.xml.gz", 3, 2, 0, 0, 0, 1, 0)]
    assert len(done.left_out) == 1


def test_a_file_is_loaded_once(tmp_path: Path) -> None:
    path, database = shard(tmp_path, 1, trial(1), rocks(2)), tmp_path / "x.db"
    load(database, tmp_path)
    assert load(database, tmp_path).there == 1
    os.utime(path)
    assert load(database, tmp_path).there == 1
    assert load(database, tmp_path, gate=Gate(everything=True)).counts == {("stored", "everything is kept"): 2}
    assert load(database, tmp_path, gate=Gate(everything=True), again=True).files == 1


def test_a_file_is_loaded_again_when_another_tagger_is_asked_for(tmp_path: Path) -> None:
    shard(tmp_path, 1, trial(1))
    database = tmp_path / "x.db"
    load(database, tmp_path)
    done = load(database, tmp_path, tagger=True)
    assert done.files == 1
    assert all(why.startswith("read with ") and why.endswith("before with rules alone") for why in done.anew)
    assert len(done.anew) == 1
    assert load(database, tmp_path, tagger=True).there == 1
    assert load(database, tmp_path).anew.total() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("md5", "pubmed26n0001.xml.gz.md5, beside it, holds no MD5; nothing of it was stored."),
        ("tail", "follows its end; nothing of it"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path: Path, wrong: str, said: str) -> None:
    path = shard(tmp_path, 1, trial(1), md5=False)
    if wrong == "md5":
        path.with_name(f"{path.name}.md5").write_text("see elsewhere")
    else:
        path.write_bytes(path.read_bytes() + b"more")
    (told,) = load(tmp_path / "x.db", tmp_path).left_out
    assert said in told


def test_only_what_is_asked_for_is_stored(tmp_path: Path) -> None:
    shard(tmp_path, 1, trial(1), trial(2).replace("stroke", "gout"))
    load(tmp_path / "x.db", tmp_path, gate=Gate(about=("strok*",)))
    assert rows(tmp_path / "x.db", DOCUMENTS) == [("pmid:1", 0)]


def test_what_goes_between_processes_are_values_and_no_docs_of_spacy(tmp_path: Path) -> None:
    found = find(Part(shard(tmp_path, 1, trial(1)), Gate()))
    assert [r.document.id for _, r, _ in found.readings()] == ["pmid:1"]
    assert b"spacy" not in zlib.decompress(found.packed[0])


def test_the_parts_of_a_file_are_the_file(tmp_path: Path) -> None:
    path = shard(tmp_path, 1, *(rocks(n) for n in range(1, 1800)), trial(1800))
    parts = [find(Part(path, Gate(), number, 3)) for number in range(3)]
    assert all(part.records for part in parts)
    assert [p for part in parts for pmids in part.gated.values() for p in pmids] == list(range(1, 1800))
    assert [r.document.id for _, r, _ in parts[2].readings()] == ["pmid:1800"]


def test_workers_of_another_version_are_refused(tmp_path: Path) -> None:
    class Elsewhere(Here):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            future: Future[Any] = Future()
            found: Found = find(*args)
            future.set_result(replace(found, versions=found.versions | {"spacy": "0.1"}))
            return future

    shard(tmp_path, 1, trial(1))
    with pytest.raises(OtherVersion, match=r"spacy 0\.1 there"):
        load(tmp_path / "x.db", tmp_path, workers=Workers(Elsewhere, 1))


def test_two_processes_make_the_library_that_one_makes_also_where_one_is_killed(tmp_path: Path) -> None:
    import multiprocessing

    files = several(tmp_path / "in", number=4)
    load(tmp_path / "one.db", files)
    killed: list[int] = []

    def kill(_: object) -> None:
        if not killed:
            killed.append(multiprocessing.active_children()[0].pid or 0)
            os.kill(killed[0], signal.SIGKILL)

    with processes(2) as two:
        done = load(tmp_path / "two.db", files, workers=two, progress=kill)
    assert killed
    assert (done.files, done.left_out) == (4, [])
    assert prints(tmp_path / "two.db") == prints(tmp_path / "one.db")
    assert rows(tmp_path / "two.db", ACCOUNT) == rows(tmp_path / "one.db", ACCOUNT)


def test_a_file_with_which_every_process_dies_is_left_out_and_the_others_are_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concurrent.futures.process import BrokenProcessPool

    class Dying(Here):
        def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            if "0002" in args[0].path.name:
                future: Future[Any] = Future()
                future.set_exception(BrokenProcessPool("killed"))
                return future
            return super().submit(fn, *args, **kwargs)

    for number in (1, 2, 3):
        shard(tmp_path, number, trial(number))
    done = load(tmp_path / "x.db", tmp_path, workers=Workers(Dying, 2))
    assert rows(tmp_path / "x.db", "SELECT name, state FROM bulk_shard WHERE state <> 'done'") == [
        ("pubmed26n0002.xml.gz", "left out")
    ]
    assert done.files == 2


def _command(database: Path, files: Path) -> list[str]:
    return [
        sys.executable,
        "-c",
        "from cli import main; main()",
        "bulk",
        str(files),
        "--workers",
        "1",
        "--no-tagger",
        "--db",
        str(database),
    ]


def test_a_run_that_is_killed_goes_on_where_it_ended(tmp_path: Path) -> None:
    files = several(tmp_path / "in", number=10, each=24)
    load(tmp_path / "whole.db", files)
    database = tmp_path / "killed.db"
    with subprocess.Popen(_command(database, files), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while _loaded(database) < 2:
            assert run.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        run.kill()
    assert 2 <= _loaded(database) < 10
    assert subprocess.run(_command(database, files), capture_output=True, check=False).returncode == 0
    # A comparison holds the run that brought it: two here, one there.
    assert prints(database, but="comparison") == prints(tmp_path / "whole.db", but="comparison")
    assert rows(database, ACCOUNT) == rows(tmp_path / "whole.db", ACCOUNT)


def _loaded(database: Path) -> int:
    import sqlite3
    from contextlib import closing

    if not database.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM bulk_shard WHERE state = 'done'").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_doctor_says_what_is_loaded_and_what_was_left_out(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from kb.connection import for_reading
    from kb.harvest_health import harvest_report

    shard(tmp_path, 1, trial(1), rocks(2))
    shard(tmp_path, 2, trial(2)).write_bytes(b"something else")
    load(tmp_path / "x.db", tmp_path)
    said = [line for line in harvest_report(for_reading(tmp_path / "x.db"), datetime.now(UTC)) if line[1].startswith("bulk")]
    assert said[0] == (True, "bulk: 1 files loaded, 2 records, 1 of them stored")
    assert said[1][0] is None
    assert "pubmed26n0002.xml.gz was left out: its MD5 is" in said[1][1]
