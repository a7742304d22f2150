"""`counterclaim verdict`: questions as JSON lines in, answers as JSON lines out; a bad line costs no other."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import main

ROOT = Path(__file__).resolve().parent.parent
ABSTRACT = "Adults took feverfew or placebo. Nausea was significantly less common with feverfew than with placebo (p = 0.01). Costs were low."


def line(**changed: Any) -> str:
    fields = {"id": "q1", "abstract": ABSTRACT, "intervention": "feverfew", "comparator": "placebo", "outcome": "nausea"} | changed
    return json.dumps({k: v for k, v in fields.items() if v is not ...})


def verdict(*given: str, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["verdict", *given], input=stdin)


def test_each_question_is_answered_in_order_with_its_own_id(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text(line() + "\n\n" + line(id=7, intervention="placebo", comparator="feverfew") + "\n", "utf8")
    ran = verdict("--json", str(path))
    rows = [json.loads(row) for row in ran.stdout.splitlines()]
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert [(r["id"], r["label"]) for r in rows] == [("q1", "decreased"), (7, "increased")]
    for row in rows:
        assert list(row) == ["id", "label", "confidence", "quote", "start", "end"]
        assert ABSTRACT[row["start"] : row["end"]] == row["quote"]
        assert 0 < row["confidence"] < 1


def test_a_pipe_gets_json_lines_without_being_asked_to() -> None:
    command = [sys.executable, str(ROOT / "cli.py"), "verdict", "-"]
    ran = subprocess.run(command, input=line(comparator="").encode(), capture_output=True, check=True, cwd=ROOT)
    assert json.loads(ran.stdout)["label"] == "decreased"  # a comparator may be left open


def test_bad_lines_are_named_with_their_number_and_the_others_are_answered(tmp_path: Path) -> None:
    bad = [
        b"not json", b"[1]", line(outcome=...).encode(), line(abstract=5).encode(), line(outcome=" ").encode(), line(id=None).encode(),
        line(id=[1]).encode(), b'{"id": "\xff"}', line(outcome="\ud800").encode(),
    ]  # fmt: skip
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b"\n".join([*bad, line().encode()]))
    ran = verdict("--json", str(path))
    said = ran.stderr.splitlines()
    assert ran.exit_code == 3
    assert len(ran.stdout.splitlines()) == 1
    assert [f"line {n}:" in sentence for n, sentence in enumerate(said, 1)] == [True] * len(bad)
    for sentence, words in zip(
        said, ("no JSON", "list", "no outcome", "abstract is no text", "outcome is empty", "no id", "neither"), strict=False
    ):
        assert words in sentence


@pytest.mark.parametrize("name", ["missing.jsonl", "empty.jsonl", "."])
def test_a_path_that_gives_nothing_is_a_failure_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty.jsonl").touch()
    ran = verdict(str(tmp_path / name))
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert str(tmp_path / name) in ran.stderr


def test_no_path_is_wrong_usage() -> None:
    assert verdict().exit_code == 2
