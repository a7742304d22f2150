"""Whose number it is: a contrast, an arm's own, or everybody's; by the words beside it, by lists and pairs, by clause, by size."""

from __future__ import annotations

import re

from nlp.arm_linker import AFTER, ArmLinker, Owner, arms_named, first_arm
from nlp.claim import Group, Level, Measure
from nlp.grammar.atom import AtomKind
from nlp.grammar.results import Printed
from nlp.reading import Side
from nlp.scene import Scene

K = AtomKind


def owners_of(scene: Scene, kept: list[Printed]) -> list[Owner]:
    """The group of each result, and the indices of its arm and of the arm that it is compared with."""
    found: list[Owner | None] = [_by_measure(scene, r, kept) for r in kept]
    linker = ArmLinker(scene, kept, found)
    linker.run()
    return [f or _whole(scene) for f in found]


def arms_told(scene: Scene, values: list[Printed]) -> list[int | None]:
    """For each value the arm that the words beside it give it; None where only the design's order or the whole would.

    An arm of which nothing but its side is known counts as -1, a comparator of that sort as -2.
    """
    found: list[Owner | None] = [_by_measure(scene, r, values) for r in values]
    linker = ArmLinker(scene, values, found)
    contrasts = {i for i, f in enumerate(found) if f is not None}
    linker.beside_words()
    return [_told(f) if f is not None and i not in contrasts else None for i, f in enumerate(found)]


def _told(owner: Owner) -> int:
    group, arm, _ = owner
    return arm if arm is not None else -2 if group is Group.COMPARATOR else -1


def difference_of(scene: Scene) -> Owner:
    """The contrast between the study's first intervention and its first comparator."""
    return Group.DIFFERENCE, first_arm(scene, False), first_arm(scene, True)


_DIFFERENCE_BEFORE = re.compile(
    r"\b(?:difference|reduction|versus control|vs\.? control|than (?:in |with )?controls?)\b[^;()]*[(\[]?[^;()]*$", re.IGNORECASE
)
_BASELINE_BEFORE = re.compile(r"\bbaseline[^;]*$", re.IGNORECASE)
_BY = re.compile(r"\bby\s*$")


def _by_measure(scene: Scene, r: Printed, kept: list[Printed]) -> Owner | None:
    if r.kind is K.P or (r.measure is not None and (r.measure in _CONTRASTS or r.measure_start is not None)):
        return difference_of(scene)
    if not r.has_interval or r.measure is not None or r.kind is K.PLUS_MINUS:
        return None
    head = scene.plain[max(0, r.start - 60) : r.start]
    if _DIFFERENCE_BEFORE.search(head) and not _BASELINE_BEFORE.search(head) and not _of_an_arm(scene, r):
        return difference_of(scene)
    if _behind_two(scene, r, kept) or _ratio(scene, r):
        return difference_of(scene)
    return None


def _of_an_arm(scene: Scene, r: Printed) -> bool:
    """ "a reduction of 3 (95% CI …) in the X group" is X's own, and no contrast."""
    behind = [m for m in arms_named(scene) if m.start >= scene.offset + r.end]
    return bool(behind) and AFTER.fullmatch(scene.between(scene.offset + r.end, behind[0].start)) is not None


def _behind_two(scene: Scene, r: Printed, kept: list[Printed]) -> bool:
    """An interval right behind two arms' own numbers is of what lies between them."""
    values = [
        o
        for o in kept
        if o is not r
        and o.percent == r.percent
        and not o.has_interval
        and o.measure is None
        and o.kind is not K.P
        and o.end <= r.start
    ]
    return len(values) >= 2 and scene.plain[values[-1].end : r.start].strip(" )([,;") == ""


def _ratio(scene: Scene, r: Printed) -> bool:
    if not r.percent or not _BY.search(scene.plain[: r.start]) or r.ci_low is None or r.ci_high is None or r.ci_high >= 5:
        return False
    return r.ci_low > 0.5 or ((r.ci_low < 1 < r.ci_high * 1.5) and (r.estimate or 0) > 5)


_CONTRASTS = frozenset(
    {Measure.MD, Measure.SMD, Measure.RR, Measure.OR, Measure.HR, Measure.RD, Measure.IRR, Measure.BETA, Measure.R}
)


def _whole(scene: Scene) -> Owner:
    """No arm named: the one group of a single-arm study, the pooled people of a review, the only arm that the sentence names."""
    if scene.level is Level.POOLED:
        return Group.POOLED, None, None
    named = {m.side for m in scene.sides if m.side in (Side.INTERVENTION, Side.COMPARATOR)}
    if named == {Side.COMPARATOR} and not any(m.side is Side.BOTH for m in scene.sides):
        return Group.COMPARATOR, first_arm(scene, True), None
    if not scene.has_comparator or named == {Side.INTERVENTION}:
        arms = {m.arm for m in scene.sides if m.side is Side.INTERVENTION and m.arm is not None}
        return Group.INTERVENTION, arms.pop() if len(arms) == 1 else first_arm(scene, False), None
    return Group.POOLED, None, None
