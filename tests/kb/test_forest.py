"""The forest plot shows what was pooled, and nothing of a paper's text becomes markup."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import cli
from kb.answer import answer
from kb.connection import for_reading
from kb.drawing import CannotDraw, Drawing, Line, Shape, Text, as_bytes, as_svg
from kb.forest import forest, funnel, sides
from kb.pooling import Model
from kb.question import understand
from kb.refusals import CannotPool
from kb.sides_plot import sides as sides_of
from kb.synthesis import Choice, Synthesis, synthesise
from nlp.claim import Direction, Group, Level, Measure
from tests.kb.made import put
from tests.kb.trials import QUESTION, contrast, own, rows_from, trial

has_matplotlib = importlib.util.find_spec("matplotlib") is not None


def counted(name: str, one: int, two: int, n: int = 50, route: str = "intrathecal", title: str | None = None) -> object:
    def arm(group: Group, events: int) -> object:
        return own(group, Measure.PROPORTION, None, events=events, total=n)

    return trial(name, arm(Group.INTERVENTION, one), arm(Group.COMPARATOR, two), route=route, title=title)  # type: ignore[arg-type]


READINGS = (
    counted("a", 10, 20, title='A <script>alert("x")</script> & trial $1$'),
    counted("b", 40, 80, n=200, route="intravenous"),
    counted("c", 6, 5, route="intravenous"),
)


@pytest.fixture
def made(tmp_path: Path) -> Synthesis:
    return synthesise(rows_from(tmp_path, *READINGS), Choice(by="route", model=Model.REML))  # type: ignore[arg-type]


def words(d: Drawing) -> list[str]:
    return [p.words for p in d.parts if isinstance(p, Text)]


def area(p: Shape) -> float:
    (x1, y1), _, (x2, y2), _ = p.points
    return abs((x2 - x1) * (y2 - y1))


def test_it_shows_both_arms_weights_effects_and_who_is_favoured(made: Synthesis) -> None:
    told = words(forest(made))
    assert {"Experimental", "Control", "10/50", "20/50", "0.50 [0.26, 0.96]", "Favours intervention", "Favours control"} <= set(
        told
    )
    assert {"intrathecal", "intravenous", "Subtotal", "Total", "Prediction interval"} <= set(told)
    assert any("3 of 3 studies that measured it" in w for w in told)
    assert sides("higher") == ("Favours control", "Favours intervention")
    assert sides(None)[0] == "Lower with intervention"


def test_squares_grow_with_the_weight_and_ratios_have_a_log_axis(made: Synthesis) -> None:
    drawn = forest(made)
    squares = [p for p in drawn.parts if isinstance(p, Shape) and p.colour != "#000000"]
    weights = dict(zip((r.row_id for r in made.rows), made.pooled.weights, strict=True))
    in_order = [weights[r.row_id] for g in made.groups for r in g.rows]
    assert [area(p) / w for p, w in zip(squares, in_order, strict=True)] == pytest.approx([area(squares[0]) / in_order[0]] * 3)
    ticks = {p.words: p.x for p in drawn.parts if isinstance(p, Text) and p.anchor == "middle"}
    assert ticks["1"] - ticks["0.5"] == pytest.approx(ticks["2"] - ticks["1"])


def test_one_study_gets_no_diamond(tmp_path: Path) -> None:
    alone = forest(synthesise(rows_from(tmp_path, trial("a", contrast())), Choice()))
    assert "Total" not in words(alone)
    assert [p for p in alone.parts if isinstance(p, Shape) and p.colour == "#000000"] == []


def test_the_svg_is_well_formed_harmless_and_told_in_words(made: Synthesis) -> None:
    shown = as_svg(forest(made))
    root = ElementTree.fromstring(shown)
    assert "<script" not in shown
    assert root.find("{*}title") is not None
    assert "Pooled: RR" in str(root.findtext("{*}desc"))
    broken = replace(made, rows=(replace(made.rows[0], study="\x1b[31m\x00"), *made.rows[1:]), groups=())
    ElementTree.fromstring(as_svg(forest(broken)))


def test_numbers_far_apart_are_drawn_within_the_picture(tmp_path: Path) -> None:
    wide = (trial("a", contrast()), trial("b", contrast(estimate=900.0, low=-100.0, high=1900.0)))
    for drawn in (f(synthesise(rows_from(tmp_path, *wide), Choice())) for f in (forest, funnel)):
        xs = [
            x
            for p in drawn.parts
            for x in ((p.x1, p.x2) if isinstance(p, Line) else [q for q, _ in p.points] if isinstance(p, Shape) else (p.x,))
        ]
        assert all(math.isfinite(x) and 0 <= x <= drawn.width for x in xs)


def test_the_command_draws_and_refuses(tmp_path: Path) -> None:
    put(tmp_path / "library.db", *READINGS)  # type: ignore[arg-type]

    def run(out: str, *more: str) -> tuple[int, str]:
        result = CliRunner().invoke(
            cli.main, ["forest", QUESTION, "--db", str(tmp_path / "library.db"), "--out", str(tmp_path / out), *more]
        )
        return result.exit_code, result.output

    assert run("plot.svg")[0] == run("funnel.svg", "--small-studies")[0] == 0
    assert (tmp_path / "plot.svg").read_text("utf8").startswith("<svg")
    assert "as .svg, .png or .pdf" in run("plot.gif")[1]
    assert run("no/where.svg")[0] == 1
    assert sorted(p.name for p in tmp_path.iterdir() if "db" not in p.name) == ["funnel.svg", "plot.svg"]


@pytest.mark.skipif(not has_matplotlib, reason="matplotlib is not installed here: pip install counterclaim[figures]")
@pytest.mark.parametrize(("kind", "sign"), [("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_png_and_pdf_are_the_same_twice(made: Synthesis, kind: str, sign: bytes) -> None:
    first, again = (as_bytes(forest(made), kind) for _ in range(2))
    assert first.startswith(sign)
    assert first == again


@pytest.mark.skipif(has_matplotlib, reason="matplotlib is installed here")
def test_without_matplotlib_the_reader_is_told_what_to_do(made: Synthesis) -> None:
    with pytest.raises(CannotDraw, match="SVG needs nothing"):
        as_bytes(forest(made), "pdf")


def test_sides_shows_every_study_once_with_or_without_a_number(tmp_path: Path) -> None:
    put(
        tmp_path / "library.db",
        trial("a", contrast(), contrast(estimate=-0.3, low=-0.7, high=0.1), months=(3, 12)),
        trial("b", direction=Direction.NO_DIFFERENCE),
        trial("c", direction=Direction.FAVOURS_COMPARATOR),
        trial("review", contrast(), level=Level.POOLED),
    )
    db = for_reading(tmp_path / "library.db")
    (outcome,) = answer(db, understand(db, QUESTION)).outcomes
    drawn = sides_of(outcome)
    assert drawn.told == (
        "Trials: 1 favours intervention, 1 no difference shown, 1 favours control. Pooled results, which may hold these trials: 1 favours intervention"
    )
    assert len([p for p in drawn.parts if isinstance(p, Shape)]) == 4
    ElementTree.fromstring(as_svg(drawn))
    with pytest.raises(CannotPool, match="no sides to draw"):
        sides_of(replace(outcome, claims=()))
    words = ["forest", QUESTION, "--sides", "--out", str(tmp_path / "sides.svg"), "--db", str(tmp_path / "library.db")]
    assert CliRunner().invoke(cli.main, words).exit_code == 0


def test_what_is_wider_than_the_axis_ends_in_an_arrow(tmp_path: Path) -> None:
    two = [trial(f"t{i}", contrast(estimate=e, low=e - 0.2, high=e + 0.2)) for i, e in enumerate((-1.5, -0.3, -0.9))]
    made = synthesise(rows_from(tmp_path, *two), Choice(model=Model.HKSJ))
    shapes = [p for p in forest(made).parts if isinstance(p, Shape) and len(p.points) == 3]
    assert made.pooled.pi_lb is not None
    assert shapes, "no study is wider than the axis, and the prediction interval is"
