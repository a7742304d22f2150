"""What a document asserts: outcome, arm, time and direction, on texts made up here."""

from __future__ import annotations

import pytest

from nlp.claim import Direction, Group, Level, Measure, QuestionKind, Verdict
from tests.conftest import Read

TRIAL = (
    "Background: Stroke disables. Methods: In a double-blind trial, 80 patients with ischemic stroke were randomized to "
    "intravenous autologous bone marrow mesenchymal stem cells (n = 40) or placebo (n = 40). Results: {} Conclusions: More work is needed."
)


def test_each_number_gets_its_arm_outcome_and_time(read: Read) -> None:
    found = read(TRIAL.format("At 6 months the Barthel index was 81.2 ± 10.1 with MSC and 70.5 ± 12.3 with placebo (P = 0.01)."))
    own, other, p = found.effects
    assert (own.group, own.estimate, own.sd, other.group, other.estimate) == (
        Group.INTERVENTION,
        81.2,
        10.1,
        Group.COMPARATOR,
        70.5,
    )
    assert (p.measure, p.estimate, p.p_value, p.group) == (Measure.OTHER, None, 0.01, Group.DIFFERENCE)
    assert {e.outcome.label for e in found.effects} == {"Barthel Index"}
    assert {e.timepoint.days for e in found.effects if e.timepoint} == {182.64}


def test_arms_carry_route_source_donor_and_size(read: Read) -> None:
    own, other = read(TRIAL.format("Mortality did not differ.")).arms
    assert (own.route, own.cell_source, own.donor, own.n) == ("intravenous", "bone marrow", "autologous", 40)
    assert (other.comparator_class, other.n) == ("placebo", 40)


def test_lower_is_better_where_the_outcome_says_so(read: Read) -> None:
    found = read(
        TRIAL.format("The NIHSS was significantly lower with MSC than with placebo at 3 months (MD -1.7; 95% CI -2.7 to -0.7).")
    )
    (claim,) = found.claims
    assert (claim.direction, claim.significant) == (Direction.FAVOURS_INTERVENTION, True)


def test_harm_favours_the_comparator(read: Read) -> None:
    (claim,) = read(
        TRIAL.format("Adverse events were more frequent with MSC than with placebo (RR 1.9; 95% CI 1.2 to 3.0).")
    ).claims
    assert (claim.direction, claim.question) == (Direction.FAVOURS_COMPARATOR, QuestionKind.HARM)


def test_a_trend_is_no_difference_and_keeps_its_side(read: Read) -> None:
    (claim,) = read(
        TRIAL.format("Mortality tended to be lower with MSC than with placebo (RR 0.7; 95% CI 0.4 to 1.2; p = 0.2).")
    ).claims
    assert (claim.direction, claim.significant, claim.point_direction) == (
        Direction.NO_DIFFERENCE,
        False,
        Direction.FAVOURS_INTERVENTION,
    )


def test_null_results_for_several_outcomes_are_a_claim_each(read: Read) -> None:
    found = read(TRIAL.format("There were no significant differences between groups in mRS, NIHSS, or Barthel index at 12 months."))
    assert {c.outcome.label: c.direction for c in found.claims} == dict.fromkeys(
        ("mRS", "NIHSS", "Barthel Index"), Direction.NO_DIFFERENCE
    )


def test_an_effect_that_does_not_last_is_two_claims(read: Read) -> None:
    found = read(
        TRIAL.format("The NIHSS was lower with MSC than with placebo at 3 months, but this effect was not sustained at 12 months.")
    )
    assert [(c.timepoint.text if c.timepoint else None, c.direction) for c in found.claims] == [
        ("3 months", Direction.FAVOURS_INTERVENTION),
        ("12 months", Direction.NO_DIFFERENCE),
    ]


def test_words_against_the_sign_give_the_claim_and_flag_the_number(read: Read) -> None:
    found = read(TRIAL.format("The NIHSS was lower with MSC than with placebo (β = 2.1; 95% CI 0.4 to 3.8; P = 0.016)."))
    (claim,) = found.claims
    assert claim.direction is Direction.FAVOURS_INTERVENTION
    flagged = {a.check for a in found.effects[0].audit if a.verdict is Verdict.INCONSISTENT}
    assert flagged == {"sign_against_words"}


def test_respectively_shares_numbers_out_in_order(read: Read) -> None:
    found = read(
        TRIAL.format(
            "Neither recurrent stroke nor infection became more frequent (RR 1.02, 95% CI 0.70 to 1.50; RR 0.89, 95% CI 0.44 to 1.81; respectively)."
        )
    )
    assert [(e.outcome.label, e.estimate) for e in found.effects] == [("stroke recurrence", 1.02), ("infection", 0.89)]


