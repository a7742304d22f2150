"""A real browser: Debian's chromium, driven by Playwright. `make browser` installs it; where it is not, these tests are skipped and say so."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nlp.claim import Direction
from tests.kb.made import Said, put, reading
from tests.kb.report import hostile
from tests.kb.test_answer_notices import WATCH, with_word

UP, DOWN, NULL = Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR, Direction.NO_DIFFERENCE


def _program() -> str:
    found = (
        os.environ.get("COUNTERCLAIM_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    if found is None:
        pytest.skip("needs a browser: make browser")
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The browser, for one file of tests: while it runs, nothing else of this process may run an event loop."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install 'counterclaim[dev]'")
    pytest.importorskip("datasette", reason="needs the extra `serve`: pip install 'counterclaim[serve]'")
    program = _program()
    with playwright.sync_playwright() as started:
        # Chromium's own sandbox needs rights that root in a container lacks.
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with both sides, nulls, a retraction, a flag and a pooled result."""
    path = tmp_path_factory.mktemp("browser") / "library.db"
    put(
        path,
        reading("for", Said(UP), Said(UP, months=12, estimate=-0.8, low=-1.3, high=-0.3), size=40, title="Cells that helped"),
        reading("against", Said(DOWN, estimate=0.6, low=0.2, high=1.0), size=120, title="Cells that did harm"),
        reading("null", Said(NULL, estimate=-0.1, low=-0.5, high=0.3), size=60, title="Cells that did nothing"),
        reading("flagged", Said(UP, flag="The middle of -0.9 to -0.1 is elsewhere."), size=30, title="Cells with odd numbers"),
        with_word(reading("retracted", Said(UP, estimate=-2.0, low=-2.4, high=-1.6), title="Cells that were too good"), WATCH),
    )
    return path


@pytest.fixture(scope="module")
def hostile_library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library whose papers try everything."""
    return hostile.make(tmp_path_factory.mktemp("hostile") / "library.db")
