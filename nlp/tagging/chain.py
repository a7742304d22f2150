"""A linear chain: weights of attributes for labels and of one label behind another; which labels a row of tokens has, and how surely.

It computes what a linear-chain conditional random field computes, for all rows of a text at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from crawler.quick_init import quick_init

Scores = NDArray[np.float32]
Chances = NDArray[np.float64]

#: Stands for "cannot be" where sums of logarithms are taken.
NEVER = -1e9


@quick_init
@dataclass(frozen=True, slots=True)
class Stretched:
    """A run of tokens, `first` to `last`, that bears a label with this probability: it begins and ends exactly there."""

    first: int
    last: int
    label: str
    chance: float


@dataclass(frozen=True)
class Lattice:
    """One row's sums, scaled so that `forward * backward` are probabilities."""

    chain: Chain
    local: Chances
    forward: Chances
    backward: Chances
    scale: Chances

    @property
    def chances(self) -> Chances:
        """The probability of each label at each token."""
        return self.forward * self.backward

    def stretches(self, least: float, longest: int = 60) -> list[Stretched]:
        """Every run that is at least so likely to bear one label: `B-x` at its first token, `I-x` at the others, no `I-x` behind it."""
        found: list[Stretched] = []
        begins = self.chances
        for place, name in enumerate(self.chain.labels):
            if name.startswith("B-"):
                inside = self.chain.labels.index(f"I-{name[2:]}") if f"I-{name[2:]}" in self.chain.labels else None
                for first in np.flatnonzero(begins[:, place] >= least).tolist():
                    found += self._from(first, place, inside, least, longest)
        return found

    def _from(self, first: int, begin: int, inside: int | None, least: float, longest: int) -> list[Stretched]:
        step = self.chain.steps
        found: list[Stretched] = []
        mass, label = float(self.forward[first, begin]), begin
        for last in range(first, min(len(self.scale), first + longest)):
            if last > first:
                if inside is None:
                    break
                mass *= float(step[label, inside] * self.local[last, inside] / self.scale[last])
                label = inside
            chance = mass * self._leaving(last, label, inside)
            if chance >= least:
                found.append(Stretched(first, last, self.chain.labels[begin][2:], min(1.0, chance)))
            if mass * float(self.backward[last, label]) < least:
                break
        return found

    def _leaving(self, last: int, label: int, inside: int | None) -> float:
        """The weight of everything that can stand behind, the label's own continuation left out."""
        if last + 1 >= len(self.scale):
            return 1.0
        behind = self.chain.steps[label] * self.local[last + 1] * self.backward[last + 1]
        return float((behind.sum() - (behind[inside] if inside is not None else 0.0)) / self.scale[last + 1])


