"""PubMed XML: what EFetch answers, and PubMed's baseline and update files.

The bytes are cut into records (pubmed_record_split), each is checked to be sound XML (pubmed_soundness) and taken apart (pubmed_checked),
and its fields are read (pubmed_record). No record can cost another one, and a file of any size takes the memory of a megabyte or two of it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.given import Given
from crawler.formats.pubmed_beside import NotBeside, batches_beside, is_worth_it
from crawler.formats.pubmed_checked import Checked, Deleted, Item, Mended, checked, checked_batches, pieces_of, place_of
from crawler.formats.pubmed_record import FORMAT, document_of
from crawler.formats.pubmed_record_split import RawRecord, split_records

__all__ = ["Deleted", "Mended", "PubmedXml", "RawRecord", "read_pubmed_file", "read_pubmed_xml", "read_record", "split_records"]

log = logging.getLogger("counterclaim.formats")
_DECLARATION = re.compile(r"\ufeff?\s*<\?xml\s[^<>]*\?>")
_SIGN = re.compile(r"\ufeff?\s*(?:<\?[^<>]*\?>\s*|<!--.*?-->\s*)*+<(?:!DOCTYPE\s+)?Pubmed(?:Book)?Article(?:Set)?[\s/>]", re.DOTALL)
_HEAD = 20_000


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
    read = [item for item in _items(checked(raws, where), where) if not isinstance(item, Deleted | Mended)]
    return read[0]


def read_pubmed_xml(data: bytes, where: str) -> Iterator[Document | Unreadable | Deleted]:
    """The records and deletions of an answer or file, in order; what cannot be read stands in its place as an error value.

    A `Mended` behind a document says what was removed from it. An error whose `where` is the file's own is about the whole file: it was
    cut off, or refused from there on.
    """
    for batch in checked_batches((data,), where):
        yield from _items(batch, where)


def read_pubmed_file(path: Path, processes: int = 1) -> Iterator[Document | Unreadable | Deleted]:
    """The same from a file, `.xml` or `.xml.gz`, half a megabyte of records at a time.

    With two `processes`, another one inflates and checks a large file while this one reads its fields. What comes is the same.

    Raises:
        OSError: the file cannot be opened or read.
    """
    where = str(path)
    try:
        for batch in batches_beside(path) if processes > 1 and is_worth_it(path) else _batches(path):
            yield from _items(batch, where)
    except NotBeside as why:
        log.warning("%s is read by one process: %s.", where, why)
        for batch in _batches(path):
            yield from _items(batch, where)


def _batches(path: Path) -> Iterator[list[Item]]:
    with path.open("rb") as file:
        yield from checked_batches(pieces_of(file), str(path))


def _items(batch: Iterable[Item], where: str) -> Iterator[Document | Unreadable | Deleted]:
    for item in batch:
        yield document_of(item, place_of(item.pmid, where)) if isinstance(item, Checked) else item
