"""An estimate, its interval and its p value, against each other."""

from __future__ import annotations

import math

from nlp.audit import models
from nlp.audit.printed import Interval, Span, interval, shown, span
from nlp.audit.setting import Setting, judged, unchecked
from nlp.claim import DIFFERENCES, RATIOS, AuditFinding, Effect, Group, Measure

#: Measures whose interval is the estimate plus and minus the same amount, whatever the usual software.
SYMMETRIC = frozenset({Measure.MD, Measure.BETA, Measure.MEAN, Measure.MEAN_CHANGE})
#: Measures that also have exact, score or profile intervals, which lean a little on their scale (Fisher's exact odds
#: ratio, Newcombe's risk difference).
NEARLY_SYMMETRIC = RATIOS | {Measure.RD, Measure.SMD, Measure.R}
#: How far such an interval may lean, as a share of its half-width, before no usual method explains it.
LEEWAY = 0.15


def interval_holds_estimate(effect: Effect, setting: Setting) -> AuditFinding | None:
    """The lower limit is the lower one, and the estimate lies between the limits."""
    check = "interval_holds_estimate"
    printed = interval(effect)
    if printed is None or _scale_mismatch(effect):
        return None
    if printed.low.low > printed.high.high:
        return judged(check, f"The interval {_limits(effect)} has its lower limit above its upper one.")
    if printed.estimate.high < printed.low.low or printed.estimate.low > printed.high.high:
        return judged(check, f"The estimate {shown(effect, 'estimate')} lies outside its interval {_limits(effect)}.")
    return judged(check, None)


def _limits(effect: Effect) -> str:
    return f"{shown(effect, 'ci_low')} to {shown(effect, 'ci_high')}"


def same_scale(effect: Effect, setting: Setting) -> AuditFinding | None:
    """A percentage and its limits are printed on one scale."""
    if effect.unit is None or "%" not in effect.unit or interval(effect) is None:
        return None
    return judged("same_scale", _scale_mismatch(effect))


def _scale_mismatch(effect: Effect) -> str | None:
    """What is wrong where limits fit an estimate in per cent only once it is read as a share or as a ratio."""
    printed = interval(effect)
    if printed is None or effect.estimate is None or "%" not in (effect.unit or ""):
        return None
    outer = Span(printed.low.low, printed.high.high)
    if printed.estimate.meets(outer):
        return None
    readings = [("share", effect.estimate / 100)]
    if effect.measure in RATIOS:
        readings += [("ratio", 1 + effect.estimate / 100), ("ratio", 1 - effect.estimate / 100)]
    for name, value in readings:
        if outer.low <= value <= outer.high:
            would_be = f"{effect.estimate:g}% would be a {name} of {value:g}"
            return f"The estimate is printed in per cent, its interval {_limits(effect)} is not: {would_be}."
    return None


def interval_centred(effect: Effect, setting: Setting) -> AuditFinding | None:
    """The estimate lies in the middle of its interval, on the logarithm for ratios."""
    check = "interval_centred"
    printed = _ordered(effect)
    if printed is None or effect.measure not in SYMMETRIC | NEARLY_SYMMETRIC:
        return None
    if setting.bootstrapped:
        return unchecked(check, "The text speaks of a bootstrap or a transformation: its intervals need not be symmetric.")
    usual = models.on_usual_scale(effect, printed)
    if usual is None:
        return unchecked(check, "A limit is printed too near the end of the scale to tell where the middle lies.")
    if usual.centred():
        return judged(check, None)
    if effect.measure in RATIOS and printed.centred():
        return judged(check, _reads_as_difference(effect))
    if effect.measure in NEARLY_SYMMETRIC and usual.lean() <= LEEWAY:
        return unchecked(check, "The estimate lies a little off the middle, as exact, score and profile intervals have it.")
    return judged(check, _off_middle(effect))


