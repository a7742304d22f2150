"""PubMed's daily update files, followed: what they revise or delete of the records that are here reaches the library without a search.

The mark, the name of the last file that was loaded, is the `query` of a row in `search` with an empty name and the source
`pubmed_files`. It moves in the transaction that holds all changes of its file. That row's `search_item`s are the records on which a file
is not believed, and EFetch is asked.
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawler.document import Document
from crawler.errors import SaidNo, ServiceError, Unreadable
from crawler.formats.pubmed_checked import LARGEST_INFLATED
from crawler.formats.pubmed_prolog import CutOff
from crawler.formats.pubmed_record_split import RawRecord, split_stream, torn_apart
from crawler.formats.pubmed_xml import read_record
from crawler.sources.pubmed_files import FileListing, PubmedFiles
from crawler.sources.source import Answered, Lacking
from kb import answers_apart, ledger
from kb.answers_apart import AnswerNotThere
from kb.harvesting import Harvest, Part, in_pages
from kb.ledger import Counts

SOURCE, RECORDS = "pubmed_files", "pubmed"
#: With more files than this to load, asking EFetch for every record that is here costs less than the files, of up to 100 MB each.
MOST_FILES = 100
_PIECE = 1 << 20
_PMID = re.compile(rb"<PMID[^<>]*>\s*(\d{1,9})\s*<")
Say = Callable[[str], None]


def follow(harvest: Harvest, files: PubmedFiles, say: Say) -> None:
    """Load the files behind the mark, in their order, then ask EFetch where they left a doubt.

    The first time, and where a new year's baseline has taken the place of the files, the newest file becomes the mark and none is
    loaded; in the second case EFetch is asked for every record that is here. `say` is told so. A file that is missing, cut or other than
    its MD5 says holds back the later ones until it can be loaded. What goes wrong is told in the harvest's outcome, and ends nothing.

    Counts: `asked` are the records of the files that are here, `got` and `deleted` what became of them.
    """
    with _part(harvest, SOURCE) as part:
        _guarded(harvest, part, lambda: _load(harvest, files, part.counts, say))
    mark = _mark(harvest.library.db)
    ids = ledger.to_ask(harvest.library.db, mark[0]) if mark else []
    if mark and ids:
        with _part(harvest, RECORDS) as part:
            _guarded(harvest, part, lambda: _ask(harvest, mark[0], ids, part.counts))


def _part(harvest: Harvest, source: str) -> Part:
    harvest.outcome.parts += 1
    return harvest.counted("", source)


def _guarded(harvest: Harvest, part: Part, work: Callable[[], None]) -> None:
    try:
        work()
    except ServiceError as error:
        part.counts.error = str(error)
        harvest.outcome.refused.append(error)
        harvest.outcome.left_out.append(str(error))
    harvest.outcome.brought += part.counts.brought


def begun(db: sqlite3.Connection) -> bool:
    """Whether the files are followed already."""
    return _mark(db) is not None


def _mark(db: sqlite3.Connection) -> tuple[int, str] | None:
    """The row of the mark, and the name of the last file that was loaded."""
    row = db.execute("SELECT id, query FROM search WHERE name = '' AND source = ?", (SOURCE,)).fetchone()
    return (int(row[0]), str(row[1])) if row else None


def _move(db: sqlite3.Connection, name: str) -> int:
    return ledger.search_id(db, "", SOURCE, name, None)


def _load(harvest: Harvest, files: PubmedFiles, counts: Counts, say: Say) -> None:
    """Every file behind the mark, up to the first that cannot be loaded.

    Raises:
        ServiceError: the files could not be listed, or that file, by its name.
    """
    mark = _mark(harvest.library.db)
    listing = files.new_files(mark[1] if mark else None)
    begins = mark is None or listing.replaces or len(listing.files) > MOST_FILES
    if listing.files and not listing.missing and begins:
        _begin(harvest, listing, say, everything=mark is not None)
        return
    if not begins:
        for number, name in enumerate(listing.files, 1):
            _load_one(harvest, files, name, counts, len(listing.files) - number)
            harvest.progress("pubmed_files: files", number, len(listing.files))
    if listing.missing:
        raise SaidNo(SOURCE, f"{listing.missing} is not there, though later ones are; those wait until it is.")


def _begin(harvest: Harvest, listing: FileListing, say: Say, everything: bool) -> None:
    """The newest file becomes the mark; with `everything`, all records that are here are asked of EFetch."""
    newest = listing.files[-1]
    with harvest.library.transaction() as db:
        row = _move(db, newest)
        if everything:
            db.execute(
                "INSERT OR REPLACE INTO search_item (search_id, external_id, state) "
                "SELECT ?, external_id, 'asked' FROM record WHERE source = ? AND state <> 'gone'",
                (row, RECORDS),
            )
    why = (
        "many files wait, or a new year's began, so PubMed itself is asked for all"
        if everything
        else "PubMed itself was asked, by search or by name, for the"
    )
    say(f"PubMed's files are followed from {newest} on; it and the older ones were not loaded: {why} records that are here.")


def _load_one(harvest: Harvest, files: PubmedFiles, name: str, counts: Counts, behind: int) -> None:
    """One file, in one transaction.

    Raises:
        ServiceError: it cannot be had, is cut, or cannot be kept meanwhile; nothing of it is in the library.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="counterclaim-") as folder:
            path = files.download(name, Path(folder))
            with harvest.library.transaction() as db:
                loading = _Loading(db, name, harvest.library.run, harvest.now(), _move(db, name))
                for record in _records(path):
                    loading.take(record)
    except ServiceError as error:
        raise type(error)(SOURCE, f"{error.why.rstrip('.')}. {_held_back(name, behind)}") from error
    except OSError as error:
        raise SaidNo(SOURCE, f"the temporary folder does not take it: {error}. {_held_back(name, behind)}") from error
    loading.add_to(counts)
    for left in loading.unreadable:
        harvest.outcome.left_out.append(str(left))
        harvest.library.leave_out(left)


