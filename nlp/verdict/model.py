"""The trained weights of verdicts as a file: `weights.xz`, JSON under xz, and `card.json` beside it."""

from __future__ import annotations

import json
import lzma
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.verdict.asked import Frequencies

FORMAT = 1
FOLDER = Path(__file__).parent / "trained"
#: Places after the point: what lies beyond changes no answer.
_PLACES = 4


class VerdictModelMissing(Exception):
    """There are no trained weights where they were looked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"No trained weights for verdicts in {folder}. Make them with: make train CORPORA=FOLDER")
        self.folder = folder


class VerdictModelUnreadable(Exception):
    """The file of weights is not what it should be."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(
            f"{path} holds no weights for verdicts that can be read: {why}. Make it again with: make train CORPORA=FOLDER"
        )
        self.path = path


@dataclass(frozen=True)
class Linear:
    """A weight for each trait that was learnt, and a constant."""

    weights: Mapping[str, float]
    constant: float = 0.0

    def score(self, found: Mapping[str, float]) -> float:
        """The log odds. Summed exactly, so that turned signs turn the sum and nothing else."""
        return self.constant + math.fsum(self.weights[k] * v for k, v in found.items() if k in self.weights)


@dataclass(frozen=True)
class Model:
    """What verdicts were taught: which sentence answers, whether there is a difference, which way."""

    frequencies: Frequencies
    ranking: Linear
    difference: Linear
    direction: Linear

    def shares(self, traits: Sequence[Mapping[str, float]], most: int = 3, least: float = 0.05) -> dict[int, float]:
        """The likeliest sentences by place, and their shares of the answer, which sum to 1."""
        if not traits:
            return {}
        scores = [self.ranking.score(t) for t in traits]
        top = max(scores)
        likely = sorted(range(len(scores)), key=lambda i: (-scores[i], i))[:most]
        parts = {i: math.exp(scores[i] - top) for i in likely}
        total = sum(parts.values())
        return {i: part / total for i, part in parts.items() if part / total > least}


def probability(odds: float) -> float:
    """Log odds as a probability, without overflow."""
    return 1 / (1 + math.exp(-odds)) if odds >= 0 else math.exp(odds) / (1 + math.exp(odds))


def load(folder: Path = FOLDER) -> Model:
    """The weights in a folder.

    Raises:
        VerdictModelMissing: there are none.
        VerdictModelUnreadable: the file is damaged or of another format.
    """
    path = folder / "weights.xz"
    if not path.is_file():
        raise VerdictModelMissing(folder)
    try:
        told = json.loads(lzma.decompress(path.read_bytes()).decode())
        if told["format"] != FORMAT:
            raise ValueError(f"format {told['format']} is not {FORMAT}")
        linear = {name: Linear(told[name]["weights"], told[name]["constant"]) for name in ("ranking", "difference", "direction")}
        return Model((told["texts"], told["frequencies"]), **linear)
    except (OSError, ValueError, KeyError, TypeError, EOFError, lzma.LZMAError) as problem:
        raise VerdictModelUnreadable(path, problem) from problem


def save(model: Model, card: Mapping[str, Any], folder: Path) -> None:
    """Write the weights and the card."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "texts": model.frequencies[0],
        "frequencies": dict(sorted(model.frequencies[1].items())),
    }
    for name in ("ranking", "difference", "direction"):
        linear: Linear = getattr(model, name)
        weights = {k: rounded for k, v in sorted(linear.weights.items()) if (rounded := round(v, _PLACES))}
        told[name] = {"weights": weights, "constant": round(linear.constant, _PLACES)}
    folder.mkdir(parents=True, exist_ok=True)
    plain = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    (folder / "weights.xz").write_bytes(lzma.compress(plain, preset=9))
    (folder / "card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf8")
