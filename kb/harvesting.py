"""From sources into the library: what a search lists is asked for in batches, each stored as it came; then everything new is read.

Asking and reading are apart: an answer is stored before anybody reads it, so neither a kill nor a defect in reading asks a service
twice, and all that is stored can be read again offline.
"""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta

from crawler.document import Document
from crawler.errors import SaidNo, ServiceError, Unanswered, Unreadable
from crawler.settings import SavedSearch
from crawler.sources.source import Answered, Listing, Search, Source
from kb import answers_apart, ledger
from kb.errors import NotStored
from kb.intake import ReadsDocuments, read_one
from kb.ledger import Counts, Recheck, Vanished
from kb.store import Library

log = logging.getLogger("counterclaim.harvest")
Progress = Callable[[str, int, int], None]


def _no_progress(what: str, done: int, of: int) -> None:
    """Nobody is watching."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Outcome:
    """How a harvest went. `left_out` names each record that is missing and why; `refused` are sources that did not do as asked.

    `brought` are the records that came, or went, by a search, by name or by a file.
    """

    left_out: list[str] = field(default_factory=list)
    refused: list[ServiceError] = field(default_factory=list)
    parts: int = 0
    brought: int = 0
    unanswered: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Harvest:
    """One run's harvest into an open library.

    Args:
        library: open for writing.
        sources: by name.
        used: what a source has used of the network so far: requests and bytes.
        now: the clock.
        overlap_days: how far back a refresh looks for records that were dated back.
        recheck_hours: how old a look at a record may be before a listing as revised makes it due again.
    """

    library: Library
    sources: Mapping[str, Source]
    used: Callable[[str], tuple[int, int]] = lambda _: (0, 0)
    now: Callable[[], datetime] = _now
    overlap_days: int = 35
    recheck_hours: float = 20.0
    progress: Progress = _no_progress
    outcome: Outcome = field(default_factory=Outcome)

    def search(self, saved: SavedSearch, source: str, full: bool = False, limit: int | None = None) -> Counts:
        """Ask one source one search and store what it gives. What goes wrong is told in `outcome`, and never touches other sources."""
        with self.counted(saved.name, source) as counts:
            self.outcome.parts += 1
            try:
                self._search(saved, self.sources[source], counts, full, limit)
            except ServiceError as error:
                self._refused(counts, error)
            except Vanished as error:
                self._refused(counts, SaidNo(source, str(error)))
            self.outcome.brought += counts.counts.brought
        return counts.counts

    def records(self, source: str, ids: Sequence[str], through: Source | None = None) -> Counts:
        """Ask one source for records by id, outside any search; `through` stands in for it where its answers are looked at first."""
        with self.counted("", source) as counts:
            self.outcome.parts += 1
            counts.counts.asked = len(ids)
            try:
                self._fetch(through or self.sources[source], list(ids), None, counts.counts, None)
            except ServiceError as error:
                self._refused(counts, error)
            self.outcome.brought += counts.counts.brought
        return counts.counts

    def counted(self, search: str, source: str) -> Part:
        """A part of the run, counted and written down however it ends."""
        return Part(self, search, source)

    def _refused(self, counted: Part, error: ServiceError) -> None:
        counted.counts.error = str(error)
        self.outcome.refused.append(error)
        self.outcome.left_out.append(str(error))

    def _search(self, saved: SavedSearch, source: Source, counted: Part, full: bool, limit: int | None) -> None:
        begun = self.now()
        with self.library.transaction() as db:
            row = ledger.search_id(db, saved.name, source.name, saved.query, saved.since.isoformat() if saved.since else None)
            mark = ledger.watermark(db, row)
            stored = ledger.stored_items(db, row) if mark and not full else 0
        # Also the first listing says what was revised lately: only then can the next one tell what is revised anew.
        since = ((mark or begun) - timedelta(days=self.overlap_days)).date()
        listing = _listed(source, Search(saved.query, saved.since, limit, stored), since)
        with self.library.transaction() as db:
            ledger.plan(db, row, source.name, listing, Recheck(begun, self.recheck_hours), full, believed=mark is None)
            asked = ledger.to_ask(db, row)
            if not asked and limit is None:
                ledger.move_watermark(db, row, begun)
        counted.counts.asked = len(asked)
        self._fetch(source, asked, row, counted.counts, begun if limit is None else None)

    def _fetch(self, source: Source, ids: list[str], search: int | None, counts: Counts, mark: datetime | None) -> None:
        """Batch by batch, each in a transaction of its own; a batch that fails is tried once more when the others are done."""
        batches = [ids[i : i + source.batch] for i in range(0, len(ids), source.batch)]
        failed: list[tuple[list[str], ServiceError]] = []
        for number, batch in enumerate(batches):
            last = number == len(batches) - 1 and not failed
            self._try(source, batch, search, counts, mark if last else None, failed)
            self.progress(f"{source.name}: records", min((number + 1) * source.batch, len(ids)), len(ids))
        again, failed = failed, []
        for number, (batch, _) in enumerate(again):
            last = number == len(again) - 1 and not failed
            self._try(source, batch, search, counts, mark if last else None, failed)
        for batch, error in failed:
            counts.failed += len(batch)
            self.name_missing(source.name, batch, error.why)
        if failed:
            raise failed[0][1]

    def _try(
        self, source: Source, batch: list[str], search: int | None, counts: Counts, mark: datetime | None,
        failed: list[tuple[list[str], ServiceError]],
    ) -> None:  # fmt: skip
        try:
            given = list(source.records(batch))
        except ServiceError as error:
            failed.append((batch, error))
            return
        with self.library.transaction() as db:
            lacking = ledger.keep(db, source.name, search, given, self.library.run, self.now(), counts)
            if search is not None and mark is not None:
                ledger.move_watermark(db, search, mark)
        for item in lacking:
            self._leave_out(source.name, item.id, item.why)

    def name_missing(self, source: str, ids: Sequence[str], why: str) -> None:
        """Name records that could not be had, as problems of the run."""
        self.outcome.unanswered += ids
        self._leave_out(source, ", ".join(ids), f"not fetched: {why}")

    def _leave_out(self, source: str, name: str, why: str) -> None:
        error = Unreadable(f"{source} {name}", why)
        self.outcome.left_out.append(str(error))
        self.library.leave_out(error)

    def read(self, reader: ReadsDocuments) -> None:
        """Read every stored answer that nobody has read yet into documents and claims."""
        waiting = ledger.unread(self.library.db, list(self.sources))
        counted: dict[str, Counts] = {}
        for number, (source, name, digest) in enumerate(waiting, 1):
            before = ledger.last_change(self.library.db)
            why = self._read_one(source, name, digest, reader)
            counts = counted.setdefault(source, Counts())
            counts.retracted += ledger.retracted_since(self.library.db, before)
            if why:
                counts.skipped += 1
                with self.library.transaction() as db:
                    ledger.mark_unreadable(db, source, name, why)
                self._leave_out(source, name, why)
            self.progress("reading", number, len(waiting))
        with self.library.transaction() as db:
            for source, counts in counted.items():
                if counts.skipped or counts.retracted:
                    ledger.write_counts(db, self.library.run, "", source, counts)

    def _read_one(self, source: str, name: str, digest: str, reader: ReadsDocuments) -> str | None:
        """Why a record was left out; None where it is stored."""
        try:
            body = answers_apart.body_of(self.library.db, digest)
        except answers_apart.AnswerNotThere as error:
            return str(error)
        except zlib.error as error:
            return f"The answer that is kept is damaged ({error}). Fetch it again with: counterclaim add {name}"
        document = self.sources[source].parse(Answered(name, body))
        if not isinstance(document, Document):
            return document.why
        reading = read_one(document, reader)
        try:
            self.library.add(reading, also=lambda db, row: ledger.mark_read(db, source, name, row))
        except NotStored as error:
            return str(error)
        for sentence in reading.left_out:
            self.outcome.left_out.append(f"{source} {name}: {sentence}")
        return None


@dataclass(slots=True)
class Part:
    """Counts one part of a run, and writes them down however it ends."""

    harvest: Harvest
    search: str
    source: str
    counts: Counts = field(default_factory=Counts)
    _begun: float = 0.0
    _used: tuple[int, int] = (0, 0)

    def __enter__(self) -> Part:
        self._begun, self._used = time.monotonic(), self.harvest.used(self.source)
        return self

    def __exit__(self, *_: object) -> None:
        requests, sent = self.harvest.used(self.source)
        self.counts.requests, self.counts.bytes = requests - self._used[0], sent - self._used[1]
        self.counts.seconds = round(time.monotonic() - self._begun, 3)
        with self.harvest.library.transaction() as db:
            ledger.write_counts(db, self.harvest.library.run, self.search, self.source, self.counts)
        told = asdict(self.counts)
        log.info(
            "%s %s: %s", self.search or "-", self.source, told["error"] or "done", extra={"fields": {"source": self.source, **told}}
        )


def _listed(source: Source, search: Search, changed_since: date) -> Listing:
    """What the search matches. A listing may need a hundred requests, so one that went without answer costs not all the others: it is begun once more.

    Raises:
        ServiceError: it failed a second time, or was refused.
    """
    try:
        return source.listing(search, changed_since)
    except Unanswered:
        return source.listing(search, changed_since)


def in_pages(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Ids in pages."""
    return (ids[i : i + size] for i in range(0, len(ids), size))
