"""`counterclaim refresh` and its kin: one run from the saved searches to the changed claims, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from crawler.document import Document
from crawler.errors import ServiceError, Unanswered
from crawler.http import Door
from crawler.settings import SavedSearch, Settings
from crawler.sources import open_sources
from crawler.sources.crossref import Crossref
from crawler.sources.doi import DoiOrg
from crawler.sources.europepmc import EuropePmc
from crawler.sources.idconv import IdConverter
from crawler.sources.pubmed import PubMed
from crawler.sources.pubmed_files import PubmedFiles
from crawler.sources.source import Search, Source
from kb import ledger
from kb.changes import last_told
from kb.connection import for_reading
from kb.following import begun, follow
from kb.harvesting import Harvest, Outcome, Progress
from kb.health import versions
from kb.intake import ReadsDocuments
from kb.looking_again import look_again
from kb.resolving import Resolver
from kb.store import Library
from kb.sweeping import sweep
from kb.telling import Summary
from nlp.claim import Extraction

DONE, FAILED, PARTIAL, TRY_LATER = 0, 1, 3, 75


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Refresh:
    """One run that asks services.

    Args:
        settings: what the configuration says.
        database: the library's file.
        door: the way to the network.
        reader: makes the pipeline over packs of these names (none: all), which costs seconds, when there is something to read.
        report: takes a sentence about what was left out, or what a person should know.
        progress: what, how many done, of how many.
        now: the clock.
    """

    settings: Settings
    database: Path
    door: Door
    reader: Callable[[Sequence[str]], ReadsDocuments]
    report: Callable[[str], None]
    progress: Progress = lambda what, done, of: None
    now: Callable[[], datetime] = _now
    reads_with: str = "rules alone"

    def saved(self, searches: Sequence[SavedSearch], full: bool = False) -> Summary:
        """Ask every saved search of its sources, follow PubMed's files where that is wanted, read what is new, then sweep for retractions."""

        def work(harvest: Harvest) -> None:
            for saved in searches:
                for source in saved.sources:
                    harvest.search(saved, source, full)
            look_again(
                harvest,
                [s.name for s in self.settings.searches] or [s.name for s in searches],
                but=("pubmed",) if self.settings.follow_files and begun(harvest.library.db) else (),
                at_once=self.settings.follow_files and not begun(harvest.library.db),
                accept=full,
            )
            if self.settings.follow_files:
                follow(harvest, PubmedFiles(self.door, self.settings.services["pubmed_files"]), self.report)
            harvest.read(_Lazy(self.reader, domains_of(searches)))
            sweep(harvest, self._crossref())

        return self._run("refresh", [s.name for s in searches], work)

    def once(self, saved: SavedSearch, limit: int | None) -> Summary:
        """Ask one search once. It is remembered by its words, so that the same search again asks for no record twice."""
        named = replace(saved, name=f"once: {saved.query}")

        def work(harvest: Harvest) -> None:
            for source in saved.sources:
                harvest.search(named, source, limit=limit)
            harvest.read(_Lazy(self.reader))

        return self._run("search", [saved.query], work)

    def named(self, names: Sequence[str], full_text: bool) -> Summary:
        """Fetch what identifiers name."""

        def work(harvest: Harvest) -> None:
            services = self.settings.services
            lazy = _Lazy(self.reader)
            resolver = Resolver(
                harvest, PubMed(self.door, services["pubmed"]), self._crossref(), DoiOrg(self.door, services["doi"]),
                EuropePmc(self.door, services["europepmc"]), IdConverter(self.door, services["idconv"]),
            )  # fmt: skip
            resolver.resolve(names)
            harvest.read(lazy)
            if full_text:
                resolver.full_texts(names)
                harvest.read(lazy)

        return self._run("add", names, work)

    def again(self) -> Summary:
        """Read every stored answer anew, offline."""

        def work(harvest: Harvest) -> None:
            with harvest.library.transaction() as db:
                ledger.read_again(db)
            harvest.read(_Lazy(self.reader))

        return self._run("reread", [], work)

    def would(self, saved: SavedSearch, limit: int | None = None) -> list[tuple[str, int, int]]:
        """For each source: how many records match, and how many of them are not here. Stores nothing."""
        known = self._known()
        found = []
        for name, source in self._sources().items():
            if name in saved.sources:
                listing = source.listing(Search(saved.query, saved.since, limit), None)
                missing = sum((name, item.id) not in known for item in listing.items)
                found.append((name, max(listing.found, len(listing.items)), missing))
        return found

    def _known(self) -> frozenset[tuple[str, str]]:
        if not self.database.exists():
            return frozenset()
        db = for_reading(self.database)
        try:
            return frozenset(
                (str(r[0]), str(r[1])) for r in db.execute("SELECT source, external_id FROM record WHERE state <> 'gone'")
            )
        finally:
            db.close()

    def _sources(self) -> dict[str, Source]:
        return open_sources(self.door, self.settings.services)

    def _crossref(self) -> Crossref:
        return Crossref(self.door, self.settings.services["crossref"])

    def _run(self, command: str, arguments: Sequence[str], work: Callable[[Harvest], None]) -> Summary:
        hidden = [self.door.secrets.hidden(a) for a in arguments]
        with Library(self.database, command, hidden, versions() | {"tagger": self.reads_with}) as library:
            harvest = Harvest(
                library,
                self._sources(),
                self._used,
                self.now,
                self.settings.overlap_days,
                self.settings.recheck_hours,
                self.progress,
            )
            work(harvest)
            code = exit_code(harvest.outcome)
            library.close_run(code)
            for sentence in harvest.outcome.left_out:
                self.report(f"Left out: {sentence}")
            return _summary(library, code, harvest.outcome)

    def _used(self, source: str) -> tuple[int, int]:
        used = self.door.used.get("europepmc" if source == "europepmc_full_text" else source)
        return (used.requests, used.bytes) if used else (0, 0)


