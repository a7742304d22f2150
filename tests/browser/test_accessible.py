"""axe-core finds no violation of WCAG 2.2 AA, on any page, in light and in dark, with everything opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.answer import answer
from kb.connection import for_reading
from kb.question import understand
from kb.report.one_file import report
from tests.browser.test_journeys import ASKED, PAGES, QUESTION
from tests.browser.watched import watched
from tests.kb.web.served import on_a_port

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What is dark differs by its colours alone.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
TABLES = ("/tables", "/tables/comparison", "/tables/document?_facet=year", "/tables/document/1", "/nothing")


@pytest.fixture(scope="module")
def axe() -> str:
    bundled = pytest.importorskip("axe_playwright_python", reason="needs axe-core: pip install 'counterclaim[dev]'")
    return (Path(bundled.__file__).parent / "axe.min.js").read_text("utf8")


@pytest.fixture(scope="module")
def address(browser: Any, library: Path) -> Iterator[str]:
    with on_a_port(library) as there:
        yield there


def violations(page: Any, axe: str, rules: object) -> list[str]:
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    page.evaluate(f"{axe};0")
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
    assert found["passes"]
    return [f"{v['id']}: {v['nodes'][0]['html'][:100]}" for v in found["violations"]]


@pytest.mark.parametrize(("scheme", "rules"), [("light", RULES), ("dark", COLOURS)])
def test_no_page_has_a_violation(
    browser: Any, address: str, axe: str, library: Path, tmp_path: Path, scheme: str, rules: object
) -> None:
    db = for_reading(library)
    one_file = tmp_path / "report.html"
    one_file.write_text(report(db, answer(db, understand(db, QUESTION))), "utf8")
    with watched(browser, color_scheme=scheme) as w:
        w.page.goto(address + ASKED)
        pooled = w.page.get_by_role("link", name="The estimate in words and numbers", include_hidden=True).first.get_attribute(
            "href"
        )
        dispute = w.page.locator(".dispute a").first.get_attribute("href")
        # In the dark, one page of each look.
        places = (
            (*PAGES, pooled, dispute, *TABLES)
            if rules is RULES
            else (ASKED, "/document/5", "/library", "/disputes", pooled, dispute)
        )
        for place in (*(address + p for p in places), one_file.as_uri()):
            w.page.goto(place)
            assert violations(w.page, axe, rules) == [], f"{place} in {scheme}"


def test_it_finds_a_violation_where_there_is_one(browser: Any, axe: str) -> None:
    with watched(browser) as w:
        w.page.set_content(
            "<html><body><main><img src='data:,'><p style='color:#aaa;background:#fff'>pale</p></main></body></html>"
        )
        w.page.evaluate(f"{axe};0")
        found = w.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert {"image-alt", "color-contrast", "html-has-lang"} <= {v["id"] for v in found["violations"]}
