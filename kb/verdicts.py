"""Both sides counted, each study once, and the one word for what they add up to."""

from __future__ import annotations

from kb.answer import AnswerClaim, OutcomeAnswer
from kb.disputes import counts_for, disputes

SIDES = ("favours_intervention", "favours_comparator", "no_clear_difference", "uncertain")


def side(claim: AnswerClaim) -> str:
    """The column of the count that a claim falls into."""
    return side_of(str(claim.row["direction"]), claim.row["null_kind"])


def side_of(direction: str, null_kind: object) -> str:
    """The same from a claim's direction and the kind of its null."""
    if direction in SIDES:
        return direction
    shown = direction == "no_difference" and null_kind != "imprecise"
    return "no_clear_difference" if shown else "uncertain"


def counts(found: OutcomeAnswer) -> dict[str, dict[str, int]]:
    """Studies by side, trials and pooled results apart."""
    counted = {level: dict.fromkeys(SIDES, 0) for level in ("trial", "pooled")}
    for claim in speakers(found):
        counted["pooled" if claim.row["level"] == "pooled" else "trial"][side(claim)] += 1
    return counted


def speakers(found: OutcomeAnswer) -> list[AnswerClaim]:
    """One claim for each study: that at its latest time, since an effect that did not last is no effect to count; then the first told."""
    latest: dict[object, AnswerClaim] = {}
    for claim in found.claims:
        if counts_for(claim):
            held = latest.get(claim.row["study_id"])
            if held is None or _days(claim) > _days(held):
                latest[claim.row["study_id"]] = claim
    return list(latest.values())


def _days(claim: AnswerClaim) -> float:
    return float(str(claim.row["time_days"] or 0))


def verdict(found: OutcomeAnswer) -> str:
    """One of the contract's words. Conclusions that differ are contested, unless the estimates behind them are shown to be compatible."""
    counted = [c for c in found.claims if counts_for(c)]
    if not any(c.effect for c in counted):
        return "no numbers"
    speaking = speakers(found)
    if len(speaking) < 2:
        return "single trial"
    words = {str(c.row["direction"]) for c in speaking} - {"unclear"}
    if len(words) < 2:
        return "agreed" if words else "no numbers"
    if {"favours_intervention", "favours_comparator"} <= words:
        return "contested"
    estimates = {d["estimates"] for d in disputes(found)}
    return "conclusions differ, estimates compatible" if estimates == {"compatible"} else "contested"
