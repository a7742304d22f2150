"""Arms by what became of a treatment, by letters, by what somebody went without: whose side a sentence takes. Every sentence is made up."""

from __future__ import annotations

import pytest

from nlp.claim import ArmRole, Direction
from tests.conftest import Read

FOR, AGAINST = Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR
ASPIRIN = "291 patients were assigned to stop aspirin (n = 146) or to continue aspirin (n = 145) before surgery."
STATINS = "381 patients were randomised to statin withdrawal (n = 189) or continued statin therapy (n = 192)."
DEMENTIA = "165 patients were randomised to discontinue (n = 83) or continue (n = 82) antipsychotics."
THROAT = "226 patients were randomised to radiotherapy with concurrent chemotherapy (arm A) or without it (arm B)."
ASTHMA = "180 adults were assigned to belcorin (n = 90) or placebo (n = 90)."


@pytest.mark.parametrize(
    ("methods", "title", "sentence", "side"),
    [
        (ASPIRIN, "Stopping versus continuing aspirin before surgery", "Bleeding was less common after stopping aspirin (P = .01).", FOR),
        (ASPIRIN, "Stopping versus continuing aspirin before surgery",
         "Bleeding occurred in 4% after stopping aspirin and in 11% after continuing aspirin (P = .01).", FOR),
        (ASPIRIN, "Stopping versus continuing aspirin before surgery", "Stroke was less frequent in patients who continued aspirin (P = .01).", AGAINST),
        (STATINS, "Withdrawal of statins in advanced illness", "Pain was less common in patients who continued statins (P = .01).", AGAINST),
        (STATINS, "Withdrawal of statins in advanced illness", "Quality of life was better after statin withdrawal (P = .01).", FOR),
        (DEMENTIA, "Discontinuation of antipsychotics in dementia", "Relapse was more frequent in the discontinuation group (P = .01).", AGAINST),
        (THROAT, "Radiotherapy with or without concurrent chemotherapy", "Survival was longer in arm A than in arm B (P = .02).", FOR),
        (THROAT, "Radiotherapy with or without concurrent chemotherapy", "Mucositis was less common in arm B than in arm A (P = .02).", AGAINST),
        (ASTHMA, "Belcorin versus placebo in asthma", "Asthma worsening occurred in 8 patients with belcorin and 21 with placebo (P = .01).", FOR),
        (ASTHMA, "Belcorin versus placebo in asthma", "Heart failure worsening was seen in 5% of the belcorin group and 12% of the placebo group (P = .01).", FOR),
        (ASTHMA, "Belcorin versus placebo in asthma", "Stroke was less frequent in patients who received placebo (P = .01).", AGAINST),
        (ASTHMA, "Belcorin versus placebo in asthma", "Stroke was less frequent among those assigned to placebo (P = .01).", AGAINST),
    ],
)  # fmt: skip
def test_whose_side_it_is(read: Read, methods: str, title: str, sentence: str, side: Direction) -> None:
    found = read(f"METHODS: {methods} RESULTS: {sentence}", title=title)
    assert [c.direction for c in found.claims] == [side]


def test_the_discontinuation_group_is_no_outcome(read: Read) -> None:
    sentence = "Relapse was less frequent in the continuation group than in the discontinuation group (P = .01)."
    found = read(f"METHODS: {DEMENTIA} RESULTS: {sentence}", title="Discontinuation of antipsychotics in dementia")
    assert [c.outcome.text for c in found.claims] == ["Relapse"]


def test_sizes_stand_behind_each_letter(read: Read) -> None:
    text = "Patients were allocated to group A (n = 90) or B (n = 88). Group A received ketorolac. Group B received tramadol."
    found = read(f"METHODS: {text} RESULTS: Pain was lower in group A than in group B.", title="Two drugs after surgery")
    assert [(a.label, a.n) for a in found.arms] == [("ketorolac", 90), ("tramadol", 88)]


