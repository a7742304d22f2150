"""What makes reading quicker changes nothing of what is read."""

from __future__ import annotations

import gc
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.document import Document
from nlp import sectioning
from nlp.pipeline import Reader, build
from nlp.words import WORD, normal_word, normal_words


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["MSCs", "patient's", "IL-6", " ", "\n", "\u2009", "<5%", "tumours,", "_x_", "é" * 70]), max_size=12
    ).map("".join)
)
def test_words_cut_from_runs_are_the_words_of_the_whole_text(text: str) -> None:
    assert normal_words(text) == [(normal_word(m[0]), m.start(), m.end()) for m in WORD.finditer(text)]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Methods", "RESULTS:", "Conclusions.", "Pain fell", ".", ". ", "\n", " ", ")", "2. ", "É"]), max_size=14
    ).map("".join)
)
def test_headings_are_found_though_most_marks_are_passed_over(text: str) -> None:
    found = [m.span() for m in sectioning._headings(sectioning._MARKED, text, 0)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sectioning, "_BEFORE_HEADING", re.compile(r"[.!?:;)\]”\"\n]"))
        assert found == [m.span() for m in sectioning._headings(sectioning._MARKED, text, 0)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    return build()


@pytest.mark.parametrize("collecting", [True, False])
def test_the_garbage_collector_is_left_as_it_was(reader: Reader, collecting: bool) -> None:
    document = Document(id="x", title="", text="Pain fell by 2.4 points (p = 0.03).")
    try:
        gc.enable() if collecting else gc.disable()
        reader.read(document)
        assert gc.isenabled() is collecting
        with pytest.raises(AttributeError):
            reader.read(None)  # type: ignore[arg-type]
        assert gc.isenabled() is collecting
    finally:
        gc.enable()
