"""What a finding is between: two arms, or before and after; who, against whom, by which route, in which words."""

from __future__ import annotations

import re

from crawler.quick_init import replace
from nlp.claim import Arm, ArmRole, Claim, Direction, Group, Kind, Level, NullKind, Outcome, QuestionKind, Quote
from nlp.cues import Cue
from nlp.domain import ConceptKind
from nlp.findings import AMONG, Finding
from nlp.grammar.sieve import Sieved
from nlp.reading import OutcomeMention, Side
from nlp.scene import Scene

_AGAINST = Sieved(r"\b(?:compared (?:with|to)|versus|vs\.?|than)\b")
_HEDGE = Sieved(
    r"\b(?:may|might|could|seem(?:s|ed)?|appear(?:s|ed)?|suggest(?:s|ed|ing)?|possibl[ey]|likely|potential(?:ly)?|signals?|exploratory|indicat(?:e|es|ed|ing))\b",
    re.IGNORECASE,
)
_RIVAL_FIRST = re.compile(r"\s*(?:compared (?:with|to)|versus|relative to|in contrast to|unlike) [^,]{3,60},", re.IGNORECASE)
_OTHER_ROUTES = Sieved(r"\bwhen\b|\bthan (?:intra|iv|it)", re.IGNORECASE)


def only_rates(f: Finding) -> bool:
    """A pooled rate that is compared with nothing is an effect and no claim."""
    return (
        f.scene.level is Level.POOLED
        and bool(f.linked)
        and all(e.group is Group.POOLED for _, e in f.effects)
        and not opposed_facets(f)
    )


def opposed_facets(f: Finding) -> list[tuple[str, str]]:
    """ "… compared with 33% for intrathecal": the route, source or donor on the other side of a review's comparison."""
    scene = f.scene
    if scene.level is not Level.POOLED:
        return []
    against = _AGAINST.search(scene.plain)
    if against is None:
        return []
    kinds = {ConceptKind.ROUTE: "route", ConceptKind.CELL_SOURCE: "cell_source", ConceptKind.DONOR: "donor"}
    place = scene.offset + against.end()
    own = {kinds[m.kind] for m in scene.reading.concepts_in(scene.sentence.start, place, *kinds)}
    other = [(kinds[m.kind], m.entry.label) for m in scene.reading.concepts_in(place, scene.sentence.end, *kinds)]
    return [x for x in other if x[0] in own]


def frames(f: Finding) -> list[str]:
    """What the finding is between: "arms", or "baseline"; both where the sentence says both."""
    scene = f.scene
    start, end = window(f)
    sides = scene.sides_in(start, end)
    kinds = {m.side for m in sides}
    if scene.uncontrolled and Side.COMPARATOR not in kinds:
        measured = Side.BASELINE in kinds or any(e.kind is Kind.PRE_POST for _, e in f.effects)
        return ["baseline" if measured else "before"]
    # "Both groups improved" is no comparison, whatever stands behind each of them.
    both = [m for m in sides if m.side is Side.BOTH]
    together = f.directed and not f.compares and bool(both) and not any(AMONG.match(m.text) for m in both)
    alone = together or _within_one_arm(f, kinds)
    contrasts = any(e.group is Group.DIFFERENCE and (e.estimate is not None or not alone) for _, e in f.effects)
    to_baseline = Side.BASELINE in kinds or any(e.kind is Kind.PRE_POST for _, e in f.effects)
    between = (
        contrasts
        or (not together and (Side.BOTH in kinds or {Side.INTERVENTION, Side.COMPARATOR} <= kinds))
        or (Side.COMPARATOR in kinds and _against(scene, start, end))
    )
    between = between or (_own_rates(f) and not together) or bool(opposed_facets(f))
    if to_baseline and between and re.search(r"\band\s(?:than|versus|vs|against)\b|;\s?(?:vs\.?|versus) control", scene.plain):
        return ["arms", "baseline"]
    if to_baseline and not contrasts:
        return ["baseline"]
    if between:
        return ["arms"]
    return ["arms"] if not alone and _comparison_understood(f, kinds) else ["before"]


_IN_ARM = re.compile(r"\b(?:in|within|for)\s(?:the\s)?(?:[\w-]+\s){0,3}?(?:group|arm)\b", re.IGNORECASE)
_SET_AGAINST = re.compile(
    r"\b(?:\w+er|more|less|differ\w*|superior|between|versus|vs|than|compared|similar\w*|comparable)\b", re.IGNORECASE
)


