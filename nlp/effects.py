"""From printed results to effects: which outcome, whose number, when, of what measure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.quick_init import quick_init, replace
from nlp.bare_pairs import in_pair
from nlp.candidates import TIME_UNITS, before_treatment, from_to, is_result, near_words, shared_units, without_restatements
from nlp.claim import Effect, Group, Kind, Level, Measure, Outcome, Quote, Timepoint
from nlp.domain import ConceptKind
from nlp.grammar.atom import AtomKind
from nlp.grammar.number import WORD_NUMBER, number_value
from nlp.grammar.results import Printed
from nlp.grammar.sieve import Sieved
from nlp.outcome_phrases import described
from nlp.outcomes import as_outcome
from nlp.owners import difference_of, owners_of
from nlp.reading import OutcomeMention, TimeMention
from nlp.scene import RESPECTIVELY, Scene
from nlp.subjects import head_place, outcomes_of, times_of, trailing_list
from nlp.told_of_arms import told_of_arms

K = AtomKind

_CHANGE = re.compile(
    r"\b(?:chang\w*|rose|risen|fell|fallen|increas\w*|decreas\w*|reduc\w*|gain\w*|improve\w*|declin\w*|drop\w*|from baseline|versus baseline|vs\.? baseline|loss|lost|gr[eo]wn?)\b",
    re.IGNORECASE,
)
_DIAGNOSTIC = re.compile(
    r"\b(?:sensitivity|specificity|posterior probability|probability that|accuracy|AUC|area under|PPV|NPV|predictive value)\b",
    re.IGNORECASE,
)


@quick_init
@dataclass(frozen=True, slots=True)
class Linked:
    """An effect and the outcome mention that it was tied to, kept together for the claims."""

    effect: Effect
    mention: OutcomeMention | None
    printed: Printed
    scene: int


def link(scene: Scene, index: int) -> list[Linked]:
    """The effects of one sentence."""
    taken = [is_result(scene, r) for r in scene.printed]
    told = told_of_arms(scene, taken)
    kept = [r if i in told or taken[i] else _p_alone(r) for i, r in enumerate(scene.printed) if i in told or taken[i] or r.p]
    kept = without_restatements(kept)
    found: list[Linked] = []
    outcomes = outcomes_of(scene, kept)
    times = times_of(scene, kept, outcomes)
    groups = owners_of(scene, kept)
    kept = shared_units(scene, kept)
    for r, mention, time, (group, arm, versus) in zip(kept, outcomes, times, groups, strict=True):
        found.append(Linked(_effect(scene, r, mention, time, group, arm, versus), mention, r, index))
    return _with_lone_p(scene, found, index)


def _p_alone(r: Printed) -> Printed:
    """The p value of a number that is no result: it stands for itself."""
    return Printed(r.p.start, r.p.end, r.p.start, K.P, p=r.p, printed=r.p.printed) if r.p else r


def _effect(
    scene: Scene,
    r: Printed,
    mention: OutcomeMention | None,
    time: TimeMention | None,
    group: Group,
    arm: int | None,
    versus: int | None,
) -> Effect:
    outcome = _outcome(scene, mention, r)
    measure = _measure(scene, r, mention, group)
    sd, se = _spreads(scene, r)
    counted = measure is Measure.COUNT
    quote = _quote(scene, r, mention)
    return Effect(
        measure=measure, quote=quote, outcome=outcome, group=group, estimate=r.estimate if r.kind is not K.P else None,
        ci_low=r.ci_low, ci_high=r.ci_high, ci_level=r.ci_level, p_value=r.p.value if r.p and group is Group.DIFFERENCE else None,
        p_operator=r.p.operator if r.p and group is Group.DIFFERENCE else None, i2=r.i2, tau2=r.tau2, k=_pooled_count(scene, r), se=se, sd=sd,
        iqr_low=r.iqr_low, iqr_high=r.iqr_high, events=r.events if not counted else r.events if r.events is not None else int(r.estimate or 0),
        total=r.total if r.total is not None else _arm_total(scene, r, arm), n=r.n, unit=r.unit, timepoint=_BASELINE if before_treatment(scene, r) else _timepoint(time), kind=_kind(scene, r, group), subgroup=_subgroup(scene, r, group), adjusted=True if group is Group.DIFFERENCE and _ADJUSTED.search(near_words(scene, r, 60)) else None,
        analysis_set=_analysis_set(scene), arm=arm, versus=versus if group is Group.DIFFERENCE else None, printed=_printed(r, sd, se, group),
    )  # fmt: skip


_ADJUSTED = re.compile(r"\badjust", re.IGNORECASE)


def _outcome(scene: Scene, mention: OutcomeMention | None, r: Printed) -> Outcome:
    """The outcome with the whole phrase that the text has for it; the label stays the pack's."""
    if mention is None:
        return Outcome("", "")
    return replace(as_outcome(mention), text=described(scene, mention, r)) if mention.entry else as_outcome(mention)


