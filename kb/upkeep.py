"""What follows from the documents, kept up to date in the run that changes them, and made anew on demand.

Only what changed documents touch is worked out again: their studies, their claims' keys, the disputes that those studies take part in, the
verdicts of their comparisons. The table `stale` says which documents those are; triggers fill it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from kb.comparison import COLUMNS, Compared, Concepts, concepts, read
from kb.disputes import Dispute, InconsistentReport, Named, disputes, inconsistent_reports
from kb.fingerprint import keep_prints
from kb.likeness import look_again
from kb.standing import Disputed, Key, disputed_before, key_of, write_disputed, write_standing
from kb.studies import regroup

#: So many documents' claims are held in memory at once.
_CHUNK = 2000
_INSERT = f"INSERT INTO comparison ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM comparison"


#: Of more documents than these at once it is not told which disputes came and went: a library was filled, or moved.
_TOLD_AT_MOST = 20_000


def catch_up(db: sqlite3.Connection, run: int) -> int:
    """Bring everything that is derived up to date with the documents, inside the caller's transaction; how many verdicts turned."""
    return _catch_up(db, run, None) if stale(db) else 0


def _catch_up(db: sqlite3.Connection, run: int, before: Disputed | None) -> int:
    regroup(db, stale(db))
    documents = stale(db)
    look_again(db, documents)
    keep_prints(db, documents)
    before = disputed_before(db, run, documents) if before is None and len(documents) <= _TOLD_AT_MOST else before
    known = concepts(db)
    keys, studies = _compare_again(db, documents, known)
    _dispute_again(db, studies, known)
    if before is not None:
        write_disputed(db, run, before, studies)
    turned = write_standing(db, run, keys)
    db.execute("DELETE FROM stale")
    return turned


def all_anew(db: sqlite3.Connection, run: int) -> int:
    """Forget everything that is derived and work it out from the documents alone; how many verdicts turned."""
    documents = [row[0] for row in db.execute("SELECT id FROM document ORDER BY id")]
    before = disputed_before(db, run, documents) if len(documents) <= _TOLD_AT_MOST else None
    for table in (
        "comparison",
        "dispute",
        "inconsistent_report",
        "title_key",
        "identity_doubt",
        "document_print",
        "document_registration",
        "study_document",
        "study",
    ):
        db.execute(f"DELETE FROM {table}")
    db.execute("INSERT OR IGNORE INTO stale SELECT id FROM document")
    return _catch_up(db, run, before) if stale(db) else 0


def stale(db: sqlite3.Connection) -> list[int]:
    """The documents whose derived rows are behind."""
    return [row[0] for row in db.execute("SELECT document_id FROM stale ORDER BY document_id")]


def _compare_again(db: sqlite3.Connection, documents: Sequence[int], known: Concepts) -> tuple[set[Key], set[int]]:
    """Write the keys of these documents' claims anew; the comparisons and studies that had or have to do with them."""
    keys: set[Key] = set()
    studies: set[int] = set()
    for chunk in _chunks(documents):
        listed = json.dumps(chunk)
        for row in db.execute(f"{_SELECT} WHERE document_id IN (SELECT value FROM json_each(?))", (listed,)):
            was = Compared(*row)
            keys.add(key_of(was))
            studies.add(was.study_id)
        db.execute("DELETE FROM comparison WHERE document_id IN (SELECT value FROM json_each(?))", (listed,))
    for chunk in _chunks(documents):
        now = list(read(db, known, "f.document_id IN (SELECT value FROM json_each(?))", (json.dumps(chunk),)))
        keys |= {key_of(c) for c in now}
        studies |= {c.study_id for c in now}
        db.executemany(_INSERT, (tuple(getattr(c, name) for name in COLUMNS) for c in now))
    return keys, studies


def _chunks(items: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(items), _CHUNK):
        yield list(items[start : start + _CHUNK])


def _dispute_again(db: sqlite3.Connection, studies: set[int], known: Concepts) -> None:
    listed = json.dumps(sorted(studies))
    among = "(SELECT value FROM json_each(?))"
    for column in ("study_a", "study_b"):
        db.execute(f"DELETE FROM dispute WHERE {column} IN {among}", (listed,))
    db.execute(f"DELETE FROM inconsistent_report WHERE study_id IN {among}", (listed,))
    touched, named = frozenset(studies), named_pairs(db, listed)
    families = db.execute(
        f"SELECT DISTINCT family FROM comparison WHERE study_id IN {among} AND family IS NOT NULL ORDER BY 1", (listed,)
    )
    for (family,) in families.fetchall():
        rivals = [Compared(*row) for row in db.execute(f"{_SELECT} WHERE family = ?", (family,))]
        db.executemany(_DISPUTE, (_dispute_row(d) for d in disputes(rivals, known, touched, named)))
    several = f"SELECT study_id FROM comparison WHERE study_id IN {among} GROUP BY study_id HAVING count(DISTINCT document_id) > 1"
    for (study,) in db.execute(several, (listed,)).fetchall():
        # Those that gave way too: what a talk told otherwise than the paper is told nowhere else.
        told = [Compared(*row) for row in db.execute(f"{_SELECT} WHERE study_id = ? AND status <> 'retracted'", (study,))]
        db.executemany(
            "INSERT INTO inconsistent_report VALUES (?, ?, ?, ?, ?, ?, ?)", map(_inconsistent_row, inconsistent_reports(told))
        )


#: Begun at the studies in question, whatever the planner thinks of their number.
_NAMING = (
    "SELECT a.study_id, b.study_id FROM json_each(:studies) s CROSS JOIN study_document a ON a.study_id = s.value "
    "CROSS JOIN document_registration n ON n.document_id = a.document_id AND n.own = {own} "
    "CROSS JOIN document_registration o ON o.value = n.value AND o.own = 1 - n.own JOIN study_document b ON b.document_id = o.document_id "
    "WHERE a.study_id <> b.study_id"
)


def named_pairs(db: sqlite3.Connection, listed: str) -> Named:
    """The pairs of studies, one of these among them, of which one names the other's registration."""
    rows = [row for own in (0, 1) for row in db.execute(_NAMING.format(own=own), {"studies": listed})]
    return frozenset((min(row[0], row[1]), max(row[0], row[1])) for row in rows)


_DISPUTE = f"INSERT INTO dispute VALUES ({', '.join('?' * 18)})"


def _dispute_row(d: Dispute) -> tuple[object, ...]:
    test = d.difference
    numbers = (d.a.scale, d.a.yi, d.a.sei, d.b.yi, d.b.sei, test.z, test.p) if test else (None,) * 7
    factors = json.dumps([[f.factor, f.a, f.b] for f in d.explained_by], ensure_ascii=False)
    return (
        d.a.claim_id,
        d.b.claim_id,
        d.a.study_id,
        d.b.study_id,
        d.outcome,
        d.type,
        d.estimates,
        *numbers,
        d.overlap,
        factors,
        d.weight,
        d.since,
    )


def _inconsistent_row(r: InconsistentReport) -> tuple[object, ...]:
    return r.a.claim_id, r.b.claim_id, r.a.study_id, r.a.outcome, r.what, r.told_a, r.told_b


def of_claims(db: sqlite3.Connection, claims: Iterable[int]) -> list[Compared]:
    """The kept comparisons of these claims."""
    return [
        Compared(*row)
        for row in db.execute(f"{_SELECT} WHERE claim_id IN (SELECT value FROM json_each(?))", (json.dumps(list(claims)),))
    ]
