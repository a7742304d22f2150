"""The network of numbers from annotated texts: Adam over the gradients that autograd takes of the very function that labelling runs.

Annotated texts are few. So networks that learnt from them alone, and the chain, first say how likely each number of many texts without annotations is
what; the network that is kept learns from both, and in its last rounds from the annotated texts alone.

One thread and seeded draws: the same texts give the same weights.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd import value_and_grad
from autograd.extend import defvjp, primitive
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from nlp.tagging.number_net import HEADS, ROUNDS, Drop, NumberNet, judged, read_net, write_net
from nlp.tagging.number_views import KNOWN, MARKS, MEASURES, RELATIONS, UNKNOWN, WIDTH, Floats, Places, View
from training.words import WordSpace

#: What a number is, for the network: how far its label reaches the chain says.
KINDS = ("abs", "mean", "median", "n", "percent", "sd", "total", "O")
SIDES = ("iv", "cv")
#: Attributes of the chain that are facts for the network; the words around a number it sees for itself.
_FACTS = ("k=", "sum=", "form=", "times=", "size=", "nth=", "same=", "like=", "has=", "role=", "sentence=", "place=", "digits=",
          "<form", ">form", "<<form", ">>form", "<then", ">then", "<none", ">none", "here", "<PAR", ">PAR", "<INT", ">INT", "<OUT", ">OUT")  # fmt: skip

Weights = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class NetRecipe:
    """How the network is fitted. `side`: what telling the arms apart counts beside telling the kinds apart.

    `teachers` networks, each in `schooling` rounds over the annotated texts, say what the numbers of other texts are. The voices learn in `rounds`, each but
    the last `alone` with `beside` of those texts.
    """

    voices: int = 1
    teachers: int = 2
    schooling: int = 14
    rounds: int = 12
    alone: int = 3
    beside: int = 1200
    texts_a_step: int = 8
    rate: float = 2e-3
    decay: float = 0.02
    side: float = 0.3
    least_word: int = 4
    least_fact: int = 8
    token: int = 48
    hidden: int = 128
    vector: int = 96


@dataclass(frozen=True, slots=True)
class Lesson:
    """The numbers of one text and what they are: places in `KINDS`, and in `SIDES` or -1."""

    seen: View
    kinds: tuple[int, ...]
    sides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Overheard:
    """The numbers of a text without annotations, and how likely the chain takes each for what: a column for each of `KINDS`."""

    seen: View
    chain: Floats


@dataclass(frozen=True, slots=True)
class _Told:
    """The numbers of a text and how likely each is of each of `KINDS`, and of `SIDES` (noughts where that is not known)."""

    seen: View
    kinds: Floats
    sides: Floats

    @classmethod
    def by_people(cls, one: Lesson) -> _Told:
        kinds = np.eye(len(KINDS), dtype=np.float32)[list(one.kinds)]
        return cls(one.seen, kinds, np.eye(len(SIDES) + 1, dtype=np.float32)[list(one.sides), : len(SIDES)])


@dataclass(frozen=True)
class Vocabulary:
    """The words that a network knows, by place: first those that come often enough in the texts that it learns from, `own` places in all."""

    places: Mapping[str, int]
    own: int


def vocabulary(texts: Sequence[Sequence[Sequence[str]]], space: WordSpace, recipe: NetRecipe) -> Vocabulary:
    """The words that come often enough here, and those that have a vector."""
    count = Counter(w for sentences in texts for sentence in sentences for w in sentence)
    own = sorted(w for w, c in count.items() if c >= recipe.least_word and "\n" not in w)
    words = dict.fromkeys([*own, *sorted(space.words)])
    return Vocabulary({w: i + KNOWN for i, w in enumerate(words)}, len(own) + KNOWN)


def known_facts(rows: Sequence[Sequence[Sequence[Sequence[str]]]], recipe: NetRecipe) -> dict[str, int]:
    """The attributes that are facts and come often enough, by place."""
    count = Counter(a for text in rows for sentence in text for row in sentence for a in set(row) if a.startswith(_FACTS))
    return {a: i for i, a in enumerate(sorted(a for a, c in count.items() if c >= recipe.least_fact))}


def fit_net(
    lessons: Sequence[Lesson],
    words: Vocabulary,
    facts: Mapping[str, int],
    space: WordSpace,
    recipe: NetRecipe,
    seed: int,
    overheard: Sequence[Overheard] = (),
) -> NumberNet:
    """The network that the lessons teach, and texts without annotations where there are any; each voice from a beginning of its own."""
    school = _School(words, len(facts), _vectors(words, space), recipe)
    told = [_Told.by_people(one) for one in lessons if len(one.seen)]
    overheard = [one for one in overheard if len(one.seen)]
    alone = [list(told)] * recipe.schooling
    if not overheard:
        return _stored([school.voice(alone, seed + n) for n in range(recipe.voices)], words, facts)
    teachers = tuple(school.voice(alone, seed + 100 + n) for n in range(recipe.teachers))
    net = NumberNet(KINDS, words.places, facts, teachers)
    guessed = [_guessed(one, net) for one in overheard]
    voices = []
    for n in range(recipe.voices):
        draw = np.random.default_rng([seed + n, 1])
        rounds = [told + _some(guessed, recipe.beside, draw) for _ in range(recipe.rounds - recipe.alone)]
        voices.append(school.voice(rounds + [told] * recipe.alone, seed + n))
    return _stored(voices, words, facts)


def _guessed(one: Overheard, teachers: NumberNet) -> _Told:
    """What chain and teachers take the numbers for, each counting half."""
    kinds = 0.5 * one.chain + 0.5 * teachers.chances(one.seen)
    return _Told(one.seen, kinds.astype(np.float32), np.zeros((len(one.seen), len(SIDES)), dtype=np.float32))


def _some(told: Sequence[_Told], count: int, draw: np.random.Generator) -> list[_Told]:
    return [told[i] for i in draw.permutation(len(told))[:count].tolist()]


@dataclass(frozen=True)
class _School:
    """What all voices have in common."""

    words: Vocabulary
    facts: int
    vectors: Floats
    recipe: NetRecipe

    def voice(self, rounds: Sequence[Sequence[_Told]], seed: int) -> Weights:
        """The weights of one voice as it labels: what a word's vector and its own weights come to is one table."""
        draw, recipe = np.random.default_rng(seed), self.recipe
        weights = _first(draw, self.words.own, self.vectors.shape[1], self.facts + MEASURES, recipe)
        gradient = value_and_grad(_Loss(self.vectors, draw, recipe))
        adam = _Adam(weights, recipe, sum(-(-len(told) // recipe.texts_a_step) for told in rounds))
        for told in rounds:
            for few in _dealt(told, draw, recipe.texts_a_step):
                _, slope = gradient(weights, _Batch.of(few))
                adam.step(slope)
        return _as_labelling(weights, self.vectors)


def _vectors(words: Vocabulary, space: WordSpace) -> Floats:
    """A row a word: its vector in the space of words, noughts where it has none."""
    table = np.zeros((len(words.places) + KNOWN, space.vectors.shape[1]), dtype=np.float32)
    for word, vector in zip(space.words, space.vectors, strict=True):
        table[words.places[word]] = vector * 3
    return table


def _first(draw: np.random.Generator, words: int, dimensions: int, facts: int, recipe: NetRecipe) -> Weights:
    """Weights to begin with."""
    token, hidden, width = recipe.token, recipe.hidden, recipe.vector

    def drawn(*shape: int, spread: float = 0.0) -> Floats:
        return (draw.standard_normal(shape) * (spread or 1 / np.sqrt(shape[0]))).astype(np.float32)

    def filled(*shape: int, value: float = 0.0) -> Floats:
        return np.full(shape, value, dtype=np.float32)

    weights = {
        "own": drawn(words, token, spread=0.1), "space": drawn(dimensions, token, spread=1 / np.sqrt(dimensions + MARKS)),
        "marks": drawn(MARKS, token, spread=1 / np.sqrt(token)),
        "window": drawn(WIDTH * token, hidden, spread=1 / np.sqrt(8 * token)), "facts": drawn(facts, hidden, spread=0.1),
        "start": filled(hidden), "narrow": drawn(hidden, width), "scale": filled(width, value=1.0),
        "kinds": drawn(width, len(KINDS)), "kinds start": filled(len(KINDS)), "sides": drawn(width, len(SIDES)),
    }  # fmt: skip
    for n in range(ROUNDS):
        weights |= {f"{name}{n}": drawn(width, width) for name in ("asks", "answers", "gives")}
        weights |= {f"heard{n}": drawn(width, width, spread=0.05), f"relation{n}": filled(RELATIONS, HEADS),
                    f"scale{n}": filled(width, value=1.0), f"thought scale{n}": filled(width, value=1.0),
                    f"thought{n}": drawn(width, 2 * width), f"thought start{n}": filled(2 * width),
                    f"said{n}": drawn(2 * width, width, spread=0.05)}  # fmt: skip
    return weights


def _dealt(told: Sequence[_Told], draw: np.random.Generator, size: int) -> Iterator[list[_Told]]:
    """All texts, a few at a time, those of like length together."""
    noisy = np.array([len(one.seen) for one in told]) + 6 * draw.standard_normal(len(told))
    order = np.argsort(noisy, kind="stable").tolist()
    few = [order[i : i + size] for i in range(0, len(order), size)]
    for i in draw.permutation(len(few)).tolist():
        yield [told[k] for k in few[i]]


@dataclass(frozen=True)
class _Batch:
    """A few texts as tables of one length."""

    words: Places
    marks: Floats
    facts: Floats
    relation: Places
    mask: Floats
    kinds: Floats
    sides: Floats

    @classmethod
    def of(cls, few: Sequence[_Told]) -> _Batch:
        longest = max(len(one.seen) for one in few)

        def stacked(tables: Sequence[NDArray[Any]], square: bool = False) -> Any:
            more = [longest - len(t) for t in tables]
            ends = [[(0, k), (0, k)] if square else [(0, k)] + [(0, 0)] * (t.ndim - 1) for k, t in zip(more, tables, strict=True)]
            return np.stack([np.pad(t, e) for t, e in zip(tables, ends, strict=True)])

        mask = stacked([np.ones(len(one.seen), dtype=np.float32) for one in few])
        return cls(
            stacked([one.seen.words for one in few]),
            stacked([one.seen.marks for one in few]),
            stacked([one.seen.facts for one in few]),
            stacked([one.seen.relation for one in few], square=True),
            (mask - 1) * np.float32(1e9),
            stacked([one.kinds for one in few]),
            stacked([one.sides for one in few]),
        )


class _Loss:
    """How much less than certain the network is of what is right, with a share of what it is told left out by chance."""

    def __init__(self, vectors: Floats, draw: np.random.Generator, recipe: NetRecipe) -> None:
        self.vectors, self.draw, self.recipe = vectors, draw, recipe

    def __call__(self, weights: Any, batch: _Batch) -> Any:
        drop: Drop = self._drop
        words, places = np.unique(batch.words, return_inverse=True)
        places = places.ravel()
        tokens = self._kept((len(places), 1), 0.05) * _rows(self.vectors[words] @ weights["space"], places)
        own = _rows(weights["own"], _own(words, weights["own"]))
        tokens = tokens + self._kept((len(places), 1), 0.15) * _rows(own, places)
        tokens = drop(tokens + drop(batch.marks.reshape(len(places), -1), 0.2) @ weights["marks"], 0.1)
        tokens = anp.reshape(tokens, (*batch.words.shape[:2], -1))
        vectors = judged(anp, weights, tokens, drop(batch.facts, 0.25), batch.relation, batch.mask, drop, _rows)
        kinds = _surprise(vectors @ weights["kinds"] + weights["kinds start"], batch.kinds)
        sides = _surprise(vectors @ weights["sides"], batch.sides)
        return (kinds + self.recipe.side * sides) / float(batch.kinds.sum())

    def _kept(self, shape: tuple[int, ...], share: float) -> Floats:
        return (self.draw.random(shape, dtype=np.float32) >= share).astype(np.float32)

    def _drop(self, told: Any, share: float) -> Any:
        return told * (self._kept(told.shape, share) / np.float32(1 - share))


def _own(words: Places, table: Any) -> Places:
    """The places of words in a table of only the first: the others are unknown to it."""
    return np.where(words < len(table), words, UNKNOWN)


def _picked(table: Floats, places: Places) -> Floats:
    picked: Floats = table[places]
    return picked


def _slope_of_rows(_: Any, table: Floats, places: Places) -> Any:
    """Back to the table: a sum for each of its rows (by a sparse matrix, many times faster than one by one)."""
    flat = places.ravel()
    picked = csr_matrix((np.ones(len(flat), dtype=np.float32), (flat, np.arange(len(flat)))), shape=(len(table), len(flat)))
    return lambda slope: np.asarray(picked @ slope.reshape(len(flat), -1))


_rows: Any = primitive(_picked)
defvjp(_rows, _slope_of_rows, None)


def _surprise(scores: Any, right: Floats) -> Any:
    most = anp.max(scores, axis=-1, keepdims=True)
    sums = anp.log(anp.sum(anp.exp(scores - most), axis=-1, keepdims=True)) + most
    return anp.sum((sums - scores) * right)


class _Adam:
    """Adam with decoupled decay, slopes clipped to length 1, the rate rising and then falling along a cosine."""

    def __init__(self, weights: Weights, recipe: NetRecipe, steps: int) -> None:
        self.weights, self.recipe, self.steps, self.taken = weights, recipe, steps, 0
        self.mean = {name: np.zeros_like(table) for name, table in weights.items()}
        self.square = {name: np.zeros_like(table) for name, table in weights.items()}

    def step(self, slope: Mapping[str, Floats]) -> None:
        """One step down the slope; the weights are changed in place."""
        self.taken += 1
        t, recipe = self.taken, self.recipe
        rate = recipe.rate * min(1.0, t / 50) * 0.5 * (1 + float(np.cos(np.pi * t / self.steps)))
        length = float(np.sqrt(sum(float((s * s).sum()) for s in slope.values())))
        short = np.float32(min(1.0, 1 / max(length, 1e-9)))
        for name, table in self.weights.items():
            s = slope[name] * short
            mean, square = self.mean[name], self.square[name]
            mean += np.float32(0.1) * (s - mean)
            square += np.float32(0.02) * (s * s - square)
            move = mean / np.float32(1 - 0.9**t) / (np.sqrt(square / np.float32(1 - 0.98**t)) + np.float32(1e-8))
            table -= np.float32(rate) * (move + np.float32(recipe.decay) * table)


def _as_labelling(weights: Weights, vectors: Floats) -> Weights:
    kept = {name: table for name, table in weights.items() if name not in ("own", "space", "sides")}
    return kept | {"words": vectors @ weights["space"] + weights["own"][_own(np.arange(len(vectors)), weights["own"])]}


def _stored(voices: Sequence[Weights], words: Vocabulary, facts: Mapping[str, int]) -> NumberNet:
    """The network through its file's rounding: what is measured is what is shipped."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net"
        write_net(path, NumberNet(KINDS, words.places, facts, tuple(voices)))
        return read_net(path)
