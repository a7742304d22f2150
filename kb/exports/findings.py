"""A summary of findings, as CSV and as Markdown. Certainty is for people to judge, and is left blank."""

from __future__ import annotations

from html import escape

from kb.cells import csv_text
from kb.exports.package import Package, Table
from kb.pool_text import number, shown, silence_lines, with_interval
from kb.synthesis import Synthesis, nothing_pooled, sides_of, synthesise

COLUMNS = (
    "outcome", "better", "studies", "people", "measure", "effect", "prediction_interval", "tau2", "i2", "measured_by", "without_number", "certainty", "comments",
)  # fmt: skip


def export(p: Package) -> dict[str, bytes]:
    """`findings.csv` and `findings.md`: a line for each set, and one for each outcome without any."""
    lines = [line for t in p.tables for line in _lines(p, t)]
    # Markdown may hold HTML, and a paper's words are none.
    shown = [[escape(str(v), quote=False).replace("|", "\\|") if v is not None else "" for v in line] for line in lines]
    heads = [c.replace("_", " ") for c in COLUMNS]
    table = ["| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *shown)]
    asked = escape(p.answer.question.in_words(), quote=False)
    text = f"# Summary of findings: {asked}\n\n" + "\n".join(table) + "\n\nCertainty is left for people to judge.\n"
    return {"findings.csv": csv_text(COLUMNS, lines).encode(), "findings.md": text.encode()}


def _lines(p: Package, t: Table) -> list[list[object]]:
    found = [_line(synthesise(t.found, p.choice_of(name))) for name in t.sets]
    if found:
        return found
    measured, silent = nothing_pooled(t.found, p.choice)
    why = next((x for x in p.left_out if x.startswith(f"{t.outcome}")), f"{t.outcome}: no row can be pooled")
    told = f"{why} 0 of {measured} studies that measured it are pooled{sides_of(silent)}"
    return [[t.outcome, t.found[0].better, 0, *[None] * 6, measured, sum(x.measure is None for x in silent), None, told]]


def _line(s: Synthesis) -> list[object]:
    p = s.pooled
    people = [r.ni for r in s.rows]
    predicted = None
    if p.pi_lb is not None and p.pi_ub is not None and p.k > 2:
        predicted = f"{number(shown(p.pi_lb, s.scale))} to {number(shown(p.pi_ub, s.scale))}"
    total = round(sum(n for n in people if n)) if all(people) else None
    studies = len({r.study_id for r in s.rows})
    return [
        s.outcome, s.better, studies, total, s.measure, with_interval(p, s.scale), predicted, round(p.tau2, 6), round(p.i2, 1), s.measured, sum(x.measure is None for x in s.silent), None,
        silence_lines(s)[0],
    ]  # fmt: skip
