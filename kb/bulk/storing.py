"""One shard into the library: what passed the gate in the order of the file, what PubMed took back, and an account of every record."""

from __future__ import annotations

import heapq
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from crawler.errors import Unreadable
from crawler.formats.pubmed_pieces import Place
from kb import notices
from kb.bulk.part import Found
from kb.bulk.shards import Shard
from kb.errors import NotStored
from kb.intake import Reading
from kb.store import Library
from kb.writing import Stored as Outcome

Count = Counter[tuple[str, str]]
#: What became of a record. Every record of a file has one of these fates.
STORED, GATED, DELETED, OLDER, LEFT_OUT = "stored", "gated out", "deleted", "older", "left out"
_LATER = "a later file says otherwise"


@dataclass(slots=True)
class Stored:
    """How a shard went: records by fate and reason, and what was left out, a sentence each."""

    records: int = 0
    counts: Count = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)


def _held_of(db: sqlite3.Connection, gated: Iterable[int]) -> frozenset[str]:
    """Those of these PMIDs that are documents here: whatever the gate says of their revision, it is taken."""
    rows = db.execute(
        "SELECT i.value FROM json_each(?) j CROSS JOIN document_identifier i ON i.value = CAST(j.value AS TEXT) AND i.scheme = 'pmid' "
        "JOIN document d ON d.id = i.document_id WHERE d.report IN ('article', 'protocol')",
        (json.dumps(list(gated)),),
    )
    return frozenset(row[0] for row in rows)


class Damaged(Exception):
    """Nothing of a file is to be stored; why, as a sentence without its end."""


