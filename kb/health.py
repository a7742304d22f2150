"""What `counterclaim doctor` says: versions, optional models, and whether the library is sound."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from kb.connection import for_reading, is_locked
from kb.harvest_health import Said, harvest_report
from kb.schema import MIGRATIONS, applied

PACKAGES = ("counterclaim", "spacy", "scispacy", "networkx", "sqlite-utils", "rapidfuzz", "biopython", "requests", "lxml", "click")
OLDEST_SQLITE = (3, 37, 0)


def _now() -> datetime:
    return datetime.now(UTC)


def versions() -> dict[str, str]:
    """The versions that an extraction depends on."""
    found = {"python": ".".join(map(str, sys.version_info[:3])), "sqlite": sqlite3.sqlite_version}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def report(path: Path, now: Callable[[], datetime] = _now) -> Iterator[Said]:
    """What was looked at, and whether it is well; None where it is not unsound and a person should yet look at it."""
    for name, version in versions().items():
        yield version != "not installed", f"{name} {version}"
    new_enough = sqlite3.sqlite_version_info >= OLDEST_SQLITE
    yield (
        new_enough,
        "SQLite is new enough for strict tables" if new_enough else "SQLite is older than 3.37: strict tables need that or newer",
    )
    yield from _taggers()
    yield _compiled()
    if not path.exists():
        yield True, f"no library at {path} yet (make one with: counterclaim add PATH --db {path})"
        return
    db = for_reading(path)
    try:
        yield from _library(db, path)
        yield from harvest_report(db, now())
    finally:
        db.close()


def _taggers() -> Iterator[Said]:
    from nlp.tagger import installed

    (_, usable, sentence), *others = installed()
    yield usable, f"tagger: {sentence}"
    for name, _, what in others:
        yield True, f"optional model {name}: {what}"


def _compiled() -> Said:
    from nlp.compiled import SETTING, in_use, not_wanted

    modules = len(in_use())
    if not_wanted():
        return True, f"reading: its modules run as they are written, as {SETTING} asks"
    return True, (
        f"reading: {modules} modules run as machine code"
        if modules
        else "reading: its modules run as they are written, which takes a quarter longer (python -m nlp.compiling makes machine code of them)"
    )


def _library(db: sqlite3.Connection, path: Path) -> Iterator[Said]:
    sound = db.execute("PRAGMA integrity_check").fetchone()[0]
    yield sound == "ok", f"library {path}: integrity {sound}"
    broken = db.execute("PRAGMA foreign_key_check").fetchall()
    yield not broken, f"references: {'all whole' if not broken else f'{len(broken)} broken'}"
    yield _last_run(db, path)
    yield _migrations(db, path)
    mode = db.execute("PRAGMA journal_mode").fetchone()[0]
    # A copy, or a file on a medium that cannot be written to, has another one; the next command that writes sets it.
    yield (True if mode == "wal" else None), f"journal mode: {mode}"
    left = db.execute("SELECT count(*) FROM problem").fetchone()[0]
    yield True, f"stored problems (records left out, texts not read): {left}"


def _last_run(db: sqlite3.Connection, path: Path) -> Said:
    last = db.execute("SELECT id, ended, command FROM run ORDER BY id DESC LIMIT 1").fetchone()
    if last is None or last["ended"] is not None:
        return True, "last run: ended"
    if is_locked(path):
        return True, f"last run: {last['id']} ({last['command']}) is under way"
    return None, f"last run: {last['id']} ({last['command']}) was broken off; what it stored is kept, run the same command again"


def _migrations(db: sqlite3.Connection, path: Path) -> Said:
    done, known = set(applied(db)), {name for name, _ in MIGRATIONS}
    if done - known:
        return (
            False,
            f"migrations: {', '.join(sorted(done - known))} of a later version; update counterclaim before anything writes to {path}",
        )
    told = f"migrations: {len(done)} of {len(known)} applied"
    missing = done != known
    # Every writing command opens the library in one way, and that brings it up to date first; those that only read never do.
    return (
        not missing,
        f"{told}; any command that writes (add, search, refresh, reread) applies the rest first" if missing else told,
    )
