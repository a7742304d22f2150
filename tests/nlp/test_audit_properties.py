"""What holds of every effect: sound numbers, rounded as papers round them, are never flagged; spoilt ones are."""

from __future__ import annotations

import math

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import ndtri, stdtrit

from nlp.audit import audit
from nlp.audit.models import p_value
from nlp.audit.printed import decimals, span
from nlp.claim import RATIOS, Effect, Group, Measure
from tests.nlp.made_effects import flagged, flags, printed_effect

LINEAR = [Measure.MD, Measure.SMD, Measure.BETA, Measure.RD, Measure.MEAN_CHANGE]
effects_of = st.sampled_from
places = st.integers(1, 3)
distances = st.floats(-6, 6, allow_nan=False)
modest = settings(max_examples=120, deadline=None)


def as_p(p: float, digits: int) -> dict[str, str]:
    """A p value as papers print it."""
    floor = 10.0**-digits
    return {"p_value": f"{floor:.{digits}f}", "p_operator": "<"} if p < floor else {"p_value": f"{p:.{digits}f}", "p_operator": "="}


def rounded(measure: Measure, numbers: tuple[float, float, float], p: float, digits: tuple[int, int]) -> Effect:
    """An effect whose numbers are printed with so many decimals, and its p with so many."""
    estimate, low, high = (f"{x:.{digits[0]}f}" for x in numbers)
    tested = as_p(p, digits[1])
    return printed_effect(
        measure, estimate=estimate, ci_low=low, ci_high=high, p_value=tested["p_value"], p_operator=tested["p_operator"]
    )


@modest
@given(effects_of(LINEAR), distances, st.floats(0.05, 40), places, st.integers(2, 4))
def test_a_rounded_normal_result_is_never_flagged(measure: Measure, z: float, se: float, digits: int, p_digits: int) -> None:
    half = -float(ndtri(0.025)) * se
    numbers = (z * se, z * se - half, z * se + half)
    assert (
        flags(rounded(measure, numbers, p_value(z * se / half if z > 0 else -z * se / half, 95), (digits, p_digits)), n_total=2000)
        == set()
    )


