"""What `counterclaim doctor` says of a harvest: what waits, what failed and why, how far each search is, what is kept, how old the last good run is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime

from kb.answers_apart import AnswerNotThere, library_of, lost, place_of

#: Well, unsound, or (None) nothing that is unsound and yet something that a person should look at.
Said = tuple[bool | None, str]
#: Searches by hand are remembered under this beginning; nobody asks them again.
_BY_HAND = "once: %"
_SHOWN = 5
_FETCH = "fetch again what was in it: counterclaim refresh --full"
_UNITS = ((1440, "day"), (60, "hour"), (1, "minute"))


def harvest_report(db: sqlite3.Connection, now: datetime) -> Iterator[Said]:
    """What was looked at, and whether it is well; nothing where the library has no tables of a harvest yet."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'record'").fetchone():
        return
    yield _last_good_run(db, now)
    yield from _bad_refreshes(db)
    yield _answers(db)
    yield _waiting(db)
    yield from _unreadable(db)
    for search in db.execute(
        "SELECT * FROM search WHERE name <> '' AND name NOT LIKE ? ORDER BY name, source", (_BY_HAND,)
    ).fetchall():
        yield _search(db, search, now)
        yield from _failed(db, search)
    yield from _files(db)
    yield from _bulk(db)


def _last_good_run(db: sqlite3.Connection, now: datetime) -> Said:
    row = db.execute("SELECT id, command, ended FROM run WHERE exit_code = 0 ORDER BY id DESC LIMIT 1").fetchone()
    if row is None:
        any_run = db.execute("SELECT 1 FROM run").fetchone() is not None
        return (None if any_run else True), "last good run: none yet"
    return True, f"last good run: {row['id']} ({row['command']}), {_ago(row['ended'], now)}"


def _bad_refreshes(db: sqlite3.Connection) -> Iterator[Said]:
    """Refreshes since the last one that left nothing out: how many, and what the latest could not do."""
    last = db.execute("SELECT coalesce(max(id), 0) FROM run WHERE command = 'refresh' AND exit_code = 0").fetchone()[0]
    bad = db.execute(
        "SELECT id, exit_code FROM run WHERE command = 'refresh' AND exit_code <> 0 AND id > ? ORDER BY id", (last,)
    ).fetchall()
    if not bad:
        return
    latest = bad[-1]
    errors = db.execute(
        "SELECT source, error FROM run_source WHERE run_id = ? AND error IS NOT NULL ORDER BY source", (latest["id"],)
    ).fetchall()
    failed = db.execute("SELECT coalesce(sum(failed), 0) FROM run_source WHERE run_id = ?", (latest["id"],)).fetchone()[0]
    said = "; ".join(_line(row["error"]) for row in errors[:_SHOWN]) or f"{failed} records could not be had."
    since = f"since run {last}" if last else "so far"
    yield (
        None,
        f"refreshes that left something out or failed, {since}: {len(bad)}; the latest, run {latest['id']}, ended with {latest['exit_code']}: {said}",
    )


