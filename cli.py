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
    type=click.Path(path_type=Path),
    help="The library's file (by default that of the configuration, else counterclaim.db).",
)
_config = click.option("--config", type=click.Path(path_type=Path), help="The configuration (by default counterclaim.toml here).")
_log = click.option("--log", type=click.Choice(["json", "text"]), help="Write what happens to stderr, as JSON lines or as text.")


def on_a_terminal(stream: Any) -> bool:
    """Whether somebody is looking; a stream that was closed (`2>&-`) is none, and costs nothing."""
    return stream is not None and not stream.closed and bool(stream.isatty())


def _print(text: str) -> None:
    """Text on stdout. Whatever a paper put into it, it steers no terminal."""
    from kb.terminal import harmless

    click.echo(harmless(text))


def _say(sentence: str, log: str | None = None) -> None:
    """A sentence on stderr, as a line of the log where that is JSON."""
    from kb.terminal import harmless

    if log == "json":
        from kb.running import as_line

        sentence = as_line(sentence)
    click.echo(harmless(sentence), err=True)


def _as_json(value: object) -> str:
    import json

    from kb.terminal import harmless_json

    return harmless_json(json.dumps(value, ensure_ascii=False))


def _code_of(error: Exception) -> int:
    """The exit code of what the library could not do."""
    from kb.errors import LibraryBusy, NotUnderstood

    return TRY_LATER if isinstance(error, LibraryBusy) else USAGE if isinstance(error, NotUnderstood) else FAILED


def _in_words(command: Callable[..., None]) -> Callable[..., None]:
    """What the rooms raise becomes a sentence on stderr and the contract's exit code."""

    @wraps(command)
    def told(*args: Any, **options: Any) -> None:
        import sqlite3

        from kb.errors import LibraryError

        log = options.get("log")
        try:
            command(*args, **options)
        except KeyboardInterrupt:
            _say("counterclaim: broken off. What was stored is kept; run it again to go on.", log)
            sys.exit(FAILED)
        except LibraryError as error:
            _say(f"counterclaim: {error}", log)
            sys.exit(_code_of(error))
        except sqlite3.DatabaseError as error:
            older = "no such table" in str(error) or "no such column" in str(error)
            do = (
                "It was written by an earlier version; bring it up to date with: counterclaim reread"
                if older
                else "Look at it with: counterclaim doctor"
            )
            _say(f"counterclaim: the library cannot be read: {error}. {do} --db PATH", log)
            sys.exit(FAILED)
        except BrokenPipeError:
            # The reader went away, as `head` does; what Python would still flush goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(DONE)

    # click leaves the lines behind this mark as they are; in a raw docstring it stands as two characters.
    told.__doc__ = (command.__doc__ or "").replace("\\b\n", "\b\n")
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
    from kb.terminal import harmless_json
    from nlp.pipeline import build

    left_out = done = 0
    for item in read_each(read_paths(paths), build()):
        if isinstance(item, Exception):
            _say(f"Left out: {item}")
            left_out += 1
            continue
        for sentence in item.left_out:
            _say(f"Left out: {item.document.id}: {sentence}")
            left_out += 1
        _print(harmless_json(extraction_line(item)) if as_json else extraction_summary(item))
        done += 1
    sys.exit(_code(done, left_out))


def _library() -> Path:
    """The library of the configuration, where there is one in reach; a question waits for nothing else."""
    if Path("counterclaim.toml").exists() or os.environ.get("COUNTERCLAIM_CONFIG"):
        return Path(_settings(None).database)
    return Path("counterclaim.db")


def _with_progress(items: Iterable[Any], log: str | None) -> Iterator[Any]:
    """The items, with a counter on a terminal; a pipe and a log get none."""
    shown = log is None and on_a_terminal(sys.stderr)
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
@click.argument("given", nargs=-1, required=True, metavar="PATH_OR_ID...")
@_database
@_config
@click.option("--full-text", is_flag=True, help="Also fetch the open-access full text where there is one.")
@_log
@_in_words
def add(given: tuple[str, ...], database: Path | None, config: Path | None, full_text: bool, log: str | None) -> None:
    r"""Read documents and store them with what they assert.

    A PATH_OR_ID is a file, a folder, - for JSON lines on standard input, or a DOI, PMID, PMCID or NCT number, or the address of its page, which is fetched.
    What is there already and unchanged is not written again; what cannot be read is named, and the rest is stored.

    \b
    Example:
      counterclaim add examples/library paper.nbib --db ms.db
      counterclaim add 10.1161/STROKEAHA.121.034505 37834955 NCT04749667 PMC10573670
    """
    from crawler.reading import read_paths
    from crawler.record import named
    from kb.adding import add_each

    names = [g for g in given if g != "-" and not Path(g).exists() and named(g)]
    paths = [g for g in given if g not in names]
    settings = _settings(config, log=log)
    library = database or settings.database
    code = DONE
    if paths:
        said = add_each(library, _with_progress(read_paths(paths), log), paths, report=lambda s: _say(s, log))
        held = f"the library is {library}" if sum(said.values()) > said["left_out"] else "nothing was stored"
        click.echo(
            f"{said['added']} added, {said['replaced']} replaced, {said['unchanged']} unchanged, {said['left_out']} left out; {held}."
        )
        code = _code(said["added"] + said["replaced"] + said["unchanged"], said["left_out"])
    if names:
        fetched = _end_of(_refresh(settings, library, log).named(names, full_text), library)
        code = fetched if not paths or code == fetched else PARTIAL
    sys.exit(code)


