"""The network of numbers learns, the same twice, and says as stored what it said while it learnt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("pycrfsuite")
pytest.importorskip("autograd")

from nlp.tagging.number_net import NumberNet, judged
from nlp.tagging.number_views import KNOWN, MARKS, MEASURES, REACH, WIDTH, View
from training import net_fitting
from training.net_fitting import KINDS, Lesson, NetRecipe, Overheard, Vocabulary, fit_net, vocabulary
from training.words import WordSpace

SPACE = WordSpace(("women", "%", "of"), np.eye(3, dtype=np.float32), {})
PLACES = {"%": KNOWN, "weeks": KNOWN + 1, "of": KNOWN + 2, "women": KNOWN + 3}
WORDS = Vocabulary(PLACES, KNOWN + 2)
RECIPE = NetRecipe(schooling=10, rate=0.01, token=6, hidden=16, vector=8)


def lesson(draw: np.random.Generator, words_known: int = 3) -> Lesson:
    """Numbers with a word behind them that tells what they are."""
    count = int(draw.integers(1, 6))
    behind = draw.integers(0, words_known, count)
    words = np.zeros((count, WIDTH), dtype=np.int64)
    words[:, REACH + 1] = np.array([PLACES["%"], PLACES["women"], PLACES["weeks"]])[behind]
    kinds = tuple(("percent", "n", "O").index(k) for k in np.array(["percent", "n", "O"])[behind])
    order = np.arange(count)
    seen = View(words, np.zeros((count, WIDTH, MARKS), np.float32), np.zeros((count, MEASURES), np.float32),
                (np.clip(order[None] - order[:, None], -6, 6) + 6) * 4)  # fmt: skip
    return Lesson(seen, tuple(KINDS.index(("percent", "n", "O")[k]) for k in kinds), (-1,) * count)


def taught(seed: int) -> NumberNet:
    draw = np.random.default_rng(5)
    return fit_net([lesson(draw) for _ in range(80)], WORDS, {}, SPACE, RECIPE, seed)


def test_what_tells_a_number_is_learnt_and_the_same_twice() -> None:
    net, again = taught(1), taught(1)
    draw = np.random.default_rng(6)
    for one in (lesson(draw) for _ in range(20)):
        chances = net.chances(one.seen)
        assert chances.argmax(axis=1).tolist() == list(one.kinds)
        assert chances.tolist() == again.chances(one.seen).tolist()


def overheard(draw: np.random.Generator) -> Overheard:
    """Numbers that the chain knows, whatever stands behind them."""
    one = lesson(draw)
    return Overheard(one.seen, np.eye(len(KINDS), dtype=np.float32)[list(one.kinds)])


def test_texts_without_annotations_teach_what_the_annotated_do_not_show() -> None:
    """No annotated text has weeks in it: only the chain knows that they are no results."""
    draw = np.random.default_rng(5)
    lessons = [lesson(draw, words_known=2) for _ in range(40)]
    more = [overheard(draw) for _ in range(60)]
    recipe = replace(RECIPE, teachers=1, schooling=6, rounds=8, alone=1, beside=50, texts_a_step=10, rate=0.02)
    without, beside, again = (fit_net(lessons, WORDS, {}, SPACE, recipe, 1, told) for told in ((), more, more))
    weeks = [(one.seen, [i for i, kind in enumerate(one.kinds) if KINDS[kind] == "O"]) for one in (lesson(draw) for _ in range(40))]

    def right(net: NumberNet) -> float:
        found = [KINDS[k] == "O" for seen, places in weeks for k in net.chances(seen)[places].argmax(axis=1).tolist()]
        return sum(found) / len(found)

    assert right(without) < 0.1
    assert right(beside) > 0.6
    assert [beside.chances(seen).tolist() for seen, _ in weeks] == [again.chances(seen).tolist() for seen, _ in weeks]


def test_stored_it_says_what_it_said_while_it_learnt() -> None:
    draw = np.random.default_rng(2)
    vectors = net_fitting._vectors(WORDS, SPACE)
    weights = net_fitting._first(draw, WORDS.own, vectors.shape[1], MEASURES, RECIPE)
    net = net_fitting._stored([net_fitting._as_labelling(weights, vectors)], WORDS, {})
    one = lesson(draw)
    tokens = vectors[one.seen.words] @ weights["space"] + weights["own"][net_fitting._own(one.seen.words, weights["own"])]
    state = judged(
        np,
        weights,
        tokens.reshape(1, len(one.seen), -1),
        one.seen.facts[None],
        one.seen.relation[None],
        np.zeros((1, len(one.seen))),
    )
    scores = state[0] @ weights["kinds"] + weights["kinds start"]
    odds = np.exp(scores)
    assert net.chances(one.seen) == pytest.approx(odds / odds.sum(axis=1, keepdims=True), abs=5e-3)


def test_words_that_come_often_enough_here_have_weights_of_their_own() -> None:
    texts = [[["women", "women", "zorvamine"], ["zorvamine", "rare"]]] * 2
    found = vocabulary(texts, SPACE, NetRecipe(least_word=4))
    assert sorted(found.places) == ["%", "of", "women", "zorvamine"]
    assert {w for w, place in found.places.items() if place < found.own} == {"women", "zorvamine"}


def test_the_slope_of_rows_is_the_sum_over_their_places() -> None:
    places = np.array([[0, 2], [2, 2]])
    slope = np.arange(8, dtype=np.float32).reshape(2, 2, 2)
    told = net_fitting._slope_of_rows(None, np.zeros((4, 2), np.float32), places)(slope)
    expected = np.zeros((4, 2))
    np.add.at(expected, places, slope)
    assert told.tolist() == expected.tolist()
