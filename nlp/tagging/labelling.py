"""From a text and its surroundings to labelled stretches: coarse classes, phrases, numbers, and whose the numbers are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from crawler.quick_init import quick_init
from nlp.tagging.arm_sides import Cell, Names, SidePlaces, cells
from nlp.tagging.attributes import EDGE, WINDOW, Places, Surroundings, word_attributes
from nlp.tagging.chain import Chain, Chances, Scores, side_by_side
from nlp.tagging.cue_words import COMMON
from nlp.tagging.echoes import COARSE, Codes, Said, as_attributes, echoes, hints, near_attributes, slots
from nlp.tagging.marking import marked_once
from nlp.tagging.model import Model
from nlp.tagging.number_company import Company
from nlp.tagging.number_views import Floats, View, view
from nlp.tagging.numbers import Candidate, NumberPlaces, candidates

Number = TypeVar("Number", bound=np.generic)

#: What a number is, and the contract's labels for it: the intervention's and the comparator's.
NUMBER_LABELS = {
    "n": ("intervention-participants", "control-participants"),
    "abs": ("iv-bin-abs", "cv-bin-abs"),
    "percent": ("iv-bin-percent", "cv-bin-percent"),
    "mean": ("iv-cont-mean", "cv-cont-mean"),
    "median": ("iv-cont-median", "cv-cont-median"),
    "sd": ("iv-cont-sd", "cv-cont-sd"),
}
TOTAL = "total"
#: How far from a token the first look is told to the phrases, and to the second look.
NEAR, FAR = 1, 2
#: What the network's word on a number counts beside the chain's.
NET_SHARE = 0.5
#: The convention of marking every mention that the coarse classes are read in.
CORPUS = "ebmnlp"


@quick_init
@dataclass(frozen=True, slots=True)
class Tagged:
    """A labelled stretch of the text; `score` is the probability that exactly this stretch bears this label."""

    start: int
    end: int
    label: str
    score: float


@dataclass(frozen=True)
class Thresholds:
    """From which probability a stretch is told: one for phrases, one for a text's only one, one for a second such, one for numbers."""

    phrase: float = 0.27
    only: float = 0.2
    another: float = 0.5
    number: float = 0.5
    coarse: float = 0.5


#: Of these a text has one as a rule; a further one must be likelier.
ONCE = ("intervention", "control", "condition", "eligibility")


class Labeller:
    """Labels texts with one model."""

    def __init__(self, model: Model, thresholds: Thresholds | None = None) -> None:
        self.model = model
        self.thresholds = thresholds or Thresholds()
        self._words: dict[str, tuple[list[str], list[str], list[str]]] = {}

    @cached_property
    def windows(self) -> Chain:
        """The chains that are told a window of words, side by side."""
        return side_by_side([self.model.chains[name] for name in self._windowed])

    @cached_property
    def columns(self) -> dict[str, slice]:
        """Which labels of `windows` are whose."""
        found, at = {}, 0
        for name in self._windowed:
            found[name] = slice(at, at := at + len(self.model.chains[name].labels))
        return found

    @property
    def _windowed(self) -> list[str]:
        return [name for name in ("coarse", "again", "phrases") if name in self.model.chains]

    def label(self, around: Surroundings) -> list[Tagged]:
        """The fine labels, in order."""
        return TextReading(self, around).fine()

    def coarse(self, around: Surroundings) -> list[Tagged]:
        """Every mention of participants, interventions and outcomes, in order."""
        return TextReading(self, around).coarse()

    def once(self, text: str) -> bool:
        """Whether texts like this are marked once, and not at every mention."""
        return marked_once(self.model.chains.get("marking"), text)

    def both(self, around: Surroundings) -> tuple[list[Tagged], list[Tagged]]:
        """The fine labels and every mention, by one reading of the text."""
        reading = TextReading(self, around)
        return reading.fine(), reading.coarse() if "coarse" in self.model.chains else []

    def of_word(self, word: str) -> tuple[list[str], list[str], list[str]]:
        """The attributes of a word, kept."""
        known = self._words.get(word)
        if known is None:
            if len(self._words) > 100_000:
                self._words.clear()
            known = self._words[word] = word_attributes(word, self.model.classes)
        return known


