"""A label that a text misuses once is not to be trusted beside it."""

from __future__ import annotations

from collections.abc import Iterable

from nlp.audit import models
from nlp.audit.printed import interval, shown
from nlp.audit.setting import Setting, judged
from nlp.audit.values import ratio_positive
from nlp.claim import RATIOS, AuditFinding, Effect, Verdict


def label_sound(effect: Effect, together: Iterable[Effect]) -> AuditFinding | None:
    """A ratio's label is not the one that the same text gives to a negative number.

    Says nothing where all is well, or where the effect's own interval shows that it is a ratio.
    """
    if effect.measure not in RATIOS or _impossible(effect) or _shows_itself(effect):
        return None
    for other in together:
        if other.measure is effect.measure and _impossible(other):
            return judged(
                "label_sound",
                f"The same text prints {shown(other, 'estimate')} as {_article(effect)} {effect.measure}, which no ratio can be: "
                "this one may be a mean difference too.",
            )
    return None


def _article(effect: Effect) -> str:
    return "an" if effect.measure[0] in "OHRI" else "a"


def _impossible(effect: Effect) -> bool:
    found = ratio_positive(effect, Setting())
    return found is not None and found.verdict is Verdict.INCONSISTENT


def _shows_itself(effect: Effect) -> bool:
    """Whether the interval is symmetric as a ratio's and not as a difference's."""
    printed = interval(effect)
    if printed is None:
        return False
    usual = models.on_usual_scale(effect, printed)
    return usual is not None and usual.centred() and not printed.centred()
