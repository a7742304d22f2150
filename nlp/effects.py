"""From printed results to effects: which outcome, whose number, when, of what measure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from nlp.claim import Effect, Group, Kind, Level, Measure, Outcome, Quote, Timepoint
from nlp.domain import ConceptKind
from nlp.grammar.atoms import WORD_NUMBER, AtomKind, number_value
from nlp.grammar.results import Printed
from nlp.outcomes import as_outcome, unknown_outcome
from nlp.reading import ArmMention, OutcomeMention, Side, TimeMention
from nlp.scene import RESPECTIVELY, Scene

K = AtomKind

_CHANGE = re.compile(
    r"\b(?:chang\w*|rose|risen|fell|fallen|increas\w*|decreas\w*|reduc\w*|gain\w*|improve\w*|declin\w*|drop\w*|from baseline|versus baseline|vs\.? baseline|loss|lost|gr[eo]wn?)\b",
    re.IGNORECASE,
)
_NO_RESULT = re.compile(
    r"\b(?:were|was|are) (?:male|female|women|men|white|black|treated by|treated with|given|recruited|randomi[sz]ed|assigned|allocated|included|eligible)\b|\bfollow-?up (?:rate|of)\b|\bpower\b|\b(?:fe)?males?\b|\bsmok|\bwere (?:wom|m)en\b|\battrition\b|\bloss to follow|\bcompleted\b|\bcompletion\b|\bresponse rate (?:to|of) the (?:survey|questionnaire)|\bcompliance\b.{0,10}\bquestionnaire|\baffects\b|\bprevalence of\b.{0,30}\bworldwide\b|\bviability of (?:the )?cells|\bcell viability|\bCD\d+\b",
    re.IGNORECASE,
)
_DIAGNOSTIC = re.compile(
    r"\b(?:sensitivity|specificity|posterior probability|probability that|accuracy|AUC|area under|PPV|NPV|predictive value)\b",
    re.IGNORECASE,
)
_PEOPLE = r"(?:patients?|participants?|subjects?|individuals?|people|children|women|men|cases|infants|eyes|knees|of them|persons|recipients|responders)"
_NO_EVENT = re.compile(
    r"\b(?:were|was)?\s?(?:enrolled|included|eligible|randomi[sz]ed|randomly|recruited|assigned|allocated|screened|received|underwent|completed|analy[sz]ed|treated|took part|withdrew|excluded|followed|qualified|pooled|with grade|studied|entered)\b|\bstudies\b|\btrials\b|\barticles\b|\bRCTs\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Linked:
    """An effect and the outcome mention that it was tied to, kept together for the claims."""

    effect: Effect
    mention: OutcomeMention | None
    printed: Printed
    scene: int


def link(scene: Scene, index: int) -> list[Linked]:
    """The effects of one sentence."""
    kept = [r for r in scene.printed if _is_result(scene, r)]
    kept = _without_restatements(kept)
    found: list[Linked] = []
    outcomes = _outcomes(scene, kept)
    times = _times(scene, kept, outcomes)
    groups = _groups(scene, kept)
    kept = _shared_units(scene, kept)
    for r, mention, time, (group, arm, versus) in zip(kept, outcomes, times, groups, strict=True):
        found.append(Linked(_effect(scene, r, mention, time, group, arm, versus), mention, r, index))
    return _with_lone_p(scene, found, index)


# ------------------------------------------------------------------ which numbers are results


def _is_result(scene: Scene, r: Printed) -> bool:
    if r.kind is K.P:
        return True
    if r.has_interval or r.measure is not None:
        return r.kind is not K.DOSE
    if r.kind is K.DOSE:
        return r.iqr_low is not None
    clause = _clause_text(scene, r)
    if r.kind is K.PLUS_MINUS:
        return not re.search(
            r"\b(?:aged?|years old|baseline characteristics|follow-?up|dose|onset|duration|BMI)\b", _near(scene, r), re.IGNORECASE
        )
    if r.percent:
        return _percent_counts(scene, r, clause)
    if r.iqr_low is not None:
        return not re.search(r"\b(?:follow-?up|aged?|years)\b", _near(scene, r), re.IGNORECASE)
    if r.kind is K.FRACTION:
        return not _NO_EVENT.search(_near(scene, r, 45)) or _event_outcome(scene, r)
    if r.kind in (K.WORD_NUMBER, K.NUMBER):
        return _in_pair(scene, r) or _is_count(scene, r)
    return False


def _near(scene: Scene, r: Printed, width: int = 40) -> str:
    return scene.plain[max(0, r.start - width) : r.end + width]


def _clause_text(scene: Scene, r: Printed) -> str:
    clause = scene.cut.clauses[scene.cut.clause_of(r.anchor)]
    return scene.plain[clause.start : clause.end]


def _percent_counts(scene: Scene, r: Printed, clause: str) -> bool:
    if r.kind is K.CHANGE:
        return False
    tail = scene.plain[r.end : r.end + 50]
    if _NO_RESULT.search(tail.split(",")[0][:45]) or re.match(r"\s?(?:power|confidence|CI)\b", tail):
        return False
    head = scene.plain[max(0, r.anchor - 40) : r.anchor]
    return not re.search(
        r"(?:power of|dose of|\bof the dose|concentration of|prespecified|pre-specified|margin of|threshold of|\bI²?2? ?=|level of|between (?:\w+ )?and|saline,?)\s*$",
        head,
        re.IGNORECASE,
    )


def _event_outcome(scene: Scene, r: Printed) -> bool:
    return any(o for o in scene.outcomes if abs(o.start - (scene.offset + r.end)) < 60 or abs(scene.offset + r.anchor - o.end) < 60)


def _in_pair(scene: Scene, r: Printed) -> bool:
    """ "4.5 versus 2.9 mm": bare numbers are results where two are compared in one breath, with an outcome named."""
    if r.kind is not K.NUMBER or not (scene.outcomes or scene.last_outcomes):
        return False
    for other in scene.printed:
        if other is r or other.kind is not K.NUMBER or other.measure is not None:
            continue
        left, right = (r, other) if r.anchor < other.anchor else (other, r)
        gap = scene.plain[left.end : right.start]
        if re.fullmatch(
            r"\s?(?:mm|cm|m|points?|kg|s|days?|ml|mL|letters)?\s?(?:[\w\s-]{0,28}\b)?(?:versus|vs\.?|compared (?:with|to))\s(?:[\w\s-]{0,28})?",
            gap,
        ):
            return True
    return False


def _is_count(scene: Scene, r: Printed) -> bool:
    """ "nine patients showed …", "in two of the eight men", "a complete response in 8": events in a single group."""
    if r.estimate is None or r.estimate != int(r.estimate) or r.estimate < 0:
        return False
    after = scene.plain[r.end : r.end + 90]
    before = scene.plain[max(0, r.start - 50) : r.start]
    if re.match(
        r"\s*(?:studies|trials|articles|RCTs|databases|cent(?:er|re)s|doses?|injections?|weeks?|months?|years?|days?|times|arms|groups|of (?:the )?(?:studies|trials))\b",
        after,
        re.IGNORECASE,
    ):
        return False
    if re.search(r"\b(?:among|of|in total|with|all|the|other|these|those)\s*$", before, re.IGNORECASE) and not re.match(
        rf"\s*(?:{_PEOPLE})\s(?:showed|had|died|responded|were alive)", after
    ):
        return False
    verb = re.match(rf"\s*(?:{_PEOPLE})\b(?:\s\([^)]*\))?\s*(.{{0,60}})", after, re.IGNORECASE)
    if verb and verb[1]:
        return not _NO_EVENT.search(verb[1][:40]) and _event_outcome(scene, r) and not re.match(r"\s*with\b", verb[1])
    if re.search(r"\b(?:in|by)\s*$", before) and re.match(r"\s*(?:,|\.|;|and\b|or\b|$)", after):
        return bool(scene.outcomes)
    return bool(
        re.match(r"\s+(?:showed|had|died|survived|responded|relapsed|achieved|improved|developed|experienced|were alive)\b", after)
        and scene.outcomes
    )


def _without_restatements(kept: list[Printed]) -> list[Printed]:
    """A count that the next bracket gives again with its percentage is one result."""
    events = {(r.events, r.total) for r in kept if r.percent and r.events is not None}
    plain = {e for e, _ in events}
    return [
        r
        for r in kept
        if not (
            r.kind in (K.WORD_NUMBER, K.NUMBER)
            and not r.percent
            and r.measure is None
            and r.estimate in plain
            and not r.has_interval
        )
    ]


def _shared_units(scene: Scene, kept: list[Printed]) -> list[Printed]:
    """ "4.5 versus 2.9 mm": the unit stands once, behind the last of the two."""
    out = list(kept)
    for i in range(len(out) - 1):
        a, b = out[i], out[i + 1]
        if (
            a.unit is None
            and b.unit
            and not b.percent
            and a.kind == b.kind
            and re.fullmatch(r"\s?(?:versus|vs\.?|and|to|compared with)\s", scene.plain[a.end : b.start])
        ):
            out[i] = replace(a, unit=b.unit)
    return out


# ------------------------------------------------------------------ which outcome


def _outcomes(scene: Scene, kept: list[Printed]) -> list[OutcomeMention | None]:
    zipped = _respective(scene, kept, [o for o in scene.outcomes if scene.outside_brackets(o.start)])
    found: list[OutcomeMention | None] = []
    for i, r in enumerate(kept):
        mention = zipped.get(i) or _nearest_outcome(scene, r, kept) or (_carried(scene) if _refers_back(scene) else None)
        found.append(mention or unknown_outcome(scene.reading, scene.sentence, scene.cut, _head_place(scene, r)) or _carried(scene))
    return found


_REFERS_BACK = re.compile(
    r"^\s*(?:at \S+ \S+,? )?(?:similar |the same |comparable )?(?:results?|findings|(?:the )?(?:corresponding|respective|same) (?:figures|values|rates|numbers|results)|this (?:effect|difference|trend|result)|these (?:effects|differences|results)|it |they )",
    re.IGNORECASE,
)
_GENERIC_OUTCOME = re.compile(r"\b(?:outcomes?|results?|findings|figures|effects?|differences?)$", re.IGNORECASE)


def _refers_back(scene: Scene) -> bool:
    """ "The corresponding figures were …", "Results were similar …", "a trend toward better outcomes": of the outcome spoken of before."""
    return bool(scene.last_outcomes) and (
        _REFERS_BACK.match(scene.plain) is not None
        or re.search(r"\b(?:better|worse|poorer|improved) outcomes\b", scene.plain) is not None
    )


def _carried(scene: Scene) -> OutcomeMention | None:
    return scene.last_outcomes[-1] if scene.last_outcomes else None


def _head_place(scene: Scene, r: Printed) -> int:
    bracket = scene.cut.bracket_of(r.start)
    return bracket.start if bracket else r.start


def _runs(kept: list[Printed], scene: Scene) -> list[list[int]]:
    """Runs of like results in one bracket or one breath: what "respectively" shares out."""
    runs: list[list[int]] = []
    for i, r in enumerate(kept):
        previous = kept[runs[-1][-1]] if runs else None
        gap = scene.plain[previous.end : r.start] if previous else ""
        like = previous is not None and (previous.kind is K.P) == (r.kind is K.P) and previous.has_interval == r.has_interval
        near = like and len(gap) < 26 and not re.search(r"\bversus\b|\bvs\b|\bthan\b", gap)
        if near:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _respective(scene: Scene, kept: list[Printed], mentions: list[OutcomeMention]) -> dict[int, OutcomeMention]:
    """Results in a row for outcomes in a row: "A and B (x; y, respectively)", and lists of equal length without the word."""
    found: dict[int, OutcomeMention] = {}
    for run in _runs(kept, scene):
        if len(run) < 2:
            continue
        first = scene.offset + kept[run[0]].start
        before = [m for m in mentions if m.end <= first]
        listed = _trailing_list(scene, before)
        inside = [m for m in scene.outcomes if first <= m.start < scene.offset + kept[run[-1]].end]
        tail = scene.plain[kept[run[-1]].end : kept[run[-1]].end + 20]
        said = RESPECTIVELY.search(tail) is not None
        if inside or not (len(listed) == len(run) or (said and len(before) >= len(run))):
            continue
        if not said and any(kept[i].kind is not K.P and not kept[i].has_interval for i in run):
            continue
        chosen = listed if len(listed) == len(run) else before[-len(run) :]
        found.update(zip(run, chosen, strict=True))
    return found


def _trailing_list(scene: Scene, mentions: list[OutcomeMention]) -> list[OutcomeMention]:
    """The last outcomes that stand in one list: "acute and chronic GVHD", "relapse, infection and death"."""
    listed: list[OutcomeMention] = []
    for m in reversed(mentions):
        if listed:
            gap = scene.between(m.end, listed[0].start)
            if not re.fullmatch(
                r"\s?(?:\([^()]*\))?\s?(?:,|;|and|or|nor|,\s?and|,\s?or|/|as well as|and of|or of|and the|and in|,\s?and\s?(?:the|a|of))\s+(?:[\w-]+\s){0,3}",
                gap,
            ):
                break
        listed.insert(0, m)
    return listed


def _nearest_outcome(scene: Scene, r: Printed, kept: list[Printed]) -> OutcomeMention | None:
    if not scene.outcomes:
        return None
    start, end = scene.offset + r.start, scene.offset + r.end
    bracket = scene.cut.bracket_of(r.start)
    within = [m for m in scene.outcomes if bracket and scene.offset + bracket.start <= m.start and m.end <= start]
    if within:
        return within[-1]
    adjacent = [m for m in scene.outcomes if m.start >= end and re.fullmatch(r"\s?(?:of\s)?", scene.between(end, m.start))]
    if adjacent and r.percent:
        return adjacent[0]
    place = scene.offset + _head_place(scene, r)
    clause = scene.clause(place - 1 if bracket else place)
    before = [m for m in scene.outcomes if m.end <= place and scene.outside_brackets(m.start)] or [
        m for m in scene.outcomes if m.end <= place
    ]
    after = [
        m
        for m in scene.outcomes
        if m.start >= end and scene.clause(m.start) == clause and (bracket or scene.outside_brackets(m.start))
    ]
    here = [m for m in before if scene.clause(m.start) == clause]
    if _people_first(scene, r) and after and not _taken_between(scene, kept, r, after[0]):
        return after[0]
    if here:
        return here[-1]
    if after and not _taken_between(scene, kept, r, after[0]):
        return after[0]
    return before[-1] if before else scene.outcomes[0]


def _people_first(scene: Scene, r: Printed) -> bool:
    """ "40% of patients experienced …", "13 of 14 patients had responded", "33% remained …": the outcome follows the number."""
    if r.measure is not None or r.kind is K.P or r.kind is K.PLUS_MINUS:
        return False
    tail = scene.plain[r.end : r.end + 40]
    head = scene.plain[max(0, r.start - 25) : r.start]
    if re.search(r"\b(?:in|by|was|were|from|to|of)\s*\(?$", head) and not re.match(
        rf"[)\]]?\s*(?:of\s)?(?:the\s)?{_PEOPLE}\s+(?:showed|had|experienced|responded|were alive|died|relapsed)", tail
    ):
        return False
    return (
        re.match(
            rf"[)\]]?\s*(?:of\s(?:the\s|all\s)?)?(?:{_PEOPLE})?[\s,]*(?:\([^)]*\)\s)?(?:experienced|remained|saw|showed|showing|had|responded|achieved|developed|were|reported|died|survived|relapsed|improved|reached|with|sensitivity|specificity)\b",
            tail,
            re.IGNORECASE,
        )
        is not None
    )


def _taken_between(scene: Scene, kept: list[Printed], r: Printed, mention: OutcomeMention) -> bool:
    return any(o is not r and r.end <= o.start < mention.start - scene.offset and o.kind is not K.P for o in kept)


# ------------------------------------------------------------------ when


def _times(scene: Scene, kept: list[Printed], outcomes: list[OutcomeMention | None]) -> list[TimeMention | None]:
    times = [t for t in scene.times]
    zipped = _respective_times(scene, kept, times)
    return [zipped.get(i) or _nearest_time(scene, r, times, kept, outcomes[i]) for i, r in enumerate(kept)]


def _respective_times(scene: Scene, kept: list[Printed], times: list[TimeMention]) -> dict[int, TimeMention]:
    found: dict[int, TimeMention] = {}
    for run in _runs(kept, scene):
        first = scene.offset + kept[run[0]].start
        clause = scene.clause(first)
        before = [t for t in times if t.end <= first]
        same = [t for t in before if scene.clause(t.start) == clause]
        before = same if len(same) == len(run) else before
        inside = [t for t in times if first <= t.start <= scene.offset + kept[run[-1]].end]
        outcomes = [m for m in scene.outcomes if m.end <= first]
        if len(run) > 1 and len(before) == len(run) and not inside and len(_trailing_list(scene, outcomes)) != len(run):
            found.update(zip(run, before, strict=True))
    return found


def _nearest_time(
    scene: Scene, r: Printed, times: list[TimeMention], kept: list[Printed], mention: OutcomeMention | None
) -> TimeMention | None:
    start, end = scene.offset + r.start, scene.offset + r.end
    bracket = scene.cut.bracket_of(r.start)
    inside = [t for t in times if start <= t.start <= end]
    if inside:
        return inside[-1]
    if bracket:
        within = [t for t in times if scene.offset + bracket.start <= t.start and t.end <= start]
        if within:
            return within[-1]
    following = [
        t
        for t in times
        if t.start >= end
        and re.fullmatch(
            r"[\s)\]]*(?:of (?:the )?\w+ )?(?:at|by|after|in|during|within|over)?\s?(?:the )?(?:week |month |day )?",
            scene.between(end, t.start),
        )
    ]
    if following and not bracket:
        return following[0]
    return _clause_time(scene, start, times, mention)


def _clause_time(scene: Scene, place: int, times: list[TimeMention], mention: OutcomeMention | None) -> TimeMention | None:
    before = [t for t in times if t.end <= place and scene.outside_brackets(t.start)]
    clause = scene.clause(place)
    here = [t for t in before if scene.clause(t.start) == clause]
    if here:
        return here[-1]
    after = [t for t in times if t.start >= place and scene.clause(t.start) == clause and scene.outside_brackets(t.start)]
    if before and (not after or len({t.days for t in before}) == 1):
        return before[-1]
    if after:
        return after[0]
    return None


# ------------------------------------------------------------------ whose

Owner = tuple[Group, int | None, int | None]


def _groups(scene: Scene, kept: list[Printed]) -> list[Owner]:
    found: list[Owner | None] = [_by_measure(scene, r, kept) for r in kept]
    for i, r in enumerate(kept):
        if found[i] is None:
            found[i] = _by_neighbour(scene, r, kept)
    _pairs(scene, kept, found)
    return [f or _whole(scene) for f in found]


def _arm_index(scene: Scene, comparator: bool) -> int | None:
    roles = [i for i, a in enumerate(scene.arms) if (a.role.value == "comparator") is comparator]
    return roles[0] if roles else None


def _difference(scene: Scene) -> Owner:
    return Group.DIFFERENCE, _arm_index(scene, False), _arm_index(scene, True)


def _by_measure(scene: Scene, r: Printed, kept: list[Printed]) -> Owner | None:
    if r.kind is K.P or (r.measure is not None and r.measure in _CONTRASTS):
        return _difference(scene)
    if r.has_interval and r.measure is None and r.kind is not K.PLUS_MINUS:
        head = scene.plain[max(0, r.start - 60) : r.start]
        if re.search(
            r"\b(?:difference|reduction|versus control|vs\.? control|than (?:in |with )?controls?)\b[^;()]*[(\[]?[^;()]*$",
            head,
            re.IGNORECASE,
        ) and not re.search(r"\bbaseline[^;]*$", head, re.IGNORECASE):
            return _difference(scene)
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
            return _difference(scene)
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
            return _difference(scene)
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


# ------------------------------------------------------------------ the value


def _effect(
    scene: Scene,
    r: Printed,
    mention: OutcomeMention | None,
    time: TimeMention | None,
    group: Group,
    arm: int | None,
    versus: int | None,
) -> Effect:
    outcome = as_outcome(mention) if mention else Outcome("", "")
    measure = _measure(scene, r, mention, group)
    sd, se = _spreads(scene, r)
    counted = measure is Measure.COUNT
    quote = _quote(scene, r, mention)
    return Effect(
        measure=measure, quote=quote, outcome=outcome, group=group, estimate=r.estimate if r.kind is not K.P else None,
        ci_low=r.ci_low, ci_high=r.ci_high, ci_level=r.ci_level, p_value=r.p.value if r.p and group is Group.DIFFERENCE else None,
        p_operator=r.p.operator if r.p and group is Group.DIFFERENCE else None, i2=r.i2, tau2=r.tau2, k=_pooled_count(scene, r), se=se, sd=sd,
        iqr_low=r.iqr_low, iqr_high=r.iqr_high, events=r.events if not counted else r.events if r.events is not None else int(r.estimate or 0),
        total=r.total if r.total is not None else _arm_total(scene, r, arm), n=r.n, unit=r.unit, timepoint=_timepoint(time), kind=_kind(scene, r, group), subgroup=_subgroup(scene, r, group), adjusted=True if re.search(r"\badjust", _near(scene, r, 60), re.IGNORECASE) and group is Group.DIFFERENCE else None,
        analysis_set=_analysis_set(scene), arm=arm, versus=versus if group is Group.DIFFERENCE else None, printed=_printed(r, sd, se),
    )  # fmt: skip


def _arm_total(scene: Scene, r: Printed, arm: int | None) -> int | None:
    """The arm's size as the denominator, where it gives the printed percentage: "12 (11.5%)" of an arm of 104."""
    if r.events is None or not r.percent or arm is None or r.estimate is None or not scene.arms[arm].n:
        return None
    size = scene.arms[arm].n or 0
    decimals = len(dict(r.printed).get("estimate", "").partition(".")[2])
    return size if abs(100 * r.events / size - r.estimate) <= 0.5 * 10**-decimals + 1e-9 else None


