"""Which side a sentence takes, and where it takes none. Every sentence is made up."""

from __future__ import annotations

import pytest

from nlp.changes import change_head
from nlp.claim import Claim, Direction, NullKind, QuestionKind
from nlp.cues import Cue, cues
from tests.conftest import Read

FOR, AGAINST, NULL, OPEN = (
    Direction.FAVOURS_INTERVENTION,
    Direction.FAVOURS_COMPARATOR,
    Direction.NO_DIFFERENCE,
    Direction.UNCLEAR,
)
TITLE = "Belcorin versus placebo in adults: a randomised trial"
METHODS = (
    "METHODS: In this randomised controlled trial, 90 adults were assigned to belcorin (n = 45) or placebo (n = 45). RESULTS: "
)


def claims(read: Read, sentence: str) -> list[Claim]:
    return list(read(METHODS + sentence, title=TITLE).claims)


def sides(read: Read, sentence: str) -> set[Direction]:
    return {c.direction for c in claims(read, sentence)}


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("The decrease in fatigue was significantly greater with belcorin than with placebo (P = .02).", FOR),
        ("Anxiety fell more in the belcorin group than in the placebo group (P = .02).", FOR),
        ("The improvement in depression was larger with belcorin than with placebo.", FOR),
        ("Patients given belcorin reported less worsening in fatigue than those given placebo.", FOR),
        ("Belcorin attenuated the rise in blood pressure compared with placebo.", FOR),
        ("The decline in eGFR was slower with belcorin than with placebo (P = .01).", FOR),
        ("Reductions in HbA1c were smaller with belcorin than with placebo (P = .01).", AGAINST),
        ("Anxiety improved significantly less with belcorin than with placebo.", AGAINST),
        ("There was less improvement in quality of life with belcorin than with placebo.", AGAINST),
        ("Belcorin was less effective than placebo at relieving pain (P = .03).", AGAINST),
    ],
)
def test_how_great_a_change_is_tells_the_side_of_the_change(read: Read, sentence: str, side: Direction) -> None:
    assert sides(read, sentence) == {side}


def test_sizes_of_two_changes_are_compared_as_changes(read: Read) -> None:
    assert sides(
        read, "The mean decrease in systolic blood pressure was 4 mmHg with belcorin and 9 mmHg with placebo (P = .01)."
    ) == {AGAINST}


def test_a_change_in_the_name_of_an_outcome_is_no_change_of_it(read: Read) -> None:
    assert sides(read, "Weight loss was greater with belcorin than with placebo (P = .02).") == {FOR}


def test_a_size_of_change_takes_the_place_of_both_its_words() -> None:
    assert [c.cue for c in cues("There was a smaller reduction in pain.")] == [Cue.UP]
    assert [c.cue for c in cues("The loss of strength was less pronounced.")] == [Cue.UP]
    assert [c.cue for c in cues("Pain fell less than 2 points.")] == [Cue.DOWN]
    head = change_head("Mortality was low, but the mean rise in creatinine")
    assert head is not None
    assert head[0] is Cue.UP


@pytest.mark.parametrize(
    "sentence",
    [
        "Overall survival was longer with belcorin than with placebo (hazard ratio 0.62, 95% CI 0.44 to 0.87).",
        "For overall survival the hazard ratio was 0.62 (95% CI 0.44 to 0.87; P = .006).",
        "Progression-free survival at 3 years was 64% with belcorin and 41% with placebo (HR 0.58, 95% CI 0.40 to 0.84).",
        "Median fever clearance times were 50 hours with belcorin and 91 hours with placebo (hazard ratio 1.90, 95% CI 1.30 to 2.78).",
        "Mortality was lower with belcorin than with placebo (hazard ratio 0.62, 95% CI 0.44 to 0.87).",
        "Remission was more frequent with belcorin than with placebo (risk ratio 1.60, 95% CI 1.10 to 2.33).",
    ],
)
def test_a_hazard_ratio_counts_how_fast_a_time_ends(read: Read, sentence: str) -> None:
    found = read(METHODS + sentence, title=TITLE)
    assert {(c.direction, c.point_direction) for c in found.claims} == {(FOR, FOR)}
    assert [a.check for e in found.effects for a in e.audit if a.verdict == "inconsistent"] == []


