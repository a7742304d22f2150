"""One file to mail or archive: whole, without a script, fetching nothing, the same every time; and what papers write never becomes markup."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from kb.answer import answer
from kb.connection import for_reading
from kb.question import understand
from kb.report.downloads import DOWNLOADS
from kb.report.one_file import report
from tests.kb.made import two_sides
from tests.kb.report import hostile
from tests.kb.report.read_html import dangers, tree, words

QUESTION = "intrathecal MSC vs placebo"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return two_sides(tmp_path / "library.db")


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return hostile.make(tmp_path / "hostile.db")


def made(path: Path, question: str = QUESTION) -> str:
    db = for_reading(path)
    return report(db, answer(db, understand(db, question)))


def test_it_holds_no_script_and_fetches_nothing(path: Path) -> None:
    page = made(path)
    assert dangers(page) == []
    assert "<link" not in page
    assert not tree(page).xpath("//img[not(starts-with(@src, 'data:'))]")


def test_its_policy_allows_its_own_style_and_nothing_else(path: Path) -> None:
    page = made(path)
    (policy,) = tree(page).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def test_every_link_within_it_leads_somewhere(path: Path) -> None:
    page = tree(made(path))
    there = set(page.xpath("//@id"))
    assert len(there) == len(page.xpath("//@id"))
    assert {href[1:] for href in page.xpath("//a/@href") if href.startswith("#")} <= there


def test_a_quote_leads_to_its_words_in_the_whole_text(path: Path) -> None:
    page = tree(made(path))
    (href,) = page.xpath("//article[@id='claim-1']//a[contains(., 'In its text')]/@href")
    (span,) = page.xpath(f"//*[@id='{href[1:]}']")
    assert " ".join(span.text_content().split()).startswith("MSCs and placebo: EDSS")
    assert span.xpath(".//mark[contains(@class, 'number')]/text()") == ["-0.5", "-0.9", "-0.1"]


def test_the_forest_plot_stands_in_it(path: Path) -> None:
    (image,) = tree(made(path)).xpath("//figure/img")
    assert image.get("alt").startswith("Forest plot of EDSS. Pooled: MD")
    svg = base64.b64decode(image.get("src").partition("base64,")[2]).decode()
    assert svg.startswith("<svg")


def test_its_downloads_are_the_files_of_the_answer(path: Path) -> None:
    links = {a.get("download"): a.get("href") for a in tree(made(path)).xpath("//a[@download]")}
    assert set(links) == {"claims.csv", "answer.json", "references.ris", "metafor.zip"}
    held = {name: base64.b64decode(href.partition("base64,")[2]) for name, href in links.items()}
    assert json.loads(held["answer.json"])["contract"] == 1
    assert held["claims.csv"].decode().splitlines()[0].startswith("outcome,level,against")
    assert held["references.ris"].startswith(b"1.\nTY  - ") or b"TY  - JOUR" in held["references.ris"]
    assert "metafor/run_metafor.R" in zipfile.ZipFile(io.BytesIO(held["metafor.zip"])).namelist()


def test_the_same_library_gives_the_same_file(path: Path) -> None:
    assert made(path) == made(path)


def test_an_answer_without_claims_is_a_file_too(path: Path) -> None:
    page = made(path, "intravenous MSC vs placebo")
    assert "No claim in this library answers that" in words(page)
    assert dangers(page) == []


def test_what_papers_write_stays_words(bad: Path) -> None:
    page = made(bad, hostile.QUESTION)
    assert dangers(page) == []
    told = words(page)
    assert "{{ 7*7 }}" in told
    assert "49" not in re.sub(r"[0-9a-f]{8,}|NCT\d+|\d{4}-\d\d-\d\d.*?UTC", "", told)
    for literal in (
        "<script>document.title='taken'",
        "<svg onload=window.taken=1>",
        "<link rel=stylesheet href=//evil.example/x.css>",
    ):
        assert literal in told
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_no_download_becomes_a_formula_or_steers_a_screen(bad: Path) -> None:
    db = for_reading(bad)
    found = answer(db, understand(db, hostile.QUESTION))
    files = {kind: make(db, found).body for kind, (_, make) in DOWNLOADS.items()}
    for line in files["csv"].decode().splitlines():
        assert not re.search(r'(?:^|,)"?[=@+]', line)
    for kind in ("csv", "json"):
        assert not re.search(
            "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", files[kind].decode()
        )
    titles = [line for line in files["ris"].decode().splitlines() if line.startswith("TI  - ")]
    assert len(titles) == len(hostile.ALL)


def test_the_command_writes_it_whole_and_says_what_it_holds(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    ran = CliRunner().invoke(cli.main, ["report", QUESTION, "-o", str(out), "--db", str(path)])
    assert (ran.exit_code, ran.output) == (0, f"{out} holds 2 claims under 1 heading.\n")
    assert out.read_text("utf8") == made(path)


def test_the_command_refuses_in_a_sentence(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    asked = CliRunner().invoke(cli.main, ["report", "zorgblatt", "-o", str(out), "--db", str(path)])
    assert (asked.exit_code, out.exists()) == (2, False)
    assert "No word of" in asked.stderr
    nowhere = CliRunner().invoke(cli.main, ["report", QUESTION, "-o", str(tmp_path / "no" / "r.html"), "--db", str(path)])
    assert nowhere.exit_code == 1
    assert "cannot be used" in nowhere.stderr


def test_a_restriction_restricts_it(path: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert CliRunner().invoke(cli.main, ["report", QUESTION, "-o", str(out), "--db", str(path), "--min-n", "50"]).exit_code == 0
    page = out.read_text("utf8")
    assert "Restricted to: at least 50 people" in words(page)
    assert len(tree(page).xpath("//article[starts-with(@id, 'claim-')]")) == 1