def _held_back(name: str, behind: int) -> str:
    waiting = f", and {behind} behind it wait" if behind else ""
    return f"{name} was not loaded{waiting}; the next run asks for it again."


def _records(path: Path) -> Iterator[RawRecord]:
    """The records of a packed file, cut as those of EFetch are, one at a time.

    Raises:
        SaidNo: the file is cut, damaged, or no PubMed XML.
    """
    for record in split_stream(_inflated(path)):
        if record.kind == "broken" and not record.body:
            raise SaidNo(SOURCE, f"{path.name} has the MD5 that PubMed states, and yet: {record.why}")
        yield from torn_apart(record)


def _inflated(path: Path) -> Iterator[bytes]:
    size = 0
    try:
        with gzip.open(path) as file:
            while piece := file.read(_PIECE):
                yield piece
                size += len(piece)
                if size > LARGEST_INFLATED:
                    raise CutOff(f"the file inflates to more than {LARGEST_INFLATED // 1_000_000_000} GB, and was not read on.")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise CutOff("the compressed file breaks off or is damaged.") from error


@dataclass(slots=True)
class _Loading:
    """What one file does to the library. Everything is written in the caller's transaction; `counts` are worth only as much as that."""

    db: sqlite3.Connection
    file: str
    run: int
    now: datetime
    row: int
    counts: Counts = field(default_factory=Counts)
    unreadable: list[Unreadable] = field(default_factory=list)

    def take(self, record: RawRecord) -> None:
        """Follow one record of the file; those that are not here are passed over."""
        if record.pmid is None:
            self._garbled(record)
            return
        held = self._held(record.pmid)
        if held is None:
            return
        state, stored = held
        if stored is None:
            self._doubt(record.pmid, "the answer that is here is lost")
        elif record.kind == "deleted":
            self._delete(record, record.pmid, state, stored)
        elif state == "gone":
            # EFetch may have taken it back after this file was made.
            self._doubt(record.pmid, "a file brings it again")
        else:
            self._revise(record, record.pmid, stored)

    def _garbled(self, record: RawRecord) -> None:
        """A piece whose record cannot be told: EFetch is asked for whatever of it is here, and a piece that names no PMID is named."""
        pmids = {found.decode() for found in _PMID.findall(record.body)}
        if not pmids:
            self.counts.skipped += 1
            self.unreadable.append(Unreadable(f"{self.file}, a piece without PMID", record.why or "whose it is cannot be told."))
        for pmid in pmids:
            if self._held(pmid) is not None:
                self._doubt(pmid, f"a file is garbled where it names it: {record.why}")

    def add_to(self, counts: Counts) -> None:
        """Add what was written to the counts of all files."""
        for name in ("asked", "got", "revised", "deleted", "skipped", "cache_hits"):
            setattr(counts, name, getattr(counts, name) + getattr(self.counts, name))

    def _held(self, pmid: str) -> tuple[str, bytes | None] | None:
        """State and bytes of a record that is here; no bytes where its answer is lost."""
        row = self.db.execute(
            "SELECT state, answer_hash FROM record WHERE source = ? AND external_id = ?", (RECORDS, pmid)
        ).fetchone()
        if row is None:
            return None
        try:
            return str(row[0]), answers_apart.body_of(self.db, row[1])
        except AnswerNotThere:
            return str(row[0]), None

    def _delete(self, record: RawRecord, pmid: str, state: str, stored: bytes) -> None:
        if state == "gone":
            return
        old = read_record(stored, pmid)
        if record.version is not None and isinstance(old, Document) and record.version < _version(old):
            self._doubt(pmid, f"a file deletes its version {record.version}")
            return
        self.counts.asked += 1
        self._keep(Lacking(pmid, f"{self.file} deletes it.", gone=True))

    def _revise(self, record: RawRecord, pmid: str, stored: bytes) -> None:
        """Store the file's state of a record, unless what is here says the same, is a higher version, or is of a later day."""
        new = Unreadable(pmid, record.why) if record.kind == "broken" else read_record(record.body, pmid)
        if isinstance(new, Unreadable):
            self._doubt(pmid, f"a file has it, and not soundly: {new.why}")
            return
        old = read_record(stored, pmid)
        if isinstance(old, Document) and _is_older(new, old):
            self._doubt(pmid, f"a file has its state of {new.revised}, and here is that of {old.revised}")
            return
        self.counts.asked += 1
        if isinstance(old, Document) and (new == old or _version(new) < _version(old)):
            self.counts.got += 1
            self.counts.cache_hits += 1
        else:
            self._keep(Answered(pmid, record.body))

    def _keep(self, item: Answered | Lacking) -> None:
        ledger.keep(self.db, RECORDS, None, [item], self.run, self.now, self.counts)

    def _doubt(self, pmid: str, why: str) -> None:
        """Leave a record to EFetch, which is asked when the files are loaded."""
        self.db.execute(
            "INSERT OR REPLACE INTO search_item (search_id, external_id, state, why) VALUES (?, ?, 'asked', ?)",
            (self.row, pmid, why),
        )


def _version(document: Document) -> int:
    return document.version or 1


def _is_older(new: Document, old: Document) -> bool:
    """Whether the source itself dates one state of a version before the other: EFetch is ahead of the files."""
    return _version(new) == _version(old) and bool(new.revised and old.revised and new.revised < old.revised)


def _ask(harvest: Harvest, row: int, ids: list[str], counts: Counts) -> None:
    """Ask EFetch for the records in doubt. What it answers is settled; the others are asked for by the next run.

    Raises:
        ServiceError: it did not answer, or said no; those that are left are named.
    """
    source = harvest.sources[RECORDS]
    counts.asked = len(ids)
    for number, page in enumerate(in_pages(ids, source.batch)):
        try:
            given = list(source.records(page))
        except ServiceError as error:
            left = ids[number * source.batch :]
            counts.failed += len(left)
            harvest.name_missing(RECORDS, left, error.why)
            raise
        with harvest.library.transaction() as db:
            lacking = ledger.keep(db, RECORDS, row, given, harvest.library.run, harvest.now(), counts)
            db.execute("DELETE FROM search_item WHERE search_id = ? AND state IN ('here', 'gone')", (row,))
        for item in lacking:
            harvest.name_missing(RECORDS, [item.id], item.why)
