"""What the rules have read of a text before it is tagged, as the tagger wants it."""

from __future__ import annotations

from nlp.grammar.atoms import atoms
from nlp.reading import Reading, Role
from nlp.tagging.attributes import Stretch, Surroundings


def surroundings(reading: Reading) -> Surroundings:
    """Sentences with their roles, abbreviations, and what stands where: atoms of the grammar, packs' concepts, times."""
    stretches = [
        Stretch(sentence.start + a.start, sentence.start + a.end, f"atom.{a.kind.value}")
        for sentence in reading.sentences
        for a in (atoms(sentence.plain) if sentence.role is not Role.TITLE else ())
    ]
    stretches += [Stretch(m.start, m.end, f"concept.{m.kind.value}") for m in reading.concepts]
    stretches += [Stretch(t.start, t.end, "time") for t in reading.times]
    sentences = tuple((s.start, s.end, s.role.value) for s in reading.sentences)
    return Surroundings(reading.text, sentences, dict(reading.abbreviations), tuple(stretches))