def test_a_null_survival_keeps_the_side_of_fewer_deaths(read: Read) -> None:
    found = claims(read, "Overall survival did not differ between groups (HR 0.91, 95% CI 0.66 to 1.25; P = .55).")
    assert [(c.direction, c.point_direction) for c in found] == [(NULL, FOR)]


def test_a_risk_ratio_of_survival_tells_no_side_of_its_own(read: Read) -> None:
    found = claims(read, "The risk ratio for overall survival was 0.80 (95% CI 0.66 to 0.97).")
    assert all(c.direction not in (FOR, AGAINST) and c.point_direction is None for c in found)


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("The difference in pain was 1.4 (95% CI 0.3 to 2.5), favouring belcorin.", FOR),
        ("The difference in pain favoured placebo (mean difference 1.4, 95% CI 0.3 to 2.5).", AGAINST),
    ],
)
def test_words_of_favour_outweigh_the_sign(read: Read, sentence: str, side: Direction) -> None:
    found = read(METHODS + sentence, title=TITLE)
    assert {(c.direction, c.point_direction) for c in found.claims} == {(side, side)}
    assert not any(a.check == "sign_against_words" and a.verdict == "inconsistent" for e in found.effects for a in e.audit)


@pytest.mark.parametrize(
    "sentence",
    [
        "We did not detect any significant difference in fatigue (P = .31).",
        "The trial did not show a significant difference in mortality between the groups.",
        "The groups did not show significant differences in anxiety.",
        "There was not a significant difference in pain between the groups.",
        "There were no statistically or clinically significant differences in pain between the groups.",
        "Statistically significant differences in pain were not observed between the groups.",
        "None of the differences in pain was significant.",
        "Pain was no significantly different between groups.",
        "Belcorin had little effect on pain compared with placebo.",
        "Pain was lower with belcorin than with placebo (3.1 vs 3.6, P = NS).",
    ],
)
def test_a_null_is_a_null_however_it_is_worded(read: Read, sentence: str) -> None:
    found = claims(read, sentence)
    assert {(c.direction, c.significant) for c in found} == {(NULL, False)}


@pytest.mark.parametrize(
    "sentence",
    [
        "There was a statistically significant difference in haemoglobin between the groups (P = .02).",
        "Pain scores differed significantly between the groups (P = .02).",
        "The change in HbA1c was significantly greater with belcorin than with placebo (P = .02).",
    ],
)
def test_a_difference_whose_side_nobody_tells_stays_open(read: Read, sentence: str) -> None:
    assert sides(read, sentence) == {OPEN}


def test_the_treated_arms_own_change_tells_the_side_of_a_difference(read: Read) -> None:
    text = "Walking speed increased significantly in the belcorin group. Walking speed showed a significant group difference."
    compared = [c for c in claims(read, text) if c.comparator == "placebo"]
    assert {c.direction for c in compared} == {FOR}


@pytest.mark.parametrize(
    "sentence",
    [
        "Mortality was lower with belcorin (11% vs 14%), but the difference was not significant.",
        "Pain scores were lower in the belcorin group, although this did not reach statistical significance.",
    ],
)
def test_a_null_takes_back_the_side_told_before_it(read: Read, sentence: str) -> None:
    found = claims(read, sentence)
    assert [(c.direction, c.point_direction, c.significant) for c in found] == [(NULL, FOR, False)]


def test_a_null_at_another_time_takes_nothing_back(read: Read) -> None:
    found = claims(read, "Pain was lower with belcorin at 6 weeks (P = .01) but not at 12 weeks (P = .40).")
    assert {(c.timepoint.text if c.timepoint else None, c.direction) for c in found} == {("6 weeks", FOR), ("12 weeks", NULL)}


def test_an_outcome_that_is_left_out_shares_no_side(read: Read) -> None:
    found = claims(read, "Belcorin reduced pain but not fatigue.")
    assert {(c.outcome.label, c.direction) for c in found} == {("pain", FOR), ("fatigue", NULL)}


def test_what_changed_in_both_arms_is_no_comparison(read: Read) -> None:
    found = claims(
        read, "Both groups showed improvements in quality of life, and there was no significant difference between the groups."
    )
    assert {(c.direction, c.comparator) for c in found} == {(Direction.INCREASE, None), (NULL, "placebo")}


