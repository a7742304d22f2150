"""What a question asks: two sides, route, source, condition, outcome, time. Understood by the library's own names, with SQL alone."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import dataclass, field, replace

from kb.errors import NotUnderstood
from kb.own_words import holding, named_so, part_of_one
from kb.two_sides import DOSE
from nlp.words import normal_words

#: What parts two sides; a part of "graft-versus-host" is none.
_AGAINST = re.compile(r"(?<![\w-])(?:versus|vs|v|compared\s+(?:with|to)|against)(?![\w-])\.?", re.IGNORECASE)
_NUMERALS = {
    w: float(i)
    for i, w in enumerate(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1)
}
_TIME = re.compile(
    rf"\b(?:(\d+(?:\.\d+)?|{'|'.join(_NUMERALS)})[-\s]?(day|week|month|year)s?|(day|week|month|year)\s(\d+))\b", re.IGNORECASE
)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
#: Short names of the packs that are English words when written small.
_WORDS_OF_ENGLISH = frozenset(
    [
        "it",
        "is",
        "as",
        "at",
        "in",
        "on",
        "or",
        "us",
        "am",
        "pr",
        "cr",
        "be",
        "so",
        "no",
        "to",
        "of",
        "an",
        "if",
        "by",
        "do",
        "go",
        "he",
        "me",
        "my",
        "up",
        "we",
        "all",
        "end",
        "pain",
    ]
) - {"pain"}
_NOISE: frozenset[str] = frozenset(
    [
        "a",
        "an",
        "the",
        "for",
        "of",
        "in",
        "on",
        "at",
        "with",
        "and",
        "or",
        "to",
        "by",
        "from",
        "what",
        "which",
        "is",
        "are",
        "doe",
        "do",
        "vs",
        "any",
        "anything",
        "patient",
        "people",
        "how",
    ]
)
#: Words that say which way an outcome is wished to go. They set the order of an answer, and leave nothing out of it.
_WISHES = {
    **dict.fromkeys(["lower", "reduce", "decrease", "cut", "prevent", "shorten", "slow", "halve", "diminish"], "lower"),
    **dict.fromkeys(["raise", "increase", "prolong", "lengthen", "enhance"], "higher"),
    **dict.fromkeys(["improve", "help", "benefit", "treat", "better", "work", "effective", "efficacy"], "better"),
    **dict.fromkeys(["worsen", "worse", "aggravate"], "worse"),
}
#: Words that ask for harms.
_HARMS = frozenset(["safe", "safety", "harm", "harmful", "risk", "danger", "dangerous", "unsafe"])
#: Words of the shape of a question, with those that name an intervention or outcome without telling which.
_NOISE |= frozenset(["can", "could", "should", "would", "will", "did", "has", "have", "effect", "evidence", "use", "treatment", "therapy", "than", "there",
                     "who", "when", "study", "trial", "result", "it", "be", "was", "were", "most", "best", "after", "day", "week", "month", "year"])  # fmt: skip
_LONGEST_NAME = 8


@dataclass(frozen=True, slots=True)
class Known:
    """A concept that a word of the question names."""

    id: str
    kind: str
    label: str
    comparator_class: str | None = None
    cell_source: str | None = None
    #: The product that it is named after with its source: "umbilical cord MSC" after MSC; None of any other.
    broader: str | None = None
    broader_label: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question as understood. None: not asked about. `corrected` lists words that were read as others."""

    text: str
    intervention: Known | None = None
    comparator: Known | None = None
    route: str | None = None
    comparator_route: str | None = None
    cell_source: str | None = None
    comparator_source: str | None = None
    donor: str | None = None
    condition: Known | None = None
    outcome: Known | None = None
    timepoint_days: float | None = None
    timepoint: str | None = None
    comparator_donor: str | None = None
    #: "high dose" against "low dose": what is given in one dose and in another.
    dose: str | None = None
    comparator_dose: str | None = None
    #: Conditions that a place of the body restricts to: "knee" in "knee pain"; the word, and their ids.
    site: str | None = None
    site_conditions: tuple[str, ...] = ()
    #: Which way the outcome is wished to go: `lower`, `higher`, `better`, `worse`.
    wish: str | None = None
    harms: bool = False
    unknown: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = field(default=())

    def as_json(self) -> dict[str, object]:
        """The contract's `question` object."""
        label = _label
        return {
            "text": self.text, "intervention": label(self.intervention), "comparator": label(self.comparator) or self.comparator_route or self.comparator_source or self.comparator_donor or self.comparator_dose,
            "route": self.route, "cell_source": self.cell_source or (self.intervention.cell_source if self.intervention else None), "donor": self.donor, "condition": label(self.condition), "outcome": label(self.outcome),
            "timepoint": self.timepoint, "kinds": ["harm"] if self.harms else ["treatment", "harm", "prognosis"], "wish": self.wish, "site": self.site, "not_understood": list(self.unknown),
            "read_as": [{"written": a, "as": b} for a, b in self.corrected],
        }  # fmt: skip

    def ways(self) -> tuple[tuple[str, str | None, str | None], ...]:
        """Each way of giving something (`kb.two_sides.FIELDS`), as the first side and as the second names it."""
        return (
            ("route", self.route, self.comparator_route),
            ("source", self.cell_source, self.comparator_source),
            ("donor", self.donor, self.comparator_donor),
            ("dose", self.dose, self.comparator_dose),
        )

    def meaning(self) -> str:
        """What is asked as one line that is the same however it was worded: by this, decisions about a question are kept."""
        known = (self.intervention, self.comparator, self.condition, self.outcome)
        ids = [k.id if k else "" for k in known]
        sides = (self.route, self.comparator_route, self.cell_source, self.comparator_source, self.donor, self.comparator_donor)
        facets = (*sides, self.site, "harms" if self.harms else None)
        when = "" if self.timepoint_days is None else f"{self.timepoint_days:.0f}"
        doses = [f"{self.dose or ''}/{self.comparator_dose}"] if self.comparator_dose else []
        return "|".join([*ids, *(f or "" for f in facets), when, *doses])

    def asks_nothing(self) -> bool:
        """Whether no part of it restricts what answers."""
        return not self.meaning().strip("|")

    def in_words(self) -> str:
        """How the question was understood, for a person."""
        sides = [self.dose, self.route, self.cell_source, self.donor, self.intervention.label if self.intervention else None]
        words = " ".join(s for s in sides if s) or "any intervention"
        against = [
            self.comparator_route,
            self.comparator_source,
            self.comparator_donor,
            self.comparator_dose,
            self.comparator.label if self.comparator else None,
        ]
        if any(against):
            words += " versus " + " ".join(a for a in against if a)
        for lead, value in (
            ("in", self.condition.label if self.condition else None),
            ("in conditions of the", self.site),
            ("on", "harms" if self.harms else self.outcome.label if self.outcome else None),
            ("wished to be", self.wish),
            ("at", self.timepoint),
        ):
            words += f", {lead} {value}" if value else ""
        return words


