"""Short noun phrases beside a place of the text, and lists of them: what stands before "group", after "received", around "versus"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crawler.quick_init import quick_init
from nlp.grammar.sentences import Span

_TOKEN = re.compile(r"[^\W_][^\s,;:()\[\]=<>≤≥±]*|\+|&")
_LONGEST = 7
_WINDOW = 90
#: Most names are shorter than this.
_NEAR = 34

#: Those who are counted.
PEOPLE = r"(?:patients?|participants?|subjects?|individuals?|people|children|women|men|cases|infants|eyes|knees|of them|persons|recipients|responders)"

#: Words at which a name ends, on either side.
STOP = frozenset(re.findall(r"\S+", """
    the a an this that these those its their our each every both either neither all any some no not other another same such
    in of to for with without by on at from than as into between among within during after before following through over
    under per via about above below until since upon versus vs v against across because due despite regardless and or but
    nor while whereas although though however if when where which who whom whose then also only was were is are be been
    being am had has have having did does do done can could may might will would shall should showed shows shown showing
    received receive receiving underwent undergoing undergo given gave taking took achieved reported experienced developed
    demonstrated exhibited required occurred observed seen found noted detected remained improved increased decreased
    reduced reduces lowered saw cut rose fell dropped declined produced resulted resulting led leading compared comparing comparable
    respectively similar different significantly significant statistically clinically higher lower greater smaller fewer
    less more better worse superior inferior larger longer shorter most least patients patient participants participant
    subjects subject women men people persons individuals children adults infants eyes knees cases volunteers students
    mothers survivors recipients pts one two three four five six seven eight nine ten mean median average total overall
    baseline years year months month weeks week days day hours hour assigned allocated randomized randomised randomly
    treated none nil there it they we she he vs. v. group groups arm arms cohort cohorts results conclusion conclusions methods
    background objective p n i.e e.g ie eg percent difference differences number rate rates score scores change changes
    level levels incidence
"""))  # fmt: skip
_MEASURE_UNIT = re.compile(
    r"^(?:mg|µg|μg|mcg|g|kg|ml|mL|IU|U|Gy|%|percent|mm2?|cm|mg/\S+|µg/\S+|IU/\S+|U/\S+|ml/\S+|Hz|mmHg|x|b\.?i\.?d\.?|t\.?i\.?d\.?|q\.?d\.?)$"
)
_BARE_NUMBER = re.compile(r"^[\d.,/]+$")
_AMOUNT = re.compile(r"^\d[\d.,]*(?:%|mg|µg|μg|g|ml|mL|IU|Gy|-?mg|-?mm2?|-?Gy)?(?:/\S+)?$")
_ADVERB = re.compile(r"(?!early$|daily$|weekly$|monthly$|family$)[a-z]{3,}ly$")
_VERBAL = re.compile(r"[a-z]{3,}(?:ed|ing)$")
#: Words in -ed or -ing that names begin with or hold.
_IN_NAMES = frozenset(re.findall(r"\S+", """
    combined fixed modified enriched extended sustained conventional controlled untreated pegylated intensified supervised
    guided based exercising training nursing counseling counselling timing warming feeding dieting screening stretching
    walking running strengthening wrapping imaging imprinting coping waiting monitoring tailored targeted enhanced
    unfractionated immediate delayed accelerated attenuated inactivated conjugated liposomal fermented unmodified activated
    cross-linked coated drug-eluting eluting bleeding-control continued repeated staged integrated structured standardized
    standardised personalized personalised needling dressing cooling drawing cycling swimming spinning writing reading
    listening teaching coaching breathing clamping milking dosing splinting taping bracing casting stenting banding grafting
    packing nonpacking pacing plating nailing
