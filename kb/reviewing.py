"""What people decided on rows: stored with who, when and why, and applied to rows whenever they are made again."""

from __future__ import annotations

import json
import math
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from kb.answer import OutcomeAnswer
from kb.cells import unguarded
from kb.connection import for_reading
from kb.conversions import Derived, from_interval
from kb.poolable import Row, rows_of
from kb.printed_contrasts import POOLED_MEASURES, as_share
from kb.refusals import NotConvertible, Reason, Refusal
from kb.review_sheet import BY_HAND, BadSheet, Review, key_of
from kb.wording import in_per_cent

#: What a person who has looked may overrule. That a result is pooled already, retracted or told at second hand is no matter of reading.
_OVERRULED = frozenset({Reason.AUDIT, Reason.SIGN, Reason.TURNED, Reason.OTHER_ARM, Reason.SUBGROUP, Reason.DENOMINATOR, Reason.SUSPICIOUS, Reason.CROSSOVER, Reason.CLUSTER})  # fmt: skip
#: What corrected numbers put right besides.
_PUT_RIGHT = _OVERRULED | {
    Reason.ASYMMETRIC, Reason.INTERVAL_MISSING, Reason.SD_MISSING, Reason.SKEWED, Reason.IMPOSSIBLE, Reason.MEASURE, Reason.NO_ESTIMATE, Reason.NO_EVENTS,
    Reason.SINGLE_ARM, Reason.SEVERAL, Reason.BASELINE, Reason.OTHER_ARM, Reason.SAID_AGAIN, Reason.MIXED_SCALES,
}  # fmt: skip
_COLUMNS = tuple(f.name for f in fields(Review))


def store(path: Path, reviews: Sequence[Review], sheet: str) -> int:
    """Keep reviews, all or none; how many.

    Raises:
        BadSheet: a review is of a row that the library does not hold, or its numbers cannot be pooled.
    """
    # What writes loads what reads; a question that is only asked does not wait for it.
    from kb.health import versions
    from kb.store import Library

    checked = _checked(path, reviews)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with Library(path, "review", [sheet], versions()) as library:
        with library.transaction() as db:
            marks = ", ".join("?" * (len(_COLUMNS) + 1))
            db.executemany(
                f"INSERT INTO review (run_id, {', '.join(_COLUMNS)}) VALUES ({marks})",
                [(library.run, *(getattr(replace(r, reviewed=now), c) for c in _COLUMNS)) for r in checked],
            )
        library.close_run(0)
    return len(checked)


@dataclass(frozen=True, slots=True)
class _Said:
    """A number, or a claim without one, as a document says it now."""

    quote: str
    outcome: str
    numbers: tuple[float | None, float | None, float | None]
    measure: str | None
    per_cent: bool


def _said_in(db: sqlite3.Connection, documents: Iterable[str]) -> dict[str, list[_Said]]:
    """What documents say, by the id that they came with; a document without anything has an empty list."""
    listed = (json.dumps(sorted(set(documents))),)
    among = "d.came_as IN (SELECT value FROM json_each(?))"
    found: dict[str, list[_Said]] = {row[0]: [] for row in db.execute(f"SELECT came_as FROM document d WHERE {among}", listed)}
    for table, columns in (
        ("effect", "x.estimate, x.ci_low, x.ci_high, x.measure, x.unit"),
        ("claim", "NULL, NULL, NULL, NULL, NULL"),
    ):
        sql = (
            f"SELECT d.came_as, ev.quote, o.label, {columns} FROM {table} x JOIN document d ON d.id = x.document_id "
            f"JOIN evidence ev ON ev.id = x.evidence_id JOIN outcome o ON o.id = x.outcome_id WHERE {among}"
        )
        for document, quote, outcome, est, low, high, measure, unit in db.execute(sql, listed):
            found[document].append(_Said(_plain(quote), outcome, (est, low, high), measure, in_per_cent(unit, quote)))
    return found


def _plain(quote: str) -> str:
    return " ".join(unguarded(quote).split())


def _checked(path: Path, reviews: Sequence[Review]) -> list[Review]:
    """Reviews whose rows are there, each with its outcome as the library writes it."""
    db = for_reading(path)
    said = _said_in(db, (r.document for r in reviews))
    by_hand = {(x.document, x.numbers) for _, x in _stored(db).added}
    db.close()
    return [_of_a_row(r, said, by_hand) for r in reviews]


def _of_a_row(r: Review, said: dict[str, list[_Said]], by_hand: set[tuple[str, str | None]]) -> Review:
    if r.document not in said:
        raise BadSheet(f"The library holds no document {r.document}; nothing was stored.")
    there = said[r.document]
    if r.verdict == "add":
        labels = sorted({x.outcome for x in there})
        named = next((x for x in labels if x.casefold() == r.outcome.casefold()), None)
        if named is None:
            raise BadSheet(
                f"{r.document} has no row on {r.outcome or 'no outcome'}; it has {', '.join(labels) or 'none'}. Nothing was stored."
            )
        r = replace(r, outcome=named, numbers=_hand_numbers(r))
    elif (r.document, r.numbers) not in by_hand:
        _there(r, there)
    if r.verdict in ("correct", "add"):
        _convertible(r, there)
    return r


