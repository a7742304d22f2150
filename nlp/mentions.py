"""The labelled stretches that a text is printed with: what packs know, what the tagger finds, and what is written like a name that packs know."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from nlp.claim import Mention, MentionSource, Quote
from nlp.domain import ConceptKind
from nlp.reading import ConceptMention, Reading
from nlp.tagging.labelling import Tagged

#: The contract's labels for the packs' kinds.
_LABELS = {
    ConceptKind.INTERVENTION: "intervention", ConceptKind.COMPARATOR: "control", ConceptKind.OUTCOME: "outcome", ConceptKind.CONDITION: "condition",
    ConceptKind.ROUTE: "route", ConceptKind.CELL_SOURCE: "cell-source", ConceptKind.DONOR: "donor", ConceptKind.EXPOSURE: "intervention",
}  # fmt: skip
#: Which of a pack's kinds a tagged stretch may name.
_NAMES = {
    "intervention": (ConceptKind.INTERVENTION, ConceptKind.EXPOSURE),
    "control": (ConceptKind.COMPARATOR, ConceptKind.INTERVENTION),
    "outcome": (ConceptKind.OUTCOME,),
    "outcome-measure": (ConceptKind.OUTCOME,),
    "condition": (ConceptKind.CONDITION,),
}
#: What a pack tells and no tagger.
_OWN_KINDS = (ConceptKind.ROUTE, ConceptKind.CELL_SOURCE, ConceptKind.DONOR)


class Marks(StrEnum):
    """How much is printed of what a text names: `every` mention, each of a `trial`'s names once, or as texts like it were marked (`auto`)."""

    AUTO = "auto"
    EVERY = "every"
    TRIAL = "trial"


def mentions_of(reading: Reading, likely: list[Mention], marks: Marks = Marks.AUTO) -> tuple[Mention, ...]:
    """The mentions, in the order of the text.

    Where a tagger is used and the text is marked once, the packs' interventions, outcomes and conditions are told on the tagger's stretches alone.
    """
    tagging = reading.tagging
    once = tagging is not None and (marks is Marks.TRIAL or (marks is Marks.AUTO and tagging.once))
    found = [Mention("timepoint", _quote(reading, t.start, t.end)) for t in reading.times]
    if tagging is not None:
        every = (t for t in tagging.every if not once or t.label == "participants")
        found += [_tagged(reading, t) for t in dict.fromkeys((*tagging.fine, *every))]
    taken = {(m.label, m.quote.span) for m in found}
    found += [m for m in _known(reading, once) if (m.label, m.quote.span) not in taken]
    found += [] if once else likely
    return tuple(sorted(found, key=lambda m: (m.quote.span, m.label)))


def _quote(reading: Reading, start: int, end: int) -> Quote:
    return Quote(start, end, reading.text[start:end])


def _known(reading: Reading, once: bool) -> Iterator[Mention]:
    for m in reading.concepts:
        if not once or m.kind in _OWN_KINDS:
            yield Mention(_LABELS[m.kind], _quote(reading, m.start, m.end), m.entry.id, m.score)


def _tagged(reading: Reading, tagged: Tagged) -> Mention:
    named = [m for m in _named(reading, tagged) if m.entry.kind in _NAMES[tagged.label]] if tagged.label in _NAMES else []
    concepts = {m.entry.id for m in named}
    return Mention(
        tagged.label,
        _quote(reading, tagged.start, tagged.end),
        concepts.pop() if len(concepts) == 1 else None,
        round(tagged.score, 3),
        source=MentionSource.TAGGER,
    )


def _named(reading: Reading, tagged: Tagged) -> list[ConceptMention]:
    return reading.concepts_in(tagged.start, tagged.end)
