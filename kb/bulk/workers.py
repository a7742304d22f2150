"""Who reads the parts: this process, processes beside it, or an existing Dask cluster. All three take the same function and give the same."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

from kb.errors import LibraryError


class NoDask(LibraryError):
    """Dask is not installed."""

    def __init__(self) -> None:
        super().__init__("--dask needs Dask here and on its workers: pip install 'counterclaim[dask]'.")


class NoCluster(LibraryError):
    """There is no scheduler at an address, or it went away."""

    def __init__(self, address: str, why: object) -> None:
        super().__init__(
            f"The Dask cluster at {address} does not answer ({why}). What was stored is kept; run it again when it is there."
        )


class Here(Executor):
    """Does at once, in this process, what it is given."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """The result, as a future that is done."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


@dataclass(frozen=True, slots=True)
class Workers:
    """Who reads.

    Args:
        start: makes them; called again where one of them died and took the others along.
        number: how many parts they read at once.
        place: the address of a cluster.
        gone: what is raised where the cluster went away.
        died: what is raised where each worker died that was given a part.
    """

    start: Callable[[], Executor]
    number: int
    place: str = ""
    gone: tuple[type[BaseException], ...] = ()
    died: tuple[type[BaseException], ...] = ()


@contextmanager
def processes(number: int) -> Iterator[Workers]:
    """So many processes beside this one; none for 1. They end with this process, however it ends."""
    if number == 1:
        yield Workers(Here, 1)
        return
    # New interpreters, not forks: a fork of a process with threads may hang, and numpy alone starts some.
    context = multiprocessing.get_context("spawn")
    started: list[Executor] = []
    others = _children()

    def start() -> Executor:
        _end(started, others)
        started.append(ProcessPoolExecutor(number, context, _beginning))
        return started[-1]

    try:
        yield Workers(start, number)
    finally:
        _end(started, others)


def _children() -> set[int]:
    return {p.pid for p in multiprocessing.active_children() if p.pid is not None}


def _end(started: list[Executor], others: set[int]) -> None:
    """Nobody waits for what workers still do."""
    mine = _children() - others if started else set()
    for executor in started:
        executor.shutdown(wait=False, cancel_futures=True)
    for pid in mine:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    started.clear()


def _beginning() -> None:
    """A worker leaves interrupts to the process that started it, and ends when that is gone: a kill leaves no orphan."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


@contextmanager
def cluster(address: str) -> Iterator[Workers]:
    """The workers of an existing Dask cluster. They see the files under the same paths.

    Raises:
        NoDask: Dask is not installed.
        NoCluster: nobody answers at this address.
    """
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise NoDask from error
    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoCluster(address, error) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise NoCluster(address, "it has no workers")
        gone = (CancelledError, OSError)
        yield Workers(lambda: client.get_executor(pure=False), threads, address, gone, (KilledWorker,))
