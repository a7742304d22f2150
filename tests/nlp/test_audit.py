from __future__ import annotations

from typing import Any

import pytest

from nlp.audit import CHECKS, audit, audit_together
from nlp.claim import Group, Measure, Verdict
from tests.nlp.made_effects import flagged, flags, printed_effect, verdict


def test_every_check_applies_somewhere_and_can_fail() -> None:
    failing = [
        printed_effect(Measure.OR, estimate="-0.5", ci_low="-1.0", ci_high="0.0"),
        printed_effect(Measure.MD, estimate="3.0", ci_low="1.0", ci_high="2.0", p_value="1.40", stated_sign=-1),
        printed_effect(Measure.MD, estimate="1.0", ci_low="-1.0", ci_high="3.0", p_value="0.001"),
        printed_effect(Measure.PROPORTION, Group.POOLED, estimate="140", unit="%", events=9, total=7),
        printed_effect(Measure.PROPORTION, Group.POOLED, estimate="50", ci_low="0.4", ci_high="0.6", unit="%"),
        printed_effect(Measure.MEAN, Group.INTERVENTION, estimate="12.0", sd="-1.0"),
    ]
    failed = {check for e in failing for check in flags(e, outcome_range=(0, 10))}
    assert failed == {check.__name__ for check in CHECKS}


def test_an_effect_without_numbers_has_no_findings() -> None:
    assert audit(printed_effect(Measure.OTHER)) == ()


def test_what_is_sound_is_consistent_on_every_check_that_applies() -> None:
    sound = printed_effect(Measure.MD, estimate="−0.40", ci_low="−0.75", ci_high="−0.05", p_value="0.025", stated_sign=-1)
    found = audit(sound, n_total=300)
    assert {f.check for f in found} == {
        "p_possible",
        "interval_holds_estimate",
        "interval_centred",
        "p_fits_interval",
        "significance_agrees",
        "sign_against_words",
    }
    assert {f.verdict for f in found} == {Verdict.CONSISTENT}


