"""The rooms' walls."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: What each room may import, besides itself.
ALLOWED = {
    "crawler": set[str](),
    "nlp": {"crawler"},
    "kb": {"crawler", "nlp"},
    "commands": {"crawler", "nlp", "kb"},
    "cli": {"commands"},
    "training": {"crawler", "nlp"},
}


def modules(room: str) -> list[Path]:
    return [ROOT / "cli.py"] if room == "cli" else sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
    return found & set(ALLOWED)


@pytest.mark.parametrize("room", ALLOWED)
def test_imports_run_one_way(room: str) -> None:
    for path in modules(room):
        assert imported(path) - {room} <= ALLOWED[room], path


def test_spacy_is_private_to_nlp() -> None:
    for room in ("crawler", "kb", "commands", "cli"):
        for path in modules(room):
            assert "spacy" not in path.read_text("utf8").replace("scispacy", "").replace('"spacy"', ""), path


@pytest.mark.parametrize(
    "heavy", ["spacy", "sqlite_utils", "networkx", "numpy", "tabulate", "tomllib", "lxml", "jinja2", "datasette"]
)
def test_a_question_waits_for_no_heavy_library(heavy: str) -> None:
    code = f"import sys, cli, kb.answer, kb.question, kb.connection, kb.answer_json, kb.answer_text; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_no_file_holds_more_than_it_should() -> None:
    for room in ("crawler", "nlp", "kb", "commands", "cli"):
        for path in modules(room):
            assert len(path.read_text("utf8").splitlines()) <= 750, f"{path} wants to be split"
