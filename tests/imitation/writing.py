"""Invented trials of mesenchymal cells: a title and an abstract with numbers that agree with each other, from a seeded generator."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from tests.imitation.paper import Arm, Journal, Result

JOURNALS = (
    Journal("Annals of Invented Cell Therapy", "Ann Invent Cell Ther", "2999-0017"),
    Journal("The Imagined Journal of Neurology", "Imagin J Neurol", "2999-0025"),
    Journal("Pretended Trials in Medicine", "Pretend Trials Med", "2999-0033"),
    Journal("Archives of Supposed Orthopaedics", "Arch Suppos Orthop", "2999-0041"),
    Journal("Fictional Heart & Vessels", "Fict Heart Vessel", "2999-005X"),
    Journal("Made-up Transplantation Letters", "Made Transpl Lett", "2999-0068"),
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A condition, who has it, its MeSH heading, and what is measured: words, lowest and highest mean, spread, lower is better."""

    condition: str
    people: str
    mesh: str
    outcome: str
    low: float
    high: float
    sd: float
    lower_is_better: bool


TOPICS = (
    Topic("multiple sclerosis", "people with multiple sclerosis", "Multiple Sclerosis", "EDSS", 2.5, 6.5, 1.2, True),
    Topic("ischaemic stroke", "patients after ischaemic stroke", "Stroke", "Barthel Index", 40, 85, 18, False),
    Topic("ischaemic stroke", "adults with chronic stroke", "Ischemic Stroke", "NIHSS", 4, 14, 4, True),
    Topic("knee osteoarthritis", "adults with knee osteoarthritis", "Osteoarthritis, Knee", "WOMAC", 20, 55, 14, True),
    Topic("spinal cord injury", "patients with spinal cord injury", "Spinal Cord Injuries", "ASIA motor score", 30, 70, 16, False),
    Topic("heart failure", "patients with ischaemic heart failure", "Heart Failure", "LVEF", 28, 48, 8, False),
    Topic(
        "acute respiratory distress syndrome",
        "patients with acute respiratory distress syndrome",
        "Respiratory Distress Syndrome",
        "SOFA score",
        4,
        11,
        3,
        True,
    ),
    Topic("liver cirrhosis", "patients with decompensated cirrhosis", "Liver Cirrhosis", "MELD score", 9, 21, 5, True),
    Topic(
        "critical limb ischaemia",
        "patients with critical limb ischaemia",
        "Chronic Limb-Threatening Ischemia",
        "ankle-brachial index",
        0.4,
        0.9,
        0.2,
        False,
    ),
    Topic("lupus nephritis", "patients with lupus nephritis", "Lupus Nephritis", "SLEDAI", 4, 15, 4, True),
    Topic(
        "amyotrophic lateral sclerosis",
        "people with amyotrophic lateral sclerosis",
        "Amyotrophic Lateral Sclerosis",
        "ALSFRS-R",
        24,
        42,
        7,
        False,
    ),
    Topic("type 1 diabetes", "adults with type 1 diabetes", "Diabetes Mellitus, Type 1", "HbA1c", 6.2, 8.9, 1.1, True),
)
CELLS = (
    ("bone marrow mesenchymal stem cells", "autologous"),
    ("umbilical cord mesenchymal stem cells", "allogeneic"),
    ("adipose-derived mesenchymal stem cells", "autologous"),
    ("mesenchymal stromal cells", "allogeneic"),
)
ROUTES = ("intravenous", "intrathecal", "intra-arterial", "intramuscular", "local")
COMPARATORS = ("placebo", "sham injection", "standard care", "saline")
DESIGNS = ("double-blind randomised trial", "single-blind randomised trial", "phase 2 randomised trial", "randomised pilot trial")
TITLES = (
    "{Route} {cells} versus {comparator} in {condition}: a {design}",
    "Effect of {route} {cells} on {outcome} in {people}: a {design}",
    "{Cells} for {condition}: {months}-month results of a {design}",
    "Safety and efficacy of {donor} {cells} in {people}",
    "CD73<sup>+</sup> {cells} <i>versus</i> {comparator} in {people}",
)
SURNAMES = (
    "Abara",
    "Brandvold",
    "Castelbianco",
    "Dúbravský",
    "Eskelund",
    "Farrokhzadeh",
    "García-Luz",
    "Håkonsdal",
    "Ilunga",
    "Jørgensby",
    "Kowalewicz",
    "Lindqvistson",
    "Mbarathi",
    "Nakahigashi",
    "O'Farrelly",
    "Przybylak",
    "Quirogáez",
    "Šafářová",
)
INITIALS = ("A", "B", "C", "DE", "F", "G", "HJ", "K", "L", "M", "NP", "R", "S", "T")


