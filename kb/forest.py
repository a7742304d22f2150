"""A forest plot in Cochrane's manner: studies with their numbers, squares by weight, a diamond, the prediction interval, and who is favoured where."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.conversions import Counts, Mean, critical
from kb.drawing import Drawing, Line, Part, Shape, Text, square, width_of
from kb.pool_text import estimate_lines, number, shown, sides_compared, silence_lines
from kb.poolable import Row
from kb.pooling import Pooled
from kb.synthesis import Synthesis

_ROW, _TOP, _GAP, _PLOT = 20.0, 24.0, 18.0, 300.0
_BLUE = "#1f5fa8"
#: A study's name is cut here; its full name stands in the rows.
_LONGEST_NAME = 44
_RATIO_TICKS = tuple(m * 10.0**e for e in range(-4, 5) for m in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of the plot: words by column, and what is drawn at its height."""

    cells: tuple[str, ...]
    bold: bool = False
    point: tuple[float, float, float] | None = None
    weight: float | None = None
    diamond: bool = False
    predicted: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class _Axis:
    """From the analysis scale to pixels; what lies outside is drawn as an arrow at the edge."""

    low: float
    high: float
    left: float
    ticks: tuple[float, ...]

    def x(self, value: float) -> float:
        clipped = min(max(value, self.low), self.high)
        return self.left + _PLOT * (clipped - self.low) / (self.high - self.low)


def forest(s: Synthesis) -> Drawing:
    """The plot of a synthesis. No diamond is drawn for one study."""
    heads, entries = _heads(s), _entries(s)
    widths = [max(width_of(c) for c in column) + _GAP for column in zip(heads, *(e.cells for e in entries), strict=True)]
    left = 12 + sum(widths)
    axis = _axis(s, left)
    parts: list[Part] = [Text(12, _TOP, f"{s.outcome}: {sides_compared(s.rows)}", bold=True, size=14)]
    y = _TOP + 1.6 * _ROW
    parts += _words(heads, widths, y, bold=True)
    parts.append(Line(12, y + 6, left + _PLOT, y + 6))
    first = y + 6
    for entry in entries:
        y += _ROW
        parts += _words(entry.cells, widths, y, bold=entry.bold)
        parts += _marks(entry, axis, y - 4)
    parts += _axis_parts(s, axis, first, y + 10)
    y += 62
    notes = [*estimate_lines(s), *silence_lines(s), *(f"Handled: {h}" for h in s.handled)]
    for note in notes:
        parts.append(Text(12, y, note, size=11))
        y += 16
    width = max(left + _PLOT + 24, max(width_of(n, 11) for n in notes) + 24)
    title = f"Forest plot: {s.outcome}, {s.measure}"
    return Drawing(width, y + 8, tuple(parts), title, ". ".join([estimate_lines(s)[0], silence_lines(s)[0]]))


def _heads(s: Synthesis) -> tuple[str, ...]:
    kinds = {type(r.arms.one) for r in s.rows if r.arms is not None}
    arms: tuple[str, ...] = ()
    if Counts in kinds:
        arms = ("Experimental", "Control")
    elif Mean in kinds:
        arms = ("Experimental, mean (SD) n", "Control, mean (SD) n")
    return ("Study", *arms, "Weight", f"{s.measure} [{s.pooled.level:g}% interval]")


def _entries(s: Synthesis) -> list[_Entry]:
    weights = dict(zip((r.row_id for r in s.rows), s.pooled.weights, strict=True))
    blank = ("",) * (len(_heads(s)) - 3)
    found: list[_Entry] = []
    for group in s.groups:
        found.append(_Entry((group.name, *blank, "", ""), bold=True))
        found += [_study(r, weights[r.row_id], s) for r in group.rows]
        if group.pooled.k > 1:
            found.append(_total("Subtotal", group.pooled, sum(weights[r.row_id] for r in group.rows), s, blank))
    if not s.groups:
        found += [_study(r, weights[r.row_id], s) for r in s.rows]
    if s.pooled.k > 1:
        found.append(_total("Total", s.pooled, 100.0, s, blank))
        if s.pooled.pi_lb is not None and s.pooled.pi_ub is not None and s.pooled.k > 2:
            ends = s.pooled.pi_lb, s.pooled.pi_ub
            words = f"[{number(shown(ends[0], s.scale))}, {number(shown(ends[1], s.scale))}]"
            found.append(_Entry(("Prediction interval", *blank, "", words), predicted=ends))
    return found


