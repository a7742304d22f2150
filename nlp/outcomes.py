"""Which words of a sentence name an outcome: the packs' names with their qualifiers, and where no pack knows it, the words themselves."""

from __future__ import annotations

import re

from crawler.quick_init import replace
from nlp.brackets import Clauses
from nlp.claim import Better, Outcome
from nlp.domain import ConceptKind
from nlp.grammar.needs import folded
from nlp.grammar.number import LARGE_NUMBER
from nlp.phrases import PEOPLE
from nlp.polarity import better_by_words
from nlp.reading import ConceptMention, OutcomeMention, Reading, Sentence
from nlp.turners import Turned, is_counted, turned
from nlp.worded import worded

#: Words before a name that belong to it.
_QUALIFIERS = "serious|severe|total|overall|mean|residual|acute|chronic|primary|major|minor|late|early|new|no new|any|treatment|transplantation|procedure|cell|infusion|disease|injection|drug|therapy|emergent|related|all-cause|cause|cardiovascular|cardiac|upper|lower|left|right|clinical|functional|successful|temporary|incident|recurrent|transient|mild|moderate|permanent|grade|30-day|28-day|90-day|in-hospital|hospital|one-year|light|peripheral|cerebral|myocardial|bone|cartilage|infectious|opportunistic|viral|bacterial|fungal|cytomegalovirus|pulmonary|urinary|respiratory|local|systemic|white|gray|grey|matter|serum|plasma|CSF|fasting|urinary|residual|motor|sensory|leg|arm|limb|extremity|knee|back|pain|wound|ulcer|complete|partial"
_LEFT = re.compile(rf"(?:\b(?:{_QUALIFIERS})[\s-]+){{1,5}}$", re.IGNORECASE)
#: What _LEFT and _QUALIFIED need at the end of a text, which is found out sooner than by a search from its beginning.
_LAST_QUALIFIERS = tuple(_QUALIFIERS.split("|"))
_LONGEST_QUALIFIER = max(map(len, _LAST_QUALIFIERS))
_MOST_SEEN = 80
#: Five qualifiers stand within so many characters of their name.
_FARTHEST = 160
_BETWEEN_WORDS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace()) + "-"
_RIGHT = re.compile(
    r"^(?:\s?\([A-Za-z0-9 -]{2,20}\))?(?:[\s-](?:(?:sub)?scores?|scales?|rates?|levels?|grades?\s?(?:[IVX]+|[A-E]|\d)(?:\s?[-–]\s?(?:[IVX]+|\d))?\b|(?:grade\s)?[A-E]\b(?=\s?[(,;.])|reduction|gain|improvement|progression|index|volume|latenc(?:y|ies)|incidence|frequency|severity|thickness|defect|load|intensity|function|ratio|status|test|distance|time|concentrations?|events?|class)\b){0,2}"
    r"(?:\s?(?:≥|≤|<|>|<=|>=)\s?\d+(?:\.\d+)?(?:\s?(?:mm|cm|%|points?))?|\s(?:score\s)?of\s\d+\sor\s(?:less|more)|\s0[–-][1-6]\b)?"
)
_QUALIFIED = re.compile(r"(?:([\w-]+(?:\s[\w-]+)?)\s(?:score|subscale|subscore|component|domain)\sof\sthe\s)$", re.IGNORECASE)

#: Where a noun phrase cannot go on, when its beginning is sought leftwards from a number or a verb: at these words, and at marks.
_STOPS_LEFT = frozenset(re.findall(r"\w+", """
    was were is are had has have been be showed showe shows shown in of to for with by on at from than and or but nor while
    whereas although that which who when where there after before during between among within versus vs compared
    significantly significant significance greater higher lower larger smaller fewer less more better worse improved
    increased decreased reduced rose fell dropped achieved reached observed seen found noted reported detected indicated the
    a an its their this these both neither no not also however did does do only similar comparable patients participants
    subjects received underwent developed experienced occurred respectively likewise too again then thus moreover
    furthermore additionally secondary results result baseline group groups arm arms controls control placebo us we it they
    all each every other
"""))  # fmt: skip
_WORD_OR_MARK = re.compile(r"\w+|[,;:()\[\]]")


def stops_left(text: str, start: int, end: int) -> list[int]:
    """Where the words and marks end at which no noun phrase goes on, in a stretch of a text."""
    return [m.end() for m in _WORD_OR_MARK.finditer(text, start, end) if m[0].lower() in _STOPS_LEFT or m[0] in ",;:()[]"]


