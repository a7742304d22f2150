"""The words for an outcome beyond a pack's name: the whole noun phrase around it, the phrase before a bracket, the predicate behind a share."""

from __future__ import annotations

import re

from nlp.grammar.atom import AtomKind
from nlp.grammar.needs import folded
from nlp.grammar.results import Printed
from nlp.grammar.sentences import Span
from nlp.outcomes import named_outcome, stops_left
from nlp.phrases import PEOPLE, phrase_before
from nlp.reading import OutcomeMention, Side
from nlp.scene import Scene

K = AtomKind

#: Nouns that say how something is counted or how it went, and belong to its name: "incidence of", "mean decrease in".
_HEAD = (
    r"(?:incidences?|rates?|probabilit(?:y|ies)|proportions?|percentages?|reductions?|changes?|decreases?|increases?|improvements?|numbers?|frequenc(?:y|ies)|risks?|prevalence|"
    r"durations?|times?|scores?|severity|freedom|presence|levels?|concentrations?|occurrence|amount|degree|recurrence|odds|loss|gain|decline|episodes|estimate|likelihood|rise|fall|cases)"
)
_HEAD_BEFORE = re.compile(
    rf"(?:\b(?:[\w-]+\s){{0,3}}?{_HEAD}\s(?:\([^()]{{1,12}}\)\s)?(?:of|in|from|for|to|with)\s(?:baseline\s(?:in|of)?\s?)?(?:the\s|an?\s|any\s|at least one\s|patients with\s|patients who had\s)*)$",
    re.IGNORECASE,
)
#: The last words of _HEAD_BEFORE.
_HEAD_LAST = ("of", "in", "from", "for", "to", "with", "baseline", "the", "a", "an", "any", "one", "had")
_LIMIT = re.compile(
    r"(?:\s(?:reductions?|decreases?|increases?|control|changes?|ranges?|values?|scores?|rates?|levels?))?\s(?:(?:of|between|above|below|over|under|by)\s)?(?:(?:less|greater|more|lower|higher) than(?: or equal to)?\s|at least\s|[<>≤≥=]{1,2}\s?|> or =\s?)?"
    r"\d[\d.]*\s?(?:mm\s?Hg|%|mm|points?|lines?|m|cm|kg)?(?:\s(?:or (?:less|more|greater|lower|higher|better|worse)|and \d[\d.]*\s?(?:mm\s?Hg|%|mm|points?)))?"
)


#: "Remained stable" names a state by its verb; the outcome is the state.
_STATE_VERB = re.compile(r"(?:remain(?:ed|ing|s)?|became|being|stayed)\s(?=\w)", re.IGNORECASE)


_BOUNDED = re.compile(r"less|more|least|lower|higher|greater|<|>|≤|≥|=|between")


def described(scene: Scene, mention: OutcomeMention, r: Printed) -> str:
    """The whole noun phrase of a mention: "incidence of transient hypotony", "mean decrease in IOP", "IOP of 21 mmHg or less".

    A contrast's outcome goes without "incidence of": that is what the ratio is of.
    """
    start, end = mention.start - scene.offset, mention.end - scene.offset
    if not 0 <= start < end <= len(scene.plain):
        return mention.text
    state = _STATE_VERB.match(scene.plain, start, end)
    start = state.end() if state else _widened(scene, start)
    head = _head_before(scene.plain, start) if r.measure is None else None
    if head and not _crosses_arm(scene, head.start(), start):
        start = _after_stops(scene.plain, head.start(), start, keep=head.end() - head.start())
    limit = _LIMIT.match(scene.plain, end)
    if limit and _BOUNDED.search(limit[0]):
        end = limit.end()
    return scene.sentence.text[start:end].strip()


def _head_before(plain: str, start: int) -> re.Match[str] | None:
    """The noun that counts what follows, with its "of"; looked for only behind a word that can end it."""
    first = max(0, start - 80)
    return _HEAD_BEFORE.search(plain, first, start) if folded(plain[first:start].rstrip()).endswith(_HEAD_LAST) else None