class TestInterval:
    def test_an_estimate_outside_its_interval_is_named(self) -> None:
        found = flagged(audit(printed_effect(Measure.HR, estimate="0.29", ci_low="0.38", ci_high="0.53")))
        assert found["interval_holds_estimate"] == "The estimate 0.29 lies outside its interval 0.38 to 0.53."

    @pytest.mark.parametrize("measure", [Measure.PROPORTION, Measure.MEDIAN, Measure.OTHER])
    def test_it_may_lean_where_intervals_do(self, measure: Measure) -> None:
        assert flags(printed_effect(measure, Group.POOLED, estimate="16", ci_low="10", ci_high="27")) == set()
        assert flags(printed_effect(measure, Group.POOLED, estimate="8", ci_low="10", ci_high="27")) == {"interval_holds_estimate"}

    def test_limits_in_the_wrong_order_are_named_once(self) -> None:
        found = flagged(audit(printed_effect(Measure.MD, estimate="-1.45", ci_low="-0.13", ci_high="-2.76", p_value=".03")))
        assert found == {"interval_holds_estimate": "The interval -0.13 to -2.76 has its lower limit above its upper one."}

    def test_the_middle_of_a_difference_is_exact_but_for_rounding(self) -> None:
        assert flags(printed_effect(Measure.MD, estimate="7.69", ci_low="2.10", ci_high="13.29")) == set()
        found = flagged(audit(printed_effect(Measure.BETA, estimate="7.60", ci_low="2.10", ci_high="13.29")))
        assert found == {"interval_centred": "The middle of 2.10 to 13.29 is 7.695, the text prints 7.60."}

    def test_fewer_printed_digits_allow_more(self) -> None:
        assert flags(printed_effect(Measure.MD, estimate="8", ci_low="2.10", ci_high="13.29")) == set()
        assert flags(printed_effect(Measure.MD, estimate="8.0", ci_low="2.10", ci_high="13.29")) == {"interval_centred"}

    def test_the_middle_of_a_ratio_is_that_of_its_logarithm(self) -> None:
        assert flags(printed_effect(Measure.OR, estimate="17.82", ci_low="2.48", ci_high="128.22")) == set()

    def test_a_ratio_in_the_plain_middle_looks_like_a_difference(self) -> None:
        found = flagged(audit(printed_effect(Measure.OR, estimate="10.82", ci_low="6.45", ci_high="15.18")))
        assert found.keys() == {"interval_centred"}
        assert "looks like a mean difference printed as a ratio" in found["interval_centred"]

    def test_near_one_both_middles_agree_and_nothing_is_said(self) -> None:
        assert flags(printed_effect(Measure.RR, estimate="1.00", ci_low="0.95", ci_high="1.05")) == set()

    def test_an_exact_odds_ratio_leans_a_little_and_is_unchecked(self) -> None:
        # Fisher's conditional estimate and exact limits for 2 of 10 against 7 of 10.
        exact = printed_effect(Measure.OR, estimate="0.123", ci_low="0.008", ci_high="1.134", p_value="0.070")
        assert flags(exact) == set()
        assert verdict(exact, "interval_centred") is Verdict.UNCHECKED
        assert verdict(exact, "p_fits_interval") is Verdict.UNCHECKED

    def test_a_ratio_in_neither_middle_is_flagged(self) -> None:
        assert "interval_centred" in flags(printed_effect(Measure.RR, estimate="3.35", ci_low="0.79", ci_high="5.72"))

    def test_a_limit_rounded_to_zero_cannot_be_placed_on_the_ratio_scale(self) -> None:
        assert (
            verdict(printed_effect(Measure.RR, estimate="0.09", ci_low="0.00", ci_high="1.62"), "interval_centred")
            is Verdict.UNCHECKED
        )

    def test_correlations_are_symmetric_after_fisher(self) -> None:
        # n = 30: atanh 0.60 ± 1.96 / sqrt 27
        assert flags(printed_effect(Measure.R, estimate="0.60", ci_low="0.31", ci_high="0.79", p_value="0.0003")) == set()

    def test_a_bootstrap_need_not_be_symmetric(self) -> None:
        leaning = printed_effect(Measure.MD, estimate="3.0", ci_low="1.0", ci_high="9.0", p_value="0.20")
        assert flags(leaning) >= {"interval_centred"}
        assert flags(leaning, bootstrapped=True) == set()
        assert verdict(leaning, "interval_centred", bootstrapped=True) is Verdict.UNCHECKED


class TestScales:
    def test_a_percentage_with_an_interval_of_shares_is_named(self) -> None:
        found = flagged(
            audit(printed_effect(Measure.PROPORTION, Group.POOLED, estimate="67", ci_low="0.61", ci_high="0.74", unit="%"))
        )
        assert found == {
            "same_scale": "The estimate is printed in per cent, its interval 0.61 to 0.74 is not: 67% would be a share of 0.67."
        }

    @pytest.mark.parametrize(("estimate", "ratio"), [("17", "1.17"), ("14", "0.86")])
    def test_a_change_in_per_cent_with_the_interval_of_a_ratio(self, estimate: str, ratio: str) -> None:
        low, high = ("1.02", "1.33") if ratio > "1" else ("0.75", "0.99")
        found = flagged(audit(printed_effect(Measure.RR, estimate=estimate, ci_low=low, ci_high=high, unit="%")))
        assert found.keys() == {"same_scale"}
        assert f"a ratio of {ratio}" in found["same_scale"]

    def test_a_percentage_far_outside_its_interval_is_no_matter_of_scale(self) -> None:
        wrong = printed_effect(Measure.PROPORTION, Group.POOLED, estimate="67", ci_low="71", ci_high="79", unit="%")
        assert flags(wrong) == {"interval_holds_estimate"}


