"""`counterclaim_quantities`: printed results and times, sentence by sentence."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp.grammar.atoms import atoms
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
        found = reading.atoms[sentence.index] = atoms(sentence.plain)
        reading.times.extend(times(sentence, found))
        if sentence.role in (Role.RESULT, Role.CONCLUSION):
            reading.printed[sentence.index] = results(sentence.plain, found)
    return doc
