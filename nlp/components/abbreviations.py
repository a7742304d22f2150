"""`counterclaim_abbreviations`: what the text's own abbreviations stand for, by scispaCy's detector (Schwartz and Hearst 2003)."""

from __future__ import annotations

import warnings

from scispacy.abbreviation import AbbreviationDetector, filter_matches, find_abbreviation
from spacy.attrs import ORTH  # type: ignore[import-not-found]
from spacy.language import Language
from spacy.tokens import Doc

from nlp.bracketed_names import around_brackets
from nlp.grammar.characters import without_runs
from nlp.reading import Reading
from nlp.short_forms import short_forms

#: The detector's work grows with the square of a text's brackets; a text with more is read by `short_forms`, whose work does not.
_MOST_BRACKETS = 250
#: It takes no bracket of more words for a definition.
_MOST_WORDS = 8


class Abbreviations:
    """Fills `reading.abbreviations`, short form to long form, as the text has them."""

    def __init__(self, nlp: Language, name: str) -> None:
        # The default of 10,000 words empties itself over and over while a library is read.
        if hasattr(nlp.tokenizer, "max_cache_size"):
            nlp.tokenizer.max_cache_size = 200_000
        self._words = nlp.tokenizer
        self._detector = AbbreviationDetector(nlp, name=f"{name}_detector")

    def __call__(self, doc: Doc) -> Doc:
        """Detect and keep."""
        reading: Reading = doc._.counterclaim_reading
        brackets = reading.plain.count("(")
        reading.abbreviations = short_forms(reading.text) if brackets > _MOST_BRACKETS else self._defined(reading.text)
        return doc

    def _defined(self, text: str) -> dict[str, str]:
        """What the detector finds, without its two passes over every token: it is asked about the brackets alone.

        Its second pass finds the short forms again wherever they stand. That tells nothing new of a short form of one word; where there
        is one of several, which may be spaced otherwise elsewhere, the detector has the word.
        """
        found: dict[str, str] = {}
        longs: set[str] = set()
        text = without_runs(text)
        for stretch in around_brackets(text):
            doc = self._words(stretch)
            for candidate, short_candidate in filter_matches(_bracketed(doc), doc):
                short, long = find_abbreviation(candidate, short_candidate)
                if long is None or short.text in found or long.text in longs:
                    continue
                if len(short) > 1:
                    return self._detected(self._words(text))
                found[short.text] = long.text
                longs.add(long.text)
        return found

    def _detected(self, doc: Doc) -> dict[str, str]:
        with warnings.catch_warnings():
            # A text without any abbreviation leaves the detector's second matcher empty, which spaCy finds worth a warning.
            warnings.filterwarnings("ignore", message=r"\[W036\]")
            doc = self._detector(doc)
        found = {short.text: short._.long_form.text for short in doc._.abbreviations}
        # Spans in an extension cannot be serialised; the plain words are kept instead.
        doc._.abbreviations = []
        return found


def _bracketed(doc: Doc) -> list[tuple[int, int, int]]:
    """Where brackets begin and end inside their marks, in the order of the detector's matcher; none with more words than it takes."""
    words = doc.to_array(ORTH).tolist()
    opening, closing = (
        [place for place, word in enumerate(words) if word == mark] for mark in map(doc.vocab.strings.__getitem__, "()")
    )
    near = ((start, end) for end in closing for start in opening if 1 < end - start <= _MOST_WORDS + 1)
    return [(0, start + 1, end) for start, end in near]


@Language.factory("counterclaim_abbreviations", requires=["doc._.counterclaim_reading"])
def make_abbreviations(nlp: Language, name: str) -> Abbreviations:
    """The component."""
    return Abbreviations(nlp, name)
