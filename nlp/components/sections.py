"""`counterclaim_sections`: sentences and their roles; sentence starts for spaCy."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp.components import state
from nlp.grammar.characters import in_one_spelling
from nlp.reading import Reading
from nlp.sectioning import sentences_of


@Language.component("counterclaim_sections", assigns=["doc._.counterclaim_reading", "token.sent_start"])
def sections(doc: Doc) -> Doc:
    """Cut the text at its headings and its sentences."""
    document = doc._.counterclaim_document
    plain = in_one_spelling(document.text)
    reading = Reading(document.text, plain, sentences_of(document, plain))
    doc._.set(state.READING, reading)
    starts = {s.start for s in reading.sentences}
    for token in doc:
        token.is_sent_start = token.i == 0 or token.idx in starts
    return doc
