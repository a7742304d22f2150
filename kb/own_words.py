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


#: Shorter words are parts of too much.
_SHORTEST_PART = 4


def part_of_one(db: sqlite3.Connection, words: Sequence[str]) -> tuple[int, tuple[str, str, str] | None]:
    """How many of the words, from the first on, are a part of one treatment's name and of no other's: the most; and its key, kind and words.

    "lumaprost" asks for "lumaprost eye drops" where no other treatment of the library is called so; where several are, none is meant.
    """
    if not words or len(words[0]) < _SHORTEST_PART or not _has_comparisons(db):
        return 0, None
    # The range is that of the words' own keys, so that the index is read and not the table.
    sql = "SELECT DISTINCT intervention_key FROM comparison WHERE intervention_key >= 'words:' AND intervention_key < 'words;'"
    names = [str(row[0]).removeprefix(_MARK) for row in db.execute(sql)]
    for length in range(len(words), 0, -1):
        wanted = f" {' '.join(words[:length])} "
        fits = [name for name in names if wanted in f" {name} "]
        if len(fits) == 1:
            key = _MARK + fits[0]
            row = db.execute("SELECT intervention FROM comparison WHERE intervention_key = ? LIMIT 1", (key,)).fetchone()
            return length, (key, "intervention", str(row[0]))
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