@dataclass(slots=True)
class Storing:
    """Stores one shard inside the caller's transaction, part by part, in the order of the file."""

    library: Library
    db: sqlite3.Connection
    shard: Shard
    told: Stored = field(default_factory=Stored)
    _gated: dict[str, list[int]] = field(default_factory=dict)
    _new: set[int] = field(default_factory=set)
    _first: Found | None = None

    def held(self, found: Found) -> frozenset[str]:
        """The documents that were here before this file, among what the gate did not let through of a part.

        One that an earlier part brought is none of them (PubMed has several versions of some records in one file): else the library
        would depend on where the parts begin.
        """
        asked = (p for pmids in found.gated.values() for p in pmids if p not in self._new)
        return _held_of(self.db, asked)

    def part(self, found: Found, revised: Found | None) -> None:
        """One part. `revised` are the documents of the library among those that the gate did not let through.

        Raises:
            Damaged: this part, or the file between two parts, is not as it should be.
        """
        self._refuse(found)
        if revised is not None:
            self._refuse(revised)
        self.told.records += found.records
        held = [(place, reading, "it is in the library") for place, reading, _ in revised.readings()] if revised else []
        taken = {_pmid(reading) for _, reading, _ in held}
        for why, pmids in found.gated.items():
            self._gated.setdefault(why, []).extend(p for p in pmids if p not in taken)
        for _, what, why in heapq.merge(_items(found), held, key=lambda item: item[0]):
            if isinstance(what, Reading):
                self._document(what, why)
            elif isinstance(what, Unreadable):
                self._leave_out(what)
            else:
                self._delete(what)
        for where, why in found.mended:
            self.library.note(Unreadable(where, why))

    def _refuse(self, found: Found) -> None:
        if found.damaged:
            raise Damaged(found.damaged)
        self._first = self._first or found
        if found.md5 != self._first.md5:
            raise Damaged("it was changed while it was read")

    def end(self) -> Stored:
        """What became of every record, by reason; of those that the gate left out also which they are."""
        assert self._first is not None
        self.db.execute("DELETE FROM bulk_count WHERE shard_id = ?", (self.shard.id,))
        self.db.execute("DELETE FROM bulk_gated WHERE shard_id = ?", (self.shard.id,))
        for why, pmids in sorted(self._gated.items()):
            if pmids:
                self.told.counts[GATED, why] = len(pmids)
                self.db.execute("INSERT INTO bulk_gated VALUES (?, ?, ?)", (self.shard.id, why, _steps(sorted(pmids))))
        rows = [(self.shard.id, fate, why, n) for (fate, why), n in sorted(self.told.counts.items())]
        self.db.executemany("INSERT INTO bulk_count VALUES (?, ?, ?, ?)", rows)
        self.db.execute(
            "UPDATE bulk_shard SET state = 'done', why = NULL, md5 = ?, gate = ?, records = ?, run_id = ? WHERE id = ?",
            (self._first.md5, self._first.gate, self.told.records, self.library.run, self.shard.id),
        )
        return self.told

    def _document(self, reading: Reading, why: str) -> None:
        pmid = _pmid(reading)
        if self._is_older(pmid):
            self.told.counts[OLDER, _LATER] += 1
            return
        try:
            outcome, row = self.library.add_among(reading)
        except NotStored as error:
            self._leave_out(Unreadable(reading.document.origin or reading.document.id, str(error)))
            return
        if outcome is Outcome.ADDED:
            self._new.add(pmid)
        self._last_word(pmid, False, row)
        self.told.counts[STORED, why] += 1
        self.told.left_out += [f"{reading.document.id}: {sentence}" for sentence in reading.left_out]

    def _delete(self, name: str) -> None:
        pmid = int(name)
        if self._is_older(pmid):
            self.told.counts[OLDER, _LATER] += 1
            return
        rows = self.db.execute("SELECT id FROM document WHERE pmid = ? AND report IN ('article', 'protocol')", (name,)).fetchall()
        why = f"{self.shard.file.path.name} deletes it"
        buried = [row[0] for row in rows if notices.bury(self.db, row[0], why, self.library.run)]
        self._last_word(pmid, True, rows[0][0] if rows else None)
        self.told.counts[DELETED, "it was taken out of the library" if buried else "it was not in the library"] += 1

    def _is_older(self, pmid: int) -> bool:
        """Whether a later file had its say on this record already."""
        row = self.db.execute(
            "SELECT s.year, s.number, s.name FROM bulk_record r JOIN bulk_shard s ON s.id = r.shard_id WHERE r.pmid = ?", (pmid,)
        ).fetchone()
        return row is not None and tuple(row) > self.shard.file.order

    def _last_word(self, pmid: int, deleted: bool, document: int | None) -> None:
        self.db.execute(
            "INSERT INTO bulk_record (pmid, shard_id, deleted, document_id) VALUES (?, ?, ?, ?) ON CONFLICT (pmid) DO UPDATE "
            "SET shard_id = excluded.shard_id, deleted = excluded.deleted, document_id = coalesce(excluded.document_id, document_id)",
            (pmid, self.shard.id, int(deleted), document),
        )

    def _leave_out(self, error: Unreadable) -> None:
        self.library.note(error)
        self.library.counts["left_out"] += 1
        self.told.counts[LEFT_OUT, error.why] += 1
        self.told.left_out.append(str(error))


def _pmid(reading: Reading) -> int:
    return int(reading.document.identifiers.pmid or 0)


def _items(found: Found) -> Iterator[tuple[Place, Reading | Unreadable | str, str]]:
    """What a part holds, in order: readings, errors, and PMIDs that are taken back."""
    others: list[tuple[Place, Reading | Unreadable | str, str]] = [(place, pmid, "") for place, pmid in found.deleted]
    others += [(place, Unreadable(where, why, do), "") for place, where, why, do in found.left_out]
    others.sort(key=lambda item: item[0])
    return heapq.merge(found.readings(), others, key=lambda item: item[0])


def _steps(pmids: Sequence[int]) -> str:
    """Sorted numbers as the first and the steps from each to the next: two or three characters a record."""
    return json.dumps([pmids[0], *(b - a for a, b in pairwise(pmids))], separators=(",", ":"))
