"""How an answer goes over the wire: whole, cut, in drips, or not at all."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from http.client import responses

from tests.imitation.answer import Answer
from tests.imitation.faults import Fault

#: Faults after which the connection is of no more use.
BREAKING = frozenset({"truncate", "chunk-cut", "reset", "reset-mid", "closed", "hang"})


class Wire:
    """The connection that one answer is sent over.

    `ending` is called with the number of body bytes before the last of them leaves, so that whoever has the whole answer finds it noted.
    """

    def __init__(self, connection: socket.socket, stopped: threading.Event, head_only: bool, ending: Callable[[int], None]) -> None:
        self._connection, self._stopped, self._head_only, self._ending = connection, stopped, head_only, ending
        self._sent = 0

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
        self._sent += body

    def _last(self, data: bytes, body: int) -> None:
        self._ending(self._sent + body)
        self._send(data, body)

    def _whole(self, answer: Answer) -> None:
        body = b"" if self._head_only else answer.body
        self._last(self.head(answer, len(answer.body)) + body, len(body))

    def _truncate(self, answer: Answer, fault: Fault) -> None:
        body = answer.body[: cut_at(fault.argument, len(answer.body))]
        self._last(self.head(answer, len(answer.body)) + body, len(body))

    def _truncate_clean(self, answer: Answer, fault: Fault) -> None:
        body = answer.body[: cut_at(fault.argument, len(answer.body))]
        self._last(self.head(answer, len(body)) + body, len(body))

    def _chunk_cut(self, answer: Answer, fault: Fault) -> None:
        """The closing chunk never comes."""
        body = answer.body[: cut_at(fault.argument, len(answer.body))]
        chunks = [body[place : place + 8192] for place in range(0, len(body), 8192)]
        sized = b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks)
        self._last(self.head(answer, None) + sized, len(body))

    def _slow(self, answer: Answer, fault: Fault) -> None:
        """`slow:MS,BYTES`: a pause of so many milliseconds before each piece of so many bytes."""
        pause, size = fault.numbers(100, 1024)
        pieces = [answer.body[place : place + int(size)] for place in range(0, len(answer.body), int(size))]
        self._send(self.head(answer, len(answer.body)), 0)
        for number, piece in enumerate(pieces, 1):
            if self._stopped.wait(pause / 1000):
                return
            (self._last if number == len(pieces) else self._send)(piece, len(piece))

    def _stall(self, answer: Answer, fault: Fault) -> None:
        """`stall:BYTES,SECONDS`: after so many bytes nothing for so long, then the rest."""
        after, seconds = fault.numbers(1000, 60)
        first, rest = answer.body[: int(after)], answer.body[int(after) :]
        self._send(self.head(answer, len(answer.body)) + first, len(first))
        if not self._stopped.wait(seconds):
            self._last(rest, len(rest))

    def _hang(self, _: Answer, fault: Fault) -> None:
        self._stopped.wait(fault.number(60))
        self._ending(0)

    def _reset(self, _: Answer, __: Fault) -> None:
        self._ending(0)
        self._abort()

    def _reset_mid(self, answer: Answer, _: Fault) -> None:
        body = answer.body[: len(answer.body) // 2]
        self._send(self.head(answer, len(answer.body)) + body, len(body))
        # Else the reset overtakes what was sent.
        self._stopped.wait(0.02)
        self._ending(len(body))
        self._abort()

    def _closed(self, _: Answer, __: Fault) -> None:
        """Nothing is sent; the caller closes."""
        self._ending(0)

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
