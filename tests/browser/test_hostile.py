"""In a real browser, nothing that a paper or an address holds runs, no request leaves, and no policy has to step in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from kb.answer import answer
from kb.connection import for_reading
from kb.question import understand
from kb.report.one_file import report
from tests.browser.watched import watched
from tests.kb.report import hostile
from tests.kb.web.served import on_a_port

ASKED = f"/ask?{urlencode({'q': hostile.QUESTION})}"
OURS = ["/", ASKED, "/disputes", "/runs", "/run/1", "/run/2", "/changes?since=0", "/library", "/outcome?key=counterclaim:edss", *(f"/document/{n}" for n in range(1, len(hostile.ALL) + 1)),
        *(f"/study/{n}" for n in range(1, len(hostile.ALL) + 1)), *(f"/ask?{urlencode({'q': words})}" for words in hostile.ALL)]  # fmt: skip
TABLES = ["/tables", "/tables/document", "/tables/document/1", "/tables/document/2", "/tables/claim_in_full", "/tables/evidence?_facet=document_id", "/tables/run", "/tables/comparison",
          f"/tables/document?{urlencode({'title': hostile.SCRIPT})}", f"/{hostile.IMAGE}", f"/tables/{hostile.SCRIPT}"]  # fmt: skip


@pytest.fixture(scope="module")
def address(browser: Any, hostile_library: Path) -> Iterator[str]:
    with on_a_port(hostile_library) as there:
        yield there


@pytest.mark.parametrize("places", [OURS, TABLES], ids=["ours", "tables"])
def test_nothing_runs_and_nothing_leaves(browser: Any, address: str, places: list[str]) -> None:
    with watched(browser) as w:
        for place in places:
            w.page.goto(address + place)
            assert w.nothing_ran(), place
            assert w.wrong == [], place


def test_a_plot_opened_by_itself_runs_nothing(browser: Any, address: str) -> None:
    with watched(browser) as w:
        w.page.goto(address + ASKED)
        plots = w.page.locator("figure.plot img").evaluate_all("found => found.map(i => i.src)")
        assert plots
        for plot in plots:
            w.page.goto(plot)
            assert w.page.evaluate("window.taken === undefined")
        assert w.wrong == []


def test_the_file_runs_nothing(browser: Any, hostile_library: Path, tmp_path: Path) -> None:
    db = for_reading(hostile_library)
    out = tmp_path / "report.html"
    out.write_text(report(db, answer(db, understand(db, hostile.QUESTION))), "utf8")
    with watched(browser) as w:
        w.page.goto(out.as_uri())
        for link in w.page.locator("article.claim a[href^='#']").all()[:5]:
            link.click()
        assert w.nothing_ran()
        assert w.wrong == []


def test_the_policy_would_stop_what_slipped_through(browser: Any, address: str, hostile_library: Path, tmp_path: Path) -> None:
    with watched(browser) as w:
        w.page.goto(address + ASKED)
        w.page.evaluate(
            "() => { const s = document.createElement('script'); s.textContent = 'window.taken = 1'; document.body.append(s); }"
        )
        w.page.evaluate("() => { const i = new Image(); i.src = 'https://evil.example/x.png'; document.body.append(i); }")
        w.page.wait_for_timeout(300)
        assert w.nothing_ran()
        assert sum("Content Security Policy" in told for told in w.wrong) >= 2
    db = for_reading(hostile_library)
    bad = report(db, answer(db, understand(db, hostile.QUESTION))).replace(
        "</main>", f"{hostile.SCRIPT}<img src=x onerror='window.taken=1'></main>"
    )
    out = tmp_path / "report.html"
    out.write_text(bad, "utf8")
    with watched(browser) as w:
        w.page.goto(out.as_uri())
        assert w.nothing_ran()
        assert any("Content Security Policy" in told for told in w.wrong)
