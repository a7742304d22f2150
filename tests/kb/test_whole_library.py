"""A whole library as Parquet: every table and row, with types that other engines understand."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli import main
from kb.connection import for_reading
from kb.errors import CannotUse
from kb.exports.whole import export_library, tables_of
from tests.kb.made_shards import load, shard, trial

pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'counterclaim[parquet]'")
from pyarrow import parquet


@pytest.fixture
def library(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    shard(tmp_path, 1, *(trial(n) for n in range(1, 6)))
    load(tmp_path / "x.db", tmp_path)
    db = for_reading(tmp_path / "x.db")
    yield db
    db.close()


def export(db: sqlite3.Connection, out: Path) -> dict[str, int]:
    return export_library(db, out, lambda *_: None)


def test_every_row_of_every_table_is_there(library: sqlite3.Connection, tmp_path: Path) -> None:
    counts = export(library, tmp_path / "out")
    assert {"document", "study", "arm", "effect", "claim", "dispute", "claim_in_full"} <= counts.keys()
    assert counts["claim"] > 0
    for name in tables_of(library):
        (rows,) = library.execute(f"SELECT count(*) FROM {name}").fetchone()
        assert parquet.read_metadata(tmp_path / "out" / f"{name}.parquet").num_rows == rows == counts[name]


def test_values_are_the_library_s(library: sqlite3.Connection, tmp_path: Path) -> None:
    export(library, tmp_path / "out")
    rows: list[dict[str, Any]] = parquet.read_table(tmp_path / "out" / "document.parquet").to_pylist()
    first, held = rows[0], library.execute("SELECT * FROM document").fetchone()
    assert first["publication_types"] == ["Randomized Controlled Trial"]
    assert first["sections"][0] == {"name": "title", "start": 0, "end": len(held["title"])}
    assert (first["text"], first["year"], first["doi"]) == (held["text"], held["year"], None)
    claims = parquet.read_table(tmp_path / "out" / "claim.parquet").to_pylist()
    assert {type(c["hedged"]) for c in claims} == {bool}


def test_the_folder_says_what_it_holds(library: sqlite3.Connection, tmp_path: Path) -> None:
    export(library, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "datapackage.json").read_text("utf8"))
    assert {r["path"] for r in told["resources"]} == {p.name for p in (tmp_path / "out").glob("*.parquet")}
    fields = {f["name"]: f["type"] for r in told["resources"] if r["name"] == "effect" for f in r["schema"]["fields"]}
    assert (fields["estimate"], fields["n"], fields["adjusted"], fields["unit"]) == ("number", "integer", "boolean", "string")


def test_a_folder_that_is_there_is_left_as_it_is(library: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(CannotUse):
        export(library, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_empty_folder_that_came_to_be_meanwhile_is_left_as_it_is(library: sqlite3.Connection, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def meanwhile(what: str, number: int, of: int) -> None:
        out.mkdir(exist_ok=True)

    with pytest.raises(CannotUse):
        export_library(library, out, meanwhile)
    assert list(tmp_path.glob("**/*.parquet")) == []
    assert list(out.iterdir()) == []


def test_the_command_takes_a_question_or_the_whole_library(library: sqlite3.Connection, tmp_path: Path) -> None:
    asked = ["export", "--out", str(tmp_path / "out"), "--db", str(tmp_path / "x.db")]
    assert CliRunner().invoke(main, asked).exit_code == 2
    assert CliRunner().invoke(main, [*asked, "--parquet", "stroke"]).exit_code == 2
    done = CliRunner().invoke(main, [*asked, "--parquet"])
    assert done.exit_code == 0
    assert "document\t5" in done.stdout
