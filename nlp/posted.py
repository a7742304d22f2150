"""From a registry's posted structure to what it asserts: arms, arm-level values, and comparisons, with pointers in place of offsets.

Nothing is mined from words but what an arm or an outcome is by the packs. The text of a registration is a plan: its numbers are no results.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.document import Document
from crawler.posted import Posted, PostedOutcome
from crawler.quick_init import replace
from nlp.audit import audit_together
from nlp.claim import Claim, Effect, Extraction, Level, Problem, Study
from nlp.domain import entries
from nlp.posted_arms import ArmsInPlace, arms_in_place
from nlp.posted_contrasts import Setting, contrast
from nlp.posted_outcomes import named, rows_of
from nlp.posted_values import Unreadable, unplaced, values_of


def read_posted(document: Document, planned: Extraction) -> Extraction:
    """What a registration asserts: its posted arms, values and comparisons in place of those read from its text.

    Args:
        document: a registration, with its structured part.
        planned: what its text says; of it the mentions and the study's design and conditions stay.

    Raises:
        ValueError: the document has no structured part.
    """
    posted = document.posted
    if posted is None:
        raise ValueError(f"Document {document.id} has no posted structure.")
    study = _study(document, posted, planned.study)
    arms = arms_in_place(posted.arms)
    condition = study.conditions[0].label if study.conditions else None
    effects: list[Effect] = []
    claims: list[Claim] = []
    problems: list[Problem] = [*arms.problems, *unplaced(posted.outcomes, arms)]
    for outcome in posted.outcomes:
        problems += _read_outcome(outcome, arms, condition, effects, claims)
    return Extraction(study, arms.arms, planned.mentions, _audited(effects, study), tuple(claims), tuple(problems))


def _study(document: Document, posted: Posted, planned: Study) -> Study:
    """The study as registered. A registration is of one trial, whatever else its description speaks of, and of no other's number."""
    pooled = planned.level is Level.POOLED
    return replace(
        planned,
        level=Level.TRIAL,
        design=None if pooled else planned.design,
        studies=None,
        sample_size=posted.enrolled,
        registry_ids=document.registry_ids,
    )


def _read_outcome(
    outcome: PostedOutcome, arms: ArmsInPlace, condition: str | None, effects: list[Effect], claims: list[Claim]
) -> Iterator[Problem]:
    """Add an outcome's effects and claims; its problems come back."""
    unreadable = Unreadable()
    first = len(effects)
    values = list(enumerate(values_of(outcome, arms, unreadable), first))
    effects += [v.effect for _, v in values]
    setting = Setting(outcome, arms, values, condition)
    for analysis in outcome.analyses:
        found = contrast(analysis, setting, len(effects), unreadable)
        if found is not None:
            effects.append(found.effect)
            claims += [found.claim] if found.claim else []
    yield from filter(None, (unreadable.problem(outcome), _contradiction(outcome)))


def _contradiction(outcome: PostedOutcome) -> Problem | None:
    """The registry describes a scale the other way round than the pack has it: then neither is believed."""
    rows = {row.name for row in rows_of(outcome).values()}
    wrong = next((n for row in rows if (n := named(outcome, row, of_people=False)).contradicted), None)
    if wrong is None:
        return None
    return Problem(
        f"The registry describes “{outcome.title}” with another better side than {wrong.outcome.label} has; no side was taken.",
        outcome.title,
    )


def _audited(effects: list[Effect], study: Study) -> tuple[Effect, ...]:
    ranges = {e.id: tuple(e.details["range"]) for e in entries() if "range" in e.details}
    findings = audit_together(effects, n_total=study.sample_size, ranges=ranges)
    return tuple(replace(e, audit=f) for e, f in zip(effects, findings, strict=True))
