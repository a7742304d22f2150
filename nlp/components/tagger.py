"""`counterclaim_tagger`: the trained tagger's spans, for the components behind it."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp.components import state
from nlp.reading import Reading
from nlp.tagger import Tagger


class Tag:
    """Fills `tagging` of the reading; it stays None where the pipeline has no tagger."""

    def __init__(self, tagger: Tagger | None = None) -> None:
        self.tagger = tagger

    def __call__(self, doc: Doc) -> Doc:
        """Tag the text."""
        reading: Reading = doc._.get(state.READING)
        reading.tagging = self.tagger.tag(reading) if self.tagger is not None else None
        doc._.set(state.TAGGED, reading.tagging)
        return doc


@Language.factory("counterclaim_tagger", requires=["doc._.counterclaim_reading"], assigns=["doc._.counterclaim_tagged"])
def make_tagger(nlp: Language, name: str) -> Tag:
    """The component without a tagger; `build` puts one in."""
    return Tag()