#: A word that may be a verb, at the end of what stands before a name.
_VERB_LAST, _LONGEST_VERB = re.compile(r"(\w+(?:ed|ing|es))\s?$"), 40


_DIGIT = re.compile(r"\d")


_ARTICLE = re.compile(r"(?:the|an?|no|any)\s", re.IGNORECASE)


def _widened(scene: Scene, start: int) -> int:
    """Where the modifiers before a name begin: back to the last word that no name holds."""
    if start < 2 or scene.plain[start - 1] != " " or _ARTICLE.match(scene.plain[start:]):
        return start
    found = phrase_before(scene.plain, start - 1)
    verb = _VERB_LAST.search(scene.plain, max(0, start - _LONGEST_VERB), start)
    if verb is not None and verb[1] not in ("combined", "sustained", "fasting", "walking"):
        return start
    if found is None or _crosses_arm(scene, found.start, start) or _DIGIT.search(scene.plain[found.start : start]):
        return start
    return found.start


_HEAD_WORD = re.compile(_HEAD + r"\s", re.IGNORECASE)


def _after_stops(plain: str, low: int, high: int, keep: int) -> int:
    """Within "… was the overall rate of", the phrase begins behind "the"."""
    head = _HEAD_WORD.search(plain[low:high])
    place = low + head.start() if head else high - keep
    stops = stops_left(plain, low, place)
    begin = max([low, *stops])
    while begin < place and plain[begin] == " ":
        begin += 1
    return begin


def _crosses_arm(scene: Scene, start: int, end: int) -> bool:
    a, b = scene.offset + start, scene.offset + end
    return any(m.start < b and a < m.end for m in scene.sides if m.side is not Side.BASELINE)


_LEAD = re.compile(
    r"(?:,|;|:|\band|\bor|\bmore|\bfewer|\bless|\bhigher|\blower|\bgreater|\bincluding|\bincluded|\bwere)\s*(?:the\s|an?\s)?$",
    re.IGNORECASE,
)
#: Words that end no noun phrase.
_NO_NOUN = re.compile(rf"(?:ly|er|est|ent|ant|ed|ive|al|ble|ar|common|better|worse|both|each|all|{PEOPLE})$", re.IGNORECASE)


_PLAIN_PHRASE = re.compile(r"[A-Za-z][\w /-]{3,60}")


_IN_BEFORE = re.compile(r"\bin\s*(?:the\s|an?\s)?$")


_LONG_WORD = re.compile(r"[A-Za-z]{4}")


def before_bracket(scene: Scene, r: Printed, others: list[OutcomeMention]) -> OutcomeMention | None:
    """ "strabismus (16% and 19%), uveitis (14% and 11%)": the phrase right before the number's bracket, where no pack knows it."""
    bracket = scene.cut.bracket_of(r.start)
    if (
        bracket is None
        or (r.measure is not None and not _one_of_many(scene, r))
        or r.kind is K.P
        or _LONG_WORD.search(scene.plain[bracket.start : r.start])
        or not others
    ):
        return None
    end = len(scene.plain[: bracket.start].rstrip())
    window = max(0, end - 70)
    stops = stops_left(scene.plain, window, end)
    start = max([window, *stops])
    while start < end and scene.plain[start] == " ":
        start += 1
    phrase = scene.plain[start:end]
    if not _PLAIN_PHRASE.fullmatch(phrase) or _crosses_arm(scene, start, end) or _DIGIT.search(phrase):
        return None
    lead = scene.plain[max(0, start - 14) : start]
    a, b = scene.offset + start, scene.offset + end
    if not _LEAD.search(lead) or _IN_BEFORE.search(lead) or any(m.start < b and a < m.end for m in others):
        return None
    if scene.reading.concepts_in(a, b) or _NO_NOUN.search(phrase):
        return None
    return named_outcome(scene.reading, a, b)


def _one_of_many(scene: Scene, r: Printed) -> bool:
    """Whether another bracket of the sentence prints the same measure: "foot checks (OR …), dietary advice (OR …)"."""
    brackets = {scene.cut.bracket_of(o.start) for o in scene.printed if o.measure is r.measure}
    return len(brackets - {None}) > 1


