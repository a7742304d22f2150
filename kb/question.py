"""What a question asks: two sides, route, source, condition, outcome, time. Understood by the library's own names, with SQL alone."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field

from kb.errors import NotUnderstood
from nlp.words import normal_words

_AGAINST = re.compile(r"\b(?:versus|vs|v|compared\s+(?:with|to)|against)\b\.?", re.IGNORECASE)
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
_NOISE = frozenset(
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
_LONGEST_NAME = 8


@dataclass(frozen=True, slots=True)
class Known:
    """A concept that a word of the question names."""

    id: str
    kind: str
    label: str
    comparator_class: str | None = None
    cell_source: str | None = None


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
    unknown: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = field(default=())

    def as_json(self) -> dict[str, object]:
        """The contract's `question` object."""
        label = _label
        return {
            "text": self.text, "intervention": label(self.intervention), "comparator": label(self.comparator) or self.comparator_route,
            "route": self.route, "cell_source": self.cell_source or (self.intervention.cell_source if self.intervention else None), "donor": self.donor, "condition": label(self.condition), "outcome": label(self.outcome),
            "timepoint": self.timepoint, "kinds": ["treatment", "harm", "prognosis"], "not_understood": list(self.unknown),
            "read_as": [{"written": a, "as": b} for a, b in self.corrected],
        }  # fmt: skip

    def meaning(self) -> str:
        """What is asked as one line that is the same however it was worded: by this, decisions about a question are kept."""
        known = (self.intervention, self.comparator, self.condition, self.outcome)
        ids = [k.id if k else "" for k in known]
        facets = (self.route, self.comparator_route, self.cell_source, self.comparator_source, self.donor)
        when = "" if self.timepoint_days is None else f"{self.timepoint_days:.0f}"
        return "|".join([*ids, *(f or "" for f in facets), when])

    def asks_nothing(self) -> bool:
        """Whether no part of it restricts what answers."""
        return not self.meaning().strip("|")

    def in_words(self) -> str:
        """How the question was understood, for a person."""
        sides = [self.route, self.cell_source, self.donor, self.intervention.label if self.intervention else None]
        words = " ".join(s for s in sides if s) or "any intervention"
        against = [self.comparator_route, self.comparator_source, self.comparator.label if self.comparator else None]
        if any(against):
            words += " versus " + " ".join(a for a in against if a)
        for lead, value in (
            ("in", self.condition.label if self.condition else None),
            ("on", self.outcome.label if self.outcome else None),
            ("at", self.timepoint),
        ):
            words += f", {lead} {value}" if value else ""
        return words


def understand(db: sqlite3.Connection, text: str) -> Question:
    """Read a question.

    Raises:
        NotUnderstood: no word of it is known; the error names what is near.
    """
    time = _TIME.search(text)
    rest = text[: time.start()] + " " + text[time.end() :] if time else text
    parts = _AGAINST.split(rest, maxsplit=1)
    left, unknown, corrected = _side(db, parts[0])
    right, more_unknown, more_corrected = _side(db, parts[1]) if len(parts) > 1 else ([], [], [])
    if not left and not right and not time:
        raise NotUnderstood(text, _near(db, unknown + more_unknown))
    days, words = _asked_time(time)
    return _assembled(text, left, right, days, words, (*unknown, *more_unknown), (*corrected, *more_corrected))


def named(db: sqlite3.Connection, words: str) -> list[Known]:
    """What a name alone stands for, in any spelling that matching takes for the same."""
    return _named(db, " ".join(w for w, _, _ in normal_words(words)), words)


def _first(side: list[Known], *kinds: str) -> Known | None:
    return next((k for kind in kinds for k in side if k.kind == kind), None)


def _label(known: Known | None) -> str | None:
    return known.label if known else None


def _asked_time(time: re.Match[str] | None) -> tuple[float | None, str | None]:
    if time is None:
        return None, None
    number, unit = (time[1], time[2]) if time[1] else (time[4], time[3])
    return (_NUMERALS.get(number.lower()) or float(number)) * _DAYS[unit.lower()], time[0]


