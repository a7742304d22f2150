"""A question's traits in a text: those of its sentences, each weighed by how likely it is the one that answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.verdict.asked import Asked
from nlp.verdict.differences import difference_traits, text_traits
from nlp.verdict.directions import direction_traits
from nlp.verdict.grams import alike, grams, signed
from nlp.verdict.lines import Line, Text
from nlp.verdict.symbols import Scene, scene

#: Runs of symbols are many, and each tells little.
_RUN = 0.5
#: A polarity is sure where a pack names the outcome, or general words do.
_SURE = 0.6


@dataclass(frozen=True)
class Traits:
    """`difference`: the same for the turned question; `direction`: each with the other sign."""

    difference: Mapping[str, float]
    direction: Mapping[str, float]


def scenes(asked: Asked, text: Text) -> list[tuple[Scene, Line]]:
    """Every sentence in the light of the question."""
    return [(scene(asked, line), line) for line in text.lines]


def traits(asked: Asked, seen: Sequence[tuple[Scene, Line]], shares: Mapping[int, float]) -> Traits:
    """The traits of the sentences at these places, each times its share."""
    role = treatment(asked, seen)
    wanted = 0 if abs(asked.polarity) <= _SURE else 1 if asked.polarity > 0 else -1
    difference: defaultdict[str, float] = defaultdict(float)
    direction: defaultdict[str, float] = defaultdict(float)
    for place, share in sorted(shares.items()):
        one, line = seen[place]
        behind = seen[place + 1] if place + 1 < len(seen) else None
        found = grams(one)
        for name in found:
            difference[alike(name)] += share * _RUN
        _add(difference, difference_traits(one, line, behind), share)
        named = any(s.mark in "IC" for s in one.symbols)
        for name, sign in signed(found, named, role):
            direction[name] += share * _RUN * sign
        _add(direction, direction_traits(one, line, role, wanted), share)
    _add(difference, text_traits(seen), 1.0)
    return Traits(dict(difference), dict(direction))


def _add(to: defaultdict[str, float], found: Mapping[str, float], share: float) -> None:
    for name, value in found.items():
        to[name] += share * value


def treatment(asked: Asked, seen: Sequence[tuple[Scene, Line]]) -> int:
    """Which side the text is about: the one that is worded as no control, else the one that it names first. 1: the intervention."""
    one, other = asked.sides
    if one.control != other.control:
        return 1 if other.control > one.control else -1
    for found, _ in seen:
        first = [min((m.start for m in of), default=None) for of in found.marks.sides]
        if first[0] != first[1]:
            return 1 if first[1] is None or (first[0] is not None and first[0] < first[1]) else -1
    return 0
