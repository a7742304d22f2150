"""The sheet that a reviewer fills in: CSV that any spreadsheet opens, and the same sheet as a spreadsheet saved it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

from kb.cells import csv_text
from kb.errors import LibraryError
from kb.poolable import Row

SHOWN = ("row_id", "document", "study", "outcome", "timepoint_days", "measure", "est", "est_lb", "est_ub", "ci_level", "pval", "yi", "sei", "refused", "derivation", "quote", "url")  # fmt: skip
TO_FILL = ("verdict", "new_measure", "new_est", "new_lb", "new_ub", "new_level", "page", "reviewer", "why")
VERDICTS = ("accept", "reject", "correct", "add")


class BadSheet(LibraryError):
    """A sheet that cannot be taken as it is; nothing of it was stored."""


@dataclass(frozen=True, slots=True)
class Review:
    """What one person decided on one row. The row is known again by document, quote and printed numbers, whatever it was read into since."""

    document: str
    outcome: str
    quote: str
    est: float | None
    est_lb: float | None
    est_ub: float | None
    verdict: str
    new_measure: str | None
    new_est: float | None
    new_lb: float | None
    new_ub: float | None
    new_level: float | None
    page: str | None
    reviewer: str
    why: str | None
    reviewed: str = ""

    @property
    def key(self) -> tuple[object, ...]:
        """What it is a review of."""
        return key(self.document, self.outcome, self.quote, self.est, self.est_lb, self.est_ub)


def key(document: str, outcome: str, quote: str, *numbers: float | None) -> tuple[object, ...]:
    """A row as a person knows it: document, outcome, words, printed numbers."""
    return document, outcome, " ".join(_unguarded(quote).split()), *numbers


def key_of(row: Row) -> tuple[object, ...]:
    """The key of a row."""
    return key(row.document, row.outcome, row.quote, row.est, row.est_lb, row.est_ub)


def sheet(rows: Iterable[Row]) -> str:
    """A line for each row, with what is known of it, and empty cells to be filled in."""
    lines = []
    for r in rows:
        made = {"yi": r.derived.yi, "sei": r.derived.sei, "derivation": r.derived.derivation} if r.derived else {}
        lines.append([made.get(c) if c in ("yi", "sei", "derivation") else getattr(r, c) for c in SHOWN] + [None] * len(TO_FILL))
    return csv_text((*SHOWN, *TO_FILL), lines)


def read(text: str, reviewer: str | None) -> list[Review]:
    """The lines with a verdict. Commas, semicolons or tabs between cells, decimal points or commas: as spreadsheets of the world save them.

    Raises:
        BadSheet: a column is missing, a verdict or a number is none, two lines decide differently on one row, or nobody signs.
    """
    lines = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=_delimiter(text)))
    missing = [c for c in ("document", "outcome", "quote", "est", "verdict") if not lines or c not in lines[0]]
    if missing:
        raise BadSheet(
            f"The sheet has no line, or no column {', '.join(missing)}. Write one with: counterclaim review QUESTION --out sheet.csv"
        )
    found: dict[tuple[object, ...], tuple[int, Review]] = {}
    for number, line in enumerate(lines, 2):
        if not (line.get("verdict") or "").strip():
            continue
        review = _review(line, number, reviewer)
        place = (*review.key, review.new_measure, review.new_est) if review.verdict == "add" else review.key
        if place in found and found[place][1].verdict != review.verdict:
            raise BadSheet(f"Lines {found[place][0]} and {number} decide differently on one row; nothing was stored.")
        found[place] = (number, review)
    return [review for _, review in found.values()]


def _delimiter(text: str) -> str:
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _review(line: dict[str, str], number: int, reviewer: str | None) -> Review:
    verdict = line["verdict"].strip().casefold()
    if verdict not in VERDICTS:
        raise BadSheet(f"Line {number}: the verdict is {line['verdict']}; it may be {', '.join(VERDICTS)}. Nothing was stored.")
    signed = (line.get("reviewer") or "").strip() or reviewer
    if not signed:
        raise BadSheet(f"Line {number}: nobody signs. Fill in the column reviewer, or give --reviewer NAME. Nothing was stored.")
    new = {c: _number(line, c, number) for c in ("new_est", "new_lb", "new_ub", "new_level")}
    if verdict in ("correct", "add") and None in (new["new_est"], new["new_lb"], new["new_ub"]):
        raise BadSheet(f"Line {number}: to {verdict} a row fill in new_est, new_lb and new_ub. Nothing was stored.")
    if verdict == "add" and not (_words(line, "new_measure") and _words(line, "page")):
        raise BadSheet(
            f"Line {number}: a number read by hand needs new_measure and the page that it stands on. Nothing was stored."
        )
    return Review(
        _words(line, "document") or "", _words(line, "outcome") or "", " ".join((_words(line, "quote") or "").split()), _number(line, "est", number),
        _number(line, "est_lb", number), _number(line, "est_ub", number), verdict, (_words(line, "new_measure") or "").upper() or None, new["new_est"],
        new["new_lb"], new["new_ub"], new["new_level"], _words(line, "page"), signed, _words(line, "why"),
    )  # fmt: skip


def _words(line: dict[str, str], column: str) -> str | None:
    return _unguarded((line.get(column) or "").strip()) or None


def _unguarded(text: str) -> str:
    """A text without the apostrophe that kept a spreadsheet from taking it for a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def _number(line: dict[str, str], column: str, number: int) -> float | None:
    given = (line.get(column) or "").strip().replace("−", "-")
    if not given:
        return None
    try:
        return float(given.replace(",", ".") if "." not in given else given)
    except ValueError as error:
        raise BadSheet(f"Line {number}: {given} in column {column} is no number. Nothing was stored.") from error
