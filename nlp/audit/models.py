"""Which p values a usual model can give for an estimate and its interval.

An interval is the estimate ± c × SE, and p is the chance of |estimate| / SE or more, so p follows from |estimate| / half-width
and from c, the model's critical value, alone. For the normal model see Altman DG, Bland JM. How to obtain the P value
from a confidence interval. BMJ 2011;343:d2304; Student's t differs only in c and in the tail. Ratios are taken as logarithms first.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.special import ndtr, ndtri, stdtr, stdtrit

from nlp.audit.printed import Interval, Span
from nlp.claim import RATIOS, Effect, Group, Measure

#: Student's t with this few degrees of freedom is the heaviest tail still taken for a usual model.
FEWEST_DF = 2.0
_USUAL_LEVEL = 95.0
#: Beside a Wald interval, papers print the p of a chi-square, score, likelihood-ratio or log-rank test of the same counts or times.
#: Its z differs from the interval's by a few per cent; this much is let pass.
OTHER_TESTS = 0.05


def scale_of(measure: Measure) -> Callable[[float], float]:
    """The scale on which a measure's interval is usually symmetric: logarithm for ratios, Fisher's z for correlations."""
    if measure in RATIOS:
        return math.log
    return math.atanh if measure is Measure.R else float


def on_usual_scale(effect: Effect, printed: Interval) -> Interval | None:
    """The interval on its measure's usual scale; None where rounding lets a value leave that scale (a limit printed as 0.00)."""
    try:
        return printed.on(scale_of(effect.measure))
    except ValueError:
        return None


def fewest_df(effect: Effect, n_total: int | None, n_arms: tuple[int, ...]) -> float:
    """The fewest degrees of freedom that this effect's test may have had.

    * ratios: normal theory, unless the number of pooled studies `k` is printed beside them;
    * differences and slopes: Student's t with no fewer than half of the people (the rest went to covariates, pairs and missing
      values), and with as few as two where nobody says how many there were;
    * `k` pooled studies: Hartung and Knapp's t with k - 1, beside the others.
    """
    people = _people(effect, n_total, n_arms)
    if effect.measure in RATIOS or effect.measure is Measure.R:
        fewest = math.inf
    else:
        fewest = FEWEST_DF if people is None else max(FEWEST_DF, float(people // 2))
    return min(fewest, max(1.0, effect.k - 1.0)) if effect.k else fewest


def _people(effect: Effect, n_total: int | None, n_arms: tuple[int, ...]) -> int | None:
    """The smallest number of people that this result may rest on."""
    arms = n_arms if effect.group in (Group.INTERVENTION, Group.COMPARATOR) else ()
    known = [n for n in (effect.n, n_total, sum(n_arms), *arms) if n]
    return min(known, default=None)


def other_tests(measure: Measure) -> float:
    """By how much, relatively, z may differ because p comes from another usual test than the interval."""
    return OTHER_TESTS if measure in RATIOS or measure is Measure.RD else 0.0


def p_values(usual: Interval, level: float | None, df: float, apart: float = 0.0) -> Span:
    """Every p that the printed interval allows, from `df` degrees of freedom up to the normal model.

    `apart` widens the ratio of estimate and half-width (see `other_tests`). p falls steadily with that ratio, and rises or falls
    steadily with the degrees of freedom, so the ends of both span all between them.
    """
    width, size = usual.half_width, _size(usual.estimate)
    smallest = (1 - apart) * size.low / width.high if width.high > 0 else math.inf
    largest = (1 + apart) * size.high / width.low if width.low > 0 else math.inf
    found = [p_value(ratio, level, d) for ratio in (smallest, largest) for d in (df, math.inf)]
    return Span(min(found), max(found))


def p_value(ratio: float, level: float | None, df: float = math.inf) -> float:
    """Two-sided p of an estimate that is `ratio` half-widths away from no effect.

    >>> round(p_value(0.51 / 0.51, 95), 3), round(p_value(0.31 / 1.53, 95, df=12), 3), round(p_value(0.31 / 1.53, 95), 3)
    (0.05, 0.667, 0.691)
    """
    tail = (1 - (level or _USUAL_LEVEL) / 100) / 2
    if math.isinf(df):
        return float(2 * ndtr(-ratio * -ndtri(tail)))
    return float(2 * stdtr(df, -ratio * -stdtrit(df, tail)))


def _size(estimate: Span) -> Span:
    low, high = sorted((abs(estimate.low), abs(estimate.high)))
    return Span(0.0 if estimate.low <= 0 <= estimate.high else low, high)


def printed_p(effect: Effect, rounded: Span) -> Span:
    """The p values that a printed p stands for; with < or > the number is a bound and not rounded."""
    value = effect.p_value if effect.p_value is not None else 0.0
    match effect.p_operator:
        case "<" | "<=":
            return Span(0.0, value)
        case ">" | ">=":
            return Span(value, 1.0)
        case _:
            return rounded


def readable(p: float) -> str:
    """A p value for a sentence.

    >>> readable(0.6471), readable(0.0456), readable(0.00018), readable(3e-9)
    ('0.65', '0.046', '0.0002', 'less than 0.00001')
    """
    if p < 0.00001:
        return "less than 0.00001"
    places = 2 if p >= 0.1 else 3 if p >= 0.001 else -math.floor(math.log10(p))
    return f"{p:.{places}f}"
