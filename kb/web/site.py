"""The site over one library: a Datasette with our plugin, our limits and no way to write."""

from __future__ import annotations

import asyncio
from pathlib import Path

import uvicorn
from datasette.app import Datasette

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


def serve(path: Path, host: str, port: int) -> None:
    """Answer until somebody breaks off.

    Raises:
        LibraryError: there is no library, or one of another version.
    """
    made = site(path, host)
    asyncio.run(made.invoke_startup())
    uvicorn.run(
        made.app(),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        lifespan="on",
        server_header=False,
        timeout_graceful_shutdown=3,
    )
