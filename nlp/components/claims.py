"""`counterclaim_claims`: what is asserted of which outcome, and what the words say of each number's sign."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from crawler.quick_init import replace
from nlp.claim import Claim, Direction, Effect, Group, Measure
from nlp.claims import ClaimReader
from nlp.components import state
from nlp.counted import more_is_better, ratio_of
from nlp.direction import point_direction
from nlp.effects import Linked
from nlp.method_times import claims_timed, only_time
from nlp.reading import Reading
from nlp.scene import Scene
from nlp.spin import with_spin


@Language.component(
    "counterclaim_claims",
    requires=["doc._.counterclaim_reading", "doc._.counterclaim_linked", "doc._.counterclaim_scenes", "doc._.counterclaim_study"],
    assigns=["doc._.counterclaim_claims", "doc._.counterclaim_effects"],
)
def claims(doc: Doc) -> Doc:
    """Read claims; give each effect the sign that its claim's words state."""
    told = doc._
    study, linked = told.counterclaim_study, told.counterclaim_linked
    condition = study.conditions[0].label if study.conditions else None
    reading: Reading = told.counterclaim_reading
    scenes: list[Scene] = told.counterclaim_scenes
    reader = ClaimReader(scenes, linked, condition)
    claimed = claims_timed(reader.run(), only_time(reading))
    found = tuple(with_spin(claimed, reading))
    told.set(state.CLAIMS, found)
    told.set(state.EFFECTS, _ordered(_signed(linked, scenes, found), reader))
    return doc


def _ordered(effects: tuple[Effect, ...], reader: ClaimReader) -> tuple[Effect, ...]:
    """The effects, those that are printed of the comparator against the treatment with their arms in this order."""
    told = (replace(e, stated_sign=reader.stated[i]) if i in reader.stated and _signs(e) else e for i, e in enumerate(effects))
    return tuple(replace(e, arm=e.versus, versus=e.arm) if i in reader.of_comparator else e for i, e in enumerate(told))


def _signed(linked: list[Linked], scenes: list[Scene], found: tuple[Claim, ...]) -> tuple[Effect, ...]:
    signed = [x.effect for x in linked]
    for claim in found:
        mine = [i for i in claim.effects if signed[i].group is Group.DIFFERENCE and _signs(signed[i])]
        merit = {Direction.FAVOURS_INTERVENTION: 1, Direction.FAVOURS_COMPARATOR: -1}.get(claim.direction)
        if merit is None or claim.point_direction is None or not mine:
            continue
        stated = {i: ratio_of(scenes[linked[i].scene], linked[i]) for i in mine}
        turned = point_direction(signed[mine[0]], claim.outcome, stated[mine[0]]) is not claim.point_direction
        for i in mine:
            better = more_is_better(signed[i], claim.outcome, stated[i])
            if better is not None:
                signed[i] = replace(signed[i], stated_sign=merit if better is not turned else -merit)
    return tuple(signed)


def _signs(effect: Effect) -> bool:
    """Whether the effect's sign tells a side: a correlation's does not, nor does Cohen's d, which papers print as a size."""
    return (
        effect.estimate is not None
        and effect.measure is not Measure.R
        and not (effect.measure is Measure.SMD and effect.ci_low is None)
    )
