"""Which way a finding points: by its words, by its numbers, and how sure either is."""

from __future__ import annotations

import re

from crawler.quick_init import replace
from nlp.changes import change_head, verb_of_shares
from nlp.claim import DIFFERENCES, RATIOS, Better, Direction, Effect, Group, Kind, Measure, Outcome
from nlp.counted import more_is_better, ratio_of
from nlp.cues import Cue, CueMention, cues
from nlp.effects import Linked
from nlp.findings import Finding, named_by_change
from nlp.frames import window
from nlp.grammar.sieve import Sieved
from nlp.numerators import is_of_comparator, log_of_rates, of_comparator_by_rates
from nlp.pace import dates, is_awaited, is_time, turns
from nlp.reading import Side
from nlp.worded import is_event

OTHER_SIDE = {
    Direction.FAVOURS_INTERVENTION: Direction.FAVOURS_COMPARATOR,
    Direction.FAVOURS_COMPARATOR: Direction.FAVOURS_INTERVENTION,
}
_WAY = {Cue.UP: 1, Cue.DOWN: -1, Cue.PRESENT: 1}
_MERIT = {Cue.BETTER: 1, Cue.WORSE: -1}
#: What stands between a change and the sizes of it; without it they may be levels.
_AMOUNTS = re.compile(r"\b(?:was|were|is|are|averaged|amounted|reached|of)\b", re.IGNORECASE)
_HAPPENED = re.compile(r"\b(?:occurred|developed|arose|happened)\b", re.IGNORECASE)
#: Units in which it is told when something happened, and not in how many.
_TIMES = frozenset(
    {"s", "min", "h", "d", "minutes", "hours", "days", "weeks", "months", "years", "day", "week", "month", "year", "hour"}
)
#: What came back is there from then on.
_CAME_BACK = re.compile(
    r"\b(?:returned|regained|recovered|restored|resumed|re-?established|back)\s(?:(?:\w+ly|much|even)\s)*$", re.IGNORECASE
)
#: Whom the subject is set against; and whom a word names only to leave them out: "but not placebo".
_RIVAL = re.compile(
    r"\b(?:compared (?:with|to|against)|in comparison (?:with|to)|versus|vs\.?|than|against|relative to|unlike|over|as(?=\s(?:in|with|among|on|for|those|that|after)\b)|(?:superior|inferior|preferable) to|outperform(?:s|ed)|surpass(?:es|ed)|exceeded|bettered)\s(?:(?:the|those|that|in|with|of|for|on|an?|after|by|among|who|were|was|patients|participants|subjects|children|women|men|people|treated|receiving|received|given|assigned|randomi[sz]ed|to|taking|had|did)\s)*$",
    re.IGNORECASE,
)
#: "Outperformed by placebo": it is the one behind that did so.
_OUTDONE = re.compile(r"(?:outperformed|surpassed|exceeded|bettered)\sby\s(?:the\s)?", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:but not|and not|not)\s(?:(?:with|in|by|for|after|on|the)\s)*$", re.IGNORECASE)
_INSIDE = re.compile(
    r"^[^,;]{0,60}\b(?:in|with|among|for|after|on|under|by|without|omitting|avoiding|withholding|(?:omission|avoidance|absence)\sof)\s"
    r"(?:(?:the|any|patients|participants|subjects|women|men|children|infants|people|adults|eyes|those|who|were|had|been|receiv(?:ed|ing)|given|treated|assigned|randomi[sz]ed|allocated|to|with|on|taking|took|underwent|undergoing)\s)*$"
)
_SO_MANY = re.compile(r"\s(?:in|among)\s(?:about\s|only\s)?\d")
_FAVOUR = re.compile(r"favou?r", re.IGNORECASE)


