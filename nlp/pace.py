"""Words of speed and delay as comparatives: faster healing, a later relapse, a recovery that was prolonged.

An event that comes sooner is more of it ("up"), one that comes later less. A time to it goes the other way: what was sooner took less time.
Words of length are of times, and of what lasts; of an event that is awaited ("recovery was prolonged") they say that it came later.
"""

from __future__ import annotations

import re

_SOONER = (
    r"faster|quicker|speedier|sooner|earlier|accelerat\w+|hasten\w*|expedit(?:ed|es|ing)|more\s(?:rapid|quick|prompt|swift)(?:ly)?"
)
_LATER = r"slower|slow(?:ed|s|ing)|later|delay(?:ed|s|ing)|postpon(?:ed|es|ing)|retard(?:ed|s|ing)|more\sslow(?:ly)?|slowly"
#: What the tables of cues read: words that no other entry has, the comparative ones where they compare.
SOONER_CUES = (
    r"\b(?:faster|quicker|speedier|sooner|hasten(?:ed|s)|expedit(?:ed|es)|earlier(?=\s(?:than|with|in|after|for|on|under|by)\b))"
)
LATER_CUES = r"\b(?:slower|more\sslowly|slow(?:ed|s)|retard(?:ed|s)|postpon(?:ed|es)|delay(?:ed|s)|later(?=\s(?:than|with|in|for|on|under)\b))"
_PACE = re.compile(rf"(?:{_SOONER}|{_LATER})\b", re.IGNORECASE)
_WHEN = re.compile(r"(?:earlier|sooner|later|delay|postpon|hasten|expedit)", re.IGNORECASE)
_LENGTH = re.compile(r"(?:longer|shorter|prolong\w*|shorten\w*|protracted|extended|lengthen\w*)\b", re.IGNORECASE)
#: Outcomes that are times.
_TIME = re.compile(
    r"\btimes?\b|\bdelays?\b|\blatenc(?:y|ies)\b|\bdurations?\b|\blength\sof\b|\bintervals?\b|\bstay\b|\b(?:minutes|hours|days|weeks|months|years)\s(?:to|until|till|of|in|on|with|before)\b",
    re.IGNORECASE,
)
#: Events that are awaited.
_AWAITED = re.compile(
    r"\b(?:heal(?:ing|ed)?|recover\w*|union|extubation|weaning|discharge\w*|emptying|closure|clearance|conversion|returns?|ambulation|mobili[sz]ation|emergence|awakening|engraftment|resolution|"
    r"delivery|epitheliali[sz]ation|regain\w*|resumption|cure)\b",
    re.IGNORECASE,
)
#: "Three days later" is a date, "delayed surgery" and "a delayed start" are arms or names.
_DATED = re.compile(
    r"(?:\d|\b(?:one|two|three|six|minutes?|hours?|days?|weeks?|months?|years?|or|and|as|even|much))\s$", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?:^|[,;:(-]\s?|\b(?:an?|the|of|or|and|to|vs\.?|versus|with|without|from|by|against|than|immediate|early|no|any|for|in|on|had|either|both|more|fewer|less|his|her|their)\s)$",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(r"(?:delay|postpon|retard|slow)ed$", re.IGNORECASE)
_OF_A_NAME = re.compile(
    r"-|\s(?:start|onset|treatment|group|arms?|therapy|care|intervention|surgery|entry|release|recall|memory|type|phase)\b",
    re.IGNORECASE,
)


def compares(words: str, start: int, end: int) -> bool:
    """Whether a cue of pace at `words[start:end]` says how soon something was, and is no date and no part of a name.

    >>> told = "Seen 3 weeks later in clinic, union came later than with casts."
    >>> compares(told, 13, 18), compares(told, 41, 46)
    (False, True)
    """
    if _DATED.search(words, max(0, start - 10), start) and words[start:end].lower() in ("later", "earlier"):
        return words.startswith(" than", end)
    if _PARTICIPLE.search(words, start, end):
        return _NAMED.search(words, max(0, start - 12), start) is None and _OF_A_NAME.match(words, end) is None
    return True


def dates(word: str) -> bool:
    """Whether the word says when something came, and not how fast it goes: "later", "delayed"."""
    return _WHEN.match(word) is not None


def is_time(name: str) -> bool:
    """Whether an outcome of this name is a time."""
    return _TIME.search(name) is not None


def is_awaited(name: str) -> bool:
    """Whether it is an event that is awaited, and no time to it."""
    return _AWAITED.search(name) is not None and not is_time(name)


def turns(word: str, name: str) -> bool:
    """Whether the word of a cue points the other way for an outcome of this name.

    >>> turns("faster", "time to healing"), turns("faster", "healing"), turns("prolonged", "recovery"), turns("prolonged", "survival")
    (True, False, True, False)
    """
    if _PACE.match(word):
        return is_time(name)
    return _LENGTH.match(word) is not None and is_awaited(name)
