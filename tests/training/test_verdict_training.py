"""Training the weights of verdicts from a handful of made-up trials."""

from __future__ import annotations

import json
import lzma
from pathlib import Path
from typing import Any

import pytest

from nlp.verdict.model import Linear, load, save
from nlp.verdict.verdicts import Verdicts
from training.corpora import NoCorpora
from training.logistic import fit, fitting_factor
from training.verdict import frequencies, train

DRUGS = ("zelotane", "brivamol", "cortuline", "dapresin", "etrazole", "fenodrine", "galoxan", "hexarone", "ibutrel", "jovacin")
OUTCOMES = ("nausea", "sleep time", "grip force", "urine flow", "heart rate")
WORDS = {"increased": "significantly higher", "decreased": "significantly lower", "no_difference": "not significantly different"}


def question(number: int) -> dict[str, Any]:
    drug, outcome = DRUGS[number % len(DRUGS)], OUTCOMES[number % len(OUTCOMES)]
    label = list(WORDS)[number % 3]
    finding = f"{outcome.capitalize()} was {WORDS[label]} with {drug} than with placebo."
    abstract = f"METHODS: Adults took {drug} or placebo. RESULTS: Few left the trial. {finding} CONCLUSION: More trials are wanted."
    start = abstract.index(finding)
    return {
        "prompt_id": str(number), "pmcid": str(number), "intervention": drug, "comparator": "placebo", "outcome": outcome, "label": label,
        "evidence": [{"start": start, "end": start + len(finding), "text": finding}], "abstract": abstract,
    }  # fmt: skip


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpora")
    (folder / "evidence_inference_v2").mkdir()
    for part, numbers in (("train", range(45)), ("dev", range(45, 57))):
        rows = "\n".join(json.dumps(question(n)) for n in numbers)
        (folder / "evidence_inference_v2" / f"{part}.jsonl").write_text(rows, "utf8")
    return folder


def test_what_was_learnt_answers_what_was_not_and_the_card_says_how_well(corpora: Path, tmp_path: Path) -> None:
    model, card = train(corpora, 1)
    save(model, card, tmp_path)
    assert card["scores"]["dev"]["n"] == 12
    assert card["scores"]["dev"]["macro F1"] == 1.0
    assert [c["licence"] for c in card["corpora"]] == ["MIT"]
    new = Verdicts(load(tmp_path))
    text = "METHODS: Adults took kelvorin or placebo. RESULTS: Skin warmth was significantly lower with kelvorin than with placebo."
    assert new.answer(text, "kelvorin", "placebo", "skin warmth").label == "decreased"


def test_the_same_data_and_seed_give_the_same_bytes(corpora: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        save(train(corpora, 1)[0], {}, tmp_path / name)
    assert (tmp_path / "one" / "weights.xz").read_bytes() == (tmp_path / "two" / "weights.xz").read_bytes()


def test_a_folder_without_the_questions_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoCorpora, match="evidence_inference_v2"):
        train(tmp_path, 1)


def test_words_are_counted_once_a_title_and_abstract_and_not_in_the_article_behind(tmp_path: Path) -> None:
    one = "TITLE: \nTape\n\nABSTRACT.RESULTS:\nTape held, tape held.\n\nBODY.INTRO:\nGlue.\n\n"
    path = tmp_path / "texts.xz"
    path.write_bytes(lzma.compress((one * 5).encode()))
    assert frequencies(path, []) == (5, {"titl": 5, "tape": 5, "abstract": 5, "result": 5, "held": 5})


def test_a_model_without_a_constant_gives_turned_rows_the_turned_score() -> None:
    rows = [{"up": 1.0}, {"up": -1.0}, {"up": 1.0, "rare": 1.0}]
    model = fit(rows, [True, False, True], 1.0, constant=False, least_rows=2)
    assert model.constant == 0
    assert set(model.weights) == {"up"}
    assert model.score({"up": 1.0}) == -model.score({"up": -1.0}) > 0


def test_log_odds_that_are_too_sure_are_made_smaller() -> None:
    assert fitting_factor([4.0] * 10, [True] * 7 + [False] * 3) < 0.5
    assert Linear({}, 0.5).score({"unknown": 1.0}) == 0.5
