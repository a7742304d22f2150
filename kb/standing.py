"""Where every compared pair stands on every outcome: one word each, kept, so that a run can say which of them turned."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict

from kb.verdicts import SIDES, side_of

_KEY = ("intervention", "comparator", "condition", "outcome", "level")
_ROWS = (
    "SELECT coalesce(intervention_concept, intervention, '') AS intervention, coalesce(comparator_class, comparator, '') AS comparator, "
    "coalesce(condition_concept, condition, '') AS condition, coalesce(outcome_concept, outcome) AS outcome, level, "
    "study_id, direction, null_kind, coalesce(time_days, 0) AS days FROM claim_in_full "
    "WHERE status IN ('ok', 'concern', 'corrected') AND level IN ('trial', 'pooled') AND question IN ('treatment', 'harm') "
    "ORDER BY study_id, days DESC, claim_id"
)

Standing = dict[tuple[str, ...], tuple[str, str]]


def standing(db: sqlite3.Connection) -> Standing:
    """A word and the counts of sides for every comparison; each study counts once, with its claim at the latest time."""
    sides: dict[tuple[str, ...], dict[int, str]] = defaultdict(dict)
    for row in db.execute(_ROWS):
        key = tuple(str(row[k]) for k in _KEY)
        sides[key].setdefault(row["study_id"], side_of(row["direction"], row["null_kind"]))
    found: Standing = {}
    for key, by_study in sides.items():
        counts = {s: sum(v == s for v in by_study.values()) for s in SIDES}
        found[key] = (_word(counts), json.dumps({s: n for s, n in counts.items() if n}))
    return found


def _word(counts: dict[str, int]) -> str:
    favours, against = counts["favours_intervention"], counts["favours_comparator"]
    if favours and against:
        return "contested"
    if favours or against:
        side = "favours intervention" if favours else "favours comparator"
        return f"{side}, not by all" if counts["no_clear_difference"] or counts["uncertain"] else side
    return "no clear difference" if counts["no_clear_difference"] else "uncertain"


def write_standing(db: sqlite3.Connection, run: int) -> int:
    """Keep where things stand now, and a change of this run for each word that turned; how many turned. New comparisons turn nothing."""
    held = {tuple(str(row[k]) for k in _KEY): (row["verdict"], row["counts"]) for row in db.execute("SELECT * FROM verdict")}
    now = standing(db)
    turned = [(key, held[key][0], word) for key, (word, _) in now.items() if key in held and held[key][0] != word]
    turned += [(key, word, "no claim left") for key, (word, _) in held.items() if key not in now]
    db.executemany(
        "INSERT INTO change (run_id, kind, what, before, after) VALUES (?, 'verdict', ?, ?, ?)",
        [(run, _named(db, key), before, after) for key, before, after in sorted(turned)],
    )
    changed = [(*key, *value) for key, value in now.items() if held.get(key) != value]
    db.executemany(
        "INSERT OR REPLACE INTO verdict (intervention, comparator, condition, outcome, level, verdict, counts) VALUES (?, ?, ?, ?, ?, ?, ?)",
        changed,
    )
    where = " AND ".join(f"{k} = ?" for k in _KEY)
    db.executemany(f"DELETE FROM verdict WHERE {where}", [key for key in held if key not in now])
    return len(turned)


def _named(db: sqlite3.Connection, key: tuple[str, ...]) -> str:
    """A comparison in words: labels in place of concept ids."""
    labels = []
    for name in key[:4]:
        row = db.execute("SELECT label FROM concept WHERE id = ?", (name,)).fetchone()
        labels.append(str(row[0]) if row else name)
    intervention, comparator, condition, outcome = labels
    against = f" against {comparator}" if comparator else ""
    where = f" in {condition}" if condition else ""
    level = "trials" if key[4] == "trial" else "pooled results"
    return f"{intervention or 'an intervention that is not named'}{against}{where} on {outcome} ({level})"
