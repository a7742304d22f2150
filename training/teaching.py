"""The chains of a tagger, one after another: each learns with what those before it say of texts that they did not learn from."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from crawler.document import Document, with_title
from nlp.components import state
from nlp.pipeline import language_before_tagging
from nlp.tagging.arm_sides import Names, SidePlaces, cells
from nlp.tagging.attributes import Classes, Surroundings
from nlp.tagging.chain import Chain
from nlp.tagging.echoes import as_attributes
from nlp.tagging.labelling import CORPUS, NEAR, NUMBER_LABELS, TOTAL, Labeller, Tagged, TextReading, side_states
from nlp.tagging.marking import EVERY, ONCE, words_of
from nlp.tagging.model import Model
from nlp.tagging.number_net import NumberNet
from nlp.tagging.numbers import Candidate, candidates
from nlp.tagging.surroundings import surroundings
from training.corpora import PHRASES, Annotated, folds, same_paper
from training.fitting import Recipe, Row, fit, with_others
from training.net_fitting import KINDS, SIDES, Lesson, NetRecipe, Overheard, fit_net, known_facts, vocabulary
from training.words import WordSpace

RECIPES: Mapping[str, Recipe] = {
    "coarse": Recipe(0.1, 4.0, 60, least_count=2, least_weight=0.002),
    "again": Recipe(0.1, 4.0, 60, least_count=3, least_weight=0.002),
    "phrases": Recipe(0.1, 3.0, 80, least_weight=0.002),
    "numbers": Recipe(0.1, 1.0, 120, least_weight=0.001),
    "sides": Recipe(0.0, 3.0, 150, least_weight=0.001),
    "marking": Recipe(0.0, 3.0, 100, least_count=5, least_weight=0.01),
}
NET_RECIPE = NetRecipe()
Report = Callable[[str], None]


class Reader:
    """Texts to surroundings, each read once."""

    def __init__(self) -> None:
        self._language = language_before_tagging()
        self._known: dict[str, Surroundings] = {}

    def __call__(self, text: str) -> Surroundings:
        """The surroundings of a text."""
        if text not in self._known:
            whole, sections = with_title("", text)
            doc = state.carrying(Document(id="text", title="", text=whole, sections=sections), self._language.vocab)
            for _, component in self._language.pipeline:
                doc = component(doc)
            self._known[text] = surroundings(doc._.get(state.READING))
        return self._known[text]


@dataclass
class Teacher:
    """Learns the chains and the network of numbers.

    `seed` draws the parts of cross-fitting and what the network begins with; everything else is settled by the order of the texts.
    """

    space: WordSpace
    read: Reader
    seed: int
    report: Report
    parts: int = 3
    recipes: Mapping[str, Recipe] = field(default_factory=lambda: RECIPES)

    @property
    def classes(self) -> Classes:
        """The classes of words."""
        return self.space.classes

    def coarse(self, texts: Mapping[str, Sequence[Annotated]]) -> Chain:
        """Every mention of participants, interventions and outcomes."""
        labeller = Labeller(Model(self.classes, {}, {}))

        def rows() -> Iterator[Row]:
            for name, of_corpus in texts.items():
                for text in of_corpus:
                    around = self.read(text.text)
                    reading = TextReading(labeller, around)
                    for index, labels in enumerate(begun(around, text.spans)):
                        yield [[*told, f"corpus={name}"] for told in reading.window(index)], labels

        return fit(rows(), self.recipes["coarse"])

    def again(self, texts: Mapping[str, Sequence[Annotated]]) -> Chain | None:
        """The second look at the same, told by chains that had not seen the text; None where the texts cannot be halved.

        It is learnt in the convention of one corpus, which is the one that is read.
        """
        halves: tuple[dict[str, list[Annotated]], dict[str, list[Annotated]]] = ({}, {})
        for name, of_corpus in texts.items():
            # By the letters that a text begins with, so that a paper that stands in two corpora lies in one half.
            for text in of_corpus:
                halves[zlib.crc32(same_paper(text.text).encode()) % 2].setdefault(name, []).append(text)
        convention = CORPUS if CORPUS in texts else next(iter(texts))
        if not all(half.get(convention) for half in halves):
            return None
        chains = [self.coarse(half) for half in halves]

        def rows() -> Iterator[Row]:
            for half, chain in zip(halves, reversed(chains), strict=True):
                labeller = Labeller(Model(self.classes, {"coarse": chain}, {}))
                for text in half.get(convention, ()):
                    around = self.read(text.text)
                    yield from zip(TextReading(labeller, around).again(), begun(around, text.spans), strict=True)

        return fit(rows(), self.recipes["again"])

    def phrases(self, texts: Sequence[Annotated], coarse: Chain | None) -> Chain:
        """The phrases of the fine labels, with what the coarse chain says."""
        labeller = Labeller(Model(self.classes, {"coarse": coarse} if coarse else {}, {}))

        def rows() -> Iterator[Row]:
            for text in texts:
                around = self.read(text.text)
                reading = TextReading(labeller, around)
                codes = reading.hints()
                hints = [] if codes is None else reading.by_sentence(codes)
                for index, labels in enumerate(begun(around, [s for s in text.spans if s[2] in PHRASES])):
                    told = reading.window(index)
                    if hints:
                        told = [[*a, *b] for a, b in zip(told, as_attributes(hints[index], NEAR), strict=True)]
                    yield told, labels

        return fit(rows(), self.recipes["phrases"])

    def numbers(self, texts: Sequence[Annotated], coarse: Chain | None, others: Sequence[Annotated] = ()) -> Chain:
        """What each number is. `others`: texts whose numbers are annotated in another convention."""
        labeller = Labeller(Model(self.classes, {"coarse": coarse} if coarse else {}, {}))

        def rows(told: Sequence[Annotated]) -> Iterator[Row]:
            for text in told:
                around = self.read(text.text)
                found = candidates(around)
                kinds, _ = told_numbers(found, text)
                yield from zip(TextReading(labeller, around).number_rows(found), kinds, strict=True)

        return fit(with_others(rows(texts), rows(others)) if others else rows(texts), self.recipes["numbers"])

    def sides(self, texts: Sequence[Annotated], tagged: Mapping[str, Sequence[Tagged]]) -> Chain:
        """Whose each number is; `tagged`: by text, the interventions and controls that were tagged in it."""

        def rows() -> Iterator[Row]:
            for text in texts:
                around = self.read(text.text)
                found = candidates(around)
                kinds, whose = told_numbers(found, text)
                names = Names(around, [(t.start, t.end, t.label) for t in tagged[text.text]])
                places = SidePlaces(around, self.classes, names)
                for row in cells(around, found, kinds):
                    sides = [whose[cell.sentence][cell.members[0]] or "iv" for cell in row]
                    yield list(places.row(row)), side_states(sides)

        return fit(rows(), self.recipes["sides"])

    def net(
        self, texts: Sequence[Annotated], plain: Sequence[str], chains: Mapping[str, Chain], tagged: Mapping[str, Sequence[Tagged]]
    ) -> NumberNet:
        """The network that judges numbers beside their chain; `tagged`: by annotated text, the phrases that were tagged in it.

        `plain`: texts without annotations, which `chains` had not seen.
        """
        coarse = {name: chain for name, chain in chains.items() if name == "coarse"}
        labeller = Labeller(Model(self.classes, coarse, {}))
        readings = [TextReading(labeller, self.read(text.text)) for text in texts]
        found = [candidates(reading.around) for reading in readings]
        rows = [reading.number_rows(numbers) for reading, numbers in zip(readings, found, strict=True)]
        words = vocabulary([reading.places.lows for reading in readings], self.space, NET_RECIPE)
        facts = known_facts(rows, NET_RECIPE)
        lessons = []
        for text, reading, numbers, told in zip(texts, readings, found, rows, strict=True):
            seen = reading.number_view(numbers, told, words.places, facts, tagged[text.text])
            kinds, sides = told_numbers(numbers, text)
            lessons.append(
                Lesson(
                    seen,
                    tuple(KINDS.index(kind.rstrip("+")) for sentence in kinds for kind in sentence),
                    tuple(SIDES.index(side) if side else -1 for sentence in sides for side in sentence),
                )
            )
        overheard = list(self.overheard(plain, chains, words.places, facts))
        self.report(f"numbers, {len(overheard)} texts without annotations")
        return fit_net(lessons, words, facts, self.space, NET_RECIPE, self.seed, overheard)

    def overheard(
        self, plain: Sequence[str], chains: Mapping[str, Chain], words: Mapping[str, int], facts: Mapping[str, int]
    ) -> Iterator[Overheard]:
        """The numbers of texts without annotations, and what the chain of numbers says of them."""
        labeller, chain = Labeller(Model(self.classes, chains, {})), chains["numbers"]
        among = np.array([[kind == label.rstrip("+") for kind in KINDS] for label in chain.labels], dtype=np.float32)
        for text in plain:
            reading = TextReading(labeller, self.read(text))
            found = candidates(reading.around)
            rows = reading.number_rows(found)
            told = chain.chances(chain.scores_of(rows))
            if any(map(len, told)):
                yield Overheard(reading.number_view(found, rows, words, facts), np.concatenate(told) @ among)

    def fine(
        self, texts: Sequence[Annotated], coarse: Chain | None, plain: Sequence[str] = (), others: Sequence[Annotated] = ()
    ) -> tuple[dict[str, Chain], NumberNet]:
        """The fine chains and the network; phrases that they are told come from chains that had not seen the text.

        `plain`: texts without annotations; `others`: texts whose numbers are annotated in another convention.
        """
        first = {"coarse": coarse} if coarse else {}
        tagged: dict[str, list[Tagged]] = {}
        for number, part in enumerate(folds(len(texts), self.parts, self.seed)):
            held = set(part)
            chain = self.phrases([t for i, t in enumerate(texts) if i not in held], coarse)
            labeller = Labeller(Model(self.classes, {**first, "phrases": chain}, {}))
            for i in part:
                tagged[texts[i].text] = TextReading(labeller, self.read(texts[i].text)).phrases
            self.report(f"phrases, without part {number + 1} of {self.parts}")
        sides = self.sides(texts, tagged)
        self.report("sides")
        numbers = self.numbers(texts, coarse, others)
        self.report("numbers")
        phrases = self.phrases(texts, coarse)
        self.report("phrases")
        chains = {"phrases": phrases, "numbers": numbers, "sides": sides}
        net = self.net(texts, plain, {**first, **chains}, tagged)
        self.report("numbers, the network")
        return chains, net

    def marking(self, coarse: Mapping[str, Sequence[Annotated]], fine: Sequence[Annotated]) -> Chain:
        """Whether a text is like those of the fine corpora or like those of the coarse ones."""
        once = {same_paper(t.text): t for t in fine}
        every = {same_paper(t.text): t for of_corpus in coarse.values() for t in of_corpus}
        rows: list[Row] = [([words_of(t.text)], [ONCE]) for t in once.values()]
        rows += [([words_of(t.text)], [EVERY]) for name, t in every.items() if name not in once]
        return fit(rows, self.recipes["marking"])

    def all(
        self,
        coarse: Mapping[str, Sequence[Annotated]],
        fine: Mapping[str, Sequence[Annotated]],
        plain: Sequence[str] = (),
        apart: Mapping[str, Sequence[Annotated]] = MappingProxyType({}),
    ) -> Model:
        """All of a model, without a card. A paper of the fine corpora is left out of the coarse ones, so that what is said of it is said without knowing it.

        `plain`: texts without annotations; `apart`: corpora that annotate numbers in another convention than the fine ones.
        """
        texts = [t for of_corpus in fine.values() for t in of_corpus]
        seen = {same_paper(t.text) for t in texts}
        others = {name: [t for t in of_corpus if same_paper(t.text) not in seen] for name, of_corpus in coarse.items()}
        chains: dict[str, Chain] = {}
        if others:
            chains["coarse"] = self.coarse(others)
            self.report("coarse")
            if (again := self.again(others)) is not None:
                chains["again"] = again
                self.report("coarse, a second look")
        if not texts:
            return Model(self.classes, chains, {})
        if others:
            chains["marking"] = self.marking(others, texts)
        unseen = {same_paper(text): text for text in (*plain, *(t.text for of_corpus in others.values() for t in of_corpus))}
        known = seen | {same_paper(t.text) for of_corpus in others.values() for t in of_corpus}
        further = [t for of_corpus in apart.values() for t in of_corpus if same_paper(t.text) not in known]
        untold = [text for paper, text in unseen.items() if paper not in seen]
        fine_chains, net = self.fine(texts, chains.get("coarse"), untold, further)
        return Model(self.classes, {**chains, **fine_chains}, {}, net)


def begun(around: Surroundings, spans: Sequence[tuple[int, int, str]]) -> list[list[str]]:
    """The labels of each sentence's tokens: `B-x` where a stretch begins, `I-x` inside it, `O` elsewhere."""
    found: list[list[str]] = []
    for tokens in around.tokens:
        labels = ["O"] * len(tokens)
        for start, end, label in spans:
            inside = [i for i, t in enumerate(tokens) if t.start < end and start < t.end]
            for n, i in enumerate(inside):
                if labels[i] == "O":
                    labels[i] = f"{'I' if n else 'B'}-{label}"
        found.append(labels)
    return found


_KIND = {label: (kind, side) for kind, pair in NUMBER_LABELS.items() for label, side in zip(pair, ("iv", "cv"), strict=True)}
_KIND["total-participants"] = (TOTAL, "")


def told_numbers(found: Sequence[Sequence[Candidate]], text: Annotated) -> tuple[list[list[str]], list[list[str]]]:
    """What the annotation says of each number: its kind (with `+` where the label reaches beyond the number), and whose it is."""
    spans = [s for s in text.spans if s[2] in _KIND]
    kinds: list[list[str]] = []
    sides: list[list[str]] = []
    for numbers in found:
        told = [_told(c, spans) for c in numbers]
        kinds.append([k for k, _ in told])
        sides.append([s for _, s in told])
    return kinds, sides


def _told(number: Candidate, spans: Sequence[tuple[int, int, str]]) -> tuple[str, str]:
    for start, end, label in spans:
        if number.start - 1 <= start < number.end and number.start < end:
            kind, side = _KIND[label]
            return kind + ("+" if end > number.end else ""), side
    return "O", ""