def between(
    f: Finding, outcome: Outcome, effects: list[tuple[int, Effect]], point: Direction | None, significant: bool | None
) -> tuple[Direction | None, int | None]:
    """The direction of a comparison, and +1 or -1 where the words say that the value is higher or lower with the treatment.

    `point` is the side on which the printed contrast lies, if there is one. A difference whose side nobody tells is unclear.
    """
    cue = f.cue.cue if f.cue is not None else None
    if cue is Cue.NULL or (cue is Cue.TREND and not (significant and point)):
        return Direction.NO_DIFFERENCE, None
    if significant is False and not (f.cue and f.cue.significant):
        return Direction.NO_DIFFERENCE, None
    rates = [e for _, e in effects]
    sized = _by_sizes(f, rates, outcome)
    if sized is not None:
        return sized, None
    by_words = _by_words(f, outcome)
    if by_words is not None and point is OTHER_SIDE[by_words[0]] and point is by_shares(f, outcome):
        return point, None  # Rates and contrast outweigh a word: "20% and 7% died, a protective effect (OR 0.33)".
    contrast = any(e.group is Group.DIFFERENCE and e.estimate is not None for e in rates)
    by_numbers = point or _by_rates(rates, outcome)
    if by_words is not None and not (cue is Cue.PRESENT and by_numbers is not None):
        return by_words
    if by_numbers is not None and (significant or cue is Cue.DIFFERENT or contrast):
        return by_numbers, None
    if f.cue is None and not contrast and not any(on_the_mark(e) for e in rates):
        return None, None
    return Direction.UNCLEAR, None


def _by_sizes(f: Finding, effects: list[Effect], outcome: Outcome) -> Direction | None:
    """ "The mean decline was 1.2 with A and 0.3 with B": both arms changed, and the sizes of the changes tell the side."""
    own, other = _rate(effects, Group.INTERVENTION), _rate(effects, Group.COMPARATOR)
    if own is None or other is None or own == other or min(own, other) < 0 or (f.cue is not None and f.cue.comparative):
        return None
    words = f.scene.cut.masked[: min(x.printed.start for _, x in f.linked)]
    more = 1 if own > other else -1
    shared = verb_of_shares(words)
    if shared is not None:
        sooner = -1 if next((e.unit for e in effects if e.unit), "%") in _TIMES else 1
        way = sooner * more
        return _favours(way * _MERIT[shared]) if shared in _MERIT else _turned_by(way * _WAY[shared], outcome)
    head = change_head(words)
    if (
        head is None
        or not (_AMOUNTS.search(words, head[2]) or (head[0] in _MERIT and _HAPPENED.search(words, head[2])))
        or head[0] is Cue.DIFFERENT
        or named_by_change(f.scene, head[1:], f.mention.start, f.mention.end)
    ):
        return None
    if head[0] in _MERIT:
        return _favours(more * _MERIT[head[0]])
    return _turned_by(more * _WAY[head[0]], outcome)


def by_shares(f: Finding, outcome: Outcome) -> Direction | None:
    """The side on which the arms' own shares lie, if each has one and the outcome has a better side."""
    own = log_of_rates(f.scene, [x for _, x in f.linked])
    return None if own is None or outcome.better is None else _favours((1 if own > 0 else -1) * _polarity(outcome))


def _turned_by(way: int, outcome: Outcome) -> Direction | None:
    return _favours(way * _polarity(outcome)) if outcome.better is not None else None


def _by_words(f: Finding, outcome: Outcome) -> tuple[Direction, int | None] | None:
    if f.cue is None or not (f.cue.cue in _WAY or f.cue.cue in _MERIT):
        return None
    if not f.linked and not f.cue.comparative and _SO_MANY.match(f.scene.plain, f.cue.end):
        return None  # "Pain worsened in 12% and 30%": how many did tells, and not that some did.
    flip = -1 if subject_is_comparator(f) else 1
    if f.cue.cue in _MERIT:
        merit = _MERIT[f.cue.cue] * flip
        sign = merit * _polarity(outcome) if outcome.better else None
        return _favours(merit), sign
    sign = _way(f, f.cue, outcome) * flip
    if outcome.better is None or not sign:
        return None
    return _favours(sign * _polarity(outcome)), sign


