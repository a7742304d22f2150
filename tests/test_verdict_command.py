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
from kb.connection import for_reading

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


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library")
    start = "Feverfew is a herb. METHODS: We randomised 80 adults with migraine to feverfew or placebo. RESULTS: "
    results = {
        "more": "Tongue tingling was significantly more frequent with feverfew than with placebo (p = 0.01).",
        "alike": "Tongue tingling did not differ between feverfew and placebo (p = 0.6).",
        "silent": "Nausea did not differ between feverfew and placebo (p = 0.6).",
    }
    rows = [{"id": name, "title": f"Feverfew, {name}", "abstract": start + words} for name, words in results.items()]
    rows.append(
        {"id": "other", "title": "Ginger", "abstract": "RESULTS: Tongue tingling was more frequent with ginger than with placebo."}
    )
    (folder / "papers.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf8")
    assert CliRunner().invoke(main, ["add", str(folder / "papers.jsonl"), "--db", str(folder / "papers.db")]).exit_code == 0
    return folder / "papers.db"


def ask(library: Path, *given: str) -> Result:
    return verdict(
        "--db", str(library), "--intervention", "feverfew", "--comparator", "placebo", "--outcome", "tongue tingling", *given
    )


def test_a_library_is_read_for_an_outcome_that_no_pack_knows(library: Path) -> None:
    ran = ask(library)
    rows = {row["id"]: row for row in map(json.loads, ran.stdout.splitlines())}
    assert ran.exit_code == 0
    assert {name: row["label"] for name, row in rows.items()} == {"more": "increased", "alike": "no_difference"}
    with for_reading(library) as db:
        for name, row in rows.items():
            text = db.execute("SELECT text FROM document WHERE came_as = ?", (name,)).fetchone()["text"]
            assert text[row["start"] : row["end"]] == row["quote"]
            assert row["status"] == "ok"
    assert "not stored: 2 documents" in ran.stderr


def test_no_more_documents_are_read_than_asked_for_and_the_rest_is_counted(library: Path) -> None:
    ran = ask(library, "--limit", "1")
    assert len(ran.stdout.splitlines()) == 1
    assert "1 more name both" in ran.stderr


def test_a_question_in_part_or_beside_files_is_wrong_usage(library: Path) -> None:
    assert verdict("--db", str(library), "--intervention", "feverfew").exit_code == 2
    assert ask(library, "questions.jsonl").exit_code == 2


def test_a_library_that_is_not_there_is_named(tmp_path: Path) -> None:
    ran = ask(tmp_path / "none.db")
    assert ran.exit_code == 1
    assert "none.db" in ran.stderr