def outcome_mentions(reading: Reading, sentence: Sentence) -> list[OutcomeMention]:
    """The packs' outcomes in a sentence, each with its qualifiers, in order."""
    found: list[OutcomeMention] = []
    interventions = reading.concepts_in(sentence.start, sentence.end, ConceptKind.INTERVENTION, ConceptKind.CONDITION)
    for m in reading.concepts_in(sentence.start, sentence.end, ConceptKind.OUTCOME):
        if _no_outcome_here(reading, sentence, m.start, m.end):
            continue
        if any(i.start <= m.start and m.end <= i.end and (i.end - i.start) > (m.end - m.start) for i in interventions):
            continue
        start, end = _extended(reading, sentence, m.start, m.end)
        if found and start < found[-1].end:
            start = m.start
            if start < found[-1].end:
                continue
        plain = OutcomeMention(start, end, reading.text[start:end], m.entry.label, m.entry)
        mention = _turned(reading, sentence, worded(reading, sentence, plain))
        if found and found[-1].start >= mention.start and mention is not plain:
            found.pop()  # "Eradication of infection": the word that turns is no outcome beside it.
        found.append(mention if not found or mention.start >= found[-1].end else plain)
    found = sorted([*found, *_conditions_counted(reading, sentence, interventions, found)], key=lambda m: m.start)
    found = _heads(reading, _of_ratios(sentence, found))
    return _spared(reading, sentence, found) if "without" in sentence.plain else found


#: "Survival without relapse": one name, where it is what the sentence tells of.
_WITHOUT = re.compile(
    r"(?P<head>\w[\w -]{0,60}?)\swithout\s(?:(?:the|any|an?|major|severe|serious|moderate|new|further)\s){0,2}$", re.IGNORECASE
)
_TOLD = re.compile(
    r"(?:\sat\s[\w\s-]{1,20}?)?\s(?:was|were|is|are|did|had|occurred|increased|decreased|improved|fell|rose|favou?red|differed)\b",
    re.IGNORECASE,
)
_GOOD_STATE = re.compile(r"(?:discharged?|alive|delivery|extubation|birth|days|life|living)$", re.IGNORECASE)


def _spared(reading: Reading, sentence: Sentence, found: list[OutcomeMention]) -> list[OutcomeMention]:
    """The outcomes, what somebody was spared taken together with the state that they were in: "survival without relapse"."""
    out: list[OutcomeMention] = []
    for m in found:
        low = max(sentence.start, m.start - _SEEN)
        low = max([low, *(p for p in stops_left(reading.plain, low, m.start))])
        head = _WITHOUT.search(reading.plain, low, m.start)
        if head is None or _TOLD.match(reading.plain, m.end, sentence.end) is None:
            out.append(m)
            continue
        last = out.pop() if out and out[-1].end > head.start("head") else None
        start = last.start if last is not None else head.start("head")
        better = _state_without(last, head["head"], m)
        text = reading.text[start : m.end]
        out.append(OutcomeMention(start, m.end, text, text, better=better, unsaid=better is None))
    return out


def _state_without(last: OutcomeMention | None, head: str, spared: OutcomeMention) -> Better | None:
    """The better value of a state without something; None where the state is as good as what was spared is bad."""
    own = Better.HIGHER if _GOOD_STATE.search(head) else better_by_words(head)
    own = (_better(last) if last is not None else None) or own
    turned_by = {Better.LOWER: Better.HIGHER, Better.HIGHER: Better.LOWER}.get(_better(spared) or Better.LOWER)
    return own if own is turned_by else None


#: Conditions that are no illness.
_NO_ILLNESS = re.compile(r"transplant|infants|edentul", re.IGNORECASE)


def _conditions_counted(
    reading: Reading, sentence: Sentence, known: list[ConceptMention], found: list[OutcomeMention]
) -> list[OutcomeMention]:
    """Illnesses whose frequency is told are outcomes that nobody wants: "non-union was less frequent"."""
    counted: list[OutcomeMention] = []
    for c in known:
        if c.entry.kind is not ConceptKind.CONDITION or any(c.start < m.end and m.start < c.end for m in (*found, *counted)):
            continue
        if any(m.start == c.end + 1 for m in found):
            continue  # "Asthma worsening occurred in": the illness says whose worsening.
        if is_counted(reading.plain, c.end, sentence.end) and not _NO_ILLNESS.search(c.entry.label):
            text = reading.text[c.start : c.end]
            mention = _turned(reading, sentence, OutcomeMention(c.start, c.end, text, text, better=Better.LOWER))
            counted.append(replace(mention, illness=True))
    return counted


