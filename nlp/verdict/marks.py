"""Where a sentence speaks of the outcome and of the two sides that are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from nlp.verdict.asked import GENERIC, Asked
from nlp.verdict.lines import Line, stems_of, words_of


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of the sentence (offsets in it) and how much of what is asked for it covers, 0 to 1."""

    start: int
    end: int
    covers: float


@dataclass(frozen=True, slots=True)
class Marks:
    """What a sentence says of the question: the outcome's places, and those of either side."""

    outcome: tuple[Mark, ...]
    sides: tuple[tuple[Mark, ...], tuple[Mark, ...]]

    def in_outcome(self, place: int) -> bool:
        """Whether a place lies in the outcome's name."""
        return any(m.start <= place < m.end for m in self.outcome)


_GAP = 3
_STOPS = frozenset(";.:")
#: Words that stand in no name.
_VERBS = words_of(
    "was were is are be been had has have did does significantly improved increased decreased reduced lower higher greater than showed in"
)
_CONTROLS = stems_of("control controls placebo standard usual conventional sham comparator comparison")
_TREATED = stems_of("intervention treatment treated experimental active study verum")
_PEOPLE = re.compile(
    r"\s*-?(?:groups?|arms?|patients?|subjects?|participants?|women|men|children|infants|animals|rats|mice|recipients|individuals|condition|therapy|mothers|cohort|ones|diet|trial|side|eyes?|sites?|session|period|phase|days?|nights?)\b",
    re.IGNORECASE,
)
_TREATED_PEOPLE = re.compile(
    r"\s*-?(?:groups?|arms?|patients?|subjects?|participants?|women|children|condition|schools?|villages?)\b", re.IGNORECASE
)
_DENIED = re.compile(r"\b(?:non?|without|not receiv\w+|un)[\s-]?$", re.IGNORECASE)
_LABELLED = re.compile(
    r"\b(?:(?:[Gg]roups?|GROUPS?|[Aa]rms?)\s+(?P<a>[A-Z]|\d|I{1,3}|IV)\b(?:\s?(?:and|or|&|,)\s?(?P<b>[A-Z]|\d|I{1,3}|IV)\b)?|(?P<c>[A-Z])\s(?:group|arm)\b)"
)


def marks(asked: Asked, line: Line) -> Marks:
    """The places of the outcome and of both sides in a sentence; no place is of two."""
    outcome = _outcome(asked, line)
    taken = [(m.start, m.end) for m in outcome]
    found: tuple[list[Mark], list[Mark]] = ([], [])
    for label in _LABELLED.finditer(line.plain):
        for name in ("a", "b", "c"):
            if label[name] and label[name].upper() in asked.labels:
                found[asked.labels[label[name].upper()]].append(Mark(label.start(name), label.end(name), 0.5))
    named = [_side(asked, number, line, []) if not asked.sides[number].part else [] for number in (0, 1)]
    for number in (0, 1):
        found[number].extend(m for m in named[number] if not _meets(m, taken + _places(found)) and _wins(m, named[1 - number]))
    rest = [_side(asked, number, line, found[1 - number]) if asked.sides[number].part else [] for number in (0, 1)]
    for number in (0, 1):
        found[number].extend(m for m in rest[number] if not _meets(m, taken + _places(found)) and _wins(m, rest[1 - number]))
    _by_role(asked, line, found, taken)
    return Marks(outcome, (tuple(sorted(found[0], key=lambda m: m.start)), tuple(sorted(found[1], key=lambda m: m.start))))


def _places(found: tuple[list[Mark], list[Mark]]) -> list[tuple[int, int]]:
    return [(m.start, m.end) for of in found for m in of]


def _wins(mark: Mark, others: list[Mark]) -> bool:
    """Where the names of both sides meet, the place is that of the fuller one; of neither where they are alike."""
    return all(mark.covers > o.covers for o in others if mark.start < o.end and o.start < mark.end)


def _meets(mark: Mark, places: list[tuple[int, int]]) -> bool:
    return any(mark.start < end and start < mark.end for start, end in places)


def _outcome(asked: Asked, line: Line) -> tuple[Mark, ...]:
    found = _stretches(line, asked.outcome, cut=True)
    most = max((m.covers for m in found), default=0.0)
    return tuple(m for m in found if m.covers >= 0.7 * most)


