"""What the printed numbers say of one another. An audit flags, and flags only: it corrects nothing and drops nothing.

`audit` looks at one effect. `audit_together` looks at all effects of one text, and also doubts a label that the text
misuses elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nlp.audit.intervals import interval_centred, interval_holds_estimate, p_fits_interval, same_scale, significance_agrees
from nlp.audit.labels import label_sound
from nlp.audit.setting import Setting
from nlp.audit.values import (
    counts_fit,
    p_possible,
    ratio_positive,
    share_possible,
    sign_against_words,
    spread_possible,
    value_on_scale,
)
from nlp.claim import AuditFinding, Effect

Check = Callable[[Effect, Setting], AuditFinding | None]

#: Every check of a single effect, in the order of their findings. A check that has nothing to look at says nothing.
CHECKS: tuple[Check, ...] = (
    ratio_positive,
    p_possible,
    share_possible,
    same_scale,
    interval_holds_estimate,
    interval_centred,
    p_fits_interval,
    significance_agrees,
    counts_fit,
    spread_possible,
    value_on_scale,
    sign_against_words,
)


def audit(
    effect: Effect,
    *,
    n_total: int | None = None,
    n_arms: tuple[int, ...] = (),
    bootstrapped: bool = False,
    outcome_range: tuple[float, float] | None = None,
) -> tuple[AuditFinding, ...]:
    """The findings of every check that applies to one effect.

    Args:
        effect: what the text prints; `effect.printed` decides what rounding allows.
        n_total: people in the study, which bounds the degrees of freedom of its tests.
        n_arms: people in each arm.
        bootstrapped: whether the text says that its intervals come from a bootstrap or a transformed scale.
        outcome_range: the lowest and highest value of the outcome's scale.
    """
    setting = Setting(n_total, n_arms, bootstrapped, outcome_range)
    return tuple(found for check in CHECKS if (found := check(effect, setting)) is not None)


def audit_together(
    effects: Sequence[Effect],
    *,
    n_total: int | None = None,
    n_arms: tuple[int, ...] = (),
    bootstrapped: bool = False,
    ranges: Mapping[str, tuple[float, float]] | None = None,
) -> tuple[tuple[AuditFinding, ...], ...]:
    """The findings for each effect of one text, in the order of the effects.

    Args:
        effects: all effects of the text.
        n_total: people in the study.
        n_arms: people in each arm.
        bootstrapped: whether the text says that its intervals come from a bootstrap or a transformed scale.
        ranges: lowest and highest value of the outcomes' scales, by concept id.
    """
    found = []
    for effect in effects:
        outcome_range = (ranges or {}).get(effect.outcome.concept or "")
        alone = audit(effect, n_total=n_total, n_arms=n_arms, bootstrapped=bootstrapped, outcome_range=outcome_range)
        doubt = label_sound(effect, effects)
        found.append((*alone, doubt) if doubt else alone)
    return tuple(found)
