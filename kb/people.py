"""Of whom a result is: of all who were studied, or of a part of them that its sentence names.

A part's result is no vote of the study. Where the reading names no subgroup, the sentence itself is asked: by the words "subgroup" and "subset", and
by a beginning ("Among participants aged 50 or more, …") whose words the text had not used of the people studied until then.
"""

from __future__ import annotations

import re

from nlp.words import normal_name

_PART = re.compile(
    r"\b(?:in|among|for|within|of)\s+(?:the|an?|this|that|these)?\s*((?:[\w.-]+\s+){0,4}?(?:sub-?groups?|sub-?sets?|sub-?populations?|strat(?:um|a))\b[^,;:]{0,60})",
    re.IGNORECASE,
)
_NAMED_AFTER = re.compile(r"^(?:among|in|for)\s+([^,;:]{3,80}),\s+an?\s+(?:[\w-]+\s+){0,2}(?:sub-?group|sub-?set)\b", re.IGNORECASE)
_BEGINNING = re.compile(
    r"^(?:\W*)(?:among|in|for)\s+(?:the\s+)?(?:patients|participants|those|people|subjects|individuals|adults|children|women|men|females|males)\s+"
    r"((?:with|without|aged|who|whose|having|over|under|older|younger)\b[^,;]{2,80}),",
    re.IGNORECASE,
)
_SEX = re.compile(r"^(?:\W*)(?:among|in)\s+(women|men|females|males|girls|boys)\s*,", re.IGNORECASE)
#: Meta-analysts' subsets are of studies, and an analysis of a subset of outcomes is of all people.
_NOT_PEOPLE = re.compile(r"\b(?:trials?|stud(?:y|ies)|outcomes?|analys[ei]s)\b", re.IGNORECASE)
_SMALL = frozenset(
    ["with", "without", "aged", "who", "whose", "were", "have", "having", "received", "treated", "given", "older", "younger", "than", "more", "less", "this", "that",
     "these", "those", "from", "into", "their", "years", "least"]
)  # fmt: skip
_LONGEST = 60


def part_told(quote: str, before: str) -> str | None:
    """The part of the people that a result's sentence is about; None where it is about all.

    Args:
        quote: the sentence.
        before: the document's text in front of it.

    >>> part_told("Among those with an EDSS of 6.0-6.5, an exploratory subset, walking was better.", "")
    'those with an EDSS of 6.0-6.5'
    >>> part_told("In patients with severe stroke, mortality was lower.", "We studied 90 patients with severe stroke.") is None
    True
    """
    quote = " ".join(quote.split())
    if named := _NAMED_AFTER.search(quote):
        return named[1][:_LONGEST]
    if (part := _PART.search(quote)) and not _NOT_PEOPLE.search(part[1]):
        return part[1].strip()[:_LONGEST]
    if (sex := _SEX.match(quote)) and sex[1].lower() not in before.lower():
        return sex[1].lower()
    beginning = _BEGINNING.match(quote)
    if beginning is None or not before:
        return None
    told = set(normal_name(before).split())
    words = [w for w in normal_name(beginning[1]).split() if (len(w) > 3 or w[0].isdigit()) and w not in _SMALL]
    return beginning[1].strip()[:_LONGEST] if any(w not in told for w in words) else None
