"""A contrast made of two arms' own values: counts, or means with their spread."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kb.conversions import Counts, Derived, Mean, from_counts, from_means
from kb.moments import sd_from_interval, sd_from_se
from kb.refusals import NotConvertible, Reason


@dataclass(frozen=True, slots=True)
class ArmValue:
    """One arm's own number as printed; None where the text gives none. `arm_n` is the size of the arm, told elsewhere in the text."""

    measure: str
    estimate: float | None
    unit: str | None = None
    events: int | None = None
    total: int | None = None
    n: int | None = None
    arm_n: int | None = None
    sd: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_level: float | None = None
    iqr_low: float | None = None
    iqr_high: float | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Arms:
    """Two arms in the form that pooling takes, and the contrast made of them."""

    one: Counts | Mean
    two: Counts | Mean
    derived: Derived


def from_arms(one: ArmValue, two: ArmValue) -> Arms:
    """RR of two counts, MD of two means.

    Raises:
        NotConvertible: a denominator or an SD is not printed, or the arms are of different kinds.
    """
    if one.measure in ("MEAN", "MEAN_CHANGE"):
        a, b = mean(one), mean(two)
        return Arms(a, b, from_means("MD", a, b))
    (c, said), (d, also) = counts(one), counts(two)
    made = from_counts("RR", c, d)
    return Arms(c, d, replace(made, assumptions=tuple(dict.fromkeys(said + also + made.assumptions))))


def counts(value: ArmValue) -> tuple[Counts, tuple[str, ...]]:
    """Events of people, and what was assumed: as printed, or by the one count that a printed percentage of a printed total allows.

    >>> counts(ArmValue("PROPORTION", 33.3, "%", total=27, decimals=1))
    (Counts(events=9, total=27), ('9 events counted back from 33.3% of 27',))

    Raises:
        NotConvertible: the total is not printed with the number, or more than one count has that percentage.
    """
    events = value.events
    if events is None and value.measure == "COUNT" and value.estimate is not None:
        events = int(value.estimate)
    if value.total is None:
        raise NotConvertible(Reason.DENOMINATOR, "of how many people is not printed with the number")
    if events is not None:
        return Counts(events, value.total), ()
    if value.estimate is None:
        raise NotConvertible(Reason.NO_ESTIMATE, "neither a count nor a percentage is printed")
    share = value.estimate / 100 if value.unit == "%" else value.estimate
    half = 0.5 * 10.0 ** -(value.decimals or 0) / (100 if value.unit == "%" else 1) * (1 + 1e-9)
    fit = [k for k in range(value.total + 1) if abs(k / value.total - share) <= half]
    if len(fit) != 1:
        told = "no count" if not fit else f"{fit[0]} to {fit[-1]}"
        raise NotConvertible(Reason.DENOMINATOR, f"{value.estimate:g}{value.unit or ''} of {value.total} people may be {told}")
    return Counts(fit[0], value.total), (
        f"{fit[0]} events counted back from {value.estimate:g}{value.unit or ''} of {value.total}",
    )


def mean(value: ArmValue) -> Mean:
    """Mean, SD and people of one arm, by its SD, else its standard error, else the interval of its mean.

    Raises:
        NotConvertible: no spread or no number of people is printed.
    """
    n = value.n or value.total or value.arm_n
    if value.estimate is None:
        raise NotConvertible(Reason.NO_ESTIMATE, "no mean is printed")
    if n is None:
        raise NotConvertible(Reason.DENOMINATOR, "the mean of how many people is not printed")
    told = () if value.n or value.total else (f"the mean is of all {n} people of the arm",)
    if value.sd is not None:
        made = Mean(value.estimate, value.sd, n)
    elif value.se is not None:
        made = sd_from_se(value.estimate, value.se, n)
    elif value.ci_low is not None and value.ci_high is not None:
        made = sd_from_interval(value.estimate, value.ci_low, value.ci_high, n, 95.0 if value.ci_level is None else value.ci_level)
    else:
        raise NotConvertible(Reason.SD_MISSING, f"the mean {value.estimate:g} stands without a spread")
    return replace(made, assumptions=(*made.assumptions, *told))
