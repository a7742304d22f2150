"""What one text says happened to an outcome's value, for whatever is asked of it."""

from __future__ import annotations

import lzma
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.verdict.asked import Question, asked
from nlp.verdict.figures import contrasts, intervals, values
from nlp.verdict.lines import read_text
from nlp.verdict.model import VerdictModelMissing, VerdictModelUnreadable, load
from nlp.verdict.polarity import polarity
from nlp.verdict.ranking import ranking_traits
from nlp.verdict.traits import scenes, traits
from nlp.verdict.verdicts import Label, Verdict, Verdicts

START = "BACKGROUND: Feverfew is taken against migraine. METHODS: We randomised 120 adults to feverfew or placebo for twelve weeks. RESULTS: "


@pytest.fixture(scope="module")
def verdicts() -> Verdicts:
    return Verdicts()


def told(verdicts: Verdicts, result: str, outcome: str, sides: tuple[str, str] = ("feverfew", "placebo")) -> Verdict:
    return verdicts.answer(START + result, *sides, outcome)


@pytest.mark.parametrize(
    ("result", "outcome", "label"),
    [
        ("Nausea was significantly more common with feverfew than with placebo (p = 0.01).", "nausea", "increased"),
        ("Nausea was significantly less common with feverfew than with placebo (p = 0.01).", "nausea", "decreased"),
        ("Compared with placebo, feverfew significantly reduced attack frequency (P<0.001).", "attack frequency", "decreased"),
        (
            "Attack frequency did not differ significantly between feverfew and placebo (p = 0.48).",
            "attack frequency",
            "no_difference",
        ),
        ("The placebo group reported significantly more days lost than the feverfew group (p = 0.02).", "days lost", "decreased"),
        ("Serum parthenolide was higher in the feverfew group than in controls (p < 0.001).", "serum parthenolide", "increased"),
        ("Use of rescue tablets was similar in both groups (p = 0.71).", "use of rescue tablets", "no_difference"),
    ],
)
def test_a_plain_sentence_is_read(verdicts: Verdicts, result: str, outcome: str, label: str) -> None:
    assert told(verdicts, result, outcome).label == label


def test_it_is_the_value_and_not_the_benefit_that_is_told(verdicts: Verdicts) -> None:
    better = "Pain and quality of life both improved significantly more with feverfew than with placebo (p = 0.003)."
    assert told(verdicts, better, "quality of life").label is Label.INCREASED
    assert told(verdicts, better, "pain").label is Label.DECREASED


def test_numbers_alone_tell_which_arm_had_more(verdicts: Verdicts) -> None:
    result = "Mean tablet counts were {} in the feverfew group and {} in the placebo group (p = 0.004)."
    assert told(verdicts, result.format("31.2", "18.4"), "tablet counts").label is Label.INCREASED
    assert told(verdicts, result.format("18.4", "31.2"), "tablet counts").label is Label.DECREASED


def test_a_fall_told_of_by_the_outcomes_name_is_not_counted_twice(verdicts: Verdicts) -> None:
    result = "The reduction in headache days was significantly greater with feverfew than with placebo (p = 0.01)."
    assert told(verdicts, result, "reduction in headache days").label is Label.INCREASED
    assert told(verdicts, result, "headache days").label is Label.DECREASED


def test_the_side_that_is_asked_for_decides(verdicts: Verdicts) -> None:
    result = "Nausea was significantly more common with feverfew than with placebo (p = 0.01)."
    assert told(verdicts, result, "nausea", ("placebo", "feverfew")).label is Label.DECREASED


def test_groups_known_by_letter_are_those_of_the_methods(verdicts: Verdicts) -> None:
    text = (
        "METHODS: Group A received warm saline and group B received cold saline before surgery. "
        "RESULTS: Shivering was significantly more frequent in group B than in group A (p = 0.002)."
    )
    assert verdicts.answer(text, "cold saline", "warm saline", "shivering").label is Label.INCREASED
    assert verdicts.answer(text, "warm saline", "cold saline", "shivering").label is Label.DECREASED


def test_short_forms_of_the_text_are_understood(verdicts: Verdicts) -> None:
    text = (
        "METHODS: Adults were given kinesiology taping (KT) or sham taping. RESULTS: Range of motion (ROM) was measured at week 4. "
        "KT increased ROM significantly compared with sham taping (p = 0.01)."
    )
    found = verdicts.answer(text, "kinesiology taping", "sham taping", "range of motion")
    assert found.label is Label.INCREASED
    assert found.quote == "KT increased ROM significantly compared with sham taping (p = 0.01)."


