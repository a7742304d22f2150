"""`counterclaim bulk` as people see it: rows in a pipe, sentences beside them, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.kb.made_shards import rocks, shard, trial


def bulk(folder: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["bulk", str(folder), "--workers", "1", "--db", str(folder / "x.db"), *more])


def test_rows_go_to_a_pipe_and_sentences_beside_them(tmp_path: Path) -> None:
    shard(tmp_path, 1, trial(1), rocks(2))
    done = bulk(tmp_path)
    assert done.exit_code == 0
    assert done.stdout == "fate\twhy\trecords\ngated out\tnot likely a trial\t1\nstored\tits publication type\t1\n"
    assert "1 of 1 files loaded; 2 records in" in done.stderr
    again = bulk(tmp_path, "--json")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "1 were loaded before" in again.stderr
    assert json.loads(bulk(tmp_path, "--json", "--all").stdout) == {"fate": "stored", "why": "everything is kept", "records": 2}


def test_a_damaged_file_is_named_with_exit_code_3_and_alone_with_1(tmp_path: Path) -> None:
    shard(tmp_path, 1, trial(1)).write_bytes(b"no gzip")
    alone = bulk(tmp_path)
    assert (alone.exit_code, "pubmed26n0001.xml.gz" in alone.stderr) == (1, True)
    shard(tmp_path, 2, trial(2))
    assert bulk(tmp_path).exit_code == 3


def test_the_log_counts_every_file_as_json(tmp_path: Path) -> None:
    shard(tmp_path, 1, trial(1))
    lines = [json.loads(line) for line in bulk(tmp_path, "--log", "json").stderr.splitlines()]
    assert lines[0]["shard"] == "pubmed26n0001.xml.gz"
    assert lines[0]["stored: its publication type"] == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nowhere"], 1),
        (["."], 1),
        ([".", "--dask", "tcp://127.0.0.1:9", "--workers", "2"], 2),
        ([".", "--about", " "], 2),
        ([], 2),
    ],
)
def test_wrong_usage_leaves_no_library_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["bulk", *arguments])
    assert done.exit_code == code
    assert done.stderr
    if arguments != ["."]:
        assert list(tmp_path.iterdir()) == []
