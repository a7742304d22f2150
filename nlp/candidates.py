"""Which printed numbers are results: not ages, sizes, doses, follow-up, nor a number that the next bracket prints again."""

from __future__ import annotations

import re

from crawler.quick_init import replace
from nlp.bare_pairs import in_pair
from nlp.grammar.atom import AtomKind
from nlp.grammar.results import Printed
from nlp.grammar.sieve import Sieved
from nlp.phrases import PEOPLE
from nlp.scene import Scene

K = AtomKind

_NO_RESULT = re.compile(
    r"\b(?:were|was|are) (?:male|female|women|men|white|black|treated by|treated with|given|recruited|randomi[sz]ed|assigned|allocated|included|eligible)\b|\bfollow-?up (?:rate|of)\b|\bpower\b|\b(?:fe)?males?\b|\bsmok|\bwere (?:wom|m)en\b|\battrition\b|\bloss to follow|\bcompleted\b|\bcompletion\b|\bresponse rate (?:to|of) the (?:survey|questionnaire)|\bcompliance\b.{0,10}\bquestionnaire|\baffects\b|\bprevalence of\b.{0,30}\bworldwide\b|\bviability of (?:the )?cells|\bcell viability|\bCD\d+\b",
    re.IGNORECASE,
)
#: "mean age 54 ± 9", "a follow-up of 12 ± 3 months": who was studied and for how long.
_OF_PEOPLE = re.compile(
    r"\b(?:aged?|years old|baseline characteristics|follow-?up (?:period |time |duration )?(?:of|was|were|time)|followed (?:up )?for|dose|onset|disease duration|duration of (?:disease|illness|symptoms|diabetes|follow)|BMI)\b[^;()]{0,30}$",
    re.IGNORECASE,
)
#: Durations that the grammar has found to be results.
TIME_UNITS = frozenset(re.findall(r"\S+", """
    day days week weeks wk wks month months mo mos year years yr yrs hour hours hr hrs
"""))  # fmt: skip
_NO_EVENT = re.compile(
    r"\b(?:were|was)?\s?(?:enrolled|included|eligible|randomi[sz]ed|randomly|recruited|assigned|allocated|screened|received|underwent|completed|analy[sz]ed|treated|took part|withdrew|excluded|followed|qualified|pooled|with grade|studied|entered)\b|\bstudies\b|\btrials\b|\barticles\b|\bRCTs\b",
    re.IGNORECASE,
)


#: "A sample of 120 had 80% power to detect a 15% difference": what was planned.
_POWERED = Sieved(
    r"\bpower(?:ed)?\s(?:of\s[^.;]{1,12}\s)?(?:to|for)\s(?:detect|show|demonstrate|find|identify|detecting)|\d\s?(?:%|percent) power\b|\bto detect an?\s[^.;]{0,24}\b(?:difference|reduction|increase|change|improvement)\b",
    re.IGNORECASE,
)


def _planned(scene: Scene, r: Printed) -> bool:
    said = _POWERED.search(scene.plain)
    return said is not None and said.start() - 50 < r.start < said.end() + 40


def is_result(scene: Scene, r: Printed) -> bool:
    """Whether a printed number reports something."""
    if r.kind is K.P:
        return True
    if before_treatment(scene, r) and (r.percent or r.kind in (K.FRACTION, K.WORD_NUMBER)):
        return False
    if r.has_interval or r.measure is not None:
        return r.kind is not K.DOSE
    if r.p is None and _planned(scene, r):
        return False
    return _bare_result(scene, r)


def _bare_result(scene: Scene, r: Printed) -> bool:
    """The same of a number without measure or interval."""
    if r.kind is K.DOSE:
        return r.iqr_low is not None
    if r.kind is K.PLUS_MINUS:
        return not _OF_PEOPLE.search(scene.plain[max(0, r.start - 45) : r.start])
    if r.percent:
        return _percent_counts(scene, r)
    if r.iqr_low is not None:
        return not re.search(r"\b(?:follow-?up|aged?|years)\b", near_words(scene, r), re.IGNORECASE)
    if r.kind is K.FRACTION:
        return not _NO_EVENT.search(near_words(scene, r, 45)) or _event_outcome(scene, r)
    return r.kind in (K.WORD_NUMBER, K.NUMBER) and _number_counts(scene, r)


def _number_counts(scene: Scene, r: Printed) -> bool:
    if r.kind is K.NUMBER and r.unit in TIME_UNITS:
        return True
    return in_pair(scene, r) or from_to(scene, r) or _is_count(scene, r) or _tested(scene, r)


