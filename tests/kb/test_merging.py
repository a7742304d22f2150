"""Which documents are one study: by names, by decision, never by likeness; and everything can be undone."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Report
from crawler.record import Identifiers, Reference
from kb.answer import answer
from kb.answer_json import as_contract
from kb.connection import for_reading
from kb.errors import NoSuchDocument, NothingToUndo
from kb.fingerprint import whole
from kb.merging import Decision, decide, doubts, studies, undo
from kb.question import understand
from kb.screening import document_named
from kb.store import Library
from nlp.claim import Direction, Level
from tests.kb.made import Said, put, reading

UP, NULL = Direction.FAVOURS_INTERVENTION, Direction.NO_DIFFERENCE
TRIAL = "NCT04749667"
TITLE = "Intrathecal mesenchymal stem cells in progressive multiple sclerosis: a randomised trial"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def decided(path: Path, one: str, other: str | None, decision: str) -> None:
    with Library(path, "merge", [], {"test": "1"}) as library:
        with library.transaction() as db:
            second = document_named(db, other) if other else None
            decide(db, library.run, Decision(document_named(db, one), second, decision, "looked at both"))
        library.close_run(0)


def undone(path: Path, one: str, other: str | None) -> None:
    with Library(path, "unmerge", [], {"test": "1"}) as library:
        with library.transaction() as db:
            undo(db, document_named(db, one), document_named(db, other) if other else None)
        library.close_run(0)


def print_of(path: Path) -> str:
    with contextlib.closing(for_reading(path)) as db:
        return whole(db)


def groups(path: Path) -> set[frozenset[str]]:
    with contextlib.closing(for_reading(path)) as db:
        rows = studies(db)
    by_study: dict[Any, set[str]] = {}
    for row in rows:
        by_study.setdefault(row["study"], set()).add(str(row["document"]))
    return {frozenset(v) for v in by_study.values()}


def queue(path: Path) -> list[tuple[object, object]]:
    with contextlib.closing(for_reading(path)) as db:
        return [(d["a"], d["b"]) for d in doubts(db)]


def edss(path: Path, question: str = "intrathecal MSC vs placebo for EDSS") -> dict[str, Any]:
    with contextlib.closing(for_reading(path)) as db:
        outcomes: Any = as_contract(answer(db, understand(db, question)))["outcomes"]
    (only,) = outcomes
    found: dict[str, Any] = only
    return found


def test_merge_then_unmerge_leaves_the_library_as_it_was(path: Path) -> None:
    put(path, reading("paper", Said(UP)), reading("talk", Said(NULL), report=Report.CONFERENCE), reading("other", Said(NULL)))
    before, counts = print_of(path), edss(path)["counts"]
    decided(path, "paper", "talk", "same")
    assert print_of(path) != before
    assert edss(path)["counts"]["trial"] == {
        "favours_intervention": 1,
        "favours_comparator": 0,
        "no_clear_difference": 1,
        "uncertain": 0,
    }
    undone(path, "talk", "paper")
    assert (print_of(path), edss(path)["counts"]) == (before, counts)


def test_a_document_is_taken_out_of_a_study_and_put_back(path: Path) -> None:
    put(path, *(reading(n, Said(UP), registry=(TRIAL,)) for n in "abc"))
    before = print_of(path)
    decided(path, "b", None, "apart")
    assert groups(path) == {frozenset("ac"), frozenset("b")} or len(groups(path)) == 1
    with contextlib.closing(for_reading(path)) as db:
        assert {row[0] for row in db.execute("SELECT study_id FROM study_document")} == {1, 2}
    undone(path, "b", None)
    assert print_of(path) == before


def test_a_decision_outlives_a_new_version_of_the_document(path: Path) -> None:
    put(path, reading("paper", Said(UP), names=Identifiers(doi="10.1000/x")), reading("talk", Said(UP)))
    decided(path, "paper", "talk", "same")
    put(path, reading("paper", Said(NULL), names=Identifiers(doi="10.1000/x")))
    assert groups(path) == {frozenset({"paper", "talk"})}


def test_what_was_never_decided_cannot_be_undone(path: Path) -> None:
    put(path, reading("a"), reading("b", title="Another"))
    with pytest.raises(NothingToUndo):
        undone(path, "a", "b")


@pytest.mark.parametrize("name", ["nothing", "twice"])
def test_a_name_that_is_not_one_documents_is_refused(path: Path, name: str) -> None:
    put(path, *(reading("twice", title=t, names=Identifiers(pmid=p)) for t, p in (("One", "1"), ("Two", "2"))))
    with pytest.raises(NoSuchDocument, match="Give the id"):
        decided(path, name, None, "apart")


def test_a_document_is_found_by_its_doi_and_pmid_too(path: Path) -> None:
    put(path, reading("a", names=Identifiers(doi="10.1000/x", pmid="77")))
    with contextlib.closing(for_reading(path)) as db:
        assert {document_named(db, n) for n in ("a", "10.1000/X", "doi:10.1000/x", "77", "pmid:77")} == {1}


# The review queue


def test_alike_titles_of_one_author_are_asked_about_and_not_merged(path: Path) -> None:
    put(
        path,
        reading("paper", Said(UP), title=TITLE, authors=("Petrou P",), year=2020),
        reading("record", Said(UP), title=TITLE.replace("randomised", "randomized"), authors=("Panayiota Petrou",), year=2021),
    )
    assert queue(path) == [("paper", "record")]
    assert groups(path) == {frozenset({"paper"}), frozenset({"record"})}


@pytest.mark.parametrize(
    "other",
    [
        {"title": TITLE, "authors": ("Cohen J",), "year": 2020},
        {"title": TITLE, "authors": ("Petrou P",), "year": 2025},
        {"title": f"{TITLE}, part 2", "authors": ("Petrou P",), "year": 2020},
        {"title": "Intravenous cells for relapsing disease: another trial altogether", "authors": ("Petrou P",), "year": 2020},
        {"title": TITLE, "authors": ("Petrou P",), "year": 2020, "level": Level.POOLED},
        {"title": TITLE, "authors": ("Petrou P",), "year": 2020, "registry": (TRIAL,)},
    ],
    ids=["author", "year", "part", "title", "a review", "already one"],
)
def test_what_speaks_against_it_is_not_asked(path: Path, other: dict[str, Any]) -> None:
    put(path, reading("a", title=TITLE, authors=("Petrou P",), year=2020, registry=(TRIAL,)), reading("b", **other))
    assert queue(path) == []


def test_a_protocol_may_be_years_before_its_paper(path: Path) -> None:
    protocol = reading("plan", title=TITLE, authors=("Petrou P",), year=2016, report=Report.PROTOCOL)
    put(path, protocol, reading("paper", title=TITLE, authors=("Petrou P",), year=2020))
    assert queue(path) == [("plan", "paper")]


@pytest.mark.parametrize("decision", ["same", "other"])
def test_what_was_decided_is_not_asked_again_until_it_is_undone(path: Path, decision: str) -> None:
    put(path, *(reading(n, title=TITLE, authors=("Petrou P",), names=Identifiers(pmid=str(i))) for i, n in enumerate("ab", 1)))
    assert queue(path) == [("a", "b")]
    decided(path, "a", "b", decision)
    assert queue(path) == []
    undone(path, "a", "b")
    assert queue(path) == [("a", "b")]


# Explained


def test_a_study_tells_by_what_its_documents_were_joined(path: Path) -> None:
    put(
        path,
        reading("paper", registry=(TRIAL, "ISRCTN11111111")),
        reading("follow-up", title="Five years on", registry=("ISRCTN11111111",)),
        reading("news", title="News", report=Report.NEWS, reports_on=(Reference(registry_id=TRIAL),)),
    )
    with contextlib.closing(for_reading(path)) as db:
        told = {row["document"]: (row["speaks"], row["joined_by"]) for row in studies(db, TRIAL)}
    assert told == {
        "paper": ("yes", f"registry ISRCTN11111111; registry {TRIAL}"),
        "follow-up": ("", "registry ISRCTN11111111"),
        "news": ("", f"registry {TRIAL}"),
    }


def test_a_guideline_that_speaks_of_several_trials_joins_none_of_them(path: Path) -> None:
    numbers = ("NCT00000001", "NCT00000002")
    put(
        path,
        *(reading(n, registry=(n,), title=f"Trial {n}") for n in numbers),
        reading("guide", registry=numbers, level=Level.OTHER),
    )
    assert len(groups(path)) == 3


# One trial told by a conference page, a protocol and a full paper


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_one_trial_is_counted_once_and_spoken_for_by_its_paper(path: Path, order: tuple[int, ...]) -> None:
    told = [
        reading(
            "conference", Said(UP, months=12), title="First results at the congress", report=Report.CONFERENCE, registry=(TRIAL,)
        ),
        reading("protocol", title="SMART-MS: study protocol", report=Report.PROTOCOL, registry=(TRIAL, "EudraCT 2020-000000-00")),
        reading("paper", Said(NULL, months=12, estimate=-0.1, low=-0.6, high=0.4), title="SMART-MS: results", registry=(TRIAL,)),
    ]
    for i in order:
        put(path, told[i])
    assert groups(path) == {frozenset({"conference", "protocol", "paper"})}
    for question in (
        "intrathecal MSC vs placebo for EDSS",
        "MSC for EDSS",
        "anything vs placebo for EDSS",
        "MSC for EDSS at 12 months",
    ):
        outcome = edss(path, question)
        assert [c["document"] for c in outcome["claims"]] == ["paper"]
        assert sum(sum(sides.values()) for sides in outcome["counts"].values()) == 1
        assert outcome["counts"]["trial"]["no_clear_difference"] == 1