@modest
@given(effects_of(LINEAR), distances, st.floats(0.05, 40), st.integers(10, 60), places, st.data())
def test_a_rounded_t_result_is_never_flagged(
    measure: Measure, t: float, se: float, n: int, digits: int, data: st.DataObject
) -> None:
    df = data.draw(st.integers(n // 2 + 1, n - 1))
    half = -float(stdtrit(df, 0.025)) * se
    effect = rounded(measure, (t * se, t * se - half, t * se + half), p_value(abs(t) * se / half, 95, df), (digits, 3))
    assert flags(effect, n_total=n) == set()
    assert flags(effect) == set()


@modest
@given(effects_of(sorted(RATIOS)), distances, st.floats(0.05, 1.2), st.integers(1, 3))
def test_a_rounded_ratio_is_never_flagged(measure: Measure, z: float, se: float, digits: int) -> None:
    half = -float(ndtri(0.025)) * se
    numbers = (math.exp(z * se), math.exp(z * se - half), math.exp(z * se + half))
    assert flags(rounded(measure, numbers, p_value(abs(z) * se / half, 95), (digits, 3))) == set()


@modest
@given(effects_of([Measure.MD, Measure.BETA, Measure.MEAN]), st.integers(-500, 500), st.integers(10, 400), st.integers(2, 9))
def test_an_estimate_moved_by_more_than_rounding_is_flagged(measure: Measure, middle: int, half: int, moved: int) -> None:
    low, high, estimate = ((middle + d) / 100 for d in (-half, half, moved))
    effect = printed_effect(measure, estimate=f"{estimate:.2f}", ci_low=f"{low:.2f}", ci_high=f"{high:.2f}")
    assert "interval_centred" in flags(effect)


@modest
@given(st.floats(0.5, 5), st.floats(1.2, 3), effects_of(sorted(RATIOS)))
def test_a_difference_under_a_ratios_name_is_flagged(estimate: float, width: float, measure: Measure) -> None:
    low, high = estimate / width, estimate * 2 - estimate / width
    log_middle = math.sqrt(low * high)
    assume(abs(log_middle - estimate) > 0.03)
    effect = printed_effect(measure, estimate=f"{estimate:.2f}", ci_low=f"{low:.2f}", ci_high=f"{high:.2f}")
    assert "interval_centred" in flags(effect)


@modest
@given(st.integers(-900, 900), st.integers(1, 900), st.integers(1, 900), st.integers(0, 999), st.sampled_from([10, 100, 1000]))
def test_the_unit_does_not_matter(estimate: int, below: int, above: int, p: int, factor: int) -> None:
    def in_unit(divisor: int) -> dict[str, str]:
        digits = len(str(divisor)) - 1
        numbers = {"estimate": estimate, "ci_low": estimate - below, "ci_high": estimate + above}
        findings = audit(
            printed_effect(
                Measure.MD,
                estimate=f"{numbers['estimate'] / divisor:.{digits}f}",
                ci_low=f"{numbers['ci_low'] / divisor:.{digits}f}",
                ci_high=f"{numbers['ci_high'] / divisor:.{digits}f}",
                p_value=f"{p / 1000:.3f}",
            ),
            n_total=200,
        )
        return {f.check: f.verdict.value for f in findings}

    assert in_unit(factor) == in_unit(1)


@modest
@given(st.floats(0.01, 6), st.floats(0.05, 40), effects_of(LINEAR))
def test_turning_the_comparison_round_changes_no_verdict(z: float, se: float, measure: Measure) -> None:
    half = 1.96 * se

    def verdicts(sign: int) -> list[str]:
        low, high = sorted((sign * (z * se - half), sign * (z * se + half)))
        return [f.verdict.value for f in audit(rounded(measure, (sign * z * se, low, high), 0.03, (2, 3)), n_total=100)]

    assert verdicts(1) == verdicts(-1)


@modest
@given(st.integers(0, 400), st.integers(1, 400), st.integers(0, 2))
def test_counts_fit_the_percentage_that_they_make(events: int, total: int, digits: int) -> None:
    assume(events <= total)
    percent = f"{100 * events / total:.{digits}f}"
    effect = printed_effect(Measure.PROPORTION, Group.POOLED, estimate=percent, unit="%", events=events, total=total)
    assert flags(effect) == set()


@modest
@given(st.floats(0, 4), st.floats(0, 4), st.integers(2, 400))
def test_p_falls_as_the_estimate_leaves_no_effect(near: float, far: float, df: int) -> None:
    near, far = sorted((near, far))
    assert 0 <= p_value(far, 95, df) <= p_value(near, 95, df) <= 1


@modest
@given(st.floats(0, 4), st.integers(2, 60))
def test_p_runs_one_way_with_the_degrees_of_freedom(ratio: float, df: int) -> None:
    few, more, normal = p_value(ratio, 95, df), p_value(ratio, 95, df + 1), p_value(ratio, 95)
    assert min(few, normal) - 1e-12 <= more <= max(few, normal) + 1e-12


@modest
@given(st.decimals(-9999, 9999, places=3), st.integers(0, 3), st.sampled_from(["-", "−", "–"]), st.sampled_from([".", "·"]))
def test_a_span_holds_what_was_rounded(exact: object, digits: int, minus: str, mark: str) -> None:
    value = float(str(exact))
    text = f"{value:.{digits}f}"
    printed = text.replace("-", minus).replace(".", mark)
    assert decimals(printed) == digits
    effect = Effect(
        Measure.MD, printed_effect(Measure.MD).quote, printed_effect(Measure.MD).outcome, Group.DIFFERENCE,
        estimate=float(text), printed=(("estimate", printed),),
    )  # fmt: skip
    found = span(effect, "estimate")
    assert found is not None
    assert found.low <= value <= found.high


def test_a_flag_is_a_sentence() -> None:
    spoilt = printed_effect(Measure.OR, estimate="-1.92", ci_low="-3.49", ci_high="-0.34", p_value="1.2", stated_sign=1)
    for detail in flagged(audit(spoilt)).values():
        assert detail[0].isupper()
        assert detail.endswith(".")
