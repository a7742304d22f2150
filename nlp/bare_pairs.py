"""Bare numbers that are results because two of them are set side by side: against each other, for two arms, or in a list told "respectively"."""

from __future__ import annotations

import re

from nlp.grammar.atom import AtomKind
from nlp.grammar.results import Printed
from nlp.scene import Scene

K = AtomKind

_UNIT = (
    r"(?:\s?(?:mm\s?Hg|mm3?|cm|kg|[mgsLhUd]|points?|sec|mins?|seconds|min(?:utes)?|hours?|days?|weeks?|months?|years?|m[lL]|letters|percent|"
    r"degrees?(?:\s[CF])?|dB|dioptres|diopters|cases?|episodes|relapses|events|patients|eyes|medications|[a-zA-Zμµ%]{1,6}\s?/\s?[a-zA-Zμµ0-9]{1,6}(?:\s?\(\s?\d\s?\))?)(?![\w]))?"
)
_BRACKET = r"(?:\s?[(\[](?![^()\[\]]*\b[nN]\s?=)[^()\[\]]{1,34}[)\]]){0,2}"
_VERSUS = r"(?:versus|vs\.?|v\.?|(?:as\s)?compared (?:with|to)|as opposed to|relative to|and only)"
#: What `_AGAINST` cannot do without.
_RIVAL = re.compile(rf"{_VERSUS}\s")
_ONLY = r"(?:(?:only|an?|of|the|mean|median|just|by|in|at|to)\s){0,3}"
#: "4.5 (1.2) mm in this one versus 2.9 mm", "17.6 points (1 SD: 15 points) compared with 7.0".
_AGAINST = re.compile(
    rf"{_UNIT}(?:\s[A-Za-z][\w-]*){{0,4}}{_BRACKET}{_UNIT}(?:\s[\w\s/-]{{0,40}}?)?\s?,?\s?{_VERSUS}\s{_ONLY}(?:(?:that|those)\sof\s)?(?:[A-Za-z][\w\s-]{{0,28}}\s)?"
)
#: "8.0 mm Hg in the X group and 8.4 mm Hg in the Y group".
_PARALLEL = re.compile(
    rf"{_UNIT}{_BRACKET}{_UNIT}\s(?P<word>in|for|with|among|on|after|under)\s[^;.()]{{2,60}}?\s?(?:,|and|,\s?and|;|{_VERSUS})\s{_ONLY}(?:(?:was|were)\s)?"
)
_ARM_BEHIND = re.compile(rf"{_UNIT}{_BRACKET}{_UNIT}\s(?P<word>in|for|with|among|on|after|under)\s")
#: "0.77 and 0.79, respectively".
_LISTED = re.compile(rf"{_UNIT}{_BRACKET}{_UNIT}\s?(?:,|and|,\s?and)\s{_ONLY}")
_RESPECTIVELY = re.compile(r"[^;.]{0,110}?\brespectively\b", re.IGNORECASE)
_P_SOON = re.compile(r"[^()]{0,50}?[,;(]\s?p\s?[<>=]", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:improved|increased|decreased|declined|fell|rose|gained|lost|dropped|reduced)\s(?:by\s)?(?:an?\s|mean\s|average\s|of\s)*$",
    re.IGNORECASE,
)
#: Who was studied, what they were given and for how long: no results, however they are set side by side.
_NOT_MEASURED = re.compile(
    r"\b(?:follow(?:ed|-?\s?up)|aged?|ages|randomi[sz]\w+|enrol\w+|assign\w+|allocat\w+|recruit\w+|(?<!-)doses?|dosage|received|given|eligible|includ\w+|consist\w+|[nN]\s?=|screened|excluded|"
    r"divided|grade|stage|weigh\w+|power|between(?!\s(?:the\s)?(?:two\s|three\s|study\s|treatment\s)?(?:groups?|arms?|treatments?))|aged)\b[^;.]{0,60}$",
    re.IGNORECASE,
)
_PEOPLE_NEXT = re.compile(
    r"\s(?:patients?|participants?|subjects?|children|women|men|people|eyes|individuals|studies|trials|articles)\b"
)


_OVER = re.compile(r"/\d")


def in_pair(scene: Scene, r: Printed) -> bool:
    """Whether a bare number stands side by side with another one that reports the same."""
    if r.kind is not K.NUMBER or r.unit in ("year", "years"):
        return False
    near = [o for o in scene.printed if o.kind is K.NUMBER and o.measure is None and 0 < abs(o.anchor - r.anchor) < _FARTHEST]
    before = [o for o in near if o.anchor < r.anchor][-_MOST_BETWEEN:]
    after = [o for o in near if o.anchor > r.anchor][:_MOST_BETWEEN]
    return any(_side_by_side(scene, r, o) for o in after) or any(_side_by_side(scene, o, r) for o in reversed(before))


#: So far apart, and with so many numbers between them, two are side by side no more.
_FARTHEST, _MOST_BETWEEN = 180, 8


def _side_by_side(scene: Scene, left: Printed, right: Printed) -> bool:
    if right.start - left.end > 120:
        return False
    plain = scene.plain
    if any(plain[o.start - 1 : o.start] == "/" or _OVER.match(plain[o.end : o.end + 2]) for o in (left, right)):
        return False  # "146/79": two numbers in one
    # Most gaps are told from each other at a look; to read what stands before the two is dearer.
    return _set_together(scene, left, right) and not _NOT_MEASURED.search(plain, max(0, left.start - 90), left.start)


def _set_together(scene: Scene, left: Printed, right: Printed) -> bool:
    plain = scene.plain
    rival = _RIVAL.search(plain, left.end, right.start)
    against = _AGAINST.fullmatch(plain, left.end, right.start) if rival else None
    people = _PEOPLE_NEXT.match(plain, left.end) or _PEOPLE_NEXT.match(plain, right.end)
    listed = None if people else _LISTED.fullmatch(plain, left.end, right.start)
    if listed is not None and (against is None or not _told(scene, left, right)):
        return _RESPECTIVELY.match(plain, right.end) is not None
    parallel = None if people else _PARALLEL.fullmatch(plain, left.end, right.start)
    if parallel is not None and against is None:
        behind = _ARM_BEHIND.match(plain, right.end)
        if behind is None or parallel["word"] != behind["word"]:
            return False
    return (against is not None or parallel is not None) and _told(scene, left, right)


def _told(scene: Scene, left: Printed, right: Printed) -> bool:
    """Whether anything says that the two numbers report something: an outcome, a p value, a verb of change."""
    told = bool(scene.outcomes or scene.last_outcomes or left.p or right.p or _P_SOON.match(scene.plain, right.end))
    return told or _CHANGED.search(scene.plain, max(0, left.start - 40), left.start) is not None
