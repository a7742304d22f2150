"""What all tests share: no network but this machine's own, and one reader, which costs seconds to build."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Document, with_title
from nlp.claim import Extraction
from nlp.pipeline import Reader, build

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def only_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that connects elsewhere fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"A test connects to {address}; tests reach 127.0.0.1 alone.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The pipeline."""
    return build()


Read = Callable[..., Extraction]


@pytest.fixture(scope="session")
def read(reader: Reader) -> Read:
    """Read an abstract (and a title) as a JSON line would bring it."""

    def read_text(abstract: str, title: str = "A trial") -> Extraction:
        text, sections = with_title(title, abstract)
        return reader.read(Document(id="t", title=title, text=text, sections=sections))

    return read_text


def shared(*parts: str) -> Path:
    """A path of the shared material; the test is skipped where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {'/'.join(('../shared', *parts))}, which is not part of this repository")
    return path
