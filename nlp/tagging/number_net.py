"""A small network that judges all the numbers of a text together, in plain numpy.

Each number is a vector made of the words around it and of the facts told of it; in two rounds every number then looks at the others, the more at
those that stand to it as pairs do. What it says is weighed against what the chain of numbers says: the one knows exact words, the other
likeness of words and the whole text.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.tagging.number_views import KNOWN, Floats, Places, View

FORMAT = 2
HEADS, ROUNDS = 4, 2
_NEVER = -1e9
#: The table that is stored in bytes.
_IN_BYTES = "words"
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9}]
#: Takes away a share of what is told, while a network learns.
Drop = Callable[[Any, float], Any]
#: The rows of a table at these places.
Rows = Callable[[Any, Places], Any]
Weights = Mapping[str, Floats]


def _all_kept(told: Any, _: float) -> Any:
    return told


def _rows_of(table: Any, places: Places) -> Any:
    return table[places]


def judged(
    xp: Any,
    weights: Mapping[str, Any],
    tokens: Any,
    facts: Any,
    relation: Any,
    mask: Any,
    drop: Drop = _all_kept,
    rows: Rows = _rows_of,
) -> Any:
    """A vector for each number of each text. `xp` is numpy, or what stands in for it while the network learns.

    `tokens`: text, number, everything told of the tokens in its window; `facts`: text, number, fact; `relation`: text, number, number;
    `mask`: text, number, 0 or `_NEVER` where a text has no such number.
    """
    texts, numbers = mask.shape
    # One row a number of any text until numbers look at one another: sums of plain tables are the quickest, above all where slopes are taken.
    flat = (texts * numbers, -1)
    state = xp.reshape(tokens, flat) @ weights["window"] + xp.reshape(facts, flat) @ weights["facts"] + weights["start"]
    state = drop(xp.maximum(state, 0.0), 0.4) @ weights["narrow"]
    width = state.shape[1]
    part = width // HEADS

    def by_head(table: Any) -> Any:
        return xp.transpose(xp.reshape(table, (texts, numbers, HEADS, part)), (0, 2, 1, 3))

    for n in range(ROUNDS):
        told = _evened(xp, state) * weights[f"scale{n}"]
        asks, answers, gives = (by_head(told @ weights[f"{name}{n}"]) for name in ("asks", "answers", "gives"))
        heed = asks @ xp.transpose(answers, (0, 1, 3, 2)) / float(np.sqrt(part))
        heed = heed + xp.transpose(rows(weights[f"relation{n}"], relation), (0, 3, 1, 2)) + mask[:, None, None, :]
        heed = xp.exp(heed - xp.max(heed, axis=-1, keepdims=True))
        heed = drop(heed / xp.sum(heed, axis=-1, keepdims=True), 0.1)
        heard = xp.reshape(xp.transpose(heed @ gives, (0, 2, 1, 3)), (texts * numbers, width))
        state = state + drop(heard @ weights[f"heard{n}"], 0.2)
        told = _evened(xp, state) * weights[f"thought scale{n}"]
        thought = xp.maximum(told @ weights[f"thought{n}"] + weights[f"thought start{n}"], 0.0)
        state = state + drop(thought @ weights[f"said{n}"], 0.3)
    return xp.reshape(drop(_evened(xp, state) * weights["scale"], 0.3), (texts, numbers, width))


def _evened(xp: Any, state: Any) -> Any:
    return state / xp.sqrt(xp.mean(state * state, axis=-1, keepdims=True) + 1e-6)


@dataclass(frozen=True)
class NumberNet:
    """A trained network: the kinds that it tells apart ("O" among them), the words and facts that it knows, and the weights of each voice.

    The voices learnt the same from different beginnings; where they err they err apart, so that their mean errs less.
    """

    kinds: tuple[str, ...]
    words: Mapping[str, int]
    facts: Mapping[str, int]
    voices: tuple[Weights, ...]

    def chances(self, seen: View) -> Floats:
        """The probability of each kind, a row a number: the mean of the voices."""
        if not len(seen):
            return np.zeros((0, len(self.kinds)), dtype=np.float32)
        told = [_said(weights, seen) for weights in self.voices]
        found: Floats = np.mean(told, axis=0)
        return found


def _said(weights: Weights, seen: View) -> Floats:
    """The probabilities that one voice gives."""
    tokens = weights["words"][seen.words] + seen.marks @ weights["marks"]
    mask = np.zeros((1, len(seen)), dtype=np.float32)
    vectors = judged(np, weights, tokens.reshape(1, len(seen), -1), seen.facts[None], seen.relation[None], mask)[0]
    scores = vectors @ weights["kinds"] + weights["kinds start"]
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    found: Floats = odds / odds.sum(axis=1, keepdims=True)
    return found


def write_net(path: Path, net: NumberNet) -> None:
    """Store a network: a line of JSON (kinds, names and shapes), words and facts a line each, then each voice's weights.

    They are half floats, but for the table of words, which is most of the file: bytes, behind what a step of each column is worth.
    """
    shapes = {name: list(table.shape) for name, table in sorted(net.voices[0].items())}
    words, facts = sorted(net.words, key=net.words.__getitem__), sorted(net.facts, key=net.facts.__getitem__)
    head = {
        "format": FORMAT,
        "kinds": net.kinds,
        "words": len(words),
        "facts": len(facts),
        "voices": len(net.voices),
        "shapes": shapes,
    }
    body = b"".join(_packed(name, voice[name]) for voice in net.voices for name in shapes)
    lines = "\n".join([json.dumps(head), *words, *facts, ""]).encode()
    path.write_bytes(lzma.compress(lines + body, format=lzma.FORMAT_XZ, filters=_FILTERS))


def _packed(name: str, table: Floats) -> bytes:
    if name != _IN_BYTES:
        return table.astype("<f2").tobytes()
    steps: Floats = (np.maximum(np.abs(table).max(axis=0), 1e-6) / 127).astype("<f4")
    counts: NDArray[np.int8] = np.rint(table / steps).astype(np.int8)
    return steps.tobytes() + counts.tobytes()


def _size(name: str, shape: Sequence[int]) -> int:
    """How many bytes a table takes in the file."""
    count = int(np.prod(shape))
    return 4 * shape[1] + count if name == _IN_BYTES else 2 * count


def _unpacked(name: str, shape: Sequence[int], data: bytes, at: int) -> Floats:
    count = int(np.prod(shape))
    if name != _IN_BYTES:
        return np.frombuffer(data, "<f2", count, at).astype(np.float32).reshape(shape)
    steps = np.frombuffer(data, "<f4", shape[1], at)
    table: Floats = np.frombuffer(data, np.int8, count, at + 4 * shape[1]).reshape(shape) * steps
    return table


def read_net(path: Path) -> NumberNet:
    """A stored network.

    Raises:
        ValueError: the file is not one.
    """
    data = lzma.decompress(path.read_bytes())
    head = json.loads(data[: data.index(b"\n")])
    if head["format"] != FORMAT:
        raise ValueError(f"format {head['format']} is not {FORMAT}")
    sizes = {name: _size(name, shape) for name, shape in head["shapes"].items()}
    at = len(data) - sum(sizes.values()) * head["voices"]
    lines = data[:at].decode().split("\n")[1:-1]
    if len(lines) != head["words"] + head["facts"]:
        raise ValueError(f"{len(lines)} words and facts in place of {head['words'] + head['facts']}")
    voices: list[Weights] = []
    for _ in range(head["voices"]):
        weights = {}
        for name, shape in head["shapes"].items():
            weights[name] = _unpacked(name, shape, data, at)
            at += sizes[name]
        voices.append(weights)
    words = {word: i + KNOWN for i, word in enumerate(lines[: head["words"]])}
    facts = {fact: i for i, fact in enumerate(lines[head["words"] :])}
    return NumberNet(tuple(head["kinds"]), words, facts, tuple(voices))
