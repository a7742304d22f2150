from __future__ import annotations

import pytest

from crawler.document import Document, Read, Report
from crawler.formats.conference_news import ConferenceNews
from crawler.formats.given import Given
from tests.crawler.pages import CONFERENCE, CONFERENCE_OTHER


def only(text: str) -> Document:
    given = Given(text, "clay.txt", "clay")
    assert ConferenceNews().recognises(given)
    (document,) = ConferenceNews().read(given)
    assert isinstance(document, Document)
    return document


def test_it_is_a_conference_report_read_on_a_web_page() -> None:
    document = only(CONFERENCE)
    assert (document.report, document.read) == (Report.CONFERENCE, Read.WEB_PAGE)
    assert (document.title, document.journal, document.year) == ("Clay packs ease sore wrists", "WRIST 2023", 2023)


def test_the_text_is_title_and_article_without_the_frame() -> None:
    text = only(CONFERENCE).text
    assert text.startswith("Clay packs ease sore wrists\n\nClay packs eased pain")
    assert text.endswith("(95% CI 0.7-3.1; P=0.002).")
    assert text.count("Clay packs ease sore wrists") == 1


@pytest.mark.parametrize("frame", ["Home >", "Presented by", "Figment", "Grain S", "Copyright", "Posted on", "Nobody"])
def test_frame_lines_are_gone(frame: str) -> None:
    assert frame in CONFERENCE
    assert frame not in only(CONFERENCE).text


def test_of_two_registered_trials_it_reports_on_the_one_whose_sentence_cites_the_presentation() -> None:
    document = only(CONFERENCE)
    (reference,) = document.reports_on
    assert reference.registry_id == "NCT09990002"
    assert reference.citation is not None
    assert reference.citation.startswith("Figment I, et al. Clay for wrists.")
    assert document.registry_ids == ("NCT09990007", "NCT09990002")


def test_without_a_reference_the_only_registered_trial_is_the_one() -> None:
    page = CONFERENCE.replace(" (NCT09990007)", "").split("  1. Grain")[0]
    (reference,) = only(page).reports_on
    assert (reference.registry_id, reference.citation) == ("NCT09990002", None)


def test_between_two_trials_and_without_a_reference_none_is_picked() -> None:
    assert only(CONFERENCE.split("  1. Grain")[0]).reports_on == ()


def test_labels_with_colons_at_the_end_of_the_page() -> None:
    document = only(CONFERENCE_OTHER)
    assert (document.title, document.journal, document.year) == (
        "Vinegar fails on warts",
        "Annual Meeting of Imaginary Dermatology",
        2022,
    )
    assert document.text.endswith("P=0.81).\n\nInvestigators: 40 swimmers each.")
    assert [r.registry_id for r in document.reports_on] == ["ISRCTN12345678"]


def test_a_numbered_finding_is_no_reference() -> None:
    page = CONFERENCE.replace("\n  1. Grain", "\n1. Since 2020 fewer wrists hurt.\n\n  1. Grain")
    assert "1. Since 2020 fewer wrists hurt." in only(page).text


def test_a_line_that_begins_like_a_label_stays() -> None:
    page = CONFERENCE.replace("\n  1. Grain", "\nEvents were rare.\n\nShare of pain-free potters: 40%.\n\n  1. Grain")
    assert "Events were rare.\n\nShare of pain-free potters: 40%." in only(page).text
