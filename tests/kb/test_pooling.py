"""Our arithmetic against R's metafor: pinned values, which need no R, and R itself where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from kb.conversions import Derived
from kb.pooling import Model, Pooled, leave_one_out, pool, small_study_test, subgroup_test
from kb.refusals import CannotPool, Reason
from tests.kb.pinned import FOLDER, Row, derived, given, number, rows

SETS = given()
#: Six digits, of the number itself; below a billionth of the largest standard error, rounding alone is left.
DIGITS, ROUNDING = 1e-6, 1e-9


def numbers(name: str) -> tuple[list[float], list[float]]:
    return [float(r["yi"]) for r in SETS[name]], [float(r["vi"]) for r in SETS[name]]


def same(ours: float | None, theirs: float | None, unit: float) -> bool:
    if ours is None or theirs is None:
        return ours is theirs
    return ours == theirs or abs(ours - theirs) <= DIGITS * abs(theirs) + ROUNDING * unit


def test_there_are_thirty_data_sets() -> None:
    assert len({r["dataset"] for r in rows("datasets.csv")}) == 30
    assert {"one_or", "two_opposed", "zeros_or", "five_identical", "extreme_variances"} <= SETS.keys()


def test_effect_sizes_and_variances_are_those_of_escalc() -> None:
    made = [(r, d) for r in rows("datasets.csv") if (d := derived(r)) is not None]
    assert len(made) > 100
    for row, ours in made:
        if isinstance(ours, Derived):
            assert same(ours.yi, number(row["yi"]), 1e-6), row
            assert same(ours.vi, number(row["vi"]), 1e-6), row
        else:
            assert (ours, row["yi"]) == (Reason.NO_EVENTS, ""), row


@pytest.mark.parametrize("row", rows("pooled.csv"), ids=lambda r: f"{r['dataset']}-{r['model']}")
def test_pooled_as_metafor_pools(row: Row) -> None:
    yi, vi = numbers(row["dataset"])
    ours = pool(yi, vi, Model(row["model"]))
    unit = max(vi) ** 0.5
    assert ours.k == int(row["k"])
    for name in ("estimate", "ci_lb", "ci_ub"):
        assert same(getattr(ours, name), number(row[name]), unit), name
    assert same(ours.sei, number(row["se"]), unit)
    assert same(ours.tau2, number(row["tau2"]), unit**2)
    # A share, a ratio, a sum of squares, two probabilities and a quotient have no unit.
    for name in ("i2", "q", "q_p", "p"):
        assert same(getattr(ours, name), number(row[name]), 1), name
    if ours.sei > 1e-12 * unit:
        assert same(ours.statistic, number(row["statistic"]), 1e3)
    if ours.k > 1:
        # Of one study metafor gives its interval again; we give none.
        assert same(ours.h2, number(row["h2"]), 1)
        assert same(ours.pi_lb, number(row["pi_lb"]), unit)
        assert same(ours.pi_ub, number(row["pi_ub"]), unit)


def test_leaving_one_out_as_metafor_does() -> None:
    pinned = rows("left_out.csv")
    assert len(pinned) > 1000
    ours: dict[tuple[str, str], tuple[Pooled, ...]] = {}
    for row in pinned:
        yi, vi = numbers(row["dataset"])
        key = row["dataset"], row["model"]
        without = ours.setdefault(key, leave_one_out(yi, vi, Model(row["model"])))[int(row["without"]) - 1]
        for name in ("estimate", "ci_lb", "ci_ub", "q"):
            assert same(getattr(without, name), number(row[name]), max(vi) ** 0.5 if name != "q" else 1), (row, name)
        assert same(without.tau2, number(row["tau2"]), max(vi)), row


def test_subgroups_are_tested_as_cochrane_does() -> None:
    yi, vi = numbers("bcg_rr")
    found = subgroup_test([pool(yi[i::3], vi[i::3], Model.REML) for i in range(3)])
    (row,) = rows("subgroups.csv")
    assert same(found.q, number(row["q"]), 1)
    assert same(found.p, number(row["p"]), 1)
    assert found.df == 2


def test_a_regression_for_small_studies() -> None:
    """regtest(rma(yi, vi, data = bcg log RR), model = "lm"): t = -1.4013, df = 11, p = 0.1887."""
    found = small_study_test(*numbers("bcg_rr"))
    assert (found.df, round(found.intercept / found.sei, 4), round(found.p, 4)) == (11, -1.4013, 0.1887)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed here")
def test_r_makes_the_pinned_values_again(tmp_path: Path) -> None:
    asked = ["Rscript", "-e", "quit(status = !all(sapply(c('metafor', 'metadat'), requireNamespace, quietly = TRUE)))"]
    if subprocess.run(asked, check=False, capture_output=True).returncode:
        pytest.skip("R is here, and its packages metafor and metadat are not")
    subprocess.run(["Rscript", str(FOLDER / "pin.R"), str(tmp_path)], check=True, capture_output=True)
    for name in ("datasets.csv", "pooled.csv", "left_out.csv", "subgroups.csv"):
        for pinned, again in zip(rows(name), rows(name, tmp_path), strict=True):
            for column in pinned:
                a, b = pinned[column], again[column]
                assert a == b or float(a) == pytest.approx(float(b), rel=1e-9, abs=1e-9), (name, column)


estimates = st.lists(st.tuples(st.floats(-5, 5), st.floats(0.01, 2)), min_size=2, max_size=8)


@for_all(estimates, st.sampled_from(Model))
def test_tau2_is_never_negative_and_weights_sum_to_a_hundred(studies: list[tuple[float, float]], model: Model) -> None:
    found = pool([y for y, _ in studies], [v for _, v in studies], model)
    assert found.tau2 >= 0
    assert 0 <= found.i2 <= 100
    assert sum(found.weights) == pytest.approx(100)
    assert found.ci_lb <= found.estimate <= found.ci_ub
    assert min(y for y, _ in studies) - 1e-9 <= found.estimate <= max(y for y, _ in studies) + 1e-9


@for_all(estimates, st.floats(0.1, 100), st.sampled_from([Model.FE, Model.DL, Model.REML]))
def test_another_unit_changes_nothing_but_the_unit(studies: list[tuple[float, float]], by: float, model: Model) -> None:
    one = pool([y for y, _ in studies], [v for _, v in studies], model)
    other = pool([y * by for y, _ in studies], [v * by**2 for _, v in studies], model)
    assert other.estimate == pytest.approx(one.estimate * by, rel=1e-6, abs=1e-6 * by)
    assert other.i2 == pytest.approx(one.i2, abs=1e-4)


@for_all(estimates)
def test_the_careful_test_is_never_narrower_than_the_normal_one(studies: list[tuple[float, float]]) -> None:
    yi, vi = [y for y, _ in studies], [v for _, v in studies]
    assert pool(yi, vi, Model.HKSJ_ADHOC).sei >= pool(yi, vi, Model.REML).sei * (1 - 1e-12)


def test_what_cannot_be_pooled_is_refused() -> None:
    with pytest.raises(CannotPool, match="0 estimates"):
        pool([], [])
    with pytest.raises(CannotPool, match="not positive"):
        pool([1.0, 2.0], [0.1, 0.0])
    with pytest.raises(CannotPool, match="not finite"):
        pool([1.0, float("nan")], [0.1, 0.1])
    with pytest.raises(CannotPool, match="One study"):
        pool([1.0], [0.1], Model.HKSJ)
    with pytest.raises(CannotPool, match="two of them"):
        subgroup_test([pool([1.0], [0.1], Model.FE)])
    with pytest.raises(CannotPool, match="needs 10"):
        small_study_test([1.0], [0.1])
    assert leave_one_out([1.0, 2.0], [0.1, 0.1], Model.HKSJ) == ()
