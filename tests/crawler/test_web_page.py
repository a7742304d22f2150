from __future__ import annotations

import pytest

from crawler.document import Document, Read, Report
from crawler.formats.given import Given
from crawler.formats.markup import page_text
from crawler.formats.web_page import WebPage
from tests.crawler.pages import WEB_PAGE, WEB_PAGE_HTML


def only(text: str, title: str | None = None) -> Document:
    given = Given(text, "tea.txt", "tea", title)
    assert WebPage().recognises(given)
    (document,) = WebPage().read(given)
    assert isinstance(document, Document)
    return document


def test_it_reports_on_the_paper_that_it_cites() -> None:
    document = only(WEB_PAGE)
    (reference,) = document.reports_on
    names = reference.identifiers
    assert (names.doi, names.pmid, names.pmcid) == ("10.1000/jos.1", "30999999", "PMC8999999")
    assert reference.citation is not None
    assert reference.citation.startswith("Roe R, Doe J. Moss tea")
    assert not document.identifiers
    assert (document.report, document.read) == (Report.WEB_PAGE, Read.WEB_PAGE)


def test_without_a_title_of_its_own_it_goes_under_the_papers() -> None:
    document = only(WEB_PAGE)
    assert (document.title, document.journal, document.year) == ("Moss tea and sleep: a meta-analysis", "J Odd Sleep", 2021)


def test_a_first_line_that_is_no_sentence_is_its_title() -> None:
    document = only(f"Does moss tea help?\n\n{WEB_PAGE}")
    assert document.title == "Does moss tea help?"
    assert document.text.count("Does moss tea help?") == 1


def test_the_article_keeps_its_headings_and_loses_the_page() -> None:
    text = only(WEB_PAGE).text
    assert "\n\nWhat the review found\n\nAbout 62% of drinkers" in text
    assert text.endswith("before anybody switches.")


def test_a_source_above_the_article_leaves_the_article_below() -> None:
    prose, source = WEB_PAGE.split("\nSource: ")
    page = f"Source: {source.splitlines()[0]}\n\n{prose}\nBook a visit\n\nBook a visit\n"
    assert only(page).text.endswith("before anybody switches.")


@pytest.mark.parametrize(
    "label", ["Source:", "Reference:", "Original article:", "Journal reference:", "References:\n1.", "Based on –"]
)
def test_a_source_may_go_by_other_labels(label: str) -> None:
    assert [r.identifiers.pmid for r in only(WEB_PAGE.replace("Source:", label)).reports_on] == ["30999999"]


def test_of_several_sources_it_reports_on_the_one_that_it_names() -> None:
    page = WEB_PAGE.replace("Source: ", "References:\n1. Poe P. Moss and man. J Odd Sleep. 2001;1(1):1. doi: 10.1000/jos.0.\n2. ")
    assert [r.identifiers.doi for r in only(page).reports_on] == ["10.1000/jos.1"]


def test_a_saved_page_is_read_without_its_scripts_menus_and_forms() -> None:
    title, text = page_text(WEB_PAGE_HTML)
    document = only(text, title)
    assert document.title == "Does moss tea help?"
    assert "62\u00a0% of drinkers slept better (p < 0.05), against 41% of those who drank water & went to bed." in document.text
    assert not [word for word in ("evil", "Home", "Your e-mail", "Moss Clinic", "Source") if word in document.text]
    assert [r.identifiers.doi for r in document.reports_on] == ["10.1000/jos.1"]


def test_a_page_cannot_make_the_reader_open_files_or_grow() -> None:
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "&x;&x;">]><html><body><p>&x;&y;</p></body></html>'
    assert page_text(page)[1].endswith("&x;&y;")


def test_a_page_nested_deeper_than_any_real_one_is_read_within_bounds() -> None:
    assert "end" in page_text("<html><body>" + "<div>" * 200 + "end" + "</div>" * 200)[1]
    assert len(page_text("<html><body>" + "<div>" * 100_000 + "end")[1]) <= len("end")