@dataclass(slots=True)
class _Side:
    """What one side of a question names, as it is read word by word."""

    known: list[Known] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    corrected: list[tuple[str, str]] = field(default_factory=list)
    wish: str | None = None
    harms: bool = False
    dose: str | None = None
    #: Names that are a condition and an outcome ("chronic GVHD"), each with the word in front of it.
    either: list[tuple[str, Known, Known]] = field(default_factory=list)


def understand(db: sqlite3.Connection, text: str) -> Question:
    """Read a question.

    Raises:
        NotUnderstood: no word of it is known; the error names what is near.
    """
    asked, left, right = _read(db, text)
    corrected: tuple[tuple[str, str], ...] = ()
    if any(len(word) >= _SHORTEST_TYPO for word in left.unknown + right.unknown):
        from kb.spelling import respelt

        again, corrected = respelt(db, text, left.unknown + right.unknown)
        if corrected:
            asked, left, right = _read(db, again)
    said = left.known or right.known or asked[0] or left.harms or right.harms
    unknown = tuple(left.unknown + right.unknown)
    if not said:
        raise NotUnderstood(text, _near(db, list(unknown)))
    return _with_site(db, _assembled(text, left, right, *asked, unknown, corrected))


#: Shorter words are left as they are: too many others are as near.
_SHORTEST_TYPO = 4


