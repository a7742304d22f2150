"""From a sentence to what it claims: an outcome, a comparison, a time, a direction with two witnesses, the words and the numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from crawler.quick_init import quick_init
from nlp.claim import (
    DIFFERENCES,
    RATIOS,
    Arm,
    ArmRole,
    Better,
    Claim,
    Direction,
    Effect,
    Group,
    Kind,
    Level,
    Measure,
    NullKind,
    Outcome,
    QuestionKind,
    Quote,
    Timepoint,
)
from nlp.cues import Cue, CueMention, cues
from nlp.domain import ConceptKind
from nlp.effects import Linked
from nlp.grammar.sieve import Sieved
from nlp.outcomes import as_outcome, unknown_outcome
from nlp.reading import OutcomeMention, Side
from nlp.scene import Scene

_WAY = {Cue.UP: 1, Cue.DOWN: -1, Cue.PRESENT: 1}
_MERIT = {Cue.BETTER: 1, Cue.WORSE: -1}
_AGAINST = Sieved(r"\b(?:compared (?:with|to)|versus|vs\.?|than)\b")
_HEDGE = Sieved(
    r"\b(?:may|might|could|seem(?:s|ed)?|appear(?:s|ed)?|suggest(?:s|ed|ing)?|possibl[ey]|likely|potential(?:ly)?|signals?|exploratory|indicat(?:e|es|ed|ing))\b",
    re.IGNORECASE,
)
_RIVAL_FIRST = re.compile(r"\s*(?:compared (?:with|to)|versus|relative to|in contrast to|unlike) [^,]{3,60},", re.IGNORECASE)
#: One person's story is no finding of the study.
_CASE = re.compile(r"\s*(?:an?|another|one) (?:patient|participant|subject|woman|man|child|case)\b", re.IGNORECASE)
#: What only says again what the number before it means.
_GLOSS = re.compile(r"[\s,]*(?:indicating|suggesting|meaning|which (?:indicates|suggests|means))\b", re.IGNORECASE)
_OTHER_ROUTES = Sieved(r"\bwhen\b|\bthan (?:intra|iv|it)", re.IGNORECASE)
_PROGNOSIS = re.compile(r"\b(?:prognos|predict|associat|correlat|biomarker|risk factor)", re.IGNORECASE)


@quick_init
@dataclass(frozen=True, slots=True)
class Finding:
    """A cue and the outcomes that it speaks of, before who and against whom."""

    scene: Scene
    cue: CueMention | None
    mention: OutcomeMention
    time: Timepoint | None
    linked: tuple[int, ...]
    place: int


class ClaimReader:
    """Reads claims from scenes, given the effects that were linked in them."""

    def __init__(self, scenes: list[Scene], linked: list[Linked], condition: str | None) -> None:
        self.scenes, self.linked, self.condition = scenes, linked, condition

    def run(self) -> list[Claim]:
        """All claims of the document, each finding once."""
        found: list[Claim] = []
        own: dict[int, list[int]] = {}
        for i, x in enumerate(self.linked):
            own.setdefault(x.scene, []).append(i)
        for index, scene in enumerate(self.scenes):
            for finding in self._findings(scene, own.get(index, [])):
                found.extend(self._claims(finding))
        return _reconciled(_once(found))

    # ---------------------------------------------------------------- what is said of which outcome

    def _findings(self, scene: Scene, mine: list[int]) -> list[Finding]:
        if _CASE.match(scene.plain) and not mine:
            return []
        said = cues(scene.cut.masked)
        found: list[Finding] = []
        used: set[int] = set()
        for mention in self._spoken_of(scene, said):
            if _GLOSS.match(self._clause_words(scene, mention)):
                continue
            cue = self._cue_for(scene, said, mention)
            own = [i for i in mine if self.linked[i].mention is not None and self.linked[i].mention == mention]
            if cue is None and not own:
                continue
            used.update(own)
            found.extend(self._by_time(scene, cue, mention, own))
        for i in mine:
            spoken = self.linked[i].mention
            if i not in used and spoken is not None:
                same = [j for j in mine if self.linked[j].mention == spoken and j not in used]
                used.update(same)
                place = scene.offset + self.linked[i].printed.start
                found.extend(self._by_time(scene, self._cue_at(scene, said, place), spoken, same))
        return [*found, *self._understood(scene, said, found)]

    def _understood(self, scene: Scene, said: list[CueMention], found: list[Finding]) -> list[Finding]:
        """Clauses that name no outcome and speak of the one before: "…, but this effect was not sustained at 12 months"."""
        extra: list[Finding] = []
        for c in said:
            number = scene.cut.clause_of(c.start)
            clause = scene.cut.clauses[number]
            own = [
                m for m in scene.outcomes if clause.start <= m.start - scene.offset < clause.end and scene.outside_brackets(m.start)
            ]
            if own or number == 0 or c.cue in (Cue.TREND, Cue.LIKEWISE, Cue.ABSENT) or not self._elliptic(scene, clause.start, c):
                continue
            before = [m for m in scene.outcomes if m.end <= scene.offset + c.start and scene.outside_brackets(m.start)]
            if before and _GLOSS.match(self._clause_words(scene, before[-1])):
                continue
            same = [m for m in before if before and scene.clause(m.start) == scene.clause(before[-1].start)] or scene.last_outcomes[
                -1:
            ]
            for m in same if not any(f.cue == c for f in found) else []:
                times = [
                    Timepoint(t.text, round(t.days, 3))
                    for t in scene.times
                    if scene.clause(t.start) == number and scene.outside_brackets(t.start)
                ]
                inherited = next((f.time for f in found if f.mention == m), None)
                extra.append(Finding(scene, c, m, times[0] if times else inherited, (), scene.offset + c.start))
        return extra

    def _clause_words(self, scene: Scene, mention: OutcomeMention) -> str:
        if not scene.sentence.start <= mention.start < scene.sentence.end:
            return ""
        clause = scene.cut.clauses[scene.clause(mention.start)]
        return scene.plain[clause.start : clause.end]

    def _spoken_of(self, scene: Scene, said: list[CueMention]) -> list[OutcomeMention]:
        """The outcomes of the open text; for a clause that has a cue and none of its own, the phrase that the cue speaks of."""
        open_text = [m for m in scene.outcomes if scene.outside_brackets(m.start)]
        found = list(open_text)
        for c in said:
            if c.cue in (Cue.TREND, Cue.LIKEWISE, Cue.DIFFERENT):
                continue
            clause = scene.cut.clauses[scene.cut.clause_of(c.start)]
            inside = [m for m in found if clause.start <= m.start - scene.offset < clause.end]
            telling = c.significant is not None or c.comparative
            if not inside and telling and not self._elliptic(scene, clause.start, c):
                phrase = unknown_outcome(scene.reading, scene.sentence, scene.cut, c.start) if c.cue is not Cue.ABSENT else None
                if phrase is not None and _is_outcome_like(scene, phrase):
                    found.append(phrase)
        return sorted(found, key=lambda m: m.start)

    def _elliptic(self, scene: Scene, start: int, c: CueMention) -> bool:
        """ "…, but this effect was not sustained", "and did not change in controls": the subject stands in the clause before."""
        head = scene.cut.masked[start : c.start]
        return (
            re.fullmatch(
                r"[\s,;:]*(?:(?:as well|but|and|although|though|however|while|this|these|the|effects?|trends?|differences?|it|they|was|were|did|not|results?|improvements?|both|also|then|had|which|that)\b[\s,]*)*",
                head,
                re.IGNORECASE,
            )
            is not None
        )

    def _cue_for(self, scene: Scene, said: list[CueMention], mention: OutcomeMention) -> CueMention | None:
        return self._cue_at(scene, said, mention.start, mention.end)

    def _cue_at(self, scene: Scene, said: list[CueMention], place: int, end: int | None = None) -> CueMention | None:
        """The cue of the clause; else the last before it in the sentence (a list that one verb governs), else the next."""
        start = place - scene.offset
        stop = (end or place) - scene.offset
        outside = [c for c in said if not (start <= c.start and c.end <= stop)]
        clause = scene.cut.clause_of(start)
        here = [c for c in outside if scene.cut.clause_of(c.start) == clause]
        chosen = _strongest(here, start)
        if chosen is None:
            before = [
                c for c in outside if c.end <= start and not (c.cue is Cue.ABSENT and _list_or_colon(scene, c.end, start) is False)
            ]
            after = [c for c in outside if c.start >= stop]
            chosen = (
                _strongest([c for c in before if scene.cut.clause_of(c.start) == scene.cut.clause_of(before[-1].start)], start)
                if before
                else after[0]
                if after and clause + 1 == scene.cut.clause_of(after[0].start) and _list_or_colon(scene, stop, after[0].start)
                else None
            )
        if chosen is not None and chosen.cue is Cue.LIKEWISE:
            earlier = [c for c in said if c.start < chosen.start and c.cue is not Cue.LIKEWISE]
            return earlier[-1] if earlier else None
        return chosen

    def _by_time(self, scene: Scene, cue: CueMention | None, mention: OutcomeMention, own: list[int]) -> list[Finding]:
        """One finding for each time: those of its effects, else those that the clause names."""
        place = mention.start
        if own:
            times = list(dict.fromkeys(self.linked[i].effect.timepoint for i in own))
            shared = [(t, tuple(i for i in own if self.linked[i].effect.timepoint == t)) for t in times]
            return [Finding(scene, cue or self._cue_of_contrast(scene, mine), mention, t, mine, place) for t, mine in shared]
        named = self._clause_times(scene, cue, mention)
        return [Finding(scene, cue, mention, t, (), place) for t in (named or [None])]

    def _cue_of_contrast(self, scene: Scene, own: tuple[int, ...]) -> CueMention | None:
        """The cue where the contrast is printed, when the outcome was named in an earlier clause."""
        places = [self.linked[i].printed.start for i in own if self.linked[i].effect.group is Group.DIFFERENCE]
        return self._cue_at(scene, cues(scene.cut.masked), scene.offset + places[0]) if places else None

    def _clause_times(self, scene: Scene, cue: CueMention | None, mention: OutcomeMention) -> list[Timepoint | None]:
        anchor = scene.offset + cue.start if cue else mention.start
        clause = scene.clause(anchor)
        open_times = [t for t in scene.times if scene.outside_brackets(t.start)]
        here = [t for t in open_times if scene.clause(t.start) in (clause, scene.clause(mention.start))]
        chosen = (
            here
            or [t for t in open_times if t.end <= anchor][-1:]
            or (open_times if len({t.days for t in open_times}) == 1 else [])
        )
        firsts = [t for t in chosen if t.list_start == chosen[0].list_start] if chosen else []
        return [Timepoint(t.text, round(t.days, 3)) for t in firsts]

    # ---------------------------------------------------------------- who, against whom, which way

    def _claims(self, f: Finding) -> list[Claim]:
        outcome = as_outcome(f.mention)
        effects = [(i, self.linked[i].effect) for i in f.linked]
        contrasts = [(i, e) for i, e in effects if e.group is Group.DIFFERENCE]
        if f.cue is not None and f.cue.cue is Cue.ABSENT:
            return [self._absence(f, outcome)] if _is_harm(f.mention) or not contrasts else []
        if self._only_rates(f, effects):
            return []
        frames = self._frames(f, contrasts)
        return [c for frame in frames if (c := self._claim(f, outcome, effects, frame)) is not None]

    def _only_rates(self, f: Finding, effects: list[tuple[int, Effect]]) -> bool:
        """A pooled rate that is compared with nothing is an effect and no claim."""
        return (
            f.scene.level is Level.POOLED
            and bool(effects)
            and all(e.group is Group.POOLED for _, e in effects)
            and not self._opposed_facets(f)
        )

    def _opposed_facets(self, f: Finding) -> list[tuple[str, str]]:
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

    def _absence(self, f: Finding, outcome: Outcome) -> Claim:
        claim = self._start(f, outcome, Direction.NO_DIFFERENCE, compared=False)
        return replace(claim, question=QuestionKind.HARM, null_kind=NullKind.STATED_ONLY, comparator=None, versus=None)

    def _frames(self, f: Finding, contrasts: list[tuple[int, Effect]]) -> list[str]:
        """What the finding is between: "arms", or "baseline"; both where the sentence says both."""
        scene = f.scene
        start, end = self._window(f)
        sides = scene.sides_in(start, end)
        kinds = {m.side for m in sides}
        to_baseline = Side.BASELINE in kinds or any(self.linked[i].effect.kind is Kind.PRE_POST for i in f.linked)
        between = (
            bool(contrasts)
            or Side.BOTH in kinds
            or {Side.INTERVENTION, Side.COMPARATOR} <= kinds
            or (Side.COMPARATOR in kinds and self._against(scene, start, end))
        )
        between = between or self._own_rates(f) or bool(self._opposed_facets(f))
        if to_baseline and between and re.search(r"\band\s(?:than|versus|vs|against)\b|;\s?(?:vs\.?|versus) control", scene.plain):
            return ["arms", "baseline"]
        if to_baseline and not contrasts:
            return ["baseline"]
        if between:
            return ["arms"]
        return ["arms"] if self._comparison_understood(f, kinds) else ["before"]

    def _own_rates(self, f: Finding) -> bool:
        groups = {self.linked[i].effect.group for i in f.linked}
        return {Group.INTERVENTION, Group.COMPARATOR} <= groups

    def _against(self, scene: Scene, start: int, end: int) -> bool:
        return (
            re.search(
                r"\b(?:than|compared (?:with|to)|versus|vs\.?|against|relative to|from|to|over|as against)\s(?:the\s|in\s|with\s|for\s|an?\s)*(?:[\w-]+\s){0,2}$",
                scene.between(start, scene.sides_in(start, end, Side.COMPARATOR)[0].start),
                re.IGNORECASE,
            )
            is not None
        )

    def _window(self, f: Finding) -> tuple[int, int]:
        """The clause of the outcome and that of its cue; the sentence where it has one clause only."""
        scene = f.scene
        spans = (
            [scene.cut.clauses[scene.clause(f.mention.start)]]
            if scene.sentence.start <= f.mention.start < scene.sentence.end
            else []
        )
        if f.cue is not None:
            own = scene.cut.clauses[scene.cut.clause_of(f.cue.start)]
            spans = [own] if f.place == scene.offset + f.cue.start else [*spans, own]
        if not spans:
            return scene.sentence.start, scene.sentence.end
        lead = _RIVAL_FIRST.match(scene.plain)
        start = 0 if lead else min(s.start for s in spans)
        return scene.offset + start, scene.offset + max(s.end for s in spans)

    def _comparison_understood(self, f: Finding, kinds: set[Side]) -> bool:
        """No comparator is named here: a comparative, or a verb whose subject is the treatment of a controlled study, compares all the same."""
        scene, cue = f.scene, f.cue
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

    def _claim(self, f: Finding, outcome: Outcome, effects: list[tuple[int, Effect]], frame: str) -> Claim | None:
        wanted = Group.DIFFERENCE if frame == "arms" else Group.INTERVENTION
        mine = [(i, e) for i, e in effects if e.group is wanted] or ([] if frame != "arms" else effects)
        contrast = next((e for _, e in mine if e.group is Group.DIFFERENCE and e.estimate is not None), None)
        p_only = next((e for _, e in mine if e.group is Group.DIFFERENCE), None)
        significant = _significant(contrast or p_only)
        if frame == "arms":
            direction, sign = self._between(f, outcome, contrast, effects, significant)
            if direction is None:
                return None
        else:
            direction, sign = self._before_after(f, outcome, [e for _, e in mine]), None
            if direction is None:
                return None
            significant = _significant(next((e for _, e in mine if e.ci_low is not None), None))
        claim = self._start(f, outcome, direction, compared=frame == "arms")
        if frame != "arms":
            claim = self._from_baseline(f, claim, frame)
        if significant is None:
            significant = self._said_significant(f, direction)
        point = _point_direction(contrast, outcome, self._subject_is_comparator(f)) if contrast else None
        return replace(
            claim,
            effects=tuple(i for i, _ in (mine or effects)),
            significant=significant,
            point_direction=point,
            analysis_set=next((e.analysis_set for _, e in effects if e.analysis_set), None),
            null_kind=_null_kind(contrast) if direction is Direction.NO_DIFFERENCE else None,
            confidence=_confidence(f, contrast, sign),
        )

    def _said_significant(self, f: Finding, direction: Direction) -> bool | None:
        if direction is Direction.NO_DIFFERENCE:
            return False if f.cue is not None and not re.search(r"\bthis (?:effect|trend) was not\b", f.scene.plain) else None
        return f.cue.significant if f.cue is not None else None

    def _between(
        self, f: Finding, outcome: Outcome, contrast: Effect | None, effects: list[tuple[int, Effect]], significant: bool | None
    ) -> tuple[Direction | None, int | None]:
        """The direction of a comparison, and +1 or -1 where the words say that the value is higher or lower with the treatment."""
        cue = f.cue.cue if f.cue is not None else None
        if cue in (Cue.NULL, Cue.TREND):
            return Direction.NO_DIFFERENCE, None
        if significant is False and not (f.cue and f.cue.significant):
            return Direction.NO_DIFFERENCE, None
        by_words = self._by_words(f, outcome)
        if by_words is not None:
            return by_words
        by_numbers = _point_direction(contrast, outcome, False) if contrast else _by_rates([e for _, e in effects], outcome)
        if by_numbers is not None and (significant or cue is Cue.DIFFERENT or contrast is not None):
            return by_numbers, None
        if cue is Cue.DIFFERENT and outcome.better is not None:
            return Direction.FAVOURS_INTERVENTION, None
        if f.cue is None and contrast is None:
            return None, None
        return Direction.UNCLEAR, None

    def _by_words(self, f: Finding, outcome: Outcome) -> tuple[Direction, int | None] | None:
        if f.cue is None or f.cue.cue not in (*_WAY, *_MERIT):
            return None
        flip = -1 if self._subject_is_comparator(f) else 1
        if f.cue.cue in _MERIT:
            merit = _MERIT[f.cue.cue] * flip
            sign = merit * _polarity(outcome) if outcome.better else None
            return _favours(merit), sign
        sign = _WAY[f.cue.cue] * flip
        if outcome.better is None:
            return None
        return _favours(sign * _polarity(outcome)), sign

    def _subject_is_comparator(self, f: Finding) -> bool:
        """ "higher in controls than in the MSC group", "decreased in the control group": the cue speaks of the other side."""
        scene = f.scene
        if f.cue is None:
            return False
        start, end = self._window(f)
        after = scene.sides_in(scene.offset + f.cue.end, end, Side.INTERVENTION, Side.COMPARATOR)
        before = scene.sides_in(start, scene.offset + f.cue.start, Side.INTERVENTION, Side.COMPARATOR)
        if after and after[0].side is Side.COMPARATOR:
            lead = scene.between(scene.offset + f.cue.end, after[0].start)
            in_controls = re.search(r"^[^,;]{0,60}\b(?:in|with|among|for|after|on|under)\s(?:the\s)?$", lead) is not None
            opposed = re.search(r"\b(?:than|compared|versus|vs|against|relative)\b", lead) is not None
            return in_controls and not opposed and not any(m.side is Side.INTERVENTION for m in before)
        if before and not after and before[-1].side is Side.COMPARATOR:
            lead = scene.between(scene.sentence.start, before[-1].start)
            return (
                re.search(r"\b(?:compared (?:with|to)|versus|vs|than|against|relative to|unlike)\s(?:the\s)?$", lead, re.IGNORECASE)
                is None
                and len(before) == 1
            )
        return False

    def _before_after(self, f: Finding, outcome: Outcome, effects: list[Effect]) -> Direction | None:
        cue = f.cue.cue if f.cue is not None else None
        changed = next((e for e in effects if e.kind is Kind.PRE_POST and e.estimate is not None), None)
        if cue in (Cue.NULL, Cue.TREND):
            return Direction.NO_DIFFERENCE
        if cue in _WAY:
            return Direction.INCREASE if _WAY[cue] > 0 else Direction.DECREASE
        if cue in _MERIT:
            if outcome.better is None:
                return Direction.INCREASE if _MERIT[cue] > 0 else Direction.DECREASE
            return Direction.INCREASE if _MERIT[cue] * _polarity(outcome) > 0 else Direction.DECREASE
        if changed is not None and changed.estimate:
            return Direction.INCREASE if changed.estimate > 0 else Direction.DECREASE
        return None

    def _from_baseline(self, f: Finding, claim: Claim, frame: str) -> Claim:
        scene = f.scene
        start, end = self._window(f)
        sides = scene.sides_in(start, end)
        named = frame == "baseline" or claim.significant or (f.cue is not None and (f.cue.significant or f.cue.cue is Cue.NULL))
        comparator = "baseline" if named or any(m.side is Side.BASELINE for m in sides) else None
        only_control = [m for m in sides if m.side is Side.COMPARATOR] and not [m for m in sides if m.side is Side.INTERVENTION]
        if only_control and not f.linked:
            arm = next((i for i, a in enumerate(scene.arms) if a.role is ArmRole.COMPARATOR), None)
            own = scene.arms[arm] if arm is not None else None
            return replace(
                claim, comparator="baseline", intervention=_comparator_name(own) if own else "control", arm=arm, versus=None
            )
        return replace(claim, comparator=comparator, versus=None)

    def _start(self, f: Finding, outcome: Outcome, direction: Direction, *, compared: bool) -> Claim:
        scene = f.scene
        arm, label, route, source = self._who(f)
        versus = next((i for i, a in enumerate(scene.arms) if a.role is ArmRole.COMPARATOR), None) if compared else None
        comparator = self._against_whom(f, versus) if compared else None
        return Claim(
            question=self._question(f, arm), intervention=label, comparator=comparator, outcome=outcome, direction=direction, quote=self._quote(f),
            arm=arm, versus=self._versus_arm(f, versus), route=route, cell_source=source, condition=self.condition, timepoint=f.time,
            hedged=_HEDGE.search(scene.sentence.text) is not None,
        )  # fmt: skip

    def _versus_arm(self, f: Finding, versus: int | None) -> int | None:
        opposed = self._opposed_facets(f)
        if not opposed:
            return versus
        field, label = opposed[0]
        return next((i for i, a in enumerate(f.scene.arms) if getattr(a, field) == label), None)

    def _question(self, f: Finding, arm: int | None) -> QuestionKind:
        if arm is not None and f.scene.arms[arm].role is ArmRole.EXPOSURE:
            return QuestionKind.PROGNOSIS
        return QuestionKind.HARM if _is_harm(f.mention) else QuestionKind.TREATMENT

    def _against_whom(self, f: Finding, versus: int | None) -> str | None:
        scene = f.scene
        start, end = self._window(f)
        opposed = self._opposed_facets(f)
        if opposed:
            return f"{scene.arms[0].label} ({opposed[0][1]})"
        named = [m for m in scene.sides_in(start, end, Side.COMPARATOR) if m.arm is not None]
        other_routes = _OTHER_ROUTES.search(scene.plain)
        if named and named[0].arm is not None:
            return _comparator_name(scene.arms[named[0].arm])
        if versus is not None:
            return _comparator_name(scene.arms[versus])
        return "other routes" if other_routes and self._facets(f) else None

    def _facets(self, f: Finding) -> list[tuple[str, str]]:
        start, end = self._window(f)
        kinds = {ConceptKind.ROUTE: "route", ConceptKind.CELL_SOURCE: "cell_source", ConceptKind.DONOR: "donor"}
        lead = f.scene.reading.concepts_in(f.scene.sentence.start, end, *kinds)
        inside = [m for m in lead if m.start >= start] or [m for m in lead if f.scene.cut.clause_of(m.start - f.scene.offset) == 0]
        return [(kinds[m.kind], m.entry.label) for m in inside]

    def _who(self, f: Finding) -> tuple[int | None, str | None, str | None, str | None]:
        """The arm that the finding is about, its name, route and source."""
        scene = f.scene
        start, end = self._window(f)
        named = [m for m in scene.sides_in(start, end, Side.INTERVENTION) if m.arm is not None]
        arm = named[0].arm if named else next((i for i, a in enumerate(scene.arms) if a.role is not ArmRole.COMPARATOR), None)
        if arm is None:
            return None, None, None, None
        value = scene.arms[arm]
        route, source = value.route, value.cell_source
        facets: dict[str, str] = {}
        if scene.level is Level.POOLED:
            facets = dict(reversed(self._facets(f)))
            route, source = facets.get("route", route), facets.get("cell_source", source)
        donor = facets.get("donor") if scene.level is Level.POOLED else None
        return arm, _name(value, source if scene.level is Level.POOLED else None, donor), route, source

    def _quote(self, f: Finding) -> Quote:
        scene = f.scene
        start, end = self._window(f)
        for i in f.linked:
            first, last = self.linked[i].effect.quote.span
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


def _list_or_colon(scene: Scene, left: int, right: int) -> bool:
    return re.search(r"[;:.]", scene.cut.masked[left:right]) is None


def _strongest(here: list[CueMention], place: int) -> CueMention | None:
    """A null or a trend in the clause outweighs its words of direction; of several the nearest."""
    if not here:
        return None
    nulls = [c for c in here if c.cue in (Cue.NULL, Cue.TREND, Cue.ABSENT)]
    pool = nulls or [c for c in here if c.cue is not Cue.PRESENT] or here
    return min(pool, key=lambda c: min(abs(c.start - place), abs(c.end - place)))


def _is_harm(mention: OutcomeMention) -> bool:
    return mention.entry is not None and bool(mention.entry.details.get("harm"))


def _is_outcome_like(scene: Scene, mention: OutcomeMention) -> bool:
    """A phrase that may name an outcome: not the treatment, the condition, nor a word for the study itself."""
    text = mention.text.strip()
    if (
        len(text) < 4
        or len(text.split()) > 6
        or re.search(r"\d", text[:2])
        or re.search(
            r"(?:ly|ed|ing|ous|seems?|such as|to|than|toward|towards)$|^(?:promote|support|provide|reduce|improve|increase|factors|large|small|at)\b",
            text,
            re.IGNORECASE,
        )
    ):
        return False
    if re.search(
        r"\b(?:MSCs?|cells?|therapy|treatment|stud(?:y|ies)|trials?|patients?|group|results?|analys[ei]s|evidence|data|authors?|effects?|difference|benefit|heterogeneity|bias|source|findings|review|infusion|injection|transplantation|administration|method|dose|we|one|another|techniques?|signal|number|proportion|rates?|potential)\b$|^(?:MSCs?|stem|mesenchymal|there|it|this|these|another|one|in|overall|conventional|advanced)\b",
        text,
        re.IGNORECASE,
    ):
        return False
    inside = scene.reading.concepts_in(
        mention.start, mention.end, ConceptKind.INTERVENTION, ConceptKind.COMPARATOR, ConceptKind.CONDITION
    )
    return not inside


def _polarity(outcome: Outcome) -> int:
    return 1 if outcome.better is Better.HIGHER else -1


def _favours(merit: int) -> Direction:
    return Direction.FAVOURS_INTERVENTION if merit > 0 else Direction.FAVOURS_COMPARATOR


def _significant(effect: Effect | None) -> bool | None:
    """Whether interval or p exclude "no difference"; None where neither is printed."""
    if effect is None:
        return None
    if effect.ci_low is not None and effect.ci_high is not None:
        null = 1.0 if effect.measure in RATIOS else 0.0
        outside = effect.ci_low > null or effect.ci_high < null
        impossible = effect.measure in RATIOS and effect.ci_low <= 0
        if not impossible and (outside or effect.p_value is None):
            return outside
    if effect.p_value is None:
        return None
    if effect.p_operator in (">", ">="):
        return False if effect.p_value >= 0.05 else None
    return effect.p_value < 0.05 or (effect.p_value <= 0.05 and effect.p_operator in ("<", "<="))


def _point_direction(effect: Effect | None, outcome: Outcome, flipped: bool) -> Direction | None:
    if effect is None or effect.estimate is None or outcome.better is None or effect.measure is Measure.OTHER:
        return None
    # A ratio printed below zero is a mean difference under a wrong name; its sign is still the side it lies on.
    linear = (
        effect.measure in DIFFERENCES
        or (effect.measure in RATIOS and (effect.estimate <= 0 or (effect.ci_low or 1) <= 0))
        or effect.measure is Measure.MEAN_CHANGE
    )
    null = 0.0 if linear else 1.0
    if effect.estimate == null:
        return None
    if effect.unit == "%" and effect.measure in RATIOS:
        return _favours(_polarity(outcome))
    if effect.measure is Measure.SMD and effect.ci_low is None:
        return None
    return _favours((1 if effect.estimate > null else -1) * _polarity(outcome))


def _by_rates(effects: list[Effect], outcome: Outcome) -> Direction | None:
    own = next((e.estimate for e in effects if e.group is Group.INTERVENTION and e.estimate is not None), None)
    other = next((e.estimate for e in effects if e.group is Group.COMPARATOR and e.estimate is not None), None)
    if own is None or other is None or own == other or outcome.better is None:
        return None
    return _favours((1 if own > other else -1) * _polarity(outcome))


def _null_kind(effect: Effect | None) -> NullKind:
    if effect is None or effect.ci_low is None:
        return NullKind.STATED_ONLY
    return NullKind.IMPRECISE


def _confidence(f: Finding, contrast: Effect | None, sign: int | None) -> float:
    known = 0.3 if f.mention.entry is not None else 0.0
    return round(0.4 + known + (0.15 if f.cue is not None else 0.0) + (0.1 if contrast is not None else 0.0), 2)


def _comparator_name(arm: Arm) -> str:
    return arm.comparator_class if arm.comparator_class and arm.comparator_class != "active" else arm.label


def _name(arm: Arm, source: str | None, donor: str | None) -> str:
    label = arm.label if source is None or source in arm.label else f"{arm.label} ({source})"
    return label if donor is None else f"{donor} {label}"


_OPPOSITE = {
    Direction.FAVOURS_INTERVENTION: Direction.FAVOURS_COMPARATOR,
    Direction.FAVOURS_COMPARATOR: Direction.FAVOURS_INTERVENTION,
}


def _reconciled(claims: list[Claim]) -> list[Claim]:
    """One document cannot favour both sides in the same comparison: of two such readings the one with a contrast behind it stands.

    Where both or neither have one, neither side is taken: a wrong side does more harm than an open one.
    """

    def frame(c: Claim) -> tuple[object, ...]:
        time = c.timepoint.days if c.timepoint else None
        return (c.outcome.label.lower(), time, c.intervention, c.comparator, c.arm, c.versus, c.route, c.analysis_set)

    settled: list[Claim] = []
    for c in claims:
        rivals = [x for x in claims if x.direction is _OPPOSITE.get(c.direction) and frame(x) == frame(c)]
        weaker = rivals and not (c.point_direction is c.direction and not any(x.point_direction is x.direction for x in rivals))
        settled.append(replace(c, direction=Direction.UNCLEAR, null_kind=None) if weaker else c)
    return settled


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
