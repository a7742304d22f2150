from __future__ import annotations

import textwrap

import pytest

from crawler.document import Document, SectionName
from crawler.errors import Unreadable
from crawler.formats.given import Given
from crawler.formats.pubmed_text import PubmedText
from tests.crawler.pages import PUBMED, PUBMED_LIVE

S = SectionName


def only(text: str) -> Document:
    given = Given(text, "elbow.txt", "elbow")
    assert PubmedText().recognises(given)
    (document,) = PubmedText().read(given)
    assert isinstance(document, Document)
    return document


def parts(document: Document) -> dict[SectionName, str]:
    return {s.name: document.text[s.start : s.end] for s in document.sections}


def test_the_text_is_title_and_abstract_alone() -> None:
    text = only(PUBMED).text
    assert text.startswith("Cell Infusion for Stiff Elbows: A Pilot Trial\n\nBackground and aims: Stiff elbows")
    assert text.endswith("Trial registration: NCT09990001.")
    assert "Keywords" not in text
    assert "•" not in text


def test_labels_are_sections_the_registration_behind_the_conclusions_too() -> None:
    found = parts(only(PUBMED))
    assert list(found) == [S.TITLE, S.BACKGROUND, S.METHODS, S.RESULTS, S.CONCLUSIONS, S.REGISTRATION]
    assert found[S.CONCLUSIONS] == "Cells may loosen elbows."
    assert found[S.REGISTRATION] == "NCT09990001."


def test_what_stands_around_the_abstract_fills_the_fields() -> None:
    document = only(PUBMED)
    assert (document.journal, document.year, document.identifiers.doi) == ("J Odd Joints", 2019, "10.1000/joj.2019.7")
    assert document.registry_ids == ("NCT09990001", "ACTRN12619000000001")
    assert document.publication_types == ("Randomized Controlled Trial",)
    assert document.mesh == ("Elbow Joint / physiopathology", "Humans")
    assert document.keywords == ("elbow", "carpenters", "cell therapy")


def test_the_live_page_gives_its_own_title_people_and_numbers() -> None:
    document = only(PUBMED_LIVE)
    assert document.title == "Warm wax for cold hands in crossover"
    assert (document.journal, document.year) == ("J Odd Joints", 2020)
    assert document.authors == ("Ada Nemo", "Bo Nihil", "Cy Nullus")
    names = document.identifiers
    assert (names.doi, names.pmid, names.pmcid) == ("10.1000/joj.2020.8", "31999999", "PMC7999999")
    assert document.publication_types == ("Randomized Controlled Trial",)


def test_rights_statements_figures_and_other_papers_are_no_abstract() -> None:
    text = only(PUBMED_LIVE).text
    assert text.endswith("after wax (P < 0.001).\nNo burn was seen.")


def test_an_unlabelled_abstract_has_no_sections_but_its_title() -> None:
    assert list(parts(only(PUBMED_LIVE))) == [S.TITLE]


@pytest.mark.parametrize(
    "heading", ["Conflict of interest statement", "Similar articles", "Comment in", "Grants and funding", "Cited by", "Figures"]
)
def test_the_abstract_ends_where_a_list_of_the_page_begins(heading: str) -> None:
    text = only(PUBMED.split("Keywords")[0] + f"{heading}\n\nThe sponsor had a say. PMID: 12121212\n")
    assert text.text.endswith("NCT09990001.")
    assert text.identifiers.pmid is None


def test_a_title_that_begins_like_a_button_is_a_title() -> None:
    page = PUBMED_LIVE.replace("Warm wax for cold hands in crossover", "Email reminders and shared formats: a trial")
    assert only(page).title == "Email reminders and shared formats: a trial"


def test_a_page_wrapped_at_a_width_reads_the_same() -> None:
    wrapped = "\n".join(textwrap.fill(line, 72) if len(line) > 72 else line for line in PUBMED.splitlines() if "doi" not in line)
    wrapped = wrapped.replace("Abstract", "J Odd Joints. 2019 Mar;7(2):101-9.\n\nAbstract", 1)
    assert only(wrapped).text == only(PUBMED).text


def test_a_full_stop_behind_an_abbreviated_journal_is_its_own() -> None:
    assert (
        only(PUBMED.replace("J Odd Joints. 2019", "Proc. Odd Acad. (Joints ed.). 2019")).journal == "Proc. Odd Acad. (Joints ed.)"
    )


def test_an_unknown_label_among_known_ones_is_a_section_of_its_own() -> None:
    found = parts(only(PUBMED.replace("Conclusions:", "Sponsor: The Guild.\n\nConclusions:")))
    assert found[S.OTHER] == "The Guild."


def test_a_colon_in_a_sentence_is_no_label() -> None:
    page = PUBMED_LIVE.replace("No burn was seen.", "Patients with burns were as follows: none at all.")
    assert list(parts(only(page))) == [S.TITLE]


def test_a_page_without_abstract_is_an_error_that_says_so() -> None:
    page = PUBMED_LIVE.split("Abstract")[0] + "No abstract available\nPublication types\n• Letter\n"
    given = Given(page, "elbow.txt", "elbow")
    assert PubmedText().recognises(given)
    (error,) = PubmedText().read(given)
    assert isinstance(error, Unreadable)
    assert "no abstract" in str(error)
