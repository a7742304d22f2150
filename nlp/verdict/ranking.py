"""Which sentences speak of what is asked: traits of each sentence, the same when the two sides change places."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping
from math import fsum

from nlp.reading import Role
from nlp.verdict.asked import Asked
from nlp.verdict.lines import Line, Text

_P = re.compile(r"\bp\s?[<>=≤≥]|\bCI\b|confidence", re.IGNORECASE)
_FINDING = re.compile(
    r"signific|differ|similar|compar|higher|lower|increas|reduc|decreas|improv|greater|better|less|more|effect|associat",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")


def coverage(asked_for: Mapping[str, float], line: Line) -> float:
    """How much of the stems' weight a sentence holds."""
    total = fsum(asked_for.values())
    have = frozenset().union(*(t.stands_for for t in line.tokens)) if line.tokens else frozenset()
    return fsum(w for k, w in asked_for.items() if k in have) / total if total else 0.0


def ranking_traits(asked: Asked, text: Text) -> list[dict[str, float]]:
    """The traits of each sentence, in order."""
    covered = [coverage(asked.outcome, line) for line in text.lines]
    most = max(covered, default=0.0) or 1.0
    rising = sorted(covered)
    before: list[float] = []
    found = []
    for place, (line, own) in enumerate(zip(text.lines, covered, strict=True)):
        traits = _traits(asked, line, own, most)
        traits |= {
            "place": place / len(covered), "before": covered[place - 1] if place else 0.0, "most before": before[-1] if before else 0.0,
            "as much before": float(len(before) - bisect_left(before, own)), "more": float(len(rising) - bisect_right(rising, own)),
        }  # fmt: skip
        insort(before, own)
        found.append(traits)
    return found


def _traits(asked: Asked, line: Line, own: float, most: float) -> dict[str, float]:
    sides = sorted(coverage(side.named or side.own, line) for side in asked.sides)
    p, finding = float(_P.search(line.plain) is not None), float(_FINDING.search(line.plain) is not None)
    found = {
        "outcome": own, "whole outcome": float(own == 1), "most": float(own == most), "of the most": own / most,
        "less told side": sides[0], "more told side": sides[1], "p": p, "finding": finding,
        "numbers": float(len(_DIGIT.findall(line.plain)) > 3), "length": len(line.tokens) / 50,
        "of the most, p": p * own / most, "of the most, finding": finding * own / most,
    }  # fmt: skip
    for role in Role:
        found[f"role {role.value}"] = float(line.role is role)
        found[f"outcome, {role.value}"] = own * (line.role is role)
    return found
