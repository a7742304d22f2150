"""The network of numbers: what it sees, that padding tells it nothing, that its file keeps it, and how its word is weighed."""

from __future__ import annotations

import lzma
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.tagging.attributes import Surroundings
from nlp.tagging.labelling import weighed
from nlp.tagging.model import ModelUnreadable, load
from nlp.tagging.number_net import HEADS, ROUNDS, NumberNet, judged, read_net, write_net
from nlp.tagging.number_views import EDGE, KNOWN, MARKS, MEASURES, REACH, RELATIONS, UNKNOWN, WIDTH, Floats, View, view
from nlp.tagging.numbers import Candidate, candidates
from nlp.tagging.tokens import normal

TEXT = "Pain fell in 12 of 41 women. Nausea was seen in 12 women with zorvamine and 7 with placebo."
AROUND = Surroundings(TEXT, ((0, 28, "result"), (29, len(TEXT), "result")))
WORDS = {"women": KNOWN, "of": KNOWN + 1, "placebo": KNOWN + 2}
FACTS = {"form=int": 0, "form=word": 1}


def seen(phrases: tuple[tuple[int, int, str, float], ...] = ()) -> tuple[View, list[Candidate]]:
    found = candidates(AROUND)
    lows = [[normal(t.text) for t in sentence] for sentence in AROUND.tokens]
    said = [np.full((len(s), 6), 0.25) for s in lows]
    rows = [[[f"form={c.form}", "unheard"] for c in sentence] for sentence in found]
    return view(AROUND, lows, found, rows, said, phrases, WORDS, FACTS), [c for s in found for c in s]


def test_a_number_sees_its_own_sentence_and_edges_beyond() -> None:
    one, numbers = seen()
    assert [TEXT[c.start : c.end] for c in numbers] == ["12", "41", "12", "7"]
    of, women = WORDS["of"], WORDS["women"]
    assert one.words[0, REACH : REACH + 5].tolist() == [UNKNOWN, of, UNKNOWN, women, UNKNOWN]
    assert one.words[0, REACH + 5 :].tolist() == [EDGE] * (REACH - 4)
    assert one.words[2, REACH - 4 : REACH + 1].tolist() == [UNKNOWN] * 5
    assert one.words[2, : REACH - 4].tolist() == [EDGE] * (REACH - 4)


def test_numbers_phrases_and_what_was_said_are_marked_where_they_stand() -> None:
    start = TEXT.index("placebo")
    one, _ = seen(((start, start + 7, "control", 0.75), (0, 4, "location", 0.9)))
    number = 3
    assert one.marks[0, :, number].nonzero()[0].tolist() == [REACH, REACH + 2]
    control = number + 2
    assert one.marks[3, REACH + 2, control] == pytest.approx(0.75)
    assert one.marks[:, :, number + 1 :].sum() == pytest.approx(0.75 * 2), "seen from 12 and from 7, and nothing of a location"
    assert one.marks[0, REACH, 0] == pytest.approx(0.25)
    assert one.marks[0, REACH + 6, 0] == 0


def test_facts_are_those_that_are_known() -> None:
    one, _ = seen()
    assert one.facts[:, :2].tolist() == [[1, 0]] * 4
    assert one.facts.shape == (4, 2 + MEASURES)


def test_pairs_are_told_by_order_form_and_value() -> None:
    relation = seen()[0].relation
    assert relation.min() >= 0
    assert relation.max() < RELATIONS
    assert relation[0, 2:].tolist() == [relation[0, 2], relation[0, 2] - 1], "12 and 12 have one value, 12 and 7 only one form"
    assert relation[0, 2] % 4 == 3
    assert relation[0, 1] != relation[1, 0], "before is not behind"
    assert relation[0, 2] // 4 != relation[2, 0] // 4
    assert relation[0, 2] // 4 == relation[0, 3] // 4, "of another sentence the order is all that is told"


def made_net(*seeds: int) -> NumberNet:
    return NumberNet(("n", "percent", "O"), WORDS, FACTS, tuple(voice(seed) for seed in seeds or (0,)))


def voice(seed: int) -> dict[str, Floats]:
    draw = np.random.default_rng(seed)
    token, hidden, width = 3, 7, 2 * HEADS

    def drawn(*shape: int) -> Floats:
        return draw.normal(size=shape).astype(np.float16).astype(np.float32) / 4

    weights = {"words": drawn(KNOWN + len(WORDS), token), "marks": drawn(MARKS, token), "window": drawn(WIDTH * token, hidden),
               "facts": drawn(len(FACTS) + MEASURES, hidden), "start": drawn(hidden), "narrow": drawn(hidden, width), "scale": drawn(width),
               "kinds": drawn(width, 3), "kinds start": drawn(3)}  # fmt: skip
    for n in range(ROUNDS):
        weights |= {f"{name}{n}": drawn(width, width) for name in ("asks", "answers", "gives", "heard")}
        weights |= {f"relation{n}": drawn(RELATIONS, HEADS), f"scale{n}": drawn(width), f"thought scale{n}": drawn(width),
                    f"thought{n}": drawn(width, 5), f"thought start{n}": drawn(5), f"said{n}": drawn(5, width)}  # fmt: skip
    return weights