class TextReading:
    """One text, step by step. What training tells a chain and what labelling tells it come from here, so that they cannot differ."""

    def __init__(self, labeller: Labeller, around: Surroundings) -> None:
        self.labeller, self.around = labeller, around
        self.places = Places(around, labeller.model.classes)
        self.told = [list(self.places.sentence(i)) for i in range(len(around.tokens))]
        self.shared = [self.places.of_sentence(i) for i in range(len(around.tokens))]

    def window(self, index: int) -> list[list[str]]:
        """Everything that is told of each token of a sentence (for training: labelling keeps the sums of a word's weights)."""
        words = self.places.words[index]
        return [
            [
                *self.shared[index],
                *told,
                *(f"{offset}{a}" for offset, tier in WINDOW for a in self.labeller.of_word(_at(words, i + offset))[tier]),
            ]
            for i, told in enumerate(self.told[index])
        ]

    @cached_property
    def lengths(self) -> list[int]:
        """How many tokens each sentence has. Tables hold a row for each token of the text, sentence behind sentence."""
        return [len(words) for words in self.places.words]

    def by_sentence(self, table: NDArray[Number]) -> list[NDArray[Number]]:
        """A table cut at the ends of the sentences."""
        return np.split(table, np.cumsum(self.lengths)[:-1]) if self.lengths else []

    def scores(self, name: str, codes: Codes | None = None, all_have: Sequence[str] = ()) -> list[Scores]:
        """A window chain's scores of each sentence, with the first look's hints where they are given."""
        chain = self.labeller.model.chains[name]
        found = self._window_scores[:, self.labeller.columns[name]] + chain.scores([all_have])[0]
        return self.by_sentence(found if codes is None else found + chain.code_scores(slots(NEAR), codes))

    @cached_property
    def _window_scores(self) -> Scores:
        """What place and words score, for all chains that are told them."""
        return self._place_scores + self._word_scores(self.labeller.windows)

    @cached_property
    def _place_scores(self) -> Scores:
        chain = self.labeller.windows
        own = chain.scores([told for sentence in self.told for told in sentence])
        return own + np.repeat(chain.scores(self.shared), self.lengths, axis=0)

    @cached_property
    def _echoed(self) -> Codes:
        return echoes(self.said, self.places.lows, COMMON)

    @cached_property
    def _numbered(self) -> tuple[dict[str, int], NDArray[np.int64]]:
        """The text's different words by number, and each token's number."""
        number: dict[str, int] = {EDGE: 0}
        return number, np.array([number.setdefault(w, len(number)) for words in self.places.words for w in words], dtype=np.int64)

    def _word_scores(self, chain: Chain) -> Scores:
        """What the words in the window of each token add."""
        reach = len(WINDOW) // 2
        number, own = self._numbered
        table = np.stack([chain.word_scores(w, self._window_of(w)) for w in number])
        sentence = np.repeat(np.arange(len(self.lengths)), self.lengths)
        places = np.arange(len(own)) + reach * (1 + sentence)
        padded = np.zeros(len(own) + reach * (1 + len(self.lengths)), dtype=np.int64)
        padded[places] = own
        sums: Scores = table[padded[places - reach], 0]
        for k in range(1, len(WINDOW)):
            sums += table[padded[places + k - reach], k]
        return sums

    def _window_of(self, word: str) -> list[tuple[int, list[str]]]:
        of = self.labeller.of_word(word)
        return [(offset, of[tier]) for offset, tier in WINDOW]

    @cached_property
    def said(self) -> list[Said]:
        """What the coarse chain says of each token."""
        chain = self.labeller.model.chains["coarse"]
        return said_of(chain, chain.chances(self.scores("coarse", all_have=(f"corpus={CORPUS}",))))

    def again(self) -> list[list[list[str]]]:
        """What the second look at the coarse classes is told: what the first said here, beside, and of the same word elsewhere; and the place."""
        found = []
        for index, codes in enumerate(self.by_sentence(hints(self.said, self._echoed, FAR))):
            words = [self.labeller.of_word(word)[1] for word in self.places.words[index]]
            shared = self.shared[index]
            found.append(
                [[*a, *shared, *b, *c] for a, b, c in zip(as_attributes(codes, FAR), self.told[index], words, strict=True)]
            )
        return found

    def said_again(self) -> list[Said]:
        """The mean of the first look and the second; the first, where there is no chain for another."""
        chain = self.labeller.model.chains.get("again")
        if chain is None:
            return self.said
        second = said_of(chain, chain.chances(self._again_scores(chain)))
        return [(a + b) / 2 for a, b in zip(self.said, second, strict=True)]

    def _again_scores(self, chain: Chain) -> list[Scores]:
        """What `again` tells, summed: the places with those of the other chains, the words and the first look from tables."""
        number, own = self._numbered
        words = np.stack([chain.word_scores(word, (("", self.labeller.of_word(word)[1]),))[0] for word in number])
        here = self._place_scores[:, self.labeller.columns["again"]] + chain.code_scores(
            slots(FAR), hints(self.said, self._echoed, FAR)
        )
        return self.by_sentence(here + words[own])

    def hints(self) -> Codes | None:
        """What the phrases are told of the first look, a row for each token of the text; nothing where there is no chain for one."""
        if "coarse" not in self.labeller.model.chains:
            return None
        return hints(self.said, self._echoed, NEAR)

    def fine(self) -> list[Tagged]:
        """Phrases and numbers, in order; none where the model has no chains for them."""
        found = [*self.phrases, *self.numbers()] if "phrases" in self.labeller.model.chains else []
        return sorted(found, key=lambda t: (t.start, t.end, t.label))

    def coarse(self) -> list[Tagged]:
        """Runs of tokens of one coarse class."""
        found = []
        for tokens, said in zip(self.around.tokens, self.said_again(), strict=True):
            classes = _classes(said, self.labeller.thresholds.coarse)
            first = 0
            for i in range(1, len(classes) + 1):
                if i == len(classes) or classes[i] != classes[first]:
                    if (k := classes[first]) >= 0:
                        score = min(1.0, float(said[first:i, k].mean()))
                        found.append(Tagged(tokens[first].start, tokens[i - 1].end, COARSE[k], score))
                    first = i
        return found

    @cached_property
    def phrases(self) -> list[Tagged]:
        """The phrases, none over another; the likelier first."""
        chain = self.labeller.model.chains["phrases"]
        lattices = chain.lattice(self.scores("phrases", self.hints()))
        return chosen(
            (
                (
                    index,
                    s.first,
                    s.last,
                    Tagged(self.around.tokens[index][s.first].start, self.around.tokens[index][s.last].end, s.label, s.chance),
                )
                for index, lattice in enumerate(lattices)
                for s in lattice.stretches(self.labeller.thresholds.only)
            ),
            self.labeller.thresholds,
        )

    def number_rows(self, found: list[list[Candidate]]) -> list[list[list[str]]]:
        """What the numbers chain is told of each number of each sentence."""
        places = NumberPlaces(self.around, self.labeller.model.classes, found)
        company = Company(self.around, places.lows, found)
        rows = [
            [[*a, *b] for a, b in zip(places.sentence(index), company.sentence(index), strict=True)] for index in range(len(found))
        ]
        if "coarse" not in self.labeller.model.chains:
            return rows
        return [
            [[*told, *near_attributes(self.said[c.sentence], c.first, c.last)] for c, told in zip(numbers, row, strict=True)]
            for numbers, row in zip(found, rows, strict=True)
        ]

    def number_view(
        self,
        found: list[list[Candidate]],
        rows: Sequence[Sequence[Sequence[str]]],
        words: Mapping[str, int],
        facts: Mapping[str, int],
        phrases: Sequence[Tagged] | None = None,
    ) -> View:
        """What the network is told of the numbers; `phrases`: those tagged by a chain that had not seen the text, while it learns."""
        said = self.said if "coarse" in self.labeller.model.chains else ()
        told = [(t.start, t.end, t.label, t.score) for t in (self.phrases if phrases is None else phrases)]
        return view(self.around, self.places.lows, found, rows, said, told, words, facts)

    def numbers(self) -> list[Tagged]:
        """The numbers: what each is, and for results and sizes of arms whose."""
        chains = self.labeller.model.chains
        found = candidates(self.around)
        chain = chains["numbers"]
        rows = self.number_rows(found)
        told = chain.chances(chain.scores_of(rows))
        if (net := self.labeller.model.net) is not None:
            told = weighed(chain.labels, told, net.kinds, net.chances(self.number_view(found, rows, net.words, net.facts)))
        labels, chances = _kinds(chain, told, self.labeller.thresholds.number)
        tagged = [
            Tagged(*extent(number, kind), "total-participants", chance)
            for numbers, kinds, sure in zip(found, labels, chances, strict=True)
            for number, kind, chance in zip(numbers, kinds, sure, strict=True)
            if kind.rstrip("+") == TOTAL
        ]
        names = Names(self.around, [(t.start, t.end, t.label) for t in self.phrases])
        arms = cells(self.around, found, labels)
        sides = SidePlaces(self.around, self.labeller.model.classes, names)
        for row_of_cells, leaning in zip(arms, side_chances(chains.get("sides"), sides, arms), strict=True):
            for cell, of_intervention in zip(row_of_cells, leaning, strict=True):
                for member, kind in zip(cell.members, cell.kinds, strict=True):
                    number, whole = found[cell.sentence][member], labels[cell.sentence][member]
                    control = of_intervention < 0.5
                    sure = chances[cell.sentence][member] * (1 - of_intervention if control else of_intervention)
                    tagged.append(Tagged(*extent(number, whole), NUMBER_LABELS[kind][control], sure))
        return tagged


