"""`counterclaim bulk`: shards are read ahead by workers and stored by one writer, each in a transaction of its own, in the order of the files.

The library is the same whoever read the shards and however often the run was broken off: what is stored, and in which order, follows from the
files alone.
"""

from __future__ import annotations

import logging
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from crawler.errors import Unreadable
from kb.bulk import shards
from kb.bulk.part import Found, Part, find, reads_with
from kb.bulk.shards import How, Shard
from kb.bulk.storing import Damaged, Stored, Storing
from kb.bulk.workers import NoCluster, Workers
from kb.errors import LibraryError
from kb.health import versions
from kb.store import Library
from kb.upkeep import stale
from nlp.gate.gate import Gate

log = logging.getLogger("counterclaim.bulk")
#: What follows from the documents is worked out when so many have changed, while the workers read on, and at the end.
_BEHIND = 2_000
#: Parts are read ahead of the writer until so many bytes of them wait.
_AHEAD = 200_000_000
#: So often is a part given out whose worker dies with it.
_TRIES = 3


class OtherVersion(LibraryError):
    """A worker runs another version of the program."""

    def __init__(self, differing: Sequence[str]) -> None:
        super().__init__(f"The workers run other versions than this process: {'; '.join(differing)}. Install the same on both.")


@dataclass(slots=True)
class Done:
    """How far a run is: files by what became of them, bytes, records by fate and reason, and what was left out, a sentence each.

    `anew`: why files that were loaded before are loaded again, with how many of each.
    """

    files: int = 0
    of: int = 0
    there: int = 0
    anew: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    of_bytes: int = 0
    records: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)
    files_left_out: int = 0
    peak_mb: float = 0.0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return time.monotonic() - self.began

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / max(self.seconds, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """At the rate so far, by the bytes of the files; None while none is done."""
        return self.seconds * (self.of_bytes - self.bytes) / self.bytes if self.bytes else None


Progress = Callable[[Done], None]


def _nobody(done: Done) -> None:
    """Nobody is watching."""


@dataclass(slots=True)
class Bulk:
    """One run over files.

    Args:
        library: open for writing.
        gate: what is let through.
        workers: who reads.
        progress: is told after every file.
        tagger: whether texts are read with the trained tagger.
    """

    library: Library
    gate: Gate
    workers: Workers
    progress: Progress = _nobody
    tagger: bool = False
    done: Done = field(default_factory=Done)
    _loaded: dict[str, Shard] = field(default_factory=dict)

    def load(self, paths: Sequence[Path], again: bool = False) -> Done:
        """Load the files that are not loaded yet, and say what became of every record.

        Raises:
            OtherVersion: a worker runs another version.
            NoCluster: the cluster went away; what was stored is kept.
        """
        files = []
        for item in shards.files_in(paths):
            if isinstance(item, Unreadable):
                self._name(item)
            else:
                files.append(item)
        with self.library.transaction() as db:
            plan = shards.plan(db, files, How(self.gate.name, reads_with(self.tagger), again), self.library.run)
        self.done.there, self.done.anew = len(plan.there), plan.anew
        self.done.of, self.done.of_bytes = len(plan.waiting), sum(s.file.size for s in plan.waiting)
        self._loaded = {shard.file.path.name: shard for shard in plan.there}
        reading = _Reading(self.workers)
        for shard, parts in reading.all(list(self._parts(plan.waiting))):
            self._take(shard, parts, reading)
            self.progress(self.done)
        return self.done

    def _parts(self, waiting: Sequence[Shard]) -> Iterator[tuple[Shard, list[Part]]]:
        """Many files are read by one worker each; of few, each is shared."""
        number = self.workers.number
        of = 1 if number == 1 or len(waiting) >= 4 * number else 2 * number
        for shard in waiting:
            yield shard, [Part(shard.file.path, self.gate, part, of, tagger=self.tagger) for part in range(of)]

    def _take(self, shard: Shard, parts: Iterator[Found], reading: _Reading) -> None:
        counts = dict(self.library.counts)
        try:
            with self.library.transaction() as db:
                told = self._stored(Storing(self.library, db, shard), parts, reading)
        except Damaged as why:
            for _ in parts:
                pass
            self.library.counts.update(counts)
            with self.library.transaction() as db:
                shards.leave_out(db, shard, str(why))
            self._name(
                Unreadable(
                    str(shard.file.path),
                    f"{why}; nothing of it was stored.",
                    "Download it again, with its .md5 file, and run the same again.",
                )
            )
            self.done.files_left_out += 1
        else:
            self._count(shard, told)
        self.done.bytes += shard.file.size
        if len(stale(self.library.db)) >= _BEHIND:
            self.library.catch_up()

    def _stored(self, storing: Storing, parts: Iterator[Found], reading: _Reading) -> Stored:
        """A shard, part by part: what is read is stored while the rest is being read."""
        for found in parts:
            self._check_versions(found)
            self.done.peak_mb = max(self.done.peak_mb, found.peak_mb)
            held = storing.held(found)
            storing.part(found, reading.one(replace(found.part, only=held)) if held and found.part else None)
        told = storing.end()
        for name, pmids in told.later.items():
            self._late(storing, name, pmids, reading)
        return told

    def _late(self, storing: Storing, name: str, pmids: set[int], reading: _Reading) -> None:
        """The last word on records whose last version the gate left out of a later file, when nothing was known of them: as if the files had come in order.

        Where that file is not among those that were named, or is another by now, there is no document of these records; each is counted as older.
        """
        shard = self._loaded.get(name)
        if shard is None:
            return
        found = reading.one(Part(shard.file.path, self.gate, only=frozenset(map(str, pmids)), tagger=self.tagger))
        self._check_versions(found)
        try:
            Storing(storing.library, storing.db, shard).late(found)
        except Damaged as why:
            log.warning("%s: %s; its versions of %d records are not taken", name, why, len(pmids))

    def _count(self, shard: Shard, told: Stored) -> None:
        self.done.files += 1
        self.done.records += told.records
        self.done.counts += told.counts
        self.done.left_out += told.left_out
        counted = {f"{fate}: {why}": n for (fate, why), n in sorted(told.counts.items())}
        log.info("%s: %d records", shard.file.path.name, told.records, extra={"fields": {"shard": shard.file.path.name, **counted}})

    def _name(self, error: Unreadable) -> None:
        self.library.leave_out(error)
        self.done.left_out.append(str(error))

    def _check_versions(self, found: Found) -> None:
        if found.damaged:
            return
        here, there = (
            versions() | {"gate": self.gate.name, "tagger": reads_with(self.tagger)},
            found.versions | {"gate": found.gate},
        )
        differing = [f"{name} {there.get(name)} there, {here[name]} here" for name in here if there.get(name) != here[name]]
        if differing:
            raise OtherVersion(differing)


@dataclass(slots=True)
class _Job:
    shard: Shard
    part: Part
    future: Future[Found] | None = None
    tries: int = 0


class _Reading:
    """Parts read ahead, handed on in their order; what a dead worker had is given out again."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._executor: Executor | None = None
        self._waiting: deque[_Job] = deque()
        self._out: deque[_Job] = deque()
        self._careful = 0

    def all(self, plan: Sequence[tuple[Shard, list[Part]]]) -> Iterator[tuple[Shard, Iterator[Found]]]:
        """Every shard with its parts, which are to be taken before the next shard."""
        self._waiting.extend(_Job(shard, part) for shard, parts in plan for part in parts)
        for shard, parts in plan:
            yield shard, (self._next() for _ in parts)

    def one(self, part: Part) -> Found:
        """One part more, at once; with the others being read meanwhile."""
        if self._executor is None:
            self._executor = self._workers.start()
        try:
            return self._result(self._executor.submit(find, part))
        except BrokenExecutor:
            self._begin_anew()
            return self._result(self._executor.submit(find, part))

    def _next(self) -> Found:
        while True:
            try:
                self._give_out()
                future = self._out[0].future
                assert future is not None
                found = self._result(future)
            except BrokenExecutor:
                given_up = self._out.popleft() if self._out and self._out[0].tries >= _TRIES else None
                self._begin_anew()
                if given_up is not None:
                    return Found(damaged=f"the process that reads it died {_TRIES} times, for want of memory or by a defect")
                continue
            self._out.popleft()
            self._careful = max(0, self._careful - 1)
            return found

    def _give_out(self) -> None:
        """Parts to every worker and one or two beyond, unless much waits to be stored. Where a worker died, one at a time, to find which part it is."""
        if self._executor is None:
            self._executor = self._workers.start()
        most = 1 if self._careful or self._workers.number == 1 else self._workers.number + 2
        waiting = sum(
            job.future.result().size for job in self._out if job.future and job.future.done() and not job.future.exception()
        )
        while self._waiting and (not self._out or (len(self._out) < most and waiting < _AHEAD)):
            job = self._waiting.popleft()
            self._out.append(job)
            # Where workers died meanwhile this fails, and the job waits again with the others.
            job.future = self._executor.submit(find, job.part)
            job.tries += 1

    def _begin_anew(self) -> None:
        """New workers; what was given out to the old ones waits again, in its order."""
        log.warning("a worker died; what it read is read again")
        self._careful = len(self._out)
        self._waiting.extendleft(reversed(self._out))
        self._out.clear()
        self._executor = self._workers.start()

    def _result(self, future: Future[Found]) -> Found:
        try:
            return future.result()
        except self._workers.gone as error:
            raise NoCluster(self._workers.place, type(error).__name__) from error
        except self._workers.died:
            return Found(damaged="the workers that read it died, for want of memory or by a defect")
