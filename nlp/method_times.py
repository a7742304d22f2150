"""The one time of measurement that only the methods give, for results that are printed without one.

The contract asks for it, and the risk is a wrong time, so every doubt leaves the results without: a second time in the methods, any time
among the results, a length of treatment or of follow-up.
"""

from __future__ import annotations

import re

from crawler.quick_init import replace
from nlp.claim import Claim, Timepoint
from nlp.effects import Linked
from nlp.reading import Reading, Role, TimeMention

#: "at 6 months", "assessed after 12 weeks", "6-month outcome": when something was measured.
_MEASURED_AT = re.compile(
    r"\b(?:at|after|until|by)\s(?:an?\s|the\s|baseline and (?:at |after )?|weeks?\s|months?\s|day\s)?$", re.IGNORECASE
)
_MEASURING = re.compile(
    r"\b(?:outcomes?|end ?points?|measure\w*|assess\w*|evaluat\w*|record\w*|score[ds]?|follow(?:ed)?[- ]?up|determined|examined|obtained|change in)\b",
    re.IGNORECASE,
)


def only_time(reading: Reading) -> Timepoint | None:
    """The time for all results: None where the results name any, or the methods not exactly one."""
    if any(reading.times_in(s.start, s.end) for s in reading.of_role(Role.RESULT, Role.CONCLUSION)):
        return None
    found = [t for s in reading.of_role(Role.METHOD, Role.AIM) for t in reading.times_in(s.start, s.end)]
    if not found or len({round(t.days, 3) for t in found}) > 1:
        return None
    first = next((t for t in found if _of_measurement(reading, t)), None)
    return Timepoint(first.text, round(first.days, 3)) if first else None


def _of_measurement(reading: Reading, time: TimeMention) -> bool:
    sentence = next(s for s in reading.of_role(Role.METHOD, Role.AIM) if s.start <= time.start < s.end)
    before = reading.plain[sentence.start : time.start]
    return _MEASURED_AT.search(before) is not None and _MEASURING.search(sentence.plain) is not None


def timed(linked: list[Linked], time: Timepoint | None) -> list[Linked]:
    """The effects with the time for all results, where they have none."""
    if time is None:
        return linked
    return [replace(x, effect=replace(x.effect, timepoint=time)) if x.effect.timepoint is None else x for x in linked]


def claims_timed(claims: list[Claim], time: Timepoint | None) -> list[Claim]:
    """The same for claims."""
    return [replace(c, timepoint=time) if c.timepoint is None else c for c in claims] if time is not None else claims