def test_chances_add_up_and_a_text_without_numbers_has_none() -> None:
    one, _ = seen()
    chances = made_net().chances(one)
    assert chances.shape == (4, 3)
    assert chances.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    mean = (made_net(0).chances(one) + made_net(1).chances(one)) / 2
    assert made_net(0, 1).chances(one) == pytest.approx(mean, abs=1e-6)
    none = View(one.words[:0], one.marks[:0], one.facts[:0], one.relation[:0, :0])
    assert made_net().chances(none).shape == (0, 3)


def test_a_number_is_judged_by_the_others_of_its_text_and_not_by_padding() -> None:
    net, (one, _) = made_net(), seen()
    tokens = (net.voices[0]["words"][one.words] + one.marks @ net.voices[0]["marks"]).reshape(1, 4, -1)
    alone = judged(np, net.voices[0], tokens, one.facts[None], one.relation[None], np.zeros((1, 4)))
    mask = np.array([[0, 0, 0, 0, -1e9, -1e9]])
    padded = judged(
        np,
        net.voices[0],
        np.pad(tokens, ((0, 0), (0, 2), (0, 0)), constant_values=5),
        np.pad(one.facts, ((0, 2), (0, 0)))[None],
        np.pad(one.relation, ((0, 2), (0, 2)))[None],
        mask,
    )
    assert padded[0, :4] == pytest.approx(alone[0], abs=1e-4)
    fewer = judged(np, net.voices[0], tokens[:, :3], one.facts[None, :3], one.relation[None, :3, :3], np.zeros((1, 3)))
    assert np.abs(fewer[0] - alone[0, :3]).max() > 1e-3, "without the fourth number the first three are judged otherwise"


def test_the_file_keeps_the_network(tmp_path: Path) -> None:
    net, (one, _) = made_net(0, 1), seen()
    write_net(tmp_path / "net.xz", net)
    again = read_net(tmp_path / "net.xz")
    assert (again.kinds, again.words, again.facts) == (net.kinds, net.words, net.facts)
    assert again.chances(one) == pytest.approx(net.chances(one), abs=1e-2)


def test_words_are_kept_in_bytes_to_a_step_of_their_column(tmp_path: Path) -> None:
    net = made_net(0, 1)
    table = net.voices[1]["words"] * np.array([1, 100, 0])
    write_net(tmp_path / "net.xz", replace(net, voices=(net.voices[0], {**net.voices[1], "words": table.astype(np.float32)})))
    kept = read_net(tmp_path / "net.xz").voices[1]["words"]
    assert kept.dtype == np.float32
    steps = np.abs(table).max(axis=0) / 127
    assert (np.abs(kept - table) <= steps / 2 + 1e-6).all()
    assert len(np.unique(kept[:, 1])) > 2


@pytest.mark.parametrize(
    "data", [b"no xz", lzma.compress(b"{}\n"), lzma.compress(b'{"format": 1, "kinds": [], "words": 9, "facts": 0, "shapes": {}}\n')]
)
def test_a_damaged_network_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "card.json").write_text('{"format": 1, "files": ["words.xz", "net.xz"]}', "utf8")
    (tmp_path / "words.xz").write_bytes(lzma.compress(b"pain\t1 2 3\n"))
    (tmp_path / "net.xz").write_bytes(data)
    with pytest.raises(ModelUnreadable, match=r"net\.xz"):
        load(tmp_path)


def test_the_network_can_overrule_the_chain_and_leaves_it_how_far_a_label_reaches() -> None:
    labels = ("O", "n", "percent", "percent+")
    told = [np.array([[0.2, 0.5, 0.1, 0.2]]), np.zeros((0, 4)), np.array([[0.7, 0.1, 0.1, 0.1]])]
    judged_so = np.array([[0.0, 1.0, 0.0], [0.3, 0.3, 0.4]], dtype=np.float32)
    assert weighed(labels, [], ("n", "percent", "O"), judged_so[:0]) == []
    first, none, second = weighed(labels, told, ("n", "percent", "O"), judged_so)
    assert none.shape == (0, 4)
    assert first[0].sum() == pytest.approx(1)
    assert second[0].sum() == pytest.approx(1)
    assert first[0, 2:].sum() > first[0, 1]
    assert first[0, 3] == pytest.approx(2 * first[0, 2])
