"""The pages of the site: each reads one moment of the library and renders it."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from kb.dispute_list import Asked as DisputesAsked
from kb.dispute_list import listed
from kb.errors import LibraryBusy, LibraryError, NotUnderstood
from kb.refusals import CannotPool
from kb.report import library_pages
from kb.report.addresses import Site
from kb.report.answer_page import answer_view, heading_of
from kb.report.documents import document_view
from kb.report.downloads import DOWNLOADS
from kb.report.estimates import Estimate, estimates
from kb.report.page import css, render
from kb.web.asked import CORRECTIONS, NotAsked, asked, number
from kb.web.reading import NAME, TooLong, one_moment, read

View = Callable[[Request, Datasette], Awaitable[Response]]
#: The cookie that holds the last run that a visitor saw the changes of: a number, and nothing about the visitor.
SEEN = "seen_run"
_YEAR = 365 * 24 * 3600
#: So many disputes stand on their page.
_DISPUTES = 200
#: A count for the glance may take so long, in seconds.
_GLANCE_SECONDS = 4.0


class NotHere(LibraryError):
    """A page of something that the library does not hold."""


def _failed(error: LibraryError) -> Response:
    status, title = next(
        ((code, words) for sort, code, words in (
            (NotHere, 404, "Not here"), (NotUnderstood, 400, "Not understood"), (NotAsked, 400, "Not understood"), (CannotPool, 404, "Nothing to pool"),
            (TooLong, 503, "Too long"), (LibraryBusy, 503, "Busy"),
        ) if isinstance(error, sort)), (500, "That did not work"),
    )  # fmt: skip
    return Response.html(render("error.html", title=title, words=str(error)), status=status)


def told(make: Callable[[sqlite3.Connection, Request], Response]) -> View:
    """A view of a function that reads; what it cannot do becomes a page that says so."""

    async def view(request: Request, datasette: Datasette) -> Response:
        try:
            return await read(datasette, lambda db: make(db, request))
        except LibraryError as error:
            return _failed(error)

    return view


def _html(template: str, **values: object) -> Response:
    return Response.html(render(template, **values))


def _arguments(request: Request) -> dict[str, str]:
    """The query string; of what is said twice, the last."""
    return {name: request.args.getlist(name)[-1] for name in request.args}


def home(db: sqlite3.Connection, request: Request) -> Response:
    """The first page: a box to ask, what the library holds, what is disputed."""
    latest, seen = library_pages.latest_run(db), _seen(request)
    held = library_pages.library_counts(db)
    tiles = [("documents", held["documents"], "/library"), ("trials", held["trials"], "/tables/study?level=trial"), ("pooled analyses", held["pooled"], "/tables/study?level=pooled"),
             ("claims", held["claims"], "/tables/comparison"), ("retracted", held.get("retracted", 0), "/tables/document?status=retracted")]  # fmt: skip
    response = _html(
        "home.html", to=Site(), examples=_examples(db), tiles=tiles, seen=seen, latest=latest, disputes=library_pages.heaviest(db, 8),
    )  # fmt: skip
    if seen is None:
        _remember(response, latest)
    return response


def _examples(db: sqlite3.Connection) -> list[str]:
    """Questions that this library has an answer to: of its heaviest disputes."""
    found = db.execute(
        "SELECT DISTINCT c.intervention, c.condition FROM (SELECT claim_a FROM dispute ORDER BY weight DESC LIMIT 12) d JOIN comparison c ON c.claim_id = d.claim_a "
        "WHERE c.intervention IS NOT NULL AND c.condition IS NOT NULL LIMIT 3"
    )
    return [f"{given} in {condition}" for given, condition in found]


def ask(db: sqlite3.Connection, request: Request) -> Response:
    """The answer to a question."""
    question = asked(_arguments(request))
    if not question.words:
        return Response.redirect("/")
    view = answer_view(db, question.answer(db))
    return _html(
        "ask.html", view=view, to=Site(question.query()), estimates={}, asked=question.words, command=question.command(), given=question.given, corrections=CORRECTIONS,
        downloads=[(kind, what) for kind, (what, _) in DOWNLOADS.items()],
    )  # fmt: skip


def download(db: sqlite3.Connection, request: Request) -> Response:
    """An answer as a file."""
    arguments = _arguments(request)
    kind = arguments.get("to", "")
    if kind not in DOWNLOADS:
        raise NotHere(f"There is no download called “{kind[:40]}”; there are {', '.join(DOWNLOADS)}.")
    made = DOWNLOADS[kind][1](db, asked(arguments).answer(db))
    return Response(made.body, content_type=made.kind, headers={"content-disposition": f'attachment; filename="{made.name}"'})


def pool(db: sqlite3.Connection, request: Request) -> Response:
    """The pooled estimate under one heading, in words and numbers."""
    question, found, heading = _heading(db, request)
    name = next((o.outcome for o in found.outcomes if heading_of(o) == heading), None)
    made = estimates(db, found, heading)
    if name is None or heading not in made:
        raise NotHere("This answer has no such heading any more. Ask again.")
    return _html(
        "pool.html",
        e=made[heading],
        name=name,
        understood=found.question.in_words(),
        to=Site(question.query()),
        asked=question.words,
    )


def forest(db: sqlite3.Connection, request: Request) -> Response:
    """The forest plot under one heading; why there is none, as a picture too."""
    _, found, heading = _heading(db, request)
    made = estimates(db, found, heading).get(heading)
    if made is None:
        raise NotHere("This answer has no such heading any more. Ask again.")
    if isinstance(made, Estimate):
        return Response(made.svg, content_type="image/svg+xml; charset=utf-8")
    from kb.drawing import Drawing, Text, as_svg, width_of

    words = f"Not pooled: {made.why}"
    drawing = Drawing(width_of(words) + 24, 44, (Text(12, 26, words),), "No forest plot", words)
    return Response(as_svg(drawing), content_type="image/svg+xml; charset=utf-8")


def _heading(db: sqlite3.Connection, request: Request) -> tuple[Any, Any, str]:
    arguments = _arguments(request)
    question = asked(arguments)
    return question, question.answer(db), arguments.get("heading", "")


def document(db: sqlite3.Connection, request: Request) -> Response:
    """A document with its text and everything that was read from it."""
    found = document_view(db, int(request.url_vars["id"]))
    if found is None:
        raise NotHere(f"The library holds no document {request.url_vars['id']}.")
    return _html("document.html", d=found, to=Site())


def study(db: sqlite3.Connection, request: Request) -> Response:
    """A study with its reports."""
    found = library_pages.study_view(db, int(request.url_vars["id"]))
    if found is None:
        raise NotHere(f"The library holds no study {request.url_vars['id']}.")
    return _html("study.html", v=found, to=Site())


def outcome(db: sqlite3.Connection, request: Request) -> Response:
    """Everything that is claimed of an outcome."""
    found = library_pages.outcome_view(db, _arguments(request).get("key", ""))
    if found is None:
        raise NotHere("Nothing in this library is claimed of such an outcome.")
    return _html("outcome.html", v=found, to=Site())


def dispute(db: sqlite3.Connection, request: Request) -> Response:
    """Two claims face to face."""
    found = library_pages.dispute_view(db, int(request.url_vars["a"]), int(request.url_vars["b"]))
    if found is None:
        raise NotHere("These two claims are in no dispute, or not any more.")
    return _html("dispute.html", v=found, to=Site())


def disputes(db: sqlite3.Connection, request: Request) -> Response:
    """The disputes, heaviest first, of what is asked for."""
    arguments = _arguments(request)
    given = {name: words.strip() for name in ("outcome", "condition", "intervention") if (words := arguments.get(name, "")).strip()}
    lines = (
        listed(db, DisputesAsked(given.get("condition"), given.get("outcome"), given.get("intervention")))
        if given
        else library_pages.heaviest(db, _DISPUTES + 1)
    )
    return _html("disputes.html", lines=lines[:_DISPUTES], more=len(lines) > _DISPUTES, given=given, to=Site())


def run(db: sqlite3.Connection, request: Request) -> Response:
    """What a run did."""
    found = library_pages.run_view(db, int(request.url_vars["id"]))
    if found is None:
        raise NotHere(f"The ledger has no run {request.url_vars['id']}.")
    return _html("run.html", v=found, to=Site())


def runs(db: sqlite3.Connection, request: Request) -> Response:
    """The ledger."""
    return _html("runs.html", rows=library_pages.ledger(db, 100), to=Site())


def changes(db: sqlite3.Connection, request: Request) -> Response:
    """What changed: since the run that is asked for, else since the last visit, else in the latest run."""
    latest, seen, since = library_pages.latest_run(db), _seen(request), number(_arguments(request), "since")
    basis = "asked" if since is not None else "visit" if seen is not None else "run"
    start = next(n for n in (since, seen, max(latest - 1, 0)) if n is not None)
    response = _html("changes.html", v=library_pages.changed_since(db, start), since=start, basis=basis, latest=latest, to=Site())
    _remember(response, latest)
    return response


def _seen(request: Request) -> int | None:
    """The last run of which the visitor saw the changes, by the cookie; None where it is none of ours."""
    told = request.cookies.get(SEEN, "")
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else None


def _remember(response: Response, run: int) -> None:
    response.set_cookie(SEEN, str(run), max_age=_YEAR, httponly=True, samesite="strict")


async def library(request: Request, datasette: Datasette) -> Response:
    """The library at a glance. Each count is kept until another run has ended; what takes too long says so."""
    kept = datasette.get_database(NAME).kept

    def counted(db: sqlite3.Connection) -> Response:
        with one_moment(db):
            latest, held = library_pages.latest_run(db), library_pages.library_counts(db)
        found = []
        for what, (title, _) in library_pages.GLANCE.items():
            if kept.get(what, (None,))[0] != latest:
                try:
                    with one_moment(db, _GLANCE_SECONDS):
                        kept[what] = latest, library_pages.glance(db, what)
                except TooLong:
                    kept[what] = latest, None
            found.append((what, title, kept[what][1]))
        return _html("library.html", held=held, counted=found, to=Site())

    try:
        made: Response = await datasette.get_database(NAME).execute_fn(counted)
    except LibraryError as error:
        return _failed(error)
    return made


def constant(body: str, kind: str) -> View:
    """A view of something that changes with the program alone; its address changes with it."""

    async def view(request: Request, datasette: Datasette) -> Response:
        return Response(
            body, content_type=f"{kind}; charset=utf-8", headers={"cache-control": "public, max-age=31536000, immutable"}
        )

    return view


_HERE = Path(__file__).parent
TABLES_CSS, TABLES_JS = ((_HERE / name).read_text("utf8") for name in ("tables.css", "tables.js"))


#: The paths of our pages, and what answers them.
ROUTES: tuple[tuple[str, View], ...] = (
    (r"/", told(home)), (r"/ask", told(ask)), (r"/download", told(download)), (r"/pool", told(pool)), (r"/forest\.svg", told(forest)),
    (r"/document/(?P<id>\d{1,18})", told(document)), (r"/study/(?P<id>\d{1,18})", told(study)), (r"/outcome", told(outcome)),
    (r"/dispute/(?P<a>\d{1,18})-(?P<b>\d{1,18})", told(dispute)), (r"/disputes", told(disputes)), (r"/run/(?P<id>\d{1,18})", told(run)), (r"/runs", told(runs)),
    (r"/changes", told(changes)), (r"/library", library), (r"/-/page\.css", constant(css(), "text/css")),
    (r"/-/tables\.css", constant(TABLES_CSS, "text/css")),
    (r"/-/tables\.js", constant(TABLES_JS, "text/javascript")),
)  # fmt: skip
