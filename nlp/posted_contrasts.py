"""A registry's comparisons of groups as effects and claims.

The registry does not say which group a difference is taken from. A sign is believed only where the two groups' own posted values bear it out:
a sign taken the wrong way round would turn a harm into a treatment.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from crawler.posted import PostedAnalysis, PostedOutcome
from crawler.quick_init import replace
from nlp.claim import (
    RATIOS,
    ArmRole,
    Better,
    Claim,
    Direction,
    Effect,
    Group,
    Kind,
    Measure,
    NullKind,
    QuestionKind,
    Quote,
    Timepoint,
)
from nlp.posted_arms import ArmsInPlace
from nlp.posted_outcomes import NamedOutcome, named, rows_of
from nlp.posted_values import OF_PEOPLE, PlacedValue, Unreadable, arm_name, arm_of, coded, number, read_fields, spelt

#: What an estimate is, by the registry's wording. The first that fits counts, so that logarithms and ratios of means are no plain ratios.
_MEASURES: tuple[tuple[Measure, str], ...] = (
    (Measure.OTHER, r"\blog\b|\bln\b|geometric|ratio of (?:\w+ )?means|mean ratio"),
    (Measure.HR, r"hazard"),
    (Measure.OR, r"\bodds\b"),
    (Measure.IRR, r"\b(?:incidence )?rate ratio"),
    (Measure.RR, r"(?:risk|response) ratio|relative risk\b(?! reduction)"),
    (Measure.RD, r"(?:absolute )?risk (?:difference|reduction)|difference in (?:percentages?|proportions?|rates?)|(?:percentage|proportion|rate) difference"),
    (Measure.SMD, r"standardi[sz]ed mean|effect size|cohen|hedges"),
    (Measure.MD, r"(?:mean|median) difference|difference (?:in|of|between) (?:\w+ ){0,3}(?:means?|medians?)\b|treatment difference"),
    (Measure.BETA, r"\bslope|regression coefficient|\bbeta\b"),
    (Measure.R, r"correlation"),
)  # fmt: skip
_P = re.compile(
    r"\s*(?:p\s*)?(?P<op><=|>=|=<|=>|≤|≥|[<>=])?\s*(?P<value>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE]-\d{1,3})?)\s*", re.IGNORECASE
)
_OPERATORS = {"≤": "<=", "=<": "<=", "≥": ">=", "=>": ">=", None: "="}
_NOT_SUPERIORITY = re.compile(r"inferior|equivalen", re.IGNORECASE)
#: How far a printed difference may lie from that of the groups' own values (adjusted models move it), as a share of the larger.
_NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Contrast:
    """A comparison's effect, and the claim that it makes, if any."""

    effect: Effect
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a comparison is read against."""

    posted: PostedOutcome
    arms: ArmsInPlace
    #: The outcome's own values, by their position among all effects.
    values: Sequence[tuple[int, PlacedValue]]
    condition: str | None = None


def measure_of(param: str | None) -> Measure:
    """The measure of a comparison.

    >>> [measure_of(p).value for p in ("Mean Difference (Final Values)", "Odds Ratio (OR)", "Cox Proportional Hazard", "Log Odds Ratio", None)]
    ['MD', 'OR', 'HR', 'OTHER', 'OTHER']
    """
    words = coded(param)
    return next((m for m, pattern in _MEASURES if re.search(pattern, words)), Measure.OTHER)


def p_value(printed: str | None) -> tuple[str, str, float] | None:
    """Operator, printed number and value of a p; None where it is none.

    >>> p_value("<0.001"), p_value("0.04"), p_value("p = .5"), p_value("NS")
    (('<', '0.001', 0.001), ('=', '0.04', 0.04), ('=', '.5', 0.5), None)
    """
    found = _P.fullmatch(printed or "")
    if found is None or len(found["value"]) > 40:
        return None
    return _OPERATORS.get(found["op"], found["op"]), found["value"], float(found["value"])


def contrast(analysis: PostedAnalysis, setting: Setting, position: int, unreadable: Unreadable) -> Contrast | None:
    """What a comparison says; None where it prints no number that can be read.

    Args:
        analysis: the comparison as posted.
        setting: its outcome, the arms, and the outcome's own values.
        position: the place that its effect will have among all effects.
        unreadable: takes numbers that are none.
    """
    effect = _effect(analysis, setting, unreadable)
    if effect is None:
        return None
    sides = _sides(analysis, setting)
    if sides is None:
        return Contrast(effect)
    settled = _settled(effect, sides, setting)
    # A difference that is printed as comparison minus treatment keeps its number, and says so by its arms.
    first, second = (sides.versus, sides.arm) if settled is not None and settled.reversed else (sides.arm, sides.versus)
    effect = replace(effect, arm=first, versus=second)
    return Contrast(effect, _claim(analysis, effect, sides, settled, setting, position))


# ------------------------------------------------------------------------------------------------ the effect


def _effect(analysis: PostedAnalysis, setting: Setting, unreadable: Unreadable) -> Effect | None:
    posted = setting.posted
    measure = measure_of(analysis.param)
    fields = read_fields(_wanted(analysis), unreadable)
    held = {f: v for f, _, v in fields}
    p = p_value(analysis.p_value)
    if p is None and analysis.p_value is not None:
        unreadable.found.append(analysis.p_value)
    if p is None and "estimate" not in held:
        return None
    printed = [(f, shown) for f, shown, _ in fields]
    return Effect(
        measure=measure if "estimate" in held else Measure.OTHER,
        quote=Quote.at_pointer(analysis.pointer, _quoted(analysis, {f: shown for f, shown, _ in fields}, p)),
        outcome=_named(measure, posted).outcome,
        group=Group.DIFFERENCE,
        estimate=held.get("estimate"),
        ci_low=held.get("ci_low"),
        ci_high=held.get("ci_high"),
        ci_level=number(analysis.ci_percent) if held.keys() & {"ci_low", "ci_high"} else None,
        p_value=p[2] if p else None,
        p_operator=p[0] if p else None,
        se=held.get("se"),
        sd=held.get("sd"),
        unit=posted.unit if measure is Measure.MD else None,
        timepoint=_time(posted),
        kind=Kind.BETWEEN if len(analysis.groups) > 1 else Kind.PRE_POST if len(analysis.groups) == 1 else None,
        arm=_lone_arm(analysis, setting),
        printed=tuple([*printed, ("p_value", p[1])] if p else printed),
    )


def _wanted(analysis: PostedAnalysis) -> tuple[tuple[str, str | None], ...]:
    sort = coded(analysis.dispersion)
    spread = "se" if sort.startswith("standard error") else "sd" if sort == "standard deviation" else None
    fields = (("estimate", analysis.value), ("ci_low", analysis.ci_low), ("ci_high", analysis.ci_high))
    return (*fields, (spread, analysis.dispersion_value)) if spread else fields


def _named(measure: Measure, posted: PostedOutcome) -> NamedOutcome:
    """The outcome of a comparison. A p value alone is of the outcome's own values."""
    people = measure in OF_PEOPLE or (measure is Measure.OTHER and coded(posted.param) in ("count of participants", "number"))
    return named(posted, None, of_people=people)


