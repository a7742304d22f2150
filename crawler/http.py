"""The one door to the network: politeness, retries, deadlines, caps, redaction, redirects."""

from __future__ import annotations

import logging
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from crawler.errors import SaidNo as SaidNo
from crawler.errors import ServiceError as ServiceError
from crawler.errors import Unanswered as Unanswered
from crawler.politeness import Limit, Places, shared_folder
from crawler.redaction import Secrets
from crawler.transport import Broken, Caps, Received, Refused, Request, Transport

T = TypeVar("T")
log = logging.getLogger("counterclaim.http")

#: Client errors that pass by themselves.
_PASSING = frozenset({408, 425, 429})
#: Words of a service that are shown to the reader.
_SHOWN = 300


class Transient(Exception):
    """Raised by a reader of answers: this is a passing fault, ask again. The argument says why, in words."""


class Final(Exception):
    """Raised by a reader of answers: asking again brings nothing. The argument says why, in words."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service as configured.

    `group` shares a limit: all of NCBI is one. `identity` are parameters that say who asks (tool, email, api_key, mailto); they are
    sent to this service alone and shown nowhere.
    """

    name: str
    base_url: str
    group: str
    limit: Limit
    identity: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. `where` is its address without the operator's own; header names are in lower case."""

    status: int
    body: bytes
    media_type: str
    where: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a request is tried. Pauses grow from `first_pause` by two, each ± half by chance, up to `longest_pause` seconds."""

    tries: int = 9
    first_pause: float = 1.0
    longest_pause: float = 60.0
    longest_wait: float = 600.0
    give_up_after: int = 2


@dataclass(slots=True)
class Used:
    """What a service was used for in this run."""

    requests: int = 0
    bytes: int = 0


class Door:
    """Asks services. Safe to use from several threads; its limits hold across processes."""

    def __init__(
        self,
        agent: str,
        secrets: Secrets,
        hosts: frozenset[str],
        caps: Caps = Caps(),  # noqa: B008 - frozen
        patience: Patience = Patience(),
        folder: Path | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._agent, self.secrets, self._caps, self._patience, self._sleep = agent, secrets, caps, patience, sleep
        self._transport, self._hosts = Transport(caps, hosts), hosts
        self._folder = folder or shared_folder()
        self._places: dict[str, Places] = {}
        self._failed: dict[str, int] = {}
        self._lock = threading.Lock()
        self.used: dict[str, Used] = {}
        _hide_in_library_logs(secrets)

    def in_a_hurry(self, tries: int, seconds: float) -> Door:
        """A door that asks so many times and waits so many seconds for each answer: for what is not worth holding up anything."""
        caps = replace(self._caps, deadline=seconds, connect=min(seconds, self._caps.connect))
        pause = min(1.0, self._patience.first_pause)
        patience = replace(self._patience, tries=tries, first_pause=pause, longest_pause=pause, longest_wait=2 * tries * seconds)
        return Door(self._agent, self.secrets, self._hosts, caps, patience, self._folder, self._sleep)

    def ask(
        self,
        service: Service,
        path: str,
        params: Mapping[str, str | int] | None,
        read: Callable[[Answer], T],
        *,
        post: bool = False,
        accept: str | None = None,
        expect: frozenset[int] = frozenset(),
        follow: bool = True,
    ) -> T:
        """Ask until `read` is content with the answer, and return what it makes of it.

        Args:
            service: whom.
            path: appended to the service's base address.
            params: without those that say who asks.
            read: gets a complete answer; raises `Transient` or `Final` where it is none.
            post: send the parameters in the body.
            accept: media types for the Accept header.
            expect: statuses beside 2xx that `read` wants to see.
            follow: follow redirects, to configured hosts alone; else a redirect's status must be in `expect`.

        Raises:
            Unanswered: no good answer after all tries.
            SaidNo: the service refused, or `read` said that asking again brings nothing.
        """
        sent = {k: str(v) for k, v in (params or {}).items()}
        url = urljoin(service.base_url, path)
        where = self.secrets.hidden(url if post or not sent else f"{url}?{urlencode(sent)}")
        headers = {"User-Agent": self._agent, "Accept-Encoding": "gzip"} | ({"Accept": accept} if accept else {})
        request = Request(url, sent, service.identity, headers, post, follow)
        if self._failed.get(service.name, 0) >= self._patience.give_up_after:
            raise Unanswered(service.name, "it did not answer several times in this run, and was not asked again.")
        return self._until_content(service, request, where, read, accept, expect)

    def _until_content(
        self,
        service: Service,
        request: Request,
        where: str,
        read: Callable[[Answer], T],
        accept: str | None,
        expect: frozenset[int],
    ) -> T:
        ends = time.monotonic() + self._patience.longest_wait
        why = ""
        tried = 0
        for attempt in range(self._patience.tries):
            tried = attempt + 1
            try:
                received = self._sent(service, request, ends)
                found = read(_judged(received, where, accept, expect))
            except (Broken, Transient, _TooMany) as passing:
                why = self._shown(passing)
                pause = self._pause(attempt, passing)
                log.info("%s: %s; try %d of %d, next in %.1f s (%s)", service.name, why, tried, self._patience.tries, pause, where)
                if tried == self._patience.tries or time.monotonic() + pause > ends:
                    break
                if isinstance(passing, _TooMany):
                    self._group(service).pause(pause)
                self._sleep(pause)
            except (Final, Refused) as final:
                self._answered(service)
                raise SaidNo(service.name, f"{self._shown(final)} ({where})") from None
            except TimeoutError:
                why = why or "its limit of requests left no place"
                break
            else:
                self._answered(service)
                return found
        with self._lock:
            self._failed[service.name] = self._failed.get(service.name, 0) + 1
        raise Unanswered(service.name, f"{why}; asked {tried} times ({where})")

    def _answered(self, service: Service) -> None:
        with self._lock:
            self._failed[service.name] = 0

    def _shown(self, error: Exception) -> str:
        return self.secrets.hidden(str(error)).rstrip(".")

    def _sent(self, service: Service, request: Request, ends: float) -> Received:
        places = self._group(service)
        with places.place(self._caps.deadline + 5, self._sleep, ends) as answer_began:
            with self._lock:
                used = self.used.setdefault(service.name, Used())
                used.requests += 1
            received = self._transport.send(request, answer_began)
            with self._lock:
                used.bytes += received.wire_bytes
        announced = _announced(received.headers)
        if announced is not None:
            places.tighten(announced)
        # Some services echo what they were sent; it goes no further than this.
        return replace(received, body=self.secrets.hidden_bytes(received.body))

    def _group(self, service: Service) -> Places:
        with self._lock:
            return self._places.setdefault(service.group, Places(self._folder, service.group, service.limit))

    def _pause(self, attempt: int, passing: Exception) -> float:
        grown: float = min(self._patience.first_pause * 2**attempt, self._patience.longest_pause) * random.uniform(0.75, 1.5)
        asked = passing.after if isinstance(passing, _TooMany) else 0.0
        # A service that says "too many" is left alone for a second at the least, whatever the pauses are set to.
        return max(grown, asked, 1.0 if isinstance(passing, _TooMany) else 0.0)


class _TooMany(Exception):
    """429, or 503 with a word on when to come back. `after` is in seconds."""

    def __init__(self, why: str, after: float) -> None:
        super().__init__(why)
        self.after = after


def _judged(received: Received, where: str, accept: str | None, expect: frozenset[int]) -> Answer:
    """The answer for its reader, unless its status or shape says by itself that it is none."""
    media = received.headers.get("content-type", "").partition(";")[0].strip().lower()
    if received.status in expect:
        return Answer(received.status, received.body, media, where, received.headers)
    if received.status == 429 or (received.status == 503 and "retry-after" in received.headers):
        raise _TooMany(f"it says there were too many requests ({received.status})", _retry_after(received.headers))
    if received.status >= 500 or received.status in _PASSING:
        raise Broken(f"it answered {received.status}{_words(received.body)}")
    if not 200 <= received.status < 300:
        raise Final(f"it answered {received.status}{_words(received.body)}")
    if b"API rate limit exceeded" in received.body[:400]:
        raise _TooMany("it says there were too many requests, under status 200", _retry_after(received.headers))
    if accept and "html" not in accept and _is_html(received.body):
        raise Broken(f"it sent a web page in place of data{_words(received.body)}")
    return Answer(received.status, received.body, media, where, received.headers)


def _is_html(body: bytes) -> bool:
    start = body[:2000].lstrip().lower()
    return start.startswith((b"<!doctype html", b"<html")) or (start.startswith(b"<?xml") and b"<html" in start)


def _words(body: bytes) -> str:
    """What a service said, on one line, without markup."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", body[:4000].decode("utf8", "replace"), flags=re.DOTALL | re.IGNORECASE)
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f': "{text[:_SHOWN]}"' if text else ""


def _retry_after(headers: Mapping[str, str]) -> float:
    said = headers.get("retry-after", "").strip()
    if said.isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time()) if said else 0.0
    except (TypeError, ValueError):
        return 0.0


def _announced(headers: Mapping[str, str]) -> Limit | None:
    """The limit that Crossref's headers announce."""
    count, interval = headers.get("x-rate-limit-limit", ""), headers.get("x-rate-limit-interval", "").removesuffix("s")
    at_once = headers.get("x-concurrency-limit", "")
    if not (count.isdigit() and int(count) > 0 and interval.isdigit() and int(interval) > 0):
        return None
    return Limit(int(count), float(interval), int(at_once) if at_once.isdigit() and int(at_once) > 0 else None)


class _Hiding(logging.Filter):
    """urllib3 writes whole addresses at level DEBUG."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._secrets.hidden(record.getMessage()), ()
        return True


def _hide_in_library_logs(secrets: Secrets) -> None:
    for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "requests"):
        logging.getLogger(name).addFilter(_Hiding(secrets))


def host_of(address: str) -> str:
    """The host and port of an address, as redirects are checked by."""
    return urlsplit(address).netloc
