"""An answer's numbers as rows: derived and printed apart, and every refusal with its reason."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Report
from crawler.record import Identifiers
from kb.intake import Reading
from kb.poolable import Row
from kb.refusals import Reason
from kb.synthesis import Choice, synthesise
from nlp.claim import AuditFinding, Better, Direction, Effect, Group, Kind, Level, Measure, Outcome, Verdict
from tests.kb.made import Said, put, reading
from tests.kb.trials import contrast, own, rows_from, trial

Rows = Callable[..., tuple[Row, ...]]


@pytest.fixture
def made(tmp_path: Path) -> Rows:
    def of(*readings: Reading) -> tuple[Row, ...]:
        return rows_from(tmp_path, *readings)

    return of


def flagged(check: str) -> Effect:
    return contrast(audit=(AuditFinding(check, Verdict.INCONSISTENT, "it does not fit"),))


def test_a_trials_contrast_is_poolable_with_what_it_came_from(made: Rows) -> None:
    (row,) = made(trial("a", contrast(unit="points"), months=(6,), names=Identifiers(pmid="123")))
    assert row.poolable
    assert row.derived is not None
    assert (row.derived.yi, round(row.derived.sei, 4), row.derived.scale) == (-0.5, 0.2041, "raw")
    assert "ci_high - ci_low" in row.derived.derivation
    assert (row.est, row.est_lb, row.est_ub, row.ci_level, row.unit) == (-0.5, -0.9, -0.1, 95.0, "points")
    assert (row.study, row.pmid, row.outcome, row.timepoint_days, row.route) == ("Paper a", "123", "EDSS", 6 * 30.44, "intrathecal")
    assert "-0.5" in row.quote
    assert row.refused is None


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        (trial("a", contrast(), level=Level.POOLED), Reason.ALREADY_POOLED),
        (trial("a", contrast(), report=Report.NEWS), Reason.SECOND_HAND),
        (trial("a", contrast(), report=Report.DIGEST), Reason.SECOND_HAND),
        (trial("a", contrast(), level=Level.OTHER), Reason.NOT_A_TRIAL),
        (trial("a", flagged("interval_centred")), Reason.AUDIT),
        (trial("a", flagged("sign_against_words")), Reason.SIGN),
        (trial("a", contrast(low=-3.0)), Reason.ASYMMETRIC),
        (trial("a", contrast(low=None, high=None)), Reason.INTERVAL_MISSING),
        (trial("a", contrast(low=None, high=None, p_value=0.05, p_operator="<")), Reason.INTERVAL_MISSING),
        (trial("a", contrast(Measure.BETA)), Reason.MEASURE),
        (trial("a", contrast(subgroup="women")), Reason.SUBGROUP),
        (trial("a", contrast(kind=Kind.PRE_POST)), Reason.BEFORE_AFTER),
        (trial("a"), Reason.NO_ESTIMATE),
        (trial("a", contrast(Measure.OTHER, None, None, None, p_value=0.2)), Reason.NO_ESTIMATE),
        (trial("a", own(Group.INTERVENTION, Measure.MEAN, 3.0, sd=1.0)), Reason.SINGLE_ARM),
        (trial("a", own(Group.INTERVENTION, Measure.PROPORTION, 33.0, unit="%"), own(Group.COMPARATOR, Measure.PROPORTION, 37.0, unit="%")), Reason.DENOMINATOR),
        (trial("a", own(Group.INTERVENTION, Measure.MEAN, 3.0), own(Group.COMPARATOR, Measure.MEAN, 4.0)), Reason.SD_MISSING),
    ],
)  # fmt: skip
def test_what_is_refused_stays_with_its_reason(made: Rows, reading: Reading, reason: Reason) -> None:
    (row,) = made(reading)
    assert not row.poolable
    assert reason in [r.reason for r in row.refusals]
    assert reason.value in str(row.refused)


def test_two_arms_make_a_contrast(made: Rows) -> None:
    (means,) = made(
        trial("a", own(Group.INTERVENTION, Measure.MEAN, 3.0, sd=1.0), own(Group.COMPARATOR, Measure.MEAN, 4.0, sd=2.0))
    )
    assert means.derived is not None
    assert (means.measure, means.derived.yi) == ("MD", -1.0)
    assert means.derived.vi == pytest.approx(1 / 100 + 4 / 100)
    assert "of all 100 people" in means.derived.assumptions[0]
    assert means.est is None


@pytest.mark.parametrize("more", [{"events": 10, "total": 100}, {"total": 100}])
def test_two_counts_make_a_risk_ratio(made: Rows, more: dict[str, Any]) -> None:
    (row,) = made(
        trial("a", own(Group.INTERVENTION, Measure.PROPORTION, 10.0, unit="%", **more), own(Group.COMPARATOR, Measure.PROPORTION, 20.0, unit="%", events=20, total=100))
    )  # fmt: skip
    assert row.poolable
    assert row.derived is not None
    assert row.derived.yi == pytest.approx(math.log(0.5))
    assert bool(row.derived.assumptions) is ("events" not in more)


def test_small_arms_are_read_with_t_and_it_is_said(made: Rows) -> None:
    (row,) = made(trial("a", contrast(), sizes=(10, 10)))
    assert row.derived is not None
    assert round(row.derived.sei, 4) == round(0.8 / (2 * 2.100922), 4)
    assert "18 degrees of freedom" in row.derived.assumptions[0]


def test_arms_against_one_control_share_its_name(made: Rows) -> None:
    first, second = made(trial("a", contrast(), contrast(estimate=-0.4, low=-0.8, high=0.0, arm=2), sizes=(30, 30, 30)))
    assert first.shared_control_id is not None
    assert first.shared_control_id == second.shared_control_id
    (alone,) = [r for r in made(trial("b", contrast())) if r.document == "b"]
    assert alone.shared_control_id is None


def test_a_claim_that_rests_on_a_p_value_finds_its_arms_values(made: Rows) -> None:
    p = contrast(Measure.OTHER, None, None, None, p_value=0.03, p_operator="=")
    arms = own(Group.INTERVENTION, Measure.MEAN, 3.0, sd=1.0), own(Group.COMPARATOR, Measure.MEAN, 4.0, sd=2.0)
    again, row = made(trial("a", p, *arms, direction=Direction.FAVOURS_INTERVENTION))
    assert row.derived is not None
    assert row.derived.yi == -1.0
    assert again.refusals[0].reason is Reason.SAID_AGAIN


@pytest.mark.parametrize(
    ("design", "reason"), [("randomised crossover trial", Reason.CROSSOVER), ("cluster randomised trial", Reason.CLUSTER)]
)
def test_two_arms_of_a_crossover_or_of_clusters_are_no_parallel_trial(made: Rows, design: str, reason: Reason) -> None:
    arms = own(Group.INTERVENTION, Measure.MEAN, 3.0, sd=1.0), own(Group.COMPARATOR, Measure.MEAN, 4.0, sd=2.0)
    (row,) = made(trial("a", *arms, design=design))
    assert [r.reason for r in row.refusals] == [reason]
    (printed,) = [r for r in made(trial("b", contrast(), design=design)) if r.document == "b"]
    assert printed.poolable


def test_a_retracted_paper_is_refused_and_its_study_is_not_counted(tmp_path: Path) -> None:
    rows_from(tmp_path, trial("a", contrast()), trial("b", contrast(estimate=-0.4, low=-0.8, high=0.0)))
    with sqlite3.connect(tmp_path / "library.db") as db:
        db.execute("UPDATE document SET status = 'retracted' WHERE came_as = 'b'")
    kept, gone = rows_from(tmp_path)
    assert gone.refusals[0].reason is Reason.RETRACTED
    assert synthesise([kept, gone], Choice()).measured == 1


def test_a_part_of_the_arms_is_not_taken_for_the_whole(made: Rows) -> None:
    arms = own(Group.INTERVENTION, Measure.MEAN, 3.0, sd=1.0), own(Group.COMPARATOR, Measure.MEAN, 4.0, sd=2.0)
    (row,) = made(trial("a", *arms, outcome=Outcome("EDSS of the subset", "EDSS", None, Better.LOWER)))
    assert [r.reason for r in row.refusals] == [Reason.DENOMINATOR]


def test_a_number_of_the_other_way_round_is_never_pooled(tmp_path: Path) -> None:
    """Who asks for intravenous against intrathecal is answered by a paper on intrathecal against intravenous, whose number has the other sign."""
    put(
        tmp_path / "library.db", reading("a", Said(comparator="intravenous mesenchymal stem cells", comparator_class="other route"))
    )
    with sqlite3.connect(tmp_path / "library.db") as db:
        db.execute("UPDATE arm SET route = 'intravenous' WHERE role = 'comparator'")
    (row,) = rows_from(tmp_path, question="intravenous MSC")
    assert Reason.OTHER_SIDE in [r.reason for r in row.refusals]
    (asked,) = rows_from(tmp_path, question="intrathecal MSC")
    assert asked.poolable
