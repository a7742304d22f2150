"""A logistic regression with an L2 penalty, by L-BFGS from zero: the same rows give the same weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from nlp.verdict.model import Linear

Traits = Mapping[str, float]


def fit(rows: Sequence[Traits], answers: Sequence[bool], cost: float, constant: bool = True, least_rows: int = 1) -> Linear:
    """Weights for the traits that stand in at least so many rows.

    `cost` is what a row's loss costs beside half the sum of squared weights; the constant is not penalised. Without one, the model of
    rows with all signs turned is the same with the other answer.
    """
    counts = Counter(name for row in rows for name, value in row.items() if value)
    names = sorted(name for name, count in counts.items() if count >= least_rows)
    place = {name: i for i, name in enumerate(names)}
    cells = [(i, place[k], v) for i, row in enumerate(rows) for k, v in sorted(row.items()) if k in place]
    where = ([i for i, _, _ in cells], [j for _, j, _ in cells])
    table = csr_matrix(([v for _, _, v in cells], where), shape=(len(rows), len(names)))
    told = np.where(np.asarray(answers), 1.0, -1.0)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        margin = told * (table @ weights[:-1] + weights[-1])
        wrong = -told / (1 + np.exp(np.clip(margin, -500, 500)))
        slope = np.append(cost * (table.T @ wrong) + weights[:-1], cost * wrong.sum() if constant else 0.0)
        return cost * float(np.logaddexp(0, -margin).sum()) + 0.5 * float(weights[:-1] @ weights[:-1]), slope

    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 2000, "maxfun": 4000})
    return Linear(dict(zip(names, found.x[:-1].tolist(), strict=True)), float(found.x[-1]) if constant else 0.0)


def scaled(model: Linear, factor: float) -> Linear:
    """The model with all its log odds times a factor."""
    return Linear({k: v * factor for k, v in model.weights.items()}, model.constant * factor)


def fitting_factor(odds: Sequence[float], answers: Sequence[bool]) -> float:
    """The factor that makes held-out log odds fit their answers best."""
    told = np.where(np.asarray(answers), 1.0, -1.0) * np.asarray(odds)
    found = minimize(lambda f: float(np.logaddexp(0, -f[0] * told).mean()), np.ones(1), method="L-BFGS-B", bounds=[(0.2, 5.0)])
    return float(found.x[0])