def _time(posted: PostedOutcome) -> Timepoint | None:
    """The outcome's time; that of its one row where it has one row."""
    rows = rows_of(posted)
    labels = [label for label in rows if label is not None]
    return rows[labels[0]].time if len(labels) == 1 else rows[None].time


def _lone_arm(analysis: PostedAnalysis, setting: Setting) -> int | None:
    """The arm of a comparison within one group."""
    groups = [g for g in setting.posted.groups if g.id in analysis.groups]
    return arm_of(setting.posted, groups[0], setting.arms) if len(analysis.groups) == 1 and groups else None


def _quoted(analysis: PostedAnalysis, shown: dict[str, str], p: tuple[str, str, float] | None) -> str:
    """The numbers as they would stand in a sentence: "-0.8 (-1.4 to -0.2), SE 0.3, p = 0.01"."""
    interval = " to ".join(shown[f] for f in ("ci_low", "ci_high") if f in shown)
    estimate = " ".join(t for t in (shown.get("estimate"), f"({interval})" if interval else None) if t)
    spread = next((f"{f.upper()} {shown[f]}" for f in ("se", "sd") if f in shown), None)
    said = f"p {p[0]} {p[1]}" if p else None
    return ", ".join(t for t in (estimate, spread, said) if t) or spelt(analysis.value or "")