def _within_one_arm(f: Finding, kinds: set[Side]) -> bool:
    """ "There was no reduction in pain in the placebo group": one arm stayed as it was, which says nothing of the other."""
    if f.cue is None or f.cue.cue is not Cue.NULL or f.denied is not None or Side.BOTH in kinds:
        return False
    start, end = window(f)
    words = f.scene.between(start, end)
    return (
        len(kinds & {Side.INTERVENTION, Side.COMPARATOR}) == 1
        and _IN_ARM.search(words) is not None
        and _SET_AGAINST.search(words) is None
    )


def _own_rates(f: Finding) -> bool:
    groups = {e.group for _, e in f.effects}
    return {Group.INTERVENTION, Group.COMPARATOR} <= groups


def _against(scene: Scene, start: int, end: int) -> bool:
    return (
        re.search(
            r"\b(?:than|compared (?:with|to)|versus|vs\.?|against|relative to|from|to|over|as against)\s(?:the\s|in\s|with\s|for\s|an?\s)*(?:[\w-]+\s){0,2}$",
            scene.between(start, scene.sides_in(start, end, Side.COMPARATOR)[0].start),
            re.IGNORECASE,
        )
        is not None
    )


def window(f: Finding) -> tuple[int, int]:
    """The clause of the outcome and that of its cue; the sentence where it has one clause only."""
    key = (f.mention.start, f.cue.start if f.cue is not None else -1, f.place)
    found = f.scene.windows.get(key)
    if found is None:
        found = f.scene.windows[key] = _window(f)
    return found


def _window(f: Finding) -> tuple[int, int]:
    scene = f.scene
    spans = (
        [scene.cut.clauses[scene.clause(f.mention.start)]] if scene.sentence.start <= f.mention.start < scene.sentence.end else []
    )
    if f.cue is not None:
        own = scene.cut.clauses[scene.cut.clause_of(f.cue.start)]
        spans = [own] if f.place == scene.offset + f.cue.start else [*spans, own]
    if not spans:
        return scene.sentence.start, scene.sentence.end
    lead = _RIVAL_FIRST.match(scene.plain)
    start = 0 if lead else min(s.start for s in spans)
    return scene.offset + start, scene.offset + max(s.end for s in spans)


def _comparison_understood(f: Finding, kinds: set[Side]) -> bool:
    """No comparator is named here: a comparative, or a verb whose subject is the treatment of a controlled study, compares all the same."""
    scene, cue = f.scene, f.denied or f.cue
    if cue is None:
        return False
    if cue.cue is Cue.DIFFERENT:
        return True
    compares = scene.has_comparator or scene.level is Level.POOLED
    if cue.comparative or cue.cue in (Cue.TREND,):
        return compares
    if cue.cue is Cue.NULL:
        inside = (
            Side.INTERVENTION in kinds
            and re.search(r"\bin the [\w-]+ group\b|\bat \d+ \w+ in\b", scene.plain[: cue.end + 60]) is not None
        )
        return compares and not inside
    within_arm = (
        re.search(
            r"\b(?:in|within) (?:the )?(?:[\w-]+\s){0,2}(?:group|arm)\b|\bafter (?:[\w-]+)", scene.plain[cue.end : cue.end + 60]
        )
        is not None
    )
    if scene.level is Level.POOLED:
        return True
    subject = any(m.side is Side.INTERVENTION and m.start < scene.offset + cue.start for m in scene.sides)
    return compares and subject and not within_arm


def start_claim(f: Finding, outcome: Outcome, direction: Direction, condition: str | None, *, compared: bool) -> Claim:
    """A claim with everything but its numbers."""
    scene = f.scene
    arm, label, route, source = _who(f)
    versus = next((i for i, a in enumerate(scene.arms) if a.role is ArmRole.COMPARATOR), None) if compared else None
    comparator = _against_whom(f, versus) if compared else None
    return Claim(
        question=_question(f, arm), intervention=label, comparator=comparator, outcome=outcome, direction=direction, quote=_quote(f),
        arm=arm, versus=_versus_arm(f, versus), route=route, cell_source=source, condition=condition, timepoint=f.time,
        hedged=_HEDGE.search(scene.sentence.text) is not None,
    )  # fmt: skip


def from_baseline(f: Finding, claim: Claim, frame: str) -> Claim:
    """The claim as one of before and after, in the arm that it tells of."""
    scene = f.scene
    start, end = window(f)
    sides = scene.sides_in(start, end)
    named = frame == "baseline" or claim.significant or (f.cue is not None and (f.cue.significant or f.cue.cue is Cue.NULL))
    comparator = "baseline" if named or any(m.side is Side.BASELINE for m in sides) else None
    only_control = [m for m in sides if m.side is Side.COMPARATOR] and not [m for m in sides if m.side is Side.INTERVENTION]
    if only_control and not f.linked:
        arm = next((i for i, a in enumerate(scene.arms) if a.role is ArmRole.COMPARATOR), None)
        own = scene.arms[arm] if arm is not None else None
        return replace(claim, comparator="baseline", intervention=_comparator_name(own) if own else "control", arm=arm, versus=None)
    return replace(claim, comparator=comparator, versus=None)


