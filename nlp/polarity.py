"""Which value of an outcome is the better one, by its own words alone: for outcomes that no pack knows.

Only words that hardly leave a doubt are taken: less pain, fewer deaths, longer survival. Words of both kinds in one name, and words that turn
a meaning in a way that is not known here, give no answer.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.claim import Better

_BAD = re.compile(
    r"\b(?:deaths?|dying|mortality|fatalit\w+|relaps\w+|recurrences?|progression|pain(?:ful)?|aches?|headaches?|disabilit\w+|impairments?|deficits?|dysfunction|"
    r"lesions?|atrophy|infarct\w*|(?:haem|hem)orrhag\w*|bleeding|bleeds|infections?|sepsis|fever|nausea|vomiting|toxicit\w+|neurotoxicity|complications?|"
    r"(?:adverse|serious|severe|unwanted|side)\s(?:\w+\s)?(?:events?|effects?|reactions?|outcomes?)|reactions?|failures?(?! to\b)|rejection|fractures?|(?:re-?)?hospitali[sz]ations?|readmissions?|"
    r"re-?operations?|(?:re-?)?admissions?|strokes?(?!\s(?:volume|work|index|output))|attacks?|seizures?|symptoms?|depression|depressive|anxiety|fatigue|stress|distress|burnout|inflammation|o?edema|swelling|stenosis|"
    r"restenosis|thrombos[ei]s|thromboembol\w+|thrombocytop\w+|embolism|ulcers?|blood loss|bone loss|hair loss|hearing loss|vision loss|amputations?|neuropathy|dyspn(?:o?e)a|itch(?:ing)?|pruritus|insomnia|"
    r"exacerbations?|flares?|dropouts?|discontinuations?|worsening|deterioration|spasticity|stiffness|injur(?:y|ies)|falls|hypoglyc(?:ae|e)mia|hypotension|an(?:ae|e)mia|neutropenia|"
    r"leukopenia|rash|diarrh(?:o?e)a|constipation|delirium|metastas[ei]s|malignan\w+|tumou?rs?(?!\snecrosis|\sresponse)|cancers?|abscess(?:es)?|leaks?|leakage|incontinence|burden|errors?|craving|bruising|arrhythmias?|spasms?|sleeplessness|graft[- ]versus[- ]host|c?a?GVHD|graft failure)\b",
    re.IGNORECASE,
)
_GOOD = re.compile(
    r"\b(?:survival|recover\w+|remissions?|responders?|(?:complete|partial|clinical|overall|objective|treatment|tumou?r|sustained|virologic(?:al)?) response|healing|improvements?|independence|independent|quality of life|well-?being|functions?|functioning|functional (?:status|outcomes?|capacity|ability|"
    r"independence|recovery)|ability|capacity|strength|mobility|ambulation|walking (?:distance|speed|ability)|adherence|satisfaction|acuity|success|cures?|cured|engraftment|"
    r"clearance|(?:excellent|good|favou?rable|better|successful) (?:\w+\s)?outcomes?|relief|memory|cognition|knowledge|self-efficacy|pregnancy|live births?|abstinence|"
    r"patency|union|closure|resolution|fitness|endurance|sleep quality)\b",
    re.IGNORECASE,
)
#: What comes behind is had less.
_TURNS = re.compile(
    r"\b(?:free(?:dom)?(?:\s(?:of|from))?|without|absence of|avoid\w*|prevent\w*|reduc\w+|decreas\w+|declines?|relief|resolution|clearance|control)\b",
    re.IGNORECASE,
)
_FREE_SURVIVAL = re.compile(r"[-\s](?:free|specific|related)\s(?:\w+\s)?survival|survival", re.IGNORECASE)
_TIME_TO = re.compile(r"\b(?:time|days?|weeks?|months?|latency|interval)\s(?:to|until|till)\b", re.IGNORECASE)
#: "Improvement in pain": more of it is better whatever it is of; "worsening of function": worse.
_BETTERMENT = re.compile(
    r"^(?:\w+\s){0,3}?(?:improvements?|relief|recovery|reductions?\s(?:in|of)|decreases?\s(?:in|of))\b", re.IGNORECASE
)
#: "Loss of function" is of something good; of anything else it is not known here.
_WORSENING = re.compile(r"^(?:\w+\s){0,3}?(?:worsening|deterioration)\b", re.IGNORECASE)
_LOSS = re.compile(r"\b(?:loss|limitations?|decline|failures?|lack)\s(?:of|in)\s", re.IGNORECASE)
_UNSAID = re.compile(
    r"\b(?:thresholds?|tolerance|knowledge of|awareness|screening|detection|diagnosis|age at|efficacy|coping|attitudes?|stress tests?|bleeding time|beliefs?|factor)\b",
    re.IGNORECASE,
)


#: Words that turn a name's meaning, or take it to where these lists do not hold: with any of them nothing is said.
_TURNED = re.compile(
    r"\b(?:non-?\w*|no|not|un\w+ed|in(?:complete|adequate|sufficient)|poor|abnormal\w*|impaired|reduced|worse|delayed|unsuccessful|lack|problems?|healed|regression|shrinkage|"
    r"disappearance|cessation|freedom|resilience|resistance|intervals?|vaccin\w+|bacterial|parasite|mosquito|(?:tumou?r|drug|cell) survival|survivors?|syndrome|times?|latency|memory loss)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=20_000)
def better_by_words(name: str) -> Better | None:
    """The better value of an outcome of this name; None where its words leave a doubt.

    >>> better_by_words("30-day mortality"), better_by_words("progression-free survival"), better_by_words("serum calcium")
    (<Better.LOWER: 'lower'>, <Better.HIGHER: 'higher'>, None)
    >>> better_by_words("reduction in pain"), better_by_words("loss of function"), better_by_words("time to relapse")
    (<Better.HIGHER: 'higher'>, <Better.LOWER: 'lower'>, <Better.HIGHER: 'higher'>)
    """
    timed = _TIME_TO.search(name) is not None
    if (
        _UNSAID.search(name)
        or _TURNED.search(_TIME_TO.sub("", name))
        or ("survival" in name.lower() and "mortality" in name.lower())
    ):
        return None
    if _FREE_SURVIVAL.search(name):
        return Better.HIGHER
    bad, good = _BAD.search(name) is not None, _GOOD.search(name) is not None
    if timed:
        return None if bad is good else Better.HIGHER if bad else Better.LOWER
    if _BETTERMENT.match(name):
        return Better.HIGHER if bad or (not _TURNS.match(name) and good) else None
    if _WORSENING.match(name):
        return Better.LOWER
    if _LOSS.search(name):
        return Better.LOWER if good else None
    if bad and _TURNS.search(name):
        return None
    return None if bad is good else Better.LOWER if bad else Better.HIGHER
