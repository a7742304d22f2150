"""`counterclaim_sections`: sentences and their roles.

They stay spans of the text and are not set on the tokens: spaCy looks over the whole document for each token that is told.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp.components import state
from nlp.grammar.characters import in_one_spelling
from nlp.grammar.sieve import Sieved
from nlp.reading import Reading
from nlp.sectioning import sentences_of

_STANDARD_ERRORS = Sieved(r"±\s?(?:SE\b|SEM\b|standard error)|\bSEM?\b\s?\)|mean\s?\(?±\s?SEM?")


@Language.component("counterclaim_sections", assigns=["doc._.counterclaim_reading"])
def sections(doc: Doc) -> Doc:
    """Cut the text at its headings and its sentences."""
    told = doc._
    document = told.counterclaim_document
    plain = in_one_spelling(document.text)
    found = sentences_of(document, plain)
    said = any(_STANDARD_ERRORS.search(s.plain) for s in found)
    reading = Reading(document.text, plain, found, says_standard_errors=said)
    told.set(state.READING, reading)
    return doc
