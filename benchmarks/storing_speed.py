"""Storing what was read beside sqlite-utils' inserts of the same rows, and the room that raw answers take together and apart.

What is stored is real: records of a file of PubMed's that pass the gate. sqlite-utils writes the rows of documents, names, references,
evidence, arms, effects and claims that ours made into plain tables with foreign keys; ours makes them, tells which paper it is, keeps evidence once, revisions, notices, and works out studies and disputes.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from benchmarks.figures import Pair, in_turn
from crawler.document import Document
from crawler.formats.pubmed_checked import pieces_of
from crawler.formats.pubmed_record_split import split_stream
from crawler.formats.pubmed_xml import read_pubmed_file
from crawler.sources.source import Answered
from kb import ledger
from kb.answers_apart import Packed, put_apart
from kb.intake import Reading, read_one
from kb.store import Library
from nlp.gate.gate import Gate
from nlp.pipeline import build


def passing(file: Path, number: int) -> list[Document]:
    """The first documents of a file that pass the gate."""
    gate = Gate()
    return list(islice((d for d in read_pubmed_file(file) if isinstance(d, Document) and gate.decide(d).kept), number))


def pairs(documents: Sequence[Document], rounds: int) -> list[Pair]:
    """Documents a CPU second."""
    reader = build()
    readings = [read_one(d, reader) for d in documents]
    rows = _rows(readings)
    theirs, bulk, whole = in_turn(
        rounds, lambda: _sqlite_utils(rows), lambda: _ours(readings, False), lambda: _ours(readings, True)
    )
    beside, unit = "sqlite-utils, the same rows into plain tables", "documents a CPU second"
    return [
        Pair("storing", beside, unit, bulk, theirs, more=True),
        Pair("storing, with studies, comparisons and disputes worked out", beside, unit, whole, theirs, more=True),
    ]


def _ours(readings: Sequence[Reading], upkeep: bool) -> float:
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "x.db", "bench", [], {}) as library:
        began = time.process_time()
        with library.transaction():
            for reading in readings:
                library.add_among(reading)
        if upkeep:
            library.catch_up()
        return len(readings) / (time.process_time() - began)


#: The tables of a document, and the column that points to it.
_TABLES = {
    "document": None, "document_identifier": "document_id", "document_cites": "document_id", "evidence": "document_id", "arm": "document_id",
    "effect": "document_id", "claim": "document_id",
}  # fmt: skip


def _rows(readings: Sequence[Reading]) -> dict[str, list[dict[str, object]]]:
    """The rows that ours writes of these readings."""
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "x.db", "bench", [], {}) as library:
        with library.transaction() as db:
            for reading in readings:
                library.add_among(reading)
        return {name: [dict(row) for row in db.execute(f"SELECT * FROM {name}")] for name in _TABLES}


def _sqlite_utils(rows: dict[str, list[dict[str, object]]]) -> float:
    from sqlite_utils import Database

    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "x.db")
        began = time.process_time()
        for name, column in _TABLES.items():
            keys = [(column, "document", "id")] if column else ()
            db.table(name).insert_all(rows[name], pk="id" if rows[name] and "id" in rows[name][0] else None, foreign_keys=keys)
        taken = time.process_time() - began
        db.close()
    return len(rows["document"]) / taken


def answers(file: Path, number: int) -> tuple[int, Packed]:
    """Bytes of so many raw records, and what they take as kept by a harvest and as put apart."""
    from datetime import UTC, datetime

    with (
        tempfile.TemporaryDirectory() as folder,
        file.open("rb") as packed,
        Library(Path(folder) / "x.db", "bench", [], {}) as library,
    ):
        bodies = [r for r in islice(split_stream(pieces_of(packed)), number) if r.kind == "article" and r.pmid]
        with library.transaction() as db:
            given = [Answered(str(r.pmid), r.body) for r in bodies]
            ledger.keep(db, "pubmed", None, given, library.run, datetime.now(UTC), ledger.Counts())
            db.execute("UPDATE record SET state = 'unreadable'")
        library.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return sum(len(r.body) for r in bodies), put_apart(library, lambda *_: None)
