"""Which claims compete, how they disagree, and what may explain it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Report
from crawler.record import Identifiers, Reference
from kb.connection import for_reading
from kb.dispute_lines import DisputeLine
from kb.dispute_list import Asked, listed, reports
from kb.errors import NotUnderstood
from kb.intake import Reading
from nlp.claim import Better, Concept, Direction, Level, Measure, NullKind, Outcome, QuestionKind
from tests.kb.made import Said, put, reading

UP, DOWN, NULL = Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR, Direction.NO_DIFFERENCE
STROKE = Concept("MESH:D020521", "stroke", "condition")
ISCHAEMIC = Concept("counterclaim:ischaemic-stroke", "ischaemic stroke", "condition")
BARTHEL = Outcome("Barthel Index", "Barthel Index", "counterclaim:barthel-index", Better.HIGHER)
BONE_MARROW = "counterclaim:bone-marrow-mesenchymal-stem-cells"

Disputed = Callable[..., list[DisputeLine]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


@pytest.fixture
def disputed(path: Path) -> Disputed:
    def found(*readings: Reading, asked: Asked = Asked()) -> list[DisputeLine]:  # noqa: B008 - frozen
        put(path, *readings)
        with contextlib.closing(for_reading(path)) as db:
            return listed(db, asked)

    return found


WORSE: dict[str, Any] = {"estimate": 0.5, "low": 0.1, "high": 0.9}


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        (Said(UP), Said(DOWN, **WORSE), "opposite"),
        (Said(UP), Said(NULL, estimate=-0.2, low=-0.7, high=0.3), "conclusion"),
        (Said(UP), Said(UP), None),
        (Said(NULL), Said(NULL, null_kind=NullKind.IMPRECISE), None),
        (Said(UP, estimate=-0.5, low=-0.6, high=-0.4), Said(UP, estimate=-2.0, low=-2.1, high=-1.9), "magnitude"),
        (Said(UP), Said(Direction.UNCLEAR), None),
    ],
)
def test_what_the_papers_conclude(disputed: Disputed, a: Said, b: Said, kind: str | None) -> None:
    assert [d.type for d in disputed(reading("a", a), reading("b", b))] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("b", "estimates"),
    [
        (Said(NULL, estimate=-0.2, low=-0.7, high=0.3), "compatible"),
        (Said(NULL, estimate=0.5, low=0.4, high=0.6), "differ"),
        (Said(NULL, estimate=None), "not comparable"),
        (Said(NULL, estimate=0.9, low=0.7, high=1.2, measure=Measure.RR), "not comparable"),
        (Said(NULL, estimate=0.5, low=0.4, high=0.6, flag="The middle is elsewhere."), "not comparable"),
    ],
)
def test_whether_the_numbers_differ_is_an_axis_of_its_own(disputed: Disputed, b: Said, estimates: str) -> None:
    (line,) = disputed(reading("a", Said(UP)), reading("b", b))
    assert (line.type, line.estimates) == ("conclusion", estimates)
    assert (line.z is None) is (estimates == "not comparable")


def test_ratios_are_tested_on_the_log_scale(disputed: Disputed) -> None:
    one = Said(UP, estimate=0.63, low=0.46, high=0.86, measure=Measure.RR)
    other = Said(NULL, estimate=0.85, low=0.54, high=1.33, measure=Measure.RR)
    (line,) = disputed(reading("a", one), reading("b", other))
    # (ln 0.63 - ln 0.85) / sqrt(0.1596² + 0.2299²)
    assert line.z == pytest.approx(-1.070, abs=0.002)
    assert (line.scale, line.estimates) == ("log", "compatible")
    assert line.p_difference == pytest.approx(0.285, abs=0.002)


@pytest.mark.parametrize(
    ("b", "competes"),
    [
        ({"said": Said(DOWN)}, True),
        # Facets explain; they do not part.
        ({"said": Said(DOWN, route="intravenous")}, True),
        ({"said": Said(DOWN, concept=BONE_MARROW, cell_source="bone marrow")}, True),
        # One is a kind of the other.
        ({"said": Said(DOWN, concept="counterclaim:stem-cell-therapy", intervention="stem cell therapy")}, True),
        ({"said": Said(DOWN), "condition": ISCHAEMIC}, True),
        ({"said": Said(DOWN, months=7)}, True),
        ({"said": Said(DOWN, months=None)}, True),
        ({"said": Said(DOWN, comparator="control", comparator_class=None)}, True),
        # Look-alikes.
        ({"said": Said(DOWN, months=24)}, False),
        ({"said": Said(DOWN, comparator="standard care", comparator_class="standard care")}, False),
        ({"said": Said(DOWN, comparator="sham", comparator_class="sham")}, False),
        ({"said": Said(DOWN, comparator="baseline", comparator_class="baseline")}, False),
        ({"said": Said(DOWN), "condition": Concept("MESH:D013119", "spinal cord injury", "condition")}, False),
        ({"said": Said(DOWN, outcome=Outcome("NIHSS", "NIHSS", "counterclaim:nihss", Better.LOWER))}, False),
        ({"said": Said(DOWN, concept="counterclaim:cord-blood-mononuclear-cells", intervention="cord blood cells")}, False),
        ({"said": Said(DOWN, question=QuestionKind.PROGNOSIS)}, False),
        ({"said": Said(DOWN, subgroup="men")}, False),
        ({"said": Said(DOWN), "level": Level.OTHER}, True),
        ({"said": Said(DOWN), "level": Level.OTHER, "size": None}, False),
    ],
)
def test_what_competes_and_what_only_looks_so(disputed: Disputed, b: dict[str, object], competes: bool) -> None:
    said = b.pop("said")
    assert isinstance(said, Said)
    assert bool(disputed(reading("a", Said(UP), condition=STROKE), reading("b", said, **({"condition": STROKE} | b)))) is competes  # type: ignore[arg-type]


def test_words_that_name_no_measure_are_no_common_outcome(disputed: Disputed) -> None:
    vague = Outcome("improvement", "improvement", "counterclaim:improvement", Better.HIGHER)
    assert disputed(reading("a", Said(UP, outcome=vague)), reading("b", Said(DOWN, outcome=vague))) == []


def test_a_dispute_names_what_differs_with_both_values(disputed: Disputed) -> None:
    (line,) = disputed(
        reading("a", Said(UP, route="intrathecal", dose="1 million/kg"), size=30),
        reading("b", Said(DOWN, route="intravenous", dose="2 million/kg"), size=90, design="single-arm trial"),
    )
    assert set(line.explained_by) == {
        ("route", "intrathecal", "intravenous"), ("dose", "1 million/kg", "2 million/kg"), ("sample_size", 30, 90),
        ("design", "randomised controlled trial", "single-arm trial"),
    }  # fmt: skip


def test_a_control_that_is_not_specified_may_be_any_and_is_named_as_an_explanation(disputed: Disputed) -> None:
    (line,) = disputed(reading("a", Said(UP)), reading("b", Said(DOWN, comparator="control", comparator_class=None)))
    assert ("comparator", "placebo", "control") in line.explained_by


def test_two_studies_meet_once_for_each_outcome_and_time_by_their_nearest_claims(disputed: Disputed) -> None:
    review = reading("review", Said(UP, route=None), Said(DOWN, route="intravenous"), level=Level.POOLED)
    # Intravenous against intravenous is nearer than intravenous against any route; there the two agree.
    assert disputed(reading("trial", Said(DOWN, route="intravenous")), review) == []


def test_a_subgroup_does_not_overrule_the_result_of_all(disputed: Disputed) -> None:
    assert disputed(reading("a", Said(UP), Said(NULL, subgroup="men")), reading("b", Said(UP))) == []


def test_a_subgroup_by_route_is_no_subgroup_of_people(disputed: Disputed) -> None:
    (line,) = disputed(reading("a", Said(UP)), reading("b", Said(DOWN, route="intravenous", subgroup="intravenous")))
    assert "subgroup" not in {factor for factor, _, _ in line.explained_by}


def test_reports_of_one_trial_never_compete_and_their_numbers_are_compared(path: Path, disputed: Disputed) -> None:
    trial = ("NCT00000001",)
    paper = reading("paper", Said(UP), registry=trial)
    registry = reading("registry", Said(UP, estimate=-0.2, low=-0.6, high=0.2), registry=trial, report=Report.REGISTRY)
    assert disputed(paper, registry) == []
    with contextlib.closing(for_reading(path)) as db:
        (told,) = reports(db)
    assert (told["study"], told["what"], told["a_tells"], told["b_tells"]) == ("NCT00000001", "estimate", "MD -0.5", "MD -0.2")


def test_a_number_that_is_only_rounded_is_not_inconsistent(path: Path, disputed: Disputed) -> None:
    trial = ("NCT00000001",)
    disputed(reading("a", Said(UP, estimate=-0.504), registry=trial), reading("b", Said(UP, estimate=-0.5), registry=trial))
    with contextlib.closing(for_reading(path)) as db:
        assert reports(db) == []


@pytest.mark.parametrize(
    ("level", "year", "overlap"),
    [(Level.POOLED, 2020, "possible"), (Level.TRIAL, 2019, "possible"), (Level.TRIAL, 2021, "none known")],
)
def test_a_review_is_never_taken_for_independent_of_what_it_may_hold(
    disputed: Disputed, level: Level, year: int, overlap: str
) -> None:
    (line,) = disputed(reading("review", Said(UP), level=Level.POOLED), reading("other", Said(DOWN), level=level, year=year))
    assert line.overlap == overlap


def test_two_trials_share_nobody_as_far_as_is_known(disputed: Disputed) -> None:
    (line,) = disputed(reading("a", Said(UP)), reading("b", Said(DOWN)))
    assert line.overlap == "none known"


def test_before_and_after_competes_with_its_like(disputed: Disputed) -> None:
    better = Said(Direction.DECREASE, comparator="baseline", comparator_class="baseline")
    worse = Said(Direction.INCREASE, comparator="baseline", comparator_class="baseline")
    (line,) = disputed(reading("a", better), reading("b", worse))
    assert line.type == "opposite"


def test_the_minimal_important_difference_tells_a_small_benefit_from_a_large_one(disputed: Disputed) -> None:
    # The packs give the Barthel Index a minimal important difference of 9.25 points.
    small = Said(UP, outcome=BARTHEL, estimate=5.0, low=2.0, high=8.0)
    large = Said(UP, outcome=BARTHEL, estimate=10.0, low=2.0, high=18.0)
    (line,) = disputed(reading("a", small), reading("b", large))
    assert (line.type, line.estimates) == ("magnitude", "compatible")


def test_the_heaviest_comes_first(disputed: Disputed) -> None:
    outcomes = [Outcome(n, n, f"counterclaim:{n}", Better.LOWER) for n in ("edss", "nihss", "mrs")]
    found = disputed(
        reading("a", Said(UP, outcome=outcomes[0]), size=400), reading("b", Said(DOWN, outcome=outcomes[0], **WORSE), size=400),
        reading("c", Said(UP, outcome=outcomes[1]), size=20), reading("d", Said(DOWN, outcome=outcomes[1], **WORSE), size=20),
        reading("e", Said(UP, outcome=outcomes[2]), size=400), reading("f", Said(NULL, outcome=outcomes[2], estimate=None), size=400),
    )  # fmt: skip
    assert [d.document_a for d in found] == ["a", "c", "e"]
    assert [d.weight for d in found] == sorted((d.weight for d in found), reverse=True)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (Asked(condition="stroke"), True),
        (Asked(condition="multiple sclerosis"), False),
        (Asked(outcome="expanded disability status scale"), True),
        (Asked(intervention="stem cell therapy"), True),
        (Asked(since=0), True),
        (Asked(since=1), False),
    ],
)
def test_the_list_is_restricted_by_names_and_runs(disputed: Disputed, asked: Asked, found: bool) -> None:
    both = (reading("a", Said(UP), condition=ISCHAEMIC), reading("b", Said(DOWN), condition=ISCHAEMIC))
    assert bool(disputed(*both, asked=asked)) is found


def test_a_restriction_that_no_pack_knows_is_refused(disputed: Disputed) -> None:
    with pytest.raises(NotUnderstood, match="zorgblatt"):
        disputed(reading("a", Said(UP)), asked=Asked(condition="zorgblatt"))


def test_a_retracted_claim_disputes_nothing_from_the_run_that_learns_of_it(path: Path, disputed: Disputed) -> None:
    assert len(disputed(reading("a", Said(UP)), reading("b", Said(DOWN)))) == 1
    db = sqlite3.connect(path)
    db.execute("UPDATE document SET status = 'retracted' WHERE came_as = 'b'")
    db.commit()
    db.close()
    assert disputed() == []


def test_a_page_that_tells_of_the_paper_adds_no_dispute(disputed: Disputed) -> None:
    paper = Identifiers(doi="10.1000/one")
    page = reading("page", Said(DOWN), report=Report.WEB_PAGE, reports_on=(Reference(paper),))
    assert disputed(reading("paper", Said(UP), names=paper), page, reading("other", Said(UP))) == []