# ------------------------------------------------------------------------------------------------ which way


@dataclass(frozen=True, slots=True)
class _Sides:
    """The two groups of a comparison, told apart."""

    intervention: str
    comparator: str
    arm: int
    versus: int


@dataclass(frozen=True, slots=True)
class _Settled:
    """Which way the groups' own values differ. `sign`: +1 where the treatment's is higher; `reversed`: the contrast is printed the other way."""

    sign: int
    positions: tuple[int, int]
    reversed: bool = False


def _sides(analysis: PostedAnalysis, setting: Setting) -> _Sides | None:
    """The sides of a comparison of one treatment with one comparison; None for any other."""
    groups = [g for g in setting.posted.groups if g.id in analysis.groups]
    if len(groups) != 2 or len(set(analysis.groups)) != 2:
        return None
    placed = [(g.id, arm_of(setting.posted, g, setting.arms)) for g in groups]
    by_role: dict[ArmRole, tuple[str, int]] = {}
    for id, arm in placed:
        if arm is not None:
            by_role[setting.arms.arms[arm].role] = (id, arm)
    own, other = by_role.get(ArmRole.INTERVENTION), by_role.get(ArmRole.COMPARATOR)
    return _Sides(own[0], other[0], own[1], other[1]) if own and other else None


def _settled(effect: Effect, sides: _Sides, setting: Setting) -> _Settled | None:
    """The sign that the two groups' own values show, where there is one value of each and the printed number agrees with them.

    A number of the other sign, as far from nothing, was taken the other way round; one that fits neither settles nothing.
    """
    own = [(i, v) for i, v in setting.values if v.group == sides.intervention]
    other = [(i, v) for i, v in setting.values if v.group == sides.comparator]
    if len(own) != 1 or len(other) != 1 or own[0][1].row != other[0][1].row:
        return None
    positions = (own[0][0], other[0][0])
    difference = _difference(effect.measure, own[0][1].effect, other[0][1].effect)
    if not difference:
        return None
    sign = 1 if difference > 0 else -1
    if effect.estimate is None:
        return _Settled(sign, positions)
    printed = _on_scale(effect, difference)
    if printed is None:
        return None
    reach = _NEAR * max(abs(printed), abs(difference))
    if abs(printed - difference) <= reach:
        return _Settled(sign, positions)
    return _Settled(sign, positions, reversed=True) if abs(printed + difference) <= reach else None


def _on_scale(effect: Effect, difference: float) -> float | None:
    """A contrast on the scale of the groups' difference, on which 0 is none. A risk difference may be printed as a share or in per cent."""
    value = effect.estimate
    if value is None or effect.measure is Measure.OTHER:
        return None
    if effect.measure in RATIOS:
        return math.log(value) if value > 0 else None
    if effect.measure is Measure.RD:
        return min(value, value * 100, key=lambda v: abs(abs(v) - abs(difference)))
    return value


def _difference(measure: Measure, own: Effect, other: Effect) -> float | None:
    """How the groups' own values differ on the measure's scale; None where they cannot tell (a hazard, a slope, a correlation)."""
    if measure is Measure.MD:
        return _gap(own, other) if own.measure in (Measure.MEAN, Measure.MEAN_CHANGE, Measure.MEDIAN) else None
    if measure is Measure.OTHER:
        return _shares_gap(own, other) if own.measure in (Measure.COUNT, Measure.PROPORTION) else _gap(own, other)
    if measure is Measure.SMD:
        return None
    first, second = _share(own), _share(other)
    if first is None or second is None:
        return None
    if measure is Measure.RD:
        return (first - second) * 100
    if not (0 < first < 1 and 0 < second < 1):
        return None
    if measure is Measure.RR:
        return math.log(first / second)
    return math.log(first / (1 - first) * (1 - second) / second) if measure is Measure.OR else None


