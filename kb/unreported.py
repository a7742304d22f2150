"""Empty chairs: trials that are registered with a primary outcome, and of which the library holds no result."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from kb.chosen import TIME_TOLERANCE, narrower
from kb.question import Question, asked_time
from nlp.words import normal_name

#: As the registry's importer heads the plan's primary outcomes.
_PRIMARY = re.compile(r"(?:^|\n)Primary outcomes\n(.+?)(?:\n\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class EmptyChair:
    """A registered trial without a result. `primary`: its primary outcomes as registered. `known_from`: `registry` or `protocol`."""

    study: str
    document: str
    title: str
    year: int | None
    sample_size: int | None
    primary: tuple[str, ...]
    known_from: str


_CHAIRS = (
    "SELECT s.name, d.came_as, d.title, d.year, s.sample_size, d.text, s.known_from FROM study s INDEXED BY study_known_from JOIN document d ON d.id = s.best_document_id "
    "WHERE s.known_from IN ('registry', 'protocol') AND d.status IN ('ok', 'concern', 'corrected') AND s.level <> 'pooled' "
    "AND NOT EXISTS (SELECT 1 FROM comparison c WHERE c.study_id = s.id) AND {where} ORDER BY d.year DESC, s.name"
)


#: Classes of comparators whose absence from a plan's arms says that it compares with something else.
_CLASSES = ("placebo", "sham", "standard care", "no treatment")


def empty_chairs(db: sqlite3.Connection, question: Question, as_of: int | None = None) -> Iterator[EmptyChair]:
    """Those that plan to study what is asked: its intervention, comparator, condition, outcome and time, as far as question and plan name them.

    As of an earlier run, those that were registered here by then, and have no result still.
    """
    where, values = ["1"], dict[str, object]()
    if question.intervention is not None:
        where.append("d.id IN (SELECT document_id FROM arm WHERE concept_id IN (SELECT value FROM json_each(:intervention)))")
        values["intervention"] = json.dumps(narrower(db, question.intervention.id))
    if question.condition is not None:
        where.append(
            "d.id IN (SELECT document_id FROM document_condition WHERE concept_id IN (SELECT value FROM json_each(:condition)))"
        )
        values["condition"] = json.dumps(narrower(db, question.condition.id))
    if question.route is not None:
        where.append("d.id IN (SELECT document_id FROM arm WHERE route = :route)")
        values["route"] = question.route
    compared = question.comparator
    if compared is not None and compared.kind in ("intervention", "exposure"):
        where.append("d.id IN (SELECT document_id FROM arm WHERE concept_id IN (SELECT value FROM json_each(:comparator)))")
        values["comparator"] = json.dumps(narrower(db, compared.id))
    elif compared is not None and compared.comparator_class in _CLASSES:
        # A plan whose arms name another control, and not this one, asks another question.
        where.append(
            "(EXISTS (SELECT 1 FROM arm WHERE document_id = d.id AND class = :class) "
            "OR NOT EXISTS (SELECT 1 FROM arm WHERE document_id = d.id AND class IN (SELECT value FROM json_each(:classes))))"
        )
        values |= {"class": compared.comparator_class, "classes": json.dumps(_CLASSES)}
    if question.cell_source is not None:
        where.append("d.id IN (SELECT document_id FROM arm WHERE cell_source = :source)")
        values["source"] = question.cell_source
    if as_of is not None:
        where.append("d.added_in <= :run")
        values["run"] = as_of
    rows = db.execute(_CHAIRS.format(where=" AND ".join(where)), values).fetchall()
    names = _names(db, question.outcome.id) if rows and question.outcome else None
    for row in rows:
        primary = primary_outcomes(row["text"])
        if any(_asked(p, names, question.timepoint_days) for p in primary):
            yield EmptyChair(row["name"], row["came_as"], row["title"], row["year"], row["sample_size"], primary, row["known_from"])


def primary_outcomes(text: str) -> tuple[str, ...]:
    r"""The primary outcomes of a registered plan, one a line.

    >>> primary_outcomes("A trial\n\nPrimary outcomes\nEDSS. Time frame: 1 year.\n\nSecondary outcomes\nWalking.")
    ('EDSS. Time frame: 1 year.',)
    """
    found = _PRIMARY.search(text)
    return tuple(line for line in found[1].splitlines() if line.strip()) if found else ()


def _names(db: sqlite3.Connection, outcome: str) -> list[str]:
    listed = json.dumps(narrower(db, outcome))
    return [
        r[0] for r in db.execute("SELECT name FROM concept_name WHERE concept_id IN (SELECT value FROM json_each(?))", (listed,))
    ]


def _asked(primary: str, names: list[str] | None, days: float | None) -> bool:
    """Whether one planned outcome is the one that is asked about, at the time that is."""
    if names is not None and not _speaks_of(primary, names):
        return False
    planned, _ = asked_time(primary.partition("Time frame:")[2] or primary)
    return days is None or planned is None or abs(planned - days) <= TIME_TOLERANCE * days


def _speaks_of(primary: str, names: list[str]) -> bool:
    words = f" {normal_name(primary)} "
    return any(f" {name} " in words for name in names)