def _printed(r: Printed, sd: float | None, se: float | None) -> tuple[tuple[str, str], ...]:
    if r.spread is None:
        return r.printed
    return tuple(
        (("se" if se is not None else "sd") if f == "sd" else f, v)
        for f, v in r.printed
        if f != "sd" or sd is not None or se is not None
    )


def _timepoint(time: TimeMention | None) -> Timepoint | None:
    return Timepoint(time.text, round(time.days, 3)) if time else None


def _spreads(scene: Scene, r: Printed) -> tuple[float | None, float | None]:
    """SD and SE. `±` is an SE where the text says so, or where the interval is 1.96 of it to each side."""
    if r.spread is None:
        return r.sd, r.se
    said = scene.reading.says_standard_errors
    half = (r.ci_high - r.ci_low) / 2 if r.ci_high is not None and r.ci_low is not None else None
    if said or (half is not None and r.spread and 1.5 < half / r.spread < 2.6):
        return None, r.spread
    return r.spread, None


def _measure(scene: Scene, r: Printed, mention: OutcomeMention | None, group: Group) -> Measure:
    near = scene.plain[max(0, r.anchor - 70) : r.end + 25]
    if r.kind is K.P:
        return Measure.OTHER
    if r.measure is not None:
        return r.measure
    if _diagnostic(scene, r):
        return Measure.OTHER
    if r.iqr_low is not None or (r.kind is K.NUMBER and re.search(r"\bmedian\b", near, re.IGNORECASE)):
        return Measure.MEDIAN
    return _measure_by_group(scene, r, mention, group, near)


