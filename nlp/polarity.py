"""Which value of an outcome is the better one, by its own words alone: for outcomes that no pack knows.

A name has a head ("mortality", "recovery") that is wanted or not, words beside it that turn it (`turners.py`), and others that leave it what it
is ("30-day", "rate"). Any word of which none of that is known, where it may make another thing of the name, gives no answer.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.claim import Better
from nlp.events import BAD_EVENT
from nlp.pace import is_awaited
from nlp.turners import Turned, turned

_BAD = (
    r"non(?:union|adherence|compliance|respon(?:se|ders?))|deaths?|dying|mortality|fatalit\w+|relaps\w+|recurrences?|progression|pain(?:ful)?|aches?|headaches?|disabilit\w+|impairments?|deficits?|dysfunction|"
    r"lesions?|atrophy|infarct\w*|(?:haem|hem)orrhag\w*|bleeding|bleeds|infections?|sepsis|fever|nausea|vomiting|toxicit\w+|neurotoxicity|complications?|"
    r"(?:adverse|serious|severe|unwanted|side)\s(?:\w+\s)?(?:events?|effects?|reactions?|outcomes?)|reactions?|failures?(?! to\b)|rejection|fractures?|(?:re-?)?hospitali[sz]ations?|readmissions?|"
    r"re-?operations?|(?:re-?)?admissions?|strokes?(?!\s(?:volume|work|index|output))|attacks?|seizures?|symptoms?|depression|depressive|anxiety|fatigue|stress|distress|burnout|inflammation|o?edema|swelling|stenosis|"
    r"restenosis|thrombos[ei]s|thromboembol\w+|thrombocytop\w+|embolism|ulcers?|blood loss|bone loss|hair loss|hearing loss|vision loss|amputations?|neuropathy|dyspn(?:o?e)a|itch(?:ing)?|pruritus|insomnia|"
    r"exacerbations?|flares?|dropouts?|discontinuations?|worsening|deterioration|spasticity|stiffness|injur(?:y|ies)|falls|hypoglyc(?:ae|e)mia|hypotension|an(?:ae|e)mia|neutropenia|"
    r"leukopenia|rash|diarrh(?:o?e)a|constipation|delirium|metastas[ei]s|malignan\w+|tumou?rs?(?!\snecrosis|\sresponse)|cancers?|abscess(?:es)?|leaks?|leakage|incontinence|burden|errors?|craving|bruising|arrhythmias?|spasms?|sleeplessness|graft[- ]versus[- ]host|c?a?GVHD|graft (?:failure|loss)"
)
_GOOD = (
    r"survivals?|recover\w*|remissions?|responders?|responses?|healing|improvements?|independence|independent|quality of life|well-?being|functions?|functioning|functional (?:status|outcomes?|capacity|ability|"
    r"independence|recovery)|ability|capacity|strength|mobility|ambulation|walking (?:distance|speed|ability)|adherence|compliance|satisfaction|acuity|success|cures?|cured|engraftment|"
    r"clearance|(?:excellent|good|favou?rable|better|successful) (?:\w+\s)?outcomes?|relief|memory|cognition|knowledge|self-efficacy|pregnancy|live births?|abstinence|"
    r"patency|union|closure|resolution|fitness|endurance|sleep quality"
)
#: A response is wanted where it is one to treatment.
_RESPONSE = re.compile(
    r"(?:complete|partial|clinical|overall|objective|treatment|therapeutic|tumou?r|sustained|virologic(?:al)?|lack of|no|poor|non-?|absence of)\s?$",
    re.IGNORECASE,
)
_SIDED = re.compile(rf"\b(?:(?P<bad>{_BAD})|(?P<good>{_GOOD}))\b", re.IGNORECASE)
_TIME_TO = re.compile(
    r"^(?:(?:the|median|mean|average|total)\s)*(?:times?|days?|weeks?|months?|latency|interval)\s(?:to|until|till)\s(?:the\s)?",
    re.IGNORECASE,
)
#: A measure of the thing that is named behind it.
_MEASURE_OF = re.compile(
    r"^(?:(?:the|overall|cumulative|total|mean|median|annual|relative|absolute|crude|adjusted|estimated)\s)*(?:incidence|risks?|rates?|numbers?|proportions?|percentages?|prevalence|frequency|"
    r"frequencies|odds|probability|likelihood|occurrence|severity|intensity|scores?|days?|episodes?|signs?|patients|participants|women|children)\s(?:of|for|with)\s(?:the\s|an?\s|any\s)?",
    re.IGNORECASE,
)
#: "Relapse-free survival", "drug-free remission", "pain-free days".
_FREE = re.compile(
    rf"(?:(?:{_BAD})[-\s]free\b|(?:[\w/]-|^\w+\s|(?:disease|event|relapse|progression|recurrence)\s)free\s(?:(?:and|or)\s[\w-]+\s)?(?:survivals?|remission|interval|days|nights|period|time|children|patients|participants|women|men|people|adults|infants|eyes)\b|\bfreedom from\b)",
    re.IGNORECASE,
)
#: "Improvement in pain": more of it is better whatever it is of; "worsening of function": worse.
_CHANGE = re.compile(
    r"^(?P<before>(?:\w+\s){0,3}?)(?:(?P<good>improvements?|relief|recovery)|(?P<bad>worsening|deterioration)|(?:reductions?|decreases?|declines?)\s(?:in|of)(?:\s(?:the|mean|total))?)(?:\s|$)",
    re.IGNORECASE,
)
_TIME_TAKEN = re.compile(r"(?P<event>\S.*)\stimes?", re.IGNORECASE)
#: Of these a time says how long they last.
_LASTING = re.compile(r"bleed|ha?emorrhag|infection", re.IGNORECASE)
_NON = re.compile(r"\bnon-$", re.IGNORECASE)
_GAP = re.compile(r" ")
_LISTED = re.compile(r"\s(?:and|or)\s|[,;/]")
_WHICH = re.compile(r"-(?:specific|related|associated|induced|limited|adjusted)\b", re.IGNORECASE)
_UNSAID = re.compile(
    r"\b(?:knowledge of|awareness|screening|detection|diagnosis|age at|efficacy(?<!self-efficacy)|coping|attitudes?|stress tests?|bleeding time|beliefs?|factors?|vaccin\w+|half-li(?:fe|ves)|survivors?)\b",
    re.IGNORECASE,
)
#: Words that turn a name, wherever they stand.
_LOOSE = re.compile(
    r"\b(?:anti|non-?(?!fatal|relapse|serious|severe|disabling|ha?ematolog|cardi|vertebral|melanoma|invasive)\w*|no|not|without|un\w+ed|in(?:complete|adequate|sufficient)|poor|abnormal\w*|impair\w*|reduc\w+|decreas\w+|declin\w+|los(?:s|ses|t)|lack|worse\w*|delayed|un\w+ful|problems?|"
    r"healed|resolved|cleared|regression|shrinkage|disappearance|cessation|stopped|free\w*|absence|avoid\w*|prevent\w*|controll?\w*|resist\w*|resilience|toleran\w+|thresholds?|immun\w+|protect\w*|"
    r"premature|unintended|intervals?|times?|latency|fail\w*|limit\w+|terminat\w+)\b",
    re.IGNORECASE,
)
#: Words that leave the side of the name before them as it is.
_MEASURES = re.compile(
    r"(?:[\s,/().-]*(?:rates?|scores?|(?:sub)?scales?|levels?|ind(?:ex|ices)|severity|incidence|frequency|numbers?|days?|nights?|burden|events?|episodes?|intensity|symptoms?|counts?|volumes?|size|area|"
    r"risks?|prevalence|percentages?|durations?|ratings?|status|distance|speed|capacity|ability|outcomes?|measures?|values?|total|overall|grades?|stages?|composite|domain|subdomain|proportions?|"
    r"questionnaires?|inventory|ratios?|amount|degree|extent|thickness|diameter|magnitude|relapses?|recurrences?|admissions?|hospitali[sz]ations?|deaths?|mortality|requirements?|need|"
    r"[A-Z0-9][\w+./-]*|[IVX]+|\d\S*)\b)*[\s,.)]*",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\s(?:of|in|from|to|for|with|on|after|during|at|by|due|among|within|while|and|or|versus|per|over|following|before|than|as|that|who|requiring|leading|because)\b|[(\[,;:]"
)


@lru_cache(maxsize=20_000)
def better_by_words(name: str) -> Better | None:
    """The better value of an outcome of this name; None where its words leave a doubt.

    >>> better_by_words("30-day mortality"), better_by_words("progression-free survival"), better_by_words("serum calcium")
    (<Better.LOWER: 'lower'>, <Better.HIGHER: 'higher'>, None)
    >>> better_by_words("reduction in pain"), better_by_words("loss of function"), better_by_words("time to relapse")
    (<Better.HIGHER: 'higher'>, <Better.LOWER: 'lower'>, <Better.HIGHER: 'higher'>)
    """
    if _UNSAID.search(name):
        return None
    timed = _TIME_TO.match(name)
    if timed is not None:
        event = _side(name[timed.end() :])
        return None if event is None else Better.LOWER if event is Better.HIGHER else Better.HIGHER
    return _side(name)


def _side(name: str) -> Better | None:
    measure = _MEASURE_OF.match(name)
    if measure is not None:
        return _side(name[measure.end() :])
    taken = _TIME_TAKEN.fullmatch(name)
    if taken is not None:
        return None if _LISTED.search(name) else _of_time(taken[1])
    if _FREE.search(name):
        return None if _LOOSE.search(_FREE.sub("", name)) else Better.HIGHER
    if (
        (change := _CHANGE.match(name)) is not None
        and not _LOOSE.search(change["before"])
        and not _LOOSE.search(name, change.end())
    ):
        return _changed(name, change)
    core = _core(name)
    return _turned_alone(name) if core is None else _with_its_words(name, core)


def _of_time(event: str) -> Better | None:
    """The better value of the time that an event takes, or that goes by before it."""
    side = _side(event)
    if side is Better.HIGHER:
        return Better.LOWER if is_awaited(event) else Better.HIGHER if event.lower().endswith("survival") else None
    return Better.HIGHER if side is Better.LOWER and BAD_EVENT.search(event) and not _LASTING.search(event) else None


def _changed(name: str, change: re.Match[str]) -> Better | None:
    """Improvement is better whatever it is of, and worsening worse; of less of something the thing itself tells."""
    if change["good"]:
        return Better.HIGHER
    if change["bad"]:
        return Better.LOWER
    of = _side(name[change.end() :])
    return None if of is None else Better.LOWER if of is Better.HIGHER else Better.HIGHER


def _core(name: str) -> Turned | None:
    """The head of a name, where it is known to be wanted or not: the last such word before any "of" or "in", else the first behind."""
    known = [m for m in _SIDED.finditer(name) if m.start() == 0 or name[m.start() - 1] != "-" or _NON.search(name, 0, m.start())]
    known = [m for m in known if not m[0].lower().startswith("response") or _to_treatment(name, m)]
    known = [m for m in known if not _WHICH.match(name, m.end())]
    if not known:
        return None
    ends = (m.start() for m in _GOES_ON.finditer(name, known[0].end()) if not any(k.start() < m.start() < k.end() for k in known))
    end = next(ends, len(name))
    head = [m for m in known if m.end() <= end][-1]
    return Turned(head.start(), head.end(), Better.LOWER if head["bad"] else Better.HIGHER)


def _to_treatment(name: str, m: re.Match[str]) -> bool:
    alone = m.start() == 0 and re.match(r"(?:\srates?|\sfailures?)?$", name[m.end() :], re.IGNORECASE) is not None
    return alone or _RESPONSE.search(name, 0, m.start()) is not None


def _turned_alone(name: str) -> Better | None:
    """The better value where only the turning word tells: "failed intubation", "swallowing problems"."""
    gaps = [m.start() for m in _GAP.finditer(name)]
    told = {
        whole.better
        for start, end in (*((0, gap) for gap in gaps[-1:]), *((gap + 1, len(name)) for gap in gaps[:3]))
        if (whole := turned(name, start, end, None, 0, len(name), named=True)) is not None
    }
    return told.pop() if len(told) == 1 else None


def _with_its_words(name: str, core: Turned) -> Better | None:
    whole = turned(name, core.start, core.end, core.better, 0, len(name), named=True) or core
    if _LOOSE.search(name, 0, whole.start) or _LOOSE.search(name, whole.end):
        return None
    goes_on = _GOES_ON.search(name, whole.end)
    if _MEASURES.fullmatch(name, whole.end, goes_on.start() if goes_on else len(name)) is None:
        return None
    listed = name[: max((m.end() for m in _LISTED.finditer(name, 0, whole.start)), default=0)]
    beside = {bool(m["bad"]) for text in (listed, name[whole.end :]) for m in _SIDED.finditer(text)}
    return None if beside - {core.better is Better.LOWER} or "," in listed else whole.better
