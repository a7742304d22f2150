"""A printed effect on the scale it is analysed on, and whether two of them differ.

Ratios are analysed as logarithms, differences as they are. The names are those of the pooling programs: `yi` the estimate, `sei` its
standard error.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

#: Measures whose estimates are compared with others of the same measure, and the scale on which that is done.
SCALES = {"MD": "raw", "SMD": "raw", "RD": "raw", "RR": "log", "OR": "log", "HR": "log", "IRR": "log"}
#: Two-sided, 5%: what the field calls a difference.
ALPHA = 0.05


@lru_cache(maxsize=4096)
def _quantile(part: float) -> float:
    """The quantile of the standard normal distribution."""
    # Only runs that write work estimates out; a question waits for no statistics.
    from statistics import NormalDist

    return NormalDist().inv_cdf(part)


@dataclass(frozen=True, slots=True)
class Scaled:
    """An estimate on its analysis scale. `sei` is None where neither interval, standard error nor exact p value is printed.

    `sei_from` says what the standard error was taken from: `interval`, `printed` or `p value`.
    """

    yi: float
    sei: float | None
    scale: str
    sei_from: str | None


@dataclass(frozen=True, slots=True)
class Printed:
    """The numbers of one effect, as printed. `ci_level` in percent; None where the text gives none (95 is then meant)."""

    measure: str
    estimate: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_level: float | None = None
    se: float | None = None
    p_value: float | None = None
    p_operator: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """The test of a difference: the z statistic of a - b and its two-sided p value."""

    z: float
    p: float

    @property
    def differ(self) -> bool:
        """Whether the two estimates are further apart than chance leads to expect, at the 5% level."""
        return self.p < ALPHA


#: Two arms, by their ids: whose a contrast is, and against whom. None where the text does not name it.
Order = tuple[int | None, int | None]


def crossed(own: Order, asked: Order) -> bool:
    """Whether a contrast is printed of the second of two arms against the first.

    >>> crossed((2, 1), (1, 2)), crossed((1, 2), (1, 2)), crossed((None, 1), (1, None))
    (True, False, True)
    """
    pairs = (own[0], asked[1]), (own[1], asked[0])
    return any(a is not None and a == b for a, b in pairs) and all(a is None or b is None or a == b for a, b in pairs)


def scaled(printed: Printed) -> Scaled | None:
    """The estimate on its analysis scale; None where the measure has none, or a number cannot be on it (a ratio below zero).

    The standard error is that of the interval, (high - low) / (2 z) on the analysis scale (Cochrane Handbook 6.3.1 and 6.3.2); else the
    printed one; else |estimate| / z of an exact p value (Altman and Bland, BMJ 2011;343:d2090).

    >>> found = scaled(Printed("RR", 0.63, 0.46, 0.86))
    >>> found and (round(found.yi, 3), round(found.sei or 0, 3), found.scale, found.sei_from)
    (-0.462, 0.16, 'log', 'interval')
    """
    scale = SCALES.get(printed.measure)
    if scale is None or printed.estimate is None or (scale == "log" and printed.estimate <= 0):
        return None
    yi = math.log(printed.estimate) if scale == "log" else printed.estimate
    for source, value in (
        ("interval", _from_interval(printed, scale)),
        ("printed", printed.se if scale == "raw" and printed.se else None),
        ("p value", _from_p(printed, yi)),
    ):
        if value:
            return Scaled(yi, value, scale, source)
    return Scaled(yi, None, scale, None)


def _from_interval(printed: Printed, scale: str) -> float | None:
    low, high = printed.ci_low, printed.ci_high
    if low is None or high is None or high <= low:
        return None
    if scale == "log":
        if low <= 0:
            return None
        low, high = math.log(low), math.log(high)
    level = printed.ci_level if printed.ci_level is not None else 95.0
    if not 50 <= level < 100:
        return None
    return (high - low) / (2 * _quantile(0.5 + level / 200))


def _from_p(printed: Printed, yi: float) -> float | None:
    p = printed.p_value
    # Only an exact p tells; that of a tie ("p = 1") says that z is nought, and no standard error follows from it.
    if p is None or printed.p_operator not in (None, "=") or not 0 < p < 1 or yi == 0:
        return None
    return abs(yi) / _quantile(1 - p / 2)


def difference(yi_a: float, sei_a: float, yi_b: float, sei_b: float) -> Difference:
    """Test whether two independent estimates differ: z = (a - b) / sqrt(se_a² + se_b²) (Altman and Bland, BMJ 2003;326:219).

    Both on the same analysis scale; standard errors above nought. Of estimates that share people the test is too careful or too bold,
    which is why a dispute says whether they may overlap.

    >>> round(difference(-0.5, 0.1, -0.1, 0.1).z, 3)
    -2.828
    """
    z = (yi_a - yi_b) / math.hypot(sei_a, sei_b)
    return Difference(z, math.erfc(abs(z) / math.sqrt(2)))


def apart_by_minimal_difference(yi_a: float, sei_a: float, yi_b: float, sei_b: float, minimal: float) -> bool:
    """Whether two benefits on one side lie on either side of the minimal important difference: one surely smaller, the other at least as large.

    "Surely" is the 95% interval that lies wholly below it. Raw scale, in the outcome's unit; signs are ignored, as both favour one side.
    """
    small, large = sorted(((abs(yi_a), sei_a), (abs(yi_b), sei_b)))
    return small[0] + _quantile(1 - ALPHA / 2) * small[1] < minimal <= large[0]