@pytest.mark.parametrize(
    ("result", "outcome", "label"),
    [
        ("More adults were seizure-free with feverfew than with placebo (62% vs 41%, p = 0.01).", "seizures", "decreased"),
        ("Freedom from relapse was more frequent with feverfew than with placebo (p = 0.01).", "relapse", "decreased"),
        ("Wound healing was slower with feverfew than with placebo (p = 0.01).", "wound healing time", "increased"),
        ("Adults given feverfew recovered sooner than those given placebo (4 vs 7 days, p = 0.01).", "recovery time", "decreased"),
        ("Feverfew improved the Zarb Index compared with placebo (12 vs 19, p = 0.01).", "Zarb Index", "decreased"),
        (
            "Feverfew lowered uric acid from baseline (p = 0.01), but not more than placebo did (p = 0.60).",
            "uric acid",
            "no_difference",
        ),
    ],
)
def test_what_turns_an_outcome_and_what_came_sooner_are_heard(verdicts: Verdicts, result: str, outcome: str, label: str) -> None:
    assert told(verdicts, result, outcome).label == label


def test_an_intervention_that_the_text_never_names_leaves_little_confidence(verdicts: Verdicts) -> None:
    result = "Nausea was significantly more common with feverfew than with placebo (p = 0.01)."
    assert told(verdicts, result, "nausea").confidence > 0.8
    unnamed = told(verdicts, result, "nausea", ("aspirin", "placebo"))
    assert unnamed.confidence <= 0.4
    assert unnamed.quote == result


def test_an_intervention_may_be_named_as_the_packs_name_it(verdicts: Verdicts) -> None:
    text = "We randomised 60 adults to mesenchymal stromal cells or placebo. Relapses were less frequent with the cells than with placebo (p = 0.01)."
    assert verdicts.answer(text, "MSC", "placebo", "relapses").confidence > 0.4


def test_the_quote_is_the_sentence_that_decided_at_its_place(verdicts: Verdicts) -> None:
    result = "Sleep was unchanged. Nausea was significantly more common with feverfew than with placebo (p = 0.01). Costs were not studied."
    found = told(verdicts, result, "nausea")
    assert found.start is not None
    assert found.end is not None
    assert (START + result)[found.start : found.end] == found.quote
    assert found.quote == "Nausea was significantly more common with feverfew than with placebo (p = 0.01)."


def test_an_abstract_with_headings_of_another_kind_keeps_its_offsets(verdicts: Verdicts) -> None:
    text = (
        "TITLE: \nFeverfew in migraine\n\n\n\nABSTRACT.METHODS::\nAdults took feverfew or placebo.\n\n"
        "ABSTRACT.RESULTS::\nNausea was less common with feverfew (4\u2009%) than with placebo (9\u2009%; p\u2009=\u20090.03).\n\n"
    )
    found = verdicts.answer(text, "feverfew", "placebo", "nausea")
    assert found.label is Label.DECREASED
    assert text[found.start : found.end] == found.quote
    assert found.quote is not None
    assert "p\u2009=\u20090.03" in found.quote


def test_where_nothing_speaks_of_the_outcome_there_is_no_quote_and_little_confidence(verdicts: Verdicts) -> None:
    found = told(verdicts, "Nausea was less common with feverfew than with placebo (p = 0.01).", "intraocular pressure")
    assert (found.quote, found.start, found.end) == (None, None, None)
    assert found.confidence <= 0.4


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "12 34", "TITLE:", "\N{GRINNING FACE}"])
def test_a_text_without_sentences_gets_an_answer_all_the_same(verdicts: Verdicts, text: str) -> None:
    found = verdicts.answer(text, "feverfew", "", "nausea")
    assert found.quote is None
    assert 0 <= found.confidence <= 0.4


_WORDS = st.sampled_from(
    ["higher", "lower", "significantly increased", "significantly reduced", "better", "worse", "no different", "12.1 vs 14.9", "3%"]
)
_PARTS = st.sampled_from(["in the feverfew group", "with placebo", "than with placebo", "compared with feverfew", "in group A", ""])
_ENDS = st.sampled_from([" (p = 0.01).", " (p = 0.4).", ".", " (RR 0.7, 95% CI 0.5 to 0.9)."])
_OUTCOMES = st.sampled_from(["nausea", "quality of life", "headache days", "reduction in pain", "serum zinc"])
_SIDES = st.sampled_from(
    [("feverfew", "placebo"), ("feverfew 50 mg", "feverfew 100 mg"), ("feverfew plus zinc", "zinc alone"), ("group A", "group B")]
)


@settings(max_examples=150, deadline=None)
@given(_OUTCOMES, _WORDS, _PARTS, _WORDS, _PARTS, _ENDS, _SIDES)
def test_turning_the_question_turns_the_direction_and_nothing_else(
    outcome: str, first: str, one: str, second: str, other: str, end: str, sides: tuple[str, str]
) -> None:
    model = load()
    text = read_text(f"{START}{outcome.capitalize()} was {first} {one} and {second} {other}{end} Dropout was low.")
    question = Question(*sides, outcome)
    scores = []
    for way in (question, question.turned()):
        in_light = asked(way, text, model.frequencies)
        seen = scenes(in_light, text)
        found = traits(in_light, seen, model.shares(ranking_traits(in_light, text)))
        scores.append((model.difference.score(found.difference), model.direction.score(found.direction)))
    assert scores[0][0] == pytest.approx(scores[1][0])
    assert scores[0][1] == pytest.approx(-scores[1][1])


