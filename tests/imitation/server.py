"""The HTTP server on 127.0.0.1: it finds the service, plays the faults, keeps the statistics."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.imitation.answer import Answer, Call, Service, Settings, World
from tests.imitation.control import Control
from tests.imitation.corpus import Corpus
from tests.imitation.crossref import Crossref
from tests.imitation.ctgov import ClinicalTrials
from tests.imitation.damage import damaged, disturbance
from tests.imitation.delivery import Wire
from tests.imitation.doi import Doi
from tests.imitation.europepmc import EuropePmc
from tests.imitation.eutils import Eutils
from tests.imitation.faults import Fault, Schedule
from tests.imitation.idconv import Idconv, OldIdconv
from tests.imitation.pubmed_files import PubMedFiles
from tests.imitation.rates import Rates
from tests.imitation.refusals import broken, replacing
from tests.imitation.seen import Seen, Statistics
from tests.imitation.trap import Trap

#: Names under which the configuration knows the services.
_ALSO = {"pubmed": "eutils", "clinicaltrials": "ctgov", "pubmed_files": "pubmed"}


class Imitation:
    """The services of the literature over one corpus, until the `with` block ends.

    `enforce_rate`: True for the documented limits, or limits of your own; None refuses nobody.
    """

    def __init__(
        self, corpus: Corpus | None = None, schedule: Schedule | None = None, enforce_rate: bool | Rates | None = None,
        settings: Settings | None = None, port: int = 0,
    ) -> None:  # fmt: skip
        self.corpus = corpus if corpus is not None else Corpus.generate()
        self.schedule = schedule or Schedule()
        self.rates = enforce_rate if isinstance(enforce_rate, Rates) else Rates() if enforce_rate else None
        self.settings = settings or Settings()
        self.stats = Statistics()
        self.trap = Trap()
        world = World(self.corpus, self.settings, self.trap.url)
        self.eutils = Eutils(world)
        services: list[Service] = [
            self.eutils, Idconv(world), OldIdconv(), Crossref(world), Doi(world), EuropePmc(world), ClinicalTrials(world), PubMedFiles(world),
        ]  # fmt: skip
        self._services = {service.name: service for service in services}
        self.stopped = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.imitation = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Imitation:
        self.trap.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuse connections from now on, and break off the answers under way."""
        if not self.stopped.is_set():
            self.stopped.set()
            self._server.shutdown()
            self._server.break_off()
            self._server.server_close()
            self.trap.stop()

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The root address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def base(self, service: str) -> str:
        """The base address of a service, with a slash at the end, by the name of its path or of the configuration.

        `pubmed` is the E-utilities, as in the configuration; the baseline and update files are `pubmed_files`.
        """
        return f"{self.url}/{_ALSO.get(service, service)}/"

    def bases(self) -> dict[str, str]:
        """The base addresses by the names of the configuration."""
        names = ("pubmed", "idconv", "crossref", "doi", "europepmc", "clinicaltrials", "pubmed_files")
        return {name: self.base(name) for name in names}

    def answer(self, call: Call, seen: Seen) -> tuple[Answer, Fault | None]:
        """The answer to a call, and the fault with which it is sent."""
        service = self._services.get(call.service)
        call.route = seen.route = service.route(call) if service else ""
        if service is None or not call.route:
            return Answer.text("Not found.", 404), None
        limited = self.rates.refusal(call, seen) if self.rates else None
        if limited is not None:
            seen.fault = "rate"
            return limited, None
        fault = self.schedule.next(f"{call.service}.{call.route}", call.params)
        seen.fault = str(fault or "")
        return self._faulty(service, call, seen, fault), fault

    def _faulty(self, service: Service, call: Call, seen: Seen, fault: Fault | None) -> Answer:
        if fault is None and len(call.target) > self.settings.max_url:
            return Answer.text("Request-URI Too Long", 414)
        replaced = replacing(call, fault, self.trap.url) if fault else None
        if fault is not None and replaced is None:
            call.disturbance = disturbance(fault)
        with self.corpus.lock:
            answer = replaced or service.answer(call)
        seen.ids = call.asked or ids_in(call.params)
        seen.served = call.served if replaced is None else ()
        if call.disturbance and not call.disturbance.done:
            return broken(502)
        if self.rates is None and call.service == "eutils":
            limit = "10" if "api_key" in call.params else "3"
            answer.headers = {"X-RateLimit-Limit": limit, "X-RateLimit-Remaining": limit} | answer.headers
        elif self.rates:
            answer.headers = self.rates.headers(call) | answer.headers
        return damaged(answer, fault) if fault else answer

    def control(self, call: Call) -> Answer:
        """The answer to a control message or a question about the statistics."""
        if call.service == "__stats":
            told = self.stats.summary() | {"trap_hits": len(self.trap.hits)}
            return Answer.json(told | ({"requests": self.stats.everything()} if "full" in call.params else {}))
        return Control(self).obey(call.body)


def ids_in(params: Mapping[str, str]) -> tuple[str, ...]:
    """The ids that a call names, whatever comes of it.

    >>> ids_in({"id": "7,8"}), ids_in({"filter": "doi:10.5555/a,doi:10.5555/b"})
    (('7', '8'), ('10.5555/a', '10.5555/b'))
    """
    listed = params.get("id") or params.get("ids") or params.get("filter.ids", "").replace("|", ",") or params.get("filter", "")
    return tuple(part.strip().removeprefix("doi:") for part in listed.split(",") if part.strip())


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    imitation: Imitation

    def __init__(self, *arguments: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        # Not super(): a shutdown before the close would turn a wanted reset into an orderly end.
        self._open.discard(request)
        request.close()

    def break_off(self) -> None:
        """End the connections that are still open."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # The other side was faster.

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no error of the server's; anything else is shown."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """Answer one request."""
        call = self._call()
        imitation = self.server.imitation
        if call.service.startswith("__"):
            self._wire(lambda _: None).deliver(imitation.control(call), None)
            return
        seen = imitation.stats.begin(lambda at, together: self._seen(call, at, together), call.service)
        try:
            answer, fault = imitation.answer(call, seen)
            seen.status = answer.status if fault is None or fault.kind not in ("reset", "closed", "hang") else 0
            if not self._wire(lambda sent: imitation.stats.end(seen, sent)).deliver(answer, fault):
                self.close_connection = True
        finally:
            imitation.stats.end(seen)

    do_POST = do_HEAD = do_GET

    def _wire(self, ending: Callable[[int], None]) -> Wire:
        return Wire(self.connection, self.server.imitation.stopped, self.command == "HEAD", ending)

    def _call(self) -> Call:
        parts = urlsplit(self.path)
        service, _, path = parts.path.lstrip("/").partition("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        if "form" in self.headers.get("Content-Type", "form") and service != "__control":
            params |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        root = self.server.imitation.url
        return Call(service, self.command, unquote(path), params, headers, f"{root}/{service}/", self.path, body)

    def _seen(self, call: Call, at: float, together: int) -> Seen:
        agent, params = call.headers.get("user-agent", ""), call.params
        kept = {name: value[:200] for name, value in params.items() if name not in ("id", "api_key")}
        return Seen(
            call.service, "", call.method, at, together, len(call.target), "tool" in params, "email" in params,
            "mailto" in params or "mailto:" in agent, "api_key" in params, agent, kept,
        )  # fmt: skip

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing; the statistics tell."""
