"""What was studied: level and design, how many people, and the arms that were compared."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.document import Document
from crawler.quick_init import quick_init, replace
from crawler.record import registry_ids
from nlp.arms import all_arms
from nlp.claim import Arm, Concept, Level, Study
from nlp.domain import ConceptKind
from nlp.grammar.number import LARGE_NUMBER, number_value
from nlp.grammar.sieve import Passage, Sieved
from nlp.reading import Reading, Role

_POOLED = Sieved(
    r"\bmeta-?\s?analys[ei]s|\bmeta-?analy[sz]ed|\bsystematic(?:ally)? review|\bpooled analysis|\bumbrella review|\bnetwork meta|\bnine studies|\bstudies were (?:included|eligible)",
    re.IGNORECASE,
)
_POOLED_ANALYSIS = Sieved(r"\bpooled analysis\b|\bmeta-analysis\b", re.IGNORECASE)
_TRIAL = Sieved(
    r"\b(?:trial|randomi[sz]ed|placebo|phase (?:I|II|III|IV|1|2|3)|single-arm|open-label|pilot study|cohort|patients?|participants|prospective|retrospective|case series|multicent(?:er|re))\b",
    re.IGNORECASE,
)

_RANDOMISED = r"\brandomi[sz]ed(?<!non-randomi[sz]ed)(?<!non–randomi[sz]ed)(?<!non randomi[sz]ed)(?<!not randomi[sz]ed)(?<!quasi-randomi[sz]ed)"
#: Designs from the most to the least telling; the first that the title, aim or methods name is taken.
DESIGNS: tuple[tuple[str, Sieved], ...] = tuple((name, Sieved(pattern, re.IGNORECASE)) for name, pattern in (
    ("network meta-analysis", r"network meta-?analysis"),
    ("meta-analysis", r"meta-?\s?analys[ei]s|meta-?analy[sz]ed"),
    ("systematic review", r"systematic(?:ally)? review"),
    ("pooled analysis", r"pooled (?:individual )?(?:patient )?(?:data )?analysis|pooled analysis|were pooled"),
    ("randomised crossover trial", rf"{_RANDOMISED}[^.]{{0,80}}\bcross-?over|\bcross-?over[^.]{{0,80}}{_RANDOMISED}"),
    ("non-randomised trial", r"\b(?:non|quasi)[-\s–]?randomi[sz]ed"),
    ("randomised controlled trial", rf"{_RANDOMISED}|randomly|at random|\bRCT\b"),
    ("non-randomised trial", r"controlled trial|\bnot randomi[sz]ed"),
    ("single-arm trial", r"single-arm|open-label|phase (?:I|1)\b|phase I/II|pilot study|uncontrolled"),
    ("cohort study", r"cohort|prospective study|retrospective"),
    ("case series", r"case series|case reports?"),
))  # fmt: skip

_PEOPLE = r"(?:patients?|participants?|subjects?|individuals?|people|children|adults?|women|men|volunteers|cases|persons|infants|neonates|eyes|knees|boys and girls|pairs|males?|females?|students|nurses|outpatients|inpatients|adolescents|athletes|mothers|caregivers|veterans|residents|survivors)"
_NUMBER_OF_PEOPLE = Sieved(
    rf"(?<![\w.–-])(?P<n>{LARGE_NUMBER})\s+(?:(?!(?:studies|trials|RCTs|articles|with|of|and|to|or|in|for)\b)[A-Za-z][\w'’-]*\s+){{0,4}}?{_PEOPLE}\b",
    re.IGNORECASE,
)
_N_EQUALS = Sieved(rf"\b{_PEOPLE}\s*[(\[]\s*[nN]\s*=\s*(?P<n>\d[\d,]*)\s*[)\]]", re.IGNORECASE)
_TOTAL_WORDS = re.compile(
    r"\b(?:randomi[sz]ed|randomly|at random|allocated|assigned|enrolled|recruited|included|were eligible|in total|a total of|in all|overall|analysis covered|entered|took part|comprising|involving|trials? with|studies (?:with|and)|studies,|articles|RCTs)\b",
    re.IGNORECASE,
)
_IN_EACH = Sieved(r"\b(?:each|both) (?:group|arm)s? (?:had|comprised|included|of)\s+(?P<n>\d+|\w+) ", re.IGNORECASE)
_STUDIES = Sieved(r"\b(\d{1,6}|[A-Za-z-]{2,24})\s+(?:\w{1,24}[\s-]){0,4}?(?:studies|trials|RCTs|articles)\b")
_PART_WORDS = re.compile(
    r"\b(?:completed|of (?:whom|these|them)|lost|withdrew|died|excluded|dropped|screened|in the [\w-]+ (?:group|arm)|group\b|responded|improved|had|each|per arm|worldwide|per million|analy[sz]ed)\b",
    re.IGNORECASE,
)


_NO_REVIEW_YET = re.compile(r"\bno (?:recent )?(?:review|meta-analysis)\b[^.]*\bwe (?:randomi)")


def level_of(reading: Reading) -> Level:
    """Trial, pooled analysis, or neither, by the words of title, aim and methods, then of the whole text."""
    sentences = reading.of_role(Role.TITLE, Role.AIM, Role.METHOD, Role.BACKGROUND)
    front = Passage(s.plain for s in sentences)
    whole = Passage(s.plain for s in [*sentences, *reading.of_role(Role.RESULT)])
    if _POOLED.search_in(front) and not _NO_REVIEW_YET.search(front.text):
        return Level.POOLED
    if _POOLED_ANALYSIS.search_in(whole):
        return Level.POOLED
    return Level.TRIAL if _TRIAL.search_in(whole) else Level.OTHER


def design_of(reading: Reading, level: Level) -> str | None:
    """The study's design, or None where the text names none."""
    title = Passage(s.plain for s in reading.of_role(Role.TITLE))
    front = Passage(s.plain for s in reading.of_role(Role.TITLE, Role.AIM, Role.METHOD, Role.BACKGROUND, Role.RESULT))
    for passage in (title, front):
        for name, pattern in DESIGNS[:4] if level is Level.POOLED else DESIGNS[4:]:
            if pattern.search_in(passage):
                return name
    return None


