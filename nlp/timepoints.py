"""Times that results are given for: what they say, how long that is, and which durations are none (treatment, age, follow-up)."""

from __future__ import annotations

import re

from nlp.grammar.atom import Atom, AtomKind
from nlp.grammar.number import number_value
from nlp.reading import Sentence, TimeMention

#: Days in a unit; month and year as the Julian year divides.
DAYS = {
    "hour": 1 / 24,
    "hr": 1 / 24,
    "day": 1.0,
    "d": 1.0,
    "week": 7.0,
    "wk": 7.0,
    "w": 7.0,
    "month": 30.44,
    "mo": 30.44,
    "m": 30.44,
    "year": 365.25,
    "yr": 365.25,
}

_UNIT = re.compile(r"(hour|hr|day|week|wk|month|mo|year|yr)s?\b|\b([DWM])(?=[\s-]?\d)", re.IGNORECASE)
_WORDS = re.compile(
    r"\b(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[-\s](?:one|two|three|four|five|six|seven|eight|nine))?\b|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)\b|\d+(?:\.\d+)?",
    re.IGNORECASE,
)
#: What stands before a duration that is no time of measurement.
_LENGTH_BEFORE = re.compile(
    r"(?:\b(?:every|per|each|for(?: at least| up to| more than| about)?|lasting|lasted|duration of|aged?|history of|older than|followed(?:-up| up)? for|follow-?up (?:of|was|period of|time of|duration of)|(?:mean|median) (?:of|time|follow-?up)[\w\s]{0,14}|survival (?:of|was)|twice|thrice|once|times|daily for|last|past|previous|prior|less than|more than|stay (?:of|was)|(?:start|onset|begin)\w* (?:of|at|in)|infusions?,?|doses?,?|interval of|intervals?)|\bof)\s*$",
    re.IGNORECASE,
)
_LONGEST_BEFORE = 80
_LENGTH_AFTER = re.compile(
    r"^[\s-]*(?:old\b|of age\b|intervals?\b|history\b|duration\b|or (?:older|younger)\b|(?:survival|mortality) benefit\b|before (?:the )?(?:randomi|inclusion|enrol|surgery|transplant)|prior to\b|(?:of )?(?:treatment|therapy)\b(?! (?:was|group|arm))|apart\b|trial\b|(?:double|open|single|phase|randomi))",
    re.IGNORECASE,
)
_ONSET = re.compile(
    r"^\s*(?:after|of|from|post)[\s-]+(?:the )?(?:symptom |stroke |disease |injury |infarct(?:ion)? )?(?:onset|reperfusion|injury|diagnosis)\b",
    re.IGNORECASE,
)


def times(sentence: Sentence, atoms: list[Atom]) -> list[TimeMention]:
    """The times of measurement in a sentence, in document offsets. "At 3, 6 and 12 months" gives three."""
    found: list[TimeMention] = []
    for atom in atoms:
        if atom.kind is AtomKind.TIME and not _is_length(sentence.plain, atom):
            found.extend(_one_each(sentence, atom))
    return found


def _is_length(plain: str, atom: Atom) -> bool:
    before, after = plain[max(0, atom.start - _LONGEST_BEFORE) : atom.start], plain[atom.end :]
    if _LENGTH_AFTER.match(after) or _ONSET.match(after):
        return True
    found = _LENGTH_BEFORE.search(before)
    if not found:
        return False
    # "at a follow-up of 6 months" tells when; "a mean follow-up of 6 months" tells how long people were seen.
    return not re.search(r"\bat (?:a |the )?(?:final |last )?follow-?up (?:of|at) $", before, re.IGNORECASE)


def _one_each(sentence: Sentence, atom: Atom) -> list[TimeMention]:
    unit = _UNIT.search(atom.text)
    if unit is None:
        return []
    name = (unit[1] or unit[2]).lower()
    start, end = sentence.start + atom.start, sentence.start + atom.end
    numbers = list(_WORDS.finditer(atom.text))
    if not numbers:
        return [
            TimeMention(
                start,
                end,
                sentence.text[atom.start : atom.end],
                DAYS[name] * (0.5 if "half" in atom.text.lower() else 1),
                start,
                end,
            )
        ]
    if len(numbers) > 1 and re.search(r"\d\s?(?:–|to)\s?\d|\w to \w", atom.text):
        numbers = numbers[-1:]
    written = unit[0].strip() if unit[1] else name
    return [
        TimeMention(
            start + n.start(),
            start + n.end(),
            _wording(atom.text, n, written, len(numbers)),
            number_value(n[0]) * DAYS[name],
            start,
            end,
        )
        for n in numbers
    ]


def _wording(text: str, number: re.Match[str], unit: str, count: int) -> str:
    if count == 1:
        return text.strip()
    first = text.lower().lstrip().startswith(unit.lower())
    return f"{unit} {number[0]}" if first else f"{number[0]} {unit}"


def timepoint_words(plain: str) -> bool:
    """Whether a sentence speaks of the end of follow-up without a number."""
    return (
        re.search(
            r"\b(?:at|by|until) (?:the )?(?:end of (?:the )?(?:study|trial|follow-?up)|last follow-?up|final (?:visit|follow-?up)|study end)\b",
            plain,
            re.IGNORECASE,
        )
        is not None
    )
