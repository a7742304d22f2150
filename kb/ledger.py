"""What was asked of whom, and what became of every record: saved searches, records, the answers they came in, runs by source."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from crawler.sources.source import Answered, Lacking, Listing
from kb import answers_apart, notices

#: More than this share of a search's records gone at once is an outage until a person says otherwise.
_BELIEVED_SHARE, _BELIEVED_ANYWAY = 0.2, 20
_NOT_LISTED = "not listed any more"


class Vanished(Exception):
    """So many records are listed no more that the listing is not believed."""


@dataclass(slots=True)
class Counts:
    """What happened in one run with one source and search."""

    asked: int = 0
    got: int = 0
    new: int = 0
    revised: int = 0
    deleted: int = 0
    retracted: int = 0
    skipped: int = 0
    failed: int = 0
    cache_hits: int = 0
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    error: str | None = None

    @property
    def brought(self) -> int:
        """Records that came, or were told to be gone."""
        return self.got + self.deleted


def search_id(db: sqlite3.Connection, name: str, source: str, query: str, since: str | None) -> int:
    """The row of a saved search at one source. Another query under an old name begins anew, and keeps what it shares with the old one."""
    row = db.execute("SELECT id, query, since FROM search WHERE name = ? AND source = ?", (name, source)).fetchone()
    if row is None:
        values = (name, source, query, since)
        return int(db.execute("INSERT INTO search (name, source, query, since) VALUES (?, ?, ?, ?)", values).lastrowid or 0)
    if (row["query"], row["since"]) != (query, since):
        db.execute("UPDATE search SET query = ?, since = ?, watermark = NULL WHERE id = ?", (query, since, row["id"]))
    return int(row["id"])


def watermark(db: sqlite3.Connection, search: int) -> datetime | None:
    """When the search was last asked and answered in full."""
    value = db.execute("SELECT watermark FROM search WHERE id = ?", (search,)).fetchone()[0]
    return datetime.fromisoformat(value) if value else None


def move_watermark(db: sqlite3.Connection, search: int, to: datetime) -> None:
    """Only ever within the transaction that stored the last of what was listed."""
    db.execute("UPDATE search SET watermark = ? WHERE id = ?", (to.isoformat(), search))


def stored_items(db: sqlite3.Connection, search: int) -> int:
    """How many records of a search are here."""
    return int(db.execute("SELECT count(*) FROM search_item WHERE search_id = ? AND state = 'here'", (search,)).fetchone()[0])


@dataclass(frozen=True, slots=True)
class Recheck:
    """When a record that is listed as revised again is looked at again: its last look is older than `hours`, as seen from `now`."""

    now: datetime
    hours: float

    def is_due(self, fetched: str) -> bool:
        """Whether the last look is too old to rely on."""
        return datetime.fromisoformat(fetched) < self.now - timedelta(hours=self.hours)


def plan(
    db: sqlite3.Connection, search: int, source: str, listing: Listing, recheck: Recheck, everything: bool, believed: bool = False
) -> None:
    """Write down what is to be asked for: what is not here, what changed, what was not got before, and what is listed no more.

    `everything`: all of it again. `believed`: however much is listed no more, as after a change of the query.

    Raises:
        Vanished: implausibly much is listed no more; nothing was written.
    """
    items = {r["external_id"]: r for r in db.execute("SELECT * FROM search_item WHERE search_id = ?", (search,))}
    records = {
        r["external_id"]: r for r in db.execute("SELECT external_id, state, fetched, mark FROM record WHERE source = ?", (source,))
    }
    rows: list[tuple[object, ...]] = []
    for listed in listing.items:
        known, record = items.get(listed.id), records.get(listed.id)
        pending = known is not None and known["state"] in ("asked", "failed")
        fresh = record is None or record["state"] == "gone" or (listed.mark is not None and listed.mark != record["mark"])
        again = (
            record is not None
            and listed.revised
            and (known is None or not known["listed_as_revised"] or recheck.is_due(record["fetched"]))
        )
        state = "asked" if pending or fresh or again or everything else "here"
        row = (search, listed.id, state, int(listed.revised), listed.mark)
        if known is None or (known["state"], known["listed_as_revised"], known["mark"]) != row[2:]:
            rows.append(row)
    if listing.whole:
        _plan_vanished(db, search, listing, items, everything or believed)
    db.executemany(
        "INSERT INTO search_item (search_id, external_id, state, listed_as_revised, mark) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (search_id, external_id) DO UPDATE SET state = excluded.state, listed_as_revised = excluded.listed_as_revised, mark = excluded.mark, why = NULL",
        rows,
    )


def _plan_vanished(db: sqlite3.Connection, search: int, listing: Listing, items: Mapping[str, sqlite3.Row], believed: bool) -> None:
    listed = {item.id for item in listing.items}
    missing = [r for i, r in items.items() if i not in listed]
    here = [r["external_id"] for r in missing if r["state"] == "here"]
    held = sum(r["state"] == "here" for r in items.values())
    if implausible(len(here), held) and not believed:
        raise Vanished(
            f"{len(here)} of {held} records that this search listed before are listed no more. That looks like an outage, so nothing was "
            "taken for gone; where it is right, run: counterclaim refresh --full"
        )
    never = [r["external_id"] for r in missing if r["state"] in ("asked", "failed") and r["why"] != _NOT_LISTED]
    db.executemany("UPDATE search_item SET state = 'left' WHERE search_id = ? AND external_id = ?", [(search, i) for i in never])
    db.executemany(
        "UPDATE search_item SET state = 'asked', why = ? WHERE search_id = ? AND external_id = ?",
        [(_NOT_LISTED, search, i) for i in here],
    )


def gone(db: sqlite3.Connection, source: str) -> frozenset[str]:
    """The records of a source that are known to be gone."""
    return frozenset(row[0] for row in db.execute("SELECT external_id FROM record WHERE source = ? AND state = 'gone'", (source,)))


def implausible(gone: int, of: int) -> bool:
    """Whether so many records are gone at once that an outage is likelier."""
    return gone > max(_BELIEVED_ANYWAY, _BELIEVED_SHARE * of)


def to_ask(db: sqlite3.Connection, search: int) -> list[str]:
    """The ids that are still to be asked for, numbers by size."""
    rows = db.execute("SELECT external_id FROM search_item WHERE search_id = ? AND state IN ('asked', 'failed')", (search,))
    return sorted((row[0] for row in rows), key=_by_number)


def _by_number(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdigit() else (0, name)


def unlisted(db: sqlite3.Connection, source: str, active: Sequence[str], due: str, lately: str) -> list[str]:
    """Records of a source that no search of these names lists, last looked at before `due`; also those that went since `lately` (ISO, UTC)."""
    rows = db.execute(
        "SELECT external_id FROM record WHERE source = :source AND (state <> 'gone' OR EXISTS (SELECT 1 FROM document d JOIN run r "
        "ON r.id = d.deleted_in WHERE d.id = record.document_id AND r.started > :lately)) AND fetched < :due AND NOT EXISTS ("
        "SELECT 1 FROM search_item i JOIN search s ON s.id = i.search_id WHERE s.source = :source AND i.external_id = record.external_id "
        "AND i.state IN ('here', 'asked', 'failed') AND s.name IN (SELECT value FROM json_each(:active)))",
        {"source": source, "due": due, "lately": lately, "active": json.dumps(list(active))},
    )
    return sorted((str(row[0]) for row in rows), key=_by_number)


def keep(
    db: sqlite3.Connection,
    source: str,
    search: int | None,
    given: Iterable[Answered | Lacking],
    run: int,
    now: datetime,
    counts: Counts,
) -> list[Lacking]:
    """Store a batch of answers; what was lacking comes back. The caller's transaction holds it together."""
    lacking: list[Lacking] = []
    for item in given:
        if isinstance(item, Answered):
            counts.got += 1
            _keep_record(db, source, item, run, now, counts, _mark(db, search, item.id))
            _settle_item(db, search, item.id, "here", None)
        elif item.gone:
            lacking += _gone(db, source, item, run, counts)
            _settle_item(db, search, item.id, "gone", item.why)
        else:
            counts.failed += 1
            lacking.append(item)
            _settle_item(db, search, item.id, "failed", item.why)
    return lacking


