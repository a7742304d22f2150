"""Numbers as papers write them: words between a measure and its number, odd spellings, plans and baselines, lists of outcomes."""

from __future__ import annotations

import pytest

from nlp.claim import Effect, Group, Measure
from nlp.grammar.characters import in_one_spelling
from tests.conftest import Read

TRIAL = "In this randomised trial 120 adults were assigned to velorin (n = 60) or placebo (n = 60). RESULTS: "


def effects(read: Read, sentence: str) -> list[Effect]:
    found = read(f"METHODS: {TRIAL}{sentence}", title="Velorin versus placebo in adults")
    return [e for e in found.effects if e.estimate is not None]


@pytest.mark.parametrize(
    ("sentence", "measure", "estimate", "bounds", "outcome"),
    [
        ("The hazard ratio for death was 0.62 (95% CI 0.41 to 0.94) with velorin as compared with placebo.", "HR", 0.62, (0.41, 0.94), "death"),
        ("The mean difference in pain was −1.7 (95% CI −2.9 to −0.5) for velorin versus placebo.", "MD", -1.7, (-2.9, -0.5), "pain"),
        ("HR for death was 0.62 (95% CI 0.41-0.94; P = 0.02).", "HR", 0.62, (0.41, 0.94), "death"),
        ("The relative risk of death was 0.62 (0.41 to 0.94).", "RR", 0.62, (0.41, 0.94), "death"),
        ("The odds ratio for remission with velorin, as compared with placebo, was 2.10 (95% CI, 1.20 to 3.68).", "OR", 2.1, (1.2, 3.68), "remission"),
        ("The risk ratio of relapse at 12 months was 0.55 (95% CI 0.31, 0.97).", "RR", 0.55, (0.31, 0.97), "relapse"),
        ("The hazard ratio for the primary composite outcome was 0.82 (95% CI, 0.70 to 0.96).", "HR", 0.82, (0.7, 0.96), "primary composite outcome"),
    ],
)  # fmt: skip
def test_words_between_a_measure_and_its_number_part_them_not(
    read: Read, sentence: str, measure: str, estimate: float, bounds: tuple[float, float], outcome: str
) -> None:
    [one] = effects(read, sentence)
    assert (one.measure, one.estimate, (one.ci_low, one.ci_high), one.group) == (measure, estimate, bounds, Group.DIFFERENCE)
    assert one.outcome.text == outcome


def test_another_clause_parts_a_measure_from_a_number(read: Read) -> None:
    found = effects(
        read, "There was no treatment difference in survival, with a rate of 82.8% with velorin and 81.8% with placebo."
    )
    assert [e.measure for e in found] == [Measure.PROPORTION, Measure.PROPORTION]


@pytest.mark.parametrize(
    "level", ["95% CI,", "95 percent CI,", "95 percent confidence interval,", "95 per cent CI", "95% confidence interval, CI:"]
)
def test_the_level_of_an_interval_is_no_estimate(read: Read, level: str) -> None:
    [one] = effects(read, f"The relative risk of death was 0.92 ({level} 0.60 to 1.41).")
    assert (one.estimate, one.ci_low, one.ci_high, one.ci_level) == (0.92, 0.6, 1.41, 95)


@pytest.mark.parametrize(
    "sentence",
    [
        "Hospital stay was 11 (8 to 15) days vs. 13 (8 to 20) days with velorin and placebo (p = 0.03).",
        "Median hospital stay was 11 (8 to 15) days with velorin and 13 (8 to 20) days with placebo.",
        "The number of attacks (median (min, max)) was 2 (0, 6) with velorin and 3 (1, 9) with placebo.",
    ],
)
def test_bounds_without_a_word_are_no_confidence_interval_and_both_of_a_pair_are_read_alike(read: Read, sentence: str) -> None:
    one, two = effects(read, sentence)
    assert one.ci_low is one.ci_high is two.ci_low is two.ci_high is None
    assert one.measure is two.measure
    assert (one.iqr_low is None) == (two.iqr_low is None)


