"""Records that no saved search lists, looked at again by name: nobody else would hear that one was revised, retracted or deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.sources.source import Answered, Lacking, Listing, Search, Source
from kb import ledger
from kb.harvesting import Harvest

#: Sources whose records are looked at again by name; of a DOI, Crossref's sweep tells what matters.
_RECHECKED = ("pubmed", "clinicaltrials", "europepmc")
#: For so many days a record that went is asked for again: a service that forgets for a night is believed no longer than that.
_DAYS_AFTER = 14
_OUTAGE = (
    "it is gone with so many others that this looks like an outage, so it was not taken for gone; where it is right, run: "
    "counterclaim refresh --full"
)


def look_again(
    harvest: Harvest, active: Sequence[str], but: Sequence[str] = (), at_once: bool = False, accept: bool = False
) -> None:
    """Ask each source for its records that none of these searches lists: added by name, or of a search that is gone or matches them no more.

    Due after the harvest's `recheck_hours`, like any other look; `at_once`: all of them. `but` are sources of which changes are heard otherwise.
    Where so many are gone at once that it looks like an outage, they are named and kept, unless `accept`.
    """
    now = harvest.now()
    due = now if at_once else now - timedelta(hours=harvest.recheck_hours)
    lately = now - timedelta(days=_DAYS_AFTER)
    for name in _RECHECKED:
        source = harvest.sources.get(name)
        if source is None or name in but:
            continue
        ids = ledger.unlisted(harvest.library.db, name, active, due.isoformat(), lately.isoformat())
        if ids:
            held = _HoldsBack(source)
            harvest.records(name, ids, held)
            known = ledger.gone(harvest.library.db, name)
            _decide(harvest, name, [item for item in held.gone if item.id not in known], len(ids), accept)


def _decide(harvest: Harvest, source: str, gone: list[Lacking], asked: int, accept: bool) -> None:
    """Bury what is gone, or name it where it is too much to be believed."""
    if not gone:
        return
    believed = accept or not ledger.implausible(len(gone), asked)
    with harvest.counted("", source) as part, harvest.library.transaction() as db:
        told = gone if believed else [replace(item, gone=False, why=_OUTAGE) for item in gone]
        lacking = ledger.keep(db, source, None, told, harvest.library.run, now=harvest.now(), counts=part.counts)
    if believed:
        harvest.library.touched()
    for item in lacking:
        harvest.name_missing(source, [item.id], item.why)


@dataclass(slots=True)
class _HoldsBack:
    """A source whose answers pass, but those that say that a record is gone: these wait until all are counted."""

    source: Source
    gone: list[Lacking] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.source.name

    @property
    def batch(self) -> int:
        return self.source.batch

    def listing(self, search: Search, changed_since: date | None) -> Listing:
        return self.source.listing(search, changed_since)

    def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
        for item in self.source.records(ids):
            if isinstance(item, Lacking) and item.gone:
                self.gone.append(item)
            else:
                yield item

    def parse(self, answered: Answered) -> Document | Unreadable:
        return self.source.parse(answered)
