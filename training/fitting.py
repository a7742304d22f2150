"""One chain from labelled rows, by CRFsuite: L-BFGS, one thread, so that the same rows give the same weights."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pycrfsuite

from nlp.tagging.chain import NEVER, Chain
from nlp.tagging.model import read_chain, write_chain

#: Of a row: the attributes of each token, and its label.
Row = tuple[Sequence[Sequence[str]], Sequence[str]]
#: What marks an attribute as told in the convention that is read, or in another one.
OWN, OTHER = "own|", "other|"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a chain is fitted. `least_weight`: weights nearer to nothing than this are not kept."""

    c1: float
    c2: float
    iterations: int
    least_count: int = 1
    least_weight: float = 0.0


def fit(rows: Iterable[Row], recipe: Recipe) -> Chain:
    """The chain that the rows teach."""
    trainer = pycrfsuite.Trainer(verbose=False)
    trainer.select("lbfgs")
    trainer.set_params(
        {"c1": recipe.c1, "c2": recipe.c2, "max_iterations": recipe.iterations, "feature.minfreq": recipe.least_count}
    )
    for attributes, labels in rows:
        if labels:
            trainer.append(pycrfsuite.ItemSequence(attributes), labels)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain"
        trainer.train(str(path))
        tagger = pycrfsuite.Tagger()
        tagger.open(str(path))
        learnt = tagger.info()
        labels = tuple(sorted(tagger.labels()))
        weights = as_own(
            key_and_weight for key_and_weight in learnt.state_features.items() if abs(key_and_weight[1]) >= recipe.least_weight
        )
        follows = {(a, b): learnt.transitions.get((a, b), 0.0) if possible(a, b) else NEVER for a in labels for b in labels}
        tagger.close()
        # Through the file's rounding at once: what is measured is what is shipped.
        write_chain(path, labels, weights, follows)
        return read_chain(path)


def with_others(own: Iterable[Row], others: Iterable[Row]) -> Iterator[Row]:
    """Rows of two conventions of annotation, each attribute once as it is and once under its convention's mark.

    What holds in both is learnt from both, and what differs apart (Daumé 2007, "Frustratingly easy domain adaptation").
    """
    for mark, rows in ((OWN, own), (OTHER, others)):
        for attributes, labels in rows:
            yield [[*told, *(mark + a for a in told)] for told in attributes], labels


def as_own(weights: Iterable[tuple[tuple[str, str], float]]) -> Mapping[tuple[str, str], float]:
    """(Attribute, label) to weight for texts of the own convention: what is marked as its counts with what is not, the other's mark for nothing.

    >>> dict(as_own([(("a", "n"), 1.0), (("own|a", "n"), 0.5), (("other|a", "n"), 4.0)]))
    {('a', 'n'): 1.5}
    """
    found: dict[tuple[str, str], float] = {}
    for (attribute, label), weight in weights:
        if not attribute.startswith(OTHER):
            key = attribute.removeprefix(OWN), label
            found[key] = found.get(key, 0.0) + weight
    return found


def possible(before: str, label: str) -> bool:
    """Whether one label may stand behind another: no `I-x` but behind `B-x` or `I-x`, and sides as `side_states` writes them.

    >>> possible("O", "I-x"), possible("B-x", "I-x"), possible("iv^", "cv="), possible("iv^", "cv!")
    (False, True, False, True)
    """
    if label.startswith("I-"):
        return before[1:] == label[1:] and before[0] in "BI"
    if label[-1:] in "^=!" and label[:2] in ("iv", "cv"):
        return label[-1] != "^" and (label[-1] == "=") == (before[:2] == label[:2])
    return True


def store(path: Path, chain: Chain) -> None:
    """Write a fitted chain."""
    rows, columns = np.nonzero(chain.weights)
    names = list(chain.rows)
    weights = {
        (names[r], chain.labels[c]): float(chain.weights[r, c]) for r, c in zip(rows.tolist(), columns.tolist(), strict=True)
    }
    follows = {(a, b): float(chain.follows[i, j]) for i, a in enumerate(chain.labels) for j, b in enumerate(chain.labels)}
    write_chain(path, chain.labels, weights, follows)