def _study(r: Row, weight: float, s: Synthesis) -> _Entry:
    if r.derived is None:
        raise ValueError(f"{r.row_id} stands in a synthesis without an effect size.")
    half = critical(s.pooled.level) * r.derived.sei
    point = r.derived.yi, r.derived.yi - half, r.derived.yi + half
    name = r.study if len(r.study) <= _LONGEST_NAME else f"{r.study[: _LONGEST_NAME - 1]}…"
    named = f"{name} {r.year}" if r.year else name
    return _Entry((named, *_arms(r, len(_heads(s)) - 3), f"{weight:.1f}%", _interval(point, s.scale)), point=point, weight=weight)


def _arms(r: Row, columns: int) -> tuple[str, ...]:
    """Both arms' numbers where they are known; a row that came from an interval has none."""
    if columns == 0 or r.arms is None:
        return ("",) * columns
    return _arm(r.arms.one), _arm(r.arms.two)


def _arm(a: Counts | Mean) -> str:
    return f"{a.events:g}/{a.total:g}" if isinstance(a, Counts) else f"{number(a.mean)} ({number(a.sd)}) {a.n:g}"


def _interval(point: tuple[float, float, float], scale: str) -> str:
    middle, low, high = (number(shown(x, scale)) for x in point)
    return f"{middle} [{low}, {high}]"


def _total(name: str, p: Pooled, weight: float, s: Synthesis, blank: tuple[str, ...]) -> _Entry:
    point = p.estimate, p.ci_lb, p.ci_ub
    return _Entry((name, *blank, f"{weight:.1f}%", _interval(point, s.scale)), bold=True, point=point, diamond=True)


def _words(cells: Iterable[str], widths: Sequence[float], y: float, *, bold: bool) -> list[Part]:
    """Cells: the first column set left, all others right."""
    x, found = 12.0, list[Part]()
    for i, (words, width) in enumerate(zip(cells, widths, strict=True)):
        if words:
            found.append(Text(x, y, words, bold=bold) if i == 0 else Text(x + width - _GAP, y, words, "end", bold))
        x += width
    return found


def _marks(e: _Entry, axis: _Axis, y: float) -> list[Part]:
    if e.predicted is not None:
        low, high = (axis.x(v) for v in e.predicted)
        return [Line(low, y, high, y, 3), *_arrows(e.predicted[0], e.predicted[1], axis, y)]
    if e.point is None:
        return []
    middle, low, high = e.point
    if e.diamond:
        drawn = Shape(((axis.x(low), y), (axis.x(middle), y - 6), (axis.x(high), y), (axis.x(middle), y + 6)))
        return [drawn, *_arrows(low, high, axis, y)]
    found: list[Part] = [Line(axis.x(low), y, axis.x(high), y), *_arrows(low, high, axis, y)]
    if axis.low <= middle <= axis.high:
        # The area is the weight: the side goes with its root.
        found.append(square(axis.x(middle), y, 1.5 * math.sqrt(e.weight or 0), _BLUE))
    return found


def _arrows(low: float, high: float, axis: _Axis, y: float) -> list[Part]:
    """An arrow at each edge that an interval goes beyond."""
    found = [_arrow(axis.x(low), y, -1)] if low < axis.low else []
    return [*found, *([_arrow(axis.x(high), y, 1)] if high > axis.high else [])]


def _arrow(x: float, y: float, side: int) -> Shape:
    return Shape(((x, y), (x - 6 * side, y - 4), (x - 6 * side, y + 4)))


def _axis(s: Synthesis, left: float) -> _Axis:
    """Wide enough for most of what is drawn, and for no difference: a single very wide interval ends in an arrow."""
    ends = sorted(abs(v) for r in s.rows if r.derived for v in (r.derived.yi - 2 * r.derived.sei, r.derived.yi + 2 * r.derived.sei))
    pooled = [abs(v) for v in (s.pooled.ci_lb, s.pooled.ci_ub) if math.isfinite(v)]
    points = [abs(r.derived.yi) for r in s.rows if r.derived]
    reach = max(ends[int(0.8 * (len(ends) - 1))], *points, min(max(pooled), 3 * ends[-1]), 1e-300) * 1.05
    return _log_axis(reach, left) if s.scale == "log" else _plain_axis(reach, left)


