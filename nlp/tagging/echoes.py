"""What a first chain said, for a second one: at the token, beside it, and of the same word elsewhere in the text.

Each thing told is a slot with a few possible values, so that a text's hints are a table of small numbers: labelling sums weights by it, and
training writes it out as attributes.
"""

from __future__ import annotations

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


def hints(said: Sequence[Said], echoed: Sequence[Codes], reach: int) -> list[Codes]:
    """For each sentence a row a token: the value of each slot; `echoed`: what `echoes` gives."""
    return [np.concatenate((_here(of, reach), echo), axis=1) for of, echo in zip(said, echoed, strict=True)]


def as_attributes(codes: Codes, reach: int) -> list[list[str]]:
    """The same in words."""
    known = slots(reach)
    return [
        [name + values[code] for (name, values), code in zip(known, row, strict=True) if code != NONE] for row in codes.tolist()
    ]


def _here(said: Said, reach: int) -> Codes:
    count, names = len(said), len(COARSE)
    stepped = steps(said)
    padded = np.full((count + 2 * reach, names), NONE, dtype=np.int8)
    padded[reach : reach + count] = stepped[:, :names]
    around = [padded[k : k + count] for k in range(2 * reach + 1)]
    best = said[:, :names].argmax(axis=1) if count else np.zeros(0, dtype=np.int64)
    sure = said[:, :names].max(axis=1) > _LEAST if count else np.zeros(0, dtype=bool)
    return np.concatenate((*around, stepped[:, names:], np.where(sure, best, len(COARSE)).astype(np.int8)[:, None]), axis=1)


def echoes(said: Sequence[Said], lows: Sequence[Sequence[str]], common: frozenset[str]) -> list[Codes]:
    """The most, and the mean, of what was said of a token's word in the other sentences."""
    names = len(COARSE)
    found = [np.full((len(of), 2 * names), NONE, dtype=np.int8) for of in said]
    count = Counter(word for words in lows for word in words)
    there: dict[str, list[tuple[int, int]]] = {}
    for index, words in enumerate(lows):
        for i, word in enumerate(words):
            if count[word] > 1 and len(word) > 1 and word[0].isalpha() and word not in common:
                there.setdefault(word, []).append((index, i))
    for places in there.values():
        where = np.array([index for index, _ in places])
        if where[0] == where[-1]:
            continue
        table = np.array([said[index][i, :names] for index, i in places])
        for index in dict.fromkeys(where.tolist()):
            others = table[where != index]
            codes = steps(np.concatenate((others.max(axis=0), others.sum(axis=0) / len(others))))
            for other, i in places:
                if other == index:
                    found[index][i] = codes
    return found


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
