"""What a printed contrast counts, and so whether a greater number is the better one.

A ratio of risks counts an event: deaths, remissions. A hazard ratio beside a survival, a duration or a time to something counts how fast that time
ends, so it falls as the time grows: a hazard ratio of 0.6 for survival is fewer deaths, one of 2.2 for a time to recovery is faster recovery.
"""

from __future__ import annotations

import re

from nlp.claim import RATIOS, Better, Effect, Measure, Outcome
from nlp.effects import Linked
from nlp.events import BAD_EVENT, GOOD_EVENT, is_ended
from nlp.grammar.sieve import Sieved
from nlp.pace import is_awaited
from nlp.scene import Scene

#: A difference whose first number is a time.
_IN_TIME = re.compile(r"\D{0,200}\d[\d.,·]*\s?(?:s|sec\w*|min\w*|h|hrs?|hours?|d|days?|weeks?|months?|years?)\b", re.IGNORECASE)
#: Words for what a ratio is of: "hazard ratio for death", "HR of progression or death".
_RATIO_OF = Sieved(
    r"\b(?:(?:hazards?|risk|odds|rate) ratios?|relative (?:risk|hazard|rate)|hazards?|HR|RR|OR|aHR|aOR)(?:\s\((?:HR|RR|OR)\))?,?\s(?:for|of)\s(?:an?\s|the\s)?(?P<event>[A-Za-z][\w\s/-]{2,50})",
)


def more_is_better(effect: Effect, outcome: Outcome, stated: str = "") -> bool | None:
    """Whether a greater number speaks for the treatment; None where that cannot be told. `stated`: what the text says that the ratio is of."""
    if outcome.better is None and not stated:
        return None
    higher = None if outcome.better is None else outcome.better is Better.HIGHER
    if effect.measure is Measure.MD and is_awaited(outcome.text) and _IN_TIME.match(effect.quote.text):
        return None if higher is None else not higher  # "Recovery: 3 minutes more" is a later one.
    if effect.measure not in RATIOS or (effect.estimate or 0) <= 0 or (effect.ci_low or 1) <= 0:
        return higher  # A ratio printed below zero is a mean difference under a wrong name; its sign is still the side it lies on.
    if stated and (told := _event(stated)) is not None:
        return told
    if not is_ended(outcome.text, outcome.label):
        return higher
    return None if higher is None or effect.measure is not Measure.HR else not higher


def _event(words: str) -> bool | None:
    """Whether more of this event is better; None for a time, or where the words are of both kinds or of none."""
    if is_ended(words):
        return None
    bad, good = BAD_EVENT.search(words) is not None, GOOD_EVENT.search(words) is not None
    return None if bad is good else good


def ratio_of(scene: Scene, x: Linked) -> str:
    """What the text says that a ratio is of: the words behind "hazard ratio for", where they stand before the number."""
    if x.effect.measure not in RATIOS or not _RATIO_OF.possible(scene.plain):
        return ""
    before = [m for m in _RATIO_OF.finditer(scene.plain) if x.printed.start - 70 <= m.start() < x.printed.end]
    return re.split(r"\b(?:was|were|is|with|in|at|among|vs|versus|compared)\b", before[-1]["event"])[0] if before else ""
