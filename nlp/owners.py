"""Whose number it is: a contrast, an arm's own, or everybody's; by the words beside it, by pairs, by the order of the sentence."""

from __future__ import annotations

import re

from nlp.claim import Group, Level, Measure
from nlp.grammar.atoms import AtomKind
from nlp.grammar.results import Printed
from nlp.reading import ArmMention, Side
from nlp.scene import RESPECTIVELY, Scene

K = AtomKind


Owner = tuple[Group, int | None, int | None]


def owners_of(scene: Scene, kept: list[Printed]) -> list[Owner]:
    """The group of each result, and the indices of its arm and of the arm that it is compared with."""
    found: list[Owner | None] = [_by_measure(scene, r, kept) for r in kept]
    for i, r in enumerate(kept):
        if found[i] is None:
            found[i] = _by_neighbour(scene, r, kept)
    _pairs(scene, kept, found)
    return [f or _whole(scene) for f in found]


def _arm_index(scene: Scene, comparator: bool) -> int | None:
    roles = [i for i, a in enumerate(scene.arms) if (a.role.value == "comparator") is comparator]
    return roles[0] if roles else None


def difference_of(scene: Scene) -> Owner:
    """The contrast between the study's first intervention and its first comparator."""
    return Group.DIFFERENCE, _arm_index(scene, False), _arm_index(scene, True)


def _by_measure(scene: Scene, r: Printed, kept: list[Printed]) -> Owner | None:
    if r.kind is K.P or (r.measure is not None and r.measure in _CONTRASTS):
        return difference_of(scene)
    if r.has_interval and r.measure is None and r.kind is not K.PLUS_MINUS:
        head = scene.plain[max(0, r.start - 60) : r.start]
        if re.search(
            r"\b(?:difference|reduction|versus control|vs\.? control|than (?:in |with )?controls?)\b[^;()]*[(\[]?[^;()]*$",
            head,
            re.IGNORECASE,
        ) and not re.search(r"\bbaseline[^;]*$", head, re.IGNORECASE):
            return difference_of(scene)
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
        if len(values) >= 2 and scene.plain[values[-1].end : r.start].strip(" )([,;") == "":
            return difference_of(scene)
        ratio = (
            r.percent
            and r.ci_low is not None
            and r.ci_high is not None
            and r.ci_high < 5
            and r.ci_low < 1 < r.ci_high * 1.5
            and (r.estimate or 0) > 5
            and re.search(r"\bby\s*$", scene.plain[: r.start])
        )
        if ratio or (
            r.percent and re.search(r"\bby\s*$", scene.plain[: r.start]) and (r.ci_low or 0) > 0.5 and (r.ci_high or 0) < 5
        ):
            return difference_of(scene)
    return None


_CONTRASTS = frozenset(
    {Measure.MD, Measure.SMD, Measure.RR, Measure.OR, Measure.HR, Measure.RD, Measure.IRR, Measure.BETA, Measure.R}
)


def _by_neighbour(scene: Scene, r: Printed, kept: list[Printed]) -> Owner | None:
    """The arm named right behind the number ("12 (11.5%) in the X group") or right before it ("X (6.9 ± 0.6)")."""
    start, end = scene.offset + r.start, scene.offset + r.end
    following = min((o.start for o in kept if o.start >= r.end and o.kind is not K.P), default=len(scene.plain)) + scene.offset
    for m in scene.sides:
        if m.start >= end and m.end <= following + 1:
            gap = scene.between(end, m.start)
            if (
                re.fullmatch(
                    r"[\s)\]%]*(?:(?:in|with|after|for|of|among|on|from|to|under|at|receiving|patients|women|men|people|children|individuals|cases|eyes|knees|were|was|the|those|subjects|participants|had|mm|points?|m)\b[\s]*){0,6}(?:[\w-]+\s){0,1}",
                    gap,
                )
                and m.side is not Side.BOTH
            ):
                return _owned(scene, m)
    before = [m for m in scene.sides if m.end <= start]
    if before:
        gap = scene.between(before[-1].end, start)
        last = max((o.end for o in kept if o.end <= r.start and o.kind is not K.P), default=0) + scene.offset
        if before[-1].start >= last and re.fullmatch(
            r"[\s,:=(\[]*(?:(?:group|arm|patients|was|were|had|of|a|mean|by|at|median|is|to)\b[\s,:=(\[]*){0,4}(?:[nN]\s?=\s?\d+\s?[);,]*\s?)?",
            gap,
        ):
            return _owned(scene, before[-1])
    return None


def _owned(scene: Scene, m: ArmMention) -> Owner | None:
    match m.side:
        case Side.INTERVENTION:
            return Group.INTERVENTION, m.arm, None
        case Side.COMPARATOR:
            return Group.COMPARATOR, m.arm if m.arm is not None else _arm_index(scene, True), None
        case Side.BASELINE:
            return Group.INTERVENTION, _arm_index(scene, False), None
        case _:
            return None