def absence(f: Finding, outcome: Outcome, condition: str | None) -> Claim:
    """A harm that nobody had."""
    claim = start_claim(f, outcome, Direction.NO_DIFFERENCE, condition, compared=False)
    return replace(claim, question=QuestionKind.HARM, null_kind=NullKind.STATED_ONLY, comparator=None, versus=None)


def _versus_arm(f: Finding, versus: int | None) -> int | None:
    opposed = opposed_facets(f)
    if not opposed:
        return versus
    field, label = opposed[0]
    return next((i for i, a in enumerate(f.scene.arms) if getattr(a, field) == label), None)


def _question(f: Finding, arm: int | None) -> QuestionKind:
    if arm is not None and f.scene.arms[arm].role is ArmRole.EXPOSURE:
        return QuestionKind.PROGNOSIS
    return QuestionKind.HARM if is_harm(f.mention) else QuestionKind.TREATMENT


def _against_whom(f: Finding, versus: int | None) -> str | None:
    scene = f.scene
    start, end = window(f)
    opposed = opposed_facets(f)
    if opposed:
        return f"{scene.arms[0].label} ({opposed[0][1]})" if scene.arms else opposed[0][1]
    named = [m for m in scene.sides_in(start, end, Side.COMPARATOR) if m.arm is not None]
    other_routes = _OTHER_ROUTES.search(scene.plain)
    if named and named[0].arm is not None:
        return _comparator_name(scene.arms[named[0].arm])
    if versus is not None:
        return _comparator_name(scene.arms[versus])
    return "other routes" if other_routes and facets(f) else None


def facets(f: Finding) -> list[tuple[str, str]]:
    """The routes, sources and donors that the finding names."""
    start, end = window(f)
    kinds = {ConceptKind.ROUTE: "route", ConceptKind.CELL_SOURCE: "cell_source", ConceptKind.DONOR: "donor"}
    lead = f.scene.reading.concepts_in(f.scene.sentence.start, end, *kinds)
    inside = [m for m in lead if m.start >= start] or [m for m in lead if f.scene.cut.clause_of(m.start - f.scene.offset) == 0]
    return [(kinds[m.kind], m.entry.label) for m in inside]


def _who(f: Finding) -> tuple[int | None, str | None, str | None, str | None]:
    """The arm that the finding is about, its name, route and source."""
    scene = f.scene
    start, end = window(f)
    named = [m for m in scene.sides_in(start, end, Side.INTERVENTION) if m.arm is not None]
    arm = named[0].arm if named else next((i for i, a in enumerate(scene.arms) if a.role is not ArmRole.COMPARATOR), None)
    if arm is None:
        return None, None, None, None
    value = scene.arms[arm]
    route, source = value.route, value.cell_source
    named_facets: dict[str, str] = {}
    if scene.level is Level.POOLED:
        named_facets = dict(reversed(facets(f)))
        route, source = named_facets.get("route", route), named_facets.get("cell_source", source)
    donor = named_facets.get("donor") if scene.level is Level.POOLED else None
    return arm, _name(value, source if scene.level is Level.POOLED else None, donor), route, source


def _quote(f: Finding) -> Quote:
    scene = f.scene
    start, end = window(f)
    for _, e in f.effects:
        first, last = e.quote.span
        start, end = min(start, first), max(end, last)
    if scene.sentence.start <= f.mention.start:
        start, end = min(start, f.mention.start), max(end, f.mention.end)
    start, end = max(start, scene.sentence.start), min(end, scene.sentence.end)
    text = scene.reading.text
    while start < end and (text[start].isspace() or text[start] in ",;:"):
        start += 1
    while end > start and (text[end - 1].isspace() or text[end - 1] in ",;"):
        end -= 1
    if end - start > 600:
        end = start + 600
    return Quote(start, end, text[start:end])


def is_harm(mention: OutcomeMention) -> bool:
    """Whether the outcome is an unwanted event."""
    return mention.entry is not None and bool(mention.entry.details.get("harm"))


def _comparator_name(arm: Arm) -> str:
    return arm.comparator_class if arm.comparator_class and arm.comparator_class != "active" else arm.label


def _name(arm: Arm, source: str | None, donor: str | None) -> str:
    label = arm.label if source is None or source in arm.label else f"{arm.label} ({source})"
    return label if donor is None else f"{donor} {label}"
