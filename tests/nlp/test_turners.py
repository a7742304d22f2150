"""Words that turn an outcome's name, and words of speed and delay. Every sentence is made up."""

from __future__ import annotations

import pytest

from nlp.claim import Better, Claim, Direction
from nlp.pace import is_awaited, is_time, turns
from nlp.polarity import better_by_words
from tests.conftest import Read

FOR, AGAINST, NULL, OPEN = (
    Direction.FAVOURS_INTERVENTION,
    Direction.FAVOURS_COMPARATOR,
    Direction.NO_DIFFERENCE,
    Direction.UNCLEAR,
)
METHODS = (
    "METHODS: In this randomised controlled trial, 90 adults were assigned to belcorin (n = 45) or placebo (n = 45). RESULTS: "
)
LESS, MORE = (
    " less frequent with belcorin than with placebo (RR 0.60, 95% CI 0.44 to 0.82).",
    " more frequent with belcorin than with placebo (RR 1.50, 95% CI 1.20 to 1.88).",
)


def claims(read: Read, sentence: str) -> list[Claim]:
    return list(read(METHODS + sentence, title="Belcorin versus placebo in adults: a randomised trial").claims)


def sides(read: Read, sentence: str) -> set[Direction]:
    return {c.direction for c in claims(read, sentence)}


@pytest.mark.parametrize(
    ("subject", "more"),
    [
        ("Seizure freedom was", FOR),
        ("Freedom from stroke was", FOR),
        ("Vomiting cessation was", FOR),
        ("Cessation of bleeding was", FOR),
        ("Reversal of anaemia was", FOR),
        ("Eradication of infection was", FOR),
        ("Lack of remission was", AGAINST),
        ("Non-adherence was", AGAINST),
        ("Nonunion was", AGAINST),
        ("Failure of engraftment was", AGAINST),
        ("Incomplete remission was", AGAINST),
        ("Delayed wound healing was", AGAINST),
        ("Poor sleep quality was", AGAINST),
        ("Abnormal kidney function was", AGAINST),
        ("Reduced quality of life was", AGAINST),
        ("Worse cognition was", AGAINST),
        ("Memory complaints were", AGAINST),
        ("Unplanned pregnancy was", AGAINST),
        ("Pregnancy complications were", AGAINST),
        ("No recovery at 6 months was", AGAINST),
        ("Delayed bleeding was", AGAINST),
        ("Low back pain was", AGAINST),
    ],
)
def test_a_word_that_turns_an_outcome_turns_the_side(read: Read, subject: str, more: Direction) -> None:
    less = AGAINST if more is FOR else FOR
    assert sides(read, subject + MORE) == {more}
    assert sides(read, subject + LESS) == {less}


@pytest.mark.parametrize("name", ["Depression screening", "Pain medication", "Increased salivation", "Reduced salivation"])
def test_another_thing_than_the_outcome_favours_nobody(read: Read, name: str) -> None:
    (claim,) = claims(read, name + " was" + MORE)
    assert (claim.outcome.label, claim.outcome.better, claim.direction) == (name, None, OPEN)


def test_lack_of_a_good_thing_that_was_rarer_is_no_null(read: Read) -> None:
    assert sides(read, "Lack of improvement was" + LESS) == {FOR}
    assert sides(read, "There was a lack of improvement in pain with belcorin compared with placebo (P = .60).") == {NULL}


@pytest.mark.parametrize(
    ("sentence", "outcome"),
    [
        (
            "Event-free survival was longer with belcorin than with placebo (HR for relapse or death 0.75, 95% CI 0.60 to 0.94).",
            "disease-free survival",
        ),
        (
            "Pain-limited walking distance was longer with belcorin than with placebo (MD 40 m, 95% CI 10 to 70).",
            "pain-free walking distance",
        ),
        (
            "Stroke-specific quality of life was higher with belcorin than with placebo (MD 4.0, 95% CI 1.0 to 7.0).",
            "quality of life",
        ),
    ],
)
def test_what_a_ratio_counts_and_what_only_says_which_are_no_outcomes_of_their_own(read: Read, sentence: str, outcome: str) -> None:
    (claim,) = claims(read, sentence)
    assert (claim.outcome.label, claim.direction) == (outcome, FOR)


@pytest.mark.parametrize(
    ("name", "better"),
    [("Mosquito survival", Better.LOWER), ("Drug survival", Better.HIGHER), ("Tumour cell survival", Better.LOWER)],
)
def test_the_survival_of_pests_and_things_is_not_that_of_people(read: Read, name: str, better: Better) -> None:
    (claim,) = claims(read, f"{name} was longer with belcorin than with placebo (P = .01).")
    assert (claim.outcome.concept, claim.outcome.better) == (None, better)


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("Belcorin reduced pain compared with placebo (P = .01).", FOR),
        ("Belcorin impaired memory compared with placebo (P = .01).", AGAINST),
        ("Belcorin delayed recovery compared with placebo (P = .01).", AGAINST),
        ("Belcorin improved sleep quality compared with placebo (P = .01).", FOR),
    ],
)
def test_a_verb_before_the_outcome_is_no_part_of_its_name(read: Read, sentence: str, side: Direction) -> None:
    (claim,) = claims(read, sentence)
    assert claim.direction is side
    assert claim.outcome.concept is not None