def _read(db: sqlite3.Connection, text: str) -> tuple[tuple[float | None, str | None], _Side, _Side]:
    time = _TIME.search(text)
    # What stands before a time is not joined to what stands after it.
    rest = f"{text[: time.start()]} for {text[time.end() :]}" if time else text
    parts = _parted(db, rest)
    return _asked_time(time), _side(db, parts[0]), _side(db, parts[1]) if len(parts) > 1 else _Side()


def _parted(db: sqlite3.Connection, text: str) -> list[str]:
    """A question in its two sides, or whole where it names but one; no name is cut in two ("graft versus host disease")."""
    words = normal_words(text)
    kept = text
    for against in _AGAINST.finditer(text):
        k = next((n for n, (_, start, end) in enumerate(words) if start <= against.start() < end), None)
        if k is None or not _within_a_name(db, [w for w, _, _ in words], k):
            return [kept[: against.start() + len(kept) - len(text)], text[against.end() :]]
        kept = f"{kept[: len(kept) - len(text) + against.start()]}versus{text[against.end() :]}"
    return [kept]


def _within_a_name(db: sqlite3.Connection, words: list[str], k: int) -> bool:
    spelt = [*words[:k], "versus", *words[k + 1 :]]
    around = range(max(0, k - _LONGEST_NAME + 1), k)
    names = [" ".join(w[i:j]) for w in (words, spelt) for i in around for j in range(k + 2, min(i + _LONGEST_NAME, len(words)) + 1)]
    found = db.execute("SELECT 1 FROM concept_name WHERE name IN (SELECT value FROM json_each(?)) LIMIT 1", (json.dumps(names),))
    return found.fetchone() is not None


#: Words of conditions' names that tell no place.
_NO_SITE = frozenset(
    ["chronic", "acute", "severe", "mild", "moderate", "progressive", "primary", "secondary", "relapsing", "refractory", "early", "late", "disease", "disorder",
     "syndrome", "injury", "failure", "infection", "deficiency", "type", "idiopathic", "complex", "multiple", "cancer", "host", "graft", "versus"]
)  # fmt: skip


def _of_a_treatment(db: sqlite3.Connection, word: str) -> bool:
    """Whether a word is part of a treatment's name: "stem" is no place of the body."""
    sql = (
        "SELECT 1 FROM concept_name n JOIN concept c ON c.id = n.concept_id WHERE c.kind IN ('intervention', 'exposure') "
        "AND ' ' || n.name || ' ' LIKE '% ' || ? || ' %' LIMIT 1"
    )
    return db.execute(sql, (word,)).fetchone() is not None


def _with_site(db: sqlite3.Connection, q: Question) -> Question:
    """A word that is no name of its own and part of conditions' names ("knee") restricts to those conditions."""
    if q.condition is not None:
        return q
    for word in q.unknown:
        name = " ".join(w for w, _, _ in normal_words(word))
        rows = db.execute(
            "SELECT DISTINCT c.id FROM concept_name n JOIN concept c ON c.id = n.concept_id WHERE c.kind = 'condition' AND ' ' || n.name || ' ' LIKE '% ' || ? || ' %' ORDER BY 1",
            (name,),
        ).fetchall()
        if rows and len(name) > 2 and name not in _NO_SITE and not _of_a_treatment(db, name):
            left = tuple(w for w in q.unknown if w != word)
            return replace(q, site=name, site_conditions=tuple(row[0] for row in rows), unknown=left)
    return q


def named(db: sqlite3.Connection, words: str) -> list[Known]:
    """What a name alone stands for, in any spelling that matching takes for the same."""
    return _named(db, " ".join(w for w, _, _ in normal_words(words)), words)


def _first(side: list[Known], *kinds: str) -> Known | None:
    return next((k for kind in kinds for k in side if k.kind == kind), None)