@pytest.mark.parametrize(
    ("sentence", "kind", "way"),
    [
        ("High baseline ferritin predicted mortality (HR 1.9, 95% CI 1.2 to 3.0).", QuestionKind.PROGNOSIS, Direction.INCREASE),
        ("Mortality was higher in older than in younger patients (P = .02).", QuestionKind.PROGNOSIS, Direction.INCREASE),
        ("Fatigue correlated with depression (r = 0.41, P < .001).", QuestionKind.PROGNOSIS, Direction.INCREASE),
        ("Smoking was not associated with relapse (OR 1.1, 95% CI 0.7 to 1.7).", QuestionKind.PROGNOSIS, NULL),
        ("The specificity for relapse was higher than that of ferritin.", QuestionKind.DIAGNOSIS, OPEN),
    ],
)
def test_other_questions_compare_no_arms(read: Read, sentence: str, kind: QuestionKind, way: Direction) -> None:
    found = claims(read, sentence)
    assert {(c.question, c.direction, c.comparator, c.arm, c.versus) for c in found} == {(kind, way, None, None, None)}


def test_a_treatment_may_be_associated_with_an_outcome(read: Read) -> None:
    found = claims(read, "Belcorin was associated with lower mortality than placebo (HR 0.70, 95% CI 0.52 to 0.94).")
    assert {(c.direction, c.comparator) for c in found} == {(FOR, "placebo")}


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("Belcorin, but not placebo, significantly reduced fatigue.", FOR),
        ("Placebo-treated patients had more pain than those treated with belcorin (P = .03).", FOR),
        ("Compared with belcorin, placebo was associated with higher mortality.", FOR),
        ("Participants given belcorin vs. placebo had significant declines in anxiety.", FOR),
        ("Patients on placebo fared better than patients on belcorin for pain.", AGAINST),
        ("Pain was higher in the placebo group than in the belcorin group.", FOR),
    ],
)
def test_whom_a_sentence_is_about(read: Read, sentence: str, side: Direction) -> None:
    assert sides(read, sentence) == {side}


@pytest.mark.parametrize(
    ("sentence", "label", "side"),
    [
        (
            "A higher proportion of patients achieved target blood pressure with belcorin than with placebo.",
            "target blood pressure",
            FOR,
        ),
        ("More patients reached an HbA1c below 7% with belcorin than with placebo.", "HbA1c below 7%", FOR),
        ("Freedom from relapse was higher with belcorin than with placebo (P = .01).", "freedom from relapse", FOR),
        ("Absence of pain was more common with belcorin than with placebo.", "absence of pain", FOR),
        ("The risk of not achieving remission was lower with belcorin than with placebo.", "not achieving remission", FOR),
        ("Time to first relapse was shorter with belcorin than with placebo.", "time to first relapse", AGAINST),
        ("A recording of blood pressure was more likely with belcorin than with placebo.", "recording of blood pressure", OPEN),
        ("Fewer patients had one or more infections with belcorin than with placebo.", "infection", FOR),
    ],
)
def test_an_outcome_goes_by_its_own_words(read: Read, sentence: str, label: str, side: Direction) -> None:
    assert [(c.outcome.label, c.direction) for c in claims(read, sentence)] == [(label, side)]


@pytest.mark.parametrize(
    "text",
    [
        "Steroids are associated with weight gain and infection. In this trial 90 adults were randomly assigned to belcorin or placebo. Sleep quality did not differ between the groups.",
        "In earlier trials, tamoxifen reduced fractures compared with placebo. We randomly assigned 90 adults to belcorin or placebo. Sleep quality did not differ between the groups.",
        "90 adults were randomised to belcorin or placebo. The groups were similar in pain at baseline. Sleep quality did not differ between the groups.",
        "Describe the design of a trial of belcorin on improving hot flashes. 90 adults were randomised to belcorin or placebo. Sleep quality did not differ between the groups.",
    ],
)
def test_what_was_known_planned_or_there_before_is_no_finding(read: Read, text: str) -> None:
    assert {c.outcome.label for c in read(text, title=TITLE).claims} == {"sleep quality"}


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        (
            "Belcorin was noninferior to placebo for pain (difference 0.1, 95% CI -0.3 to 0.5; margin 1.0).",
            NullKind.EQUIVALENCE_SHOWN,
        ),
        ("Pain did not differ between groups (difference 0.1, 95% CI -0.3 to 2.5; margin 1.0).", NullKind.IMPRECISE),
        ("Mortality did not differ between groups (RR 1.00, 95% CI 0.91 to 1.10).", NullKind.PRECISE_NULL),
        ("Mortality did not differ between groups (RR 1.00, 95% CI 0.51 to 1.96).", NullKind.IMPRECISE),
        ("Mortality did not differ between groups.", NullKind.STATED_ONLY),
    ],
)
def test_what_kind_of_null_it_is(read: Read, sentence: str, kind: NullKind) -> None:
    assert [c.null_kind for c in claims(read, sentence)] == [kind]


