"""Make the gate's classifier of trials from public texts.

    python -m training.gate --corpora FOLDER --others FILE.xml.gz [FILE.xml.gz …] [--out nlp/gate/model] [--seed 1]

FOLDER holds the corpora that `training/corpora.py` names: their train texts, and those of the unlabelled ones, are trials. FILES are of PubMed's
baseline or update files: their records with an abstract and without a type or words of a trial are not. Texts that share wording with a dev text
are left out. The threshold is the one at which so many trials of the folds that were not learnt from are kept (--recall).
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from scipy import optimize, sparse

from crawler.document import Document
from crawler.formats.pubmed_xml import read_pubmed_file
from nlp.gate.gate import EVIDENCE_TYPES, OTHER_TYPES
from nlp.gate.likely import MODEL, features, store
from training.corpora import COARSE, FINE, UNLABELLED, NoCorpora, folds, in_words, together

TRIALS = ("pico_corpus", "ebmnlp", "ebmnlp_5domain", "sspico_ebmnlpmod", "ctro_dm2", "ctro_glaucoma", "evidence_inference_v2")
#: All of their texts are abstracts of trials.
MEASURED = ("pico_corpus", "ebmnlp", "ctro_dm2", "ctro_glaucoma", "evidence_inference_v2")
_SEEN_IN, _WORDS, _PENALTY, _FOLDS = 8, 60_000, 3e-6, 5
_STEPS = 127
_SHARED = 8
#: A record without a trial's type that speaks like one may be a trial that nobody has indexed yet: it teaches nothing, and counts as let through.
_DOUBTFUL = re.compile(
    r"randomi[sz]ed|randomly (?:assigned|allocated)|double[- ]blind|placebo|clinical trial|controlled trial", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights by feature, and the logit of no feature."""

    weights: dict[str, float]
    bias: float

    def of(self, found: set[str]) -> float:
        """The logit of a text."""
        return self.bias + sum(self.weights.get(f, 0.0) for f in found) / math.sqrt(max(1, len(found)))


def texts_of(folder: Path, names: Iterable[str], part: str) -> dict[str, list[str]]:
    """The texts of a part of each corpus, each once; tokenised ones put together."""
    found: dict[str, list[str]] = {}
    for name in names:
        path = folder / name / f"{part}.jsonl"
        rows = [json.loads(line) for line in path.read_text("utf8").splitlines() if line.strip()] if path.is_file() else []
        texts = [str(r.get("abstract") or r.get("text")) for r in rows]
        found[name] = list(dict.fromkeys(together(t)[0] if name.startswith("ctro_") else t for t in texts))
    return found


def unlabelled(folder: Path, most: int, seed: int) -> list[str]:
    """Titles with their abstracts from the unlabelled texts of trials, drawn at random."""
    path = folder / UNLABELLED.name
    if not path.is_file():
        return []
    with lzma.open(path, "rt", encoding="utf8") as file:
        papers = file.read().split("TITLE: \n")[1:]
    texts = [re.sub(r"\n+(?:ABSTRACT[.A-Z /]*:)?\n*", " ", p.partition("\nBODY")[0]) for p in papers if "ABSTRACT" in p]
    random.Random(seed).shuffle(texts)
    return [t[:3000] for t in texts[:most]]


def shingles(text: str) -> set[tuple[str, ...]]:
    """Runs of words by which two copies of a text are known."""
    words = re.findall(r"[a-z]+", text.lower())
    return {tuple(words[i : i + _SHARED]) for i in range(len(words) - _SHARED + 1)}


def strangers(texts: Iterable[str], held: Sequence[str]) -> Iterator[str]:
    """The texts that share no wording to speak of with any that is held back."""
    known = {s for text in held for s in shingles(text)}
    return (t for t in texts if len(shingles(t) & known) < 3)


def records(paths: Iterable[Path]) -> Iterator[tuple[str, bool]]:
    """The records with an abstract whose types say nothing, and whether they speak like a trial."""
    for path in paths:
        for item in read_pubmed_file(path):
            if isinstance(item, Document) and item.text.strip() != item.title.strip():
                types = set(item.publication_types)
                if not types & (EVIDENCE_TYPES | OTHER_TYPES):
                    yield item.text, bool(_DOUBTFUL.search(item.text))


