"""verify finds what does not stand in the text any more; doctor says whether the file is sound."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kb.connection import for_reading
from kb.health import report
from kb.schema import MIGRATIONS
from kb.verification import counted, verify
from tests.kb.made import Said, put, reading


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
    ],
    ids=["another quote", "another place", "another text", "another value", "part of a number"],
)
def test_a_change_by_hand_is_found_and_named(path: Path, sql: str, told: str) -> None:
    assert told in " ".join(changed(path, sql))


def test_a_sound_library_is_well(path: Path) -> None:
    said = list(report(path))
    assert all(good for good, _ in said)
    sentences = " ".join(s for _, s in said)
    for word in (
        "spacy 3",
        "scispacy 0",
        "en_core_sci_sm",
        "integrity ok",
        "all whole",
        f"migrations: {len(MIGRATIONS)} of {len(MIGRATIONS)}",
        "journal mode: wal",
    ):
        assert word in sentences


def test_a_broken_reference_is_not_well(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DELETE FROM document WHERE id = 1")
    db.commit()
    assert [s for good, s in report(path) if not good and "references" in s]


def test_without_a_library_the_program_itself_is_looked_at(tmp_path: Path) -> None:
    assert "no library" in list(report(tmp_path / "none.db"))[-1][1]
