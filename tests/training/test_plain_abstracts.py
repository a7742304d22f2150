"""Abstracts are taken out of articles: whole, once, and only where they tell numbers."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest

from training.plain_abstracts import LEAST, MOST, abstracts

RESULTS = "Pain fell in 12 of 41 patients with zorvamine and in 7 of 43 with placebo (29% and 16%, p = 0.04; 95% CI 3 to 21). "


def article(title: str, results: str = RESULTS * 6) -> str:
    return (
        f"TITLE: {title}\n\n  ABSTRACT.BACKGROUND:\nPain is\ncommon.\n\nABSTRACT.RESULTS:\n{results}\n\n"
        "ABSTRACT.TRIAL REGISTRATION:\nNCT00000000\n\nBODY.INTRODUCTION:\nMuch has been written.\n\n"
    )


def packed(folder: Path, *articles: str) -> Path:
    path = folder / "plain.txt.xz"
    path.write_bytes(lzma.compress("".join(articles).encode()))
    return path


def test_an_abstract_is_its_title_and_its_parts_without_registration_and_body(tmp_path: Path) -> None:
    [found] = abstracts(packed(tmp_path, article("Zorvamine for pain.")))
    assert found == f"Zorvamine for pain. Pain is common. {' '.join((RESULTS * 6).split())}"


def test_a_title_may_stand_on_a_line_of_its_own(tmp_path: Path) -> None:
    first, second = abstracts(packed(tmp_path, article("\n\nPlexatol for sleep"), article("Zorvamine for pain")))
    assert first.startswith("Plexatol for sleep. Pain is common.")
    assert second.startswith("Zorvamine for pain. Pain is common.")


def test_a_paper_that_comes_twice_is_taken_once(tmp_path: Path) -> None:
    title = "Zorvamine against placebo for the relief of chronic pain of the knee in older adults: a trial"
    assert len(abstracts(packed(tmp_path, article(title), article(title.upper())))) == 1


@pytest.mark.parametrize(
    "results", [RESULTS, "No number is told here at all. " * 30, RESULTS * 40], ids=["torn", "no numbers", "too long"]
)
def test_what_is_no_abstract_with_numbers_is_left_out(tmp_path: Path, results: str) -> None:
    assert abstracts(packed(tmp_path, article("Zorvamine", results), article("Plexatol"))) == abstracts(
        packed(tmp_path, article("Plexatol"))
    )
    assert LEAST < len(RESULTS * 6) < MOST
