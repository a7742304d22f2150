"""Numbers that no sign gives away are results by the company they keep: a rival, a list, a parallel, an event that they count."""

from __future__ import annotations

import pytest

from nlp.claim import Measure
from tests.conftest import Read


@pytest.mark.parametrize(
    ("sentence", "estimates"),
    [
        ("Median survival was longer with velorin (6.1 v 4.2 months, P = 0.04).", [6.1, 4.2]),
        ("Children improved 17.6 standard points (1 SD: 15 points) compared with 7.0 points on castimol.", [17.6, 7.0]),
        ("Mean pressure fall across all visits was 8.0 mm Hg in the eyes of one sort and 8.4 mm Hg in the eyes of the other (P = 0.09).", [8.0, 8.4]),
        ("The area under the curve was higher (0.77 and 0.79, respectively).", [0.77, 0.79]),
        ("Relief was reached by week 12 in the early arm and by week 24 in the late arm.", [12, 24]),
        ("A boost reduced local failure by a factor of 2 (P < 0.001).", [2]),
        ("Forty-two percent of the patients had relief.", [42]),
    ],
)  # fmt: skip
def test_numbers_side_by_side_are_results(read: Read, sentence: str, estimates: list[float]) -> None:
    told = [e.estimate for e in read(sentence, title="A comparison").effects if e.estimate is not None]
    assert told == estimates


@pytest.mark.parametrize(
    ("sentence", "events"),
    [
        ("There were 14 in-hospital deaths.", [14]),
        ("Hypotony was noted in 3 eyes.", [3]),
        ("In all, 109 duplex scans were normal.", [109]),
        ("More patients on velorin (28, 28.3%) than on castimol (9, 11.4%) had falls.", [28, 9]),
        ("Falls were seen in 24 velorin recipients (11.7%).", [24]),
        ("Seventy patients completed the study (36 on velorin; 34 on castimol).", [70, 36, 34]),
    ],
)
def test_counts_are_read_as_events(read: Read, sentence: str, events: list[int]) -> None:
    told = [e.events for e in read(f"Velorin was compared with castimol. {sentence}", title="A comparison").effects]
    assert told == events


def test_a_fold_change_keeps_its_unit_and_is_no_ratio_of_ours(read: Read) -> None:
    [effect] = read("A boost reduced local failure by a factor of 2.", title="A comparison").effects
    assert (effect.measure, effect.estimate, effect.unit) == (Measure.OTHER, 2, "fold")


@pytest.mark.parametrize(
    "sentence",
    [
        "Blood pressure was 146/79 and 148/79 in the two groups, respectively.",
        "The mean age was 63.1 and 64.2 years, respectively.",
        "Velorin was given at 20 and 50 mg, respectively.",
        "Median follow-up was 32 versus 35 months.",
        "Of these, 62 were randomised to velorin and 55 to castimol.",
    ],
)
def test_what_only_looks_like_a_pair_is_none(read: Read, sentence: str) -> None:
    assert read(sentence, title="A comparison").effects == ()
