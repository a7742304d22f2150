"""The words that say which way a finding points, and the words that say that it points nowhere."""

from __future__ import annotations

import re
from functools import lru_cache

from nlp.changes import composed
from nlp.grammar.sieve import READ, Sieved, look_at, taken_out
from nlp.pace import LATER_CUES, SOONER_CUES, compares
from nlp.said import Cue as Cue
from nlp.said import CueMention as CueMention

_N = r"(?:no|not?(?: an?)?|without(?: any)?|lack of(?: an?)?|absence of(?: an?)?|neither|never|little|nor any)"
_ADV = r"(?:\s(?:or|statistically|clinically|significantly|significant|marked|markedly|meaningful|clear|any|overall|apparent|relevant|important|detectable|substantial|appreciable|measurable|further|major|noticeable|material|notable|discernible|consistent|between-groups?|between|inter-?group|group|treatment))*"
_FINDING = r"(?:\w+ly\s)?(?:show|find|detect|reveal|observe|demonstrate|identify|see|have|produce|result in|lead to|indicate|yield|note|report|confirm|provide|exhibit|reach|confer|establish|shown|found|detected|observed|demonstrated|seen|identified)"
_NULLS = (
    # "did not show a significant difference", "could not detect any effect": a finding verb denied, with what it would have found.
    rf"\b(?:(?:did|does|do|could|can|would)(?:\snot|n't)|(?:was|were|is|are)\s(?:not able|unable)\sto|failed to|cannot|without)\s(?:be\s)?{_FINDING}\s(?:that\s)?(?:there\s(?:was|were|is)\s)?(?:an?\s|any\s|the\s|of\s)*(?:[\w-]+\s){{0,4}}?(?:differences?|effects?|changes?|improvements?|benefits?|associations?|superiority|advantages?|reductions?|increases?)\b",
    # "significant differences were not found", "none of the differences was significant".
    r"\b(?:significant\s)?(?:differences?|effects?|changes?|associations?|interactions?)\b(?:\s(?:in|of|on|between|among|for|with)\s[^.;,]{2,80}?)?\s(?:was|were|could|is|are)\snot\s(?:be\s)?(?:statistically\s)?(?:found|observed|seen|detected|evident|apparent|noted|shown|demonstrated|identified|present|detectable|significant|confirmed|established)\b",
    r"\bnone of (?:the|these|those)\s(?:[\w-]+\s){0,3}?(?:differences?|changes?|effects?|comparisons?)\b[^.;]{0,60}?\b(?:significant|differ\w*)\b",
    r"\b(?:was|were|is|are)\s(?:no|not)\s(?:statistically\s|clinically\s|significantly\s)*(?:significantly\s|statistically\s)(?:different|better|higher|lower|changed|affected|altered)\b",
    r"\b(?:unable|insufficient) to (?:\w+ly\s)?(?:improv\w*|reduc\w*|increas\w*|decreas\w*|lower|prevent|affect|alter|chang\w*|show|demonstrate)\b|\bno evidence (?:that|for|to)\b|\bcannot be concluded\b|\b(?:little|no) (?:to no |or no )?(?:effect|difference|impact|benefit|influence)\b|\brarely did\b",
    rf"\b{_N}{_ADV}\s(?:differences?|effects?|changes?|improvements?|benefits?|associations?|relationships?|correlations?|impact|influence|excess|increase|decrease|reduction|alteration|worsening|superiority|evidence of (?:an? )?(?:difference|effect|benefit|improvement))\b",
    r"\b(?:did|does|do|was|were|is|are|has|have|had|could|would) (?:not|n't)(?:\s(?:statistically|clinically|significantly|markedly|further|also|be|been|have|shown to|found to|observed to|meet))*\s(?:differ\w*|chang\w*|affect\w*|improv\w*|increas\w*|decreas\w*|reduc\w*|lower\w*|alter\w*|influenc\w*|enhance\w*|rais\w*|prevent\w*|predict\w*|superior|inferior|higher|better|worse|greater|different|associated|correlated|related|significant\w*|sustained|maintained|met|reach\w*|achiev\w*|benefit\w*|translate|support\w*|increase|accelerate)\b",
    r"\bn(?:either|or)\b[^.;]{0,80}?\b(?:differ\w*|chang\w*|improv\w*|increas\w*|decreas\w*|reduc\w*|affect\w*|became more frequent|more frequent|met|superior)\b",
    r"\b(?:not|non-?)\s?(?:statistically\s|clinically\s)?significant(?:ly)?\b(?:\s(?:different|better|higher|lower|affected|changed|improved|reduced|increased))?",
    r"\b(?:was|were|is|are|remained|being) (?:\w+ )?(?:similar|comparable|equivalent|unchanged|unaffected|identical|stable|alike|the same)\b|\bsimilar(?:ly)? (?:between|in|across|among|for|at|to)\b|\bcomparable (?:between|in|across|among|to|with)\b|\bno (?:[\w-]+\s){1,4}(?:was|were) (?:superior|better|inferior|more effective)\b",
    r"\bfailed to\b|\b(?:was|were) not (?:met|reached|achieved)\b|\bno excess\b|\bshowed no\b(?! (?:serious|severe|adverse))|\bhad no (?:significant )?(?:effect|impact|influence|benefit)\b|\bindistinguishable\b|\bnon-?inferior\b|\bineffective\b|\bunaffected\b|\bnot met\b",
    r"\b(?:but|and)\s(?:(?:was|were|did)\s)?not\s(?:\w+ly\s)?(?:more|less|better|greater|higher|lower|further)\s(?:so\s)?than\b(?!\s(?:\d|one\b|two\b|half\b))",
    r"\bbut not (?:with|in|for|after|by)\b|\bno neuro\w+ effect\b|\bno effects? (?:on|of|in|were|was)\b",
)
_TRENDS = (
    r"\btend(?:ed|s|ing)? (?:to|toward)|\btrends? (?:toward|to|for|in favou?r)|\ba trend\b|\bthis trend\b|\bnumerically\b|\bnon-?significant(?:ly)? (?:trend|increase|decrease|reduction|improvement|higher|lower)|\bborderline\b|\bmarginal(?:ly)?\b",
)
_ABSENTS = (
    r"\b(?:no|without(?: any)?|zero|there were no|none of the)(?:\s(?:[\w-]+|,|and|or|clear)){0,6}?\s(?:adverse|complications?|deaths?|toxicit(?:y|ies)|side effects?|events?|reactions?|mortality|infections?|tumou?rs?|rejections?|SAEs?|AEs?)\b",
)
_BETTERS = r"\b(?:better|superior(?:ity)?|outperform\w*|surpass\w*|improv\w*|ameliorat\w*|benefi(?:t|ts|ted|cial)\b|enhanc\w*|favou?r(?:ed|s|ing|able)?\b|more (?:effective|efficacious)(?:ly)?|greater improvement\w*|recover\w*|alleviat\w*|reliev\w*|protect\w*|restor\w*|successful\w*|resolv\w*|heal(?:ed|ing)\b|vanish\w*|more favou?rable|attenuat\w*|mitigat\w*|prolonged survival|repair\b)"
_WORSES = r"\b(?:worse(?:n\w*)?|less (?:effective|efficacious|beneficial|successful|favou?rable)(?:ly)?|inferior|deteriorat\w*|poorer|aggravat\w*|exacerbat\w*|impair(?:ed|s|ing)|detriment\w*|harmful)\b"
_AS_MUCH = r"\sas\s(?:high|likely|common|frequent|often|great|large|long|many|much|prevalent|severe)\b"
_UPS = rf"\b(?:(?:twice|thrice|(?<!0\.\d\s)(?<!0\.\d\d\s)times){_AS_MUCH}|higher|greater|larger|longer|more (?:\w+ )?(?:frequent\w*|common\w*|often|likely|rapid\w*|adverse)|more\b(?! (?:than (?:one|two|\d)|effective|favou?rable))|increas\w*|rais\w*|rose|risen|rises?|elevat\w*|gain(?:ed|s)?\b|grew|enlarg\w*|commoner|doubled|tripled|up-?regulat\w*|exceed\w*|promot\w*|stimulat\w*|augment\w*|extend(?:ed|s)|prolong\w*|accelerat\w*)"
_DOWNS = rf"\b(?:half{_AS_MUCH}|lower(?:ed|s|ing)?\b|less(?:er)?\b(?! than)|fewer|smaller|shorter(?:ed)?|decreas\w*|reduc\w*|fell|fallen|falls?\b(?= (?:from|by|to|in|signific|marked|after))|declin\w*|drop(?:ped|s)?|diminish\w*|lessen\w*|cut\b|rarer|suppress\w*|inhibit\w*|down-?regulat\w*|prevent(?:ed|s|ing)?\b|minimi[sz]\w*|shrank|shrunk|shorten\w*|halved)"
_DIFFERENT = r"\b(?:significant (?:\w+[- ])?(?:group )?differences?|differed significantly|significantly different|were significantly (?:affected|influenced)|primary (?:end ?point|outcome) was met|(?:end ?point|outcome) (?:was|were) met)\b"
_ASSOCIATED = r"\b(?:(?:was|were|is|are) (?:\w+ )?(?:associated|linked) (?:with|to)|gave more|caused(?!\sby\b)|causes?(?!\s(?:in|of|for|than|and|or|with|by|was|were|is|are|did|had|has|occurred|fell|rose|to|at|on|as|from)\b)(?=\s\w)|led to|induced)\b"
_LIKEWISE = r"\b(?:so (?:had|did|was|were)|likewise|as (?:did|was|were))\b"
_COMPARATIVE = re.compile(
    r"er\b|\bmore\b|\bless\b|better|worse\b|superior|inferior|outperform|surpass|favou?r|^(?:exceed)|\sas\s", re.IGNORECASE
)

