"""The one door to the network, against a server of this machine that misbehaves on purpose."""

from __future__ import annotations

import gzip
import logging
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from crawler.http import Answer, Door, Final, Patience, SaidNo, Service, Transient, Unanswered, host_of
from crawler.politeness import Limit, Places
from crawler.redaction import Secrets
from crawler.transport import Caps

KEY, CONTACT = "SECRET123KEY", "someone@example.org"
SHORT = Caps(deadline=5)
WIDE = Limit(1000)
QUICK = Patience(tries=4, first_pause=0.01, longest_pause=0.05, longest_wait=20)
Handle = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers as the test's function says, and notes when each request came."""

    protocol_version = "HTTP/1.1"
    server: Local

    def do_GET(self) -> None:
        self.server.seen.append((time.monotonic(), self.path, dict(self.headers)))
        self.server.answer(self)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.server.seen.append((time.monotonic(), f"{self.path} {body}", dict(self.headers)))
        self.server.answer(self)

    def log_message(self, *_: object) -> None:
        pass

    def give(self, body: bytes = b"{}", status: int = 200, media: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", headers.pop("length", str(len(body))))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


class Local(ThreadingHTTPServer):
    """One server of a test."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answer: Handle) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.seen: list[tuple[float, str, dict[str, str]]] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@contextmanager
def served(answer: Handle) -> Iterator[Local]:
    server = Local(answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def in_turn(*answers: Handle) -> Handle:
    """The first request gets the first answer, and so on; the last one stays."""
    left = list(answers)
    return lambda handler: (left.pop(0) if len(left) > 1 else left[0])(handler)


def door(server: Local, folder: Path, patience: Patience = QUICK, caps: Caps = SHORT, hosts: tuple[str, ...] = ()) -> Door:
    agent = f"counterclaim/test (mailto:{CONTACT})"
    return Door(agent, Secrets([KEY, CONTACT]), frozenset({host_of(server.base), *hosts}), caps, patience, folder)


def service(server: Local, limit: Limit = WIDE) -> Service:
    return Service("pubmed", server.base, "ncbi", limit, {"api_key": KEY, "email": CONTACT, "tool": "counterclaim"})


def body(answer: Answer) -> bytes:
    return answer.body


def sound(answer: Answer) -> bytes:
    if not answer.body.endswith(b"}"):
        raise Transient("its answer does not end")
    return answer.body


def ask(server: Local, folder: Path, read: Callable[[Answer], bytes] = sound, **options: object) -> bytes:
    return door(server, folder).ask(service(server), "esearch.fcgi", {"term": "x"}, read, accept="application/json", **options)  # type: ignore[arg-type]


def good(handler: Handler) -> None:
    handler.give(b'{"count": 3}')


def reset(handler: Handler) -> None:
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    handler.connection.close()
    handler.close_connection = True


def cut(handler: Handler) -> None:
    handler.give(b'{"coun', length="12")
    handler.close_connection = True


PASSING = {
    "too many requests": lambda h: h.give(b'{"error":"API rate limit exceeded"}', 429),
    "too many requests under status 200": lambda h: h.give(b'{"error":"API rate limit exceeded","count":"11"}'),
    "500": lambda h: h.give(b"oops", 500, "text/plain"),
    "502": lambda h: h.give(b"Unable to route request!", 502, "text/plain"),
    "503": lambda h: h.give(b"", 503),
    "504": lambda h: h.give(b"", 504),
    "a web page in place of data": lambda h: h.give(b"<!DOCTYPE html><html><body>Down for maintenance</body></html>"),
    "a connection reset": reset,
    "a cut answer": cut,
    "an answer cut inside complete HTTP": lambda h: h.give(b'{"coun'),
    "a cut gzip stream": lambda h: h.give(gzip.compress(b'{"count": 3}' * 50)[:-9], Content_Encoding="gzip"),
}


@pytest.mark.parametrize("fault", PASSING)
def test_a_passing_fault_is_asked_again(fault: str, tmp_path: Path) -> None:
    with served(in_turn(PASSING[fault], good)) as server:
        assert ask(server, tmp_path) == b'{"count": 3}'
        assert len(server.seen) == 2


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_stays_is_an_error_in_words_without_the_operators_own(fault: str, tmp_path: Path) -> None:
    with served(PASSING[fault]) as server, pytest.raises(Unanswered, match=r"pubmed: .*asked 4 times") as raised:
        ask(server, tmp_path)
    assert KEY not in str(raised.value)
    assert CONTACT not in str(raised.value)


def test_after_a_429_nobody_asks_for_a_second_and_retry_after_is_obeyed(tmp_path: Path) -> None:
    answers = in_turn(lambda h: h.give(b"", 429), lambda h: h.give(b"", 429, Retry_After="2"), good)
    with served(answers) as server:
        ask(server, tmp_path)
        first, second, third = (t for t, _, _ in server.seen)
    assert second - first >= 1.0
    assert third - second >= 2.0


def test_a_refusal_is_not_asked_again_and_gives_the_services_words(tmp_path: Path) -> None:
    with served(lambda h: h.give(b"Search field <b>zzz</b> is unknown", 400, "text/html")) as server:
        with pytest.raises(SaidNo, match='400: "Search field zzz is unknown"'):
            ask(server, tmp_path)
        assert len(server.seen) == 1


def test_what_a_reader_calls_final_is_not_asked_again(tmp_path: Path) -> None:
    def never(_: Answer) -> bytes:
        raise Final("the term is empty")

    with served(good) as server:
        with pytest.raises(SaidNo, match="the term is empty"):
            ask(server, tmp_path, never)
        assert len(server.seen) == 1


@pytest.mark.parametrize("wait", ["header", "body"])
def test_a_trickle_ends_at_the_deadline(wait: str, tmp_path: Path) -> None:
    def trickle(handler: Handler) -> None:
        if wait == "body":
            handler.send_response(200)
            handler.send_header("Content-Length", "1000")
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: ")
        for _ in range(100):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.1)

    with served(trickle) as server:
        begun = time.monotonic()
        once = Patience(tries=1, first_pause=0.01)
        with pytest.raises(Unanswered, match="no complete answer within 1 seconds"):
            door(server, tmp_path, once, Caps(deadline=1)).ask(service(server), "x", {}, body)
        assert time.monotonic() - begun < 2.0


def test_a_flood_and_a_gzip_bomb_are_refused(tmp_path: Path) -> None:
    caps = Caps(deadline=5, body=10_000, inflated=100_000)
    with served(lambda h: h.give(b"x" * 20_000)) as server, pytest.raises(SaidNo, match="larger than"):
        door(server, tmp_path, caps=caps).ask(service(server), "x", {}, body)
    bomb = gzip.compress(b"x" * 1_000_000)
    with served(lambda h: h.give(bomb, Content_Encoding="gzip")) as server, pytest.raises(SaidNo, match="unpacks to more"):
        door(server, tmp_path, caps=caps).ask(service(server), "x", {}, body)


def test_a_redirect_to_a_strange_host_is_not_followed_and_tells_it_nothing(tmp_path: Path) -> None:
    with served(good) as trap, served(lambda h: h.give(b"", 302, Location=trap.base)) as server:
        with pytest.raises(SaidNo, match="a host that the configuration does not name"):
            ask(server, tmp_path)
        assert trap.seen == []


def test_a_redirect_to_a_configured_host_is_followed_without_the_key(tmp_path: Path) -> None:
    with served(good) as mirror, served(lambda h: h.give(b"", 301, Location=f"{mirror.base}new?term=x")) as server:
        found = door(server, tmp_path, hosts=(host_of(mirror.base),)).ask(service(server), "old", {"term": "x"}, body)
        assert found == b'{"count": 3}'
        assert [path for _, path, _ in mirror.seen] == ["/new?term=x"]


def test_redirects_in_a_circle_end(tmp_path: Path) -> None:
    with served(lambda h: h.give(b"", 302, Location="/again")) as server:
        with pytest.raises(SaidNo, match="redirects more than 5 times"):
            ask(server, tmp_path)
        assert len(server.seen) == 6


def test_every_request_says_who_asks(tmp_path: Path) -> None:
    with served(good) as server:
        ask(server, tmp_path)
        ask(server, tmp_path, post=True)
        for _, path, headers in server.seen:
            assert "tool=counterclaim" in path
            assert "email=someone%40example.org" in path
            assert headers["User-Agent"].startswith("counterclaim/")


def test_no_log_line_holds_the_key_at_any_level(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), served(in_turn(PASSING["502"], PASSING["a connection reset"], good)) as server:
        ask(server, tmp_path)
    assert "esearch" in caplog.text
    assert KEY not in caplog.text
    assert CONTACT not in caplog.text
    assert "someone%40" not in caplog.text


def test_a_service_that_is_down_is_not_asked_for_ever(tmp_path: Path) -> None:
    with served(PASSING["503"]) as server:
        ours = door(server, tmp_path)
        for _ in range(5):
            with pytest.raises(Unanswered):
                ours.ask(service(server), "x", {}, body)
        assert len(server.seen) == 2 * QUICK.tries


def _many(base: str, folder: str, requests: int, seconds_limit: int) -> None:
    here = Door("t/1", Secrets([]), frozenset({host_of(base)}), Caps(), QUICK, Path(folder))
    there = Service("pubmed", base, "ncbi", Limit(seconds_limit))

    def some() -> None:
        for _ in range(requests):
            here.ask(there, "x", {}, body)

    threads = [threading.Thread(target=some) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


@pytest.mark.parametrize(("limit", "each"), [(10, 4), (3, 1)])
def test_threads_and_processes_of_one_machine_share_the_limit(limit: int, each: int, tmp_path: Path) -> None:
    with served(good) as server:
        context = multiprocessing.get_context("spawn")
        processes = [context.Process(target=_many, args=(server.base, str(tmp_path), each, limit)) for _ in range(2)]
        for p in processes:
            p.start()
        for p in processes:
            p.join(60)
        times = sorted(t for t, _, _ in server.seen)
    assert len(times) == 2 * 4 * each
    assert max(sum(t <= other < t + 1 for other in times) for t in times) <= limit


def test_a_place_left_by_a_killed_process_comes_free(tmp_path: Path) -> None:
    places = Places(tmp_path, "ncbi", Limit(1, 1.0))
    with places._held() as state:
        state["places"]["dead"] = {"free": time.monotonic() + 500, "open": True, "pid": 2**22 + 1}
    begun = time.monotonic()
    with places.place(10, time.sleep, begun + 10):
        pass
    assert time.monotonic() - begun < 3


def test_a_limit_that_crossref_announces_is_taken_over_when_it_is_narrower(tmp_path: Path) -> None:
    def announcing(handler: Handler) -> None:
        handler.give(x_rate_limit_limit="1", x_rate_limit_interval="1s", x_concurrency_limit="1")

    with served(announcing) as server:
        ours = door(server, tmp_path)
        for _ in range(3):
            ours.ask(service(server), "x", {}, body)
        first, second, third = (t for t, _, _ in server.seen)
    assert min(second - first, third - second) >= 1.0
