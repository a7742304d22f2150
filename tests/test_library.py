"""The sample library: digests, the papers' figures, nobody's sentences."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import shared

LIBRARY = Path(__file__).resolve().parent.parent / "examples" / "library"
DIGESTS = sorted(LIBRARY.glob("*.json"))


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


@pytest.mark.parametrize("path", DIGESTS, ids=lambda p: p.stem)
def test_each_is_a_digest_that_says_so_and_names_its_paper(path: Path) -> None:
    record = json.loads(path.read_text("utf8"))
    assert record["report"] == "digest"
    assert "digest" in record["title"].lower()
    assert "digest" in record["abstract"].lower()
    assert record["reports_on"]


def test_there_are_ten() -> None:
    assert len(DIGESTS) == 10


@pytest.mark.parametrize("path", DIGESTS, ids=lambda p: p.stem)
def test_no_sentence_is_taken_from_the_papers(path: Path) -> None:
    record = json.loads(path.read_text("utf8"))
    own = words(record["abstract"])
    # Eight words in a row, numbers aside: names of diseases, scales and registries are shorter than that.
    mine = {tuple(own[i : i + 8]) for i in range(len(own) - 7)}
    for seed in sorted(shared("seeds").glob("*.txt")):
        theirs = words(seed.read_text("utf8"))
        assert not mine & {tuple(theirs[i : i + 8]) for i in range(len(theirs) - 7)}, seed.name


@pytest.mark.parametrize("path", DIGESTS, ids=lambda p: p.stem)
def test_every_figure_is_the_papers(path: Path) -> None:
    facts = shared("sample_facts.md").read_text("utf8") + "".join(
        p.read_text("utf8") for p in sorted(shared("gold", "seeds").glob("*.json"))
    )
    facts += "".join(p.read_text("utf8") for p in sorted(shared("seeds").glob("*.txt")))
    known = set(re.findall(r"\d+(?:\.\d+)?", facts.replace("·", ".").replace(",", "")))
    text = json.loads(path.read_text("utf8"))["abstract"].replace("·", ".").replace(",", "")
    for figure in re.findall(r"\d+\.\d+", text):
        assert figure in known or figure.rstrip("0").rstrip(".") in known, figure