def test_the_methods_may_give_the_margin(read: Read) -> None:
    text = (
        "METHODS: 90 adults were randomised to belcorin or placebo. The equivalence margin was set at 0.5 points. "
        "RESULTS: Pain did not differ between groups (mean difference 0.0; 95% CI -0.2 to 0.2)."
    )
    assert [c.null_kind for c in read(text, title=TITLE).claims] == [NullKind.EQUIVALENCE_SHOWN]


def test_one_arm_that_stayed_as_it_was_says_nothing_of_the_other(read: Read) -> None:
    found = claims(read, "There was no reduction in pain in the placebo group.")
    assert {(c.intervention, c.comparator, c.direction) for c in found} == {("placebo", "baseline", NULL)}


def test_lower_before_an_outcome_compares_it(read: Read) -> None:
    found = claims(read, "The belcorin group had higher HbA1c and lower LDL cholesterol than the placebo group.")
    assert {(c.outcome.label, c.direction) for c in found} == {("HbA1c", AGAINST), ("LDL cholesterol", FOR)}


def test_who_was_looked_at_is_no_outcome(read: Read) -> None:
    found = claims(read, "Among patients who responded to treatment, pain was lower with belcorin than with placebo (P = .03).")
    assert {(c.outcome.label, c.direction) for c in found} == {("pain", FOR)}


def test_what_an_outcome_is_called_after_is_there(read: Read) -> None:
    assert sides(read, "Significant pain reduction was seen with belcorin compared with placebo (P = .01).") == {FOR}


def test_praise_for_a_treatment_that_proved_no_worse_is_no_spin(read: Read) -> None:
    text = (
        "METHODS: 90 adults were randomised to belcorin or placebo. The primary outcome was pain. RESULTS: Belcorin was noninferior to placebo for pain "
        "(difference 0.3; 95% CI -0.3 to 1.0). CONCLUSIONS: Belcorin is an effective treatment."
    )
    assert [c.spin for c in read(text, title=TITLE).claims] == [False]


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("Death from any cause was less frequent with belcorin (hazard ratio 0.71, 95% CI 0.55 to 0.92).", FOR),
        ("Fever of any cause was rarer with belcorin than with placebo (P = .02).", FOR),
        ("All causes of death were reduced by belcorin (P = .02).", FOR),
        ("Deaths from respiratory causes were fewer with belcorin than with placebo (P = .02).", FOR),
        ("Infections caused by fungi were less frequent with belcorin than with placebo (P = .02).", FOR),
        ("Treatment with belcorin caused significantly more nausea than placebo.", AGAINST),
    ],
)
def test_a_cause_is_no_rise_but_what_causes_more_is(read: Read, sentence: str, side: Direction) -> None:
    assert sides(read, sentence) == {side}


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("Exacerbation rates were 0.6 per year with belcorin and 1.1 with placebo (P = .002).", FOR),
        ("Exacerbations occurred in 41% with belcorin and 30% with placebo (RR 1.37, 95% CI 1.05 to 1.79).", AGAINST),
        ("Worsening heart failure was seen in 9% with belcorin and 15% with placebo (P = .002).", FOR),
        ("Deterioration in kidney function occurred in 8% with belcorin and 17% with placebo (P = .002).", FOR),
        ("Time to wound healing was 18 days with belcorin and 25 days with placebo (P = .002).", FOR),
        ("Time to clinical improvement was 12 days with belcorin and 8 days with placebo (HR 0.70, 95% CI 0.55 to 0.89).", AGAINST),
        ("Improvement in depression was recorded in 30% with belcorin and 45% with placebo (P = .01).", AGAINST),
        ("Recovery of arm function occurred in 60% with belcorin and 41% with placebo (P = .01).", FOR),
        ("Sleep improved in 22% with belcorin and 41% with placebo (P = .01).", AGAINST),
        ("Pain worsened in 12% with belcorin and 25% with placebo (P = .01).", FOR),
    ],
)
def test_how_many_got_better_or_worse_is_told_by_the_numbers(read: Read, sentence: str, side: Direction) -> None:
    found = sides(read, sentence)
    assert side in found
    assert found <= {side, OPEN}


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("Vision improved in fewer eyes with belcorin than with placebo (P = .01).", AGAINST),
        ("Vision worsened in significantly fewer eyes with belcorin than with placebo (P = .01).", FOR),
        ("Anxiety remitted in a larger proportion of patients on belcorin (P = .01).", FOR),
        ("Headache resolved in a lower percentage of participants given belcorin (P = .01).", AGAINST),
        ("Kidney function declined in more patients on belcorin (P = .01).", AGAINST),
        ("Fewer women given belcorin than given placebo improved in depression (P = .01).", AGAINST),
        ("More patients on belcorin had worsening fatigue (P = .01).", AGAINST),
        ("Transfusion was avoided in more patients on belcorin (P = .01).", FOR),
        ("Remission was not achieved in fewer patients on belcorin (P = .01).", FOR),
    ],
)
def test_what_fewer_did_is_turned(read: Read, sentence: str, side: Direction) -> None:
    assert sides(read, sentence) == {side}


