"""What is said of which outcome, and when: the cue that speaks of it, and the numbers that were printed for it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.quick_init import quick_init, replace
from nlp.changes import DIRECTED, OPPOSITE, SIZES, change_head
from nlp.claim import Effect, Group, Timepoint
from nlp.cues import Cue, CueMention, cues
from nlp.domain import ConceptKind
from nlp.effects import Linked
from nlp.grammar.sieve import Sieved
from nlp.outcomes import unknown_outcome
from nlp.reading import OutcomeMention, Side
from nlp.scene import Scene
from nlp.turners import is_counted
from nlp.words import normal_name, normal_word

#: One person's story is no finding of the study.
_CASE = re.compile(r"\s*(?:an?|another|one) (?:patient|participant|subject|woman|man|child|case)\b", re.IGNORECASE)
#: What only says again what the number before it means.
_GLOSS = re.compile(r"[\s,]*(?:indicating|suggesting|meaning|which (?:indicates|suggests|means))\b", re.IGNORECASE)

_ONE_SIDE = (Side.INTERVENTION, Side.COMPARATOR)
#: Words for the arms that set them against each other; the others ("both groups") take them together.
AMONG = re.compile(r"(?:between|across|among)\b|group difference", re.IGNORECASE)

#: An effect with its place among the document's effects.
Owned = tuple[int, Linked]


@quick_init
@dataclass(frozen=True, slots=True)
class Finding:
    """A cue and the outcomes that it speaks of, before who and against whom."""

    scene: Scene
    cue: CueMention | None
    mention: OutcomeMention
    time: Timepoint | None
    linked: tuple[Owned, ...]
    place: int
    #: The cue that this one takes back: "pain was lower, but the difference was not significant".
    denied: CueMention | None = None

    @property
    def effects(self) -> list[tuple[int, Effect]]:
        """Its effects, each with its place among the document's."""
        return [(i, x.effect) for i, x in self.linked]

    @property
    def directed(self) -> bool:
        """Whether its words tell a way."""
        return self.cue is not None and self.cue.cue in DIRECTED

    @property
    def compares(self) -> bool:
        """Whether its words set one against another: "higher", not "rose"."""
        return self.cue is not None and self.cue.comparative


def findings_in(scene: Scene, mine: list[Owned]) -> list[Finding]:
    """Every finding of a sentence."""
    if _CASE.match(scene.plain) and not mine:
        return []
    said = cues(scene.cut.masked)
    found: list[Finding] = []
    used: set[int] = set()
    for mention in _spoken_of(scene, said):
        if _GLOSS.match(_clause_words(scene, mention)):
            continue
        cue = _cue_for(scene, said, mention)
        if cue is not None and _of_the_start(scene, cue):
            continue
        own = [x for x in mine if x[1].mention is not None and x[1].mention == mention]
        if cue is None and not own:
            continue
        used.update(i for i, _ in own)
        found.extend(_by_time(scene, cue, mention, own))
    for i, x in mine:
        spoken = x.mention
        if i not in used and spoken is not None:
            same = [y for y in mine if y[1].mention == spoken and y[0] not in used]
            used.update(j for j, _ in same)
            place = scene.offset + x.printed.start
            found.extend(_by_time(scene, _cue_at(scene, said, place), spoken, same))
    return _taken_back(scene, found, _understood(scene, said, found))


#: The state before anything was done; "than at baseline" and "from … at baseline" tell of a change.
_START = Sieved(
    r"(?<!from )(?<!with )(?<!to )(?<!versus )(?<!vs )(?<!than )(?<!than at )(?<!over )\b(?:at (?:the )?(?:baseline|outset|start of the)|at (?:study )?(?:entry|enrol\w+|inclusion|admission)|"
    r"before (?:randomi[sz]ation|the intervention|education|treatment|surgery)|(?:baseline|demographic) (?:characteristics?|demographics?|features|data|variables|clinical))\b",
    re.IGNORECASE,
)


def _of_the_start(scene: Scene, cue: CueMention) -> bool:
    """ "The groups were similar at baseline": what the arms began with is no finding."""
    if not (cue.comparative or cue.cue in (Cue.NULL, Cue.DIFFERENT)) or not _START.possible(scene.plain):
        return False
    clause = scene.cut.clauses[scene.cut.clause_of(cue.start)]
    told = _START.pattern.search(scene.cut.masked, clause.start, clause.end)
    return (
        told is not None
        and re.search(r"\b(?:from|than|after|follow-?up|chang\w+)\b", scene.cut.masked[clause.start : clause.end]) is None
    )


def _taken_back(scene: Scene, found: list[Finding], understood: list[Finding]) -> list[Finding]:
    """A null that speaks of a side told before it, of the same people at the same time, stands in that finding's place."""
    for null in understood:
        clause = scene.cut.clauses[scene.cut.clause_of(null.place - scene.offset)]
        start, end = scene.offset + clause.start, scene.offset + clause.end
        told = [f for f in found if f.mention == null.mention and f.directed]
        between = bool(scene.sides_in(start, end, Side.BOTH))
        earlier = [
            f
            for f in told
            if f.time == null.time and scene.offset <= f.place < start and (f.compares if between else not _of_both(f))
        ]
        if null.cue is None or null.cue.cue is not Cue.NULL or not earlier or scene.sides_in(start, end, *_ONE_SIDE):
            found = [*found, null]
            continue
        found = [replace(f, cue=null.cue, denied=f.cue) if f in earlier else f for f in found]
    return found


