"""`counterclaim_abbreviations`: what the text's own abbreviations stand for, by scispaCy's detector (Schwartz and Hearst 2003)."""

from __future__ import annotations

import warnings

from scispacy.abbreviation import AbbreviationDetector
from spacy.language import Language
from spacy.tokens import Doc

from nlp.reading import Reading
from nlp.short_forms import short_forms

#: The detector's work grows with the square of a text's brackets; a text with more is read by `short_forms`, whose work does not.
_MOST_BRACKETS = 250


class Abbreviations:
    """Fills `reading.abbreviations`, short form to long form, as the text has them."""

    def __init__(self, nlp: Language, name: str) -> None:
        # The default of 10,000 words empties itself over and over while a library is read.
        if hasattr(nlp.tokenizer, "max_cache_size"):
            nlp.tokenizer.max_cache_size = 200_000
        self._detector = AbbreviationDetector(nlp, name=f"{name}_detector")

    def __call__(self, doc: Doc) -> Doc:
        """Detect and keep."""
        reading: Reading = doc._.counterclaim_reading
        reading.abbreviations = self._detected(doc) if reading.plain.count("(") <= _MOST_BRACKETS else short_forms(reading.text)
        return doc

    def _detected(self, doc: Doc) -> dict[str, str]:
        with warnings.catch_warnings():
            # A text without any abbreviation leaves the detector's second matcher empty, which spaCy finds worth a warning.
            warnings.filterwarnings("ignore", message=r"\[W036\]")
            doc = self._detector(doc)
        found = {short.text: short._.long_form.text for short in doc._.abbreviations}
        # Spans in an extension cannot be serialised; the plain words are kept instead.
        doc._.abbreviations = []
        return found


@Language.factory("counterclaim_abbreviations", requires=["doc._.counterclaim_reading"])
def make_abbreviations(nlp: Language, name: str) -> Abbreviations:
    """The component."""
    return Abbreviations(nlp, name)