def _arm_total(scene: Scene, r: Printed, arm: int | None) -> int | None:
    """The arm's size as the denominator, where it gives the printed percentage: "12 (11.5%)" of an arm of 104.

    The effect's `derived` tells that it is none of the numbers that its quote prints.
    """
    if r.events is None or not r.percent or arm is None or r.estimate is None or not scene.arms[arm].n:
        return None
    size = scene.arms[arm].n or 0
    decimals = len(dict(r.printed).get("estimate", "").partition(".")[2])
    return size if abs(100 * r.events / size - r.estimate) <= 0.5 * 10**-decimals + 1e-9 else None


def _printed(r: Printed, sd: float | None, se: float | None, group: Group) -> tuple[tuple[str, str], ...]:
    """The characters of each number that this effect keeps: a p value behind an arm's own number is the contrast's."""
    own = tuple((f, v) for f, v in r.printed if f != "p_value" or group is Group.DIFFERENCE)
    if r.spread is None:
        return own
    return tuple(
        (("se" if se is not None else "sd") if f == "sd" else f, v) for f, v in own if f != "sd" or sd is not None or se is not None
    )


#: A value from before anything was done is kept, and marked as such.
_BASELINE = Timepoint("baseline", 0.0)


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
    if r.iqr_low is not None or (r.kind is K.NUMBER and (re.search(r"\bmedian\b", near, re.IGNORECASE) or _median_said(scene, r))):
        return Measure.MEDIAN
    return _measure_by_group(scene, r, mention, group, near)


_MIDDLE = Sieved(r"\b(?:(?P<median>medians?)|means?|averages?|averaged)\b(?!\s(?:age|follow))", re.IGNORECASE)


def _median_said(scene: Scene, r: Printed) -> bool:
    """Whether the sentence calls a decimal, or a length of time, a median: the word that stands nearest before it says so."""
    if not (r.unit in TIME_UNITS or "." in dict(r.printed).get("estimate", "")):
        return False
    said = [m for m in _MIDDLE.finditer(scene.plain) if m.end() <= r.anchor]
    return bool(said) and said[-1]["median"] is not None and ";" not in scene.plain[said[-1].end() : r.anchor]


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
    if r.kind in (K.FRACTION, K.WORD_NUMBER) or (r.kind is K.NUMBER and _is_count(scene, r, mention)):
        return Measure.COUNT
    if mention and mention.entry and mention.entry.details.get("binary") and r.has_interval and 0 <= (r.estimate or -1) <= 1:
        return Measure.PROPORTION
    return Measure.MEAN_CHANGE if _is_change(scene, r, mention) else Measure.MEAN


_COUNTED_NEXT = re.compile(
    r"\s(?:[a-z-]+\s){0,2}(?:deaths?|infarctions?|haemorrhages?|hemorrhages?|complications?|relapses?|failures?|strokes?|events?|cases?|episodes|recurrences|infections|fractures|patients?|"
    r"participants?|children|women|men|eyes|responses|responders|remissions?|cures?)\b"
)


def _is_count(scene: Scene, r: Printed, mention: OutcomeMention | None) -> bool:
    """Whether a bare whole number counts people or events; one that is set against another may also be a score."""
    if r.has_interval or r.unit is not None or r.estimate != int(r.estimate or 0.5) or "." in dict(r.printed).get("estimate", ""):
        return False
    if not in_pair(scene, r) or _COUNTED_NEXT.match(scene.plain, r.end):
        return True
    entry = mention.entry if mention else None
    return entry is not None and bool(entry.details.get("binary") or entry.details.get("harm"))