def _way(f: Finding, cue: CueMention, outcome: Outcome) -> int:
    """Whether the outcome's value went up (1) or down (-1): "faster" is less of a time, and a longer recovery a later one.

    0 where it cannot be told: a peak pressure that came later is not lower.
    """
    word = f.scene.plain[cue.start : cue.end]
    if cue.noun is not None:
        return _WAY[cue.cue]
    if dates(word) and not is_time(outcome.text):
        entry = f.mention.entry
        if entry is not None and outcome.better is Better.LOWER and is_awaited(entry.label):
            return -_WAY[cue.cue]  # "Return of bowel function" is told in hours.
        back = _CAME_BACK.search(f.scene.plain, max(0, cue.start - 40), cue.start) is not None
        if not back and not is_event(f.mention):
            return 0
    return -_WAY[cue.cue] if turns(word, outcome.text) else _WAY[cue.cue]


def subject_is_comparator(f: Finding) -> bool:
    """ "higher in controls than in the MSC group", "decreased in the control group": the cue speaks of the other side."""
    scene = f.scene
    if f.cue is None:
        return False
    start, end = window(f)
    sides = [
        m
        for m in scene.sides_in(start, end, Side.INTERVENTION, Side.COMPARATOR)
        if scene.outside_brackets(m.start) and not _DENIED.search(scene.between(start, m.start))
    ]
    if (by := _OUTDONE.match(scene.plain, f.cue.start)) is not None:
        return any(m.start == scene.offset + by.end() and m.side is Side.COMPARATOR for m in sides)
    rival = next((m for m in sides if _RIVAL.search(scene.between(max(start, m.start - 60), m.start))), None)
    if rival is not None:
        rest = {m.side for m in sides if m is not rival}
        return rival.side is Side.INTERVENTION and Side.INTERVENTION not in rest
    after = [m for m in sides if m.start >= scene.offset + f.cue.end]
    before = [m for m in sides if m.end <= scene.offset + f.cue.start]
    if after and after[0].side is Side.COMPARATOR:
        lead = scene.between(scene.offset + f.cue.end, after[0].start)
        favoured = _FAVOUR.match(scene.plain, f.cue.start) is not None and not lead.strip(" the")
        in_controls = _INSIDE.search(lead) is not None and all(m.side is Side.COMPARATOR for m in before)
        return favoured or in_controls
    return bool(before) and not after and before[-1].side is Side.COMPARATOR and len(before) == 1


def before_after(f: Finding, outcome: Outcome, effects: list[Effect]) -> Direction | None:
    """Which way the value went; None where nothing says so."""
    cue = f.cue.cue if f.cue is not None else None
    changed = next((e for e in effects if e.kind is Kind.PRE_POST and e.estimate is not None), None)
    if cue in (Cue.NULL, Cue.TREND):
        return Direction.NO_DIFFERENCE
    if f.cue is not None and cue in _WAY and (way := _way(f, f.cue, outcome)):
        return Direction.INCREASE if way > 0 else Direction.DECREASE
    if cue in _MERIT:
        if outcome.better is None:
            return Direction.INCREASE if _MERIT[cue] > 0 else Direction.DECREASE
        return Direction.INCREASE if _MERIT[cue] * _polarity(outcome) > 0 else Direction.DECREASE
    if changed is not None and changed.estimate:
        return Direction.INCREASE if changed.estimate > 0 else Direction.DECREASE
    return None


def said_significant(f: Finding, direction: Direction) -> bool | None:
    """Whether the words call it significant; None where they do not say."""
    if direction is Direction.NO_DIFFERENCE:
        return False if f.cue is not None and not re.search(r"\bthis (?:effect|trend) was not\b", f.scene.plain) else None
    return f.cue.significant if f.cue is not None else None


_NOT_SIGNIFICANT = Sieved(r"\bp\s?=\s?n\.?s\b|\b(?:NS|n\.s\.)(?=[\s,;)\]])", re.IGNORECASE)


def printed_null(f: Finding) -> bool:
    """Whether "P = NS" stands in the clause of the finding."""
    start, end = window(f)
    return _NOT_SIGNIFICANT.possible(f.scene.plain) and _NOT_SIGNIFICANT.pattern.search(f.scene.between(start, end)) is not None


def _polarity(outcome: Outcome) -> int:
    return 1 if outcome.better is Better.HIGHER else -1


