"""PubMed's files through `bulk`: by one worker, by several, by a Dask cluster, with a worker killed; whether the library is the same, and what it takes.

    python -m benchmarks.bulk_speed FOLDER [--rounds 1] [--dask]

FOLDER holds .xml.gz files. Wall time, since it is about several processors: on a machine that does other work it says little, and the load is printed.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import busy, number
from kb.bulk.load import Bulk, Done
from kb.bulk.workers import Workers, cluster, processes
from kb.fingerprint import digest
from kb.store import Library
from nlp.gate.gate import Gate

WAYS = ("1 worker", "2 workers", "2 Dask workers", "2 Dask workers, one killed")


@dataclass(frozen=True, slots=True)
class Load:
    """One loading: seconds of wall and of all processes' CPU, the largest process in MB, and what came of it."""

    way: str
    seconds: float
    cpu: float
    peak_mb: float
    writer_mb: float
    done: Done
    digest: str
    size: int
    load: str


def load(folder: Path, way: str) -> Load:
    """Load all files of a folder into a new library."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "x.db"
        busy_before, began, cpu = busy(), time.perf_counter(), _cpu()
        with _workers(way, Path(place)) as (workers, kill), Library(path, "bulk", [], {}) as library:
            done = Bulk(library, Gate(), workers, kill).load([folder])
            library.close_run(0)
        seconds = time.perf_counter() - began
        with closing(sqlite3.connect(path)) as db:
            made = digest(db)
        writer = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        return Load(way, seconds, _cpu() - cpu, done.peak_mb, writer, done, made, path.stat().st_size, busy_before)


@contextmanager
def _workers(way: str, place: Path) -> Iterator[tuple[Workers, Killer]]:
    if "Dask" not in way:
        with processes(int(way.split()[0])) as workers:
            yield workers, Killer([])
        return
    from distributed import LocalCluster

    made = LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, local_directory=str(place / "dask")
    )
    with made, cluster(made.scheduler_address) as workers:
        pids = [worker.pid for worker in made.workers.values()]
        yield workers, Killer(pids[:1] if "killed" in way else [])


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


def table(loads: list[Load]) -> Iterator[str]:
    """As Markdown: one row a way, against the first."""
    yield "| read by | wall | CPU | records a second | × one worker | largest reader | the writer | digest | machine before |"
    yield "|---|---|---|---|---|---|---|---|---|"
    first = [one.seconds for one in loads if one.way == WAYS[0]]
    for way in dict.fromkeys(one.way for one in loads):
        same = [one for one in loads if one.way == way]
        seconds = statistics.median(one.seconds for one in same)
        ratios = sorted(a / one.seconds for a, one in zip(first, same, strict=False))
        ratio = f"{number(statistics.median(ratios))} ({number(ratios[0])} to {number(ratios[-1])})"
        yield (
            f"| {way} | {number(seconds)} s | {number(statistics.median(o.cpu for o in same))} s | {same[0].done.records / seconds:,.0f} | {ratio} | "
            f"{max(o.peak_mb for o in same):.0f} MB | {max(o.writer_mb for o in same):.0f} MB | {' '.join({o.digest for o in same})} | {same[-1].load} |"
        )


def account(one: Load) -> Iterator[str]:
    """What became of the records."""
    yield f"{one.done.records:,} records of {one.done.files} files; {sum(one.done.counts.values()):,} of them accounted for:\n"
    yield "| fate | why | records |\n|---|---|---|"
    yield from (f"| {fate} | {why} | {n:,} |" for (fate, why), n in sorted(one.done.counts.items()))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--dask", action="store_true")
    asked = parser.parse_args()
    loads = measured(asked.folder, asked.rounds, asked.dask)
    print("\n".join([*table(loads), "", *account(loads[0])]))


def measured(folder: Path, rounds: int, dask: bool) -> list[Load]:
    """Every way in turn, each in a process of its own, so that memory is its own."""
    import multiprocessing

    ways = WAYS if dask else WAYS[:2]
    found = []
    for _ in range(rounds):
        for way in ways:
            # Workers of a process that is itself a worker's child: it must not be daemonic, and a pool's are.
            ours, theirs = multiprocessing.get_context("spawn").Pipe()
            child = multiprocessing.get_context("spawn").Process(target=_child, args=(folder, way, theirs))
            child.start()
            found.append(ours.recv())
            child.join()
            print(f"{way}: {found[-1].seconds:.1f} s", file=sys.stderr)
    return found


def _child(folder: Path, way: str, pipe: object) -> None:
    pipe.send(load(folder, way))  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