@dataclass(frozen=True, slots=True)
class Text:
    """A written trial: XML fragments for title and abstract, and the numbers in them."""

    title: str
    abstract: tuple[tuple[str, str], ...]
    topic: Topic
    cells: str
    comparator: str
    months: int
    arms: tuple[Arm, Arm]
    result: Result


def compared(treated: Arm, control: Arm) -> Result:
    """Difference of means with a normal 95 % interval and p value, to the printed precision."""
    difference = treated.mean - control.mean
    error = math.sqrt(treated.sd**2 / treated.n + control.sd**2 / control.n)
    p = math.erfc(abs(difference) / error / math.sqrt(2))
    return Result(round(difference, 2), round(difference - 1.96 * error, 2), round(difference + 1.96 * error, 2), round(p, 3))


def p_words(p: float, sign: str = "=") -> str:
    """How a paper prints a p value, escaped for XML."""
    return "<i>P</i> &lt; 0.001" if p < 0.001 else f"<i>P</i> {sign} {p:.3f}"


def arms(random: Random, topic: Topic, cells: str, comparator: str) -> tuple[Arm, Arm]:
    """Two arms whose means differ by up to a standard deviation, either way."""
    n = 15 + int(random.random() * 90)
    base = topic.low + random.random() * (topic.high - topic.low)
    effect = (random.random() * 1.3 - 0.4) * topic.sd * (-1 if topic.lower_is_better else 1)
    spread = topic.sd * (0.8 + random.random() * 0.4)
    treated = Arm(cells, "EXPERIMENTAL", n, round(max(base + effect, topic.low / 4), 2), round(spread, 2))
    control = Arm(comparator, "PLACEBO_COMPARATOR", n + int(random.random() * 5), round(base, 2), round(topic.sd, 2))
    return treated, control


def conclusion(topic: Topic, cells: str, comparator: str, result: Result) -> str:
    """The words that the numbers bear out."""
    if result.low <= 0 <= result.high:
        return f"{cells.capitalize()} did not improve {topic.outcome} compared with {comparator}."
    better = (result.difference < 0) == topic.lower_is_better
    return f"{cells.capitalize()} {'improved' if better else 'worsened'} {topic.outcome} compared with {comparator}."


def write(random: Random, nct: str = "", topic: Topic | None = None) -> Text:
    """One invented trial, of the topic given."""
    pick = random.random
    topic = topic or TOPICS[int(pick() * len(TOPICS))]
    cells, donor = CELLS[int(pick() * len(CELLS))]
    route = ROUTES[int(pick() * len(ROUTES))]
    comparator = COMPARATORS[int(pick() * len(COMPARATORS))]
    design = DESIGNS[int(pick() * len(DESIGNS))]
    months = (3, 6, 12, 24)[int(pick() * 4)]
    treated, control = arms(random, topic, cells, comparator)
    result = compared(treated, control)
    title = TITLES[int(pick() * len(TITLES))].format(
        Route=route.capitalize(),
        route=route,
        cells=cells,
        Cells=cells.capitalize(),
        comparator=comparator,
        condition=topic.condition,
        design=design,
        outcome=topic.outcome,
        people=topic.people,
        months=months,
        donor=donor,
    )
    harmed = int(pick() * 6)
    sections = (
        ("BACKGROUND", f"Whether {route} {cells} (MSCs) help {topic.people} is disputed."),
        (
            "METHODS",
            f"In this {design}, {treated.n + control.n} {topic.people} were assigned to {donor} {cells} (1 × 10<sup>6</sup> cells/kg, n = {treated.n})"
            f" or {comparator} (n = {control.n}). The primary outcome was the {topic.outcome} at {months} months.",
        ),
        (
            "RESULTS",
            f"At {months} months, the mean {topic.outcome} was {treated.mean} (SD {treated.sd}) with MSCs and {control.mean} (SD {control.sd}) with {comparator}"
            f" (mean difference {result.difference}, 95% CI {result.low} to {result.high}; {p_words(result.p)})."
            f" Serious adverse events occurred in {harmed} of {treated.n} patients given MSCs and in {harmed + 1} of {control.n} given {comparator}.",
        ),
        ("CONCLUSIONS", conclusion(topic, cells, comparator, result) + (f" ClinicalTrials.gov: {nct}." if nct else "")),
    )
    return Text(title, sections, topic, cells, comparator, months, (treated, control), result)


def authors(random: Random) -> tuple[tuple[str, str], ...]:
    """Three to six authors: surname and initials."""
    start, pick = int(random.random() * len(SURNAMES)), random.random
    return tuple(
        (SURNAMES[(start + 5 * k) % len(SURNAMES)], INITIALS[int(pick() * len(INITIALS))]) for k in range(3 + int(pick() * 4))
    )
