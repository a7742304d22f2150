"""Pooling: inverse-variance estimates as metafor names and makes them. Everything is on the analysis scale of `yi`.

numpy and scipy carry the arithmetic. PyMARE and statsmodels were tried and are not depended on; docs/pooling.md says why, with figures.

Sources: Viechtbauer, J Educ Behav Stat 2005;30:261 (REML); DerSimonian and Laird, Control Clin Trials 1986;7:177 (DL); Hartung and Knapp, Stat Med
2001;20:3875, Sidik and Jonkman, Stat Med 2002;21:3153 (HKSJ); Higgins and Thompson, Stat Med 2002;21:1539 (I²); Egger et al., BMJ 1997;315:629.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import chdtrc, ndtr, stdtr

from kb.conversions import critical
from kb.refusals import CannotPool

Numbers = NDArray[np.float64]


class Model(StrEnum):
    """How to pool, in metafor's terms: FE; DL and REML with `test="z"`; HKSJ is REML with `test="knha"`, HKSJ-adhoc with `test="adhoc"`."""

    FE = "FE"
    DL = "DL"
    REML = "REML"
    HKSJ = "HKSJ"
    HKSJ_ADHOC = "HKSJ-adhoc"


_KNAPP_HARTUNG = frozenset({Model.HKSJ, Model.HKSJ_ADHOC})
#: Places where the likelihood is looked at for more than one top, as multiples of the DerSimonian-Laird scale.
_LOOKED_AT = np.concatenate([[0.0], np.logspace(-3, 3, 7)])


@dataclass(frozen=True, slots=True)
class Pooled:
    """One pooled estimate. `df` is None where the interval is normal. `i2` in per cent, from tau² (under FE from Q, as metafor has it).

    The prediction interval is `predict()`'s of metafor 3.8: estimate ± q sqrt(tau² + se²), with q of t(k - 1) under Knapp and Hartung, else normal;
    None under FE and for one study. `weights` are in per cent.
    """

    model: Model
    k: int
    level: float
    estimate: float
    sei: float
    ci_lb: float
    ci_ub: float
    pi_lb: float | None
    pi_ub: float | None
    df: int | None
    statistic: float
    p: float
    tau2: float
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    weights: tuple[float, ...]


def pool(yi: Sequence[float], vi: Sequence[float], model: Model = Model.HKSJ_ADHOC, level: float = 95.0) -> Pooled:
    """Pool independent estimates with known sampling variances.

    >>> found = pool([0.1, 0.3, 0.2], [0.02, 0.03, 0.02], Model.FE)
    >>> round(found.estimate, 4), round(found.sei, 4)
    (0.1875, 0.0866)

    Raises:
        CannotPool: there is nothing to pool, a number is not finite, a variance is not positive, or Knapp and Hartung's test is asked of one study.
    """
    return _fitted(*_checked(yi, vi, model), model, level)


def leave_one_out(
    yi: Sequence[float], vi: Sequence[float], model: Model = Model.HKSJ_ADHOC, level: float = 95.0
) -> tuple[Pooled, ...]:
    """The estimate without each study in turn, in their order; none for fewer than three studies, or two under Knapp and Hartung.

    Weights are not kept: those of a thousand studies without each would be a million numbers.
    """
    if len(yi) < (3 if model in _KNAPP_HARTUNG else 2):
        return ()
    y, v = _checked(yi, vi, model)
    return tuple(_fitted(np.delete(y, i), np.delete(v, i), model, level, weighed=False) for i in range(len(y)))


@dataclass(frozen=True, slots=True)
class Difference:
    """A test whether groups differ."""

    q: float
    df: int
    p: float


def subgroup_test(groups: Sequence[Pooled]) -> Difference:
    """Whether subgroups differ: each is pooled by itself, and Q of their estimates is tested (Handbook 10.11.3.1).

    Raises:
        CannotPool: there are fewer than two subgroups.
    """
    if len(groups) < 2:
        raise CannotPool("A test of subgroups needs two of them.")
    y, w = np.array([g.estimate for g in groups]), np.array([g.sei**-2 for g in groups])
    q = float(w @ (y - w @ y / w.sum()) ** 2)
    return Difference(q, len(groups) - 1, float(chdtrc(len(groups) - 1, q)))


def _checked(yi: Sequence[float], vi: Sequence[float], model: Model) -> tuple[Numbers, Numbers]:
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    if len(y) != len(v) or not len(y):
        raise CannotPool(f"{len(y)} estimates with {len(v)} variances cannot be pooled.")
    if not (np.isfinite(y).all() and np.isfinite(v).all() and (v > 0).all()):
        raise CannotPool("An estimate is not finite or a variance is not positive; nothing was pooled.")
    if len(y) == 1 and model in _KNAPP_HARTUNG:
        raise CannotPool("One study has no variance between studies: pool it by FE, or take its own interval.")
    return y, v


def _fitted(y: Numbers, v: Numbers, model: Model, level: float, *, weighed: bool = True) -> Pooled:
    tau2 = 0.0 if model is Model.FE or len(y) == 1 else _dl(y, v) if model is Model.DL else _reml(y, v)
    return _at(y, v, tau2, model, level, weighed=weighed)


