"""Answers as of an earlier run, what turned, screening decisions, and trials that never reported."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Report
from crawler.record import Identifiers
from kb.answer import Answer, answer
from kb.answer_json import as_contract
from kb.answer_text import text
from kb.changes import changes
from kb.connection import for_reading
from kb.filters import Filters
from kb.intake import Reading
from kb.notices import bring_back, bury
from kb.question import understand
from kb.screening import decide, document_named, prisma
from kb.store import Library
from nlp.claim import Direction, Level
from tests.kb.made import Said, put, reading

UP, DOWN, NULL = Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR, Direction.NO_DIFFERENCE
QUESTION = "intrathecal MSC vs placebo"
COMPATIBLE = "conclusions differ, estimates compatible"
DOI = Identifiers(doi="10.1000/one")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def asked(path: Path, question: str = QUESTION, as_of: int | None = None, filters: Filters = Filters()) -> Answer:  # noqa: B008 - frozen
    with contextlib.closing(for_reading(path)) as db:
        return answer(db, understand(db, question), filters, as_of)


def told(found: Answer) -> Any:
    """What an answer says of its outcomes, without the marks of the library it is from."""
    return as_contract(found)["outcomes"]


def change(path: Path, name: str, **columns: Any) -> None:
    with Library(path, "refresh", [], {"test": "1"}) as library:
        with library.transaction() as db:
            for column, value in columns.items():
                db.execute(f"UPDATE document SET {column} = ? WHERE came_as = ?", (value, name))
        library.close_run(0)


def graves(path: Path, name: str, back: bool = False) -> None:
    with Library(path, "refresh", [], {"test": "1"}) as library:
        with library.transaction() as db:
            number = document_named(db, name)
            bring_back(db, number, library.run) if back else bury(db, number, "gone", library.run)
        library.close_run(0)


# As of a run


def test_an_answer_as_of_a_run_is_the_answer_that_run_gave(path: Path) -> None:
    given = []
    put(path, reading("a", Said(UP), names=DOI))
    given.append(told(asked(path)))
    put(path, reading("b", Said(DOWN), title="Another"))
    given.append(told(asked(path)))
    put(path, reading("a", Said(NULL, estimate=-0.1, low=-0.9, high=0.7), names=DOI))
    given.append(told(asked(path)))
    change(path, "b", status="retracted")
    given.append(told(asked(path)))
    graves(path, "b")
    given.append(told(asked(path)))
    graves(path, "b", back=True)
    put(path, reading("c", Said(UP), title="A third"))
    verdicts = [[o["verdict"] for o in outcomes] for outcomes in given]
    assert verdicts == [["single trial"], ["contested"], [COMPATIBLE], ["single trial"], ["single trial"]]
    for run, before in enumerate(given, 1):
        then = told(asked(path, as_of=run))
        assert _without_numbers(then) == _without_numbers(before), run


def _without_numbers(outcomes: Any) -> Any:
    """Rows that were written anew have other numbers, and JSON keeps fifteen digits of a number."""
    plain = json.loads(json.dumps(outcomes), parse_float=lambda digits: round(float(digits), 9))
    for o in plain:
        for c in o["claims"]:
            del c["claim"]
        for d in o["disputes"]:
            del d["a"]["claim"], d["b"]["claim"]
        o["claims"].sort(key=lambda c: str(c["document"]))
    return plain


def test_a_study_that_was_joined_later_was_two_then(path: Path) -> None:
    put(path, reading("a", Said(UP)), reading("b", Said(UP), title="Another"))
    before = told(asked(path))[0]["counts"]["trial"]["favours_intervention"]
    put(path, reading("a", Said(UP), registry=("NCT00000001",)), reading("b", Said(UP), title="Another", registry=("NCT00000001",)))
    assert (before, told(asked(path))[0]["counts"]["trial"]["favours_intervention"]) == (2, 1)
    assert told(asked(path, as_of=1))[0]["counts"]["trial"]["favours_intervention"] == 2


def test_the_library_of_then_is_named(path: Path) -> None:
    put(path, reading("a", Said(UP)))
    first = asked(path).library["digest"]
    put(path, reading("b", Said(DOWN)))
    assert asked(path).library["digest"] != first
    assert (asked(path, as_of=1).library["digest"], asked(path, as_of=1).library["as_of"]) == (first, 1)


def test_an_answer_names_the_searches_behind_it(path: Path) -> None:
    put(path, reading("a", Said(UP)))
    db = sqlite3.connect(path)
    db.execute("INSERT INTO search (name, source, query, watermark) VALUES ('ms', 'pubmed', 'cells AND sclerosis', '2026-01-01')")
    db.commit()
    db.close()
    assert asked(path).library["searches"] == [
        {"name": "ms", "source": "pubmed", "query": "cells AND sclerosis", "since": None, "last_answered": "2026-01-01"}
    ]


# What turned


def test_what_becomes_contested_and_what_is_settled_are_named(path: Path) -> None:
    put(path, reading("a", Said(UP)))
    put(path, reading("b", Said(DOWN, estimate=0.6, low=0.2, high=1.0)))
    change(path, "b", status="retracted")
    with contextlib.closing(for_reading(path)) as db:
        turned = [(c.run, c.what.partition(":")[0], c.before, c.after) for c in changes(db, 0) if c.kind == "verdict"]
    assert turned == [
        (2, "newly contested", "favours intervention", "contested"),
        (3, "settled", "contested", "favours intervention"),
    ]


def test_studies_of_one_side_whose_estimates_differ_are_newly_contested_too(path: Path) -> None:
    put(path, reading("a", Said(UP, estimate=-0.5, low=-0.6, high=-0.4)))
    put(path, reading("b", Said(UP, estimate=-2.0, low=-2.1, high=-1.9)))
    with contextlib.closing(for_reading(path)) as db:
        assert [c.after for c in changes(db, 0) if c.kind == "verdict"] == ["contested"]


# Screening


def screened(path: Path, question: str, name: str, decision: str = "exclude", why: str = "crossover without washout") -> None:
    with Library(path, "screen", [], {"test": "1"}) as library:
        with library.transaction() as db:
            decide(db, library.run, understand(db, question), document_named(db, name), decision, why)
        library.close_run(0)


def test_a_decision_holds_for_every_wording_and_for_no_other_question(path: Path) -> None:
    put(path, reading("a", Said(UP)), reading("b", Said(DOWN)))
    screened(path, QUESTION, "b")
    for wording in (QUESTION, "Intrathecal mesenchymal stromal cells versus placebo?", "intrathecel MSCs vs plazebo"):
        (outcome,) = told(asked(path, wording))
        assert [c["document"] for c in outcome["claims"]] == ["a"]
    assert len(told(asked(path, "MSC vs placebo"))[0]["claims"]) == 2
    assert "Screened out: b (crossover without washout)" in text(asked(path))


def test_a_decision_survives_a_new_version_and_is_taken_back(path: Path) -> None:
    put(path, reading("a", Said(UP), names=DOI))
    screened(path, QUESTION, "a")
    put(path, reading("a", Said(NULL), names=DOI))
    assert told(asked(path)) == []
    screened(path, QUESTION, "a", "include", "")
    assert len(told(asked(path))) == 1


def test_the_flow_diagram_adds_up(path: Path) -> None:
    put(
        path, reading("a", Said(UP)), reading("b", Said(DOWN)), reading("r", Said(UP, comparator=None), level=Level.POOLED),
        reading("c", Said(UP, route="intravenous")), reading("bad", Said(DOWN)),
    )  # fmt: skip
    change(path, "bad", status="retracted")
    screened(path, QUESTION, "b")
    with contextlib.closing(for_reading(path)) as db:
        counts: dict[str, Any] = prisma(db, answer(db, understand(db, QUESTION)))
    assert counts["records_identified"] == {"files": 5}
    assert counts["documents_screened"] == 4
    assert counts["documents_excluded"] == {"crossover without washout": 1, "not compared with what was asked": 1, "retracted": 1}
    assert (counts["documents_included"], counts["trials_included"], counts["pooled_analyses_included"]) == (1, 1, 0)
    assert counts["documents_screened"] + counts["documents_that_do_not_answer"] == counts["documents"]
    assert counts["documents_screened"] - sum(counts["documents_excluded"].values()) == counts["documents_included"]


# Registered, and nothing reported


def registered(name: str, *said: Said, primary: str = "EDSS. Time frame: 12 months.", number: str = "NCT00000009") -> Reading:
    plan = reading(name, *(said or (Said(UP),)), report=Report.REGISTRY, registry=(number,), title=f"Plan {name}")
    body = f"{plan.document.text}\n\nPrimary outcomes\n{primary}\n\nSecondary outcomes\nWalking."
    extraction = plan.extraction if said else replace(plan.extraction, claims=(), effects=())
    return replace(plan, document=replace(plan.document, text=body), extraction=extraction)


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        (QUESTION, True),
        ("MSC for EDSS in MS", True),
        ("MSC for NIHSS", False),
        ("MSC in stroke", False),
        ("intravenous MSC", False),
    ],
)
def test_a_registered_trial_without_a_result_is_an_empty_chair(path: Path, question: str, shown: bool) -> None:
    put(path, registered("plan"), reading("a", Said(UP)))
    chairs = asked(path, question).empty_chairs
    assert [c.study for c in chairs] == (["NCT00000009"] if shown else [])
    assert ("REGISTERED, AND NO RESULT HERE" in text(asked(path, question))) is shown
    if shown:
        assert chairs[0].primary == ("EDSS. Time frame: 12 months.",)


def test_the_chair_is_taken_when_the_paper_comes(path: Path) -> None:
    put(path, registered("plan"))
    assert len(asked(path).empty_chairs) == 1
    put(path, reading("paper", Said(UP), registry=("NCT00000009",)))
    assert asked(path).empty_chairs == ()


# Filters


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(design="single"), ["b"]),
        (Filters(since_year=2021), ["b"]),
        (Filters(until_year=2020), ["a"]),
        (Filters(smallest=100), ["b"]),
        (Filters(level="pooled"), []),
        (Filters(document="a"), ["a"]),
        (Filters(least_confidence=0.9), ["b"]),
        (Filters(least_confidence=0.99), []),
        (Filters(significant=True), []),
        (Filters(since_year=2021, smallest=1000), []),
    ],
)
def test_an_answer_is_restricted_by_explicit_options(path: Path, filters: Filters, found: list[str]) -> None:
    put(
        path,
        reading("a", Said(UP), size=20, year=2019),
        reading("b", Said(DOWN, confidence=0.95), size=200, year=2022, design="single-arm trial"),
    )
    restricted = asked(path, filters=filters)
    assert [c["document"] for o in told(restricted) for c in o["claims"]] == found
    # The same where a run is looked back at.
    assert [c["document"] for o in told(asked(path, as_of=1, filters=filters)) for c in o["claims"]] == found
    assert f"Restricted to: {filters.in_words()}" in text(restricted)


def test_a_question_that_nothing_answers_says_what_is_near(path: Path) -> None:
    put(path, reading("a", Said(UP, route="intravenous", months=6)))
    found = asked(path, "intravenous MSC vs placebo for EDSS at 24 months")
    assert found.near == ("Without the time: 1 claim.",)
    assert "Without the time: 1 claim." in text(found)
    assert asked(path, "intravenous MSC vs placebo for EDSS at 6 months").near == ()
    # What is near is compared with what was asked, too.
    assert asked(path, "MSC vs sham for EDSS").near == ("Without the comparator: 1 claim.",)
    assert asked(path, "MSC vs sham for EDSS at 24 months").near == ("Without the time and the comparator: 1 claim.",)
