"""The arms of a study: what was given to whom, by which route, from which source, at what dose, to how many."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.quick_init import replace
from nlp.arm_wordings import is_missing, wordings
from nlp.claim import Arm, ArmRole, Level, Quote
from nlp.domain import ConceptKind, Entry
from nlp.grammar.atom import AtomKind
from nlp.grammar.atoms import atoms
from nlp.grammar.number import WORD_NUMBER, number_value
from nlp.grammar.sieve import Sieved
from nlp.joined_arms import joined
from nlp.learned_arms import learnt_arms
from nlp.reading import ConceptMention, Reading, Role, Sentence
from nlp.tagged_arms import with_tagged

_FRONT = (Role.TITLE, Role.AIM, Role.METHOD, Role.BACKGROUND)
#: Between a facet and the cells that it tells of stand only words like these.
_MODIFIERS = re.compile(
    r"[\s,/()–-]*(?:(?:derived|tissue|type|modified|human|expanded|cultured|manufactured|isolated|harvested|obtained|from|the|of|a|an|and|or|single|repeated|injections?|infusions?|administrations?|implantations?|transplantations?|delivery|delivered|injected|infused|given|administered|implanted|healthy|unrelated|volunteers?|donors?|in|into|by|via|with|combined|adult|fresh|cryopreserved|preconditioned|doses?|either|ex|vivo|cells?|one|two|six|IT|IV|fetal|primary|autologous|allogeneic|micrografts?|containing|rich|dose|was|were|then)\b[\s,/()–-]*){0,9}",
    re.IGNORECASE,
)
_GIVING = Sieved(
    r"\b(?:injections?|injected|infusions?|infused|administ\w+|implant\w*|transplant\w*|deliver\w*|given|receiv\w+|cells?|therap\w+|treated|treatment|doses?|route)\b",
    re.IGNORECASE,
)
_FACETS = (ConceptKind.ROUTE, ConceptKind.CELL_SOURCE, ConceptKind.DONOR)
#: "bone marrow transplantation", "umbilical cord blood count": the words name no source of the cells under study.
_NO_SOURCE_AFTER = re.compile(
    r"^\s*(?:transplant(?:ation|s|ed)?\b(?! of (?:autolog|mesenchym))|biops|suppression|failure|toxicity|puncture|edema|oedema|lesion|clamping|milking|gas|blood gas)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Facets:
    route: str | None = None
    cell_source: str | None = None
    donor: str | None = None


def main_intervention(reading: Reading) -> ConceptMention | None:
    """The intervention that title, aim and methods speak of most; a wide concept gives way to a narrower one beside it."""
    counted: dict[str, tuple[float, ConceptMention]] = {}
    for sentence in reading.sentences:
        weight = {Role.TITLE: 4.0, Role.AIM: 2.0, Role.METHOD: 2.0, Role.BACKGROUND: 1.0}.get(sentence.role, 0.7)
        for m in reading.concepts_in(sentence.start, sentence.end, ConceptKind.INTERVENTION):
            score, first = counted.get(m.entry.id, (0.0, m))
            counted[m.entry.id] = (score + weight * (0.6 if _background_procedure(reading, m) else 1.0), first)
    if not counted:
        return None
    wide = {first.entry.details.get("broader") for _, first in counted.values()}
    ranked = sorted(
        counted.items(),
        key=lambda kv: (-kv[1][0] * (0.5 if kv[0] in wide and _is_any_cell(kv[1][1].entry) else 1.0), kv[1][1].start),
    )
    return ranked[0][1][1]


def _is_any_cell(entry: Entry) -> bool:
    return entry.details.get("broader") is None


_PROCEDURE_BEFORE = re.compile(
    r"\b(?:after|following|undergoing|post|before|with standard|background)\s+(?:[\w-]+\s){0,3}$", re.IGNORECASE
)


def _background_procedure(reading: Reading, m: ConceptMention) -> bool:
    """ "after allogeneic haematopoietic stem cell transplantation": given to everyone, and not what is studied."""
    return _PROCEDURE_BEFORE.search(reading.plain[max(0, m.start - 50) : m.start]) is not None


def same_family(entry: Entry, main: Entry) -> bool:
    """Whether two interventions are one, or one refines the other."""
    ids = {main.id, main.details.get("broader")} - {None}
    return entry.id in ids or entry.details.get("broader") in ids


def facet_mentions(reading: Reading, sentence: Sentence, main: Entry | None) -> list[ConceptMention]:
    """Routes, sources and donors that tell of the study's own intervention."""
    cells = reading.concepts_in(sentence.start, sentence.end, ConceptKind.INTERVENTION)
    found = []
    for facet in reading.concepts_in(sentence.start, sentence.end, *_FACETS):
        owner = _owner(reading, facet, cells, sentence)
        if owner is not None and main is not None and not same_family(owner.entry, main):
            continue
        if owner is None and not _loosely_given(reading, facet, sentence):
            continue
        found.append(facet)
    return found


