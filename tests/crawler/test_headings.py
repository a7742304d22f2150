from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.document import SectionName
from crawler.formats.headings import section_name
from crawler.formats.passages import labelled, text_of

S = SectionName


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("INTRODUCTION", S.BACKGROUND),
        ("Aims and objectives", S.OBJECTIVE),
        ("Purpose of the study", S.OBJECTIVE),
        ("Design, setting, and participants", S.METHODS),
        ("Main outcomes and measures", S.METHODS),
        ("Patients & Methods", S.METHODS),
        ("Data sources", S.METHODS),
        ("Methods and results", S.METHODS),
        ("Key findings", S.RESULTS),
        ("Measurements and Main Results", S.RESULTS),
        ("Authors' conclusions", S.CONCLUSIONS),
        ("Authors’ conclusions", S.CONCLUSIONS),
        ("Conclusions and relevance", S.CONCLUSIONS),
        ("Interpretation", S.CONCLUSIONS),
        ("Systematic review registration", S.REGISTRATION),
        ("ClinicalTrials.gov identifier", S.REGISTRATION),
        ("Funding", S.OTHER),
    ],
)
def test_headings_of_abstracts_name_their_section(heading: str, expected: SectionName) -> None:
    assert section_name(heading) is expected
    assert section_name(heading.upper() + ":") is expected


@pytest.mark.parametrize(
    "words",
    ["", ":", "The", "Patients with EDSS above 4", "Results were as follows", "A trial", "Pain", "x" * 5000],
)
def test_words_of_a_sentence_are_no_heading(words: str) -> None:
    assert section_name(words) is None


@given(
    st.lists(
        st.sampled_from(
            ["Methods: Ten cooks.", "Results: All ate.", "Results", "Two ovens. Findings: Bread.", "Nothing: here", "Bread rose."]
        ),
        max_size=7,
    )
)
@settings(max_examples=150)
def test_sections_hold_every_word_below_the_title_but_the_headings(paragraphs: list[str]) -> None:
    passages = labelled(paragraphs)
    text, sections = text_of("On bread", passages)
    assert text.split() == " ".join(["On bread", *paragraphs]).split()
    declared = [s for s in sections if s.name is not S.TITLE]
    assert all(a.end <= b.start for a, b in itertools.pairwise(declared))
    if declared:
        first = next(i for i, p in enumerate(passages) if p.text or p.name)
        inside = " ".join(text[s.start : s.end] for s in declared)
        assert all(p.text in inside for p in passages[first:])
