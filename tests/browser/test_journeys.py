"""What readers do: ask, open a dispute, follow a quote to its words, take files away; with a mouse, with keys alone, on a phone, without scripts, on paper."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.answer import answer
from kb.connection import for_reading
from kb.question import understand
from kb.report.one_file import report
from tests.browser.watched import watched
from tests.kb.web.served import on_a_port

QUESTION = "intrathecal MSC vs placebo"
ASKED = "/ask?q=intrathecal+MSC+vs+placebo"
PAGES = ("/", ASKED, f"{ASKED}&smallest=50", "/document/1", "/document/5", "/study/1", "/outcome?key=counterclaim:edss", "/disputes", "/runs", "/run/1", "/changes?since=0", "/library",
         "/ask?q=zorgblatt")  # fmt: skip
#: How many times a reader would press Tab before giving up.
PATIENCE = 80


@pytest.fixture(scope="module")
def address(browser: Any, library: Path) -> Iterator[str]:
    with on_a_port(library) as there:
        yield there


@pytest.fixture(scope="module")
def one_file(library: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    db = for_reading(library)
    out = tmp_path_factory.mktemp("report") / "report.html"
    out.write_text(report(db, answer(db, understand(db, QUESTION))), "utf8")
    return out.as_uri()


def test_ask_and_see_both_sides(browser: Any, address: str) -> None:
    with watched(browser) as w:
        w.page.goto(address)
        w.page.get_by_role("searchbox").fill(QUESTION)
        w.page.get_by_role("button", name="Ask").click()
        assert w.page.get_by_role("heading", level=1).inner_text() == "intrathecal mesenchymal stem cells versus placebo"
        boxes = [w.page.locator(f".side.{side}").first.bounding_box() for side in ("for", "between", "against")]
        # Side by side, with what lies between the sides between them.
        assert boxes[0]["x"] < boxes[1]["x"] < boxes[2]["x"]
        assert len({round(box["y"]) for box in boxes}) == 1
        assert w.page.get_by_text("RETRACTED, not counted").first.is_visible()
        assert w.wrong == []


def test_open_a_dispute(browser: Any, address: str) -> None:
    with watched(browser) as w:
        w.page.goto(address + ASKED)
        w.page.locator(".dispute summary").first.click()
        w.page.locator(".dispute a").first.click()
        assert "/dispute/" in w.page.url
        assert w.page.get_by_role("article").count() == 2
        assert w.page.get_by_role("heading", name="What may explain it").is_visible()
        assert w.wrong == []


def test_follow_a_quote_to_its_words(browser: Any, address: str) -> None:
    with watched(browser) as w:
        w.page.goto(address + ASKED)
        card = w.page.locator("article", has_text="Cells that helped").filter(has_text="12 months").first
        quote = card.locator("blockquote").inner_text().strip("“”\n ")
        card.get_by_role("link", name="In its text").click()
        anchor = w.page.url.partition("#")[2]
        span = w.page.locator(f".passage:has(#{anchor}), .passage#{anchor}")
        assert span.inner_text().startswith(quote[:40])
        assert span.bounding_box()["y"] < w.page.viewport_size["height"]
        assert span.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
        assert span.locator("mark.number").first.is_visible()
        assert w.wrong == []


@pytest.mark.parametrize("kind", ["CSV", "JSON", "RIS", "metafor"])
def test_take_an_answer_away(browser: Any, address: str, kind: str, tmp_path: Path) -> None:
    with watched(browser) as w:
        w.page.goto(address + ASKED)
        with w.page.expect_download() as waiting:
            w.page.locator(".downloads a", has_text=kind).click()
        out = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(out)
        assert out.stat().st_size > 100
        if kind == "JSON":
            assert json.loads(out.read_text("utf8"))["contract"] == 1


def test_the_forest_plot_opens(browser: Any, address: str) -> None:
    with watched(browser) as w:
        w.page.goto(address + ASKED)
        w.page.get_by_text("Forest plot", exact=True).click()
        image = w.page.locator("figure.plot img").first
        image.scroll_into_view_if_needed()
        assert image.evaluate("i => i.decode().then(() => i.naturalWidth)") > 300
        w.page.get_by_role("link", name="The estimate in words and numbers").first.click()
        assert w.page.get_by_text("Pooled: MD").first.is_visible()
        assert w.wrong == []


def tab_to(page: Any, words: str) -> None:
    """Press Tab until something of these words has the focus; every stop on the way shows that it has it."""
    for _ in range(PATIENCE):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e); return {words: (e.innerText || e.getAttribute('aria-label') || e.id || ''), seen: s.outlineStyle}; }"
        )
        assert here["seen"] != "none", f"no visible focus on {here['words']}"
        if here["words"].strip().startswith(words):
            return
    raise AssertionError(f"{PATIENCE} times Tab, and no “{words}”")


def test_by_keyboard_alone(browser: Any, address: str) -> None:
    with watched(browser) as w:
        page = w.page
        page.goto(address)
        tab_to(page, "To the content")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.goto(address)
        tab_to(page, "q")
        page.keyboard.type(QUESTION)
        page.keyboard.press("Enter")
        page.wait_for_url("**/ask?**")
        tab_to(page, "In its text")
        page.keyboard.press("Enter")
        page.wait_for_url("**/document/**")
        assert page.locator(".passage:has(:target), .passage:target").is_visible()
        page.go_back()
        page.wait_for_url("**/ask?**")
        page.goto(address + ASKED)
        page.locator(".dispute summary").first.focus()
        page.keyboard.press("Enter")
        tab_to(page, "Face to face")
        page.keyboard.press("Enter")
        page.wait_for_url("**/dispute/**")
        page.goto(address + ASKED)
        page.locator(".downloads a").first.focus()
        with page.expect_download():
            page.keyboard.press("Enter")
        assert w.wrong == []


@pytest.mark.parametrize("width", [320, 400])
def test_on_a_phone_nothing_runs_out_of_the_page(browser: Any, address: str, one_file: str, width: int) -> None:
    with watched(browser, viewport={"width": width, "height": 800}) as w:
        for place in (*(address + p for p in PAGES), one_file):
            w.page.goto(place)
            assert w.page.evaluate("document.documentElement.scrollWidth") <= width, place
        w.page.goto(address + ASKED)
        boxes = [w.page.locator(f".side.{side}").first.bounding_box() for side in ("for", "between", "against")]
        assert boxes[0]["y"] < boxes[1]["y"] < boxes[2]["y"]
        # Fingers need room: links of their own line, buttons and fields are at least 24 pixels high (WCAG 2.2, 2.5.8).
        for target in w.page.locator("button:visible, input:visible, summary:visible").all():
            assert target.bounding_box()["height"] >= 24
        assert w.wrong == []


def test_without_scripts_everything_can_be_read(browser: Any, address: str, one_file: str) -> None:
    with watched(browser, java_script_enabled=False) as w:
        for place in (address + ASKED, one_file):
            w.page.goto(place)
            assert w.page.locator("article.claim").count() == 6
            assert w.page.locator("blockquote").first.is_visible()
        w.page.goto(f"{address}/tables/comparison")
        assert w.page.locator("table.rows-and-columns tr").count() == 7


def test_on_paper_the_way_about_is_gone_and_addresses_are_printed(browser: Any, one_file: str, address: str) -> None:
    with watched(browser) as w:
        w.page.goto(address + ASKED)
        w.page.emulate_media(media="print")
        assert not w.page.locator("header nav").is_visible()
        assert w.page.locator("article.claim").first.is_visible()
        assert w.page.locator(".dispute .why").first.is_visible()
        w.page.goto(one_file)
        assert len(w.page.pdf(format="A4")) > 10_000


def test_the_file_leads_from_a_quote_to_its_words_and_gives_its_downloads(browser: Any, one_file: str) -> None:
    with watched(browser) as w:
        w.page.goto(one_file)
        w.page.locator("article.claim a", has_text="In its text").first.click()
        assert w.page.locator(".passage:has(:target), .passage:target").is_visible()
        with w.page.expect_download() as waiting:
            w.page.locator(".downloads a", has_text="CSV").click()
        assert waiting.value.suggested_filename == "claims.csv"
        assert w.page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 100)")
        assert w.wrong == []