def _gap(own: Effect, other: Effect) -> float | None:
    if own.estimate is None or other.estimate is None or own.measure is not other.measure:
        return None
    return own.estimate - other.estimate


def _shares_gap(own: Effect, other: Effect) -> float | None:
    first, second = _share(own), _share(other)
    return None if first is None or second is None else first - second


def _share(effect: Effect) -> float | None:
    """The share of a group that had the event."""
    if effect.measure is Measure.PROPORTION and effect.estimate is not None:
        return effect.estimate / 100
    if effect.measure is Measure.COUNT and effect.events is not None and effect.total:
        return effect.events / effect.total
    return None


# ------------------------------------------------------------------------------------------------ the claim


def _claim(
    analysis: PostedAnalysis, effect: Effect, sides: _Sides, settled: _Settled | None, setting: Setting, position: int
) -> Claim | None:
    if effect.p_value is None and (effect.ci_low is None or effect.ci_high is None):
        return None
    arms, outcome = setting.arms.arms, effect.outcome
    own, other = arms[sides.arm], arms[sides.versus]
    point = _point(settled, outcome.better)
    superiority = _NOT_SUPERIORITY.search(analysis.method or "") is None
    significant = significance(effect) if superiority else None
    direction = (
        Direction.UNCLEAR if significant is None else (point or Direction.UNCLEAR) if significant else Direction.NO_DIFFERENCE
    )
    # A number that is printed the other way round must not be read with the treatment's sign: the arms' own values speak.
    told = settled.positions if settled is not None and settled.reversed else (position,)
    return Claim(
        question=QuestionKind.HARM if _named(effect.measure, setting.posted).harm else QuestionKind.TREATMENT,
        intervention=arm_name(own),
        comparator=arm_name(other),
        outcome=outcome,
        direction=direction,
        quote=effect.quote,
        arm=sides.arm,
        versus=sides.versus,
        route=own.route,
        cell_source=own.cell_source,
        condition=setting.condition,
        timepoint=effect.timepoint,
        point_direction=point,
        significant=significant,
        null_kind=_null_kind(effect) if direction is Direction.NO_DIFFERENCE else None,
        effects=told,
    )


def _point(settled: _Settled | None, better: Better | None) -> Direction | None:
    """The side on which the settled value lies."""
    if settled is None or better is None:
        return None
    merit = settled.sign * (1 if better is Better.HIGHER else -1)
    return Direction.FAVOURS_INTERVENTION if merit > 0 else Direction.FAVOURS_COMPARATOR


def _null_kind(effect: Effect) -> NullKind:
    return NullKind.IMPRECISE if effect.ci_low is not None and effect.ci_high is not None else NullKind.STATED_ONLY


def significance(effect: Effect) -> bool | None:
    """Whether interval and p exclude "no difference"; None where neither tells, or one says yes and the other no."""
    said = {s for s in (_by_interval(effect), _by_p(effect)) if s is not None}
    return said.pop() if len(said) == 1 else None


def _by_interval(effect: Effect) -> bool | None:
    """An interval speaks to the usual level only where it is a 95% one."""
    if effect.ci_low is None or effect.ci_high is None or effect.measure is Measure.OTHER or effect.ci_level not in (None, 95.0):
        return None
    null = 1.0 if effect.measure in RATIOS else 0.0
    return effect.ci_low > null or effect.ci_high < null


def _by_p(effect: Effect) -> bool | None:
    if effect.p_value is None:
        return None
    if effect.p_operator in (">", ">="):
        return False if effect.p_value >= 0.05 else None
    if effect.p_operator in ("<", "<="):
        return True if effect.p_value <= 0.05 else None
    return None if effect.p_value == 0.05 else effect.p_value < 0.05