#: What only looks like a cue.
_NOT_CUES = Sieved(
    r"\b(?:increased risk of bias|or (?:more|less|greater|higher|lower|fewer)\b|improvement (?:rate|ratio)s?|(?:percentage|mean|absolute|relative|least) (?:change|improvement|reduction|increase)|higher[- ]doses?|lower[- ]doses?|lower (?:back|limb|extremit|leg|body|urinary)|higher education|greater than|less than|more than|fewer than|longer than|at least|(?:dose|risk) reduction|weight gain|gain ≥|CAL gain|attachment level gain|PD\) reduction|depth reduction|low(?:er)?-dose|reduced ejection|reduced[- ]intensity|improve quality|to improve|to reduce|to prevent|prevention|preventive|may (?:improve|reduce|prevent)|could (?:improve|reduce)|might (?:improve|reduce|offer)|needs? confirmation|recovery potential|protective|in those with (?:increased|decreased)|lower or higher|more disabled|disease worsening|less severe|more severe|(?:the|of) (?:increase|decrease|reduction|improvement)s? (?:in|of)(?= [^.]*\b(?:was|were)\b))",
    re.IGNORECASE,
)

_TABLE: tuple[tuple[Cue, Sieved], ...] = (
    (Cue.ABSENT, Sieved("|".join(_ABSENTS), re.IGNORECASE)),
    (Cue.TREND, Sieved("|".join(_TRENDS), re.IGNORECASE)),
    (Cue.NULL, Sieved("|".join(_NULLS), re.IGNORECASE)),
    (Cue.DIFFERENT, Sieved(_DIFFERENT, re.IGNORECASE)),
    (Cue.UP, Sieved(SOONER_CUES, re.IGNORECASE)),
    (Cue.DOWN, Sieved(LATER_CUES, re.IGNORECASE)),
    (Cue.BETTER, Sieved(_BETTERS, re.IGNORECASE)),
    (Cue.WORSE, Sieved(_WORSES, re.IGNORECASE)),
    (Cue.UP, Sieved(_UPS + "|" + _ASSOCIATED, re.IGNORECASE)),
    (Cue.DOWN, Sieved(_DOWNS, re.IGNORECASE)),
    (
        Cue.PRESENT,
        Sieved(r"\b(?:showed|demonstrated|exhibited|revealed)\b(?!\s(?:no|that|a trend|similar|any|the same)\b)", re.IGNORECASE),
    ),
    (Cue.LIKEWISE, Sieved(_LIKEWISE, re.IGNORECASE)),
)
_SIGNIFICANT = re.compile(r"\bsignifican(?:t|tly|ce)\b", re.IGNORECASE)
#: "Without relapse was longer": what is left out stands before the verb, and denies nothing behind it.
_NEGATION = Sieved(
    r"\b(?:(?:not|no|neither|nor|never|failed to|unlikely to|rather than|n't)\s(?:\w+\s){0,2}|without\s(?:(?!(?:was|were|is|are|occurred)\s)\w+\s){0,2})$",
    re.IGNORECASE,
)