@pytest.mark.parametrize(
    "sentence",
    [
        "Survival at 3 years was 71% with belcorin and 70% with placebo (HR 0.95, 95% CI 0.78 to 1.16; P < .001 for noninferiority).",
        "Stroke occurred in 2.1% with belcorin and 2.4% with placebo (RR 0.88, 95% CI 0.60 to 1.29; P for noninferiority = .003).",
        "Pain was lower by 0.2 with belcorin (95% CI -0.5 to 0.1; noninferiority P < .001; superiority P = .20).",
        "Relapse occurred in 12% with belcorin and 13% with placebo (P < .001 for non-inferiority).",
    ],
)
def test_a_p_value_for_a_margin_shows_that_the_margin_was_kept_and_no_side(read: Read, sentence: str) -> None:
    assert {(c.direction, c.null_kind) for c in claims(read, sentence)} == {(NULL, NullKind.EQUIVALENCE_SHOWN)}


@pytest.mark.parametrize(
    "sentence",
    [
        "Mortality was lower with belcorin (HR 0.80, 95% CI 0.70 to 0.92; P < .001 for noninferiority).",
        "Bleeding occurred in 3.0% with belcorin and 5.6% with placebo (P < .001 for non-inferiority, P = .01 for superiority).",
    ],
)
def test_a_margin_that_was_kept_takes_no_superiority_away(read: Read, sentence: str) -> None:
    assert sides(read, sentence) == {FOR}


def test_words_against_their_own_significant_number_are_hardly_believed(read: Read) -> None:
    (agreed,) = claims(read, "Mortality was lower with belcorin than with placebo (HR 0.60, 95% CI 0.42 to 0.86).")
    (against,) = claims(read, "Mortality was lower with belcorin than with placebo (HR 1.60, 95% CI 1.12 to 2.28).")
    assert (against.direction, against.point_direction) == (FOR, AGAINST)
    assert agreed.confidence is not None
    assert against.confidence is not None
    assert against.confidence <= 0.3 < agreed.confidence


@pytest.mark.parametrize(
    ("sentence", "label", "side"),
    [
        (
            "Survival without disability was more frequent with belcorin (RR 1.20, 95% CI 1.05 to 1.37).",
            "Survival without disability",
            FOR,
        ),
        ("Survival without relapse was longer with belcorin (HR 0.70, 95% CI 0.55 to 0.89).", "Survival without relapse", FOR),
        ("Survival without major bleeding was less frequent with belcorin (P = .01).", "Survival without major bleeding", AGAINST),
        ("Discharge without complications was more frequent with belcorin (P = .01).", "Discharge without complications", FOR),
        ("Vision loss without recovery was less frequent with belcorin (P = .01).", "Vision loss without recovery", FOR),
    ],
)
def test_a_state_without_something_is_one_outcome(read: Read, sentence: str, label: str, side: Direction) -> None:
    assert [(c.outcome.text, c.direction) for c in claims(read, sentence)] == [(label, side)]


