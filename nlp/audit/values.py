"""Numbers that cannot be, whatever the interval says: out of range, of the wrong sign, or not fitting their counts."""

from __future__ import annotations

from nlp.audit.intervals import no_effect
from nlp.audit.printed import Span, shown, span
from nlp.audit.setting import Setting, judged, unchecked
from nlp.claim import DIFFERENCES, RATIOS, AuditFinding, Effect, Group, Measure


def ratio_positive(effect: Effect, setting: Setting) -> AuditFinding | None:
    """No ratio, and no limit of one, is negative."""
    if effect.measure not in RATIOS:
        return None
    negative = [f for f in ("estimate", "ci_low", "ci_high") if (getattr(effect, f) or 0) < 0]
    if not negative:
        return None if effect.estimate is None else judged("ratio_positive", None)
    printed = " and ".join(shown(effect, f) for f in negative)
    return judged("ratio_positive", f"A ratio cannot be negative, the text prints {printed}: this reads as a mean difference.")


def p_possible(effect: Effect, setting: Setting) -> AuditFinding | None:
    """A p value is a probability."""
    if effect.p_value is None:
        return None
    wrong = None if 0 <= effect.p_value <= 1 else f"A p value lies between 0 and 1, the text prints {shown(effect, 'p_value')}."
    return judged("p_possible", wrong)


def share_possible(effect: Effect, setting: Setting) -> AuditFinding | None:
    """A proportion lies within 0 and 100%."""
    if effect.measure is not Measure.PROPORTION or effect.estimate is None:
        return None
    wrong = f"A proportion lies between 0 and 100%, the text prints {shown(effect, 'estimate')}."
    return judged("share_possible", None if 0 <= effect.estimate <= 100 else wrong)


def counts_fit(effect: Effect, setting: Setting) -> AuditFinding | None:
    """No more events than people, and the printed percentage is theirs."""
    check, events, total = "counts_fit", effect.events, effect.total
    if events is None or total is None:
        return None
    if events > total:
        return judged(check, f"{events} of {total} people cannot have had the event.")
    printed = span(effect, "estimate")
    if printed is None or total == 0 or effect.measure is not Measure.PROPORTION:
        return judged(check, None)
    share = events / total * (100 if effect.unit and "%" in effect.unit else 1)
    fits = printed.meets(Span(share, share))
    return judged(check, None if fits else f"{events} of {total} is {share:.3g}, the text prints {shown(effect, 'estimate')}.")


def spread_possible(effect: Effect, setting: Setting) -> AuditFinding | None:
    """Standard deviations, standard errors and heterogeneity are not negative; quartiles stand in order about the median."""
    fields = [f for f in ("sd", "se", "tau2", "i2") if getattr(effect, f) is not None]
    quartiles = (effect.iqr_low, effect.iqr_high)
    if not fields and None in quartiles:
        return None
    for f in fields:
        if getattr(effect, f) < 0:
            return judged("spread_possible", f"{f.upper()} cannot be negative, the text prints {shown(effect, f)}.")
    if effect.i2 is not None and effect.i2 > 100:
        return judged("spread_possible", f"I² is at most 100%, the text prints {shown(effect, 'i2')}.")
    return judged("spread_possible", _quartiles_out_of_order(effect))


def _quartiles_out_of_order(effect: Effect) -> str | None:
    low, high = span(effect, "iqr_low"), span(effect, "iqr_high")
    if low is None or high is None:
        return None
    quartiles = f"{shown(effect, 'iqr_low')} to {shown(effect, 'iqr_high')}"
    if low.low > high.high:
        return f"The quartiles {quartiles} stand in the wrong order."
    middle = span(effect, "estimate")
    if effect.measure is Measure.MEDIAN and middle and not middle.meets(Span(low.low, high.high)):
        return f"The median {shown(effect, 'estimate')} lies outside its quartiles {quartiles}."
    return None


def value_on_scale(effect: Effect, setting: Setting) -> AuditFinding | None:
    """A group's mean or median lies on the instrument's scale."""
    printed = span(effect, "estimate")
    if setting.outcome_range is None or printed is None or effect.measure not in (Measure.MEAN, Measure.MEDIAN):
        return None
    if effect.unit and "%" in effect.unit:
        return unchecked("value_on_scale", "The value is printed in per cent and not in points of the scale.")
    low, high = setting.outcome_range
    fits = printed.meets(Span(low, high))
    wrong = None if fits else f"{effect.outcome.label} runs from {low:g} to {high:g}, the text prints {shown(effect, 'estimate')}."
    return judged("value_on_scale", wrong)


def sign_against_words(effect: Effect, setting: Setting) -> AuditFinding | None:
    """A contrast's number points the way that its sentence's words say."""
    contrasts = RATIOS | DIFFERENCES | {Measure.MEAN_CHANGE}
    if effect.stated_sign is None or effect.estimate is None:
        return None
    if effect.group is not Group.DIFFERENCE or effect.measure not in contrasts:
        return None
    null = no_effect(effect.measure)
    if effect.estimate == null:
        return None
    higher = effect.estimate > null
    if higher == (effect.stated_sign > 0):
        return judged("sign_against_words", None)
    words, number = ("a lower", "higher") if higher else ("a higher", "lower")
    return judged(
        "sign_against_words",
        f"The words tell of {words} value, the printed {shown(effect, 'estimate')} of a {number} one: one of the two is wrong, or "
        "the outcome is coded the other way round.",
    )