@pytest.mark.parametrize(
    ("title", "text", "way"),
    [
        ("A programme of yoga", "In this study with no control group, 60 adults took part. RESULTS: Pain was significantly lower after the programme (P < .001).", Direction.DECREASE),
        ("A before-after study of a stent", "120 patients were seen. RESULTS: Mean pain was lower at 6 months (3.1 vs 6.2, P < .001).", Direction.DECREASE),
        ("Training of nurses", "No control group was used. RESULTS: Quality of life improved significantly (P < .001).", Direction.INCREASE),
        ("Uncontrolled pilot study of mindfulness", "RESULTS: Stress decreased significantly, although there was no control group (P < .01).", Direction.DECREASE),
    ],
)  # fmt: skip
def test_where_there_is_no_control_group_nobody_is_compared(read: Read, title: str, text: str, way: Direction) -> None:
    (claim,) = read(f"METHODS: {text}", title=title).claims
    assert claim.direction is way
    assert claim.comparator in (None, "baseline")


@pytest.mark.parametrize(
    ("sentence", "outcomes"),
    [
        ("Mortality was similar. 12 of 45 patients on belcorin needed dialysis compared with 24 of 45 on placebo (P = .02).", {"Mortality"}),
        ("Pain was lower with belcorin (P = .01). Those on belcorin walked 40 m further (95% CI 12 to 68).", {"Pain"}),
        ("Pain was lower with belcorin (P = .01). The corresponding figures at 6 months were 3.1 with belcorin and 4.4 with placebo.", {"Pain"}),
    ],
)  # fmt: skip
def test_a_deed_of_its_own_is_not_the_outcome_of_the_sentence_before(read: Read, sentence: str, outcomes: set[str]) -> None:
    found = read(f"METHODS: {ASTHMA} RESULTS: {sentence}", title="Belcorin versus placebo in asthma")
    numbers = {e.outcome.text for e in found.effects if e.estimate is not None and e.estimate > 4.4}
    assert {c.outcome.text for c in found.claims} - {"dialysis"} == outcomes
    assert not numbers & {"Mortality", "Pain"}


def test_platelet_lysate_is_no_platelet_rich_plasma(read: Read) -> None:
    text = "METHODS: 90 patients received platelet lysate (n = 45) or saline (n = 45). RESULTS: Pain was lower with platelet lysate (P = .01)."
    assert [a.label for a in read(text, title="Platelet lysate versus saline for knee osteoarthritis").arms] == [
        "platelet lysate",
        "placebo",
    ]


def test_a_short_name_with_its_size_is_what_it_stands_for(read: Read) -> None:
    text = (
        "METHODS: Children were randomly allocated to receive either control milk (Co; n = 312) or the same milk with a probiotic (PP; n = 312). "
        "RESULTS: Compared to children in the Co group, children in the PP group had fewer infections (P = .01)."
    )
    found = read(text, title="Fortified milk in prevention of infections")
    assert {c.direction for c in found.claims} == {FOR}
    assert [a.label for a in found.arms if a.role is ArmRole.COMPARATOR] == ["Co"]


@pytest.mark.parametrize(
    ("methods", "title", "sentence", "side"),
    [
        ("120 adults were randomised to percutaneous (n = 60) or open repair (n = 60).", "Percutaneous versus open repair of Achilles tendon rupture",
         "The hazard ratio for infection, open versus percutaneous, was 2.4 (95% CI 1.3 to 4.5).", FOR),
        ("618 patients were randomised to surgery within 24 hours (n = 304) or after 7 days (n = 314).",
         "Early versus delayed laparoscopic cholecystectomy for acute cholecystitis", "Costs were higher with delayed surgery (P < .001).", FOR),
        ("315 patients received topical ivermectin (n = 158) or oral ivermectin (n = 157).", "Topical versus oral ivermectin for scabies",
         "The relative risk of treatment failure with oral compared with topical ivermectin was 1.8 (95% CI 1.2 to 2.7).", FOR),
        ("1548 adults were assigned to intensive insulin therapy (n = 765) or conventional insulin therapy (n = 783).", "Tight or conventional glucose control",
         "Hypoglycaemia occurred six times as often with intensive as with conventional therapy (P < .001).", AGAINST),
    ],
)  # fmt: skip
def test_two_ways_of_doing_one_thing_are_two_arms(read: Read, methods: str, title: str, sentence: str, side: Direction) -> None:
    found = read(f"METHODS: {methods} RESULTS: {sentence}", title=title)
    assert {c.direction for c in found.claims} == {side}
