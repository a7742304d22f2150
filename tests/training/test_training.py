"""A tagger is made again from the same texts, and learns from no corpus that it may not learn from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("pycrfsuite")
pytest.importorskip("autograd")

from nlp.tagging.labelling import Labeller
from nlp.tagging.model import files_of, load
from tests.training.made_trials import write_corpora, write_slots
from training import teaching
from training.__main__ import train, write
from training.corpora import FINE, NoCorpora, read_all, together
from training.fitting import OTHER, OWN
from training.teaching import Reader


@pytest.fixture(scope="module")
def read() -> Reader:
    return Reader()


@pytest.fixture(autouse=True)
def _few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teaching, "NET_RECIPE", replace(teaching.NET_RECIPE, schooling=6, rounds=4, alone=1))


def test_the_same_texts_and_seed_give_the_same_bytes(tmp_path: Path, read: Reader) -> None:
    write_corpora(tmp_path / "corpora", count=12)
    for out in ("one", "two"):
        model, card, _ = train(tmp_path / "corpora", 1, False, read)
        write(tmp_path / out, model, card)
    files = sorted(p.name for p in (tmp_path / "one").glob("*.xz"))
    assert files == ["again.xz", "coarse.xz", "marking.xz", "net.xz", "numbers.xz", "phrases.xz", "sides.xz", "words.xz"]
    card = json.loads((tmp_path / "one" / "card.json").read_text("utf8"))
    assert sorted(card["files"]) == files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_what_was_never_seen_is_tagged_and_the_card_says_from_what(tmp_path: Path, read: Reader) -> None:
    write_corpora(tmp_path / "corpora")
    model, card, _ = train(tmp_path / "corpora", 1, False, read)
    write(tmp_path / "model", model, card)
    card = json.loads((tmp_path / "model" / "card.json").read_text("utf8"))
    assert card["scores"]["pico_corpus dev"]["exact"]["f1"] > 0.9
    assert card["scores"]["ebmnlp dev"]["macro"]["f1"] > 0.9
    assert {c["name"]: c["licence"] for c in card["corpora"]} == {
        "ebmnlp": "none stated",
        "ebmnlp_5domain": "none stated for the annotations, which are those of EBM-NLP; the repository is Apache-2.0",
        "pico_corpus": "none stated",
    }
    assert card["seed"] == 1
    assert set(card["made"]) == {"on", "seconds", "hardware", "python"}


def test_numbers_are_learnt_from_trials_of_another_convention_too(tmp_path: Path, read: Reader) -> None:
    corpora = tmp_path / "corpora"
    write_corpora(corpora, count=12)
    write_slots(corpora, count=12)
    model, card, _ = train(corpora, 1, False, read)
    assert {c["name"]: (c["licence"], c["texts"]) for c in card["corpora"]}["ctro_dm2"] == ("CC-BY, the paper's", 12)
    numbers = model.chains["numbers"]
    assert {"mean", "sd", "percent+"} <= set(numbers.labels)
    assert not any(a.startswith((OWN, OTHER)) for a in numbers.rows)
    told = Labeller(replace(model, net=None)).label(read("Glide fell by 7.5 (SD 1.5) mm with zorvamine."))
    assert [t.label.split("-")[-1] for t in told if t.label.endswith("sd")] == ["sd"]


def test_licensed_only_learns_from_no_other(tmp_path: Path, read: Reader) -> None:
    write_corpora(tmp_path / "corpora", count=12)
    write_slots(tmp_path / "corpora", count=12)
    model, card, _ = train(tmp_path / "corpora", 1, True, read)
    assert [c["name"] for c in card["corpora"]] == ["ctro_dm2"]
    assert set(model.chains) == {"phrases", "numbers", "sides"}
    assert not any("intervention" in label for label in model.chains["phrases"].labels)
    write(tmp_path / "out", model, card)
    assert files_of(load(tmp_path / "out")) == card["files"] == ("words.xz", "phrases.xz", "numbers.xz", "sides.xz", "net.xz")


def test_where_none_may_be_used_training_says_which_it_wanted(tmp_path: Path, read: Reader) -> None:
    """Annotations for which no licence is stated have none, though a repository that has one publishes them again."""
    write_corpora(tmp_path / "corpora", count=2, names=("ebmnlp", "ebmnlp_5domain"))
    with pytest.raises(NoCorpora, match=r"wanted: ctro_dm2 [^,]+, ctro_glaucoma [^,]+$"):
        train(tmp_path / "corpora", 1, True, read)


def test_slots_of_a_tokenised_trial_stand_where_they_stood(tmp_path: Path) -> None:
    tokens = "We randomized 51 patients ( 64 eyes ) ; IOP fell by 7 . 2 mm Hg ."
    text, place = together(tokens)
    assert text == "We randomized 51 patients (64 eyes); IOP fell by 7.2 mm Hg."
    row = {
        "id": "1",
        "text": tokens,
        "triples": [],
        "spans": [{"start": tokens.index("7 ."), "end": tokens.index(" mm"), "label": "ChangeValue"}],
    }
    (tmp_path / "ctro_dm2").mkdir()
    (tmp_path / "ctro_dm2" / "train.jsonl").write_text(json.dumps(row), "utf8")
    [one] = read_all(tmp_path, FINE, licensed_only=True)["ctro_dm2"]
    [(start, end, label)] = one.spans
    assert (one.text[start:end], label) == ("7.2", "iv-cont-mean")
    assert len(place) == len(tokens)
