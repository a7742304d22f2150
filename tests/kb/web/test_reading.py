"""A page is of one moment, takes no longer than it may, and stands in no writer's way."""

from __future__ import annotations

import http.client
import sqlite3
import threading
from pathlib import Path
from urllib.parse import urlencode

import pytest

from kb.connection import for_reading
from kb.store import Library
from nlp.claim import Direction
from tests.kb.made import Said, put, reading
from tests.kb.web.served import Visitor, on_a_port

from kb.web.reading import TooLong, one_moment  # isort: skip - needs the extra that the line above looks for

Q = urlencode({"q": "intrathecal MSC vs placebo"})
FOREVER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "library.db"
    put(found, reading("a", Said()), reading("b", Said(Direction.FAVOURS_COMPARATOR, estimate=0.6, low=0.2, high=1.0)))
    return found


def test_what_reads_forever_is_broken_off_and_leaves_nothing_open(path: Path) -> None:
    db = for_reading(path)
    with pytest.raises(TooLong), one_moment(db, 0.05):
        db.execute(FOREVER).fetchone()
    assert not db.in_transaction
    assert db.execute("SELECT count(*) FROM document").fetchone()[0] == 2


def test_a_page_sees_one_moment_of_the_library(path: Path) -> None:
    db = for_reading(path)
    with one_moment(db):
        assert db.execute("SELECT count(*) FROM document").fetchone()[0] == 2
        put(path, reading("c", Said()))
        assert db.execute("SELECT count(*) FROM document").fetchone()[0] == 2
    assert db.execute("SELECT count(*) FROM document").fetchone()[0] == 3


def test_a_page_that_takes_too_long_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr("kb.report.library_pages.heaviest", lambda db, most: db.execute(FOREVER).fetchall())
    monkeypatch.setattr("kb.web.reading.one_moment.__wrapped__.__defaults__", (0.05,))
    answer = Visitor(path).get("/disputes")
    assert (answer.status_code, "took longer than" in answer.text) == (503, True)


def test_what_a_run_has_not_finished_is_not_shown(path: Path) -> None:
    visitor = Visitor(path)
    with Library(path, "add", [], {"test": "1"}) as library:
        with library.transaction() as db:
            db.execute("UPDATE document SET title = 'half written'")
            assert "half written" not in visitor.get("/document/1").text
        library.close_run(0)
    assert "half written" in visitor.get("/document/1").text


def test_fifty_readers_and_a_writer_get_along(path: Path) -> None:
    statuses: list[int | str] = []

    def read(address: str) -> None:
        client = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
        for place in (f"/ask?{Q}", "/", "/changes?since=0"):
            try:
                client.request("GET", place)
                response = client.getresponse()
                response.read()
                statuses.append(response.status)
            except OSError as error:
                statuses.append(repr(error))
        client.close()

    with on_a_port(path) as address:
        readers = [threading.Thread(target=read, args=(address,)) for _ in range(50)]
        for reader in readers:
            reader.start()
        for n in range(5):
            put(path, reading(f"new-{n}", Said()))
        for reader in readers:
            reader.join()
        assert statuses == [200] * 150
        # The site still runs, and holds no old state of the library.
        log = sqlite3.connect(path)
        assert log.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        log.close()
