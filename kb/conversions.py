"""From printed numbers to an effect size and its variance. Pure functions: each says by which formula, under which assumption, from which source.

Ratios live on the log scale, and `yi`, `vi` and `sei` are what metafor means by them. Group 1 is the experimental one. Levels are per cent.
What cannot be done honestly raises `NotConvertible` with the reason.

Sources: Cochrane Handbook for Systematic Reviews of Interventions, version 6, chapters 6, 7 and 23; Viechtbauer, J Stat Softw 2010;36(3), for the
names and for the formulas of `escalc`; Hedges, J Educ Stat 1981;6:107, for the correction of the standardised difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from kb.refusals import NotConvertible, Reason

#: Measures whose analysis scale is the logarithm.
LOG_SCALED = frozenset({"RR", "OR", "HR", "IRR"})
#: From this size of an arm on, a t quantile is taken for the normal one (Handbook 6.5.2.2: "sample sizes of more than about 60").
LARGE_ARM = 60
#: Added to each cell of a table with a zero in it, and to no other table (`escalc(add = 1/2, to = "only0")`).
CORRECTION = 0.5

_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Derived:
    """An effect size that no text prints: `yi` with variance `vi` on `scale`, by which formula from what, under which assumptions."""

    measure: str
    yi: float
    vi: float
    derivation: str
    assumptions: tuple[str, ...] = ()

    @property
    def sei(self) -> float:
        """The standard error of `yi`."""
        return math.sqrt(self.vi)

    @property
    def scale(self) -> str:
        """`log` for ratios, else `raw`."""
        return "log" if self.measure in LOG_SCALED else "raw"

    def interval(self, level: float = 95.0) -> tuple[float, float]:
        """The Wald interval, back on the printed scale."""
        half = critical(level) * self.sei
        low, high = self.yi - half, self.yi + half
        return (math.exp(low), math.exp(high)) if self.scale == "log" else (low, high)


@dataclass(frozen=True, slots=True)
class Counts:
    """People with the event, of all people, in one arm."""

    events: float
    total: float

    def __post_init__(self) -> None:
        if not (0 <= self.events <= self.total and self.total > 0):
            raise NotConvertible(Reason.IMPOSSIBLE, f"{self.events:g} of {self.total:g} people is no count")


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean, standard deviation and number of people of one arm; `derivation` and `assumptions` where these are not printed."""

    mean: float
    sd: float
    n: float
    derivation: str = ""
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.sd > 0 and self.n > 1):
            raise NotConvertible(Reason.SD_MISSING, f"an SD of {self.sd:g} in {self.n:g} people tells nothing of the spread")


def critical(level: float, df: float | None = None) -> float:
    """The two-sided quantile at a level in per cent: of the normal distribution, or of t with `df` degrees of freedom.

    >>> round(critical(95), 6), round(critical(90), 6), round(critical(95, 10), 6)
    (1.959964, 1.644854, 2.228139)

    Raises:
        NotConvertible: the level is none.
    """
    if not 0 < level < 100:
        raise NotConvertible(Reason.IMPOSSIBLE, f"{level:g} is no level of an interval in per cent")
    return _quantile(0.5 + level / 200, df)


def _quantile(probability: float, df: float | None) -> float:
    if df is None:
        return _NORMAL.inv_cdf(probability)
    from scipy.special import stdtrit

    return float(stdtrit(df, probability))


def on_analysis_scale(measure: str, value: float) -> float:
    """The value, or its logarithm where the measure is a ratio.

    Raises:
        NotConvertible: a ratio that is not positive.
    """
    if measure not in LOG_SCALED:
        return value
    if value <= 0:
        raise NotConvertible(Reason.IMPOSSIBLE, f"a {measure} of {value:g} has no logarithm")
    return math.log(value)


