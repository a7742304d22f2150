"""A part of a file of PubMed's, so that several processes can share one: a stretch of its records, in half megabytes.

What stands before a stretch is inflated and cut once more, which is a tenth of the work of reading it; its records are not looked at.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.pubmed_checked import BATCH, Checked, Deleted, checked, pieces_of, place_of
from crawler.formats.pubmed_record import document_of
from crawler.formats.pubmed_record_split import RawRecord, split_stream

_LENGTH = struct.Struct("<I")
#: A record's place in its file: the number of its half megabyte, and its place there.
Place = tuple[int, int]
_MD5 = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)


def read_part(
    path: Path, part: int = 0, of: int = 1, only: frozenset[str] | None = None
) -> Iterator[tuple[Place, Document | Unreadable | Deleted]]:
    """What `read_pubmed_file` gives, of one part of the file, each with its place.

    With `only`, the records and deletions of these PMIDs, and what cannot be read. A place is one in the whole file, whatever else is asked for.

    Raises:
        OSError: the file cannot be opened or read.
    """
    where = str(path)
    first, last = _stretch(path, part, of)
    for number, batch in enumerate(_batches(path)):
        if number >= last:
            return
        if number >= first:
            for i, item in enumerate(checked(batch, where)):
                if only is not None and not isinstance(item, Unreadable) and item.pmid not in only:
                    continue
                yield (number, i), document_of(item, place_of(item.pmid, where)) if isinstance(item, Checked) else item


def _stretch(path: Path, part: int, of: int) -> tuple[float, float]:
    """The half megabytes of a part, from the first to before the last. Each belongs to one part, however well their number is guessed."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
        size = file.seek(0, 2)
        if packed and size >= _LENGTH.size:
            # The length of what was packed, by which gzip ends.
            file.seek(-_LENGTH.size, 2)
            (size,) = _LENGTH.unpack(file.read(_LENGTH.size))
    number = -(-size // BATCH)
    return part * number // of, math.inf if part == of - 1 else (part + 1) * number // of


def _batches(path: Path) -> Iterator[list[RawRecord]]:
    batch: list[RawRecord] = []
    size = 0
    with path.open("rb") as file:
        for raw in split_stream(pieces_of(file)):
            batch.append(raw)
            size += len(raw.body)
            if size >= BATCH:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def md5_of(path: Path) -> str:
    """The MD5 of a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def stated_md5(path: Path) -> str | None:
    """The MD5 that PubMed states in the `.md5` file beside a file; None where there is none beside it.

    Raises:
        Unreadable: the `.md5` file holds no MD5.
        OSError: it cannot be read.
    """
    beside = path.with_name(f"{path.name}.md5")
    if not beside.exists():
        return None
    found = _MD5.search(beside.read_text("ascii", "replace"))
    if found is None:
        raise Unreadable(str(beside), "this file holds no MD5.", "Download it again, or take it away.")
    return found[0].lower()
