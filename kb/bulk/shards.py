"""The plan: which files are to be loaded, in which order, and what became of each. It is kept in the library, so that a run goes on where one ended."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler.errors import Unreadable
from crawler.formats.pubmed_pieces import md5_of

#: PubMed's files are numbered through from the year's baseline to its last update.
_NUMBERED = re.compile(r"(?:pubmed|medline)(\d\d)n(\d{4,6})\.xml(?:\.gz)?", re.IGNORECASE)
_ENDINGS = (".xml", ".xml.gz")


@dataclass(frozen=True, slots=True)
class File:
    """A file that was named. `year` and `number` tell which of two files has the later word; both are 0 where the name says nothing."""

    path: Path
    year: int
    number: int
    size: int
    modified: int

    @property
    def order(self) -> tuple[int, int, str]:
        """Earlier files first; those that are not PubMed's by name before all others."""
        return self.year, self.number, self.path.name


@dataclass(frozen=True, slots=True)
class Shard:
    """A file that waits to be loaded, and its row."""

    id: int
    file: File


def files_in(paths: Iterable[Path]) -> Iterator[File | Unreadable]:
    """The PubMed files of files and folders, each once; what there is not, or twice under one name, as an error value."""
    seen: dict[str, Path] = {}
    for given in paths:
        found = list(_files(given))
        if not found:
            yield _nothing(given)
        for path in found:
            held = seen.setdefault(path.name, path)
            if held is path:
                yield _file(path)
            elif held.resolve() != path.resolve():
                yield Unreadable(str(path), f"{held} has the same name.", "A file is known by its name: name one of the two.")


def _files(given: Path) -> Iterator[Path]:
    if given.is_dir():
        yield from sorted(
            p for p in given.iterdir() if p.name.lower().endswith(_ENDINGS) and not p.name.startswith(".") and p.is_file()
        )
    elif given.is_file():
        yield given


def _nothing(given: Path) -> Unreadable:
    if given.is_dir():
        return Unreadable(str(given), "this folder holds no .xml or .xml.gz file.", "Name the folder that PubMed's files lie in.")
    return Unreadable(str(given), "there is no such file or folder.", "Check the path.")


def _file(path: Path) -> File:
    told, named = path.stat(), _NUMBERED.fullmatch(path.name)
    year, number = (int(named[1]), int(named[2])) if named else (0, 0)
    return File(path, year, number, told.st_size, told.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class How:
    """How files are to be loaded: through which gate, read with what, and whether also those that are loaded already."""

    gate: str
    reads_with: str
    again: bool = False


@dataclass(slots=True)
class Plan:
    """What waits, in order; what is loaded already; and why files that were loaded wait again, with how many of each."""

    waiting: list[Shard] = field(default_factory=list)
    there: list[Shard] = field(default_factory=list)
    anew: Counter[str] = field(default_factory=Counter)


def plan(db: sqlite3.Connection, files: Iterable[File], how: How, run: int) -> Plan:
    """Write down what waits, inside the caller's transaction.

    A file is loaded once. It waits again when its content is another than it was, when another gate or another tagger is asked for, and with `again`.
    """
    made = Plan()
    for file in sorted(files, key=lambda f: f.order):
        row = db.execute("SELECT * FROM bulk_shard WHERE name = ?", (file.path.name,)).fetchone()
        loaded = row is not None and row["state"] == "done"
        why = _why_again(db, row, file, how) if loaded else None
        if loaded and why is None:
            made.there.append(Shard(int(row["id"]), file))
            continue
        if why is not None:
            made.anew[why] += 1
        made.waiting.append(Shard(_wait(db, file, run), file))
    return made


def _why_again(db: sqlite3.Connection, row: sqlite3.Row, file: File, how: How) -> str | None:
    """Why a file that is loaded is to be loaded again; None where it is not."""
    if how.again:
        return "as asked"
    if row["gate"] != how.gate:
        return "through another gate than before"
    # Libraries of an earlier version did not keep what a file was read with.
    if row["reads_with"] not in (None, how.reads_with):
        return f"read with {how.reads_with}, before with {row['reads_with']}"
    return None if _is_same(db, row, file) else "with other content than before"


def _is_same(db: sqlite3.Connection, row: sqlite3.Row, file: File) -> bool:
    """Whether the file is the one that was loaded: by size and time, else by its MD5."""
    if (row["size"], row["modified"]) == (file.size, file.modified):
        return True
    if row["size"] != file.size or row["md5"] != md5_of(file.path):
        return False
    db.execute("UPDATE bulk_shard SET modified = ? WHERE id = ?", (file.modified, row["id"]))
    return True


def _wait(db: sqlite3.Connection, file: File, run: int) -> int:
    values = (file.path.name, file.year, file.number, file.size, file.modified, run)
    row = db.execute(
        "INSERT INTO bulk_shard (name, year, number, size, modified, state, run_id) VALUES (?, ?, ?, ?, ?, 'waiting', ?) ON CONFLICT (name) DO UPDATE "
        "SET size = excluded.size, modified = excluded.modified, state = 'waiting', why = NULL, run_id = excluded.run_id RETURNING id",
        values,
    ).fetchone()
    return int(row[0])


def leave_out(db: sqlite3.Connection, shard: Shard, why: str) -> None:
    """Nothing of the file was stored; the next run tries it again."""
    db.execute("UPDATE bulk_shard SET state = 'left out', why = ? WHERE id = ?", (why, shard.id))
