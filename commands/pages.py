"""Commands that show the library as pages: one file to mail or archive, and a local site. Heavy libraries are imported inside the command that needs them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from commands.console import FAILED, database_option, in_words, library_in_reach, on_a_terminal, say, show
from commands.questions import FILTERS, PARTS, corrections, restrictions, understood


@click.command()
@click.argument("question", nargs=-1, required=True)
@click.option(
    "--out",
    "-o",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The HTML file; one that is there is written over.",
)
@database_option
@corrections
@restrictions
@click.option("--as-of", type=click.IntRange(1), metavar="RUN", help="The answer as it was when this run had ended.")
@click.option(
    "--all", "whole", is_flag=True, help="All claims, also where they are many; else those of the headings with the most studies."
)
@in_words
def report(question: tuple[str, ...], out: Path, database: Path | None, as_of: int | None, whole: bool, **options: Any) -> None:
    r"""Write the answer to a question as one HTML file: both sides, the texts behind every number, forest plots, downloads.

    The file stands alone: it holds no script, and nothing in it is fetched. The same library gives the same file.

    \b
    Example:
      counterclaim report "intrathecal MSC vs placebo" -o report.html --db ms.db
    """
    from kb.answer import answer
    from kb.chosen import MOST_CLAIMS
    from kb.connection import for_reading
    from kb.exports.package import write_file
    from kb.filters import Filters
    from kb.report.one_file import report as made

    db = for_reading(database or library_in_reach())
    asked = understood(db, question, {name: options[name] for name in PARTS})
    found = answer(db, asked, Filters(**{name: options[name] for name in FILTERS}), as_of, None if whole else MOST_CLAIMS)
    if on_a_terminal(sys.stderr):
        say(f"Understood as: {asked.in_words()}. Writing {sum(len(o.claims) for o in found.outcomes)} claims and their texts …")
    write_file(out, made(db, found).encode())
    claims, headings = sum(len(o.claims) for o in found.outcomes), len(found.outcomes)
    show(f"{out} holds {claims} claim{'' if claims == 1 else 's'} under {headings} heading{'' if headings == 1 else 's'}.")


@click.command()
@database_option
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to bind to; any other than this machine's own lets others read the library.",
)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(0, 65535), help="The port; 0: any that is free.")
@in_words
def serve(database: Path | None, host: str, port: int) -> None:
    r"""Serve the library as a local site, read-only: questions, documents, disputes, changes, and every table with facets, JSON and CSV.

    A refresh may write meanwhile. It stops with Ctrl-C.

    \b
    Example:
      counterclaim serve --db ms.db
    """
    try:
        from kb.web.safety import is_loopback
        from kb.web.site import serve as answer_until_broken_off
    except ModuleNotFoundError as error:
        say(
            f"counterclaim: the site needs {error.name}, which is not installed: pip install 'counterclaim[serve]'. A report in one file needs nothing more: counterclaim report"
        )
        sys.exit(FAILED)
    path = database or library_in_reach()
    if not is_loopback(host):
        say(
            f"Everybody who reaches {host} can read this library; there is no password and no encryption. Put a proxy in front that has both."
        )
    answer_until_broken_off(path, host, port, lambda address: say(f"{path} is served at {address} (Ctrl-C stops it)."))