def _label(known: Known | None) -> str | None:
    return known.label if known else None


def asked_time(words: str) -> tuple[float | None, str | None]:
    """A time in words: in days (month 30.44, year 365.25), and as it is written; None where there is none."""
    return _asked_time(_TIME.search(words))


def _asked_time(time: re.Match[str] | None) -> tuple[float | None, str | None]:
    if time is None:
        return None, None
    number, unit = (time[1], time[2]) if time[1] else (time[4], time[3])
    return (_NUMERALS.get(number.lower()) or float(number)) * _DAYS[unit.lower()], time[0]


def _assembled(
    text: str,
    one: _Side,
    other: _Side,
    days: float | None,
    when: str | None,
    unknown: tuple[str, ...],
    corrected: tuple[tuple[str, str], ...],
) -> Question:
    _decide_what_is_either(one, other)
    left, right = one.known, other.known
    both = left + right
    first, label = _first, _label
    route, other_route = label(first(left, "route")), label(first(right, "route"))
    source, other_source = label(first(left, "cell_source")), label(first(right, "cell_source"))
    donor, other_donor = label(first(left, "donor")), label(first(right, "donor"))
    intervention = first(left, "intervention", "exposure")
    # "IV vs IT MSC" names the product with the second side, "placebo vs MSC" the comparator first; "anything vs natalizumab" names no intervention.
    if intervention is None and (route or source or donor or one.dose or first(left, "comparator")):
        intervention = first(right, "intervention")
    comparator = first(right, "comparator") or first(left, "comparator") or first(right, "intervention")
    comparator = None if comparator == intervention else comparator
    if source and not first(left, "intervention") and intervention and intervention.cell_source and not other_source:
        # "Bone marrow vs umbilical cord MSC" names two sources of one product.
        other_source, intervention = intervention.cell_source, _without_source(intervention)
    if (
        intervention
        and comparator
        and comparator.cell_source
        and _without_source(comparator).id == _without_source(intervention).id
    ):
        # So does "bone marrow MSC vs umbilical cord MSC".
        source, other_source = source or intervention.cell_source, comparator.cell_source
        intervention, comparator = _without_source(intervention), None
    if comparator and comparator.kind == "comparator" and (route is None or route == other_route):
        # A placebo is given the way the cells are: "MSC vs intrathecal placebo" asks about intrathecal MSC.
        route, other_route = route or other_route, None
    if comparator and comparator.kind == "comparator":
        donor, other_donor = donor or other_donor, None
    if one.dose and not other.dose:
        unknown = (*unknown, one.dose)
    return Question(
        text=text, intervention=intervention, comparator=comparator, route=route,
        comparator_route=other_route, cell_source=source, comparator_source=other_source, donor=donor, comparator_donor=other_donor,
        dose=one.dose if other.dose else None, comparator_dose=other.dose,
        condition=first(both, "condition"), outcome=first(both, "outcome"), timepoint_days=days, timepoint=when, wish=one.wish or other.wish,
        harms=(one.harms or other.harms) and first(both, "outcome") is None, unknown=unknown, corrected=corrected,
    )  # fmt: skip


def _decide_what_is_either(one: _Side, other: _Side) -> None:
    """A name that is a condition and an outcome is one of them: behind "in" and "for" the condition, where that is named elsewhere or something is
    to be lowered the outcome. Both at once would ask for what is told of patients who have what is measured."""  # noqa: D205, D209
    wish = one.wish or other.wish
    pairs = [(side, *pair) for side in (one, other) for pair in side.either]
    mine = [condition for _, _, condition, _ in pairs]
    elsewhere = any(k.kind == "condition" and k not in mine for side in (one, other) for k in side.known)
    for side, lead, condition, outcome in pairs:
        is_outcome = elsewhere or lead == "on" or (wish is not None and lead not in ("in", "with"))
        side.known.remove(condition if is_outcome else outcome)


