"""Disputes: claims of two studies that cannot both be the last word, on two axes, with what may explain them and how much turns on them.

`type` is what the papers conclude, `estimates` whether their numbers differ by a test: "one was significant, the other was not" is no
disagreement of results (Gelman and Stern, Am Stat 2006;60:328).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from kb.comparison import Compared, Concepts
from kb.competing import compete, distance, one_visit
from kb.estimates import Difference, apart_by_minimal_difference, difference

#: What may explain a dispute: how the factor is called, and where each claim has it.
FACTORS = (
    ("route", "route"), ("cell_source", "cell_source"), ("donor", "donor"), ("dose", "dose"), ("schedule", "schedule"), ("intervention", "intervention"),
    ("condition", "condition"), ("subgroup", "subgroup"), ("comparator", "comparator"), ("timepoint", "time_text"), ("level", "level"), ("design", "design"),
    ("analysis_set", "analysis_set"), ("sample_size", "sample_size"), ("scale", "measure"), ("change_or_final", "kind"),
)  # fmt: skip
#: Those that bear on what was done to whom; size and design tell how good a study is, and explain no effect away.
_SUBSTANTIVE = frozenset(
    ["route", "cell_source", "donor", "dose", "schedule", "intervention", "condition", "subgroup", "comparator", "timepoint"]
)
_TYPE_WEIGHT = {"opposite": 2.0, "conclusion": 1.0, "magnitude": 0.75}
_ESTIMATE_WEIGHT = {"differ": 1.5, "not comparable": 1.0, "compatible": 0.5}


@dataclass(frozen=True, slots=True)
class Factor:
    """Something in which two competing claims differ. None: that document does not tell."""

    factor: str
    a: str | int | None
    b: str | int | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two claims that compete and disagree. `difference` is the test of a - b; None where the numbers cannot be compared."""

    a: Compared
    b: Compared
    type: str
    estimates: str
    difference: Difference | None
    overlap: str
    explained_by: tuple[Factor, ...]
    weight: float

    @property
    def outcome(self) -> str:
        """The outcome that both are about; where one is a kind of the other, the first one's."""
        return self.a.outcome

    @property
    def since(self) -> int:
        """The run that read the later one of the two."""
        return max(self.a.changed_in, self.b.changed_in)


#: Pairs of studies, the smaller first, of which one names the other's registration.
Named = frozenset[tuple[int, int]]


def disputes(
    claims: Iterable[Compared], known: Concepts, touched: frozenset[int] | None = None, named: Named = frozenset()
) -> Iterator[Dispute]:
    """The disputes among claims of one family.

    Each pair of studies speaks on each outcome and time with the two claims that are most nearly about the same thing: where those agree,
    a subgroup's or a detail's disagreement is none.

    Args:
        claims: claims of one family.
        known: what the packs know of width.
        touched: only disputes that one of these studies takes part in; None: all.
        named: the pairs of studies of which a document of one names the other's registration.
    """
    by_study: dict[int, list[Compared]] = defaultdict(list)
    for claim in claims:
        by_study[claim.study_id].append(claim)
    for one, other in _pairs(by_study, touched):
        for a, b in _nearest(by_study[one], by_study[other], known):
            found = dispute(a, b, named)
            if found is not None:
                yield found


def _pairs(by_study: Mapping[int, list[Compared]], touched: frozenset[int] | None) -> Iterator[tuple[int, int]]:
    studies = sorted(by_study)
    if touched is None:
        yield from combinations(studies, 2)
        return
    for one in studies:
        if one in touched:
            yield from (
                (min(one, other), max(one, other)) for other in studies if other != one and not (other in touched and other < one)
            )


def _nearest(ours: Sequence[Compared], theirs: Sequence[Compared], known: Concepts) -> Iterator[tuple[Compared, Compared]]:
    """The pairs that two studies are laid side by side with, each claim in one of them at most, the nearest first."""
    candidates = [(a, b) for a in ours for b in theirs if _could(a, b) and compete(a, b, known)]
    settled: list[tuple[Compared, Compared]] = []
    for a, b in sorted(candidates, key=lambda pair: distance(*pair)):
        if not any(_covers(held, a, b) for held in settled):
            settled.append((a, b))
    yield from settled


def _could(a: Compared, b: Compared) -> bool:
    """A quick refusal of most pairs before the slower questions are asked."""
    return a.side is not None and b.side is not None and a.subgroup == b.subgroup


def _covers(held: tuple[Compared, Compared], a: Compared, b: Compared) -> bool:
    """Whether a nearer pair speaks already for the same outcome at the same time."""
    one, other = held
    if one.outcome_key != a.outcome_key and other.outcome_key != b.outcome_key:
        return False
    if one is a or other is b:
        return True
    times = [_time(one, other), _time(a, b)]
    return None in times or times[0] == times[1]


def _time(a: Compared, b: Compared) -> float | None:
    return a.time_days if a.time_days is not None else b.time_days