def _tested(scene: Scene, r: Printed) -> bool:
    """ "(-0.61 µg/mL, p = 0.02)": a number with its own p value in its bracket."""
    bracket = scene.cut.bracket_of(r.start)
    printed = dict(r.printed).get("estimate", "")
    decimal = "." in printed or printed[:1] in ("-", "+")
    if r.p is None or bracket is None or not decimal or r.p.end > bracket.end:
        return False
    return r.kind is K.NUMBER and not scene.plain[bracket.start + 1 : r.start].strip()


def near_words(scene: Scene, r: Printed, width: int = 40) -> str:
    """The words around a number, `width` characters to each side."""
    return scene.plain[max(0, r.start - width) : r.end + width]


#: "A power of 80%", "a margin of 10%".
_NO_SHARE_BEFORE = Sieved(
    r"(?:power of|dose of|\bof the dose|concentration of|prespecified|pre-specified|margin of|threshold of|\bI²?2? ?=|level of|between (?:\w+ )?and|saline,?)\s*$",
    re.IGNORECASE,
)


def _percent_counts(scene: Scene, r: Printed) -> bool:
    if r.kind is K.CHANGE:
        return not any(o.measure is not None or o.has_interval for o in scene.printed)
    tail = scene.plain[r.end : r.end + 50]
    if _NO_RESULT.search(tail.split(",")[0][:45]) or re.match(r"\s?(?:power|confidence|CI)\b", tail):
        return False
    return not _NO_SHARE_BEFORE.search_between(scene.plain, max(0, r.anchor - 40), r.anchor)


def _event_outcome(scene: Scene, r: Printed) -> bool:
    return any(o for o in scene.outcomes if abs(o.start - (scene.offset + r.end)) < 60 or abs(scene.offset + r.anchor - o.end) < 60)


_CHANGED_FROM = re.compile(
    r"\b(?:increased|decreased|fell|rose|reduced|improved|declined|dropped|lowered|changed|went|grew|shortened|lengthened|diminished)\b(?:[^.;]|\.(?=\d)){0,60}?\bfrom\s(?:an?\s|the\s|mean\s|median\s|baseline\s|of\s|value\s)*$",
    re.IGNORECASE,
)
_TO_NUMBER = re.compile(
    r"(?:\s?[a-zA-Zµ%/]{1,8}){0,2}(?:\s?[(\[][^()\[\]]{1,24}[)\]])?\s(?:at baseline\s|before treatment\s)?to\s(?:an?\s|mean\s|median\s|of\s|value\s)*[-+]?\d"
)


#: "At baseline, mean pain was 6.1 with X and 6.0 with Y": how people were before anything was done.
_AT_BASELINE = re.compile(
    r"\s*(?:at (?:baseline|study entry|enrol?lment|randomi[sz]ation|inclusion)\b|(?:the )?(?:mean |median )?baseline\s)(?!\s?(?:to|and|-adjusted))[^;]*$",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"\b(?:from baseline|than at baseline|to\s\d|increas|decreas|reduc|chang|improv|fell\b|rose\b|after|at (?:week|month|day|year|\d|follow)|p\s?[<>=])",
    re.IGNORECASE,
)


def before_treatment(scene: Scene, r: Printed) -> bool:
    """Whether a sentence tells how people were at baseline, and of nothing that came after."""
    return r.measure is None and _AT_BASELINE.match(scene.plain, 0, r.start) is not None and not _LATER.search(scene.plain)


def from_to(scene: Scene, r: Printed) -> bool:
    """ "rose from 0.26 to 0.31": before and after, each a number of its own."""
    if r.kind is not K.NUMBER or r.unit in ("year", "years"):
        return False
    low = max(0, r.start - 130)
    if _TO_NUMBER.match(scene.plain, r.end) and _CHANGED_FROM.search(scene.plain, low, r.start):
        return True
    earlier = [o for o in scene.printed if o.kind is K.NUMBER and o.end <= r.start]
    if not earlier or not re.search(r"\bto\s(?:an?\s|mean\s|median\s|of\s|value\s)*$", scene.plain[earlier[-1].end : r.start]):
        return False
    first = earlier[-1]
    return r.start - first.end < 50 and _CHANGED_FROM.search(scene.plain, max(0, first.start - 130), first.start) is not None


