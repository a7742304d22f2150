"""What a registry posts as structure: arms, values and comparisons, never mined from words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.document import Document
from crawler.json_place import Place, place_of, printed_under
from crawler.sources.registered_study import document_of
from nlp.claim import ArmRole, Better, Direction, Effect, Extraction, Group, Kind, Measure, NullKind, QuestionKind, Quote, Study
from nlp.claim import Level as StudyLevel
from nlp.contract import as_contract
from nlp.pipeline import Reader
from nlp.posted import read_posted
from nlp.posted_contrasts import measure_of, p_value
from nlp.posted_values import number
from tests.crawler.made_studies import EDSS, EVENTS, MSC, PLACEBO, Json, analysis, denominators, measure, registration, with_results

Arms = Sequence[Json]
LOW = MSC | {"label": "Stem cells low dose"}
HIGH = MSC | {"label": "Stem cells high dose"}
NO_PLAN = Extraction(Study(StudyLevel.TRIAL))


def document(study: Json) -> Document:
    return document_of(Place(study), "NCT90000001", "clinicaltrials")


def posted(*outcomes: Json, arms: Arms = (MSC, PLACEBO), events: Json | None = None) -> Extraction:
    return read_posted(document(with_results(outcomes, events, arms=arms)), NO_PLAN)


def difference(found: Extraction) -> Effect:
    return next(e for e in found.effects if e.group is Group.DIFFERENCE)


def edss(*analyses: Json, values: tuple[str, str] = ("-0.5", "0.2"), **more: Any) -> Json:
    rows = {"": {"Stem cells": (values[0], "0.9"), "Placebo": (values[1], "1.0")}}
    return measure("Change From Baseline in EDSS", rows, analyses=analyses, **more)


# ------------------------------------------------------------------------------------------------ the whole


def test_a_posted_result_is_read_without_its_text(reader: Reader) -> None:
    study = document(with_results([EDSS], EVENTS))
    found = reader.read(study)
    own, other, contrast = found.effects[:3]
    assert (own.measure, own.estimate, own.sd, own.n, own.group) == (Measure.MEAN_CHANGE, -0.5, 0.9, 25, Group.INTERVENTION)
    assert (other.estimate, other.sd, other.n, other.group) == (0.2, 1.0, 23, Group.COMPARATOR)
    assert (contrast.measure, contrast.estimate, contrast.ci_low, contrast.ci_high, contrast.ci_level) == (
        Measure.MD,
        -0.7,
        -1.25,
        -0.15,
        95,
    )
    assert (contrast.p_value, contrast.p_operator, contrast.arm, contrast.versus, contrast.kind) == (0.013, "=", 0, 1, Kind.BETWEEN)
    assert {e.timepoint.days for e in found.effects[:3] if e.timepoint} == {365.28}
    [claim] = found.claims
    assert (claim.direction, claim.significant, claim.effects) == (Direction.FAVOURS_INTERVENTION, True, (2,))
    assert (claim.intervention, claim.comparator, claim.route, claim.cell_source) == (
        "mesenchymal stem cells", "placebo", "intrathecal", "bone marrow",
    )  # fmt: skip
    assert claim.condition == "progressive multiple sclerosis"
    assert found.study.sample_size == 48
    assert not found.problems


def test_a_plan_asserts_nothing(reader: Reader) -> None:
    found = reader.read(document(registration()))
    assert not found.effects
    assert not found.claims
    assert [a.role for a in found.arms] == [ArmRole.INTERVENTION, ArmRole.COMPARATOR]
    assert found.mentions, "what its text names is still found"


def test_numbers_and_reviews_that_a_description_speaks_of_are_not_the_studys_own(reader: Reader) -> None:
    found = reader.read(document(registration()))
    assert found.study.level is StudyLevel.TRIAL
    assert found.study.registry_ids == ("NCT90000001", "2015-001234-56")


def test_a_document_without_structure_is_not_read_so() -> None:
    with pytest.raises(ValueError, match="no posted structure"):
        read_posted(replace(document(registration()), posted=None), NO_PLAN)


def test_every_value_points_to_where_it_is_printed() -> None:
    study = with_results([EDSS], EVENTS)
    found = read_posted(document(study), NO_PLAN)
    stored = json.loads(json.dumps(study, sort_keys=True))
    for effect in found.effects:
        place = place_of(stored, effect.quote.pointer or "")
        assert place is not None
        there = printed_under(place)
        assert all(printed in there and printed in effect.quote.text for _, printed in effect.printed), effect
    for arm in found.arms:
        place = place_of(stored, f"{arm.quote.pointer}/label")
        assert place is not None
        assert place.printed == arm.quote.text


def test_the_contract_carries_pointers_in_place_of_offsets(reader: Reader) -> None:
    study = document(with_results([EDSS]))
    line = json.loads(json.dumps(as_contract(study, reader.read(study))))
    assert line["document"]["read"] == line["document"]["report"] == "registry"
    for entry in (*line["effects"], *line["claims"], *line["arms"]):
        assert entry["start"] is entry["end"] is None
        assert entry["pointer"].startswith("/")
    assert line["effects"][0]["quote"] == "-0.5 (0.9)"
    assert line["effects"][2]["quote"] == "-0.70 (-1.25 to -0.15), p = 0.013"
    assert line["arms"][0]["text"] == "Stem cells"


def test_a_quote_has_a_place_in_the_text_or_in_the_answer() -> None:
    assert Quote(3, 7, "text").span == (3, 7)
    with pytest.raises(ValueError, match="no place in the text"):
        _ = Quote.at_pointer("/a", "text").span
    for wrong in ((3, None, None), (None, None, None), (3, 7, "/a")):
        with pytest.raises(ValueError, match="two offsets or a pointer"):
            Quote(wrong[0], wrong[1], "text", wrong[2])


# ------------------------------------------------------------------------------------------------ arms


def roles(*arms: Json) -> list[tuple[str, str]]:
    found = posted(arms=arms)
    return [(a.quote.text, a.role.value) for a in found.arms]


def test_what_an_arm_is_comes_from_its_own_words_by_the_packs() -> None:
    [own, other] = posted().arms
    assert (own.concept, own.route, own.cell_source, own.donor) == ("CL:0000134", "intrathecal", "bone marrow", "autologous")
    assert own.dose == "1 x 10^6 cells/kg"
    assert (other.label, other.concept, other.comparator_class) == ("placebo", "counterclaim:comparator-placebo", "placebo")


def test_a_treatment_that_no_pack_knows_goes_by_what_is_given() -> None:
    unknown = {"type": "EXPERIMENTAL", "label": "Arm A", "interventionNames": ["Drug: Zorblimab"]}
    assert posted(arms=(unknown, PLACEBO)).arms[0].label == "Zorblimab"


def test_an_active_comparator_is_compared_with_only_beside_an_experimental_arm() -> None:
    active = {"type": "ACTIVE_COMPARATOR", "label": "Natalizumab", "interventionNames": ["Drug: Natalizumab"]}
    assert roles(MSC, active) == [("Stem cells", "intervention"), ("Natalizumab", "comparator")]
    assert roles(active, PLACEBO) == [("Natalizumab", "intervention"), ("Placebo", "comparator")]
    assert posted(arms=(MSC, active)).arms[1].comparator_class == "active"


def test_standard_care_is_told_by_words_where_the_sort_says_less() -> None:
    usual = {"type": "NO_INTERVENTION", "label": "Standard of care"}
    assert posted(arms=(MSC, usual)).arms[1].comparator_class == "standard care"
    assert posted(arms=(MSC, {"type": "NO_INTERVENTION", "label": "Group 2"})).arms[1].comparator_class == "no treatment"


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "EXPERIMENTAL", "label": "Placebo"},
        {"type": "PLACEBO_COMPARATOR", "label": "Mesenchymal stem cells"},
        {"type": "OTHER", "label": "Group B"},
        {"label": "Cohort 2"},
    ],
)
def test_an_arm_whose_sort_and_label_disagree_or_say_nothing_has_no_role(odd: Json) -> None:
    found = posted(arms=(MSC, odd))
    assert [a.quote.text for a in found.arms] == ["Stem cells"]
    assert odd["label"] in found.problems[0].what


def test_the_only_arm_of_a_study_is_the_treatment_whatever_its_group_is_called() -> None:
    only = MSC | {"type": "OTHER"}
    found = posted(
        measure("EDSS", {"": {"Everyone treated": ("4.0", "1.0")}}, groups=["Everyone treated"], counts=[12]), arms=(only,)
    )
    assert (found.effects[0].group, found.effects[0].arm, found.effects[0].n) == (Group.INTERVENTION, 0, 12)


@pytest.mark.parametrize("title", ["Stem cells", "Experimental: Stem Cells", "Mesenchymal Stem Cells", "MSC", "STEM CELLS group"])
def test_a_group_finds_its_arm_under_another_spelling(title: str) -> None:
    found = posted(measure("EDSS", {"": {title: ("4.0", "1.0"), "Control": ("5.0", "1.0")}}, groups=[title, "Control"]))
    assert [e.arm for e in found.effects] == [0, 1]


@pytest.mark.parametrize("title", ["Stem cells, then placebo", "Cohort X", "Stem cells and physiotherapy", "Stem cells low dose"])
def test_a_group_that_may_be_another_is_given_no_arm(title: str) -> None:
    found = posted(measure("EDSS", {"": {title: ("4.0", "1.0"), "Placebo": ("5.0", "1.0")}}, groups=[title, "Placebo"]))
    assert [(e.arm, e.group, e.subgroup) for e in found.effects] == [(None, Group.POOLED, title), (1, Group.COMPARATOR, None)]
    assert [p.quote for p in found.problems] == [title]


def test_a_group_that_fits_two_arms_belongs_to_neither() -> None:
    found = posted(measure("EDSS", {"": {"Stem cells": ("4.0", "1.0")}}), arms=(LOW, HIGH, PLACEBO))
    assert found.effects[0].arm is None


def test_what_happens_to_an_arm_later_is_another_group() -> None:
    offered = MSC | {"description": "One injection; then placebo is given after a year."}
    title = "Stem cells then placebo"
    found = posted(measure("EDSS", {"": {title: ("4.0", "1.0")}}, groups=[title], counts=[20]), arms=(offered, PLACEBO))
    assert found.effects[0].arm is None


@pytest.mark.parametrize("title", ["Group B", "Treatment arm"])
def test_beside_an_arm_without_a_role_no_group_falls_to_the_other_arm(title: str) -> None:
    unknown = {"type": "OTHER", "label": "Group B"}
    found = posted(measure("EDSS", {"": {title: ("4.0", "1.0")}}, groups=[title], counts=[20]), arms=(MSC, unknown))
    assert (found.effects[0].arm, found.effects[0].group) == (None, Group.POOLED)


def test_treatments_come_first_in_whatever_order_they_are_registered() -> None:
    found = posted(EDSS, arms=(PLACEBO, MSC))
    assert [a.role for a in found.arms] == [ArmRole.INTERVENTION, ArmRole.COMPARATOR]
    assert [e.arm for e in found.effects] == [0, 1, 0]
    assert found.arms[0].quote.pointer == "/protocolSection/armsInterventionsModule/armGroups/1"


def test_everyone_together_is_no_arm_and_no_problem() -> None:
    found = posted(measure("EDSS", {"": {"Total": ("4.5", "1.0")}}, groups=["Total"], counts=[48]))
    assert (found.effects[0].group, found.effects[0].arm) == (Group.POOLED, None)
    assert not found.problems


def test_three_arms_keep_their_names_where_two_share_a_side() -> None:
    groups = ["Stem cells low dose", "Stem cells high dose", "Placebo"]
    rows = {"": {"Stem cells low dose": ("-0.2", "1"), "Stem cells high dose": ("-0.6", "1"), "Placebo": ("0.1", "1")}}
    tests = [
        analysis(
            "Mean Difference (Net)", "-0.7", groups=["OG001", "OG002"], ciPctValue="95", ciLowerLimit="-1.2", ciUpperLimit="-0.2"
        ),
        analysis(None, None, groups=["OG000", "OG001", "OG002"], pValue="0.02"),
        analysis("Mean Difference (Net)", "0.4", groups=["OG000", "OG001"], pValue="0.30"),
    ]
    found = posted(measure("Change in EDSS", rows, groups=groups, counts=[16, 16, 16], analyses=tests), arms=(LOW, HIGH, PLACEBO))
    values, contrasts = found.effects[:3], found.effects[3:]
    assert [(e.arm, e.subgroup) for e in values] == [(0, "Stem cells low dose"), (1, "Stem cells high dose"), (2, None)]
    assert [(e.arm, e.versus) for e in contrasts] == [(1, 2), (None, None), (None, None)], (
        "an omnibus test and two doses have no sides"
    )
    [claim] = found.claims
    assert (claim.arm, claim.versus, claim.direction) == (1, 2, Direction.FAVOURS_INTERVENTION)


# ------------------------------------------------------------------------------------------------ outcomes and times


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("Expanded Disability Status Scale (EDSS) at Month 12", "EDSS"),
        ("Change in EDSS", "EDSS"),
        ("Time to EDSS progression", None),
        ("Reduction in EDSS", None),
        ("EDSS and Timed 25-Foot Walk", None),
        ("Zorblitude", None),
    ],
)
def test_an_outcome_goes_by_its_concept_only_where_nothing_turns_its_sense(title: str, label: str | None) -> None:
    outcome = posted(measure(title, {"": {"Stem cells": ("4.0", "1.0")}})).effects[0].outcome
    assert outcome.text == title
    assert (outcome.label, outcome.better) == ((label, Better.LOWER) if label else (title, None))


def test_people_are_counted_with_events_and_have_no_better_side_of_a_scale() -> None:
    counts = {"": {"Stem cells": "3", "Placebo": "9"}}
    relapse = posted(measure("Participants With Relapse", counts, param="COUNT_OF_PARTICIPANTS", dispersion=None)).effects[0]
    scale = posted(measure("EDSS", counts, param="COUNT_OF_PARTICIPANTS", dispersion=None)).effects[0]
    assert (relapse.measure, relapse.events, relapse.total, relapse.outcome.better) == (Measure.COUNT, 3, 25, Better.LOWER)
    assert (scale.outcome.concept, scale.outcome.better) == (None, None)


def test_rows_are_times_or_outcomes_of_their_own() -> None:
    rows = {
        "Baseline": {"Stem cells": ("4.6", "1.0")},
        "Month 6": {"Stem cells": ("4.3", "1.1")},
        "Month 12 / Walking part": {"Stem cells": ("4.0", "1.2")},
    }
    found = posted(measure("EDSS, change over a year", rows, frame="Baseline, 6 and 12 months")).effects
    assert [e.timepoint.days if e.timepoint else None for e in found] == [0.0, 182.64, 365.28]
    assert [e.outcome.text for e in found] == ["EDSS, change over a year"] * 2 + ["EDSS, change over a year: Walking part"]
    assert {e.measure for e in found} == {Measure.MEAN}, "where baseline is a row of its own, the rows are no changes"


def test_categories_of_one_class_are_outcomes_without_a_better_side() -> None:
    rows = {"Response / Better": {"Stem cells": "5"}, "Response / Worse": {"Stem cells": "2"}}
    found = posted(measure("Global impression", rows, param="COUNT_OF_PARTICIPANTS", dispersion=None)).effects
    assert [(e.outcome.text, e.outcome.better, e.events) for e in found] == [
        ("Global impression: Response: Better", None, 5),
        ("Global impression: Response: Worse", None, 2),
    ]


@pytest.mark.parametrize(
    ("frame", "title", "days"),
    [
        ("Baseline to 24 weeks", "EDSS", 168.0),
        ("Up to 24 months", "EDSS", 730.56),
        ("Baseline, Month 3, Month 6", "EDSS at Month 6", 182.64),
        ("Baseline, Month 3, Month 6", "EDSS", None),
        ("Through study completion", "EDSS", None),
    ],
)
def test_a_time_frame_is_a_time_where_it_names_one(frame: str, title: str, days: float | None) -> None:
    time = posted(measure(title, {"": {"Stem cells": ("4.0", "1.0")}}, frame=frame)).effects[0].timepoint
    assert time is not None
    assert time.days == days


@pytest.mark.parametrize("said", ["Higher scores indicate better function.", "Computed as baseline minus Month 12."])
def test_a_scale_described_the_other_way_round_has_no_better_side(said: str) -> None:
    found = posted(edss(analysis("Mean Difference (Net)", "-0.7", pValue="0.01"), description=said))
    assert {e.outcome.better for e in found.effects} == {None}
    assert found.claims[0].direction is Direction.UNCLEAR
    assert "another better side" in found.problems[0].what


# ------------------------------------------------------------------------------------------------ numbers


def test_a_spread_is_what_the_registry_says_it_is() -> None:
    def first(dispersion: str | None, value: tuple[str, ...] | str, param: str = "MEAN") -> Effect:
        return posted(measure("EDSS", {"": {"Stem cells": value}}, param=param, dispersion=dispersion)).effects[0]

    assert first("Standard Deviation", ("4.0", "1.5")).sd == 1.5
    assert first("Standard Error", ("4.0", "0.3")).se == 0.3
    interval = first("90% Confidence Interval", ("4.0", "3.1", "4.9"))
    assert (interval.ci_low, interval.ci_high, interval.ci_level) == (3.1, 4.9, 90)
    quartiles = first("Inter-Quartile Range", ("4.0", "3.5", "5.0"), "MEDIAN")
    assert (quartiles.measure, quartiles.iqr_low, quartiles.iqr_high) == (Measure.MEDIAN, 3.5, 5.0)
    whole = first("Full Range", ("4.0", "1.0", "9.5"), "MEDIAN")
    assert (whole.iqr_low, whole.ci_low, whole.sd, whole.quote.text) == (None, None, None, "4.0")


@pytest.mark.parametrize(
    ("param", "unit", "value", "expected"),
    [
        ("LEAST_SQUARES_MEAN", "points", "4.0", (Measure.MEAN, "points")),
        ("GEOMETRIC_MEAN", "ng/mL", "4.0", (Measure.MEAN, "ng/mL")),
        ("NUMBER", "percentage of participants", "44.0", (Measure.PROPORTION, "%")),
        ("NUMBER", "participants", "11", (Measure.COUNT, "participants")),
        ("NUMBER", "relapses per year", "0.4", (Measure.OTHER, "relapses per year")),
        ("COUNT_OF_UNITS", "knees", "7", (Measure.COUNT, "knees")),
        ("LOG_MEAN", "titre", "2.0", (Measure.OTHER, "titre")),
    ],
)
def test_values_are_of_the_measure_that_the_registry_names(
    param: str, unit: str, value: str, expected: tuple[Measure, str]
) -> None:
    effect = posted(measure("Zorblitude", {"": {"Stem cells": value}}, param=param, unit=unit, dispersion=None)).effects[0]
    assert (effect.measure, effect.unit) == expected


def test_what_is_no_plain_number_is_left_out_and_named() -> None:
    rows = {
        "Week 4": {"Stem cells": ("NA", "NA"), "Placebo": ("<0.1", "0.2")},
        "Week 8": {"Stem cells": ("3.1", "NA"), "Placebo": ("0 *", "1")},
    }
    found = posted(measure("EDSS", rows))
    assert [(e.estimate, e.sd) for e in found.effects] == [(3.1, None)]
    [problem] = found.problems
    assert "4 posted numbers" in problem.what
    assert "“NA”, “<0.1”, “0 *”" in problem.what


def test_half_a_person_is_no_count() -> None:
    found = posted(measure("Relapse", {"": {"Stem cells": "2.5"}}, param="COUNT_OF_PARTICIPANTS", dispersion=None))
    assert not found.effects
    assert "“2.5”" in found.problems[0].what


def test_a_row_with_denominators_of_its_own_counts_its_own_people() -> None:
    outcome = measure("EDSS", {"Month 6": {"Stem cells": ("4.0", "1")}, "Month 12": {"Stem cells": ("3.5", "1")}},
                      analyses=[analysis("Mean Difference (Net)", "-0.4", pValue="0.01")])  # fmt: skip
    outcome["classes"][1]["denoms"] = [denominators({"OG000": 19, "OG001": 18})]
    found = posted(outcome)
    assert sorted((e.estimate, e.n) for e in found.effects if e.group is not Group.DIFFERENCE) == [(3.5, 19), (4.0, 25)]
    assert found.claims[0].direction is Direction.UNCLEAR, "which row is compared is not said"


def test_knees_are_no_people() -> None:
    outcome = measure("EDSS", {"": {"Stem cells": ("4.0", "1")}}, counts=None, denoms=[denominators({"OG000": 50}, "Knees")])
    assert posted(outcome).effects[0].n is None
    units = posted(
        measure("Knees healed", {"": {"Stem cells": "31"}}, param="COUNT_OF_UNITS", unit="knees", dispersion=None)
    ).effects[0]
    assert (units.events, units.total, units.n) == (31, None, 25), "31 knees of 25 people are no share"


def test_harms_are_counted_by_arm() -> None:
    found = posted(events=EVENTS)
    assert [(e.outcome.label, e.events, e.total, e.arm) for e in found.effects] == [
        ("mortality", 0, 25, 0), ("mortality", 1, 23, 1), ("serious adverse events", 3, 25, 0), ("serious adverse events", 2, 23, 1),
    ]  # fmt: skip
    assert not found.claims, "a count that is compared with nothing claims nothing"


def test_numbers_that_cannot_be_are_flagged() -> None:
    found = posted(measure("EDSS", {"": {"Stem cells": ("14.0", "1")}}))
    assert any(a.check == "value_on_scale" and a.verdict == "inconsistent" for a in found.effects[0].audit)


@given(st.text(alphabet="0123456789.,-+<>*NAeE−% ", max_size=14))
def test_whatever_is_printed_is_a_number_or_none(printed: str) -> None:
    value = number(printed)
    assert value is None or abs(value) <= 1e15


@given(st.floats(-1e9, 1e9).map(lambda x: f"{x:.3f}"))
def test_a_plain_number_is_read_as_it_stands(printed: str) -> None:
    assert number(printed) == float(printed)


# ------------------------------------------------------------------------------------------------ comparisons


@pytest.mark.parametrize(
    ("param", "expected"),
    [
        ("Mean Difference (Final Values)", Measure.MD),
        ("Mean Difference (Net)", Measure.MD),
        ("Difference in LS means", Measure.MD),
        ("Odds Ratio (OR)", Measure.OR),
        ("Hazard Ratio (HR)", Measure.HR),
        ("Cox Proportional Hazard", Measure.HR),
        ("Risk Ratio (RR)", Measure.RR),
        ("Rate Ratio", Measure.IRR),
        ("Risk Difference (RD)", Measure.RD),
        ("Slope", Measure.BETA),
        ("Standardized Mean Difference", Measure.SMD),
        ("Log Hazard Ratio", Measure.OTHER),
        ("Geometric Mean Ratio", Measure.OTHER),
        ("Treatment effect", Measure.OTHER),
    ],
)
def test_a_comparison_is_of_the_measure_that_it_is_called(param: str, expected: Measure) -> None:
    assert measure_of(param) is expected


@pytest.mark.parametrize(
    ("printed", "expected"),
    [("<0.001", ("<", 0.001)), ("0.04", ("=", 0.04)), ("P = 0.5", ("=", 0.5)), (">= .99", (">=", 0.99)), ("1.2E-5", ("=", 1.2e-5)), ("≤0.05", ("<=", 0.05))],
)  # fmt: skip
def test_a_p_value_keeps_its_operator(printed: str, expected: tuple[str, float]) -> None:
    found = p_value(printed)
    assert found is not None
    assert (found[0], found[2]) == expected


def test_words_for_a_p_value_are_left_out_and_named() -> None:
    found = posted(edss(analysis(None, None, pValue="NS")))
    assert len(found.effects) == 2
    assert "“NS”" in found.problems[0].what


def direction(*analyses: Json, values: tuple[str, str] = ("-0.5", "0.2"), **more: Any) -> Direction:
    [claim] = posted(edss(*analyses, values=values, **more)).claims
    return claim.direction


def test_a_sign_is_believed_where_the_arms_own_values_bear_it_out() -> None:
    significant = {"pValue": "0.013"}
    assert direction(analysis("Mean Difference (Net)", "-0.65", **significant)) is Direction.FAVOURS_INTERVENTION
    assert (
        direction(analysis("Mean Difference (Net)", "0.68", **significant), values=("0.5", "-0.2")) is Direction.FAVOURS_COMPARATOR
    )
    assert direction(analysis("Mean Difference (Net)", "-0.1", **significant)) is Direction.UNCLEAR, "far from what the arms show"


def test_a_difference_printed_the_other_way_round_never_speaks_with_the_treatments_sign() -> None:
    found = posted(
        edss(analysis("Mean Difference (Net)", "0.70", pValue="0.013", ciPctValue="95", ciLowerLimit="0.15", ciUpperLimit="1.25"))
    )
    contrast, [claim] = difference(found), found.claims
    assert (contrast.estimate, contrast.arm, contrast.versus) == (0.7, 1, 0), (
        "the number stays as printed: comparison minus treatment"
    )
    assert claim.direction is claim.point_direction is Direction.FAVOURS_INTERVENTION
    assert (claim.arm, claim.versus, claim.effects) == (0, 1, (0, 1)), "the claim rests on the arms' own values"


def test_without_the_arms_values_a_sign_stays_open() -> None:
    alone = measure("Change in EDSS", {}, analyses=[analysis("Mean Difference (Net)", "-0.7", pValue="0.013")])
    [claim] = posted(alone).claims
    assert (claim.direction, claim.point_direction, claim.significant) == (Direction.UNCLEAR, None, True)


@pytest.mark.parametrize(
    "rows",
    [
        {
            "Month 6": {"Stem cells": ("-0.5", "1"), "Placebo": ("0.2", "1")},
            "Month 12": {"Stem cells": ("-0.6", "1"), "Placebo": ("0.3", "1")},
        },
        {"Month 6": {"Stem cells": ("-0.5", "1")}, "Month 12": {"Placebo": ("0.2", "1")}},
    ],
)
def test_where_several_rows_are_posted_which_is_compared_is_not_guessed(rows: dict[str, dict[str, str | tuple[str, ...]]]) -> None:
    [claim] = posted(measure("Change in EDSS", rows, analyses=[analysis("Mean Difference (Net)", "-0.7", pValue="0.013")])).claims
    assert claim.direction is Direction.UNCLEAR


def test_more_is_better_where_the_pack_says_so() -> None:
    rows = {"": {"Stem cells": ("52", "9"), "Placebo": ("45", "9")}}
    [claim] = posted(
        measure("Symbol Digit Modalities Test (SDMT)", rows, analyses=[analysis("Mean Difference (Net)", "7", pValue="0.01")])
    ).claims
    assert claim.direction is Direction.FAVOURS_INTERVENTION


def test_an_outcome_of_unknown_polarity_favours_nobody() -> None:
    rows = {"": {"Stem cells": ("3.0", "1"), "Placebo": ("1.0", "1")}}
    [claim] = posted(measure("Zorblitude", rows, analyses=[analysis("Mean Difference (Net)", "2.0", pValue="<0.001")])).claims
    assert (claim.direction, claim.significant) == (Direction.UNCLEAR, True)


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"pValue": "0.4"}, NullKind.STATED_ONLY),
        ({"pValue": "0.4", "ciPctValue": "95", "ciLowerLimit": "-0.9", "ciUpperLimit": "0.5"}, NullKind.IMPRECISE),
        ({"ciPctValue": "95", "ciLowerLimit": "-0.9", "ciUpperLimit": "0.5"}, NullKind.IMPRECISE),
    ],
)
def test_no_difference_needs_no_sign(told: dict[str, str], kind: NullKind) -> None:
    [claim] = posted(edss(analysis("Mean Difference (Net)", "-0.2", **told))).claims
    assert (claim.direction, claim.significant, claim.null_kind) == (Direction.NO_DIFFERENCE, False, kind)


@pytest.mark.parametrize(
    "told",
    [
        {"pValue": "<0.001", "ciPctValue": "95", "ciLowerLimit": "-0.9", "ciUpperLimit": "0.5"},
        {"pValue": "0.01", "nonInferiorityType": "NON_INFERIORITY"},
        {"pValue": "<0.1"},
        {"ciPctValue": "90", "ciLowerLimit": "-1.3", "ciUpperLimit": "-0.1"},
    ],
)
def test_a_p_that_does_not_tell_leaves_the_direction_open(told: dict[str, str]) -> None:
    [claim] = posted(edss(analysis("Mean Difference (Net)", "-0.7", **told))).claims
    assert (claim.direction, claim.significant) == (Direction.UNCLEAR, None)


def test_an_estimate_without_p_and_interval_claims_nothing() -> None:
    found = posted(edss(analysis("Mean Difference (Net)", "-0.7")))
    assert difference(found).estimate == -0.7
    assert not found.claims


def test_a_bare_p_value_is_a_contrast_of_the_arms_values() -> None:
    found = posted(edss(analysis(None, None, pValue="0.02")))
    contrast, [claim] = difference(found), found.claims
    assert (contrast.measure, contrast.estimate, contrast.quote.text) == (Measure.OTHER, None, "p = 0.02")
    assert claim.direction is Direction.FAVOURS_INTERVENTION


def test_a_comparison_within_one_group_is_before_and_after_and_claims_nothing() -> None:
    found = posted(edss(analysis("Mean Difference (Net)", "-0.5", groups=["OG000"], pValue="0.03")))
    assert (difference(found).kind, difference(found).arm, difference(found).versus) == (Kind.PRE_POST, 0, None)
    assert not found.claims


@pytest.mark.parametrize(
    ("param", "value", "expected"),
    [
        ("Odds Ratio (OR)", "0.21", Direction.FAVOURS_INTERVENTION),
        ("Risk Ratio (RR)", "0.31", Direction.FAVOURS_INTERVENTION),
        ("Risk Difference (RD)", "-0.27", Direction.FAVOURS_INTERVENTION),
        ("Risk Difference (RD)", "-27.1", Direction.FAVOURS_INTERVENTION),
        ("Odds Ratio (OR)", "4.7", Direction.FAVOURS_INTERVENTION),
        ("Odds Ratio (OR)", "1.02", Direction.UNCLEAR),
        ("Hazard Ratio (HR)", "0.3", Direction.UNCLEAR),
        ("Odds Ratio (OR)", "-0.3", Direction.UNCLEAR),
    ],
)
def test_shares_settle_the_side_of_ratios_but_not_of_hazards(param: str, value: str, expected: Direction) -> None:
    counts = {"": {"Stem cells": "3", "Placebo": "9"}}
    outcome = measure(
        "Participants With Relapse",
        counts,
        param="COUNT_OF_PARTICIPANTS",
        dispersion=None,
        analyses=[analysis(param, value, pValue="0.03")],
    )
    [claim] = posted(outcome).claims
    assert claim.direction is expected


def test_a_harm_is_a_question_of_harm() -> None:
    counts = {"": {"Stem cells": "3", "Placebo": "9"}}
    outcome = measure(
        "Serious adverse events",
        counts,
        param="COUNT_OF_PARTICIPANTS",
        dispersion=None,
        analyses=[analysis(None, None, pValue="0.5")],
    )
    [claim] = posted(outcome).claims
    assert (claim.question, claim.direction) == (QuestionKind.HARM, Direction.NO_DIFFERENCE)


def test_a_sign_turned_in_the_answer_never_turns_the_finding() -> None:
    """The one property that matters most: whichever way round a difference is printed, nobody else is favoured."""
    for own, other in (("-0.5", "0.2"), ("0.4", "-0.3"), ("3.1", "4.9")):
        found = {
            direction(
                analysis("Mean Difference (Net)", f"{sign * (float(own) - float(other)):.2f}", pValue="0.01"), values=(own, other)
            )
            for sign in (1, -1)
        }
        assert len(found) == 1
        assert found <= {Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR}


WHOLE = with_results(
    [EDSS, measure("Relapse", {"Month 6": {"Stem cells": ("3", "1", "5"), "Placebo": "9"}}, dispersion="95% Confidence Interval")],
    EVENTS,
)
ODD = ["", "NA", "<0.1", "0 *", "1e999", "9" * 60, "−0.5", "100", ".", "p<", "higher " * 50, "1 month " * 50, "Placebo", "OG009", "Total",
       "MEDIAN", "COUNT_OF_PARTICIPANTS", "Hazard Ratio", "Risk Difference (RD)", "PLACEBO_COMPARATOR", "Baseline: Month 6", 0, 7, -1.5]  # fmt: skip


def texts(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The ways to every text of a study."""
    if isinstance(value, dict):
        return [p for key, inner in value.items() for p in texts(inner, (*path, key))]
    if isinstance(value, list):
        return [p for i, inner in enumerate(value) for p in texts(inner, (*path, i))]
    return [path]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(texts(WHOLE["resultsSection"])), st.sampled_from(ODD)), min_size=1, max_size=4))
def test_whatever_the_registry_prints_is_read_or_named(changes: list[tuple[tuple[str | int, ...], Any]]) -> None:
    study = deepcopy(WHOLE)
    for path, value in changes:
        inner: Any = study["resultsSection"]
        for key in path[:-1]:
            inner = inner[key]
        inner[path[-1]] = value
    found = document(study)
    line = json.dumps(as_contract(found, read_posted(found, NO_PLAN)), allow_nan=False)
    for effect in json.loads(line)["effects"]:
        assert effect["pointer"]
        assert effect["quote"]
