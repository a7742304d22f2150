"""Arms that no pack knows are learnt from the text's own words."""

from __future__ import annotations

import pytest

from nlp.claim import ArmRole, Effect, Extraction
from tests.conftest import Read


def named(found: Extraction, effect: Effect) -> str | None:
    """The words of the arm that an effect speaks of."""
    return found.arms[effect.arm].quote.text if effect.arm is not None else None


def by_arm(found: Extraction) -> dict[str | None, list[float | None]]:
    """Each arm's own values."""
    told: dict[str | None, list[float | None]] = {}
    for e in found.effects:
        if e.group.value != "difference":
            told.setdefault(named(found, e), []).append(e.estimate if e.estimate is not None else e.events)
    return told


@pytest.mark.parametrize(
    ("design", "names"),
    [
        ("Patients were randomly assigned to receive quorbazine (n = 40) or placebo (n = 42).", {"quorbazine", "placebo"}),
        ("Sixty adults were randomised to melotine, fentrol or usual care.", {"melotine", "fentrol", "usual care"}),
        ("In all, 31 were randomised to tube feeding and 33 to cup feeding.", {"tube feeding", "cup feeding"}),
        ("Women were randomised to uterine scratching or no procedure.", {"uterine scratching", "no procedure"}),
        ("Children were randomised to molar glazing versus no treatment.", {"molar glazing", "no treatment"}),
    ],
)
def test_the_design_names_the_arms(read: Read, design: str, names: set[str]) -> None:
    found = read(f"Background: Little is known. Methods: {design} Results: Pain fell in all groups.")
    assert {a.quote.text for a in found.arms} == names


def test_arm_sizes_stand_beside_their_names(read: Read) -> None:
    found = read(
        "Patients were randomly assigned to receive quorbazine (n = 40) or placebo (n = 42). Pain was lower with quorbazine."
    )
    assert {a.quote.text: a.n for a in found.arms} == {"quorbazine": 40, "placebo": 42}


def test_an_abbreviation_and_its_long_form_are_one_arm(read: Read) -> None:
    found = read(
        "Women were randomised to pelvic floor training (PFT) or to vaginal cones (VC). "
        "Leakage was reported by 12% in the PFT group and 30% in the VC group."
    )
    assert len(found.arms) == 2
    assert by_arm(found) == {"PFT": [12], "VC": [30]}


def test_a_group_letter_is_the_arm_that_it_stands_for(read: Read) -> None:
    found = read(
        "Forty patients were divided into two groups: group A received nalbiprol and group B received saline. "
        "Nausea occurred in 5% of group A and 25% of group B."
    )
    assert len(found.arms) == 2
    assert by_arm(found) == {"nalbiprol": [5], "saline": [25]}


def test_the_placebo_arm_is_the_comparator_wherever_it_stands(read: Read) -> None:
    found = read("Adults were randomised to placebo or to ostrivimab. Relapse occurred in 20% with placebo and 8% with ostrivimab.")
    assert {a.quote.text: a.role for a in found.arms} == {"placebo": ArmRole.COMPARATOR, "ostrivimab": ArmRole.INTERVENTION}


def test_doses_of_one_drug_are_arms_of_their_own(read: Read) -> None:
    found = read("Recovery was seen in 61% of the 20 mg group and 44% of the 10 mg group.")
    assert by_arm(found) == {"20 mg": [61], "10 mg": [44]}


@pytest.mark.parametrize(
    "sentence",
    [
        "Relief was obtained in 64% with velorin and 41% with castimol.",
        "Relief was more frequent with velorin than with castimol (64% vs 41%; P = 0.01).",
        "Relief was obtained in 64% and 41% of patients in the velorin and castimol groups, respectively.",
        "Velorin-treated patients had relief in 64%, and castimol-treated patients in 41%.",
        "In the velorin group, relief was seen in 64%, whereas it was 41% in the castimol group.",
        "Relief was frequent in both groups (velorin, 64%; castimol, 41%).",
        "Relief was obtained in 64% of velorin patients and 41% of castimol patients.",
        "Relief was seen in 64% after 6 weeks in the velorin group and in 41% after 6 weeks in the castimol group.",
        "The rates of relief for velorin and castimol were 64% and 41% (P = 0.02).",
    ],
)
def test_each_number_finds_its_arm_however_the_sentence_is_built(read: Read, sentence: str) -> None:
    told = by_arm(read(sentence, title="A comparison"))
    assert {(name or "").lower().removesuffix("-treated"): values for name, values in told.items()} == {
        "velorin": [64],
        "castimol": [41],
    }


def test_the_rival_named_first_does_not_get_the_first_number(read: Read) -> None:
    found = read("Compared with castimol, velorin gave more relief (64% vs 41%).", title="Velorin versus castimol for pain")
    assert by_arm(found) == {"Velorin": [64], "castimol": [41]}