def _diagnostic(scene: Scene, r: Printed) -> bool:
    """ "80% sensitivity", "a posterior probability of 69%": a figure about a test or a belief, of no arm."""
    before = scene.plain[max(0, r.anchor - 90) : r.anchor]
    words = before if "probability" in before else scene.plain[r.end : r.end + 18]
    return r.percent and _DIAGNOSTIC.search(words) is not None


def _measure_by_group(scene: Scene, r: Printed, mention: OutcomeMention | None, group: Group, near: str) -> Measure:
    if group is Group.DIFFERENCE:
        if r.percent and r.ci_high is not None and r.ci_high < 5 and (r.estimate or 0) > 5:
            return Measure.RR
        return Measure.RD if r.percent else Measure.MD
    if r.kind is K.PLUS_MINUS:
        return Measure.MEAN_CHANGE if _is_change(scene, r, mention) else Measure.MEAN
    if r.percent:
        return (
            Measure.MEAN_CHANGE
            if re.search(
                r"\b(?:mean|percentage|percent|relative) (?:change|increase|decrease|reduction|improvement)\b", near, re.IGNORECASE
            )
            else Measure.PROPORTION
        )
    if r.kind in (K.FRACTION, K.WORD_NUMBER) or (
        r.kind is K.NUMBER and not r.has_interval and not _in_pair(scene, r) and r.estimate == int(r.estimate or 0.5)
    ):
        return Measure.COUNT
    if mention and mention.entry and mention.entry.details.get("binary") and r.has_interval and 0 <= (r.estimate or -1) <= 1:
        return Measure.PROPORTION
    return Measure.MEAN_CHANGE if _is_change(scene, r, mention) else Measure.MEAN


