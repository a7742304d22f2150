"""The gate's classifier is made again by a command."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from nlp.gate.likely import likely
from tests.kb.made_shards import rocks, shard
from training import gate


def test_the_command_makes_a_model_that_tells_trials_from_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("scipy")
    texts = [
        f"We assigned {n} adults to zorvastatin or placebo; pain was lower with drug {chr(97 + n % 26) * 3}." for n in range(60)
    ]
    held = "We assigned adults in twelve towns to a new wax or to none at all and saw that their hands were warmer with it. " * 2
    (tmp_path / "ebmnlp").mkdir()
    lines = [json.dumps({"id": str(i), "text": t, "spans": []}) for i, t in enumerate([*texts, held])]
    (tmp_path / "ebmnlp" / "train.jsonl").write_text("\n".join(lines), "utf8")
    (tmp_path / "ebmnlp" / "dev.jsonl").write_text(json.dumps({"id": "d", "text": held, "spans": []}), "utf8")
    others = shard(tmp_path, 1, *(rocks(n) for n in range(1, 61)))
    out = tmp_path / "model"
    monkeypatch.setattr(sys, "argv", ["gate", "--corpora", str(tmp_path), "--others", str(others), "--out", str(out)])
    gate.main()
    card = json.loads((out / "card.json").read_text("utf8"))
    assert card["learnt from"]["trials in all, without what the dev texts share"] == 60
    assert card["scores"]["cross_validated_recall"] >= 0.9
    made = likely(out)
    assert made.is_trial(texts[0])
    assert not made.is_trial("The crystal structure of the basalt complex was solved by diffraction.")
