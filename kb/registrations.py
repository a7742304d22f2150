"""Which registration numbers are a study's own, and which a document merely names.

A number joins documents to one study, so that one taken wrongly makes two trials one, and their dispute disappears. A trial's own number is
that of its source's list of registrations, that which the text calls its registration, or the only one that a report of the trial prints.
What is printed beside it, or in a sentence about another trial, joins nothing: a person is asked, and the graph has it as an edge.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from crawler.record import registry_ids
from kb.told_by import told_as

#: Registries of reviews: PROSPERO and INPLASY.
OF_REVIEWS = ("CRD", "INPLASY")
#: Reports of somebody else's: what they print is the number of what they tell of.
_RETELLS = frozenset({"news", "web_page", "digest", "conference"})
_SENTENCE = re.compile(r"(?<=[.;!?])\s+(?=[A-Z\[(])|\n+")
_HEADING = re.compile(
    r"\b(BACKGROUND|INTRODUCTION|CONTEXT|RATIONALE|METHODS?|MATERIALS? AND METHODS|PATIENTS AND METHODS|DESIGN|RESULTS?|FINDINGS|CONCLUSIONS?|INTERPRETATION|"
    r"DISCUSSION|OBJECTIVES?|AIMS?|PURPOSE|SETTING|PARTICIPANTS|(?:CLINICAL )?TRIAL REGISTRATION(?: NUMBERS?)?|REGISTRATION|FUNDING)\s*:",
    re.IGNORECASE,
)
_BEFORE_IT = frozenset(["background", "introduction", "context", "rationale"])
_REGISTERED = re.compile(
    r"regist|identifier|\btrial (?:number|ID|no\b)|\bID\b|clinicaltrials|eudract|umin-ctr|isrctn|funded by|\bnumber,?\s*:?\s*$",
    re.IGNORECASE,
)
#: Words that tell of the paper's own study, also where that is another look at an earlier one.
_OWN = re.compile(
    r"\b(?:this|present|our|we|here(?:in)?|secondary|post[- ]hoc|ancillary|follow-?up|extension|open-label phase|sub-?study|sub-?analys[ei]s|analys[ei]s of|"
    r"(?:participants|patients|data|samples) (?:of|in|from)|interim)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:previous(?:ly)?|prior|earlier|recently|published|unlike|in contrast to|consistent with|as (?:shown|seen|reported) in|similar to|"
    r"(?:showed|found|lowered|reduced|improved|demonstrated|suggested|reported|failed)\b[^.]*\b(?:trial|study))\b",
    re.IGNORECASE,
)
_NEAR = 90


def registrations(row: Mapping[str, Any]) -> dict[str, bool]:
    """Every number that a stored document bears or prints, and whether it is its study's own.

    Args:
        row: a row of `document`.
    """
    given = [str(i) for i in json.loads(row["registry_ids"])]
    numbers = list(dict.fromkeys([*given, *map(str, json.loads(row["study_registry_ids"]))]))
    if not numbers:
        return {}
    if row["report"] == "registry":
        return {n: n in given for n in numbers}
    text = str(row["text"])
    told = told_as(row["report"], row["publication_types"], row["title"])
    printed = set(registry_ids(text))
    standing = _standing(text, numbers)
    own: set[str] = set()
    for of_reviews, group in _by_registry(numbers):
        if of_reviews is (row["level"] == "pooled"):
            listed = [n for n in group if n not in printed]
            own |= _own(group, listed, standing, told, row["level"])
    return {n: n in own for n in numbers}


def _by_registry(numbers: Iterable[str]) -> Iterable[tuple[bool, list[str]]]:
    """Numbers of one registry together; whether it is one of reviews."""
    groups: dict[str, list[str]] = defaultdict(list)
    for number in numbers:
        groups["20" if number[:2] == "20" else number[:3].upper()].append(number)
    return [(prefix.startswith(("CRD", "INP")), group) for prefix, group in groups.items()]


def _own(group: list[str], listed: list[str], standing: Mapping[str, str], told: str, level: str) -> set[str]:
    """Of one registry's numbers the one that is the study's own; none where several may be."""
    called = [n for n in group if standing.get(n) == "registered"]
    for certain in (called, listed):
        if certain:
            return set(certain) if len(certain) == 1 else set()
    if len(group) > 1:
        return set()
    # What retells a trial prints the trial's number wherever it speaks of it; a paper may print another trial's.
    if told in _RETELLS:
        return set(group)
    return set(group) if level != "other" and standing.get(group[0]) != "others" else set()


def _standing(text: str, numbers: Iterable[str]) -> dict[str, str]:
    """How the text speaks of each number: `registered` as its own, `others` of another trial, `printed`; the first of these, if any."""
    found: dict[str, str] = {}
    wanted = set(numbers)
    heading = ""
    for sentence in _SENTENCE.split(text):
        if heads := _HEADING.findall(sentence):
            heading = heads[-1].lower()
        for number in wanted.intersection(registry_ids(sentence)):
            sort = _sort(sentence, number, heading)
            if sort == "registered" or found.get(number, "others") == "others":
                found[number] = sort
    return found


def _sort(sentence: str, number: str, heading: str) -> str:
    digits = re.search(re.escape(number[-5:]), sentence)
    before = sentence[max(0, (digits.start() if digits else 0) - _NEAR) : digits.start() if digits else 0]
    about_others = (heading in _BEFORE_IT or _OTHERS.search(sentence)) and not _OWN.search(sentence)
    if about_others and "regist" not in before.lower():
        return "others"
    return "registered" if _REGISTERED.search(before) or "registration" in heading else "printed"