_RATIO_OF = re.compile(r"\(\s?(?:a?(?:HR|OR|RR|IRR)|(?:hazard|odds|risk|rate)\sratios?|relative\srisk)\s(?:for|of)\s[^()\d]{0,60}$")
_RATED = re.compile(
    r"\b(?:was|were|is|are)\s(?:\w+ly\s)?(?:longer|shorter|higher|lower|greater|better|worse|improved|prolonged|extended|reduced|increased|more|less)\b"
)


def _of_ratios(sentence: Sentence, found: list[OutcomeMention]) -> list[OutcomeMention]:
    """The outcomes without what a ratio in brackets counts: "Event-free survival was longer (HR for relapse or death 0.75)" tells of one."""
    first = next((i for i, m in enumerate(found) if "(" in sentence.plain[: m.start - sentence.start]), len(found))
    kept = found[:first]
    for m in found[first:]:
        head = sentence.plain[: m.start - sentence.start]
        counted = _RATIO_OF.search(head, max(0, len(head) - 90))
        told = counted is not None and _RATED.search(head, max(0, counted.start() - 120), counted.start()) is not None
        if not told:
            kept.append(m)
    return kept


#: "Stroke-specific quality of life", "symptom-limited exercise": the name only says which.
_WHICH = re.compile(
    r"-(?:limited|specific|related|induced|associated|adjusted|provoked|modified)\s(?:[\w-]+\s){0,2}|\s", re.IGNORECASE
)


def _heads(reading: Reading, found: list[OutcomeMention]) -> list[OutcomeMention]:
    """The outcomes without those that only qualify the next one, whose side is another: "pregnancy complications"."""
    return [m for i, m in enumerate(found) if i + 1 == len(found) or not _qualifies(reading, m, found[i + 1])]


#: "SF-36 pain": a scale's part, and no scale that only says which pain.
_SCALE = re.compile(r"\d|[A-Z]{2}|score|scale")


def _qualifies(reading: Reading, m: OutcomeMention, head: OutcomeMention) -> bool:
    sides = {_better(m), _better(head)}
    return len(sides) == 2 and not _SCALE.search(m.text) and _WHICH.fullmatch(reading.plain, m.end, head.start) is not None


def _turned(reading: Reading, sentence: Sentence, m: OutcomeMention) -> OutcomeMention:
    """The mention under all its words where words beside it turn its side: "seizure freedom", "poor sleep quality"."""
    better = _better(m)
    if better is None and m.entry is None:
        return m
    whole = turned(reading.plain, m.start, m.end, better, sentence.start, sentence.end)
    if whole is None or (whole.better is better is not None and not _another(m, whole)):
        return m
    text = reading.text[whole.start : whole.end]
    return OutcomeMention(whole.start, whole.end, text, text, better=whole.better, unsaid=whole.better is None)


def _another(m: OutcomeMention, whole: Turned) -> bool:
    """Whether it is the survival of something that no name of the pack's outcome holds."""
    return whole.of is not None and not (m.entry and any(whole.of in name.lower() for name in m.entry.names))


def _better(m: OutcomeMention) -> Better | None:
    told = m.entry.details.get("better") if m.entry is not None else None
    return Better(told) if told else m.better


_GENERIC = re.compile(r"^(?:improvements?|improvement rates?|worsening|efficacy|effectiveness)$", re.IGNORECASE)


_ENDPOINT = re.compile(r"\s(?:endpoints?|end points?|outcomes?|measures?)")


_ENDPOINT_OF = re.compile(r"\s(?:endpoints?|end points?|outcomes?|measures?|ratio of|in\s(?:the\s)?\w+|of (?:the )?\w+)")


_TOPIC = re.compile(r"\s*(?:for|in|regarding|concerning|among)\s(?:the\s)?(?:\w+\s)?", re.IGNORECASE)


_NUMBER_SOON = re.compile(r"[^,;.]{0,16}\d")


_A_VALUE = re.compile(r"(?:\sscores?)?\s?(?:of|between|from|≥|≤|<|>|at least|[\d(])\s?[\d≥≤<>]?")


_HAVING = re.compile(r"\b(?:with|having|whose)\s(?:an?\s|the\s)?$")
#: Who is looked at: "Among patients who responded, …".
_WHO = re.compile(
    r"\s*(?:in|for|among|of)\s(?:the\s|all\s|those\s)?(?:\w+\s){0,2}?(?:patients|participants|subjects|women|men|children|people|adults|individuals|those)\s(?:who|with|without|having)\b[^,]{0,60}",
    re.IGNORECASE,
)