def _there(r: Review, there: Sequence[_Said]) -> None:
    """Refuse a decision on words or numbers that the document does not have: it would be kept and change nothing."""
    parts = {_plain(part) for part in r.quote.split(" […] ")}
    numbers = (r.est, r.est_lb, r.est_ub)
    fit = [x for x in there if x.quote in parts]
    if parts - {x.quote for x in fit} or not (numbers == (None, None, None) or any(x.numbers == numbers for x in fit)):
        raise BadSheet(
            f'{r.document} has no row that says "{r.quote[:80]}" with the numbers given. Was the sheet saved in another encoding, or a cell changed? '
            "Nothing was stored."
        )


def _convertible(r: Review, there: Sequence[_Said]) -> None:
    at = next(
        (x for x in there if r.verdict == "correct" and x.numbers == (r.est, r.est_lb, r.est_ub) and x.quote == _plain(r.quote)),
        None,
    )
    measure = r.new_measure or (at.measure if at and at.measure in POOLED_MEASURES else None)
    per_cent = at is not None and at.per_cent and measure == at.measure
    try:
        made = _read_by_hand(r, measure or "MD", per_cent)
    except NotConvertible as error:
        raise BadSheet(f"{r.document}: the numbers given cannot be pooled, {error}. Nothing was stored.") from error
    if made.measure == "RD" and per_cent and at is not None and abs(at.numbers[0] or 0) >= 1 > abs(r.new_est or 0):
        raise BadSheet(
            f"{r.document}: {r.new_est:g} beside {at.numbers[0]:g} per cent; write it in per cent too. Nothing was stored."
        )


def _hand_numbers(r: Review) -> str:
    told = ", ".join("" if x is None else f"{x:g}" for x in (r.new_est, r.new_lb, r.new_ub))
    return f"{BY_HAND}{r.new_measure} {told}, page {r.page}"


def _read_by_hand(r: Review, measure: str, per_cent: bool) -> Derived:
    if measure not in POOLED_MEASURES:
        raise NotConvertible(Reason.MEASURE, f"{measure}; pooled are {', '.join(POOLED_MEASURES)}")
    if r.new_est is None or r.new_lb is None or r.new_ub is None:
        raise NotConvertible(Reason.NO_ESTIMATE, "an estimate and both limits are needed")
    made = from_interval(measure, r.new_est, r.new_lb, r.new_ub, level=95.0 if r.new_level is None else r.new_level)
    made = as_share(made, per_cent) if measure == "RD" else made
    where = f", page {r.page}" if r.page else ""
    return replace(made, derivation=f"{r.new_est:g} [{r.new_lb:g}, {r.new_ub:g}] read by {r.reviewer}{where}; {made.derivation}")


def reviewed_rows(
    db: sqlite3.Connection, outcome: OutcomeAnswer, *, only: bool = False, least: float | None = None
) -> tuple[Row, ...]:
    """The rows of an outcome as reviews leave them.

    With `only`, what nobody accepted is refused; with `least`, what was read with a confidence (0 to 1) below it, or without one, and nobody accepted.
    """
    rows = rows_of(db, outcome)
    kept = _stored(db)
    added = _added(rows, kept, outcome.outcome)
    found = [_decided(r, kept.of(r, rows)) for r in rows]
    found += [_decided(r, kept.of(r, rows, since)) for since, r in added]
    unseen = (_unreviewed(r) if only and r.review_status in (None, "rejected") else r for r in found)
    return tuple(r if least is None else _sure(r, least) for r in unseen)


@dataclass(frozen=True, slots=True)
class _Kept:
    """All reviews in the order in which they were stored: by what they are of, and the numbers that were added. `labels`: under which outcomes words stand now."""

    by_key: dict[tuple[object, ...], list[tuple[int, Review]]]
    added: list[tuple[int, Review]]
    labels: frozenset[tuple[str, str, str]]

    def of(self, row: Row, rows: Sequence[Row], since: int = -1) -> Review | None:
        """The last review of a row. Where the reviewed outcome or time is no longer there, it was read into another name, and the review holds on."""
        for place, review in reversed(self.by_key.get(key_of(row), [])):
            if place > since and review.is_of(row) and self._named(review, row) and _timed(review, row, rows):
                return review
        return None

    def _named(self, review: Review, row: Row) -> bool:
        words = _plain(review.quote.partition(" […] ")[0])
        return review.outcome == row.outcome or (review.document, words, review.outcome) not in self.labels