@pytest.mark.parametrize(
    ("sentence", "side"),
    [
        ("Wound healing was slower with belcorin than with placebo (P = .01).", AGAINST),
        ("Wound healing was faster with belcorin than with placebo (P = .01).", FOR),
        ("Time to healing was faster with belcorin than with placebo (P = .01).", FOR),
        ("Time to death was earlier with belcorin than with placebo (P = .01).", AGAINST),
        ("Relapse occurred later with belcorin than with placebo (P = .01).", FOR),
        ("Belcorin delayed relapse compared with placebo (P = .01).", FOR),
        ("Disease progression was faster with belcorin than with placebo (P = .01).", AGAINST),
        ("Belcorin slowed disease progression compared with placebo (P = .01).", FOR),
        ("Kidney function declined more slowly with belcorin than with placebo (P = .01).", FOR),
        ("Recovery was prolonged with belcorin compared with placebo (P = .01).", AGAINST),
        ("Survival was prolonged with belcorin compared with placebo (P = .01).", FOR),
        ("Time to recovery was shortened with belcorin compared with placebo (P = .01).", FOR),
        ("Pain relief was sooner with belcorin than with placebo (P = .01).", FOR),
        ("Systolic blood pressure peaked earlier with belcorin than with placebo (P = .01).", OPEN),
    ],
)
def test_speed_and_delay_compare_by_what_they_are_said_of(read: Read, sentence: str, side: Direction) -> None:
    assert sides(read, sentence) == {side}


def test_a_difference_in_minutes_of_an_awaited_event_is_a_later_one(read: Read) -> None:
    (claim,) = claims(read, "Recovery was delayed with belcorin (mean difference 3.0 minutes, 95% CI 1.0 to 5.0).")
    assert (claim.direction, claim.point_direction) == (AGAINST, AGAINST)


def test_a_date_and_a_name_are_no_comparison(read: Read) -> None:
    assert sides(read, "Relapse was seen in one adult of the belcorin group 3 weeks later.") <= {OPEN, Direction.INCREASE}


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("healed ulcers", Better.HIGHER),
        ("tumour regression", Better.HIGHER),
        ("stress resilience", Better.HIGHER),
        ("resistance to infection", Better.HIGHER),
        ("interval between attacks", Better.HIGHER),
        ("non-responders", Better.LOWER),
        ("failed intubation", Better.LOWER),
        ("swallowing problems", Better.LOWER),
        ("reduction in survival", Better.LOWER),
        ("wound healing time", Better.LOWER),
        ("bacterial survival", Better.LOWER),
        ("unintended pregnancy", Better.LOWER),
        ("pregnancy loss", Better.LOWER),
        ("low back pain", Better.LOWER),
        ("nonfatal stroke", Better.LOWER),
        ("steroid-free remission", Better.HIGHER),
        ("breast cancer-specific survival", Better.HIGHER),
        ("risk of vaginal birth", None),
        ("anti-tumour activity", None),
        ("delayed recall", None),
        ("slow wave sleep", None),
        ("cancer screening", None),
        ("cell-free DNA", None),
        ("pain and function", None),
        ("toxicity/quality of life", None),
        ("immune response", None),
        ("tubal patency", Better.HIGHER),
    ],
)
def test_a_name_that_no_pack_knows_is_taken_apart(name: str, better: Better | None) -> None:
    assert better_by_words(name) is better


def test_a_value_is_no_name_of_an_outcome(read: Read) -> None:
    found = read(
        "Sixty cows were randomised to monensin or no additive. RESULTS: Milk yield rose from 28.1 to 30.4 kg/day with monensin, "
        "and from 28.0 to 28.3 kg/day without (p = 0.02)."
    )
    names = [c.outcome.label for c in found.claims] + [e.outcome.label for e in found.effects]
    assert names
    assert not any(name[:1].isdigit() for name in names)


def test_an_illness_that_was_counted_is_not_what_the_next_sentence_counts(read: Read) -> None:
    told = claims(
        read,
        "Tuberculosis was less frequent with belcorin than with placebo (HR 0.45, 95% CI 0.21 to 0.96). "
        "Culture conversion was more frequent with belcorin (RR 1.15, 95% CI 1.02 to 1.30).",
    )
    assert [c.direction for c in told if c.outcome.label == "Tuberculosis"] == [FOR]


def test_opioids_of_like_names_are_different_drugs(read: Read) -> None:
    found = read("Women were randomised to remifentanil or epidural analgesia. RESULTS: Pain was lower with remifentanil.")
    assert [a.label for a in found.arms] == ["remifentanil", "epidural analgesia"]


def test_what_came_sooner_took_less_time() -> None:
    assert turns("faster", "time to healing")
    assert not turns("faster", "healing")
    assert turns("longer", "wound healing")
    assert not turns("longer", "overall survival")
    assert is_time("length of stay")
    assert is_awaited("bone union")
    assert not is_awaited("time to bone union")
