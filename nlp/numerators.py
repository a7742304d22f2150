"""Which arm a printed contrast is of: "HR for placebo versus belcorin 1.8" is of placebo, and turns round what it says of belcorin."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from itertools import pairwise

from nlp.claim import RATIOS, Better, Effect, Group, Measure, Outcome
from nlp.counted import more_is_better, ratio_of
from nlp.effects import Linked
from nlp.events import is_ended
from nlp.reading import Side
from nlp.scene import Scene

#: What stands between the two that a contrast sets against each other, in its order.
_SET_AGAINST = re.compile(
    r"\s?(?:groups?|arms?)?,?\s(?:versus|vs\.?|v|as\scompared\s(?:with|to)|compared\s(?:with|to)|relative\sto|against|over|minus|[-−–/])\s(?:the\s)?|\s?[-−–/]\s?",
    re.IGNORECASE,
)
_ORDERED = re.compile(
    r"(?:\b(?:with|for|in|of|comparing|on|under|among)\s|[(,:]\s?|^)(?:the\s)?(?:patients\s(?:on|given)\s)?$", re.IGNORECASE
)
#: "Placebo versus belcorin: adjusted hazard ratio 1.8": the two stand right before the measure's words.
_RIGHT_BEFORE = re.compile(r"(?:\s(?:groups?|arms?))?[\s,:(]*(?:the\s)?(?:[\w-]+\s)?")
_AHEAD, _BEHIND_NUMBER = 80, 60


def is_of_comparator(scene: Scene, x: Linked) -> bool:
    """Whether a contrast is told of the comparator against the treatment: "the hazard ratio with placebo as compared with the drug was 3.2"."""
    first = x.printed.start if x.printed.measure_start is None else x.printed.measure_start
    place, end = scene.offset + first, scene.offset + min(len(scene.plain), x.printed.end + _BEHIND_NUMBER)
    near = scene.sides_in(max(scene.offset, place - _AHEAD), end)
    return any(
        a.side is Side.COMPARATOR
        and b.side is Side.INTERVENTION
        and (a.start >= place or _RIGHT_BEFORE.fullmatch(scene.between(b.end, place)) is not None)
        and _SET_AGAINST.fullmatch(scene.between(a.end, b.start)) is not None
        and _ORDERED.search(scene.between(max(scene.offset, a.start - 30), a.start)) is not None
        for a, b in pairwise(near)
    )


#: How far the logarithm of the arms' own ratio may lie from that of the printed one turned round: what rounding leaves, and what adjusting does.
_AS_PRINTED, _AS_ADJUSTED = 0.06, 0.5
_PER_TIME = re.compile(r"\bper\s[\d,]+\s?(?:person|patient)", re.IGNORECASE)


def of_comparator_by_rates(scene: Scene, outcome: Outcome, linked: Iterable[Linked], x: Linked) -> bool | None:
    """Whether the arms' own rates show a ratio to be the comparator's by the treatment's; None where they do not tell.

    "40 of 200 with placebo and 22 of 200 with the drug (RR 1.82)". A ratio near 1 may leave the side of crude rates by adjusting.
    """
    own = log_of_rates(scene, linked, x.effect)
    printed = _log(x.effect)
    if own is None or printed is None or not _counts_the_same(scene, outcome, x):
        return None
    if own * printed > 0:
        return False
    least = _AS_ADJUSTED if _excludes_none(x.effect) else _AS_PRINTED
    return True if abs(printed) > _AS_PRINTED and abs(own + printed) <= least else None


def log_of_rates(scene: Scene, linked: Iterable[Linked], contrast: Effect | None = None) -> float | None:
    """The logarithm of the treatment's rate by the comparator's; None where each arm has not one rate, of one kind.

    Rates of other arms than those of `contrast` are left out; for an odds ratio the rates are made odds.
    """
    arms = (None, None) if contrast is None else (contrast.arm, contrast.versus)
    rates: list[float] = []
    all_effects = [x.effect for x in linked]
    for group, arm in zip((Group.INTERVENTION, Group.COMPARATOR), arms, strict=True):
        of_arm = [e for e in all_effects if e.group is group and (arm is None or e.arm is None or e.arm == arm)]
        found = {r for e in of_arm if (r := _rate_of(scene, e)) is not None}
        if len(found) != 1:
            return None
        rates += found
    if contrast is not None and contrast.measure is Measure.OR and max(rates) < 1:
        rates = [r / (1 - r) for r in rates]
    return math.log(rates[0] / rates[1]) if min(rates) > 0 and rates[0] != rates[1] else None


def _rate_of(scene: Scene, e: Effect) -> float | None:
    """A share as it is printed or counted, or so many per person-time."""
    if e.events is not None and e.total:
        return e.events / e.total
    if e.estimate is None:
        return None
    if e.measure is Measure.PROPORTION:
        return e.estimate / 100
    return e.estimate if e.measure is Measure.MEAN and e.unit is None and _PER_TIME.search(scene.plain) else None


def _counts_the_same(scene: Scene, outcome: Outcome, x: Linked) -> bool:
    """Whether a ratio counts what the rates do: one of hazards beside a survival counts those who died."""
    better = more_is_better(x.effect, outcome, ratio_of(scene, x))
    if outcome.better is None or better is None:
        return not is_ended(outcome.text, outcome.label)
    return better is (outcome.better is Better.HIGHER)


def _log(effect: Effect) -> float | None:
    if (
        effect.measure not in RATIOS
        or effect.unit == "%"
        or effect.estimate is None
        or effect.estimate <= 0
        or effect.estimate == 1
    ):
        return None
    return math.log(effect.estimate)


def _excludes_none(effect: Effect) -> bool:
    if effect.ci_low is not None and effect.ci_high is not None:
        return effect.ci_low > 1 or effect.ci_high < 1
    return effect.p_value is not None and effect.p_value < 0.05 and effect.p_operator not in (">", ">=")