def _timed(review: Review, row: Row, rows: Sequence[Row]) -> bool:
    """Whether a review's time is a row's, or that of no row of the same words and numbers."""
    days = review.timepoint_days
    if days is None and review.numbers is None:
        return True
    return _same_days(days, row.timepoint_days) or not any(_same_days(days, r.timepoint_days) for r in rows if review.is_of(r))


def _same_days(one: float | None, two: float | None) -> bool:
    return one == two if one is None or two is None else math.isclose(one, two, rel_tol=1e-9)


def _stored(db: sqlite3.Connection) -> _Kept:
    """What was decided so far. A library of an earlier version has nothing, or lacks columns."""
    there = {row[1] for row in db.execute("PRAGMA table_info(review)")}
    if not there:
        return _Kept({}, [], frozenset())
    by_key: dict[tuple[object, ...], list[tuple[int, Review]]] = {}
    added: dict[tuple[object, ...], tuple[int, Review]] = {}
    columns = ", ".join(c if c in there else "NULL" for c in _COLUMNS)
    for place, row in enumerate(db.execute(f"SELECT {columns} FROM review ORDER BY id")):
        review = Review(*row)
        if review.verdict == "add":
            review = replace(review, numbers=_hand_numbers(review))
            added[review.document, review.outcome, review.timepoint_days, review.numbers] = place, review
        else:
            by_key.setdefault(review.key, []).append((place, review))
    said = _said_in(db, (review.document for of in by_key.values() for _, review in of))
    return _Kept(by_key, list(added.values()), frozenset((d, x.quote, x.outcome) for d, of in said.items() for x in of))


def _decided(row: Row, review: Review | None) -> Row:
    if review is None:
        return row
    if review.verdict == "reject":
        why = Refusal(Reason.NOT_REVIEWED, f"rejected by {review.reviewer}{f': {review.why}' if review.why else ''}")
        return replace(row, review_status="rejected", refusals=(why, *row.refusals))
    if review.verdict == "accept":
        return replace(
            row,
            review_status="accepted",
            refusals=tuple(x for x in row.refusals if row.derived is None or x.reason not in _OVERRULED),
        )
    measure = review.new_measure or row.measure
    left = tuple(x for x in row.refusals if x.reason not in _PUT_RIGHT)
    try:
        derived = _read_by_hand(review, measure, row.unit == "%" and measure == row.measure)
    except NotConvertible as error:
        return replace(
            row, review_status="corrected", refusals=(Refusal(error.reason, f"as corrected, {error.detail}"), *row.refusals)
        )
    return replace(row, review_status="corrected", measure=measure, arms=None, refusals=left, derived=derived)


def _added(rows: Sequence[Row], kept: _Kept, outcome: str) -> list[tuple[int, Row]]:
    """Rows read by hand from the full text, each beside the row of its document that its line repeats."""
    by_document: dict[str, list[Row]] = {}
    for r in rows:
        by_document.setdefault(r.document, []).append(r)
    found: list[tuple[int, Row]] = []
    taken: Counter[str] = Counter()
    for place, review in kept.added:
        there = by_document.get(review.document, []) if review.outcome == outcome else []
        if there:
            beside = min(there, key=lambda r: (not _same_days(r.timepoint_days, review.timepoint_days), key_of(r) != review.key))
            name = f"{beside.document}:by-hand-{review.page}"
            taken[name] += 1
            found.append((place, _by_hand(beside, review, name if taken[name] == 1 else f"{name}-{taken[name]}")))
    return found


def _by_hand(beside: Row, review: Review, row_id: str) -> Row:
    measure = review.new_measure or beside.measure
    left = tuple(x for x in beside.refusals if x.reason not in _PUT_RIGHT)
    days = beside.timepoint_days if review.timepoint_days is None else review.timepoint_days
    return replace(
        beside, row_id=row_id, effect_id=None, measure=measure, est=None, est_lb=None, est_ub=None, ci_level=None, pval=None, pval_op=None, unit=None,
        arms=None, kind=None, derived=_read_by_hand(review, measure, per_cent=False), refusals=left, review_status="accepted", source_section=f"page {review.page}",
        quote=review.quote, shared_control_id=None, timepoint_days=days, numbers=review.numbers,
    )  # fmt: skip


def _sure(row: Row, least: float) -> Row:
    if row.review_status not in (None, "rejected") or (row.confidence is not None and row.confidence >= least):
        return row
    how = "no confidence is known" if row.confidence is None else f"confidence {row.confidence:g}, asked for {least:g}"
    return replace(row, refusals=(*row.refusals, Refusal(Reason.NOT_SURE, how)))


def _unreviewed(row: Row) -> Row:
    if any(x.reason is Reason.NOT_REVIEWED for x in row.refusals):
        return row
    return replace(row, refusals=(Refusal(Reason.NOT_REVIEWED, "nobody has looked at it"), *row.refusals))
