"""The attributes that components leave on a spaCy `Doc`, by name and in one place."""

from __future__ import annotations

from spacy.tokens import Doc
from spacy.vocab import Vocab

from crawler.document import Document

READING = "counterclaim_reading"
DOCUMENT = "counterclaim_document"
STUDY = "counterclaim_study"
ARMS = "counterclaim_arms"
EFFECTS = "counterclaim_effects"
CLAIMS = "counterclaim_claims"
LINKED = "counterclaim_linked"
SCENES = "counterclaim_scenes"
TAGGED = "counterclaim_tagged"

for _name in (READING, DOCUMENT, STUDY, ARMS, EFFECTS, CLAIMS, LINKED, SCENES, TAGGED):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)


def carrying(document: Document, vocab: Vocab) -> Doc:
    """A `Doc` for the components to leave their attributes on. It has no words: of a whole text they would cost much and nothing asks for them."""
    doc = Doc(vocab)
    doc._.set(DOCUMENT, document)
    return doc
