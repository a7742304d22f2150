"""verify finds what does not stand in the text any more; doctor says whether the file is sound."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from crawler.reading import read_paths
from kb.connection import for_reading
from kb.health import report
from kb.intake import Reading, read_each
from kb.verification import counted, verify
from kb.verification_read import stands_in
from nlp.pipeline import Reader
from tests.kb.made import Said, put, reading

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "library"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "library.db"
    put(path, reading("a", Said()), reading("b", Said(months=12)))
    return path


def changed(path: Path, sql: str) -> list[str]:
    """What verify says after somebody changed the file by hand."""
    db = sqlite3.connect(path)
    db.execute(sql)
    db.commit()
    return list(verify(for_reading(path)))


def test_what_was_just_stored_is_true(path: Path) -> None:
    assert list(verify(for_reading(path))) == []
    assert counted(for_reading(path)) == (2, 6)


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE evidence SET quote = 'something else' WHERE document_id = 1", "Document a: the quote at"),
        ("UPDATE evidence SET start_char = start_char + 1 WHERE document_id = 1", "Document a: the quote at"),
        ("UPDATE document SET text = replace(text, 'EDSS', 'mRS') WHERE id = 2", "Document b: the quote at"),
        ("UPDATE effect SET estimate = 0.5 WHERE document_id = 1", "the estimate -0.5 is stored as 0.5"),
        (
            "UPDATE printed_number SET printed = '5' WHERE effect_id = 1 AND field = 'estimate'",
            "the estimate 5 does not stand in its quote",
        ),
        ("UPDATE effect SET sd = 1.2 WHERE document_id = 1", "the sd of effect 1 is stored, and how it was printed is not"),
        ("UPDATE effect SET se = NULL, ci_low = NULL WHERE document_id = 1", "the ci_low of effect 1 was printed, and is not stored"),
        ("UPDATE effect SET ci_level = 90 WHERE document_id = 1", "the ci_level 90 of effect 1 is not printed where it was read"),
        ("UPDATE effect SET i2 = 33 WHERE document_id = 1", "the i2 33 of effect 1"),
        ("UPDATE effect SET k = 7 WHERE document_id = 1", "the k 7 of effect 1"),
        ("UPDATE effect SET total = 19 WHERE document_id = 1", "the total 19 of effect 1"),
        ("UPDATE effect SET events = 6 WHERE document_id = 1", "the events 6 of effect 1"),
        ("UPDATE effect SET time_days = 6 WHERE document_id = 1", "the time “6 months” of effect 1 is stored as 6 days"),
        ("UPDATE effect SET time_text = '7 months' WHERE document_id = 1", "the time “7 months” of effect 1 stands nowhere"),
        ("UPDATE claim SET time_days = 0.5 WHERE document_id = 1", "the time “6 months” of claim 1 is stored as 0.5 days"),
        ("UPDATE arm SET n = 21 WHERE document_id = 1 AND position = 0", "the 21 people of the arm “mesenchymal stem cells”"),
        ("UPDATE arm SET dose = '2 million cells' WHERE document_id = 1", "the dose “2 million cells” of the arm"),
        ("UPDATE document SET sample_size = 41 WHERE id = 1", "its 41 people stand nowhere in what was read"),
        ("UPDATE document SET pooled_studies = 9 WHERE id = 1", "its 9 studies stand nowhere"),
        ("UPDATE document SET study_registry_ids = '[\"NCT00000009\"]' WHERE id = 1", "the registration number NCT00000009"),
        ("UPDATE claim SET evidence_id = 2 WHERE document_id = 1", "Document a: the evidence of claim 1 is another document's"),
        ("UPDATE study SET sample_size = 99999", "its sample_size 99999 is that of none of its documents"),
    ],
    ids=[
        "another quote", "another place", "another text", "another value", "part of a number", "spread", "lost limit", "level", "heterogeneity", "studies of an effect",
        "total", "events", "days", "time", "days of a claim", "people of an arm", "dose", "people", "studies", "registration", "another document", "people of a study",
    ],
)  # fmt: skip
def test_a_change_by_hand_is_found_and_named(path: Path, sql: str, told: str) -> None:
    assert told in " ".join(changed(path, sql))


@pytest.mark.parametrize(
    ("number", "text", "stands"),
    [
        ("5", "5.2 points", False),
        ("5", "95 people", False),
        ("182", "1,182 people", False),
        ("19", "19,541 people", False),
        ("5", "20,5%", False),
        ("0.7", "MD -0.7", False),
        ("-0.7", "MD 0.7", False),
        (".40", "73% vs.40%", False),
        ("2", "β2", False),
        ("1.38", "1.38,95% CI", True),
        ("1.39", "(1.02,1.39)", True),
        ("2", "6 (2,15)", True),
        ("15", "6 (2,15)", True),
        ("4.5", "33 ± 4.5mm", True),
        ("6.4", "1.4%vs.6.4%", True),
        ("-0.7", "MD= -0.7;", True),
        ("two", "two of them", True),
        ("two", "twofold", False),
        ("29.33", "MMSE score29.33", True),
        ("15", "protein15%", True),
    ],
)
def test_a_number_stands_where_it_is_printed_whole(number: str, text: str, stands: bool) -> None:
    assert stands_in(number, text) is stands


def test_a_p_value_may_stand_right_behind_a_word() -> None:
    assert stands_in(".05", "P of.05", after_letters=True)
    assert not stands_in(".05", "P of.05")


def test_people_who_are_counted_nowhere_but_in_the_arms_together_are_true(path: Path) -> None:
    put(path, reading("c", Said(), size=None))
    assert changed(path, "UPDATE document SET sample_size = 40 WHERE came_as = 'c'") == []
    assert "its 60 people" in " ".join(changed(path, "UPDATE document SET sample_size = 60 WHERE came_as = 'c'"))


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory, reader: Reader) -> Path:
    """The library of the examples, and a paper with spreads."""
    folder = tmp_path_factory.mktemp("papers")
    (folder / "spreads.jsonl").write_text(
        json.dumps({"id": "spreads", "title": "Mesenchymal stem cells for sore knees: a randomized trial", "abstract": SPREADS})
    )
    put(
        folder / "library.db",
        *(r for r in read_each(read_paths([str(EXAMPLES), str(folder / "spreads.jsonl")]), reader) if isinstance(r, Reading)),
    )
    return folder / "library.db"


SPREADS = (
    "Methods: Forty-one people with knee osteoarthritis were randomized to mesenchymal stem cells (n = 20) or placebo (n = 21). "
    "Results: At 6 months the pain score was 4.2 ± 1.1 with mesenchymal stem cells and 5.0 ± 1.3 with placebo (P = 0.03). "
    "The median walking time was 31 s (IQR 24-40) in the stem cell group. Mean (SE) WOMAC fell by 8.3 (1.4) with stem cells. "
    "Swelling was seen in 3/20 (15%) after stem cells and 9/21 (43%) after placebo."
)


NUMBERS = {
    "effect": ("estimate", "ci_low", "ci_high", "ci_level", "p_value", "i2", "k", "se", "sd", "iqr_low", "iqr_high", "events", "total", "n", "time_days"),
    "claim": ("time_days",),
    "arm": ("n",),
    "document": ("sample_size", "pooled_studies"),
}  # fmt: skip


def test_whatever_number_of_a_real_library_is_changed_is_found(papers: Path, tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "copy.db")
    with sqlite3.connect(papers) as source:
        source.backup(db)
    source.close()
    db.row_factory = sqlite3.Row
    assert list(verify(db)) == []
    looked_at, missed = set(), []
    for table, columns in NUMBERS.items():
        for column in columns:
            for (row,) in db.execute(f"SELECT id FROM {table} WHERE {column} IS NOT NULL ORDER BY id LIMIT 3").fetchall():
                looked_at.add((table, column))
                db.execute(f"UPDATE {table} SET {column} = {column} + 7771 WHERE id = ?", (row,))
                missed += [] if list(verify(db)) else [(table, column, row)]
                db.rollback()
    assert missed == []
    assert len(looked_at) >= 18, looked_at


def test_the_sign_of_a_p_value_is_read_again(papers: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(papers, copy)
    told = changed(copy, "UPDATE effect SET p_operator = '>' WHERE p_operator IN ('=', '<')")
    assert told
    assert all("is stored with “>”, and the text has another sign" in sentence for sentence in told)


def test_a_library_of_the_first_version_is_verified_too(path: Path) -> None:
    db = sqlite3.connect(path)
    for statement in (
        "DROP VIEW claim_in_full",
        "DROP TABLE record",
        "DROP TABLE answer",
        "CREATE TABLE first AS SELECT id, document_id, start_char, end_char, quote FROM evidence",
        "DROP TABLE evidence",
        "ALTER TABLE first RENAME TO evidence",
    ):
        db.execute(statement)
    db.commit()
    assert list(verify(for_reading(path))) == []


def test_a_sound_library_is_well(path: Path) -> None:
    said = list(report(path))
    assert all(good for good, _ in said)
    sentences = " ".join(s for _, s in said)
    for word in ("spacy 3", "scispacy 0", "en_core_sci_sm", "integrity ok", "all whole", "migrations: 2 of 2", "journal mode: wal"):
        assert word in sentences


def test_a_broken_reference_is_not_well(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DELETE FROM document WHERE id = 1")
    db.commit()
    assert [s for good, s in report(path) if not good and "references" in s]


def test_without_a_library_the_program_itself_is_looked_at(tmp_path: Path) -> None:
    assert "no library" in list(report(tmp_path / "none.db"))[-1][1]
