"""Comparatives of a change: "the reduction in pain was greater" tells of less pain, "less improvement" of a worse outcome.

Such a sentence has two words of direction, one for the change and one for how great it is; a reader who takes either alone has the wrong side.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from nlp.grammar.sieve import Sieved
from nlp.said import Cue, CueMention

#: What a change does to the value, or to its merit; a bare "change" does not say.
_NOUNS: tuple[tuple[Cue, str], ...] = (
    (Cue.DOWN, r"reductions?|decreases?|declines?|drops?|fall|loss(?:es)?|lowering"),
    (Cue.UP, r"increases?|rises?|gains?|elevations?|increments?|growth"),
    (Cue.BETTER, r"improvements?|recovery|ameliorations?"),
    (Cue.WORSE, r"worsening|deteriorations?|impairments?|progression"),
    (Cue.DIFFERENT, r"changes?"),
)
_VERBS: tuple[tuple[Cue, str], ...] = (
    (Cue.DOWN, r"reduced|decreased|declined|fell|dropped|lowered|diminished"),
    (Cue.UP, r"increased|rose|gained"),
    (Cue.BETTER, r"improved|recovered|resolved|healed|subsided"),
    (Cue.WORSE, r"worsened|deteriorated|progressed"),
)
_DEGREE = r"(?:\s(?:pronounced|marked|rapid|steep|substantial|extensive|prominent|evident))?"
_MORE = rf"greater|larger|bigger|higher|more{_DEGREE}|faster|steeper|stronger|increas(?:ed|es|ing)|enhanc(?:ed|es|ing)|accelerat(?:ed|es|ing)|superior|better|quicker|augmented"
_LESS = (
    rf"smaller|less(?:er)?{_DEGREE}|lower(?:ed|s|ing)?|slow(?:er|ed|s|ing)|reduc(?:ed|es|ing)|fewer|attenuat(?:ed|es|ing)|blunt(?:ed|s|ing)|diminish(?:ed|es|ing)|"
    r"weaker|poorer|inferior|prevent(?:ed|s|ing)|limit(?:ed|s|ing)|minimi[sz](?:ed|es|ing)|delay(?:ed|s|ing)|suppress(?:ed|es|ing)|halt(?:ed|s|ing)|"
    r"abolish(?:ed|es|ing)|revers(?:ed|es|ing)|inhibit(?:ed|s|ing)|decreas(?:ed|es|ing)|mitigat(?:ed|es|ing)|counteract(?:ed|s|ing)"
)
_ANY_NOUN = "|".join(words for _, words in _NOUNS)
_NO_STOP = r"(?!(?:and|or|than|in|with|of|the|to|was|were|but|for|by|at|on|from|who|that|as)\b)"
#: "a greater mean reduction", "prevented the increase", "a lower rate of decline".
_BEFORE = Sieved(
    rf"\b(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\s(?:(?:the|an?|any|further)\s)?(?:(?:rates?|degrees?|amounts?|magnitudes?|risks?)\sof\s(?:the\s|an?\s)?)?"
    rf"(?:{_NO_STOP}[\w-]+\s){{0,3}}?(?P<noun>{_ANY_NOUN})\b(?!-)",
    re.IGNORECASE,
)
#: "… was significantly greater", "… were smaller".
_PREDICATE = Sieved(
    rf"\s(?:was|were|is|are|appeared|seemed|being)\s(?:(?:\w+ly|also|much|even|somewhat|statistically)\s){{0,3}}(?:(?P<more>{_MORE})|(?P<less>{_LESS}))\b",
    re.IGNORECASE,
)
#: "decreased more", "improved significantly less"; "fell less than 2 points" is a size.
_ADVERB = Sieved(
    rf"\b(?P<noun>{'|'.join(words for _, words in _VERBS)})\s(?:(?:\w+ly|even|much)\s){{0,2}}"
    r"(?:(?P<more>more(?!\sslow)(?:\s(?:rapidly|quickly|steeply))?|faster|sooner|earlier|quicker|further|to an? (?:\w+ly )?(?:greater|larger|higher) (?:extent|degree))|(?P<less>less|more slowly|slower|later|to an? (?:\w+ly )?(?:lesser|smaller|lower) (?:extent|degree)))\b"
    r"(?!\sthan\s(?:\d|one\b|two\b|half\b|the\s\d))",
    re.IGNORECASE,
)
_CHANGED = rf"{'|'.join(words for _, words in _VERBS)}|remitted|cleared|avoided|averted|missed|(?:not|never)\s(?:reached|achieved|attained|met)"
_FEW = r"(?:an?\s)?(?:(?:\w+ly|far|much|many)\s)?(?:(?P<more>more(?!\sthan\s(?:\d|half|one|two|a\s))|(?:larger|higher|greater)\s(?:proportions?|percentages?|numbers?|shares?|fractions?))|(?P<less>fewer|less|(?:smaller|lower)\s(?:proportions?|percentages?|numbers?|shares?|fractions?)))"
#: "improved in fewer patients", "worsened in a smaller proportion": of how many it is told, which turns what is told of them.
_IN_FEWER = Sieved(rf"\b(?P<noun>{_CHANGED})\s(?:\w+ly\s)?(?:in|among|for)\s{_FEW}\b", re.IGNORECASE)
#: "Fewer patients on the drug improved", "had worsening pain".
_FEWER_DID = Sieved(
    rf"\b{_FEW}\s(?:of\s)?(?:the\s)?(?:patients|participants|people|women|men|children|adults|infants|subjects|eyes|individuals|those)\s"
    rf"(?:(?!(?:and|but|or|whose|who|which|that|while|with|because|died|was|were|had|did)\s)[\w-]+\s|with\s(?!(?:{_CHANGED})\b)){{0,8}}?"
    rf"(?:(?:had|showed|experienced|reported|suffered)\s(?:an?\s|any\s)?(?:\w+ly\s)?(?P<noun>worsening|worsened|deteriorating|deterioration|improved|improvements?|progression)|(?P<verb>{_CHANGED}))\b",
    re.IGNORECASE,
)
#: "worsened in 12% with …", "healed in a median of 30 days with …".
_OF_SHARES = re.compile(
    rf"\b(?P<verb>{'|'.join(words for _, words in _VERBS)})\s(?:\w+ly\s)?(?:in|for|after|within)\s(?:(?:an?|the|only|about|median|mean|average|of)\s){{0,4}}\(?$",
    re.IGNORECASE,
)
#: A slope is that of a loss, so the less steep one is the better, unless it is named after what is gained.
_LESS_STEEP, _STEEPER = r"less\ssteep|shallower|flatter", r"steeper|more\ssteep"
_STEEP = Sieved(
    rf"\bslopes?\b[^,;:.()]{{0,50}}?\s(?:was|were)\s(?:\w+ly\s)?(?:(?P<less>{_LESS_STEEP})|(?P<more>{_STEEPER}))\b"
    rf"|\b(?:(?P<flat>{_LESS_STEEP})|(?P<steep>{_STEEPER}))\s(?:[\w-]+\s){{0,2}}slopes?\b(?:\sof\s\w+)?",
    re.IGNORECASE,
)
_ONWARD = re.compile(r"improvement|recovery|gain|learning|growth|increase|rise", re.IGNORECASE)
#: "less effective at reducing pain": what it was to do is no finding.
_EFFECTIVE = Sieved(
    r"\b(?:more|less)\s(?:effective|efficacious|potent|successful)(?:ly)?\b(?:\s(?:than|compared (?:with|to))\s[^.;:,]{2,50}?)?\s(?:at|in|for|to)\s(?P<aim>(?:reduc|decreas|lower|improv|increas|reliev|prevent|control|alleviat|rais|enhanc|suppress|inhibit)\w*)",
    re.IGNORECASE,
)
#: A change as the head of a subject: "reduction in", "decline of"; also right before its verb, "pain reduction was".
_HEAD = re.compile(rf"\b(?P<noun>{_ANY_NOUN})\b(?!-)(?=\s(?:\w+\s)?(?:in|of|from|on|for|with)\b|\s?$)", re.IGNORECASE)
_PARTED = re.compile(r"[;:.]|\b(?:but|while|whereas|although|however|that|which|and\s(?:was|were|had|did))\b", re.IGNORECASE)
_LONGEST_SUBJECT = 140
_KIND = {
    **{re.compile(words, re.IGNORECASE): cue for cue, words in _NOUNS},
    **{re.compile(words, re.IGNORECASE): cue for cue, words in _VERBS},
    re.compile(r"remitted|cleared|improved", re.IGNORECASE): Cue.BETTER,
    re.compile(r"deteriorating", re.IGNORECASE): Cue.WORSE,
    # What of something bad is good, and of something good is bad: less of it.
    re.compile(r"avoided|averted|missed|(?:not|never)\s\w+", re.IGNORECASE): Cue.DOWN,
}
OPPOSITE = {Cue.DOWN: Cue.UP, Cue.UP: Cue.DOWN, Cue.BETTER: Cue.WORSE, Cue.WORSE: Cue.BETTER, Cue.DIFFERENT: Cue.DIFFERENT}
#: Cues that may say how great a change is.
SIZES = (Cue.UP, Cue.DOWN)
_MERIT = re.compile(r"better|superior|inferior|poorer", re.IGNORECASE)
DIRECTED = (Cue.UP, Cue.DOWN, Cue.BETTER, Cue.WORSE)


def _kind(word: str) -> Cue:
    return next(cue for pattern, cue in _KIND.items() if pattern.fullmatch(word))


def change_head(words: str) -> tuple[Cue, int, int] | None:
    """The change that the end of these words has for its subject, and where it stands.

    >>> change_head("The mean reduction in systolic blood pressure")
    (<Cue.DOWN: 'down'>, 9, 18)
    """
    begin = max(0, len(words) - _LONGEST_SUBJECT)
    begin = max([begin, *(m.end() for m in _PARTED.finditer(words, begin))])
    head = _HEAD.search(words, begin)
    return (_kind(head["noun"]), head.start("noun"), head.end("noun")) if head else None


def verb_of_shares(words: str) -> Cue | None:
    """What the verb at the end of these words says of those whom the number behind them counts.

    >>> verb_of_shares("Pain worsened in "), verb_of_shares("Pain was reported in ")
    (<Cue.WORSE: 'worse'>, None)
    """
    m = _OF_SHARES.search(words, max(0, len(words) - 60))
    return _kind(m["verb"]) if m else None


def composed(found: list[CueMention], words: str) -> list[CueMention]:
    """The cues, those of a change and of how great it is taken together."""
    for m in _EFFECTIVE.finditer(words):
        found = [c for c in found if not _meets(c, m.span("aim"))]
    for m in _BEFORE.finditer(words):
        found = _joined(found, m, _kind(m["noun"]), m.span("noun"), m.span())
    for m in _IN_FEWER.finditer(words):
        found = _joined(found, m, _kind(m["noun"]), m.span("noun"), m.span(), counted=True)
    for m in _FEWER_DID.finditer(words):
        told = "noun" if m["noun"] else "verb"
        found = _joined(found, m, _kind(m[told]), m.span(told), m.span(), counted=True)
    for m in _ADVERB.finditer(words):
        found = _joined(found, m, _kind(m["noun"]), m.span("noun"), m.span())
    for m in _PREDICATE.finditer(words):
        head = change_head(words[: m.start()])
        if head is not None:
            place = m.span("more" if m["more"] else "less")
            found = _joined(found, m, head[0], head[1:], place)
    for m in _STEEP.finditer(words):
        found = _steep(found, m)
    return found


def _steep(found: list[CueMention], m: re.Match[str]) -> list[CueMention]:
    """The cues with a slope's steepness as a merit; as they were where it is one of a change that has its own."""
    told = next(name for name in ("less", "flat", "more", "steep") if m[name])
    place = m.span(told)
    own = [c for c in found if _meets(c, place)]
    if _ONWARD.search(m[0]) or any(c.cue not in DIRECTED or c.noun is not None for c in own):
        return found
    cue = Cue.BETTER if told in ("less", "flat") else Cue.WORSE
    left = [c for c in found if c not in own]
    left.insert(bisect_left([c.start for c in left], place[0]), CueMention(cue, *place, comparative=True))
    return left


