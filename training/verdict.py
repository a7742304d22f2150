"""Make the weights of verdicts from Evidence Inference 2.0.

    make train CORPORA=FOLDER
    python -m training.verdict --corpora FOLDER [--out nlp/verdict/trained] [--seed 1]

FOLDER holds `evidence_inference_v2/train.jsonl` (and `dev.jsonl`), a question a line: `{"prompt_id", "pmcid", "intervention", "comparator", "outcome",
"label", "evidence": [{"start", "end"}], "abstract"}`; and `unlabelled_rct_text.txt.xz`, from which only counts of words are taken. The scores of
the card come from parts of the train file that were not learnt from; nothing is chosen by the dev file.
"""

from __future__ import annotations

import argparse
import json
import logging
import lzma
import os
import platform
import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from nlp.claim import Extraction
from nlp.pipeline import build
from nlp.verdict.asked import Asked, Frequencies, Question, asked
from nlp.verdict.claim_traits import claim_traits, extraction_of
from nlp.verdict.lines import Line, Text, read_text, word_stems
from nlp.verdict.model import FOLDER, FORMAT, Linear, Model, probability, save
from nlp.verdict.ranking import ranking_traits
from nlp.verdict.symbols import Scene
from nlp.verdict.traits import Traits, scenes, traits, treatment
from nlp.verdict.verdicts import Label
from training.corpora import UNLABELLED, Corpus, NoCorpora, in_words
from training.logistic import fit, fitting_factor, scaled

LOG = logging.getLogger("training.verdict")
QUESTIONS = Corpus("evidence_inference_v2", "https://github.com/jayded/evidence-inference", "DeYoung et al. 2020", "MIT", {})
PARTS = 5
#: What a row's loss costs in each model; and in how many rows a trait must stand.
RANKING, DIFFERENCE, DIRECTION, LEAST_ROWS = 1.0, 0.1, 0.3, 3
#: Stems that stand in fewer abstracts count as if in none.
LEAST_TEXTS = 4
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Seen:
    """A question with its answer, its text's sentences in its light, and which of them a reader pointed at."""

    document: str
    label: Label
    lines: Sequence[tuple[Scene, Line]]
    ranks: Sequence[Mapping[str, float]]
    asked: Asked
    pointed: tuple[bool, ...]
    text: Text
    claims: Extraction


@dataclass(frozen=True)
class Told:
    """What a model that did not learn from its document says of a question."""

    seen: Seen
    difference: float
    direction: float

    def label(self) -> tuple[Label, float]:
        """The likeliest answer and its probability."""
        null, up = probability(self.difference), probability(self.direction)
        chances = {Label.NO_DIFFERENCE: null, Label.INCREASED: (1 - null) * up, Label.DECREASED: (1 - null) * (1 - up)}
        best = max(chances, key=lambda name: chances[name])
        return best, chances[best]


