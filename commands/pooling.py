"""Commands from extracted effects to a pooled estimate: pool, export, forest, review. Heavy libraries are imported inside the command that needs them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from commands.console import (
    DONE,
    PARTIAL,
    NumberIn,
    database_option,
    in_json,
    in_words,
    library_in_reach,
    min_confidence,
    say,
    show,
    show_rows,
)

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


_correlation = click.option(
    "--correlation",
    type=NumberIn(-1, 1, min_open=True, max_open=True),
    help="Of one person's values in the two periods of a crossover, where none is printed; without it such rows are refused.",
)


def _choosing_rows(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that pools: which rows, and by which model."""
    for option in (min_confidence, _reviewed, _correlation, _several, _model, _timepoint, _measure, _outcome):
        command = option(command)
    return command


def _asked(
    database: Path | None, question: tuple[str, ...], timepoint: str | None, *, printed: bool = True, least: float | None = None
) -> tuple[Any, Any]:
    """The library and its answer; with `printed`, what is printed and not claimed beside the claims; with `least`, no claim that is less sure."""
    from kb.answer import answer
    from kb.connection import for_reading
    from kb.filters import Filters
    from kb.printed import with_printed
    from kb.question import understand

    db = for_reading(database or library_in_reach())
    understood = understand(db, " ".join((*question, f"at {timepoint}" if timepoint else "")).strip())
    if timepoint and understood.timepoint_days is None:
        raise click.BadParameter(f"'{timepoint}' is no time; write it as: 12 months.", param_hint="--timepoint")
    found = answer(db, understood, Filters(least_confidence=least))
    return db, with_printed(db, found) if printed else found


@click.command()
@click.argument("question", nargs=-1, required=True)
@database_option
@_choosing_rows
@click.option(
    "--by",
    type=click.Choice(_BY),
    help="Subgroups, and a test whether they differ.",
)
@click.option("--level", type=NumberIn(50, 99.99), default=95.0, show_default=True, help="Of the intervals, in per cent.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--text", "as_text", is_flag=True, help="The readable result, also into a pipe.")
@in_words
def pool(
    question: tuple[str, ...], database: Path | None, outcome: str | None, measure: str | None, timepoint: str | None, model: str, several: str,
    correlation: float | None, reviewed: bool, least_confidence: float | None, by: str | None, level: float, as_json: bool, as_text: bool,
) -> None:  # fmt: skip
    r"""One estimate of what the trials of an answer found, and what of those that gave no number.

    Pools one outcome on one measure, each study once. Results that others pooled stand beside. A terminal gets the readable result, a pipe tab-separated rows.

    \b
    Example:
      counterclaim pool "MSC vs placebo in stroke" --outcome NIHSS --measure MD --several latest --by route
    """
    import shutil

    from kb.pool_text import COLUMNS, flat, nothing_as_json, outcome_of, text
    from kb.pool_text import as_json as pooled_json
    from kb.pooling import Model
    from kb.refusals import CannotPool
    from kb.reviewing import reviewed_rows
    from kb.synthesis import Choice, Several, synthesise

    db, found = _asked(database, question, timepoint)
    choice = Choice(measure, Model(model), level, Several(several), by, correlation)
    rows = reviewed_rows(db, outcome_of(found, outcome), only=reviewed, least=least_confidence)
    try:
        made = synthesise(rows, choice)
    except CannotPool as error:
        if as_json:
            show(in_json({"question": found.question.as_json()} | nothing_as_json(rows, choice, str(error))))
        raise
    if as_json:
        show(in_json({"question": found.question.as_json()} | pooled_json(made)))
    elif as_text or sys.stdout.isatty():
        show(text(made, width=shutil.get_terminal_size().columns if sys.stdout.isatty() else 100))
    else:
        show_rows(flat(made), COLUMNS, False)


