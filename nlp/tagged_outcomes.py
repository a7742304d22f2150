"""Outcomes that the trained tagger finds where no pack knows a name: its stretches, cut to the words that name something."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from operator import attrgetter

from nlp.grammar.sentences import Span
from nlp.outcomes import is_topic, named_outcome
from nlp.polarity import better_by_words
from nlp.reading import OutcomeMention, Reading, Sentence
from nlp.turners import is_counted

#: From which probability a stretch is an outcome of its own.
LEAST = 0.4
_BEGIN = attrgetter("start")
#: Within so many characters a predicate stands.
_PREDICATE = 120
_FINE = ("outcome", "outcome-measure")
_FUNCTION_WORDS = r"the|an?|no|any|in|on|of|for|and|or|nor|both|significant(?:ly)?|primary|secondary|mean|median|changes? in|all|were|was|had|with|to|by|their|its"
#: Words that no name begins with; but where it is counted, a change is part of it: "increased salivation was more frequent".
_LEAD = re.compile(
    rf"(?:(?:{_FUNCTION_WORDS}|improved|reduced|increased|decreased|"
    r"cut|halved|doubled|lowered|raised|prevented|improves?|reduces?|more|less|fewer|greater|lower|higher|better|worse|improving|reducing|measured by|assessed by|analy[sz]ed|end-?points?|outcomes? (?:was|were)|\W+)\s)+|[^\w(]+",
    re.IGNORECASE,
)
_LEAD_COUNTED = re.compile(rf"(?:(?:{_FUNCTION_WORDS}|\W+)\s)+|[^\w(]+", re.IGNORECASE)
#: Words that none ends with.
_TRAIL = re.compile(
    r"(?:\s(?:were|was|is|are|did|had|has|up|at|in|on|of|for|and|or|with|by|to|than|from|after|before(?:hand)?|during|between|within|over|per|as|that|too|also|clearly|significantly|markedly|"
    r"week|month|day|year|follow-?up|only)|[\s,;:.(/-]+)+$",
    re.IGNORECASE,
)
#: A verb cuts: what a treatment did something to stands behind it, what did something of itself before it.
_DONE_TO = re.compile(
    r"\s(?:(?:improved|reduced|increased|decreased|lowered|raised|enhanced|affected|prevented|delayed|relieved|alleviated)(?:\s(?:the|both|mean|overall))?|"
    r"(?:surpassed|outperformed|protected|superior|inferior)\b.{0,60}?\s(?:on|for|in|against|regarding|to))\s",
    re.IGNORECASE,
)
_DID = re.compile(
    r"\s(?:rose|fell|dropped|declined|grew|changed|improved|worsened|increased|decreased|differed|remained|arose|occurred|counted|observed|reported|noted|seen|found|gained|kept|"
    r"reached|lessened|vanished|was|were|is|are|did|had|has|showed)\b",
    re.IGNORECASE,
)
#: What a study looks for, says of all its results, or reckons with, and nothing that it measures.
_GENERAL = re.compile(
    r"(?:(?:(?:primary|secondary|main|clinical|preventive|therapeutic|beneficial|efficacy|safety|other|short-term|long-term|study|overall|all|these|end|one|two|three|\d+)[\s-])*"
    r"(?:outcomes?|end-?\s?points?|measures?|results?|efficacy|safety|feasibility|tolerability|effects?|effectiveness|benefits?|feasible|safe|tolerated|well tolerated|differences?|"
    r"changes?|improvements?|response to treatment|assessments?|groups?|rates?|values?|scores?|levels?|figures|proportions?|numbers?|months?|weeks?|days?|years?|"
    r"sensitivity|specificity|accuracy|posterior probability)(?:\s(?:and|or)\s)?[\s,-]*)+",
    re.IGNORECASE,
)
_A_WORD = re.compile(r"(?!(?:at|in|on|of|for|by|to|and|or|with|than|from|after|the|was|were)$)[^\n]*[A-Za-z]{2}", re.IGNORECASE)
_BETWEEN = re.compile(r",\s(?:and\s|or\s|nor\s)?|\s(?:and|or|nor|as well as)\s(?:the\s)?")
_NAME_BY_ITSELF = re.compile(r"(?!\d)[A-Z0-9][\w-]*[A-Z0-9][\w-]*|(?!\d)\w+(?:[ -](?!\d)\w+)+")


def tagged_outcomes(reading: Reading, sentence: Sentence, taken: list[OutcomeMention]) -> list[OutcomeMention]:
    """The tagged outcomes of a sentence that meet none of those taken and nothing that a pack knows by another name."""
    found: list[OutcomeMention] = []
    for stretch in _stretches(reading, sentence):
        for part in _parts(reading, _cut(reading, stretch)):
            named = _named(reading, part)
            if is_topic(reading, sentence, named.start, named.end):
                continue
            if any(m.start < named.end and named.start < m.end for m in (*taken, *found)) or _known_otherwise(reading, named):
                continue
            text = reading.text[named.start : named.end]
            mention = named_outcome(reading, named.start, named.end)
            if mention is not None and _A_WORD.match(text) and not _GENERAL.fullmatch(text):
                found.append(mention)
    return found


def _stretches(reading: Reading, sentence: Sentence) -> Iterator[Span]:
    """The stretches of a sentence, those with the closer bounds first."""
    tagging = reading.tagging
    if tagging is None:
        return
    for tagged, labels in ((tagging.fine, _FINE), (tagging.every, ("outcome",))):
        # Both lists stand in the text's order; a long text has many sentences and many stretches.
        first, last = (bisect_left(tagged, place, key=_BEGIN) for place in (sentence.start, sentence.end))
        for t in tagged[first:last]:
            if t.label in labels and t.score >= LEAST and t.end <= sentence.end:
                yield Span(t.start, t.end)


def _cut(reading: Reading, of: Span) -> Span:
    """The stretch on the side of its verb where the outcome stands."""
    done = _DONE_TO.search(reading.plain, of.start, of.end)
    if done is not None and done.end() < of.end:
        return Span(done.end(), of.end)
    did = _DID.search(reading.plain, of.start, of.end)
    return Span(of.start, did.start()) if did is not None else of


def _parts(reading: Reading, of: Span) -> list[Span]:
    """A list's items where each is a name: "VAS, ODI and SF-36", but not "bladder and bowel control"."""
    parts: list[Span] = []
    at = of.start
    for m in _BETWEEN.finditer(reading.plain, of.start, of.end):
        parts.append(Span(at, m.start()))
        at = m.end()
    parts.append(Span(at, of.end))
    return parts if len(parts) > 1 and all(_stands_alone(reading.plain[p.start : p.end]) for p in parts) else [of]


def _stands_alone(text: str) -> bool:
    return _NAME_BY_ITSELF.fullmatch(text) is not None or (len(text.split()) == 1 and better_by_words(text) is not None)


def _named(reading: Reading, of: Span) -> Span:
    """The stretch without times at its end, and without words that belong to no name."""
    start, end = of.start, of.end
    for time in reading.times_in(start, end):
        end = min(end, time.list_start) if time.list_start > start else end
    trail = _TRAIL.search(reading.plain, start, end)
    end = trail.start() if trail else end
    lead = (_LEAD_COUNTED if is_counted(reading.plain, end, end + _PREDICATE) else _LEAD).match(reading.plain, start, end)
    return Span(lead.end() if lead else start, end)


def _known_otherwise(reading: Reading, of: Span) -> bool:
    return of.start >= of.end or any(
        m.start < of.end and of.start < m.end for m in reading.concepts_in(max(0, of.start - 80), of.end + 80)
    )
