"""The trained tagger as a component: sound offsets, a model that is read late, sentences in place of crashes."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pytest

from crawler.document import Document, with_title
from kb.health import report
from nlp.pipeline import build
from nlp.reading import Reading
from nlp.tagger import MODEL, ModelMissing, ModelUnreadable, OwnTagger, Tagged, Tagging, installed
from nlp.tagging.chain import Chain
from nlp.tagging.model import WHOLE, files_of, load
from nlp.tagging.tokens import tokenise

TEXT = (
    "Zorvamine versus placebo for knee pain: a randomized trial. A total of 84 patients were randomized to zorvamine (n = 41) or placebo (n = 43). "
    "The primary outcome was pain at 12 weeks. Pain improved in 28 (68.3%) patients with zorvamine and in 15 (34.9 %) with placebo (P\u2009<\u20090.01). "
    "Mean VAS was 3\u00b74 (SD 1.2) versus 5.1 (SD 1.4), respectively."
)


def document(text: str) -> Document:
    whole, sections = with_title("", text)
    return Document(id="x", title="", text=whole, sections=sections)


class Spy:
    name = "spy"

    def __init__(self) -> None:
        self.seen: list[Reading] = []

    def tag(self, reading: Reading) -> Tagging:
        self.seen.append(reading)
        return Tagging((Tagged(0, 9, "intervention", 0.9),))


def test_any_tagger_can_stand_in_the_pipeline() -> None:
    spy = Spy()
    build(tagger_used=spy).read(document(TEXT))
    assert [r.text for r in spy.seen] == [TEXT]
    assert spy.seen[0].concepts


def test_without_a_model_there_is_a_sentence_and_no_crash(tmp_path: Path) -> None:
    tagger = OwnTagger(tmp_path)
    with pytest.raises(ModelMissing, match="make train CORPORA=FOLDER"):
        build(tagger_used=tagger).read(document(TEXT))
    assert installed(tmp_path)[0][1] is None


@pytest.mark.parametrize(
    "card",
    [
        "",
        "{}",
        "[]",
        '{"format": 99}',
        '{"format": 1}',
        '{"format": 1, "files": []}',
        '{"format": 1, "files": ["words.xz", "../net.xz"]}',
    ],
)
def test_a_damaged_model_is_named(tmp_path: Path, card: str) -> None:
    (tmp_path / "card.json").write_text(card, "utf8")
    (tmp_path / "words.xz").write_bytes(b"no xz")
    with pytest.raises(ModelUnreadable, match=r"card\.json|words\.xz"):
        _ = OwnTagger(tmp_path).model


def test_tokens_are_the_text() -> None:
    for text in (TEXT, "5mg/kg; HER2+ (n\u202f=\u202f1 234), \u2212.5 \u00b1 2.1%", "", "α-blocker_x"):
        for token in tokenise(text):
            assert text[token.start : token.end] == token.text


def test_a_chain_computes_what_enumeration_computes() -> None:
    import itertools

    import numpy as np

    random = np.random.default_rng(0)
    labels = ("B-x", "I-x", "O")
    follows = random.normal(size=(3, 3))
    follows[2, 1] = -1e9
    chain = Chain(labels, {}, np.zeros((0, 3), np.float32), follows)
    rows = [
        random.normal(size=(4, 3)).astype(np.float32),
        np.zeros((0, 3), np.float32),
        random.normal(size=(2, 3)).astype(np.float32),
    ]
    for row, lattice in zip(rows, chain.lattice(rows), strict=True):
        weight = {
            path: np.exp(sum(row[t, k] for t, k in enumerate(path)) + sum(follows[a, b] for a, b in itertools.pairwise(path)))
            for path in itertools.product(range(3), repeat=len(row))
        }
        total = sum(weight.values())
        for t, table in enumerate(lattice.chances):
            for k in range(3):
                assert table[k] == pytest.approx(sum(w for p, w in weight.items() if p[t] == k) / total, abs=1e-9)
        for s in lattice.stretches(0.0):
            exact = sum(
                w
                for p, w in weight.items()
                if p[s.first] == 0
                and all(p[t] == 1 for t in range(s.first + 1, s.last + 1))
                and (s.last + 1 == len(p) or p[s.last + 1] != 1)
            )
            assert s.chance == pytest.approx(exact / total, abs=1e-9)


shipped = pytest.mark.skipif(not (MODEL / "card.json").is_file(), reason="no trained model here")


@shipped
def test_the_shipped_model_tags_a_text_that_nobody_wrote_it_for() -> None:
    spy = Spy()
    build(tagger_used=spy).read(document(TEXT))
    found = {(TEXT[t.start : t.end], t.label) for t in OwnTagger().tag(spy.seen[0]).fine}
    assert {("84", "total-participants"), ("41", "intervention-participants"), ("43", "control-participants"), ("68.3%", "iv-bin-percent"),
            ("34.9 %", "cv-bin-percent"), ("placebo", "control")} <= found  # fmt: skip


@shipped
@pytest.mark.parametrize("text", [TEXT, "", "One.", "\u2009", "A trial.\n\nRESULTS: 5 % vs 6 %\n" * 3])
def test_spans_lie_in_the_text_in_order_and_none_over_another(text: str) -> None:
    spy = Spy()
    build(tagger_used=spy).read(document(text))
    tagging = OwnTagger().tag(spy.seen[0])
    for tagged in (tagging.fine, tagging.every):
        assert list(tagged) == sorted(tagged, key=lambda t: (t.start, t.end))
        assert all(0 <= t.start < t.end <= len(text) and 0 <= t.score <= 1 for t in tagged)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the shipped model."""
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


