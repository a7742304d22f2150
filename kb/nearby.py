"""What a library holds near to a question that nothing answers: the same with one restriction less, else with several, and how many claims that has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from kb.question import Question

#: What is dropped, and what it is called; in the order in which a reader would give it up.
_DROPPED = (
    ("timepoint_days", "the time"), ("donor", "the donor"), ("cell_source", "the tissue source"), ("comparator_source", "the comparator's source"),
    ("route", "the routes"), ("comparator", "the comparator"), ("outcome", "the outcome"),
    ("site", "the place of the body"), ("condition", "the condition"), ("intervention", "the intervention"),
)  # fmt: skip


def nearby(question: Question, outcomes_of: Callable[[Question], Sequence[str]]) -> tuple[str, ...]:
    """A sentence for each restriction without which something answers; where one is not enough, for the first that together are.

    Args:
        question: what nothing answers.
        outcomes_of: the outcomes that the claims are about that answer another question, one for each claim.
    """
    asked = [(part, called) for part, called in _DROPPED if getattr(question, part) not in (None, ())]
    alone = [told for part, called in asked if (told := _told(_without(question, part), called, part == "outcome", outcomes_of))]
    return tuple(alone) or tuple(_together(question, asked, outcomes_of))


def _together(question: Question, asked: list[tuple[str, str]], outcomes_of: Callable[[Question], Sequence[str]]) -> Iterator[str]:
    names: list[str] = []
    for part, called in asked:
        question = _without(question, part)
        names.append(called)
        told = (
            _told(question, " and ".join(filter(None, [", ".join(names[:-1]), called])), "outcome" in part, outcomes_of)
            if names[1:]
            else None
        )
        if told:
            yield told
            return


def _without(question: Question, part: str) -> Question:
    changes: dict[str, Any] = {part: None}
    if part == "timepoint_days":
        changes["timepoint"] = None
    if part == "route":
        # "Against intrathecal" means little where "intravenous" is given up.
        changes["comparator_route"] = None
    if part == "site":
        changes["site_conditions"] = ()
    return replace(question, **changes)


def _told(wider: Question, called: str, names_outcomes: bool, outcomes_of: Callable[[Question], Sequence[str]]) -> str | None:
    if wider.asks_nothing():
        return None
    outcomes = outcomes_of(wider)
    if not outcomes:
        return None
    several = sorted(set(outcomes))
    of = f" on {', '.join(several[:4])}{' and others' if len(several) > 4 else ''}" if names_outcomes else ""
    return f"Without {called}: {len(outcomes)} claim{'s' if len(outcomes) > 1 else ''}{of}."
