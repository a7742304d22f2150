"""What the network is told of the numbers of a text: the words around each, what was said of them, and how the numbers stand to one another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.tagging.attributes import Surroundings
from nlp.tagging.echoes import COARSE, Said
from nlp.tagging.numbers import Candidate

Floats = NDArray[np.float32]
Places = NDArray[np.int64]

#: How many tokens before and behind a number are seen.
REACH = 10
WIDTH = 2 * REACH + 1
#: The places of what is no word and of words that are not known; those that are begin behind them.
EDGE, UNKNOWN, KNOWN = 0, 1, 2
#: The phrases that are marked in what is seen.
PHRASES = ("intervention", "control", "outcome", "outcome-measure", "condition", "eligibility", "age")
#: The marks of a token: its coarse classes, whether it is a number, its phrase.
MARKS = len(COARSE) + 1 + len(PHRASES)
#: Size, place in the text, place in the sentence, length of the sentence: in numbers of about one.
MEASURES = 4
#: How far numbers of one sentence are told apart by their order.
_FAR = 6
#: Two numbers of one sentence by their distance, or of two sentences by their order; each time by whether form and value are the same.
RELATIONS = (2 * _FAR + 1 + 2) * 4


#: A tagged phrase: start, end, label, probability.
Phrase = tuple[int, int, str, float]


@dataclass(frozen=True, slots=True)
class View:
    """The numbers of one text, a row a number; `words` and `facts` by their places in the lists of the network, `relation` number by number."""

    words: Places
    marks: Floats
    facts: Floats
    relation: Places

    def __len__(self) -> int:
        return len(self.words)


def view(
    around: Surroundings,
    lows: Sequence[Sequence[str]],
    found: Sequence[Sequence[Candidate]],
    rows: Sequence[Sequence[Sequence[str]]],
    said: Sequence[Said],
    phrases: Sequence[Phrase],
    words: Mapping[str, int],
    facts: Mapping[str, int],
) -> View:
    """What is told of a text's numbers. `rows` are the attributes that the chain is told, `said` what the coarse chain says of each token."""
    numbers = [c for sentence in found for c in sentence]
    offsets = _offsets(lows)
    sentence = np.array([c.sentence for c in numbers], dtype=np.int64)
    base = offsets[sentence] if numbers else sentence
    first = base + np.array([c.first for c in numbers], dtype=np.int64)
    last = base + np.array([c.last for c in numbers], dtype=np.int64)
    steps = np.arange(1, REACH + 1)
    at = np.concatenate((first[:, None] - steps[::-1], first[:, None], last[:, None] + steps), axis=1)
    return View(
        _words(lows, words)[at],
        _marks(around, offsets, numbers, said, phrases)[at],
        _facts(around, lows, numbers, [r for of_sentence in rows for r in of_sentence], facts),
        _relation(numbers, sentence),
    )


def _offsets(lows: Sequence[Sequence[str]]) -> Places:
    """Where each sentence begins in a row of all tokens that has `REACH` edges before, between and behind them; and where it ends."""
    lengths = np.array([REACH, *(len(s) + REACH for s in lows)], dtype=np.int64)
    return np.cumsum(lengths)


def _words(lows: Sequence[Sequence[str]], words: Mapping[str, int]) -> Places:
    edges = [EDGE] * REACH
    row = list(edges)
    for sentence in lows:
        row += [words.get(w, UNKNOWN) for w in sentence]
        row += edges
    return np.array(row, dtype=np.int64)


def _marks(
    around: Surroundings, offsets: Places, numbers: Sequence[Candidate], said: Sequence[Said], phrases: Sequence[Phrase]
) -> Floats:
    classes = len(COARSE)
    table = np.zeros((int(offsets[-1]), MARKS), dtype=np.float32)
    for start, of in zip(offsets.tolist(), said, strict=False):
        table[start : start + len(of), :classes] = of[:, :classes]
    for c in numbers:
        start = int(offsets[c.sentence])
        table[start + c.first : start + c.last + 1, classes] = 1
    begins = [start for start, _, _ in around.sentences]
    for first, end, label, score in phrases:
        if label in PHRASES:
            index = max(0, bisect_left(begins, first + 1) - 1)
            inside = [i for i, t in enumerate(around.tokens[index]) if first <= t.start < end]
            if inside:
                start = int(offsets[index])
                table[start + inside[0] : start + inside[-1] + 1, classes + 1 + PHRASES.index(label)] = score
    return table


def _facts(
    around: Surroundings,
    lows: Sequence[Sequence[str]],
    numbers: Sequence[Candidate],
    rows: Sequence[Sequence[str]],
    facts: Mapping[str, int],
) -> Floats:
    table = np.zeros((len(numbers), len(facts) + MEASURES), dtype=np.float32)
    whole = max(1, len(around.text))
    for k, (c, row) in enumerate(zip(numbers, rows, strict=True)):
        table[k, [place for a in row if (place := facts.get(a)) is not None]] = 1
        table[k, len(facts) :] = (
            np.log1p(abs(c.value or 0.0)) / 5,
            c.start / whole,
            c.first / 40,
            len(lows[c.sentence]) / 40,
        )
    return table


def _relation(numbers: Sequence[Candidate], sentence: Places) -> Places:
    forms: dict[str, int] = {}
    values: dict[float | None, int] = {}
    form = np.array([forms.setdefault(c.form, len(forms)) for c in numbers], dtype=np.int64)
    value = np.array([values.setdefault(c.value, len(values)) for c in numbers], dtype=np.int64)
    order = np.arange(len(numbers))
    away = order[None, :] - order[:, None]
    place = np.where(sentence[:, None] == sentence[None, :], np.clip(away, -_FAR, _FAR) + _FAR, 2 * _FAR + 1 + (away > 0))
    found: Places = place * 4 + (form[:, None] == form[None, :]) * 2 + (value[:, None] == value[None, :])
    return found
