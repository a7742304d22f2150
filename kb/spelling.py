"""Words of a question that no name has, read as the nearest word of a name; said in the answer, never silently."""

from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import Iterable

from nlp.words import normal_word, normal_words

#: How alike two words must be (0 to 100): one or two letters wrong, left out or turned round in a word of six to twelve.
_ALIKE = 80.0
_SHORTEST = 4
#: A shorter word is near to too many others: it is put right only to one that follows or precedes its neighbour in a name ("stem cels").
_ALONE = 5


def respelt(db: sqlite3.Connection, text: str, unknown: Iterable[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The question with misspelt words put right, and which were read as what; a word that is part of any name is not misspelt."""
    from rapidfuzz import fuzz, process

    words = {word for (name,) in db.execute("SELECT DISTINCT name FROM concept_name") for word in name.split()}
    corrected: list[tuple[str, str]] = []
    for written in dict.fromkeys(unknown):
        word = normal_word(written)
        if len(written) < _SHORTEST or word in words:
            continue
        among = words if len(word) >= _ALONE else _neighbours(db, text, written)
        near = sorted(w for w in among if abs(len(w) - len(word)) <= 2 and len(w) >= _SHORTEST)
        best = process.extractOne(word, near, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if best:
            corrected.append((written, best[0]))
            text = re.sub(rf"\b{re.escape(written)}\b", best[0], text)
    return text, tuple(corrected)


def _neighbours(db: sqlite3.Connection, text: str, written: str) -> set[str]:
    """The words that stand in names beside a neighbour of this word of the question."""
    asked = [w for w, _, _ in normal_words(text)]
    here = normal_word(written)
    beside = {asked[i + step] for i, w in enumerate(asked) if w == here for step in (-1, 1) if 0 <= i + step < len(asked)}
    found: set[str] = set()
    for (name,) in db.execute("SELECT DISTINCT name FROM concept_name WHERE name LIKE '% %'"):
        parts = name.split()
        found |= {one for one, other in (*itertools.pairwise(parts), *itertools.pairwise(parts[::-1])) if other in beside}
    return found
