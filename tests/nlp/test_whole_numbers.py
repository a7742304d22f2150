"""A number is read whole or not at all: no piece of a longer number, of a name, an exponent, a reference mark or a year."""

from __future__ import annotations

import pytest

from nlp.grammar.atom import AtomKind
from nlp.grammar.atoms import atoms
from nlp.grammar.characters import in_one_spelling
from tests.conftest import Read
from tests.nlp.test_arm_sizes import sizes

K = AtomKind


def numbers(sentence: str) -> list[float | None]:
    kinds = (K.NUMBER, K.PERCENT, K.PLUS_MINUS, K.FRACTION, K.CHANGE)
    return [a.value for a in atoms(in_one_spelling(sentence)) if a.kind in kinds]


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("Counts were 11,308 ± 2,443 cells.", [11308.0]),
        ("Relief was had by 20,5% of them.", [20.5]),
        ("The score was 3,4 ± 1,2.", [3.4]),
        ("Rates were 60% vs.40%.", [60.0, 40.0]),
        ("The risk was higher (RR1.16).", []),
        ("Arm S-1: 9.2 % and arm S-2: 8.1 %.", [9.2, 8.1]),
        ("Inhaled β2 agonists and TGF-β1 were measured.", []),
        ("It was 12 · mL−1 · 2 hr−1.", [12.0]),
        ("The pain may be severe.12 Triptans are used.", []),
        ("They work best early.4,5 Others wait.", []),
        ("From February 2008 to March 2010 people were seen.", []),
        ("A 0.25-mL dose was used.", []),
        ("Antacid use was twofold higher.", []),
    ],
)
def test_no_piece_of_something_else_is_a_number(sentence: str, values: list[float]) -> None:
    assert numbers(sentence) == values


@pytest.mark.parametrize("sentence", ["Dose was 30 mg/m2 at entry.", "Vitamin D3 was given.", "Pressure at 08.00 hours was low."])
def test_what_only_looks_like_a_time_is_none(sentence: str) -> None:
    assert [a.text for a in atoms(in_one_spelling(sentence)) if a.kind is K.TIME] == []


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("People received velorin (n = 19,541) or castimol (n = 29,294).", {"velorin": 19541, "castimol": 29294}),
        ("The score was 8.73 in the velorin group and 38.75 in the castimol group.", {"velorin": None, "castimol": None}),
        ("Falls were seen with velorin (n = 25/51) and castimol (n = 20/49).", {"velorin": None, "castimol": None}),
        ("The mean was 84.3 in each group.", {"velorin": None, "castimol": None}),
    ],
)
def test_an_arms_size_is_no_piece_of_a_number(read: Read, sentence: str, expected: dict[str, int | None]) -> None:
    assert sizes(read, sentence) == expected


def test_a_decimal_is_never_cut_into_a_count_of_events(read: Read) -> None:
    found = read(
        "METHODS Velorin was compared with castimol. RESULTS The cost was 44.18 (12%) with velorin and 27.3 (9%) with castimol."
    )
    assert all(e.events is None for e in found.effects)


def test_hundreds_joined_by_a_hyphen_are_one_number(read: Read) -> None:
    assert read("METHODS Six hundred-seven women were enrolled. RESULTS Pain fell.").study.sample_size == 607