def _of_both(f: Finding) -> bool:
    """Whether it tells of a change in all arms alike."""
    clause = f.scene.cut.clauses[f.scene.cut.clause_of(f.cue.start)] if f.cue is not None else f.scene.cut.clauses[0]
    sides = f.scene.sides_in(f.scene.offset + clause.start, f.scene.offset + clause.end, Side.BOTH)
    return any(not AMONG.match(m.text) for m in sides)


def _understood(scene: Scene, said: list[CueMention], found: list[Finding]) -> list[Finding]:
    """Clauses that name no outcome and speak of the one before: "…, but this effect was not sustained at 12 months"."""
    extra: list[Finding] = []
    for c in said:
        number = scene.cut.clause_of(c.start)
        clause = scene.cut.clauses[number]
        own = [m for m in scene.outcomes if clause.start <= m.start - scene.offset < clause.end and scene.outside_brackets(m.start)]
        if own or number == 0 or c.cue in (Cue.TREND, Cue.LIKEWISE, Cue.ABSENT) or not _elliptic(scene, clause.start, c):
            continue
        before = [m for m in scene.outcomes if m.end <= scene.offset + c.start and scene.outside_brackets(m.start)]
        if before and _GLOSS.match(_clause_words(scene, before[-1])):
            continue
        same = [m for m in before if before and scene.clause(m.start) == scene.clause(before[-1].start)] or scene.last_outcomes[-1:]
        for m in same if not any(f.cue == c for f in found) else []:
            times = [
                Timepoint(t.text, round(t.days, 3))
                for t in scene.times
                if scene.clause(t.start) == number and scene.outside_brackets(t.start)
            ]
            inherited = next((f.time for f in found if f.mention == m), None)
            extra.append(Finding(scene, c, m, times[0] if times else inherited, (), scene.offset + c.start))
    return extra


def _clause_words(scene: Scene, mention: OutcomeMention) -> str:
    if not scene.sentence.start <= mention.start < scene.sentence.end:
        return ""
    clause = scene.cut.clauses[scene.clause(mention.start)]
    return scene.plain[clause.start : clause.end]


def _spoken_of(scene: Scene, said: list[CueMention]) -> list[OutcomeMention]:
    """The outcomes of the open text; for a clause that has a cue and none of its own, the phrase that the cue speaks of."""
    open_text = [m for m in scene.outcomes if scene.outside_brackets(m.start)]
    found = list(open_text)
    for c in said:
        if c.cue in (Cue.TREND, Cue.LIKEWISE, Cue.DIFFERENT):
            continue
        clause = scene.cut.clauses[scene.cut.clause_of(c.start)]
        inside = [m for m in found if clause.start <= m.start - scene.offset < clause.end]
        telling = c.significant is not None or c.comparative
        if not inside and telling and not _elliptic(scene, clause.start, c):
            phrase = unknown_outcome(scene.reading, scene.sentence, scene.cut, c.start) if c.cue is not Cue.ABSENT else None
            if phrase is not None and _is_outcome_like(scene, phrase):
                found.append(phrase)
    return sorted(found, key=lambda m: m.start)


def _elliptic(scene: Scene, start: int, c: CueMention) -> bool:
    """ "…, but this effect was not sustained", "and did not change in controls": the subject stands in the clause before."""
    head = scene.cut.masked[start : c.start]
    return (
        re.fullmatch(
            r"[\s,;:]*(?:(?:as well|but|and|although|though|however|while|with|this|these|the|there|effects?|trends?|differences?|reductions?|increases?|changes?|between|the groups|groups|it|they|was|were|did|not|results?|improvements?|both|also|then|had|which|that)\b[\s,]*)*",
            head,
            re.IGNORECASE,
        )
        is not None
    )


def _cue_for(scene: Scene, said: list[CueMention], mention: OutcomeMention) -> CueMention | None:
    return _cue_at(scene, said, mention.start, mention.end)


def _cue_at(scene: Scene, said: list[CueMention], place: int, end: int | None = None) -> CueMention | None:
    """The cue of the clause; else the last before it in the sentence (a list that one verb governs), else the next."""
    start = place - scene.offset
    stop = (end or place) - scene.offset
    outside = [c for c in said if not (start <= c.start and c.end <= stop) and not (end and _which(scene, c, start, stop))]
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
    if chosen is not None and end is not None:
        left_out = _LEFT_OUT.search(scene.plain, max(0, start - 40), start)
        if left_out is not None and chosen.cue in DIRECTED and not any(c.cue is Cue.NULL for c in here):
            return CueMention(Cue.NULL, left_out.start(), left_out.end(), significant=False)
        chosen = _sized(scene, chosen, place, end)
    if chosen is not None and chosen.cue is Cue.LIKEWISE:
        earlier = [c for c in said if c.start < chosen.start and c.cue is not Cue.LIKEWISE]
        return earlier[-1] if earlier else None
    return chosen


