"""How probable it is that a reading is right in all its fields, learnt from annotated readings (`training/confidence.py`).

A logistic sum of weights of traits. The weights lie beside the tagger's model; without them nothing is said (None), and never a guess.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nlp.bad_model import ModelUnreadable

WEIGHTS = Path(__file__).resolve().parent / "model" / "confidence.json"


@dataclass(frozen=True)
class Scale:
    """Weights by trait; a trait that was not learnt weighs nothing."""

    weights: Mapping[str, float]

    def of(self, traits: Iterable[str], at_most: float = 1.0) -> float:
        """The probability, rounded to two decimals, and no more than what is known without weights.

        >>> Scale({"bias": 0.0}).of(["bias", "another"]), Scale({"bias": 0.0}).of(["bias"], at_most=0.3)
        (0.5, 0.3)
        """
        get = self.weights.get
        total = sum([get(t, 0.0) for t in traits])
        return min(at_most, round(1 / (1 + math.exp(-max(-30.0, min(30.0, total)))), 2))


class Recorder(Scale):
    """Keeps the traits that it is asked for, and answers with their place: what training learns from is what reading asks."""

    def __init__(self) -> None:
        super().__init__({})
        object.__setattr__(self, "seen", [])

    seen: list[list[str]]

    def of(self, traits: Iterable[str], at_most: float = 1.0) -> float:
        """The place of these traits among those seen."""
        self.seen.append(list(traits))
        return float(len(self.seen) - 1)


_USED: ContextVar[Mapping[str, Scale] | None] = ContextVar("scales", default=None)


@contextmanager
def weighed_by(used: Mapping[str, Scale]) -> Iterator[None]:
    """While this lasts, readings are weighed by these scales."""
    token = _USED.set(used)
    try:
        yield
    finally:
        _USED.reset(token)


def scales() -> Mapping[str, Scale]:
    """The scales for `effects` and `claims`; none where none were learnt.

    Raises:
        ModelUnreadable: their file is damaged.
    """
    used = _USED.get()
    return _stored(WEIGHTS) if used is None else used


@lru_cache(maxsize=4)
def _stored(path: Path) -> Mapping[str, Scale]:
    if not path.is_file():
        return {}
    try:
        stored = json.loads(path.read_text("utf8"))
        return {name: Scale({str(t): float(w) for t, w in stored[name].items()}) for name in ("effects", "claims")}
    except (ValueError, KeyError, AttributeError, TypeError) as problem:
        raise ModelUnreadable(path, problem) from problem