def _mark(db: sqlite3.Connection, search: int | None, name: str) -> str | None:
    if search is None:
        return None
    row = db.execute("SELECT mark FROM search_item WHERE search_id = ? AND external_id = ?", (search, name)).fetchone()
    return row[0] if row else None


def _settle_item(db: sqlite3.Connection, search: int | None, name: str, state: str, why: str | None) -> None:
    if search is not None:
        db.execute(
            "UPDATE search_item SET state = CASE WHEN :state = 'here' AND why = :left THEN 'left' ELSE :state END, why = :why "
            "WHERE search_id = :search AND external_id = :name",
            {"state": state, "left": _NOT_LISTED, "why": why, "search": search, "name": name},
        )


def _keep_record(
    db: sqlite3.Connection, source: str, item: Answered, run: int, now: datetime, counts: Counts, mark: str | None
) -> None:
    digest = hashlib.sha256(item.body).hexdigest()
    held = db.execute("SELECT * FROM record WHERE source = ? AND external_id = ?", (source, item.id)).fetchone()
    place = (source, item.id)
    if held is not None and held["answer_hash"] == digest and held["state"] != "gone":
        counts.cache_hits += 1
        back = _keep_body(db, digest, item.body)
        # One that could not be read because its answer was lost is read now.
        state = "stored" if back and held["state"] == "unreadable" else held["state"]
        why = held["why"] if state == held["state"] else None
        db.execute(
            "UPDATE record SET fetched = ?, mark = ?, state = ?, why = ? WHERE source = ? AND external_id = ?",
            (now.isoformat(), mark, state, why, *place),
        )
        return
    _keep_body(db, digest, item.body)
    if held is None:
        counts.new += 1
        db.execute(
            "INSERT INTO record (source, external_id, answer_hash, mark, state, fetched, changed_in) VALUES (?, ?, ?, ?, 'stored', ?, ?)",
            (*place, digest, mark, now.isoformat(), run),
        )
        return
    counts.revised += 1
    db.execute(
        "UPDATE record SET answer_hash = ?, mark = ?, state = 'stored', why = NULL, fetched = ?, changed_in = ? WHERE source = ? AND external_id = ?",
        (digest, mark, now.isoformat(), run, *place),
    )