_IN_WHOM = re.compile(
    r"\b(?:in|among)\s(?:the\s|all\s)?(?:\w+\s)?(?:patients|participants|subjects|women|men|children|people|adults|individuals|those)\swho\s(?:had\s|were\s)?$",
    re.IGNORECASE,
)


def _no_outcome_here(reading: Reading, sentence: Sentence, start: int, end: int) -> bool:
    """A topic ("For motor function, the score …"), or a word that only announces the outcome ("the primary efficacy endpoint")."""
    before, after = reading.plain[sentence.start : start], reading.plain[end : sentence.end]
    if _HAVING.search(before) and _A_VALUE.match(after) and _NUMBER_SOON.match(after):
        return True  # who was studied, not what was measured: "those with an EDSS of 6.0-6.5"
    if is_topic(reading, sentence, start, end):
        return bool(reading.concepts_in(end, sentence.end, ConceptKind.OUTCOME))
    if (_WHO.fullmatch(before) and "," in after[:80]) or _IN_WHOM.search(before, max(0, len(before) - 60)):
        return len(reading.concepts_in(sentence.start, sentence.end, ConceptKind.OUTCOME)) > 1
    if not _GENERIC.match(reading.text[start:end]):
        return False
    return _ENDPOINT_OF.match(after) is not None and (
        _ENDPOINT.match(after) is not None
        or any(m.start - end < 24 for m in reading.concepts_in(end, sentence.end, ConceptKind.OUTCOME))
    )


def is_topic(reading: Reading, sentence: Sentence, start: int, end: int) -> bool:
    """Whether a stretch only opens the sentence: "For motor function, the score …"."""
    return reading.plain[end : end + 1] == "," and _TOPIC.fullmatch(reading.plain[sentence.start : start]) is not None


#: "Lower" sets against a higher one, but for what a body has above and below.
_LOWER = re.compile(
    r"\blower[\s-]+(?!back|limb|leg|extremit|urinary|respiratory|body|gastro|GI\b|airway|tract|abdom|lip|jaw|arm|face|third|esoph|oesoph|lobe|molar|incisor|canine|teeth|eyelid|knee|bowel|uter|pole|segment)",
    re.IGNORECASE,
)


def _extended(reading: Reading, sentence: Sentence, start: int, end: int) -> tuple[int, int]:
    before = reading.plain[sentence.start : start]
    left = _qualified(before)
    if left:
        start -= len(before) - left.start()
        compared = _LOWER.search(reading.plain, start, end)
        start = compared.end() if compared and compared.end() <= end else start
    right = _RIGHT.match(reading.plain[end : sentence.end])
    return start, end + (right.end() if right else 0)


def _qualified(before: str) -> re.Match[str] | None:
    """The words at the end of a text that qualify the name behind it."""
    first = max(0, len(before) - _FARTHEST)
    if before[-4:-1].lower() == "the" and (part := _QUALIFIED.search(before, first)):
        return part
    last = folded(before[-_MOST_SEEN:].rstrip(_BETWEEN_WORDS)[-_LONGEST_QUALIFIER:])
    return _LEFT.search(before, first) if last.endswith(_LAST_QUALIFIERS) or not last else None


def as_outcome(mention: OutcomeMention) -> Outcome:
    """The value for a mention."""
    if mention.entry is None:
        own = None if mention.unsaid else mention.better or better_by_words(mention.label)
        return Outcome(mention.text, mention.label, better=own)
    return Outcome(mention.text, mention.label, mention.entry.id, _better(mention))


_LONGEST_NAME = 120


_A_WORD = re.compile(r"[A-Za-z]{3}")


def unknown_outcome(reading: Reading, sentence: Sentence, clauses: Clauses, before: int) -> OutcomeMention | None:
    """The noun phrase that a number or verb at `before` (offset in the sentence) speaks of, where no pack knows a name.

    The words left of it, back to the last verb, preposition or mark; abbreviations in brackets are passed over.
    """
    head = clauses.masked[:before].rstrip()
    clause = clauses.clauses[clauses.clause_of(max(before - 1, 0))]
    # What stands further to the left is in no name: those are shorter.
    window = max(clause.start, len(head) - _LONGEST_NAME - 20)
    start = max([window, *stops_left(head, window, len(head))])
    phrase = head[start:]
    words = phrase.strip()
    if not _A_WORD.search(words):
        return _subject(reading, sentence, clauses, clause.start, before)
    a = sentence.start + start + len(phrase) - len(phrase.lstrip())
    return named_outcome(reading, a, a + len(words))


