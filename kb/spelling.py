"""Words of a question that no name has, read as the nearest word of a name; said in the answer, never silently."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable

from nlp.words import normal_word

#: How alike two words must be (0 to 100): one or two letters wrong, left out or turned round in a word of six to twelve.
_ALIKE = 80.0
_SHORTEST = 5


def respelt(db: sqlite3.Connection, text: str, unknown: Iterable[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The question with misspelt words put right, and which were read as what; a word that is part of any name is not misspelt."""
    from rapidfuzz import fuzz, process

    words = {word for (name,) in db.execute("SELECT DISTINCT name FROM concept_name") for word in name.split()}
    corrected: list[tuple[str, str]] = []
    for written in dict.fromkeys(unknown):
        word = normal_word(written)
        if len(word) < _SHORTEST or word in words:
            continue
        near = sorted(w for w in words if abs(len(w) - len(word)) <= 2 and len(w) >= _SHORTEST - 1)
        best = process.extractOne(word, near, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if best:
            corrected.append((written, best[0]))
            text = re.sub(rf"\b{re.escape(written)}\b", best[0], text)
    return text, tuple(corrected)
