"""Where a text names the people it compares: "randomised to X or Y", "the X group", "patients receiving X", "12% with X and 8% with Y".

Each way of naming is a reader of its own; what the names mean, and which of them are one arm, is decided in `learned_arms`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from crawler.quick_init import quick_init
from nlp.grammar.sieve import Sieved, look_at
from nlp.phrases import Item, listed, phrase_after, phrase_before
from nlp.reading import Role, Sentence


class How(IntEnum):
    """How a name was found; the higher, the surer that it names an arm."""

    BESIDE = 1  #: "12% with X and 8% with Y"
    GIVEN = 2  #: "patients receiving X"
    AGAINST = 3  #: "higher with X than with Y", "X versus Y"
    GROUP = 4  #: "the X group"
    LETTER = 5  #: "group A"
    TITLE = 6  #: "X versus Y" in title or aim
    DESIGN = 7  #: "randomised to X or Y"


@quick_init
@dataclass(frozen=True, slots=True)
class Naming:
    """A name in place (offsets in the sentence). `set_` numbers the list that it stands in: names of one list are different arms.

    `second`: it stands behind "versus" or "than". `bracket`: what the bracket behind it says, an abbreviation or a size.
    """

    start: int
    end: int
    how: How
    set_: int
    second: bool = False
    bracket: str = ""


_RANDOM = Sieved(r"\b(?:randomi[sz]ed|randomi[sz]ation|randomly|assigned|allocated|divided|allocation)\b(?!-)", re.IGNORECASE)
_INTO = Sieved(r"\b(?:to|into|between|receive|received|receiving|either|undergo|underwent|groups?:)\s+", re.IGNORECASE)
_SHARES = Sieved(
    r"\b(?P<to>(?:assigned|randomi[sz]ed|allocated|randomly assigned)\s(?:to\s)(?:receive\s|the\s)?)(?P<name>[^.;]{3,80}?)(?P<and>,?\s(?:and|or)\s)(?:\d[\d,]*|[a-z-]{3,14})\s(?:(?:patients|participants|subjects|women|children|were|people|eyes)\s)*(?:(?:assigned|randomi[sz]ed|allocated)\s)?to\s(?:receive\s|the\s)?",
    re.IGNORECASE,
)
_LETTERS = r"(?:[A-Z]\d?|[IVX]{1,4}|\d)(?![\w%]|\.\d|\s?%)"
LETTERED = Sieved(
    rf"\b(?:[Gg]roups?|[Aa]rms?|[Cc]ohorts?|GROUPS?)\s(?P<all>{_LETTERS}(?:\s?(?:[(\[][nN]\s?=\s?\d+[)\]]\s?)?(?:,\s?(?:and|or)?|and|or|vs\.?|versus|to|/)\s?(?:(?:in|the|for)\s)?(?:(?:groups?|arms?)\s)?{_LETTERS}){{0,5}})",
    re.IGNORECASE,
)
_LETTER = re.compile(rf"(?<![\w.]){_LETTERS}")


def letters_in(plain: str, m: re.Match[str]) -> list[re.Match[str]]:
    """The letters of a match of LETTERED, without what stands in brackets: "groups A (n = 9) and B"."""
    start, end = m.span("all")
    found = _LETTER.finditer(plain, start, end)
    return [k for k in found if plain.count("(", start, k.start()) == plain.count(")", start, k.start())]


#: The word that ends a group's name: "the X group", "X-treated eyes".
_GROUP = Sieved(
    r"(?:\s[\"”']?\s?|-|[\"”']\s)(?:treated|group|arm|groups|arms|recipients|users)\b(?!\s(?:differences?|comparisons?|[A-H]\b))"
)
_GIVEN = Sieved(
    r"\b(?:treated with|receiving|received|given|assigned to(?: receive)?|allocated to(?: receive)?|randomi[sz]ed to(?: receive)?|taking|undergoing|who underwent|treatment with|therapy with|switched to|continuing on|on)\s+",
    re.IGNORECASE,
)
_PEOPLE_BEFORE = re.compile(
    r"\b(?:patients?|participants|subjects|women|men|children|those|eyes|knees|infants|people|individuals|adults|volunteers|group|groups|arm|mothers|pts|of \d+|after|following)\s(?:[(\[][^()\[\]]{1,24}[)\]]\s)?(?:who\s|that\s)?(?:were\s|had\s|have\s|been\s|was\s)*$",
    re.IGNORECASE,
)
_LEAD = r"(?:(?:in|on|with|for|by|after|under|of|from|among|at|the|those|that|patients|eyes|subjects|participants|women|children|treated|receiving|given|who|received|treatment|therapy|produced|achieved|seen|observed|were|was|assigned|to)\s+)*"
#: "compared with a mean of 6.2 mm Hg (23%) for X": numbers may stand before the rival's name.
_NUMBERS_FIRST = r"(?:(?:an?\s|the\s|only\s|mean\s|of\s){0,4}[-+]?\d[\d.,]*[^;.]{0,45}?\s(?:in|with|for|on|by|after|among)\s(?:the\s|those\s|patients\s|eyes\s|treated\s|with\s|receiving\s|who\s|received\s)*)?"
_AGAINST = Sieved(
    rf"\b(?P<word>versus|vs\.?|v(?=\s)|than|compared\s(?:with|to)|as\scompared\s(?:with|to)|in\scomparison\s(?:with|to|of)|comparing|relative\sto|over|against|as\sopposed\sto)\s+(?P<lead>{_NUMBERS_FIRST}{_LEAD})",
    re.IGNORECASE,
)
_TITLE_PAIR = Sieved(
    r"(?:,\s)?\b(?:versus|vs\.?|v\.?(?=\s)|compared (?:with|to)|in comparison (?:with|to)|against|or)\s", re.IGNORECASE
)
_COMPARED = Sieved(
    r"\b(?:compar(?:e|ed|es|ing|isons?)(?: (?:of|between))?|between|superiority of|non-?inferiority of)\s(?:the )?(?:(?:\w+[ -]){0,5}?(?:of|between)\s)?",
    re.IGNORECASE,
)
_COMPARING = Sieved(r"\bcomparing\s")
_BESIDE = Sieved(
    r"(?:\d\s?[)\]%]{0,3}|\bpercent|mm\s?Hg|\bmonths|\bweeks|\byears|\bdays|\bpatients|\beyes|\bpoints|\bmin|\bminutes|[)\]])(?:\s[\w/]{1,9})?\s?(?:of )?(?:the )?(?:patients |eyes |subjects |participants |women |children |those |cases )?(?P<prep>with|for|in|on|after|under|among|by|who received|receiving)\s(?=(?:the\s)?\w)"
)
_PAIR_OF_NAMES = Sieved(r"\b(?:in|for|with|of|on|among|by|between|after)\s(?:the\s|both\s)?(?=[^\s])")
_PEOPLE = Sieved(r"\s(?:patients?|eyes|subjects|participants|women|men|children|implants|users|infants|adults)\b")
_IN_BRACKETS = Sieved(r"\d\s?(?:%|percent)?\s?\(\s?([A-Za-z][A-Za-z-]{2,}(?:\s[A-Za-z-]{2,}){0,2})\s?\)")
_FOR = Sieved(r"\b(?:for|with|in|on|after)\s")
_WAS_NUMBER = re.compile(r"\s(?:was|were|averaged)\s(?:\w+\s){0,2}[-+]?\d")
_DOES = Sieved(
    r"\s(?:\w+ly\s)?(?:reduced|lowered|decreased|increased|produced|improved|by)\s(?=(?:\w+\s){0,6}(?:by\s)?(?:an?\s)?(?:\w+\s){0,3}[-+]?\d)"
)
#: What stands behind a list of arms whose numbers come in the same order.
_RESPECTS = re.compile(
    r"\s?(?:(?:groups?|arms?|patients|eyes|doses|subjects)\b)?\s?(?:,?\s?respectively|(?:\w+\s){0,5}(?:was|were)\s(?:[a-z]+\s)?[-+]?\d[^;]{0,28}?\s(?:and|versus|vs\.?)\s[-+]?\d)"
)
#: What `_RESPECTS` cannot do without.
_MAY_RESPECT = Sieved(r"respectively|\b(?:was|were)\s(?:[a-z]+\s)?[-+]?\d[^;]{0,28}?\s(?:and|versus|vs\.?)\s[-+]?\d")
_RESPECTIVELY = Sieved(r"\brespectively\b", re.IGNORECASE)
_LABEL = re.compile(r"\s?(?:[:=,]|\()\s?(?=[-+]?\d)|\s(?=[-+]?\d)")


#: "(X, 35%; Y, 18%)".
_LONG_BRACKET = re.compile(r"[(\[][^()\[\]]{6,200}")
_RIVALS = re.compile(r"(;|\bvs\.?|\bversus\b|,(?=\s[A-Za-z]))")
_NAME_AND_NUMBER = re.compile(r"\s*(?:and\s)?([A-Za-z][\w\s+/-]{1,40}?)\s?(?:[:=,]|group:?|\s)\s?[-+]?\d")


_LINK = re.compile(r"(?:\s?\([^()]{1,60}\))?\s(?:with|to|and|versus|vs\.?)\s(?:that of\s)?(?:the\s)?")


_EFFECT_VERB = re.compile(
    r"(?:\s?\([^()]{1,30}\))?\s(?:\w+ly\s)?(?:was\s(?:associated|superior|more|less|inferior|better)|(?:reduce|lower|produce|improve|increase|decrease|prolong|cause)[sd]|showed|resulted|had|led|provided|demonstrated)\b"
)


_PREPOSITION_BEFORE = re.compile(r"\b(?:in|with|for|on|by|after|of|receiving|given|received|under|the|taking)\s$")


_BRACKET_BEFORE = re.compile(r"\s?[(\[][^()\[\]]{1,60}[)\]]\s?,?$")


_DIGIT = re.compile(r"\d")


_SENTENCE_HEAD = re.compile(
    r"\s*(?:RESULTS?:?\s|CONCLUSIONS?:?\s|However,?\s|In addition,?\s|Moreover,?\s|Overall,?\s|Both\s)?(?:Treatment with\s|Therapy with\s|The\s)?"
)


_PREPOSITIONS = re.compile(r"\b(?:in|with|for|on|by|after|under|receiving|received)\b")


class _Finder:
    """Reads one sentence with every reader; `sets` numbers the lists across the document."""

    def __init__(self, sentence: Sentence, sets: int) -> None:
        self.sentence, self.plain, self.sets = sentence, sentence.plain, sets

    def run(self) -> Iterator[Naming]:
        look = look_at(self.plain)
        for wanted, possible_is_enough, reader in _READERS:
            if wanted.possible_in(look) and (possible_is_enough or wanted.search_in(look)):
                yield from reader(self)

    def _next(self) -> int:
        self.sets += 1
        return self.sets

    def _listed(self, items: list[Item], how: How, second_from: int = 99) -> Iterator[Naming]:
        number = self._next()
        for place, item in enumerate(items):
            yield Naming(item.start, item.end, how, number, place >= second_from, item.bracket)

    def design(self) -> Iterator[Naming]:
        """ "were randomly assigned to receive X (n = 20) or Y (n = 22)"."""
        for trigger in _RANDOM.finditer(self.plain):
            for into in _INTO.pattern.finditer(self.plain, trigger.end(), min(len(self.plain), trigger.end() + 200)):
                items = listed(self.plain, into.end())
                if len(items) >= 2 and _parted(self.plain, items):
                    yield from self._listed(items, How.DESIGN)
                    return

    def shares(self) -> Iterator[Naming]:
        """ "62 were randomised to X and 55 to Y", "39 (X) and 41 (Y)"."""
        for m in _SHARES.finditer(self.plain):
            left, right = phrase_after(self.plain, m.end("to")), phrase_after(self.plain, m.end())
            if left and right and left.end <= m.start("and") + 1:
                yield from self._listed([Item(left.start, left.end), Item(right.start, right.end)], How.DESIGN)

    def pair(self) -> Iterator[Naming]:
        """ "X versus Y" in a title, "compare X with Y" in an aim."""
        front = self.sentence.role in (Role.TITLE, Role.AIM, Role.METHOD, Role.BACKGROUND)
        for m in _TITLE_PAIR.finditer(self.plain) if front else ():
            left = phrase_before(self.plain, m.start())
            right = phrase_after(self.plain, m.end())
            if left and right and (self.sentence.role in (Role.TITLE, Role.AIM) or m[0].strip() != "or"):
                yield from self._listed([Item(left.start, left.end), Item(right.start, right.end)], How.TITLE, 1)
        for m in _COMPARED.finditer(self.plain) if front else _COMPARING.finditer(self.plain):
            left = phrase_after(self.plain, m.end())
            link = _LINK.match(self.plain, left.end) if left else None
            right = phrase_after(self.plain, link.end()) if link else None
            if left and right:
                yield from self._listed([Item(left.start, left.end), Item(right.start, right.end)], How.TITLE, 1)

    def group(self) -> Iterator[Naming]:
        """ "the X group", "the X and Y groups", "X-treated eyes"."""
        for m in _GROUP.finditer(self.plain):
            name = phrase_before(self.plain, _without_bracket(self.plain, m.start()))
            if name is None:
                continue
            items = [Item(name.start, name.end)]
            if m[0].endswith("s") or "treated" in m[0]:
                items = [*_names_before(self.plain, name.start), *items]
            if len(items) == 1 and m[0].endswith(("groups", "arms")):
                continue
            yield from self._listed(items, How.GROUP)

    def letters(self) -> Iterator[Naming]:
        """ "group A", "groups 1 and 2"."""
        for m in LETTERED.finditer(self.plain):
            items = [Item(k.start(), k.end()) for k in letters_in(self.plain, m)]
            yield from self._listed(items, How.LETTER)

    def given(self) -> Iterator[Naming]:
        """ "patients receiving X"."""
        for m in _GIVEN.finditer(self.plain):
            if _PEOPLE_BEFORE.search(self.plain, max(0, m.start() - 40), m.start()):
                name = phrase_after(self.plain, m.end())
                if name:
                    yield Naming(name.start, name.end, How.GIVEN, self._next())

    def against(self) -> Iterator[Naming]:
        """ "higher with X than with Y", "X versus Y (12% vs 8%)", "X reduced pain more than Y"."""
        for m in _AGAINST.finditer(self.plain):
            right = phrase_after(self.plain, m.end())
            if right is None:
                continue
            left = self._first_of_pair(m)
            items = ([left] if left else []) + [Item(right.start, right.end)]
            yield from self._listed(items, How.AGAINST, len(items) - 1)

    def _first_of_pair(self, m: re.Match[str]) -> Item | None:
        word, start = m["word"].lower(), m.start()
        bracket = _BRACKET_BEFORE.search(self.plain, max(0, start - 70), start)
        edge = bracket.start() if bracket else start - (self.plain[start - 2 : start] == ", ") - 1
        if word.startswith(("versus", "vs", "v", "compared", "as", "in", "relative", "over", "than", "against")):
            near = phrase_before(self.plain, edge)
            lead = self.plain[max(0, (near.start if near else 0) - 14) : near.start if near else 0]
            if near and (_PREPOSITION_BEFORE.search(lead) or lead.rstrip()[-1:] in (",", "(", ":")):
                return Item(near.start, near.end)
        preps = _PREPOSITIONS.findall(m["lead"])
        if preps:
            earlier = list(re.finditer(rf"\b{preps[0]}\s(?:the\s|patients\s|eyes\s)*", self.plain[:start]))
            name = phrase_after(self.plain, earlier[-1].end()) if earlier else None
            if name and name.end <= start:
                return Item(name.start, name.end)
        return self._subject(start)

    def _subject(self, before: int) -> Item | None:
        """The name that the sentence begins with, where a verb of effect follows it."""
        head = _SENTENCE_HEAD.match(self.plain)
        name = phrase_after(self.plain, head.end() if head else 0)
        if name is None or name.end >= before:
            return None
        verb = _EFFECT_VERB.match(self.plain, name.end)
        return Item(name.start, name.end) if verb else None

    def beside(self) -> Iterator[Naming]:
        """ "12% with X and 8% with Y": names behind two numbers and the same word."""
        by_prep: dict[str, list[Item]] = {}
        found = list(_BESIDE.finditer(self.plain))
        preps = [m["prep"] for m in found]
        for m in found:
            name = phrase_after(self.plain, m.end()) if preps.count(m["prep"]) > 1 else None
            if name:
                by_prep.setdefault(m["prep"], []).append(Item(name.start, name.end))
        for items in by_prep.values():
            if len({self.plain[i.start : i.end].lower() for i in items}) >= 2:
                yield from self._listed(items, How.BESIDE)

    def respective(self) -> Iterator[Naming]:
        """ "for X and Y, respectively"."""
        if not _DIGIT.search(self.plain):
            return
        for m in _PAIR_OF_NAMES.finditer(self.plain):
            items = listed(self.plain, m.end(), 5)
            if len(items) < 2 or not _parted(self.plain, items):
                continue
            after = self.plain[items[-1].end : items[-1].end + 90]
            if _RESPECTS.match(after):
                yield from self._listed(items, How.AGAINST)

    def having(self) -> Iterator[Naming]:
        """ "the score for X was 4.6, whereas that for Y was 0.3"."""
        items: list[Item] = []
        for m in _FOR.finditer(self.plain):
            name = phrase_after(self.plain, m.end())
            if name and _WAS_NUMBER.match(self.plain, name.end):
                items.append(Item(name.start, name.end))
        if len({self.plain[i.start : i.end].lower() for i in items}) >= 2:
            yield from self._listed(items, How.BESIDE)

    def people(self) -> Iterator[Naming]:
        """ "14% of X patients and 12% of Y patients", "X and Y patients"."""
        items: list[Item] = []
        for m in _PEOPLE.finditer(self.plain) if _DIGIT.search(self.plain) else ():
            name = phrase_before(self.plain, m.start())
            if name and _DIGIT.search(self.plain[max(0, name.start - 60) : m.end() + 12]):
                items += [*_names_before(self.plain, name.start), Item(name.start, name.end)]
        if len({self.plain[i.start : i.end].lower() for i in items}) >= 2:
            yield from self._listed(items, How.GROUP)

    def bracketed(self) -> Iterator[Naming]:
        """ "8.6% (X) and 8.9% (Y)"."""
        if self.plain.count("(") < 2:
            return
        items = [Item(m.start(1), m.end(1)) for m in _IN_BRACKETS.finditer(self.plain)]
        if len({self.plain[i.start : i.end].lower() for i in items}) >= 2:
            yield from self._listed(items, How.BESIDE)

    def doing(self) -> Iterator[Naming]:
        """ "X reduced pain by 6 and Y by 3", "Y reduced it by 3"."""
        items = [s for m in _DOES.finditer(self.plain) if (s := phrase_before(self.plain, m.start()))]
        if len({self.plain[i.start : i.end].lower() for i in items}) >= 2:
            yield from self._listed([Item(i.start, i.end) for i in items], How.BESIDE)

    def labelled(self) -> Iterator[Naming]:
        """ "(X, 35%; Y, 18%)", "(71% X group vs 64% Y group)", "X 2.2 versus Y 3.1"."""
        for bracket in _LONG_BRACKET.finditer(self.plain):
            parts = _RIVALS.split(bracket[0][1:])
            if len(parts) == 1:
                continue
            place, items = bracket.start() + 1, []
            for part in parts:
                m = _NAME_AND_NUMBER.match(part) if _DIGIT.search(part) else None
                name = phrase_before(self.plain, place + m.end(1)) if m else None
                if name and m and name.start <= place + m.start(1) + 1:
                    items.append(Item(name.start, name.end))
                place += len(part)
            if len(items) >= 2:
                yield from self._listed(items, How.BESIDE)


_PARTING = re.compile(r"\b(?:or|and|versus|vs)\b")


def _parted(plain: str, items: list[Item]) -> bool:
    """Whether a list of names is one: its last two are parted by "or", "and" or "versus"."""
    return _PARTING.search(plain[items[-2].end : items[-1].start]) is not None


_CLOSED = re.compile(r"\s?[(\[][^()\[\]]{1,40}[)\]]\s?$")


def _without_bracket(plain: str, end: int) -> int:
    """Where the words before a bracket end, if one stands right before `end`: "the X (47 patients) arm"."""
    bracket = _CLOSED.search(plain, max(0, end - 44), end)
    return bracket.start() if bracket else end


_LINK_BEFORE = re.compile(r"(?:,\s?(?:and|or)?|\s(?:and|or|versus|vs\.?))\s(?:the\s|in\s)*$")


def _names_before(plain: str, start: int) -> list[Item]:
    """ "the A, B and C groups": what stands before C."""
    found: list[Item] = []
    place = start
    while len(found) < 4:
        link = _LINK_BEFORE.search(plain, max(0, place - 24), place)
        name = phrase_before(plain, _without_bracket(plain, link.start())) if link else None
        if name is None:
            break
        found.insert(0, Item(name.start, name.end))
        place = name.start
    return found


_Reader = Callable[[_Finder], Iterator[Naming]]
#: Each reader behind what it cannot do without; where that is its own pattern, or no more than words, it is enough that this one may match.
_READERS: tuple[tuple[Sieved, bool, _Reader], ...] = (
    (_RANDOM, True, _Finder.design),
    (_RANDOM, True, _Finder.shares),
    (Sieved(r"versus|vs|compar|between|\bor\b|against", re.IGNORECASE), True, _Finder.pair),
    (_GROUP, True, _Finder.group),
    (LETTERED, True, _Finder.letters),
    (_GIVEN, True, _Finder.given),
    (Sieved(r"\b(?:versus|vs|v|than|compar\w+|comparison|relative|over|against|opposed)\b"), False, _Finder.against),
    (Sieved(r"\d.*\b(?:with|for|in|on|after|under|among|by)\b"), False, _Finder.beside),
    (_MAY_RESPECT, False, _Finder.respective),
    (Sieved(r"\b(?:was|were|averaged)\s(?:\w+\s){0,2}[-+]?\d.*\b(?:was|were|averaged)\s(?:\w+\s){0,2}[-+]?\d"), False, _Finder.having),
    (_PEOPLE, True, _Finder.people),
    (_IN_BRACKETS, True, _Finder.bracketed),
    (_DOES, True, _Finder.doing),
    (Sieved(r"[(\[].*\d"), False, _Finder.labelled),
)  # fmt: skip


def namings(sentence: Sentence, sets: int = 0) -> list[Naming]:
    """The names of a sentence; the numbers of their lists start above `sets`."""
    return list(_Finder(sentence, sets).run())
