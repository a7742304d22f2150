"""Files that are small and made to take forever, or to take memory."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from crawler.reading import read_paths

PROSE = "It was a long day for all who came to see the river rise over its banks and go. " * 3
HOSTILE = {
    "sentences behind a source label": f"{PROSE}\n\nSource: " + "A b. C d? " * 20_000 + "doi 10.1000/x\n",
    "full stops behind a source label": f"{PROSE}\n\nSource: " + "A. " * 990 + "doi 10.1000/x\n",
    "braces": "{\n" * 100_000,
    "broken citations": '{"DOIUrl": 1, "PeriodicalId": 2, "JCR": \n' * 5_000,
    "open brackets": "[[" * 100_000,
    "open tags": "<!doctype html><body>" + "<a b" * 50_000,
    "open comments": "<!--" * 50_000,
    "a path without end": "Aa > " * 50_000,
    "an abstract of labels": "J X. 2020;1:1.\n\nAbstract\n" + "Results: a b c. " * 20_000,
    "numbers": f"Conference\nX 2020\n{PROSE}\n" + "1. a 2020 " * 50_000,
    "signs in an abstract": '{"DOIUrl": 1,\n"PeriodicalId": 2,\n "JCR": 3, "abstract": "' + "<p>x < y " * 20_000 + '"}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_small_file_never_takes_long(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(HOSTILE[name], "utf8")
    start = time.process_time()
    found = list(read_paths([path]))
    assert time.process_time() - start < 5
    assert 0 < len(found) <= 30