_GETTING_WORSE = re.compile(r"(?:worsening|deteriorating|worsened|impaired)$", re.IGNORECASE)


def _which(scene: Scene, c: CueMention, start: int, stop: int) -> bool:
    """ "Worsening heart failure was seen in": the word only says which heart failure is counted."""
    before = c.cue is Cue.WORSE and c.end + 1 == start and _GETTING_WORSE.match(scene.plain, c.start, c.end) is not None
    return before and is_counted(scene.plain, stop, len(scene.plain))


_LEFT_OUT = re.compile(r"\b(?:but|and)\snot\s(?:(?:in|on|for|the|of)\s){0,2}(?:[\w-]+\s)?$", re.IGNORECASE)


def _sized(scene: Scene, c: CueMention, place: int, end: int) -> CueMention:
    """A word of size with the change that this outcome has: none of its own in "weight loss", another's in "greater pain relief and mobility"."""
    if c.noun is not None and c.alone is not None:
        start = c.noun[0] + scene.offset
        others = any(m.end <= place and m.start <= start <= m.end + 1 for m in scene.outcomes)
        if not others and not named_by_change(scene, c.noun, place, end):
            return c
        c = c.alone
    own = change_head(scene.plain[max(0, place - scene.offset) : end - scene.offset]) if c.comparative and c.cue in SIZES else None
    if own is None or named_by_change(scene, (own[1] + place - scene.offset, own[2] + place - scene.offset), place, end):
        return c
    return replace(c, cue=own[0] if c.cue is Cue.UP else OPPOSITE[own[0]])


def named_by_change(scene: Scene, noun: tuple[int, int], place: int, end: int) -> bool:
    """Whether the change stands in the outcome's own name: "weight loss was greater", but not "pain reduction was greater"."""
    start, stop = noun[0] + scene.offset, noun[1] + scene.offset
    mention = next((m for m in scene.outcomes if m.start <= start and stop <= m.end and m.start <= place < m.end), None)
    if mention is None:
        return place <= start and stop <= end
    word = normal_word(scene.plain[noun[0] : noun[1]])
    return mention.entry is None or any(word in normal_name(name).split() for name in mention.entry.names)


def _by_time(scene: Scene, cue: CueMention | None, mention: OutcomeMention, own: list[Owned]) -> list[Finding]:
    """One finding for each time: those of its effects, else those that the clause names."""
    place = mention.start
    if own:
        times = list(dict.fromkeys(x.effect.timepoint for _, x in own))
        shared = [(t, tuple(x for x in own if x[1].effect.timepoint == t)) for t in times]
        return [Finding(scene, cue or _cue_of_contrast(scene, mine, mention), mention, t, mine, place) for t, mine in shared]
    named = _clause_times(scene, cue, mention)
    return [Finding(scene, cue, mention, t, (), place) for t in (named or [None])]


def _cue_of_contrast(scene: Scene, own: tuple[Owned, ...], mention: OutcomeMention) -> CueMention | None:
    """The cue where the contrast is printed, when the outcome was named in an earlier clause.

    Where it stands in the outcome's own name ("significant weight loss was seen"), that outcome is there, and nothing more is said.
    """
    places = [x.printed.start for _, x in own if x.effect.group is Group.DIFFERENCE]
    cue = _cue_at(scene, cues(scene.cut.masked), scene.offset + places[0]) if places else None
    if cue is not None and _which(scene, cue, mention.start - scene.offset, mention.end - scene.offset):
        return None
    if cue is not None and named_by_change(scene, (cue.start, cue.end), mention.start, mention.end):
        return replace(cue, cue=Cue.PRESENT, comparative=False)
    return cue


def _clause_times(scene: Scene, cue: CueMention | None, mention: OutcomeMention) -> list[Timepoint | None]:
    anchor = scene.offset + cue.start if cue else mention.start
    clause = scene.clause(anchor)
    open_times = [t for t in scene.times if scene.outside_brackets(t.start)]
    here = [t for t in open_times if scene.clause(t.start) in (clause, scene.clause(mention.start))]
    chosen = (
        here or [t for t in open_times if t.end <= anchor][-1:] or (open_times if len({t.days for t in open_times}) == 1 else [])
    )
    firsts = [t for t in chosen if t.list_start == chosen[0].list_start] if chosen else []
    return [Timepoint(t.text, round(t.days, 3)) for t in firsts]


def _list_or_colon(scene: Scene, left: int, right: int) -> bool:
    return re.search(r"[;:.]", scene.cut.masked[left:right]) is None


def _strongest(here: list[CueMention], place: int) -> CueMention | None:
    """A null or a trend in the clause outweighs its words of direction; of several the nearest."""
    if not here:
        return None
    nulls = [c for c in here if c.cue in (Cue.NULL, Cue.TREND, Cue.ABSENT)]
    pool = nulls or [c for c in here if c.cue is not Cue.PRESENT] or here
    return min(pool, key=lambda c: min(abs(c.start - place), abs(c.end - place)))


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
