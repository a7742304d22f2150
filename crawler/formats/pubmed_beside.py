"""A large file of PubMed's read by two processes: the other one inflates, cuts and checks, this one reads the fields.

The other (pubmed_serving) is a new interpreter that imports little, not a fork: a fork of a process with threads may hang, and numpy alone
starts some. It reads the file that this process opened, and writes the checked records into a pipe in batches. Behind the last comes an
end mark: where it is missing the other has died, and that is told.
"""

from __future__ import annotations

import contextlib
import fcntl
import marshal
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crawler.errors import Unreadable
from crawler.formats.pubmed_checked import Item
from crawler.formats.pubmed_serving import END, LENGTH, Plain, item_of

#: To start an interpreter takes as long as to read some five hundred records.
LARGE = 4_000_000
#: The modules are those of this process, wherever they come from.
_COMMAND = (
    sys.executable,
    "-P",
    "-S",
    "-c",
    "import sys; sys.path[:] = sys.argv[2:]; from crawler.formats.pubmed_serving import serve; serve()",
)
#: The other process asks for the same half megabytes again and again: the C library is to keep them, and not to return them each time.
_KEEPS_MEMORY = {"MALLOC_TRIM_THRESHOLD_": "16777216", "MALLOC_MMAP_THRESHOLD_": "16777216"}
_PIPE = 1 << 20


def is_worth_it(path: Path) -> bool:
    """Whether two processes are faster than one: the file is large, and there are processors for both.

    Raises:
        OSError: the file cannot be looked at.
    """
    return bool(sys.executable) and processors() > 1 and path.stat().st_size >= LARGE


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class NotBeside(Exception):
    """No other process could be started, and nothing was read yet: the file is to be read by one."""


def batches_beside(path: Path) -> Iterator[list[Item]]:
    """What `checked_batches` gives of the file, made by another process, which ends with this iterator.

    Raises:
        OSError: the file cannot be opened or read.
        NotBeside: no process can be started, or it ended before its first record.
    """
    where = str(path)
    modules = [str(Path(place).absolute()) for place in sys.path]
    with path.open("rb") as file:
        try:
            other = subprocess.Popen(
                [*_COMMAND, where, *modules], stdin=file, stdout=subprocess.PIPE, env={**os.environ, **_KEEPS_MEMORY}
            )
        except OSError as error:
            raise NotBeside(f"no second process can be started: {error}") from error
    assert other.stdout is not None
    with other.stdout as pipe:
        try:
            _widen(pipe.fileno())
            batch = _received(pipe)
            if batch is None and other.wait() > 0:
                raise NotBeside(f"the second process {_ending(other)}")
            while batch:
                yield [item_of(sent) for sent in batch]
                batch = _received(pipe)
            if batch is None:
                yield [Unreadable(where, f"the process that inflated it {_ending(other)}.", "The records before that were read.")]
        finally:
            other.kill()
            other.wait()


def _widen(pipe: int) -> None:
    """More room for batches that wait. Where the system gives none they wait in the other process."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(PermissionError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _received(pipe: IO[bytes]) -> list[Plain] | None:
    """The next batch; an empty one is the end, and None is an end without end mark."""
    head = pipe.read(LENGTH.size)
    if head == END:
        return []
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    message = pipe.read(length)
    batch: list[Plain] | None = marshal.loads(message) if len(message) == length else None
    return batch


def _ending(other: subprocess.Popen[bytes]) -> str:
    code = other.wait()
    return f"was ended by signal {-code}" if code < 0 else f"ended early, with exit status {code}"
