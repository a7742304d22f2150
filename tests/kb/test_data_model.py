"""docs/data-model.md says what every table, view and column holds."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from kb.connection import for_writing

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "data-model.md"


def documented() -> dict[str, set[str]]:
    """The names in backticks of every section's first column, by section."""
    found: dict[str, set[str]] = {}
    for section in re.split(r"^## ", DOCUMENT.read_text("utf8"), flags=re.MULTILINE)[1:]:
        name, _, body = section.partition("\n")
        rows = re.findall(r"^\| (`.*?) \|", body, flags=re.MULTILINE)
        found[name.strip()] = {column for row in rows for column in re.findall(r"`(\w+)`", row)}
    return found


@pytest.fixture
def library(tmp_path: Path) -> sqlite3.Connection:
    return for_writing(tmp_path / "new.db")


def columns(db: sqlite3.Connection) -> dict[str, set[str]]:
    names = [
        row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
    ]
    return {name: {row["name"] for row in db.execute(f"SELECT name FROM pragma_table_info('{name}')")} for name in names}


def test_every_table_view_and_column_is_documented_and_nothing_else(library: sqlite3.Connection) -> None:
    there, told = columns(library), documented()
    told.pop("_sqlite_migrations"), there.pop("_sqlite_migrations")
    assert there.keys() == told.keys()
    assert {name: told[name] ^ there[name] for name in there if told[name] != there[name]} == {}


def test_every_table_is_strict(library: sqlite3.Connection) -> None:
    made = library.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%'").fetchall()
    assert len(made) > 15
    assert [name for name, sql in made if "STRICT" not in sql.rpartition(")")[2]] == []


def test_the_example_queries_run(library: sqlite3.Connection) -> None:
    examples = re.findall(r"```sql\n(.*?)```", DOCUMENT.read_text("utf8"), flags=re.DOTALL)
    queries = [q for e in examples for q in e.split(";\n") if q.strip()]
    assert len(queries) == 3
    assert [library.execute(q).fetchall() for q in queries] == [[], [], []]