class _Lazy:
    """The pipeline, made when the first document comes."""

    def __init__(self, make: Callable[[Sequence[str]], ReadsDocuments], domains: Sequence[str] = ()) -> None:
        self._make, self._domains = make, domains
        self._made: ReadsDocuments | None = None

    def read(self, document: Document) -> Extraction:
        """What the document asserts."""
        self._made = self._made or self._make(self._domains)
        return self._made.read(document)


def domains_of(searches: Sequence[SavedSearch]) -> tuple[str, ...]:
    """The packs that one run reads with: those of all its searches together, and all packs where one of them names none."""
    if not all(search.domains for search in searches):
        return ()
    return tuple(dict.fromkeys(name for search in searches for name in search.domains))


def exit_code(outcome: Outcome) -> int:
    """0 complete, 3 something is missing and named, 1 nothing could be done, 75 nobody answered."""
    refused: list[ServiceError] = outcome.refused
    if refused and len(refused) >= outcome.parts and not outcome.brought:
        return TRY_LATER if all(isinstance(error, Unanswered) for error in refused) else FAILED
    return PARTIAL if outcome.left_out else DONE


def _summary(library: Library, code: int, outcome: Outcome) -> Summary:
    """The run in papers: one that is gone at two sources is one, and one that another source still answers for is none. The ledger counts records.

    What runs before this one stored that were broken off is told with it: they told nobody.
    """
    row: Mapping[str, int] = dict(
        library.db.execute(
            "SELECT (SELECT count(*) FROM document WHERE deleted_in > :told) AS deleted, "
            "(SELECT count(*) FROM change WHERE run_id > :told AND kind = 'status' AND after = 'retracted') AS retracted, "
            "(SELECT count(*) FROM change WHERE run_id > :told AND kind = 'status' AND after IN ('concern', 'corrected')) AS noted, "
            "(SELECT count(*) FROM document WHERE added_in > :told) AS new, "
            "(SELECT count(*) FROM document WHERE changed_in > :told AND added_in <= :told) AS revised",
            {"told": last_told(library.db, library.run)},
        ).fetchone()
    )
    return Summary(
        library.run,
        code,
        row["new"],
        row["revised"],
        row["deleted"],
        row["retracted"],
        library.turned,
        tuple(outcome.left_out),
        row["noted"],
    )
