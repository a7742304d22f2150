"""The site in this process, and on a port of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("datasette", reason="needs the extra `serve`: pip install 'counterclaim[serve]'")

from kb.web.site import site

ROOT = Path(__file__).resolve().parent.parent.parent.parent


class Visitor:
    """Somebody who reads a site that runs within this process."""

    def __init__(self, library: Path, host: str = "127.0.0.1") -> None:
        self.datasette = site(library, host)

    def get(self, path: str, **asked: Any) -> Any:
        """The answer to a request; redirects are not followed."""
        return self.ask("GET", path, **asked)

    def ask(self, method: str, path: str, **asked: Any) -> Any:
        """The answer to a request by any method."""

        async def answered() -> Any:
            await self.datasette.invoke_startup()
            return await self.datasette.client.request(method, path, **asked)

        return asyncio.run(answered())


@contextlib.contextmanager
def on_a_port(library: Path) -> Iterator[str]:
    """`counterclaim serve` in a process of its own; its address without the last slash."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-c", "from cli import main; main()", "serve", "--db", str(library), "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        _wait(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _wait(port: int, process: subprocess.Popen[str]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise AssertionError(process.stderr.read() if process.stderr else "the site ended")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("the site did not begin to answer within 30 seconds")