class TestP:
    def test_p_that_the_interval_does_not_give(self) -> None:
        found = flagged(
            audit(printed_effect(Measure.SMD, estimate="0.52", ci_low="0.01", ci_high="1.03", p_value="0.000"), n_total=900)
        )
        assert found == {"p_fits_interval": "The interval implies p of about 0.046, the text prints 0.000."}

    def test_three_zeros_stand_for_less_than_half_a_thousandth(self) -> None:
        assert flags(printed_effect(Measure.SMD, estimate="0.77", ci_low="0.34", ci_high="1.21", p_value="0.000")) == set()

    def test_a_bound_is_not_rounded(self) -> None:
        found = flagged(
            audit(
                printed_effect(Measure.MD, estimate="40.44", ci_low="19.07", ci_high="61.82", p_value="0.0001", p_operator="<"),
                n_total=800,
            )
        )
        assert found == {"p_fits_interval": "The interval implies p of about 0.0002, the text prints < 0.0001."}

    @pytest.mark.parametrize(
        ("operator", "bound", "sound"), [("<", "0.05", True), ("<", "0.01", False), (">", "0.05", False), (">", "0.01", True)]
    )
    def test_bounds_hold_on_either_side(self, operator: str, bound: str, sound: bool) -> None:
        # z = 2.24, p = 0.025
        effect = printed_effect(Measure.MD, estimate="-0.40", ci_low="-0.75", ci_high="-0.05", p_value=bound, p_operator=operator)
        assert (flags(effect, n_total=400) == set()) is sound

    def test_the_interval_has_its_own_level(self) -> None:
        effect: dict[str, Any] = {"estimate": "1.00", "ci_low": "0.00", "ci_high": "2.00", "p_value": "0.100"}
        assert flags(printed_effect(Measure.MD, **effect, ci_level=90.0), n_total=500) == set()
        assert flags(printed_effect(Measure.MD, **effect, ci_level=95.0), n_total=500) == {"p_fits_interval"}

    def test_a_few_people_make_the_t_of_their_number(self) -> None:
        # t with 12 degrees of freedom gives 0.124; the normal model gives 0.136.
        small = printed_effect(Measure.BETA, estimate="1.530", ci_low="-0.483", ci_high="3.543", p_value="0.124")
        assert flags(small, n_total=18) == set()
        assert flags(small, n_total=400) == {"p_fits_interval"}

    def test_where_nobody_says_how_many_people_any_t_may_be(self) -> None:
        few = printed_effect(Measure.SMD, estimate="-0.50", ci_low="-0.82", ci_high="-0.19", p_value="0.015")
        assert flags(few) == set()
        assert flags(few, n_arms=(400, 500)) == {"p_fits_interval"}
        assert flags(few, n_arms=(2, 2)) == set()

    def test_ratios_are_normal_theory_however_few_the_people(self) -> None:
        assert flags(printed_effect(Measure.IRR, estimate="1.10", ci_low="0.73", ci_high="1.65", p_value="0.499"), n_total=10) == {
            "p_fits_interval"
        }

    def test_few_pooled_studies_make_the_t_of_their_number(self) -> None:
        # Hartung and Knapp with three studies: t with two degrees of freedom
        pooled: dict[str, Any] = {"estimate": "2.00", "ci_low": "0.50", "ci_high": "8.00", "p_value": "0.164"}
        assert flags(printed_effect(Measure.RR, **pooled)) == {"p_fits_interval"}
        assert flags(printed_effect(Measure.RR, **pooled, k=3)) == set()

    def test_a_log_rank_p_beside_a_cox_interval_is_let_pass(self) -> None:
        # z is 2.59 by the interval and 2.65 by the printed p.
        assert flags(printed_effect(Measure.HR, estimate="0.427", ci_low="0.224", ci_high="0.813", p_value="0.008")) == set()
        assert flags(printed_effect(Measure.HR, estimate="0.427", ci_low="0.224", ci_high="0.813", p_value="0.004")) == {
            "p_fits_interval"
        }

    def test_an_arms_own_p_is_left_alone(self) -> None:
        own: dict[str, Any] = {"estimate": "6.0", "ci_low": "4.0", "ci_high": "8.0", "p_value": "0.90"}
        assert flags(printed_effect(Measure.MEAN_CHANGE, Group.INTERVENTION, **own)) == set()
        assert flags(printed_effect(Measure.MEAN_CHANGE, Group.DIFFERENCE, **own)) == {"p_fits_interval", "significance_agrees"}

    @pytest.mark.parametrize(("low", "p", "says"), [("0.90", "0.001", "is significant"), ("1.20", "0.40", "is not significant")])
    def test_significance_against_the_interval(self, low: str, p: str, says: str) -> None:
        high = {"0.90": "2.97", "1.20": "2.23"}[low]
        found = flagged(audit(printed_effect(Measure.HR, estimate="1.64", ci_low=low, ci_high=high, p_value=p)))
        assert says in found["significance_agrees"]

    def test_a_p_of_five_hundredths_beside_a_limit_at_no_effect_is_sound(self) -> None:
        assert flags(printed_effect(Measure.OR, estimate="1.98", ci_low="1.01", ci_high="3.87", p_value="0.05")) == set()

    @pytest.mark.parametrize("p", ["1.2", "-0.03"])
    def test_no_p_lies_outside_0_and_1(self, p: str) -> None:
        assert flags(printed_effect(Measure.OTHER, p_value=p)) == {"p_possible"}


