"""Arms that no pack knows, learnt from how the text names the people it compares.

Names gathered by `arm_names` are brought together: the same words, an abbreviation and what it stands for, "group A" and what group A was
given. Two names of one list ("X or Y", "with X than with Y") are never one arm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from crawler.quick_init import quick_init
from nlp.arm_names import How, Naming, namings
from nlp.arm_roles import COMBINING, CONTROL_WORD, ROLE_WORD, Learnt, comparator_class, is_control, roles_of
from nlp.arm_wordings import is_missing
from nlp.claim import Arm, ArmRole, Quote
from nlp.domain import ConceptKind
from nlp.opposed_deeds import Deed, deed_of, deed_wordings
from nlp.phrases import phrase_after, phrase_before, undone
from nlp.reading import Reading, Role, Sentence
from nlp.short_forms import abbreviates
from nlp.sized_arms import Rank, Sizes, sizes_of
from nlp.words import normal_words

#: Words that tell one arm from another only where nothing else does.
_WEAK = frozenset(re.findall(r"\S+", """
    treatment therapy group arm patient treated daily once twice weekly alone only mg µg μg g kg ml iu u gy day week
    month dose of plus and with the a an or subject regimen drug procedure surgery administration administered use
    intervention program programme implant trial study technique method strategy approach condition cohort implantation
    injection infusion eye tablet capsule solution in for to as