def _at(y: Numbers, v: Numbers, tau2: float, model: Model, level: float, *, weighed: bool) -> Pooled:
    """The estimate at a between-study variance, with all that is told of it."""
    k = len(y)
    w = 1 / (v + tau2)
    total = w.sum()
    estimate = float(w @ y / total)
    sei = float(total**-0.5)
    df = None
    if model in _KNAPP_HARTUNG:
        df = k - 1
        factor = float(w @ (y - estimate) ** 2) / df
        sei *= (factor if model is Model.HKSJ else max(1.0, factor)) ** 0.5
    half = critical(level, df)
    statistic = estimate / sei if sei > 0 else float(np.copysign(np.inf, estimate))
    predicted = half * (tau2 + sei**2) ** 0.5 if k > 1 and model is not Model.FE else None
    q, i2, h2 = _heterogeneity(y, v, tau2, model)
    return Pooled(
        model, k, level, estimate, sei, estimate - half * sei, estimate + half * sei,
        None if predicted is None else estimate - predicted, None if predicted is None else estimate + predicted,
        df, statistic, _two_sided(statistic, df), tau2, i2, h2, q, k - 1, float(chdtrc(k - 1, q)) if k > 1 else 1.0,
        tuple((100 * w / total).tolist()) if weighed else (),
    )  # fmt: skip


def _two_sided(statistic: float, df: int | None) -> float:
    return 2 * float(ndtr(-abs(statistic)) if df is None else stdtr(df, -abs(statistic)))


def _heterogeneity(y: Numbers, v: Numbers, tau2: float, model: Model) -> tuple[float, float, float]:
    """Q, I² in per cent and H²: from tau² and the typical variance of Higgins and Thompson; under FE from Q."""
    k, w = len(y), 1 / v
    if k == 1:
        return 0.0, 0.0, 1.0
    total = w.sum()
    q = float(w @ (y - w @ y / total) ** 2)
    if model is Model.FE:
        return q, max(0.0, 100 * (q - (k - 1)) / q) if q > 0 else 0.0, q / (k - 1)
    typical = float((k - 1) / (total - w @ w / total))
    return q, 100 * tau2 / (typical + tau2), tau2 / typical + 1


def _dl(y: Numbers, v: Numbers) -> float:
    """DerSimonian and Laird's tau², never below 0."""
    w = 1 / v
    total = w.sum()
    q = w @ (y - w @ y / total) ** 2
    return max(0.0, float((q - (len(y) - 1)) / (total - w @ w / total)))


def _reml(y: Numbers, v: Numbers) -> float:
    """The tau² with the greatest restricted likelihood: tops are bracketed by the sign of its slope, and the greatest is taken."""
    scale = max(float(np.var(y)), float(v.min()))
    places = _LOOKED_AT * scale
    slopes = _slopes(places, y, v)
    tops = [0.0] if slopes[0] <= 0 else []
    for i in range(len(places) - 1):
        if slopes[i] > 0 >= slopes[i + 1]:
            tops.append(float(brentq(_slope, places[i], places[i + 1], args=(y, v), xtol=1e-14 * scale, rtol=1e-13)))
    return max(tops, key=lambda t: _likelihood(t, y, v)) if len(tops) > 1 else tops[0]


def _slope(tau2: float, y: Numbers, v: Numbers) -> float:
    """Twice the derivative of the restricted log-likelihood by tau²."""
    w = 1 / (v + tau2)
    total = w.sum()
    r = w * (y - w @ y / total)
    return float(r @ r - total + w @ w / total)


def _slopes(tau2: Numbers, y: Numbers, v: Numbers) -> Numbers:
    """`_slope` at several places at once: one pass for all of them."""
    w = np.reciprocal(np.add.outer(tau2, v))
    total = w.sum(axis=1)
    squares = w * w
    middle = w @ y / total
    # The sum of w² (y - middle)², multiplied out, would cancel where the spread is small beside the middle.
    residual = np.einsum("ij,ij->i", squares, np.square(np.subtract(y, middle[:, None])))
    found: Numbers = residual - total + squares.sum(axis=1) / total
    return found


def _likelihood(tau2: float, y: Numbers, v: Numbers) -> float:
    """Twice the restricted log-likelihood, but for a constant."""
    w = 1 / (v + tau2)
    total = w.sum()
    return float(np.log(w).sum() - np.log(total) - w @ (y - w @ y / total) ** 2)


@dataclass(frozen=True, slots=True)
class SmallStudies:
    """Egger's test: whether small studies tell of other effects than large ones. `intercept` is in standard errors."""

    intercept: float
    sei: float
    df: int
    p: float


def small_study_test(yi: Sequence[float], vi: Sequence[float]) -> SmallStudies:
    """Egger's regression of yi / sei on 1 / sei.

    Raises:
        CannotPool: fewer than 10 studies, of which it tells nothing (Handbook 13.3.5.4), or all of one size.
    """
    if len(yi) < 10:
        raise CannotPool(f"A test of small studies needs 10 of them; there are {len(yi)}.")
    s = np.sqrt(np.asarray(vi, dtype=float))
    x, z = 1 / s, np.asarray(yi, dtype=float) / s
    spread = float(((x - x.mean()) ** 2).sum())
    if spread <= 1e-12 * float(x @ x):
        raise CannotPool("All studies have one standard error, so small ones cannot be told from large ones.")
    slope = float((x - x.mean()) @ z) / spread
    intercept = float(z.mean() - slope * x.mean())
    residual = float(((z - intercept - slope * x) ** 2).sum()) / (len(x) - 2)
    sei = (residual * (1 / len(x) + float(x.mean()) ** 2 / spread)) ** 0.5
    df = len(x) - 2
    return SmallStudies(intercept, sei, df, _two_sided(intercept / sei, df) if sei > 0 else 0.0)
