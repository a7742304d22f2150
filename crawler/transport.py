"""One request, one complete answer: a deadline for the whole of it, caps on its size, redirects to known hosts alone."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_HOPS = 5
_CHUNK = 65_536


class Broken(Exception):
    """No complete answer came: reset, cut, too slow. Asking again may help."""


class Refused(Exception):
    """The answer is one that must not be followed or read: a strange host, a flood of bytes."""


@dataclass(frozen=True, slots=True)
class Caps:
    """Bounds on one request. Seconds for the whole of it and for connecting; bytes on the wire and after inflating."""

    deadline: float = 90.0
    connect: float = 10.0
    body: int = 256_000_000
    inflated: int = 512_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `identity` are the parameters that only the service itself is told."""

    url: str
    params: Mapping[str, str]
    identity: Mapping[str, str]
    headers: Mapping[str, str]
    post: bool = False
    follow: bool = True


@dataclass(frozen=True, slots=True)
class Received:
    """A complete answer, inflated."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    wire_bytes: int


_current = threading.local()


class _Watched(HTTPConnection):
    """A connection that can be cut off from another thread."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        _current.connection = self
        super().request(*args, **kwargs)


class _WatchedTls(HTTPSConnection):
    """The same with encryption."""

    def request(self, *args: Any, **kwargs: Any) -> None:
        _current.connection = self
        super().request(*args, **kwargs)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class Transport:
    """Sends requests, a session a thread. `hosts` are those that a redirect may lead to."""

    def __init__(self, caps: Caps, hosts: frozenset[str]) -> None:
        self._caps, self._hosts = caps, hosts
        self._sessions = threading.local()

    def send(self, request: Request, answer_began: Callable[[], None]) -> Received:
        """The answer to one request, redirects followed.

        Raises:
            Broken: no complete answer.
            Refused: a redirect to a host that is not configured, too many of them, or more bytes than allowed.
        """
        url, hops, post = request.url, 0, request.post
        home = urlsplit(url).netloc
        ends = time.monotonic() + self._caps.deadline
        while True:
            at_home = urlsplit(url).netloc == home
            sent = {**request.params, **(request.identity if at_home else {})} if hops == 0 or (at_home and "?" not in url) else {}
            received = self._once(url, sent, request, post, ends, answer_began)
            target = received.headers.get("location")
            if received.status not in _REDIRECTS or not target or not request.follow:
                return received
            hops += 1
            url = self._allowed(urljoin(url, target), url, hops)
            post = post and received.status in (307, 308)

    def _allowed(self, target: str, source: str, hops: int) -> str:
        there, here = urlsplit(target), urlsplit(source)
        if hops > MOST_HOPS:
            raise Refused(f"it redirects more than {MOST_HOPS} times")
        if there.scheme not in ("http", "https") or there.netloc not in self._hosts:
            raise Refused(f"it redirects to {there.scheme}://{there.netloc}, a host that the configuration does not name")
        if here.scheme == "https" and there.scheme == "http":
            raise Refused("it redirects from https to http")
        return target

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._sessions, "session", None)
        if session is None:
            session = requests.Session()
            session.mount("http://", _Adapter())
            session.mount("https://", _Adapter())
            # Without this, requests would look for the operator's passwords in ~/.netrc and send them.
            session.auth = lambda prepared: prepared
            # And without this it would read a redirect's body, however long, to look for the next hop, which is ours to judge.
            session.get_redirect_target = lambda response: None  # type: ignore[method-assign, assignment]
            self._sessions.session = session
        return session

    def _once(
        self, url: str, sent: Mapping[str, str], request: Request, post: bool, ends: float, answer_began: Callable[[], None]
    ) -> Received:
        left = ends - time.monotonic()
        with _cut_off_after(left) as expired:
            try:
                with self._session().request(
                    "POST" if post else "GET",
                    url,
                    params=None if post else sent,
                    data=sent if post else None,
                    headers=dict(request.headers),
                    timeout=(min(self._caps.connect, max(left, 0.1)), max(left, 0.1)),
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    answer_began()
                    received = self._received(response)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                # The library's own words hold the whole address, and in it the operator's key.
                raise Broken(self._in_words(error, expired())) from None
        if expired():
            # A header that was cut off reads like one that has ended.
            raise Broken(f"no complete answer within {self._caps.deadline:g} seconds")
        return received

    def _in_words(self, error: Exception, expired: bool) -> str:
        text = repr(error)
        if expired or isinstance(error, requests.ReadTimeout):
            return f"no complete answer within {self._caps.deadline:g} seconds"
        if isinstance(error, requests.ConnectTimeout):
            return "it could not be reached in time"
        if "NameResolution" in text or "getaddrinfo" in text:
            return "its host name is not known (no network, or a misspelt base_url)"
        if "refused" in text:
            return "it refuses connections"
        if "IncompleteRead" in text or "InvalidChunkLength" in text:
            return "its answer was cut off"
        if isinstance(error, requests.exceptions.SSLError):
            return "its certificate or encryption is not right"
        if isinstance(
            error, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema)
        ):
            return "its base_url is no web address"
        return "the connection broke off"

    def _received(self, response: requests.Response) -> Received:
        body = bytearray()
        while chunk := response.raw.read(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > self._caps.body:
                raise Refused(f"its answer is larger than {self._caps.body // 1_000_000} MB")
        declared = response.headers.get("Content-Length", "")
        if declared.isdigit() and int(declared) != len(body):
            raise Broken("its answer was cut off")
        headers = {k.lower(): v for k, v in response.headers.items()}
        plain = self._inflated(bytes(body), headers.get("content-encoding", "").lower())
        return Received(response.status_code, plain, headers, len(body))

    def _inflated(self, body: bytes, encoding: str) -> bytes:
        if encoding in ("", "identity") or not body:
            return body
        if encoding not in ("gzip", "x-gzip", "deflate"):
            raise Broken(f"its answer is packed as {encoding}, which was not asked for")
        inflater = zlib.decompressobj(wbits=47)
        try:
            plain = inflater.decompress(body, self._caps.inflated + 1)
        except zlib.error:
            raise Broken("its packed answer is damaged") from None
        if len(plain) > self._caps.inflated:
            raise Refused(f"its answer unpacks to more than {self._caps.inflated // 1_000_000} MB")
        if not inflater.eof:
            raise Broken("its packed answer was cut off")
        return plain


@contextmanager
def _cut_off_after(seconds: float) -> Iterator[Callable[[], bool]]:
    """Cut this thread's connection when the time is up: the timeout of requests counts anew with every byte that trickles in."""
    holder = _current.__dict__
    holder.pop("connection", None)
    done = threading.Event()

    def cut() -> None:
        done.set()
        connection = holder.get("connection")
        sock = getattr(connection, "sock", None)
        if sock is not None:
            try:
                sock.shutdown(2)
            except OSError:
                return  # it has just been closed by itself

    timer = threading.Timer(max(seconds, 0.01), cut)
    timer.daemon = True
    timer.start()
    try:
        yield done.is_set
    finally:
        timer.cancel()
