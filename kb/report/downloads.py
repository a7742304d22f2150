"""An answer as files to take away: rows, the contract's object, references, and a package for R's metafor."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kb.answer import Answer
from kb.answer_json import COLUMNS, as_contract, rows
from kb.cells import csv_text
from kb.exports import metafor, references
from kb.exports.package import Package, described, package
from kb.synthesis import Choice, Several
from kb.terminal import harmless_in, harmless_json

#: A zip holds times; one that never changes makes the same answer the same file.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Download:
    """A file: what it is called, what it is, and its bytes."""

    name: str
    kind: str
    body: bytes


def _rows(db: sqlite3.Connection, found: Answer) -> Download:
    lines = ([row[c] for c in COLUMNS] for row in harmless_in(rows(found)))
    return Download("claims.csv", "text/csv; charset=utf-8", csv_text(COLUMNS, lines).encode())


def _object(db: sqlite3.Connection, found: Answer) -> Download:
    told = harmless_json(json.dumps(as_contract(found), ensure_ascii=False, indent=1))
    return Download("answer.json", "application/json; charset=utf-8", f"{told}\n".encode())


def _package(db: sqlite3.Connection, found: Answer) -> Package:
    return package(db, found, Choice(several=Several.LATEST))


def _references(db: sqlite3.Connection, found: Answer) -> Download:
    (body,) = references.export(_package(db, found)).values()
    return Download("references.ris", "application/x-research-info-systems; charset=utf-8", body)


def _metafor(db: sqlite3.Connection, found: Answer) -> Download:
    made = _package(db, found)
    files = metafor.export(made)
    about = json.dumps(described(made, files), ensure_ascii=False, indent=1)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in {**files, "datapackage.json": f"{about}\n".encode()}.items():
            archive.writestr(zipfile.ZipInfo(f"metafor/{name}", _LONG_AGO), body, zipfile.ZIP_DEFLATED)
    return Download("metafor.zip", "application/zip", held.getvalue())


#: Each file by the name that the site asks for it: what a reader is told, and how it is made. Raises `CannotPool` where an answer has no claim.
DOWNLOADS: Mapping[str, tuple[str, Callable[[sqlite3.Connection, Answer], Download]]] = {
    "csv": ("CSV, one row a claim", _rows),
    "json": ("JSON, the whole answer", _object),
    "ris": ("RIS, the references", _references),
    "metafor": ("metafor, data and script (zip)", _metafor),
}