def test_what_was_not_made_worse_takes_nothing_from_what_was_better(read: Read) -> None:
    found = {c.outcome.label: c.direction for c in claims(read, "Belcorin reduced pain without increasing bleeding (P = .01).")}
    assert found == {"pain": FOR, "bleeding": NULL}


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("The hazard ratio for stroke with placebo as compared with belcorin was 1.9 (95% CI 1.3 to 2.8).", FOR),
        ("The odds ratio for sepsis (placebo vs belcorin) was 0.4 (95% CI 0.2 to 0.8).", AGAINST),
        ("The risk ratio for remission, placebo relative to belcorin, was 0.55 (95% CI 0.40 to 0.76).", FOR),
        ("The relative risk of fracture for placebo compared with belcorin was 0.61 (95% CI 0.42 to 0.89).", AGAINST),
        ("The hazard ratio for stroke with belcorin as compared with placebo was 0.5 (95% CI 0.3 to 0.8).", FOR),
        ("Placebo was superior to belcorin for sleep quality (P = .01).", AGAINST),
        ("Placebo was inferior to belcorin for wound healing (P = .01).", FOR),
        ("Placebo outperformed belcorin on quality of life (P = .01).", AGAINST),
        ("Belcorin was outperformed by placebo on memory (P = .01).", AGAINST),
        ("Placebo was outperformed by belcorin on memory (P = .01).", FOR),
    ],
)
def test_who_is_set_against_whom_turns_a_ratio_and_a_word_of_merit(read: Read, sentence: str, side: Direction) -> None:
    assert sides(read, sentence) == {side}


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("The slope of FEV1 was less steep with belcorin (P = .01).", FOR),
        ("The eGFR slope was steeper with belcorin than with placebo (P = .01).", AGAINST),
        ("The decline in FVC was less steep with belcorin (P = .01).", FOR),
        ("Physical function was regained sooner with belcorin (P = .01).", FOR),
        ("Kidney function returned later with belcorin (P = .01).", AGAINST),
        ("Return of bowel function was earlier with belcorin (P = .01).", FOR),
        ("Seizures returned sooner with belcorin (P = .01).", AGAINST),
        ("Time to symptom resolution was 4 days with belcorin and 6 days with placebo (P = .01).", FOR),
        ("Time to symptom recurrence was shorter with belcorin (P = .01).", AGAINST),
        ("Among 1215 adults, the time to resolution of symptoms was 7 days with belcorin and 9 days with placebo (P = .01).", FOR),
    ],
)
def test_a_slope_is_of_a_loss_and_what_returned_is_there(read: Read, sentence: str, side: Direction) -> None:
    assert sides(read, sentence) == {side}


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("Wound infection was less frequent without drainage (P = .01).", AGAINST),
        ("Wound infection was more frequent without drainage (P = .01).", FOR),
        ("Omission of drainage reduced pain (P = .01).", AGAINST),
        ("Pain was lower with drainage than without drainage (P = .01).", FOR),
    ],
)
def test_what_was_left_out_is_the_other_arm(read: Read, sentence: str, side: Direction) -> None:
    text = f"610 women were randomised to drainage or no drainage. {sentence}"
    assert {c.direction for c in read(text, title="Drainage versus no drainage after hernia repair").claims} == {side}


@pytest.mark.parametrize(
    ("sentence", "order"),
    [
        ("Mortality was lower with belcorin (HR for placebo versus belcorin 1.8, 95% CI 1.2-2.7).", (1, 0)),
        ("The mean difference in pain (placebo minus belcorin) was 1.2 points (95% CI 0.4 to 2.0).", (1, 0)),
        ("Placebo versus belcorin: adjusted hazard ratio for death 1.8 (95% CI 1.2 to 2.7).", (1, 0)),
        ("Pain was higher with placebo (difference 0.4, 95% CI -0.3 to 1.1), but the difference was not significant.", (0, 1)),
        ("Serum zinc was higher with placebo (mean difference 1.4, 95% CI 0.5 to 2.3).", (0, 1)),
        ("Survival was shorter in the placebo group (HR 1.6, 95% CI 1.2 to 2.2).", (0, 1)),
        ("Mortality was lower with belcorin (HR for belcorin versus placebo 0.55, 95% CI 0.37-0.83).", (0, 1)),
        ("Relapse was more common with placebo than with belcorin (OR 0.42, 95% CI 0.2 to 0.8).", (0, 1)),
        ("Overall survival was longer with belcorin (HR 0.6, 95% CI 0.4 to 0.9).", (0, 1)),
    ],
)
def test_the_arms_of_a_contrast_stand_in_the_order_in_which_it_is_printed(
    read: Read, sentence: str, order: tuple[int, int]
) -> None:
    found = read(METHODS + sentence, title=TITLE)
    assert {(e.arm, e.versus) for e in found.effects if e.estimate is not None} == {order}
    assert all((c.arm, c.versus) == (0, 1) for c in found.claims)


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("The risk of relapse was twice as high in the placebo group as in the belcorin group (RR 2.0, 95% CI 1.3 to 3.1).", FOR),
        ("Relapse was three times as common in controls as in the belcorin group (OR 3.1, 95% CI 1.3 to 6.8).", FOR),
        ("Relapse was half as likely with belcorin as with placebo (OR 0.5, 95% CI 0.3 to 0.8).", FOR),
        ("Falls were twice as common with belcorin as with placebo (P = .01).", AGAINST),
        ("The mean difference in pain (placebo minus belcorin) was 1.2 points (95% CI 0.4 to 2.0).", FOR),
    ],
)
def test_so_many_times_as_much_as_sets_one_against_the_other(read: Read, sentence: str, side: Direction) -> None:
    assert sides(read, sentence) == {side}


