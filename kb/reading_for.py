"""Which documents of a library to read for a question whose outcome no pack knows: those whose text names the intervention and the outcome."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass

from nlp.words import normal_name

#: Words of at most so many letters name nothing by themselves; of longer ones the end may differ ("headache", "headaches").
_SHORT, _ENDING = 3, 3
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Held:
    """A document as the library holds it. `status` as in the data model: `ok`, `retracted`, `concern`, `corrected`."""

    came_as: str
    title: str
    text: str
    status: str


def documents_on(db: sqlite3.Connection, intervention: str, outcome: str, most: int) -> tuple[list[Held], int]:
    """The latest documents that name the intervention, by any name that the packs have for it, and a word of the outcome; and how many there are.

    What is superseded by a better report of its study, or gone from its source, is not read.
    """
    named, names = _named(db, intervention)
    told, words = _told(outcome)
    where = f"status <> 'superseded' AND deleted_in IS NULL AND ({named}) AND ({told})"
    count = db.execute(f"SELECT count(*) FROM document WHERE {where}", (*names, *words)).fetchone()[0]
    rows = db.execute(
        f"SELECT came_as, title, text, status FROM document WHERE {where} ORDER BY year DESC, id LIMIT ?", (*names, *words, most)
    )
    return [Held(row["came_as"], row["title"] or "", row["text"], row["status"]) for row in rows], count


def _named(db: sqlite3.Connection, words: str) -> tuple[str, list[str]]:
    """A condition on the text: one of the packs' names of this, or all its words."""
    names = db.execute(
        "SELECT DISTINCT o.written FROM concept_name n JOIN concept_name o ON o.concept_id = n.concept_id WHERE n.name = ? ORDER BY o.written",
        (normal_name(words),),
    ).fetchall()
    if names:
        return " OR ".join(["instr(lower(text), ?)"] * len(names)), [row["written"].lower() for row in names]
    found = _words(words)
    return " AND ".join(["instr(lower(text), ?)"] * len(found)) or "1", found


def _told(words: str) -> tuple[str, list[str]]:
    found = _words(words)
    return " OR ".join(["instr(lower(text), ?)"] * len(found)) or "1", found


def _words(words: str) -> list[str]:
    found = [w.lower() for w in _WORD.findall(words)]
    long = [w for w in found if len(w) > _SHORT] or found
    return [w[: max(_SHORT + 1, len(w) - _ENDING)] for w in long]
