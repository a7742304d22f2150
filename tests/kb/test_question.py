"""What a question is understood to ask."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.connection import for_reading
from kb.errors import NotUnderstood
from kb.question import Question, understand
from tests.kb.made import put, reading


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
