"""The tagger: which stretches of a text name an intervention, an outcome, people, a number of an arm.

A tagger takes what the rules have read of a text (`Reading`) and gives `Tagged` values, whose offsets count in the document's text. Ours comes
with a trained model (`nlp/model/`, made by `make train`); a scispaCy model stands behind the same interface where one is installed.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from crawler.quick_init import quick_init
from nlp.reading import Reading
from nlp.tagging.blocks import blocks
from nlp.tagging.labelling import Labeller, Tagged
from nlp.tagging.model import Model, ModelMissing, ModelUnreadable, load
from nlp.tagging.surroundings import surroundings

__all__ = [
    "MODEL",
    "Beside",
    "ModelMissing",
    "ModelUnreadable",
    "OwnTagger",
    "ScispacyTagger",
    "Tagged",
    "Tagger",
    "Tagging",
    "installed",
    "own_or_none",
    "with_what_is_installed",
]

#: Where the shipped model lies.
MODEL = Path(__file__).resolve().parent / "model"

#: The coarse classes under the contract's names. "participants" is everything that is told of the people, whatever it is.
COARSE_LABELS: Mapping[str, str] = {"PAR": "participants", "INT": "intervention", "OUT": "outcome"}


@quick_init
@dataclass(frozen=True, slots=True)
class Tagging:
    """What a tagger says of a text, each list in the text's order.

    `fine`: what names the trial's intervention, control, people and outcomes, and its numbers. `every`: every mention of people, interventions and
    outcomes (`COARSE_LABELS`). `once`: the text is like those whose annotators marked the fine labels alone.
    """

    fine: tuple[Tagged, ...] = ()
    every: tuple[Tagged, ...] = ()
    once: bool = False


class Tagger(Protocol):
    """What the pipeline asks of a tagger."""

    @property
    def name(self) -> str:
        """What it is called where a person reads it."""

    def tag(self, reading: Reading) -> Tagging:
        """The labelled stretches of a text."""


class OwnTagger:
    """The trained tagger of this program. The model is read when the first text is tagged."""

    name = "counterclaim"

    def __init__(self, folder: Path = MODEL) -> None:
        self._folder = folder

    @cached_property
    def _labeller(self) -> Labeller:
        return Labeller(load(self._folder))

    @property
    def version(self) -> str:
        """The name and the mark of the model's card, by which a library tells what read it."""
        return f"{self.name} {zlib.crc32((self._folder / 'card.json').read_bytes()):08x}"

    @property
    def model(self) -> Model:
        """The trained model.

        Raises:
            ModelMissing: there is none.
            ModelUnreadable: it is damaged.
        """
        return self._labeller.model

    def tag(self, reading: Reading) -> Tagging:
        """Fine labels and every mention.

        Raises:
            ModelMissing: there is no trained model.
            ModelUnreadable: it is damaged.
        """
        parts = [self._labeller.both(block) for block in blocks(surroundings(reading))]
        every = tuple(Tagged(t.start, t.end, COARSE_LABELS[t.label], t.score) for _, coarse in parts for t in coarse)
        return Tagging(tuple(t for fine, _ in parts for t in fine), every, self._labeller.once(reading.text))


class ScispacyTagger:
    """The entities of an installed scispaCy model, as they come: `en_core_sci_*` says `entity`, the NER models their own classes."""

    def __init__(self, package: str) -> None:
        self.name = package

    @cached_property
    def _language(self) -> Any:
        import spacy

        return spacy.load(self.name, exclude=["parser", "lemmatizer", "attribute_ruler"])

    def tag(self, reading: Reading) -> Tagging:
        """Its entities, as mentions. It gives no probabilities: each score is 1."""
        found = (Tagged(e.start_char, e.end_char, e.label_.lower(), 1.0) for e in self._language(reading.text).ents)
        return Tagging(every=tuple(found))


class Beside:
    """Our tagger, and the entities of a scispaCy model where ours says nothing: they are printed as mentions, and no claim rests on them."""

    def __init__(self, own: Tagger, other: Tagger) -> None:
        self._own, self._other = own, other
        self.name = f"{own.name} and {other.name}"

    def tag(self, reading: Reading) -> Tagging:
        """Ours, and the other's beside it; raises what ours raises."""
        found = self._own.tag(reading)
        taken = (*found.fine, *found.every)
        others = [t for t in self._other.tag(reading).every if not any(t.start < o.end and o.start < t.end for o in taken)]
        return replace(found, every=tuple(sorted((*found.every, *others), key=lambda t: (t.start, t.end))))


def with_what_is_installed(own: OwnTagger) -> Tagger:
    """Our tagger, beside the largest scispaCy model that is installed, if any is."""
    other = next((name for name in SCISPACY_MODELS if find_spec(name) is not None), None)
    return own if other is None else Beside(own, ScispacyTagger(other))


#: The models that scispaCy publishes, the larger first.
SCISPACY_MODELS = (
    "en_core_sci_scibert",
    "en_core_sci_lg",
    "en_core_sci_md",
    "en_core_sci_sm",
    "en_ner_bc5cdr_md",
    "en_ner_bionlp13cg_md",
    "en_ner_craft_md",
    "en_ner_jnlpba_md",
)


def installed(folder: Path = MODEL) -> tuple[tuple[str, bool | None, str], ...]:
    """For `doctor`: each tagger that could stand in the pipeline, whether it can be used, and a sentence on it.

    None: ours is not there, and reading by packs and rules is left; False: it is damaged. It is read to know.
    """
    others = ((name, find_spec(name) is not None) for name in SCISPACY_MODELS)
    return (
        ("trained model", *_own_state(folder)),
        *(
            (name, there, "found, and its entities are printed as mentions" if there else "not installed, not needed")
            for name, there in others
        ),
    )


def _own_state(folder: Path) -> tuple[bool | None, str]:
    try:
        load(folder)
    except ModelMissing as missing:
        return None, str(missing)
    except ModelUnreadable as damaged:
        return False, str(damaged)
    return True, "trained by this program, in nlp/model"


def own_or_none(folder: Path = MODEL) -> OwnTagger | None:
    """Our tagger where there is a model for it."""
    return OwnTagger(folder) if (folder / "card.json").is_file() else None
