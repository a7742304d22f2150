"""A value made quickly is the value that dataclasses would have made."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from crawler import quick_init as quick
from crawler.quick_init import quick_init


@quick_init
@dataclass(frozen=True, slots=True)
class _Dose:
    amount: float
    unit: str = "mg"
    days: tuple[int, ...] = field(default_factory=tuple)
    route: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise ValueError("A dose is not below zero.")


def test_parameters_and_defaults_are_those_of_the_class() -> None:
    assert _Dose(2.0) == _Dose(amount=2.0, unit="mg", days=(), route=None)
    assert _Dose(2.0, "g", (1, 2), route="oral") == replace(_Dose(1.0, "g", (1, 2), route="oral"), amount=2.0)


def test_a_replaced_value_is_the_one_that_dataclasses_would_replace_it_with() -> None:
    dose = _Dose(1.0, "g", (1, 2), route="oral")
    assert quick.replace(dose, amount=2.0, route=None) == replace(dose, amount=2.0, route=None)
    assert quick.replace(dose) == dose
    with pytest.raises(ValueError, match="below zero"):
        quick.replace(dose, amount=-1.0)
    with pytest.raises(TypeError, match="weight"):
        quick.replace(dose, weight=1.0)


def test_it_stays_frozen_and_checked() -> None:
    with pytest.raises(FrozenInstanceError):
        _Dose(1.0).amount = 2.0  # type: ignore[misc]
    with pytest.raises(ValueError, match="below zero"):
        _Dose(-1.0)
    with pytest.raises(TypeError, match="amount"):
        _Dose()  # type: ignore[call-arg]


def test_a_class_without_slots_is_refused() -> None:
    @dataclass(frozen=True)
    class Loose:
        amount: float

    with pytest.raises(TypeError, match="no slot of its own"):
        quick_init(Loose)
