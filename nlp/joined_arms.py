"""The packs' arms and the text's own brought together: one list of arms, and the wordings that mean each."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.quick_init import quick_init, replace
from nlp.arm_roles import ROLE_WORD
from nlp.arm_wordings import is_denied
from nlp.claim import Arm, ArmRole
from nlp.domain import ConceptKind
from nlp.learned_arms import LearntArm
from nlp.reading import ArmNames, ConceptMention, Reading

_KINDS = (ConceptKind.INTERVENTION, ConceptKind.COMPARATOR, ConceptKind.EXPOSURE)


@quick_init
@dataclass(frozen=True, slots=True)
class JoinedArms:
    """The arms, and for each that the text names itself its wordings, by index."""

    arms: tuple[Arm, ...]
    names: tuple[ArmNames, ...]


def joined(reading: Reading, packs: tuple[Arm, ...], learnt: list[LearntArm]) -> JoinedArms:
    """Where the packs know both sides, their arms stand, and the text adds wordings; else the text adds arms too."""
    if not learnt:
        return JoinedArms(packs, ())
    packs = _without_background(reading, packs, learnt)
    partner = {i: _partner(reading, x, packs) for i, x in enumerate(learnt)}
    if {a.role is ArmRole.COMPARATOR for a in packs} == {True, False} and not _told_otherwise(packs, learnt, partner):
        names = [ArmNames(j, x.names, x.letter) for i, x in enumerate(learnt) if (j := partner[i]) is not None]
        return JoinedArms(packs, tuple(names))
    beside = frozenset[int]().union(*(x.sets for i, x in enumerate(learnt) if partner[i] is not None))
    arms: list[Arm] = []
    names = []
    taken: set[int] = set()
    for i, x in enumerate(learnt):
        j = partner[i]
        if j is not None and j in taken:
            continue
        if j is None and packs and not x.sure and x.weight < 2 and not x.sets & beside:
            continue
        arm = _known(reading, x) if j is None else replace(packs[j], role=x.arm.role)
        taken |= {j} if j is not None else set()
        names.append(ArmNames(len(arms), x.names, x.letter))
        arms.append(arm)
    rest = [a for j, a in enumerate(packs) if j not in taken]
    shifted = [replace(n, arm=n.arm + len(rest)) for n in names]
    return _ordered(rest + arms, shifted)


def _told_otherwise(packs: tuple[Arm, ...], learnt: list[LearntArm], partner: dict[int, int | None]) -> bool:
    """Whether what the packs hold for a comparator is what one arm was given and another of the text's own went without."""
    given = any(
        x.arm.role is not ArmRole.COMPARATOR and (j := partner[i]) is not None and packs[j].role is ArmRole.COMPARATOR
        for i, x in enumerate(learnt)
    )
    return given and any(partner[i] is None and any(n.startswith("without") for n in x.names) for i, x in enumerate(learnt))


def _without_background(reading: Reading, packs: tuple[Arm, ...], learnt: list[LearntArm]) -> tuple[Arm, ...]:
    """The packs' arms less a treatment that everybody has: one that the design or the title, naming two arms, does not name."""
    sure = [x for x in learnt if x.sure]
    partners = [_partner(reading, x, packs) for x in sure]
    own = [
        x
        for x, j in zip(sure, partners, strict=True)
        if j is None and x.arm.role is not ArmRole.COMPARATOR and _unknown(reading, x)
    ]
    if len(sure) < 2 or not own:
        return packs
    return tuple(a for j, a in enumerate(packs) if a.role is not ArmRole.INTERVENTION or j in partners or a.cell_source or a.route)


def _unknown(reading: Reading, arm: LearntArm) -> bool:
    """A wording of its own: no letter, no word for a role, and no pack's concept in it."""
    return arm.letter is None and not ROLE_WORD.match(arm.arm.quote.text) and not _mentions(reading, arm)


def _ordered(arms: list[Arm], names: list[ArmNames]) -> JoinedArms:
    """Interventions before comparators, as everywhere."""
    order = sorted(range(len(arms)), key=lambda i: arms[i].role is ArmRole.COMPARATOR)
    place = {old: new for new, old in enumerate(order)}
    return JoinedArms(tuple(arms[i] for i in order), tuple(replace(n, arm=place[n.arm]) for n in names))


def _mentions(reading: Reading, arm: LearntArm) -> list[ConceptMention]:
    """The packs' concepts that an arm's first wording holds; of "non-MSC" none, whose people had none."""
    start, end = arm.arm.quote.span
    return [m for m in reading.concepts_in(start - 1, end + 1, *_KINDS) if not is_denied(reading.plain, m.start)]


def _partner(reading: Reading, arm: LearntArm, packs: tuple[Arm, ...]) -> int | None:
    entries = [m.entry for m in _mentions(reading, arm)]
    ids = {e.id for e in entries} | {e.details.get("broader") for e in entries}
    exact = next((j for j, a in enumerate(packs) if a.concept in ids), None)
    if exact is not None:
        return exact
    if any(m.kind is ConceptKind.COMPARATOR for m in _mentions(reading, arm)):
        return next((j for j, a in enumerate(packs) if a.role is ArmRole.COMPARATOR), None)
    return None


def _known(reading: Reading, arm: LearntArm) -> Arm:
    """A learnt arm with the pack's name and class where a pack knows the whole wording."""
    start, end = arm.arm.quote.span
    whole = [m for m in _mentions(reading, arm) if m.end - m.start >= 0.8 * (end - start)]
    if not whole:
        return arm.arm
    entry = whole[0].entry
    cls = entry.details.get("class") if entry.kind is ConceptKind.COMPARATOR else arm.arm.comparator_class
    return replace(
        arm.arm, concept=entry.id, label=entry.label, comparator_class=cls if arm.arm.role is ArmRole.COMPARATOR else None
    )