def cues(words: str) -> list[CueMention]:
    """The cues of a sentence whose brackets are blanked, in order. What an earlier kind has read no later kind reads again.

    >>> [c.cue.value for c in cues("Pain fell significantly, but function did not differ between groups.")]
    ['down', 'null']
    """
    return list(_cues(words))


@lru_cache(maxsize=256)
def _cues(words: str) -> tuple[CueMention, ...]:
    work, look = words, look_at(words)
    for m in _NOT_CUES.within(look, words):
        work, look = taken_out(work, look, m.start(), m.end())
    found: list[CueMention] = []
    for cue, pattern in _TABLE:
        for m in pattern.within(look, work):
            if READ in m[0] or _no_cue(cue, words, m.start(), m.end()):
                continue
            found.append(_mention(cue, m, words))
            work, look = taken_out(work, look, m.start(), m.end())
    return tuple(composed(sorted(found, key=lambda c: c.start), words))


#: "Lack of improvement was less frequent": the subject of a frequency denies nothing.
_LACK = re.compile(r"(?:lack|absence)\sof\s", re.IGNORECASE)
_OFTEN = re.compile(
    r"[^,;.]{0,30}?\b(?:was|were|is|are)\s(?:\w+ly\s)?(?:(?:more|less)\s(?:frequent|common|often|likely)|rarer?\b|fewer|commoner|higher|lower)|[^,;.]{0,30}?\soccurred\b",
    re.IGNORECASE,
)


