"""A registry's outcomes: what was measured by the packs, which way is better, and when.

A pack knows which value of EDSS is the better one; it does not know it of "time to EDSS progression" or "participants with less pain". So an
outcome goes by a pack's concept only where its title says nothing beside the concept that could turn the sense of its numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crawler.document import SectionName
from crawler.posted import PostedOutcome
from nlp.claim import Better, Outcome, Timepoint
from nlp.components.concepts import bundled_matcher
from nlp.domain import ConceptKind, Entry
from nlp.grammar.atoms import atoms
from nlp.grammar.characters import in_one_spelling
from nlp.reading import Role, Sentence, TimeMention
from nlp.timepoints import times

#: Words that turn, or may turn, the sense of a value: less of a bad thing, the time until it, the people who were spared it.
_TURNING = re.compile(
    r"\b(?:times?|days?|weeks?|months?|hours?|duration|latency|interval)\s(?:to|until|before|without)\b"
    r"|\b(?:without|free|freedom|absen\w+|no|not|non|never|fail\w*|avoid\w*|prevent\w*|lack\w*|spared|independen\w+)\b"
    r"|\b(?:reduc\w+|decreas\w+|declin\w+|drop\w*|lower\w*|less|fewer|improv\w+|worsen\w*|better|worse|increas\w+|rais\w+|rise|gains?|gained"
    r"|loss|lost|recover\w*|resol\w+|respon\w+|remission|deteriorat\w+|progress\w*|stable|stabili\w+|success\w*)\b",
    re.IGNORECASE,
)
#: What scales are registered with: which end, or which sign of a change, is the worse one.
_END_IS = re.compile(
    r"\b(?P<end>higher|greater|larger|lower|smaller|positive|negative|increas\w+|decreas\w+)\s(?:[\w-]+\s){0,3}?"
    r"(?:scores?|values?|numbers?|points?|changes?|differences?|results?)?\b[^.;,]{0,24}?\b(?:indicat\w+|mean(?:s|ing)?|represent\w*|reflect\w*|correspond\w*|denot\w+|signif\w+|is|are|being|=)\s"
    r"[^.;,]{0,24}?\b(?P<sense>worse\w*|poorer|more severe|deteriorat\w+|(?:greater|more|higher|increased) (?:disability|severity|impairment|pain|symptoms?|disease)"
    r"|better|improve\w*|benefit|(?:less|lower|reduced) (?:disability|severity|impairment|pain|symptoms?|severe|disease))\b",
    re.IGNORECASE,
)
_HIGH_END = re.compile(r"higher|greater|larger|positive|increas", re.IGNORECASE)
_GOOD_SENSE = re.compile(r"better|improve|benefit|less|lower|reduced", re.IGNORECASE)
#: A change that is taken the other way round than a change is: its sign is the opposite of the value's.
_TURNED_CHANGE = re.compile(r"\bbaseline (?:value |score )?(?:minus|-|−|–) ", re.IGNORECASE)
_BASELINE = re.compile(
    r"\s*(?:at\s)?(?:baseline|screening|pre-?\s?(?:treatment|infusion|injection|dose))(?:\s(?:visit|value|score)s?)?\s*",
    re.IGNORECASE,
)
_CHANGE = re.compile(r"\bchang\w*|\b(?:from|minus|versus|relative to)\s(?:the\s)?baseline\b", re.IGNORECASE)
_SAID_CHANGE = re.compile(r"\bchanges? (?:\w+ ){0,4}from (?:the )?baseline\b", re.IGNORECASE)
#: What a row's label holds beside a time when it names nothing else.
_TIME_ONLY = re.compile(
    r"\b(?:chang\w*|from|baseline|at|to|visit|between|and|in|of|the|mean|median|post|follow|up|end|study|after|treatment|infusion|injection|dose|last|first|final|months?|weeks?|days?|years?)\b"
    r"|[\W\d_]+",
    re.IGNORECASE,
)
#: Words by which a time frame says how long, where its field says when.
_SPAN_WORDS = re.compile(
    r"\b(?:up to|for|over|through(?:out)?|during|average of|approximately|of|about|every|duration)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one row of an outcome tells of: its name where it has one, its time, and whether it is a change from baseline."""

    name: str | None
    time: Timepoint | None
    change: bool