def test_numbers_in_a_row_go_to_three_arms_in_their_order(read: Read) -> None:
    found = read(
        "Patients were randomised to velorin, castimol or placebo. Relief was seen in 64%, 41% and 20% of the velorin, castimol and placebo groups, respectively."
    )
    assert by_arm(found) == {"velorin": [64], "castimol": [41], "placebo": [20]}


def test_a_denominator_that_is_one_arm_s_size_tells_the_arm(read: Read) -> None:
    found = read(
        "Adults were randomised to velorin (n = 57) or castimol (n = 61). Relapse was seen in 12/61 patients and death in 3/57 patients."
    )
    assert {named(found, e): (e.events, e.total) for e in found.effects} == {"castimol": (12, 61), "velorin": (3, 57)}


def test_what_is_measured_is_no_arm(read: Read) -> None:
    found = read(
        "Pain fell by 30% and mortality was 12% in hospital. Blood pressure was lower at 6 months than at baseline (120 vs 140)."
    )
    assert found.arms == ()


@pytest.mark.parametrize(
    ("text", "sizes", "whole"),
    [
        ("Adults were allocated to velorin or placebo. Each arm had 27 subjects. Pain fell.", [27, 27], 54),
        ("Velorin was given to 12 patients (velorin group) and placebo to 11 patients (placebo group). Pain fell.", [12, 11], 23),
        ("Adults were allocated to velorin or placebo. In all, 39 patients in the velorin group and 15 in the placebo group were analysed.", [39, 15], 54),
    ],
)  # fmt: skip
def test_the_arms_sizes_add_up_to_the_study(read: Read, text: str, sizes: list[int], whole: int) -> None:
    found = read(text, title="Velorin versus placebo for pain: a randomised trial")
    assert [a.n for a in found.arms] == sizes
    assert found.study.sample_size == whole


def test_people_with_an_event_are_no_arm_size(read: Read) -> None:
    found = read("Headache occurred in 3 patients in the velorin group and 7 in the placebo group.", title="Velorin for pain")
    assert [a.n for a in found.arms] == [None, None]


def test_a_treatment_that_everybody_has_is_no_arm_where_the_design_names_two(read: Read) -> None:
    found = read(
        "Women on tamoxifen have hot flushes. Patients taking tamoxifen were randomised to velorin or placebo for 8 weeks. "
        "Flushes fell by 40% with velorin and 20% with placebo.",
        title="Velorin against hot flushes in women on tamoxifen",
    )
    assert {a.quote.text for a in found.arms} == {"velorin", "placebo"}
    assert by_arm(found) == {"velorin": [40], "placebo": [20]}


def test_a_bracket_between_a_name_and_the_word_group_is_passed_over(read: Read) -> None:
    found = read(
        "The velorin (47 patients) and castimol (45 patients) groups had relief in 64% and 41%, respectively.", title="A comparison"
    )
    assert by_arm(found) == {"velorin": [64], "castimol": [41]}


def test_a_group_may_go_by_its_role_alone(read: Read) -> None:
    found = read("Relief was seen in 64% of the study group and 41% of the control group.", title="A comparison")
    assert by_arm(found) == {"study": [64], "control": [41]}
    assert [a.role for a in found.arms] == [ArmRole.INTERVENTION, ArmRole.COMPARATOR]


def test_a_measure_in_brackets_and_the_aim_of_a_test_name_no_arm(read: Read) -> None:
    told = read(
        "Adults took velorin (arm A) or castimol (arm B). Survival was 12.8 months in arm A and 11.5 months in arm B (HR, 0.80; 95% CI, 0.66 to "
        "0.97; P < .001 for noninferiority; P = .02 for superiority)."
    )
    assert [a.label for a in told.arms] == ["velorin", "castimol"]


@pytest.mark.parametrize(
    ("text", "arms"),
    [
        ("In an open, cross over trial 20 patients were given velorin or placebo. Itch was lower with velorin than with placebo.", ["velorin", "placebo"]),
        ("Patients were treated in a cross-over manner with velorin and placebo. Itch was lower with velorin than with placebo.", ["velorin", "placebo"]),
        ("We compared velorin users with non-users. Compared with non-users, users had fewer fractures.", ["velorin users", "non-users"]),
        ("75 people were assigned to the intervention group and 74 to usual follow-up care. Itch was less frequent in the intervention group.",
         ["intervention", "usual follow-up care"]),
    ],
)  # fmt: skip
def test_halves_of_words_name_no_arm_and_usual_care_of_any_kind_is_the_comparator(read: Read, text: str, arms: list[str]) -> None:
    found = read(text, title="Itch and its course").arms
    assert [a.label for a in found] == arms
    assert [a.role for a in found] == [ArmRole.INTERVENTION, ArmRole.COMPARATOR]
