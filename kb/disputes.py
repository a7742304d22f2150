"""Pairs of claims of one answer that cannot both be the last word, and what may explain them."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

from kb.answer import AnswerClaim, OutcomeAnswer

_RATIOS = frozenset({"RR", "OR", "HR", "IRR"})
_FACTORS = (
    "route",
    "cell_source",
    "donor",
    "comparator",
    "time_text",
    "level",
    "design",
    "sample_size",
    "condition",
    "analysis_set",
)
_SIDED = {"favours_intervention": 1, "favours_comparator": -1}
#: The 97.5th percentile of the standard normal distribution.
_Z975 = 1.959963984540054


def counts_for(claim: AnswerClaim) -> bool:
    """Whether a claim is evidence for what was asked: against that comparator, and neither retracted nor superseded."""
    return claim.direct and claim.row["status"] in ("ok", "concern", "corrected")


def disputes(found: OutcomeAnswer) -> list[dict[str, Any]]:
    """The disputes among an outcome's claims: opposite conclusions, or a difference against none; heaviest first."""
    claims = [c for c in found.claims if counts_for(c)]
    out = [d for a, b in combinations(claims, 2) if (d := _dispute(found.outcome, a, b)) is not None]
    return sorted(out, key=lambda d: -float(str(d["weight"])))


def _dispute(outcome: str, a: AnswerClaim, b: AnswerClaim) -> dict[str, Any] | None:
    kind = _kind(a, b)
    if kind is None or a.row["study_id"] == b.row["study_id"] or not _same_window(a, b) or not _same_condition(a, b):
        return None
    z = _z(a, b)
    overlap = "possible" if "pooled" in (a.row["level"], b.row["level"]) else "none known"
    size = sum(int(str(c.row["sample_size"] or 0)) for c in (a, b))
    return {
        "a": {"document": a.row["document"], "claim": a.row["claim_id"]}, "b": {"document": b.row["document"], "claim": b.row["claim_id"]}, "outcome": outcome,
        "type": kind, "estimates": "not comparable" if z is None else "differ" if abs(z) > _Z975 else "compatible", "z": None if z is None else round(z, 3),
        "p_difference": None if z is None else round(math.erfc(abs(z) / math.sqrt(2)), 4), "same_study": False, "overlap": overlap,
        "explained_by": [{"factor": f.removesuffix("_text"), "a": a.row.get(f), "b": b.row.get(f)} for f in _FACTORS if a.row.get(f) != b.row.get(f)],
        "weight": round(math.log10(size + 10) * (2 if kind == "opposite" else 1), 2),
    }  # fmt: skip


def _kind(a: AnswerClaim, b: AnswerClaim) -> str | None:
    one, other = _SIDED.get(str(a.row["direction"])), _SIDED.get(str(b.row["direction"]))
    if one and other:
        return "opposite" if one != other else None
    null = "no_difference" in (a.row["direction"], b.row["direction"])
    return "conclusion" if null and (one or other) else None


def _same_condition(a: AnswerClaim, b: AnswerClaim) -> bool:
    """The same condition, or one a kind of the other: stroke and ischaemic stroke."""
    one, other = a.row["condition_concept"], b.row["condition_concept"]
    return one == other or one == b.row["condition_broader"] is not None or other == a.row["condition_broader"] is not None


def _same_window(a: AnswerClaim, b: AnswerClaim) -> bool:
    one, other = a.row["time_days"], b.row["time_days"]
    if one is None or other is None:
        return True
    return abs(float(str(one)) - float(str(other))) <= 0.25 * max(float(str(one)), float(str(other)))


def _z(a: AnswerClaim, b: AnswerClaim) -> float | None:
    """The test of the difference of two estimates on the analysis scale (Altman and Bland, BMJ 2003;326:219); None where it cannot be made."""
    one, other = _scaled(a), _scaled(b)
    if (
        one is None
        or other is None
        or a.effect is None
        or b.effect is None
        or a.effect["measure"] != b.effect["measure"]
        or a.flags
        or b.flags
    ):
        return None
    return (one[0] - other[0]) / math.hypot(one[1], other[1])


def _scaled(c: AnswerClaim) -> tuple[float, float] | None:
    e = c.effect
    if e is None or e["estimate"] is None or e["ci_low"] is None or e["ci_high"] is None or e["whose"] != "difference":
        return None
    low, high, estimate = float(str(e["ci_low"])), float(str(e["ci_high"])), float(str(e["estimate"]))
    if e["measure"] in _RATIOS:
        if min(low, high, estimate) <= 0:
            return None
        low, high, estimate = math.log(low), math.log(high), math.log(estimate)
    se = (high - low) / (2 * _Z975)
    return (estimate, se) if se > 0 else None
