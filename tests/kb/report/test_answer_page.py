"""The page has both sides, says what speaks against each claim, and leaves nothing of the answer out."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.record import Identifiers
from kb.answer import Answer, answer
from kb.connection import for_reading
from kb.question import understand
from kb.report.addresses import Site
from kb.report.answer_page import AnswerView, OutcomeView, answer_view
from kb.report.cards import Card
from kb.report.page import render
from nlp.claim import Direction, NullKind
from tests.kb.made import Said, put, reading
from tests.kb.report.read_html import tree, words
from tests.kb.test_answer_notices import WATCH, with_word

QUESTION = "intrathecal MSC vs placebo"
UP, DOWN, NULL = Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR, Direction.NO_DIFFERENCE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def shown(path: Path, question: str = QUESTION) -> tuple[Answer, AnswerView]:
    db = for_reading(path)
    found = answer(db, understand(db, question))
    return found, answer_view(db, found)


def fragment(view: AnswerView) -> str:
    return render("_answer.html", view=view, to=Site("q=x"), estimates={})


def sides(o: OutcomeView) -> list[list[str]]:
    return [[card.document_name for card in column.cards] for column in o.columns]


def only(view: AnswerView) -> dict[str, Card]:
    (o,) = view.outcomes
    return {c.document_name: c for column in o.columns for c in column.cards}


def disputed(path: Path) -> None:
    put(
        path, reading("for", Said(UP)), reading("against", Said(DOWN, estimate=0.6, low=0.2, high=1.0)), reading("null", Said(NULL, estimate=-0.1, low=-0.5, high=0.3)),
        reading("wide", Said(NULL, estimate=-0.1, low=-5.0, high=5.0, null_kind=NullKind.IMPRECISE)),
    )  # fmt: skip


def test_the_sides_stand_face_to_face_with_the_nulls_between(path: Path) -> None:
    disputed(path)
    _, view = shown(path)
    (o,) = view.outcomes
    assert [set(of) for of in sides(o)] == [{"for"}, {"null", "wide"}, {"against"}]
    assert [column.title for column in o.columns][::2] == ["Favours mesenchymal stem cells", "Favours placebo"]
    assert o.verdict == "contested"
    assert o.counts == (("trial", (1, 1, 1, 1)),)


def test_every_claim_of_the_answer_is_on_the_page_once(path: Path) -> None:
    disputed(path)
    found, view = shown(path)
    ids = [e.get("id") for e in tree(fragment(view)).xpath("//article")]
    assert sorted(ids) == sorted(f"claim-{c.row['claim_id']}" for o in found.outcomes for c in o.claims)


def test_a_card_tells_who_what_how_much_and_by_which_words(path: Path) -> None:
    put(path, reading("a", Said(UP, cell_source="bone marrow", p_value=0.02), size=40, names=Identifiers(doi="10.5555/a")))
    _, view = shown(path)
    card = only(view)["a"]
    assert (card.estimate, card.interval, card.p) == ("MD -0.5", "-0.9 to -0.1", "0.02")
    assert dict(card.facts) == {
        "Level": "trial", "Design": "randomised controlled trial", "People": "n 40", "Time": "6 months", "Route": "intrathecal", "Source": "bone marrow", "Against": "placebo",
        "Condition": "multiple sclerosis",
    }  # fmt: skip
    assert card.paper == "https://doi.org/10.5555/a"
    assert [p.words for p in card.quote if "number" in p.kinds] == ["-0.5", "-0.9", "-0.1"]
    assert "".join(p.words for p in card.quote) == Said(UP, cell_source="bone marrow", p_value=0.02).words()


def test_one_click_leads_to_the_words_in_their_text(path: Path) -> None:
    put(path, reading("a", Said(UP)))
    _, view = shown(path)
    card = only(view)["a"]
    assert f"/document/{card.document}#span-{card.claim}" in tree(fragment(view)).xpath("//article//a/@href")


def test_nobody_overlooks_a_retraction(path: Path) -> None:
    put(path, with_word(reading("a", Said(UP)), WATCH), reading("b", Said(DOWN)))
    _, view = shown(path)
    cards = only(view)
    assert (cards["a"].retracted, cards["a"].counts, cards["a"].mark) == (True, False, "×")
    page = fragment(view)
    assert "RETRACTED, not counted" in words(page)
    assert "Retraction Watch" in words(page)
    # Once at the top of the answer, with the way to it, and once with the claim.
    (alarm,) = tree(page).xpath("//*[@class='alarm']//a")
    assert alarm.get("href") == f"#claim-{cards['a'].claim}"
    (o,) = view.outcomes
    assert o.counts == (("trial", (0, 0, 0, 1)),)


def test_a_flag_of_the_audit_stands_with_its_claim_and_is_counted_at_the_top(path: Path) -> None:
    put(path, reading("a", Said(UP, flag="the middle is elsewhere")), reading("b", Said(UP)))
    _, view = shown(path)
    assert view.flagged == 1
    (told,) = only(view)["a"].warnings
    assert (told.sort, told.words) == ("flag", "the middle is elsewhere")
    assert "1 claim with numbers that do not fit" in words(fragment(view))


def test_a_result_of_a_part_of_the_people_says_that_it_does_not_count(path: Path) -> None:
    put(path, reading("a", Said(UP, subgroup="women")))
    _, view = shown(path)
    (told,) = only(view)["a"].warnings
    assert (told.label, told.words) == ("Not counted", "told of a part of the people: women")


def test_a_dispute_says_what_may_explain_it(path: Path) -> None:
    put(
        path,
        reading("for", Said(UP), size=40),
        reading("against", Said(DOWN, estimate=0.6, low=0.2, high=1.0), size=400),
    )
    _, view = shown(path)
    (o,) = view.outcomes
    assert {f for d in o.disputes for f, _, _ in d.explained_by} >= {"sample_size"}
    rows = [[cell.text_content() for cell in row] for row in tree(fragment(view)).xpath("//table[@class='why']/tbody/tr")]
    (d,) = o.disputes
    assert rows == [["sample size", *(("40", "400") if d.document_a == "for" else ("400", "40"))]]


def test_what_was_not_understood_or_read_otherwise_is_said(path: Path) -> None:
    disputed(path)
    _, view = shown(path, "intrathecal mesenchymel stem cells vs placebo zorgblatt")
    page = words(fragment(view))
    assert "Not understood, and left aside: zorgblatt" in page
    assert "Read “mesenchymel” as" in page


def test_an_answer_without_a_claim_says_what_is_near(path: Path) -> None:
    disputed(path)
    _, view = shown(path, "intravenous MSC vs placebo")
    page = words(fragment(view))
    assert "No claim in this library answers that" in page
    assert "Without the routes: 4 claims" in page


def test_what_was_searched_is_said(path: Path) -> None:
    disputed(path)
    _, view = shown(path)
    assert "Searched: 4 documents, 4 trials, 0 pooled analyses, 4 claims" in words(fragment(view))