def _settings(config: Path | None, needed: bool = False, log: str | None = None) -> Any:
    from crawler.errors import BadSettings
    from crawler.settings import load

    try:
        return load(config, needed)
    except BadSettings as error:
        _say(f"counterclaim: {error}", log)
        sys.exit(USAGE)


def _refresh(settings: Any, database: Path, log: str | None) -> Any:
    """A run that asks services, with its progress on a terminal and JSON lines elsewhere."""
    from importlib.metadata import version

    from crawler.settings import open_door
    from kb.refreshing import Refresh
    from kb.running import progress_for, start_log
    from nlp.pipeline import build

    if not settings.contact:
        _say("No contact address is configured, so services cannot write to you before they block: counterclaim init", log)
    door = open_door(settings, version("counterclaim"))
    start_log(log, door.secrets)
    return Refresh(settings, database, door, build, lambda s: _say(s, log), progress_for(log))


def _end_of(summary: Any, database: Path) -> int:
    """Say how a run went."""
    turned = f", {summary.turned} verdict{'s' if summary.turned > 1 else ''} turned" if summary.turned else ""
    _print(
        f"Run {summary.run}: {summary.new} new, {summary.revised} revised, {summary.deleted} deleted, {summary.retracted} retracted, "
        f"{len(summary.left_out)} left out{turned}; the library is {database}."
    )
    return int(summary.exit_code)