def from_interval(
    measure: str,
    estimate: float,
    low: float,
    high: float,
    *,
    level: float = 95.0,
    n1: float | None = None,
    n2: float | None = None,
    decimals: tuple[int, int, int] | None = None,
) -> Derived:
    """Standard error from the width of a Wald interval (Handbook 6.3.1, 6.5.2.3; `conv.wald`).

    `decimals` are those printed of the estimate and the limits: they decide how far off the middle rounding may put the estimate.
    Where an arm of a mean difference is smaller than 60, the interval is read as one of t with n1 + n2 - 2 degrees of freedom.

    >>> d = from_interval("OR", 0.64, 0.33, 1.22, decimals=(2, 2, 2))
    >>> round(d.yi, 4), round(d.vi, 4)
    (-0.4463, 0.1113)

    Raises:
        NotConvertible: the limits are not in order, or the estimate is not midway.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise NotConvertible(Reason.IMPOSSIBLE, f"{low:g} to {high:g} is no interval")
    check_symmetric(measure, estimate, low, high, decimals or _decimals_of(estimate, low, high))
    df = _df(measure, n1, n2)
    yi = on_analysis_scale(measure, estimate)
    lower, upper = on_analysis_scale(measure, low), on_analysis_scale(measure, high)
    sei = (upper - lower) / (2 * critical(level, df))
    log = "ln " if measure in LOG_SCALED else ""
    read_as = f"t({df:g})" if df else "z"
    return Derived(
        measure,
        yi,
        sei**2,
        f"sei = ({log}ci_high - {log}ci_low) / (2 {read_as}) from the {level:g}% interval",
        (_of_t(df),) if df else (),
    )


def from_upper_limit(measure: str, estimate: float, high: float, *, level: float = 95.0) -> Derived:
    """Standard error from the upper limit alone: of a ratio, rounding spoils the lower limit more (`conv.wald`).

    >>> round(from_upper_limit("OR", 0.64, 1.22).vi, 4)
    0.1083
    """
    yi = on_analysis_scale(measure, estimate)
    sei = (on_analysis_scale(measure, high) - yi) / critical(level)
    if sei <= 0:
        raise NotConvertible(Reason.IMPOSSIBLE, f"the upper limit {high:g} is not above the estimate {estimate:g}")
    log = "ln " if measure in LOG_SCALED else ""
    return Derived(
        measure, yi, sei**2, f"sei = ({log}ci_high - yi) / z from the upper limit of the {level:g}% interval", ("Wald interval",)
    )


def from_p(
    measure: str, estimate: float, p: float, operator: str = "=", *, n1: float | None = None, n2: float | None = None
) -> Derived:
    """Standard error from an exact two-sided p value (Handbook 6.3.2, 6.5.2.3). An interval is to be preferred where there is one.

    >>> round(from_p("OR", 0.64, 0.17).vi, 4)
    0.1058

    Raises:
        NotConvertible: the p value is a bound (`p < 0.05` bounds the standard error from above and gives no value), or the estimate is no difference.
    """
    if operator != "=":
        raise NotConvertible(Reason.INTERVAL_MISSING, f"p {operator} {p:g} bounds the standard error and does not give it")
    if not 0 < p < 1:
        raise NotConvertible(Reason.IMPOSSIBLE, f"p = {p:g} gives no standard error")
    yi = on_analysis_scale(measure, estimate)
    if yi == 0:
        raise NotConvertible(Reason.INTERVAL_MISSING, "an estimate of exactly no difference has no standard error by its p value")
    df = _df(measure, n1, n2)
    sei = abs(yi) / _quantile(1 - p / 2, df)
    assumed = ("two-sided p of a Wald test",) + ((_of_t(df),) if df else ())
    return Derived(measure, yi, sei**2, f"sei = |yi| / {f't({df:g})' if df else 'z'} of the printed p = {p:g}", assumed)


def from_z(measure: str, estimate: float, z: float) -> Derived:
    """Standard error from a test statistic: sei = |yi / z| (Handbook 6.3.2)."""
    yi = on_analysis_scale(measure, estimate)
    if z == 0 or yi == 0:
        raise NotConvertible(Reason.INTERVAL_MISSING, "a test statistic of 0 gives no standard error")
    return Derived(measure, yi, (yi / z) ** 2, f"sei = |yi / z| of the printed z = {z:g}", ("Wald test",))


def from_se(measure: str, estimate: float, se: float) -> Derived:
    """A printed standard error of a difference. That of a ratio may be of the ratio or of its logarithm, and is refused."""
    if measure in LOG_SCALED:
        raise NotConvertible(
            Reason.MIXED_SCALES, f"the standard error {se:g} of a {measure} may be of the ratio or of its logarithm"
        )
    if se <= 0:
        raise NotConvertible(Reason.IMPOSSIBLE, f"{se:g} is no standard error")
    return Derived(measure, estimate, se**2, "sei as printed")


def _df(measure: str, n1: float | None, n2: float | None) -> float | None:
    """Degrees of freedom where t is to be taken: a mean difference with a small arm. Ratios are Wald on the log scale."""
    if measure not in ("MD",) or n1 is None or n2 is None or min(n1, n2) >= LARGE_ARM or n1 + n2 <= 2:
        return None
    return n1 + n2 - 2


def _of_t(df: float) -> str:
    return f"the interval or p value is of a t test with {df:g} degrees of freedom, since an arm has fewer than {LARGE_ARM} people"


def check_symmetric(measure: str, estimate: float, low: float, high: float, decimals: tuple[int, int, int]) -> None:
    """Refuse an interval whose middle, on the analysis scale and as far as rounding allows, is not the estimate.

    Raises:
        NotConvertible: it is not Wald's: bootstrapped, exact, credible, or misread.
    """
    (est_from, est_to), (low_from, low_to), (high_from, high_to) = (
        _rounded_from(measure, value, digits) for value, digits in zip((estimate, low, high), decimals, strict=True)
    )
    if (low_from + high_from) / 2 > est_to or (low_to + high_to) / 2 < est_from:
        middle = (on_analysis_scale(measure, low) + on_analysis_scale(measure, high)) / 2
        shown = math.exp(middle) if measure in LOG_SCALED else middle
        raise NotConvertible(
            Reason.ASYMMETRIC, f"{estimate:g} is not midway between {low:g} and {high:g}: the middle is {shown:.4g}, so it is no Wald interval"
        )  # fmt: skip


def _rounded_from(measure: str, value: float, digits: int) -> tuple[float, float]:
    """The values on the analysis scale that are printed as this one."""
    half = 0.5 * 10.0**-digits * (1 + 1e-9)
    if measure not in LOG_SCALED:
        return value - half, value + half
    on_analysis_scale(measure, value)
    return (math.log(value - half) if value > half else -math.inf), math.log(value + half)


def _decimals_of(*values: float) -> tuple[int, int, int]:
    """Decimals of numbers whose print is not known: the most that one of them shows, since a float has lost its last zeros."""
    most = max(len(repr(v).partition(".")[2].rstrip("0")) if "e" not in repr(v) else 15 for v in values)
    return most, most, most


Measured = Callable[[float, float, float, float], tuple[float, float, str]]


def _log_rr(a: float, n1: float, c: float, n2: float) -> tuple[float, float, str]:
    return (
        math.log((a / n1) / (c / n2)),
        1 / a - 1 / n1 + 1 / c - 1 / n2,
        "yi = ln(ai/n1i) - ln(ci/n2i), vi = 1/ai - 1/n1i + 1/ci - 1/n2i",
    )


def _log_or(a: float, n1: float, c: float, n2: float) -> tuple[float, float, str]:
    b, d = n1 - a, n2 - c
    return math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d, "yi = ln(ai di / (bi ci)), vi = 1/ai + 1/bi + 1/ci + 1/di"


def _rd(a: float, n1: float, c: float, n2: float) -> tuple[float, float, str]:
    p1, p2 = a / n1, c / n2
    return p1 - p2, p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2, "yi = ai/n1i - ci/n2i, vi = p1(1-p1)/n1i + p2(1-p2)/n2i"


_OF_COUNTS: dict[str, Measured] = {"RR": _log_rr, "OR": _log_or, "RD": _rd}


def from_counts(measure: str, one: Counts, two: Counts) -> Derived:
    """RR, OR or RD of a two by two table, as `escalc` has it; 1/2 is added to each cell where one is 0.

    >>> d = from_counts("RR", Counts(4, 123), Counts(11, 139))
    >>> round(d.yi, 4), round(d.vi, 4)
    (-0.8893, 0.3256)

    Raises:
        NotConvertible: no event (or nothing but events) in both arms, which tells nothing of a ratio; or another measure.
    """
    if measure not in _OF_COUNTS:
        raise NotConvertible(Reason.MEASURE, f"{measure} is not made of counts; known are {', '.join(_OF_COUNTS)}")
    a, n1, c, n2 = one.events, one.total, two.events, two.total
    if measure != "RD" and (a == c == 0 or (a == n1 and c == n2)):
        raise NotConvertible(Reason.NO_EVENTS, f"{a:g} of {n1:g} and {c:g} of {n2:g} say nothing of a ratio")
    assumed: tuple[str, ...] = ()
    if 0 in (a, n1 - a, c, n2 - c):
        a, n1, c, n2 = a + CORRECTION, n1 + 2 * CORRECTION, c + CORRECTION, n2 + 2 * CORRECTION
        assumed = ("1/2 added to each cell, since one is 0",)
    yi, vi, formula = _OF_COUNTS[measure](a, n1, c, n2)
    return Derived(measure, yi, vi, formula, assumed)


def from_means(measure: str, one: Mean, two: Mean) -> Derived:
    """MD, or SMD with Hedges' exact correction, of two arms, as `escalc` has it (large-sample variance).

    >>> d = from_means("SMD", Mean(55, 47, 155), Mean(75, 64, 156))
    >>> round(d.yi, 5), round(d.vi, 6)
    (-0.35517, 0.013065)
    """
    came = tuple(x.derivation for x in (one, two) if x.derivation)
    assumed = tuple(dict.fromkeys(one.assumptions + two.assumptions))
    if measure == "MD":
        vi = one.sd**2 / one.n + two.sd**2 / two.n
        formula = "yi = m1i - m2i, vi = sd1i^2/n1i + sd2i^2/n2i"
        return Derived("MD", one.mean - two.mean, vi, "; ".join((formula, *came)), assumed)
    if measure != "SMD":
        raise NotConvertible(Reason.MEASURE, f"{measure} is not made of means; known are MD, SMD")
    df = one.n + two.n - 2
    pooled_sd = math.sqrt(((one.n - 1) * one.sd**2 + (two.n - 1) * two.sd**2) / df)
    g = hedges_correction(df) * (one.mean - two.mean) / pooled_sd
    vi = 1 / one.n + 1 / two.n + g**2 / (2 * (one.n + two.n))
    formula = "yi = J(n1i + n2i - 2) (m1i - m2i) / pooled SD, vi = 1/n1i + 1/n2i + yi^2 / (2 (n1i + n2i))"
    return Derived("SMD", g, vi, "; ".join((formula, *came)), assumed)


def hedges_correction(df: float) -> float:
    """Hedges' J, exact by the gamma function; about 1 - 3 / (4 df - 1)."""
    return math.exp(math.lgamma(df / 2) - math.log(math.sqrt(df / 2)) - math.lgamma((df - 1) / 2))


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """A result under an assumed correlation, and under others."""

    assumed: Derived
    under_others: tuple[tuple[float, Derived], ...]


