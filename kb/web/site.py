"""The site over one library: a Datasette with our plugin, our limits and no way to write."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from datasette.app import Datasette

from kb.errors import LibraryError
from kb.web.plugin import registered
from kb.web.reading import NAME, Library, current

#: Time, rows and bytes that a visitor may ask of the tables.
_SETTINGS = {
    "default_allow_sql": False, "allow_download": False, "sql_time_limit_ms": 2000, "max_returned_rows": 1000, "default_page_size": 50, "facet_time_limit_ms": 500,
    "facet_suggest_time_limit_ms": 30, "max_csv_mb": 100, "num_sql_threads": 4, "default_cache_ttl": 0,
}  # fmt: skip


def site(path: Path, host: str = "127.0.0.1") -> Datasette:
    """The site, ready to answer.

    Args:
        path: the library.
        host: the address that it will be bound to; on this machine's own it answers to no other name.

    Raises:
        LibraryError: there is no library, or one of another version.
    """
    current(path)
    registered()
    made = Datasette(
        settings=_SETTINGS, metadata={"title": "counterclaim: the tables"}, template_dir=str(Path(__file__).parent / "templates")
    )
    made.remove_database("_memory")
    made.add_database(Library(made, path, host), name=NAME)
    # Its own client was made before the library was there, and knows none of our pages.
    made.client.app = made.app()
    return made


class CannotBind(LibraryError):
    """An address that the site cannot be served at."""

    def __init__(self, host: str, port: int, why: str) -> None:
        super().__init__(f"Port {port} of {host} cannot be used: {why}. Choose another with --port.")


def serve(path: Path, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Answer until somebody breaks off.

    Args:
        path: the library.
        host: the address to bind to.
        port: the port; 0: one that is free.
        ready: is told the site's address as soon as it answers there.

    Raises:
        LibraryError: there is no library, or one of another version.
        CannotBind: the address is taken, or not this machine's.
    """
    made = site(path, host)
    _quiet()
    asyncio.run(made.invoke_startup())
    with _bound(host, port) as place:
        ready(_address(host, place.getsockname()[1]))
        settings = uvicorn.Config(
            made.app(), log_level="warning", access_log=False, lifespan="on", server_header=False, timeout_graceful_shutdown=3
        )
        # Ctrl-C is how it ends.
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(settings).run(sockets=[place])


def _quiet() -> None:
    """Else every address that is not there prints the whole stack, with the values of all its variables."""
    # Not imported above: it is one of Datasette's own plugins, and is not known as one where it is imported before them.
    from datasette import handle_exception

    handle_exception.rich = None


def _bound(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048)
    except OSError as error:
        # A name that is none has no error number of the system's.
        number = error.errno or 0
        why = os.strerror(number) if number > 0 else str(error.strerror)
        raise CannotBind(host, port, why.lower()) from error


def _address(host: str, port: int) -> str:
    """Where a browser finds the site."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"