def rows_of(posted: PostedOutcome) -> dict[str | None, Row]:
    """The rows by their label as posted; None is the outcome itself."""
    labels = list(dict.fromkeys([None, *(v.category for v in posted.values)]))
    # Where baseline is posted as a row of its own, the other rows are values and not changes, whatever the title says.
    raw = any(label is not None and _BASELINE.fullmatch(label) for label in labels)
    of_all = not raw and (_CHANGE.search(posted.title) or _SAID_CHANGE.search(posted.description or "")) is not None
    when = _time_of(posted)
    return {label: _row(label, when, of_all) for label in labels}


def _row(label: str | None, when: Timepoint | None, change: bool) -> Row:
    if label is None:
        return Row(None, when, change)
    if _BASELINE.fullmatch(label):
        return Row(None, Timepoint(label.strip(), 0.0), change=False)
    said = [part for part in label.split(": ") if not _only_a_time(part)]
    return Row(": ".join(said) or None, _one(moments(label)) or when, change or _CHANGE.search(label) is not None)


def _only_a_time(label: str) -> bool:
    rest = label
    for t in reversed(moments(label)):
        rest = f"{rest[: t.list_start]} {rest[t.list_end :]}"
    return not _TIME_ONLY.sub("", rest)


# ------------------------------------------------------------------------------------------------ when


#: Longer than the registry lets any label be.
_LONGEST_LABEL = 1000


@lru_cache(maxsize=4096)
def moments(words: str) -> tuple[TimeMention, ...]:
    """The times that a label names."""
    words = words[:_LONGEST_LABEL]
    plain = in_one_spelling(words)
    return tuple(times(Sentence(0, 0, len(words), SectionName.OTHER, Role.RESULT, words, plain), atoms(plain)))


def _one(found: tuple[TimeMention, ...]) -> Timepoint | None:
    return Timepoint(found[0].text, round(found[0].days, 3)) if len({t.days for t in found}) == 1 else None


def _time_of(posted: PostedOutcome) -> Timepoint | None:
    """The time of the whole outcome: its time frame's, or of several there the one that the title names. Else the frame as worded."""
    frame = posted.timeframe
    if frame is None:
        return _one(moments(posted.title))
    found = moments(frame) or moments(_SPAN_WORDS.sub(lambda m: "at".ljust(len(m[0])), frame))
    single = _one(found)
    if single is not None:
        return single
    named = _one(moments(posted.title))
    if named is not None and (not found or any(round(t.days, 3) == named.days for t in found)):
        return named
    return Timepoint(frame, None)


# ------------------------------------------------------------------------------------------------ what


@dataclass(frozen=True, slots=True)
class NamedOutcome:
    """An outcome, and whether its concept is an unwanted event. `contradicted`: its description has the scale the other way round."""

    outcome: Outcome
    harm: bool = False
    contradicted: bool = False


def named(posted: PostedOutcome, row: str | None, *, of_people: bool) -> NamedOutcome:
    """The outcome of a row.

    Args:
        posted: the outcome as posted.
        row: the row's name, where it has one of its own beside a time.
        of_people: whether the numbers count people, as shares and odds do: then only an event has a better side.
    """
    text = f"{posted.title}: {row}" if row else posted.title
    entry = _entry(text, of_people)
    if entry is None:
        return NamedOutcome(Outcome(text, text))
    better = entry.details.get("better")
    said = frozenset[str]() if of_people else _said_better(posted.description or "")
    contradicted = better is not None and not said <= {better}
    value = Outcome(text, entry.label, entry.id, Better(better) if better and not contradicted else None)
    return NamedOutcome(value, bool(entry.details.get("harm")), contradicted)


@lru_cache(maxsize=4096)
def _entry(text: str, of_people: bool) -> Entry | None:
    """The one outcome that a text names, where nothing beside it may turn its sense."""
    found = [m for m in bundled_matcher().find(text) if m.kind is ConceptKind.OUTCOME]
    broader = {m.entry.details.get("broader") for m in found}
    known = {m.entry.id: m.entry for m in found if m.entry.id not in broader}
    if len(known) != 1:
        return None
    rest = text
    for m in reversed(found):
        rest = f"{rest[: m.start]}·{rest[m.end :]}"
    entry = next(iter(known.values()))
    if _TURNING.search(rest) or (of_people and not entry.details.get("binary")):
        return None
    return entry


def _said_better(description: str) -> frozenset[str]:
    """Which end of a scale its description calls the better one; both where it says both, or turns a change round."""
    if _TURNED_CHANGE.search(description):
        return frozenset({"higher", "lower"})
    return frozenset(
        "higher" if (_HIGH_END.match(m["end"]) is None) == (_GOOD_SENSE.match(m["sense"]) is None) else "lower"
        for m in _END_IS.finditer(description)
    )
