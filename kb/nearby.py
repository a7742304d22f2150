"""What a library holds near to a question that nothing answers: the same with one restriction less, else with several, and how many claims that has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from kb.question import Question

#: What is dropped, and what it is called; in the order in which a reader would give it up.
_DROPPED = (
    ("timepoint_days", "the time"), ("donor", "the donor"), ("comparator_donor", "the comparator's donor"), ("comparator_dose", "the doses"),
    ("cell_source", "the tissue source"), ("comparator_source", "the comparator's source"),
    ("route", "the routes"), ("comparator_route", "the comparator's route"), ("comparator", "the comparator"), ("outcome", "the outcome"),
    ("site", "the place of the body"), ("condition", "the condition"), ("intervention", "the intervention"),
)  # fmt: skip
#: The outcomes of the claims that answer a wider question, and whether these are all; with the filters, or without.
OutcomesOf = Callable[[Question, bool], tuple[Sequence[str], bool]]


def nearby(question: Question, filters: str, outcomes_of: OutcomesOf) -> tuple[str, ...]:
    """A sentence for each restriction without which something answers; where one is not enough, for the first that together are.

    Args:
        question: what nothing answers.
        filters: what the answer is restricted to beside, in words; empty where it is not.
        outcomes_of: the outcomes that the claims are about that answer another question, one for each claim.
    """
    asked = [(part, called) for part, called in _DROPPED if getattr(question, part) not in (None, ())]
    unfiltered = [_told(question, f"the restriction to {filters}", False, outcomes_of, restricted=False)] if filters else []
    alone = [_told(_without(question, part), called, part == "outcome", outcomes_of) for part, called in asked]
    found = tuple(told for told in [*unfiltered, *alone] if told)
    return found or tuple(_together(question, asked, outcomes_of))


def _together(question: Question, asked: list[tuple[str, str]], outcomes_of: OutcomesOf) -> Iterator[str]:
    names: list[str] = []
    for part, called in asked:
        question = _without(question, part)
        names.append(called)
        listed = " and ".join(filter(None, [", ".join(names[:-1]), called]))
        told = _told(question, listed, "outcome" in part, outcomes_of) if names[1:] else None
        if told:
            yield told
            return


def _without(question: Question, part: str) -> Question:
    changes: dict[str, Any] = {part: None}
    if part == "timepoint_days":
        changes["timepoint"] = None
    # "Against intrathecal" means little where "intravenous" is given up, and so with any way of giving something.
    for way in ("route", "donor", "dose"):
        if part in (way, f"comparator_{way}"):
            changes |= {way: None, f"comparator_{way}": None}
    if part in ("cell_source", "comparator_source"):
        changes |= {"cell_source": None, "comparator_source": None}
    if part == "intervention" and question.comparator is not None and question.comparator.kind != "comparator":
        changes["comparator"] = None
    if part == "site":
        changes["site_conditions"] = ()
    return replace(question, **changes)


def _told(wider: Question, called: str, names_outcomes: bool, outcomes_of: OutcomesOf, *, restricted: bool = True) -> str | None:
    if wider.asks_nothing():
        return None
    outcomes, all_of_them = outcomes_of(wider, restricted)
    if not outcomes:
        return None
    several = sorted(set(outcomes))
    of = f" on {', '.join(several[:4])}{' and others' if len(several) > 4 else ''}" if names_outcomes else ""
    return f"Without {called}: {'' if all_of_them else 'at least '}{len(outcomes)} claim{'s' if len(outcomes) > 1 else ''}{of}."