def _owner(reading: Reading, facet: ConceptMention, cells: list[ConceptMention], sentence: Sentence) -> ConceptMention | None:
    inside = [c for c in cells if c.start <= facet.start and facet.end <= c.end]
    if inside:
        return inside[0]
    after = [c for c in cells if c.start >= facet.end and _MODIFIERS.fullmatch(reading.plain, facet.end, c.start)]
    before = [c for c in cells if c.end <= facet.start and _MODIFIERS.fullmatch(reading.plain, c.end, facet.start)]
    near = sorted(after + before, key=lambda c: min(abs(c.start - facet.end), abs(facet.start - c.end)))
    return near[0] if near else None


_DERIVED = re.compile(r"\b(?:derived|from|isolated|obtained)\b", re.IGNORECASE)


_PRODUCT = re.compile(r"\b(?:cells?|transplant|MSCs?|product|infus|inject)", re.IGNORECASE)


_BACKGROUND_DRUG = re.compile(
    r"\s*(?:thromboly|alteplase|tPA|rt-?PA|methylpred|immunoglob|IVIG|anticoag|sedation|contrast|fluids?|antibiotic|anesth|anaesth|cyclophos)",
    re.IGNORECASE,
)


def _loosely_given(reading: Reading, facet: ConceptMention, sentence: Sentence) -> bool:
    after = reading.plain[facet.end : facet.end + 40]
    if facet.kind is ConceptKind.CELL_SOURCE:
        if _NO_SOURCE_AFTER.match(after):
            return False
        near = reading.plain[max(sentence.start, facet.start - 60) : facet.start] + after
        return _DERIVED.search(near) is not None
    if facet.kind is ConceptKind.ROUTE:
        if _BACKGROUND_DRUG.match(after):
            return False
        return _GIVING.search(reading.plain[sentence.start : sentence.end]) is not None
    return _PRODUCT.search(reading.plain[sentence.start : sentence.end]) is not None


def _field(kind: ConceptKind) -> str:
    return {ConceptKind.ROUTE: "route", ConceptKind.CELL_SOURCE: "cell_source", ConceptKind.DONOR: "donor"}[kind]


def all_arms(reading: Reading, level: Level) -> tuple[Arm, ...]:
    """The packs' arms and those that the text alone tells of. What the text calls them is left in `reading.arm_names`."""
    known = arms_of(reading, level)
    if level is Level.POOLED:
        return with_tagged(reading, known)
    both = joined(reading, known, learnt_arms(reading))
    reading.arm_names = both.names
    return with_tagged(reading, tuple(_with_sizes(reading, list(both.arms))))


def arms_of(reading: Reading, level: Level) -> tuple[Arm, ...]:
    """The arms that the packs know: interventions first, then comparators. An exposure stands for the intervention where nothing is given."""
    main = main_intervention(reading)
    if main is None:
        return _exposed(reading)
    several = _parallel_interventions(reading, main)
    if several:
        intervention = several
    elif level is Level.POOLED:
        intervention = _pooled_arms(reading, main)
    else:
        intervention = [_with_dose(reading, _merged(reading, main, _FRONT_AND_RESULT))]
    exposure = _exposed(reading) if level is not Level.TRIAL and _exposure_leads(reading) else ()
    return (*exposure, *_with_sizes(reading, [*intervention, *_comparators(reading)]))


