"""When two claims compete: the same comparison, condition, outcome and time, or one a refinement of the other."""

from __future__ import annotations

from kb.comparison import Compared, Concepts

#: Times within a quarter of the longer one are one visit: papers write 3 months, 12 weeks and 90 days for it, and visits come late.
TIME_TOLERANCE = 0.25
#: What a control that is not specified may turn out to be.
_CONTROLS = frozenset(["placebo", "sham", "standard care", "no treatment", "control"])


def compete(a: Compared, b: Compared, known: Concepts) -> bool:
    """Whether two claims of different studies speak of the same thing, so that they cannot both be the last word where they differ.

    Route, source, donor and dose may differ: they are what may explain it. What is given, what it is compared with, in whom, on what and
    when must agree, or one refine the other.
    """
    return (
        a.family is not None
        and a.family == b.family
        and a.study_id != b.study_id
        and _kin(a.product, b.product, known)
        and _kin(a.condition_key, b.condition_key, known)
        and _kin(a.outcome_key, b.outcome_key, known)
        and same_window(a, b)
        and same_comparator(a, b)
        and _same_people(a, b)
    )


def _kin(one: str | None, other: str | None, known: Concepts) -> bool:
    return one is not None and other is not None and known.kin(one, other)


def same_window(a: Compared, b: Compared) -> bool:
    """Whether both may be of one visit. A time that is not told rules nothing out."""
    if a.time_days is None or b.time_days is None:
        return True
    return abs(a.time_days - b.time_days) <= TIME_TOLERANCE * max(a.time_days, b.time_days)


#: So far apart, in parts of the longer, are 90 days, 3 months and 12 weeks, or 52 weeks and a year.
_ONE_VISIT = 0.1


def one_visit(a: Compared, b: Compared) -> bool:
    """Whether both tell one time, in whatever words: "90 days" and "3 months" explain no difference."""
    if a.time_days is None or b.time_days is None:
        return False
    return abs(a.time_days - b.time_days) <= _ONE_VISIT * max(a.time_days, b.time_days)


def same_comparator(a: Compared, b: Compared) -> bool:
    """The same class, or one of them a control that is not specified and may be the other's.

    >>> from kb.comparison import COLUMNS
    >>> blank = dict.fromkeys(COLUMNS)
    >>> same_comparator(Compared(**{**blank, "against": "control"}), Compared(**{**blank, "against": "sham"}))
    True
    >>> same_comparator(Compared(**{**blank, "against": "placebo"}), Compared(**{**blank, "against": "sham"}))
    False
    """
    if a.against == b.against:
        return not a.against.startswith("other ") or _same_other(a, b)
    kinds = {a.against, b.against}
    return "control" in kinds and all(k in _CONTROLS or k.startswith("active:") for k in kinds)


def _same_other(a: Compared, b: Compared) -> bool:
    """Of two comparisons of routes or doses, both sides must agree, as far as they are told; a class that names both agrees by itself."""
    if a.pair and b.pair:
        return True
    if a.against == "other dose":
        return a.dose == b.dose
    return a.route == b.route and (a.versus_route == b.versus_route or None in (a.versus_route, b.versus_route))


def _same_people(a: Compared, b: Compared) -> bool:
    """A result of a subgroup competes with none but one of the same subgroup; a sensitivity analysis with no main one."""
    return a.subgroup == b.subgroup and (a.analysis_set == "sensitivity") == (b.analysis_set == "sensitivity")


def distance(a: Compared, b: Compared) -> tuple[object, ...]:
    """How far two competing claims are from being about the very same thing; the smaller, the better they can be compared.

    Each facet that differs counts 2, each that only one of them tells counts 1. Of equals, the later time goes first, then names decide: it is
    the same whichever of the two is `a`, and in whatever order they came into the library.
    """
    facets = ((a.time_days, b.time_days), (a.intervention_key, b.intervention_key), (a.route, b.route), (a.cell_source, b.cell_source),
              (a.donor, b.donor), (a.against, b.against), (a.condition_key, b.condition_key), (a.measure, b.measure))  # fmt: skip
    far = sum(0 if x == y else 1 if x is None or y is None else 2 for x, y in facets)
    # Days within one window are the same visit.
    if a.time_days is not None and b.time_days is not None and a.time_days != b.time_days:
        far -= 2
    later = max(a.time_days or 0, b.time_days or 0)
    return far, -int(later), *sorted(((a.document, a.claim_id), (b.document, b.claim_id)))