def _is_change(scene: Scene, r: Printed, mention: OutcomeMention | None) -> bool:
    clause = scene.cut.clauses[scene.cut.clause_of(_head_place(scene, r))]
    return _CHANGE.search(scene.plain[clause.start : r.end]) is not None or (
        mention is not None and _CHANGE.search(mention.text) is not None
    )


def _kind(scene: Scene, r: Printed, group: Group) -> Kind | None:
    if group is Group.DIFFERENCE:
        return Kind.BETWEEN
    if re.search(
        r"\b(?:versus|vs\.?|from|than at|than|against) baseline\b", scene.plain[max(0, r.start - 60) : r.start], re.IGNORECASE
    ):
        return Kind.PRE_POST
    if r.kind is K.PLUS_MINUS or r.has_interval:
        return Kind.CHANGE if _is_change(scene, r, None) else None
    return None


def _pooled_count(scene: Scene, r: Printed) -> int | None:
    """ "meta-analysis of four studies", "(7 studies)" in the clause of a pooled result."""
    if scene.level is not Level.POOLED or r.kind is K.P:
        return None
    clause = scene.cut.clauses[scene.cut.clause_of(_head_place(scene, r))]
    found = re.search(
        rf"\b(\d+|{WORD_NUMBER})\s+(?:\w+\s)?(?:studies|trials|RCTs)\b", scene.plain[clause.start : r.end], re.IGNORECASE
    )
    first = next((o for o in scene.printed if o.kind is not K.P and o.measure is not None), None)
    return int(number_value(found[1])) if found and first is r else None