def _log_axis(reach: float, left: float) -> _Axis:
    inside = [t for t in _RATIO_TICKS if abs(math.log(t)) <= reach]
    most = 7
    ticks = inside if len(inside) <= most else [t for t in inside if math.log10(t) == round(math.log10(t))]
    return _Axis(-reach, reach, left, tuple(math.log(t) for t in ticks))


def _plain_axis(reach: float, left: float) -> _Axis:
    step = 10.0 ** math.floor(math.log10(reach))
    step = next(step * m for m in (0.25, 0.5, 1.0, 2.5, 5.0) if reach / (step * m) <= 4)
    count = int(reach / step)
    return _Axis(-reach, reach, left, tuple(i * step for i in range(-count, count + 1)))


def _axis_parts(s: Synthesis, axis: _Axis, top: float, bottom: float) -> list[Part]:
    parts: list[Part] = [Line(axis.left, bottom, axis.left + _PLOT, bottom), Line(axis.x(0), top, axis.x(0), bottom)]
    if s.pooled.k > 1:
        middle = axis.x(s.pooled.estimate)
        parts.append(Line(middle, top, middle, bottom, 0.7, dashed=True))
    for tick in axis.ticks:
        parts += [
            Line(axis.x(tick), bottom, axis.x(tick), bottom + 4),
            Text(axis.x(tick), bottom + 17, f"{shown(tick, s.scale):.3g}", "middle", size=11),
        ]
    left, right = sides(s.better)
    parts += [Text(axis.x(0) - 8, bottom + 34, left, "end", size=11), Text(axis.x(0) + 8, bottom + 34, right, size=11)]
    return parts


def sides(better: str | None) -> tuple[str, str]:
    """Who is favoured left and right of no difference; where nothing says which side is better, only what lies there.

    >>> sides("lower")
    ('Favours intervention', 'Favours control')
    """
    if better is None:
        return "Lower with intervention", "Higher with intervention"
    words = ("Favours intervention", "Favours control")
    return words if better == "lower" else (words[1], words[0])


def funnel(s: Synthesis) -> Drawing:
    """The small-study plot: each estimate over its standard error, with the pseudo-limits of the pooled estimate (Sterne and Egger 2001)."""
    left, top, height = 70.0, 50.0, 260.0
    axis = _axis(s, left)
    se = [r.derived.sei for r in s.rows if r.derived]
    deepest = max(se) * 1.1

    def y(sei: float) -> float:
        return top + height * sei / deepest

    z = critical(s.pooled.level)
    middle, ends = s.pooled.estimate, (s.pooled.estimate - z * deepest, s.pooled.estimate + z * deepest)
    parts: list[Part] = [
        Text(12, 24, f"{s.outcome}: small studies and large ones", bold=True, size=14),
        Line(left, top, left, top + height),
    ]
    parts += [Line(axis.x(middle), top, axis.x(middle), top + height, 0.7, dashed=True)]
    for end in ends:
        # The limit is drawn as far as the plot is wide.
        inside = min(max(end, axis.low), axis.high)
        share = 1.0 if end == middle else (inside - middle) / (end - middle)
        parts.append(Line(axis.x(middle), top, axis.x(inside), y(deepest * share), 0.7, dashed=True))
    parts += [square(axis.x(r.derived.yi), y(r.derived.sei), 6, _BLUE) for r in s.rows if r.derived]
    parts += [
        p for share in (0, 0.5, 1) for p in (Text(left - 6, y(deepest * share) + 4, f"{deepest * share:.2g}", "end", size=11),)
    ]
    parts.append(Text(12, top - 8, "Standard error", size=11))
    parts += _axis_parts(s, axis, top + height, top + height)
    return Drawing(
        left + _PLOT + 40,
        top + height + 60,
        tuple(parts),
        f"Small-study plot: {s.outcome}",
        f"{s.pooled.k} studies by standard error",
    )
