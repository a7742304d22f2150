"""Outcomes whose wording turns their meaning: freedom from relapse, a target blood pressure, a time to recovery, a recording of weight.

More of the named thing is worse, and more of the worded one is better, or is neither. Such an outcome goes by its own words.
"""

from __future__ import annotations

import re

from crawler.quick_init import replace
from nlp.claim import Better
from nlp.events import BAD_EVENT, GOOD_EVENT
from nlp.grammar.sieve import Sieved
from nlp.reading import OutcomeMention, Reading, Sentence
from nlp.turners import FAILED_BEFORE, FREE_BEFORE

_LONGEST = 70
_PEOPLE = r"(?:patients|participants|subjects|women|men|children|people|adults|infants|eyes|those|individuals)"
_BEFORE = Sieved(
    r"\b(?:(?P<time>(?:times?|days?|latency|interval|delay)\s(?:to|until)\s(?:the\s)?(?:first\s|complete\s|sustained\s)?)?"
    rf"(?:(?P<free>{FREE_BEFORE}|{_PEOPLE}\swithout)"
    rf"|(?P<fail>{FAILED_BEFORE})"
    r"|(?P<other>(?:recordings?|documentation|knowledge|awareness|screening|monitoring|checks?|risk\sfactors?|history|fear)\s(?:of|for)))"
    r"|(?P<only_time>(?:times?|days?|latency|interval|delay)\s(?:to|until)(?:\s(?!(?:or|and|in|of|with|for|on|by|at|from|the|an?)\b)[\w-]+)?)"
    r"|(?P<lasting>duration\sof|days\s(?:of|with))"
    r"|(?P<target>(?:target|goal)))\s(?:(?:the|their|an?|any|first|complete|sustained)\s)*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"(?:(?P<free>[-\s]free\b(?!\sof|\sfrom)(?:\s(?:survival|interval|nights?|days?|time|rate))?)"
    r"|\s(?P<target>targets?|goals?|control(?!\s(?:groups?|arms?|patients|subjects|participants|women|men)))\b"
    r"|(?P<response>(?:\s\([A-Za-z-]{2,8}\))?\s(?:response|responders?|remission)(?:\srates?)?\b)"
    r"|\s(?P<event>clearance|resolution|healing|clearing)(?P<time>\stimes?)?\b)",
    re.IGNORECASE,
)
_ENDED = re.compile(
    r"(?:\s(?:symptoms?|episodes?))?\s(?:resolution|relief|clearance|clearing|disappearance|cessation|alleviation|remission|recovery|improvement)\b",
    re.IGNORECASE,
)
#: "an HbA1c below 7%", "a score of 2 or less", as a state that people reach.
_LIMIT = re.compile(
    r"(?:\s(?:levels?|values?|scores?|concentrations?))?\s(?:of\s)?(?:(?P<upper>below|under|less\sthan|lower\sthan|<|≤|at\sor\sbelow|at\smost)|(?P<lower>above|over|greater\sthan|more\sthan|higher\sthan|>|≥|at\sleast))\s?"
    r"(?:or\sequal\sto\s)?\d[\d./]*(?:\s?(?:%|mm\s?Hg|mmol/l|mg/dl|points?|kg))?",
    re.IGNORECASE,
)
_REACHED = Sieved(r"\b(?:achiev\w+|reach\w+|attain\w+|proportion|percentage|likely|odds|probability)\b[^.;,]{0,50}$", re.IGNORECASE)
_TURNED = {Better.LOWER: Better.HIGHER, Better.HIGHER: Better.LOWER, None: None}


def worded(reading: Reading, sentence: Sentence, m: OutcomeMention) -> OutcomeMention:
    """The mention, under its own words and polarity where these are not those of its name."""
    if m.entry is None:
        return m
    first = max(sentence.start, m.start - _LONGEST)
    before = _BEFORE.search_between(sentence.plain, first - sentence.start, m.start - sentence.start)
    after = _AFTER.match(reading.plain, m.end, sentence.end)
    named = m.entry.details.get("better")
    better = Better(named) if named else None
    if before is not None and before["only_time"] and (ends := _ENDED.match(reading.plain, m.end, sentence.end)) is not None:
        # The time until something ends is wanted short where the thing is not wanted.
        return _own(reading, m, sentence.start + before.start(), ends.end(), Better.LOWER if better is Better.LOWER else None)
    if before is not None and before.lastgroup is not None:
        return _turned_before(reading, m, before, sentence.start, better)
    if after is not None:
        return _turned_after(reading, m, after, better)
    limit = _LIMIT.match(reading.plain, m.end, sentence.end)
    if (
        limit is not None
        and better is not None
        and _REACHED.search_between(sentence.plain, first - sentence.start, m.start - sentence.start)
    ):
        good = (limit["upper"] is not None) is (better is Better.LOWER)
        return _own(reading, m, m.start, limit.end(), Better.HIGHER if good else Better.LOWER)
    return m


def _turned_before(reading: Reading, m: OutcomeMention, found: re.Match[str], offset: int, better: Better | None) -> OutcomeMention:
    own = _TURNED[better]
    if found["lasting"]:
        own = better
    elif found["only_time"]:
        own = own if m.entry is not None and is_event(m) else None
    elif found["other"]:
        own = None
    elif found["target"]:
        own = Better.HIGHER
    elif found["time"]:
        own = better
    return _own(reading, m, offset + found.start(), m.end, own)


def _turned_after(reading: Reading, m: OutcomeMention, found: re.Match[str], better: Better | None) -> OutcomeMention:
    if found["response"] and better is not Better.LOWER:
        return m
    if found["target"] or found["response"]:
        own: Better | None = Better.HIGHER
    elif found["event"]:
        own = better if found["time"] else _TURNED[better]
    else:
        own = _TURNED[better]
    return _own(reading, m, m.start, found.end(), own)


def is_event(m: OutcomeMention) -> bool:
    """Whether the outcome is something that happens, as told from a level."""
    details = m.entry.details if m.entry is not None else {}
    return bool(details.get("binary") or details.get("harm") or BAD_EVENT.search(m.label) or GOOD_EVENT.search(m.label))


def _own(reading: Reading, m: OutcomeMention, start: int, end: int, better: Better | None) -> OutcomeMention:
    text = reading.text[start:end]
    plain = text.split()[0].istitle()
    return replace(
        m, start=start, end=end, text=text, label=text[:1].lower() + text[1:] if plain else text, entry=None, better=better
    )