def _without_source(known: Known) -> Known:
    """The product of which a name tells the source, where the name is made so: "umbilical cord mesenchymal stem cells"."""
    return (
        replace(known, id=known.broader, label=known.broader_label, cell_source=None)
        if known.broader and known.broader_label
        else known
    )


def _side(db: sqlite3.Connection, text: str) -> _Side:
    side = _Side()
    if dose := DOSE.search(text):
        side.dose = f"{dose[1].lower()} dose"
        text = text[: dose.start()] + " " * len(dose[0]) + text[dose.end() :]
    words = normal_words(text)
    i = 0
    while i < len(words):
        taken, known = _longest(db, words, i, text)
        if known:
            side.known.extend(known)
            condition, outcome = _first(known, "condition"), _first(known, "outcome")
            if condition and outcome:
                side.either.append((words[i - 1][0] if i else "", condition, outcome))
            i += taken
            continue
        _take(side, words[i][0], text[words[i][1] : words[i][2]])
        i += 1
    return side


def _take(side: _Side, word: str, written: str) -> None:
    """A word that is no name: what it says about the question, or that it is not understood."""
    stem = next(
        (s for s in (word, word.removesuffix("ing"), word.removesuffix("d"), word.removesuffix("ed")) if s in _WISHES), None
    )
    if stem is not None:
        side.wish = side.wish or _WISHES[stem]
    elif word in _HARMS:
        side.harms = True
    elif word not in _NOISE and len(word) > 1:
        side.unknown.append(written)


def _longest(db: sqlite3.Connection, words: list[tuple[str, int, int]], i: int, text: str) -> tuple[int, list[Known]]:
    for length in range(min(_LONGEST_NAME, len(words) - i), 0, -1):
        name = " ".join(w for w, _, _ in words[i : i + length])
        if length == 1 and text[words[i][1] : words[i][2]] in _WORDS_OF_ENGLISH:
            return _small_route(db, words, i, text)
        known = _named(db, name, text[words[i][1] : words[i + length - 1][2]])
        if known:
            return length, known
    if words[i][0] in _NOISE:
        return 0, []
    following = [w for w, _, _ in words[i : i + _LONGEST_NAME]]
    length, own = named_so(db, following)
    if own is None:
        length, own = part_of_one(db, following)
    return length, [Known(*own)] if own is not None else []


def _small_route(db: sqlite3.Connection, words: list[tuple[str, int, int]], i: int, text: str) -> tuple[int, list[Known]]:
    """ "it" alone on its side, or at its beginning in front of a treatment, is intrathecal: "it vs iv msc". Anywhere else it is a word."""
    routes = [k for k in _named(db, words[i][0], words[i][0].upper()) if k.kind == "route"]
    if not routes or i > 0:
        return 0, []
    following = _longest(db, words, 1, text)[1] if len(words) > 1 else []
    return (1, routes) if len(words) == 1 or _first(following, "intervention", "cell_source", "donor") else (0, [])


def _named(db: sqlite3.Connection, name: str, written: str) -> list[Known]:
    rows = db.execute(
        "SELECT c.id, c.kind, c.label, c.class, c.cell_source, b.id, b.label FROM concept_name n JOIN concept c ON c.id = n.concept_id "
        "LEFT JOIN concept b ON b.id = c.broader AND c.cell_source <> '' AND c.label LIKE '% ' || b.label WHERE n.name = ? ORDER BY c.kind, c.label",
        (name,),
    ).fetchall()
    known = [Known(*row) for row in rows]
    kinds = {k.kind for k in known}
    return [k for k in known if not (k.kind == "condition" and "outcome" in kinds and written.islower() and len(kinds) > 2)]


def _near(db: sqlite3.Connection, unknown: list[str]) -> tuple[str, ...]:
    from rapidfuzz import fuzz, process

    own = [name for word in unknown[:4] for name in holding(db, word)]
    names = [row[0] for row in db.execute("SELECT DISTINCT written FROM concept_name")]
    found = [n for word in unknown[:4] for n, _, _ in process.extract(word, names, scorer=fuzz.WRatio, limit=2, score_cutoff=60)]
    return tuple(dict.fromkeys([*own, *found]))[:5]
