"""The words beside an outcome's name that turn it or make another thing of it: "seizure freedom", "poor sleep quality", "mosquito survival".

One table for all who ask: outcomes that packs name (`outcomes.py`, `worded.py`), those that only the text names (`polarity.py`), and verdicts.
A wrong side here is a wrong treatment there, so a word whose effect is not sure makes the better value unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from crawler.quick_init import quick_init
from nlp.claim import Better


class Turn(StrEnum):
    """What a word does to the name that it stands beside."""

    #: Less of the named thing: "loss of function", "reduced pain".
    OPPOSITE = "opposite"
    #: The end of something bad, or strength against it: "bleeding cessation", "resistance to infection". Of anything else it is not known.
    ENDING = "ending"
    #: Good, or bad, whatever it is of: "improved gait", "sleep problems".
    GOOD = "good"
    BAD = "bad"
    #: Something good that did not come: "incomplete union".
    UNDONE = "undone"
    #: Late: of something good it is bad; what is bad stays so ("delayed bleeding").
    LATE = "late"
    #: More of it: "increased salivation".
    SAME = "same"
    #: Another thing: "depression screening".
    UNSAID = "unsaid"


#: Less of it, before its name; `worded.py` reads them with times and targets.
FREE_BEFORE = (
    r"freedom\sfrom|free\s(?:of|from)|absence\sof|resolution\sof|avoidance\sof|clearance\sof|eradication\sof|disappearance\sof"
)
FAILED_BEFORE = (
    r"(?:not|never)\s(?:achiev|reach|attain|obtain)ing|fail(?:ure|ed|ing)\sto\s(?:achieve|reach|attain|obtain|maintain|sustain)"
)
_BEFORE_WORDS = {
    Turn.BAD: r"(?:poor|abnormal|unsuccessful|unsatisfactory|suboptimal|dysfunctional|disordered|unintended|unplanned|unwanted|undesired|mistimed|accidental|premature(?!\s(?:infants?|neonates?|bab|newborn|children))|ectopic|"
    r"unresolved|uncontrolled|failures?\s(?:of|in|to)(?:\s(?:the|have|maintain|sustain|gain|regain))?|problems?\s(?:with|in)|difficult(?:y|ies)\s(?:with|in))",
    Turn.UNDONE: r"(?:incomplete|inadequate|insufficient|partial\sloss\sof)",
    Turn.OPPOSITE: rf"(?:(?:lack|loss(?:es)?|cessation)\sof|{FREE_BEFORE})(?:\s(?:the|an?|any))?",
    Turn.ENDING: r"(?:(?:regression|shrinkage|elimination|reversal|suppression|stopping|cure|remission)\sof|(?:resistance|resilience|immunity|tolerance)\s(?:to|of|against|for)|"
    r"(?:protection|relief)\s(?:from|against|of)|recovery\sfrom|prevention\sof|control\sof|(?:times?|intervals?|days|weeks|months|hours)\sbetween)(?:\s(?:the|an?|any|consecutive|successive|two))?",
    Turn.GOOD: r"recovery\sof(?:\s(?:the|an?))?",
}
#: As verbs these say what was done to the outcome; part of its name they are where it is counted: "impaired gait was less frequent".
_COUNTED_WORDS = {
    Turn.BAD: r"(?:impaired|poorer|worse|worsened|worsening|disturbed|deteriorated|deteriorating|failed|bad)",
    Turn.LATE: r"(?:delayed|slow|slowed)",
    Turn.OPPOSITE: r"(?:reduced|decreased|diminished|low(?!\s(?:back|limb|leg|extremity|dose|risk|grade|level|income|birth|density|molecular|vision|frequency))|lowered|lost|limited)",
    Turn.ENDING: r"(?:healed|resolved|cleared|cured|controlled|prevented|reversed|arrested)",
    Turn.SAME: r"(?:increased|elevated|raised|excessive)",
    Turn.GOOD: r"(?:improved|better|good|excellent|satisfactory|adequate|restored|preserved)",
}
_BEHIND_WORDS = {
    # Scales are named after what they measure.
    Turn.BAD: r"(?:failures?|problems?|complaints?|difficult(?:y|ies)|disturbances?|impairments?|dysfunctions?|deficits?|disorders?|abnormalit(?:y|ies)|insufficiency|deficiency|"
    r"syndromes?|complications?|interruptions?|disruptions?|deterioration|worsening)\b(?![\s-](?:scores?|scales?|inventor(?:y|ies)|questionnaires?|index|indices|rating|free)\b)",
    Turn.OPPOSITE: r"(?:loss(?:es)?|declines?)",
    Turn.ENDING: r"(?:freedom|resistance|resilience|tolerance(?!\stests?)|thresholds?|immunity|protection|prevention|avoidance|regression|shrinkage|disappearance|cessation|suppression|"
    r"eradication|elimination|reversal|intervals?|self-efficacy)",
    Turn.UNSAID: r"(?:screening|detection|diagnos[ei]s|awareness|knowledge|literacy|beliefs?|attitudes?|medications?|drugs?|treatments?|management|coping|sensitivity|termination|"
    r"vaccin\w+|prophylaxis|costs?|history)",
}
#: Turns of people's survival into that of a pest, or of a thing.
_PESTS = r"(?:parasites?|mosquito(?:es)?|vectors?|larval?|larvae|ticks?|mites?|lice|louse|worms?|flea|fly|flies|pests?|bacteri(?:a|al|um)|microbial|viral|virus|fungal|spores?|pathogens?|(?:tumou?r|cancer|leuka?emi[ac]|malignant|melanoma)(?:[\s-]cells?)?(?<=cells|.cell)|weeds?|nematodes?|insects?|snails?)"
_THINGS = r"(?:drug|treatment|device|implants?|prosthe(?:sis|tic)|restorations?|sealants?|dentures?|crowns?|catheters?|lines?|stents?|fistulas?|access|filters?|shunts?|tooth|pulp|fillings?|electrodes?|platelets?|red\scell|erythrocytes?|flaps?|islets?|seedlings?)"
_SURVIVED = rf"(?:(?P<bad>{_PESTS})|(?P<good>{_THINGS}))"


def _one_of(words: dict[Turn, str]) -> str:
    return "|".join(f"(?P<{turn.value}>{pattern})" for turn, pattern in words.items())


#: One word may stand between: "abnormal kidney function".
_ONE_WORD = r"(?:(?!(?:of|in|on|to|for|with|by|at|from|than|and|or|nor|but|the|an?|was|were|is|are|as|between|patients?|infants?|neonates?)\s)[\w-]+\s)?"
_BEFORE = re.compile(rf"(?<![\w-])(?:{_one_of(_BEFORE_WORDS)})\s{_ONE_WORD}$", re.IGNORECASE)
_COUNTED_BEFORE = re.compile(rf"(?<![\w-])(?:{_one_of(_COUNTED_WORDS)})\s{_ONE_WORD}$", re.IGNORECASE)
_PREGNANT = re.compile(r"(?<![\w-])(?P<bad>tubal|molar|teenage|adolescent|unsafe)\s$", re.IGNORECASE)
_NON = re.compile(r"(?<![\w-])(?P<undone>non-?)$", re.IGNORECASE)
_SURVIVAL = re.compile(rf"(?<![\w-])(?:{_SURVIVED})\s$", re.IGNORECASE)
_BEHIND = re.compile(rf"[\s-](?:{_one_of(_BEHIND_WORDS)})\b", re.IGNORECASE)
#: The name is the subject of how often it was seen.
_COUNTED = re.compile(
    r"(?:\s(?!was\b|were\b|is\b|are\b)[\w-]+){0,3}?(?:\s\([^)]{0,30}\))?\s(?:(?:was|were|is|are)\s(?:(?:\w+ly|also|much|far|no)\s){0,2}(?:(?:more|less|equally|as)\s(?:\w+ly\s)?(?:frequent|common|often|likely|"
    r"prevalent|usual)|rarer?\b|commoner|fewer|(?:seen|observed|reported|noted|found|recorded|present|experienced)\s(?:(?:\w+ly\s)?(?:more|less)|in|by|among|with)\b)|"
    r"(?:occurred|developed|arose|appeared|happened)\b)",
    re.IGNORECASE,
)
#: "No recovery was less frequent": only so does "no" belong to the name.
_NO = re.compile(r"(?<![\w-])(?P<opposite>no)\s$", re.IGNORECASE)
_COMPARED = re.compile(
    r"(?:\s(?!was\b|were\b)[\w-]+){0,4}?\s(?:was|were)\s(?:\w+ly\s)?(?:(?:more|less)\s(?:frequent|common|often|likely)|rarer?\b|commoner)",
    re.IGNORECASE,
)
#: The name is the subject of a level, or of how often it was seen.
_SUBJECT = re.compile(
    r"[^,;:.()]{0,40}?\s(?:(?:was|were|is|are)\s|occurred\b|developed\b|improved\b|increased\b|decreased\b|did\b|differed\b)",
    re.IGNORECASE,
)
#: Memory is asked for after a delay.
_DELAYED_RECALL = re.compile(r"(?:verbal\s|visual\s|free\s|cued\s)*(?:memory|recall|recognition|recollection)", re.IGNORECASE)
_LONGEST, _MOST = 40, 3


@quick_init
@dataclass(frozen=True, slots=True)
class Turned:
    """A name with the words that turn it, `text[start:end]`, and the better value of the whole; None where that is not known."""

    start: int
    end: int
    better: Better | None
    #: Whose survival it is, where that is no person's.
    of: str | None = None


_OTHER = {Better.HIGHER: Better.LOWER, Better.LOWER: Better.HIGHER}


def better_after(turn: Turn, better: Better | None) -> Better | None:
    """The better value of a name, of which `better` is the better value, with a turning word beside it."""
    if turn is Turn.SAME:
        return better
    if turn is Turn.GOOD:
        # "Improved disability scores" may be lower scores.
        return None if better is Better.LOWER else Better.HIGHER
    if turn is Turn.BAD:
        return Better.LOWER
    if turn is Turn.UNSAID or better is None:
        return Better.LOWER if turn is Turn.UNDONE else None
    if turn is Turn.OPPOSITE:
        return _OTHER[better]
    if turn in (Turn.UNDONE, Turn.LATE):
        return Better.LOWER if turn is Turn.LATE or better is Better.HIGHER else None
    return Better.HIGHER if better is Better.LOWER else None


def is_counted(text: str, end: int, high: int) -> bool:
    """Whether the name that ends here is the subject of how often it was seen: "… was less frequent"."""
    return _COUNTED.match(text, end, high) is not None


def turned(text: str, start: int, end: int, better: Better | None, low: int, high: int, *, named: bool = False) -> Turned | None:
    """The name at `text[start:end]` with its turning words, sought between `low` and `high`; None where there are none.

    `named`: the whole text is a name, so what stands in it is no verb.
    """
    counted = named or is_counted(text, end, high)
    first = _survivor(text, Turned(start, end, better), low)
    whole = before(text, behind(text, first, high, counted), low, high, named=named)
    return None if whole == Turned(start, end, better) else whole


def _survivor(text: str, name: Turned, low: int) -> Turned:
    """The survival of a pest or a thing, whose word may stand in the name or before it."""
    place = text[name.start : name.end].lower().find("survival")
    lived = name.start + place
    m = _SURVIVAL.search(text, max(low, lived - _LONGEST), lived) if place >= 0 else None
    if m is None:
        return name
    return Turned(min(m.start(), name.start), name.end, better_after(Turn(str(m.lastgroup)), name.better), of=m[0].strip().lower())


def behind(text: str, name: Turned, high: int, counted: bool) -> Turned:
    """The name with the turning words that follow it: "memory problems"."""
    for _ in range(_MOST):
        m = _BEHIND.match(text, name.end, high)
        # How great a loss was is told of the thing that was lost.
        if m is None or (m["opposite"] and not (counted or is_counted(text, m.end(), high))):
            break
        name = replace(name, end=m.end(), better=better_after(Turn(str(m.lastgroup)), name.better))
    return name


def before(text: str, name: Turned, low: int, high: int, *, named: bool) -> Turned:
    """The name with the turning words that stand before it: "absence of sleep problems"."""
    for _ in range(_MOST):
        m = _word_before(text, name, low, high, named)
        if m is None:
            break
        name = replace(name, start=m.start(), better=better_after(Turn(str(m.lastgroup)), name.better))
    return name


def _word_before(text: str, name: Turned, low: int, high: int, named: bool) -> re.Match[str] | None:
    first = max(low, name.start - _LONGEST)
    near = text[max(first, name.start - 4) : name.start].lower()
    m = _NON.search(text, first, name.start) if near.endswith(("non", "non-")) else None
    if m is not None:
        return m if name.better is not Better.LOWER else None
    if text[name.start : name.start + 8].lower() == "pregnanc" and (m := _PREGNANT.search(text, first, name.start)):
        return m
    m = _BEFORE.search(text, first, name.start)
    if m is not None:
        told = named or m["bad"] or m["undone"] or _SUBJECT.match(text, name.end, high)
        return m if told else None
    if name.better is not Better.LOWER and near[-3:-1] == "no" and (m := _NO.search(text, first, name.start)):
        return m if named or _COMPARED.match(text, name.end, high) else None
    m = _COUNTED_BEFORE.search(text, first, name.start) if named or is_counted(text, name.end, high) else None
    return None if m is None or _keeps(text, name, m) else m


def _keeps(text: str, name: Turned, m: re.Match[str]) -> bool:
    """Whether the word leaves the name what it is: "delayed bleeding", "delayed recall", "low back pain"."""
    if m["late"]:
        return name.better is Better.LOWER or _DELAYED_RECALL.match(text, name.start) is not None
    return name.better is Better.LOWER and m[0].lower().startswith("low ")


_FREE_BEHIND = re.compile(r"[-\s]free\b(?!\s(?:of|from)\b)", re.IGNORECASE)
_FREE = re.compile(rf"(?<![\w-])(?:{FREE_BEFORE}|without)\s(?:the\s|any\s)?{_ONE_WORD}$", re.IGNORECASE)
#: What a change does is told elsewhere: a value that fell by itself is no other thing.
_A_CHANGE = re.compile(r"loss|declin|reduc|decreas|diminish|low|increas|improv|delay|slow", re.IGNORECASE)
_ANYWHERE = re.compile(
    rf"(?<![\w-])(?:{FREE_BEFORE}|{FAILED_BEFORE}|non-|{'|'.join(_BEFORE_WORDS.values())}|{_COUNTED_WORDS[Turn.BAD]})\s?|[\s-](?:free\b|{'|'.join(w for t, w in _BEHIND_WORDS.items() if t is not Turn.UNSAID)})\b",
    re.IGNORECASE,
)


def is_turned(text: str, start: int, end: int, better: Better | None) -> bool:
    """Whether the text speaks at `text[start:end]` of the other thing than the name there: of freedom from seizures, not of seizures.

    Changes ("pain reduction") are no other thing: they say where the value went.
    """
    if is_turned_name(text[start:end]) or _FREE_BEHIND.match(text, end) or _FREE.search(text, max(0, start - _LONGEST), start):
        return True
    whole = turned(text, start, end, better, 0, len(text)) if better is not None else None
    if whole is None or whole.better is None or whole.better is better:
        return False
    return _A_CHANGE.search(text[whole.start : start] + text[end : whole.end]) is None


def is_turned_name(name: str) -> bool:
    """Whether a name holds words that turn it: "freedom from relapse", "poor sleep quality"."""
    return any(_A_CHANGE.search(m[0]) is None for m in _ANYWHERE.finditer(name))
