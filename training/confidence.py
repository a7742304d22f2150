"""How sure a reading is, learnt from readings that people annotated.

    python -m training.confidence --corpora FOLDER [--gold FOLDER] [--out nlp/model/confidence.json]

Effects: RCT-ART's result sentences (train), right where both the annotated outcome and the annotated arm are read. Claims: Evidence Inference's
questions (train), right where claim and answer agree. Both are public and have a licence (Apache-2.0, MIT). With --gold also the project's own
development documents, right in every field. The reliability that is stored is of readings of texts that the scale had not seen. Nothing of their text is kept: the file holds weights of traits.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from nlp.confidence import WEIGHTS, Scale
from training.corpora import Corpus, NoCorpora, in_words
from training.judged import Judged, claims_judged, effects_judged, gold_judged
from training.verdict import QUESTIONS

#: Prior of the weights: a Gaussian of this precision. Traits that are rarer than this are not weighed.
RIDGE, LEAST_COUNT = 10.0, 8
EFFECTS = Corpus("rct_art_bypmid", "https://github.com/jetsunwhitton/RCT-ART", "Whitton and Hunter", "Apache-2.0", {})
CLAIMS = QUESTIONS


#: A side read from words is never surer than one that a pack tells, whatever a small sample says.
_BY_WORDS, _BY_PACK = "better=words", "better=pack"


def fitted(judged: Sequence[Judged], ridge: float = RIDGE) -> Scale:
    """The weights of the traits that are judged often enough; those of a side's two sources are one where words would seem surer."""
    scale = _regressed(judged, ridge)
    weights = dict(scale.weights)
    if weights.get(_BY_WORDS, 0.0) <= weights.get(_BY_PACK, 0.0):
        return scale
    as_one = [replace(j, traits=tuple(_BY_PACK if t == _BY_WORDS else t for t in j.traits)) for j in judged]
    weights = dict(_regressed(as_one, ridge).weights)
    return Scale({**weights, _BY_WORDS: weights[_BY_PACK]})


def _regressed(judged: Sequence[Judged], ridge: float) -> Scale:
    """Logistic regression with a Gaussian prior, by Newton's method (Hastie, Tibshirani and Friedman 2009, section 4.4)."""
    count = Counter(t for j in judged for t in set(j.traits))
    names = sorted(t for t, n in count.items() if n >= LEAST_COUNT)
    place = {t: i for i, t in enumerate(names)}
    table = np.zeros((len(judged), len(names)))
    for row, j in enumerate(judged):
        table[row, [place[t] for t in set(j.traits) if t in place]] = 1
    right = np.array([j.right for j in judged], dtype=float)
    prior = np.full(len(names), ridge)
    prior[place["bias"]] = 1e-3
    weights = np.zeros(len(names))
    for _ in range(30):
        chance = 1 / (1 + np.exp(-table @ weights))
        slope = table.T @ (right - chance) - prior * weights
        curve = (table * (chance * (1 - chance))[:, None]).T @ table + np.diag(prior)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return Scale({t: round(float(w), 4) for t, w in zip(names, weights, strict=True)})


def held_out(judged: Sequence[Judged], parts: int = 10) -> list[tuple[float, Judged]]:
    """Each reading with the confidence by a scale that saw nothing of its text."""
    part = {t: i % parts for i, t in enumerate(sorted({j.text for j in judged}))}
    found: list[tuple[float, Judged]] = []
    for k in range(parts):
        scale = fitted([j for j in judged if part[j.text] != k])
        found += [(scale.of(j.traits), j) for j in judged if part[j.text] == k]
    return found


def reliability(
    told: Sequence[tuple[float, bool]], edges: Sequence[float] = (0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
) -> list[dict[str, Any]]:
    """For each stretch of confidence: how many readings, what was said on average, and the share that was right."""
    rows = []
    for low, high in pairwise(edges):
        inside = [(c, r) for c, r in told if low <= c < high]
        if inside:
            rows.append({"from": low, "n": len(inside), "said": round(sum(c for c, _ in inside) / len(inside), 3),
                         "right": round(sum(r for _, r in inside) / len(inside), 3)})  # fmt: skip
    return rows


def main() -> None:
    """Learn, write, and print how well what is said is met.

    Raises:
        NotThere: a folder that was named lacks what is to be learnt from.
    """
    parser = argparse.ArgumentParser(
        prog="python -m training.confidence", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--gold", type=Path, help="development documents with their scorer")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    asked = parser.parse_args()
    effects, claims = (asked.corpora / corpus.name / "train.jsonl" for corpus in (EFFECTS, CLAIMS))
    # Half of it learnt would put half of the stored scales out of use.
    if lacking := [c for c, path in ((EFFECTS, effects), (CLAIMS, claims)) if not path.is_file()]:
        raise NoCorpora(asked.corpora, lacking)
    own = gold_judged(asked.gold) if asked.gold else {"effects": [], "claims": []}
    public = {
        "effects": effects_judged(effects),
        "claims": claims_judged(claims),
    }
    stored: dict[str, Any] = {"learnt from": {}, "reliability": {}}
    for name in public:
        judged = [*public[name], *own[name]]
        stored[name] = dict(fitted(judged).weights)
        stored["learnt from"][name] = {"public": len(public[name]), "own": len(own[name])}
        told = held_out(judged)
        for kind in (False, True):
            stored["reliability"][f"{name}, {'own' if kind else 'public'}"] = reliability(
                [(c, j.right) for c, j in told if j.own is kind]
            )
    asked.out.write_text(json.dumps(stored, indent=1, sort_keys=True) + "\n", "utf8")
    sys.stdout.write(json.dumps(stored["reliability"], indent=1) + "\n")


if __name__ == "__main__":
    with in_words():
        main()
