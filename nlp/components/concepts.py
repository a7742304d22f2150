"""`counterclaim_concepts`: the packs' names in the text, and the text's own abbreviations of them."""

from __future__ import annotations

import re
from functools import lru_cache

from spacy.language import Language
from spacy.tokens import Doc

from nlp.concept_spans import Spans, occurrences
from nlp.domain import ConceptKind, entries, packs_named
from nlp.matching import Matcher
from nlp.reading import ConceptMention, Reading

_FIRST_WORD = re.compile(r"[\w-]+\s")
_SHARES_HEAD = re.compile(r"(?<![\w-])([A-Za-z-]+)\s(?:and|or)\s(?:of\s|in\s)?$")


@lru_cache(maxsize=2)
def bundled_matcher() -> Matcher:
    """The matcher over all bundled packs."""
    return Matcher(entries())


class Concepts:
    """Fills `reading.concepts`."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher

    def __call__(self, doc: Doc) -> Doc:
        """Match names, then let the text's own abbreviations have the last word."""
        reading: Reading = doc._.counterclaim_reading
        found = self._matcher.find(reading.text)
        reading.abbreviations |= _letters_of_names(reading, found)
        if reading.abbreviations:
            found = self._abbreviated(reading, found)
        found = [m for m in found if not _numeral(reading, m) and not _control_of_something(reading, m)]
        found += self._shared_heads(reading, found)
        reading.concepts = sorted(found, key=lambda m: (m.start, -m.end))
        return doc

    def _shared_heads(self, reading: Reading, found: list[ConceptMention]) -> list[ConceptMention]:
        """ "acute and chronic GVHD" names two outcomes with one head: the first word with the second's head is a name too."""
        extra: list[ConceptMention] = []
        spans: Spans | None = None
        for m in found:
            first = _FIRST_WORD.match(m.text) if m.kind is ConceptKind.OUTCOME else None
            before = _SHARES_HEAD.search(reading.plain[max(0, m.start - 40) : m.start]) if first else None
            if not first or not before:
                continue
            start, spans = m.start - len(before[0]), spans or Spans(found)
            for entry in self._matcher.exact(f"{before[1]} {m.text[first.end() :]}"):
                if entry.kind is ConceptKind.OUTCOME and entry.id != m.entry.id and not spans.meet(start, start + 1):
                    extra.append(ConceptMention(entry, start, start + len(before[1]), before[1]))
        return extra

    def _abbreviated(self, reading: Reading, found: list[ConceptMention]) -> list[ConceptMention]:
        """Occurrences of a short form mean what its long form means: the concepts that end the long form (its head)."""
        places = occurrences(reading.abbreviations, reading.text)
        spans = Spans(found)
        for short, long in reading.abbreviations.items():
            meant = [m for m in self._matcher.find(long) if m.end >= len(long.rstrip()) - 1]
            # Where the text gives the letters another meaning than the packs do ("MS" as mitral stenosis), nothing stands in their place.
            if meant or _known(self._matcher, short):
                _mean(spans, places[short], meant, reading.text)
        return spans.mentions()


_LETTERS = re.compile(r"\s?\(([A-Z][A-Za-z]{0,2}[A-Z][A-Z0-9-]{0,4})\)")


def _letters_of_names(reading: Reading, found: list[ConceptMention]) -> dict[str, str]:
    """ "Cyclophosphamide (CTX)": letters right behind a treatment's name stand for it, though the name may not have them all.

    Only those that the packs take for something else, and that the text has not explained in another place, need it.
    """
    elsewhere = {m.text for m in found if m.kind is not ConceptKind.INTERVENTION and m.text.isupper()}
    if not elsewhere:
        return {}
    told: dict[str, str] = {}
    for m in found:
        letters = _LETTERS.match(reading.text, m.end) if m.kind is ConceptKind.INTERVENTION else None
        if letters and letters[1] in elsewhere and letters[1] not in reading.abbreviations:
            told.setdefault(letters[1], m.text)
    return told


def _mean(spans: Spans, places: list[tuple[int, int]], meant: list[ConceptMention], text: str) -> None:
    """At these places stand the concepts that are meant, and no others but routes and sources beside them."""
    spared = {ConceptKind.ROUTE, ConceptKind.CELL_SOURCE} - {m.kind for m in meant}
    for start, end in places:
        spans.remove(start, end, spared)
    for start, end in places:
        for m in meant:
            if not spans.meet(start, end, m.kind):
                spans.add(ConceptMention(m.entry, start, end, text[start:end]))


_NUMERAL_BEFORE = re.compile(r"(?:grades?|class|phase|stage|type|[IV]\s?[–/-]|\b(?:I|II|III) (?:to|or|and))\s?$", re.IGNORECASE)


def _numeral(reading: Reading, m: ConceptMention) -> bool:
    """The IV of "grade IV", "phase II-IV", "class III or IV" is a number."""
    return m.text in ("IV", "IM", "II") and _NUMERAL_BEFORE.search(reading.plain[max(0, m.start - 12) : m.start]) is not None


_CONTROLLED = re.compile(
    r"\b(?:bowel|bladder|glyc\w+|pain|disease|symptom|seizure|infection|local|tumou?r|pressure|motor|postural|quality|rate|weight|birth|disease)\s$",
    re.IGNORECASE,
)


def _control_of_something(reading: Reading, m: ConceptMention) -> bool:
    """ "bowel control", "glycaemic control", "quality control" name no arm."""
    if m.kind is not ConceptKind.COMPARATOR or not m.text.lower().startswith("control"):
        return False
    before = reading.plain[max(0, m.start - 24) : m.start]
    return _CONTROLLED.search(before) is not None


def _known(matcher: Matcher, short: str) -> bool:
    return bool(matcher.find(short))


@lru_cache(maxsize=8)
def _matcher_of(domains: tuple[str, ...]) -> Matcher:
    return Matcher(entries(packs_named(domains)))


@Language.factory("counterclaim_concepts", requires=["doc._.counterclaim_reading"], default_config={"domains": []})
def make_concepts(nlp: Language, name: str, domains: list[str]) -> Concepts:
    """The component over the packs of these names; over all bundled ones where none is named."""
    return Concepts(_matcher_of(tuple(domains)) if domains else bundled_matcher())
