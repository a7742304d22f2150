"""What a trial registry posts in structured form: arms, and results as numbers. Taken over as they stand, each with a pointer to its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostedArm:
    """An arm as registered. `sort` is the registry's word (`EXPERIMENTAL`, `PLACEBO_COMPARATOR` …); `pointer` is a JSON pointer into the answer."""

    label: str
    pointer: str
    sort: str | None = None
    description: str | None = None
    interventions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostedGroup:
    """One group of a posted outcome, with the number of people analysed in it."""

    id: str
    title: str
    description: str | None = None
    n: int | None = None


@dataclass(frozen=True, slots=True)
class PostedValue:
    """One measurement: the value of one group, as printed.

    `param` says what the value is (`Mean`, `Median`, `Number`, `Count of Participants` …), `dispersion` what the spread is
    (`Standard Deviation`, `95% Confidence Interval`, `Inter-Quartile Range` …). `category` names the row where the outcome has several.
    """

    group: str
    value: str
    pointer: str
    spread: str | None = None
    lower: str | None = None
    upper: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class PostedAnalysis:
    """One statistical comparison of groups, as printed."""

    groups: tuple[str, ...]
    pointer: str
    param: str | None = None
    value: str | None = None
    ci_percent: str | None = None
    ci_low: str | None = None
    ci_high: str | None = None
    p_value: str | None = None
    method: str | None = None
    dispersion: str | None = None
    dispersion_value: str | None = None


@dataclass(frozen=True, slots=True)
class PostedOutcome:
    """An outcome with its groups, values and comparisons."""

    title: str
    pointer: str
    rank: str | None = None
    description: str | None = None
    timeframe: str | None = None
    param: str | None = None
    dispersion: str | None = None
    unit: str | None = None
    population: str | None = None
    groups: tuple[PostedGroup, ...] = ()
    values: tuple[PostedValue, ...] = ()
    analyses: tuple[PostedAnalysis, ...] = ()


@dataclass(frozen=True, slots=True)
class Posted:
    """A registration's structured part."""

    arms: tuple[PostedArm, ...] = ()
    conditions: tuple[str, ...] = ()
    enrolled: int | None = None
    phase: str | None = None
    status: str | None = None
    outcomes: tuple[PostedOutcome, ...] = ()
