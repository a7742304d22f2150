"""What kind of null a null is: shown to be equivalent, precise, imprecise, or only stated.

* `equivalence_shown`: the interval lies inside the margin that the text gives, on both sides, or the text says so of its own margin, or its p value
  is one for that margin (`margins.py`);
* `precise_null`: the interval holds no effect that would matter: for a difference the outcome's minimal important difference (0.2 for a
  standardised one), for a ratio 25% either way, GRADE's mark for appreciable benefit or harm (Guyatt and others, J Clin Epidemiol 2011;64:1283);
* `imprecise`: the interval holds such an effect, or nothing tells what would matter;
* `stated_only`: no interval is printed.
"""

from __future__ import annotations

import re

from nlp.claim import RATIOS, Effect, Measure, NullKind
from nlp.findings import Finding
from nlp.grammar.sieve import Sieved
from nlp.reading import Reading, Role

#: Ratios that GRADE calls no appreciable benefit or harm, and a standardised difference that Cohen calls small.
BAND, SMALL = (0.75, 1.25), 0.2
_MARGIN = Sieved(
    r"\bmargins?\b(?:\s(?:for|in|of)\s(?:the\s)?[a-z][\w ]{2,30}?(?=\s(?:was|were|is|of|at)))?[\s,:=(]*(?:(?:was|were|is|of|set|at|to|as|defined|pre-?specified|a|an|difference|hazard ratio|relative risk|than|less|upper|limit)\s){0,6}"
    r"(?P<sign>[±+-]|plus or minus\s)?\s?(?P<value>\d+(?:\.\d+)?)\s?(?P<percent>%|percent)?",
    re.IGNORECASE,
)
_INSIDE = Sieved(
    r"\b(?:within|inside|did not (?:exceed|cross)|excluded) (?:the |our |this )?(?:\w+[- ]){0,4}margins?\b", re.IGNORECASE
)
_EQUIVALENT = Sieved(r"\b(?:equivalen(?:t|ce)|non-?\s?inferior(?:ity)?)\b", re.IGNORECASE)
_NOT_SHOWN = Sieved(
    r"\b(?:not|fail\w*|unable|cannot|could not|neither|inconclusive)\b[^.;]{0,50}\b(?:equivalen|non-?\s?inferior|margin)",
    re.IGNORECASE,
)


def null_kind(f: Finding, effect: Effect | None) -> NullKind:
    """What kind of null a finding is, its contrast given."""
    if effect is None or effect.ci_low is None or effect.ci_high is None:
        return NullKind.STATED_ONLY
    low, high = effect.ci_low, effect.ci_high
    margin = _margin(f, effect)
    said = _INSIDE.search(f.scene.plain) is not None and _NOT_SHOWN.search(f.scene.plain) is None
    if (margin is not None and _inside(low, high, margin, effect)) or (said and _EQUIVALENT.search(f.scene.plain)):
        return NullKind.EQUIVALENCE_SHOWN
    if effect.measure in RATIOS:
        return NullKind.PRECISE_NULL if BAND[0] < low and high < BAND[1] else NullKind.IMPRECISE
    matters = SMALL if effect.measure is Measure.SMD else _important(f, effect)
    return NullKind.PRECISE_NULL if matters is not None and -matters < low and high < matters else NullKind.IMPRECISE


def _inside(low: float, high: float, margin: float, effect: Effect) -> bool:
    if effect.measure not in RATIOS:
        return -margin < low and high < margin
    if margin in (0.0, 1.0):
        return False
    return min(margin, 1 / margin) < low and high < max(margin, 1 / margin)


def _important(f: Finding, effect: Effect) -> float | None:
    """The outcome's minimal important difference, where the effect is a difference of raw means in its unit."""
    entry = f.mention.entry
    if entry is None or effect.measure is not Measure.MD or "mid" not in entry.details:
        return None
    unit = entry.details.get("unit")
    return float(entry.details["mid"]) if unit is None or effect.unit in (None, unit) else None


def _margin(f: Finding, effect: Effect) -> float | None:
    """The margin that the sentence gives, else the only one that the study's aims and methods give."""
    here = [m for m in _MARGIN.finditer(f.scene.plain) if _fits(m, effect)]
    if here:
        return float(here[0]["value"])
    told = {float(m["value"]) for m in _told(f.scene.reading) if _fits(m, effect)}
    return next(iter(told)) if len(told) == 1 else None


def _told(reading: Reading) -> list[re.Match[str]]:
    return [m for s in reading.of_role(Role.AIM, Role.METHOD) for m in _MARGIN.finditer(s.plain)]


def _fits(m: re.Match[str], effect: Effect) -> bool:
    """A margin in per cent is one of percentages; a ratio's is a ratio."""
    value = float(m["value"])
    if effect.measure in RATIOS:
        return not m["percent"] and 0.5 <= value <= 2
    return value > 0 and (m["percent"] is None or effect.unit == "%" or effect.measure is Measure.RD)


def shows_no_worse(text: str) -> bool:
    """Whether words say that the treatment proved equivalent or not inferior."""
    return _EQUIVALENT.search(text) is not None and _NOT_SHOWN.search(text) is None