def _subgroup(scene: Scene, r: Printed, group: Group) -> str | None:
    """The facet or subset that the result is set apart by."""
    clause = scene.cut.clauses[scene.cut.clause_of(_head_place(scene, r))]
    words = scene.plain[clause.start : clause.end]
    named = re.search(
        r"\b(?:in|among) (?:the |an? |patients with )?((?:[\w-]+ ){1,4}?)(?:subset|subgroup|stratum|patients)\b",
        scene.plain[: r.start],
        re.IGNORECASE,
    )
    if named and re.search(r"sub|acute|severe|chronic|elderly|young", named[0]):
        return named[1].strip()
    if scene.level is not Level.POOLED:
        return None
    facets = _own_facets(scene, r)
    if facets:
        return " or ".join(facets)
    tail = re.search(r"\bof ((?:[\w-]+ )patients)\b", words[r.end - clause.start :] if r.end > clause.start else words)
    lead = re.match(r"\s*In ((?:acute|chronic|severe|moderate|mild) [\w-]+)\b", scene.plain)
    return tail[1] if tail else lead[1] if lead else None


def _own_facets(scene: Scene, r: Printed) -> list[str]:
    """Routes, sources, donors that stand nearest to the number: behind it before the next number, else before it in its clause."""
    place, end = scene.offset + r.start, scene.offset + r.end
    others = [o for o in scene.printed if o is not r and o.kind is not K.P]
    later = min((o.start for o in others if o.start >= r.end), default=len(scene.plain)) + scene.offset
    earlier = max((o.end for o in others if o.end <= r.start), default=0) + scene.offset
    kinds = (ConceptKind.ROUTE, ConceptKind.CELL_SOURCE, ConceptKind.DONOR)
    behind = [
        m
        for m in scene.reading.concepts_in(end, later, *kinds)
        if re.fullmatch(r"[\s)\]]*(?:for|with|in|after|by|of)\s(?:the\s)?", scene.between(end, m.start))
    ]
    if behind:
        return [m.entry.label for m in behind]
    clause = scene.cut.clauses[scene.cut.clause_of(_head_place(scene, r))]
    before = scene.reading.concepts_in(max(earlier, scene.offset + clause.start), place, *kinds)
    if not before and r.percent:
        before = scene.reading.concepts_in(earlier, place, *kinds)
    if not before and r.measure is not None:
        before = scene.reading.concepts_in(scene.offset, place, *kinds)
    return list(dict.fromkeys(m.entry.label for m in before))[:2]


