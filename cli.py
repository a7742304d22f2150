"""The command line: parse, call, print. Heavy libraries are imported inside the command that needs them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import click

#: Exit codes of the contract.
DONE, FAILED, USAGE, PARTIAL, TRY_LATER = 0, 1, 2, 3, 75

_database = click.option(
    "--db",
    "database",
    envvar="COUNTERCLAIM_DB",
    default="counterclaim.db",
    show_default=True,
    type=click.Path(path_type=Path),
    help="The library's file.",
)


def _in_words(command: Callable[..., None]) -> Callable[..., None]:
    """What the rooms raise becomes a sentence on stderr and the contract's exit code."""

    @wraps(command)
    def told(*args: Any, **options: Any) -> None:
        import sqlite3

        from kb.errors import LibraryBusy, LibraryError, NotUnderstood

        try:
            command(*args, **options)
        except LibraryError as error:
            click.echo(f"counterclaim: {error}", err=True)
            sys.exit(TRY_LATER if isinstance(error, LibraryBusy) else USAGE if isinstance(error, NotUnderstood) else FAILED)
        except sqlite3.DatabaseError as error:
            click.echo(
                f"counterclaim: the library cannot be read: {error}. Look at it with: counterclaim doctor --db PATH", err=True
            )
            sys.exit(FAILED)
        except BrokenPipeError:
            # The reader went away, as `head` does; what Python would still flush goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(DONE)

    return told


@click.group()
@click.version_option(package_name="counterclaim")
def main() -> None:
    """Papers in, competing claims out."""


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document.")
@_in_words
def extract(paths: tuple[str, ...], as_json: bool) -> None:
    r"""Read documents and print what they assert; stores nothing.

    A PATH is a file, a folder, or - for JSON lines on standard input.

    \b
    Example:
      counterclaim extract --json paper.txt records.jsonl
    """
    from crawler.reading import read_paths
    from kb.intake import read_each
    from kb.readable import extraction_line, extraction_summary
    from nlp.pipeline import build

    left_out = done = 0
    show = extraction_line if as_json else extraction_summary
    for item in read_each(read_paths(paths), build()):
        if isinstance(item, Exception):
            click.echo(f"Left out: {item}", err=True)
            left_out += 1
            continue
        for sentence in item.left_out:
            click.echo(f"Left out: {item.document.id}: {sentence}", err=True)
            left_out += 1
        click.echo(show(item))
        done += 1
    sys.exit(_code(done, left_out))


def _with_progress(items: Iterable[Any]) -> Iterator[Any]:
    """The items, with a counter on a terminal; a pipe gets none."""
    shown = sys.stderr.isatty()
    for number, item in enumerate(items, 1):
        if shown and number % 10 == 0:
            click.echo(f"\r{number} read", nl=False, err=True)
        yield item
    if shown:
        click.echo("\r", nl=False, err=True)


def _code(done: int, left_out: int) -> int:
    """Nothing left out: 0. Something beside what was read: 3. Nothing read at all: 1."""
    return DONE if not left_out else PARTIAL if done else FAILED


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@_database
@_in_words
def add(paths: tuple[str, ...], database: Path) -> None:
    r"""Read documents and store them with what they assert.

    What is there already and unchanged is not written again; what cannot be read is named, and the rest is stored.

    \b
    Example:
      counterclaim add examples/library paper.txt --db ms.db
    """
    from crawler.reading import read_paths
    from kb.adding import add_each

    said = add_each(database, _with_progress(read_paths(paths)), paths, report=lambda s: click.echo(s, err=True))
    held = f"the library is {database}" if sum(said.values()) > said["left_out"] else "nothing was stored"
    click.echo(
        f"{said['added']} added, {said['replaced']} replaced, {said['unchanged']} unchanged, {said['left_out']} left out; {held}."
    )
    sys.exit(_code(said["added"] + said["replaced"] + said["unchanged"], said["left_out"]))


