"""Estimates with their intervals, drawn to one scale where they are of one measure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_RATIOS = frozenset({"RR", "OR", "HR", "IRR"})
_DIFFERENCES = frozenset({"MD", "SMD", "RD", "BETA", "R", "MEAN_CHANGE"})
#: What is drawn is this wide; the scale leaves room for arrows at both edges.
WIDTH, EDGE = 240.0, 12.0


@dataclass(frozen=True, slots=True)
class Scale:
    """From printed values to places. `nothing` is where no difference lies; None where the measure has no such place."""

    low: float
    high: float
    log: bool
    nothing: float | None

    def at(self, value: float) -> float:
        """The place of a printed value; beyond the scale its edge."""
        v = math.log(value) if self.log else value
        share = (min(max(v, self.low), self.high) - self.low) / (self.high - self.low)
        return round(EDGE + share * (WIDTH - 2 * EDGE), 1)

    def ends(self) -> tuple[str, str]:
        """What is written at the two ends."""
        return tuple(f"{math.exp(e) if self.log else e:.2g}" for e in (self.low, self.high))  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One estimate on its scale, in places from the left. `beyond_low`, `beyond_high`: its interval goes on there."""

    point: float
    low: float | None
    high: float | None
    nothing: float | None
    beyond_low: bool
    beyond_high: bool
    ends: tuple[str, str]
    none_at: str


def scales(effects: Iterable[Mapping[str, Any] | None]) -> dict[tuple[str, str], Scale]:
    """A scale for each measure and unit that has a drawable estimate: wide enough for all estimates and for most intervals."""
    values: dict[tuple[str, str], list[tuple[float, float, float]]] = {}
    for e in effects:
        if e is not None and drawable(e):
            low, high = (e["estimate"] if e[k] is None else e[k] for k in ("ci_low", "ci_high"))
            values.setdefault(_kind(e), []).append((e["estimate"], low, high))
    return {kind: _scale(kind[0], of) for kind, of in values.items()}


def drawable(e: Mapping[str, Any]) -> bool:
    """Whether an effect has an estimate that stands on a scale: a ratio of 0 or below stands on none."""
    numbers = [e["estimate"], *(e[k] for k in ("ci_low", "ci_high") if e.get(k) is not None)]
    return (
        e["estimate"] is not None and all(math.isfinite(n) for n in numbers) and (e["measure"] not in _RATIOS or min(numbers) > 0)
    )


def _kind(e: Mapping[str, Any]) -> tuple[str, str]:
    return str(e["measure"]), str(e.get("unit") or "")


def _scale(measure: str, of: list[tuple[float, float, float]]) -> Scale:
    log = measure in _RATIOS
    nothing = 1.0 if log else 0.0 if measure in _DIFFERENCES else None
    turned = [tuple(math.log(v) if log else v for v in line) for line in of]
    lows, highs = sorted(line[1] for line in turned), sorted((line[2] for line in turned), reverse=True)
    # One interval in ten may run out of the picture, where it ends in an arrow.
    cut = len(of) // 10
    points = [line[0] for line in turned] + ([] if nothing is None else [0.0])
    low, high = min([lows[cut], *points]), max([highs[cut], *points])
    room = (high - low) * 0.06 or abs(high) * 0.5 or 1.0
    return Scale(low - room, high + room, log, nothing)


def drawn(e: Mapping[str, Any] | None, known: Mapping[tuple[str, str], Scale]) -> Drawn | None:
    """An effect on the scale of its measure; None where it has no place on any."""
    if e is None or not drawable(e):
        return None
    s = known[_kind(e)]
    low, high = e.get("ci_low"), e.get("ci_high")
    edge = math.exp if s.log else float
    return Drawn(
        s.at(e["estimate"]), None if low is None else s.at(low), None if high is None else s.at(high),
        None if s.nothing is None else s.at(s.nothing), low is not None and low < edge(s.low), high is not None and high > edge(s.high),
        s.ends(), "" if s.nothing is None else f"{s.nothing:g}",
    )  # fmt: skip