@main.command()
@click.argument("terms", nargs=-1, required=True)
@_database
@_config
@click.option(
    "--source",
    "sources",
    multiple=True,
    default=("pubmed",),
    show_default=True,
    type=click.Choice(["pubmed", "europepmc", "clinicaltrials"]),
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what entered the source on or after this day.")
@click.option("--limit", type=click.IntRange(1), help="At most so many records, the newest.")
@click.option("--dry-run", is_flag=True, help="Only count what matches.")
@_log
@_in_words
def search(
    terms: tuple[str, ...],
    database: Path | None,
    config: Path | None,
    sources: tuple[str, ...],
    since: Any,
    limit: int | None,
    dry_run: bool,
    log: str | None,
) -> None:
    r"""Search once, and store what is found with what it asserts.

    \b
    Example:
      counterclaim search "mesenchymal stem cells AND multiple sclerosis" --since 2020-01-01 --limit 50
      counterclaim search "exosomes AND stroke" --dry-run
    """
    from crawler.settings import SavedSearch

    if not " ".join(terms).strip():
        raise click.UsageError("A search needs words.")
    settings = _settings(config, log=log)
    library = database or settings.database
    saved = SavedSearch("", " ".join(terms), sources, since.date() if since else None)
    run = _refresh(settings, library, log)
    if dry_run:
        sys.exit(_would(run, [saved], log, limit))
    summary = run.once(saved, limit)
    sys.exit(_end_of(summary, library))


def _would(run: Any, searches: Iterable[Any], log: str | None, limit: int | None = None) -> int:
    """Print what a run would ask for, source by source; one that fails costs no other."""
    from dataclasses import replace

    from crawler.errors import ServiceError
    from kb.harvesting import Outcome
    from kb.refreshing import exit_code

    outcome = Outcome()
    for saved in (replace(search, sources=(source,)) for search in searches for source in search.sources):
        outcome.parts += 1
        try:
            for source, found, missing in run.would(saved, limit):
                _print(f"{saved.name or saved.query}\t{source}\t{found} match\t{missing} are not here")
        except ServiceError as error:
            _say(f"Left out: {error}", log)
            outcome.refused.append(error)
            outcome.left_out.append(str(error))
    return exit_code(outcome)


def _check_domains(searches: Iterable[Any], log: str | None) -> None:
    from nlp.domain import BadPack, packs_named

    try:
        packs_named([name for search in searches for name in search.domains])
    except BadPack as error:
        _say(f"counterclaim: {error}", log)
        sys.exit(USAGE)


@main.command()
@_database
@_config
@click.option("--only", multiple=True, metavar="NAME", help="Only this saved search (may be given several times).")
@click.option("--dry-run", is_flag=True, help="Only count what matches and is not here.")
@click.option("--full", is_flag=True, help="List everything again and look at every record again.")
@_log
@_in_words
def refresh(database: Path | None, config: Path | None, only: tuple[str, ...], dry_run: bool, full: bool, log: str | None) -> None:
    r"""Ask every saved search of counterclaim.toml again: what is new, revised, deleted, retracted.

    \b
    Example:
      counterclaim refresh
      counterclaim refresh --config ms.toml --only msc-ms --log json
    """
    import sqlite3

    from kb.errors import LibraryError
    from kb.telling import Summary, tell

    settings = _settings(config, needed=True, log=log)
    library = database or settings.database
    names = [s.name for s in settings.searches]
    for name in only:
        if name not in names:
            raise click.BadParameter(
                f"there is no saved search '{name}'; there are {', '.join(names) or 'none'}.", param_hint="--only"
            )
    searches = [s for s in settings.searches if not only or s.name in only]
    _check_domains(searches, log)
    if not searches:
        raise click.UsageError(f"{settings.path} has no saved search. Add one as [searches.NAME] with a query.")
    run = _refresh(settings, library, log)
    if dry_run:
        sys.exit(_would(run, searches, log))
    try:
        summary = run.saved(searches, full)
    except (LibraryError, sqlite3.DatabaseError) as error:
        # Whoever is told of failures is told of a library that is busy, broken or on a full disk.
        failed = Summary(None, _code_of(error), left_out=(str(error),))
        tell(settings.told, failed, run.door, lambda s: _say(s, log))
        raise
    code = _end_of(summary, library)
    tell(settings.told, summary, run.door, lambda s: _say(s, log))
    sys.exit(code)


@main.command()
@_database
@_config
@_in_words
def reread(database: Path | None, config: Path | None) -> None:
    r"""Read every stored answer of the services again, offline: after an update, or when a pack has new words.

    \b
    Example:
      counterclaim reread --db ms.db
    """
    from kb.errors import NoLibrary

    settings = _settings(config)
    library = database or settings.database
    if not library.exists():
        raise NoLibrary(library)
    sys.exit(_end_of(_refresh(settings, library, None).again(), library))


@main.command()
@_database
@_config
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="So many runs, the latest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row.")
@_in_words
def runs(database: Path | None, config: Path | None, limit: int, as_json: bool) -> None:
    r"""The ledger: what every run asked for, got, skipped and failed at, source by source.

    \b
    Example:
      counterclaim runs --limit 5
    """
    from kb.changes import COLUMNS
    from kb.changes import runs as run_rows
    from kb.connection import for_reading

    db = for_reading(database or _settings(config).database)
    _show_rows(run_rows(db, limit), COLUMNS, as_json)


@main.command()
@_database
@_config
@click.option(
    "--since",
    type=click.IntRange(0),
    metavar="RUN",
    help="What changed after this run (by default: in the last one, and in those before it that were broken off).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a change.")
@_in_words
def changes(database: Path | None, config: Path | None, since: int | None, as_json: bool) -> None:
    r"""What changed: verdicts that turned, retractions, deletions, claims that came and went, new and revised papers.

    \b
    Example:
      counterclaim changes
      counterclaim changes --since 12 --json
    """
    from dataclasses import asdict

    from kb.changes import changes as changed
    from kb.changes import last_told
    from kb.connection import for_reading

    db = for_reading(database or _settings(config).database)
    found = [asdict(c) for c in changed(db, last_told(db) if since is None else since)]
    _show_rows(found, ("run", "kind", "document", "what", "before", "after"), as_json)


def _show_rows(rows: Iterable[dict[str, Any]], columns: Iterable[str], as_json: bool) -> None:
    """A table on a terminal, tab-separated rows in a pipe, JSON lines where asked."""
    names = list(columns)
    if as_json:
        for row in rows:
            _print(_as_json(row))
    elif on_a_terminal(sys.stdout):
        from tabulate import tabulate

        table = [[row[n] for n in names] for row in rows]
        _print(tabulate(table, headers=names) if table else "Nothing.")
    else:
        _print("\n".join("\t".join(_cell(v) for v in line) for line in [names, *([row[n] for n in names] for row in rows)]))


