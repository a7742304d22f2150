"""What a printed result speaks of, and when: the outcome and the time that stand nearest in bracket, clause, list or sentence."""

from __future__ import annotations

import re
from itertools import pairwise

from nlp.grammar.atom import AtomKind
from nlp.grammar.results import Printed
from nlp.grammar.sieve import Sieved
from nlp.outcome_phrases import before_bracket, predicate_outcome
from nlp.outcomes import named_outcome, unknown_outcome
from nlp.phrases import PEOPLE
from nlp.reading import OutcomeMention, TimeMention
from nlp.scene import RESPECTIVELY, Scene

K = AtomKind


def outcomes_of(scene: Scene, kept: list[Printed]) -> list[OutcomeMention | None]:
    """The outcome of each result; None where nothing in reach names one."""
    zipped = _respective(scene, kept, [o for o in scene.outcomes if scene.outside_brackets(o.start)])
    zipped = _respective_pairs(scene, kept) | zipped
    found: list[OutcomeMention | None] = []
    for i, r in enumerate(kept):
        own = before_bracket(scene, r, scene.outcomes) or predicate_outcome(scene, r)
        mention = zipped.get(i) or own or _of_measure(scene, r) or _nearest_outcome(scene, r, kept)
        mention = mention or (_carried(scene) if _refers_back(scene) else None)
        found.append(mention or _unknown(scene, r) or _carried(scene))
    return found


#: "The hazard ratio for … was": what the ratio is of follows these words.
_OF_WHAT = re.compile(r"[^,;]{0,40}?\b(?:for|of|in|on)\s(?:the\s|an?\s|any\s)?(?=\w)")
_WHAT_ENDS = re.compile(
    r"\s(?:was|were|is|are|in|for|with|at|among|between|after|by|from|on|as|compared|comparing|versus|vs|associated|over|during|within|favou?ring)\b|[,;(\[=:]"
)
#: Words that say how a measure was come by, and name no outcome.
_HOW_MEASURED = re.compile(
    r"(?:the\s)?(?:(?:estimated|adjusted|unadjusted|crude|pooled|overall|corresponding|summary|multivariable|multivariate|univariate|cause-specific|per-allele|mean|median|relative|"
    r"stratified|observed|resulting)\s?)+",
    re.IGNORECASE,
)


def _of_measure(scene: Scene, r: Printed) -> OutcomeMention | None:
    """ "Hazard ratio for death at 12 months was 0.70": the outcome between the measure's words and its number."""
    if r.measure_start is None or r.anchor - r.measure_start < 24:
        return None
    low, high = scene.offset + r.measure_start, scene.offset + r.anchor
    within = [m for m in scene.outcomes if low < m.start and m.end <= high]
    if within:
        return within[0]
    what = _OF_WHAT.match(scene.plain, r.measure_start, r.anchor)
    end = _WHAT_ENDS.search(scene.plain, what.end(), r.anchor) if what else None
    if (
        what is None
        or end is None
        or any(m.start < scene.offset + end.start() and scene.offset + what.end() < m.end for m in scene.sides)
    ):
        return None
    words = scene.plain[what.end() : end.start()]
    if not re.fullmatch(r"[A-Za-z][\w /'-]{3,80}", words) or re.search(r"\d", words):
        return None
    return named_outcome(scene.reading, scene.offset + what.end(), scene.offset + end.start())


def _unknown(scene: Scene, r: Printed) -> OutcomeMention | None:
    found = unknown_outcome(scene.reading, scene.sentence, scene.cut, head_place(scene, r))
    if found is None or (r.measure_start is not None and _HOW_MEASURED.fullmatch(found.text)):
        return None
    # An arm's name is what the number is of, and not what was measured.
    return None if any(m.start <= found.start and found.end <= m.end for m in scene.sides) else found


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


#: What people did is an outcome of its own, though it has no name: "those on X walked 40 m further".
_OWN_DEED = Sieved(
    r"\b(?:walked|slept|drank|ate|smoked|worked|exercised|needed|required|requested|used|took|visited|attended|returned|travel+ed|spent|gained|lost|weighed|scored|cost|vomited|"
    r"coughed|fell\s(?:asleep|at\sleast)|returned|enrolled|adhered|complied|screened|tested|voided|consumed|opted|switched|crossed\sover)\b",
    re.IGNORECASE,
)


def _carried(scene: Scene) -> OutcomeMention | None:
    """The outcome spoken of last; of a sentence that tells of a deed of its own none."""
    if not scene.last_outcomes or _OWN_DEED.search(scene.plain) is not None:
        return None
    return scene.last_outcomes[-1]


def head_place(scene: Scene, r: Printed) -> int:
    """Where the words that a number belongs to end: before its bracket, or before itself."""
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
        listed = trailing_list(scene, before)
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


_PAIRED = re.compile(r"\s?(?:%|[A-Za-z]{1,8})?\s?(?:versus|vs\.?|v\.?|compared (?:with|to))\s")
_NEXT_PAIR = re.compile(r"[\s)\]]*(?:,|;)?\s?(?:and\s)?[\s(\[]*")


def _respective_pairs(scene: Scene, kept: list[Printed]) -> dict[int, OutcomeMention]:
    """ "A and B (12% vs 8% and 5% vs 7%, respectively)": as many pairs as outcomes in the list before them."""
    values = [i for i, r in enumerate(kept) if r.kind is not K.P and r.measure is None]
    pairs: list[tuple[int, int]] = []
    for a, b in pairwise(values):
        if pairs and pairs[-1][1] == a:
            continue
        if _PAIRED.fullmatch(scene.plain, kept[a].end, kept[b].start):
            pairs.append((a, b))
    if len(pairs) < 2 or not RESPECTIVELY.search(scene.plain, kept[pairs[-1][1]].end, kept[pairs[-1][1]].end + 30):
        return {}
    if not all(_NEXT_PAIR.fullmatch(scene.plain, kept[x[1]].end, kept[y[0]].start) for x, y in pairwise(pairs)):
        return {}
    first = scene.offset + kept[pairs[0][0]].start
    listed = trailing_list(scene, [m for m in scene.outcomes if m.end <= first and scene.outside_brackets(m.start)])
    if len(listed) != len(pairs):
        return {}
    return {i: m for pair, m in zip(pairs, listed, strict=True) for i in pair}


def trailing_list(scene: Scene, mentions: list[OutcomeMention]) -> list[OutcomeMention]:
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
    place = scene.offset + head_place(scene, r)
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
        rf"[)\]]?\s*(?:of\s)?(?:the\s)?{PEOPLE}\s+(?:showed|had|experienced|responded|were alive|died|relapsed)", tail
    ):
        return False
    return (
        re.match(
            rf"[)\]]?\s*(?:of\s(?:the\s|all\s)?)?(?:{PEOPLE})?[\s,]*(?:\([^)]*\)\s)?(?:experienced|remained|saw|showed|showing|had|responded|achieved|developed|were|reported|died|survived|relapsed|improved|reached|with|sensitivity|specificity)\b",
            tail,
            re.IGNORECASE,
        )
        is not None
    )


def _taken_between(scene: Scene, kept: list[Printed], r: Printed, mention: OutcomeMention) -> bool:
    return any(o is not r and r.end <= o.start < mention.start - scene.offset and o.kind is not K.P for o in kept)


def times_of(scene: Scene, kept: list[Printed], outcomes: list[OutcomeMention | None]) -> list[TimeMention | None]:
    """The time of each result; None where the sentence gives none for it."""
    times = scene.times
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
        if len(run) > 1 and len(before) == len(run) and not inside and len(trailing_list(scene, outcomes)) != len(run):
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
