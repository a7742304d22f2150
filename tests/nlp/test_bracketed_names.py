"""What scispaCy's detector finds in a whole text, it finds in the stretches around brackets."""

from __future__ import annotations

import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scispacy.abbreviation import filter_matches, find_abbreviation

from nlp.bracketed_names import around_brackets
from nlp.components.abbreviations import _bracketed

NLP = spacy.blank("en")
WORDS = st.sampled_from(
    [*"(()),;.", "multiple", "sclerosis", "MS)", "(MS)", "(MS", "mesenchymal", "stem cells", "(MSCs)", "MSC", "of patients", "U.S.", "10mg", "20", "(20%)",
     "(p < 0.05)", "(95% CI 1 to 2)", "(body mass index)", "BMI", "(the six minute walk)", "6MWT", "-", "cannot", "HER2+", "(n = 3)", "magnetic resonance"]
)  # fmt: skip


def found_in(text: str) -> list[tuple[str, str]]:
    doc = NLP(text)
    pairs = (find_abbreviation(long, short) for long, short in filter_matches(_bracketed(doc), doc))
    return [(short.text, long.text) for short, long in pairs if long is not None]


@settings(max_examples=300, deadline=None)
@example(["multiple", "sclerosis", "(MS)", "in", "the", "U.S.", "(combination", "arm)", "or", "placebo", "(placebo", "arm)"])
@given(st.lists(WORDS, max_size=40))
def test_no_definition_is_lost_and_none_is_cut(words: list[str]) -> None:
    text = " ".join(words)
    assert [pair for stretch in around_brackets(text) for pair in found_in(stretch)] == found_in(text)


def test_numbers_in_brackets_are_not_looked_at() -> None:
    assert around_brackets("Pain fell by 2.4 points (95% CI, 1.1 to 3.7; p < .001) and by 20 (40%) in 12.") == []
