"""What people decided on rows: stored with who, when and why, and applied to rows whenever they are made again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

from kb.answer import OutcomeAnswer
from kb.connection import for_reading
from kb.conversions import Derived, from_interval
from kb.poolable import POOLED_MEASURES, Refusal, Row, rows_of
from kb.refusals import NotConvertible, Reason
from kb.review_sheet import BadSheet, Review, key_of

#: What a person who has looked may overrule. That a result is pooled already, retracted or told at second hand is no matter of reading.
_OVERRULED = frozenset({Reason.AUDIT, Reason.SIGN, Reason.SUBGROUP, Reason.DENOMINATOR, Reason.CROSSOVER, Reason.CLUSTER})
#: What corrected numbers put right besides.
_PUT_RIGHT = _OVERRULED | {Reason.ASYMMETRIC, Reason.INTERVAL_MISSING, Reason.SD_MISSING, Reason.SKEWED, Reason.IMPOSSIBLE, Reason.MEASURE, Reason.NO_ESTIMATE, Reason.NO_EVENTS, Reason.SINGLE_ARM}  # fmt: skip
_COLUMNS = tuple(f.name for f in fields(Review))


def store(path: Path, reviews: Sequence[Review], sheet: str) -> int:
    """Keep reviews, all or none; how many.

    Raises:
        BadSheet: a review is of a document that the library does not hold, or its numbers cannot be pooled.
    """
    # What writes loads what reads; a question that is only asked does not wait for it.
    from kb.health import versions
    from kb.store import Library

    _check(path, reviews)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with Library(path, "review", [sheet], versions()) as library:
        with library.transaction() as db:
            marks = ", ".join("?" * (len(_COLUMNS) + 1))
            db.executemany(
                f"INSERT INTO review (run_id, {', '.join(_COLUMNS)}) VALUES ({marks})",
                [(library.run, *(getattr(replace(r, reviewed=now), c) for c in _COLUMNS)) for r in reviews],
            )
        library.close_run(0)
    return len(reviews)


def _check(path: Path, reviews: Iterable[Review]) -> None:
    db = for_reading(path)
    held = {row[0] for row in db.execute("SELECT came_as FROM document")}
    db.close()
    for r in reviews:
        if r.document not in held:
            raise BadSheet(f"The library holds no document {r.document}; nothing was stored.")
        if r.verdict in ("correct", "add"):
            try:
                _read_by_hand(r, r.new_measure or "MD")
            except NotConvertible as error:
                raise BadSheet(f"{r.document}: the numbers given cannot be pooled, {error}. Nothing was stored.") from error


def _read_by_hand(r: Review, measure: str) -> Derived:
    if measure not in POOLED_MEASURES:
        raise NotConvertible(Reason.MEASURE, f"{measure}; pooled are {', '.join(POOLED_MEASURES)}")
    if r.new_est is None or r.new_lb is None or r.new_ub is None:
        raise NotConvertible(Reason.NO_ESTIMATE, "an estimate and both limits are needed")
    made = from_interval(measure, r.new_est, r.new_lb, r.new_ub, level=95.0 if r.new_level is None else r.new_level)
    where = f", page {r.page}" if r.page else ""
    return replace(made, derivation=f"{r.new_est:g} [{r.new_lb:g}, {r.new_ub:g}] read by {r.reviewer}{where}; {made.derivation}")


def reviewed_rows(db: sqlite3.Connection, outcome: OutcomeAnswer, *, only: bool = False) -> tuple[Row, ...]:
    """The rows of an outcome as reviews leave them; with `only`, what nobody accepted is refused."""
    rows = rows_of(db, outcome)
    by_key, added = _stored(db)
    found = [_decided(r, by_key.get(key_of(r))) for r in rows]
    first: dict[str, Row] = {}
    for r in rows:
        first.setdefault(r.document, r)
    found += [
        _added(first[review.document], review) for review in added if review.document in first and review.outcome == outcome.outcome
    ]
    return tuple(_unreviewed(r) if only and r.review_status in (None, "rejected") else r for r in found)


def _stored(db: sqlite3.Connection) -> tuple[dict[tuple[object, ...], Review], list[Review]]:
    """The latest review of every row, and the rows that were added by hand. A library of an earlier version has none."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'review'").fetchone():
        return {}, []
    latest: dict[tuple[object, ...], Review] = {}
    by_hand: dict[tuple[object, ...], Review] = {}
    for row in db.execute(f"SELECT {', '.join(_COLUMNS)} FROM review ORDER BY id"):
        review = Review(*row)
        if review.verdict == "add":
            by_hand[review.document, review.outcome, review.new_measure, review.page] = review
        else:
            latest[review.key] = review
    return latest, list(by_hand.values())


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
    return replace(
        row, review_status="corrected", measure=measure, arms=None, refusals=left, derived=_read_by_hand(review, measure)
    )


def _added(beside: Row, review: Review) -> Row:
    """A row read by hand from the full text, beside what was read of the same document."""
    measure = review.new_measure or beside.measure
    left = tuple(x for x in beside.refusals if x.reason not in _PUT_RIGHT)
    return replace(
        beside, row_id=f"{beside.document}:by-hand-{review.page}", effect_id=None, measure=measure, est=None, est_lb=None, est_ub=None, ci_level=None, pval=None,
        pval_op=None, unit=None, arms=None, derived=_read_by_hand(review, measure), refusals=left, review_status="accepted", source_section=f"page {review.page}",
        quote=review.quote, shared_control_id=None,
    )  # fmt: skip


def _unreviewed(row: Row) -> Row:
    if any(x.reason is Reason.NOT_REVIEWED for x in row.refusals):
        return row
    return replace(row, refusals=(Refusal(Reason.NOT_REVIEWED, "nobody has looked at it"), *row.refusals))