def test_the_least_and_the_greatest_value_are_no_quartiles(read: Read) -> None:
    assert {e.iqr_low for e in effects(read, "Median (range) pain was 2.5 (0-6) with velorin and 3.5 (1-9) with placebo.")} == {
        None
    }


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("Pain fell by 1,5 points (95% CI 0,8 to 2,2) with velorin.", {(1.5, None)}),
        ("Pain was 12/56 ± 1/2 with velorin and 14/31 ± 1/5 with placebo (p = 0/03).", {(12.56, 1.2), (14.31, 1.5)}),
        ("Pain was 12.5 &plusmn; 1.2 with velorin and 14.3 &#177; 1.5 with placebo (P &lt; 0.05).", {(12.5, 1.2), (14.3, 1.5)}),
        ("Pain was 12.5  ± 1.2 with velorin and 14.3  ±  1.5 with placebo.", {(12.5, 1.2), (14.3, 1.5)}),
    ],
)
def test_numbers_in_other_spellings_are_read_where_they_stand(
    read: Read, sentence: str, values: set[tuple[float, float | None]]
) -> None:
    assert {(e.estimate, e.sd) for e in effects(read, sentence)} == values


@pytest.mark.parametrize("p", ["p = 0,03", "p = 0/03", "P &#61; 0.03".replace("&#61;", "="), "P &lt; 0.03"])
def test_a_p_value_in_another_spelling(read: Read, p: str) -> None:
    found = read(f"METHODS: {TRIAL}Pain was lower with velorin ({p}).", title="Velorin versus placebo")
    assert [e.p_value for e in found.effects] == [0.03]


@pytest.mark.parametrize(
    "text",
    ["a &plusmn; b", "5 &minus;0.5", "p &lt; 0.05", "10\u2009739", "1 234 of 5 370 (23%)", "12/56 ± 1/2 p = 0/03", "0,05 ± 1,2"],
)
def test_no_spelling_moves_a_character(text: str) -> None:
    assert len(in_one_spelling(text)) == len(text)


def test_commas_of_thousands_stay_what_they_are() -> None:
    assert in_one_spelling("1,279 of 2,345 patients (p = 0.03)") == "1,279 of 2,345 patients (p = 0.03)"


def test_thousands_parted_by_a_space_are_one_number(read: Read) -> None:
    one, two = effects(read, "Death occurred in 1 234 of 5 370 (23.0%) with velorin and 1 345 of 5 369 (25.1%) with placebo.")
    assert [(e.events, e.total) for e in (one, two)] == [(1234, 5370), (1345, 5369)]


@pytest.mark.parametrize(
    ("sentence", "estimates"),
    [
        ("Grade 3/4 mucositis occurred in 12% with velorin and 20% with placebo.", [12, 20]),
        ("The rate of fracture was 42.5 per 1000 women with velorin and 51.2 per 1000 women with placebo.", [42.5, 51.2]),
        ("Velorin 50/250 microg reduced exacerbations by 20% (P = 0.01).", [20]),
        ("More patients with velorin reached an HbA1c below 7% (45% vs 30%; P = 0.02).", [45, 30]),
        ("A sample of 120 patients had 80% power to detect a 15% difference in mortality.", []),
        ("Creatinine clearance was lower with velorin (93.0 vs. 101.6 ml/min/1.73m2, p = 0.01).", [93.0, 101.6]),
        ("Nausea occurred in 6.2, 9.5, and 3.1% with velorin, its half dose and placebo.", [6.2, 9.5, 3.1]),
        ("Survival was longer with velorin than with placebo (39.1 weeks vs 14.0 weeks).", [39.1, 14.0]),
        ("Surgery took no longer in one group; it did not differ between the groups (67.3 vs. 64.3 mins; p = 0.30).", [67.3, 64.3]),
    ],
)  # fmt: skip
def test_grades_rates_doses_thresholds_and_plans_are_no_results(read: Read, sentence: str, estimates: list[float]) -> None:
    assert [e.estimate for e in effects(read, sentence)] == estimates


