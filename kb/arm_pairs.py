"""A contrast made of two arms' own values: counts, or means with their spread."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from kb.conversions import Counts, Derived, Mean, crossover, first_period, from_counts, from_means
from kb.moments import from_quartiles, from_range, sd_from_interval, sd_from_se
from kb.refusals import NotConvertible, Reason

#: Which measures can be made of what is known of two arms; the first is the one that is made where none is asked for.
OF_COUNTS = ("RR", "OR", "RD")
OF_MEANS = ("MD", "SMD")


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
    low: float | None = None
    high: float | None = None
    decimals: int | None = None

    def said(self) -> str:
        """The number as a person knows it again."""
        if self.events is not None and self.total is not None:
            return f"{self.events}/{self.total}"
        spread = next((f" ({word} {v:g})" for word, v in (("SD", self.sd), ("SE", self.se)) if v is not None), "")
        return f"{'' if self.estimate is None else f'{self.estimate:g}'}{self.unit if self.unit == '%' else ''}{spread}"


@dataclass(frozen=True, slots=True)
class Arms:
    """Two arms in the form that pooling takes, and what was assumed to get there.

    `paired`: the same people stood in both; `correlation` is that of their values, where it is printed, and `supposed` where it is not. `first`: they
    are the first period of a crossover, in which each person stood in one.
    """

    one: Counts | Mean
    two: Counts | Mean
    assumed: tuple[str, ...] = ()
    paired: bool = False
    first: bool = False
    correlation: float | None = None
    supposed: float = 0.5

    @property
    def measures(self) -> tuple[str, ...]:
        """What can be made of them, the usual one first."""
        return OF_COUNTS if isinstance(self.one, Counts) else OF_MEANS

    @property
    def printed_sd(self) -> float | None:
        """The spread of both arms together, where both print theirs as standard deviations."""
        one, two = self.one, self.two
        if not (isinstance(one, Mean) and isinstance(two, Mean)) or one.derivation or two.derivation:
            return None
        return math.sqrt((one.sd**2 + two.sd**2) / 2)

    @property
    def people(self) -> float:
        """How many there are in both."""
        sizes = [a.total if isinstance(a, Counts) else a.n for a in (self.one, self.two)]
        return sizes[0] if self.paired else sum(sizes)

    def as_measure(self, measure: str) -> Derived:
        """The contrast on a measure.

        Raises:
            NotConvertible: it cannot be made of them.
        """
        one, two = self.one, self.two
        if isinstance(one, Mean) and isinstance(two, Mean) and measure in OF_MEANS:
            made = self._of_means(one, two, measure)
        elif self.paired and isinstance(one, Counts):
            raise NotConvertible(
                Reason.CROSSOVER, "the same people are counted in both arms, and who had it in both is not printed"
            )
        elif isinstance(one, Counts) and isinstance(two, Counts) and measure in OF_COUNTS:
            made = from_counts(measure, one, two)
        else:
            raise NotConvertible(Reason.MEASURE, f"{measure} is not made of what is printed of the arms")
        return replace(made, assumptions=tuple(dict.fromkeys(self.assumed + made.assumptions)))

    def _of_means(self, one: Mean, two: Mean, measure: str) -> Derived:
        if not self.paired:
            return (first_period if self.first else from_means)(measure, one, two)
        if measure != "MD":
            raise NotConvertible(Reason.CROSSOVER, f"an {measure} is not made of a crossover's arms")
        found = crossover(one, two, self.correlation, assumed=self.supposed)
        others = ", ".join(f"{d.sei:.4g} under {r:g}" for r, d in found.under_others)
        return replace(found.assumed, assumptions=(*found.assumed.assumptions, *((f"sei would be {others}",) if others else ())))


def arms_of(one: ArmValue, two: ArmValue) -> Arms:
    """Two counts, or two means.

    Raises:
        NotConvertible: a denominator or an SD is not printed, or the arms are of different kinds.
    """
    if one.measure in ("MEAN", "MEAN_CHANGE", "MEDIAN"):
        return Arms(mean(one), mean(two))
    (c, said), (d, also) = counts(one), counts(two)
    return Arms(c, d, tuple(dict.fromkeys(said + also)))


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
    """Mean, SD and people of one arm: by its SD, else its standard error, else the interval of its mean; of a median by quartiles or range.

    Raises:
        NotConvertible: no spread or no number of people is printed, or the values are skewed.
    """
    n = value.n or value.total or value.arm_n
    if value.estimate is None:
        raise NotConvertible(Reason.NO_ESTIMATE, "no mean is printed")
    if n is None:
        raise NotConvertible(Reason.DENOMINATOR, "the mean of how many people is not printed")
    made = _of_median(value, value.estimate, n) if value.measure == "MEDIAN" else _of_mean(value, value.estimate, n)
    told = (
        ()
        if value.n or value.total
        else (f"the {'median' if value.measure == 'MEDIAN' else 'mean'} is of all {n} people of the arm",)
    )
    return replace(made, assumptions=(*made.assumptions, *told))


def _of_mean(value: ArmValue, estimate: float, n: int) -> Mean:
    if value.sd is not None:
        return Mean(estimate, value.sd, n)
    if value.se is not None:
        return sd_from_se(estimate, value.se, n)
    if value.ci_low is not None and value.ci_high is not None:
        return sd_from_interval(estimate, value.ci_low, value.ci_high, n, 95.0 if value.ci_level is None else value.ci_level)
    raise NotConvertible(Reason.SD_MISSING, f"the mean {estimate:g} stands without a spread")


def _of_median(value: ArmValue, median: float, n: int) -> Mean:
    if value.iqr_low is not None and value.iqr_high is not None:
        return from_quartiles(value.iqr_low, median, value.iqr_high, n)
    if value.low is not None and value.high is not None:
        return from_range(value.low, median, value.high, n)
    raise NotConvertible(Reason.SD_MISSING, f"the median {median:g} stands without quartiles or range")
