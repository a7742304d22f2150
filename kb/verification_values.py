"""Stored numbers of which the library keeps no printed form of their own: sizes, times, doses, heterogeneity, registration numbers."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.record import registry_ids
from kb.verification_read import Kept, whole_numbers
from nlp.grammar.characters import in_one_spelling
from nlp.grammar.number import WORD_NUMBER, number_value
from nlp.timepoints import DAYS

_TOKEN = re.compile(r"\d+(?:\.\d+)?")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_WITH_UNIT = re.compile(r"(?<=\d)\s?(?![eE][-+]?\d)[^\W\d_][\w\s/]*$")
_POWER = re.compile(r"(?P<head>[-+]?[\d.,]+)?\s?[x×*·]?\s?10\s?\^?\(?\s?(?P<power>[-+–]?\d{1,2})\)?")
_TIME_NUMBER = re.compile(rf"\d+(?:\.\d+)?|\b{WORD_NUMBER}\b", re.IGNORECASE)
_TIME_UNIT = re.compile(r"(hour|hr|day|week|wk|month|mo|year|yr)s?\b|\b([dwm])(?=[\s-]?\d)", re.IGNORECASE)
_START = re.compile(r"baseline|screening|\bpre", re.IGNORECASE)
#: What an interval is where the text does not say.
_USUAL_LEVEL = 95.0


def read_number(printed: str) -> float | None:
    """The value of a printed number, in digits or words; None where it is none.

    >>> read_number("−0.50"), read_number("1,204"), read_number("0,02"), read_number("5 × 10^-4"), read_number("14 cm"), read_number("NS")
    (-0.5, 1204.0, 0.02, 0.0005, 14.0, None)
    """
    plain = in_one_spelling(printed).strip().removesuffix("%").strip()
    power = _POWER.fullmatch(plain)
    if power and (power["head"] is None or plain != power["head"]) and re.search(r"10\s?\^|[x×*·]|10\s?[-–]", plain):
        head = read_number(power["head"]) if power["head"] else 1.0
        exponent = power["power"].replace("–", "-")
        return None if head is None else float(f"{head!r}e{exponent}")
    if not re.match(r"[-+.\d]", plain):
        return number_value(plain) if re.fullmatch(rf"{WORD_NUMBER}|no|none|zero", plain, re.IGNORECASE) else None
    number = _WITH_UNIT.sub("", plain)
    try:
        return float(number.replace(",", "") if _THOUSANDS.fullmatch(number) else number.replace(",", "."))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Source:
    """All that a document was read from, in the forms that wordings and counts are looked for in."""

    squeezed: str
    numbers: frozenset[str]
    whole: frozenset[int]

    @classmethod
    def of(cls, everything: str) -> _Source:
        """The source in this text."""
        return cls(_squeezed(everything), frozenset(_TOKEN.findall(everything)), whole_numbers(everything))

    def holds(self, said: str) -> bool:
        """Whether a wording stands there, however it is spaced and its dashes are set."""
        return _squeezed(said) in self.squeezed

    def holds_pieces(self, said: str) -> bool:
        """The same, or piece by piece: "6 months" was read from "3, 6 and 12 months"."""
        plain = in_one_spelling(said)
        words = re.findall(r"[^\W\d_]+", plain.lower())
        return self.holds(said) or (set(_TOKEN.findall(plain)) <= self.numbers and all(w in self.squeezed for w in words))


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", in_one_spelling(text).lower()).replace("–", "-")


def derived(db: sqlite3.Connection, kept: Kept) -> Iterator[str]:
    """A sentence, without the document's name, for each such number that neither stands in the source nor follows from what does."""
    row = db.execute("SELECT * FROM document WHERE id = ?", (kept.id,)).fetchone()
    yield from _registered(row)
    if kept.why_no_answer is not None:
        return
    source = _Source.of(kept.everything)
    arms = db.execute("SELECT * FROM arm WHERE document_id = ? ORDER BY position", (kept.id,)).fetchall()
    yield from _sizes(row, arms, source.whole)
    yield from _doses(arms, source)
    for table in ("effect", "claim"):
        for value in db.execute(f"SELECT * FROM {table} WHERE document_id = ? AND time_text IS NOT NULL ORDER BY id", (kept.id,)):
            yield from _time(source, f"{table} {value['id']}", value["time_text"], value["time_days"])
    yield from _effects(db, kept, source.whole)


