"""Intervals are drawn to one scale, ratios on a logarithmic one, and what runs out of the picture says so."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kb.report.scale import EDGE, WIDTH, drawn, scales


def effect(
    measure: str, estimate: float | None, low: float | None = None, high: float | None = None, unit: str | None = None
) -> dict[str, Any]:
    return {"measure": measure, "estimate": estimate, "ci_low": low, "ci_high": high, "unit": unit}


def test_equal_differences_are_equally_far_apart() -> None:
    effects = [effect("MD", -1.0, -2.0, 0.0), effect("MD", 1.0, 0.0, 2.0)]
    one, two = (drawn(e, scales(effects)) for e in effects)
    assert one is not None
    assert two is not None
    assert one.nothing == two.nothing == one.high == two.low
    assert one.point - (one.low or 0) == pytest.approx((one.high or 0) - one.point, abs=0.2)


def test_a_ratio_and_its_reciprocal_lie_as_far_from_one() -> None:
    effects = [effect("RR", 0.5, 0.25, 1.0), effect("RR", 2.0, 1.0, 4.0)]
    one, two = (drawn(e, scales(effects)) for e in effects)
    assert one is not None
    assert two is not None
    assert one.nothing is not None
    assert one.nothing - one.point == pytest.approx(two.point - one.nothing, abs=0.2)


def test_measures_and_units_have_scales_of_their_own() -> None:
    assert set(scales([effect("MD", 1.0), effect("MD", 1.0, unit="mm"), effect("OR", 1.0)])) == {
        ("MD", ""),
        ("MD", "mm"),
        ("OR", ""),
    }


def test_one_wide_interval_among_many_ends_in_an_arrow() -> None:
    effects = [effect("MD", 0.1 * n, 0.1 * n - 1, 0.1 * n + 1) for n in range(19)] + [effect("MD", 0.5, -500.0, 500.0)]
    known = scales(effects)
    wide, usual = drawn(effects[-1], known), drawn(effects[0], known)
    assert wide is not None
    assert usual is not None
    assert (wide.beyond_low, wide.beyond_high, usual.beyond_low) == (True, True, False)
    assert (wide.low, wide.high) == (EDGE, WIDTH - EDGE)


@pytest.mark.parametrize("bad", [effect("RR", 0.0), effect("OR", 1.0, -0.1, 2.0), effect("MD", None), effect("MD", math.inf), None])
def test_what_stands_on_no_scale_is_not_drawn(bad: dict[str, Any] | None) -> None:
    assert drawn(bad, scales([bad])) is None


def test_one_value_alone_has_a_scale() -> None:
    for alone in (effect("MD", 0.0), effect("PROPORTION", 33.0), effect("RR", 1.0)):
        assert drawn(alone, scales([alone])) is not None
