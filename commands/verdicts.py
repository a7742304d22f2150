"""The command that answers a question from one abstract, whatever it is about. Heavy libraries are imported inside it."""

from __future__ import annotations

import sys
from typing import Any

import click

from commands.console import FAILED, code_for, in_json, in_words, on_a_terminal, say, show, with_progress

_LONGEST_QUOTE = 90


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a question (what a pipe gets anyway).")
@in_words
def verdict(paths: tuple[str, ...], as_json: bool) -> None:
    r"""What does an abstract say happened to an outcome's value, under an intervention against a comparator?

    A PATH is a file of JSON lines {"id", "abstract", "intervention", "comparator", "outcome"}, or - for standard input. The answer is increased,
    decreased or no_difference, with its probability and the sentence that decided; it is about the value, not about whether that is good. Any
    outcome in any words will do: no pack needs to know it.

    \b
    Example:
      counterclaim verdict --json questions.jsonl
    """
    from nlp.verdict.model import VerdictModelMissing, VerdictModelUnreadable
    from nlp.verdict.question_lines import read_questions
    from nlp.verdict.verdicts import Verdicts

    try:
        verdicts = Verdicts()
    except (VerdictModelMissing, VerdictModelUnreadable) as error:
        say(f"counterclaim: {error}")
        sys.exit(FAILED)
    as_lines = as_json or not on_a_terminal(sys.stdout)
    rows: list[dict[str, Any]] = []
    done = left_out = 0
    for item in with_progress(read_questions(paths), None):
        if isinstance(item, Exception):
            say(f"Left out: {item}")
            left_out += 1
            continue
        found = verdicts.answer(item.abstract, item.intervention, item.comparator, item.outcome)
        row = {"id": item.id, "label": found.label.value, "confidence": round(found.confidence, 3), "quote": found.quote,
               "start": found.start, "end": found.end}  # fmt: skip
        done += 1
        if as_lines:
            show(in_json(row))
        else:
            rows.append({"outcome": item.outcome, **row})
    if rows:
        show(_table(rows))
    sys.exit(code_for(done, left_out))


def _table(rows: list[dict[str, Any]]) -> str:
    from tabulate import tabulate

    cells = [
        [row["id"], row["outcome"], row["label"], f"{row['confidence']:.2f}", _short(row["quote"] or "(not spoken of)")]
        for row in rows
    ]
    return tabulate(cells, headers=["id", "outcome", "verdict", "sure", "by"])


def _short(quote: str) -> str:
    one = " ".join(quote.split())
    return one if len(one) <= _LONGEST_QUOTE else one[: _LONGEST_QUOTE - 1] + "…"
