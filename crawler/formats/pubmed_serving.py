"""The second process that a large file of PubMed's is read with: it inflates, cuts and checks, and sends what comes of it (pubmed_beside).

It imports little, to start fast. Batches go as marshal writes them, which takes less time than pickle, and both ends are the same
Python; each goes behind its length. Behind the last comes the length 0.
"""

from __future__ import annotations

import marshal
import os
import signal
import struct
import sys
from typing import Any

from crawler.errors import Unreadable
from crawler.formats.pubmed_checked import Checked, Deleted, Item, Mended, checked_batches, pieces_of
from crawler.formats.pubmed_zones import Zones

LENGTH = struct.Struct("<Q")
END = LENGTH.pack(0)
_PIPE = 1  # standard output
_CHECKED, _DELETED, _MENDED, _UNREADABLE, _FAILED = range(5)
Plain = tuple[Any, ...]


def plain(item: Item) -> Plain:
    """An item in types that marshal knows."""
    if isinstance(item, Checked):
        return _CHECKED, item.pmid, item.version, tuple(item.zones)
    if isinstance(item, Deleted):
        return _DELETED, item.pmid
    if isinstance(item, Mended):
        return _MENDED, item.where, item.removed
    return _UNREADABLE, item.where, item.why, item.do


def item_of(sent: Plain) -> Item:
    """What `plain` was given.

    Raises:
        OSError: it is what went wrong when the other process read the file.
    """
    kind = sent[0]
    if kind == _CHECKED:
        return Checked(sent[1], sent[2], Zones._make(sent[3]))
    if kind == _DELETED:
        return Deleted(sent[1])
    if kind == _MENDED:
        return Mended(sent[1], sent[2])
    if kind == _FAILED:
        raise OSError(sent[1], sent[2])
    return Unreadable(*sent[1:])


def serve() -> None:
    """Read the file on standard input, whose name is the first argument, and write batches to standard output."""
    # Whoever interrupts the reader ends this process too: the reader kills it, or is gone and nobody reads the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        for batch in checked_batches(pieces_of(sys.stdin.buffer), sys.argv[1]):
            _send([plain(item) for item in batch])
    except OSError as error:
        _send([(_FAILED, error.errno, error.strerror)])
    _write(END)


def _send(batch: list[Plain]) -> None:
    message = marshal.dumps(batch)
    _write(LENGTH.pack(len(message)))
    _write(message)


def _write(data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(_PIPE, rest) :]