def main() -> None:
    """Train, measure, write."""
    asked_for = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    model, card = train(asked_for.corpora, asked_for.seed)
    save(model, card, asked_for.out)
    LOG.info("written to %s", asked_for.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training.verdict", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    told = os.environ.get("COUNTERCLAIM_CORPORA")
    parser.add_argument("--corpora", type=Path, default=Path(told) if told else None, required=not told)
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def train(folder: Path, seed: int) -> tuple[Model, dict[str, Any]]:
    """The weights and their card.

    Raises:
        NoCorpora: the folder does not hold the questions.
    """
    began = time.monotonic()
    rows = questions(folder, "train")
    if not rows:
        raise NoCorpora(folder, (QUESTIONS,))
    counts = frequencies(folder / UNLABELLED.name, rows)
    LOG.info("%d questions, %d stems of %d texts", len(rows), len(counts[1]), counts[0])
    see = Sight(counts)
    seen = [see(row) for row in rows]
    held_out = _parts(seen, seed)
    ranking = rank(seen)
    told = cross_validated(seen, held_out, counts)
    factors = _factors(told)
    LOG.info("factors of the log odds: %.2f, %.2f", *factors)
    shared = _shared_traits(seen, held_out, counts)
    model = Model(counts, ranking, *(scaled(m, f) for m, f in zip(_answering(seen, shared), factors, strict=True)))
    # Each part is measured with the factors of the others.
    calibrated = [t for part in range(PARTS) for t in _calibrated(told, held_out, part)]
    card = {
        "format": FORMAT,
        "corpora": [
            {"name": c.name, "source": c.source, "cite": c.cite, "licence": c.licence_told}
            for c in (QUESTIONS, UNLABELLED)
            if c is QUESTIONS or (folder / UNLABELLED.name).is_file()
        ],
        "questions": len(rows),
        "documents": len({s.document for s in seen}),
        "seed": seed,
        "scores": {f"train, {PARTS}-fold by document": scores(calibrated)} | _on_dev(folder, see, model),
        "reliability": reliability(calibrated),
        "made": {
            "on": date.today().isoformat(),
            "seconds": round(time.monotonic() - began),
            "hardware": f"{platform.machine()}, {os.cpu_count()} processors, one used",
            "python": platform.python_version(),
        },
    }
    return model, card


def questions(folder: Path, part: str) -> list[dict[str, Any]]:
    """The questions of a part; none where the folder does not hold it."""
    path = folder / QUESTIONS.name / f"{part}.jsonl"
    return [json.loads(line) for line in path.read_text("utf8").splitlines() if line.strip()] if path.is_file() else []


def frequencies(path: Path, rows: Sequence[Mapping[str, Any]]) -> Frequencies:
    """In how many abstracts each stem stands: of the text without annotations, else of the questions' own."""
    texts = _abstracts(path) if path.is_file() else iter(sorted({row["abstract"] for row in rows}))
    counts: Counter[str] = Counter()
    number = 0
    for text in texts:
        counts.update(word_stems(text))
        number += 1
    return number, {k: n for k, n in counts.items() if n >= LEAST_TEXTS}


def _abstracts(path: Path) -> Iterator[str]:
    """The titles and abstracts of a file in which articles follow one another, each from its "TITLE:" on."""
    with lzma.open(path, "rt", encoding="utf8") as file:
        kept: list[str] = []
        keep = True
        for line in file:
            if line.startswith("TITLE:") and kept:
                yield "".join(kept)
                kept = []
            if line.startswith(("TITLE:", "ABSTRACT")):
                keep = True
            elif line.startswith("BODY"):
                keep = False
            if keep:
                kept.append(line)
        if kept:
            yield "".join(kept)


class Sight:
    """Questions to what is seen in their texts; each text is read once."""

    def __init__(self, counts: Frequencies) -> None:
        self._counts, self._reader = counts, build()
        self._claims: dict[str, Extraction] = {}

    def __call__(self, row: Mapping[str, Any]) -> Seen:
        """A question's text, read."""
        abstract = row["abstract"]
        if abstract not in self._claims:
            self._claims[abstract] = extraction_of(self._reader, abstract)
        text = read_text(abstract)
        question = asked(Question(row["intervention"], row["comparator"], row["outcome"]), text, self._counts)
        pointed = tuple(any(_meets(line, e) for e in row["evidence"]) for line in text.lines)
        ranks = ranking_traits(question, text)
        return Seen(
            row["pmcid"], Label(row["label"]), scenes(question, text), ranks, question, pointed, text, self._claims[abstract]
        )


def _meets(line: Line, evidence: Mapping[str, Any]) -> bool:
    common = min(evidence["end"], line.end) - max(evidence["start"], line.start)
    return bool(common > 0.5 * min(evidence["end"] - evidence["start"], line.end - line.start))


def _parts(seen: Sequence[Seen], seed: int) -> dict[str, int]:
    documents = sorted({s.document for s in seen})
    random.Random(seed).shuffle(documents)
    return {document: i % PARTS for i, document in enumerate(documents)}


def rank(seen: Sequence[Seen]) -> Linear:
    """Which sentences readers point at."""
    rows = [traits for s in seen for traits in s.ranks]
    return fit(rows, [pointed for s in seen for pointed in s.pointed], RANKING)


def _traits(s: Seen, ranking: Linear, counts: Frequencies) -> Traits:
    shares = Model(counts, ranking, Linear({}), Linear({})).shares(s.ranks)
    found = traits(s.asked, s.lines, shares)
    claimed = claim_traits(s.asked, s.text, s.claims, shares, treatment(s.asked, s.lines), counts)
    return Traits(found.difference, {**found.direction, **claimed})


def _answering(seen: Sequence[Seen], found: Sequence[Traits]) -> tuple[Linear, Linear]:
    """Whether there is a difference (log odds of none), and which way (log odds of up, from those where there is one)."""
    null = fit([t.difference for t in found], [s.label is Label.NO_DIFFERENCE for s in seen], DIFFERENCE, least_rows=LEAST_ROWS)
    sided = [(t, s) for t, s in zip(found, seen, strict=True) if s.label is not Label.NO_DIFFERENCE]
    up = fit([t.direction for t, _ in sided], [s.label is Label.INCREASED for _, s in sided], DIRECTION, False, LEAST_ROWS)
    return null, up


def _shared_traits(seen: Sequence[Seen], held_out: Mapping[str, int], counts: Frequencies) -> list[Traits]:
    """Each question's traits as a ranking sees them that did not learn from its document."""
    by_part = [rank([s for s in seen if held_out[s.document] != part]) for part in range(PARTS)]
    return [_traits(s, by_part[held_out[s.document]], counts) for s in seen]


def cross_validated(seen: Sequence[Seen], held_out: Mapping[str, int], counts: Frequencies) -> list[Told]:
    """What is said of every question by models that did not learn from its document."""
    told: list[Told] = []
    shared = _shared_traits(seen, held_out, counts)
    for part in range(PARTS):
        kept = [(s, t) for s, t in zip(seen, shared, strict=True) if held_out[s.document] != part]
        null, up = _answering([s for s, _ in kept], [t for _, t in kept])
        for s, t in zip(seen, shared, strict=True):
            if held_out[s.document] == part:
                told.append(Told(s, null.score(t.difference), up.score(t.direction)))
    return told


def _factors(told: Sequence[Told]) -> tuple[float, float]:
    """What makes the held-out log odds as sure as they are right."""
    sided = [t for t in told if t.seen.label is not Label.NO_DIFFERENCE]
    null = fitting_factor([t.difference for t in told], [t.seen.label is Label.NO_DIFFERENCE for t in told])
    return null, fitting_factor([t.direction for t in sided], [t.seen.label is Label.INCREASED for t in sided])


def _calibrated(told: Sequence[Told], held_out: Mapping[str, int], part: int) -> list[Told]:
    null, up = _factors([t for t in told if held_out[t.seen.document] != part])
    return [Told(t.seen, t.difference * null, t.direction * up) for t in told if held_out[t.seen.document] == part]


def _on_dev(folder: Path, see: Sight, model: Model) -> dict[str, Any]:
    seen = [see(row) for row in questions(folder, "dev")]
    found = [_traits(s, model.ranking, model.frequencies) for s in seen]
    told = [
        Told(s, model.difference.score(t.difference), model.direction.score(t.direction)) for s, t in zip(seen, found, strict=True)
    ]
    return {"dev": scores(told)} if told else {}


def scores(told: Sequence[Told]) -> dict[str, Any]:
    """Macro F1 and accuracy, and each label's precision, recall and F1."""
    pairs = Counter((t.seen.label, t.label()[0]) for t in told)
    by_label = {label.value: _f1(pairs, label) for label in Label}
    right = sum(pairs[label, label] for label in Label)
    return {
        "n": len(told),
        "macro F1": round(sum(f["F1"] for f in by_label.values()) / len(by_label), 3),
        "accuracy": round(right / max(1, len(told)), 3),
        **by_label,
    }


def _f1(pairs: Mapping[tuple[Label, Label], int], label: Label) -> dict[str, float]:
    hit = pairs.get((label, label), 0)
    told = sum(n for (_, said), n in pairs.items() if said is label)
    true = sum(n for (is_, _), n in pairs.items() if is_ is label)
    return {
        "precision": round(hit / max(1, told), 3),
        "recall": round(hit / max(1, true), 3),
        "F1": round(2 * hit / max(1, told + true), 3),
    }


def reliability(told: Sequence[Told]) -> list[dict[str, float]]:
    """By confidence: how many, how sure on average, how often right."""
    table = []
    for low, high in zip(BINS, (*BINS[1:], 1.01), strict=True):
        inside = [(t.label(), t.seen.label) for t in told if low <= t.label()[1] < high]
        if inside:
            sure = sum(chance for (_, chance), _ in inside) / len(inside)
            right = sum(said is true for (said, _), true in inside) / len(inside)
            table.append({"from": low, "n": len(inside), "confidence": round(sure, 3), "right": round(right, 3)})
    return table


if __name__ == "__main__":
    with in_words():
        main()