def _ago(when: str, now: datetime) -> str:
    """ "3 hours ago", from the day and hour that a table holds.

    >>> _ago("2026-01-01T00:00:00+00:00", datetime.fromisoformat("2026-01-03T05:00:00+00:00"))
    '2 days ago (2026-01-01T00:00:00+00:00)'
    """
    minutes = max(0, int((now - datetime.fromisoformat(when)).total_seconds() // 60))
    number, unit = next((minutes // size, name) for size, name in _UNITS if minutes >= 2 * size or size == 1)
    return f"{number} {unit}{'' if number == 1 else 's'} ago ({when})"


def _answers(db: sqlite3.Connection) -> Said:
    count, size = db.execute("SELECT count(*), coalesce(sum(length(body)), 0) FROM answer").fetchone()
    (apart,) = db.execute("SELECT count(*) FROM answer WHERE length(body) = 0").fetchone()
    told = f"raw answers kept: {count}, {size / 1_000_000:.1f} MB packed"
    if not apart:
        return True, told
    place = place_of(library_of(db))
    if not place.exists():
        return False, f"{told}; {apart} of them apart, in {place}, which is not there: put it back, or {_FETCH}"
    try:
        gone = lost(db)
    except AnswerNotThere as error:
        return False, f"{told}; {apart} of them apart. {error}"
    missing = f"; {gone} of them are not there: keep that file, and {_FETCH}" if gone else ""
    return not gone, f"{told}; {apart} of them apart, {place.stat().st_size / 1_000_000:.1f} MB in {place}{missing}"


def _waiting(db: sqlite3.Connection) -> Said:
    rows = db.execute("SELECT source, count(*) AS n FROM record WHERE state = 'stored' GROUP BY source ORDER BY source").fetchall()
    if not rows:
        return True, "records that wait to be read: none"
    each = ", ".join(f"{row['source']} {row['n']}" for row in rows)
    return None, f"records that wait to be read: {sum(row['n'] for row in rows)} ({each}); read them with: counterclaim reread"


def _unreadable(db: sqlite3.Connection) -> Iterator[Said]:
    """Records that came and cannot be read, by why."""
    rows = db.execute(
        "SELECT source, coalesce(why, 'no reason is kept') AS why, group_concat(external_id, ', ') AS ids, count(*) AS n FROM record "
        "WHERE state = 'unreadable' GROUP BY 1, 2 ORDER BY 1, 2"
    )
    for row in rows:
        yield None, f"records of {row['source']} that cannot be read: {_named(row)}: {_line(row['why'])}"


def _search(db: sqlite3.Connection, search: sqlite3.Row, now: datetime) -> Said:
    states = dict(
        db.execute("SELECT state, count(*) FROM search_item WHERE search_id = ? GROUP BY state", (search["id"],)).fetchall()
    )
    mark = f"last answered in full {_ago(search['watermark'], now)}" if search["watermark"] else "never answered in full yet"
    wait = f", {states['asked']} still to be asked for" if "asked" in states else ""
    told = f"search {search['name']} at {search['source']}: {mark}; {states.get('here', 0)} records here{wait}"
    return (True if search["watermark"] and not wait else None), told


def _failed(db: sqlite3.Connection, search: sqlite3.Row) -> Iterator[Said]:
    rows = db.execute(
        "SELECT coalesce(why, 'no reason is kept') AS why, group_concat(external_id, ', ') AS ids, count(*) AS n FROM search_item "
        "WHERE search_id = ? AND state = 'failed' GROUP BY 1 ORDER BY 1",
        (search["id"],),
    )
    for row in rows:
        yield (
            None,
            f"search {search['name']} at {search['source']}: could not be had: {_named(row)}: {_line(row['why'])} The next refresh asks again.",
        )


def _files(db: sqlite3.Connection) -> Iterator[Said]:
    row = db.execute("SELECT id, query FROM search WHERE name = '' AND source = 'pubmed_files'").fetchone()
    if row is not None:
        doubts = db.execute("SELECT count(*) FROM search_item WHERE search_id = ?", (row["id"],)).fetchone()[0]
        asked = f"; {doubts} records in doubt are asked of PubMed by the next refresh" if doubts else ""
        yield (None if doubts else True), f"PubMed's update files: followed up to {row['query']}{asked}"


def _bulk(db: sqlite3.Connection) -> Iterator[Said]:
    """Files that `bulk` was given: how many are loaded, which are not, and whether every record is accounted for."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'bulk_account'").fetchone():
        return
    states = dict(db.execute("SELECT state, count(*) FROM bulk_shard GROUP BY state").fetchall())
    if not states:
        return
    records, stored, unaccounted = db.execute(
        "SELECT sum(records), sum(stored), sum(unaccounted) FROM bulk_account WHERE state = 'done'"
    ).fetchone()
    told = f"bulk: {states.get('done', 0)} files loaded, {records or 0} records, {stored or 0} of them stored"
    yield not unaccounted, told + (f"; of {unaccounted} it is not known what became" if unaccounted else "")
    for row in db.execute(
        "SELECT name, why FROM bulk_shard WHERE state = 'left out' ORDER BY year, number, name LIMIT ?", (_SHOWN,)
    ):
        yield None, f"bulk: {row['name']} was left out: {_line(row['why'])} Download it again, and run bulk again."
    if states.get("waiting"):
        yield None, f"bulk: {states['waiting']} files wait; run the same bulk command again."


def _named(row: sqlite3.Row) -> str:
    ids = row["ids"].split(", ")
    more = " …" if len(ids) > _SHOWN else ""
    return f"{row['n']} ({', '.join(ids[:_SHOWN])}{more})"


def _line(why: str) -> str:
    said = " ".join(why.split()).rstrip(".")
    return f"{said[:300]}."
