"""Harvests as the rows of reliability run them: against the imitated services, in a folder of their own, at noon of a day."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from crawler.document import Document
from crawler.http import Door
from crawler.settings import Settings, open_door, settings
from kb.intake import ReadsDocuments
from kb.refreshing import Refresh
from nlp.claim import Extraction, Level, Study
from tests.imitation.corpus import Corpus

ROOT = Path(__file__).resolve().parent.parent
KEY, CONTACT = "SECRET123KEY", "operator.of.this@example.org"


class Unread:
    """A reader that reads nothing, for rows about fetching."""

    def read(self, document: Document) -> Extraction:
        """Nothing is asserted."""
        return Extraction(Study(Level.OTHER))


def configured(bases: dict[str, str], quick: bool = True, per_second: float = 500) -> Settings:
    """Settings that point to the imitation, with short pauses."""
    read: dict[str, object] = {
        "contact": CONTACT,
        "sources": {name: {"base_url": base, "requests_per_second": per_second} for name, base in bases.items()},
        "limits": {"first_pause_seconds": 0.01, "longest_pause_seconds": 0.1, "deadline_seconds": 10} if quick else {},
    }
    return settings(read, None)


def run(found: Settings, path: Path, reader: ReadsDocuments, today: date, door: Door | None = None) -> Refresh:
    """A refresh at noon of a day."""
    noon = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
    return Refresh(found, path, door or open_door(found, "0"), lambda _: reader, lambda _: None, now=lambda: noon)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder for one measurement."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def stored(path: Path) -> set[str]:
    """PMIDs that are here as documents."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        return {r[0] for r in db.execute("SELECT external_id FROM record WHERE source = 'pubmed' AND state = 'read'")}


def named_as_missing(path: Path) -> set[str]:
    """PMIDs that the library names as not here."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        named = {r[0] for r in db.execute("SELECT external_id FROM record WHERE state IN ('unreadable', 'gone')")}
        return named | {r[0] for r in db.execute("SELECT external_id FROM search_item WHERE state IN ('failed', 'gone', 'asked')")}


@contextlib.contextmanager
def served_apart(records: int) -> Iterator[tuple[dict[str, str], date, Callable[[dict[str, object]], dict[str, object]]]]:
    """The imitation in a process of its own, so that forks of this one carry none of its threads."""
    import requests

    process = subprocess.Popen(
        [sys.executable, "-m", "tests.imitation", "--records", str(records), "--port", "0", "--seed", "3"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip().split()[-1].rstrip("/")
        names = {
            "pubmed": "eutils",
            "idconv": "idconv",
            "crossref": "crossref",
            "doi": "doi",
            "europepmc": "europepmc",
            "clinicaltrials": "ctgov",
            "pubmed_files": "pubmed",
        }

        def control(order: dict[str, object]) -> dict[str, object]:
            if "stats" in order:
                return dict(requests.get(f"{url}/__stats?full=1", timeout=30).json())
            answer = requests.post(f"{url}/__control", json=order, timeout=30)
            return dict(answer.json()) if answer.content else {}

        yield {name: f"{url}/{prefix}/" for name, prefix in names.items()}, Corpus.generate(1).today, control
    finally:
        process.terminate()
        process.wait(10)


def asked_of(control: Callable[[dict[str, object]], dict[str, object]]) -> set[str]:
    """PMIDs that EFetch was asked for since the last reset."""
    seen = control({"stats": True})
    requests = seen["requests"]
    assert isinstance(requests, list)
    return {str(i) for r in requests if str(r.get("route", "")).endswith("efetch") for i in r.get("ids", ())}