def dispute(a: Compared, b: Compared, named: Named = frozenset()) -> Dispute | None:
    """The dispute between two claims that compete; None where they agree. The one whose document's name comes first is `a`."""
    if (b.document, b.claim_id) < (a.document, a.claim_id):
        a, b = b, a
    # One of two ways of giving a product against the other, told either way round: both from the same side.
    a, b = a.in_order(), b.in_order()
    test = tested(a, b)
    kind = _type(a, b, test)
    if kind is None:
        return None
    estimates = "not comparable" if test is None else "differ" if test.differ else "compatible"
    shared = overlap(a, b, named)
    factors = tuple(
        Factor(name, x, y)
        for name, of in FACTORS
        if (x := _told(a, of)) != (y := _told(b, of)) and not (name == "timepoint" and one_visit(a, b))
    )
    return Dispute(a, b, kind, estimates, test, shared, factors, _weight(a, b, kind, estimates, shared, factors))


def _told(claim: Compared, of: str) -> str | int | None:
    """What a claim tells of a factor; a bare p value is on no scale."""
    value: str | int | None = getattr(claim, of)
    return None if of == "measure" and value == "OTHER" else value


def _type(a: Compared, b: Compared, test: Difference | None) -> str | None:
    one, other = a.side, b.side
    if one is None or other is None:
        return None
    if one != other:
        return "opposite" if one and other else "conclusion"
    if one == 0 or test is None:
        return None
    return "magnitude" if test.differ or _by_minimal_difference(a, b) else None


def _by_minimal_difference(a: Compared, b: Compared) -> bool:
    if a.measure != "MD" or a.minimal is None or a.yi is None or b.yi is None or a.sei is None or b.sei is None:
        return False
    return apart_by_minimal_difference(a.yi, a.sei, b.yi, b.sei, a.minimal)


def tested(a: Compared, b: Compared) -> Difference | None:
    """The test of the difference; None where the two are of unlike measures, print no uncertainty, or fail their own audit."""
    if a.measure != b.measure or a.flagged or b.flagged or a.better != b.better:
        return None
    if a.yi is None or b.yi is None or a.sei is None or b.sei is None:
        return None
    return difference(a.yi, a.sei, b.yi, b.sei)


def overlap(a: Compared, b: Compared, named: Named = frozenset()) -> str:
    """Whether the two may rest on the same people: two reviews, or a review and a trial that it names or that was there to be included."""
    if a.level != "pooled" and b.level != "pooled":
        return "none known"
    if a.level == b.level:
        return "possible"
    trial, review = (a, b) if b.level == "pooled" else (b, a)
    if (min(a.study_id, b.study_id), max(a.study_id, b.study_id)) in named:
        return "possible"
    came_later = trial.year is not None and review.year is not None and trial.year > review.year
    return "none known" if came_later else "possible"


def _weight(a: Compared, b: Compared, kind: str, estimates: str, shared: str, factors: tuple[Factor, ...]) -> float:
    """How much turns on it: size × how they disagree × whether the numbers do; less where they may share people or something told explains it.

    log10(10 + people in the smaller study) is the size, since the smaller one bounds what the dispute can show; opposite 2, conclusion 1,
    magnitude 0.75; estimates that differ 1.5, not comparable 1, compatible 0.5; possible overlap, an expression of concern and each
    substantive factor that both documents tell take off 0.3, 0.3 and 0.1 of what is left.
    """
    smaller = min(a.sample_size or 0, b.sample_size or 0)
    weight = math.log10(10 + smaller) * _TYPE_WEIGHT[kind] * _ESTIMATE_WEIGHT[estimates]
    weight *= 0.7 if shared == "possible" else 1.0
    weight *= 0.7 if "concern" in (a.status, b.status) else 1.0
    explained = sum(f.factor in _SUBSTANTIVE and f.a is not None and f.b is not None for f in factors)
    return round(weight * 0.9**explained, 3)


@dataclass(frozen=True, slots=True)
class InconsistentReport:
    """Two reports of one study that tell the same result differently. `what`: `direction` or `estimate`."""

    a: Compared
    b: Compared
    what: str
    told_a: str
    told_b: str


def inconsistent_reports(claims: Iterable[Compared]) -> Iterator[InconsistentReport]:
    """Where documents of one study differ on the same result: same comparison, outcome, time and people, other numbers or another side.

    Args:
        claims: claims of one study.
    """
    ordered = sorted(claims, key=lambda c: (c.document, c.claim_id))
    for a, b in combinations(ordered, 2):
        if a.document_id == b.document_id or not _same_result(a, b):
            continue
        if a.side is not None and b.side is not None and a.side != b.side:
            yield InconsistentReport(a, b, "direction", a.direction, b.direction)
        elif a.yi is not None and b.yi is not None and a.measure == b.measure and not _rounds_to(a.yi, b.yi):
            yield InconsistentReport(a, b, "estimate", _shown(a), _shown(b))


def _same_result(a: Compared, b: Compared) -> bool:
    same = ("outcome_key", "better", "against", "question", "subgroup", "analysis_set", "level", "product")
    return all(getattr(a, k) == getattr(b, k) for k in same) and a.time_days == b.time_days and None not in (a.side, b.side)


def _rounds_to(x: float, y: float) -> bool:
    """Whether one may be the other, rounded: within 2% of the larger, or 0.005."""
    return abs(x - y) <= max(0.02 * max(abs(x), abs(y)), 0.005)


def _shown(c: Compared) -> str:
    value = math.exp(c.yi) if c.scale == "log" and c.yi is not None else c.yi
    return f"{c.measure} {value:.3g}"
