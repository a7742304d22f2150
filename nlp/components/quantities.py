"""`counterclaim_quantities`: printed results and times, sentence by sentence."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp.grammar.atom import Atom, AtomKind
from nlp.grammar.atoms import atoms, may_tell_time
from nlp.grammar.results import results
from nlp.reading import Reading, Role
from nlp.timepoints import times


@Language.component("counterclaim_quantities", requires=["doc._.counterclaim_reading"])
def quantities(doc: Doc) -> Doc:
    """Read numbers and times in every sentence but the title's."""
    reading: Reading = doc._.counterclaim_reading
    for sentence in reading.sentences:
        if sentence.role is Role.TITLE:
            continue
        reported = sentence.role in (Role.RESULT, Role.CONCLUSION)
        if not reported and not may_tell_time(sentence.plain):
            continue
        found = atoms(sentence.plain)
        reading.times.extend(times(sentence, found))
        if reported:
            reading.printed[sentence.index] = results(sentence.plain, [a for a in found if not _other_meaning(reading, a)])
    return doc


def _other_meaning(reading: Reading, atom: Atom) -> bool:
    """The OR of a text that has it for overall response, the HR of one that has it for heart rate: no measure."""
    if atom.kind is not AtomKind.MEASURE or not atom.text.isalpha():
        return False
    long = reading.abbreviations.get(atom.text) or reading.abbreviations.get(atom.text.removesuffix("s"))
    return long is not None and not any(a.kind is AtomKind.MEASURE for a in atoms(f"{long} 1"))
