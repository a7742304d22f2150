"""counterclaim.toml: saved searches, who asks, limits, and where each source lives. Misspelt keys are errors, never ignored."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.errors import BadSettings
from crawler.http import Door, Patience, Service
from crawler.politeness import Limit
from crawler.redaction import Secrets
from crawler.transport import Caps

FILE = "counterclaim.toml"
VARIABLE = "COUNTERCLAIM_CONFIG"
#: Where each service lives, whose limit it shares, and how often it may be asked (November 2026; docs/operations.md has the sources).
SERVICES: Mapping[str, tuple[str, str, Limit]] = {
    "pubmed": ("https://eutils.ncbi.nlm.nih.gov/entrez/eutils/", "ncbi", Limit(3)),
    "idconv": ("https://pmc.ncbi.nlm.nih.gov/tools/idconv/api/v1/articles/", "ncbi", Limit(3)),
    "crossref": ("https://api.crossref.org/", "crossref", Limit(3, 1.0, 1)),
    "doi": ("https://doi.org/", "doi", Limit(3)),
    "europepmc": ("https://www.ebi.ac.uk/europepmc/webservices/rest/", "europepmc", Limit(5)),
    "clinicaltrials": ("https://clinicaltrials.gov/api/v2/", "clinicaltrials", Limit(50, 60.0)),
    "pubmed_files": ("https://ftp.ncbi.nlm.nih.gov/pubmed/", "ncbi_files", Limit(2, 1.0, 1)),
}
#: Where the services themselves forward to: doi.org to the agencies that hold a DOI's record.
FORWARDS: Mapping[str, tuple[str, ...]] = {"doi": ("data.crossref.org", "api.datacite.org", "data.crosscite.org", "data.medra.org")}
#: What NCBI allows with a key.
WITH_KEY = Limit(10)
#: Sources that a saved search may name.
SEARCHABLE = ("pubmed", "europepmc", "clinicaltrials")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """One search that every refresh asks again. `since` bounds the day on which a record entered its source."""

    name: str
    query: str
    sources: tuple[str, ...] = ("pubmed",)
    since: date | None = None
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """Who is told of a run: shell commands that get the run's summary as JSON on standard input, and an address to be pinged."""

    on_change: str | None = None
    on_turn: str | None = None
    on_failure: str | None = None
    ping: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration. `key` and `contact` are the operator's own and are shown nowhere.

    `follow_files`: a refresh also loads what PubMed's update files say about the records that are here.
    """

    path: Path | None
    database: Path = Path("counterclaim.db")
    contact: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)
    tool: str = "counterclaim"
    searches: tuple[SavedSearch, ...] = ()
    services: Mapping[str, Service] = field(default_factory=dict, repr=False)
    hosts: frozenset[str] = frozenset()
    patience: Patience = Patience()
    caps: Caps = Caps()
    overlap_days: int = 35
    recheck_hours: float = 20.0
    follow_files: bool = False
    told: Told = Told()


def find(given: Path | None) -> Path | None:
    """The configuration file: the one that was named, that of COUNTERCLAIM_CONFIG, or counterclaim.toml in the working folder.

    Raises:
        BadSettings: the named file is not there.
    """
    named = given or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
    if named is not None:
        if not named.is_file():
            raise BadSettings(f"There is no configuration file {named}. Write one with: counterclaim init")
        return named
    return Path(FILE) if Path(FILE).is_file() else None


def load(given: Path | None, needed: bool = False) -> Settings:
    """The settings of a file, or the defaults where there is none.

    Raises:
        BadSettings: there is none and one is needed, or it cannot be followed.
    """
    path = find(given)
    if path is None:
        if needed:
            raise BadSettings(f"There is no {FILE} here, and no saved search without it. Write one with: counterclaim init")
        return settings({}, None)
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSettings(f"{path} is no TOML: {error}.") from error
    return settings(read, path)


def settings(read: Mapping[str, Any], path: Path | None) -> Settings:
    """Check what a file says, and put it together with the defaults."""
    table = _Table(dict(read), str(path or "the defaults"))
    contact, tool = table.text("contact"), table.text("tool") or "counterclaim"
    if contact and not _ADDRESS.fullmatch(contact):
        raise BadSettings(f"{path}: contact is no email address. Services write to it before they block anybody.")
    key = _key(table)
    database = Path(table.text("database") or "counterclaim.db")
    searches = tuple(_search(name, table.inner("searches").inner(name)) for name in table.inner("searches").left())
    limits, told = table.inner("limits"), table.inner("tell")
    sources = table.inner("sources")
    services = {name: _service(name, sources.inner(name), contact, tool, key) for name in SERVICES}
    hosts = {urlsplit(s.base_url).netloc for s in services.values()}
    hosts |= {h for name, there in FORWARDS.items() if services[name].base_url == SERVICES[name][0] for h in there}
    hosts |= {h for n in SERVICES for h in sources.inner(n).texts("allowed_hosts")}
    found = Settings(
        path=path, database=(path.parent / database) if path and not database.is_absolute() else database, contact=contact, key=key, tool=tool,
        searches=searches, services=services, hosts=frozenset(hosts), patience=_patience(limits), caps=_caps(limits),
        overlap_days=int(limits.number("overlap_days", 35)), recheck_hours=limits.number("recheck_hours", 20.0),
        follow_files=sources.inner("pubmed_files").flag("follow"),
        told=Told(told.text("on_change"), told.text("on_turn"), told.text("on_failure"), told.text("ping")),
    )  # fmt: skip
    for part in (limits, told, *(sources.inner(n) for n in SERVICES)):
        part.done()
    sources.done(tuple(SERVICES))
    table.done(("searches", "limits", "tell", "sources"))
    return found


def open_door(found: Settings, version: str) -> Door:
    """The door to the network that these settings describe. Whoever is asked can see who asks."""
    agent = f"{found.tool}/{version}" + (f" (mailto:{found.contact})" if found.contact else "")
    return Door(agent, Secrets([found.key, found.contact]), found.hosts, found.caps, found.patience)


class _Table:
    """One table of the file; remembers what was read, so that what nobody knows can be named."""

    def __init__(self, values: dict[str, Any], where: str) -> None:
        self._values, self._where = values, where
        self._known: set[str] = set()
        self._inner: dict[str, _Table] = {}

    def left(self) -> tuple[str, ...]:
        return tuple(self._values)

    def inner(self, name: str) -> _Table:
        if name not in self._inner:
            value = self._values.get(name, {})
            if not isinstance(value, dict):
                raise BadSettings(f"{self._where}: {name} must be a table, as in [{name}].")
            self._inner[name] = _Table(value, f"{self._where}, [{name}]")
        return self._inner[name]

    def _get(self, key: str, kind: type | tuple[type, ...], what: str) -> Any:
        self._known.add(key)
        value = self._values.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise BadSettings(f"{self._where}: {key} must be {what}.")
        return value

    def text(self, key: str) -> str | None:
        value: str | None = self._get(key, str, "text in quotes")
        return value or None

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._get(key, list, 'a list of texts, as in ["pubmed"]') or []
        if not all(isinstance(item, str) for item in value):
            raise BadSettings(f'{self._where}: {key} must be a list of texts, as in ["pubmed"].')
        return tuple(value)

    def number(self, key: str, absent: float) -> float:
        value = self._get(key, (int, float), "a number")
        if value is not None and value < 0:
            raise BadSettings(f"{self._where}: {key} must not be negative.")
        return absent if value is None else float(value)

    def flag(self, key: str) -> bool:
        self._known.add(key)
        value = self._values.get(key, False)
        if not isinstance(value, bool):
            raise BadSettings(f"{self._where}: {key} must be true or false, without quotes.")
        return value

    def day(self, key: str) -> date | None:
        value = self._get(key, (str, date), 'a day, as in "2010-01-01"')
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                raise BadSettings(f'{self._where}: {key} is "{value}" and must be a day, as in "2010-01-01".') from None
        return value.date() if isinstance(value, datetime) else value

    def done(self, tables: tuple[str, ...] = ()) -> None:
        """Nothing is left that nobody reads.

        Raises:
            BadSettings: a key is unknown.
        """
        known = self._known | set(tables)
        for key in self._values:
            if key not in known:
                near = difflib.get_close_matches(key, known, 1)
                hint = f" Did you mean {near[0]}?" if near else f" Known are: {', '.join(sorted(known))}."
                raise BadSettings(f"{self._where}: nothing is called {key}.{hint}")


def _key(table: _Table) -> str | None:
    if "api_key" in table.left():
        raise BadSettings(
            'An API key does not belong into the file. Put it into an environment variable and name that: api_key_env = "NCBI_API_KEY"'
        )
    name = table.text("api_key_env")
    return (os.environ.get(name or "NCBI_API_KEY") or "").strip() or None


def _search(name: str, table: _Table) -> SavedSearch:
    query = table.text("query")
    sources = table.texts("sources") or ("pubmed",)
    since, domains = table.day("since"), table.texts("domains")
    # A misspelt key is named before what it was meant to say is missed.
    table.done()
    if not _NAME.fullmatch(name):
        raise BadSettings(f'The name of a saved search is letters, digits, - and _; "{name}" is not.')
    if not query or not query.strip():
        raise BadSettings(f"[searches.{name}] has no query.")
    for source in sources:
        if source not in SEARCHABLE:
            raise BadSettings(
                f"[searches.{name}] names the source {source}; those that can be searched are {', '.join(SEARCHABLE)}."
            )
    return SavedSearch(name, query.strip(), tuple(dict.fromkeys(sources)), since, domains)


def _service(name: str, table: _Table, contact: str | None, tool: str, key: str | None) -> Service:
    official, group, limit = SERVICES[name]
    base = table.text("base_url") or official
    if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc:
        raise BadSettings(f"[sources.{name}]: base_url is no web address: {base}")
    identity: dict[str, str] = {}
    if group == "ncbi":
        identity = {"tool": tool} | ({"email": contact} if contact else {})
        if key:
            limit = WITH_KEY
            identity |= {"api_key": key} if name == "pubmed" else {}
    elif name == "crossref" and contact:
        identity = {"mailto": contact}
    asked = table.number("requests_per_second", 0)
    own_host = urlsplit(base).netloc == urlsplit(official).netloc
    if asked and (not own_host or asked < limit.requests / limit.seconds):
        # A mirror may be asked as often as its owner says; the service itself never more often than it allows.
        limit = Limit(int(asked), 1.0) if asked >= 1 else Limit(1, 1 / asked)
    return Service(
        name, base if base.endswith("/") else f"{base}/", group if own_host else f"{group}-{_plain(base)}", limit, identity
    )


def _plain(base: str) -> str:
    return re.sub(r"\W+", "-", urlsplit(base).netloc)


def _patience(limits: _Table) -> Patience:
    usual = Patience()
    return Patience(
        max(1, int(limits.number("tries", usual.tries))),
        limits.number("first_pause_seconds", usual.first_pause),
        limits.number("longest_pause_seconds", usual.longest_pause),
        limits.number("longest_wait_seconds", usual.longest_wait),
    )


def _caps(limits: _Table) -> Caps:
    usual = Caps()
    return Caps(
        limits.number("deadline_seconds", usual.deadline),
        limits.number("connect_seconds", usual.connect),
        int(limits.number("largest_answer_mb", usual.body / 1e6) * 1e6),
        int(limits.number("largest_unpacked_mb", usual.inflated / 1e6) * 1e6),
    )
