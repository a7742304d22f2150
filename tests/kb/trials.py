"""Made-up trials with any effect sizes: what pooling and exports are tested on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from crawler.document import Document, Report, with_title
from crawler.record import Identifiers
from kb.answer import answer
from kb.connection import for_reading
from kb.intake import Reading
from kb.poolable import Row, rows
from kb.question import understand
from nlp.claim import (
    RATIOS,
    Arm,
    ArmRole,
    Better,
    Claim,
    Direction,
    Effect,
    Extraction,
    Group,
    Level,
    Measure,
    Outcome,
    QuestionKind,
    Quote,
    Study,
    Timepoint,
)
from tests.kb.made import EDSS, MS, MSC, put

QUESTION = "MSC vs placebo"
RELAPSE = Outcome("relapse", "relapse", None, Better.LOWER)


def contrast(
    measure: Measure = Measure.MD, estimate: float | None = -0.5, low: float | None = -0.9, high: float | None = -0.1, **more: Any
) -> Effect:
    """A contrast between the arms, printed as its numbers are."""
    values = {"estimate": estimate, "ci_low": low, "ci_high": high}
    printed = tuple((k, str(v)) for k, v in values.items() if v is not None)
    given: dict[str, Any] = {
        **values,
        "ci_level": 95.0 if low is not None else None,
        "printed": printed,
        "arm": 0,
        "versus": 1,
    } | more
    return Effect(measure, Quote(0, 0, ""), EDSS, Group.DIFFERENCE, **given)


def own(group: Group, measure: Measure, estimate: float | None, **more: Any) -> Effect:
    """One arm's own value."""
    arm = 0 if group is Group.INTERVENTION else 1
    printed = (("estimate", str(estimate)),) if estimate is not None else ()
    given: dict[str, Any] = {"estimate": estimate, "arm": arm, "printed": printed} | more
    return Effect(measure, Quote(0, 0, ""), EDSS, group, **given)


def trial(
    name: str, *effects: Effect, outcome: Outcome = EDSS, direction: Direction | None = None, level: Level = Level.TRIAL,
    report: Report = Report.ARTICLE, route: str | None = "intrathecal", months: tuple[int, ...] = (), sizes: tuple[int, ...] = (100, 100),
    design: str = "randomised controlled trial", names: Identifiers = Identifiers(), title: str | None = None,  # noqa: B008 - frozen
) -> Reading:  # fmt: skip
    """A document with one claim an effect, or with one claim and no number; arms are two or more, the second the control.

    Where no direction is given, each claim favours the side on which its contrast lies.
    """
    said = [direction or _side(e) for e in effects] or [direction or Direction.FAVOURS_INTERVENTION]
    sentences = [
        f"{outcome.text} {said[number].value} {number}{_whose(e)}: {_printed(e)}." for number, e in enumerate(effects)
    ] or [f"{outcome.text} {said[0].value}."]
    heading = title or f"Paper {name}"
    text, sections = with_title(heading, " ".join(sentences))
    quotes = [Quote(text.index(s), text.index(s) + len(s), s) for s in sentences]
    arms = [
        Arm(ArmRole.COMPARATOR if i == 1 else ArmRole.INTERVENTION, "placebo" if i == 1 else "mesenchymal stem cells", quotes[0], None if i == 1 else MSC,
            comparator_class="placebo" if i == 1 else None, route=None if i == 1 else route, n=n)
        for i, n in enumerate(sizes)
    ]  # fmt: skip
    times: list[Timepoint | None] = [Timepoint(f"{m} months", m * 30.44) for m in months] or [None] * max(1, len(effects))
    stored = [replace(e, quote=q, outcome=outcome, timepoint=t) for e, q, t in zip(effects, quotes, times, strict=False)]
    groups = _claims_of(stored)
    claims = [
        Claim(QuestionKind.TREATMENT, "mesenchymal stem cells", "placebo", outcome, said[min(of, default=0)], quotes[min(of, default=0)], arm=0, versus=1, route=route,
              condition=MS.label, timepoint=stored[of[0]].timepoint if of else None, effects=tuple(of))
        for of in groups
    ]  # fmt: skip
    study = Study(level, design, sum(sizes), conditions=(MS,))
    document = Document(name, heading, text, sections, 2020, identifiers=names, report=report)
    return Reading(document, Extraction(study, tuple(arms), (), tuple(stored), tuple(claims)))


def _whose(e: Effect) -> str:
    """The arm that a value of its own is told of."""
    return {Group.INTERVENTION: " with mesenchymal stem cells", Group.COMPARATOR: " with placebo"}.get(e.group, "")


def _side(e: Effect) -> Direction:
    if e.group is not Group.DIFFERENCE:
        return Direction.UNCLEAR
    higher = e.estimate is not None and e.estimate > (1 if e.measure in RATIOS else 0)
    return Direction.FAVOURS_COMPARATOR if higher else Direction.FAVOURS_INTERVENTION


def _claims_of(effects: list[Effect]) -> list[list[int]]:
    """A claim for each contrast, and one for all values of the arms."""
    contrasts = [[i] for i, e in enumerate(effects) if e.group is Group.DIFFERENCE]
    owns = [i for i, e in enumerate(effects) if e.group is not Group.DIFFERENCE]
    return (contrasts + ([owns] if owns else [])) or [[]]


def _printed(e: Effect) -> str:
    own_numbers = [str(v) for v in (e.events, e.total, e.n, e.sd, e.se, e.p_value) if v is not None]
    return " ".join([*(number for _, number in e.printed), *own_numbers])


def rows_from(folder: Path, *readings: Reading, question: str = QUESTION) -> tuple[Row, ...]:
    """Store, ask, and take the rows."""
    put(folder / "library.db", *readings)
    db = for_reading(folder / "library.db")
    return rows(db, answer(db, understand(db, question)))