"""))  # fmt: skip
_QUANTITY = re.compile(r"[\d.]+|\d+(?:mg|g|ml|iu|gy)")
#: What looks like a name and is none: the study's measures and people, and generalities.
_NO_NAME = re.compile(
    r"^(?:\W|\d+(?:[.,]\d+)?\s?(?:%|mm\b|mmHg|kg\b|cm\b|ml\b|mL\b|points?|[±+/-]|$)|[\d.,%±+/-]+$)|^(?:age|sex|gender|study|treatment|trial|patient|ethnic|risk|peer|support|focus|blood|muscle|food|functional|"
    r"other|subgroup|analysis|time|follow-up|median|respective|matched|parallel|separate|larger|single|double-blind|open-label|phase|people|work|working|target|first|second|third|last|new|"
    r"baseline|control(?:led)? trials?|pre-?treatment|post-?treatment|admission|discharge|randomi[sz]ation|entry|inclusion|presentation|diagnosis|arrival|addition|contrast|total|order|year|month|intent|"
    r"results?|outcomes?|safety|efficacy|effects?|effectiveness|completion|hospital|home|stages?|grades?|score|terms|stage|surgery|birth|screening|therapy|protocol|response|life|intervention groups?|"
    r"mm\s?Hg|males?|females?|men|women|boys|girls|possible|drop-?outs?|completers|responders|non-?responders|survivors|smokers|elderly|adults?|children|white|black|both|units?|basis|daily basis|disease|death|relapse|survival|progression|expected|chance|which|normal|healthy|days?|weeks?|months?|hours?|minutes|years?|side|case|range|values?|points?|levels?|visits?|a?(?:HR|OR|RR|IRR)|CI|non-?\s?inferiority|superiority|equivalence)$",
    re.IGNORECASE,
)
#: Heads of phrases that tell when, where or how, not to whom; and the halves of "cross over" and "non-users".
_NOT_HEAD = re.compile(
    r"\b(?:period|weeks?|months?|years?|days?|hours?|visits?|interval|phase|study|studies|trials?|analys[ei]s|time|times|follow-?up|baseline|age|ages|rate|rates|ratio|score|scores|sample|"
    r"population|hospital|cent(?:er|re)s?|countries|literature|levels?|values?|measurements?|assessments?|evaluations?|points?|difference|differences|criteria|events?|procedures|tests?|sizes?|scales?|questionnaires?|instruments?|index|inventory|software|regression|coefficients?|surveys?|interviews?|groups|arms|cross|non|manner|fashion|designs?)$",
    re.IGNORECASE,
)
_LETTER, _SHORT_FORM = re.compile(r"[A-Za-z]"), re.compile(r"[A-Z][\w/+-]{0,11}")


@quick_init
@dataclass(frozen=True, slots=True)
class LearntArm:
    """A learnt arm: as the contract has it, and every wording that the text uses for it."""

    arm: Arm
    names: tuple[str, ...]
    letter: str | None
    weight: float
    sure: bool
    #: The lists that it stands in: arms of one list are set against each other.
    sets: frozenset[int]


#: "Non-invasive", "no drainage": with the word behind it this is one word, and the opposite of that word.
_DENYING = frozenset({"non", "no", "not", "without", "un"})


def _words(name: str) -> list[str]:
    """The words of a name in matching form, each denied one with what denies it."""
    found: list[str] = []
    denied = ""
    for word, _, _ in normal_words(name):
        if word in _DENYING:
            denied = "non" if word != "un" else word
        elif denied and word in _ARTICLES:
            continue
        else:
            found.append(denied + word)
            denied = ""
    return [*found, denied] if denied else found


_ARTICLES = frozenset({"the", "a", "an", "any"})


@lru_cache(maxsize=4096)
def _key(name: str) -> frozenset[str]:
    words = _words(name)
    strong = frozenset(w for w in words if w not in _WEAK and not _QUANTITY.fullmatch(w))
    return strong or frozenset(w for w in words if w not in ("the", "a", "an", "of")) or frozenset(words)


@lru_cache(maxsize=4096)
def _full(name: str) -> frozenset[str]:
    return frozenset(w for w in _words(name) if w not in ("the", "a", "an", "group", "arm", "patient"))


_TRIM = re.compile(
    r"^(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)-\w+\s|additional\s|adjuvant\s|concomitant\s|single\s|receiv\w+\s|primary\s(?=\w{4}))+|"
    r"(?:\s|-)(?:treated|administered|fed|infused|injected|supplemented|group|arm|treatment group|patients|eyes)$",
    re.IGNORECASE,
)


@quick_init
@dataclass(frozen=True, slots=True)
class _Defined:
    name: str
    span: tuple[int, int]


_WITHOUT_IT = re.compile(r"\bwithout(?:\s(?:it|them|this|that|either|any|[a-z]{4,}))?(?=\s$)", re.IGNORECASE)
#: What stands between "group A" and what it was given.
_RECEIVED = re.compile(
    r"\s?(?:[(\[][^()\[\]]{0,40}[)\]]\s?)?(?:[,:=–-]\s?)?(?:(?:patients|women|eyes|subjects|participants|who|which|\d+ patients)\s)?"
    r"(?:(?:was|were|had|been|being)\s)?(?:received|receiving|given|treated with|treated by|underwent|got|assigned to|using|used|consisted of|with|[(\[]|(?<=[:=] ))\s?",
    re.IGNORECASE,
)


#: Short forms are no longer than this.
_SHORTEST = 5
#: No paper names its arms more often before they are known; what comes later is looked up and learns nothing.
_MOST = 400


_GROUP_BEFORE = re.compile(r"(?:groups?|arms?|cohorts?)\s$", re.IGNORECASE)


_ONE_CAPITAL = re.compile("[A-Z]")


_NUMBERED = re.compile(r"\d+-[a-z]\w+")


_DURATION = re.compile(r"\d+[- ]?(?:h|hours?|days?|weeks?|months?|years?)\b")


class Learner:
    """Gathers a document's names and brings them together."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.found: list[Learnt] = []
        self.long = {short: long for short, long in reading.abbreviations.items()}
        self.sizes: Sizes | None = None

    def run(self) -> list[LearntArm]:
        """The arms, interventions first in the order of the design; none where no two names are set against each other."""
        sets = 0
        gathered: list[tuple[Sentence, Naming]] = []
        for sentence in self.reading.sentences:
            names = namings(sentence, sets)
            sets = max([sets, *(n.set_ for n in names)])
            gathered += [(sentence, n) for n in names]
            if len(gathered) > _MOST:
                break
        gathered.sort(key=lambda g: (-g[1].how, g[0].start + g[1].start))
        front = self.reading.of_role(Role.TITLE, Role.AIM, Role.METHOD)
        self.sizes = sizes_of([s.plain[n.start : n.end] for s, n in gathered], [s.plain for s in front])
        for sentence, naming in gathered:
            self._add(sentence, naming)
        self._definitions()
        self._written_out()
        self._sized()
        self._done()
        return self._arms()

    # ------------------------------------------------------------ one name

    def _add(self, sentence: Sentence, naming: Naming) -> None:
        start, end = sentence.start + naming.start, sentence.start + naming.end
        if naming.how is How.LETTER:
            self._lettered(sentence, naming)
            return
        written = self.reading.plain[start:end]
        trimmed = _TRIM.sub("", written).strip()
        if trimmed != written and trimmed:
            start += written.find(trimmed)
            end = start + len(trimmed)
        name = self.reading.text[start:end]
        if not self._is_name(name, start, end, naming.how) or (CONTROL_WORD.match(name) and is_missing(self.reading.plain, start)):
            return
        short = self._abbreviation(name, naming.bracket)
        same = self._same(name, naming.set_)
        if same is None and naming.how < How.TITLE and (done := undone(name)) is not None and not self._is_done(done):
            return  # "The unadjusted", "uninfected": no arm, unless another is named after what was not done.
        arm = same or self._new()
        self._put(arm, name, (start, end), naming)
        if short and short not in arm.names:
            place = self.reading.text.find(short, end, end + 40)
            arm.names[short] = (place, place + len(short)) if place >= 0 else (start, end)
            arm.keys.append(_key(short))

    def _is_done(self, word: str) -> bool:
        return any(word.lower() in other.lower().split() for a in self.found for other in a.names)

    def _put(self, arm: Learnt, name: str, span: tuple[int, int], naming: Naming) -> None:
        if name not in arm.names:
            arm.names[name] = span
            arm.keys.append(_key(name))
        arm.places.append(span[0])
        arm.sets.add(naming.set_)
        arm.hows[naming.how] = arm.hows.get(naming.how, 0) + 1
        if naming.how in (How.TITLE, How.AGAINST):
            arm.seconds += naming.second
            arm.firsts += not naming.second

    def _new(self) -> Learnt:
        self.found.append(Learnt())
        return self.found[-1]

    def _lettered(self, sentence: Sentence, naming: Naming) -> None:
        letter = sentence.plain[naming.start : naming.end].upper()
        arm = next((a for a in self.found if a.letter == letter), None)
        if arm is None:
            arm = self._new()
            arm.letter = letter
            lead = _GROUP_BEFORE.search(sentence.plain, max(0, naming.start - 8), naming.start)
            start = sentence.start + (lead.start() if lead else naming.start)
            arm.names[self.reading.text[start : sentence.start + naming.end]] = (start, sentence.start + naming.end)
        arm.places.append(sentence.start + naming.start)
        arm.sets.add(naming.set_)
        arm.hows[How.LETTER] = arm.hows.get(How.LETTER, 0) + 1

    def _is_name(self, name: str, start: int, end: int, how: How) -> bool:
        grouped = how in (How.GROUP, How.DESIGN)
        if grouped and ROLE_WORD.match(name):
            return True
        if _NOT_HEAD.search(name):
            return False
        if grouped and (_NUMBERED.fullmatch(name)):
            return True
        if how is How.GROUP and _ONE_CAPITAL.fullmatch(name):
            return True
        if len(name) < 2 or _NO_NAME.match(name) or not _LETTER.search(name):
            return False
        if grouped or how is How.LETTER:
            return True
        if self.reading.concepts_in(start, end, ConceptKind.OUTCOME):
            return False
        measured = [m for m in self.reading.concepts_in(start, end, ConceptKind.CONDITION) if m.end - m.start > 0.5 * (end - start)]
        timed = _DURATION.match(name)
        return not measured and not timed

    def _abbreviation(self, name: str, bracket: str) -> str | None:
        short = bracket.split(",")[0].split(";")[0].split(":")[0].strip()
        if _SHORT_FORM.fullmatch(short) and short.lower() != name.lower() and not short.isdigit():
            return short
        return next((s for s, long in self.long.items() if long.lower() == name.lower()), None)

    # ------------------------------------------------------------ which names are one

    def _same(self, name: str, set_: int) -> Learnt | None:
        open_ones = [a for a in self.found if set_ not in a.sets]
        rank = self.sizes.of(name) if self.sizes is not None else None
        if rank is not None:
            alike = [a for a in open_ones if self._rank(a) is rank]
            return alike[0] if len(alike) == 1 else None
        deed = deed_of(name)
        alike = [a for a in open_ones if deed is not None and _deed(a) is deed]
        if len(alike) == 1 and any(_deed(a) is not None and a is not alike[0] for a in self.found):
            return alike[0]
        full = _full(name)
        for a in open_ones:
            if any(_full(n) == full for n in a.names):
                return a
        expanded = self.long.get(name)
        names = [name] + ([expanded] if expanded else [])
        near = [a for a in open_ones if any(self._like(n, a) for n in names)]
        if len(near) == 1 and not any(self._like(name, a) for a in self.found if a is not near[0]):
            return near[0]
        return self._by_role(name, open_ones) if not near else None

    def _written_out(self) -> None:
        """ "Control milk (Co; n = 312)": what a short name stands for, where a size stands in its bracket."""
        for arm in self.found:
            name = next(iter(arm.names))
            if len(arm.names) > 1 or len(name) > _SHORTEST or name in self.long:
                continue
            place = max(self.reading.plain.find(f"({name}{mark} ") for mark in ";,:")
            long = phrase_before(self.reading.plain, place - 1) if place > 0 else None
            written = self.reading.text[long.start : long.end] if long is not None else ""
            if long is not None and not any(a is not arm and self._like(written, a) for a in self.found):
                arm.names[written] = (long.start, long.end)
                arm.keys.append(_key(written))

    def _sized(self) -> None:
        """What the text calls the two arms by their sizes."""
        if self.sizes is None:
            return
        for rank, name, start in self.sizes.wordings(self.reading.text):
            alike = [a for a in self.found if self._rank(a) is rank]
            if len(alike) == 1 and name not in alike[0].names:
                alike[0].names[name] = (start, start + len(name))
                alike[0].keys.append(_key(name))

    def _done(self) -> None:
        """What the text calls two arms of which one stops what the other goes on with."""
        deeds = {deed: [a for a in self.found if _deed(a) is deed] for deed in Deed}
        if any(len(of) != 1 for of in deeds.values()):
            return
        called = [n for of in deeds.values() for n in of[0].names]
        for deed, name, start in deed_wordings(called, self.reading.text):
            if not any(name in a.names for a in self.found):
                deeds[deed][0].names[name] = (start, start + len(name))
                deeds[deed][0].keys.append(_key(name))

    def _rank(self, arm: Learnt) -> Rank | None:
        """Whether an arm is the smaller or the larger of two that are told by their sizes."""
        told = {r for n in arm.names if self.sizes is not None and (r := self.sizes.of(n)) is not None}
        return next(iter(told)) if len(told) == 1 else None

    def _like(self, name: str, arm: Learnt) -> bool:
        """The same words, a part of the words where nothing is combined with them, or an abbreviation of them."""
        key = _key(name)
        for other, words in zip(arm.names, arm.keys, strict=False):
            if key == words and (_full(name) <= _full(other) or _full(other) <= _full(name) or not _doses_differ(name, other)):
                return True
            small, large = (name, other) if len(key) < len(words) else (other, name)
            if (key < words or words < key) and not (COMBINING.search(large) and not COMBINING.search(small)):
                return True
            if abbreviates(name, other) or abbreviates(other, name):
                return True
            long = self.long.get(other)
            if long and long != name and _key(long) == key:
                return True
        return False

    def _by_role(self, name: str, open_ones: list[Learnt]) -> Learnt | None:
        """ "the control group" of a trial of X and placebo; "the intervention group" of the only other arm."""
        designed = [a for a in open_ones if How.DESIGN in a.hows or How.TITLE in a.hows]
        controls = [a for a in designed if is_control(a)]
        others = [a for a in designed if not is_control(a)]
        if CONTROL_WORD.match(name) and len(controls) == 1:
            return controls[0]
        if ROLE_WORD.match(name) and len(others) == 1 and len(designed) >= 2:
            return others[0]
        if CONTROL_WORD.match(name) and not controls and len(others) == 2:
            return others[1]
        return None

    def _definitions(self) -> None:
        """ "group A (n = 20) received X", "X (group A)": a letter and a name for one arm."""
        for arm in [a for a in self.found if a.letter]:
            for name in self._definition(arm):
                other = self._same(name.name, -1)
                if other is None or other is arm:
                    arm.names = {name.name: name.span, **arm.names}
                elif other.letter is None:
                    other.letter = arm.letter
                    other.names.update(arm.names)
                    other.hows[How.LETTER] = arm.hows[How.LETTER]
                    other.places += arm.places
                    other.sets |= arm.sets
                    self.found.remove(arm)
                break

    def _definition(self, arm: Learnt) -> Iterator[_Defined]:
        plain = self.reading.plain
        for m in re.finditer(rf"\b(?:groups?|arms?|cohorts?)\s{re.escape(arm.letter or '')}(?![\w.])", plain, re.IGNORECASE):
            if plain[max(0, m.start() - 1) : m.start()] in ("(", "["):
                if (without := _WITHOUT_IT.search(plain, max(0, m.start() - 40), m.start() - 1)) is not None:
                    yield _Defined(self.reading.text[slice(*without.span())], without.span())
                    return
                name = phrase_before(plain, m.start() - 2)
            else:
                verb = _RECEIVED.match(plain, m.end())
                name = phrase_after(plain, verb.end()) if verb else None
            if name is not None and self._is_name(plain[name.start : name.end], name.start, name.end, How.GIVEN):
                yield _Defined(self.reading.text[name.start : name.end], (name.start, name.end))

    # ------------------------------------------------------------ the arms

    def _arms(self) -> list[LearntArm]:
        designed = [a for a in self.found if How.DESIGN in a.hows]
        kept = [a for a in self.found if a.weight >= 1]
        if len(designed) >= 2:
            lettered = [a for a in kept if a.letter and a not in designed]
            titled = [a for a in kept if a.hows.get(How.TITLE) and a.weight >= 3 and a not in designed and not lettered]
            kept = [*designed, *lettered, *titled]
        kept.sort(key=lambda a: (How.DESIGN not in a.hows, min(s for s, _ in a.names.values())))
        kept = kept[:8]
        roles = roles_of(kept)
        out = [self._arm(a, role) for a, role in zip(kept, roles, strict=True)]
        return [x for x in out if x.arm.role is not ArmRole.COMPARATOR] + [x for x in out if x.arm.role is ArmRole.COMPARATOR]

    def _arm(self, a: Learnt, role: ArmRole) -> LearntArm:
        name, (start, end) = next(iter(a.names.items()))
        longest = self.long.get(name) or name
        short = [n for n in a.names if abbreviates(n, longest) or self.long.get(n)]
        quote = Quote(start, end, self.reading.text[start:end])
        if quote.text == longest and short:
            span = a.names[short[0]]
            if self.reading.text[span[0] : span[1]] == short[0]:
                quote = Quote(span[0], span[1], short[0])
        cls = comparator_class(" ".join(a.names)) if role is ArmRole.COMPARATOR else None
        arm = Arm(role, longest, quote, None, comparator_class=cls)
        sure = How.DESIGN in a.hows or How.TITLE in a.hows
        return LearntArm(arm, tuple(sorted(a.names, key=len, reverse=True)), a.letter, a.weight, sure, frozenset(a.sets))


_NUMBERS = re.compile(r"\d+(?:\.\d+)?")


def _doses_differ(a: str, b: str) -> bool:
    numbers = [set(_NUMBERS.findall(x)) for x in (a, b)]
    return bool(numbers[0] and numbers[1] and numbers[0] != numbers[1])


def _deed(a: Learnt) -> Deed | None:
    return deed_of(next(iter(a.names)))


def learnt_arms(reading: Reading) -> list[LearntArm]:
    """What the text itself says of its arms."""
    return Learner(reading).run()
