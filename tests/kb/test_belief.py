"""What studies add up to: sides and uncertainty instead of votes, comparators apart, retracted and doubted papers in their place."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Report
from crawler.record import Identifiers, Reference
from kb.answer import Answer, answer
from kb.answer_json import as_contract
from kb.answer_text import text
from kb.connection import for_reading
from kb.intake import Reading
from kb.question import understand
from nlp.claim import Direction, Level, NullKind
from tests.kb.made import Said, put, reading

UP, DOWN, NULL = Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR, Direction.NO_DIFFERENCE
WIDE: dict[str, Any] = {"estimate": -0.3, "low": -1.5, "high": 0.9, "null_kind": NullKind.IMPRECISE}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def asked(path: Path, question: str, *readings: Reading) -> Answer:
    if readings:
        put(path, *readings)
    with contextlib.closing(for_reading(path)) as db:
        return answer(db, understand(db, question))


def outcomes(found: Answer) -> list[dict[str, Any]]:
    told: Any = as_contract(found)["outcomes"]
    return list(told)


def one(found: Answer) -> dict[str, Any]:
    (only,) = outcomes(found)
    return only


def became(path: Path, name: str, status: str) -> None:
    db = sqlite3.connect(path)
    db.execute("UPDATE document SET status = ? WHERE came_as = ?", (status, name))
    db.commit()
    db.close()
    put(path)


def test_nulls_with_wide_intervals_outvote_nobody(path: Path) -> None:
    nulls = [reading(n, Said(NULL, **WIDE)) for n in "bcde"]
    outcome = one(asked(path, "MSC vs placebo", reading("a", Said(UP)), *nulls))
    assert outcome["counts"]["trial"] == {
        "favours_intervention": 1,
        "favours_comparator": 0,
        "no_clear_difference": 0,
        "uncertain": 4,
    }
    assert outcome["verdict"] == "conclusions differ, estimates compatible"


def test_one_precise_study_against_three_is_contested_by_its_estimate(path: Path) -> None:
    small = [reading(n, Said(UP, estimate=-1.0, low=-1.3, high=-0.7)) for n in "abc"]
    precise = reading("d", Said(NULL, estimate=0.0, low=-0.1, high=0.1, null_kind=NullKind.PRECISE_NULL))
    assert one(asked(path, "MSC vs placebo", *small, precise))["verdict"] == "contested"


def test_the_side_on_which_estimates_lie_is_told_beside_the_counts(path: Path) -> None:
    outcome = one(asked(path, "MSC vs placebo", reading("a", Said(UP)), reading("b", Said(NULL, **WIDE))))
    assert outcome["leaning"]["trial"]["not told"] == 2


def test_comparators_are_not_mixed_unless_the_question_names_what_it_wants(path: Path) -> None:
    readings = (
        reading("a", Said(UP)),
        reading("b", Said(DOWN, comparator="sham", comparator_class="sham")),
        reading("c", Said(Direction.DECREASE, comparator="baseline", comparator_class="baseline")),
    )
    unasked = outcomes(asked(path, "MSC for EDSS", *readings))
    assert {o["against"]: (o["verdict"], len(o["claims"])) for o in unasked} == {
        "placebo": ("single trial", 1), "sham": ("single trial", 1), "their own baseline": ("single trial", 1),
    }  # fmt: skip
    mixed = one(asked(path, "MSC vs control for EDSS"))
    assert (mixed["against"], mixed["verdict"], len(mixed["claims"])) == (None, "contested", 2)


def test_treatments_are_not_mixed_where_the_question_names_none(path: Path) -> None:
    cord_blood = Said(DOWN, concept="counterclaim:cord-blood-mononuclear-cells", intervention="cord blood mononuclear cells")
    found = outcomes(asked(path, "what lowers EDSS", reading("a", cord_blood), reading("b", Said(UP))))
    # What does what is wished for comes first; the other is not left out.
    assert [o["intervention"] for o in found] == ["mesenchymal stem cells", "cord blood mononuclear cells"]


def test_two_treatments_are_found_whichever_of_them_the_paper_names_first(path: Path) -> None:
    cord_blood = "counterclaim:cord-blood-mononuclear-cells"
    turned = Said(DOWN, concept=cord_blood, intervention="cord blood mononuclear cells", comparator="mesenchymal stem cells", comparator_class="active",
                  comparator_concept="CL:0000134")  # fmt: skip
    straight = Said(UP, comparator="cord blood mononuclear cells", comparator_class="active", comparator_concept=cord_blood)
    readings = (reading("straight", straight), reading("turned", turned))
    outcome = one(asked(path, "MSC vs cord blood mononuclear cells for EDSS", *readings))
    assert {c["document"]: (c["direction"], c["effect"] is None) for c in outcome["claims"]} == {
        "straight": ("favours_intervention", False), "turned": ("favours_intervention", True),
    }  # fmt: skip
    assert (outcome["verdict"], outcome["counts"]["trial"]["favours_intervention"]) == ("agreed", 2)
    other = one(asked(path, "cord blood mononuclear cells vs MSC for EDSS"))
    assert other["counts"]["trial"]["favours_comparator"] == 2


def test_trials_and_reviews_have_a_word_each(path: Path) -> None:
    trials = [reading(n, Said(UP)) for n in "ab"]
    outcome = one(asked(path, "MSC vs placebo", *trials, reading("r", Said(DOWN), level=Level.POOLED)))
    assert outcome["verdicts"] == {"trial": "agreed", "pooled": "single trial"}


def test_the_paper_speaks_and_not_the_registry_however_late_the_registry_looked(path: Path) -> None:
    trial = ("NCT00000001",)
    outcome = one(
        asked(
            path, "MSC vs placebo", reading("paper", Said(UP, months=6), registry=trial),
            reading("registry", Said(NULL, months=12), registry=trial, report=Report.REGISTRY),
        )
    )  # fmt: skip
    assert outcome["counts"]["trial"]["favours_intervention"] == 1
    assert outcome["counts"]["trial"]["no_clear_difference"] == 0


def test_a_retracted_paper_is_shown_and_counts_for_nothing(path: Path) -> None:
    asked(path, "MSC vs placebo", reading("a", Said(UP)), reading("b", Said(DOWN)))
    became(path, "b", "retracted")
    outcome = one(asked(path, "MSC vs placebo"))
    assert [c["status"] for c in outcome["claims"]] == ["ok", "retracted"]
    assert (outcome["verdict"], outcome["counts"]["trial"]["favours_comparator"], outcome["disputes"]) == ("single trial", 0, [])
    retraction = next(s for s in outcome["certainty"]["steps"] if s["step"] == "retraction")
    assert (retraction["concern"], retraction["why"]) == (False, "1 retracted and not counted")


def test_a_doubted_paper_counts_and_the_answer_is_shown_without_it_too(path: Path) -> None:
    asked(path, "MSC vs placebo", reading("a", Said(UP)), reading("b", Said(DOWN)))
    became(path, "b", "concern")
    found = asked(path, "MSC vs placebo")
    outcome = one(found)
    assert outcome["verdict"] == "contested"
    assert outcome["without_concern"]["verdict"] == "single trial"
    assert "without documents under an expression of concern: single trial" in text(found)
    assert one(asked(path, "MSC vs placebo"))["certainty"]["says"].count("expression of concern") == 1


def test_nothing_is_said_of_concern_where_there_is_none(path: Path) -> None:
    assert one(asked(path, "MSC vs placebo", reading("a", Said(UP))))["without_concern"] is None


def test_a_review_that_cites_a_retracted_trial_may_include_it(path: Path) -> None:
    bad = Identifiers(doi="10.1000/bad")
    review = reading("review", Said(UP), level=Level.POOLED, cites=(Reference(bad),))
    asked(path, "MSC vs placebo", reading("bad", Said(UP), names=bad), review, reading("trial", Said(UP), cites=(Reference(bad),)))
    db = sqlite3.connect(path)
    db.execute(
        "INSERT INTO document_notice (document_id, source, position, kind, said_by, found_in) SELECT id, 'pubmed_xml', 0, 'retracted', 'pubmed', 1 FROM document WHERE came_as = 'bad'"
    )
    db.commit()
    db.close()
    became(path, "bad", "retracted")
    found = asked(path, "MSC vs placebo")
    assert {c["document"]: c["may_include"] for c in one(found)["claims"]} == {"review": ["bad"], "bad": [], "trial": []}
    assert "MAY INCLUDE, CITES RETRACTED: bad" in text(found)


@pytest.mark.parametrize(
    ("readings", "step", "concern", "why"),
    [
        ([reading("a", Said(UP))], "design", False, "1 of 1 trials randomised"),
        ([reading("a", Said(UP), design="single-arm trial")], "design", True, "0 of 1 trials randomised"),
        ([reading("a", Said(UP), design=None)], "design", None, "0 of 1 trials randomised"),
        ([reading("a", Said(UP), size=399)], "size", True, "399 people in all, fewer than 400"),
        ([reading("a", Said(UP), size=400)], "size", False, "400 people in all, at least 400"),
        ([reading("a", Said(UP), size=None)], "size", None, "no sample size is told"),
        ([reading("a", Said(UP))], "consistency", None, "one study alone"),
        ([reading("a", Said(UP)), reading("b", Said(DOWN))], "consistency", True, "contested"),
        ([reading("a", Said(UP)), reading("b", Said(UP))], "consistency", False, "agreed"),
        ([reading("a", Said(UP))], "directness", False, "compared with what was asked"),
        ([reading("a", Said(UP), report=Report.NEWS)], "directness", True, "1 of 1 studies known at second hand"),
        ([reading("a", Said(UP))], "retraction", False, "none known"),
    ],
)
def test_each_step_of_the_note_has_its_reason(
    path: Path, readings: list[Reading], step: str, concern: bool | None, why: str
) -> None:
    steps = {s["step"]: s for s in one(asked(path, "MSC vs placebo", *readings))["certainty"]["steps"]}
    assert list(steps) == ["design", "size", "consistency", "directness", "retraction"]
    assert (steps[step]["concern"], steps[step]["why"]) == (concern, why)


def test_the_people_of_several_reviews_are_not_added_up(path: Path) -> None:
    reviews = [reading(n, Said(UP), level=Level.POOLED, size=300) for n in "ab"]
    steps = {s["step"]: s for s in one(asked(path, "MSC vs placebo", *reviews))["certainty"]["steps"]}
    assert steps["size"]["why"] == "300 people in all, fewer than 400"