_PIECES = st.sampled_from(
    ["nausea ", "feverfew ", "placebo ", "(", ")", "[", "; ", ". ", "vs ", "12.1 ", "-3 ", "% ", "± ", "p < 0.05 ", "95% CI ", "to ", "Group A ",
     "RESULTS: ", "\n", "\u2212", "\u00a0", "than ", "not ", "(FF)", "\N{GRINNING FACE}", "1,2,3.4.5 "]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(_PIECES, max_size=40).map("".join), st.sampled_from(["nausea", "(", "95% CI", "\u2212", "FF (feverfew)"]))
def test_any_text_has_an_answer_whose_quote_stands_at_its_place(verdicts: Verdicts, text: str, words: str) -> None:
    found = verdicts.answer(text, words, "placebo", words)
    assert 0 <= found.confidence <= 1
    if found.quote is not None:
        assert text[found.start : found.end] == found.quote


def test_the_same_question_has_the_same_answer(verdicts: Verdicts) -> None:
    result = "Nausea was more common with feverfew than with placebo."
    assert told(verdicts, result, "nausea") == told(Verdicts(), result, "nausea")


def test_polarity_comes_from_packs_and_else_from_words() -> None:
    assert polarity("all-cause mortality") == -1
    assert polarity("quality of life") == 1
    assert polarity("negative feelings about tape") < -0.6
    assert abs(polarity("serum zinc")) < 0.6


def test_sizes_times_and_p_values_are_no_results() -> None:
    plain = "At 12 weeks (n = 40), scores were 5.6 (1.2) vs 7.1 (1.4) (p = 0.01; 95% CI 0.2 to 2.8), 11 (10.1%) left."
    assert [v.number for v in values(plain, [])] == [5.6, 7.1, 10.1]
    assert next((c.sign, c.told) for c in contrasts(plain, values(plain, []))) == (-1, "v")


@pytest.mark.parametrize(
    ("plain", "crosses"),
    [
        ("HR 0.82 (95% CI 0.60 to 1.12)", [True]), ("HR 0.82 (95% CI 0.60 to 0.97)", [False]), ("difference 1.2 (95% CI -0.3 to 2.7)", [True]),
        ("difference −2.0 (95% CI −3.1 to −0.9)", [False]), ("mean 12.1 (95% CI 10.0 to 14.2)", []),
    ],
)  # fmt: skip
def test_an_interval_says_whether_it_holds_no_difference(plain: str, crosses: list[bool]) -> None:
    assert [c for *_, c in intervals(plain)] == crosses


def test_every_sentence_stands_at_its_place() -> None:
    text = "TITLE: \nTape\n\nABSTRACT.RESULTS::\nOne fell. Two rose (p < .05).\n"
    assert [text[line.start : line.end] for line in read_text(text).lines][-1] == "Two rose (p < .05)."


def test_weights_that_are_not_there_or_damaged_are_named(tmp_path: Path) -> None:
    with pytest.raises(VerdictModelMissing, match="make train"):
        load(tmp_path)
    (tmp_path / "weights.xz").write_bytes(lzma.compress(b'{"format": 0}'))
    with pytest.raises(VerdictModelUnreadable, match="format 0"):
        load(tmp_path)
    (tmp_path / "weights.xz").write_bytes(b"no xz at all")
    with pytest.raises(VerdictModelUnreadable):
        load(tmp_path)


_TRAITS_OF_ONE = """
from nlp.verdict.asked import Question, asked
from nlp.verdict.lines import read_text
from nlp.verdict.model import load
from nlp.verdict.ranking import ranking_traits
from nlp.verdict.traits import scenes, traits
text = read_text("METHODS: Extended release oral metformin hydrochloride (ERMH) or placebo was given to adults with polycystic ovary syndrome (PCOS). "
                 "RESULTS: ERMH reduced fasting insulin resistance index in PCOS compared with placebo (p = 0.01).")
model = load()
question = asked(Question("ERMH", "placebo", "insulin resistance index in PCOS"), text, model.frequencies)
ranks = ranking_traits(question, text)
print(ranks, sorted(traits(question, scenes(question, text), model.shares(ranks)).direction.items()))
"""


def test_no_order_of_a_set_shows_in_the_traits() -> None:
    root = Path(__file__).resolve().parents[2]
    told = {
        subprocess.run(
            [sys.executable, "-c", _TRAITS_OF_ONE],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            cwd=root,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