OPPOSITES = {
    "invasive": "120 adults were randomised to invasive ventilation (n = 60) or non-invasive ventilation (n = 60).",
    "cemented": "200 patients were randomised to cemented (n = 100) or uncemented (n = 100) hemiarthroplasty.",
    "absorbable": "120 children were randomised to absorbable (n = 60) or nonabsorbable sutures (n = 60).",
    "warmed": "90 women received warmed fluids (n = 45) or unwarmed fluids (n = 45).",
    "mobilisation": "120 adults were randomised to early mobilisation (n = 60) or no mobilisation (n = 60).",
    "MSC": "120 adults with stroke were randomised to an MSC group (n = 60) or a non-MSC group (n = 60).",
}


@pytest.mark.parametrize(
    ("arms", "sentence", "side"),
    [
        ("invasive", "Pneumonia was less frequent in the noninvasive group (P = .01).", AGAINST),
        ("invasive", "Pneumonia occurred in 5 patients in the non-invasive group and 15 in the invasive group (P = .01).", AGAINST),
        ("invasive", "Mortality was lower in the invasive group than in the non-invasive group (P = .01).", FOR),
        ("cemented", "Pain was higher in the uncemented group (P = .01).", FOR),
        ("cemented", "Mortality was 6% in the uncemented group and 15% in the cemented group (P = .01).", AGAINST),
        ("absorbable", "Wound infection was less common in the non-absorbable group (P = .01).", AGAINST),
        ("warmed", "Shivering was more common in the unwarmed group (P = .01).", FOR),
        ("mobilisation", "Falls were less frequent in the non-mobilised group (P = .01).", AGAINST),
        ("MSC", "Pain was higher in the non-MSC group (P = .01).", FOR),
        ("MSC", "Pain was 5.1 in the non-MSC group and 7.4 in the MSC group (P = .01).", AGAINST),
    ],
)
def test_a_name_inside_its_opposite_is_another_arm(read: Read, arms: str, sentence: str, side: Direction) -> None:
    titles = {
        "MSC": "Mesenchymal stem cells in stroke",
        "warmed": "Warmed versus unwarmed fluids",
        "cemented": "Cemented versus uncemented hemiarthroplasty",
        "invasive": "Invasive versus non-invasive ventilation",
    }
    found = read(f"METHODS: {OPPOSITES[arms]} RESULTS: {sentence}", title=titles.get(arms, "A randomised trial"))
    assert {c.direction for c in found.claims} == {side}


TWO_SIZES = {
    "courses": ("Short versus long courses of antibiotics for pneumonia in children",
                "90 children were randomised to 7-day (n = 45) or 14-day (n = 45) amoxicillin."),
    "duration": ("Long versus short duration of dual antiplatelet therapy",
                 "300 patients were randomly assigned to 12 months (n = 150) or 3 months (n = 150) of therapy."),
    "aspirin": ("Low-dose versus high-dose aspirin after stroke", "300 patients received aspirin 30 mg (n = 150) or 283 mg (n = 150) daily."),
    "vitamin": ("High-dose versus low-dose vitamin D in falls prevention",
                "200 adults were randomised to high-dose (4000 IU, n = 100) or low-dose (400 IU, n = 100) vitamin D."),
    "clamping": ("Early versus late cord clamping", "100 infants were randomised to clamping at 10 seconds (n = 50) or 60 seconds (n = 50)."),
    "prednisone": ("Short versus long courses of steroids", "90 adults were randomised to prednisone for 5 days (n = 45) or 14 days (n = 45)."),
}  # fmt: skip


