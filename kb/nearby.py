"""What a library holds near to a question that nothing answers: the same with one restriction less, and how many claims that has."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

from kb.chosen import choose
from kb.filters import Filters
from kb.question import Question

#: What is dropped, and what it is called; in the order in which a reader would give it up.
_DROPPED = (
    ("timepoint_days", "the time"), ("donor", "the donor"), ("cell_source", "the tissue source"), ("route", "the route"), ("comparator", "the comparator"),
    ("outcome", "the outcome"), ("condition", "the condition"), ("intervention", "the intervention"),
)  # fmt: skip


def nearby(db: sqlite3.Connection, question: Question) -> tuple[str, ...]:
    """A sentence for each restriction without which something answers."""
    found = []
    for part, called in _DROPPED:
        if getattr(question, part) is None:
            continue
        dropped: dict[str, Any] = {part: None} | ({"timepoint": None} if part == "timepoint_days" else {})
        wider = replace(question, **dropped)
        if wider.asks_nothing():
            continue
        claims = choose(db, wider, Filters())
        if claims:
            outcomes = sorted({str(c.row["outcome"]) for c in claims})
            of = f" on {', '.join(outcomes[:4])}{' and others' if len(outcomes) > 4 else ''}" if part == "outcome" else ""
            found.append(f"Without {called}: {len(claims)} claim{'s' if len(claims) > 1 else ''}{of}.")
    return tuple(found)
