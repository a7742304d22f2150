"""Means and standard deviations that are not printed, from what is: standard error, interval, median with quartiles or range, change, several arms.

Sources: Cochrane Handbook 6.5.2 and 23.3; Luo et al., Stat Methods Med Res 2018;27:1785 (means); Wan et al., BMC Med Res Methodol 2014;14:135
(standard deviations); Shi et al., Stat Med 2023;42:2439 (is it skewed?).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist

from kb.conversions import LARGE_ARM, Counts, Mean, critical
from kb.refusals import NotConvertible, Reason

_NORMAL = NormalDist()
#: Below this, the test of skewness has no critical value.
_LEAST_FOR_SKEWNESS = 5
#: An implied SD that is so many times another study's on the same scale looks like a standard error taken for an SD, or the other way round.
SUSPICIOUS_RATIO = 3.0


def sd_from_se(mean: float, se: float, n: float) -> Mean:
    """SD = SE sqrt(n) (Handbook 6.5.2.2).

    >>> sd_from_se(10, 2, 25).sd
    10.0
    """
    _positive(se, "a standard error")
    return Mean(mean, se * math.sqrt(n), n, "sd = se sqrt(n)", ("the printed spread is a standard error",))


def sd_from_interval(mean: float, low: float, high: float, n: float, level: float = 95.0) -> Mean:
    """SD = sqrt(n) (high - low) / (2 q), with q of t(n - 1) below 60 people and of the normal distribution from there on (Handbook 6.5.2.2)."""
    _positive(high - low, "the width of an interval")
    df = n - 1 if n < LARGE_ARM else None
    q = critical(level, df)
    return Mean(
        mean, math.sqrt(n) * (high - low) / (2 * q), n, f"sd = sqrt(n) (ci_high - ci_low) / (2 {'t(n-1)' if df else 'z'})",
        (f"the {level:g}% interval is that of a mean",),
    )  # fmt: skip


def from_quartiles(q1: float, median: float, q3: float, n: float) -> Mean:
    """Mean by Luo, SD by Wan, from the median and the quartiles.

    >>> m = from_quartiles(10, 15, 22, 40)
    >>> round(m.mean, 3), round(m.sd, 4)
    (15.71, 9.2272)

    Raises:
        NotConvertible: skewed, or out of order, or too few people to tell.
    """
    _ordered(q1, median, q3)
    _enough(n)
    _not_skewed(abs(q1 + q3 - 2 * median) / (q3 - q1), 2.66 / math.sqrt(n) - 5.92 / n**2)
    w = 0.7 + 0.39 / n
    return Mean(
        w * (q1 + q3) / 2 + (1 - w) * median,
        sd_of_quartiles(q1, q3, n),
        n,
        "mean by Luo 2018 and sd by Wan 2014 from median and quartiles",
        ("roughly normal: the skewness test of Shi 2023 does not reject it",),
    )


def from_range(low: float, median: float, high: float, n: float) -> Mean:
    """Mean by Luo, SD by Wan, from the median and the range.

    Raises:
        NotConvertible: skewed, or out of order, or too few people to tell.
    """
    _ordered(low, median, high)
    _enough(n)
    _not_skewed(abs(low + high - 2 * median) / (high - low), 1.01 / math.log(n + 9) + 2.43 / (n + 1))
    w = 4 / (4 + n**0.75)
    return Mean(
        w * (low + high) / 2 + (1 - w) * median,
        sd_of_range(low, high, n),
        n,
        "mean by Luo 2018 and sd by Wan 2014 from median and range",
        ("roughly normal: the skewness test of Shi 2023 does not reject it",),
    )


def sd_of_quartiles(q1: float, q3: float, n: float) -> float:
    """Wan 2014: (q3 - q1) / (2 Phi^-1((0.75 n - 0.125) / (n + 0.25)))."""
    return (q3 - q1) / (2 * _NORMAL.inv_cdf((0.75 * n - 0.125) / (n + 0.25)))


def sd_of_range(low: float, high: float, n: float) -> float:
    """Wan 2014: (high - low) / (2 Phi^-1((n - 0.375) / (n + 0.25))).

    >>> round(sd_of_range(1, 10, 30), 6)
    2.205578
    """
    return (high - low) / (2 * _NORMAL.inv_cdf((n - 0.375) / (n + 0.25)))


def change(baseline: Mean, final: Mean, correlation: float | None = None, *, assumed: float = 0.5) -> Mean:
    """The change from baseline of one arm: SD^2 = sb^2 + sf^2 - 2 r sb sf (Handbook 6.5.2.8). An `assumed` correlation is said to be one."""
    r = assumed if correlation is None else correlation
    variance = baseline.sd**2 + final.sd**2 - 2 * r * baseline.sd * final.sd
    if not -1 <= r <= 1 or variance <= 0:
        raise NotConvertible(Reason.IMPOSSIBLE, f"a correlation of {r:g} leaves no variance of the change")
    said = (f"correlation of baseline and final {r:g}, which is not printed",) if correlation is None else ()
    return Mean(
        final.mean - baseline.mean,
        math.sqrt(variance),
        min(baseline.n, final.n),
        f"sd of change = sqrt(sb^2 + sf^2 - 2 r sb sf), r = {r:g}",
        said,
    )


def combine_means(arms: Sequence[Mean]) -> Mean:
    """Several arms as one (Handbook 6.5.2.10): exactly the mean and SD of all their people together.

    >>> combine_means([Mean(1, 1, 10), Mean(1, 1, 10)]).n
    20
    """
    if not arms:
        raise NotConvertible(Reason.SINGLE_ARM, "there are no arms to combine")
    n = sum(a.n for a in arms)
    mean = sum(a.n * a.mean for a in arms) / n
    squares = sum((a.n - 1) * a.sd**2 + a.n * (a.mean - mean) ** 2 for a in arms)
    return Mean(mean, math.sqrt(squares / (n - 1)), n, f"{len(arms)} arms combined")


def combine_counts(arms: Sequence[Counts]) -> Counts:
    """Several arms as one: events and people summed."""
    return Counts(sum(a.events for a in arms), sum(a.total for a in arms))


def split_mean(control: Mean, parts: int) -> Mean:
    """One of `parts` equal shares of a shared control (Handbook 23.3.4, second best): mean and SD stay, people are shared out."""
    share = replace(control, n=control.n / _parts(parts))
    return replace(share, derivation=f"shared control split in {parts}", assumptions=(*control.assumptions, _SPLIT))


def split_counts(control: Counts, parts: int) -> Counts:
    """One of `parts` equal shares of a shared control: events and people are shared out."""
    return Counts(control.events / _parts(parts), control.total / parts)


_SPLIT = "comparisons with shares of one control are still correlated a little"


def suspicious_sd(sds: Sequence[float]) -> tuple[int, ...]:
    """Places of SDs that differ more than threefold from the median of them: an SE taken for an SD is the commonest error."""
    if len(sds) < 3:
        return ()
    middle = sorted(sds)[len(sds) // 2]
    return tuple(i for i, sd in enumerate(sds) if sd > SUSPICIOUS_RATIO * middle or sd * SUSPICIOUS_RATIO < middle)


def _parts(parts: int) -> int:
    if parts < 1:
        raise NotConvertible(Reason.IMPOSSIBLE, f"a control cannot be split in {parts}")
    return parts


def _positive(value: float, what: str) -> None:
    if value <= 0:
        raise NotConvertible(Reason.IMPOSSIBLE, f"{what} of {value:g}")


def _ordered(low: float, middle: float, high: float) -> None:
    if not (low <= middle <= high and low < high):
        raise NotConvertible(Reason.IMPOSSIBLE, f"{low:g}, {middle:g}, {high:g} are not in order")


def _enough(n: float) -> None:
    if n < _LEAST_FOR_SKEWNESS:
        raise NotConvertible(Reason.SKEWED, f"{n:g} people are too few to tell whether the values are skewed")


def _not_skewed(t: float, limit: float) -> None:
    if t > limit:
        raise NotConvertible(
            Reason.SKEWED, f"the median is far off the middle (Shi's test: {t:.3f}, limit {limit:.3f}), so mean and SD cannot be told from it"
        )  # fmt: skip