def _joined(
    found: list[CueMention], m: re.Match[str], kind: Cue, noun: tuple[int, int], place: tuple[int, int], *, counted: bool = False
) -> list[CueMention]:
    """The cues with one in place of those for the change and its size; as they were where either is denied or read otherwise.

    `counted`: of how many it is told, whatever was denied of them ("not reached in fewer").
    """
    own = [c for c in found if _meets(c, place) or _meets(c, noun)]
    denied = counted and m[0].lower().startswith(("not", "never"))
    replaced = (*DIRECTED, Cue.DIFFERENT, Cue.NULL) if denied else (*DIRECTED, Cue.DIFFERENT)
    if not own or any(c.cue not in replaced or c.noun is not None for c in own):
        return found
    size = m.span("more" if m["more"] else "less")
    if kind is Cue.DIFFERENT and _MERIT.fullmatch(m["more"] or m["less"]):
        return found
    alone = next((c for c in own if _meets(c, size)), own[0])
    cue = kind if m["more"] else OPPOSITE[kind]
    significant = True if any(c.significant for c in own) else None
    one = CueMention(cue, *place, comparative=True, significant=significant, noun=noun, alone=alone)
    left = [c for c in found if c not in own]
    left.insert(bisect_left([c.start for c in left], one.start), one)
    return left


def _meets(cue: CueMention, place: tuple[int, int]) -> bool:
    return cue.start < place[1] and place[0] < cue.end
