"""The disputes of a library as a list: restricted, heaviest first, for programs and for people."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from kb.chosen import narrower
from kb.dispute_lines import HEAVIEST_FIRST, DisputeLine, inconsistent_rows, line_of
from kb.errors import NotUnderstood
from kb.question import Known, named

COLUMNS = ("weight", "outcome", "a", "b", "type", "estimates", "z", "p", "overlap", "may_be_explained_by")
REPORT_COLUMNS = ("study", "outcome", "what", "a", "a_tells", "b", "b_tells")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of disputes is restricted to, in words of the packs. `since`: those with a document that was read after this run."""

    condition: str | None = None
    outcome: str | None = None
    intervention: str | None = None
    since: int | None = None


def listed(db: sqlite3.Connection, asked: Asked) -> list[DisputeLine]:
    """The disputes that meet the restrictions on either side, heaviest first.

    Raises:
        NotUnderstood: a word of a restriction is not known to the library.
    """
    where, values = ["1"], dict[str, object]()
    for part in ("condition", "outcome", "intervention"):
        words = getattr(asked, part)
        if words is not None:
            where.append(
                f"(a.{part}_key IN (SELECT value FROM json_each(:{part})) OR b.{part}_key IN (SELECT value FROM json_each(:{part})))"
            )
            values[part] = json.dumps(sorted({i for known in _known(db, words, part) for i in narrower(db, known.id)}))
    if asked.since is not None:
        where.append("d.since > :since")
        values["since"] = asked.since
    rows = db.execute(
        "SELECT d.*, a.document AS document_a, b.document AS document_b FROM dispute d JOIN comparison a ON a.claim_id = d.claim_a "
        f"JOIN comparison b ON b.claim_id = d.claim_b WHERE {' AND '.join(where)} {HEAVIEST_FIRST}",
        values,
    )
    return [line_of(row) for row in rows]


def _known(db: sqlite3.Connection, words: str, kind: str) -> list[Known]:
    found = [k for k in named(db, words) if k.kind == kind]
    if not found:
        raise NotUnderstood(words, ())
    return found


def reports(db: sqlite3.Connection) -> list[dict[str, object]]:
    """Reports of one study that tell one result differently."""
    return inconsistent_rows(db, "", {})


def row(d: DisputeLine) -> dict[str, object]:
    """A dispute as a flat row."""
    why = "; ".join(f"{factor}: {a} / {b}" for factor, a, b in d.explained_by if a is not None and b is not None)
    return {
        "weight": d.weight, "outcome": d.outcome, "a": d.document_a, "b": d.document_b, "type": d.type, "estimates": d.estimates,
        "z": None if d.z is None else f"{d.z:.2f}", "p": None if d.p_difference is None else f"{d.p_difference:.3g}", "overlap": d.overlap,
        "may_be_explained_by": why,
    }  # fmt: skip
