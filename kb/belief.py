"""What studies add up to without counting votes: by the side of each study's result and by its uncertainty, each study once.

A null with a wide interval is uncertain and speaks against nobody; `contested` needs opposite conclusions or estimates that differ by test.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from kb.comparison import COUNTED, Compared

#: Who may speak for a study, best first. What a person wrote about it comes after what its authors wrote.
RANK = {"article": 0, "registry": 1, "conference": 2, "protocol": 3, "news": 4, "web_page": 5, "digest": 6}
SIDES = ("favours_intervention", "favours_comparator", "no_clear_difference", "uncertain")
_COLUMN = {1: "favours_intervention", -1: "favours_comparator"}


def column(claim: Compared) -> str:
    """The column of the count that a claim falls into. Before-after, the better value counts for the intervention."""
    if claim.side:
        return _COLUMN[claim.side]
    return "no_clear_difference" if claim.side == 0 and claim.null_kind != "imprecise" else "uncertain"


def leaning(claim: Compared) -> str | None:
    """The side on which the printed estimate lies, whatever its uncertainty; None where no estimate tells."""
    return claim.point_direction if claim.point_direction in ("favours_intervention", "favours_comparator") else None


def speakers(claims: Iterable[Compared]) -> list[Compared]:
    """One claim for each study: of its best report, of all who were studied, at the latest time, since an effect that did not last is none.

    Of retracted, deleted and superseded reports none speaks, nor does the result of a part of the people or of a sensitivity analysis.
    """
    speaking: dict[int, Compared] = {}
    for claim in claims:
        if claim.status in COUNTED and claim.is_main:
            held = speaking.get(claim.study_id)
            if held is None or _standing(claim) < _standing(held):
                speaking[claim.study_id] = claim
    return list(speaking.values())


def _standing(claim: Compared) -> tuple[int, float, bool]:
    return RANK[claim.report], -(claim.time_days or 0.0), claim.side is None


def counts(speaking: Iterable[Compared]) -> dict[str, int]:
    """Studies by side."""
    found = Counter(map(column, speaking))
    return {side: found[side] for side in SIDES}


def leanings(speaking: Iterable[Compared]) -> dict[str, int]:
    """Studies by the side on which their point estimates lie, and those whose text prints none."""
    found = Counter(leaning(c) or "not told" for c in speaking)
    return {side: found[side] for side in ("favours_intervention", "favours_comparator", "not told")}


def verdict(speaking: Sequence[Compared], estimates: Iterable[str], numbers: bool) -> str:
    """One of the contract's words.

    Args:
        speaking: one claim a study.
        estimates: what the tests of the differences among these studies said, one for each dispute.
        numbers: whether any of the claims prints one.
    """
    if not numbers:
        return "no numbers"
    if len(speaking) < 2:
        return "single trial"
    tests = set(estimates)
    sides = {c.side for c in speaking} - {None}
    if {1, -1} <= sides or "differ" in tests:
        return "contested"
    if len(sides) < 2:
        return "agreed" if sides else "no numbers"
    # Conclusions differ. Where no test could be made, nothing says whether the numbers do.
    return "conclusions differ, estimates compatible" if "compatible" in tests else "no numbers"


def word(speaking: Sequence[Compared], differ: bool) -> str:
    """Where a comparison stands, in a word that can be followed from run to run."""
    found = counts(speaking)
    favours, against = found["favours_intervention"], found["favours_comparator"]
    if differ or (favours and against):
        return "contested"
    if favours or against:
        side = "favours intervention" if favours else "favours comparator"
        return f"{side}, not by all" if found["no_clear_difference"] or found["uncertain"] else side
    return "no clear difference" if found["no_clear_difference"] else "uncertain"