_LIGHT = r"(?:achieved|achieving|had|have|showed|demonstrated|developed|experienced|reported|reporting|suffered(?: from)?|exhibited|obtained|reached|met|required|needed|requested|used|underwent|had undergone|did not)"
_FULL = r"(?:completed|successfully completed|converted to|failed|responded|died|survived|relapsed|improved|remained|discontinued|recovered|withdrew|dropped out|were \w+|was \w+|lost|gained|stopped|progressed|healed)"
_VERB = re.compile(rf"\b(?:(?P<light>{_LIGHT})|(?P<full>{_FULL}))\b", re.IGNORECASE)
_ANY_VERB = re.compile(
    r"\b(?:was|were|is|are|had|occurred|showed|reduced|lowered|achieved|decreased|increased|improved|seen|found|obtained|observed|reported|averaged|resulted)\b",
    re.IGNORECASE,
)
_OBJECT_END = re.compile(
    r"\s(?:compared|versus|vs\.?|while|whereas|than|but|after|at (?:\d|the end|month|week|last)|by (?:week|day|month|\d)|within|during|in the|with no|respectively|on the|over)\b|[,;:(]|\.\s?$|\.\s(?=[A-Z])",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"[)\]]?\s*(?:\([^()]*\)\s)?(?:of\s(?:the\s|all\s|these\s)?(?:\d[\d,]*\s)?)?(?:[\w-]+\s)?(?:{PEOPLE}|receiving|treated|in|assigned|of|with|on|achieved|had)\b",
    re.IGNORECASE,
)


_PREPOSITION_BEFORE = re.compile(r"\b(?:in|by|for|from|than|with)\s*\(?$")


_ANY_ARTICLE = re.compile(r"\s*(?:an?\s|the\s|any\s|some\s)?")


def predicate(scene: Scene, r: Printed) -> Span | None:
    """What the people of a share did: "84% of patients on X and 60% on Y achieved complete success"; offsets in the sentence."""
    if (
        r.measure is not None
        or r.has_interval
        or r.kind in (K.P, K.PLUS_MINUS)
        or not (r.percent or r.events is not None or r.kind is not K.NUMBER)
    ):
        return None
    clause = scene.cut.clauses[scene.cut.clause_of(r.anchor)]
    lead = scene.cut.masked[clause.start : r.anchor]
    if _ANY_VERB.search(lead) or not _SHARE.match(scene.plain, r.end) or _PREPOSITION_BEFORE.search(lead):
        return None
    verb = _VERB.search(scene.cut.masked, r.end)
    if verb is None or verb.start() - r.end > 170 or ";" in scene.plain[r.end : verb.start()]:
        return None
    start = verb.end() if verb["light"] else verb.start()
    end_at = _OBJECT_END.search(scene.cut.masked, verb.end())
    end = end_at.start() if end_at else len(scene.plain.rstrip(" ."))
    end = _before_whom(scene, start, end)
    words = _ANY_ARTICLE.match(scene.plain[start:end])
    start += words.end() if words else 0
    return Span(start, end) if 3 <= end - start <= 90 else None


#: What leads to those who did something: "improved with zilturon", "healed in the control group".
_WITH_WHOM = re.compile(r"(?:\s(?:and|only))*\s(?:with|on|under|in|among|receiving|taking|given)\s(?:the\s|an?\s)?$", re.IGNORECASE)


def _before_whom(scene: Scene, start: int, end: int) -> int:
    """Where what was done ends: before the arm that did it."""
    for m in scene.sides:
        led = _WITH_WHOM.search(scene.plain, start, m.start - scene.offset) if start < m.start - scene.offset < end else None
        if led is not None:
            return led.start()
    return end


def predicate_outcome(scene: Scene, r: Printed) -> OutcomeMention | None:
    """The pack's outcome in a share's predicate, else the predicate's own words."""
    span = predicate(scene, r)
    if span is None:
        return None
    a, b = scene.offset + span.start, scene.offset + span.end
    known = [m for m in scene.outcomes if m.start < b and a < m.end]
    if known:
        return known[0]
    return named_outcome(scene.reading, a, b)
