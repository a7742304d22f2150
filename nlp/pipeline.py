"""From a document to what it asserts. A spaCy `Doc` never leaves this package."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import spacy
from spacy.language import Language

from crawler.document import Document
from nlp.claim import Extraction
from nlp.components import abbreviations, arms, audit, claims, concepts, effects, quantities, sections, state, tagger
from nlp.domain import entries, packs_named
from nlp.likeness import Likeness
from nlp.mentions import Marks, mentions_of
from nlp.posted import read_posted
from nlp.tagger import Tagger

#: The components in order. Each names what it needs; `build` refuses an order in which something is read before it is written.
COMPONENTS: tuple[tuple[str, object], ...] = (
    ("counterclaim_sections", sections),
    ("counterclaim_abbreviations", abbreviations),
    ("counterclaim_concepts", concepts),
    ("counterclaim_quantities", quantities),
    ("counterclaim_tagger", tagger),
    ("counterclaim_arms", arms),
    ("counterclaim_effects", effects),
    ("counterclaim_claims", claims),
    ("counterclaim_audit", audit),
)


class MisorderedPipeline(Exception):
    """A component stands before what it needs."""


class Reader:
    """Reads documents. Building one costs seconds, reading an abstract milliseconds; one reader serves one thread."""

    def __init__(self, language: Language, likeness: Likeness, marks: Marks = Marks.AUTO) -> None:
        self._language, self._likeness, self._marks = language, likeness, marks

    def read(self, document: Document) -> Extraction:
        """What the document asserts; empty where it asserts nothing that is known how to read.

        A registration's posted arms and results stand in place of what its text, which is a plan, would give.
        """
        with _garbage_left():
            return self._read(document)

    def _read(self, document: Document) -> Extraction:
        doc = state.carrying(document, self._language.vocab)
        for _, component in self._language.pipeline:
            doc = component(doc)
        told = doc._
        arms, claims = told.counterclaim_arms, told.counterclaim_claims
        extraction = Extraction(
            study=told.counterclaim_study, arms=arms, 
            mentions=mentions_of(told.counterclaim_reading, self._likeness.mentions(claims, arms), self._marks),
            effects=told.counterclaim_effects, claims=claims,
        )  # fmt: skip
        return read_posted(document, extraction) if document.posted is not None else extraction


@contextmanager
def _garbage_left() -> Iterator[None]:
    """The collector waits: a text is read into many small values that hold no rings, and to look for rings among them finds none."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def build(domains: Sequence[str] = (), tagger_used: Tagger | None = None, marks: Marks = Marks.AUTO) -> Reader:
    """A reader with the bundled domain packs of these names, or with all of them; with a tagger where one is given.

    `marks` says how much is printed of what a tagged text names; nothing else depends on it.

    Raises:
        BadPack: there is no pack of such a name.
        MisorderedPipeline: a component needs what no component before it writes.
    """
    language = spacy.blank("en")
    for name, _ in COMPONENTS:
        config = {"domains": list(domains)} if name == "counterclaim_concepts" else {}
        component = language.add_pipe(name, config=config)
        if isinstance(component, tagger.Tag):
            component.tagger = tagger_used
    analysis = language.analyze_pipes() or {"problems": {}}
    problems = {name: needs for name, needs in analysis["problems"].items() if needs}
    if problems:
        raise MisorderedPipeline(f"These components need what none before them writes: {problems}.")
    return Reader(language, _likeness(tuple(domains)), marks)


def language_before_tagging() -> Language:
    """The components up to where the tagger stands: what it is trained with is what it is told later."""
    language = spacy.blank("en")
    for name, _ in COMPONENTS[:4]:
        language.add_pipe(name, config={"domains": []} if name == "counterclaim_concepts" else {})
    return language


@lru_cache(maxsize=8)
def _likeness(domains: tuple[str, ...]) -> Likeness:
    return Likeness(entries(packs_named(domains)) if domains else entries())
