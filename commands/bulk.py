"""The command for PubMed's files by the thousand. Heavy libraries are imported inside the command that needs them."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from commands.console import (
    DONE,
    FAILED,
    PARTIAL,
    USAGE,
    config_option,
    database_option,
    in_words,
    log_option,
    on_a_terminal,
    reader_for,
    say,
    settings_for,
    show_rows,
    tagger_option,
)

_SHOWN = 20


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@database_option
@config_option
@click.option("--workers", type=click.IntRange(1), help="Processes that read; by default as many as there are processors.")
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Let the workers of this Dask cluster read, as tcp://host:8786; they see the files under the same paths.",
)
@click.option("--all", "everything", is_flag=True, help="Store every record, not only trials and the reviews that pool them.")
@click.option(
    "--about",
    multiple=True,
    metavar="WORDS",
    help="Only records that hold these words, as: 'stem cell*' (may be given several times: any of them).",
)
@click.option("--again", is_flag=True, help="Also the files that are loaded already: after an update of the program.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row.")
@tagger_option
@log_option
@in_words
def bulk(
    paths: tuple[Path, ...], database: Path | None, config: Path | None, workers: int | None, dask: str | None, everything: bool,
    about: tuple[str, ...], again: bool, as_json: bool, tagger: bool, log: str | None,
) -> None:  # fmt: skip
    r"""Load PubMed's baseline and update files: the trials in them, and the reviews that pool trials.

    A PATH is a file (.xml, .xml.gz) or the folder that such files lie in. Each is loaded once, whole or not at all, in PubMed's order; broken off, the same
    command goes on where it ended. A file is checked against the .md5 beside it; what an update file deletes is taken out of the library.

    \b
    Example:
      counterclaim bulk baseline/ updatefiles/ --db pubmed.db
      counterclaim bulk baseline/ --about "stem cell*" --about "stromal cell*" --workers 8
      counterclaim bulk /shared/baseline --dask tcp://10.0.0.5:8786
    """
    from crawler.formats.pubmed_beside import processors
    from crawler.redaction import Secrets
    from kb.bulk.load import Bulk
    from kb.bulk.workers import cluster, processes
    from kb.health import versions
    from kb.running import start_log
    from kb.store import Library
    from nlp.gate.gate import Gate

    if dask and workers:
        raise click.UsageError("A Dask cluster has its own number of workers: give --workers or --dask.")
    if not any(path.exists() for path in paths):
        say(f"counterclaim: there is no file or folder {', '.join(map(str, paths))}.", log)
        sys.exit(FAILED)
    if any(not words.strip(" *") for words in about):
        say("counterclaim: --about needs words.", log)
        sys.exit(USAGE)
    start_log(log, Secrets([]))
    _, reads_with = reader_for(tagger)
    library_path = database or settings_for(config, log=log).database
    with ExitStack() as opened:
        who = opened.enter_context(cluster(dask) if dask else processes(workers or processors()))
        library = opened.enter_context(Library(library_path, "bulk", [*map(str, paths)], versions() | {"tagger": reads_with}))
        shown = log is None and on_a_terminal(sys.stderr)
        load = Bulk(library, Gate(everything, about), who, _line if shown else lambda _: None, tagger)
        if shown:
            click.echo("reading the first files …", nl=False, err=True)
        done = load.load(paths, again)
        code = _code(done)
        library.close_run(code)
    if shown:
        click.echo("\r\033[K", nl=False, err=True)
    _tell(done, library_path, as_json, log)
    sys.exit(code)


def _code(done: Any) -> int:
    if not done.left_out:
        return DONE
    return PARTIAL if done.files or done.there else FAILED


def _line(done: Any) -> None:
    """Where a run is, on one line of the terminal."""
    left = done.seconds_left
    stored = sum(n for (fate, _), n in done.counts.items() if fate == "stored")
    told = f"file {done.files + done.files_left_out} of {done.of} · {done.records:,} records, {stored:,} stored · {done.rate:,.0f} records a second"
    click.echo(f"\r\033[K{told}" + (f" · {_time(left)} left" if left is not None else ""), nl=False, err=True)


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{seconds:.0f} s" if seconds < 90 else f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _tell(done: Any, library: Path, as_json: bool, log: str | None) -> None:
    """Rows for programs on stdout, sentences for people on stderr."""
    for sentence in done.left_out[:_SHOWN]:
        say(f"Left out: {sentence}", log)
    if len(done.left_out) > _SHOWN:
        say(f"… and {len(done.left_out) - _SHOWN} more; they are in the table 'problem'.", log)
    rows = [{"fate": fate, "why": why, "records": n} for (fate, why), n in sorted(done.counts.items())]
    show_rows(rows, ("fate", "why", "records"), as_json)
    for why, files in done.anew.items():
        say(f"Loaded again: {files} file{'' if files == 1 else 's'}, {why}.", log)
    there = f", {done.there} were loaded before" if done.there else ""
    say(
        f"{done.files} of {done.of} files loaded{there}; {done.records:,} records in {_time(done.seconds)} ({done.rate:,.0f} a second), "
        f"the largest process that read took {done.peak_mb:.0f} MB; the library is {library}.",
        log,
    )
