"""Which claims answer a question, and what they add up to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Report
from crawler.record import Identifiers, Reference
from kb.answer import Answer, answer
from kb.answer_json import as_contract, rows
from kb.answer_text import text
from kb.connection import for_reading
from kb.intake import Reading
from kb.question import understand
from nlp.claim import Better, Concept, Direction, Level, NullKind, Outcome
from tests.kb.made import Said, put, reading

UP, DOWN, NULL = Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR, Direction.NO_DIFFERENCE
STROKE = Concept("MESH:D020521", "stroke", "condition")
ISCHAEMIC = Concept("counterclaim:ischaemic-stroke", "ischaemic stroke", "condition")
QUESTION = "intrathecal MSC vs placebo"

Ask = Callable[..., Answer]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def asked(question: str, *readings: Reading) -> Answer:
        path = tmp_path / "library.db"
        put(path, *readings)
        db = for_reading(path)
        return answer(db, understand(db, question))

    return asked


def one(found: Answer) -> dict[str, Any]:
    """The contract's object of the only outcome."""
    outcomes = as_contract(found)["outcomes"]
    assert isinstance(outcomes, list)
    assert len(outcomes) == 1
    outcome: dict[str, Any] = outcomes[0]
    return outcome


def documents(found: Answer) -> list[object]:
    return [c.row["document"] for o in found.outcomes for c in o.claims]


def test_a_claim_answers_with_its_number_quote_and_place(ask: Ask) -> None:
    names = Identifiers(doi="10.1000/one")
    outcome = one(ask(QUESTION, reading("a", Said(), names=names)))
    assert (outcome["outcome"], outcome["better"], outcome["verdict"]) == ("EDSS", "lower", "single trial")
    claim = outcome["claims"][0]
    assert (claim["direction"], claim["timepoint"]["text"], claim["n"], claim["status"]) == (
        "favours_intervention",
        "6 months",
        40,
        "ok",
    )
    assert (claim["effect"]["estimate"], claim["effect"]["ci_low"], claim["effect"]["ci_high"]) == (-0.5, -0.9, -0.1)
    assert claim["quote"] == Said().words()
    assert claim["url"] == "https://doi.org/10.1000/one"


@pytest.mark.parametrize(
    ("question", "said", "answers"),
    [
        (QUESTION, Said(route="intravenous"), False),
        ("MSC vs placebo", Said(route="intravenous"), True),
        (QUESTION, Said(comparator="standard care", comparator_class="standard care"), False),
        ("MSC vs control", Said(comparator="standard care", comparator_class="standard care"), True),
        ("MSC", Said(comparator="baseline", comparator_class="baseline"), True),
        ("MSC vs control", Said(comparator="baseline", comparator_class="baseline"), False),
        ("MSC at 12 months", Said(months=6), False),
        ("MSC at 1 year", Said(months=12), True),
        ("stem cell therapy vs placebo", Said(), True),
        ("bone marrow MSC", Said(cell_source="bone marrow"), True),
        ("bone marrow MSC", Said(cell_source="adipose tissue"), False),
        ("MSC in stroke", Said(), False),
        ("MSC for EDSS", Said(), True),
        ("MSC for mortality", Said(), False),
    ],
)
def test_what_answers(ask: Ask, question: str, said: Said, answers: bool) -> None:
    assert bool(ask(question, reading("a", said)).outcomes) is answers


def test_who_asks_for_stroke_is_told_of_ischaemic_stroke(ask: Ask) -> None:
    assert documents(ask("MSC in stroke", reading("a", Said(), condition=ISCHAEMIC))) == ["a"]


def test_pooled_results_without_the_comparator_stand_beside_and_are_not_counted(ask: Ask) -> None:
    found = ask(QUESTION, reading("trial", Said()), reading("review", Said(DOWN, comparator=None), level=Level.POOLED))
    outcome = one(found)
    assert [(c["document"], c["against_what_was_asked"]) for c in outcome["claims"]] == [("trial", True), ("review", False)]
    assert sum(outcome["counts"]["pooled"].values()) == 0
    assert outcome["verdict"] == "single trial"
    assert "BESIDE THESE: pooled results, not compared with placebo" in text(found)


def test_trials_and_pooled_results_are_counted_apart(ask: Ask) -> None:
    counts = one(ask(QUESTION, reading("trial", Said()), reading("review", Said(DOWN), level=Level.POOLED)))["counts"]
    assert counts["trial"] == {"favours_intervention": 1, "favours_comparator": 0, "no_clear_difference": 0, "uncertain": 0}
    assert counts["pooled"] == {"favours_intervention": 0, "favours_comparator": 1, "no_clear_difference": 0, "uncertain": 0}


def test_a_study_counts_once_however_many_reports_and_times_tell_of_it(ask: Ask) -> None:
    trial = ("NCT00000001",)
    found = ask(
        QUESTION,
        reading("first", Said(UP, months=6), registry=trial),
        reading("second", Said(UP, months=3), Said(NULL, months=12), registry=trial),
    )
    assert one(found)["counts"]["trial"] == {
        "favours_intervention": 0, "favours_comparator": 0, "no_clear_difference": 1, "uncertain": 0
    }  # fmt: skip
    assert len(documents(found)) == 3


