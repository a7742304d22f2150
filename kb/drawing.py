"""Lines, boxes, polygons and texts, and how they become SVG, PNG or PDF. Lengths are pixels of 1/96 inch, from the upper left corner."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from kb.errors import LibraryError

#: About what a letter takes, as a share of the size of the type: of DejaVu Sans, which matplotlib brings and which is wider than Helvetica.
_LETTER = 0.6
FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"


class CannotDraw(LibraryError):
    """A picture that cannot be made here."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words at the end, start or middle of which stands `x`, on the baseline `y`."""

    x: float
    y: float
    words: str
    anchor: str = "start"
    bold: bool = False
    size: float = 12


@dataclass(frozen=True, slots=True)
class Line:
    """A stroke."""

    x1: float
    y1: float
    x2: float
    y2: float
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    colour: str = "#000000"


Part = Text | Line | Shape


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture; `title` and `told` say in words what it shows, to those who cannot see it."""

    width: float
    height: float
    parts: tuple[Part, ...]
    title: str
    told: str


def width_of(words: str, size: float = 12) -> float:
    """About how wide words are set."""
    return len(words) * size * _LETTER


def square(x: float, y: float, side: float, colour: str = "#000000") -> Shape:
    """A square around its middle."""
    h = side / 2
    return Shape(((x - h, y - h), (x + h, y - h), (x + h, y + h), (x - h, y + h)), colour)


def as_svg(d: Drawing) -> str:
    """The picture as SVG without scripts, styles or anything that is fetched."""
    size = f"{d.width:.0f} {d.height:.0f}"
    w, h = size.split()
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {size}" role="img" aria-labelledby="title told">'
        f'<title id="title">{_xml(d.title)}</title><desc id="told">{_xml(d.told)}</desc><rect width="{w}" height="{h}" fill="#ffffff"/>'
    )
    return "\n".join([head, *(_svg(p) for p in d.parts), "</svg>\n"])


def _xml(words: str) -> str:
    """Words as XML holds them; controls, which it cannot hold, are shown as such."""
    from kb.terminal import harmless

    return escape(harmless(words))


def _svg(p: Part) -> str:
    if isinstance(p, Text):
        weight = ' font-weight="bold"' if p.bold else ""
        return f'<text x="{p.x:.1f}" y="{p.y:.1f}" font-family="{FONT}" font-size="{p.size:g}" text-anchor="{p.anchor}"{weight}>{_xml(p.words)}</text>'
    if isinstance(p, Line):
        dashes = ' stroke-dasharray="4 3"' if p.dashed else ""
        return f'<line x1="{p.x1:.1f}" y1="{p.y1:.1f}" x2="{p.x2:.1f}" y2="{p.y2:.1f}" stroke="#000000" stroke-width="{p.width:g}"{dashes}/>'
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in p.points)
    return f'<polygon points="{points}" fill="{p.colour}"/>'


def as_bytes(d: Drawing, kind: str) -> bytes:
    """The picture as `svg`, `png` (300 dpi) or `pdf`.

    Raises:
        CannotDraw: PNG and PDF need matplotlib, which is not installed; or another kind.
    """
    if kind == "svg":
        return as_svg(d).encode()
    if kind not in ("png", "pdf"):
        raise CannotDraw(f"A picture is written as .svg, .png or .pdf, not as .{kind}.")
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise CannotDraw("PNG and PDF need matplotlib: pip install 'counterclaim[figures]'. SVG needs nothing.") from error
    figure = Figure(figsize=(d.width / 96, d.height / 96))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, d.width), ylim=(d.height, 0))
    axes.axis("off")
    _paint(axes, d.parts)
    out = io.BytesIO()
    # Nothing of the day or the machine goes into the file: the same picture is the same bytes.
    metadata = {"Title": d.title, "CreationDate": None} if kind == "pdf" else {"Title": d.title}
    figure.savefig(out, format=kind, dpi=300, metadata=metadata)
    return out.getvalue()


def _paint(axes: Any, parts: Sequence[Part]) -> None:
    """The parts on axes of matplotlib, whose unit is our pixel. Words are plain: a dollar sign begins no formula."""
    for p in parts:
        if isinstance(p, Text):
            align = {"start": "left", "end": "right", "middle": "center"}[p.anchor]
            axes.text(
                p.x, p.y, p.words, ha=align, va="baseline", fontsize=p.size * 0.75, fontweight="bold" if p.bold else "normal", parse_math=False,
                fontfamily="DejaVu Sans",
            )  # fmt: skip
        elif isinstance(p, Line):
            axes.plot(
                [p.x1, p.x2],
                [p.y1, p.y2],
                color="black",
                linewidth=p.width * 0.75,
                linestyle="--" if p.dashed else "-",
                solid_capstyle="butt",
            )
        else:
            axes.fill(*zip(*p.points, strict=True), color=p.colour, linewidth=0)
