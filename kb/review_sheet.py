"""The sheet that a reviewer fills in: CSV that any spreadsheet opens, and the same sheet as a spreadsheet saved it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from kb.cells import csv_text, unguarded
from kb.errors import LibraryError
from kb.poolable import Row

SHOWN = ("row_id", "document", "study", "outcome", "timepoint_days", "measure", "est", "est_lb", "est_ub", "numbers", "ci_level", "pval", "yi", "sei", "refused", "derivation", "quote", "url")  # fmt: skip
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
    timepoint_days: float | None = None
    numbers: str | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What it is a review of: the outcome's name and the time tell rows of one sentence apart, and may change with the next reading."""
        return key(self.document, self.quote, self.est, self.est_lb, self.est_ub)

    def is_of(self, row: Row) -> bool:
        """Whether it is of a row by words and numbers. One from before the arms' numbers were kept is of any row of its words that was read and not added."""
        known = self.numbers is not None or (row.numbers or "").startswith(BY_HAND)
        return self.key == key_of(row) and (not known or self.numbers == row.numbers)


#: How the numbers of a row that a person read begin.
BY_HAND = "by hand: "


def key(document: str, quote: str, *numbers: float | None) -> tuple[object, ...]:
    """A row as a person knows it: document, words, printed numbers."""
    return document, " ".join(unguarded(quote).split()), *numbers


def key_of(row: Row) -> tuple[object, ...]:
    """The key of a row."""
    return key(row.document, row.quote, row.est, row.est_lb, row.est_ub)


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
    lines = _lines(text.removeprefix("\ufeff"))
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
        new = (review.new_measure, review.new_est, review.new_lb, review.new_ub, review.page)
        place = (*review.key, review.outcome, review.timepoint_days, review.numbers, *(new if review.verdict == "add" else ()))
        before = found.get(place)
        if before is not None and replace(before[1], why=review.why, reviewer=review.reviewer) != review:
            raise BadSheet(f"Lines {before[0]} and {number} decide differently on one row; nothing was stored.")
        found[place] = (number, review)
    if not found:
        raise BadSheet("No line of the sheet has a verdict; nothing was stored.")
    return [review for _, review in found.values()]


def _lines(text: str) -> list[dict[str, str]]:
    """The lines of a sheet by the names of its columns.

    Raises:
        BadSheet: a quotation mark is left open, a cell is too long, or a line has more cells than there are columns: lines would be lost.
    """
    head, _, rest = text.partition("\n")
    told = head.strip().strip('"').casefold()
    # A line that tells Excel what stands between cells is no line of the sheet.
    delimiter, text = (told[4:5] or ",", rest) if told.startswith("sep=") else (_delimiter(text), text)
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        lines = list(reader)
    except csv.Error as error:
        raise BadSheet(f"Line {reader.line_num} of the sheet cannot be read: {error}. Nothing was stored.") from error
    for number, line in enumerate(lines, 2):
        if None in line or any("\n" in (v or "") for k, v in line.items() if k != "why"):
            raise BadSheet(
                f"Line {number} of the sheet runs into others: a quotation mark is left open, or a cell too many. Nothing was stored."
            )
    return lines


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
        timepoint_days=_number(line, "timepoint_days", number), numbers=_words(line, "numbers"),
    )  # fmt: skip


def _words(line: dict[str, str], column: str) -> str | None:
    return unguarded((line.get(column) or "").strip()) or None


def _number(line: dict[str, str], column: str, number: int) -> float | None:
    given = (line.get(column) or "").strip().replace("−", "-")
    if not given:
        return None
    try:
        value = float(given.replace(",", ".") if "." not in given else given)
    except ValueError as error:
        raise BadSheet(f"Line {number}: {given} in column {column} is no number. Nothing was stored.") from error
    if not math.isfinite(value):
        raise BadSheet(f"Line {number}: {given} in column {column} is no number. Nothing was stored.")
    return value
