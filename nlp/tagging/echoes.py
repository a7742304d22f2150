"""What a first chain said, for a second one: at the token, beside it, and of the same word elsewhere in the text.

Each thing told is a slot with a few possible values, so that a text's hints are a table of small numbers: labelling sums weights by it, and
training writes it out as attributes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

#: The coarse classes; what is said of a token is their probabilities, then those of their beginnings.
COARSE = ("PAR", "INT", "OUT")
Said = NDArray[np.float64]
Codes = NDArray[np.int8]

_STEPS = np.array((0.03, 0.1, 0.25, 0.5, 0.75, 0.92))
_VALUES = tuple("0123456")
_BEST = (*COARSE, "-")
#: No value: nothing is told.
NONE = 7
_LEAST = 0.35
_SURE = 0.4


def steps(chances: Said) -> Codes:
    """Probabilities as seven steps.

    >>> steps(np.array([0.01, 0.3, 0.99])).tolist()
    [0, 3, 6]
    """
    return np.searchsorted(_STEPS, chances, side="right").astype(np.int8)


def slots(reach: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The slots, each with its values: of the token and its neighbours so far away, then of the same word elsewhere."""
    said = [(f"{offset}{name}=", _VALUES) for offset in range(-reach, reach + 1) for name in COARSE]
    begun = [(f"0B-{name}=", _VALUES) for name in COARSE]
    echo = [(f"{what}{name}=", _VALUES) for what in ("echo", "mean") for name in COARSE]
    return (*said, *begun, ("best=", _BEST), *echo)


def hints(said: Sequence[Said], echoed: Codes, reach: int) -> Codes:
    """For each token of the text, sentence behind sentence, the value of each slot; `echoed`: what `echoes` gives."""
    return np.concatenate((_here(said, reach), echoed), axis=1)


def as_attributes(codes: Codes, reach: int) -> list[list[str]]:
    """The same in words."""
    known = slots(reach)
    return [
        [name + values[code] for (name, values), code in zip(known, row, strict=True) if code != NONE] for row in codes.tolist()
    ]


def _here(said: Sequence[Said], reach: int) -> Codes:
    names = len(COARSE)
    whole = np.concatenate((np.zeros((0, 2 * names)), *said))
    stepped = steps(whole)
    # Between two sentences stands nothing, as far as anybody looks.
    sentence = np.repeat(np.arange(len(said)), [len(of) for of in said])
    places = np.arange(len(whole)) + reach * (1 + sentence)
    padded = np.full((len(whole) + reach * (1 + len(said)), names), NONE, dtype=np.int8)
    padded[places] = stepped[:, :names]
    around = [padded[places + away] for away in range(-reach, reach + 1)]
    own = whole[:, :names]
    best = np.where(own.max(axis=1, initial=0.0) > _LEAST, own.argmax(axis=1), len(COARSE)).astype(np.int8)
    return np.concatenate((*around, stepped[:, names:], best[:, None]), axis=1)


def echoes(said: Sequence[Said], lows: Sequence[Sequence[str]], common: frozenset[str]) -> Codes:
    """The most, and the mean, of what was said of a token's word in the other sentences: a row for each token of the text."""
    count = Counter(word for words in lows for word in words)
    there: dict[str, dict[int, list[int]]] = {}
    for index, words in enumerate(lows):
        for i, word in enumerate(words):
            if count[word] > 1 and len(word) > 1 and word[0].isalpha() and word not in common:
                there.setdefault(word, {}).setdefault(index, []).append(i)
    # Plain numbers: there are few of each word, and a table for each would cost more than the sums.
    chances = [of[:, : len(COARSE)].tolist() for of in said]
    found = [[_NOTHING] * len(of) for of in said]
    for places in there.values():
        for index in places if len(places) > 1 else ():
            others = [chances[other][i] for other, at in places.items() if other != index for i in at]
            codes = _most_and_mean(others)
            for i in places[index]:
                found[index][i] = codes
    return np.array([codes for of in found for codes in of], dtype=np.int8).reshape(-1, 2 * len(COARSE))


_NOTHING = (NONE,) * (2 * len(COARSE))
_BOUNDS = _STEPS.tolist()


def _most_and_mean(others: list[list[float]]) -> tuple[int, ...]:
    """The steps of the most and of the mean of each column."""
    columns = list(zip(*others, strict=True))
    most = [bisect_right(_BOUNDS, max(column)) for column in columns]
    return (*most, *(bisect_right(_BOUNDS, sum(column) / len(others)) for column in columns))


def near_attributes(said: Said, first: int, last: int, reach: int = 12) -> list[str]:
    """For a number: what was said of it, and how far to either side something was said with any confidence."""
    found = []
    here = steps(said[first])
    for k, name in enumerate(COARSE):
        found.append(f"here{name}={here[k]}")
        left = np.flatnonzero(said[max(0, first - reach) : first, k][::-1] > _SURE)
        right = np.flatnonzero(said[last + 1 : last + 1 + reach, k] > _SURE)
        found += [f"<{name}={_far(left, 0)}", f">{name}={_far(right, last - first)}"]
    return found


def _far(places: NDArray[np.int64], more: int) -> str:
    if not len(places):
        return "no"
    away = int(places[0]) + 1 + more
    return str(min(away, 4) if away < 5 else 5 if away < 9 else 6)
