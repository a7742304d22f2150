"""PubMed's files through `bulk`: by one worker, by several, by a Dask cluster, with a worker killed, with the tagger and without; whether the library is the same, and what it takes.

    python -m benchmarks.bulk_speed FOLDER [--rounds 1] [--records 10000]

FOLDER holds .xml.gz files. All of them are loaded without the tagger, in every way; so many records of the largest are loaded with it and without it. Wall time, since it
is about several processors: on a machine that does other work it says little, and the load is printed. Where Dask is not installed its ways are left out.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import multiprocessing
import os
import resource
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.figures import busy, number, spread
from crawler.formats.pubmed_checked import pieces_of
from crawler.formats.pubmed_record_split import split_stream
from kb.bulk.load import Bulk, Done
from kb.bulk.workers import Workers, cluster, processes
from kb.fingerprint import digest
from kb.store import Library
from nlp.gate.gate import Gate


@dataclass(frozen=True, slots=True)
class Way:
    """How files are loaded."""

    name: str
    workers: int = 1
    tagger: bool = False
    dask: bool = False
    killed: bool = False


#: The whole files, read by packs and rules alone.
WAYS = (
    Way("1 worker"),
    Way("2 workers", 2),
    Way("2 Dask workers", 2, dask=True),
    Way("2 Dask workers, one killed half-way", 2, dask=True, killed=True),
)
#: A part of the records: what the tagger costs, which `bulk` uses unless told otherwise.
TAGGED = (
    Way("1 worker, `--no-tagger`"),
    Way("1 worker, with the tagger", tagger=True),
    Way("2 workers, with the tagger", 2, tagger=True),
)
#: So many files, of so many records that are no trials and so many that are, to see whether memory grows with their number.
FILES, NONE, TRIALS = (5, 20, 60), 1000, 30


@dataclass(frozen=True, slots=True)
class Load:
    """One loading: seconds of wall, of all processes' CPU and of the writer's, the largest reader and the writer in MB, and what came of it."""

    way: Way
    seconds: float
    cpu: float
    writer_cpu: float
    peak_mb: float
    writer_mb: float
    done: Done
    digest: str
    size: int
    load: str

    @property
    def stored(self) -> int:
        """Records that passed the gate."""
        return sum(n for (fate, _), n in self.done.counts.items() if fate == "stored")


def has_dask() -> bool:
    """Whether Dask is installed."""
    return importlib.util.find_spec("distributed") is not None


def load(folder: Path, way: Way) -> Load:
    """Load all files of a folder into a new library."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "x.db"
        busy_before, began, cpu, own = busy(), time.perf_counter(), _cpu(), time.process_time()
        with _workers(way, Path(place)) as (workers, kill), Library(path, "bulk", [], {}) as library:
            done = Bulk(library, Gate(), workers, kill, way.tagger).load([folder])
            library.close_run(0)
        seconds, own = time.perf_counter() - began, time.process_time() - own
        # What they took is told when they have ended.
        for child in multiprocessing.active_children():
            child.join(20)
        with closing(sqlite3.connect(path)) as db:
            made = digest(db)
        writer = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        return Load(way, seconds, _cpu() - cpu, own, done.peak_mb, writer, done, made, path.stat().st_size, busy_before)


@contextmanager
def _workers(way: Way, place: Path) -> Iterator[tuple[Workers, Killer]]:
    if not way.dask:
        with processes(way.workers) as workers:
            yield workers, Killer([])
        return
    from distributed import LocalCluster

    made = LocalCluster(
        n_workers=way.workers, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(place / "dask")
    )
    with made, cluster(made.scheduler_address) as workers:
        pids = [worker.pid for worker in made.workers.values()]
        yield workers, Killer(pids[:1] if way.killed else [])


class Killer:
    """Kills a worker once the first file is stored and the next is being read."""

    def __init__(self, pids: list[int]) -> None:
        self.pids = pids

    def __call__(self, done: Done) -> None:
        """Told after every file."""
        while self.pids:
            os.kill(self.pids.pop(), signal.SIGKILL)