_OPENING = re.compile(
    r"^[\s,;:]*(?:(?:but|and|however|the|a|an|mean|median|also|in addition|moreover|furthermore|additionally)[\s,]+)*",
    re.IGNORECASE,
)


_FIRST_VERB = re.compile(
    r"\b(?:was|were|is|are|did|had|has|showed?|improved|increased|decreased|rose|fell|remained|changed|differed|tended|occurred|developed)\b"
)


def _subject(reading: Reading, sentence: Sentence, clauses: Clauses, start: int, before: int) -> OutcomeMention | None:
    """The clause's first noun phrase: what stands before its verb."""
    head = clauses.masked[start:before]
    verb = _FIRST_VERB.search(head)
    if not verb:
        return None
    phrase = _OPENING.sub("", head[: verb.start()])
    words = phrase.strip(" ,;:").rpartition(",")[2].strip()
    if not 2 < len(words) < 110 or not _A_WORD.search(words):
        return None
    a = sentence.start + start + head.find(words)
    if verb[0] == "improved" and _PEOPLE_COUNTED.fullmatch(words):
        a, words = sentence.start + start + verb.start(), verb[0]  # "12 of 41 patients improved": what they did is the outcome.
    return named_outcome(reading, a, a + len(words))


_NO_NAME_BEGINS = re.compile(r"(?:(?:the|an?|any|no)\s)+", re.IGNORECASE)
_TIME_LED = re.compile(r"\s(?:at|by|after|over|within|during|through|for|in)\s(?:the\s)?$", re.IGNORECASE)


def _trimmed(reading: Reading, start: int, end: int) -> tuple[int, int]:
    """The stretch without its article and without a time behind the name: "an excellent outcome at day 90"."""
    lead = _NO_NAME_BEGINS.match(reading.plain, start, end)
    start = lead.end() if lead else start
    times = reading.times_in(start, end)
    led = _TIME_LED.search(reading.plain, start, times[-1].list_start) if times and times[-1].list_end == end else None
    return (start, led.start()) if led is not None and led.start() > start else (start, end)


#: "28.3 kg/day without": a value, and no name.
_A_VALUE_FIRST = re.compile(r"\s*[-+]?\d+(?:[.,]\d+|\s?(?:%|kg|g|mg|ml|mm|cm|mmol|l|points?)\b)", re.IGNORECASE)
#: "Although there was": words that stand for a name, and for none.
_NO_NAME_AT_ALL = re.compile(
    r"\s*(?:(?:although|though|while|whereas|but|and|that|because|if|when|as|since)\s)*(?:there|it|this|that|these|those|which|who|they|we)?\s*",
    re.IGNORECASE,
)
#: "12 of 41 patients", "twelve (29%) women": who was counted, and nothing that was measured.
_PEOPLE_COUNTED = re.compile(
    rf"\s*(?:{LARGE_NUMBER})\s?%?(?:\s?\([^()]*\))?(?:\s?/\s?\d+|\s(?:out\s)?of\s(?:(?:the|all|these)\s)?(?:{LARGE_NUMBER})\b)?(?:\s(?:out\s)?of(?:\sthe)?)?"
    rf"(?:\s[a-z-]+)?\s{PEOPLE}(?:\s?\([^()]*\))?\s*",
    re.IGNORECASE,
)
#: How far from a name the words that turn it are sought.
_SEEN = 120


def named_outcome(reading: Reading, start: int, end: int) -> OutcomeMention | None:
    """A stretch of the text as an outcome of its own; None where it is too long for a name."""
    start, end = _trimmed(reading, start, end)
    text = reading.text[start:end]
    if (
        len(text) > _LONGEST_NAME
        or _A_VALUE_FIRST.match(text)
        or _NO_NAME_AT_ALL.fullmatch(text)
        or _PEOPLE_COUNTED.fullmatch(text)
    ):
        return None
    long = reading.abbreviations.get(text.strip())
    whole = turned(
        reading.plain, start, end, better_by_words(long or text), max(0, start - _SEEN), min(end + _SEEN, len(reading.plain))
    )
    if whole is not None:
        text = reading.text[whole.start : whole.end]
        return OutcomeMention(whole.start, whole.end, text, text)
    return OutcomeMention(start, end, text, long or text)
