"""`counterclaim_effects`: printed results tied to outcome, arm and time."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from crawler.quick_init import replace
from nlp.components import state
from nlp.confidence import scales
from nlp.effects import Linked, link
from nlp.method_times import only_time, timed
from nlp.reading import Reading, Role
from nlp.scene import Scene, scenes
from nlp.traits import SentenceTraits


@Language.component(
    "counterclaim_effects",
    requires=["doc._.counterclaim_reading", "doc._.counterclaim_study", "doc._.counterclaim_arms"],
    assigns=["doc._.counterclaim_linked", "doc._.counterclaim_scenes"],
)
def effects(doc: Doc) -> Doc:
    """Link the results of every result sentence; conclusions are read only where a text has no results of its own.

    Where only the methods give a time, and only one, it goes for all of them.
    """
    told = doc._
    reading: Reading = told.counterclaim_reading
    wanted = reading.of_role(Role.RESULT) or reading.of_role(Role.CONCLUSION)
    found = scenes(reading, told.counterclaim_study.level, told.counterclaim_arms, wanted)
    linked: list[Linked] = []
    for i, scene in enumerate(found):
        linked.extend(link(scene, i))
    told.set(state.SCENES, found)
    told.set(state.LINKED, _weighed(timed(linked, only_time(reading)), found))
    return doc


def _weighed(linked: list[Linked], found: list[Scene]) -> list[Linked]:
    """The effects, each with how probable it is that all its fields are right."""
    scale = scales().get("effects")
    if scale is None:
        return linked
    beside: dict[int, list[Linked]] = {}
    for x in linked:
        beside.setdefault(x.scene, []).append(x)
    traits = {i: SentenceTraits(found[i], of) for i, of in beside.items()}
    return [replace(x, effect=replace(x.effect, confidence=scale.of(traits[x.scene].of(x)))) for x in linked]
