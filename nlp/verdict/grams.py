"""Short runs of a sentence's symbols, gaps allowed, counted alike for all that are one but for which side, and which way, they name."""

from __future__ import annotations

from collections.abc import Iterator

from nlp.verdict.symbols import Scene

_SIDES = str.maketrans("IC", "CI")
_WAYS = str.maketrans("UDudBW", "DUduWB")
#: How many symbols a run reaches over, for its second and its third one.
_SECOND, _THIRD = 6, 4


def runs(row: str) -> set[str]:
    """One, two and three symbols in order, and four without a gap (marked "=")."""
    found: set[str] = set()
    for i, first in enumerate(row):
        found.add(first)
        for j in range(i + 1, min(len(row), i + _SECOND)):
            found.add(first + row[j])
            found.update(first + row[j] + row[k] for k in range(j + 1, min(len(row), j + _THIRD)))
        if i + 3 < len(row):
            found.add("=" + row[i : i + 4])
    return found


def grams(scene: Scene) -> list[str]:
    """The runs of the whole sentence ("f:") and of the outcome's clauses ("c:")."""
    clauses = scene.clauses()
    found = {f"f:{run}" for run in runs("".join(clauses))}
    found.update(f"c:{run}" for clause in clauses if "O" in clause for run in runs(clause))
    return sorted(found)


def alike(gram: str) -> str:
    """The one name for a run, the same with the sides turned, with the ways turned, and with both.

    >>> alike("c:UIC"), alike("c:DCI"), alike("c:UCI")
    ('c:DCI', 'c:DCI', 'c:DCI')
    """
    return min(_turns(gram))


def _turns(gram: str) -> tuple[str, str, str, str]:
    name, row = gram[:2], gram[2:]
    sides, ways = row.translate(_SIDES), row.translate(_WAYS)
    return gram, name + sides, name + ways, name + sides.translate(_WAYS)


def signed(found: list[str], named: bool, role: int) -> Iterator[tuple[str, float]]:
    """The runs that tell a way, with a sign that turns with the sides.

    One without sides counts only where the sentence names none (`named`), and is said of the treatment that the text is about (`role`).
    """
    for gram in found:
        own, sides, ways, both = _turns(gram)
        if ways == own:
            continue
        if sides == own:
            if not named and role:
                yield "n" + min(own, ways), role * (1.0 if min(own, ways) == own else -1.0)
        else:
            one = min(own, sides, ways, both)
            yield one, 1.0 if one in (own, both) else -1.0