def _pairs(scene: Scene, kept: list[Printed], found: list[Owner | None]) -> None:
    """Numbers in pairs: the one whose arm is known tells the other's; where neither is, the order in which the sentence names them."""
    open_ones = [
        i
        for i, r in enumerate(kept)
        if r.kind is not K.P and (found[i] is None or (found[i] or (None,))[0] in (Group.INTERVENTION, Group.COMPARATOR))
    ]
    i = 0
    while i + 1 < len(open_ones):
        a, b = open_ones[i], open_ones[i + 1]
        gap = scene.plain[kept[a].end : kept[b].start]
        if scene.level is Level.POOLED and not _sided(scene, found, a, b):
            i += 1
            continue
        if kept[a].percent == kept[b].percent and (
            _VERSUS.search(gap) or (_AND_GAP.fullmatch(gap) and _pair_context(scene, kept, a, b))
        ):
            _settle(scene, found, a, b)
            i += 2
        else:
            i += 1
    _parallel_lists(scene, kept, found)


_VERSUS = re.compile(r"^[^.;]{0,45}\b(?:versus|vs\.?|compared (?:with|to)|than|against|as opposed to)\b[^.;]{0,45}$", re.IGNORECASE)
_AND_GAP = re.compile(r"[\s)\]]*(?:,|and|, and|in|with|the|group|\w+\s){1,5}[\s(\[]*")


def _sided(scene: Scene, found: list[Owner | None], a: int, b: int) -> bool:
    """In a review two rates are two subgroups' unless the sentence names a comparator."""
    return any(m.side is Side.COMPARATOR for m in scene.sides) and (found[a] is not None or found[b] is not None)


def _pair_context(scene: Scene, kept: list[Printed], a: int, b: int) -> bool:
    """ "34 of 97 (35.1%) and 23 of 95 (24.2%)": a contrast printed behind two like numbers makes them a pair."""
    later = [r for r in kept if r.start >= kept[b].end]
    contrast = bool(later) and (later[0].kind is K.P or later[0].has_interval or later[0].measure is not None)
    same_kind = kept[a].kind == kept[b].kind
    return (
        scene.has_comparator
        and same_kind
        and (contrast or RESPECTIVELY.search(scene.plain[kept[b].end : kept[b].end + 25]) is not None)
    )


def _settle(scene: Scene, found: list[Owner | None], a: int, b: int) -> None:
    intervention: Owner = (Group.INTERVENTION, _arm_index(scene, False), None)
    comparator: Owner = (Group.COMPARATOR, _arm_index(scene, True), None)
    first, second = found[a], found[b]
    if first is not None and second is None:
        found[b] = comparator if first[0] is Group.INTERVENTION else intervention
    elif second is not None and first is None:
        found[a] = comparator if second[0] is Group.INTERVENTION else intervention
    elif first is None and second is None and scene.level is not Level.POOLED:
        found[a], found[b] = (comparator, intervention) if _control_first(scene) else (intervention, comparator)


def _control_first(scene: Scene) -> bool:
    """Whether the sentence names the control before the treatment, other than in "compared with controls, …"."""
    named = [m for m in scene.sides if m.side in (Side.INTERVENTION, Side.COMPARATOR)]
    if not named or named[0].side is not Side.COMPARATOR:
        return False
    lead = scene.between(scene.offset, named[0].start)
    return not re.search(
        r"\b(?:compared (?:with|to)|versus|vs|than|relative to|against|unlike)\s+(?:the\s)?$", lead, re.IGNORECASE
    ) and any(m.side is Side.INTERVENTION for m in named)


def _parallel_lists(scene: Scene, kept: list[Printed], found: list[Owner | None]) -> None:
    """Numbers that stand in one bracket with a number whose arm is known are that arm's: "with X (3.7 and -9.2) than with Y (…)"."""
    for i, r in enumerate(kept):
        bracket = scene.cut.bracket_of(r.start)
        if found[i] is not None or bracket is None:
            continue
        mates = [
            found[j]
            for j, o in enumerate(kept)
            if o is not r and o.kind == r.kind and bracket.start < o.start < bracket.end and found[j] is not None
        ]
        if mates:
            found[i] = mates[0]


def _whole(scene: Scene) -> Owner:
    """No arm named: the one group of a single-arm study, the pooled people of a review, the only arm that the sentence names."""
    if scene.level is Level.POOLED:
        return Group.POOLED, None, None
    named = {m.side for m in scene.sides if m.side in (Side.INTERVENTION, Side.COMPARATOR)}
    if named == {Side.COMPARATOR} and not any(m.side is Side.BOTH for m in scene.sides):
        return Group.COMPARATOR, _arm_index(scene, True), None
    if not scene.has_comparator or named == {Side.INTERVENTION}:
        return Group.INTERVENTION, _arm_index(scene, False), None
    return Group.POOLED, None, None
