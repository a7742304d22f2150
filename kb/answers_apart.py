"""The raw answers of services in a file of their own beside the library, packed together.

In the library each answer is packed by itself. They are read again by `reread` and looked up by `verify`, and by nothing else; in blocks of many
they take little more than half of the room, and a library without them is quick to copy. An answer that is apart has an empty body in the
library; `LIBRARY.answers`, an SQLite file, holds it.
"""

from __future__ import annotations

import lzma
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import LibraryError

if TYPE_CHECKING:
    from kb.store import Library

#: So many answers are packed together: more of them pack closer, and take longer to get one out.
_BLOCK = 64
_TABLES = (
    "CREATE TABLE IF NOT EXISTS block (id INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
    "CREATE TABLE IF NOT EXISTS answer (hash TEXT PRIMARY KEY, block_id INTEGER NOT NULL REFERENCES block (id), start INTEGER NOT NULL, "
    "length INTEGER NOT NULL) STRICT, WITHOUT ROWID",
)
Progress = Callable[[str, int, int], None]


#: By whether there is a file at that place: another must not be put over it, for it may hold what no other does.
_ADVICE = {False: "Put that file back beside the library, or f", True: "Keep it, and f"}


class AnswerNotThere(LibraryError):
    """An answer that was put apart is not where it should be."""

    def __init__(self, place: Path, why: str) -> None:
        super().__init__(
            f"The raw answers of this library were put into {place}, and {why}. {_ADVICE[place.exists()]}etch what is missing again "
            "(counterclaim refresh --full, or add with its name)."
        )


@dataclass(frozen=True, slots=True)
class Packed:
    """What was put apart, and the bytes before and after: of the answers, and of the library's file.

    `lost`: answers that were put apart before and are not there.

    `damaged`: answers in the library that cannot be unpacked and stay there, by the records whose answer they are.
    """

    answers: int
    bytes_before: int
    bytes_after: int
    library_before: int
    library_after: int
    lost: int = 0
    damaged: tuple[str, ...] = ()


def place_of(library: Path) -> Path:
    """Where a library's answers are, when they are apart."""
    return library.with_name(f"{library.name}.answers")


def body_of(db: sqlite3.Connection, digest: str) -> bytes:
    """A stored answer, wherever it is kept.

    Raises:
        AnswerNotThere: it was put apart, and the file is not there or does not hold it.
    """
    return opened(db, digest, db.execute("SELECT body FROM answer WHERE hash = ?", (digest,)).fetchone()[0])


def opened(db: sqlite3.Connection, digest: str, body: bytes) -> bytes:
    """The answer in a row's `body`, or apart where that is empty.

    Raises:
        AnswerNotThere: it was put apart, and the file is not there or does not hold it.
        zlib.error: the body is damaged.
    """
    return zlib.decompress(body) if body else _from_apart(place_of(library_of(db)), digest)


def is_lost(db: sqlite3.Connection, digest: str, body: bytes) -> bool:
    """Whether an answer, with this `body` in the library, is nowhere: neither here nor apart, or damaged there."""
    try:
        opened(db, digest, body)
    except (AnswerNotThere, zlib.error):
        return True
    return False


def lost(db: sqlite3.Connection) -> int:
    """How many answers were put apart and are not in the file beside the library; told by their hashes, and no answer is unpacked.

    Raises:
        AnswerNotThere: that file is damaged.
    """
    wanted = db.execute("SELECT hash FROM answer WHERE length(body) = 0 ORDER BY hash")
    place = place_of(library_of(db))
    if not place.exists():
        return sum(1 for _ in wanted)
    try:
        with closing(_reading(place)) as apart:
            held = iter(apart.execute("SELECT hash FROM answer ORDER BY hash"))
            return _missing((str(row[0]) for row in wanted), (str(row[0]) for row in held))
    except sqlite3.DatabaseError as error:
        raise AnswerNotThere(place, f"it is damaged ({error})") from error


def _missing(wanted: Iterator[str], held: Iterator[str]) -> int:
    """How many of the one are not among the other, both in order: neither needs to be held in memory.

    >>> _missing(iter("abd"), iter("bcd"))
    1
    """
    count, there = 0, next(held, None)
    for name in wanted:
        while there is not None and there < name:
            there = next(held, None)
        count += there != name
    return count


