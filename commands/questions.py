"""Commands that ask: a question, its screening, and the claims that compete. Heavy libraries are imported inside the command that needs them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from commands.console import (
    DONE,
    cell,
    database_option,
    flat,
    in_json,
    in_words,
    library_in_reach,
    min_confidence,
    on_a_terminal,
    show,
    show_rows,
    writing,
)


def corrections(command: Callable[..., None]) -> Callable[..., None]:
    """Options that say a part of the question anew, in words of the packs; `any` takes a part out."""
    for name, what in (
        ("at", "time"), ("donor", "donor"), ("source", "tissue source"), ("route", "route"), ("outcome", "outcome"), ("condition", "condition"),
        ("comparator", "comparator"), ("intervention", "intervention"),
    ):  # fmt: skip
        command = click.option(
            f"--{name}", metavar="WORDS", help=f"The {what}, in the place of what was understood; any: no such restriction."
        )(command)
    return command


def restrictions(command: Callable[..., None]) -> Callable[..., None]:
    """Options that restrict an answer."""
    for option in (
        min_confidence,
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


def understood(db: Any, question: tuple[str, ...], options: dict[str, Any]) -> Any:
    """The question with its corrections."""
    from kb.correcting import corrected
    from kb.question import understand

    return corrected(db, understand(db, " ".join(question)), options)


#: The parts of a question that options say anew.
PARTS = ("intervention", "comparator", "condition", "outcome", "route", "source", "donor", "at")


#: The options that restrict an answer.
FILTERS = ("design", "since_year", "until_year", "smallest", "level", "significant", "document", "least_confidence")


@click.command()
@click.argument("question", nargs=-1, required=True)
@database_option
@corrections
@restrictions
@click.option("--as-of", type=click.IntRange(1), metavar="RUN", help="The answer as it was when this run had ended.")
@click.option(
    "--all", "whole", is_flag=True, help="All claims, also where they are many; else those of the headings with the most studies."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object (the contract's).")
@click.option("--csv", "as_csv", is_flag=True, help="Comma-separated rows, one a claim.")
@click.option("--nl", "as_lines", is_flag=True, help="One JSON object a claim, one a line.")
@click.option("--fmt", help="A table in one of tabulate's formats: github, simple, html, latex …")
@click.option("--text", "as_text", is_flag=True, help="The readable answer, also into a pipe.")
@in_words
def query(
    question: tuple[str, ...],
    database: Path | None,
    as_of: int | None,
    whole: bool,
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
    from kb.chosen import MOST_CLAIMS
    from kb.connection import for_reading
    from kb.filters import Filters

    db = for_reading(database or library_in_reach())
    asked = understood(db, question, {name: options[name] for name in PARTS})
    found = answer(db, asked, Filters(**{name: options[name] for name in FILTERS}), as_of, None if whole else MOST_CLAIMS)
    click.echo(_shown(found, as_json, as_csv, as_lines, fmt, as_text or on_a_terminal(sys.stdout)))


def _shown(found: Any, as_json: bool, as_csv: bool, as_lines: bool, fmt: str | None, as_text: bool) -> str:
    from kb.answer_json import COLUMNS, as_contract, rows
    from kb.terminal import harmless_in

    if as_json or as_lines:
        return in_json(as_contract(found)) if as_json else "\n".join(map(in_json, rows(found)))
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
    return "\n".join("\t".join(cell(v) for v in line) for line in [COLUMNS, *([r[c] for c in COLUMNS] for r in flat)])


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


@click.command()
@click.argument("question", nargs=-1, required=True)
@click.option("--exclude", metavar="DOC", help="Leave this document out of the question's answer.")
@click.option("--include", metavar="DOC", help="Take a document back in.")
@click.option("--why", help="The reason; needed with --exclude.")
@database_option
@corrections
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the counts of a PRISMA flow diagram.")
@in_words
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
        with writing(database, "screen", (*question, chosen, why or "")) as library:
            asked = understood(library.db, question, options)
            with library.transaction() as db:
                decide(db, library.run, asked, document_named(db, chosen), "exclude" if exclude else "include", why or "")
            library.close_run(DONE)
    reading = for_reading(database or library_in_reach())
    found = answer(reading, understood(reading, question, options))
    counts = prisma(reading, found)
    if as_json:
        click.echo(in_json(counts))
    else:
        show(f"Understood as: {found.question.in_words()}")
        show_rows([{"step": k.replace("_", " "), "count": flat(v)} for k, v in counts.items()], ("step", "count"), as_json=False)


@click.command()
@database_option
@click.option("--condition", help="Only in this condition, or kinds of it.")
@click.option("--outcome", help="Only on this outcome, or kinds of it.")
@click.option("--intervention", help="Only about this intervention, or kinds of it.")
@click.option("--since", type=click.IntRange(0), metavar="RUN", help="Only those with a document that was read after this run.")
@click.option("--reports", "of_reports", is_flag=True, help="Reports of one study that tell one result differently, instead.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array (the contract's).")
@in_words
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

    db = for_reading(database or library_in_reach())
    found = [] if of_reports else dispute_list.listed(db, dispute_list.Asked(condition, outcome, intervention, since))
    rows = dispute_list.reports(db) if of_reports else [dispute_list.row(d) for d in found]
    if as_json:
        click.echo(in_json(rows if of_reports else [d.as_json() for d in found]))
    else:
        show_rows(rows, dispute_list.REPORT_COLUMNS if of_reports else dispute_list.COLUMNS, as_json=False)
