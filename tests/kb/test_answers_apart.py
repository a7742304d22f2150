"""Raw answers in a file beside the library: found there again, told where they are missing, and nothing lost when it is broken off."""

from __future__ import annotations

import lzma
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from kb import ledger
from kb.answers_apart import AnswerNotThere, Packed, body_of, place_of, put_apart
from kb.connection import for_reading
from kb.harvest_health import harvest_report
from kb.harvesting import Harvest
from kb.store import Library
from tests.kb.test_harvesting import Blank, Shelf, harvest

NUMBER = 150


def shelf(more: dict[str, str]) -> Shelf:
    return Shelf({f"{n:03}": f"Title {n} " + "of a long paper " * 40 for n in range(NUMBER)} | more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    harvest(tmp_path / "x.db", shelf({}))
    return tmp_path / "x.db"


def bodies(path: Path) -> list[bytes]:
    db = for_reading(path)
    return [body_of(db, row[0]) for row in db.execute("SELECT hash FROM answer ORDER BY 1")]


def pack(path: Path) -> Packed:
    with Library(path, "pack", (), {}) as library:
        done = put_apart(library, lambda *_: None)
        library.close_run(0)
    return done


def inside(path: Path) -> int:
    return int(for_reading(path).execute("SELECT count(*) FROM answer WHERE length(body) > 0").fetchone()[0])


def test_answers_are_the_same_apart_and_take_less_room(path: Path) -> None:
    before = bodies(path)
    done = pack(path)
    assert (done.answers, inside(path)) == (NUMBER, 0)
    assert done.bytes_after < done.bytes_before / 2
    assert done.library_after < done.library_before
    assert bodies(path) == before
    assert pack(path).answers == 0


def test_what_is_apart_is_read_again_and_gives_the_same_documents(path: Path) -> None:
    pack(path)
    empty = Shelf({})
    with Library(path, "reread", [], {}) as library:
        with library.transaction() as db:
            assert ledger.read_again(db) == NUMBER
        work = Harvest(library, {empty.name: empty})
        work.read(Blank())
        assert (library.counts["unchanged"], work.outcome.left_out) == (NUMBER, [])


def test_an_answer_that_nobody_read_yet_stays(path: Path) -> None:
    harvest(path, shelf({"999": "New"}), read=False)
    pack(path)
    assert inside(path) == 1


def test_a_revised_answer_is_kept_inside_until_the_next_packing(path: Path) -> None:
    pack(path)
    harvest(path, shelf({"001": "Title 1, revised"}), full=True)
    assert inside(path) == 1
    assert pack(path).answers == 1
    assert len(bodies(path)) == NUMBER + 1


def test_broken_off_between_the_two_files_nothing_is_lost(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = bodies(path)
    real = lzma.compress
    calls: list[int] = []

    def breaks(data: bytes, preset: int) -> bytes:
        calls.append(len(data))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(data, preset=preset)

    monkeypatch.setattr(lzma, "compress", breaks)
    with pytest.raises(KeyboardInterrupt):
        pack(path)
    assert 0 < inside(path) < NUMBER
    assert bodies(path) == before
    monkeypatch.undo()
    pack(path)
    assert inside(path) == 0
    assert bodies(path) == before


def test_a_library_without_its_answers_says_where_they_were(path: Path) -> None:
    pack(path)
    place_of(path).unlink()
    with pytest.raises(AnswerNotThere, match=r"x\.db\.answers"):
        bodies(path)
    told = [said for said in harvest_report(for_reading(path), datetime.now(UTC)) if "apart" in said[1]]
    assert [well for well, _ in told] == [False]


def health(path: Path) -> list[tuple[bool | None, str]]:
    return [said for said in harvest_report(for_reading(path), datetime.now(UTC)) if "apart" in said[1]]


def read_again(path: Path) -> Harvest:
    empty = Shelf({})
    with Library(path, "reread", [], {}) as library:
        with library.transaction() as db:
            ledger.read_again(db)
        work = Harvest(library, {empty.name: empty})
        work.read(Blank())
    return work


def states(path: Path) -> dict[str, int]:
    return dict(for_reading(path).execute("SELECT state, count(*) FROM record GROUP BY 1").fetchall())


def test_lost_answers_are_named_and_the_others_are_read(path: Path) -> None:
    pack(path)
    harvest(path, shelf({"998": "New", "999": "Newer"}))
    place_of(path).unlink()
    work = read_again(path)
    assert work.library.counts["unchanged"] == 2
    assert len(work.outcome.left_out) == NUMBER
    assert "x.db.answers" in work.outcome.left_out[0]
    assert states(path) == {"read": 2, "unreadable": NUMBER}
    ((problems,),) = for_reading(path).execute("SELECT count(*) FROM problem WHERE what LIKE '%not there%'").fetchall()
    assert problems == NUMBER
    # Their documents stay.
    ((documents,),) = for_reading(path).execute("SELECT count(*) FROM document WHERE deleted_in IS NULL").fetchall()
    assert documents == NUMBER + 2


@pytest.mark.parametrize("reread_before", [True, False])
def test_what_is_fetched_again_is_kept_again(path: Path, reread_before: bool) -> None:
    before = bodies(path)
    pack(path)
    place_of(path).unlink()
    if reread_before:
        read_again(path)
    harvest(path, shelf({}), full=True)
    assert bodies(path) == before
    assert states(path) == {"read": NUMBER}
    assert all(well for well, _ in health(path))


def test_what_is_put_back_is_read_again(path: Path) -> None:
    pack(path)
    place = place_of(path)
    place.rename(place.with_suffix(".elsewhere"))
    read_again(path)
    place.with_suffix(".elsewhere").rename(place)
    assert read_again(path).outcome.left_out == []
    assert states(path) == {"read": NUMBER}


def test_no_new_file_of_answers_is_begun_while_the_old_one_is_missing_and_putting_it_back_loses_nothing(path: Path) -> None:
    before = bodies(path)
    pack(path)
    place = place_of(path)
    place.rename(place.with_suffix(".elsewhere"))
    harvest(path, shelf({"998": "New", "999": "Newer"}))
    done = CliRunner().invoke(main, ["pack", "--db", str(path)])
    assert (done.exit_code, "no new one is begun" in done.stderr, place.exists()) == (1, True, False)
    ((well, told),) = health(path)
    assert (well, "which is not there: put it back" in told) == (False, True)
    place.with_suffix(".elsewhere").rename(place)
    assert pack(path).answers == 2
    assert set(before) <= set(bodies(path))
    assert [well for well, _ in health(path)] == [True]


def test_answers_that_a_file_beside_the_library_lacks_are_told_with_exit_code_3_and_it_is_to_be_kept(path: Path) -> None:
    pack(path)
    with sqlite3.connect(place_of(path)) as apart:
        apart.execute("DELETE FROM answer WHERE hash = (SELECT min(hash) FROM answer)")
    apart.close()
    done = CliRunner().invoke(main, ["pack", "--db", str(path)])
    assert done.exit_code == 3
    assert "1 answers that were put apart before are not in" in done.stderr
    assert "keep that file" in done.stderr


def test_an_answer_that_is_damaged_in_the_library_is_named_and_the_others_are_put_apart(path: Path) -> None:
    with Library(path, "look", [], {}) as library, library.transaction() as db:
        db.execute("UPDATE answer SET body = x'00' WHERE hash = (SELECT answer_hash FROM record WHERE external_id = '001')")
    done = CliRunner().invoke(main, ["pack", "--db", str(path)])
    assert done.exit_code == 3
    assert "1 answers are damaged in the library and stay there" in done.stderr
    assert " 001. Fetch" in done.stderr
    assert inside(path) == 1


def test_the_doctor_tells_of_a_file_of_answers_that_is_none(path: Path) -> None:
    pack(path)
    place_of(path).write_bytes(b"no database" * 100)
    ((well, told),) = health(path)
    assert (well, "damaged" in told) == (False, True)


def test_a_damaged_file_of_answers_is_told(path: Path) -> None:
    pack(path)
    with sqlite3.connect(place_of(path)) as apart:
        apart.execute("UPDATE block SET body = x'00'")
    apart.close()
    with pytest.raises(AnswerNotThere, match="damaged"):
        bodies(path)
