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
    told = doc._
    study, found = studied(told.counterclaim_document, told.counterclaim_reading)
    told.set(state.STUDY, study)
    told.set(state.ARMS, found)
    return doc
