"""`counterclaim_claims`: what is asserted of which outcome, and what the words say of each number's sign."""

from __future__ import annotations

from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from nlp.claim import Better, Claim, Direction, Effect, Group, Measure
from nlp.claims import ClaimReader
from nlp.components import state
from nlp.method_times import claims_timed, only_time
from nlp.reading import Reading
from nlp.spin import with_spin


@Language.component(
    "counterclaim_claims",
    requires=["doc._.counterclaim_reading", "doc._.counterclaim_linked", "doc._.counterclaim_scenes", "doc._.counterclaim_study"],
    assigns=["doc._.counterclaim_claims", "doc._.counterclaim_effects"],
)
def claims(doc: Doc) -> Doc:
    """Read claims; give each effect the sign that its claim's words state."""
    study = doc._.counterclaim_study
    linked = doc._.counterclaim_linked
    condition = study.conditions[0].label if study.conditions else None
    reading: Reading = doc._.counterclaim_reading
    claimed = claims_timed(ClaimReader(doc._.counterclaim_scenes, linked, condition).run(), only_time(reading))
    found = tuple(with_spin(claimed, reading))
    doc._.set(state.CLAIMS, found)
    doc._.set(state.EFFECTS, _signed([x.effect for x in linked], found))
    return doc


def _signed(effects: list[Effect], found: tuple[Claim, ...]) -> tuple[Effect, ...]:
    signed = list(effects)
    for claim in found:
        sign = _stated(claim)
        for i in claim.effects:
            if sign is not None and signed[i].group is Group.DIFFERENCE and _signs(signed[i]):
                signed[i] = replace(signed[i], stated_sign=sign)
    return tuple(signed)


def _signs(effect: Effect) -> bool:
    """Whether the effect's sign tells a side: a correlation's does not, nor does Cohen's d, which papers print as a size."""
    return effect.measure is not Measure.R and not (effect.measure is Measure.SMD and effect.ci_low is None)


def _stated(claim: Claim) -> int | None:
    """Which way the words say that the value went: +1 higher with the treatment, -1 lower; None where they say nothing of it."""
    if claim.outcome.better is None:
        return None
    merit = {Direction.FAVOURS_INTERVENTION: 1, Direction.FAVOURS_COMPARATOR: -1}.get(claim.direction)
    return None if merit is None else merit * (1 if claim.outcome.better is Better.HIGHER else -1)