@pytest.mark.parametrize(
    ("arms", "sentence", "side"),
    [
        ("courses", "Relapse was less frequent in the 14-day group (P = .01).", AGAINST),
        ("courses", "Relapse occurred in 8% of the 14-day group and 18% of the 7-day group (P = .01).", AGAINST),
        ("courses", "Diarrhoea occurred in 5% of the 7-day group and 15% of the 14-day group (P = .01).", FOR),
        ("duration", "Bleeding was less common in the 3-month group (P = .01).", AGAINST),
        ("duration", "Stroke occurred in 2% of the 12-month group and 5% of the 3-month group (P = .01).", FOR),
        ("aspirin", "Bleeding was more common with 283 mg (P = .01).", FOR),
        ("vitamin", "Falls were less common in the 400 IU group than in the 4000 IU group (P = .01).", AGAINST),
        ("clamping", "Anaemia was less common in the 60-second group than in the 10-second group (P = .01).", AGAINST),
        ("prednisone", "14-day mortality was lower in the short-course group (P = .02).", FOR),
    ],
)
def test_short_and_long_are_told_by_their_sizes(read: Read, arms: str, sentence: str, side: Direction) -> None:
    title, methods = TWO_SIZES[arms]
    found = read(f"METHODS: {methods} RESULTS: {sentence}", title=title)
    assert {c.direction for c in found.claims} == {side}


def test_a_time_in_the_name_of_a_group_is_not_when(read: Read) -> None:
    title, methods = TWO_SIZES["courses"]
    sentence = "At 3 months, relapse occurred in 8% of the 14-day group and 18% of the 7-day group (P = .01)."
    (claim,) = read(f"METHODS: {methods} RESULTS: {sentence}", title=title).claims
    assert claim.timepoint is not None
    assert claim.timepoint.text == "3 months"


@pytest.mark.parametrize(
    "sentence",
    [
        "Compared with the attention control, intervention participants had lower pain (P = .01).",
        "Compared to the control, treatment was followed by lower pain (P = .01).",
        "Pain was lower in the active treatment group (P = .01).",
    ],
)
def test_a_comma_parts_two_arms_and_the_active_treatment_is_the_treatment(read: Read, sentence: str) -> None:
    text = f"METHODS: 90 adults were randomised to counselling (n = 45) or a control leaflet (n = 45). RESULTS: {sentence}"
    assert {c.direction for c in read(text, title="Counselling for chronic pain").claims} == {FOR}


def test_an_active_treatment_group_is_no_rival_of_the_treatment(read: Read) -> None:
    text = "FINDINGS: Mortality was lower in those on belcorin. Stroke was less frequent in the active treatment group (HR: 0.51; 95% CI 0.36-0.74)."
    found = read(text, title="Mortality ten years after belcorin: a placebo-controlled trial")
    assert AGAINST not in {c.direction for c in found.claims}


@pytest.mark.parametrize(
    ("sentence", "side", "significant"),
    [
        ("Pain was significantly lower with belcorin than with placebo (P = .05).", FOR, True),
        ("Mean pain was 3.1 with belcorin and 4.2 with placebo, a significant difference (P = .05).", FOR, True),
        ("Pain was lower with belcorin than with placebo (P ≤ .05).", FOR, True),
        ("Pain was lower with belcorin than with placebo (P = .05).", FOR, None),
        ("Death was reduced (hazard ratio 0.70, 95% CI 0.49 to 1.00; P = .05).", FOR, None),
        ("Mean pain was 3.1 with belcorin and 4.2 with placebo (P = .050).", OPEN, None),
        ("Mean pain was 3.1 with belcorin and 4.2 with placebo, which was not significant (P = .05).", NULL, False),
        ("Pain did not differ between the groups (P = .05).", NULL, False),
        ("There was a trend toward less pain with belcorin (P = .05).", NULL, False),
        ("Mean pain was 3.1 with belcorin and 4.2 with placebo (P = .051).", NULL, False),
        ("Death was less frequent with belcorin (RR 0.60, 95% CI 0.36 to 0.99; P = .05).", FOR, True),
    ],
)
def test_a_p_value_on_the_mark_is_what_the_authors_call_it(
    read: Read, sentence: str, side: Direction, significant: bool | None
) -> None:
    (claim,) = claims(read, sentence)
    assert (claim.direction, claim.significant) == (side, significant)