def _reads_as_difference(effect: Effect) -> str:
    return (
        f"{shown(effect, 'estimate')} lies in the plain middle of {_limits(effect)}, where a ratio lies lower: "
        "this looks like a mean difference printed as a ratio."
    )


def _off_middle(effect: Effect) -> str:
    low, high = effect.ci_low or 0.0, effect.ci_high or 0.0
    ratio = effect.measure in RATIOS
    middle = math.sqrt(low * high) if ratio else (low + high) / 2
    scale = " on the ratio scale" if ratio else ""
    return f"The middle of {_limits(effect)} is {middle:.4g}{scale}, the text prints {shown(effect, 'estimate')}."


def _ordered(effect: Effect) -> Interval | None:
    """The printed interval where it is one: limits in order, and the estimate's own scale possible."""
    printed = interval(effect)
    if printed is None or printed.low.low > printed.high.high or _scale_mismatch(effect):
        return None
    return None if effect.measure in RATIOS and min(printed.estimate.high, printed.low.high) < 0 else printed


def _tested(effect: Effect) -> bool:
    """Whether p belongs to the estimate's distance from no effect (an arm's own p may be anybody's)."""
    of_contrast = effect.measure is Measure.MEAN_CHANGE and effect.group is Group.DIFFERENCE
    return effect.p_value is not None and (of_contrast or effect.measure in RATIOS | DIFFERENCES)


def p_fits_interval(effect: Effect, setting: Setting) -> AuditFinding | None:
    """Some usual model gives the printed p from the estimate and the interval, within what was rounded away."""
    check = "p_fits_interval"
    printed, rounded = _ordered(effect), span(effect, "p_value")
    if printed is None or rounded is None or not _tested(effect):
        return None
    if setting.bootstrapped:
        return unchecked(check, "The text speaks of a bootstrap or a transformation: p need not follow from the interval.")
    usual = models.on_usual_scale(effect, printed)
    if usual is None or not usual.centred():
        return unchecked(check, "p cannot be told from an interval that is not symmetric about its estimate.")
    df = models.fewest_df(effect, setting.n_total, setting.n_arms)
    implied = models.p_values(usual, effect.ci_level, df, models.other_tests(effect.measure))
    return judged(check, None if implied.meets(models.printed_p(effect, rounded)) else _implied(effect, usual))


def _implied(effect: Effect, usual: Interval) -> str:
    middle = [(s.low + s.high) / 2 for s in (usual.estimate, usual.half_width)]
    p = models.readable(models.p_value(abs(middle[0]) / middle[1], effect.ci_level))
    operator = "" if effect.p_operator in (None, "=") else f"{effect.p_operator} "
    about = p if p.startswith("less") else f"about {p}"
    return f"The interval implies p of {about}, the text prints {operator}{shown(effect, 'p_value')}."


def significance_agrees(effect: Effect, setting: Setting) -> AuditFinding | None:
    """An interval leaves out no effect where p is below the matching threshold, and only there."""
    check = "significance_agrees"
    printed, rounded = _ordered(effect), span(effect, "p_value")
    if printed is None or rounded is None or not _tested(effect):
        return None
    if setting.bootstrapped:
        return unchecked(check, "The text speaks of a bootstrap or a transformation: p need not follow from the interval.")
    threshold, null = 1 - (effect.ci_level or 95.0) / 100, no_effect(effect.measure)
    p = models.printed_p(effect, rounded)
    says = f"p {effect.p_operator or '='} {shown(effect, 'p_value')}"
    if printed.low.high < null < printed.high.low and p.high < threshold:
        return judged(check, f"The interval {_limits(effect)} holds {null:g}, no effect, while {says} is significant.")
    if (printed.low.low > null or printed.high.high < null) and p.low > threshold:
        return judged(check, f"The interval {_limits(effect)} leaves out {null:g}, no effect, while {says} is not significant.")
    return judged(check, None)


def no_effect(measure: Measure) -> float:
    """The value that means no difference."""
    return 1.0 if measure in RATIOS else 0.0
