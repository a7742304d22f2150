"""PubMed XML: what EFetch answers, and PubMed's baseline and update files.

The bytes are cut into records (pubmed_record_split), each is checked to be sound XML (pubmed_soundness), and its fields are found in its
bytes (pubmed_record). No record can cost another one, and a file of any size takes the memory of a megabyte or two of it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.given import Given
from crawler.formats.pubmed_prolog import CutOff
from crawler.formats.pubmed_record import FORMAT, document_of
from crawler.formats.pubmed_record_split import RawRecord, respelt, split_records, split_stream, torn_apart
from crawler.formats.pubmed_soundness import Faulty, plain_bodies, plain_body, without_forbidden

__all__ = ["Deleted", "Mended", "PubmedXml", "RawRecord", "read_pubmed_file", "read_pubmed_xml", "read_record", "split_records"]

#: PubMed's files inflate to some 400 MB at most.
LARGEST_INFLATED = 4_000_000_000
_GZIP = b"\x1f\x8b"
_PIECE, _BATCH = 1 << 16, 1 << 19
_DECLARATION = re.compile(r"\ufeff?\s*<\?xml\s[^<>]*\?>")
_SIGN = re.compile(r"\ufeff?\s*(?:<\?[^<>]*\?>\s*|<!--.*?-->\s*)*+<(?:!DOCTYPE\s+)?Pubmed(?:Book)?Article(?:Set)?[\s/>]", re.DOTALL)
_HEAD = 20_000


@dataclass(frozen=True, slots=True)
class Deleted:
    """A PMID that an update file takes back. Whatever was stored under it is no longer PubMed's."""

    pmid: str


class Mended(Unreadable):
    """Not a record, but what was left out of the one before it: characters that XML forbids."""

    def __init__(self, where: str, removed: int) -> None:
        what = "a character that XML forbids was" if removed == 1 else f"{removed} characters that XML forbids were"
        super().__init__(where, f"{what} removed; the record was read without.")
        self.removed = removed


class PubmedXml:
    """PubMed's records as XML."""

    name = FORMAT
    what = "PubMed's XML (EFetch, baseline and update files), whose root is PubmedArticleSet or a single record"

    def recognises(self, given: Given) -> bool:
        """By the root element, or by the document type that names it."""
        return _SIGN.match(given.text[:_HEAD]) is not None

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """Every record, in order. Deletions hold nothing to read, and are passed over."""
        # The text was decoded already, so what its declaration says of bytes no longer holds.
        data = _DECLARATION.sub("", given.text, count=1).encode("utf-8", "replace")
        return (item for item in read_pubmed_xml(data, given.where) if not isinstance(item, Deleted))


def read_record(body: bytes, where: str) -> Document | Unreadable:
    """The one record in these bytes, with or without the set around it. An odd character in it is removed without a word."""
    raws = list(split_records(body))
    broken = next((raw for raw in raws if raw.kind in ("broken", "deleted")), None)
    if broken or len(raws) != 1:
        why = broken.why if broken and broken.why else f"{len(raws)} records stand here where one should."
        return Unreadable(where, why)
    read = [item for item in _items(_prepared(raws, where), where) if not isinstance(item, Deleted | Mended)]
    return read[0]


def read_pubmed_xml(data: bytes, where: str) -> Iterator[Document | Unreadable | Deleted]:
    """The records and deletions of an answer or file, in order; what cannot be read stands in its place as an error value.

    A `Mended` behind a document says what was removed from it. An error whose `where` is the file's own is about the whole file: it was
    cut off, or refused from there on.
    """
    for batch in _prepared_batches((data,), where):
        yield from _items(batch, where)


def read_pubmed_file(path: Path) -> Iterator[Document | Unreadable | Deleted]:
    """The same from a file, `.xml` or `.xml.gz`, half a megabyte of records at a time.

    Raises:
        OSError: the file cannot be opened or read.
    """
    where = str(path)
    for batch in _prepared_batches(_pieces(path), where):
        yield from _items(batch, where)


def _items(batch: Iterable[RawRecord | Unreadable], where: str) -> Iterator[Document | Unreadable | Deleted]:
    for raw in batch:
        if isinstance(raw, Unreadable):
            yield raw
        elif raw.kind == "deleted" and raw.pmid is not None:
            yield Deleted(raw.pmid)
        else:
            yield document_of(raw, _place(raw, where))


def _place(raw: RawRecord, where: str) -> str:
    if raw.pmid is None:
        return f"{where}, between its records" if raw.kind == "broken" else f"{where}, a record without PMID"
    return f"{where}, PMID {raw.pmid}"


def _prepared_batches(pieces: Iterable[bytes], where: str) -> Iterator[list[RawRecord | Unreadable]]:
    """The records of a file, checked, half a megabyte of them at a time."""
    batch: list[RawRecord] = []
    size = 0
    for raw in split_stream(pieces):
        batch.append(raw)
        size += len(raw.body)
        if size >= _BATCH:
            yield _prepared(batch, where)
            batch, size = [], 0
    if batch:
        yield _prepared(batch, where)


def _prepared(batch: list[RawRecord], where: str) -> list[RawRecord | Unreadable]:
    """The records in plain spelling; errors in place of those that are no sound XML."""
    whole = [raw for raw in batch if raw.kind in ("article", "book")]
    plain = plain_bodies([raw.body for raw in whole])
    if plain is None or len(whole) < len(batch):
        return [item for raw in batch for item in _looked_at(raw, where)]
    return [respelt(raw, body) for raw, body in zip(whole, plain, strict=True)]


def _looked_at(raw: RawRecord, where: str) -> Iterator[RawRecord | Unreadable]:
    """One record by itself: as it is, mended, in whole pieces, or refused."""
    if raw.kind == "deleted":
        yield raw
        return
    if raw.kind == "broken":
        yield Unreadable(_place(raw, where) if raw.body else where, raw.why, "The other records were read." if raw.body else "")
        return
    try:
        yield respelt(raw, plain_body(raw.body))
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


def _mended(raw: RawRecord, removed: int, why: str, where: str) -> Iterator[RawRecord | Unreadable]:
    try:
        plain_body(raw.body)
    except Faulty:
        yield Unreadable(_place(raw, where), why, "The other records were read; ask PubMed for this one again.")
        return
    yield from _looked_at(raw, where)
    yield Mended(_place(raw, where), removed)


def _pieces(path: Path) -> Iterator[bytes]:
    """The bytes of a file, inflated where it is compressed.

    Raises:
        CutOff: it breaks off, is damaged, or inflates to more than any of PubMed's files.
    """
    with path.open("rb") as file:
        packed = file.read(len(_GZIP)) == _GZIP
        file.seek(0)
        read = iter(lambda: file.read(_PIECE), b"")
        yield from _inflated(read) if packed else read


def _inflated(packed: Iterable[bytes]) -> Iterator[bytes]:
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    size = 0
    for piece in packed:
        while piece:
            if stream.eof:  # Several streams one after the other are one file.
                stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                plain = stream.decompress(piece, _BATCH)
            except zlib.error as error:
                raise CutOff("the compressed file is damaged; the records before the damage were read.") from error
            yield plain
            size += len(plain)
            if size > LARGEST_INFLATED:
                raise CutOff(f"the file inflates to more than {LARGEST_INFLATED // 1_000_000_000} GB, and was not read on.")
            piece = stream.unconsumed_tail or stream.unused_data
    if not stream.eof:
        raise CutOff("the compressed file breaks off before its end; the records before that were read.")
