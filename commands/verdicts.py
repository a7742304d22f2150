"""The command that answers a question from abstracts, whatever it is about. Heavy libraries are imported inside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from commands.console import (
    DONE,
    FAILED,
    code_for,
    database_option,
    in_json,
    in_words,
    library_in_reach,
    on_a_terminal,
    say,
    show,
    with_progress,
)

_LONGEST_QUOTE = 90


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@database_option
@click.option("--intervention", metavar="WORDS", help="Of documents in the library: the intervention.")
@click.option("--comparator", metavar="WORDS", default="", help="What it is compared with.")
@click.option("--outcome", metavar="WORDS", help="The outcome, in any words.")
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="So many documents of the library, the latest first."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object an answer (what a pipe gets anyway).")
@in_words
def verdict(
    paths: tuple[str, ...],
    database: Path | None,
    intervention: str | None,
    comparator: str,
    outcome: str | None,
    limit: int,
    as_json: bool,
) -> None:
    r"""What does an abstract say happened to an outcome's value, under an intervention against a comparator?

    A PATH is a file of JSON lines {"id", "abstract", "intervention", "comparator", "outcome"}, or - for standard input. The answer is increased,
    decreased or no_difference, with its probability and the sentence that decided; it is about the value, not about whether that is good. Any
    outcome in any words will do: no pack needs to know it.

    Without a PATH, documents of the library are read for the one question that --intervention and --outcome ask; nothing of it is stored.

    \b
    Example:
      counterclaim verdict --json questions.jsonl
      counterclaim verdict --db ms.db --intervention MSC --comparator placebo --outcome "cerebrospinal fluid CXCL13"
    """
    if bool(paths) == bool(intervention or outcome):
        raise click.UsageError("Name files of questions, or ask one of the library with --intervention and --outcome.")
    as_lines = as_json or not on_a_terminal(sys.stdout)
    answers = _of_files(paths) if paths else _of_library(database, intervention, comparator, outcome, limit)
    rows: list[dict[str, Any]] = []
    done = left_out = 0
    for item in answers:
        if isinstance(item, Exception):
            say(f"Left out: {item}")
            left_out += 1
            continue
        done += 1
        if as_lines:
            show(in_json({name: value for name, value in item.items() if name != "asked"}))
        else:
            rows.append(item)
    if rows:
        show(_table(rows))
    sys.exit(DONE if not paths else code_for(done, left_out))


def _verdicts() -> Any:
    """The trained weights; the program ends with a sentence where there are none."""
    from nlp.verdict.model import VerdictModelMissing, VerdictModelUnreadable
    from nlp.verdict.verdicts import Verdicts

    try:
        return Verdicts()
    except (VerdictModelMissing, VerdictModelUnreadable) as error:
        say(f"counterclaim: {error}")
        sys.exit(FAILED)


def _of_files(paths: tuple[str, ...]) -> Iterator[dict[str, Any] | Exception]:
    from nlp.verdict.question_lines import read_questions

    verdicts = _verdicts()
    for item in with_progress(read_questions(paths), None):
        if isinstance(item, Exception):
            yield item
            continue
        found = verdicts.answer(item.abstract, item.intervention, item.comparator, item.outcome)
        yield {"id": item.id, "asked": item.outcome, **_row(found)}


def _of_library(
    database: Path | None, intervention: str | None, comparator: str, outcome: str | None, limit: int
) -> Iterator[dict[str, Any]]:
    """The answers of documents that speak of the outcome; how many were read is said beside them."""
    from kb.connection import for_reading
    from kb.reading_for import documents_on

    if not (intervention or "").strip() or not (outcome or "").strip():
        raise click.UsageError("A question to the library needs both --intervention and --outcome.")
    held, count = documents_on(for_reading(database or library_in_reach()), str(intervention), str(outcome), limit)
    verdicts = _verdicts()
    silent = 0
    for document in with_progress(held, None):
        found = verdicts.answer(document.text, str(intervention), comparator, str(outcome))
        silent += found.quote is None
        if found.quote is not None:
            yield {"id": document.came_as, "asked": document.title, **_row(found), "status": document.status}
    more = f"; {count - len(held)} more name both, and were not read (--limit)" if count > len(held) else ""
    say(f"Read for this question, and not stored: {len(held)} documents, of which {silent} do not speak of the outcome{more}.")


def _row(found: Any) -> dict[str, Any]:
    return {
        "label": found.label.value,
        "confidence": round(found.confidence, 3),
        "quote": found.quote,
        "start": found.start,
        "end": found.end,
    }


def _table(rows: list[dict[str, Any]]) -> str:
    from tabulate import tabulate

    cells = [
        [
            r["id"],
            _short(r["asked"], 40),
            r["label"],
            f"{r['confidence']:.2f}",
            _short(r["quote"] or "(not spoken of)", _LONGEST_QUOTE),
        ]
        + ([r["status"]] if "status" in r else [])
        for r in rows
    ]
    headers = (
        ["id", "title", "verdict", "sure", "by", "status"] if "status" in rows[0] else ["id", "outcome", "verdict", "sure", "by"]
    )
    return tabulate(cells, headers=headers)


def _short(text: str, longest: int) -> str:
    one = " ".join(text.split())
    return one if len(one) <= longest else one[: longest - 1] + "…"