def _cpu() -> float:
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def measured(folder: Path, rounds: int, ways: Sequence[Way] = WAYS) -> list[Load]:
    """Every way in turn, each in a process of its own, so that memory is its own."""
    found = []
    for _ in range(rounds):
        for way in ways:
            if way.dask and not has_dask():
                continue
            found.append(_apart(folder, way))
            print(f"{way.name}: {found[-1].seconds:.1f} s", file=sys.stderr)
    return found


def _apart(folder: Path, way: Way) -> Load:
    # Workers of a process that is itself a worker's child: it must not be daemonic, and a pool's are.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(folder, way, theirs))
    child.start()
    theirs.close()
    found: Load = ours.recv()
    child.join()
    return found


def _child(folder: Path, way: Way, pipe: Connection) -> None:
    pipe.send(load(folder, way))


def with_and_without_tagger(folder: Path, records: int, rounds: int) -> list[Load]:
    """So many records of the largest file, read with the tagger and without it."""
    with tempfile.TemporaryDirectory() as place:
        largest = max(folder.glob("*.xml.gz"), key=lambda p: p.stat().st_size)
        Path(place, largest.name).write_bytes(first_records(largest, records))
        return measured(Path(place), rounds, TAGGED)


def first_records(file: Path, number: int) -> bytes:
    """A file of PubMed's that holds the first records of another."""
    with file.open("rb") as packed:
        head = next(pieces_of(packed)).partition(b"<PubmedArticle>")[0]
        packed.seek(0)
        bodies = [r.body for r in islice(split_stream(pieces_of(packed)), number) if r.kind == "article"]
    return gzip.compress(b"".join((head, *bodies, b"</PubmedArticleSet>\n")), 6)


def by_number_of_files(numbers: Sequence[int] = FILES) -> list[tuple[int, Load]]:
    """Memory by the number of made files, all alike."""
    from tests.kb.made_shards import rocks, shard, trial

    found = []
    for files in numbers:
        with tempfile.TemporaryDirectory() as place:
            first = shard(Path(place), 1, *(rocks(n + 1) for n in range(NONE)), *(trial(2 * NONE + n) for n in range(TRIALS)))
            for n in range(2, files + 1):
                first.with_name(f"pubmed26n{n:04}.xml.gz").write_bytes(first.read_bytes())
            found.append((files, _apart(Path(place), WAYS[0])))
    return found


def table(loads: Sequence[Load]) -> Iterator[str]:
    """As Markdown: one row a way, against the first."""
    yield "| read by | wall | CPU, all processes | records a second | × the first row, wall | largest reader | the writer | digest | load before |"
    yield "|---|---|---|---|---|---|---|---|---|"
    first = [one.seconds for one in loads if one.way == loads[0].way]
    for way in dict.fromkeys(one.way for one in loads):
        same = [one for one in loads if one.way == way]
        seconds = statistics.median(one.seconds for one in same)
        ratios = [a / one.seconds for a, one in zip(first, same, strict=True)]
        loaded = ", ".join(one.load.partition(" on ")[0].removeprefix("load average ") for one in same)
        yield (
            f"| {way.name} | {number(seconds)} s | {number(statistics.median(o.cpu for o in same))} s | {same[0].done.records / seconds:,.0f} | {spread(ratios)} | "
            f"{max(o.peak_mb for o in same):.0f} MB | {max(o.writer_mb for o in same):.0f} MB | {' '.join(sorted({o.digest for o in same}))} | {loaded} |"
        )


def account(one: Load) -> Iterator[str]:
    """What became of the records."""
    yield f"{one.done.records:,} records of {one.done.files} files; {sum(one.done.counts.values()):,} of them accounted for:\n"
    yield "| fate | why | records |\n|---|---|---|"
    yield from (f"| {fate} | {why} | {n:,} |" for (fate, why), n in sorted(one.done.counts.items()))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--records", type=int, default=10_000)
    asked = parser.parse_args()
    loads = measured(asked.folder, asked.rounds)
    tagged = with_and_without_tagger(asked.folder, asked.records, asked.rounds)
    print("\n".join([*table(loads), "", *account(loads[0]), "", *table(tagged)]))


if __name__ == "__main__":
    main()