def _keep_body(db: sqlite3.Connection, digest: str, body: bytes) -> bool:
    """Keep an answer, unless it is kept already, here or apart; whether it was lost, and is here again."""
    held = db.execute("SELECT body FROM answer WHERE hash = ?", (digest,)).fetchone()
    if held is not None and not answers_apart.is_lost(db, digest, held[0]):
        return False
    packed = zlib.compress(body, 6)
    db.execute(
        "INSERT INTO answer (hash, body) VALUES (?, ?) ON CONFLICT (hash) DO UPDATE SET body = excluded.body", (digest, packed)
    )
    return held is not None


def _gone(db: sqlite3.Connection, source: str, item: Lacking, run: int, counts: Counts) -> list[Lacking]:
    """A record that its source has no more. Its document is buried unless another source still gives it."""
    held = db.execute("SELECT * FROM record WHERE source = ? AND external_id = ?", (source, item.id)).fetchone()
    if held is None:
        counts.skipped += 1
        return [item]
    if held["state"] != "gone":
        counts.deleted += 1
        db.execute(
            "UPDATE record SET state = 'gone', why = ?, changed_in = ? WHERE source = ? AND external_id = ?",
            (item.why, run, source, item.id),
        )
        others = db.execute(
            "SELECT count(*) FROM record WHERE document_id = ? AND state <> 'gone'", (held["document_id"],)
        ).fetchone()[0]
        if held["document_id"] is not None and not others:
            notices.bury(db, held["document_id"], f"{source} does not answer for it any more", run)
    return []


def unread(db: sqlite3.Connection, sources: Sequence[str]) -> list[tuple[str, str, str]]:
    """Records whose answer is stored and not read yet: source, id, hash; sources in their order, numbers by size."""
    rows = db.execute("SELECT source, external_id, answer_hash FROM record WHERE state = 'stored'").fetchall()
    order = {name: i for i, name in enumerate(sources)}
    found = [(str(r[0]), str(r[1]), str(r[2])) for r in rows if r[0] in order]
    return sorted(found, key=lambda r: (order[r[0]], _by_number(r[1])))


def mark_read(db: sqlite3.Connection, source: str, name: str, document: int) -> None:
    """The record was read into this document."""
    db.execute(
        "UPDATE record SET state = 'read', why = NULL, document_id = ? WHERE source = ? AND external_id = ?",
        (document, source, name),
    )


def mark_unreadable(db: sqlite3.Connection, source: str, name: str, why: str) -> None:
    """The record cannot be read; it is tried again when its source revises it."""
    db.execute("UPDATE record SET state = 'unreadable', why = ? WHERE source = ? AND external_id = ?", (why, source, name))


def read_again(db: sqlite3.Connection) -> int:
    """Mark every stored answer as unread, so that the next reading goes over all of them, offline; how many there are."""
    return db.execute("UPDATE record SET state = 'stored' WHERE state IN ('read', 'unreadable')").rowcount


def last_change(db: sqlite3.Connection) -> int:
    """The number of the latest change that was kept."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()[0])


def retracted_since(db: sqlite3.Connection, change: int) -> int:
    """How many documents were found to be retracted after this change."""
    found = db.execute("SELECT count(*) FROM change WHERE id > ? AND kind = 'status' AND after = 'retracted'", (change,))
    return int(found.fetchone()[0])


def write_counts(db: sqlite3.Connection, run: int, search: str, source: str, counts: Counts) -> None:
    """The ledger row of one search at one source; what was there for this run is added to."""
    names = [f.name for f in fields(Counts)]
    added = ", ".join(f"{n} = {n} + excluded.{n}" for n in names if n != "error")
    db.execute(
        f"INSERT INTO run_source (run_id, search, source, {', '.join(names)}) VALUES (?, ?, ?, {', '.join('?' * len(names))}) "
        f"ON CONFLICT (run_id, search, source) DO UPDATE SET {added}, error = coalesce(excluded.error, error)",
        (run, search, source, *(getattr(counts, n) for n in names)),
    )
