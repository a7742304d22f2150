"""The rows for programs: JSON lines with printed and derived numbers apart, and Parquet with the columns of the CSV."""

from __future__ import annotations

import io
import json

from kb.errors import LibraryError
from kb.exports import table
from kb.exports.package import Package
from kb.pool_text import row_json


class NoParquet(LibraryError):
    """The library that writes Parquet is not installed."""

    def __init__(self) -> None:
        super().__init__("Parquet needs pyarrow: pip install 'counterclaim[parquet]'. CSV and JSON need nothing.")


def as_json(p: Package) -> dict[str, bytes]:
    """`rows.jsonl`: an object for each row."""
    lines = [json.dumps(row_json(m.row) | {"pool_set": m.pool_set}, ensure_ascii=False) for t in p.tables for m in t.members]
    return {"rows.jsonl": ("\n".join(lines) + "\n").encode()}


def as_parquet(p: Package) -> dict[str, bytes]:
    """`rows.parquet`: the rows of all outcomes, with the columns of the CSV.

    Raises:
        NoParquet: pyarrow is not installed.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise NoParquet from error
    extractor = table.extractor_of(p.answer.library)
    lines = [table.values(m, extractor) for t in p.tables for m in t.members]
    columns = {name: pyarrow.array([_plain(line[i]) for line in lines]) for i, name in enumerate(table.COLUMNS)}
    out = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), out)
    return {"rows.parquet": out.getvalue()}


def _plain(value: object) -> object:
    """Numbers as floats where a column may hold both kinds."""
    return float(value) if isinstance(value, int) else value
