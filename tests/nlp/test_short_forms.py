"""Abbreviations that a text defines, found without looking at a bracket more than once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.short_forms import expansion, short_forms
from tests.conftest import Read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Magnetic resonance imaging (MRI) was used.", {"MRI": "Magnetic resonance imaging"}),
        ("Those with MS (multiple sclerosis) were seen.", {"MS": "multiple sclerosis"}),
        ("The 5-fluorouracil (5-FU) group", {}),
        ("pegylated liposomal doxorubicin (PLD; n = 20)", {"PLD": "pegylated liposomal doxorubicin"}),
        ("Pain fell (see above) in all (n = 20).", {}),
        ("score (range, 0 to 10)", {}),
    ],
)
def test_what_stands_in_brackets_is_an_abbreviation_where_its_letters_agree(text: str, found: dict[str, str]) -> None:
    assert short_forms(text) == found


@given(st.text(alphabet="abAB ()-.,", max_size=80))
def test_a_long_form_stands_in_the_text_and_holds_the_letters_in_order(text: str) -> None:
    for short, long in short_forms(text).items():
        assert short in text
        assert long in text
        assert expansion(short, long) == long


def test_a_text_full_of_brackets_is_read_for_abbreviations_too(read: Read) -> None:
    filler = "Pain was noted (yes) here. " * 300
    found = read(
        f"Women were randomised to pelvic floor training (PFT) or placebo. {filler} Leakage occurred in 12% of the PFT group."
    )
    assert "PFT" in {a.quote.text for a in found.arms}
