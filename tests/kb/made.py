"""Documents and what was read from them, made by hand: what the store, the question and the answer are tested on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.document import Document, Report, with_title
from crawler.record import Identifiers, Reference
from kb.intake import Reading
from kb.store import Library, Stored
from nlp.claim import (
    Arm,
    ArmRole,
    AuditFinding,
    Better,
    Claim,
    Concept,
    Direction,
    Effect,
    Extraction,
    Group,
    Level,
    Measure,
    NullKind,
    Outcome,
    QuestionKind,
    Quote,
    Study,
    Timepoint,
    Verdict,
)

MSC = "CL:0000134"
MS = Concept("MESH:D009103", "multiple sclerosis", "condition")
EDSS = Outcome("EDSS", "EDSS", "counterclaim:edss", Better.LOWER)


@dataclass(frozen=True, slots=True)
class Said:
    """One claim of a made-up document, with its number."""

    direction: Direction = Direction.FAVOURS_INTERVENTION
    outcome: Outcome = EDSS
    comparator: str | None = "placebo"
    comparator_class: str | None = "placebo"
    route: str | None = "intrathecal"
    cell_source: str | None = None
    months: int | None = 6
    estimate: float | None = -0.5
    low: float | None = -0.9
    high: float | None = -0.1
    null_kind: NullKind | None = None
    flag: str | None = None
    measure: Measure = Measure.MD
    subgroup: str | None = None
    question: QuestionKind = QuestionKind.TREATMENT
    concept: str | None = MSC
    intervention: str = "mesenchymal stem cells"
    dose: str | None = None
    comparator_concept: str | None = None
    p_value: float | None = None
    confidence: float | None = None

    def words(self) -> str:
        """The sentence that says it."""
        when = f" at {self.months} months" if self.months else ""
        number = f" ({self.measure} {self.estimate}; 95% CI {self.low} to {self.high})" if self.estimate is not None else ""
        number += f" in {self.subgroup}" if self.subgroup else ""
        return f"MSCs and {self.comparator}: {self.outcome.text} {self.direction.value}{when}{number}."


def reading(
    name: str,
    *said: Said,
    title: str | None = None,
    report: Report = Report.ARTICLE,
    level: Level = Level.TRIAL,
    names: Identifiers = Identifiers(),  # noqa: B008 - frozen
    reports_on: tuple[Reference, ...] = (),
    registry: tuple[str, ...] = (),
    condition: Concept = MS,
    size: int | None = 40,
    year: int = 2020,
    authors: tuple[str, ...] = (),
    design: str | None = "randomised controlled trial",
    cites: tuple[Reference, ...] = (),
) -> Reading:
    """A document that says these things."""
    heading = f"Paper {name}" if title is None else title
    people = f"{size} people took part" if size else "People took part"
    words = " ".join(s.words() for s in said) or "Nothing is claimed here."
    text, sections = with_title(heading, f"{words} {people}, 20 in each arm.")
    document = Document(
        name,
        heading,
        text,
        sections,
        year,
        identifiers=names,
        report=report,
        reports_on=reports_on,
        registry_ids=registry,
        authors=authors,
        cites=cites,
    )
    arms: list[Arm] = []
    effects: list[Effect] = []
    claims: list[Claim] = []
    for s in said:
        _say(s, text, arms, effects, claims, condition)
    study = Study(level, design, size, registry_ids=registry, conditions=(condition,))
    return Reading(document, Extraction(study, tuple(arms), (), tuple(effects), tuple(claims)))


def _say(s: Said, text: str, arms: list[Arm], effects: list[Effect], claims: list[Claim], condition: Concept) -> None:
    start = text.index(s.words())
    quote = Quote(start, start + len(s.words()), s.words())
    when = Timepoint(f"{s.months} months", s.months * 30.44) if s.months else None
    arms.append(
        Arm(ArmRole.INTERVENTION, s.intervention, quote, s.concept, route=s.route, cell_source=s.cell_source, dose=s.dose, n=20)
    )
    versus = None
    if s.comparator:
        versus = len(arms)
        arms.append(Arm(ArmRole.COMPARATOR, s.comparator, quote, s.comparator_concept, comparator_class=s.comparator_class, n=20))
    numbers: dict[str, Any] = {"estimate": s.estimate, "ci_low": s.low, "ci_high": s.high}
    printed = tuple((k, str(v)) for k, v in numbers.items() if v is not None)
    audit = (AuditFinding("interval_centred", Verdict.INCONSISTENT, s.flag),) if s.flag else ()
    if s.estimate is not None:
        effects.append(
            Effect(
                s.measure,
                quote,
                s.outcome,
                Group.DIFFERENCE,
                **numbers,
                ci_level=95.0,
                timepoint=when,
                subgroup=s.subgroup,
                p_value=s.p_value,
                p_operator="=" if s.p_value is not None else None,
                printed=printed,
                audit=audit,
            )
        )
    claims.append(
        Claim(
            s.question, s.intervention, s.comparator, s.outcome, s.direction, quote, arm=versus - 1 if versus else len(arms) - 1,
            versus=versus, route=s.route, condition=condition.label, timepoint=when, null_kind=s.null_kind,
            effects=(len(effects) - 1,) if s.estimate is not None else (), confidence=s.confidence,
        )
    )  # fmt: skip


def two_sides(path: Path) -> Path:
    """A library of two trials that contradict each other."""
    put(
        path,
        reading("a", Said(), size=40),
        reading("b", Said(Direction.FAVOURS_COMPARATOR, estimate=0.6, low=0.2, high=1.0), size=60),
    )
    return path


def put(path: Path, *readings: Reading) -> list[Stored]:
    """Store readings in one run, and say what became of each."""
    with Library(path, "add", ["by hand"], {"test": "1"}) as library:
        became = [library.add(r) for r in readings]
        library.close_run(0)
    return became
