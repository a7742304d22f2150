"""PubMed as files: the yearly baseline, the daily update files, and what the update files delete."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler.document import Document
from crawler.errors import SaidNo, Unreadable
from crawler.formats.pubmed_xml import Deleted, read_pubmed_file
from crawler.http import Answer, Door, Final, Service, Transient

_NAME = re.compile(r"pubmed(\d\d)n(\d{4,6})\.xml\.gz")
_LINK = re.compile(r"href\s*=\s*[\"']?(?:[^\"'<>\s]*/)?(pubmed\d\dn\d{4,6}\.xml\.gz)[\"'>\s]", re.IGNORECASE)
_MD5 = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)
_FOLDERS = ("baseline", "updatefiles")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class FileListing:
    """The files to load, in the order in which they must be loaded.

    `year`: the two digits of the baseline in force. `replaces`: it is a newer baseline than the one loaded before; the files begin anew
    and stand for everything that files brought until now. `missing`: the first file that should be there and is not; those behind it are
    held back, since a later file may revise or delete what an earlier one brings.
    """

    files: tuple[str, ...]
    year: int
    replaces: bool
    missing: str | None = None


class PubmedFiles:
    """The folder of PubMed's files. A file is known by its name, `pubmed26n0001.xml.gz`."""

    name = "pubmed_files"

    def __init__(self, door: Door, service: Service) -> None:
        self._door, self._service = door, service
        self._folders: dict[str, str] = {}  # as they were last listed

    def new_files(self, after: str | None) -> FileListing:
        """The files behind `after`, the last one that was loaded; all where it is None.

        Raises:
            ServiceError: a folder could not be listed, holds no baseline, or is of an earlier year than what was loaded.
            ValueError: `after` is no name of such a file.
        """
        folders = self._list()
        baseline = [_parts(name) for name, folder in folders.items() if folder == "baseline"]
        if not baseline:
            raise SaidNo(self.name, "the folder baseline/ lists no file pubmedYYnNNNN.xml.gz.")
        year = max(parts[0] for parts in baseline)
        last_year, last = _parts(after) if after else (year, 0)
        if last_year > year:
            raise SaidNo(
                self.name, f"its baseline is of 20{year:02}, older than {after}, which was loaded before; ask the original service."
            )
        replaces = last_year < year
        return _in_order(folders, year, 0 if replaces else last, replaces)

    def _list(self) -> dict[str, str]:
        """Each file's folder. A file that stands in both is the baseline's."""
        # The baseline last: what is moved there between the two is then seen at its new place.
        names = {folder: self._door.ask(self._service, f"{folder}/", None, _names) for folder in reversed(_FOLDERS)}
        self._folders = {name: folder for folder, found in names.items() for name in found}
        return self._folders

    def download(self, name: str, folder: Path) -> Path:
        """The file, with the MD5 that PubMed states, in `folder`. One that lies there already with this MD5 is not fetched again.

        It appears under its name only when it is whole. A file's compressed bytes (up to some 100 MB) are held in memory once.

        Raises:
            ServiceError: it is not there, was not given, or its MD5 stayed wrong, however often it was asked for.
            OSError: `folder` cannot be written to.
            ValueError: `name` is no name of such a file.
        """
        _parts(name)
        place = self._place(name)
        path = folder / name
        stated = self._door.ask(self._service, f"{place}.md5", None, _stated_md5)
        if path.is_file() and _md5_of(path) == stated:
            return path
        folder.mkdir(parents=True, exist_ok=True)
        _write(self._door.ask(self._service, place, None, _Checked(name, stated)), path)
        return path

    def _place(self, name: str) -> str:
        folders = self._folders if name in self._folders else self._list()
        if name not in folders:
            raise SaidNo(self.name, f"neither baseline/ nor updatefiles/ lists {name}.")
        return f"{folders[name]}/{name}"

    def records(self, path: Path) -> Iterator[Document | Deleted | Unreadable]:
        """The records and deletions of a downloaded file, in its order, one at a time."""
        return read_pubmed_file(path)


def _parts(name: str) -> tuple[int, int]:
    """Year (two digits) and number of a file.

    >>> _parts("pubmed26n0042.xml.gz")
    (26, 42)
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} is no PubMed file; such are called pubmedYYnNNNN.xml.gz.")
    return int(found[1]), int(found[2])


def _in_order(folders: dict[str, str], year: int, last: int, replaces: bool) -> FileListing:
    """The files of a year behind number `last`, up to the first gap."""
    by_number = {number: name for name in folders for y, number in [_parts(name)] if y == year and number > last}
    files: list[str] = []
    for expected, number in enumerate(sorted(by_number), last + 1):
        if number != expected:
            width = len(by_number[number].partition("n")[2].partition(".")[0])
            return FileListing(tuple(files), year, replaces, f"pubmed{year:02}n{expected:0{width}}.xml.gz")
        files.append(by_number[number])
    return FileListing(tuple(files), year, replaces)


def _names(answer: Answer) -> tuple[str, ...]:
    """The files that a folder's page links to."""
    page = answer.body.decode("utf-8", "replace")
    if "<html" in page.lower() and "</html>" not in page.lower():
        raise Transient("the folder's page breaks off before its end")
    names = tuple(dict.fromkeys(match[1] for match in _LINK.finditer(page)))
    if not names and "index of" not in page.lower() and "parent directory" not in page.lower():
        raise Transient("the answer is no folder's page")
    return names


def _stated_md5(answer: Answer) -> str:
    found = _MD5.search(answer.body.decode("ascii", "replace"))
    if found is None:
        raise Transient("the .md5 file holds no MD5")
    return found[0].lower()


def _md5_of(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(slots=True)
class _Checked:
    """Reads a file's bytes. A wrong MD5 is asked for once more; when the same wrong one comes again the file itself is wrong."""

    name: str
    stated: str
    wrong: set[str] = field(default_factory=set)

    def __call__(self, answer: Answer) -> bytes:
        got = hashlib.md5(answer.body, usedforsecurity=False).hexdigest()
        if got == self.stated:
            return answer.body
        why = f"{self.name} came with the MD5 {got}, and its .md5 file states {self.stated}"
        if got in self.wrong:
            raise Final(why)
        self.wrong.add(got)
        raise Transient(why)


def _write(body: bytes, path: Path) -> None:
    """The whole file or none."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
