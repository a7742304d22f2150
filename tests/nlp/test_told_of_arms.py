"""Numbers without a percent sign, a spread or an interval are results where two arms are given one each."""

from __future__ import annotations

import pytest

from nlp.claim import Group, Measure
from tests.conftest import Read
from tests.nlp.test_learned_arms import by_arm


@pytest.mark.parametrize(
    ("sentence", "values"),
    [
        ("Mean eye pressure was 18.5 mmHg with velorin and 21.4 mmHg with castimol.", (18.5, 21.4)),
        ("Falls occurred in 15 patients in the velorin group and in 22 patients in the castimol group.", (15, 22)),
        ("Median survival was 9.5 months in the velorin group and 11.4 months in the castimol group.", (9.5, 11.4)),
        ("Median survival was 20.3 and 14.9 months for velorin and castimol, respectively.", (20.3, 14.9)),
        ("The pain score was 0.0 in the velorin group compared with 1.0 in the castimol group.", (0, 1)),
        ("There were 36 patients in the velorin group and 34 in the castimol group who completed the study.", (36, 34)),
        ("Relief was obtained in 75 and 67% of patients receiving velorin or castimol, respectively.", (75, 67)),
    ],
)
def test_two_arms_with_a_number_each_are_told_apart(read: Read, sentence: str, values: tuple[float, float]) -> None:
    assert by_arm(read(sentence, title="A comparison")) == {"velorin": [values[0]], "castimol": [values[1]]}


@pytest.mark.parametrize(
    "sentence",
    [
        "In all, 45 patients were randomised to velorin and 47 patients to castimol.",
        "Mean age was 45 years in the velorin group and 47 years in the castimol group.",
        "There were 36 patients in the velorin group and 34 in the castimol group who were randomised.",
        "Ten patients in each group were followed for 6 months in the velorin group and 7 months in the castimol group.",
    ],
)
def test_who_was_studied_and_for_how_long_is_no_result(read: Read, sentence: str) -> None:
    assert read(sentence, title="A comparison").effects == ()


@pytest.mark.parametrize(
    ("printed", "field"),
    [
        ("26.9 (±9.5) mmHg", "sd"),
        ("26.9 mmHg ± 9.5", "sd"),
        ("26.9 (SD 9.5) mmHg", "sd"),
        ("26.9, SD = 9.5", "sd"),
        ("26.9 (SE 9.5) mmHg", "se"),
        ("26.9 + or - 9.5 mmHg", "sd"),
    ],
)
def test_a_spread_is_read_in_whatever_dress(read: Read, printed: str, field: str) -> None:
    [effect] = read(f"Mean eye pressure was {printed} in the velorin group.", title="A comparison").effects
    assert (effect.measure, effect.estimate, getattr(effect, field)) == (Measure.MEAN, 26.9, 9.5)


def test_a_time_of_measurement_stays_a_time(read: Read) -> None:
    [effect] = read("Survival at 12 months was 40%.", title="A comparison").effects
    assert effect.estimate == 40
    assert effect.timepoint is not None
    assert effect.timepoint.days == pytest.approx(365.28)


def test_before_and_after_are_a_number_each(read: Read) -> None:
    found = read("Ejection fraction rose from 0.26 to 0.31 (P = 0.009).", title="A trial")
    assert [e.estimate for e in found.effects if e.estimate is not None] == [0.26, 0.31]


def test_a_range_of_doses_is_no_before_and_after(read: Read) -> None:
    assert read("Doses ranged from 20 to 40 in all groups.", title="A trial").effects == ()


def test_two_numbers_told_respectively_go_to_the_arms_as_the_sentence_before_named_them(read: Read) -> None:
    found = read(
        "METHODS: 80 adults were randomised to zorvastatin (n = 40) or placebo (n = 40). "
        "RESULTS: Pain was recorded in the placebo and zorvastatin groups. At 6 weeks, both groups had lower pain scores, "
        "with mean scores of 5.1 (SD 1.0) and 3.2 (SD 1.1), respectively."
    )
    assert {(e.estimate, e.group) for e in found.effects if e.sd} == {(5.1, Group.COMPARATOR), (3.2, Group.INTERVENTION)}
