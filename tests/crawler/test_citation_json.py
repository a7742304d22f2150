from __future__ import annotations

import json

import pytest

from crawler.document import Document, SectionName
from crawler.errors import Unreadable
from crawler.formats.citation_json import CitationJson
from crawler.formats.given import Given
from tests.crawler.pages import citation, citation_page

S = SectionName


def read(text: str) -> list[Document | Unreadable]:
    given = Given(text, "toast.txt", "toast")
    assert CitationJson().recognises(given)
    return list(CitationJson().read(given))


def only(text: str) -> Document:
    (document,) = read(text)
    assert isinstance(document, Document)
    return document


def parts(document: Document) -> dict[SectionName, str]:
    return {s.name: document.text[s.start : s.end] for s in document.sections}


def test_one_copy_of_the_abstract_without_the_page_around_it() -> None:
    assert only(citation_page()).text == (
        "Honey on burnt toast: a pooled analysis\n\n"
        "Aim\nTo pool honey trials.\n"
        "Findings\nSix trials gave a mean difference of 1.5 (95 % CI 0.5–2.5, P < 0.01, I²=12 %) & no harm."
    )


def test_its_headings_are_its_sections() -> None:
    found = parts(only(citation_page()))
    assert found[S.OBJECTIVE] == "To pool honey trials."
    assert found[S.RESULTS].startswith("Six trials")


def test_the_citation_fills_the_fields() -> None:
    document = only(citation_page())
    assert (document.id, document.year, document.journal) == ("toast", 2024, "Annals of Breakfast")
    assert document.identifiers.doi == "10.1000/toast.5"
    assert document.authors == ("Una Mel", "Otto Panis")
    assert document.publication_types == ("Journal Article", "Review")


def test_thin_and_no_break_spaces_are_the_texts_own() -> None:
    document = only(citation_page(abstract="<p>Pain fell (95\u2009%\u00a0CI 1 to 2)\n   at once.</p>"))
    assert document.text.endswith("Pain fell (95\u2009%\u00a0CI 1 to 2) at once.")


@pytest.mark.parametrize(
    "abstract",
    [
        "<p><strong>Aim: </strong>To pool.</p><p><strong>Findings: </strong>It fell.</p>",
        "<p><b>Aim</b>: To pool.</p><p><b>Findings</b>: It fell.</p>",
        "<b>Aim:</b> To pool.<br/><b>Findings:</b> It fell.",
        "<jats:p><jats:bold>Aim:</jats:bold> To pool.</jats:p><jats:p><jats:bold>Findings:</jats:bold> It fell.</jats:p>",
        "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title><jats:p>To pool.</jats:p></jats:sec>"
        "<jats:sec><jats:title>Findings</jats:title><jats:p>It fell.</jats:p></jats:sec>",
        "<p><strong>AIM</strong></p><p>To pool.</p><p><strong>FINDINGS</strong></p><p>It fell.</p>",
        "Aim: To pool.\nFindings: It fell.",
        "Aim: To pool. Findings: It fell.",
        "Aim\nTo pool.\nFindings\nIt fell.",
        "<p>Aim: To pool. Findings: It fell.</p>",
    ],
)
def test_however_the_source_marks_them_the_sections_are_the_same(abstract: str) -> None:
    found = parts(only(citation_page(abstract=abstract)))
    assert (found[S.OBJECTIVE], found[S.RESULTS]) == ("To pool.", "It fell.")
    assert len(found) == 3


def test_an_empty_heading_above_another_loses_neither() -> None:
    document = only(citation_page(abstract="<h3>Methods</h3><h4>Participants</h4><p>Ten cooks.</p><h3>Results</h3><p>All ate.</p>"))
    assert document.text.endswith("\n\nMethods\nParticipants\nTen cooks.\nResults\nAll ate.")
    assert parts(document)[S.METHODS] == "Ten cooks."


def test_a_section_of_two_paragraphs_holds_both() -> None:
    document = only(citation_page(abstract="<h3>Methods</h3><p>Ten cooks.</p><p>Two ovens.</p><h3>Results</h3><p>All ate.</p>"))
    assert parts(document)[S.METHODS] == "Ten cooks.\nTwo ovens."


def test_one_label_alone_makes_no_section() -> None:
    document = only(citation_page(abstract="<p><b>Purpose:</b> To eat. We ate and were glad.</p>"))
    assert list(parts(document)) == [S.TITLE]
    assert document.text.endswith("Purpose: To eat. We ate and were glad.")


@pytest.mark.parametrize("sign", ["n<m in both", "p<0.05", "a < b > c", "5 <6"])
def test_a_less_than_sign_is_no_tag(sign: str) -> None:
    assert only(citation_page(abstract=f"<p>It held that {sign} at the end.</p>")).text.endswith(f"It held that {sign} at the end.")


def test_raised_numbers_stay_raised() -> None:
    document = only(
        citation_page(abstract="<p>2 × 10<sup>6</sup> cells and 10<sup>−3</sup> M, CO<sub>2</sub>, the 4<sup>th</sup>.</p>")
    )
    assert document.text.endswith("2 × 10⁶ cells and 10⁻³ M, CO2, the 4th.")


@pytest.mark.parametrize("missing", [None, "", "  "])
def test_without_an_abstract_in_the_json_the_pages_copy_is_read(missing: str | None) -> None:
    document = only(citation_page(abstract=missing))
    assert document.text.endswith("\n\nAim: To pool honey trials on the page.\nFindings: Six trials gave a mean difference of 1.5.")


def test_without_any_abstract_there_is_an_error_and_no_empty_document() -> None:
    (error,) = read(json.dumps(citation(abstract=None)))
    assert isinstance(error, Unreadable)
    assert "no abstract" in str(error)


def test_json_printed_over_lines_reads_the_same() -> None:
    assert only(citation_page(indent=2)) == only(citation_page())


def test_json_cut_off_says_where() -> None:
    (error,) = read(citation_page().split("publicationDate")[0])
    assert isinstance(error, Unreadable)
    assert "toast.txt" in str(error)
    assert "column" in str(error)


def test_pages_saved_one_after_the_other_are_one_document_each() -> None:
    first, second = read(citation_page() + citation_page(title="On jam", abstract=None))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.id, second.id) == ("toast", "toast-2")
    assert "on the page" in second.text


def test_a_record_with_an_id_is_no_page() -> None:
    assert not CitationJson().recognises(Given(json.dumps(citation(id="x")), "x", "x"))


def test_half_a_character_is_refused_rather_than_replaced() -> None:
    (error,) = read(json.dumps(citation(title="Honey \ud83d")))
    assert isinstance(error, Unreadable)
