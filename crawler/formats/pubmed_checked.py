"""A file of PubMed's, inflated, cut into its records, and each record checked to be sound XML and taken apart.

This is what comes before the reading of fields. It imports little, for it may run in a process of its own (pubmed_serving), which is to
start fast.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from isal import isal_zlib

from crawler.errors import Unreadable
from crawler.formats.pubmed_prolog import CutOff
from crawler.formats.pubmed_record_split import RawRecord, respelt, split_stream, torn_apart
from crawler.formats.pubmed_soundness import Faulty, plain_bodies, plain_body, without_forbidden
from crawler.formats.pubmed_zones import Zones, zones_of_article, zones_of_book

#: PubMed's files inflate to some 400 MB at most.
LARGEST_INFLATED = 4_000_000_000
_GZIP = b"\x1f\x8b"
_PIECE = 1 << 16
#: So many bytes of records are checked at once.
BATCH = 1 << 19
_GZIP_STREAM = isal_zlib.MAX_WBITS | 16


class Deleted(NamedTuple):
    """A PMID that an update file takes back. Whatever was stored under it is no longer PubMed's."""

    pmid: str


class Mended(Unreadable):
    """Not a record, but what was left out of the one before it: characters that XML forbids."""

    def __init__(self, where: str, removed: int) -> None:
        what = "a character that XML forbids was" if removed == 1 else f"{removed} characters that XML forbids were"
        super().__init__(where, f"{what} removed; the record was read without.")
        self.removed = removed


class Checked(NamedTuple):
    """A record that is sound XML, in its parts, its fields unread."""

    pmid: str
    version: int | None
    zones: Zones


Item = Checked | Deleted | Unreadable


def checked_batches(pieces: Iterable[bytes], where: str) -> Iterator[list[Item]]:
    """The records of a file, half a megabyte of them at a time."""
    batch: list[RawRecord] = []
    size = 0
    for raw in split_stream(pieces):
        batch.append(raw)
        size += len(raw.body)
        if size >= BATCH:
            yield checked(batch, where)
            batch, size = [], 0
    if batch:
        yield checked(batch, where)


def checked(batch: list[RawRecord], where: str) -> list[Item]:
    """The records in their parts; errors in place of those that are no sound XML."""
    whole = [raw for raw in batch if raw.kind in ("article", "book")]
    plain = plain_bodies([raw.body for raw in whole])
    if plain is None or len(whole) < len(batch):
        return [item for raw in batch for item in _looked_at(raw, where)]
    return [_in_parts(respelt(raw, body), where) for raw, body in zip(whole, plain, strict=True)]


def _in_parts(raw: RawRecord, where: str) -> Checked | Unreadable:
    if raw.pmid is None:
        return Unreadable(_place(raw, where), "this record has no PMID.", "The others were read; ask PubMed for it again.")
    return Checked(raw.pmid, raw.version, zones_of_article(raw.body) if raw.kind == "article" else zones_of_book(raw.body))


def place_of(pmid: str, where: str) -> str:
    """How a record of a file is named."""
    return f"{where}, PMID {pmid}"


def _place(raw: RawRecord, where: str) -> str:
    if raw.pmid is None:
        return f"{where}, between its records" if raw.kind == "broken" else f"{where}, a record without PMID"
    return place_of(raw.pmid, where)


def _looked_at(raw: RawRecord, where: str) -> Iterator[Item]:
    """One record by itself: as it is, mended, in whole pieces, or refused."""
    if raw.kind == "deleted" and raw.pmid is not None:
        yield Deleted(raw.pmid)
        return
    if raw.kind == "broken":
        yield Unreadable(_place(raw, where) if raw.body else where, raw.why, "The other records were read." if raw.body else "")
        return
    try:
        yield _in_parts(respelt(raw, plain_body(raw.body)), where)
        return
    except Faulty as fault:
        why = str(fault)
    body, removed = without_forbidden(raw.body)
    pieces = list(torn_apart(raw))
    if removed:
        yield from _mended(respelt(raw, body), removed, why, where)
    elif len(pieces) > 1:
        for piece in pieces:
            yield from _looked_at(piece, where)
    else:
        yield Unreadable(_place(raw, where), why, "The other records were read; ask PubMed for this one again.")


def _mended(raw: RawRecord, removed: int, why: str, where: str) -> Iterator[Item]:
    try:
        plain_body(raw.body)
    except Faulty:
        yield Unreadable(_place(raw, where), why, "The other records were read; ask PubMed for this one again.")
        return
    yield from _looked_at(raw, where)
    yield Mended(_place(raw, where), removed)


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """The bytes of a file that is open at its start, inflated where it is compressed.

    Raises:
        CutOff: it breaks off, is damaged, or inflates to more than any of PubMed's files.
    """
    first = file.read(_PIECE)
    pieces = _from_first(first, file)
    yield from _inflated(pieces) if first.startswith(_GZIP) else pieces


def _from_first(first: bytes, file: BinaryIO) -> Iterator[bytes]:
    while first:
        yield first
        first = file.read(_PIECE)


def _inflated(packed: Iterable[bytes]) -> Iterator[bytes]:
    stream = isal_zlib.decompressobj(_GZIP_STREAM)
    size = 0
    for piece in packed:
        while piece:
            if stream.eof:  # Several streams one after the other are one file; zeros between and behind them fill it up.
                piece = piece.lstrip(b"\0")
                if not piece:
                    break
                if piece[:1] != _GZIP[:1]:
                    raise CutOff("something that is not compressed follows its end; the records before that were read.")
                stream = isal_zlib.decompressobj(_GZIP_STREAM)
            try:
                plain = stream.decompress(piece, BATCH)
            except isal_zlib.error as error:  # type: ignore[misc]  # Its stub takes the class for an instance.
                raise CutOff("the compressed file is damaged; the records before the damage were read.") from error
            yield plain
            size += len(plain)
            if size > LARGEST_INFLATED:
                raise CutOff(f"the file inflates to more than {LARGEST_INFLATED // 1_000_000_000} GB, and was not read on.")
            piece = stream.unconsumed_tail or stream.unused_data
    if not stream.eof:
        raise CutOff("the compressed file breaks off before its end; the records before that were read.")
