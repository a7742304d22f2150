"""`counterclaim_abbreviations`: what the text's own abbreviations stand for, by scispaCy's detector (Schwartz and Hearst 2003)."""

from __future__ import annotations

import warnings

from scispacy.abbreviation import AbbreviationDetector
from spacy.language import Language
from spacy.tokens import Doc


class Abbreviations:
    """Fills `reading.abbreviations`, short form to long form, as the text has them."""

    def __init__(self, nlp: Language, name: str) -> None:
        self._detector = AbbreviationDetector(nlp, name=f"{name}_detector")

    def __call__(self, doc: Doc) -> Doc:
        """Detect and keep."""
        with warnings.catch_warnings():
            # A text without any abbreviation leaves the detector's second matcher empty, which spaCy finds worth a warning.
            warnings.filterwarnings("ignore", message=r"\[W036\]")
            doc = self._detector(doc)
        found = {short.text: short._.long_form.text for short in doc._.abbreviations}
        # Spans in an extension cannot be serialised; the plain words are kept instead.
        doc._.abbreviations = []
        doc._.counterclaim_reading.abbreviations = found
        return doc


@Language.factory("counterclaim_abbreviations", requires=["doc._.counterclaim_reading"])
def make_abbreviations(nlp: Language, name: str) -> Abbreviations:
    """The component."""
    return Abbreviations(nlp, name)
