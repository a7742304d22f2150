"""No text costs more than two and a half times as much when it is twice as long, and the same text gives the same bytes."""

from __future__ import annotations

import pytest

from benchmarks.hostile_text import MOST, TEXTS, growth, same_bytes
from crawler.document import Document
from nlp.grammar.sentences import sentences
from nlp.pipeline import Reader, build
from nlp.tagger import OwnTagger


@pytest.fixture(scope="module")
def reader() -> Reader:
    return build()


@pytest.fixture(scope="module")
def tagging() -> Reader:
    return build(tagger_used=OwnTagger())


@pytest.mark.parametrize(
    "name",
    [
        "“12% ”", "“vs 1 ”", "“1, ” in one sentence", "“1, ” before a unit of time", "nested brackets with numbers",
        "numbers without end, set apart", "new lines between words", "a blank and a new line by turns", "blanks and new lines between words",
    ],
)  # fmt: skip
def test_a_doubled_text_costs_no_more_than_two_and_a_half_times_as_much(reader: Reader, name: str) -> None:
    # The machine may be busy: that it holds once tells more than that it fails once.
    assert min(growth(reader, name, length=1000, readings=2).worst for _ in range(2)) <= MOST


def test_the_tagger_keeps_to_it(tagging: Reader) -> None:
    assert min(growth(tagging, "“1, ” in one sentence", length=8000, readings=1).worst for _ in range(2)) <= MOST


@pytest.mark.parametrize("name", TEXTS)
def test_no_hostile_text_breaks_the_reader(reader: Reader, tagging: Reader, name: str) -> None:
    for one in (reader, tagging):
        one.read(Document(id="x", title="", text=TEXTS[name](3000)))


def test_a_number_beyond_every_float_is_read_past(tagging: Reader) -> None:
    found = tagging.read(Document(id="x", title="", text=f"Pain was {'9' * 400} with belcorin and 4.8 (SD 1.2) with placebo."))
    assert all(effect.estimate is None or effect.estimate < 1e6 for effect in found.effects)


def test_two_processes_give_the_same_bytes() -> None:
    assert same_bytes()


def test_a_stretch_of_more_numbers_than_any_sentence_prints_is_cut() -> None:
    text = "Pain was " + "1, " * 500 + "lower."
    cut = [text[s.start : s.end] for s in sentences(text)]
    assert len(cut) > 5
    assert "".join(cut).replace(" ", "") == text.replace(" ", "")


def test_a_long_sentence_of_few_numbers_is_left_whole() -> None:
    text = "Pain, which " + "people of both groups had spoken of and " * 20 + "was 3.5 in one and 4.8 in the other."
    assert len(sentences(text)) == 1
