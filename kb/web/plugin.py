"""Our pages and rules as a Datasette plugin: routes, policies, permissions."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.plugins import pm
from datasette.utils.asgi import Request, Response
from datasette.views.base import DatasetteError

from kb.report.page import render
from kb.web.reading import NAME, Library
from kb.web.safety import App, guarded
from kb.web.views import ROUTES, TABLES_CSS, TABLES_JS, View

#: What a visitor may do. All else is refused, SQL of their own before all.
_ALLOWED = frozenset({"view-instance", "view-database", "view-table"})


def _is_ours(datasette: Datasette) -> bool:
    """Whether a site is one of ours: the plugin is known to the whole process, which may hold others."""
    return isinstance(datasette.databases.get(NAME), Library)


@hookimpl  # type: ignore[untyped-decorator,unused-ignore]
def register_routes(datasette: Datasette) -> list[tuple[str, View]]:
    """Our pages, before Datasette's own."""
    # Not `$`, which also stands before a last line feed: an address is ours or it is not.
    return [(rf"{path}\Z", view) for path, view in ROUTES] if _is_ours(datasette) else []


@hookimpl  # type: ignore[untyped-decorator,unused-ignore]
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Policies for every answer, Datasette's own and errors as well."""
    if not _is_ours(datasette):
        return lambda app: app
    ours = [re.compile(path) for path, _ in ROUTES]
    return lambda app: guarded(app, ours, datasette.get_database(NAME).host)


@hookimpl(tryfirst=True)  # type: ignore[untyped-decorator,unused-ignore]
def permission_allowed(datasette: Datasette, actor: Any, action: str, resource: Any) -> bool | None:
    """Reading tables, and nothing else."""
    if not _is_ours(datasette):
        return None
    of = resource[0] if isinstance(resource, tuple) else resource
    return action in _ALLOWED and of in (None, NAME)


@hookimpl(tryfirst=True)  # type: ignore[untyped-decorator,unused-ignore]
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Response | None:
    """An address of a table that asks for nothing that there is (a column to sort by that is none, a list that is none) is the visitor's error, and no defect."""
    if not _is_ours(datasette) or not request.query_string or not re.match(rf"/{NAME}(?![^/.])", request.path):
        return None
    if isinstance(exception, DatasetteError) and exception.status == 500:
        words = str(exception.message)
    elif isinstance(exception, QueryInterrupted):
        words = "The tables did not answer in the time that they are given"
    elif isinstance(exception, ValueError | KeyError | sqlite3.ProgrammingError):
        words = f"Something behind the question mark of this address is not as it should be ({exception})"
    else:
        return None
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": words, "status": 400, "title": None}, status=400)
    return Response.html(render("error.html", title="Not understood", words=f"{words.rstrip('.')}."), status=400)


@hookimpl  # type: ignore[untyped-decorator,unused-ignore]
def menu_links(datasette: Datasette) -> list[dict[str, str]]:
    """The way back from the tables."""
    places = (
        ("/", "Ask a question"),
        ("/disputes", "Disputes"),
        ("/changes", "Changes"),
        ("/library", "At a glance"),
        ("/runs", "Runs"),
    )
    return [{"href": href, "label": label} for href, label in places] if _is_ours(datasette) else []


@hookimpl  # type: ignore[untyped-decorator,unused-ignore]
def extra_css_urls(datasette: Datasette) -> list[str]:
    """What the tables' pages lack of contrast."""
    return [f"/-/tables.css?{_version(TABLES_CSS)}"] if _is_ours(datasette) else []


@hookimpl  # type: ignore[untyped-decorator,unused-ignore]
def extra_js_urls(datasette: Datasette) -> list[dict[str, object]]:
    """What the tables' pages lack of names for screen readers."""
    return [{"url": f"/-/tables.js?{_version(TABLES_JS)}", "module": True}] if _is_ours(datasette) else []


def _version(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:12]


def registered() -> None:
    """Make the plugin known, once in a process."""
    import kb.web.plugin as this

    if not pm.is_registered(this):
        pm.register(this, "counterclaim")
