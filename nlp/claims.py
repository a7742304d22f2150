"""From a sentence to what it claims: an outcome, a comparison, a time, a direction with two witnesses, the words and the numbers."""

from __future__ import annotations

from crawler.quick_init import replace
from nlp.claim import Better, Claim, Direction, Effect, Group, NullKind, Outcome, QuestionKind
from nlp.confidence import scales
from nlp.cues import Cue
from nlp.direction import (
    OTHER_SIDE,
    before_after,
    between,
    is_contrast,
    is_significant,
    lies_on,
    printed_null,
    said_significant,
    shown_of_comparator,
    stated_sign,
    told_of_comparator,
)
from nlp.effects import Linked
from nlp.findings import Finding, Owned, findings_in
from nlp.frames import absence, frames, from_baseline, is_harm, only_rates, start_claim
from nlp.margins import tests_margin, without_margin
from nlp.nulls import null_kind
from nlp.outcomes import as_outcome
from nlp.questions import apart, other_question
from nlp.scene import Scene
from nlp.traits import of_claim


class ClaimReader:
    """Reads claims from scenes, given the effects that were linked in them."""

    def __init__(self, scenes: list[Scene], linked: list[Linked], condition: str | None) -> None:
        self.scenes, self.linked, self.condition = scenes, linked, condition
        #: The places of the contrasts that are printed of the comparator against the treatment; known once all claims are read.
        self.of_comparator: set[int] = set()
        #: The sign that the words give to contrasts of which no side is claimed.
        self.stated: dict[int, int] = {}

    def run(self) -> list[Claim]:
        """All claims of the document, each finding once."""
        own: dict[int, list[Owned]] = {}
        for i, x in enumerate(self.linked):
            own.setdefault(x.scene, []).append((i, x))
        found: list[Claim] = []
        for index, scene in enumerate(self.scenes):
            for finding in findings_in(scene, own.get(index, [])):
                found.extend(self._claims(finding))
        return _reconciled(_once(_told_by_the_arm(found)))

    def _claims(self, f: Finding) -> list[Claim]:
        contrasts = [e for _, e in f.effects if e.group is Group.DIFFERENCE]
        if f.cue is not None and f.cue.cue is Cue.ABSENT:
            return (
                [_weighed(f, absence(f, as_outcome(f.mention), self.condition), None, None)]
                if is_harm(f.mention) or not contrasts
                else []
            )
        if only_rates(f):
            return []
        kind = other_question(f)
        if kind is not None:
            return [self._apart(f, kind)] if f.cue is not None or contrasts else []
        return [c for frame in frames(f) if (c := self._claim(f, frame)) is not None]

    def _apart(self, f: Finding, kind: QuestionKind) -> Claim:
        claim = apart(f, kind, as_outcome(f.mention), self.condition)
        contrast = next((e for _, e in f.effects if e.group is Group.DIFFERENCE), None)
        null = claim.direction is Direction.NO_DIFFERENCE
        significant = False if null else is_significant(contrast)
        told = replace(
            claim,
            effects=tuple(i for i, _ in f.effects),
            significant=significant if significant is not None else said_significant(f, claim.direction),
            null_kind=null_kind(f, contrast) if null else None,
        )
        return _weighed(f, told, contrast, None)

    def _claim(self, f: Finding, frame: str) -> Claim | None:
        outcome, effects = as_outcome(f.mention), f.effects
        wanted = Group.DIFFERENCE if frame == "arms" else Group.INTERVENTION
        mine = [(i, e) for i, e in effects if e.group is wanted] or ([] if frame != "arms" else effects)
        contrast = next((e for _, e in mine if e.group is Group.DIFFERENCE and e.estimate is not None), None)
        p_only = next((e for _, e in mine if e.group is Group.DIFFERENCE), None)
        significant, of_margin = _significance(f, contrast or p_only)
        point = lies_on(f, outcome) if frame == "arms" else None
        if frame == "arms":
            self.of_comparator |= {i for i, x in f.linked if is_contrast(x) and shown_of_comparator(f, outcome, x)}
            direction, sign = between(f, outcome, effects, point, significant)
        else:
            direction, sign = before_after(f, outcome, [e for _, e in mine]), None
            significant = is_significant(next((e for _, e in mine if e.ci_low is not None), None))
        if direction is None:
            return None
        if frame == "arms" and direction not in OTHER_SIDE:
            self.stated |= {i: s for i, x in f.linked if is_contrast(x) and (s := self._stated(f, outcome, i, x)) is not None}
        claim = start_claim(f, outcome, direction, self.condition, compared=frame == "arms")
        if frame != "arms":
            claim = from_baseline(f, claim, frame)
        if significant is None or (direction is Direction.NO_DIFFERENCE and significant):
            significant = said_significant(f, direction)
        if direction in OTHER_SIDE and significant is False:
            significant = None  # The words call it significant, a number beside them does not: neither is believed.
        told = replace(
            claim,
            effects=tuple(i for i, _ in (mine or effects)),
            significant=significant,
            point_direction=point,
            analysis_set=next((e.analysis_set for _, e in effects if e.analysis_set), None),
            null_kind=_kind_of_null(f, contrast, of_margin) if direction is Direction.NO_DIFFERENCE else None,
        )
        return _weighed(f, told, contrast, sign)

    def _stated(self, f: Finding, outcome: Outcome, i: int, x: Linked) -> int | None:
        """The sign that words give a contrast of no side; none where it may be of the comparator and its side is known, which is no misprint."""
        if i in self.of_comparator or (outcome.better is not None and told_of_comparator(f, outcome, x)):
            return None
        return stated_sign(f, outcome, x)


