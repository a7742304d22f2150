"""What a printed number can have been before it was rounded.

Every comparison of printed numbers happens between spans, never between points: 0.97 stands for 0.965 to 0.975.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from crawler.quick_init import quick_init
from nlp.claim import Effect

#: A comma before three digits groups thousands, elsewhere it is a decimal mark.
_PLAIN = re.compile(r"[-+−–‐\s]*(?:(?:[1-9]\d{0,2}(?:[,\s]\d{3})+|\d+)(?:[.·,](?P<decimals>\d+))?|[.·](?P<bare>\d+))\s*%?\s*")
#: Arithmetic on doubles is not exact: a span is this much wider, relative to its ends.
_ARITHMETIC = 1e-9
#: Without the printed characters, a p of zero is taken for the usual 0.000.
_ZERO_P_DECIMALS = 3


@quick_init
@dataclass(frozen=True, slots=True)
class Span:
    """Every value between two ends, ends included."""

    low: float
    high: float

    def meets(self, other: Span) -> bool:
        """Whether some value lies in both."""
        return self.low <= other.high and other.low <= self.high

    def gap(self, other: Span) -> float:
        """How far the two lie apart; 0 where they meet."""
        return max(0.0, self.low - other.high, other.low - self.high)

    def on(self, scale: Callable[[float], float]) -> Span:
        """The same values on another, rising, scale."""
        return Span(scale(self.low), scale(self.high))


@lru_cache(maxsize=20_000)
def decimals(printed: str) -> int | None:
    """Digits after the decimal mark, or None where the characters are no plain number.

    >>> decimals("−0.50"), decimals("92·5%"), decimals(".04"), decimals("1,279"), decimals("33"), decimals("3 × 10^6 cells")
    (2, 1, 2, 0, 0, None)
    """
    found = _PLAIN.fullmatch(printed)
    return None if found is None else len(found["decimals"] or found["bare"] or "")


def shortest_decimals(value: float) -> int:
    """Decimals of a number whose printed characters are not known: as few as it can have been printed with.

    >>> shortest_decimals(0.25), shortest_decimals(33.0), shortest_decimals(1e-05)
    (2, 0, 5)
    """
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def half_unit(effect: Effect, field: str, value: float) -> float:
    """Half a unit of the last printed digit."""
    printed = effect.printed_as(field)
    places = decimals(printed) if printed else None
    if places is None:
        places = _ZERO_P_DECIMALS if field == "p_value" and value == 0 else shortest_decimals(value)
    return 0.5 * float(10.0**-places)


def span(effect: Effect, field: str) -> Span | None:
    """What a field can have been before rounding; None where the text does not print it."""
    value = getattr(effect, field)
    if value is None:
        return None
    slack = half_unit(effect, field, value) + _ARITHMETIC * max(1.0, abs(value))
    return Span(value - slack, value + slack)


@quick_init
@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between its limits, as spans on one scale."""

    estimate: Span
    low: Span
    high: Span

    @property
    def middle(self) -> Span:
        """Where the middle can lie."""
        return Span((self.low.low + self.high.low) / 2, (self.low.high + self.high.high) / 2)

    @property
    def half_width(self) -> Span:
        """How wide half of the interval can be; never below zero."""
        return Span(max(0.0, (self.high.low - self.low.high) / 2), max(0.0, (self.high.high - self.low.low) / 2))

    def centred(self) -> bool:
        """Whether rounding alone explains where the estimate lies."""
        return self.estimate.meets(self.middle)

    def lean(self) -> float:
        """How far off the middle the estimate lies beyond rounding, as a share of the half-width."""
        width = self.half_width.high
        return self.estimate.gap(self.middle) / width if width > 0 else math.inf

    def on(self, scale: Callable[[float], float]) -> Interval:
        """The same interval on another, rising, scale."""
        return Interval(self.estimate.on(scale), self.low.on(scale), self.high.on(scale))


def interval(effect: Effect) -> Interval | None:
    """Estimate and limits as printed, or None where one of the three is missing."""
    if effect.ci_low is None or effect.ci_high is None:
        return None  # as most are: what the estimate can have been need not be asked
    estimate, low, high = span(effect, "estimate"), span(effect, "ci_low"), span(effect, "ci_high")
    if estimate is None or low is None or high is None:
        return None
    return Interval(estimate, low, high)


def shown(effect: Effect, field: str) -> str:
    """A number for a sentence: as the text prints it, else in its shortest form."""
    return effect.printed_as(field) or f"{getattr(effect, field):g}"
