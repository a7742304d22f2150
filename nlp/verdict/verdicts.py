"""What happened to an outcome's value, by one text: for any intervention, comparator and outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from nlp.claim import Extraction
from nlp.pipeline import Reader, build
from nlp.verdict.asked import Question, asked, names_intervention
from nlp.verdict.claim_traits import claim_traits, extraction_of
from nlp.verdict.lines import read_text
from nlp.verdict.model import Model, load, probability
from nlp.verdict.ranking import ranking_traits
from nlp.verdict.traits import scenes, traits, treatment

#: Sentences that hold less of the outcome's words than this do not speak of it.
SPOKEN_OF = 0.2
#: How sure a verdict may be on which no sentence speaks, or whose intervention the text never names: no surer than the commonest answer is frequent.
_UNSPOKEN = 0.4


class Label(StrEnum):
    """What happened to the outcome's value under the intervention, against the comparator."""

    INCREASED = "increased"
    DECREASED = "decreased"
    NO_DIFFERENCE = "no_difference"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer and the sentence that decided: `text[start:end] == quote`; all three None where none speaks of the outcome.

    `confidence` is a calibrated probability, 0 to 1.
    """

    label: Label
    confidence: float
    quote: str | None
    start: int | None
    end: int | None


class Verdicts:
    """Answers questions from texts. The first answer costs seconds, those after it milliseconds; one serves one thread.

    Questions on the same text are best asked one after the other: it is read once for all of them.
    """

    def __init__(self, model: Model | None = None, reader: Reader | None = None) -> None:
        self._model, self._reader = model or load(), reader
        self._read = lru_cache(maxsize=16)(read_text)
        self._extraction = lru_cache(maxsize=16)(self._extracted)

    def answer(self, text: str, intervention: str, comparator: str, outcome: str) -> Verdict:
        """What the text says; there is an answer whatever it says, and its confidence tells how much there is to it."""
        read = self._read(text)
        question = asked(Question(intervention, comparator, outcome), read, self._model.frequencies)
        ranks = ranking_traits(question, read)
        shares = self._model.shares(ranks)
        seen = scenes(question, read)
        found = traits(question, seen, shares)
        claimed = claim_traits(question, read, self._extraction(text), shares, treatment(question, seen), self._model.frequencies)
        chances = self.chances(found.difference, {**found.direction, **claimed})
        label = max(chances, key=lambda name: chances[name])
        spoken = [place for place in shares if ranks[place]["outcome"] >= SPOKEN_OF]
        if not spoken:
            return Verdict(label, min(chances[label], _UNSPOKEN), None, None, None)
        line = read.lines[max(spoken, key=lambda place: shares[place])]
        sure = chances[label] if names_intervention(question, read) else min(chances[label], _UNSPOKEN)
        return Verdict(label, sure, text[line.start : line.end], line.start, line.end)

    def _extracted(self, text: str) -> Extraction:
        if self._reader is None:
            self._reader = build()
        return extraction_of(self._reader, text)

    def chances(self, difference: Mapping[str, float], direction: Mapping[str, float]) -> dict[Label, float]:
        """The probability of each answer: whether there is a difference, and if so, which way."""
        model = self._model
        null = probability(model.difference.score(difference))
        up = probability(model.direction.score(direction))
        return {Label.NO_DIFFERENCE: null, Label.INCREASED: (1 - null) * up, Label.DECREASED: (1 - null) * (1 - up)}
