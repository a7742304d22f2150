"""Commands that bring papers in: files and identifiers, searches, refreshes, and what the runs did. Heavy libraries are imported inside the command that needs them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from commands.console import (
    DONE,
    FAILED,
    PARTIAL,
    USAGE,
    _code_of,
    code_for,
    config_option,
    database_option,
    in_words,
    log_option,
    reader_for,
    say,
    settings_for,
    show,
    show_rows,
    tagger_option,
    with_progress,
)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a document.")
@click.option(
    "--mentions",
    type=click.Choice(["auto", "every", "trial"]),
    default="auto",
    show_default=True,
    help="What the tagger prints: every mention of people, treatments and outcomes; what names those of the trial, with exact bounds; or the one that "
    "annotators of texts like this chose.",
)
@tagger_option
@in_words
def extract(paths: tuple[str, ...], as_json: bool, mentions: str, tagger: bool) -> None:
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
    from nlp.mentions import Marks

    left_out = done = 0
    for item in read_each(read_paths(paths), reader_for(tagger)[0](marks=Marks(mentions))):
        if isinstance(item, Exception):
            say(f"Left out: {item}")
            left_out += 1
            continue
        for sentence in item.left_out:
            say(f"Left out: {item.document.id}: {sentence}")
            left_out += 1
        show(harmless_json(extraction_line(item)) if as_json else extraction_summary(item))
        done += 1
    sys.exit(code_for(done, left_out))


@click.command()
@click.argument("given", nargs=-1, required=True, metavar="PATH_OR_ID...")
@database_option
@config_option
@click.option("--full-text", is_flag=True, help="Also fetch the open-access full text where there is one.")
@log_option
@tagger_option
@in_words
def add(given: tuple[str, ...], database: Path | None, config: Path | None, full_text: bool, tagger: bool, log: str | None) -> None:
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
    settings = settings_for(config, log=log)
    library = database or settings.database
    code = DONE
    if paths:
        said = add_each(library, with_progress(read_paths(paths), log), paths, lambda s: say(s, log), *reader_for(tagger))
        held = f"the library is {library}" if sum(said.values()) > said["left_out"] else "nothing was stored"
        click.echo(
            f"{said['added']} added, {said['replaced']} replaced, {said['unchanged']} unchanged, {said['left_out']} left out; {held}."
        )
        code = code_for(said["added"] + said["replaced"] + said["unchanged"], said["left_out"])
    if names:
        fetched = _end_of(_refresh(settings, library, log, tagger).named(names, full_text), library)
        code = fetched if not paths or code == fetched else PARTIAL
    sys.exit(code)


def _refresh(settings: Any, database: Path, log: str | None, tagger: bool) -> Any:
    """A run that asks services, with its progress on a terminal and JSON lines elsewhere."""
    from importlib.metadata import version

    from crawler.settings import open_door
    from kb.refreshing import Refresh
    from kb.running import progress_for, start_log

    if not settings.contact:
        say("No contact address is configured, so services cannot write to you before they block: counterclaim init", log)
    door = open_door(settings, version("counterclaim"))
    start_log(log, door.secrets)
    build, reads_with = reader_for(tagger)
    return Refresh(settings, database, door, build, lambda s: say(s, log), progress_for(log), reads_with=reads_with)


def _end_of(summary: Any, database: Path) -> int:
    """Say how a run went."""
    turned = f", {summary.turned} verdict{'s' if summary.turned > 1 else ''} turned" if summary.turned else ""
    show(
        f"Run {summary.run}: {summary.new} new, {summary.revised} revised, {summary.deleted} deleted, {summary.retracted} retracted, "
        f"{len(summary.left_out)} left out{turned}; the library is {database}."
    )
    return int(summary.exit_code)


@click.command()
@click.argument("terms", nargs=-1, required=True)
@database_option
@config_option
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
@log_option
@tagger_option
@in_words
def search(
    terms: tuple[str, ...],
    database: Path | None,
    config: Path | None,
    sources: tuple[str, ...],
    since: Any,
    limit: int | None,
    dry_run: bool,
    tagger: bool,
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
    settings = settings_for(config, log=log)
    library = database or settings.database
    saved = SavedSearch("", " ".join(terms), sources, since.date() if since else None)
    run = _refresh(settings, library, log, tagger)
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
                show(f"{saved.name or saved.query}\t{source}\t{found} match\t{missing} are not here")
        except ServiceError as error:
            say(f"Left out: {error}", log)
            outcome.refused.append(error)
            outcome.left_out.append(str(error))
    return exit_code(outcome)


def _check_domains(searches: Iterable[Any], log: str | None) -> None:
    from nlp.domain import BadPack, packs_named

    try:
        packs_named([name for search in searches for name in search.domains])
    except BadPack as error:
        say(f"counterclaim: {error}", log)
        sys.exit(USAGE)


@click.command()
@database_option
@config_option
@click.option("--only", multiple=True, metavar="NAME", help="Only this saved search (may be given several times).")
@click.option("--dry-run", is_flag=True, help="Only count what matches and is not here.")
@click.option("--full", is_flag=True, help="List everything again and look at every record again.")
@log_option
@tagger_option
@in_words
def refresh(
    database: Path | None, config: Path | None, only: tuple[str, ...], dry_run: bool, full: bool, tagger: bool, log: str | None
) -> None:
    r"""Ask every saved search of counterclaim.toml again: what is new, revised, deleted, retracted.

    \b
    Example:
      counterclaim refresh
      counterclaim refresh --config ms.toml --only msc-ms --log json
    """
    import sqlite3

    from kb.errors import LibraryError
    from kb.telling import Summary, tell

    settings = settings_for(config, needed=True, log=log)
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
    run = _refresh(settings, library, log, tagger)
    if dry_run:
        sys.exit(_would(run, searches, log))
    try:
        summary = run.saved(searches, full)
    except (LibraryError, sqlite3.DatabaseError) as error:
        # Whoever is told of failures is told of a library that is busy, broken or on a full disk.
        failed = Summary(None, _code_of(error), left_out=(str(error),))
        tell(settings.told, failed, run.door, lambda s: say(s, log))
        raise
    code = _end_of(summary, library)
    tell(settings.told, summary, run.door, lambda s: say(s, log))
    sys.exit(code)


@click.command()
@database_option
@config_option
@tagger_option
@in_words
def reread(database: Path | None, config: Path | None, tagger: bool) -> None:
    r"""Read every stored answer of the services again, offline: after an update, or when a pack has new words.

    \b
    Example:
      counterclaim reread --db ms.db
    """
    from kb.errors import NoLibrary

    settings = settings_for(config)
    library = database or settings.database
    if not library.exists():
        raise NoLibrary(library)
    sys.exit(_end_of(_refresh(settings, library, None, tagger).again(), library))


@click.command()
@database_option
@config_option
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="So many runs, the latest first.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row.")
@in_words
def runs(database: Path | None, config: Path | None, limit: int, as_json: bool) -> None:
    r"""The ledger: what every run asked for, got, skipped and failed at, source by source.

    \b
    Example:
      counterclaim runs --limit 5
    """
    from kb.changes import COLUMNS
    from kb.changes import runs as run_rows
    from kb.connection import for_reading

    db = for_reading(database or settings_for(config).database)
    show_rows(run_rows(db, limit), COLUMNS, as_json)


@click.command()
@database_option
@config_option
@click.option(
    "--since",
    type=click.IntRange(0),
    metavar="RUN",
    help="What changed after this run (by default: in the last one, and in those before it that were broken off).",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a change.")
@in_words
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

    db = for_reading(database or settings_for(config).database)
    found = [asdict(c) for c in changed(db, last_told(db) if since is None else since)]
    show_rows(found, ("run", "kind", "document", "what", "before", "after"), as_json)


@click.command()
@click.argument("path", default="counterclaim.toml", type=click.Path(path_type=Path))
@in_words
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
        say(f"counterclaim: {path} is there already, and was left as it is.")
        sys.exit(USAGE)
    except OSError as error:
        say(f"counterclaim: {path} cannot be written: {error.strerror}.")
        sys.exit(FAILED)
    click.echo(f"{path} is written. Fill in contact, name your searches, then: counterclaim refresh --dry-run")