def _analysis_set(scene: Scene) -> str | None:
    for name, pattern in (
        ("sensitivity", r"sensitivity analys"),
        ("per protocol", r"per[- ]protocol"),
        ("ITT", r"intention[- ]to[- ]treat|\bm?ITT\b|intent-to-treat"),
        ("exploratory", r"\bexploratory\b|post hoc"),
    ):
        if re.search(pattern, scene.plain, re.IGNORECASE):
            return name
    return None


def _quote(scene: Scene, r: Printed, mention: OutcomeMention | None) -> Quote:
    """The stretch that holds the numbers, the outcome's words where they stand in the sentence, and no more than the sentence."""
    start, end = scene.offset + r.start, scene.offset + r.end
    if (
        mention is not None
        and scene.sentence.start <= mention.start
        and mention.end <= scene.sentence.end
        and abs(mention.start - start) < 260
    ):
        start, end = min(start, mention.start), max(end, mention.end)
    sides = [m for m in scene.sides if m.start >= end and m.start - end < 24]
    if sides and r.kind is not K.P and not r.has_interval:
        end = max(end, sides[0].end)
    text = scene.reading.text
    if (
        end < len(text)
        and text[end] in ")]"
        and text[start:end].count("(") + text[start:end].count("[") > text[start:end].count(")") + text[start:end].count("]")
    ):
        end += 1
    # A spaced minus sign was moved next to its number: the sign itself stands one place earlier.
    if start > 0 and text[start - 1] in "-−–+" and text[start : start + 1] == " ":
        start -= 1
    return Quote(start, end, text[start:end])


