"""From printed numbers to yi and vi: the published oracles, round trips, scale, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kb.conversions import (
    Counts,
    Derived,
    Mean,
    critical,
    crossover,
    first_period,
    from_counts,
    from_interval,
    from_means,
    from_p,
    from_se,
    from_upper_limit,
    from_z,
)
from kb.moments import (
    change,
    combine_counts,
    combine_means,
    from_quartiles,
    from_range,
    sd_from_interval,
    sd_from_se,
    sd_of_range,
    split_counts,
    split_mean,
    suspicious_sd,
)
from kb.refusals import NotConvertible, Reason

estimates = st.floats(-50, 50).filter(lambda x: abs(x) > 1e-3)
spreads = st.floats(0.05, 20)
sizes = st.integers(2, 400)
counts = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))).map(lambda x: Counts(*x))
means = st.builds(Mean, estimates, spreads, sizes)


def refused(call: object, *args: object, **options: object) -> Reason:
    assert callable(call)
    with pytest.raises(NotConvertible) as told:
        call(*args, **options)
    assert told.value.detail
    return told.value.reason


@pytest.mark.parametrize(
    ("derived", "yi", "vi"),
    [
        (from_interval("OR", 0.64, 0.33, 1.22, decimals=(2, 2, 2)), -0.4463, 0.1113),
        (from_upper_limit("OR", 0.64, 1.22), -0.4463, 0.1083),
        (from_p("OR", 0.64, 0.17), -0.4463, 0.1058),
        (from_means("SMD", Mean(55, 47, 155), Mean(75, 64, 156)), -0.3552, 0.0131),
        (from_counts("RD", Counts(0, 10), Counts(2, 10)), -0.18181818, 0.01990984),
        (from_counts("RD", Counts(3, 10), Counts(4, 12)), -0.03333333, 0.03951852),
        (from_z("MD", -2.0, -4.0), -2.0, 0.25),
    ],
)
def test_published_values(derived: Derived, yi: float, vi: float) -> None:
    assert derived.yi == pytest.approx(yi, abs=5.1e-5)
    assert derived.vi == pytest.approx(vi, abs=5.1e-5)
    assert derived.derivation


def test_the_seed_rows() -> None:
    lesions = from_interval("MD", -5.12, -9.65, -0.59, decimals=(2, 2, 2))
    assert (lesions.yi, round(lesions.sei, 3), lesions.scale) == (-5.12, 2.311, "raw")
    assert round(critical(99), 3) == 2.576


def test_the_t_quantile_is_taken_for_small_arms_and_said() -> None:
    small = from_interval("MD", 2.0, 1.0, 3.0, n1=10, n2=10)
    large = from_interval("MD", 2.0, 1.0, 3.0, n1=100, n2=100)
    assert small.sei == pytest.approx(1 / 2.10092204)
    assert large.sei == pytest.approx(1 / 1.95996398)
    assert "18 degrees of freedom" in small.assumptions[0]
    assert large.assumptions == ()
    assert from_interval("OR", 2.0, 1.0, 4.0, n1=10, n2=10).assumptions == ()


@given(estimates, spreads, st.sampled_from([80.0, 90.0, 95.0, 99.0]))
def test_an_interval_gives_back_its_standard_error(estimate: float, se: float, level: float) -> None:
    half = critical(level) * se
    back = from_interval("MD", estimate, estimate - half, estimate + half, level=level, decimals=(6, 6, 6))
    assert back.sei == pytest.approx(se, rel=1e-9)
    assert back.interval(level) == pytest.approx((estimate - half, estimate + half))


@given(st.floats(-3, 3), st.floats(0.05, 1.5), st.sampled_from(["RR", "OR", "HR", "IRR"]))
def test_so_does_that_of_a_ratio_on_the_log_scale(log_estimate: float, se: float, measure: str) -> None:
    half = critical(95) * se
    low, high = math.exp(log_estimate - half), math.exp(log_estimate + half)
    back = from_interval(measure, math.exp(log_estimate), low, high, decimals=(12, 12, 12))
    assert back.yi == pytest.approx(log_estimate, abs=1e-9)
    assert back.sei == pytest.approx(se, rel=1e-9)
    assert back.scale == "log"


@given(estimates, spreads, st.floats(1.01, 5))
def test_a_wider_interval_has_the_larger_standard_error(estimate: float, half: float, times: float) -> None:
    narrow = from_interval("MD", estimate, estimate - half, estimate + half, decimals=(6, 6, 6))
    wide = from_interval("MD", estimate, estimate - half * times, estimate + half * times, decimals=(6, 6, 6))
    assert wide.sei > narrow.sei


@given(estimates, st.floats(1e-6, 0.9), st.floats(1.01, 1.1))
def test_a_larger_p_has_the_larger_standard_error(estimate: float, p: float, times: float) -> None:
    assert from_p("MD", estimate, p * times).sei > from_p("MD", estimate, p).sei


@given(estimates, st.floats(0.1, 30))
def test_p_and_z_agree(estimate: float, z: float) -> None:
    p = math.erfc(z / math.sqrt(2))
    assume(1e-12 < p < 1)
    assert from_p("MD", estimate, p).sei == pytest.approx(from_z("MD", estimate, z).sei, rel=1e-3)


@given(counts, counts, st.sampled_from(["RR", "OR", "RD"]))
def test_exchanging_the_arms_turns_the_sign_and_keeps_the_variance(one: Counts, two: Counts, measure: str) -> None:
    assume(measure == "RD" or not (one.events == two.events == 0 or (one.events == one.total and two.events == two.total)))
    there, back = from_counts(measure, one, two), from_counts(measure, two, one)
    assert there.yi == pytest.approx(-back.yi, abs=1e-12)
    assert there.vi == pytest.approx(back.vi)


@given(means, means, st.floats(0.1, 10))
def test_another_unit_scales_the_difference_and_not_the_standardised_one(one: Mean, two: Mean, by: float) -> None:
    scaled = [Mean(m.mean * by, m.sd * by, m.n) for m in (one, two)]
    assert from_means("MD", *scaled).sei == pytest.approx(by * from_means("MD", one, two).sei)
    assert from_means("SMD", *scaled).yi == pytest.approx(from_means("SMD", one, two).yi, abs=1e-9)


@given(st.lists(st.lists(st.floats(-9, 9), min_size=2, max_size=6), min_size=1, max_size=4))
def test_combined_arms_have_the_moments_of_all_their_people(people: list[list[float]]) -> None:
    def moments(values: list[float]) -> Mean:
        mean = sum(values) / len(values)
        sd = math.sqrt(sum((v - mean) ** 2 for v in values) / (len(values) - 1))
        assume(sd > 1e-3)
        return Mean(mean, sd, len(values))

    together = moments([p for arm in people for p in arm])
    combined = combine_means([moments(arm) for arm in people])
    assert combined.mean == pytest.approx(together.mean, abs=1e-9)
    assert combined.sd == pytest.approx(together.sd)


@given(means, st.integers(1, 4))
def test_a_split_control_is_combined_again_to_the_same_people(control: Mean, parts: int) -> None:
    assume(control.n / parts > 1)
    share = split_mean(control, parts)
    assert share.n * parts == pytest.approx(control.n)
    assert (share.mean, share.sd) == (control.mean, control.sd)
    assert combine_counts([split_counts(Counts(6, 30), parts)] * parts).total == pytest.approx(30)


@given(means)
def test_a_standard_error_and_an_interval_give_back_the_sd(m: Mean) -> None:
    se = m.sd / math.sqrt(m.n)
    half = critical(95, m.n - 1 if m.n < 60 else None) * se
    assert sd_from_se(m.mean, se, m.n).sd == pytest.approx(m.sd)
    assert sd_from_interval(m.mean, m.mean - half, m.mean + half, m.n).sd == pytest.approx(m.sd)


@given(st.floats(-20, 20), st.floats(0.5, 10), st.integers(8, 400))
def test_symmetric_quantiles_give_the_median_as_mean(middle: float, half: float, n: int) -> None:
    assert from_quartiles(middle - half, middle, middle + half, n).mean == pytest.approx(middle, abs=1e-9)
    assert from_range(middle - half, middle, middle + half, n).mean == pytest.approx(middle, abs=1e-9)


def test_medians_by_luo_and_wan() -> None:
    m = from_quartiles(10, 15, 22, 40)
    assert m.mean == pytest.approx(15.7098, abs=5.1e-5)
    assert m.sd == pytest.approx(9.2272, abs=5e-5)
    assert sd_of_range(1, 10, 30) == pytest.approx(2.205578, abs=5e-7)
    assert "Luo" in m.derivation
    assert "Shi" in m.assumptions[0]


def test_a_change_with_a_printed_correlation_assumes_nothing() -> None:
    assert change(Mean(10, 4, 20), Mean(8, 4, 20), 0.5).assumptions == ()
    assert change(Mean(10, 4, 20), Mean(8, 4, 20), 0.5).sd == pytest.approx(4)
    assert "not printed" in change(Mean(10, 4, 20), Mean(8, 4, 20)).assumptions[0]


def test_a_crossover_says_its_correlation_and_shows_others() -> None:
    told = crossover(Mean(10, 3, 25), Mean(8, 4, 25))
    assert told.assumed.vi == pytest.approx((9 + 16 - 12) / 25)
    assert "not printed" in told.assumed.assumptions[-1]
    assert [r for r, _ in told.under_others] == [0.0, 0.3, 0.7]
    assert [d.sei for _, d in told.under_others] == sorted((d.sei for _, d in told.under_others), reverse=True)
    known = crossover(Mean(10, 3, 25), Mean(8, 4, 25), 0.5)
    assert (known.assumed.assumptions, known.under_others) == ((), ())
    assert "first period" in first_period("MD", Mean(10, 3, 12), Mean(8, 4, 13)).derivation


def test_a_zero_cell_is_corrected_and_said() -> None:
    derived = from_counts("OR", Counts(0, 10), Counts(3, 10))
    assert derived.yi == pytest.approx(math.log(0.5 * 7.5 / (10.5 * 3.5)))
    assert "1/2 added" in derived.assumptions[0]
    assert from_counts("OR", Counts(1, 10), Counts(3, 10)).assumptions == ()


def test_what_cannot_be_done_honestly_is_refused() -> None:
    assert refused(from_interval, "MD", 1.0, 0.0, 5.0) is Reason.ASYMMETRIC
    assert refused(from_interval, "OR", 2.0, 1.0, 3.0, decimals=(2, 2, 2)) is Reason.ASYMMETRIC
    assert refused(from_interval, "OR", 2.0, -1.0, 5.0) is Reason.IMPOSSIBLE
    assert refused(from_interval, "MD", 2.0, 3.0, 1.0) is Reason.IMPOSSIBLE
    assert refused(from_interval, "MD", 2.0, 1.0, math.inf) is Reason.IMPOSSIBLE
    assert refused(from_interval, "MD", 2.0, 1.0, 3.0, level=0.0) is Reason.IMPOSSIBLE
    assert refused(from_p, "MD", 2.0, 0.05, "<") is Reason.INTERVAL_MISSING
    assert refused(from_p, "OR", 1.0, 0.9) is Reason.INTERVAL_MISSING
    assert refused(from_z, "OR", 1.0, 2.0) is Reason.INTERVAL_MISSING
    assert refused(from_se, "OR", 1.5, 0.2) is Reason.MIXED_SCALES
    assert refused(from_counts, "RR", Counts(0, 10), Counts(0, 10)) is Reason.NO_EVENTS
    assert refused(from_counts, "OR", Counts(9, 9), Counts(10, 10)) is Reason.NO_EVENTS
    assert refused(from_counts, "HR", Counts(1, 9), Counts(1, 10)) is Reason.MEASURE
    assert refused(Counts, 11, 10) is Reason.IMPOSSIBLE
    assert refused(Mean, 1.0, 0.0, 10) is Reason.SD_MISSING
    assert refused(from_quartiles, 10, 11, 60, 40) is Reason.SKEWED
    assert refused(from_range, 10, 11, 60, 40) is Reason.SKEWED
    assert refused(from_quartiles, 10, 15, 20, 4) is Reason.SKEWED
    assert refused(from_quartiles, 10, 9, 20, 40) is Reason.IMPOSSIBLE
    assert refused(crossover, Mean(1, 1, 10), Mean(1, 1, 11)) is Reason.DENOMINATOR
    assert refused(combine_means, []) is Reason.SINGLE_ARM
    assert refused(split_mean, Mean(1, 1, 10), 0) is Reason.IMPOSSIBLE


def test_a_standard_error_taken_for_an_sd_stands_out() -> None:
    assert suspicious_sd([10.0, 11.0, 1.8, 9.5]) == (2,)
    assert suspicious_sd([10.0, 1.0]) == ()