def fitted(found: Sequence[set[str]], is_trial: np.ndarray[Any, Any]) -> Linear:
    """Logistic regression on the commonest features; both classes weigh the same."""
    seen = Counter(f for one in found for f in one)
    words = [w for w, n in seen.most_common(_WORDS) if n >= _SEEN_IN]
    place = {w: i for i, w in enumerate(words)}
    rows = [[place[f] for f in sorted(one) if f in place] for one in found]
    data = np.concatenate([np.full(len(r), 1 / math.sqrt(max(1, len(one)))) for r, one in zip(rows, found, strict=True)])
    x = sparse.csr_matrix(
        (data, np.concatenate([np.array(r, int) for r in rows]), np.cumsum([0, *map(len, rows)])), (len(rows), len(words))
    )
    y = np.where(is_trial, 1.0, -1.0)
    share = np.where(is_trial, 0.5 / is_trial.sum(), 0.5 / (~is_trial).sum())

    def loss(w: np.ndarray[Any, Any]) -> tuple[float, np.ndarray[Any, Any]]:
        margin = y * (x @ w[:-1] + w[-1])
        slope = -share * y / (1 + np.exp(np.clip(margin, -500, 500)))
        grown = float(share @ np.logaddexp(0, -margin)) + _PENALTY * float(w[:-1] @ w[:-1])
        return grown, np.append(x.T @ slope + 2 * _PENALTY * w[:-1], slope.sum())

    w = optimize.minimize(loss, np.zeros(len(words) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return Linear(dict(zip(words, w[:-1].tolist(), strict=True)), float(w[-1]))


def crossed(found: Sequence[set[str]], is_trial: np.ndarray[Any, Any], seed: int) -> np.ndarray[Any, Any]:
    """The logit of each text from a model that did not learn from it."""
    told = np.zeros(len(found))
    for fold in folds(len(found), _FOLDS, seed):
        held = set(fold)
        others = [i for i in range(len(found)) if i not in held]
        model = fitted([found[i] for i in others], is_trial[others])
        told[fold] = [model.of(found[i]) for i in fold]
    return told


def main() -> None:
    """Train, write, measure.

    Raises:
        NoCorpora: the folder holds none of the corpora.
    """
    asked = _arguments()
    dev = texts_of(asked.corpora, MEASURED, "dev")
    held = [t for texts in dev.values() for t in texts]
    train = texts_of(asked.corpora, TRIALS, "train")
    labelled = [t for texts in train.values() for t in texts]
    if not labelled:
        raise NoCorpora(asked.corpora, [c for c in (*COARSE, *FINE) if c.name in TRIALS])
    trials = list(dict.fromkeys(strangers([*labelled, *unlabelled(asked.corpora, asked.unlabelled, asked.seed)], held)))
    others = list(records(asked.others))
    texts = [*trials, *(t for t, doubtful in others if not doubtful)]
    found = [features(t) for t in texts]
    is_trial = np.arange(len(texts)) < len(trials)
    told = crossed(found, is_trial, asked.seed)
    threshold = float(np.quantile(told[is_trial], 1 - asked.recall))
    model = fitted(found, is_trial)
    scale = max(map(abs, model.weights.values())) / _STEPS
    weights = {f: round(w / scale) for f, w in model.weights.items() if round(w / scale)}
    shipped = Linear({f: n * scale for f, n in weights.items()}, model.bias)
    doubtful = [shipped.of(features(t)) >= threshold for t, d in others if d]
    scores = {
        "dev_recall": {name: _share(shipped, texts, threshold) for name, texts in dev.items() if texts},
        "dev_recall_all": _share(shipped, held, threshold),
        "cross_validated_recall": round(float((told[is_trial] >= threshold).mean()), 4),
        "cross_validated_others_let_through": round(float((told[~is_trial] >= threshold).mean()), 4),
        "speak_like_trials_let_through": {"records": len(doubtful), "share": round(sum(doubtful) / max(1, len(doubtful)), 4)},
    }
    card = {
        "what": "Whether an abstract is a trial's: logistic regression on words and pairs of words.",
        "learnt from": {**{k: len(v) for k, v in train.items()}, "trials in all, without what the dev texts share": len(trials),
                        "others": {"files": [p.name for p in asked.others], "records": int((~is_trial).sum())}},
        "threshold": round(threshold, 4), "recall it is set for": asked.recall, "features": len(weights), "folds": _FOLDS, "seed": asked.seed,
        "scores": scores, "made": {"on": date.today().isoformat()},
        "known limits": "Trials of animals and cells that are told like trials pass. The others are of two files, mostly of 1977 to 1979 and of 2021.",
    }  # fmt: skip
    store(asked.out, weights, scale, model.bias, threshold, card)
    print(json.dumps(card["scores"], indent=1))  # noqa: T201 - a command's answer


def _share(model: Linear, texts: Sequence[str], threshold: float) -> float:
    return round(sum(model.of(features(t)) >= threshold for t in texts) / len(texts), 4)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.gate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--others", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--unlabelled", type=int, default=6000)
    parser.add_argument("--recall", type=float, default=0.992)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    with in_words():
        main()