@quick_init
@dataclass(frozen=True, slots=True)
class _Count:
    n: int
    weight: int
    place: int


def sample_size(reading: Reading, arms: tuple[Arm, ...], level: Level) -> int | None:
    """How many people were studied: what the text says of all of them, else the arms added up."""
    counts = _counts(reading)
    sizes = [a.n for a in arms if a.n]
    divided = _divided(reading)
    if divided and divided >= sum(sizes):
        return divided
    whole = sum(sizes) if len(sizes) > 1 else 0
    if whole and any(c.n == whole for c in counts):
        return whole
    if whole and level is Level.TRIAL and counts and max(c.n for c in counts) in sizes:
        return whole  # "39 patients in one group and 15 in the other": no number is larger than an arm's
    best = max(counts, key=lambda c: (c.weight, -c.place), default=None)
    if best is not None and (best.weight > 0 or not whole):
        return best.n
    if whole and level is Level.TRIAL:
        return whole
    return best.n if best else None


_DIVIDED = re.compile(
    rf"\s*Of (?:the |a total of )?(\d[\d,]*|[a-z-]+) (?:\w+ )?{_PEOPLE}\b[^.;]{{0,160}},[^.;]{{0,120}}\b\d+\b[^.;]{{0,120}}\bgroups?\b",
    re.IGNORECASE,
)


def _divided(reading: Reading) -> int | None:
    """ "Of 54 patients …, 31 in one group and 13 in the other": the whole that is divided."""
    for sentence in reading.of_role(Role.METHOD, Role.RESULT):
        found = _DIVIDED.match(sentence.plain)
        if found and number_value(found[1]) > 1:
            return int(number_value(found[1]))
    return None


def _counts(reading: Reading) -> list[_Count]:
    found: list[_Count] = []
    for sentence in reading.of_role(Role.AIM, Role.METHOD, Role.RESULT, Role.BACKGROUND):
        plain = sentence.plain
        each = _IN_EACH.search(plain)
        for m in [*_NUMBER_OF_PEOPLE.finditer(plain), *_N_EQUALS.finditer(plain)]:
            n = number_value(m["n"]) if m["n"].lower() not in ("a", "an") else 0
            if n >= 2 and not (each and m.start() >= each.start()):
                found.append(_Count(int(n), _weight(plain, m, sentence.role), sentence.start + m.start()))
    return found


_WERE_STUDIED = re.compile(
    r"\s*(?:were randomi[sz]ed|were (?:allocated|assigned|enrolled|included)|entered|took part)", re.IGNORECASE
)


_RATE_BEFORE = re.compile(r"\b(?:aged?|per|every)\s*$", re.IGNORECASE)


_OPEN_BRACKET = re.compile(r"\([^()]*$")


_ONE_SEX = re.compile(r"\b(?:wom|m)en$|males?$", re.IGNORECASE)


def _weight(plain: str, m: re.Match[str], role: Role) -> int:
    near = plain[max(0, m.start() - 50) : m.end() + 70]
    tail = plain[m.end() : m.end() + 40]
    weight = 2 * bool(_TOTAL_WORDS.search(near)) + (role in (Role.METHOD, Role.RESULT))
    if _PART_WORDS.search(plain[max(0, m.start() - 20) : m.start()] + tail):
        weight -= 2
    if _ONE_SEX.search(m[0]):
        weight -= 1  # "110 men and 90 women": a part as a rule
    if _OPEN_BRACKET.search(plain[: m.start()]):
        weight -= 2
    if _RATE_BEFORE.search(plain[: m.start()]):
        weight -= 1
    if _WERE_STUDIED.match(tail):
        weight += 1
    return weight - (role is Role.BACKGROUND)


def conditions(reading: Reading) -> tuple[Concept, ...]:
    """The conditions studied: those of the title, else the most spoken of. Broader ones give way to narrower ones."""
    mentions = [m for m in reading.concepts if m.kind is ConceptKind.CONDITION]
    title = [s for s in reading.sentences if s.role is Role.TITLE]
    in_title = [m for m in mentions if title and m.end <= title[0].end]
    counted: dict[str, int] = {}
    for m in mentions:
        counted[m.entry.id] = counted.get(m.entry.id, 0) + 1 + 3 * (m in in_title)
    if not counted:
        return ()
    by_id = {m.entry.id: m.entry for m in mentions}
    top = max(counted.values())
    kept = [i for i, n in counted.items() if n >= max(1, top / 2)]
    broader = {by_id[i].details.get("broader") for i in kept}
    return tuple(Concept(i, by_id[i].label, "condition") for i in kept if i not in broader or len(kept) == 1)


def studied(document: Document, reading: Reading) -> tuple[Study, tuple[Arm, ...]]:
    """The study as a whole, and its arms."""
    level = level_of(reading)
    arms = all_arms(reading, level)
    told = " ".join(s.plain for s in reading.of_role(Role.METHOD, Role.RESULT)) if level is Level.POOLED else ""
    number = _STUDIES.search(told)
    k = int(number_value(number[1])) if number and number_value(number[1]) > 0 else None
    registered = tuple(dict.fromkeys([*document.registry_ids, *registry_ids(document.text)]))
    study = Study(level, design_of(reading, level), None, k, registered, conditions(reading))
    return replace(study, sample_size=sample_size(reading, arms, level)), arms
