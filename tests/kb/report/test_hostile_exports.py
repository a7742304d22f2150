"""What papers write is words in every export: no formula, no markup, no line of its own."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from kb.answer import answer
from kb.connection import for_reading
from kb.exports import EXPORTERS
from kb.exports.lines import NoParquet
from kb.exports.package import package
from kb.question import understand
from kb.synthesis import Choice, Several
from tests.kb.report import hostile


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.make(tmp_path_factory.mktemp("hostile") / "library.db")


@pytest.mark.parametrize("name", EXPORTERS)
def test_what_papers_write_stays_words(bad: Path, name: str) -> None:
    db = for_reading(bad)
    made = package(db, answer(db, understand(db, hostile.QUESTION)), Choice(several=Several.LATEST))
    try:
        files = EXPORTERS[name](made)
    except NoParquet:
        pytest.skip("needs the extra `parquet`")
    assert files
    for file, body in files.items():
        assert re.fullmatch(r"[a-z0-9_]+\.[a-zA-Z]+", file, re.IGNORECASE)
        if file.endswith(".csv"):
            cells = [cell for row in csv.reader(io.StringIO(body.decode())) for cell in row]
            assert [
                c for c in cells if c.startswith(("=", "@", "+")) or (c.startswith("-") and not re.fullmatch(r"-[\d.e-]+", c))
            ] == []
        elif file.endswith(".md"):
            assert "<script" not in body.decode()
        elif file.endswith((".R", ".py")):
            # A program holds no word of a paper.
            assert b"window.taken" not in body
        elif file.endswith(".ris"):
            assert all(re.match(r"(?:[A-Z][A-Z0-9]  - |\d+\.$|$)", line) for line in body.decode().splitlines())