def _favours(merit: int) -> Direction:
    return Direction.FAVOURS_INTERVENTION if merit > 0 else Direction.FAVOURS_COMPARATOR


def is_significant(effect: Effect | None) -> bool | None:
    """Whether interval or p exclude "no difference"; None where neither is printed, or the p value is the mark itself."""
    if effect is None:
        return None
    if effect.ci_low is not None and effect.ci_high is not None:
        null = 1.0 if effect.measure in RATIOS else 0.0
        outside = effect.ci_low > null or effect.ci_high < null
        impossible = effect.measure in RATIOS and effect.ci_low <= 0
        if not impossible and (outside or effect.p_value is None):
            return outside
    if effect.p_value is None or on_the_mark(effect):
        return None
    if effect.p_operator in (">", ">="):
        return False if effect.p_value >= 0.05 else None
    return effect.p_value < 0.05 or (effect.p_value <= 0.05 and effect.p_operator in ("<", "<="))


def on_the_mark(effect: Effect) -> bool:
    """Whether "P = .05" is printed, which may be rounded from either side: what the authors call it decides, and nothing else can."""
    return effect.p_value == 0.05 and effect.p_operator in (None, "=")


def point_direction(effect: Effect | None, outcome: Outcome, stated: str = "") -> Direction | None:
    """The side on which the printed estimate lies, whatever p says. `stated`: what the text says that a ratio is of."""
    if effect is None or effect.estimate is None or effect.measure is Measure.OTHER:
        return None
    better = more_is_better(effect, outcome, stated)
    if better is None:
        return None
    linear = (
        effect.measure in DIFFERENCES
        or (effect.measure in RATIOS and (effect.estimate <= 0 or (effect.ci_low or 1) <= 0))
        or effect.measure is Measure.MEAN_CHANGE
    )
    null = 0.0 if linear else 1.0
    if effect.estimate == null:
        return None
    if effect.unit == "%" and effect.measure in RATIOS:
        return _favours(1 if better else -1)
    if effect.measure is Measure.SMD and effect.ci_low is None:
        return None
    return _favours(1 if (effect.estimate > null) is better else -1)


def is_contrast(x: Linked) -> bool:
    """Whether it is a number between two arms, and no bare p value."""
    return x.effect.group is Group.DIFFERENCE and x.effect.estimate is not None


def lies_on(f: Finding, outcome: Outcome) -> Direction | None:
    """The side on which the finding's contrast lies. Where the words turn the number round or tell what it is the size of, they are believed.

    "Pain was higher with placebo (difference 1.2)", "the difference was 1.2 in favour of the treatment", "a reduction of 1.2".
    """
    contrast = next((x for _, x in f.linked if is_contrast(x)), None)
    if contrast is None:
        told = _by_words(replace(f, cue=f.denied), outcome) if f.denied is not None else None
        return told[0] if told else None
    point = point_direction(contrast.effect, outcome, ratio_of(f.scene, contrast))
    if point is not None and told_of_comparator(f, outcome, contrast):
        point = OTHER_SIDE[point]
    if of_comparator_by_rates(f.scene, outcome, (x for _, x in f.linked), contrast) is not None:
        return point
    told = _by_words(f, outcome)
    if told is None or told[0] is point or f.cue is None or f.cue.cue is Cue.PRESENT:
        return point
    if point is None:
        # A risk ratio beside a survival may count either those who lived or those who died: only the words tell.
        return told[0] if contrast.effect.measure in RATIOS and outcome.better is not None else None
    if subject_is_comparator(f) or _FAVOUR.match(f.scene.plain, f.cue.start):
        return told[0]
    sized = f.cue.noun is not None and (contrast.effect.estimate or 0) > 0 and contrast.effect.measure not in RATIOS
    return None if sized else point


def told_of_comparator(f: Finding, outcome: Outcome, x: Linked) -> bool:
    """Whether a contrast is of the comparator against the treatment: by the arms' rates, by what is said of the comparator, or by its own words.

    "40 of 200 with placebo and 22 of 200 with belcorin (RR 1.82)"; "Pain was higher with placebo (difference 1.2)"; "HR for placebo versus belcorin 1.8".
    """
    by_rates = of_comparator_by_rates(f.scene, outcome, (y for _, y in f.linked), x)
    if by_rates is not None:
        return by_rates
    by_sentence = _goes_with_comparator(_as_shaded(f, x), outcome, x)
    return is_of_comparator(f.scene, x) if by_sentence is None else by_sentence


