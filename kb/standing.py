"""Where every compared pair stands on every outcome: one word each, kept, so that a run can say which of them turned."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from kb.belief import counts, speakers, word
from kb.comparison import COLUMNS, COUNTED, Compared

#: Intervention, comparator, condition, outcome, level.
Key = tuple[str, str, str, str, str]
_KEY = ("intervention", "comparator", "condition", "outcome", "level")
_HELD = " AND ".join(f"{k} = ?" for k in _KEY)
_CLAIMS = (
    f"SELECT {', '.join(COLUMNS)} FROM comparison WHERE intervention_key = ? AND against = ? AND condition_key = ? AND outcome_key = ? AND level = ? "
    "AND question IN ('treatment', 'harm') ORDER BY study_id, claim_id"
)
_DIFFER = (
    "SELECT 1 FROM dispute WHERE estimates = 'differ' AND claim_a IN (SELECT value FROM json_each(:claims)) "
    "AND claim_b IN (SELECT value FROM json_each(:claims)) LIMIT 1"
)


#: The disputes of some studies: documents and outcome to how they disagree. None: nobody is told, since the library is being filled.
Disputed = dict[tuple[str, str, str], str]
_DISPUTED = (
    "SELECT a.document, b.document, d.outcome, d.type || ', estimates ' || d.estimates "
    "FROM dispute d JOIN comparison a ON a.claim_id = d.claim_a JOIN comparison b ON b.claim_id = d.claim_b "
    "WHERE d.study_a IN (SELECT value FROM json_each(:studies)) OR d.study_b IN (SELECT value FROM json_each(:studies)) ORDER BY d.weight"
)


def disputed_before(db: sqlite3.Connection, run: int, documents: Sequence[int]) -> Disputed | None:
    """The disputes that the studies of these documents take part in, before they are worked out again. None in a library's first run."""
    if db.execute("SELECT 1 FROM run WHERE ended IS NOT NULL AND id < ?", (run,)).fetchone() is None:
        return None
    among = "(SELECT value FROM json_each(:documents))"
    rows = db.execute(
        f"SELECT study_id FROM comparison WHERE document_id IN {among} UNION SELECT study_id FROM study_document WHERE document_id IN {among}",
        {"documents": json.dumps(list(documents))},
    )
    return _disputed(db, [row[0] for row in rows])


def _disputed(db: sqlite3.Connection, studies: Iterable[int]) -> Disputed:
    return {(r[0], r[1], r[2]): r[3] for r in db.execute(_DISPUTED, {"studies": json.dumps(sorted(studies))})}


def write_disputed(db: sqlite3.Connection, run: int, before: Disputed, studies: Iterable[int]) -> None:
    """Keep which disputes came and which went: also those of claims whose comparisons are worded otherwise, which no verdict speaks of."""
    now = _disputed(db, studies)
    for kind, those, others in (("contested", now, before), ("contested no more", before, now)):
        db.executemany(
            "INSERT INTO change (run_id, kind, what, before, after) VALUES (?, ?, ?, ?, ?)",
            [
                (run, kind, f"{outcome}: {a} and {b}", *((None, how) if those is now else (how, None)))
                for (a, b, outcome), how in sorted(those.items())
                if (a, b, outcome) not in others
            ],
        )


def key_of(claim: Compared) -> Key:
    """The comparison that a claim is about."""
    return claim.intervention_key, claim.against, claim.condition_key, claim.outcome_key, claim.level


def standing(db: sqlite3.Connection, key: Key) -> tuple[str, str] | None:
    """A word and the counts of sides for a comparison; None where no claim is left that counts."""
    claims = [c for row in db.execute(_CLAIMS, key) if (c := Compared(*row)).status in COUNTED]
    speaking = speakers(c.in_order() for c in claims)
    if not speaking or key[-1] not in ("trial", "pooled"):
        return None
    differ = len(speaking) > 1 and db.execute(_DIFFER, {"claims": json.dumps([c.claim_id for c in claims])}).fetchone() is not None
    return word(speaking, differ), json.dumps({side: n for side, n in counts(speaking).items() if n})


def write_standing(db: sqlite3.Connection, run: int, keys: Iterable[Key]) -> int:
    """Keep where these comparisons stand now, and a change of this run for each word that turned; how many did. New ones turn nothing."""
    turned: list[tuple[Key, str, str]] = []
    for key in sorted(keys):
        held = db.execute(f"SELECT verdict, counts FROM verdict WHERE {_HELD}", key).fetchone()
        now = standing(db, key)
        if held is not None and (now is None or now[0] != held[0]):
            turned.append((key, held[0], now[0] if now else "no claim left"))
        if now is None:
            db.execute(f"DELETE FROM verdict WHERE {_HELD}", key)
        elif held is None or tuple(held) != now:
            db.execute(
                f"INSERT OR REPLACE INTO verdict ({', '.join(_KEY)}, verdict, counts) VALUES (?, ?, ?, ?, ?, ?, ?)", (*key, *now)
            )
    db.executemany(
        "INSERT INTO change (run_id, kind, what, before, after) VALUES (?, 'verdict', ?, ?, ?)",
        [(run, _named(db, key), before, after) for key, before, after in turned],
    )
    return len(turned)


def _named(db: sqlite3.Connection, key: Key) -> str:
    """A comparison in words: labels in place of concept ids."""
    intervention, comparator, condition, outcome = (_label(db, name) for name in key[:4])
    against = f" against {comparator}" if comparator else ""
    where = f" in {condition}" if condition else ""
    level = "trials" if key[4] == "trial" else "pooled results"
    return f"{intervention or 'an intervention that is not named'}{against}{where} on {outcome} ({level})"


def _label(db: sqlite3.Connection, name: str) -> str:
    plain = name.removeprefix("active:")
    row = db.execute("SELECT label FROM concept WHERE id = ?", (plain,)).fetchone()
    return str(row[0]) if row else plain.removeprefix("words:").removeprefix("other:")
