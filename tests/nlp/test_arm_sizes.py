"""How many people each arm has: wherever a text says so, and nowhere else."""

from __future__ import annotations

import pytest

from tests.conftest import Read

OPENING = "Velorin was compared with castimol in a randomised trial."


def sizes(read: Read, sentence: str) -> dict[str, int | None]:
    found = read(
        f"BACKGROUND {OPENING}\nMETHODS {sentence}\nRESULTS Pain was lower with velorin than with castimol.",
        title="Velorin versus castimol for pain",
    )
    return {arm.label.lower(): arm.n for arm in found.arms}


@pytest.mark.parametrize(
    "sentence",
    [
        "In all, 31 patients were given velorin and 29 received castimol.",
        "In the velorin and castimol groups, 31 and 29 students were enrolled.",
        "The velorin group (n=31) and the castimol group (n=29) were seen weekly.",
        "Of the patients, 31 received velorin and 29 took castimol.",
        "60 patients were randomised to velorin (group V, n=31) or castimol (group C, n=29).",
    ],
)
def test_the_size_of_an_arm_is_read_in_whatever_wording(read: Read, sentence: str) -> None:
    assert sizes(read, sentence) == {"velorin": 31, "castimol": 29}


@pytest.mark.parametrize(
    "sentence",
    [
        "Eight of them were given velorin and 6 received castimol as rescue.",
        "These 2 patients were treated with velorin.",
    ],
)
def test_a_part_of_the_people_is_no_arm(read: Read, sentence: str) -> None:
    assert sizes(read, sentence) == {"velorin": None, "castimol": None}


def test_men_alone_are_the_sample_where_nobody_else_is_named(read: Read) -> None:
    assert read("METHODS A trial of 19 males was done.\nRESULTS Pain fell.", title="A trial of yoga").study.sample_size == 19


def test_a_medicine_that_the_outcome_names_is_not_the_other_side(read: Read) -> None:
    told = read(
        "Counselling was compared with usual care.\nRESULTS More people in the counselling group kept their velorin (86/125 vs 78/133).",
        title="Counselling versus usual care",
    )
    roles = [told.arms[e.arm].role.value if e.arm is not None else None for e in told.effects if e.total]
    assert roles == ["intervention", "comparator"]