@main.command()
@click.argument("path", default="counterclaim.toml", type=click.Path(path_type=Path))
@_in_words
def init(path: Path) -> None:
    r"""Write a configuration with comments, to be filled in.

    \b
    Example:
      counterclaim init
    """
    from crawler.settings_template import TEMPLATE

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except FileExistsError:
        _say(f"counterclaim: {path} is there already, and was left as it is.")
        sys.exit(USAGE)
    except OSError as error:
        _say(f"counterclaim: {path} cannot be written: {error.strerror}.")
        sys.exit(FAILED)
    click.echo(f"{path} is written. Fill in contact, name your searches, then: counterclaim refresh --dry-run")


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
    question: tuple[str, ...], database: Path | None, as_json: bool, as_csv: bool, as_lines: bool, fmt: str | None, as_text: bool
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

    db = for_reading(database or _library())
    found = answer(db, understand(db, " ".join(question)))
    click.echo(_shown(found, as_json, as_csv, as_lines, fmt, as_text or on_a_terminal(sys.stdout)))


def _shown(found: Any, as_json: bool, as_csv: bool, as_lines: bool, fmt: str | None, as_text: bool) -> str:
    from kb.answer_json import COLUMNS, as_contract, rows
    from kb.terminal import harmless_in

    if as_json or as_lines:
        return _as_json(as_contract(found)) if as_json else "\n".join(map(_as_json, rows(found)))
    # Colours are the only controls that a terminal gets, and they are our own.
    found = harmless_in(found)
    if as_csv:
        return _separated(rows(found), COLUMNS)
    if fmt:
        return _tabulated(rows(found), fmt)
    if as_text:
        import shutil

        from kb.answer_text import text

        terminal = on_a_terminal(sys.stdout)
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
def verify(database: Path | None) -> None:
    r"""Read every stored quote and number again in the stored text, and posted results in the registry's stored answer.

    What cannot be looked at, since its answer is not kept or a newer one waits to be read, is named (exit code 3).

    \b
    Example:
      counterclaim verify --db ms.db
    """
    from kb.connection import for_reading
    from kb.verification import counted, findings

    db = for_reading(database or _library())
    found = []
    for finding in findings(db):
        _print(finding.sentence)
        found.append(finding.wrong)
    quotes, numbers = counted(db)
    wrong = sum(found)
    unseen = f" {len(found) - wrong} not looked at." if wrong < len(found) else ""
    click.echo(f"{quotes} quotes and {numbers} printed numbers read again; {wrong or 'none'} wrong.{unseen}")
    sys.exit(FAILED if wrong else PARTIAL if found else DONE)


@main.command()
@_database
@_in_words
def doctor(database: Path | None) -> None:
    r"""Say which versions run, which optional models are found, whether the library is sound, and how far its searches are.

    Each line begins with ok, with BAD (the exit code is 1), or with look: nothing is unsound, and something waits or failed.

    \b
    Example:
      counterclaim doctor --db ms.db
    """
    from kb.health import report

    well = True
    for good, sentence in report(database or _library()):
        _print(f"{'look' if good is None else 'ok' if good else 'BAD':<5}{sentence}")
        well = well and good is not False
    sys.exit(DONE if well else FAILED)


@main.command()
@click.option(
    "--sets", type=click.Path(path_type=Path), help="The folder with gold/ and corpora/ (by default `shared` beside this checkout)."
)
@click.option("--out", type=click.Path(path_type=Path), help="Where to write (by default docs/scorecard.md of this checkout).")
@_in_words
def bench(sets: Path | None, out: Path | None) -> None:
    r"""Measure how well abstracts are read, on every annotated set that is at hand; print and write the scorecard.

    \b
    Examples:
      counterclaim bench
      counterclaim bench --sets ~/sets --out scorecard.md
    """
    root = Path(__file__).resolve().parent
    if not (root / "benchmarks" / "scorecard.py").exists():
        raise click.UsageError(
            "The benchmarks are part of the source checkout and not of an installed program; run this from a checkout."
        )
    from benchmarks.scorecard import write

    folder, target = sets or root.parent / "shared", out or root / "docs" / "scorecard.md"
    if not folder.is_dir():
        raise click.UsageError(f"{folder} is no folder; name the one with the annotated sets by --sets.")
    if not target.parent.is_dir():
        raise click.UsageError(f"{target.parent} is no folder, so {target.name} cannot be written there.")
    _print(write(folder, target))


if __name__ == "__main__":
    main()