class TestValues:
    @pytest.mark.parametrize("field", ["estimate", "ci_low", "ci_high"])
    def test_no_part_of_a_ratio_is_negative(self, field: str) -> None:
        numbers: dict[str, Any] = {"estimate": "1.92", "ci_low": "0.34", "ci_high": "3.49"} | {field: "−1.00"}
        found = flagged(audit(printed_effect(Measure.OR, **numbers)))
        assert found["ratio_positive"] == "A ratio cannot be negative, the text prints −1.00: this reads as a mean difference."

    def test_a_difference_may_be_negative(self) -> None:
        assert verdict(printed_effect(Measure.MD, estimate="-1.92", ci_low="-3.49", ci_high="-0.34"), "ratio_positive") is None

    def test_a_share_lies_within_0_and_100(self) -> None:
        assert flags(printed_effect(Measure.PROPORTION, Group.INTERVENTION, estimate="100", unit="%")) == set()
        assert flags(printed_effect(Measure.PROPORTION, Group.INTERVENTION, estimate="104", unit="%")) == {"share_possible"}

    @pytest.mark.parametrize(
        ("events", "total", "percent", "sound"),
        [(12, 104, "11.5", True), (12, 104, "11.6", False), (1, 3, "33", True), (1, 8, "12", True), (1, 8, "13", True)],
    )
    def test_counts_give_the_printed_percentage(self, events: int, total: int, percent: str, sound: bool) -> None:
        effect = printed_effect(Measure.PROPORTION, Group.INTERVENTION, estimate=percent, unit="%", events=events, total=total)
        assert (flags(effect) == set()) is sound

    def test_counts_give_the_printed_share(self) -> None:
        assert flags(printed_effect(Measure.PROPORTION, Group.POOLED, estimate="0.25", events=5, total=20)) == set()
        assert flags(printed_effect(Measure.PROPORTION, Group.POOLED, estimate="0.35", events=5, total=20)) == {"counts_fit"}

    def test_no_more_events_than_people(self) -> None:
        found = flagged(audit(printed_effect(Measure.COUNT, Group.INTERVENTION, events=9, total=8)))
        assert found == {"counts_fit": "9 of 8 people cannot have had the event."}

    @pytest.mark.parametrize(("field", "value"), [("sd", "-2.1"), ("se", "-0.4"), ("tau2", "-0.1"), ("i2", "-3"), ("i2", "120")])
    def test_spread_is_not_negative(self, field: str, value: str) -> None:
        spread: dict[str, Any] = {field: value}
        assert flags(printed_effect(Measure.MD, estimate="1.0", **spread)) == {"spread_possible"}

    def test_a_median_lies_between_its_quartiles(self) -> None:
        assert flags(printed_effect(Measure.MEDIAN, Group.POOLED, estimate="390", iqr_low="320", iqr_high="422")) == set()
        assert flags(printed_effect(Measure.MEDIAN, Group.POOLED, estimate="430", iqr_low="320", iqr_high="422")) == {
            "spread_possible"
        }
        assert flags(printed_effect(Measure.MEDIAN, Group.POOLED, estimate="390", iqr_low="422", iqr_high="320")) == {
            "spread_possible"
        }

    def test_a_mean_lies_on_its_scale(self) -> None:
        found = flagged(audit(printed_effect(Measure.MEAN, Group.INTERVENTION, estimate="11.2"), outcome_range=(0, 10)))
        assert found == {"value_on_scale": "pain runs from 0 to 10, the text prints 11.2."}
        assert flags(printed_effect(Measure.MEAN_CHANGE, Group.INTERVENTION, estimate="-3.0"), outcome_range=(0, 10)) == set()

    def test_a_mean_in_per_cent_is_not_in_points(self) -> None:
        effect = printed_effect(Measure.MEAN, Group.INTERVENTION, estimate="61", unit="%")
        assert verdict(effect, "value_on_scale", outcome_range=(0, 10)) is Verdict.UNCHECKED


