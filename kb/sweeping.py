"""The retraction sweep: what Crossref and Retraction Watch know about every stored DOI, asked once a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from crawler.errors import Unanswered
from crawler.record import Notice
from crawler.sources.source import Lacking
from kb import notices
from kb.harvesting import Harvest, in_pages

SOURCE = "crossref"
PAGE = 50


class Sweeps(Protocol):
    """Crossref, as this room sees it."""

    def sweep(self, dois: Sequence[str]) -> Iterator[tuple[str, tuple[Notice, ...]] | Lacking]:
        """The notices of each DOI."""
        ...


def sweep(harvest: Harvest, crossref: Sweeps) -> None:
    """Ask about every stored DOI, fifty a request, and carry what is new to the documents and so to their claims.

    A DOI that Crossref does not know keeps what it has; a page that fails is named and costs no other page. Where all fail, Crossref is down.
    """
    db = harvest.library.db
    dois = [
        row[0] for row in db.execute("SELECT DISTINCT doi FROM document WHERE doi IS NOT NULL AND deleted_in IS NULL ORDER BY doi")
    ]
    if not dois:
        return
    with harvest.counted("", SOURCE) as counted:
        counted.counts.asked = len(dois)
        # Crossref puts names that need a request of their own at the end; cutting here keeps each transaction small.
        done = 0
        for page in in_pages(dois, PAGE):
            answered = list(crossref.sweep(page))
            missing = [a for a in answered if isinstance(a, Lacking) and not a.gone]
            known = [a for a in answered if not isinstance(a, Lacking)]
            counted.counts.got += len(known)
            counted.counts.retracted += _carry(harvest, known)
            if missing:
                counted.counts.failed += len(missing)
                harvest.name_missing(SOURCE, [m.id for m in missing], missing[0].why)
                counted.counts.error = missing[0].why
            done += len(page)
            harvest.progress("crossref: notices", done, len(dois))
        if counted.counts.failed and not counted.counts.got:
            # A sweep that went well is no sign that the sources of the searches did; one that failed is a part that failed.
            harvest.outcome.parts += 1
            harvest.outcome.refused.append(Unanswered(SOURCE, str(counted.counts.error)))


def _carry(harvest: Harvest, known: Sequence[tuple[str, tuple[Notice, ...]]]) -> int:
    """Write the notices that are new; how many documents became retracted."""
    retracted = 0
    with harvest.library.transaction() as db:
        for doi, said in known:
            for document, status in db.execute("SELECT id, status FROM document WHERE doi = ?", (doi,)).fetchall():
                if notices.set_notices(db, document, SOURCE, said, harvest.library.run):
                    now = db.execute("SELECT status FROM document WHERE id = ?", (document,)).fetchone()[0]
                    retracted += now == "retracted" and status != "retracted"
    return retracted
