"""What a benchmark measured, as a value: two times or rates side by side, round by round, and the ratio with its spread."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

#: From so many rounds on a range says something.
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Ours beside another's, in the rounds in which the two were taken in turn. `unit` is that of both; with `more` the greater is the better.

    `of`: what there are several of, where these are not rounds of the same.
    """

    what: str
    beside: str
    unit: str
    ours: tuple[float, ...]
    theirs: tuple[float, ...]
    more: bool = False
    of: str = "rounds"

    @property
    def ratios(self) -> list[float]:
        """How many times as good ours was, round by round, from the least: 2 is twice as fast."""
        return sorted((a / b if self.more else b / a) for a, b in zip(self.ours, self.theirs, strict=True))

    def row(self) -> str:
        """As a row of Markdown."""
        values = (f"{number(statistics.median(v))} {self.unit}" for v in (self.ours, self.theirs))
        return f"| {self.what} | {' | '.join(values)} | {self.beside} | {spread(self.ratios, self.of)} |"


HEAD = "| what | ours | theirs | beside | ours is better by |\n|---|---|---|---|---|"


def spread(values: Sequence[float], of: str = "rounds") -> str:
    """The median, and how far it goes where there are enough to tell.

    >>> spread([2.0, 1.0, 4.0]), spread([2.0])
    ('2 (1 to 4 in 3 rounds)', '2')
    """
    ordered = sorted(values)
    if len(ordered) < _ENOUGH:
        return number(statistics.median(ordered))
    # Of many short rounds the outermost are the clock's and the machine's.
    cut = len(ordered) // 20
    return f"{number(statistics.median(ordered))} ({number(ordered[cut])} to {number(ordered[-1 - cut])} in {len(ordered)} {of})"


def number(value: float) -> str:
    """Three digits that matter.

    >>> number(1234.5), number(0.01234), number(12.345), number(2.0)
    ('1,234', '0.0123', '12.3', '2')
    """
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def in_turn(rounds: int, *calls: Callable[[], float]) -> tuple[tuple[float, ...], ...]:
    """What each call gives, by rounds in which all are taken in turn, so that a machine that drifts drifts for all."""
    taken = [[call() for call in calls] for _ in range(rounds)]
    return tuple(tuple(column) for column in zip(*taken, strict=True))


def table(pairs: Sequence[Pair]) -> Iterator[str]:
    """The pairs as Markdown."""
    yield HEAD
    yield from (pair.row() for pair in pairs)


def several(number: int, what: str) -> str:
    """A number of things.

    >>> several(1, "round"), several(3, "round")
    ('1 round', '3 rounds')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def busy() -> str:
    """How busy the machine is: what was measured beside other work says so."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