#: "Death from any cause": the noun, which says nothing; "the drug caused", "causes more": the verb.
_CAUSE = re.compile(r"causes?$", re.IGNORECASE)
_CAUSE_IS_NAMED = re.compile(
    r"(?:-|\b(?:from|of|by|for|to|due|any|all|each|every|other|the|an?|no|and|or|same|\w+(?:al|ic|ous|ar))\s(?:[\w-]+\s){0,2})$",
    re.IGNORECASE,
)


def _no_cue(cue: Cue, words: str, start: int, end: int) -> bool:
    if cue is Cue.NULL:
        return _LACK.match(words, start) is not None and _OFTEN.match(words, end) is not None
    if cue is Cue.UP and _CAUSE.match(words, start, end):
        return _CAUSE_IS_NAMED.search(words, max(0, start - 40), start) is not None
    # "Pregnancy-induced hypertension": a part of a word says nothing of it.
    part = start > 1 and words[start - 1] == "-" and words[start - 2].isalpha()
    return cue in (Cue.UP, Cue.DOWN) and (part or not compares(words, start, end))


def _mention(cue: Cue, m: re.Match[str], words: str) -> CueMention:
    near = words[max(0, m.start() - 32) : m.end() + 26]
    if cue in (Cue.NULL, Cue.TREND):
        return CueMention(cue, m.start(), m.end(), significant=False)
    if cue is Cue.ABSENT:
        return CueMention(cue, m.start(), m.end())
    if (
        cue in (Cue.BETTER, Cue.WORSE, Cue.UP, Cue.DOWN)
        and _NEGATION.search_between(words, 0, m.start())
        and "rather than" not in near
    ):
        return CueMention(Cue.NULL, m.start(), m.end(), significant=False)
    return CueMention(cue, m.start(), m.end(), _COMPARATIVE.search(m[0]) is not None, True if _SIGNIFICANT.search(near) else None)