def _registered(row: sqlite3.Row) -> Iterator[str]:
    """A wrong registration number would join two studies."""
    given = {*json.loads(row["registry_ids"]), *registry_ids(row["text"])}
    for number in json.loads(row["study_registry_ids"]):
        if number not in given:
            yield f"the registration number {number} stands neither in its source's record nor in its text."


# ------------------------------------------------------------------------------------------------ sizes and doses


def _sizes(row: sqlite3.Row, arms: list[sqlite3.Row], printed: frozenset[int]) -> Iterator[str]:
    together = sum(a["n"] or 0 for a in arms)
    if row["sample_size"] is not None and row["sample_size"] not in printed | {together}:
        yield f"its {row['sample_size']} people stand nowhere in what was read, and are not its arms' together."
    if row["pooled_studies"] is not None and row["pooled_studies"] not in printed:
        yield f"its {row['pooled_studies']} studies stand nowhere in what was read."
    for arm in arms:
        if arm["n"] is not None and arm["n"] not in printed:
            yield f"the {arm['n']} people of the arm “{arm['label'][:60]}” stand nowhere in what was read."


def _doses(arms: list[sqlite3.Row], source: _Source) -> Iterator[str]:
    for arm in arms:
        for field in ("dose", "schedule"):
            if arm[field] is not None and not source.holds(arm[field]):
                yield f"the {field} “{arm[field][:60]}” of the arm “{arm['label'][:60]}” stands nowhere in what was read."


# ------------------------------------------------------------------------------------------------ times


def _time(source: _Source, what: str, said: str, days: float | None) -> Iterator[str]:
    if not source.holds_pieces(said):
        yield f"the time “{said[:60]}” of {what} stands nowhere in what was read."
    elif days is not None and not any(abs(days - d) <= 0.01 for d in lengths(said)):
        yield f"the time “{said[:60]}” of {what} is stored as {days:g} days."


def lengths(said: str) -> frozenset[float]:
    """How many days a wording may stand for; several where it names several times.

    >>> sorted(lengths("3 months")), sorted(lengths("week 12")), sorted(lengths("half a year")), sorted(lengths("baseline"))
    ([91.32], [84.0], [182.625, 365.25], [0.0])
    """
    units = {DAYS[(m[1] or m[2]).lower()] for m in _TIME_UNIT.finditer(said)}
    numbers = [number_value(m[0]) for m in _TIME_NUMBER.finditer(said)]
    found = {n * u for n in numbers for u in units} if numbers else units | {u / 2 for u in units if "half" in said.lower()}
    return frozenset({round(days, 3) for days in found} | ({0.0} if _START.search(said) else set()))


# ------------------------------------------------------------------------------------------------ effects


def _effects(db: sqlite3.Connection, kept: Kept, printed: frozenset[int]) -> Iterator[str]:
    rows = db.execute(
        "SELECT e.*, ev.*, a.n AS arm_n FROM effect e JOIN evidence ev ON ev.id = e.evidence_id "
        "LEFT JOIN arm a ON a.id = e.arm_id WHERE e.document_id = ? ORDER BY e.id",
        (kept.id,),
    ).fetchall()
    for row in rows:
        said = _said(kept, row)
        shown = {r[0] for r in db.execute("SELECT field FROM printed_number WHERE effect_id = ?", (row["id"],))}
        for field in _untrue(row, shown, said, printed):
            yield f"the {field} {row[field]:g} of effect {row['id']} is not printed where it was read: “{said[:80]}”."


def _said(kept: Kept, row: sqlite3.Row) -> str:
    posted = row["start_char"] is None
    return kept.printed_about(row["pointer"]) if posted else kept.plain[row["start_char"] : row["end_char"]]


def _untrue(row: sqlite3.Row, shown: set[str], said: str, printed: frozenset[int]) -> Iterator[str]:
    """Fields that are stored, of which no printed form is kept, and which the words do not hold."""
    here, values = whole_numbers(said), {read_number(m[0]) for m in _NUMBER.finditer(said)}
    posted = row["start_char"] is None
    truths: dict[str, bool] = {
        "i2": row["i2"] in values,
        "tau2": row["tau2"] in values,
        "ci_level": row["ci_level"] in values | (set() if posted else {_USUAL_LEVEL}),
        "k": row["k"] in (here if posted else printed),
        "n": row["n"] in here,
        "total": row["total"] in here or row["total"] == row["arm_n"],
        "events": row["events"] == row["estimate"],
    }
    for field, true in truths.items():
        if row[field] is not None and field not in shown and not true:
            yield field