def crossover(
    one: Mean, two: Mean, correlation: float | None = None, *, assumed: float = 0.5, others: Sequence[float] = (0.0, 0.3, 0.7)
) -> Sensitivity:
    """The paired mean difference of a crossover: SDd^2 = s1^2 + s2^2 - 2 r s1 s2, SE = SDd / sqrt(N) (Handbook 23.2.7).

    `correlation` within people as printed; where it is not, `assumed` is taken, said, and shown beside `others`.
    Each person counts once: both arms hold the same N people. Of a carry-over, take the first period as a parallel trial: `first_period`.

    Raises:
        NotConvertible: the periods hold unlike numbers of people, or the correlation is none.
    """
    if one.n != two.n:
        raise NotConvertible(Reason.DENOMINATOR, f"{one.n:g} and {two.n:g} people in the periods of one crossover")
    known = correlation is not None
    taken = assumed if correlation is None else correlation
    derived = _paired(one, two, taken)
    if not known:
        derived = replace(derived, assumptions=(*derived.assumptions, f"correlation within people {taken:g}, which is not printed"))
    return Sensitivity(derived, () if known else tuple((r, _paired(one, two, r)) for r in others))


def _paired(one: Mean, two: Mean, r: float) -> Derived:
    variance = one.sd**2 + two.sd**2 - 2 * r * one.sd * two.sd
    if not -1 <= r <= 1 or variance <= 0:
        raise NotConvertible(Reason.IMPOSSIBLE, f"a correlation of {r:g} leaves no variance of the difference")
    return Derived(
        "MD",
        one.mean - two.mean,
        variance / one.n,
        f"paired: yi = m1 - m2, vi = (sd1^2 + sd2^2 - 2 r sd1 sd2) / N with r = {r:g}",
        one.assumptions + two.assumptions,
    )


def first_period(measure: str, one: Mean, two: Mean) -> Derived:
    """The first period of a crossover, as if it were a parallel trial (Handbook 23.2.6): for carry-over that cannot be excluded."""
    derived = from_means(measure, one, two)
    return replace(
        derived, derivation=f"first period only; {derived.derivation}", assumptions=(*derived.assumptions, "first period only")
    )
