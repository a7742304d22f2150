"""Treatments and outcomes that no pack knows, by the words that the library's papers call them: a question may ask for these, too."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from nlp.words import normal_words

#: The kind, the column of its key in the kept comparisons, and that of its words; a treatment's words before an outcome's.
_COLUMNS = (("intervention", "intervention_key", "intervention"), ("outcome", "outcome_key", "outcome"))
#: So a key begins where no pack knows the words.
_MARK = "words:"


def named_so(db: sqlite3.Connection, words: Sequence[str]) -> tuple[int, tuple[str, str, str] | None]:
    """How many of the words, from the first on, some claim's treatment or outcome goes by, whole: the most; and its key, kind and words."""
    if not _has_comparisons(db):
        return 0, None
    for length in range(len(words), 0, -1):
        key = _MARK + " ".join(words[:length])
        for kind, column, label in _COLUMNS:
            row = db.execute(f"SELECT {label} FROM comparison WHERE {column} = ? LIMIT 1", (key,)).fetchone()
            if row is not None:
                return length, (key, kind, str(row[0]))
    return 0, None


def holding(db: sqlite3.Connection, word: str) -> list[str]:
    """Some treatments and outcomes of the library's own that hold a word."""
    if not _has_comparisons(db):
        return []
    name = " ".join(w for w, _, _ in normal_words(word))
    sql = "SELECT DISTINCT {label} FROM comparison WHERE {column} LIKE 'words:%' AND ' ' || substr({column}, 7) || ' ' LIKE '% ' || ? || ' %' LIMIT 3"
    return [str(row[0]) for _, column, label in _COLUMNS for row in db.execute(sql.format(label=label, column=column), (name,))]


def _has_comparisons(db: sqlite3.Connection) -> bool:
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'comparison'").fetchone() is not None
