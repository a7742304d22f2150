"""A whole library as Parquet, a file a table, for DuckDB, Spark, pandas and R. Tables are streamed: memory does not grow with the library."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import CannotUse
from kb.exports.lines import NoParquet
from kb.fingerprint import digest

#: What only keeps a library going: lists of what is behind, fingerprints, raw answers, marks of searches. It says nothing of any paper.
MACHINERY = frozenset({
    "_sqlite_migrations", "answer", "bulk_gated", "bulk_record", "claim_was", "document_print", "document_was", "identity_decision_was", "library_count",
    "record", "run_count", "search", "search_item", "stale", "title_key",
})  # fmt: skip
#: Views that save the joins.
VIEWS = ("claim_in_full", "bulk_account", "cites_retracted")
#: Columns that hold a JSON list of words, or of triples under these names.
_LISTS = frozenset({"publication_types", "keywords", "mesh", "authors", "registry_ids", "study_registry_ids", "arguments"})
_TRIPLES = {"sections": ("name", "start", "end"), "explained_by": ("factor", "a", "b")}
#: What views count: SQLite declares no type for it.
_COUNTS = frozenset({"stored", "gated_out", "deleted", "older", "left_out", "unaccounted"})
_ROWS = 20_000
_YES_OR_NO = re.compile(r"\b(\w+) IN \(0, 1\)")


@dataclass(frozen=True, slots=True)
class Column:
    """A column, its type as `datapackage.json` tells it, and what makes its value of SQLite's."""

    name: str
    type: str
    made: Callable[[Any], Any] | None = None


def tables_of(db: sqlite3.Connection) -> list[str]:
    """The tables and views that are exported, by name."""
    there = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
    views = {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    return sorted({row[0] for row in there} - MACHINERY | (set(VIEWS) & views))


def columns_of(db: sqlite3.Connection, table: str) -> list[Column]:
    """The columns of a table: yes and no as booleans, JSON lists as lists, all else as SQLite declares it."""
    source = "claim" if table == "claim_in_full" else table
    (sql,) = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (source,)).fetchone()
    answers = set(_YES_OR_NO.findall(sql))
    return [_column(row["name"], row["type"], answers) for row in db.execute(f"PRAGMA table_info({table})")]


def _column(name: str, declared: str, answers: set[str]) -> Column:
    if name in answers:
        return Column(name, "boolean", bool)
    if name in _LISTS:
        return Column(name, "list<string>", json.loads)
    if name in _TRIPLES:
        parts = _TRIPLES[name]
        return Column(name, "list<struct>", lambda value: [dict(zip(parts, one, strict=True)) for one in json.loads(value)])
    if name in _COUNTS and declared in ("", "BLOB"):
        return Column(name, "integer")
    return Column(name, {"INTEGER": "integer", "REAL": "number"}.get(declared, "string"))


def export_library(db: sqlite3.Connection, target: Path, progress: Callable[[str, int, int], None]) -> dict[str, int]:
    """Write a new folder, whole or not at all; how many rows each table has. All tables are of one moment, whatever is written meanwhile.

    Raises:
        NoParquet: pyarrow is not installed.
        CannotUse: the folder is there already, or cannot be written.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise NoParquet from error
    if target.exists():
        raise CannotUse(target, "it is there already, and nothing is written over")
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise CannotUse(target, str(error.strerror).lower()) from error
    try:
        counts = _write_all(db, made, progress)
        made.chmod(0o755)
        # It fails where a folder of this name came to be meanwhile; a rename alone would take the place of an empty one.
        target.mkdir()
        made.replace(target)
    except OSError as error:
        raise CannotUse(target, str(error.strerror or error).lower()) from error
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return counts


def _write_all(db: sqlite3.Connection, folder: Path, progress: Callable[[str, int, int], None]) -> dict[str, int]:
    counts: dict[str, int] = {}
    resources: list[dict[str, Any]] = []
    db.execute("BEGIN")
    try:
        names = tables_of(db)
        for number, name in enumerate(names, 1):
            columns, path = columns_of(db, name), folder / f"{name}.parquet"
            counts[name] = _write(db, name, columns, path)
            resources.append(_resource(name, columns, path, counts[name]))
            progress("tables", number, len(names))
        about = {"profile": "data-package", "name": "counterclaim-library", "library_digest": digest(db), "resources": resources}
    finally:
        db.execute("COMMIT")
    (folder / "datapackage.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", "utf8")
    return counts


def _resource(name: str, columns: Sequence[Column], path: Path, rows: int) -> dict[str, Any]:
    with path.open("rb") as file:
        made = hashlib.file_digest(file, "sha256").hexdigest()
    fields = [{"name": c.name, "type": c.type} for c in columns]
    return {
        "name": name,
        "path": path.name,
        "format": "parquet",
        "rows": rows,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{made}",
        "schema": {"fields": fields},
    }


def _write(db: sqlite3.Connection, name: str, columns: Sequence[Column], path: Path) -> int:
    import pyarrow
    from pyarrow import parquet

    schema = pyarrow.schema([(c.name, _type(c)) for c in columns])
    written = 0
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in _chunks(db, f"SELECT * FROM {name}"):
            arrays = [
                pyarrow.array(_values(c, i, rows), field.type) for i, (c, field) in enumerate(zip(columns, schema, strict=True))
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))
            written += len(rows)
    return written


def _chunks(db: sqlite3.Connection, sql: str) -> Iterator[list[sqlite3.Row]]:
    cursor = db.execute(sql)
    while rows := cursor.fetchmany(_ROWS):
        yield rows


def _values(column: Column, place: int, rows: Sequence[sqlite3.Row]) -> list[Any]:
    made = column.made
    if made is None:
        return [row[place] for row in rows]
    return [None if row[place] is None else made(row[place]) for row in rows]


def _type(column: Column) -> Any:
    import pyarrow

    if column.type == "list<struct>":
        whole = pyarrow.int64() if column.name == "sections" else pyarrow.string()
        first, *others = _TRIPLES[column.name]
        return pyarrow.list_(pyarrow.struct([(first, pyarrow.string()), *((name, whole) for name in others)]))
    plain = {
        "boolean": pyarrow.bool_(),
        "integer": pyarrow.int64(),
        "number": pyarrow.float64(),
        "string": pyarrow.string(),
        "binary": pyarrow.binary(),
    }
    return plain[column.type] if column.type in plain else pyarrow.list_(pyarrow.string())