def _reading(place: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{place.resolve().as_uri()}?mode=ro", uri=True)


def library_of(db: sqlite3.Connection) -> Path:
    """The file of a connection."""
    return Path(next(row[2] for row in db.execute("PRAGMA database_list") if row[1] == "main"))


def _from_apart(place: Path, digest: str) -> bytes:
    if not place.exists():
        raise AnswerNotThere(place, "it is not there")
    try:
        with closing(_reading(place)) as apart:
            row = apart.execute("SELECT block_id, start, length FROM answer WHERE hash = ?", (digest,)).fetchone()
        if row is None:
            raise AnswerNotThere(place, f"it does not hold {digest[:12]}…")
        return _block(place, place.stat().st_mtime_ns, row[0])[row[1] : row[1] + row[2]]
    except (sqlite3.DatabaseError, lzma.LZMAError) as error:
        raise AnswerNotThere(place, f"it is damaged ({error})") from error


@lru_cache(maxsize=4)
def _block(place: Path, _modified: int, number: int) -> bytes:
    """A block unpacked; whoever reads all answers reads neighbours one after the other."""
    with closing(_reading(place)) as apart:
        return lzma.decompress(apart.execute("SELECT body FROM block WHERE id = ?", (number,)).fetchone()[0])


def put_apart(library: Library, progress: Progress) -> Packed:
    """Move every answer that was read into the file beside the library, and give the room back to the disk.

    An answer leaves the library only when it is on the disk beside it: broken off at any moment, nothing is lost, and the next call goes on.

    Raises:
        AnswerNotThere: answers were put apart before, and the file is not there: a new one would stand in the place of the old, which may come back.
    """
    db, place = library.db, place_of(library.path)
    size, gone = library.path.stat().st_size, lost(db)
    if gone and not place.exists():
        raise AnswerNotThere(place, "it is not there; no new one is begun")
    waiting = [row[0] for row in db.execute(
        "SELECT a.hash FROM answer a WHERE length(a.body) > 0 AND NOT EXISTS (SELECT 1 FROM record r WHERE r.answer_hash = a.hash AND r.state = 'stored') "
        "ORDER BY (SELECT min(source || external_id) FROM record r WHERE r.answer_hash = a.hash), a.hash"
    )]  # fmt: skip
    before = after = answers = 0
    damaged: list[str] = []
    with closing(sqlite3.connect(place, isolation_level=None)) as apart:
        apart.execute("PRAGMA synchronous = FULL")
        for sql in _TABLES:
            apart.execute(sql)
        for start in range(0, len(waiting), _BLOCK):
            whole = _whole(db, waiting[start : start + _BLOCK], damaged)
            answers += len(whole)
            if whole:
                was, now = _move(library, apart, whole)
                before, after = before + was, after + now
            progress("answers", min(start + _BLOCK, len(waiting)), len(waiting))
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Packed(answers, before, after, size, library.path.stat().st_size, gone, tuple(damaged))


def _whole(db: sqlite3.Connection, hashes: list[str], damaged: list[str]) -> list[tuple[str, int, bytes]]:
    """Answers with their packed size and what they hold; those that cannot be unpacked are named instead."""
    whole = []
    for name in hashes:
        (body,) = db.execute("SELECT body FROM answer WHERE hash = ?", (name,)).fetchone()
        try:
            whole.append((name, len(body), zlib.decompress(body)))
        except zlib.error:
            of = db.execute("SELECT source || ' ' || external_id FROM record WHERE answer_hash = ? ORDER BY 1", (name,)).fetchall()
            damaged.append(", ".join(row[0] for row in of) or f"{name[:12]}…, of no record")
    return whole


def _move(library: Library, apart: sqlite3.Connection, answers: list[tuple[str, int, bytes]]) -> tuple[int, int]:
    bodies = [body for _, _, body in answers]
    packed = lzma.compress(b"".join(bodies), preset=6)
    apart.execute("BEGIN IMMEDIATE")
    number = apart.execute("INSERT INTO block (body) VALUES (?)", (packed,)).lastrowid
    at = 0
    for name, _, body in answers:
        apart.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", (name, number, at, len(body)))
        at += len(body)
    apart.execute("COMMIT")
    with library.transaction() as db:
        db.executemany("UPDATE answer SET body = x'' WHERE hash = ?", [(name,) for name, _, _ in answers])
    return sum(size for _, size, _ in answers), len(packed)