def _assembled(
    text: str,
    left: list[Known],
    right: list[Known],
    days: float | None,
    when: str | None,
    unknown: tuple[str, ...],
    corrected: tuple[tuple[str, str], ...],
) -> Question:
    both = left + right
    first, label = _first, _label
    intervention = first(left, "intervention", "exposure") or first(right, "intervention")
    comparator = (
        first(right, "comparator")
        or first(left, "comparator")
        or (first(right, "intervention") if first(left, "intervention") else None)
    )
    route, other_route = label(first(left, "route")), label(first(right, "route"))
    if comparator and comparator.kind == "comparator" and (route is None or route == other_route):
        # A placebo is given the way the cells are: "MSC vs intrathecal placebo" asks about intrathecal MSC.
        route, other_route = route or other_route, None
    return Question(
        text=text, intervention=intervention, comparator=comparator if comparator != intervention else None, route=route,
        comparator_route=other_route, cell_source=label(first(left, "cell_source")), comparator_source=label(first(right, "cell_source")),
        donor=label(first(both, "donor")), condition=first(both, "condition"), outcome=first(both, "outcome"), timepoint_days=days, timepoint=when,
        unknown=unknown, corrected=corrected,
    )  # fmt: skip


def _side(db: sqlite3.Connection, text: str) -> tuple[list[Known], list[str], list[tuple[str, str]]]:
    words = normal_words(text)
    found: list[Known] = []
    unknown: list[str] = []
    corrected: list[tuple[str, str]] = []
    i = 0
    while i < len(words):
        taken, known = _longest(db, words, i, text)
        if known:
            found.extend(known)
            i += taken
            continue
        written = text[words[i][1] : words[i][2]]
        if words[i][0] not in _NOISE and len(words[i][0]) > 1:
            near = _similar(db, words[i][0])
            if near:
                found.extend(_named(db, near, written))
                corrected.append((written, near))
            else:
                unknown.append(written)
        i += 1
    return found, unknown, corrected


def _longest(db: sqlite3.Connection, words: list[tuple[str, int, int]], i: int, text: str) -> tuple[int, list[Known]]:
    for length in range(min(_LONGEST_NAME, len(words) - i), 0, -1):
        name = " ".join(w for w, _, _ in words[i : i + length])
        if length == 1 and text[words[i][1] : words[i][2]] in _WORDS_OF_ENGLISH:
            return 0, []
        known = _named(db, name, text[words[i][1] : words[i + length - 1][2]])
        if known:
            return length, known
    return 0, []


def _named(db: sqlite3.Connection, name: str, written: str) -> list[Known]:
    rows = db.execute(
        "SELECT c.id, c.kind, c.label, c.class, c.cell_source FROM concept_name n JOIN concept c ON c.id = n.concept_id WHERE n.name = ? ORDER BY c.kind, c.label",
        (name,),
    ).fetchall()
    known = [Known(*row) for row in rows]
    kinds = {k.kind for k in known}
    return [k for k in known if not (k.kind == "condition" and "outcome" in kinds and written.islower() and len(kinds) > 2)]


def _similar(db: sqlite3.Connection, word: str) -> str | None:
    """The one-word name that a misspelt word means; None where none is close enough."""
    if len(word) < 5:
        return None
    from rapidfuzz import fuzz, process

    names = [
        row[0]
        for row in db.execute(
            "SELECT DISTINCT name FROM concept_name WHERE length(name) BETWEEN ? AND ?", (len(word) - 2, len(word) + 2)
        )
    ]
    best = process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=84)
    return best[0] if best else None


def _near(db: sqlite3.Connection, unknown: list[str]) -> tuple[str, ...]:
    from rapidfuzz import fuzz, process

    names = [row[0] for row in db.execute("SELECT DISTINCT written FROM concept_name")]
    found = [n for word in unknown[:4] for n, _, _ in process.extract(word, names, scorer=fuzz.WRatio, limit=2, score_cutoff=60)]
    return tuple(dict.fromkeys(found))[:5]
