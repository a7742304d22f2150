"""A large file of PubMed's read by two processes: the other one inflates, cuts and checks, this one reads the fields.

The other is a new interpreter that imports next to nothing, not a fork: a fork of a process with threads may hang, and numpy alone starts
some. It reads the file that this process opened, and writes the checked records into a pipe in batches. Behind the last comes an end mark:
where it is missing the other has died, and that is told.
"""

from __future__ import annotations

import contextlib
import fcntl
import marshal
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from crawler.errors import Unreadable
from crawler.formats.pubmed_checked import Checked, Deleted, Item, Mended, checked_batches, pieces_of
from crawler.formats.pubmed_zones import Zones

#: To start an interpreter takes as long as to read some five hundred records.
LARGE = 4_000_000
#: The modules are those of this process, wherever they come from; nothing is taken from the folder that it happens to be in.
_COMMAND = (sys.executable, "-I", "-S", "-c",
            "import sys; sys.path[:] = sys.argv[2:]; from crawler.formats.pubmed_beside import serve; serve()")  # fmt: skip
#: The other process asks for the same half megabytes again and again: the C library is to keep them, and not to return them each time.
_KEEPS_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "16777216", "MALLOC_MMAP_THRESHOLD_": "16777216"}
_LENGTH = struct.Struct("<Q")
_END = _LENGTH.pack(0)
_PIPE = 1 << 20
_CHECKED, _DELETED, _MENDED, _UNREADABLE, _FAILED = range(5)
_Plain = tuple[Any, ...]


def is_worth_it(path: Path) -> bool:
    """Whether two processes are faster than one: the file is large, and there are processors for both.

    Raises:
        OSError: the file cannot be looked at.
    """
    return processors() > 1 and path.stat().st_size >= LARGE


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def batches_beside(path: Path) -> Iterator[list[Item]]:
    """What `checked_batches` gives of the file, made by another process, which ends with this iterator.

    Raises:
        OSError: the file cannot be opened or read, or no process can be started.
    """
    where = str(path)
    with path.open("rb") as file:
        other = subprocess.Popen(
            [*_COMMAND, where, *sys.path], stdin=file, stdout=subprocess.PIPE, env={**os.environ, **_KEEPS_MEMORY}
        )
    assert other.stdout is not None
    with other.stdout as pipe:
        try:
            _widen(pipe.fileno())
            while plain := _received(pipe):
                yield [_item(one) for one in plain]
            if plain is None:
                yield [
                    Unreadable(
                        where, f"the process that inflated it ended early ({_ending(other)}).", "The records before were read."
                    )
                ]
        finally:
            other.kill()
            other.wait()


def _widen(pipe: int) -> None:
    """More room for batches that wait. Where the system gives none they wait in the other process."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(PermissionError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _received(pipe: IO[bytes]) -> list[_Plain] | None:
    """The next batch; an empty one is the end, and None is an end without end mark."""
    head = pipe.read(_LENGTH.size)
    if head == _END:
        return []
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = pipe.read(length)
    batch: list[_Plain] | None = marshal.loads(message) if len(message) == length else None
    return batch


def _ending(other: subprocess.Popen[bytes]) -> str:
    code = other.wait()
    return f"by signal {-code}" if code < 0 else f"with exit status {code}"


def _plain(item: Item) -> _Plain:
    """An item in types that marshal knows, which is several times as fast as pickle."""
    if isinstance(item, Checked):
        return _CHECKED, item.pmid, item.version, tuple(item.zones)
    if isinstance(item, Deleted):
        return _DELETED, item.pmid
    if isinstance(item, Mended):
        return _MENDED, item.where, item.removed
    return _UNREADABLE, item.where, item.why, item.do


def _item(plain: _Plain) -> Item:
    """What `_plain` was given.

    Raises:
        OSError: it is what went wrong when the file was read.
    """
    kind, *values = plain
    if kind == _CHECKED:
        pmid, version, zones = values
        return Checked(pmid, version, Zones._make(zones))
    if kind == _DELETED:
        return Deleted(*values)
    if kind == _MENDED:
        return Mended(*values)
    if kind == _FAILED:
        raise OSError(*values)
    return Unreadable(*values)


def serve() -> None:
    """The other process: reads the file on standard input, whose name is the first argument, and writes batches to standard output."""
    # Whoever is interrupted ends this process too, or stops reading, which ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError):
        try:
            for batch in checked_batches(pieces_of(sys.stdin.buffer), sys.argv[1]):
                _send([_plain(item) for item in batch])
        except BrokenPipeError:
            raise
        except OSError as error:
            _send([(_FAILED, error.errno, error.strerror)])
        _written(_END)


def _send(batch: list[_Plain]) -> None:
    message = marshal.dumps(batch)
    _written(_LENGTH.pack(len(message)))
    _written(message)


def _written(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest) :]