@dataclass(frozen=True)
class Chain:
    """`weights` has a row for every attribute in `rows`; `follows[a, b]` is the weight of label b behind label a."""

    labels: tuple[str, ...]
    rows: dict[str, int]
    weights: Scores
    follows: Chances
    _words: dict[str, Scores] = field(default_factory=dict, repr=False, compare=False)
    _slots: dict[tuple[tuple[str, tuple[str, ...]], ...], Scores] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def steps(self) -> Chances:
        """`follows` as factors."""
        return np.exp(self.follows)

    def scores(self, told: Sequence[Iterable[str]]) -> Scores:
        """For each token, the summed weights of those of its attributes that were learnt."""
        places, counts = self._found(told)
        if not places:
            return np.zeros((len(counts), len(self.labels)), dtype=np.float32)
        # `reduceat` sums from one start to the next; a token of which nothing was learnt has no stretch of its own.
        filled = np.flatnonzero(counts)
        starts = np.concatenate(([0], np.cumsum(counts[filled])[:-1]))
        sums = np.zeros((len(counts), len(self.labels)), dtype=np.float32)
        sums[filled] = np.add.reduceat(self.weights[places], starts, axis=0)
        return sums

    def scores_of(self, rows: Sequence[Sequence[Iterable[str]]]) -> list[Scores]:
        """The same for several rows of tokens, looked up at once."""
        whole = self.scores([told for row in rows for told in row])
        ends = np.cumsum([len(row) for row in rows]).tolist()
        return [whole[end - len(row) : end] for row, end in zip(rows, ends, strict=True)]

    def _found(self, told: Sequence[Iterable[str]]) -> tuple[list[int], NDArray[np.int64]]:
        row_of = self.rows.get
        places: list[int] = []
        counts = np.zeros(len(told), dtype=np.int64)
        for i, attributes in enumerate(told):
            before = len(places)
            places += [row for row in map(row_of, attributes) if row is not None]
            counts[i] = len(places) - before
        return places, counts

    def code_scores(self, slots: tuple[tuple[str, tuple[str, ...]], ...], codes: NDArray[np.int8]) -> Scores:
        """The same for tokens that are told a value of each slot; a value beyond the last tells nothing."""
        table = self._slots.get(slots)
        if table is None:
            width = 1 + max(len(values) for _, values in slots)
            table = self._slots[slots] = np.zeros((len(slots), width, len(self.labels)), dtype=np.float32)
            for k, (name, values) in enumerate(slots):
                table[k, : len(values)] = self.scores([[name + value] for value in values])
        sums: Scores = table[np.arange(len(slots)), codes].sum(axis=1)
        return sums

    def word_scores(self, word: str, told: Sequence[tuple[int | str, Sequence[str]]]) -> Scores:
        """The same for a word alone at each place of the window: a row an offset. Kept, since words come again."""
        known = self._words.get(word)
        if known is None:
            if len(self._words) > 50_000:
                self._words.clear()
            known = self._words[word] = self.scores([[f"{offset}{a}" for a in attributes] for offset, attributes in told])
        return known

    def lattice(self, rows: Sequence[Scores]) -> list[Lattice]:
        """The sums over all labellings of each row, all rows at once."""
        lengths = [len(r) for r in rows]
        if not any(lengths):
            empty = np.zeros((0, len(self.labels)))
            return [Lattice(self, empty, empty, empty, np.zeros(0)) for _ in rows]
        local, there = _locals(rows, lengths)
        forward, backward, scale = self._both_ways(local)
        found = []
        for i, n in enumerate(lengths):
            of, to = forward[:n, i], backward[:n, i][::-1]
            # Each way has a scale of its own: set so that their product is a probability, what stands behind a place follows from its row.
            to = to / np.maximum((of * to).sum(axis=1, keepdims=True), 1e-300)
            found.append(Lattice(self, there[i], of, to, scale[:n, i]))
        return found

    def _both_ways(self, local: Chances) -> tuple[Chances, Chances, Chances]:
        """The sums from each end, place by place from that end; `local`: place, way, row, label. The scale is that of the first way."""
        ways = np.stack((self.steps, self.steps.T))
        state = local[0]
        sums = np.empty(local.shape[:-1])
        told = np.empty_like(local)
        passed = np.ones_like(local)
        for t in range(len(local)):
            if t:
                np.matmul(state, ways, out=passed[t])
                state = passed[t] * local[t]
            sums[t] = state.sum(axis=-1)
            state = np.divide(state, sums[t][..., None], out=told[t])
        return told[:, 0], passed[:, 1], sums[:, 0]

    def chances(self, rows: Sequence[Scores]) -> list[Chances]:
        """The probability of each label at each token of each row."""
        return [x.chances for x in self.lattice(rows)]

    def best(self, rows: Sequence[Scores]) -> list[list[int]]:
        """The likeliest labels of each row, as places in `labels`."""
        return [self._best(np.asarray(r, dtype=np.float64)) if len(r) else [] for r in rows]

    def _best(self, row: Chances) -> list[int]:
        back = np.zeros(row.shape, dtype=np.int64)
        state = row[0]
        for t in range(1, len(row)):
            ways = state[:, None] + self.follows
            back[t] = ways.argmax(axis=0)
            state = ways.max(axis=0) + row[t]
        path = [int(state.argmax())]
        for t in range(len(row) - 1, 0, -1):
            path.append(int(back[t, path[-1]]))
        return path[::-1]


def _locals(rows: Sequence[Scores], lengths: Sequence[int]) -> tuple[Chances, list[Chances]]:
    """The scores as factors, from the first place of each row on and from its last back (place, way, row, label); and row by row."""
    labels = next(r.shape[1] for r in rows if len(r))
    whole = np.concatenate([r for r in rows if len(r)]).astype(np.float64)
    factors = np.exp(whole - whole.max(axis=1, keepdims=True))
    local = np.ones((max(lengths), 2, len(rows), labels))
    there: list[Chances] = []
    start = 0
    for i, n in enumerate(lengths):
        of = factors[start : start + n]
        local[:n, 0, i], local[:n, 1, i] = of, of[::-1]
        there.append(of)
        start += n
    return local, there


def side_by_side(chains: Sequence[Chain]) -> Chain:
    """Chains that are told the same, as one whose labels are all of theirs in turn: its scores are looked up once for all. It labels nothing."""
    rows: dict[str, int] = {}
    for chain in chains:
        for attribute in chain.rows:
            rows.setdefault(attribute, len(rows))
    weights = np.zeros((len(rows), sum(len(c.labels) for c in chains)), dtype=np.float32)
    column = 0
    for chain in chains:
        places = [rows[attribute] for attribute in chain.rows]
        weights[places, column : column + len(chain.labels)] = chain.weights
        column += len(chain.labels)
    return Chain(tuple(label for c in chains for label in c.labels), rows, weights, np.zeros((0, 0)))
