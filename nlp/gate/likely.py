"""How likely a text is the abstract of a trial: words and pairs of words, weighed by a small trained model.

`python -m training.gate` makes the model; its card says what it learnt from and how it does.
"""

from __future__ import annotations

import json
import lzma
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

MODEL = Path(__file__).resolve().parent / "model"
_WEIGHTS, _CARD = "weights.json.xz", "card.json"
_WORD = re.compile(r"[a-z]{2,}")
#: A trial tells what it is early on; longer texts are looked at so far.
_LOOKED_AT = 6000


def features(text: str) -> set[str]:
    """The words of a text and its pairs of neighbours, letters alone, each once.

    >>> sorted(features("Randomised to A: 12 mg."))
    ['mg', 'randomised', 'randomised to', 'to', 'to mg']
    """
    words = _WORD.findall(text[:_LOOKED_AT].lower())
    return {*words, *(f"{a} {b}" for a, b in pairwise(words))}


@dataclass(frozen=True, slots=True)
class Likely:
    """The trained weights. `threshold` is set for recall; `name` tells one model from another."""

    weights: Mapping[str, int]
    scale: float
    bias: float
    threshold: float
    name: str

    def of(self, text: str) -> float:
        """The logit that the text is a trial's; it does not depend on how long the text is. A text without words is none."""
        found = features(text)
        if not found:
            return -math.inf
        get = self.weights.get
        return self.bias + self.scale * sum([get(f, 0) for f in found]) / math.sqrt(len(found))

    def is_trial(self, text: str) -> bool:
        """Whether the text may be a trial's: with a threshold at which hardly any trial is lost."""
        return self.of(text) >= self.threshold


@cache
def likely(folder: Path = MODEL) -> Likely:
    """The model that ships with the program.

    Raises:
        OSError: its files are not there; the installation is broken.
    """
    packed = (folder / _WEIGHTS).read_bytes()
    told = json.loads(lzma.decompress(packed))
    return Likely(told["weights"], told["scale"], told["bias"], told["threshold"], sha256(packed).hexdigest()[:12])


def store(
    folder: Path, weights: Mapping[str, int], scale: float, bias: float, threshold: float, card: Mapping[str, object]
) -> None:
    """Write a model and its card."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"weights": dict(sorted(weights.items())), "scale": scale, "bias": bias, "threshold": threshold}
    (folder / _WEIGHTS).write_bytes(lzma.compress(json.dumps(told, separators=(",", ":")).encode(), preset=9))
    (folder / _CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf8")
