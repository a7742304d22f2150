"""The pooled estimate under a heading of an answer, as the page shows it: the plot, its numbers in words, or why there is none."""

from __future__ import annotations

import base64
import sqlite3
from collections import Counter
from dataclasses import dataclass, replace

from kb.answer import Answer, OutcomeAnswer
from kb.drawing import as_svg
from kb.forest import forest
from kb.pool_text import COLUMNS, estimate_lines, flat, silence_lines
from kb.printed import with_printed
from kb.refusals import CannotPool
from kb.report.answer_page import heading_of
from kb.reviewing import reviewed_rows
from kb.synthesis import Choice, Several, Synthesis, synthesise

#: One row a study, at its latest time: the page says so beside the plot.
_CHOICE = Choice(several=Several.LATEST)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A synthesis in words, numbers and as a picture. `others`: measures of the same outcome that are not pooled with this one."""

    heading: str
    measure: str
    svg: str
    told: str
    lines: tuple[str, ...]
    silent: tuple[str, ...]
    handled: tuple[str, ...]
    rows: tuple[dict[str, object], ...]
    others: tuple[str, ...]

    def data(self) -> str:
        """The picture as an address that needs no request."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg.encode()).decode()}"


@dataclass(frozen=True, slots=True)
class NoEstimate:
    """Why nothing is pooled."""

    heading: str
    why: str


ROW_COLUMNS = tuple(c for c in COLUMNS if c not in ("scale", "yi", "sei", "measure"))


def estimates(db: sqlite3.Connection, found: Answer, only: str | None = None) -> dict[str, Estimate | NoEstimate]:
    """The estimate, or why there is none, of each heading of an answer; `only`: of this one."""
    told = with_printed(db, found)
    headings = {heading_of(o): o for o in told.outcomes if any(c.direct for c in o.claims)}
    return {h: _estimate(db, h, o) for h, o in headings.items() if only in (None, h)}


def _estimate(db: sqlite3.Connection, heading: str, o: OutcomeAnswer) -> Estimate | NoEstimate:
    rows = reviewed_rows(db, o)
    measures: list[str | None] = [m for m, _ in Counter(r.measure for r in rows if r.poolable).most_common()]
    why = "No number of these studies can be pooled."
    for measure in measures or [None]:
        try:
            made = synthesise(rows, replace(_CHOICE, measure=measure, as_printed=measure is not None))
        except CannotPool as error:
            why = str(error)
        else:
            return _shown(heading, made, tuple(m for m in measures if m and m != measure))
    return NoEstimate(heading, why)


def _shown(heading: str, s: Synthesis, others: tuple[str, ...]) -> Estimate:
    drawing = forest(s)
    silent = silence_lines(s)
    rows = tuple({k: row[k] for k in ROW_COLUMNS} for row in flat(s))
    return Estimate(
        heading, s.measure, as_svg(drawing), drawing.told, tuple(estimate_lines(s)), tuple(silent), s.handled, rows, others
    )
