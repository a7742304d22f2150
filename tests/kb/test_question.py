"""What a question is understood to ask."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.answer import answer
from kb.connection import for_reading
from kb.correcting import corrected
from kb.errors import NotUnderstood
from kb.question import Question, understand
from nlp.claim import Outcome
from tests.kb.made import Said, put, reading


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    path = tmp_path_factory.mktemp("question") / "library.db"
    put(path, reading("a"))
    return for_reading(path)


def asked(db: sqlite3.Connection, text: str) -> dict[str, object]:
    """What was understood, without what was not asked."""
    told = understand(db, text).as_json()
    fields = ("intervention", "comparator", "route", "cell_source", "donor", "condition", "outcome", "timepoint")
    return {k: told[k] for k in fields if told[k] is not None}


MSC = "mesenchymal stem cells"


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("intrathecal MSC vs placebo", {"intervention": MSC, "comparator": "placebo", "route": "intrathecal"}),
        ("Intrathecal MSCs versus placebo?", {"intervention": MSC, "comparator": "placebo", "route": "intrathecal"}),
        ("mesenchymal stromal cells compared with placebo", {"intervention": MSC, "comparator": "placebo"}),
        ("MSC for EDSS at 12 months", {"intervention": MSC, "outcome": "EDSS", "timepoint": "12 months"}),
        ("MSC at one year", {"intervention": MSC, "timepoint": "one year"}),
        ("MSC vs intrathecal placebo", {"intervention": MSC, "comparator": "placebo", "route": "intrathecal"}),
        ("MSC at week 24", {"intervention": MSC, "timepoint": "week 24"}),
        ("MSC in ischaemic stroke", {"intervention": MSC, "condition": "ischaemic stroke"}),
        ("MSC in ischemic stroke", {"intervention": MSC, "condition": "ischaemic stroke"}),
        ("MSC in MS", {"intervention": MSC, "condition": "multiple sclerosis"}),
        ("autologous bone marrow MSC", {"intervention": f"bone marrow {MSC}", "cell_source": "bone marrow", "donor": "autologous"}),
        ("IV MSC vs IT MSC", {"intervention": MSC, "route": "intravenous", "comparator": "intrathecal"}),
    ],
)
def test_sides_route_source_condition_outcome_and_time(db: sqlite3.Connection, text: str, understood: dict[str, str]) -> None:
    assert asked(db, text) == understood


def test_a_route_on_each_side_sets_both(db: sqlite3.Connection) -> None:
    question = understand(db, "IV vs IT MSC")
    assert (question.route, question.comparator_route) == ("intravenous", "intrathecal")
    assert question.intervention is not None
    assert question.comparator is None


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        ("IV vs IT MSC for EDSS at 12 months", {"intervention": MSC, "route": "intravenous", "comparator": "intrathecal", "outcome": "EDSS", "timepoint": "12 months"}),
        ("umbilical cord MSC in stroke", {"intervention": f"umbilical cord {MSC}", "cell_source": "umbilical cord", "condition": "stroke"}),
        ("what lowers NIHSS", {"outcome": "NIHSS"}),
        ("anything vs sham for knee pain", {"comparator": "sham", "outcome": "pain"}),
        ("bone marrow vs umbilical cord MSC", {"intervention": MSC, "cell_source": "bone marrow", "comparator": "umbilical cord"}),
        ("autologous vs allogeneic MSC", {"intervention": MSC, "donor": "autologous", "comparator": "allogeneic"}),
        ("MSC for mRS at 90 days in stroke", {"intervention": MSC, "outcome": "mRS", "condition": "stroke", "timepoint": "90 days"}),
        ("mRS at 90 days MSC", {"intervention": MSC, "outcome": "mRS", "timepoint": "90 days"}),
        ("bone marow MSCs in ischemic strok", {"intervention": f"bone marrow {MSC}", "cell_source": "bone marrow", "condition": "ischaemic stroke"}),
    ],
)  # fmt: skip
def test_questions_as_people_ask_them(db: sqlite3.Connection, text: str, understood: dict[str, str]) -> None:
    assert asked(db, text) == understood


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("what lowers NIHSS", "lower"),
        ("does MSC improve EDSS", "better"),
        ("what prolongs overall survival", "higher"),
        ("MSC for EDSS", None),
    ],
)
def test_a_wish_is_understood_and_restricts_nothing(db: sqlite3.Connection, text: str, wish: str | None) -> None:
    question = understand(db, text)
    assert question.wish == wish
    assert question.unknown == ()
    assert question.meaning() == replace(question, wish=None).meaning()


def test_a_place_of_the_body_restricts_to_its_conditions(db: sqlite3.Connection) -> None:
    question = understand(db, "anything vs sham for knee pain")
    assert question.site == "knee"
    assert "MESH:D020370" in question.site_conditions
    assert "in conditions of the knee" in question.in_words()


@pytest.mark.parametrize("text", ["is MSC safe", "safety of MSC", "risks of MSC"])
def test_harms_are_asked_for_as_such(db: sqlite3.Connection, text: str) -> None:
    assert understand(db, text).as_json()["kinds"] == ["harm"]


def test_one_meaning_whatever_the_wording(db: sqlite3.Connection) -> None:
    wordings = ("intrathecal MSC vs placebo", "Intrathecal mesenchymal stromal cells versus placebo", "MSC vs intrathecal placebo")
    assert len({understand(db, w).meaning() for w in wordings}) == 1
    assert understand(db, "intravenous MSC vs placebo").meaning() != understand(db, wordings[0]).meaning()


@pytest.mark.parametrize(
    ("options", "understood"),
    [
        ({"outcome": "EDSS"}, {"intervention": MSC, "comparator": "placebo", "outcome": "EDSS"}),
        ({"comparator": "any"}, {"intervention": MSC}),
        ({"comparator": "sham"}, {"intervention": MSC, "comparator": "sham"}),
        (
            {"route": "IT", "at": "one year"},
            {"intervention": MSC, "comparator": "placebo", "route": "intrathecal", "timepoint": "one year"},
        ),
        ({"source": "bone marrow"}, {"intervention": MSC, "comparator": "placebo", "cell_source": "bone marrow"}),
    ],
)
def test_what_was_understood_is_corrected_by_options(
    db: sqlite3.Connection, options: dict[str, str | None], understood: dict[str, str]
) -> None:
    told = corrected(db, understand(db, "MSC vs placebo"), options).as_json()
    fields = ("intervention", "comparator", "route", "cell_source", "donor", "condition", "outcome", "timepoint")
    assert {k: told[k] for k in fields if told[k] is not None} == understood


@pytest.mark.parametrize("options", [{"outcome": "placebo"}, {"route": "zorg"}, {"at": "soon"}])
def test_an_option_that_names_nothing_of_its_kind_is_refused(db: sqlite3.Connection, options: dict[str, str | None]) -> None:
    with pytest.raises(NotUnderstood):
        corrected(db, understand(db, "MSC vs placebo"), options)


def test_a_little_it_is_a_word_of_english_and_no_route(db: sqlite3.Connection) -> None:
    assert asked(db, "is it MSC") == {"intervention": MSC}


def test_a_misspelt_word_is_read_as_the_near_one_and_said_so(db: sqlite3.Connection) -> None:
    question = understand(db, "intrathecel MSC vs plazebo")
    assert (question.route, question.comparator and question.comparator.label) == ("intrathecal", "placebo")
    assert question.corrected == (("intrathecel", "intrathecal"), ("plazebo", "placebo"))


def test_a_word_that_is_not_known_is_named_and_the_rest_understood(db: sqlite3.Connection) -> None:
    question = understand(db, "MSC vs zorgblatts")
    assert question.intervention is not None
    assert question.unknown == ("zorgblatts",)


@pytest.mark.parametrize("text", ["xyzzy", "the of and", "", "?!", "vs"])
def test_a_question_without_a_known_word_is_refused_with_advice(db: sqlite3.Connection, text: str) -> None:
    with pytest.raises(NotUnderstood, match="No word of"):
        understand(db, text)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_understood_or_refused_in_words(db: sqlite3.Connection, text: str) -> None:
    try:
        understood = understand(db, text)
    except NotUnderstood:
        return
    assert isinstance(understood, Question)
    assert understood.in_words()


# What no pack knows


def test_a_treatment_and_an_outcome_that_no_pack_knows_are_asked_for_by_the_papers_own_words(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    put(
        path,
        reading("a", Said(intervention="zorvamine", concept=None, outcome=Outcome("elbow itch", "elbow itch"))),
        reading("b", Said()),
    )
    db = for_reading(path)
    for question in ("zorvamine", "Zorvamine vs placebo", "zorvamine for elbow itch", "elbow itch"):
        found = answer(db, understand(db, question))
        assert [c.row["document"] for o in found.outcomes for c in o.claims] == ["a"], question
    asked = understand(db, "zorvamine for elbow itch")
    assert (asked.in_words(), asked.unknown) == ("zorvamine, on elbow itch", ())


def test_a_part_of_a_treatments_name_asks_for_it_where_no_other_fits(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    put(
        path,
        reading("a", Said(intervention="zorvamine elbow drops", concept=None)),
        reading("b", Said(intervention="quendol cream", concept=None)),
        reading("c", Said(intervention="quendol tablets", concept=None)),
    )
    db = for_reading(path)
    asked = understand(db, "zorvamine")
    assert (asked.in_words(), asked.unknown) == ("zorvamine elbow drops", ())
    assert [c.row["document"] for o in answer(db, asked).outcomes for c in o.claims] == ["a"]


def test_a_part_of_several_treatments_names_is_none_of_them_and_all_are_told(tmp_path: Path) -> None:
    path = tmp_path / "own.db"
    put(
        path,
        reading("b", Said(intervention="quendol cream", concept=None)),
        reading("c", Said(intervention="quendol tablets", concept=None)),
    )
    with pytest.raises(NotUnderstood, match=r"quendol cream.*quendol tablets|quendol tablets.*quendol cream"):
        understand(for_reading(path), "quendol")
