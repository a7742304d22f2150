"""A question put to a text: the stems that tell its two sides and its outcome from everything else."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from nlp.domain import ConceptKind, entries
from nlp.matching import Matcher
from nlp.verdict.lines import Text, Token, phrase_stems, stems_of
from nlp.verdict.polarity import polarity

#: In how many of so many abstracts a stem stands.
Frequencies = tuple[int, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: what happened to the outcome's value under the intervention, against the comparator?"""

    intervention: str
    comparator: str
    outcome: str

    def turned(self) -> Question:
        """The same seen from the other side."""
        return Question(self.comparator, self.intervention, self.outcome)


class Change(StrEnum):
    """The change that an outcome's own name tells of: more "reduction in pain" is less pain."""

    FALL = "fall"
    RISE = "rise"
    GOOD = "good"
    ANY = "any"


_CHANGES = (
    (Change.FALL, re.compile(r"\b(?:reductions?|reduced|decreas\w+|declines?|fall|lowering|loss|drop)\b", re.IGNORECASE)),
    (Change.RISE, re.compile(r"\b(?:increas\w+|rise|gain|elevat\w+|growth)\b", re.IGNORECASE)),
    (Change.GOOD, re.compile(r"\b(?:improve\w*|recovery|relief)\b", re.IGNORECASE)),
    (Change.ANY, re.compile(r"\bchanges?\b", re.IGNORECASE)),
)
#: Words that name no treatment by themselves; "combination" names one right before "group".
GENERIC = stems_of("""mg kg ml g mcg dose dosage day daily week month year hour min time twice once therapy treatment received use used using
    combination combined plus alone only following high low early late new non with without intervention program programme training
    administration procedure surgery technique method system continuous oral intravenous infusion injection arm followed given then
    class session per placed addition added type based""")
_CONTROL = re.compile(r"\b(?:placebo|controls?|sham|no|not|without|untreated|wait\w*)\b", re.IGNORECASE)
_USUAL = re.compile(
    r"\b(?:alone|only|monotherapy|baseline)\b|\b(?:standard|usual|conventional|routine|traditional|saline|ordinary)\b(?=.{0,20}\b(?:care|treatment|therapy|management|group|method|practice|procedure|technique|education)\b)|^.{0,20}\b(?:standard|usual|conventional|routine|traditional|saline|ordinary)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:non?|without|not|un)[\s-]?$", re.IGNORECASE)
_LABEL = re.compile(r"\b(?:groups?|arms?|cohort)\s+([A-Z]|\d|I{1,3}|IV)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Side:
    """One side of the comparison: the stems that only it has, by weight, and how far it is worded as a control (0 to 2)."""

    words: str
    own: Mapping[str, float]
    named: Mapping[str, float]
    control: int
    #: All its stems.
    whole: Mapping[str, float]
    #: Its name is the other's, these stems denied: "non-ARB therapy".
    denied: frozenset[str]
    #: It has nothing that the other has not: "propofol" against "propofol plus midazolam".
    part: bool


@dataclass(frozen=True)
class Asked:
    """A question's stems in the light of one text."""

    question: Question
    outcome: Mapping[str, float]
    sides: tuple[Side, Side]
    polarity: float
    change: Change | None
    #: "A" of "group A" to 0 (the intervention) or 1.
    labels: Mapping[str, int]


@lru_cache(maxsize=1)
def _treatments() -> Matcher:
    return Matcher(e for e in entries() if e.kind is ConceptKind.INTERVENTION)


def names_intervention(asked: Asked, text: Text) -> bool:
    """Whether the text names the intervention at all: by a word of its own, a letter of its group, or another name that the packs have for it.

    One that is worded as a control, or by general words alone, is told by its role.
    """
    side = asked.sides[0]
    own = {s for s in side.whole if s not in GENERIC}
    if not own or side.control or asked.labels:
        return True
    if any(not own.isdisjoint(token.stands_for) for line in text.lines for token in line.tokens):
        return True
    known = {m.entry.id for m in _treatments().find(side.words)}
    return not known.isdisjoint(m.entry.id for m in _treatments().find(text.text)) if known else False


def weight(found: str, frequencies: Frequencies) -> float:
    """How much a stem tells: the rarer the more."""
    of, counts = frequencies
    return math.log((of + 1) / (counts.get(found, 0) + 1)) + 0.3


def asked(question: Question, text: Text, frequencies: Frequencies) -> Asked:
    """The question's stems, those of short forms of the text as their long forms."""
    outcome = _weighed(phrase_stems(question.outcome, text), frequencies)
    told = [phrase_stems(words, text) for words in (question.intervention, question.comparator)]
    names = [_weighed(of, frequencies) for of in told]
    sides = (
        _side(question.intervention, told[0], names[0], names[1], outcome),
        _side(question.comparator, told[1], names[1], names[0], outcome),
    )
    change = next((c for c, pattern in _CHANGES if pattern.search(question.outcome)), None)
    return Asked(question, outcome, sides, polarity(question.outcome), change, _labels(question, sides, text))


def _weighed(stems: Mapping[str, str], frequencies: Frequencies) -> dict[str, float]:
    return {s: weight(s, frequencies) for s in stems}


def _side(
    words: str, told: Mapping[str, str], own: Mapping[str, float], other: Mapping[str, float], outcome: Mapping[str, float]
) -> Side:
    alone = {k: w for k, w in own.items() if k not in other}
    named = {k: w for k, w in alone.items() if k not in outcome and k not in GENERIC} or {
        k: w for k, w in alone.items() if k not in GENERIC
    }
    denied_words = {m[0] for m in re.finditer(r"[^\W_]{2,}", words) if _DENIED.search(words[: m.start()])}
    denied = frozenset(s for s, word in told.items() if word in denied_words and s in other)
    return Side(words, alone, named, _controlled(words), own, frozenset() if named else denied, not named)


def _controlled(words: str) -> int:
    return 2 if _CONTROL.search(words) else 1 if _USUAL.search(words) else 0


def _labels(question: Question, sides: tuple[Side, Side], text: Text) -> dict[str, int]:
    """Which side "group A" is: by the question's own words, else by what stands beside it in the text."""
    told: dict[str, int] = {}
    for number, words in enumerate((question.intervention, question.comparator)):
        for m in _LABEL.finditer(words):
            told[m[1].upper()] = number if m[1].upper() not in told else -1
    if told:
        return {k: v for k, v in told.items() if v >= 0}
    votes: dict[str, float] = {}
    for line in text.lines:
        marks = list(_LABEL.finditer(line.plain))
        for place, m in enumerate(marks):
            left = marks[place - 1].end() if place else max(0, m.start() - 60)
            right = marks[place + 1].start() if place + 1 < len(marks) else len(line.plain)
            for begin, end, factor in ((m.end(), min(right, m.end() + 90), 1.0), (max(left, m.start() - 60), m.start(), 0.6)):
                near = [t for t in line.tokens if begin <= t.start - line.start < end]
                score = _covered(sides[0], near) - _covered(sides[1], near)
                votes[m[1].upper()] = votes.get(m[1].upper(), 0.0) + factor * score
    return {label: 0 if vote > 0 else 1 for label, vote in votes.items() if abs(vote) > 0.15}


def _covered(side: Side, tokens: list[Token]) -> float:
    keys = side.own
    total = math.fsum(keys.values())
    have = frozenset().union(*(t.stands_for for t in tokens)) if tokens else frozenset()
    return math.fsum(w for k, w in keys.items() if k in have) / total if total else 0.0
