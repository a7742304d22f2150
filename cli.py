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


def _corrections(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say a part of the question anew, in words of the packs; `any` takes a part out."""
    for name, what in (
        ("at", "time"), ("donor", "donor"), ("source", "tissue source"), ("route", "route"), ("outcome", "outcome"), ("condition", "condition"),
        ("comparator", "comparator"), ("intervention", "intervention"),
    ):  # fmt: skip
        command = click.option(
            f"--{name}", metavar="WORDS", help=f"The {what}, in the place of what was understood; any: no such restriction."
        )(command)
    return command


def _restrictions(command: Callable[..., None]) -> Callable[..., None]:
    """Options that restrict an answer."""
    for option in (
        click.option("--document", metavar="ID", help="Only what this document claims."),
        click.option("--significant/--not-significant", default=None, help="Only results that are, or are not, significant."),
        click.option("--level", type=click.Choice(["trial", "pooled"]), help="Only trials, or only pooled results."),
        click.option("--min-n", "smallest", type=click.IntRange(1), help="Only studies of at least so many people."),
        click.option("--until-year", type=int, help="Only documents of this year or before."),
        click.option("--since-year", type=int, help="Only documents of this year or after."),
        click.option("--design", help="Only designs with these words in their name: randomised, single-arm …"),
    ):
        command = option(command)
    return command


def _understood(db: Any, question: tuple[str, ...], options: dict[str, Any]) -> Any:
    """The question with its corrections."""
    from kb.correcting import corrected
    from kb.question import understand

    return corrected(db, understand(db, " ".join(question)), options)


_PARTS = ("intervention", "comparator", "condition", "outcome", "route", "source", "donor", "at")
_FILTERS = ("design", "since_year", "until_year", "smallest", "level", "significant", "document")


@main.command()
@click.argument("question", nargs=-1, required=True)
@_database
@_corrections
@_restrictions
@click.option("--as-of", type=click.IntRange(1), metavar="RUN", help="The answer as it was when this run had ended.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (the contract's).")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated rows, one a claim.")
@click.option("--nl", "as_lines", is_flag=True, help="One JSON object a claim, one a line.")
@click.option("--fmt", help="A table in one of tabulate's formats: github, simple, html, latex …")
@click.option("--text", "as_text", is_flag=True, help="The readable answer, also into a pipe.")
@_in_words
def query(
    question: tuple[str, ...],
    database: Path | None,
    as_of: int | None,
    as_json: bool,
    as_csv: bool,
    as_lines: bool,
    fmt: str | None,
    as_text: bool,
    **options: Any,
) -> None:
    r"""Who says yes, who says no: the claims that answer a question, by outcome.

    A terminal gets the readable answer, a pipe gets tab-separated rows. What was understood is printed; an option says a part of it anew.

    \b
    Example:
      counterclaim query "intrathecal MSC vs placebo" --db ms.db
      counterclaim query "MSC for NIHSS in stroke" --csv > rows.csv
      counterclaim query "IV vs IT MSC" --outcome EDSS --at "12 months" --design randomised --min-n 20
    """
    from kb.answer import answer
    from kb.connection import for_reading
    from kb.filters import Filters

    db = for_reading(database or _library())
    asked = _understood(db, question, {name: options[name] for name in _PARTS})
    found = answer(db, asked, Filters(**{name: options[name] for name in _FILTERS}), as_of)
    click.echo(_shown(found, as_json, as_csv, as_lines, fmt, as_text or on_a_terminal(sys.stdout)))


def _shown(found: Any, as_json: bool, as_csv: bool, as_lines: bool, fmt: str | None, as_text: bool) -> str:
    from kb.answer_json import COLUMNS, as_contract, rows
    from kb.terminal import harmless_in

    if as_json or as_lines:
        return _as_json(as_contract(found)) if as_json else "\n".join(map(_as_json, rows(found)))
    # Colours are the only controls that a terminal gets, and they are our own.
    if as_text and not as_csv and not fmt:
        import shutil

        from kb.answer_text import text

        terminal = on_a_terminal(sys.stdout)
        return text(harmless_in(found), width=shutil.get_terminal_size().columns if terminal else 100, colour=terminal)
    flat = harmless_in(rows(found))
    if as_csv:
        return _separated(flat, COLUMNS)
    if fmt:
        return _tabulated(flat, fmt)
    return "\n".join("\t".join(_cell(v) for v in line) for line in [COLUMNS, *([r[c] for c in COLUMNS] for r in flat)])


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
@click.argument("question", nargs=-1, required=True)
@click.option("--exclude", metavar="DOC", help="Leave this document out of the question's answer.")
@click.option("--include", metavar="DOC", help="Take a document back in.")
@click.option("--why", help="The reason; needed with --exclude.")
@_database
@_corrections
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the counts of a PRISMA flow diagram.")
@_in_words
def screen(
    question: tuple[str, ...],
    exclude: str | None,
    include: str | None,
    why: str | None,
    database: Path | None,
    as_json: bool,
    **options: Any,
) -> None:
    r"""Keep decisions about which documents answer a question, and count them as a PRISMA flow diagram does.

    Decisions belong to what the question means: they hold for other wordings of it, and survive refreshes.

    \b
    Example:
      counterclaim screen "intrathecal MSC vs placebo" --exclude pmid:37834955 --why "crossover, no washout"
      counterclaim screen "intrathecal MSC vs placebo"
    """
    from kb.answer import answer
    from kb.connection import for_reading
    from kb.screening import decide, document_named, prisma

    if (exclude and include) or (exclude and not why):
        raise click.UsageError("Give --exclude with --why, or --include, and not both.")
    if chosen := exclude or include:
        with _writing(database, "screen", (*question, chosen, why or "")) as library:
            asked = _understood(library.db, question, options)
            with library.transaction() as db:
                decide(db, library.run, asked, document_named(db, chosen), "exclude" if exclude else "include", why or "")
            library.close_run(DONE)
    reading = for_reading(database or _library())
    found = answer(reading, _understood(reading, question, options))
    counts = prisma(reading, found)
    if as_json:
        click.echo(_as_json(counts))
    else:
        _print(f"Understood as: {found.question.in_words()}")
        _show_rows([{"step": k.replace("_", " "), "count": _flat(v)} for k, v in counts.items()], ("step", "count"), as_json=False)


def _flat(value: object) -> str:
    return "; ".join(f"{k}: {n}" for k, n in value.items()) or "0" if isinstance(value, dict) else str(value)


@main.command()
@_database
@click.option("--condition", help="Only in this condition, or kinds of it.")
@click.option("--outcome", help="Only on this outcome, or kinds of it.")
@click.option("--intervention", help="Only about this intervention, or kinds of it.")
@click.option("--since", type=click.IntRange(0), metavar="RUN", help="Only those with a document that was read after this run.")
@click.option("--reports", "of_reports", is_flag=True, help="Reports of one study that tell one result differently, instead.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array (the contract's).")
@_in_words
def disputes(
    database: Path | None,
    condition: str | None,
    outcome: str | None,
    intervention: str | None,
    since: int | None,
    of_reports: bool,
    as_json: bool,
) -> None:
    r"""Claims that cannot both be the last word, heaviest first: what the papers conclude, and whether their numbers differ.

    \b
    Example:
      counterclaim disputes --condition stroke
      counterclaim disputes --outcome mRS --json
    """
    from kb import dispute_list
    from kb.connection import for_reading

    db = for_reading(database or _library())
    found = [] if of_reports else dispute_list.listed(db, dispute_list.Asked(condition, outcome, intervention, since))
    rows = dispute_list.reports(db) if of_reports else [dispute_list.row(d) for d in found]
    if as_json:
        click.echo(_as_json(rows if of_reports else [d.as_json() for d in found]))
    else:
        _show_rows(rows, dispute_list.REPORT_COLUMNS if of_reports else dispute_list.COLUMNS, as_json=False)


@main.command()
@click.argument("name", required=False)
@_database
@click.option("--several", is_flag=True, help="Only studies that several documents tell of.")
@click.option("--doubtful", is_flag=True, help="The review queue instead: documents that look like one study and share no name.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row.")
@_in_words
def studies(name: str | None, database: Path | None, several: bool, doubtful: bool, as_json: bool) -> None:
    r"""Which documents tell of which study, which of them speaks for it, and by what they were joined.

    NAME is a registration number, or the id of a document.

    \b
    Example:
      counterclaim studies --several
      counterclaim studies NCT04749667
      counterclaim studies --doubtful
    """
    from kb import merging
    from kb.connection import for_reading

    db = for_reading(database or _library())
    rows = merging.doubts(db) if doubtful else merging.studies(db, name, several)
    _show_rows(rows, merging.DOUBT_COLUMNS if doubtful else merging.COLUMNS, as_json)


@main.command()
@click.argument("document")
@click.argument("other", required=False)
@click.option("--why", required=True, help="The reason, kept with the decision.")
@click.option("--distinct", is_flag=True, help="They are two studies: take them out of the review queue.")
@click.option("--apart", is_flag=True, help="DOCUMENT belongs to none of those that its names join it to.")
@_database
@_in_words
def merge(document: str, other: str | None, why: str, distinct: bool, apart: bool, database: Path | None) -> None:
    r"""Decide that two documents tell of one study, or that they do not. Nothing is joined by likeness alone.

    \b
    Example:
      counterclaim merge pmid:37834955 conference-page --why "same trial, read both"
      counterclaim merge pmid:1 pmid:2 --distinct --why "other patients"
      counterclaim merge pmid:3 --apart --why "bears another trial's number"
    """
    from kb.merging import Decision, decide
    from kb.screening import document_named

    if (other is None) is not apart:
        raise click.UsageError("Name two documents, or one with --apart.")
    with _writing(database, "merge", (document, other or "", why)) as library:
        with library.transaction() as db:
            one, two = document_named(db, document), document_named(db, other) if other else None
            decide(db, library.run, Decision(one, two, "apart" if apart else "other" if distinct else "same", why))
        library.close_run(DONE)
    click.echo("Kept. See: counterclaim studies --several. Undo it with: counterclaim unmerge")


@main.command()
@click.argument("document")
@click.argument("other", required=False)
@_database
@_in_words
def unmerge(document: str, other: str | None, database: Path | None) -> None:
    r"""Take a decision of `merge` back; the library is then as it was before.

    \b
    Example:
      counterclaim unmerge pmid:37834955 conference-page
    """
    from kb.merging import undo
    from kb.screening import document_named

    with _writing(database, "unmerge", (document, other or "")) as library:
        with library.transaction() as db:
            undo(db, document_named(db, document), document_named(db, other) if other else None)
        library.close_run(DONE)
    click.echo("Taken back.")


def _writing(database: Path | None, command: str, arguments: Iterable[str]) -> Any:
    """A library that is there, open for a run that changes it."""
    from kb.errors import NoLibrary
    from kb.health import versions
    from kb.store import Library

    path = database or _library()
    if not path.exists():
        raise NoLibrary(path)
    return Library(path, command, arguments, versions())


@main.command()
@_database
@click.option("--to", "form", type=click.Choice(["graphml", "json"]), default="json", show_default=True, help="The format.")
@click.option("--around", metavar="NODE", help="Only what lies around this node.")
@click.option("--steps", type=click.IntRange(1), default=2, show_default=True, help="How far around.")
@click.option("--path", "ends", nargs=2, metavar="NODE NODE", help="Only the shortest way between two nodes.")
@_in_words
def graph(database: Path | None, form: str, around: str | None, steps: int, ends: tuple[str, str] | None) -> None:
    r"""The library as a graph of concepts, studies, documents, arms, outcomes, effects and claims.

    A NODE is an id (claim:12), a document's id, a study's name or a concept's label.

    \b
    Example:
      counterclaim graph --to graphml > library.graphml
      counterclaim graph --around NCT04749667 --steps 2
      counterclaim graph --path NCT04749667 "mesenchymal stem cells"
    """
    from kb import graph as graphs
    from kb.connection import for_reading

    db = for_reading(database or _library())
    made = graphs.graph(db)
    if around:
        made = graphs.around(made, graphs.node_named(db, around), steps)
    if ends:
        made = graphs.path(made, graphs.node_named(db, ends[0]), graphs.node_named(db, ends[1]))
    _print(graphs.as_json(made) if form == "json" else "\n".join(graphs.as_graphml(made)))


@main.command()
@_database
@_in_words
def rebuild(database: Path | None) -> None:
    r"""Work out everything that follows from the documents anew: studies, what competes, disputes, verdicts. Says whether it came out the same.

    \b
    Example:
      counterclaim rebuild --db ms.db
    """
    from kb.fingerprint import derived
    from kb.upkeep import all_anew

    with _writing(database, "rebuild", ()) as library:
        before = derived(library.db)
        with library.transaction() as db:
            all_anew(db, library.run)
        library.close_run(DONE)
        after = derived(library.db)
    click.echo(f"{'The same as before' if before == after else 'Something was behind, and is now up to date'}: {after}")


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


_MEASURES = ("MD", "SMD", "RR", "OR", "RD", "HR", "IRR")
_MODELS = ("FE", "DL", "REML", "HKSJ", "HKSJ-adhoc")
_BY = ("route", "source", "donor", "comparator", "design", "dose", "condition", "year", "time")
_SEVERAL = ("refuse", "latest", "earliest", "combine", "split")
_measure = click.option(
    "--measure", type=click.Choice(_MEASURES, case_sensitive=False), help="Where rows are of several measures: which."
)
_outcome = click.option("--outcome", help="Where the answer has several outcomes: which.")
_timepoint = click.option("--timepoint", metavar="TIME", help="Only results at about this time, as: 12 months.")
_model = click.option("--model", type=click.Choice(_MODELS, case_sensitive=False), default="HKSJ-adhoc", show_default=True,
                      help="As metafor names them; HKSJ is REML with Knapp and Hartung's test, adhoc never narrower than the normal one.")  # fmt: skip
_reviewed = click.option("--reviewed", is_flag=True, help="Pool only rows that a person accepted in review.")
_several = click.option(
    "--several", type=click.Choice(_SEVERAL), default="refuse", show_default=True, help="What to do with several rows of one study."
)


def _asked(database: Path | None, question: tuple[str, ...], timepoint: str | None) -> tuple[Any, Any]:
    """The library and its answer."""
    from kb.answer import answer
    from kb.connection import for_reading
    from kb.question import understand

    db = for_reading(database or _library())
    understood = understand(db, " ".join((*question, f"at {timepoint}" if timepoint else "")).strip())
    if timepoint and understood.timepoint_days is None:
        raise click.BadParameter(f"'{timepoint}' is no time; write it as: 12 months.", param_hint="--timepoint")
    return db, answer(db, understood)


@main.command()
@click.argument("question", nargs=-1, required=True)
@_database
@_outcome
@_measure
@_timepoint
@_model
@_several
@_reviewed
@click.option(
    "--by",
    type=click.Choice(_BY),
    help="Subgroups, and a test whether they differ.",
)
@click.option("--level", type=click.FloatRange(50, 99.99), default=95.0, show_default=True, help="Of the intervals, in per cent.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--text", "as_text", is_flag=True, help="The readable result, also into a pipe.")
@_in_words
def pool(
    question: tuple[str, ...], database: Path | None, outcome: str | None, measure: str | None, timepoint: str | None, model: str, several: str,
    reviewed: bool, by: str | None, level: float, as_json: bool, as_text: bool,
) -> None:  # fmt: skip
    r"""One estimate of what the trials of an answer found, and what of those that gave no number.

    Pools one outcome on one measure, each study once. Results that others pooled stand beside. A terminal gets the readable result, a pipe tab-separated rows.

    \b
    Example:
      counterclaim pool "MSC vs placebo in stroke" --outcome NIHSS --measure MD --several latest --by route
    """
    import shutil

    from kb.pool_text import COLUMNS, flat, outcome_of, text
    from kb.pool_text import as_json as pooled_json
    from kb.pooling import Model
    from kb.reviewing import reviewed_rows
    from kb.synthesis import Choice, Several, synthesise

    db, found = _asked(database, question, timepoint)
    choice = Choice(measure, Model(model), level, Several(several), by)
    made = synthesise(reviewed_rows(db, outcome_of(found, outcome), only=reviewed), choice)
    if as_json:
        _print(_as_json({"question": found.question.as_json()} | pooled_json(made)))
    elif as_text or sys.stdout.isatty():
        _print(text(made, width=shutil.get_terminal_size().columns if sys.stdout.isatty() else 100))
    else:
        _show_rows(flat(made), COLUMNS, False)


@main.command()
@click.argument("question", nargs=-1, required=True)
@_database
@click.option(
    "--to",
    "targets",
    multiple=True,
    required=True,
    metavar="PROGRAM",
    help="csv, metafor, pymare, prisma, ris, findings, json, parquet (may be given several times).",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write; it must not be there yet.")
@_outcome
@_measure
@_timepoint
@_model
@_several
@_reviewed
@_in_words
def export(
    question: tuple[str, ...], database: Path | None, targets: tuple[str, ...], out: Path, outcome: str | None, measure: str | None,
    timepoint: str | None, model: str, several: str, reviewed: bool,
) -> None:  # fmt: skip
    r"""Write an answer as a folder that other programs take as it is: data, the script that pools them, and what was asked.

    Every row is written; one that is not pooled says why (exit code 3 where a whole outcome cannot be).

    \b
    Example:
      counterclaim export "MSC vs placebo in stroke" --to metafor --to pymare --several latest --out stroke
      (cd stroke && Rscript run_metafor.R)
    """
    from kb.exports import EXPORTERS
    from kb.exports.package import described, package, write_folder
    from kb.pooling import Model
    from kb.synthesis import Choice, Several

    for name in targets:
        if name not in EXPORTERS:
            raise click.BadParameter(f"there is no export to '{name}'; there are {', '.join(EXPORTERS)}.", param_hint="--to")
    db, found = _asked(database, question, timepoint)
    made = package(db, found, Choice(measure, Model(model), several=Several(several)), outcome, reviewed=reviewed)
    files: dict[str, bytes] = {}
    for name in targets:
        files |= EXPORTERS[name](made)
    write_folder(out, files, described(made, files))
    for sentence in made.left_out:
        _say(f"Not pooled: {sentence}")
    _print(f"{out} holds {', '.join(sorted([*files, 'datapackage.json']))}.")
    sys.exit(PARTIAL if made.left_out else DONE)


@main.command()
@click.argument("question", nargs=-1, required=True)
@_database
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The picture: a name ending in .svg, .png or .pdf.",
)
@click.option(
    "--sides", is_flag=True, help="Every study in the column of the side that it concludes for, with a number or without."
)
@click.option("--small-studies", is_flag=True, help="Estimates over their standard errors (a funnel plot) in place of the forest.")
@_outcome
@_measure
@_timepoint
@_model
@_several
@_reviewed
@click.option("--by", type=click.Choice(_BY), help="Subgroups.")
@_in_words
def forest(
    question: tuple[str, ...], database: Path | None, out: Path, sides: bool, small_studies: bool, outcome: str | None, measure: str | None,
    timepoint: str | None, model: str, several: str, reviewed: bool, by: str | None,
) -> None:  # fmt: skip
    r"""Draw the estimate of `pool` as a forest plot in Cochrane's manner.

    \b
    Example:
      counterclaim forest "MSC vs placebo in stroke" --outcome NIHSS --measure MD --by route --out nihss.svg
      counterclaim forest "MSC vs placebo in stroke" --outcome NIHSS --sides --out sides.svg
    """
    from kb.drawing import as_bytes
    from kb.exports.package import write_file
    from kb.pool_text import outcome_of
    from kb.pooling import Model
    from kb.reviewing import reviewed_rows
    from kb.synthesis import Choice, Several

    db, found = _asked(database, question, timepoint)
    of = outcome_of(found, outcome)
    if sides:
        from kb.sides_plot import sides as sides_of

        drawing = sides_of(of)
    else:
        from kb import forest as plots
        from kb.synthesis import synthesise

        made = synthesise(reviewed_rows(db, of, only=reviewed), Choice(measure, Model(model), several=Several(several), by=by))
        drawing = plots.funnel(made) if small_studies else plots.forest(made)
    write_file(out, as_bytes(drawing, out.suffix.removeprefix(".").lower()))
    _print(f"{out} is drawn: {drawing.told}.")


@main.command()
@click.argument("question", nargs=-1)
@_database
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows of the answer as a sheet to be filled in."
)
@click.option(
    "--in", "filled", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Take a sheet that was filled in."
)
@click.option("--reviewer", help="Who signs the lines without a name in the column reviewer.")
@_outcome
@_timepoint
@_in_words
def review(
    question: tuple[str, ...],
    database: Path | None,
    out: Path | None,
    filled: Path | None,
    reviewer: str | None,
    outcome: str | None,
    timepoint: str | None,
) -> None:
    r"""Look at every number before it is pooled: write a sheet, fill it in with any spreadsheet, take it back.

    In the column verdict stands accept, reject, correct (with new_est, new_lb, new_ub), or, in a line of your own, add: a number from the full text, with its
    page. Decisions are kept with who, when and why, and survive the next reading of the paper.

    \b
    Example:
      counterclaim review "MSC vs placebo in stroke" --outcome NIHSS --out nihss.csv
      counterclaim review --in nihss.csv --reviewer "A. Reader"
      counterclaim pool "MSC vs placebo in stroke" --outcome NIHSS --reviewed
    """
    from kb.exports.package import write_file
    from kb.pool_text import outcome_of
    from kb.review_sheet import read, sheet
    from kb.reviewing import reviewed_rows, store

    if (out is None) == (filled is None) or bool(question) != (out is not None):
        raise click.UsageError("Give a question with --out SHEET, or --in SHEET alone.")
    if filled is not None:
        count = store(database or _library(), read(_sheet_text(filled), reviewer), filled.name)
        _print(f"{count} decisions are stored.")
        return
    db, found = _asked(database, question, timepoint)
    outcomes = found.outcomes if outcome is None and found.outcomes else [outcome_of(found, outcome)]
    rows = [row for o in outcomes for row in reviewed_rows(db, o)]
    if out is not None:
        if out.exists():
            raise click.UsageError(f"{out} is there already, and may hold decisions; name another file.")
        write_file(out, sheet(rows).encode())
        _print(f"{out} holds {len(rows)} rows. Fill in the column verdict, then: counterclaim review --in {out} --reviewer NAME")


def _sheet_text(path: Path) -> str:
    from kb.review_sheet import BadSheet

    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSheet(f"{path} is not saved as UTF-8. Save it as CSV UTF-8; nothing was stored.") from error


if __name__ == "__main__":
    main()