_FRONT_AND_RESULT = (*_FRONT, Role.RESULT)


def _exposure_leads(reading: Reading) -> bool:
    title = [s for s in reading.sentences if s.role is Role.TITLE]
    return bool(
        title
        and reading.concepts_in(title[0].start, title[0].end, ConceptKind.EXPOSURE)
        and not reading.concepts_in(title[0].start, title[0].end, ConceptKind.INTERVENTION)
    )


def _exposed(reading: Reading) -> tuple[Arm, ...]:
    mentions = [m for m in reading.concepts if m.kind is ConceptKind.EXPOSURE]
    if not mentions:
        return ()
    first = mentions[0]
    positive = Arm(ArmRole.EXPOSURE, f"{first.entry.label} positive", _quote(reading, first.start, first.end), first.entry.id)
    return (positive, Arm(ArmRole.COMPARATOR, f"{first.entry.label} negative", _quote(reading, first.start, first.end), None))


def _quote(reading: Reading, start: int, end: int) -> Quote:
    return Quote(start, end, reading.text[start:end])


def _merged(reading: Reading, main: ConceptMention, roles: tuple[Role, ...]) -> Arm:
    """One intervention with every facet that title, aim and methods give it; the first word on each facet counts."""
    facets = _Facets()
    for role in roles:
        for sentence in reading.of_role(role):
            for m in facet_mentions(reading, sentence, main.entry):
                if getattr(facets, _field(m.kind)) is None:
                    setattr(facets, _field(m.kind), m.entry.label)
    best = _narrowest(reading, main, roles)
    details = best.entry.details
    return Arm(
        ArmRole.INTERVENTION, best.entry.label, _quote(reading, best.start, best.end), best.entry.id,
        route=facets.route or details.get("route"), cell_source=_own_source(facets, details), donor=facets.donor or details.get("donor"),
    )  # fmt: skip


def _own_source(facets: _Facets, details: object) -> str | None:
    implied = details.get("cell_source") if hasattr(details, "get") else None
    return implied or facets.cell_source


def _narrowest(reading: Reading, main: ConceptMention, roles: tuple[Role, ...]) -> ConceptMention:
    front = [
        m
        for s in reading.of_role(*(r for r in roles if r in _FRONT))
        for m in reading.concepts_in(s.start, s.end, ConceptKind.INTERVENTION)
    ]
    narrower = [m for m in front if m.entry.details.get("broader") == main.entry.id]
    kinds = {m.entry.id for m in narrower}
    return narrower[0] if len(kinds) == 1 else main


_NUMBERED_ARM = re.compile(r"\b(?:arm|group)\s+(?:\d|[A-D])\b", re.IGNORECASE)


def _parallel_interventions(reading: Reading, main: ConceptMention) -> list[Arm]:
    """ "arm 1, X (n = 120) or C; arm 2, Y (n = 120) or C": several interventions of one trial, each with its own facets."""
    for sentence in reading.of_role(Role.METHOD):
        cells = reading.concepts_in(sentence.start, sentence.end, ConceptKind.INTERVENTION)
        numbered = _NUMBERED_ARM.findall(sentence.plain)
        if len({c.entry.id for c in cells}) > 1 and len(numbered) > 1:
            firsts = list({c.entry.id: c for c in reversed(cells)}.values())
            return [_own_arm(reading, c, sentence) for c in sorted(firsts, key=lambda c: c.start)]
    return []