def _side(asked: Asked, number: int, line: Line, others: list[Mark]) -> list[Mark]:
    side, other = asked.sides[number], asked.sides[1 - number]
    if other.denied:
        return _stretches(line, {k: w for k, w in side.whole.items() if k in other.denied})
    if side.named:
        total = fsum(side.named.values())
        return [m for m in _stretches(line, side.named) if m.covers >= 0.12 or m.covers * total >= 4.5]
    # Only general words tell it from the other: they do so right before "group".
    found = [m for m in _stretches(line, side.own) if m.covers >= 0.12 and _PEOPLE.match(line.plain, m.end)]
    if side.part and other.named:
        shared = {k: w for k, w in side.whole.items() if k not in asked.outcome and k not in GENERIC}
        found += [m for m in _stretches(line, shared) if m.covers >= 0.3 and not any(_joined(line, m, o) for o in others)]
    return found


_JOINT = re.compile(r"[\s\w()-]{0,12}(?:\+|/|-|plus|and|with|combined|&|,)?[\s\w()-]{0,12}")


def _joined(line: Line, one: Mark, other: Mark) -> bool:
    """Whether two names stand together as those of one arm do: "propofol plus midazolam"."""
    between = line.plain[one.end : other.start] if one.end <= other.start else line.plain[other.end : one.start]
    return len(between) < 30 and _JOINT.fullmatch(between) is not None and " than " not in between and " in " not in between


def _stretches(line: Line, weights: Mapping[str, float], cut: bool = False) -> list[Mark]:
    """Runs of tokens with stems of these, small gaps allowed; a stem that comes again begins a new run."""
    total = fsum(weights.values())
    runs: list[tuple[int, int, set[str]]] = []
    for place, token in enumerate(line.tokens):
        hit = {k for k in token.stands_for if k in weights}
        if not hit:
            continue
        last = runs[-1] if runs else None
        between = line.tokens[last[1] + 1 : place] if last else ()
        parted = any(t.text in _STOPS or (cut and t.text.lower() in _VERBS) for t in between)
        if last and place - last[1] <= _GAP and not parted and not (hit & last[2] and place - last[1] > 1):
            runs[-1] = (last[0], place, last[2] | hit)
        else:
            runs.append((place, place, hit))
    return [
        Mark(line.tokens[a].start - line.start, line.tokens[b].end - line.start, fsum(weights[k] for k in keys) / total)
        for a, b, keys in runs
    ]


def _by_role(asked: Asked, line: Line, found: tuple[list[Mark], list[Mark]], taken: list[tuple[int, int]]) -> None:
    """ "The control group", "treated patients", "non-ARB therapy": sides that are told by their role, or by the other's name denied."""
    one, two = asked.sides
    if bool(one.denied) != bool(two.denied):
        denied = 0 if one.denied else 1
        for mark in list(found[1 - denied]):
            if _DENIED.search(line.plain[: mark.start]):
                found[1 - denied].remove(mark)
                found[denied].append(mark)
    if one.control == two.control:
        _by_elimination(line, found, taken, None)
        return
    control = 0 if one.control > two.control else 1
    for token in line.tokens:
        start, end = token.start - line.start, token.end - line.start
        mark = Mark(start, end, 0.3)
        if _meets(mark, taken) or any(_meets(mark, [(m.start, m.end) for m in f]) for f in found):
            continue
        if token.stem in _CONTROLS and (
            token.text.lower().startswith(("placebo", "controls", "sham")) or _PEOPLE.match(line.plain, end)
        ):
            found[control].append(mark)
        elif token.stem in _TREATED and _TREATED_PEOPLE.match(line.plain, end):
            found[1 - control].append(mark)
    _by_elimination(line, found, taken, control)


_GROUP = re.compile(r"(?<![\w-])(?P<name>[A-Za-z][\w+/-]*)\s(?:group|arm)\b(?!\s(?:[A-Z]|\d)\b)")
_NO_NAME = words_of("""both two three all each either the study treatment treated between other another same every one in a per any this that
    sub age control placebo and or no first second third whole entire combined""")


def _by_elimination(line: Line, found: tuple[list[Mark], list[Mark]], taken: list[tuple[int, int]], control: int | None) -> None:
    """A group of another name is the side that the sentence does not tell otherwise."""
    missing = [n for n in (0, 1) if not found[n] and n != control]
    if len(missing) != 1:
        return
    for m in _GROUP.finditer(line.plain):
        mark = Mark(m.start("name"), m.end(), 0.2)
        if (
            m["name"].lower() not in _NO_NAME
            and not _meets(mark, taken)
            and not any(_meets(mark, [(o.start, o.end) for o in f]) for f in found)
        ):
            found[missing[0]].append(mark)