def _at(words: Sequence[str], i: int) -> str:
    return words[i] if 0 <= i < len(words) else EDGE


def said_of(chain: Chain, chances: Sequence[Chances]) -> list[Said]:
    """The probabilities of the coarse classes, then those of their beginnings, a row a token."""
    column = {name: i for i, name in enumerate(chain.labels)}
    begins = [column.get(f"B-{name}") for name in COARSE]
    insides = [column.get(f"I-{name}") for name in COARSE]
    found = []
    for table in chances:
        said = np.zeros((len(table), 2 * len(COARSE)))
        for k, (begin, inside) in enumerate(zip(begins, insides, strict=True)):
            if begin is not None:
                said[:, k] += table[:, begin]
                said[:, len(COARSE) + k] = table[:, begin]
            if inside is not None:
                said[:, k] += table[:, inside]
        found.append(said)
    return found


def _classes(said: Said, weight: float) -> list[int]:
    """The likeliest class of each token, where the chance of none counts by this weight; -1 for none."""
    if not len(said):
        return []
    own = said[:, : len(COARSE)]
    best = own.argmax(axis=1)
    return np.where(own.max(axis=1) > weight * (1 - own.sum(axis=1)), best, -1).tolist()  # type: ignore[no-any-return]


def chosen(stretches: Iterable[tuple[int, int, int, Tagged]], thresholds: Thresholds) -> list[Tagged]:
    """The likeliest stretches of which none overlaps another."""
    taken: set[tuple[int, int]] = set()
    count: Counter[str] = Counter()
    found: list[Tagged] = []
    for index, first, last, tagged in sorted(stretches, key=lambda s: (-s[3].score, s[0], s[1], s[2])):
        wanted = thresholds.phrase
        if tagged.label in ONCE:
            wanted = thresholds.another if count[tagged.label] else thresholds.only
        places = {(index, i) for i in range(first, last + 1)}
        if tagged.score >= wanted and not places & taken:
            taken |= places
            count[tagged.label] += 1
            found.append(tagged)
    return found