@main.command()
@click.argument("question", nargs=-1, required=True)
@_database
@click.option("--json", "as_json", is_flag=True, help="One JSON object (the contract's).")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated rows, one a claim.")
@click.option("--nl", "as_lines", is_flag=True, help="One JSON object a claim, one a line.")
@click.option("--fmt", help="A table in one of tabulate's formats: github, simple, html, latex …")
@click.option("--text", "as_text", is_flag=True, help="The readable answer, also into a pipe.")
@_in_words
def query(
    question: tuple[str, ...], database: Path, as_json: bool, as_csv: bool, as_lines: bool, fmt: str | None, as_text: bool
) -> None:
    r"""Who says yes, who says no: the claims that answer a question, by outcome.

    A terminal gets the readable answer, a pipe gets tab-separated rows.

    \b
    Example:
      counterclaim query "intrathecal MSC vs placebo" --db ms.db
      counterclaim query "MSC for NIHSS in stroke" --csv > rows.csv
    """
    from kb.answer import answer
    from kb.connection import for_reading
    from kb.question import understand

    db = for_reading(database)
    found = answer(db, understand(db, " ".join(question)))
    click.echo(_shown(found, as_json, as_csv, as_lines, fmt, as_text or sys.stdout.isatty()))


def _shown(found: Any, as_json: bool, as_csv: bool, as_lines: bool, fmt: str | None, as_text: bool) -> str:
    from kb.answer_json import COLUMNS, as_contract, rows

    if as_json or as_lines:
        import json

        return (
            json.dumps(as_contract(found), ensure_ascii=False)
            if as_json
            else "\n".join(json.dumps(r, ensure_ascii=False) for r in rows(found))
        )
    if as_csv:
        return _separated(rows(found), COLUMNS)
    if fmt:
        return _tabulated(rows(found), fmt)
    if as_text:
        import shutil

        from kb.answer_text import text

        terminal = sys.stdout.isatty()
        return text(found, width=shutil.get_terminal_size().columns if terminal else 100, colour=terminal)
    return "\n".join("\t".join(_cell(v) for v in line) for line in [COLUMNS, *([r[c] for c in COLUMNS] for r in rows(found))])


def _cell(value: object) -> str:
    return "" if value is None else str(value).replace("\t", " ").replace("\n", " ")


def _separated(found: list[dict[str, object]], columns: Iterable[str]) -> str:
    import csv
    import io

    out = io.StringIO()
    writer = csv.DictWriter(out, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return out.getvalue().rstrip("\n")


def _tabulated(found: list[dict[str, object]], fmt: str) -> str:
    from tabulate import tabulate, tabulate_formats

    if fmt not in tabulate_formats:
        raise click.BadParameter(f"there is no table format '{fmt}'; known are {', '.join(tabulate_formats)}.", param_hint="--fmt")
    return tabulate(found, headers="keys", tablefmt=fmt)


@main.command()
@_database
@_in_words
def verify(database: Path) -> None:
    r"""Read every stored quote and number again in the stored text.

    \b
    Example:
      counterclaim verify --db ms.db
    """
    from kb.connection import for_reading
    from kb.verification import counted
    from kb.verification import verify as check

    db = for_reading(database)
    wrong = list(check(db))
    for sentence in wrong:
        click.echo(sentence)
    quotes, numbers = counted(db)
    click.echo(f"{quotes} quotes and {numbers} printed numbers read again; {len(wrong) or 'none'} wrong.")
    sys.exit(FAILED if wrong else DONE)


@main.command()
@_database
@_in_words
def doctor(database: Path) -> None:
    r"""Say which versions run, which optional models are found, and whether the library is sound.

    \b
    Example:
      counterclaim doctor --db ms.db
    """
    from kb.health import report

    well = True
    for good, sentence in report(database):
        click.echo(f"{'ok  ' if good else 'BAD '}{sentence}")
        well = well and good
    sys.exit(DONE if well else FAILED)


if __name__ == "__main__":
    main()
