"""PubMed's baseline and update files: listings as a web server makes them, packed files, their MD5, and deletions.

The baseline holds the records entered until the December before; what was entered or changed later stands in update files, one for each
`update_days`. What happens to the corpus while the service runs goes into one more file for each day on which it is looked at: a file,
once listed, stays as it is.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from tests.imitation.answer import HTML, Answer, Call, World
from tests.imitation.corpus import Change
from tests.imitation.pubmed_xml import deletions, record_set, records_of

GZIP = "application/x-gzip"
_NAME = re.compile(r"pubmed\d\dn\d{4}\.xml\.gz")


@dataclass(slots=True)
class _File:
    name: str
    folder: str
    day: date
    changes: Sequence[Change]
    packed: bytes = b""

    def body(self) -> bytes:
        """The packed file, the same each time."""
        if not self.packed:
            latest = {change.pmid: change for change in self.changes}
            records = [record for change in latest.values() if change.paper for record in records_of(change.paper)]
            gone = deletions(pmid for pmid, change in latest.items() if change.paper is None)
            self.packed = gzip.compress(record_set([*records, gone]).encode(), 6, mtime=0)
        return self.packed


class PubMedFiles:
    """The two folders."""

    name = "pubmed"

    def __init__(self, world: World) -> None:
        self._world = world
        self._files: dict[str, _File] = {}
        self._taken = 0
        self._year = 0

    def route(self, call: Call) -> str:
        folder, _, name = call.path.partition("/")
        if folder not in ("baseline", "updatefiles"):
            return ""
        if not name:
            return "listing"
        if _NAME.fullmatch(name):
            return "file"
        return "md5" if _NAME.fullmatch(name.removesuffix(".md5")) else ""

    def answer(self, call: Call) -> Answer:
        self._publish()
        folder, _, name = call.path.partition("/")
        if call.route == "listing":
            return self._listing(folder)
        file = self._files.get(name.removesuffix(".md5"))
        if file is None or file.folder != folder:
            return Answer.text("<html><body><h1>Not Found</h1></body></html>", 404, HTML)
        call.asked = call.served = (name,)
        if call.route == "md5":
            return Answer.text(f"MD5({file.name})= {hashlib.md5(file.body(), usedforsecurity=False).hexdigest()}\n")
        return Answer(file.body(), GZIP)

    def _publish(self) -> None:
        """Make the files that are due."""
        corpus, settings = self._world.corpus, self._world.settings
        year = corpus.today.year + (corpus.today >= date(corpus.today.year, 12, 12))
        if not self._files:
            self._year = year
            self._first(date(year - 1, 12, 12), settings.files_per, settings.update_days)
        elif year > self._year:
            # A new year's baseline replaces everything.
            self._files, self._year, self._taken = {}, year, len(corpus.log)
            now = [Change(corpus.today, paper.pmid, paper) for paper in corpus.papers.values()]
            self._baseline(now, settings.files_per, corpus.today)
        fresh = corpus.log[self._taken :]
        self._taken = len(corpus.log)
        for day, changes in groupby(fresh, key=lambda change: change.day):
            self._add("updatefiles", day, list(changes))

    def _first(self, cut: date, files_per: int, update_days: int) -> None:
        """The files about the corpus as it was made."""
        whole = self._world.corpus.first
        self._baseline([Change(cut, paper.pmid, paper) for paper in whole if paper.edat <= cut], files_per, cut)
        late = [Change(max(paper.edat, paper.mdat), paper.pmid, paper) for paper in whole if max(paper.edat, paper.mdat) > cut]
        for _, changes in groupby(
            sorted(late, key=lambda change: change.day), key=lambda change: (change.day - cut).days // update_days
        ):
            listed = list(changes)
            self._add("updatefiles", listed[-1].day, listed)

    def _baseline(self, changes: Sequence[Change], files_per: int, day: date) -> None:
        for place in range(0, max(len(changes), 1), files_per):
            self._add("baseline", day, changes[place : place + files_per])

    def _add(self, folder: str, day: date, changes: Sequence[Change]) -> None:
        name = f"pubmed{self._year % 100:02}n{len(self._files) + 1:04}.xml.gz"
        self._files[name] = _File(name, folder, day, changes)

    def _listing(self, folder: str) -> Answer:
        rows = []
        for file in self._files.values():
            if file.folder == folder:
                for name in (file.name, f"{file.name}.md5"):
                    rows.append(f'<a href="{name}">{name}</a>{" " * (36 - len(name))}{file.day} 06:00   1K')
        head = f"<!DOCTYPE HTML>\n<html><head><title>Index of /pubmed/{folder}</title></head>\n<body><h1>Index of /pubmed/{folder}</h1>\n"
        listed = "\n".join(['<a href="/pubmed/">Parent Directory</a>', '<a href="README.txt">README.txt</a>', *rows])
        return Answer.text(f"{head}<pre>Name  Last modified  Size<hr>{listed}\n<hr></pre>\n</body></html>\n", media=HTML)
