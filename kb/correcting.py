"""A question corrected by explicit options: each part said anew in words of the packs, or taken out with `any`."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kb.errors import NotUnderstood
from kb.question import Known, Question, asked_time, named

#: What an option may name, and the part of the question that it sets. Of the last three, the part is a label.
_CONCEPTS = {"intervention": "intervention", "comparator": "comparator", "condition": "condition", "outcome": "outcome"}
_LABELS = {"route": "route", "source": "cell_source", "donor": "donor"}
ANY = "any"


def corrected(db: sqlite3.Connection, question: Question, options: Mapping[str, str | None]) -> Question:
    """The question with what the options say in the place of what was understood.

    Args:
        db: the library whose names are known.
        question: as understood.
        options: by name (`intervention`, `comparator`, `condition`, `outcome`, `route`, `source`, `donor`, `at`); None: not given.

    Raises:
        NotUnderstood: an option's words are no name of its kind.
    """
    changes: dict[str, Any] = {}
    for option, words in options.items():
        if words is None:
            continue
        if option == "at":
            changes["timepoint_days"], changes["timepoint"] = (None, None) if words == ANY else _time(words)
        elif option in _CONCEPTS:
            changes[option] = None if words == ANY else _of_kind(db, words, _CONCEPTS[option])
        else:
            changes[_LABELS[option]] = None if words == ANY else _of_kind(db, words, _LABELS[option]).label
    if "condition" in changes:
        changes |= {"site": None, "site_conditions": ()}
    return replace(question, **changes)


def _time(words: str) -> tuple[float | None, str | None]:
    days, when = asked_time(words)
    if days is None:
        raise NotUnderstood(words, ("12 months", "90 days"))
    return days, when


def _of_kind(db: sqlite3.Connection, words: str, kind: str) -> Known:
    kinds = (kind, "intervention") if kind == "comparator" else (kind, "exposure") if kind == "intervention" else (kind,)
    known = named(db, words)
    found = next((k for wanted in kinds for k in known if k.kind == wanted), None)
    if found is None:
        raise NotUnderstood(words, tuple(f"{k.label} ({k.kind})" for k in known))
    return found