def _own_arm(reading: Reading, cell: ConceptMention, sentence: Sentence) -> Arm:
    facets = _Facets()
    for m in reading.concepts_in(sentence.start, sentence.end, *_FACETS):
        near = _MODIFIERS.fullmatch(reading.plain, m.end, cell.start) if m.end <= cell.start else m.start < cell.end
        if near and getattr(facets, _field(m.kind)) is None and abs(m.start - cell.start) < 70:
            setattr(facets, _field(m.kind), m.entry.label)
    details = cell.entry.details
    return Arm(
        ArmRole.INTERVENTION, cell.entry.label, _quote(reading, cell.start, cell.end), cell.entry.id,
        route=facets.route or details.get("route"), cell_source=_own_source(facets, details), donor=facets.donor or details.get("donor"),
    )  # fmt: skip


def _pooled_arms(reading: Reading, main: ConceptMention) -> list[Arm]:
    """The intervention as the review's title and aim have it, then each route, source or donor that its results set apart."""
    first = _with_dose(reading, _merged(reading, main, (Role.TITLE, Role.AIM)))
    background = _merged(reading, main, (Role.BACKGROUND, Role.METHOD))
    if first.donor is None:
        first = replace(first, donor=background.donor)
    found = [first]
    seen = {first.route, first.cell_source, first.donor}
    for sentence in reading.of_role(Role.RESULT, Role.CONCLUSION):
        for m in facet_mentions(reading, sentence, main.entry):
            if m.entry.label not in seen:
                seen.add(m.entry.label)
                base = replace(first, route=None, cell_source=None, donor=None, dose=None, n=None)
                found.append(_with_facet(replace(base, quote=_quote(reading, m.start, m.end)), m))
    return found


def _with_facet(arm: Arm, m: ConceptMention) -> Arm:
    match m.kind:
        case ConceptKind.ROUTE:
            return replace(arm, route=m.entry.label)
        case ConceptKind.CELL_SOURCE:
            return replace(arm, cell_source=m.entry.label)
        case _:
            return replace(arm, donor=m.entry.label)


_CELL_DOSE = Sieved(r"10\s?\^|\(\d+\)|million|billion|cells")


def _with_dose(reading: Reading, arm: Arm) -> Arm:
    for sentence in reading.of_role(Role.TITLE, Role.METHOD, Role.AIM, Role.BACKGROUND, Role.RESULT):
        for atom in atoms(sentence.plain) if _CELL_DOSE.search(sentence.plain) else ():
            if atom.kind is AtomKind.DOSE and _CELL_DOSE.search(atom.text):
                return replace(arm, dose=sentence.text[atom.start : atom.end].strip())
    return arm


def _comparators(reading: Reading) -> list[Arm]:
    found: dict[str, Arm] = {}
    generic: Arm | None = None
    for sentence in reading.of_role(Role.TITLE, Role.AIM, Role.METHOD, Role.RESULT, Role.BACKGROUND):
        for m in reading.concepts_in(sentence.start, sentence.end, ConceptKind.COMPARATOR):
            kind = m.entry.details.get("class")
            if kind is None and is_missing(reading.plain, m.start):
                continue  # "There was no control group."
            arm = Arm(ArmRole.COMPARATOR, m.entry.label, _quote(reading, m.start, m.end), m.entry.id, comparator_class=kind)
            if kind is None:
                generic = generic or arm
            elif kind not in ("baseline", "other route", "other dose"):
                found.setdefault(kind if kind != "active" else m.entry.label, arm)
    return list(found.values()) or ([generic] if generic else [])


def _with_sizes(reading: Reading, arms: list[Arm]) -> list[Arm]:
    sized = list(arms)
    for sentence in reading.of_role(Role.METHOD, Role.RESULT, Role.AIM):
        if all(a.n is not None for a in sized):
            break  # the first size that the text gives an arm is the one that counts
        for i, n in _sizes(reading, sentence, sized):
            if sized[i].n is None:
                sized[i] = replace(sized[i], n=n)
    return sized


