"""What only the sentence around an atom tells: a length of time that is a result, a percent sign that stands for the numbers before it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.quick_init import replace
from nlp.grammar.atom import Atom, AtomKind

_DURATION_BEFORE = re.compile(
    r"\b(?:survival|times?|durations?|stay|progression|latency|delay|TTP|PFS|OS|DFS|RFS|time-to-\w+|hospitali[sz]ation|remission)\b(?:\s?\([^()]{1,24}\))?[^.;:]{0,60}?(?:\b(?:was|were|of|averaged|is|being|reached|from|by|to|lasted|took)\s|[(\[]\s?)\s*(?:median,?\s|from\s|only\s|a\s|an\s|estimated\s|median\s|mean\s|about\s|approximately\s|extended\s|prolonged\s)*$",
    re.IGNORECASE,
)
_NO_DURATION = re.compile(
    r"\bfollow|\b(?:at|after|within|over|during|for|every)\s+(?:an?\s)?(?:median\s|mean\s)?$|\b(?:age|dose|onset of|survivals?\sat|rate)\b",
    re.IGNORECASE,
)
_SECOND_DURATION = re.compile(
    r"(?:\b(?:and|versus|vs\.?|v|compared (?:with|to)|than|to|was|were|only|and only|against)|,|\()\s*(?:an?\s|median\s|mean\s|of\s|in\s|increase\s|decrease\s|reduction\s|gain\s)*$",
    re.IGNORECASE,
)
_LENGTHENED = re.compile(
    r"\b(?:increased|decreased|reduced|shortened|prolonged|delayed|lengthened|extended)\sby\s(?:an?\s|median\s|mean\s|average\s|of\s|about\s)*$"
)
#: "6.9 versus 7.8 months": what is set against another number is a result.
_RIVAL_NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?\s(?:versus|vs\.?|v\.?)\s$")
_RIVAL_AHEAD = re.compile(r"\s(?:versus|vs\.?|v\.?)\s\d")
_LISTED_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def as_results(sentence: str, found: list[Atom]) -> list[Atom]:
    """Durations that are results ("median survival was 9.5 months") as numbers with a unit; "75 and 67%" as two percentages."""
    out: list[Atom] = []
    last: Atom | None = None
    for atom in found:
        if atom.kind is AtomKind.TIME and _is_duration(sentence, atom, last):
            out.extend(_durations(atom))
            last = atom
        else:
            out.append(atom)
    return _shared_percents(sentence, out)


def _is_duration(sentence: str, atom: Atom, last: Atom | None) -> bool:
    if not atom.text[:1].isdigit():
        return _is_reached(sentence, atom)
    head = sentence[max(0, atom.start - 110) : atom.start]
    if _RIVAL_AHEAD.match(sentence, atom.end) and not _NO_DURATION.search(head[-60:]):
        return True
    rival = _RIVAL_NUMBER.search(head)
    if rival is not None and not _NO_DURATION.search(head[rival.start() - 30 if rival.start() > 30 else 0 : rival.start()]):
        return True
    if last is not None and not _NO_DURATION.search(head[-24:]):
        gap = sentence[last.end : atom.start]
        if ";" not in gap and len(gap) < 110 and _SECOND_DURATION.search(gap) is not None:
            return True
    if _LENGTHENED.search(head):
        return True
    said = _DURATION_BEFORE.search(head)
    return said is not None and _NO_DURATION.search(head[said.start() :]) is None


#: "by week 12 in the one arm and by week 24 in the other": when it was reached is the result.
_REACHED = re.compile(
    r"\b(?:by|at|in)\s(?:day|week|month|year)\s\d+\sin\s(?:the\s)?[^;.,()\d]{2,60}?,?\s(?:and|versus|vs\.?|compared (?:with|to)|but)\s(?:by|at|in)\s(?:day|week|month|year)\s\d+\sin\s"
)


def _is_reached(sentence: str, atom: Atom) -> bool:
    return any(m.start() < atom.start and atom.end < m.end() for m in _REACHED.finditer(sentence))


def _durations(atom: Atom) -> Iterator[Atom]:
    numbers = list(_LISTED_NUMBER.finditer(atom.text))
    unit = re.search(r"[A-Za-z]+\s*$|^[A-Za-z]+", atom.text)
    for place, m in enumerate(numbers):
        end = atom.end if place == len(numbers) - 1 else atom.start + m.end()
        yield Atom(
            AtomKind.NUMBER, atom.start + m.start(), end, atom.text[m.start() : end - atom.start], value=float(m[0]),
            unit=unit[0].strip() if unit else None, printed=(("estimate", m[0]),),
        )  # fmt: skip


_PERCENT_GAP = re.compile(r"\s?(?:and|versus|vs\.?|v\.?|or|to|compared (?:with|to))\s?")
#: "6.2, 9.5, and 3.1%": three and more, of which the last has the sign.
_PERCENT_LIST = re.compile(
    r"(?<![\w.,])(?:\d{1,2}(?:\.\d+)?,\s){2,6}(?:and\s)?\d{1,2}(?:\.\d+)?\s?(?:%|percent\b)|(?<![\w.,])(?:\d{1,2}(?:\.\d+)?,\s){1,6}\d{1,2}(?:\.\d+)?,?\sand\s\d{1,2}(?:\.\d+)?\s?(?:%|percent\b)"
)
#: What a list of percentages cannot do without.
_NUMBER_COMMA = re.compile(r",(?<=\d,)\s(?:and\s)?\d")


def _shared_percents(sentence: str, found: list[Atom]) -> list[Atom]:
    out = list(found)
    listed = ("%" in sentence or "percent" in sentence) and _NUMBER_COMMA.search(sentence)
    lists = [m.span() for m in _PERCENT_LIST.finditer(sentence)] if listed else []
    for i in range(len(out) - 1, 0, -1):
        a, b = out[i - 1], out[i]
        if a.kind is not AtomKind.NUMBER or a.unit or b.kind is not AtomKind.PERCENT:
            continue
        shared = _PERCENT_GAP.fullmatch(sentence, a.end, b.start) or any(s <= a.start and b.end <= e for s, e in lists)
        if a.value is not None and 0 <= a.value <= 100 and shared:
            out[i - 1] = replace(a, kind=AtomKind.PERCENT, percent=True, unit="%")
    return out
