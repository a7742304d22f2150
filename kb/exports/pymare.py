"""The rows and a script for PyMARE that pools them as `counterclaim pool` does."""

from __future__ import annotations

from kb.exports import table
from kb.exports.package import Package
from kb.pooling import Model

_ESTIMATORS = {
    Model.FE: "WeightedLeastSquares(tau2=0.0)",
    Model.DL: 'DerSimonianLaird(small_sample_correction="wald")',
    Model.REML: 'VarianceBasedLikelihoodEstimator(method="REML", small_sample_correction="wald")',
    Model.HKSJ: 'VarianceBasedLikelihoodEstimator(method="REML", small_sample_correction="knapp-hartung")',
    Model.HKSJ_ADHOC: 'VarianceBasedLikelihoodEstimator(method="REML", small_sample_correction="knapp-hartung-conservative")',
}

_SCRIPT = '''\
"""Pools every set of the files pool_*.csv in this folder, and writes results_pymare.csv. Run it here: python run_pymare.py

yi and vi are on the scale that the column scale names; a row without pool_set says in its column refused why it is not pooled.
"""

import sys
from pathlib import Path

import pandas
from pymare import Dataset
from pymare.estimators import DerSimonianLaird, VarianceBasedLikelihoodEstimator, WeightedLeastSquares
from scipy.optimize import brentq

ALPHA = {alpha}


def estimator(studies):
    """The small-sample correction is always named, since PyMARE's own choice is another one; tau2 of one study cannot be told."""
    return WeightedLeastSquares(tau2=0.0) if studies == 1 else {estimator}


def refined(y, v, tau2):
    """PyMARE's tau2 by REML, brought to the root of the likelihood's slope beside it: its search stops at a fixed step."""

    def slope(t):
        w = 1 / (v + t)
        r = w * (y - w @ y / w.sum())
        return r @ r - w.sum() + w @ w / w.sum()

    low, high = 0.9 * tau2, 1.1 * tau2 + 1e-4
    if slope(low) <= 0:
        low = 0.0
    return 0.0 if slope(low) <= 0 else brentq(slope, low, high, xtol=1e-15, rtol=1e-14) if slope(high) < 0 else tau2


def pooled(rows):
    # Estimates are pooled in units of their standard errors: the search for tau2 stops at a fixed step.
    unit = rows["vi"].mean() ** 0.5
    data = Dataset(data=rows.assign(yi=rows["yi"] / unit, vi=rows["vi"] / unit**2), y="yi", v="vi")
    chosen = estimator(len(rows))
    result = chosen.fit_dataset(data).summary()
    if isinstance(chosen, VarianceBasedLikelihoodEstimator):
        tau2 = refined(data.y.ravel(), data.v.ravel(), float(result.tau2.item()))
        result = WeightedLeastSquares(tau2=tau2, small_sample_correction=chosen.small_sample_correction).fit_dataset(data).summary()
    found = {{name: values.item() * unit for name, values in result.get_fe_stats(alpha=ALPHA).items() if name in ("est", "se", "ci_l", "ci_u")}}
    return {{"k": len(rows), "estimate": found["est"], "sei": found["se"], "ci_lb": found["ci_l"], "ci_ub": found["ci_u"]}}


results = []
for path in sorted(Path(__file__).parent.glob("pool_*.csv")):
    table = pandas.read_csv(path)
    for name, rows in table[table["pool_set"].notna()].groupby("pool_set", sort=False):
        results.append({{"file": path.name, "pool_set": name, "scale": rows["scale"].iloc[0], **pooled(rows)}})
if not results:
    sys.exit("No row of these files can be pooled; the column refused says why.")
frame = pandas.DataFrame(results)
frame.to_csv(Path(__file__).with_name("results_pymare.csv"), index=False)
print(frame.to_string(index=False))
'''


def export(p: Package) -> dict[str, bytes]:
    """Data and `run_pymare.py`."""
    script = _SCRIPT.format(alpha=repr(round(1 - p.choice.level / 100, 10)), estimator=_ESTIMATORS[p.choice.model])
    return table.export(p) | {"run_pymare.py": script.encode()}
