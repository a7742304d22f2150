"""The five real files, where they are at hand: what the gold says of each paper is what its importer reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Document, Report
from crawler.reading import read_paths

SHARED = Path(__file__).parents[3] / "shared"
GOLD = sorted((SHARED / "gold" / "seeds").glob("*.json"))
pytestmark = pytest.mark.skipif(not GOLD, reason="the real seed files (../shared) are not on this machine")


def gold_and_document(path: Path) -> tuple[dict[str, Any], Document]:
    gold = json.loads(path.read_text("utf8"))
    (document,) = read_paths([SHARED / "seeds" / gold["file"]])
    assert isinstance(document, Document)
    return gold, document


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem[:3])
def test_a_seed_is_one_document_under_its_papers_name(path: Path) -> None:
    gold, document = gold_and_document(path)
    assert (document.id, document.title, document.year, document.journal) == (
        path.stem,
        gold["title"],
        gold["year"],
        gold["journal"],
    )
    assert set(gold["registry_ids"]) == set(document.registry_ids)


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem[:3])
def test_a_seeds_names_are_its_own_or_its_papers(path: Path) -> None:
    gold, document = gold_and_document(path)
    names = document.reports_on[0].identifiers if document.report is Report.WEB_PAGE else document.identifiers
    assert (names.doi, names.pmid, names.pmcid) == (gold["doi"] and gold["doi"].lower(), gold["pmid"], gold["pmcid"])


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.stem[:3])
def test_every_quote_of_the_gold_stands_in_the_text_once(path: Path) -> None:
    gold, document = gold_and_document(path)
    quotes = [record["quote"] for key in ("effects", "claims") for record in gold["gold"][key]]
    assert quotes
    assert [document.text.count(quote) for quote in quotes] == [1] * len(quotes)
