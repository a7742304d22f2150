"""A part of a file of PubMed's, so that several processes can share one: every so-manieth half megabyte of its records.

All of the file is inflated and cut by each process, which is a tenth of the work of reading it; the records of the other parts are not looked at.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.pubmed_checked import BATCH, Checked, Deleted, checked, pieces_of, place_of
from crawler.formats.pubmed_record import document_of
from crawler.formats.pubmed_record_split import RawRecord, split_stream

#: A record's place in its file: the number of its half megabyte, and its place there.
Place = tuple[int, int]
_MD5 = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)


def read_part(
    path: Path, part: int = 0, of: int = 1, only: frozenset[str] | None = None
) -> Iterator[tuple[Place, Document | Unreadable | Deleted]]:
    """What `read_pubmed_file` gives, of one part of the file, each with its place; with `only`, the records and deletions of these PMIDs.

    Raises:
        OSError: the file cannot be opened or read.
    """
    where = str(path)
    for number, batch in enumerate(_batches(path)):
        if number % of == part:
            wanted = batch if only is None else [raw for raw in batch if raw.pmid in only]
            for i, item in enumerate(checked(wanted, where)):
                yield (number, i), document_of(item, place_of(item.pmid, where)) if isinstance(item, Checked) else item


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
