"""A folder named in error is a sentence and exit code 2; what training would spoil without a folder, it leaves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("pycrfsuite")
pytest.importorskip("autograd")

from training.corpora import FINE, NoCorpora, read_all

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("training", "training.verdict", "training.confidence", "training.gate")
MORE = {"training.gate": ("--others", "x.xml.gz")}


def trained(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    env = {k: v for k, v in os.environ.items() if k != "COUNTERCLAIM_CORPORA"}
    return subprocess.run([sys.executable, "-m", module, *map(str, arguments)], cwd=ROOT, env=env, capture_output=True, text=True)


@pytest.mark.parametrize("module", MODULES)
def test_a_folder_that_is_not_there_is_named_and_nothing_is_written(module: str, tmp_path: Path) -> None:
    done = trained(module, "--corpora", tmp_path / "none", "--out", tmp_path / "out", *MORE.get(module, ()))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert f"{tmp_path / 'none'} is no folder; wanted is one with: " in done.stderr
    assert "https://" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_holds_no_corpora_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoCorpora, match=f"{tmp_path} holds none of the corpora that are wanted: pico_corpus"):
        read_all(tmp_path, FINE, licensed_only=False)


def test_a_folder_without_gold_documents_is_named(tmp_path: Path) -> None:
    for name in ("rct_art_bypmid", "evidence_inference_v2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "train.jsonl").write_text("", "utf8")
    done = trained("training.confidence", "--corpora", tmp_path, "--gold", tmp_path, "--out", tmp_path / "out")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "holds no gold documents" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_confidence_is_learnt_again_only_with_the_projects_own_documents() -> None:
    def planned(*words: str) -> str:
        env = {k: v for k, v in os.environ.items() if k not in ("GOLD", "CORPORA", "MAKEFLAGS")}
        return subprocess.run(
            ["make", "-n", "train", "CORPORA=x", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=True
        ).stdout

    assert 'training.confidence --corpora "x" --gold "y"' in planned("GOLD=y")
    assert "-m training.confidence" not in planned()
    assert "left as they are" in planned()