def _is_change(scene: Scene, r: Printed, mention: OutcomeMention | None) -> bool:
    if r.kind is K.NUMBER and not r.has_interval and from_to(scene, r):
        return False  # "rose from 0.26 to 0.31": each is a value, and what changed is not printed
    clause = scene.cut.clauses[scene.cut.clause_of(head_place(scene, r))]
    return _CHANGE.search(scene.plain[clause.start : r.end]) is not None or (
        mention is not None and _CHANGE.search(mention.text) is not None
    )


_SINCE_BASELINE = Sieved(r"\b(?:versus|vs\.?|from|than at|than|against) baseline\b", re.IGNORECASE)


def _kind(scene: Scene, r: Printed, group: Group) -> Kind | None:
    if group is Group.DIFFERENCE:
        return Kind.BETWEEN
    if _SINCE_BASELINE.search_between(scene.plain, max(0, r.start - 60), r.start):
        return Kind.PRE_POST
    if r.kind is K.PLUS_MINUS or r.has_interval:
        return Kind.CHANGE if _is_change(scene, r, None) else None
    return None


def _pooled_count(scene: Scene, r: Printed) -> int | None:
    """ "meta-analysis of four studies", "(7 studies)" in the clause of a pooled result."""
    if scene.level is not Level.POOLED or r.kind is K.P:
        return None
    clause = scene.cut.clauses[scene.cut.clause_of(head_place(scene, r))]
    found = re.search(
        rf"\b(\d+|{WORD_NUMBER})\s+(?:\w+\s)?(?:studies|trials|RCTs)\b", scene.plain[clause.start : r.end], re.IGNORECASE
    )
    first = next((o for o in scene.printed if o.kind is not K.P and o.measure is not None), None)
    return int(number_value(found[1])) if found and first is r else None


_IN_SUBGROUP = Sieved(
    r"\b(?:in|among) (?:the |an? |patients with )?((?:[\w-]+ ){1,4}?)(?:subset|subgroup|stratum|patients)\b", re.IGNORECASE
)


def _subgroup(scene: Scene, r: Printed, group: Group) -> str | None:
    """The facet or subset that the result is set apart by."""
    clause = scene.cut.clauses[scene.cut.clause_of(head_place(scene, r))]
    words = scene.plain[clause.start : clause.end]
    named = _IN_SUBGROUP.pattern.search(scene.plain[: r.start]) if _IN_SUBGROUP.possible(scene.plain) else None
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
    clause = scene.cut.clauses[scene.cut.clause_of(head_place(scene, r))]
    before = scene.reading.concepts_in(max(earlier, scene.offset + clause.start), place, *kinds)
    if not before and r.percent:
        before = scene.reading.concepts_in(earlier, place, *kinds)
    if not before and r.measure is not None:
        before = scene.reading.concepts_in(scene.offset, place, *kinds)
    return list(dict.fromkeys(m.entry.label for m in before))[:2]


_ANALYSIS_SETS = (
    ("sensitivity", Sieved(r"sensitivity analys", re.IGNORECASE)),
    ("per protocol", Sieved(r"per[- ]protocol", re.IGNORECASE)),
    ("ITT", Sieved(r"intention[- ]to[- ]treat|\bm?ITT\b|intent-to-treat", re.IGNORECASE)),
    ("exploratory", Sieved(r"\bexploratory\b|post hoc", re.IGNORECASE)),
)


def _analysis_set(scene: Scene) -> str | None:
    return next((name for name, pattern in _ANALYSIS_SETS if pattern.search(scene.plain)), None)


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


def _with_lone_p(scene: Scene, found: list[Linked], index: int) -> list[Linked]:
    """A p value printed behind two arms' own numbers is of the contrast between them: a record of its own."""
    out: list[Linked] = []
    for item in found:
        out.append(item)
        r = item.printed
        if r.p is not None and r.kind is not K.P and item.effect.group is not Group.DIFFERENCE:
            lone = _p_alone(r)
            group, arm, versus = difference_of(scene)
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
        m for k in range(len(mentions), 1, -1) if len(m_list := trailing_list(scene, mentions[:k])) == len(lone) for m in [m_list]
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