_ALLOCATED = Sieved(
    r"\b(?:randomi[sz]ed|randomly|assigned|allocated|enrolled|included|divided|comprised|consisted|underwent|were treated|recruited|received|entered|participants|participated|in total|analy[sz]ed)\b",
    re.IGNORECASE,
)
_GROUP_WORDS = {
    ArmRole.INTERVENTION: Sieved(
        r"(?:intervention|treatment|treated|experimental|active|study|test|therapy|(?:stem )?cells?|transplant(?:ation)?|MSCs?)\s(?:group|arm|sites?|patients)\b|\bintervention\b",
        re.IGNORECASE,
    ),
    ArmRole.COMPARATOR: Sieved(r"\bcontrols?(?:\s(?:group|arm|sites?|patients))?\b|\bplacebo\b|\bsham\b", re.IGNORECASE),
}


#: A whole number, and no part of a longer one.
_N = r"(?:\d{1,3}(?:,\d{3})+|\d++)(?![\d.,]\d|\s?/\s?\d)"
_GIVEN = r"(?:received|took|used|underwent|(?:were|was) (?:given|fed|offered|treated with|assigned to|allocated to|randomi[sz]ed to)(?:\s[\w-]+)?)"
_SIZE_BEFORE = re.compile(
    rf"(?:(?<![\w.,%:-])({_N})\s(?:patients?\s|participants?\s|subjects?\s|people\s|knees\s)?(?:[(\[]|(?:in|for|to|on|from|"
    + _GIVEN
    + r")\s)?(?:the\s|an?\s|to\s)?)$"
)
#: "30 received white grape juice (" before the short form.
_SIZE_BEFORE_NAME = re.compile(rf"(?<![\w.,%:-])({_N})\s(?:[a-z]+\s)?{_GIVEN}\s[^,;.()\d]{{2,60}}\s\($")
#: Longer is no lead from a size to a name.
_LONGEST_LEAD = 200
#: "eight of them were given X": a part, and no arm.
_SOME_OF_THEM = Sieved(r"\b(?:of (?:them|these|those|whom)|these|those)\b", re.IGNORECASE)


#: "320 patients were randomised to X or Y": the size of both together.
_OR_ANOTHER = re.compile(r"(?:\s(?:group|arm|therapy|treatment))?\s?(?:\([^()]{1,20}\)\s)?(?:,?\sor|\sversus|\svs\.?)\s")


_EACH = Sieved(
    rf"\b(?:each|both) (?:group|arm)s?\b(?! (?:of|at|for|after)\b)[^.;\d]{{0,14}}?(?<![\w.,])({_N}|{WORD_NUMBER})\b(?!\s?%|\.\d|\s(?:weeks|months|years|days|mg|times|doses))|\(({_N}) (?:in|per) each (?:group|arm)\)|(?<![\w.,])({_N}) (?:in|per) (?:each )?(?:group|arm)\b(?! [\dA-Z]\b)",
    re.IGNORECASE,
)
#: What _EACH cannot do without.
_EACH_GROUP = Sieved(r"\b(?:each|both|in|per) (?:each )?(?:group|arm)", re.IGNORECASE)
_BEHIND_ARM = re.compile(
    rf"(?:\s(?:group|arm|sites?|patients|therapy|treatment|transplantation)s?)?\s?(?:[(\[,]\s?)?(?:(?:group|arm)\s\w{{1,3}}\s?[,;:]\s?)?(?:[nN]\s?)?=\s?({_N})|(?:\s(?:group|arm))?\s?[(\[]({_N})\s(?:patients|participants|subjects)"
)
_SIZE_BEHIND = re.compile(r"=|\d\s(?:patients|participants|subjects)")
_DIGIT = re.compile(r"\d")


_NUMBER_OR_WORD = re.compile(r"[\d,]+|[a-z-]+")


def _size_before(lead: str) -> re.Match[str] | None:
    """The size in the words before an arm's name."""
    return _SIZE_BEFORE.search(lead, max(0, len(lead) - 110)) or (_SIZE_BEFORE_NAME.search(lead) if lead.endswith("(") else None)


