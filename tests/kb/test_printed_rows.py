"""From sentences to rows: what the words say of a number decides whether it may be pooled, and nothing is dropped without its reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crawler.document import Document, with_title
from kb.answer import answer
from kb.connection import for_reading
from kb.intake import Reading
from kb.poolable import Row, rows
from kb.question import understand
from kb.refusals import Reason
from kb.synthesis import Choice, Several, made_over, synthesise
from nlp.pipeline import Reader
from tests.kb.made import put

QUESTION = "MSC vs placebo in multiple sclerosis"
PEOPLE = "40 patients with multiple sclerosis were randomised to mesenchymal stem cells (n=20) or placebo (n=20). "
THREE = (
    "60 patients with multiple sclerosis were randomised to fingolimod (n=20), mesenchymal stem cells (n=20) or placebo (n=20). "
)
TITLE = "Mesenchymal stem cells in multiple sclerosis: a randomised placebo-controlled trial"

Told = Callable[..., tuple[Row, ...]]


@pytest.fixture
def told(reader: Reader, tmp_path: Path) -> Told:
    """The rows of trials that say these sentences, each a paper."""

    def of(*sentences: str, people: str = PEOPLE, title: str = TITLE, question: str = QUESTION) -> tuple[Row, ...]:
        readings = []
        for number, sentence in enumerate(sentences):
            text, sections = with_title(f"{title} {number}", people + sentence)
            document = Document(f"d{number}", f"{title} {number}", text, sections, 2020 + number)
            readings.append(Reading(document, reader.read(document)))
        put(tmp_path / "library.db", *readings)
        db = for_reading(tmp_path / "library.db")
        return rows(db, answer(db, understand(db, question)))

    return of


def reasons(row: Row) -> set[Reason]:
    return {x.reason for x in row.refusals}


def only(found: tuple[Row, ...]) -> list[float]:
    """The effect sizes that would be pooled."""
    return [round(r.derived.yi, 3) for r in found if r.poolable and r.derived]


@pytest.mark.parametrize(
    "sentence",
    [
        "EDSS improved by 0.9 (SD 0.6) points in the MSC group and by 0.3 (SD 0.5) points in the placebo group.",
        "EDSS improved more with MSC than with placebo (1.1 [SD 0.5] vs 0.3 [SD 0.6] points, p=0.01).",
        "The reduction in EDSS was greater with MSC than with placebo (1.1 [SD 0.5] vs 0.3 [SD 0.6] points, p=0.01).",
        "EDSS improved by 0.9 (SD 0.6) with MSC and by 0.8 (SD 0.6) with placebo (p=0.60).",
        "EDSS was lower with MSC than placebo (mean difference 0.7 points, 95% CI 0.3 to 1.1).",
        "Mean EDSS was lower with MSC than placebo: 3.1 (SD 0.5) vs 3.7 (SD 0.6) at 6 months and 2.9 (SD 0.5) vs 3.9 (SD 0.6) at 12 months.",
    ],
)
def test_a_difference_whose_sign_stands_in_the_words_is_not_pooled_with_the_wrong_one(told: Told, sentence: str) -> None:
    found = told(sentence)
    assert found
    assert not [yi for yi in only(found) if yi > 0]
    assert all(r.refusals for r in found)


@pytest.mark.parametrize(
    "sentence",
    [
        "EDSS improved in 13/20 (65%) patients receiving MSC and 6/20 (30%) patients receiving placebo.",
        "EDSS improvement was more frequent with MSC than with placebo (RR 2.2, 95% CI 1.05 to 4.61).",
    ],
)
def test_events_counted_the_other_way_round_are_refused(told: Told, sentence: str) -> None:
    (row,) = [r for r in told(sentence) if r.derived]
    assert Reason.TURNED in reasons(row)


@pytest.mark.parametrize(
    "sentence",
    [
        "MSC patients were free of relapse in 16 of 20 cases versus 10 of 20 placebo patients.",
        "The proportion free from relapse was 80% (16/20) with MSC and 50% (10/20) with placebo.",
    ],
)
def test_freedom_from_an_event_is_no_row_of_the_event(told: Told, sentence: str) -> None:
    found = told(sentence, "Relapses occurred in 4 of 20 patients with MSC and 10 of 20 with placebo.")
    assert {r.outcome for r in found if r.derived and (r.derived.yi or 0) > 0} <= {"free of relapse", "free from relapse"}


def test_worsening_is_pooled_with_worsening(told: Told) -> None:
    found = told(
        "EDSS progression occurred in 3/20 (15%) patients receiving MSC and in 8/20 (40%) patients receiving placebo.",
        "EDSS improved in 13/20 (65%) patients receiving MSC and 6/20 (30%) patients receiving placebo.",
    )
    assert only(found) == [-0.981]


@pytest.mark.parametrize(
    ("sentence", "pooled"),
    [
        ("EDSS at baseline was 4.1 (SD 1.0) with MSC and 4.5 (SD 1.1) with placebo. At 12 months EDSS was 3.2 (SD 0.9) with MSC and 4.3 (SD 1.0) "
         "with placebo. EDSS was lower with MSC than placebo (p=0.01).", [-1.1]),
        ("Mean EDSS was 4.2 (SD 0.5) at baseline and 3.2 (SD 0.5) at 12 months in the MSC group, and 4.1 (SD 0.6) and 3.9 (SD 0.6) in the placebo group.", []),
        ("Mean EDSS was 3.5 (SD 0.5) with MSC and 3.9 (SD 0.6) with placebo at 6 months, and 3.0 (SD 0.5) with MSC and 4.0 (SD 0.6) with placebo at 12 "
         "months. EDSS was lower with MSC than placebo (p=0.01).", []),
        ("Fewer relapses occurred with MSC: 5 relapses in 20 patients versus 9 relapses in 20 patients with placebo (p=0.04).", []),
    ],
)  # fmt: skip
def test_of_several_numbers_none_is_chosen(told: Told, sentence: str, pooled: list[float]) -> None:
    found = told(sentence)
    assert only(found) == pooled
    assert any({Reason.SEVERAL, Reason.BASELINE} & reasons(r) for r in found)


def test_from_and_to_are_a_change_under_a_correlation_that_is_said_to_be_assumed(told: Told) -> None:
    (row,) = told(
        "EDSS decreased from 4.2 (SD 0.5) to 3.2 (SD 0.5) in the MSC group and from 4.1 (SD 0.6) to 3.9 (SD 0.6) in the placebo group (p=0.01)."
    )
    assert only((row,)) == [-0.8]
    assert row.derived is not None
    assert row.derived.vi == pytest.approx(0.25 / 20 + 0.36 / 20)
    assert "correlation of baseline and final 0.5" in row.derived.assumptions[0]
    assert row.kind == "change"


@pytest.mark.parametrize(
    "sentence",
    [
        "Relapses occurred in 3 of 20 patients on fingolimod, 6 of 20 on MSC and 10 of 20 on placebo. MSC did not reduce relapse compared with placebo (p=0.20).",
        "Mean EDSS was 3.0 (SD 0.5) with fingolimod, 3.6 (SD 0.5) with MSC and 3.8 (SD 0.6) with placebo. MSC did not reduce EDSS compared with placebo (p=0.20).",
        "Relapses occurred in 3 of 20 patients with fingolimod and 10 of 20 with placebo. MSC did not reduce relapse (p=0.20).",
        "Mean EDSS was 3.0 (SD 0.5) with fingolimod and 3.8 (SD 0.6) with placebo. MSC did not reduce EDSS compared with placebo (p=0.20).",
    ],
)
def test_another_treatments_numbers_are_never_these(told: Told, sentence: str) -> None:
    assert (
        only(told(sentence, people=THREE, title="Cells or fingolimod in multiple sclerosis: a randomised placebo-controlled trial"))
        == []
    )


def test_numbers_told_respectively_go_to_the_arms_as_they_were_named_last(told: Told) -> None:
    people = "40 patients with multiple sclerosis were randomised to placebo (n=20) or mesenchymal stem cells (n=20). "
    found = told(
        "Relapses occurred in 10 of 20 patients with placebo and 4 of 20 with MSC. Mean EDSS was 3.9 (SD 0.6) and 3.3 (SD 0.5) respectively.",
        people=people,
    )
    assert only(found) == [-0.6, -0.916]


def test_names_and_numbers_in_unlike_orders_are_refused(told: Told) -> None:
    people = "40 patients with multiple sclerosis were randomised to placebo (n=20) or mesenchymal stem cells (n=20). "
    found = told("Mean EDSS was 3.9 (SD 0.6) and 3.3 (SD 0.5) respectively.", people=people)
    assert not [yi for yi in only(found) if yi > 0]


def test_a_null_tells_its_side_by_the_order_of_the_arms(told: Told) -> None:
    found = told(
        "EDSS did not differ between groups (mean difference, placebo versus MSC, 0.30, 95% CI -0.20 to 0.80).",
        "EDSS did not differ between groups (mean difference, MSC versus placebo, -0.30, 95% CI -0.80 to 0.20).",
    )
    assert only(found) == [-0.3, -0.3]
    assert [r.est for r in found] == [-0.3, 0.3]


def test_where_a_sentence_may_turn_a_null_round_it_is_refused(told: Told) -> None:
    (row,) = told("EDSS did not differ: placebo minus MSC at month 6 was a difference of 0.30 (95% CI -0.20 to 0.80).")
    assert Reason.TURNED in reasons(row)


def test_trials_that_print_both_arms_and_no_verdict_are_pooled(told: Told) -> None:
    found = told(
        "Relapse was less frequent with MSC than placebo (RR 0.50, 95% CI 0.25 to 1.00).",
        "Relapses occurred in 10 (50%) of 20 patients on MSC and in 4 (20%) of 20 patients on placebo.",
        "Relapses occurred in 8/20 patients (40%) in the MSC group and 8/20 (40%) in the placebo group.",
    )
    s = synthesise(found, Choice())
    assert (s.pooled.k, s.measured) == (3, 3)
    assert sorted(only(found)) == [-0.693, 0.0, 0.916]
    assert {r.direction for r in s.rows[1:]} == {"unclear"}


def test_a_null_claim_beside_a_number_is_kept(told: Told) -> None:
    found = told(
        "EDSS decreased more with high-dose MSC than placebo (mean difference -0.6, 95% CI -1.0 to -0.2). Low-dose MSC did not differ from placebo in EDSS.",
        people="60 patients with multiple sclerosis were randomised to high-dose mesenchymal stem cells (n=20), low-dose mesenchymal stem cells (n=20) or placebo (n=20). ",
    )
    assert {r.direction for r in found} == {"favours_intervention", "no_difference"}


@pytest.mark.parametrize(
    ("sentence", "yi"),
    [
        ("Relapse was less frequent with MSC than placebo (risk difference -24 percentage points, 95% CI -33 to -15).", -0.24),
        ("Relapse was less frequent with MSC than placebo (risk difference -24%, 95% CI -33% to -15%).", -0.24),
        ("Relapse was less frequent with MSC than placebo (risk difference -0.24, 95% CI -0.33 to -0.15).", -0.24),
        ("Relapse was less frequent with MSC than placebo (risk difference -24 [95% CI -33 to -15]).", None),
    ],
)
def test_risk_differences_are_shares_or_refused(told: Told, sentence: str, yi: float | None) -> None:
    (row,) = told(sentence)
    assert only((row,)) == ([] if yi is None else [yi])
    assert yi is not None or Reason.MIXED_SCALES in reasons(row)


@pytest.mark.parametrize(
    ("sentence", "yi", "sei", "said"),
    [
        (
            "Median EDSS was 3.0 (IQR 2.0 to 4.0) with MSC and 4.0 (IQR 3.0 to 5.0) with placebo.",
            -1.0,
            0.5046,
            "median and quartiles",
        ),
        (
            "Median EDSS was 3.0 (range 1.0 to 5.5) with MSC and 4.0 (range 2.0 to 6.5) with placebo at 12 months.",
            -1.0,
            0.3808,
            "median and range",
        ),
        ("EDSS was lower with MSC than placebo (mean difference -0.5, z = -2.5, p<0.05).", -0.5, 0.2, "printed z"),
        ("Mean EDSS was 3.2 with MSC and 3.8 with placebo (p=0.01).", -0.6, 0.2213, "printed p"),
    ],
)
def test_what_is_printed_is_made_poolable(told: Told, sentence: str, yi: float, sei: float, said: str) -> None:
    (row,) = [r for r in told(sentence) if r.poolable]
    assert row.derived is not None
    assert row.derived.yi == pytest.approx(yi)
    assert row.derived.sei == pytest.approx(sei, abs=5e-5)
    assert said in row.derived.derivation


def test_a_skewed_median_is_refused(told: Told) -> None:
    (row,) = told("Median EDSS was 2.1 (IQR 2.0 to 6.0) with MSC and 4.0 (IQR 3.0 to 5.0) with placebo.")
    assert Reason.SKEWED in reasons(row)


def test_a_crossover_is_pooled_under_a_correlation_that_is_given_or_by_its_first_period(told: Told) -> None:
    people = "In this randomised crossover trial, 20 patients with multiple sclerosis received mesenchymal stem cells and placebo. "
    found = told(
        "EDSS was lower with MSC than with placebo (3.2 [SD 0.5] vs 3.8 [SD 0.6], p=0.01).",
        "In the first period, EDSS was lower with MSC than with placebo (3.2 [SD 0.5, n=10] vs 3.8 [SD 0.6, n=10], p=0.01).",
        people=people, title="Mesenchymal stem cells in multiple sclerosis: a randomised crossover trial",
    )  # fmt: skip
    paired = next(r for r in found if r.document == "d0")
    first = next(r for r in found if r.document == "d1")
    assert reasons(paired) == {Reason.CROSSOVER}
    assert first.poolable
    (given, _) = sorted(made_over(found, Choice(correlation=0.3)), key=lambda r: r.document)
    assert given.poolable
    assert given.derived is not None
    assert given.derived.vi == pytest.approx((0.25 + 0.36 - 2 * 0.3 * 0.3) / 20)
    assert any("0.3, which is not printed" in a for a in given.derived.assumptions)
    assert given.ni in (20, paired.ni)


def test_two_arms_are_made_over_into_the_measure_that_is_asked_for(told: Told) -> None:
    found = told("Relapses occurred in 4 (20%) of 20 patients on MSC and 10 (50%) of 20 patients on placebo.")
    sizes = {m: synthesise(found, Choice(measure=m)).pooled.estimate for m in ("RR", "OR", "RD")}
    assert sizes == pytest.approx({"RR": -0.916291, "OR": -1.386294, "RD": -0.3}, abs=1e-6)
    means = told("Mean EDSS was 3.2 (SD 0.5) in the MSC group and 3.8 (SD 0.6) in the placebo group.")
    means = tuple(r for r in means if r.outcome == "EDSS")
    assert synthesise(means, Choice(measure="SMD")).pooled.estimate == pytest.approx(-1.0649, abs=1e-3)


def test_a_standard_error_among_standard_deviations_is_doubted(told: Told) -> None:
    found = told(
        "Mean EDSS was 3.2 (SD 1.0) in the MSC group and 3.8 (SD 1.0) in the placebo group.",
        "Mean EDSS was 3.1 (SD 1.1) in the MSC group and 3.7 (SD 1.1) in the placebo group.",
        "Mean EDSS was 3.0 (SD 0.16) in the MSC group and 3.9 (SD 0.16) in the placebo group.",
    )
    assert [r.document for r in found if Reason.SUSPICIOUS in reasons(r)] == ["d2"]
    assert len(only(found)) == 2


def test_cluster_headache_is_no_cluster_trial(told: Told) -> None:
    (row,) = told(
        "Mean EDSS was 3.2 (SD 1.0) in the MSC group and 3.8 (SD 1.0) in the placebo group.",
        title="Mesenchymal stem cells for cluster headache and multiple sclerosis: a randomised placebo-controlled trial",
    )
    assert Reason.CLUSTER not in reasons(row)


def test_where_the_arms_and_the_contrast_are_printed_it_is_one_row(told: Told) -> None:
    (row,) = told("Relapses occurred in 4 of 20 patients with MSC and 10 of 20 with placebo (RR 0.40, 95% CI 0.15 to 1.07).")
    assert (row.est, row.poolable, row.arms is not None) == (0.4, True, True)
    assert synthesise([row], Choice(measure="RD", several=Several.REFUSE)).pooled.estimate == pytest.approx(-0.3)


@pytest.mark.parametrize(
    ("sentence", "pooled"),
    [
        ("The mean difference in EDSS (placebo minus MSC) was 0.7 points (95% CI 0.3 to 1.1).", [-0.7]),
        ("The hazard ratio for relapse with placebo as compared with MSC was 1.8 (95% CI 1.2 to 2.7).", [-0.588]),
        ("The hazard ratio for relapse (placebo vs MSC) was 1.1 (95% CI 0.8 to 1.5; p=0.60).", [-0.095]),
        ("Relapse occurred in 15 of 20 placebo patients and 8 of 20 MSC patients (RR 1.88, 95% CI 1.04 to 3.39).", [-0.631]),
        ("The rate of relapse per 100 person-years was 4.1 on placebo and 2.6 on MSC (rate ratio 1.58, 95% CI 1.11 to 2.25).", [-0.457]),
        ("In the placebo group, relapse was more frequent than in the MSC group (60% v 30%; relative risk 2.0, 95% CI 1.25 to 3.20).", [-0.693]),
    ],
)  # fmt: skip
def test_a_contrast_that_is_printed_of_the_comparator_is_turned_round_and_says_so(
    told: Told, sentence: str, pooled: list[float]
) -> None:
    (row,) = [r for r in told(sentence) if r.est is not None]
    assert only((row,)) == pooled
    assert row.derived is not None
    assert "of placebo against mesenchymal stem cells, sign turned round" in row.derived.derivation
    assert (row.est or 0) > 0


@pytest.mark.parametrize(
    "sentence",
    [
        "EDSS was higher in the placebo group (mean difference 0.7 points, 95% CI 0.3 to 1.1).",
        "EDSS was higher with placebo than with MSC (mean difference 0.7 points, 95% CI 0.3 to 1.1).",
        "Relapse was twice as likely in the placebo group as in the MSC group (RR 2.0, 95% CI 1.25 to 3.20).",
        "EDSS was slightly higher with placebo (mean difference 0.2 points, 95% CI -0.2 to 0.6; p=0.33).",
        "EDSS was higher with placebo (mean difference 0.2, 95% CI -0.2 to 0.6), but the difference was not significant.",
        "Serum zinc was higher with placebo (mean difference 1.4, 95% CI 0.5 to 2.3).",
        "Relapse was numerically more frequent with placebo (HR 1.08, 95% CI 0.85 to 1.37), although not significantly.",
        "Relapse was non-significantly more frequent with placebo (HR 1.08, 95% CI 0.85 to 1.37).",
        "Mortality did not differ, but was numerically higher with placebo (HR 1.08, 95% CI 0.85 to 1.37).",
        "Mortality tended to be higher in the placebo group (HR 1.28, 95% CI 0.95 to 1.72; p=0.10).",
        "There was a non-significant increase in mortality with placebo (HR 1.08, 95% CI 0.85 to 1.37).",
    ],
)
def test_a_contrast_that_only_its_sentence_tells_of_the_comparator_is_refused_and_not_turned(told: Told, sentence: str) -> None:
    (row,) = [r for r in told(sentence) if r.est is not None]
    assert Reason.SIGN in reasons(row)


@pytest.mark.parametrize(
    ("sentence", "pooled"),
    [
        ("15 patients (75%) in the placebo group and 6 (30%) in the MSC group relapsed, a protective effect of the intervention "
         "(RR 0.40, 95% CI 0.20 to 0.81).", -0.916),
        ("Relapse was reported after stress reduction by 12 (60%) of placebo and 5 (25%) of MSC patients (odds ratio 0.22, 95% CI 0.06 to 0.85).", -1.514),
    ],
)  # fmt: skip
def test_the_arms_own_rates_outweigh_a_word_that_turns_their_ratio_round(told: Told, sentence: str, pooled: float) -> None:
    (row,) = [r for r in told(sentence) if r.est is not None]
    assert (only((row,)), row.direction) == ([pooled], "favours_intervention")


def test_a_ratio_near_one_that_adjusting_moved_to_the_other_side_of_the_rates_is_not_turned(told: Told) -> None:
    (row,) = [
        r
        for r in told("Relapse occurred in 40% with MSC and 44% with placebo (adjusted odds ratio 1.05, 95% CI 0.80 to 1.38).")
        if r.est is not None
    ]
    assert only((row,)) == [0.049]


@pytest.mark.parametrize(
    "sentence",
    [
        "The mean difference in EDSS was 0.2 (95% CI -0.2 to 0.6) in favour of MSC (p=0.33).",
        "EDSS was slightly lower with MSC than with placebo (mean difference 0.2, 95% CI -0.2 to 0.6).",
        "Serum zinc was lower with MSC than with placebo (mean difference 1.4, 95% CI 0.5 to 2.3).",
    ],
)
def test_a_null_and_an_outcome_without_a_better_side_are_refused_where_the_words_give_their_number_another_sign(
    told: Told, sentence: str
) -> None:
    (row,) = [r for r in told(sentence) if r.est is not None]
    assert Reason.SIGN in reasons(row)


@pytest.mark.parametrize(
    ("sentence", "pooled"),
    [
        ("Overall survival was longer with MSC than with placebo (HR 0.60, 95% CI 0.40 to 0.90).", [-0.511]),
        ("Overall survival did not differ between MSC and placebo (HR 0.90, 95% CI 0.60 to 1.35).", [-0.105]),
        ("Overall survival was shorter with placebo (HR 1.67, 95% CI 1.11 to 2.50).", []),
    ],
)
def test_a_hazard_ratio_beside_a_survival_is_pooled_as_one_of_deaths(told: Told, sentence: str, pooled: list[float]) -> None:
    assert only(told(sentence)) == pooled


def test_what_is_printed_of_the_comparator_is_compared_with_the_treatments_sign(reader: Reader, tmp_path: Path) -> None:
    text, sections = with_title(
        TITLE, PEOPLE + "The mean difference in EDSS (placebo minus MSC) was 0.7 points (95% CI 0.3 to 1.1)."
    )
    document = Document("d", TITLE, text, sections, 2020)
    put(tmp_path / "library.db", Reading(document, reader.read(document)))
    db = for_reading(tmp_path / "library.db")
    assert tuple(db.execute("SELECT direction, yi FROM comparison").fetchone()) == ("favours_intervention", -0.7)
    assert tuple(db.execute("SELECT estimate, ci_low, ci_high FROM effect").fetchone()) == (0.7, 0.3, 1.1)
