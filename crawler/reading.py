"""From paths to documents: every file, folder and standard input, in order; what cannot be read is a value, not an end."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from crawler.decoding import decoded, decoded_by_line, encoding_of
from crawler.document import Document
from crawler.errors import UnknownFormat, Unreadable
from crawler.formats.given import Given
from crawler.formats.known import BY_RECORD, format_of, known_formats
from crawler.formats.markup import is_page, page_text
from crawler.formats.pubmed_xml import Deleted, PubmedXml, read_pubmed_file
from crawler.formats.records import Records, are_lines, read_lines
from crawler.formats.xml_tree import root_start
from crawler.inflating import GZIP, inflated

STANDARD_INPUT = "-"
#: What is looked at to tell what a file is.
HEAD = 256 * 1024
#: JSON lines are read line by line, at any length; every other file is read whole.
LARGEST_FILE = 20_000_000
LONGEST_LINE = 20_000_000
_LINE_FILES = frozenset({".jsonl", ".ndjson", ".jsonlines"})
#: Encodings whose line ends are no single byte: such files are read whole.
_WIDE = frozenset({"utf-16", "utf-32"})
#: The encoding that is taken where bytes are no UTF-8.
_GUESSED = "cp1252"
_PMIDS_SHOWN = 10


def read_paths(paths: Iterable[Path | str]) -> Iterator[Document | Unreadable]:
    """The documents of files and folders, in the order given; `-` is JSON lines on standard input.

    Whatever cannot be read stands in its place as an error value, and the others go on.
    """
    for path in paths:
        if str(path) == STANDARD_INPUT:
            yield from _guarded(_standard_input(), "Standard input")
        else:
            yield from _guarded(_read_path(Path(path)), str(path))


def _guarded(items: Iterator[Document | Unreadable], where: str) -> Iterator[Document | Unreadable]:
    """What reading a file raises, as its last item."""
    try:
        yield from items
    except Unreadable as error:
        yield error
    except OSError as error:
        yield Unreadable(where, f"this cannot be read: {error.strerror or error}.", "Check the path and its permissions.")


def _read_path(path: Path) -> Iterator[Document | Unreadable]:
    if path.is_dir():
        yield from _read_folder(path)
    elif not path.exists():
        raise Unreadable(str(path), "there is no such file or folder.", "Check the path.")
    elif not path.is_file():
        raise Unreadable(str(path), "this is no regular file.", "Save its content as a file. (A '-' reads JSON lines from a pipe.)")
    else:
        with path.open("rb") as file:
            yield from _read_file(file, path)


def _read_folder(folder: Path) -> Iterator[Document | Unreadable]:
    """The folder's own files by name; hidden ones and folders inside are not the reader's."""
    files = sorted(p for p in folder.iterdir() if not p.is_dir() and not p.name.startswith("."))
    if not files:
        raise Unreadable(str(folder), "this folder holds no files.", "Name the files, or the folder that they lie in.")
    for file in files:
        yield from _guarded(_read_path(file), str(file))


def _standard_input() -> Iterator[Document | Unreadable]:
    """JSON lines; each is read when it arrives."""
    where = "Standard input"
    first = sys.stdin.buffer.readline(LONGEST_LINE)
    if not first:
        raise Unreadable(where, "nothing came in.", 'Pipe in JSON lines like {"id": …, "title": …, "abstract": …}.')
    encoding = encoding_of(first[:HEAD], where)
    if encoding in _WIDE:
        raise Unreadable(where, f"this comes in as {encoding.upper()}.", "Pipe in UTF-8, or save it as a file and name that.")
    yield from read_lines(_lines(sys.stdin.buffer, encoding, where, first), where)


def _read_file(file: io.BufferedReader, path: Path) -> Iterator[Document | Unreadable]:
    packed = file.read(len(GZIP)) == GZIP
    file.seek(0)
    if packed:
        yield from _read_content(inflated(file, str(path)), path, Path(path.stem))
    else:
        yield from _read_content(file, path, path)


def _read_content(file: io.BufferedReader, path: Path, name: Path) -> Iterator[Document | Unreadable]:
    """The documents in a file's content; `name` is the file's, without what says only that it was packed."""
    where = str(path)
    head = _head(file)
    if not head.strip():
        raise Unreadable(where, "this file is empty.", "")
    encoding = encoding_of(head, where)
    start = head.decode(encoding, "replace").lstrip("\ufeff")
    if PubmedXml().recognises(Given(start, where, name.stem)):
        yield from _read_pubmed(path)
        return
    file.seek(0)
    if _streams(start, name, encoding):
        yield from read_lines(_lines(file, encoding, where), where)
        return
    data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise Unreadable(where, f"this file is too large (at most {LARGEST_FILE // 1_000_000} MB).",
                         "Only JSON lines and PubMed's XML may be larger: write one record a line.")  # fmt: skip
    yield from _read_whole(data, encoding, where, name.stem)


def _head(file: io.BufferedReader) -> bytes:
    """What a file begins with; of a packed one that breaks off as much as came out of it."""
    head = b""
    try:
        while len(head) < HEAD and (piece := file.read1(HEAD - len(head))):
            head += piece
    except Unreadable:
        if not head:
            raise
    return head


def _read_pubmed(path: Path) -> Iterator[Document | Unreadable]:
    """PubMed's files, record by record, packed or not. What an update file takes back is no record to add, and is named."""
    deleted: list[str] = []
    for item in read_pubmed_file(path, processes=2):
        if isinstance(item, Deleted):
            deleted.append(item.pmid)
        else:
            yield item
    if deleted:
        shown = ", ".join(deleted[:_PMIDS_SHOWN]) + (" …" if len(deleted) > _PMIDS_SHOWN else "")
        records = "a record" if len(deleted) == 1 else f"{len(deleted)} records"
        yield Unreadable(
            str(path),
            f"PubMed took back {records} (PMID {shown}).",
            "Adding a file takes nothing back; `counterclaim refresh` does.",
        )


