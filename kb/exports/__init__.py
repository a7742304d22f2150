"""Exports of an answer: one file each, and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kb.exports import findings, lines, metafor, prisma, pymare, references, table
from kb.exports.package import Package

#: The exporters by the name that `--to` takes: each gives files by name.
EXPORTERS: Mapping[str, Callable[[Package], dict[str, bytes]]] = {
    "csv": table.export,
    "metafor": metafor.export,
    "pymare": pymare.export,
    "prisma": prisma.export,
    "ris": references.export,
    "findings": findings.export,
    "json": lines.as_json,
    "parquet": lines.as_parquet,
}
