"""A long text is tagged in parts, an abstract as one."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from nlp.tagging.attributes import Stretch, Surroundings
from nlp.tagging.blocks import MOST_CHARACTERS, MOST_NUMBERS, blocks

SENTENCE = "Pain (VAS) was lower with belcorin than with placebo, 3.5 against 4.8. "


def around(text: str, cuts: list[int]) -> Surroundings:
    sentences = tuple((a, b, "result") for a, b in pairwise([0, *cuts, len(text)]) if text[a:b].strip())
    stretches = tuple(Stretch(m.start(), m.end(), "atom.number") for m in re.finditer(r"\d+(?:\.\d+)?", text))
    return Surroundings(text, sentences, {"VAS": "visual analogue scale", "MRI": "magnetic resonance imaging"}, stretches)


def test_an_abstract_is_one() -> None:
    whole = around(SENTENCE * 30, [len(SENTENCE) * k for k in range(1, 30)])
    assert blocks(whole) == [whole]


@pytest.mark.parametrize("many", [200, 2000])
def test_parts_hold_every_sentence_and_stretch_once_in_order_and_within_bounds(many: int) -> None:
    whole = around(SENTENCE * many, [len(SENTENCE) * k for k in range(1, many)])
    parts = blocks(whole)
    assert len(parts) > 1
    assert [s for part in parts for s in part.sentences] == list(whole.sentences)
    assert [s for part in parts for s in part.stretches] == list(whole.stretches)
    for part in parts:
        start, end = part.sentences[0][0], part.sentences[-1][1]
        assert end - start <= MOST_CHARACTERS
        assert len(re.findall(r"\d+", whole.text[start:end])) <= MOST_NUMBERS
        assert part.abbreviations == {"VAS": "visual analogue scale"}


def test_a_sentence_without_end_is_cut_between_its_words() -> None:
    text = "Pain was " + "1, " * 5000 + "lower."
    parts = blocks(around(text, []))
    cut = [text[start:end] for part in parts for start, end, _ in part.sentences]
    assert len(parts) > 10
    assert "".join(cut).replace(" ", "") == text.replace(" ", "")
    assert all(piece == piece.strip() for piece in cut)


def test_a_word_without_end_stays_a_word() -> None:
    text = "a" * 50_000
    assert [part.sentences for part in blocks(around(text, []))] == [((0, 50_000, "result"),)]
