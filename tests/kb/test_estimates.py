"""The analysis scale, and the test of a difference."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from kb.estimates import Printed, apart_by_minimal_difference, difference, scaled

values = st.floats(-50, 50, allow_nan=False)
errors = st.floats(0.01, 20, allow_nan=False)
ratios = st.floats(0.05, 20, allow_nan=False)


@given(values, errors)
def test_the_interval_gives_back_the_standard_error_it_was_made_from(yi: float, sei: float) -> None:
    found = scaled(Printed("MD", yi, yi - 1.959963984540054 * sei, yi + 1.959963984540054 * sei))
    assert found is not None
    assert found.sei == pytest.approx(sei, rel=1e-6)
    assert found.sei_from == "interval"


@given(ratios, errors)
def test_a_ratio_and_its_inverse_are_as_far_from_no_effect(ratio: float, sei: float) -> None:
    assume(sei < 2)
    low, high = ratio * math.exp(-2 * sei), ratio * math.exp(2 * sei)
    one, other = scaled(Printed("RR", ratio, low, high)), scaled(Printed("RR", 1 / ratio, 1 / high, 1 / low))
    assert one is not None
    assert other is not None
    assert one.yi == pytest.approx(-other.yi)
    assert one.sei == pytest.approx(other.sei)


@pytest.mark.parametrize(
    ("printed", "sei", "source"),
    [
        # Cochrane Handbook 6.3.2: (log 0.86 - log 0.46) / 3.92
        (Printed("RR", 0.63, 0.46, 0.86), 0.1596, "interval"),
        (Printed("MD", 2.0, 1.0, 3.0, ci_level=90.0), 0.6080, "interval"),
        (Printed("MD", 2.0, se=0.7), 0.7, "printed"),
        # z of p = 0.03 is 2.1701: Altman and Bland, BMJ 2011;343:d2090.
        (Printed("MD", 2.0, p_value=0.03, p_operator="="), 0.9216, "p value"),
        (Printed("MD", 2.0, p_value=0.03, p_operator="<"), None, None),
        (Printed("MD", 2.0), None, None),
        (Printed("MD", 2.0, 3.0, 1.0), None, None),
    ],
)
def test_where_the_standard_error_is_from(printed: Printed, sei: float | None, source: str | None) -> None:
    found = scaled(printed)
    assert found is not None
    assert found.sei_from == source
    assert found.sei == (pytest.approx(sei, abs=5e-4) if sei else None)


@pytest.mark.parametrize(
    "printed", [Printed("OTHER", 1.0), Printed("OR", -36.37, p_value=0.03), Printed("MD", None), Printed("MEAN", 3.0)]
)
def test_what_has_no_place_on_a_scale(printed: Printed) -> None:
    assert scaled(printed) is None


@given(values, errors, values, errors)
def test_the_difference_changes_sign_with_the_sides_and_keeps_its_p(a: float, sa: float, b: float, sb: float) -> None:
    one, other = difference(a, sa, b, sb), difference(b, sb, a, sa)
    assert one.z == pytest.approx(-other.z)
    assert one.p == pytest.approx(other.p)
    assert 0 <= one.p <= 1


def test_one_significant_and_one_not_need_not_differ() -> None:
    # 25 ± 10 is significant, 10 ± 10 is not, and the two do not differ (Gelman and Stern 2006).
    test = difference(25, 10, 10, 10)
    assert (round(test.z, 2), test.differ) == (1.06, False)


@pytest.mark.parametrize(
    ("small", "large", "apart"),
    [((2.0, 0.5), (12.0, 1.0), True), ((8.0, 2.0), (12.0, 1.0), False), ((2.0, 0.5), (9.0, 1.0), False)],
)
def test_benefits_on_either_side_of_the_minimal_important_difference(
    small: tuple[float, float], large: tuple[float, float], apart: bool
) -> None:
    assert apart_by_minimal_difference(*small, *large, 10.0) is apart
    assert apart_by_minimal_difference(*large, *small, 10.0) is apart
