"""What speaks for "higher under the intervention": traits of a sentence that change their sign when the two sides change places.

That holds for every trait, so a model that is linear in them, without a constant, answers the turned question with the other label.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from nlp.brackets import outer_brackets
from nlp.verdict.figures import Contrast, contrasts, values
from nlp.verdict.lines import Line
from nlp.verdict.symbols import Scene, Symbol

SIGNS = {"U": 1, "u": 1, "B": 1, "z": 1, "D": -1, "d": -1, "W": -1}
#: Of which side a value lies these words tell; words of merit alone do not.
_VALUES = frozenset("UDudz")
_KINDS = {"U": "w", "D": "w", "u": "p", "d": "p", "B": "b", "W": "b", "z": "z"}
_OTHER = {"I": "C", "C": "I"}
#: A reference stands at most so many characters behind "than".
_REFERENCE = 80
#: An arm's number stands at most so far from its name.
_BY_NAME = 45
_NEXT = {"U", "D", "u", "d", "B", "W", "T"}
#: The most words of direction of one sentence that are looked at.
_MOST = 4


def direction_traits(scene: Scene, line: Line, role: int, wanted: int) -> dict[str, float]:
    """The traits of one sentence.

    `role` is 1 where the intervention is the treatment that the text is about, -1 where that is the comparator, 0 where it cannot be told;
    `wanted` is 1 or -1 where a higher or a lower value of the outcome is surely the better one.
    """
    words = {k: max(-1, min(1, v)) for k, v in _words(scene, line, role).items()}
    figure, how = _figures(scene, line, role)
    figure = -figure if scene.turned else figure
    if figure and abs(figure) == 1 and how.endswith("v") and not any(s.mark in _VALUES for s in scene.symbols):
        words = {}  # "Improved" says nothing of a value whose better side is not known; what is printed does.
    found: dict[str, float] = dict(words)
    if figure:
        found["num"] = found[f"num:{how}"] = figure
    if not any(k.startswith(("a", "~", "n")) for k in words):
        found["hoped"] = role * wanted
        if not figure:
            found["hoped, nothing else"] = role * wanted
            found["role"] = role
    found["hoped, in any case"] = role * wanted
    return {k: v for k, v in found.items() if v}


def _words(scene: Scene, line: Line, role: int) -> Counter[str]:
    """Words of direction, the nearest to the outcome first, each with the side of which it is said."""
    row = scene.symbols
    clause = scene.clause_numbers()
    places = [s for s in row if s.mark == "O"]
    within = {clause[i] for i, s in enumerate(row) if s.mark == "O"}
    told = [i for i, s in enumerate(row) if s.mark in SIGNS]
    near = [i for i in told if clause[i] in within]
    tag = "" if near else "~"
    near = sorted(near or told, key=lambda i: _apart(row[i], places))[:_MOST]
    sides = any(s.mark in _OTHER for s in row)
    brackets = [(b.start, b.end) for b in outer_brackets(line.plain)]
    found: Counter[str] = Counter()
    for rank, i in enumerate(near):
        sign, kind, place = SIGNS[row[i].mark], _KINDS[row[i].mark], "0" if rank == 0 else "+"
        side, how = _subject(i, row, clause, brackets)
        if side is not None:
            sign *= 1 if side == "I" else -1
            before = bool(places) and row[i].start < places[0].start
            names = [
                f"{tag}a{place}",
                f"{tag}a{place}:{kind}",
                f"{tag}a{place}:{how}",
                f"{tag}a{place}:{'left' if before else 'right'}",
            ]
            names += [f"{tag}a1:{kind}"] if len(near) == 1 else []
        elif not sides:
            sign *= role
            names = [f"n{tag}{place}", f"n{tag}{place}:{kind}", *([f"n{tag}1:{kind}"] if len(near) == 1 else [])]
        else:
            sign *= role
            names = [f"m{tag}{place}:{kind}"]
        for name in names:
            found[name] += sign
    return found


def _apart(symbol: Symbol, places: Sequence[Symbol]) -> int:
    return min((symbol.start - o.end if symbol.start >= o.end else abs(o.start - symbol.end) for o in places), default=99)


def _subject(i: int, row: Sequence[Symbol], clause: Sequence[int], brackets: Sequence[tuple[int, int]]) -> tuple[str | None, str]:
    """Of which side a word of direction is said, and how that is known; the side behind "than" is the reference."""
    bare = not _inside(row[i], brackets) and any(s.mark in _OTHER and not _inside(s, brackets) for s in row)
    for name, scope in (("c", [j for j in range(len(row)) if clause[j] == clause[i]]), ("f", list(range(len(row))))):
        sides = [j for j in scope if row[j].mark in _OTHER and not (bare and _inside(row[j], brackets))]
        references = _references(scope, sides, row)
        told = [j for j in sides if j not in references]
        if told:
            side = row[min(told, key=lambda j: abs(row[j].start - row[i].start))].mark
            if any(row[j].mark == _OTHER[side] for j in references):
                return side, name + "sr"
            return side, name + ("2" if len({row[j].mark for j in told}) == 2 else "s")
        marks = {row[j].mark for j in references}
        if len(marks) == 1:
            return _OTHER[marks.pop()], name + "r"
        if marks:
            return None, "both"
    return None, ""


def _inside(symbol: Symbol, brackets: Sequence[tuple[int, int]]) -> bool:
    return any(a < symbol.start < b for a, b in brackets)


def _references(scope: Sequence[int], sides: Sequence[int], row: Sequence[Symbol]) -> set[int]:
    found: set[int] = set()
    for than in (j for j in scope if row[j].mark in "Tx"):
        first = next((j for j in sides if j > than), None)
        if first is None or row[first].start - row[than].end >= _REFERENCE:
            continue
        found.add(first)
        for j in sides:
            if j > first and row[j].mark == row[first].mark and not any(row[q].mark in _NEXT for q in range(first, j)):
                found.add(j)
    return found


def _figures(scene: Scene, line: Line, role: int) -> tuple[int, str]:
    """Which side the printed values say is the higher (1 the intervention), and how they are known to be theirs."""
    outcome = [(m.start, m.end) for m in scene.marks.outcome]
    sides = sorted((m.start, m.end, number) for number in (0, 1) for m in scene.marks.sides[number])
    found = contrasts(line.plain, values(line.plain, outcome + [(a, b) for a, b, _ in sides]))
    if not found:
        return 0, ""
    one = min(found, key=lambda c: (_behind(c.first.start, outcome), c.first.start))
    by_name = _by_name(one, sides, line.plain)
    if by_name:
        return by_name, f"name {one.told}"
    order = list(dict.fromkeys(number for _, _, number in sides))
    if not order:
        return one.sign * role, f"none {one.told}"
    first = 1 if order[0] == 0 else -1
    if len(order) == 2:
        return one.sign * first, f"order {one.told}"
    if any(one.first.end <= a < one.second.start for a, _, _ in sides):
        return one.sign * (-first if sides[0][0] > one.first.end else first), f"between {one.told}"
    return one.sign * first, f"one {one.told}"


def _behind(place: int, outcome: Sequence[tuple[int, int]]) -> int:
    """How far behind the outcome's name; a number before it is less likely its own."""
    return min((place - b if place >= b else a - place + 60 for a, b in outcome), default=0)


_CLOSED = re.compile(r";")


def _by_name(one: Contrast, sides: Sequence[tuple[int, int, int]], plain: str) -> int:
    """The contrast by the arms named right beside either value."""
    owners = []
    for printed in (one.first, one.second):
        near = [
            (printed.start - b if b <= printed.start else a - printed.end if a >= printed.end else 0, number)
            for a, b, number in sides
            if not (b <= printed.start and _CLOSED.search(plain, b, printed.start))
        ]
        apart, number = min(near, key=lambda n: n[0], default=(_BY_NAME, None))
        owners.append(number if apart < _BY_NAME else None)
    if owners[0] is None or owners[1] is None or owners[0] == owners[1]:
        return 0
    return one.sign * (1 if owners[0] == 0 else -1)
