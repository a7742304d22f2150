"""One shard into the library: what passed the gate in the order of the file, what PubMed took back, and an account of every record."""

from __future__ import annotations

import heapq
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from crawler.errors import Unreadable
from crawler.formats.pubmed_pieces import Place
from kb import notices
from kb.bulk.part import Found
from kb.bulk.shards import Shard
from kb.errors import NotStored
from kb.identity import stored_as
from kb.intake import Reading
from kb.store import Library
from kb.writing import Stored as Outcome

Count = Counter[tuple[str, str]]
#: What became of a record. Every record of a file has one of these fates.
STORED, GATED, DELETED, OLDER, LEFT_OUT = "stored", "gated out", "deleted", "older", "left out"
_LATER = "a later file says otherwise"
_HELD = "it is in the library"


@dataclass(slots=True)
class Stored:
    """How a shard went: records by fate and reason, and what was left out, a sentence each.

    `later`: PMIDs that passed the gate here, and whose later version another file holds, by the name of that file: the gate left it out there.
    """

    records: int = 0
    counts: Count = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)
    later: dict[str, set[int]] = field(default_factory=dict)


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
    _later: dict[int, str] = field(default_factory=dict)
    _first: Found | None = None

    def held(self, found: Found) -> frozenset[str]:
        """What to read of a part although the gate did not let it through: revisions of documents that are here, or that this file brings.

        PubMed has several versions of some records in one file: the last one counts, as it does in a later file.
        """
        gated = {p for pmids in found.gated.values() for p in pmids}
        brought = gated & (self._new | found.kept)
        return _held_of(self.db, gated - brought) | {str(p) for p in brought}

    def part(self, found: Found, revised: Found | None) -> None:
        """One part. `revised` is what `held` asked for, each with the gate's reason.

        Raises:
            Damaged: this part, or the file between two parts, is not as it should be.
        """
        self._refuse(found)
        if revised is not None:
            self._refuse(revised)
        self.told.records += found.records
        again = list(revised.readings()) if revised else []
        places, asked = {place for place, _, _ in again}, {_pmid(reading) for _, reading, _ in again}
        for why, pmids in found.gated.items():
            self._gated.setdefault(why, []).extend(p for p in pmids if p not in asked)
        self._later = _gated_later(self.db, self.shard, found.kept | asked | {int(pmid) for _, pmid in found.deleted})
        for place, what, why in heapq.merge(_items(found), again, key=lambda item: item[0]):
            if isinstance(what, Reading):
                self._among(what, why, place in places)
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
            "UPDATE bulk_shard SET state = 'done', why = NULL, md5 = ?, gate = ?, reads_with = ?, records = ?, run_id = ? WHERE id = ?",
            (self._first.md5, self._first.gate, self._first.versions["tagger"], self.told.records, self.library.run, self.shard.id),
        )
        return self.told

    def late(self, found: Found) -> None:
        """Records of this file, which is loaded already, that the gate left out before an earlier file brought a version that passes.

        Raises:
            Damaged: the file is not the one that was loaded.
        """
        row = self.db.execute("SELECT md5 FROM bulk_shard WHERE id = ?", (self.shard.id,)).fetchone()
        if found.damaged or found.md5 != row[0]:
            raise Damaged(found.damaged or "it was changed since it was loaded")
        for reading in self._all_gated(found):
            self._document(reading, _HELD)
        self.db.executemany(
            "INSERT INTO bulk_count VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET records = records + excluded.records",
            [(self.shard.id, fate, why, n) for (fate, why), n in self.told.counts.items()],
        )

    def _all_gated(self, found: Found) -> list[Reading]:
        """The records of those PMIDs of which this file says nothing but what the gate left out; they are counted as gated out no more.

        Where it has a last word on one, stored or taken back, that stands. Where the gate left out more or fewer versions than are read here, they stay
        as they were counted.
        """
        read = Counter(_pmid(reading) for _, reading, _ in found.readings())
        rows = self.db.execute("SELECT why, steps FROM bulk_gated WHERE shard_id = ?", (self.shard.id,)).fetchall()
        gated = {why: list(_pmids(steps)) for why, steps in rows}
        counted = Counter(p for pmids in gated.values() for p in pmids if p in read)
        moved = {p for p in read if read[p] == counted[p] and self._said_last(p) < self.shard.file.order}
        for why, pmids in gated.items():
            left = [p for p in pmids if p not in moved]
            if len(left) < len(pmids):
                self._gate_out(why, left)
        return [reading for _, reading, _ in found.readings() if _pmid(reading) in moved]

    def _gate_out(self, why: str, pmids: Sequence[int]) -> None:
        """Write down which records the gate left out of this file for a reason, sorted, instead of what was written down."""
        place = (self.shard.id, why)
        self.db.execute("DELETE FROM bulk_gated WHERE shard_id = ? AND why = ?", place)
        self.db.execute("DELETE FROM bulk_count WHERE shard_id = ? AND why = ? AND fate = ?", (*place, GATED))
        if pmids:
            self.db.execute("INSERT INTO bulk_gated VALUES (?, ?, ?)", (*place, _steps(pmids)))
            self.db.execute("INSERT INTO bulk_count VALUES (?, ?, ?, ?)", (self.shard.id, GATED, why, len(pmids)))

    def _among(self, reading: Reading, why: str, gated: bool) -> None:
        """A record; one that the gate did not let through where its document is here, by what stands before it in this file too."""
        pmid = _pmid(reading)
        if gated and not _held_of(self.db, (pmid,)):
            self._gated.setdefault(why, []).append(pmid)
        else:
            self._document(reading, _HELD if gated else why)

    def _document(self, reading: Reading, why: str) -> None:
        pmid = _pmid(reading)
        older = self._is_older(pmid)
        if older and pmid in self._later:
            self.told.later.setdefault(self._later[pmid], set()).add(pmid)
        deleted_by = self._deleted_unseen(reading) if older else None
        if older and deleted_by is None:
            self.told.counts[OLDER, _LATER] += 1
            return
        try:
            outcome, row = self.library.add_among(reading)
        except NotStored as error:
            self._leave_out(Unreadable(reading.document.origin or reading.document.id, str(error)))
            return
        if deleted_by is not None:
            # In the order of the files there is a tombstone, and what is said of it later is no longer a stranger's.
            notices.bury(self.db, row, f"{deleted_by} deletes it", self.library.run)
            self.told.counts[OLDER, _LATER] += 1
            return
        if outcome is Outcome.ADDED:
            self._new.add(pmid)
        self._last_word(pmid, False, row)
        self.told.counts[STORED, why] += 1
        self.told.left_out += [f"{reading.document.id}: {sentence}" for sentence in reading.left_out]

    def _deleted_unseen(self, reading: Reading) -> str | None:
        """The later file that took back a record of which there is no document yet, not even a tombstone, nor one of the same paper."""
        pmid = _pmid(reading)
        row = self.db.execute(
            "SELECT s.name FROM bulk_record r JOIN bulk_shard s ON s.id = r.shard_id WHERE r.pmid = ? AND r.deleted", (pmid,)
        ).fetchone()
        if row is None or self._said_last(pmid) <= self.shard.file.order:
            return None
        try:
            known = bool(stored_as(self.db, reading.document))
        except NotStored:
            known = True
        return None if known else str(row[0])

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
        """Whether a later file had its say on this record already: stored it, took it back, or holds a version that the gate left out."""
        if pmid in self._later:
            return True
        return self._said_last(pmid) > self.shard.file.order

    def _said_last(self, pmid: int) -> tuple[int, int, str]:
        """The file that stored a record last, or took it back; before all files where none did."""
        row = self.db.execute(
            "SELECT s.year, s.number, s.name FROM bulk_record r JOIN bulk_shard s ON s.id = r.shard_id WHERE r.pmid = ?", (pmid,)
        ).fetchone()
        return tuple(row) if row is not None else (-1, 0, "")

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


def _gated_later(db: sqlite3.Connection, shard: Shard, pmids: set[int]) -> dict[int, str]:
    """Those of these PMIDs that the gate left out of files that are later and loaded already, with the name of the last of these files.

    Files that are loaded in their order have none before them, and cost nothing here.
    """
    later = db.execute(
        "SELECT s.name, g.steps FROM bulk_shard s JOIN bulk_gated g ON g.shard_id = s.id WHERE s.state = 'done' AND (s.year, s.number, s.name) > (?, ?, ?) "
        "ORDER BY s.year, s.number, s.name",
        shard.file.order,
    )
    return {p: name for name, steps in later for p in pmids.intersection(_pmids(steps))}


def _pmids(steps: str) -> Iterator[int]:
    """What `_steps` wrote.

    >>> list(_pmids(_steps([7, 7, 12, 900])))
    [7, 7, 12, 900]
    """
    return accumulate(json.loads(steps))


def _steps(pmids: Sequence[int]) -> str:
    """Sorted numbers as the first and the steps from each to the next: two or three characters a record."""
    return json.dumps([pmids[0], *(b - a for a, b in pairwise(pmids))], separators=(",", ":"))