@pytest.mark.parametrize(
    "sentence",
    ["The overall response (OR) was 45% with velorin and 30% with placebo.", "Overall response rate was 45% and OR 30%."],
)
def test_or_may_be_overall_response(read: Read, sentence: str) -> None:
    assert [e.measure for e in effects(read, sentence)] == [Measure.PROPORTION, Measure.PROPORTION]


def test_an_abbreviation_that_the_text_explains_otherwise_is_no_measure(read: Read) -> None:
    found = effects(read, "Heart rate (HR) was lower with velorin. HR was 71.5 with velorin vs 80.2 with placebo (P = 0.01).")
    assert [e.measure for e in found] == [Measure.MEAN, Measure.MEAN]
    [ratio] = effects(read, "The hazard ratio (HR) was favourable: HR for stroke 0.70 (95% CI 0.50 to 0.90).")
    assert ratio.measure is Measure.HR


def test_before_and_after_are_values_and_no_changes(read: Read) -> None:
    found = effects(read, "Pain rose from 35.1 to 42.3 with velorin and from 35.0 to 36.0 with placebo (P = 0.01).")
    assert [(e.measure, e.estimate) for e in found] == [(Measure.MEAN, x) for x in (35.1, 42.3, 35.0, 36.0)]


def test_values_at_baseline_are_marked_as_such(read: Read) -> None:
    found = effects(read, "At baseline, mean pain was 6.1 in the velorin group and 6.0 in the placebo group. At 12 weeks pain was 3.2 in the velorin group and 5.1 in the placebo group.")  # fmt: skip
    assert [e.timepoint.text if e.timepoint else None for e in found] == ["baseline", "baseline", "12 weeks", "12 weeks"]


def test_each_outcome_of_a_list_has_the_number_in_its_own_bracket(read: Read) -> None:
    found = effects(read, "Velorin led to more foot checks (OR 1.5, 95% CI 1.1 to 2.0), dietary advice (OR 1.8, 95% CI 1.2 to 2.7) and headache (OR 1.1, 95% CI 0.8 to 1.5).")  # fmt: skip
    assert [e.outcome.text for e in found] == ["foot checks", "dietary advice", "headache"]


def test_pairs_in_a_row_go_to_the_outcomes_in_a_row(read: Read) -> None:
    found = effects(read, "Nausea and headache were more common with velorin than with placebo (52.5% vs 10.0% and 34.4% vs 1.7%, respectively).")  # fmt: skip
    assert [(e.outcome.text.lower(), e.group) for e in found] == [
        ("nausea", Group.INTERVENTION), ("nausea", Group.COMPARATOR), ("headache", Group.INTERVENTION), ("headache", Group.COMPARATOR),
    ]  # fmt: skip


def test_a_unit_between_an_estimate_and_its_interval_is_the_estimates(read: Read) -> None:
    [one] = effects(read, "Glucose was lower (-0.15 mmol/l, 95% CI -0.25, -0.06) with velorin.")
    assert (one.estimate, one.unit, one.ci_low, one.ci_high) == (-0.15, "mmol/l", -0.25, -0.06)


def test_a_total_that_the_text_does_not_print_is_marked_as_derived(read: Read) -> None:
    derived, printed = effects(read, "Pain occurred in 12 (20%) with velorin and in 18 of 60 (30%) with placebo.")
    assert (derived.total, derived.derived, printed.total, printed.derived) == (60, ("total",), 60, ())


def test_a_number_that_is_no_result_leaves_its_p_value(read: Read) -> None:
    found = read(f"METHODS: {TRIAL}Pain differed at the end of treatment (F1,95 = 3.10, P = .04).", title="Velorin versus placebo")
    assert [(e.estimate, e.p_value) for e in found.effects] == [(None, 0.04)]