_OCCURRED_IN = re.compile(
    r"\b(?:occurred|developed|seen|observed|noted|reported|found|achieved|experienced|documented|recorded|detected|diagnosed|present)\s(?:only\s)?(?:in|by)\s(?:only\s)?$"
)
_EVENTS_NEXT = re.compile(
    r"\s(?:[A-Za-z-]+\s){0,2}(?:deaths?|infarctions?|ha?emorrhages?|complications?|relapses?|failures?|strokes?|events|recurrences|infections|fractures|perforations?|ruptures?|episodes of)\b"
)


#: "nine patients were asymptomatic", "109 duplex scans were normal".
_FOUND_SO = re.compile(
    r"\s(?:[A-Za-z-]+\s){1,5}?(?:were|was|remained|became)\s(?:all\s|clinically\s|completely\s|still\s|entirely\s|also\s)?"
    r"(?:asymptomatic|symptomatic|alive|dead|normal|abnormal|negative|positive|free (?:of|from)|cured|healed|stable|improved|unchanged|satisfied|[a-z]+-free|successful|patent|closed|continent|independent)\b"
)


def _is_count(scene: Scene, r: Printed) -> bool:
    """ "nine patients showed …", "in two of the eight men", "a complete response in 8": events in a single group."""
    if r.estimate is None or r.estimate != int(r.estimate) or r.estimate < 0:
        return False
    after = scene.plain[r.end : r.end + 90]
    before = scene.plain[max(0, r.start - 50) : r.start]
    if re.match(
        r"\s*(?:studies|trials|articles|RCTs|databases|cent(?:er|re)s|doses?|injections?|weeks?|months?|years?|days?|times|arms|groups|of (?:the )?(?:studies|trials))\b",
        after,
        re.IGNORECASE,
    ):
        return False
    if _counted_so(r, before, after):
        return True
    if re.search(r"\b(?:among|of|in total|with|all|the|other|these|those)\s*$", before, re.IGNORECASE) and not re.match(
        rf"\s*(?:{PEOPLE})\s(?:showed|had|died|responded|were alive)", after
    ):
        return False
    return _with_outcome(scene, r, before, after)


def _counted_so(r: Printed, before: str, after: str) -> bool:
    """Counts that their own words give away, whatever the outcome is called."""
    if _FOUND_SO.match(after):
        return True
    if r.kind is not K.NUMBER or r.unit is not None or "." in dict(r.printed).get("estimate", ""):
        return False
    return bool(_OCCURRED_IN.search(before) or (_EVENTS_NEXT.match(after) and not _NO_EVENT.search(after)))


def _with_outcome(scene: Scene, r: Printed, before: str, after: str) -> bool:
    """Counts that an outcome named in the sentence explains."""
    verb = re.match(rf"\s*(?:{PEOPLE})\b(?:\s\([^)]*\))?\s*(.{{0,60}})", after, re.IGNORECASE)
    if verb and verb[1]:
        return not _NO_EVENT.search(verb[1][:40]) and _event_outcome(scene, r) and not re.match(r"\s*with\b", verb[1])
    if re.search(r"\b(?:in|by)\s*$", before) and re.match(r"\s*(?:,|\.|;|and\b|or\b|$)", after):
        return bool(scene.outcomes)
    return bool(
        re.match(r"\s+(?:showed|had|died|survived|responded|relapsed|achieved|improved|developed|experienced|were alive)\b", after)
        and scene.outcomes
    )


def without_restatements(kept: list[Printed]) -> list[Printed]:
    """A count that the next bracket gives again with its percentage is one result."""
    events = {(r.events, r.total) for r in kept if r.percent and r.events is not None}
    plain = {e for e, _ in events}
    return [
        r
        for r in kept
        if not (
            r.kind in (K.WORD_NUMBER, K.NUMBER)
            and not r.percent
            and r.measure is None
            and r.estimate in plain
            and not r.has_interval
        )
    ]


def shared_units(scene: Scene, kept: list[Printed]) -> list[Printed]:
    """ "4.5 versus 2.9 mm": the unit stands once, behind the last of the two."""
    out = list(kept)
    for i in range(len(out) - 2, -1, -1):
        a, b = out[i], out[i + 1]
        if (
            a.unit is None
            and b.unit
            and not b.percent
            and a.kind == b.kind
            and re.fullmatch(r"\s?(?:versus|vs\.?|and|to|compared with|,\s?and|,)\s", scene.plain[a.end : b.start])
        ):
            out[i] = replace(a, unit=b.unit)
    return out