def _sizes(reading: Reading, sentence: Sentence, arms: list[Arm]) -> list[tuple[int, int]]:
    """Arm sizes: "MSC (n = 27)", "31 for the MSC and 13 for the control groups", "SB623 = 46", "104 MultiStem, 102 placebo"."""
    each = _EACH.search(sentence.plain) if _EACH_GROUP.search(sentence.plain) else None
    if each:
        size = next(g for g in each.groups() if g)
        n = int(number_value(size)) if _NUMBER_OR_WORD.fullmatch(size) else 0
        sides = [
            next((i for i, a in enumerate(arms) if a.role is role), None) for role in (ArmRole.INTERVENTION, ArmRole.COMPARATOR)
        ]
        return [(i, n) for i in sides if i is not None] if n > 1 else []
    if not _DIGIT.search(sentence.plain):
        return []
    # "3 in the X group" of a results sentence are those with the event.
    sizes_before = sentence.role is not Role.RESULT or _ALLOCATED.search(sentence.plain) is not None
    if not sizes_before and not _SIZE_BEHIND.search(sentence.plain):
        return []
    words = _arm_words(reading, sentence, arms)
    some_of_them = next((m.end() for m in _SOME_OF_THEM.finditer(sentence.plain)), len(sentence.plain))
    found: list[tuple[int, int]] = []
    for i, start, end in words:
        after = _BEHIND_ARM.match(sentence.plain, end)
        lead = sentence.plain[max(0, start - _LONGEST_LEAD) : start]
        shared = _OR_ANOTHER.match(sentence.plain, end) is not None
        before = _size_before(lead) if sizes_before and start < some_of_them and not shared else None
        number = (after[1] or after[2]) if after else before[1] if before else None
        size = int(number.replace(",", "")) if number else 0
        if 1 < size < 1_000_000:
            found.append((i, size))
    return found or _listed_sizes(sentence, words)


_TWO_SIZES = Sieved(
    r"(?<![\w.%-])(\d+) and (\d+) (?:[a-z]+ )?(?:patients|participants|subjects|students|children|women|men|people|eyes|individuals|infants|adults)\b"
)


def _listed_sizes(sentence: Sentence, words: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """ "In the X and Y groups, 19 and 24 students were enrolled": two arms in a row, two sizes in a row."""
    sizes = list(_TWO_SIZES.finditer(sentence.plain))
    places = sorted({(start, i) for i, start, _ in words})
    order = list(dict.fromkeys(i for _, i in places))
    if len(sizes) < 1 or len(order) != 2 or not _ALLOCATED.search(sentence.plain):
        return []
    return list(zip(order, (int(sizes[0][1]), int(sizes[0][2])), strict=True))


def _arm_words(reading: Reading, sentence: Sentence, arms: list[Arm]) -> list[tuple[int, int, int]]:
    found: list[tuple[int, int, int]] = []
    for m in reading.concepts_in(sentence.start, sentence.end, ConceptKind.INTERVENTION, ConceptKind.COMPARATOR):
        i = next((i for i, a in enumerate(arms) if a.concept == m.entry.id), None)
        if i is None and m.kind is ConceptKind.INTERVENTION:
            i = next((i for i, a in enumerate(arms) if a.role is ArmRole.INTERVENTION), None)
        if i is None and m.kind is ConceptKind.COMPARATOR:
            i = next((i for i, a in enumerate(arms) if a.role is ArmRole.COMPARATOR), None)
        if i is not None and m.entry.details.get("class") != "baseline":
            found.append((i, m.start - sentence.start, m.end - sentence.start))
    own_wordings, names, _ = wordings(reading.arm_names)
    if own_wordings is not None:
        for span, name in own_wordings.found(reading.plain, sentence.start, sentence.end):
            found.append((names[name], span.start - sentence.start, span.end - sentence.start))
    for role, pattern in _GROUP_WORDS.items():
        i = next((i for i, a in enumerate(arms) if a.role is role), None)
        if i is not None:
            found.extend((i, m.start(), m.end()) for m in pattern.finditer(sentence.plain))
    return found