def _significance(f: Finding, contrast: Effect | None) -> tuple[bool | None, bool]:
    """Whether numbers exclude "no difference" (None: none are printed), and whether the p value shows only that a margin was kept."""
    if contrast is not None and tests_margin(f.scene, f.linked, contrast):
        kept = is_significant(contrast if contrast.ci_low is None else replace(contrast, ci_low=None, ci_high=None)) is True
        told = is_significant(without_margin(f.scene, contrast))
        return (told if told is not None or not kept else False), kept
    significant = is_significant(contrast)
    return (False if significant is None and printed_null(f) else significant), False


def _kind_of_null(f: Finding, contrast: Effect | None, of_margin: bool) -> NullKind:
    return NullKind.EQUIVALENCE_SHOWN if of_margin else null_kind(f, contrast)


def _weighed(f: Finding, claim: Claim, contrast: Effect | None, sign: int | None) -> Claim:
    """The claim with how probable it is that outcome, sides and direction are right."""
    scale = scales().get("claims")
    if scale is None:
        return claim
    at_most = _CONTRADICTED if _is_contradicted(claim, contrast) else 1.0
    return replace(claim, confidence=scale.of(of_claim(f, claim, contrast, sign), at_most))


#: Words that say the one side beside a significant number that says the other are nearly always words misread: such sentences are too rare
#: among the judged readings for weights to be learnt from them.
_CONTRADICTED = 0.3


def _is_contradicted(claim: Claim, contrast: Effect | None) -> bool:
    """Whether the printed contrast lies for sure on the side against the claim."""
    other = OTHER_SIDE.get(claim.direction)
    return other is not None and claim.point_direction is other and is_significant(contrast) is True


_MADE_GOOD: dict[tuple[Direction, Better | None], Direction] = {
    (Direction.INCREASE, Better.HIGHER): Direction.FAVOURS_INTERVENTION,
    (Direction.DECREASE, Better.LOWER): Direction.FAVOURS_INTERVENTION,
    (Direction.INCREASE, Better.LOWER): Direction.FAVOURS_COMPARATOR,
    (Direction.DECREASE, Better.HIGHER): Direction.FAVOURS_COMPARATOR,
}


def _told_by_the_arm(claims: list[Claim]) -> list[Claim]:
    """A difference whose own words tell no side lies where the treated arm's own change says: "X rose in the treated; X differed between groups"."""

    def own_change(c: Claim) -> Direction | None:
        sides = {
            _MADE_GOOD.get((x.direction, c.outcome.better))
            for x in claims
            if x.comparator in (None, "baseline")
            and x.outcome.label.lower() == c.outcome.label.lower()
            and (x.arm, x.intervention) == (c.arm, c.intervention)
            and x.direction in (Direction.INCREASE, Direction.DECREASE)
            and c.outcome.better is not None
            and (x.timepoint is None or c.timepoint is None or x.timepoint == c.timepoint)
        }
        return next(iter(sides)) if len(sides) == 1 else None

    open_ones = (Direction.UNCLEAR, True)
    return [replace(c, direction=own_change(c) or c.direction) if (c.direction, c.significant) == open_ones else c for c in claims]


def _frame(c: Claim) -> tuple[object, ...]:
    time = c.timepoint.days if c.timepoint else None
    return (c.outcome.label.lower(), time, c.intervention, c.comparator, c.arm, c.versus, c.route, c.analysis_set)


def _same_statement(a: Claim, b: Claim) -> bool:
    return _frame(a) == _frame(b) and a.quote.span[0] < b.quote.span[1] and b.quote.span[0] < a.quote.span[1]


def _reconciled(claims: list[Claim]) -> list[Claim]:
    """One document cannot favour both sides in the same comparison: of two such readings the one with a contrast behind it stands.

    Where both or neither have one, neither side is taken: a wrong side does more harm than an open one. Of a side and a null in one
    statement the null stands, and keeps the side on which its numbers lie.
    """
    settled: list[Claim] = []
    for c in _nulls_kept(claims):
        rivals = [x for x in claims if x.direction is OTHER_SIDE.get(c.direction) and _frame(x) == _frame(c)]
        weaker = rivals and not (c.point_direction is c.direction and not any(x.point_direction is x.direction for x in rivals))
        settled.append(replace(c, direction=Direction.UNCLEAR, null_kind=None) if weaker else c)
    return settled


def _nulls_kept(claims: list[Claim]) -> list[Claim]:
    nulls = [c for c in claims if c.direction is Direction.NO_DIFFERENCE]
    sided = [c for c in claims if c.direction in OTHER_SIDE and c.significant is not True]
    taken_back = [c for c in sided if any(_same_statement(c, n) for n in nulls)]
    kept: list[Claim] = []
    for c in claims:
        if c in taken_back:
            continue
        side = next((s for s in taken_back if c in nulls and _same_statement(s, c)), None)
        kept.append(replace(c, point_direction=c.point_direction or side.direction) if side else c)
    return kept


def _once(claims: list[Claim]) -> list[Claim]:
    """One claim a finding: the same outcome, time, comparison and direction again adds nothing; its effects join the first."""
    found: dict[tuple[object, ...], Claim] = {}
    for c in claims:
        key = (
            c.outcome.label.lower(),
            c.timepoint.days if c.timepoint else None,
            c.intervention,
            c.comparator,
            c.route,
            c.cell_source,
            c.direction,
        )
        if key in found:
            found[key] = replace(found[key], effects=tuple(dict.fromkeys([*found[key].effects, *c.effects])))
        else:
            found[key] = c
    return list(found.values())
