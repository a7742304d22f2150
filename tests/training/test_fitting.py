"""A chain learns from texts of another convention what holds in both, and keeps to its own where they differ."""

from __future__ import annotations

import pytest

pytest.importorskip("pycrfsuite")

from training.fitting import Recipe, Row, fit, with_others

RECIPE = Recipe(0.0, 0.1, 60)


def rows(*told: tuple[str, str]) -> list[Row]:
    return [([[word]], [label]) for word, label in told for _ in range(6)]


def said(own: list[Row], others: list[Row], word: str) -> str:
    chain = fit(with_others(own, others) if others else own, RECIPE)
    [[place]] = chain.best(chain.scores_of([[[word]]]))
    return chain.labels[place]


OWN = rows(("arms", "n"), ("events", "abs"))


def test_what_only_another_convention_told_is_learnt() -> None:
    assert said(OWN, rows(("spread", "sd")), "spread") == "sd"


def test_where_conventions_differ_the_own_one_holds() -> None:
    assert said(OWN, rows(("arms", "O"), ("arms", "O"), ("events", "O")), "arms") == "n"


def test_no_mark_of_a_convention_is_left_in_the_chain() -> None:
    chain = fit(with_others(OWN, rows(("spread", "sd"))), RECIPE)
    assert set(chain.rows) == {"arms", "events", "spread"}
