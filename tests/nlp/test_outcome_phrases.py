"""An outcome goes by the whole phrase that the text has for it."""

from __future__ import annotations

import pytest

from tests.conftest import Read


@pytest.mark.parametrize(
    ("sentence", "texts"),
    [
        ("The incidence of transient bleeding was 12% with velorin and 20% with castimol.", ["incidence of transient bleeding"] * 2),
        ("Pain of 30 mm or less was reached by 40% of velorin patients and 20% of castimol patients.", ["Pain of 30 mm or less"] * 2),
        ("In all, 40% of patients given velorin and 20% of patients given castimol achieved lasting dryness.", ["lasting dryness"] * 2),
        ("Nausea (12% vs 20%), yawning spells (3% vs 9%) and death (1% vs 2%) were seen with velorin and castimol.",
         ["Nausea", "Nausea", "yawning spells", "yawning spells", "death", "death"]),
    ],
)  # fmt: skip
def test_the_phrase_around_a_name_or_in_place_of_one(read: Read, sentence: str, texts: list[str]) -> None:
    assert [e.outcome.text for e in read(sentence, title="A comparison").effects] == texts


def test_a_ratio_goes_without_the_word_that_says_what_it_is_of(read: Read) -> None:
    [effect] = read("The risk of bleeding was lower (RR 0.5, 95% CI 0.3 to 0.8).", title="A comparison").effects
    assert effect.outcome.text == "bleeding"
    assert effect.outcome.label == "bleeding"


def test_a_verb_is_no_part_of_an_outcome(read: Read) -> None:
    [effect] = read("Infusion prevented death (RR 0.5, 95% CI 0.3 to 0.8).", title="A comparison").effects
    assert effect.outcome.text == "death"


def test_a_state_is_named_without_its_verb(read: Read) -> None:
    [effect] = read("In all, 33% remained stable.", title="A trial").effects
    assert effect.outcome.text == "stable"