def _streams(start: str, name: Path, encoding: str) -> bool:
    """Whether a file is JSON lines: by its name, or by a line that is a JSON object, where no stricter format knows it."""
    if encoding in _WIDE:
        return False
    if name.suffix.lower() in _LINE_FILES:
        return True
    if not are_lines(start):
        return False
    known = format_of(Given(start, str(name), name.stem))
    return known is not None and known.name == Records.name


def _lines(file: BinaryIO, encoding: str, where: str, first: bytes = b"") -> Iterator[str | Unreadable]:
    """The lines of a file, each decoded by itself, so that a bad one costs no other; a line without end costs no memory."""
    number = 1
    line = first or file.readline(LONGEST_LINE)
    while line:
        place = f"{where}, line {number}"
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            yield Unreadable(place, f"this line is longer than {LONGEST_LINE // 1_000_000} MB.", "Write one record a line.")
            _skip_line(file)
        else:
            yield _decoded_line(line, encoding, place)
        line = file.readline(LONGEST_LINE)
        number += 1


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
        pass


def _decoded_line(line: bytes, encoding: str, place: str) -> str | Unreadable:
    try:
        return decoded(line, encoding, place)
    except Unreadable as error:
        return error


def _read_whole(data: bytes, encoding: str, where: str, stem: str) -> Iterator[Document | Unreadable]:
    try:
        given = _given(decoded(data, encoding, where), where, stem)
        known = format_of(given)
    except Unreadable:
        given = _given(decoded_by_line(data, encoding), where, stem)
        known = format_of(given)
        if known is None or known.name not in BY_RECORD:
            raise
    if known is None:
        raise UnknownFormat(where, "no importer knows this file.", known_formats())
    if known.name in BY_RECORD and encoding == _GUESSED:
        # Its beginning alone was looked at; records further down may be written in UTF-8.
        given = _given(decoded_by_line(data, "utf-8"), where, stem)
    yield from known.read(given)


def _given(text: str, where: str, stem: str) -> Given:
    """What an importer is given; of a web page its text."""
    if is_page(text[root_start(text) :]):
        title, text = page_text(text)
        return Given(text, where, stem, title)
    return Given(text, where, stem)