@click.command()
@click.argument("question", nargs=-1)
@database_option
@click.option(
    "--to",
    "targets",
    multiple=True,
    metavar="PROGRAM",
    help="csv, metafor, pymare, prisma, ris, findings, json, parquet (may be given several times).",
)
@click.option("--parquet", is_flag=True, help="Without a question: the whole library, a Parquet file a table.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write; it must not be there yet.")
@_choosing_rows
@in_words
def export(
    question: tuple[str, ...], database: Path | None, targets: tuple[str, ...], parquet: bool, out: Path, outcome: str | None, measure: str | None,
    timepoint: str | None, model: str, several: str, correlation: float | None, reviewed: bool, least_confidence: float | None,
) -> None:  # fmt: skip
    r"""Write an answer, or with --parquet the whole library, as a folder that other programs take as it is.

    Of an answer: data, the script that pools them, and what was asked. Every row is written; one that is not pooled says why (exit code 3 where a whole
    outcome cannot be). Of the library: a file for each table, all of one moment, and datapackage.json with their columns.

    \b
    Example:
      counterclaim export "MSC vs placebo in stroke" --to metafor --to pymare --several latest --out stroke
      (cd stroke && Rscript run_metafor.R)
      counterclaim export --parquet --out library
      duckdb -c "SELECT outcome, direction, count(*) FROM 'library/claim_in_full.parquet' GROUP BY ALL"
    """
    if parquet == bool(question) or parquet == bool(targets):
        raise click.UsageError("Give a question and --to PROGRAM for an answer, or --parquet alone for the whole library.")
    if parquet:
        _export_library(database, out)
        return
    from kb.exports import EXPORTERS
    from kb.exports.package import described, package, write_folder
    from kb.pooling import Model
    from kb.synthesis import Choice, Several

    for name in targets:
        if name not in EXPORTERS:
            raise click.BadParameter(f"there is no export to '{name}'; there are {', '.join(EXPORTERS)}.", param_hint="--to")
    db, found = _asked(database, question, timepoint, printed=False)
    choice = Choice(measure, Model(model), several=Several(several), correlation=correlation)
    made = package(db, found, choice, outcome, reviewed=reviewed, least=least_confidence)
    files: dict[str, bytes] = {}
    for name in targets:
        files |= EXPORTERS[name](made)
    write_folder(out, files, described(made, files))
    for sentence in made.left_out:
        say(f"Not pooled: {sentence}")
    show(f"{out} holds {', '.join(sorted([*files, 'datapackage.json']))}.")
    sys.exit(PARTIAL if made.left_out else DONE)


def _export_library(database: Path | None, out: Path) -> None:
    from kb.connection import for_reading
    from kb.exports.whole import export_library
    from kb.running import progress_for

    counts = export_library(for_reading(database or library_in_reach()), out, progress_for(None))
    show_rows(({"table": name, "rows": rows} for name, rows in counts.items()), ("table", "rows"), False)


@click.command()
@click.argument("question", nargs=-1, required=True)
@database_option
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
@_choosing_rows
@click.option("--by", type=click.Choice(_BY), help="Subgroups.")
@in_words
def forest(
    question: tuple[str, ...], database: Path | None, out: Path, sides: bool, small_studies: bool, outcome: str | None, measure: str | None,
    timepoint: str | None, model: str, several: str, correlation: float | None, reviewed: bool, least_confidence: float | None, by: str | None,
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

    db, found = _asked(database, question, timepoint, printed=not sides, least=least_confidence if sides else None)
    of = outcome_of(found, outcome)
    if sides:
        from kb.sides_plot import sides as sides_of

        drawing = sides_of(of)
    else:
        from kb import forest as plots
        from kb.synthesis import synthesise

        choice = Choice(measure, Model(model), several=Several(several), by=by, correlation=correlation)
        made = synthesise(reviewed_rows(db, of, only=reviewed, least=least_confidence), choice)
        drawing = plots.funnel(made) if small_studies else plots.forest(made)
    write_file(out, as_bytes(drawing, out.suffix.removeprefix(".").lower()))
    show(f"{out} is drawn: {drawing.told}.")


@click.command()
@click.argument("question", nargs=-1)
@database_option
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows of the answer as a sheet to be filled in."
)
@click.option(
    "--in", "filled", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Take a sheet that was filled in."
)
@click.option("--reviewer", help="Who signs the lines without a name in the column reviewer.")
@_outcome
@_timepoint
@in_words
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
        count = store(database or library_in_reach(), read(_sheet_text(filled), reviewer), filled.name)
        show(f"{count} decisions are stored.")
        return
    db, found = _asked(database, question, timepoint)
    outcomes = found.outcomes if outcome is None and found.outcomes else [outcome_of(found, outcome)]
    rows = [row for o in outcomes for row in reviewed_rows(db, o)]
    if out is not None:
        if out.exists():
            raise click.UsageError(f"{out} is there already, and may hold decisions; name another file.")
        # Spreadsheets know by the mark at the start that it is UTF-8.
        write_file(out, sheet(rows).encode("utf-8-sig"))
        show(f"{out} holds {len(rows)} rows. Fill in the column verdict, then: counterclaim review --in {out} --reviewer NAME")


def _sheet_text(path: Path) -> str:
    from kb.review_sheet import BadSheet

    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadSheet(f"{path} is not saved as UTF-8. Save it as CSV UTF-8; nothing was stored.") from error
