"""`counterclaim_quantities`: printed results and times, sentence by sentence."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

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
            reading.printed[sentence.index] = results(sentence.plain, found)
    return doc
