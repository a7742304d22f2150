"""Who is told of a run: commands that get its summary, an address that is pinged; and that nothing of it touches the run."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import kb.connection
import kb.telling
from crawler.http import Door, Patience
from crawler.redaction import Secrets
from crawler.settings import Told
from kb.connection import lock
from kb.telling import Summary, tell
from nlp.pipeline import Reader
from tests.imitation.trap import Trap
from tests.served import Desk, desk_with, made, paper

QUIET = Summary(7, 0)
KEEP = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.stdin.read())"


@pytest.fixture
def listener() -> Iterator[Trap]:
    """A server that keeps what it is asked."""
    trap = Trap()
    trap.start()
    yield trap
    trap.stop()


@pytest.fixture
def desk(tmp_path: Path, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """One paper."""
    with desk_with(tmp_path, made(paper(1001)), reader, monkeypatch) as desk:
        yield desk


def keeping(path: Path) -> str:
    """A command that writes what it gets to a file."""
    script = path.with_name("keep.py")
    script.write_text(KEEP)
    return f"'{sys.executable}' '{script}' '{path}'"


def told(summary: Summary, **whom: str) -> list[str]:
    """Tell of a run; what was reported about the telling."""
    said: list[str] = []
    door = Door("test/0", Secrets([]), frozenset(), patience=Patience(2, 0.01, 0.01, 5))
    tell(Told(**whom), summary, door, said.append)
    return said


def heard(listener: Trap) -> list[str]:
    """The paths that were fetched."""
    return [hit.split()[1] for hit in listener.hits]


@pytest.mark.parametrize(
    ("summary", "keys"),
    [
        (QUIET, []),
        (Summary(7, 0, new=1), ["on_change"]),
        (Summary(7, 0, revised=1), ["on_change"]),
        (Summary(7, 0, deleted=1), ["on_change"]),
        (Summary(7, 0, retracted=1), ["on_change"]),
        (Summary(7, 0, noted=1), ["on_change"]),
        (Summary(7, 0, turned=1), ["on_turn"]),
        (Summary(7, 3), ["on_failure"]),
        (Summary(7, 75), ["on_failure"]),
        (Summary(7, 1, new=1, turned=2), ["on_change", "on_failure", "on_turn"]),
    ],
)
def test_each_command_runs_when_its_time_has_come_and_else_not(tmp_path: Path, summary: Summary, keys: list[str]) -> None:
    assert told(summary, **{key: keeping(tmp_path / f"{key}.json") for key in ("on_change", "on_turn", "on_failure")}) == []
    assert sorted(p.stem for p in tmp_path.glob("*.json")) == keys


def test_a_command_gets_the_summary_as_json(tmp_path: Path) -> None:
    summary = Summary(7, 3, 1, 2, 3, 4, 5, ("pubmed 12: “ångström” was not given", "$(touch pwned)"))
    told(summary, on_failure=keeping(tmp_path / "got.json"))
    assert json.loads((tmp_path / "got.json").read_text("utf8")) == {
        "run": 7, "exit_code": 3, "new": 1, "revised": 2, "deleted": 3, "retracted": 4, "turned": 5, "noted": 0,
        "left_out": ["pubmed 12: “ångström” was not given", "$(touch pwned)"],
    }  # fmt: skip


def test_a_command_is_no_shell_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told(Summary(7, 1), on_failure=f"'{sys.executable}' -c pass ; touch pwned && touch pwned | touch pwned")
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/nonexistent/mail", "could not be run"),
        ("an 'open quote", "could not be run"),
        (f"'{sys.executable}' -c 'import sys; sys.exit(\"the post is shut\")'", "ended with 1: the post is shut"),
        ("false", "ended with 1: it said nothing"),
    ],
)
def test_a_command_that_fails_is_said(command: str, words: str) -> None:
    (said,) = told(Summary(7, 1), on_failure=command)
    assert words in said


def test_a_command_that_fails_keeps_no_other_from_being_told(tmp_path: Path, listener: Trap) -> None:
    said = told(Summary(7, 1, new=1), on_change="false", on_failure=keeping(tmp_path / "got.json"), ping=f"{listener.url}id")
    assert len(said) == 1
    assert (tmp_path / "got.json").exists()
    assert heard(listener) == ["/id/fail"]


def test_a_command_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kb.telling, "_PATIENCE", 0.2)
    (said,) = told(Summary(7, 1), on_failure=f"'{sys.executable}' -c 'import time; time.sleep(30)'")
    assert "timed out" in said


def test_a_command_that_reads_nothing_is_no_fault() -> None:
    assert told(Summary(7, 1, left_out=("x" * 1_000_000,)), on_failure="true") == []


@pytest.mark.parametrize(("code", "path"), [(0, "/id"), (3, "/id"), (1, "/id/fail"), (75, "/id/fail")])
@pytest.mark.parametrize("end", ["", "/"])
def test_the_ping_tells_whether_the_run_failed(listener: Trap, code: int, path: str, end: str) -> None:
    assert told(Summary(7, code), ping=f"{listener.url}id{end}") == []
    assert [p.rstrip("/") for p in heard(listener)] == [path]


def test_a_ping_that_nobody_hears_is_said(listener: Trap) -> None:
    listener.stop()
    (said,) = told(QUIET, ping=f"{listener.url}id")
    assert "The ping was not heard" in said


def test_a_ping_that_is_never_answered_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kb.telling, "_PING_SECONDS", 0.2)
    deaf = Trap(after=2)
    deaf.start()
    said: list[str] = []
    door = Door("test/0", Secrets([]), frozenset(), patience=Patience(9, 0.05, 60, 600))
    begun = time.monotonic()
    tell(Told(ping=f"{deaf.url}id"), QUIET, door, said.append)
    assert time.monotonic() - begun < 1.5
    assert heard(deaf) == ["/id", "/id"]
    deaf.stop()
    assert "The ping was not heard" in said[0]


# Within a refresh


def test_a_refresh_tells_and_a_command_that_fails_changes_nothing_about_it(desk: Desk, listener: Trap) -> None:
    got = desk.folder / "got.json"
    desk.configure(more=f'[tell]\non_change = "{keeping(got)}"\non_failure = "false"\nping = "{listener.url}id"')
    first = desk.ask("refresh")
    assert (first.code, first.err) == (0, "")
    assert json.loads(got.read_text())["new"] == 1
    got.unlink()
    assert desk.ask("refresh").code == 0
    assert not got.exists()
    desk.down("eutils", "crossref")
    failed = desk.ask("refresh")
    assert (failed.code, "'false' ended with 1" in failed.err) == (75, True)
    assert desk.rows("SELECT exit_code FROM run") == [(0,), (0,), (75,)]
    assert heard(listener) == ["/id", "/id", "/id/fail"]


@pytest.mark.parametrize("why", ["busy", "no library"])
def test_a_refresh_that_cannot_begin_tells_so_too(desk: Desk, listener: Trap, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    monkeypatch.setattr(kb.connection, "PATIENCE_SECONDS", 0.1)
    got, library = desk.folder / "got.json", desk.folder / "counterclaim.db"
    desk.configure(more=f'[tell]\non_failure = "{keeping(got)}"\nping = "{listener.url}id"')
    if why == "busy":
        with lock(library):
            ran = desk.ask("refresh")
    else:
        library.write_text("These are words and no database, as many as it takes to look like something." * 20)
        ran = desk.ask("refresh")
    summary = json.loads(got.read_text())
    assert (ran.code, summary["exit_code"], summary["run"]) == ((75 if why == "busy" else 1,) * 2 + (None,))
    assert summary["left_out"][0] in ran.err
    assert heard(listener) == ["/id/fail"]


def test_a_dry_run_tells_nobody(desk: Desk, listener: Trap) -> None:
    desk.configure(more=f'[tell]\non_change = "{keeping(desk.folder / "got.json")}"\nping = "{listener.url}id"')
    assert desk.ask("refresh", "--dry-run").code == 0
    assert (heard(listener), (desk.folder / "got.json").exists()) == ([], False)
