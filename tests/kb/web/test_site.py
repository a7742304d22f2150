"""What the site answers: our pages first, Datasette's tables behind them, sentences where something is not there."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from pathlib import Path
from urllib.parse import urlencode

import pytest

from commands.pages import report as report_command
from kb.connection import for_reading, for_writing
from kb.report.library_pages import glance
from kb.store import Library
from kb.web.asked import Asked
from nlp.claim import Direction
from tests.kb.made import Said, put, reading, two_sides
from tests.kb.report.read_html import tree, words
from tests.kb.test_answer_notices import buried
from tests.kb.web.served import Visitor

Q = urlencode({"q": "intrathecal MSC vs placebo"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return two_sides(tmp_path / "library.db")


@pytest.fixture
def visitor(path: Path) -> Visitor:
    return Visitor(path)


def test_the_first_page_is_ours_and_says_what_the_library_holds(visitor: Visitor) -> None:
    answer = visitor.get("/")
    page = words(answer.text)
    assert answer.status_code == 200
    assert tree(answer.text).xpath("//form[@role='search']//input[@name='q']")
    assert "2 documents" in page
    assert tree(answer.text).xpath("//a[starts-with(@href, '/dispute/')]")


def test_a_question_is_answered_with_both_sides_and_says_how_it_was_understood(visitor: Visitor) -> None:
    answer = visitor.get(f"/ask?{Q}")
    page = words(answer.text)
    assert "intrathecal mesenchymal stem cells versus placebo" in page
    assert "Favours mesenchymal stem cells" in page
    assert len(tree(answer.text).xpath("//article")) == 2


def test_a_part_said_anew_and_a_restriction_change_the_answer(visitor: Visitor) -> None:
    assert len(tree(visitor.get(f"/ask?{Q}&smallest=50").text).xpath("//article")) == 1
    wider = visitor.get(f"/ask?{Q}&route=any&outcome=EDSS")
    assert "mesenchymal stem cells versus placebo, on EDSS" in words(wider.text)
    # What was said anew stands in the form, so that it can be taken back.
    assert tree(wider.text).xpath("//input[@name='route']/@value") == ["any"]


def test_every_link_of_our_pages_is_answered(visitor: Visitor) -> None:
    seen, waiting = set[str](), ["/", f"/ask?{Q}"]
    while waiting and len(seen) < 120:
        path = waiting.pop()
        seen.add(path)
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        if path.startswith("/tables") or "text/html" not in answer.headers["content-type"]:
            continue
        found = tree(answer.text).xpath("//a/@href | //img/@src | //link[@rel='stylesheet']/@href")
        waiting += [p for href in found if href.startswith("/") and (p := href.partition("#")[0]) not in seen and p not in waiting]
    kinds = {p.partition("?")[0].strip("/").partition("/")[0] for p in seen}
    assert kinds >= {
        "",
        "ask",
        "document",
        "study",
        "outcome",
        "dispute",
        "disputes",
        "run",
        "runs",
        "changes",
        "library",
        "tables",
        "pool",
        "forest.svg",
        "download",
    }


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "MSC vs placebo $(touch taken) `touch taken`; touch taken"},
        {"q": "--version MSC vs placebo", "level": "trial", "route": "any $(touch taken)"},
        {
            "q": "intrathecal MSC vs placebo",
            "route": "any",
            "smallest": "50",
            "since_year": "2001",
            "as_of": "1",
            "outcome": "EDSS",
        },
    ],
)
def test_the_command_on_the_page_writes_the_same_answer_and_no_word_of_it_is_more_than_a_word(
    path: Path, asked: dict[str, str], tmp_path: Path
) -> None:
    shown = Asked(asked).command()
    # A shell stands in for the reader's: it gives back the words that the command would get.
    printed = subprocess.run(["sh", "-c", f"printf '%s\\0' {shown}"], capture_output=True, check=True, cwd=tmp_path).stdout
    arguments = printed.decode().split("\0")[2:-1]
    assert not (tmp_path / "taken").exists()
    context = report_command.make_context("report", arguments)
    assert " ".join(context.params["question"]) == asked["q"]
    assert {name: str(value) for name, value in context.params.items() if value and name not in ("question", "out")} == {
        name: words for name, words in asked.items() if name != "q"
    }


def test_the_command_on_the_page_stands_there_as_words(visitor: Visitor) -> None:
    page = words(visitor.get(f"/ask?{Q}&route=any").text)
    assert "counterclaim report -o report.html --route=any -- 'intrathecal MSC vs placebo'" in page


def test_what_is_counted_at_a_glance_is_what_is_there(path: Path) -> None:
    counts = ("year", "route", "condition")
    assert [sum(n for _, n in glance(for_reading(path), what)) for what in counts] == [2, 2, 2]
    buried(path, "b")
    assert [sum(n for _, n in glance(for_reading(path), what)) for what in counts] == [1, 1, 1]


def test_an_anchor_of_a_quote_is_there(visitor: Visitor) -> None:
    (href, *_) = tree(visitor.get(f"/ask?{Q}").text).xpath("//article//a[contains(., 'In its text')]/@href")
    page, _, anchor = href.partition("#")
    (span,) = tree(visitor.get(page).text).xpath(f"//*[@id='{anchor}']")
    assert span.text_content().startswith("MSCs and placebo: EDSS")


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("csv", "text/csv"),
        ("json", "application/json"),
        ("ris", "application/x-research-info-systems"),
        ("metafor", "application/zip"),
    ],
)
def test_an_answer_is_taken_away_in_four_kinds(visitor: Visitor, kind: str, type_: str) -> None:
    answer = visitor.get(f"/download?{Q}&to={kind}")
    assert answer.headers["content-type"].startswith(type_)
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    if kind == "json":
        assert len(json.loads(answer.content)["outcomes"][0]["claims"]) == 2
    if kind == "metafor":
        assert "metafor/run_metafor.R" in zipfile.ZipFile(io.BytesIO(answer.content)).namelist()


def test_the_tables_come_with_facets_json_and_csv(visitor: Visitor) -> None:
    rows = json.loads(visitor.get("/tables/comparison.json?_shape=array&_facet=direction").text)
    assert {row["direction"] for row in rows} == {"favours_intervention", "favours_comparator"}
    assert visitor.get("/tables/comparison.csv").text.startswith("claim_id,")
    assert "favours_comparator" in visitor.get("/tables/comparison?_facet=direction").text


@pytest.mark.parametrize(
    ("place", "status", "told"),
    [
        ("/ask?q=zorgblatt", 400, "No word of"),
        (f"/ask?q={'x' * 600}", 400, "longer than 500 characters"),
        (f"/ask?{Q}&since_year=lately", 400, "no whole number"),
        (f"/ask?{Q}&level=cells", 400, "no level called cells"),
        (f"/ask?{Q}&as_of=99999", 200, "Searched"),
        (f"/ask?{Q}&as_of=0", 400, "must be 1 or more"),
        (f"/ask?{Q}&smallest=0", 400, "must be 1 or more"),
        ("/tables/document?%00=1", 400, "not as it should be"),
        ("/tables.json?_shape=array&_nl=on", 400, "not as it should be"),
        ("/tables/document.csv?_timelimit=-1", 400, "in the time"),
        ("/tables/document?_sort=nope", 400, "Cannot sort table by nope."),
        ("/tables/document?id__in=[", 400, "not as it should be"),
        ("/tables/document.json?_through=x", 400, "not as it should be"),
        ("/document/999", 404, "no document 999"),
        ("/study/999", 404, "no study 999"),
        ("/run/999", 404, "no run 999"),
        ("/dispute/1-1", 404, "in no dispute"),
        ("/outcome?key=none", 404, "Nothing in this library"),
        (f"/download?{Q}&to=exe", 404, "no download called"),
        (f"/pool?{Q}&heading=0", 404, "no such heading"),
        ("/disputes?outcome=zorgblatt", 400, "No word of"),
        ("/changes?since=-1", 400, "no whole number"),
        ("/download?q=intravenous+MSC+vs+placebo&to=ris", 404, "nothing was written"),
    ],
)
def test_what_is_not_there_is_said_in_a_sentence(visitor: Visitor, place: str, status: int, told: str) -> None:
    answer = visitor.get(place)
    assert (answer.status_code, told in words(answer.text)) == (status, True)


def test_a_question_without_words_leads_to_the_first_page(visitor: Visitor) -> None:
    answer = visitor.get("/ask?q=++")
    assert (answer.status_code, answer.headers["location"]) == (302, "/")


def test_what_changed_since_the_last_visit(path: Path, visitor: Visitor) -> None:
    first = visitor.get("/changes")
    cookie = first.headers["set-cookie"]
    assert "seen_run=1" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    put(path, reading("c", Said(Direction.FAVOURS_COMPARATOR, estimate=0.7, low=0.3, high=1.1)))
    seen = {"cookies": {"seen_run": "1"}}
    assert "The library went on from run 1 to run 2" in words(visitor.get("/", **seen).text)
    page = words(visitor.get("/changes", **seen).text)
    assert "What changed after run 1" in page
    assert "Paper c" in page
    assert "Paper a" not in page
    # An address says the same to everybody, and what is no run is no visit.
    assert "Paper a" in words(visitor.get("/changes?since=0", **seen).text)
    assert "your first visit" in words(visitor.get("/", cookies={"seen_run": "<script>"}).text)


def test_a_run_that_is_under_way_is_shown_as_such(path: Path, visitor: Visitor) -> None:
    with Library(path, "refresh", [], {"test": "1"}):
        assert "Not ended" in words(visitor.get("/run/2").text)


def test_the_glance_counts_anew_after_a_run(path: Path, visitor: Visitor) -> None:
    assert "placebo" not in words(visitor.get("/library").text)
    before = words(visitor.get("/library").text)
    put(path, reading("c", Said(), year=1999))
    after = words(visitor.get("/library").text)
    assert ("1999" in before, "1999" in after) == (False, True)


def test_an_empty_library_has_all_its_pages(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    for_writing(path).close()
    visitor = Visitor(path)
    for place in ("/", "/library", "/changes", "/disputes", "/runs", "/tables"):
        assert visitor.get(place).status_code == 200, place
    assert visitor.get("/ask?q=MSC").status_code == 400


def test_a_document_that_its_source_took_back_says_so_and_claims_nothing(path: Path, visitor: Visitor) -> None:
    buried(path, "a")
    page = visitor.get("/document/1").text
    assert "No longer answered by its source: pubmed does not answer for it any more" in words(page)
    assert tree(page).xpath("//article | //a[starts-with(@href, '#claim-')]") == []
    # What it printed can still be looked at.
    assert tree(page).xpath("//mark[contains(@class, 'number')]")


def test_the_answer_as_it_was_when_a_run_had_ended(path: Path, visitor: Visitor) -> None:
    put(path, reading("c", Said(), size=80))
    assert len(tree(visitor.get(f"/ask?{Q}").text).xpath("//article")) == 3
    assert len(tree(visitor.get(f"/ask?{Q}&as_of=1").text).xpath("//article")) == 2


def test_head_is_answered_as_get(visitor: Visitor) -> None:
    assert visitor.ask("HEAD", f"/ask?{Q}").status_code == 200