"""))  # fmt: skip


@quick_init
@dataclass(frozen=True, slots=True)
class Item:
    """One name of a list, and what stands in the bracket behind it."""

    start: int
    end: int
    bracket: str = ""


@lru_cache(maxsize=20_000)
def _ends_names(token: str) -> bool:
    word = token.lower().rstrip(".")
    return word in STOP or _ADVERB.match(word) is not None


def _stops(token: str, following: str) -> bool:
    """Whether a word ends names: as a number does before no unit."""
    number = token[:1].isdigit() and _BARE_NUMBER.match(token) is not None
    return _ends_names(token) or (number and _MEASURE_UNIT.match(following) is None)


def phrase_before(plain: str, end: int) -> Span | None:
    """The name that ends at `end`; None where a word stands there that ends names.

    >>> t = "lower in the metoprolol CR/XL group"
    >>> s = phrase_before(t, t.index(" group")); t[s.start:s.end]
    'metoprolol CR/XL'
    """
    near = _before(plain, end, max(0, end - _NEAR))
    span = near if near is not None else _before(plain, end, max(0, end - _WINDOW)) or Span(end, end)
    return span if span.start < span.end and not _lone_verb(plain[span.start : span.end]) else None


def _before(plain: str, end: int, low: int) -> Span | None:
    """The same as far back as `low`, which may cut a word in two; None where the name may begin before it."""
    tokens = list(_TOKEN.finditer(plain, low, end))
    start, last, following = end, end, ""
    for count, token in enumerate(reversed(tokens)):
        if plain[token.end() : start].strip(" \"”'“") or count == _LONGEST:
            break
        if token.start() == low and low:
            return None if end - low < _WINDOW else Span(start, last)
        written = token[0]
        if _stops(written, following) or (count and written.endswith((".", "%)"))):
            break
        if count and _VERBAL.match(written) and written not in _IN_NAMES:
            break
        start, following = token.start(), written
        last = token.end() if not count else last
    else:
        if low and end - low < _WINDOW:
            return None
    return Span(start, last)


def _lone_verb(name: str) -> bool:
    if not name.endswith("ed") or " " in name or name in _IN_NAMES:
        return False
    # What was not done is no verb: "the uncemented group".
    return _VERBAL.match(name) is not None and undone(name) is None


_UNDONE = re.compile(r"(?:un|non)([a-z]{3,}ed)")


def undone(name: str) -> str | None:
    """What those were not who are called by a lone participle; None for any other name, and for those that are always names.

    >>> undone("uncemented"), undone("cemented"), undone("untreated")
    ('cemented', None, None)
    """
    m = _UNDONE.fullmatch(name) if name not in _IN_NAMES else None
    return m[1] if m else None


_ARTICLE = re.compile(r"\s*(?:(?:the|an?|either|oral|standard-dose)\s+)?")


_ORAL = re.compile(r"\boral\s$", re.IGNORECASE)
_ROUTE = re.compile(
    r"\b(?:topical|intravenous|iv|i\.v\.|vaginal|intravaginal|intramuscular|im|parenteral|subcutaneous|rectal|sublingual|buccal|transdermal|inhaled|nasal|intranasal|intrathecal|injected|injectable|depot|local)\b",
    re.IGNORECASE,
)
_NEAR_ROUTE = 70


def _with_route(plain: str, start: int, end: int) -> int:
    """Where a name begins whose first words were passed over: at "oral", where another route stands close by and is what tells two arms apart."""
    oral = _ORAL.search(plain, start, end)
    if oral is None:
        return end
    near = _ROUTE.search(plain, max(0, start - _NEAR_ROUTE), start) or _ROUTE.search(plain, end, end + _NEAR_ROUTE)
    return oral.start() if near is not None else end


def phrase_after(plain: str, start: int, joined: frozenset[str] = frozenset()) -> Span | None:
    """The name that starts at `start`, articles and "oral" passed over; `joined`: words that do not end it though they end others.

    >>> t = "patients who received oral vitamin D3 were"
    >>> s = phrase_after(t, t.index("oral")); t[s.start:s.end]
    'vitamin D3'
    """
    place = _ARTICLE.match(plain, start)
    begin = _with_route(plain, start, place.end()) if place else start
    # Most names end soon: each word is looked for when the one before it has not ended the name.
    words = _TOKEN.finditer(plain, begin, min(len(plain), begin + _WINDOW))
    end, count, coming = begin, -1, next(words, None)
    while coming is not None:
        token, coming, count = coming, next(words, None), count + 1
        if plain[end : token.start()].strip() or count == _LONGEST:
            break
        written = token[0].rstrip(".")
        following = coming[0].rstrip(".") if coming else ""
        usual = written == "as" and following.lower() in ("usual", "needed", "required")
        if _stops(written, following) and written.lower() not in joined and not usual:
            break
        if count and _VERBAL.match(written) and written not in _IN_NAMES and not _names_a_deed(plain, written, token.end()):
            break
        end = token.start() + len(written)
        if token[0].endswith(".") and written not in ("q.d", "b.i.d", "t.i.d"):
            break
    while end > begin and plain[begin:end].rpartition(" ")[2].lower() in joined:
        end = begin + len(plain[begin:end].rpartition(" ")[0])
    return Span(begin, end) if end > begin and not _lone_verb(plain[begin:end]) else None


_AND_ANOTHER = re.compile(r"(?:\s\([^()]{0,40}\))?,?\s(?:or|versus|vs\.?|than)\s")


def _names_a_deed(plain: str, written: str, end: int) -> bool:
    """Whether a word in -ing is the last of a name that is set against another: "endometrial scratching or no procedure"."""
    return written.endswith("ing") and _AND_ANOTHER.match(plain, end) is not None


#: "No procedure" is a name where it is the other one of a list.
_NOTHING = re.compile(r"no\s(?:(?:further|additional|active|specific)\s)?[a-z]{4,}")
_LIST_END = re.compile(r"[.;](?:\s|$)")
_PARTED = re.compile(r"\s(?:or|versus|vs\.?)\s")
_BRACKET = re.compile(r"\s?[(\[]([^()\[\]]{0,60})[)\]]")
_NEXT = re.compile(r"\s?(?:,\s?(?:and|or|versus|vs\.?)?|;\s?(?:and|or)?|and|or|versus|vs\.?|v\.?(?=\s)|to)\s+", re.IGNORECASE)
_PASSED = re.compile(
    r"\s*(?:(?:either|the|an?|to|receive|received|receiving|of|on|in|with|by|for|treatment|therapy|intervention|undergo|underwent|plus|oral|daily|additional|adjuvant|"
    r"weekly|\d+-(?:week|day|month|year)|\d+ (?:weeks?|days?|months?|cycles?|courses?) of|a \w+ of|group|groups|arms?|patients|those|that|who|were|\(?(?:1|2|3|i|ii|iii|a|b)\))\s+)*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"\s?(?:groups?|arms?|therapy|treatment|alone|only|patients|eyes|daily|once|twice|for \d+ \w+)\b(?: (?:daily|alone|a day|weekly))?"
)
_AND = frozenset({"and", "with", "without", "of", "plus"})


def listed(plain: str, start: int, most: int = 6) -> list[Item]:
    """Names in a list: "X (n = 20) or Y", "A, B and C". Where "or" or "versus" parts them, "and" belongs to a name.

    >>> t = "assigned to receive carvedilol (n = 20) or placebo for 12 weeks"
    >>> [t[i.start:i.end] for i in listed(t, t.index("carv"))]
    ['carvedilol', 'placebo']
    """
    reach = plain[start : start + 260]
    close = _LIST_END.search(reach)
    parted = _PARTED.search(reach[: close.start()] if close else reach) is not None
    joined = _AND if parted else frozenset({"of"})
    found: list[Item] = []
    place = start
    while len(found) < most:
        passed = _PASSED.match(plain, place)
        place = _with_route(plain, place, passed.end()) if passed else place
        name = phrase_after(plain, place, joined)
        if name is None and found and (nothing := _NOTHING.match(plain, place)):
            name = Span(*nothing.span())
        if name is None:
            break
        tail = _TAIL.match(plain, name.end)
        end = tail.end() if tail else name.end
        bracket = _BRACKET.match(plain, end)
        found.append(Item(name.start, name.end, bracket[1] if bracket else ""))
        again = _TAIL.match(plain, bracket.end()) if bracket else None
        end = again.end() if again else bracket.end() if bracket else end
        following = _NEXT.match(plain, end)
        if following is None:
            break
        place = following.end()
    return found