def shown_of_comparator(f: Finding, outcome: Outcome, x: Linked) -> bool:
    """Whether rates or a printed order show it; a sentence about the comparator alone does not, and leaves open what its number is of."""
    by_rates = of_comparator_by_rates(f.scene, outcome, (y for _, y in f.linked), x)
    return is_of_comparator(f.scene, x) and told_of_comparator(f, outcome, x) if by_rates is None else by_rates


def _goes_with_comparator(f: Finding, outcome: Outcome, x: Linked) -> bool | None:
    """Whether a sentence about the comparator and its contrast go one way; None where it is about another, or does not say."""
    if f.cue is None or f.cue.cue not in _COMPARED or not subject_is_comparator(f):
        return None
    sign = _sign_by_words(f, outcome, x)
    return None if sign is None else sign != _own_sign(x.effect)


def stated_sign(f: Finding, outcome: Outcome, x: Linked) -> int | None:
    """On which side of nothing a contrast lies by the words, its number being the treatment's: +1 above, -1 below, None where they do not say."""
    said = _as_shaded(f, x)
    return _sign_by_words(said, outcome, x) if said.cue is not None and said.cue.cue in _COMPARED else None


#: What takes the weight from a word of direction, and leaves it its side.
_SHADE = re.compile(
    r"\b(?:numerically|non-?significant(?:ly)?|slight(?:ly)?|marginal(?:ly)?|borderline|tend(?:ed|s)?\sto|trends?\stowards?)\b",
    re.IGNORECASE,
)


def _as_shaded(f: Finding, x: Linked) -> Finding:
    """A null by its word of direction, where one is taken back or shaded: "did not differ, but was numerically higher with placebo"."""
    if f.denied is not None:
        return replace(f, cue=f.denied)
    if f.cue is None or f.cue.cue not in (Cue.NULL, Cue.TREND):
        return f
    words, end = f.scene.cut.masked, x.printed.start
    shades = list(_SHADE.finditer(words, f.cue.start, max(end, f.cue.start)))
    if not shades:
        return f
    plain = _SHADE.sub(lambda m: " " * len(m[0]), words)
    ways = [c for c in cues(plain) if c.cue in _COMPARED and shades[0].start() <= c.start < end]
    return replace(f, cue=ways[0]) if len(ways) == 1 else f


_COMPARED = (Cue.UP, Cue.DOWN, Cue.BETTER, Cue.WORSE)


def _own_sign(effect: Effect) -> int:
    return 1 if (effect.estimate or 0.0) > (1.0 if effect.measure in RATIOS else 0.0) else -1


def _sign_by_words(f: Finding, outcome: Outcome, x: Linked) -> int | None:
    told, better = _by_words(f, outcome), more_is_better(x.effect, outcome, ratio_of(f.scene, x))
    if told is not None and better is not None and point_direction(x.effect, outcome, ratio_of(f.scene, x)) is not None:
        return 1 if (told[0] is Direction.FAVOURS_INTERVENTION) is better else -1
    if outcome.better is not None or f.cue is None or f.cue.cue not in _WAY or f.cue.noun is not None:
        return None
    # Of an outcome without a better side the value's own way is told all the same.
    return (_way(f, f.cue, outcome) * (-1 if subject_is_comparator(f) else 1)) or None


def _rate(effects: list[Effect], group: Group) -> float | None:
    return next((e.estimate for e in effects if e.group is group and e.estimate is not None), None)


def _by_rates(effects: list[Effect], outcome: Outcome) -> Direction | None:
    own, other = _rate(effects, Group.INTERVENTION), _rate(effects, Group.COMPARATOR)
    if own is None or other is None or own == other or outcome.better is None:
        return None
    return _favours((1 if own > other else -1) * _polarity(outcome))
