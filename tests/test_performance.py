"""The one command that measures: parts one by one, kept with their day and load, and gone on with where a run was broken off."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

#: By name: types are not checked in the benchmarks, which set libraries without any beside ours.
performance: Any = import_module("benchmarks.performance")
figures: Any = import_module("benchmarks.figures")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """A run over two parts that measure nothing; it gives the parts that were measured."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "pubmed26n0001.xml.gz").touch()
    measured: list[str] = []

    def part(name: str) -> Callable[[Any], Iterator[str]]:
        def measure(asked: object) -> Iterator[str]:
            measured.append(name)
            if (tmp_path / "breaks").exists() and name == "second":
                raise KeyboardInterrupt
            yield f"the {name}, time {len(measured)}"

        return measure

    monkeypatch.setattr(performance, "PARTS", {name: (name.title(), part(name)) for name in ("first", "second")})

    def running(*more: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", ["x", "--pubmed", str(tmp_path / "in"), "--out", str(tmp_path / "page.md"), *more])
        measured.clear()
        try:
            performance.main()
        except KeyboardInterrupt:
            measured.append("broken off")
        return list(measured)

    return running


def test_all_parts_are_measured_and_each_says_when_and_at_what_load(run: Callable[..., list[str]], tmp_path: Path) -> None:
    assert run() == ["first", "second"]
    page = (tmp_path / "page.md").read_text()
    assert page.count("Measured 20") == page.count("load average ") == 2
    assert "the second, time 2" in page


def test_one_part_is_measured_again_and_the_other_stays(run: Callable[..., list[str]], tmp_path: Path) -> None:
    run()
    assert run("--part", "second") == ["second"]
    page = (tmp_path / "page.md").read_text()
    assert "the first, time 1" in page
    assert "the second, time 1" in page


def test_a_run_that_was_broken_off_is_gone_on_with(run: Callable[..., list[str]], tmp_path: Path) -> None:
    run()
    (tmp_path / "breaks").touch()
    assert run() == ["first", "second", "broken off"]
    assert set(json.loads((tmp_path / "page.json").read_text())) == {"first", "second"}
    (tmp_path / "breaks").unlink()
    assert run("--resume") == ["second"]
    assert run("--resume") == []
    assert run() == ["first", "second"]


def test_a_range_is_told_only_where_there_are_rounds() -> None:
    assert figures.Pair("x", "y", "s", (1.0, 2.0), (4.0, 4.0)).row().endswith("| y | 3 |")
    assert figures.Pair("x", "y", "s", (1.0, 2.0, 4.0), (4.0, 4.0, 4.0)).row().endswith("| y | 2 (1 to 4 in 3 rounds) |")
