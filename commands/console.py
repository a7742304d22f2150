"""What all commands share: options, exit codes, errors in words, rows for people and for pipes."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from pathlib import Path
from typing import Any

import click

#: Exit codes of the contract.
DONE, FAILED, USAGE, PARTIAL, TRY_LATER = 0, 1, 2, 3, 75


database_option = click.option(
    "--db",
    "database",
    envvar="COUNTERCLAIM_DB",
    type=click.Path(path_type=Path),
    help="The library's file (by default that of the configuration, else counterclaim.db).",
)


config_option = click.option(
    "--config", type=click.Path(path_type=Path), help="The configuration (by default counterclaim.toml here)."
)


log_option = click.option(
    "--log", type=click.Choice(["json", "text"]), help="Write what happens to stderr, as JSON lines or as text."
)


class NumberIn(click.FloatRange):
    """A number in a range. What is no number ("nan") lies in none, and is refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; a wrong usage where it is none or lies outside."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"'{value}' is no number.", param, ctx)
        return number


min_confidence = click.option(
    "--min-confidence",
    "least_confidence",
    type=NumberIn(0, 1),
    metavar="SHARE",
    help="Only what was read with at least this probability of being right in all its fields, 0 to 1.",
)


tagger_option = click.option(
    "--tagger/--no-tagger",
    "tagger",
    default=True,
    envvar="COUNTERCLAIM_TAGGER",
    help="Read with the trained tagger, which knows outcomes and treatments that no pack lists, or by packs and rules alone, about four times as fast.",
)


def reader_for(tagger: bool) -> tuple[Any, str]:
    """What builds the reader of texts, with the trained tagger or without; and by which name and version a run says so.

    Raises:
        ModelMissing: it is wanted, and there is none.
        ModelUnreadable: it is damaged.
    """
    # The tagger's sums are small: threads of the linear algebra wait for one another longer than they work.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from functools import partial

    from nlp.pipeline import build
    from nlp.tagger import OwnTagger, with_what_is_installed

    if not tagger:
        return build, "rules alone"
    own = OwnTagger()
    # A damaged model is said at once, and not of every document.
    _ = own.model
    return partial(build, tagger_used=with_what_is_installed(own)), own.version


def on_a_terminal(stream: Any) -> bool:
    """Whether somebody is looking; a stream that was closed (`2>&-`) is none, and costs nothing."""
    return stream is not None and not stream.closed and bool(stream.isatty())


def show(text: str) -> None:
    """Text on stdout. Whatever a paper put into it, it steers no terminal."""
    from kb.terminal import harmless

    click.echo(harmless(text))


def say(sentence: str, log: str | None = None) -> None:
    """A sentence on stderr, as a line of the log where that is JSON."""
    from kb.terminal import harmless

    if log == "json":
        from kb.running import as_line

        sentence = as_line(sentence)
    click.echo(harmless(sentence), err=True)


def in_json(value: object) -> str:
    """A value as one line of JSON."""
    import json

    from kb.terminal import harmless_json

    return harmless_json(json.dumps(value, ensure_ascii=False))


def _code_of(error: Exception) -> int:
    """The exit code of what the library could not do."""
    from kb.errors import LibraryBusy, NotUnderstood

    return TRY_LATER if isinstance(error, LibraryBusy) else USAGE if isinstance(error, NotUnderstood) else FAILED


def in_words(command: Callable[..., None]) -> Callable[..., None]:
    """What the rooms raise becomes a sentence on stderr and the contract's exit code."""

    @wraps(command)
    def told(*args: Any, **options: Any) -> None:
        import sqlite3

        from kb.errors import LibraryError
        from nlp.bad_model import ModelMissing, ModelUnreadable
        from nlp.bad_pack import BadPack

        log = options.get("log")
        try:
            command(*args, **options)
        except KeyboardInterrupt:
            say("counterclaim: broken off. What was stored is kept; run it again to go on.", log)
            sys.exit(FAILED)
        except LibraryError as error:
            say(f"counterclaim: {error}", log)
            sys.exit(_code_of(error))
        except BadPack as error:
            say(f"counterclaim: a domain pack cannot be used: {error}", log)
            sys.exit(FAILED)
        except (ModelMissing, ModelUnreadable) as error:
            say(f"counterclaim: {error}", log)
            sys.exit(FAILED)
        except sqlite3.DatabaseError as error:
            older = "no such table" in str(error) or "no such column" in str(error)
            do = (
                "It was written by an earlier version; bring it up to date with: counterclaim reread"
                if older
                else "Look at it with: counterclaim doctor"
            )
            say(f"counterclaim: the library cannot be read: {error}. {do} --db PATH", log)
            sys.exit(FAILED)
        except BrokenPipeError:
            # The reader went away, as `head` does; what Python would still flush goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(DONE)

    # click leaves the lines behind this mark as they are; in a raw docstring it stands as two characters.
    told.__doc__ = (command.__doc__ or "").replace("\\b\n", "\b\n")
    return told


def library_in_reach() -> Path:
    """The library of the configuration, where there is one in reach; a question waits for nothing else."""
    if Path("counterclaim.toml").exists() or os.environ.get("COUNTERCLAIM_CONFIG"):
        return Path(settings_for(None).database)
    return Path("counterclaim.db")


def with_progress(items: Iterable[Any], log: str | None) -> Iterator[Any]:
    """The items, with a counter on a terminal; a pipe and a log get none."""
    shown = log is None and on_a_terminal(sys.stderr)
    for number, item in enumerate(items, 1):
        if shown and number % 10 == 0:
            click.echo(f"\r{number} read", nl=False, err=True)
        yield item
    if shown:
        click.echo("\r", nl=False, err=True)


def code_for(done: int, left_out: int) -> int:
    """Nothing left out: 0. Something beside what was read: 3. Nothing read at all: 1."""
    return DONE if not left_out else PARTIAL if done else FAILED


def settings_for(config: Path | None, needed: bool = False, log: str | None = None) -> Any:
    """The configuration; the program ends with a sentence where it cannot be followed."""
    from crawler.errors import BadSettings
    from crawler.settings import load

    try:
        return load(config, needed)
    except BadSettings as error:
        say(f"counterclaim: {error}", log)
        sys.exit(USAGE)


def show_rows(rows: Iterable[dict[str, Any]], columns: Iterable[str], as_json: bool) -> None:
    """A table on a terminal, tab-separated rows in a pipe, JSON lines where asked."""
    names = list(columns)
    if as_json:
        for row in rows:
            show(in_json(row))
    elif on_a_terminal(sys.stdout):
        from tabulate import tabulate

        table = [[row[n] for n in names] for row in rows]
        show(tabulate(table, headers=names) if table else "Nothing.")
    else:
        show("\n".join("\t".join(cell(v) for v in line) for line in [names, *([row[n] for n in names] for row in rows)]))


def cell(value: object) -> str:
    """A value in a tab-separated row."""
    return "" if value is None else str(value).replace("\t", " ").replace("\n", " ")


def flat(value: object) -> str:
    """Counts by name in one cell."""
    return "; ".join(f"{k}: {n}" for k, n in value.items()) or "0" if isinstance(value, dict) else str(value)


def writing(database: Path | None, command: str, arguments: Iterable[str]) -> Any:
    """A library that is there, open for a run that changes it."""
    from kb.errors import NoLibrary
    from kb.health import versions
    from kb.store import Library

    path = database or library_in_reach()
    if not path.exists():
        raise NoLibrary(path)
    return Library(path, command, arguments, versions())
