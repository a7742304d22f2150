"""How an answer goes over the wire: whole, cut, in drips, or not at all."""

from __future__ import annotations

import socket
import struct
import threading
from http.client import responses

from tests.imitation.answer import Answer
from tests.imitation.faults import Fault

#: Faults after which the connection is of no more use.
BREAKING = frozenset({"truncate", "chunk-cut", "reset", "reset-mid", "closed", "hang"})


class Wire:
    """The connection that one answer is sent over. `sent` counts the bytes of bodies."""

    def __init__(self, connection: socket.socket, stopped: threading.Event, head_only: bool) -> None:
        self._connection, self._stopped, self._head_only = connection, stopped, head_only
        self.sent = 0

    def deliver(self, answer: Answer, fault: Fault | None) -> bool:
        """Send an answer as the fault has it; False when the connection has to be closed."""
        if fault is None or fault.kind not in _WAYS or self._head_only:
            self._whole(answer)
            return True
        getattr(self, _WAYS[fault.kind])(answer, fault)
        return fault.kind not in BREAKING

    def head(self, answer: Answer, length: int | None) -> bytes:
        """Status line and headers; no length: the body comes in chunks."""
        lines = [
            f"HTTP/1.1 {answer.status} {responses.get(answer.status, 'Unknown')}",
            "Server: imitation",
            f"Content-Type: {answer.media}",
        ]
        lines.append("Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}")
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _send(self, data: bytes, body: int) -> None:
        self._connection.sendall(data)
        self.sent += body

    def _whole(self, answer: Answer) -> None:
        body = b"" if self._head_only else answer.body
        self._send(self.head(answer, len(answer.body)) + body, len(body))

    def _truncate(self, answer: Answer, fault: Fault) -> None:
        body = answer.body[: cut_at(fault.argument, len(answer.body))]
        self._send(self.head(answer, len(answer.body)) + body, len(body))

    def _truncate_clean(self, answer: Answer, fault: Fault) -> None:
        body = answer.body[: cut_at(fault.argument, len(answer.body))]
        self._send(self.head(answer, len(body)) + body, len(body))

    def _chunk_cut(self, answer: Answer, fault: Fault) -> None:
        body = answer.body[: cut_at(fault.argument, len(answer.body))]
        self._send(self.head(answer, None), 0)
        for place in range(0, len(body), 8192):
            chunk = body[place : place + 8192]
            self._send(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n", len(chunk))

    def _slow(self, answer: Answer, fault: Fault) -> None:
        """`slow:MS,BYTES`: a pause of so many milliseconds before each piece of so many bytes."""
        pause, size = fault.numbers(100, 1024)
        self._send(self.head(answer, len(answer.body)), 0)
        for place in range(0, len(answer.body), int(size)):
            if self._stopped.wait(pause / 1000):
                return
            piece = answer.body[place : place + int(size)]
            self._send(piece, len(piece))

    def _stall(self, answer: Answer, fault: Fault) -> None:
        """`stall:BYTES,SECONDS`: after so many bytes nothing for so long, then the rest."""
        after, seconds = fault.numbers(1000, 60)
        first = answer.body[: int(after)]
        self._send(self.head(answer, len(answer.body)) + first, len(first))
        if not self._stopped.wait(seconds):
            self._send(answer.body[int(after) :], max(len(answer.body) - int(after), 0))

    def _hang(self, _: Answer, fault: Fault) -> None:
        self._stopped.wait(fault.number(60))

    def _reset(self, _: Answer, __: Fault) -> None:
        self._abort()

    def _reset_mid(self, answer: Answer, _: Fault) -> None:
        body = answer.body[: len(answer.body) // 2]
        self._send(self.head(answer, len(answer.body)) + body, len(body))
        self._stopped.wait(0.02)
        self._abort()

    def _closed(self, _: Answer, __: Fault) -> None:
        """Nothing is sent; the caller closes."""

    def _abort(self) -> None:
        """Make the close that follows a reset."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


_WAYS = {
    "truncate": "_truncate", "truncate-clean": "_truncate_clean", "chunk-cut": "_chunk_cut", "slow": "_slow", "stall": "_stall",
    "hang": "_hang", "reset": "_reset", "reset-mid": "_reset_mid", "closed": "_closed",
}  # fmt: skip


def cut_at(argument: str, length: int) -> int:
    """Where a body is cut: after `500` bytes, or after `50%` of them; half of them where nothing is said.

    >>> cut_at("500", 2000), cut_at("99.9%", 2000), cut_at("", 2000)
    (500, 1998, 1000)
    """
    if argument.endswith("%"):
        return int(length * float(argument[:-1]) / 100)
    return min(int(argument), length) if argument else length // 2