def test_a_superseded_digest_is_neither_shown_nor_counted(ask: Ask) -> None:
    names = Identifiers(doi="10.1000/one")
    digest = reading("digest", Said(DOWN), report=Report.DIGEST, reports_on=(Reference(names),))
    assert documents(ask(QUESTION, digest, reading("paper", Said(), names=names))) == ["paper"]


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (Report.NEWS, "known from a news report only"),
        (Report.WEB_PAGE, "known from a web page only"),
        (Report.DIGEST, "known from a digest only"),
    ],
)
def test_second_hand_is_said(ask: Ask, report: Report, told: str) -> None:
    trial = Reference(registry_id="NCT00000001")
    found = ask(QUESTION, reading("a", Said(), report=report, reports_on=(trial,)))
    assert one(found)["claims"][0]["known_from"] == told
    assert one(found)["claims"][0]["url"] == "https://clinicaltrials.gov/study/NCT00000001"
    assert told in text(found)


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        (Said(UP), Said(UP), "agreed"),
        (Said(UP), Said(DOWN, estimate=0.6, low=0.1, high=1.1), "contested"),
        (Said(UP), Said(NULL, estimate=-0.2, low=-0.7, high=0.3), "conclusions differ, estimates compatible"),
        (Said(UP, estimate=-2.0, low=-2.2, high=-1.8), Said(NULL, estimate=0.0, low=-0.2, high=0.2), "contested"),
        (Said(UP), Said(NULL, estimate=None), "no numbers"),
        (Said(UP, estimate=None), Said(NULL, estimate=None), "no numbers"),
        (Said(NULL), Said(NULL, null_kind=NullKind.IMPRECISE), "agreed"),
    ],
)
def test_the_verdict(ask: Ask, first: Said, second: Said, verdict: str) -> None:
    assert one(ask(QUESTION, reading("a", first), reading("b", second)))["verdict"] == verdict


def test_an_imprecise_null_is_uncertain_and_not_no_difference(ask: Ask) -> None:
    counts = one(ask(QUESTION, reading("a", Said(NULL, null_kind=NullKind.IMPRECISE))))["counts"]["trial"]
    assert (counts["uncertain"], counts["no_clear_difference"]) == (1, 0)


def test_a_dispute_names_both_what_tells_them_apart_and_whether_the_estimates_differ(ask: Ask) -> None:
    first, second = Said(UP, estimate=-1.0, low=-1.2, high=-0.8), Said(DOWN, estimate=1.0, low=0.8, high=1.2)
    (dispute,) = one(ask(QUESTION, reading("a", first), reading("b", second, size=400)))["disputes"]
    assert {dispute["a"]["document"], dispute["b"]["document"]} == {"a", "b"}
    assert (dispute["type"], dispute["estimates"], dispute["overlap"]) == ("opposite", "differ", "none known")
    # (-1 - 1) / sqrt(2 (0.4 / 3.919928)²)
    assert abs(dispute["z"]) == pytest.approx(13.859, abs=0.001)
    assert [e["factor"] for e in dispute["explained_by"]] == ["sample_size"]


@pytest.mark.parametrize(
    ("other", "disputed"), [(ISCHAEMIC, True), (STROKE, True), (Concept("MESH:D009103", "multiple sclerosis", "condition"), False)]
)
def test_claims_on_other_conditions_are_no_dispute(ask: Ask, other: Concept, disputed: bool) -> None:
    found = ask("MSC vs placebo", reading("a", Said(UP), condition=STROKE), reading("b", Said(DOWN), condition=other))
    assert bool(one(found)["disputes"]) is disputed


def test_far_times_are_no_dispute(ask: Ask) -> None:
    assert one(ask(QUESTION, reading("a", Said(UP, months=3)), reading("b", Said(DOWN, months=24))))["disputes"] == []


def test_what_the_audit_flags_is_shown_and_not_compared(ask: Ask) -> None:
    found = ask(QUESTION, reading("a", Said(UP, flag="The middle is -0.4.")), reading("b", Said(NULL)))
    claims = one(found)["claims"]
    assert [c["audit_flags"] for c in claims] == [["interval_centred: The middle is -0.4."], []]
    assert "flagged, interval_centred: The middle is -0.4." in text(found)
    assert one(found)["disputes"][0]["estimates"] == "not comparable"


def test_a_flat_row_has_the_quote_and_the_link_of_every_claim(ask: Ask) -> None:
    found = ask(QUESTION, reading("a", Said(), names=Identifiers(pmid="123")), reading("b", Said(DOWN)))
    flat = rows(found)
    assert [r["document"] for r in flat] == ["a", "b"]
    assert flat[0]["link"] == "https://pubmed.ncbi.nlm.nih.gov/123/"
    assert (flat[0]["estimate"], flat[0]["interval"], flat[0]["when"]) == ("MD -0.5", "-0.9 to -0.1", "6 months")
    assert all(r["quote"] for r in flat)


def test_outcomes_of_unlike_polarity_do_not_share_a_heading(ask: Ask) -> None:
    found = ask(
        "MSC",
        reading(
            "a",
            Said(outcome=Outcome("score", "score", None, Better.LOWER)),
            Said(outcome=Outcome("score", "score", None, Better.HIGHER)),
        ),
    )
    assert {(o.outcome, o.better) for o in found.outcomes} == {("score", "higher"), ("score", "lower")}


def test_an_answer_without_claims_says_what_to_try(ask: Ask) -> None:
    assert "Ask more widely" in text(ask("MSC for mortality", reading("a", Said())))


def test_the_readable_answer_keeps_to_its_width(ask: Ask) -> None:
    shown = text(ask(QUESTION, reading("a", Said()), reading("b", Said(DOWN))), width=60)
    quotes = [line for line in shown.splitlines() if "favours_" in line or "EDSS favours" in line]
    assert quotes
    assert max(map(len, quotes)) <= 60
    assert "\x1b[" not in shown
    assert "\x1b[32m+" in text(ask(QUESTION), colour=True)
