"""verify reads a registry's posted results again in the answer that they were read from, and says where that cannot be looked at."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.json_place import Place
from crawler.sources.registered_study import document_of
from crawler.sources.source import Answered, Lacking
from kb import ledger
from kb.connection import for_reading
from kb.intake import read_one
from kb.ledger import Counts
from kb.store import Library
from kb.verification import Finding, findings
from nlp.pipeline import Reader
from tests.crawler.made_studies import EDSS, EVENTS, MSC, PLACEBO, Json, analysis, measure, with_results

NUMBER, SOURCE = "NCT90000001", "clinicaltrials"
NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def told(path: Path, *given: Answered | Lacking, also: Callable[[Library], None] = lambda _: None) -> None:
    """One run in which the registry says this of the study."""
    with Library(path, "test", [], {}) as library:
        with library.transaction() as db:
            ledger.keep(db, SOURCE, None, given, library.run, NOW, Counts())
        also(library)
        library.close_run(0)


def answered(study: Json) -> Answered:
    return Answered(NUMBER, json.dumps(study).encode())


def stored(path: Path, reader: Reader, study: Json) -> None:
    """A library of this study, with all that was read from it."""
    reading = read_one(document_of(Place(json.loads(json.dumps(study))), NUMBER, SOURCE), reader)
    assert reading.failure is None
    told(
        path,
        answered(study),
        also=lambda library: (library.add(reading, lambda db, row: ledger.mark_read(db, SOURCE, NUMBER, row)), None)[1],
    )


def found(path: Path) -> list[Finding]:
    return list(findings(for_reading(path)))


def changed(path: Path, sql: str, *values: Any) -> list[str]:
    """What is found to be wrong after somebody changed the file by hand."""
    db = sqlite3.connect(path)
    assert db.execute(sql, values).rowcount == 1
    db.commit()
    return [f.sentence for f in found(path) if f.wrong]


SHARES = measure(
    "Participants With a Relapse", {"": {"Stem cells": "4", "Placebo": "9"}}, param="COUNT_OF_PARTICIPANTS", dispersion=None
)
ODD = measure(
    "Change in Cells in the Blood",
    {"Week 12": {"Stem cells": ("−1,204.5", "1.2e3"), "Placebo": ("NA", "0.9")}, "Week 24": {"Stem cells": (".5", "0.1"), "Placebo": ("3", "1")}},
    frame="Baseline, 12 and 24 weeks",
    analyses=[
        analysis("Mean Difference (Net)", "−0.8", ciLowerLimit="-1.4", ciUpperLimit="−.2", ciPctValue="90", pValue="<0.001"),
        analysis(None, None, pValue="0.62"),
    ],
)  # fmt: skip


@pytest.mark.parametrize("outcome", [EDSS, SHARES, ODD], ids=["a scale", "a count", "odd numbers"])
def test_posted_results_that_were_just_stored_are_true(path: Path, reader: Reader, outcome: Json) -> None:
    stored(path, reader, with_results([outcome], EVENTS))
    assert for_reading(path).execute("SELECT count(*) FROM effect").fetchone()[0] >= 4
    assert found(path) == []


def test_an_arm_that_the_registry_gives_no_name_goes_by_its_place(path: Path, reader: Reader) -> None:
    nameless = {k: v for k, v in PLACEBO.items() if k != "label"}
    stored(path, reader, with_results([EDSS], arms=[MSC | {"label": "Cells\\<br\\> of one"}, nameless]))
    assert "Arm 2" in [row[0] for row in for_reading(path).execute("SELECT quote FROM evidence")]
    assert found(path) == []


WHERE = "(SELECT min(e.id) FROM effect e WHERE e.whose = 'difference')"


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE evidence SET quote = 'Stem cell' WHERE quote = 'Stem cells'", "“Stem cell” is not what the answer prints at"),
        (f"UPDATE evidence SET quote = replace(quote, '-', '') WHERE id = (SELECT evidence_id FROM effect WHERE id = {WHERE})", "is not what the answer prints at"),
        (f"UPDATE evidence SET pointer = pointer || '9' WHERE id = (SELECT evidence_id FROM effect WHERE id = {WHERE})", "the answer has no place"),
        (f"UPDATE printed_number SET printed = '-0.9' WHERE effect_id = {WHERE} AND field = 'estimate'", "the estimate -0.9 does not stand in its quote"),
        (f"UPDATE printed_number SET printed = '0.4' WHERE effect_id = {WHERE} AND field = 'p_value'", "the p_value 0.4 does not stand in its quote"),
        (f"UPDATE effect SET estimate = -estimate WHERE id = {WHERE}", "is stored as"),
        (f"UPDATE effect SET ci_level = 90 WHERE id = {WHERE}", "the ci_level 90"),
        ("UPDATE effect SET n = 26 WHERE id = (SELECT min(id) FROM effect)", "the n 26"),
        ("UPDATE effect SET time_text = '13 months' WHERE id = (SELECT min(id) FROM effect)", "the time “13 months”"),
        ("UPDATE effect SET time_days = 12 WHERE id = (SELECT min(id) FROM effect)", "is stored as 12 days"),
        ("UPDATE document SET sample_size = 49 WHERE id = 1", "its 49 people"),
        ("UPDATE arm SET dose = '2 × 10^6 cells/kg' WHERE position = 0", "the dose “2 × 10^6 cells/kg”"),
    ],
    ids=["label", "quote", "pointer", "number", "p", "sign", "level", "people", "time", "days", "enrolled", "dose"],
)  # fmt: skip
def test_a_posted_result_that_was_changed_by_hand_is_found(path: Path, reader: Reader, sql: str, words: str) -> None:
    stored(path, reader, with_results([EDSS], EVENTS))
    assert words in " ".join(changed(path, sql))


def test_an_answer_that_was_changed_by_hand_is_found(path: Path, reader: Reader) -> None:
    import zlib

    study = with_results([EDSS])
    stored(path, reader, study)
    other = json.dumps(study).replace('"-0.5"', '"-0.6"').encode()
    assert changed(path, "UPDATE answer SET body = ?", zlib.compress(other)) != []


# What cannot be looked at is no fault, and is said


def unseen(path: Path) -> str:
    """The one sentence about what could not be looked at; nothing is wrong."""
    (finding,) = found(path)
    assert not finding.wrong
    assert finding.sentence.startswith(f"Document {NUMBER}: its posted results were not looked at, since ")
    return finding.sentence


OTHER = measure("Change From Baseline in EDSS", {"": {"Stem cells": ("0.3", "0.4"), "Placebo": ("0.1", "0.2")}})


def test_a_newer_answer_that_waits_to_be_read_is_not_taken_for_the_one_that_was_read(path: Path, reader: Reader) -> None:
    stored(path, reader, with_results([EDSS]))
    told(path, answered(with_results([OTHER], updated="2025-01-01")))
    assert "waits to be read" in unseen(path)


def test_a_newer_answer_that_cannot_be_read_is_said(path: Path, reader: Reader) -> None:
    stored(path, reader, with_results([EDSS]))
    told(path, Answered(NUMBER, b"[]"))
    db = sqlite3.connect(path)
    db.execute("UPDATE record SET state = 'unreadable', why = 'no study'")
    db.commit()
    assert "could not be read" in unseen(path)


@pytest.mark.parametrize("newer", [False, True])
def test_of_a_study_that_is_gone_the_answer_that_was_read_is_looked_at_and_no_other(
    path: Path, reader: Reader, newer: bool
) -> None:
    stored(path, reader, with_results([EDSS]))
    if newer:
        told(path, answered(with_results([OTHER], updated="2025-01-01")))
    told(path, Lacking(NUMBER, "there is no such study", gone=True))
    if newer:
        assert "of another day" in unseen(path)
    else:
        assert found(path) == []


@pytest.mark.parametrize(
    ("sql", "words"),
    [("DELETE FROM record", "no answer of its registry is kept"), ("UPDATE record SET answer_hash = NULL", "is not kept any more"),
     ("UPDATE answer SET body = x'00'", "is damaged")],
)  # fmt: skip
def test_without_its_answer_a_posted_result_is_not_called_wrong(path: Path, reader: Reader, sql: str, words: str) -> None:
    stored(path, reader, with_results([EDSS], EVENTS))
    db = sqlite3.connect(path)
    db.execute(sql)
    db.commit()
    assert words in unseen(path)