def test_aims_methods_and_baseline_give_no_claims(read: Read) -> None:
    found = read(
        "Objective: to test whether mesenchymal stem cells improve the NIHSS. Methods: 30 patients were randomized to MSC or placebo; the mRS was primary, with 80% power "
        "to detect a difference of 1.0. Results: Mean age was 64 ± 9 years. Conclusions: None."
    )
    assert found.claims == ()


def test_a_pooled_rate_that_is_compared_with_nothing_is_no_claim(read: Read) -> None:
    found = read(
        "Methods: A meta-analysis of studies of mesenchymal stem cells in multiple sclerosis. Results: Improvement was seen in 40% (95% CI 30% to 50%).",
        "MSC: a meta-analysis",
    )
    assert [(e.estimate, e.group) for e in found.effects] == [(40.0, Group.POOLED)]
    assert found.claims == ()
    assert found.study.level is Level.POOLED


def test_every_quote_stands_at_its_place_and_holds_its_numbers(read: Read) -> None:
    abstract = TRIAL.format("Mortality was 5% (2/40) with MSC and 12.5% (5/40) with placebo (RR 0.40, 95% CI 0.08–1.94, P = .26).")
    found = read(abstract)
    text = f"A trial\n\n{abstract}"
    quotes = [e.quote for e in found.effects] + [c.quote for c in found.claims] + [a.quote for a in found.arms]
    for quote in quotes:
        assert text[quote.start : quote.end] == quote.text
    assert any("0.40" in e.quote.text and "1.94" in e.quote.text for e in found.effects)


def test_reading_twice_gives_the_same(read: Read) -> None:
    abstract = TRIAL.format("The NIHSS fell by 3.1 ± 1.0 with MSC versus 1.0 ± 1.1 with placebo (p<0.001).")
    assert read(abstract) == read(abstract)


def test_the_texts_own_abbreviation_wins_over_the_packs(read: Read) -> None:
    found = read("Results: In patients with mitral stenosis (MS), MS was common. Pain did not differ.", "A cohort")
    assert "multiple sclerosis" not in {c.label for c in found.study.conditions}


def test_text_without_anything_known_is_read_in_peace(read: Read) -> None:
    for text in ("", " ", "…", "(((((", "95% CI", "p < ", "1/0 (0%)", "\x00\x01", "respectively respectively"):
        read(text, "")


def test_one_document_never_favours_both_sides_of_one_comparison(read: Read) -> None:
    found = read(TRIAL.format("Pain was lower with MSC than with placebo. Pain was higher with MSC than with placebo."))
    assert not {Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR} <= {c.direction for c in found.claims}


def test_of_two_opposite_readings_the_one_with_a_contrast_behind_it_stands(read: Read) -> None:
    found = read(
        TRIAL.format(
            "Pain was lower with MSC than with placebo (MD -1.2; 95% CI -2.0 to -0.4). Pain was higher with MSC than with placebo."
        )
    )
    assert [c.direction for c in found.claims if c.direction is not Direction.UNCLEAR] == [Direction.FAVOURS_INTERVENTION]


def test_time_to_an_event_does_not_borrow_the_events_polarity(read: Read) -> None:
    found = read(TRIAL.format("Time to hospital readmission was shorter with MSC than with placebo."))
    assert all(c.direction is not Direction.FAVOURS_INTERVENTION for c in found.claims)


def test_who_was_studied_is_no_outcome(read: Read) -> None:
    found = read(
        TRIAL.format("Among those with an NIHSS of 8-20, the Barthel index was higher with MSC than with placebo (p = 0.02).")
    )
    assert {c.outcome.label for c in found.claims} == {"Barthel Index"}


def test_endless_runs_cost_no_more_than_their_length(read: Read) -> None:
    for text in ("1" * 50_000, "(" * 20_000 + ")" * 20_000, "p = " * 8_000):
        assert read(text).effects == ()


@pytest.mark.parametrize(
    ("said", "design"),
    [
        ("In this non-randomised study, 40 adults chose cells or usual care.", "non-randomised trial"),
        ("In this nonrandomized chart review, 40 adults had cells or usual care.", "non-randomised trial"),
        ("A quasi-randomised trial of cells; 40 adults were enrolled.", "non-randomised trial"),
        ("Patients were not randomized to cells or usual care.", "non-randomised trial"),
        ("In this randomised trial, 40 adults had cells or usual care.", "randomised controlled trial"),
        ("A non-randomised crossover study of cells in 40 adults.", "non-randomised trial"),
        ("A randomised, double-blind, cross-over trial of cells in 40 adults.", "randomised crossover trial"),
    ],
)
def test_what_was_not_randomised_is_not_called_so(read: Read, said: str, design: str) -> None:
    assert read(f"METHODS: {said} RESULTS: Pain was lower with cells than with usual care (p = 0.01).").study.design == design