class TestWords:
    @pytest.mark.parametrize(
        ("measure", "estimate", "sign"),
        [(Measure.BETA, "9.37", -1), (Measure.MD, "-2.0", 1), (Measure.RR, "0.60", 1), (Measure.OR, "1.40", -1)],
    )
    def test_a_number_that_points_the_other_way_is_flagged(self, measure: Measure, estimate: str, sign: int) -> None:
        assert flags(printed_effect(measure, estimate=estimate, stated_sign=sign)) == {"sign_against_words"}
        assert flags(printed_effect(measure, estimate=estimate, stated_sign=-sign)) == set()

    def test_silent_words_and_an_arms_own_change_are_left_alone(self) -> None:
        assert verdict(printed_effect(Measure.MD, estimate="2.0"), "sign_against_words") is None
        own = printed_effect(Measure.MEAN_CHANGE, Group.INTERVENTION, estimate="2.0", stated_sign=-1)
        assert verdict(own, "sign_against_words") is None


class TestTogether:
    def test_a_label_that_the_text_misuses_is_doubted_beside_it(self) -> None:
        wrong = printed_effect(Measure.OR, estimate="−36.37", p_value="0.03")
        beside = printed_effect(Measure.OR, estimate="8.63", p_value="0.001", p_operator="<")
        other = printed_effect(Measure.RR, estimate="3.70", p_value="0.001", p_operator="<")
        found = [flagged(f) for f in audit_together([wrong, beside, other])]
        assert [set(f) for f in found] == [{"ratio_positive"}, {"label_sound"}, set()]
        assert "−36.37 as an OR" in found[1]["label_sound"]

    def test_an_interval_that_is_a_ratios_keeps_its_label(self) -> None:
        wrong = printed_effect(Measure.OR, estimate="−36.37", p_value="0.03")
        sound = printed_effect(Measure.OR, estimate="3.65", ci_low="2.05", ci_high="6.49")
        assert [set(flagged(f)) for f in audit_together([wrong, sound])] == [{"ratio_positive"}, set()]

    def test_each_outcome_has_its_own_scale(self) -> None:
        effect = printed_effect(Measure.MEAN, Group.INTERVENTION, estimate="11.2")
        assert [set(flagged(f)) for f in audit_together([effect], ranges={"counterclaim:other": (0, 10)})] == [set()]