# ------------------------------------------------------------------ p values that stand for a contrast


def _with_lone_p(scene: Scene, found: list[Linked], index: int) -> list[Linked]:
    """A p value printed behind two arms' own numbers is of the contrast between them: a record of its own."""
    out: list[Linked] = []
    for item in found:
        out.append(item)
        r = item.printed
        if r.p is not None and r.kind is not K.P and item.effect.group is not Group.DIFFERENCE:
            lone = Printed(r.p.start, r.p.end, r.p.start, K.P, p=r.p, printed=r.p.printed)
            group, arm, versus = _difference(scene)
            effect = _effect(scene, lone, item.mention, None, group, arm, versus)
            out.append(Linked(replace(effect, timepoint=item.effect.timepoint), item.mention, lone, index))
    return _shared_out(scene, out)


def _shared_out(scene: Scene, found: list[Linked]) -> list[Linked]:
    """ "(p = 0.030 and p = 0.036, respectively)" behind "A and B": the p values go to the outcomes in order."""
    lone = [i for i, x in enumerate(found) if x.printed.kind is K.P]
    if len(lone) < 2 or not RESPECTIVELY.search(scene.plain):
        return found
    first = scene.offset + min(found[i].printed.start for i in lone)
    mentions = [m for m in scene.outcomes if m.end <= first and scene.outside_brackets(m.start)]
    listed = [
        m for k in range(len(mentions), 1, -1) if len(m_list := _trailing_list(scene, mentions[:k])) == len(lone) for m in [m_list]
    ][:1]
    if not listed:
        return found
    out = list(found)
    for i, m in zip(lone, listed[0], strict=True):
        out[i] = replace(out[i], effect=replace(out[i].effect, outcome=as_outcome(m)), mention=m)
    return _means_shared_out(scene, out, listed[0])


def _means_shared_out(scene: Scene, found: list[Linked], mentions: list[OutcomeMention]) -> list[Linked]:
    """The arms' own numbers of the same sentence, one for each outcome of the list, in the same order."""
    out = list(found)
    for group in (Group.INTERVENTION, Group.COMPARATOR):
        own = [i for i, x in enumerate(out) if x.effect.group is group and x.printed.kind is not K.P]
        if len(own) == len(mentions):
            for i, m in zip(own, mentions, strict=True):
                out[i] = replace(out[i], effect=replace(out[i].effect, outcome=as_outcome(m)), mention=m)
    return out