def weighed(labels: Sequence[str], told: Sequence[Chances], kinds: Sequence[str], judged: Floats) -> list[Chances]:
    """The chain's probabilities with the network's: of each kind the mean, shared among its labels as the chain shares it."""
    of = [kinds.index(name.rstrip("+")) for name in labels]
    among = np.eye(len(kinds))[of]
    table = np.concatenate((np.zeros((0, len(labels))), *told))
    share = judged / np.maximum(table @ among, 1e-12)
    mixed = table * (1 - NET_SHARE + NET_SHARE * share[:, of])
    return np.split(mixed, np.cumsum([len(one) for one in told]))[:-1]


def _kinds(chain: Chain, told: Sequence[Chances], least: float) -> tuple[list[list[str]], list[list[float]]]:
    """What each number is: the likeliest kind, where one is likely enough; how far it reaches is decided inside the kind."""
    kinds = sorted({name.rstrip("+") for name in chain.labels} - {"O"})
    columns = [[i for i, name in enumerate(chain.labels) if name.rstrip("+") == kind] for kind in kinds]
    labels: list[list[str]] = []
    chances: list[list[float]] = []
    for table in told:
        names, sure = [], []
        for row in table:
            sums = [float(row[c].sum()) for c in columns]
            k = int(np.argmax(sums)) if sums else 0
            if not sums or sums[k] < least:
                names.append("O")
                sure.append(0.0)
                continue
            names.append(chain.labels[max(columns[k], key=lambda i: row[i])])
            sure.append(sums[k])
        labels.append(names)
        chances.append(sure)
    return labels, chances


def extent(number: Candidate, kind: str) -> tuple[int, int]:
    """Where a number's label begins and ends: `kind+` takes in what stands behind it."""
    return number.start, number.tail if kind.endswith("+") and number.tail is not None else number.end


#: A cell is the intervention's or the comparator's, and the first of its row, the same as the cell before or another.
SIDE_STATES = ("iv^", "iv=", "iv!", "cv^", "cv=", "cv!")


def side_states(sides: Sequence[str]) -> list[str]:
    """The states of a row of cells.

    >>> side_states(["iv", "cv", "cv"])
    ['iv^', 'cv!', 'cv=']
    """
    return [s + ("^" if not i else "=" if s == sides[i - 1] else "!") for i, s in enumerate(sides)]


def side_chances(chain: Chain | None, places: SidePlaces, rows: Sequence[Sequence[Cell]]) -> list[list[float]]:
    """How likely each cell is the intervention's; by turns, where there is no chain for it."""
    if chain is None:
        return [[0.51 if not n % 2 else 0.49 for n in range(len(row))] for row in rows]
    own = [i for i, name in enumerate(chain.labels) if name.startswith("iv")]
    return [table[:, own].sum(axis=1).tolist() for table in chain.chances(chain.scores_of([list(places.row(row)) for row in rows]))]
