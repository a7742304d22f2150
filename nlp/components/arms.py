"""`counterclaim_arms`: the study and its arms."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp.components import state
from nlp.design import studied


@Language.component(
    "counterclaim_arms", requires=["doc._.counterclaim_reading"], assigns=["doc._.counterclaim_study", "doc._.counterclaim_arms"]
)
def arms(doc: Doc) -> Doc:
    """Find what was compared."""
    study, found = studied(doc._.counterclaim_document, doc._.counterclaim_reading)
    doc._.set(state.STUDY, study)
    doc._.set(state.ARMS, found)
    return doc