@shipped
@pytest.mark.parametrize(
    "name", ["words.xz", "coarse.xz", "again.xz", "phrases.xz", "numbers.xz", "sides.xz", "marking.xz", "net.xz"]
)
def test_a_model_that_lacks_a_file_reads_nothing_and_the_file_is_named(copied: Path, name: str) -> None:
    (copied / name).unlink()
    with pytest.raises(ModelUnreadable, match=rf"{name} is no part .* is not there\. Install the program again"):
        load(copied)


@shipped
def test_a_model_that_was_trained_in_part_is_whole_where_its_card_says_so(copied: Path) -> None:
    card = json.loads((copied / "card.json").read_text("utf8"))
    for name in WHOLE:
        if name not in ("words.xz", "coarse.xz"):
            (copied / name).unlink()
    (copied / "card.json").write_text(json.dumps({**card, "files": ["words.xz", "coarse.xz"]}), "utf8")
    model = load(copied)
    assert files_of(model) == ("words.xz", "coarse.xz")


@shipped
@pytest.mark.parametrize("cut", [True, False])
def test_doctor_reads_the_model_and_says_which_file_is_damaged(copied: Path, monkeypatch: pytest.MonkeyPatch, cut: bool) -> None:
    monkeypatch.setattr("nlp.tagger.installed", partial(installed, copied))

    def told() -> list[tuple[bool | None, str]]:
        return [(good, line) for good, line in report(copied / "no.db") if line.startswith("tagger: ")]

    assert told() == [(True, "tagger: trained by this program, in nlp/model")]
    net = copied / "net.xz"
    if cut:
        net.write_bytes(net.read_bytes()[:-1000])
    else:
        net.unlink()
    [(good, line)] = told()
    assert good is False
    assert str(net) in line
    assert "make train CORPORA=FOLDER" in line


@shipped
def test_the_shipped_model_is_small_and_holds_no_code() -> None:
    files = [p for p in MODEL.iterdir() if p.is_file()]
    assert sum(p.stat().st_size for p in files) <= 15_000_000
    assert {p.suffix for p in files} <= {".xz", ".json"}
