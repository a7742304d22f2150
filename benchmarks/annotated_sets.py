"""The annotated sets, what is wanted of each, and what others reached; run once each, with intervals by drawing documents again.

The sets and their scorers are not part of this repository; a scorer runs the command-line program as a user would.
"""

from __future__ import annotations

import importlib.util
import random
import shlex
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: The program as it is run for a set.
PROGRAM = f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'cli.py'))}"
EXTRACT = f"{PROGRAM} extract --json"

#: So often documents are drawn again for an interval.
ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a scorer, as it is called there.

    `floor` is what it must reach, `most` what it must not exceed; `place` which number of a list it is; `published`: what others reached.
    """

    name: str
    called: str
    floor: float | None = None
    most: float | None = None
    place: int = -1
    published: str = ""

    def of(self, figures: Mapping[str, Any]) -> float:
        """The figure among a scorer's."""
        found = figures[self.name]
        return float(found[self.place] if isinstance(found, (list, tuple)) else found)

    def holds(self, value: float) -> bool:
        """Whether it meets its bar; true where there is none. Figures are compared as they are printed, with three decimals."""
        return (self.floor is None or value >= self.floor - 5e-4) and (self.most is None or value <= self.most)

    @property
    def bar(self) -> str:
        """The bar for a person; empty where there is none."""
        return f"≥ {self.floor:g}" if self.floor is not None else f"≤ {self.most:g}" if self.most is not None else ""


@dataclass(frozen=True, slots=True)
class AnnotatedSet:
    """A set: the scorer and the documents in the folder, the scorer's task where it has several, the command, and what is wanted."""

    name: str
    scorer: str
    documents: str
    task: str | None
    figures: tuple[Figure, ...]
    command: str = EXTRACT


@dataclass(frozen=True, slots=True)
class Measured:
    """A set's figures, of how many documents, and the middle 95 % of each figure when the documents are drawn again."""

    figures: Mapping[str, Any]
    documents: int
    draws: Sequence[Mapping[str, Any]]

    def interval(self, figure: Figure) -> tuple[float, float] | None:
        """The 95 % interval of a figure; None for a count."""
        if figure.most is not None or not self.draws:
            return None
        values = sorted(figure.of(d) for d in self.draws)
        return values[int(0.025 * len(values))], values[min(len(values) - 1, int(0.975 * len(values)))]


GOLD = (
    Figure("effects, printed numbers", "printed numbers, F1", 0.93),
    Figure("effects with an interval", "effects with an interval, F1", 0.95),
    Figure("effects, every field", "every field of an effect, F1", 0.66),
    Figure("  of those found, right outcome", "right outcome of the numbers found", 0.85),
    Figure("  of those found, right time", "right time", 0.85),
    Figure("  of those found, right group", "right group", 0.88),
    Figure("claims, outcome and direction", "claims, outcome and direction, F1", 0.70),
    Figure("claims, every field", "claims, every field, F1", 0.50),
    Figure("flipped sides", "flipped sides", most=1),
    Figure("self-contradictions", "self-contradictions", most=0),
    Figure("route", "route, F1", 0.95),
    Figure("cell_source", "cell source, F1", 0.95),
    Figure("donor", "donor, F1", 0.95),
    Figure("sample size", "sample size", 0.90),
    Figure("registry", "registry numbers, F1", 1.0),
    Figure("audit: printed errors flagged", "audit, F1", 0.80),
    Figure("  confidence >= 0.9: precision, share", "effects of confidence ≥ 0.9: every field right", 0.92, place=0),
    Figure("  confidence >= 0.9: precision, share", "… and their share of all effects", 0.30, place=1),
    Figure("quotes sound", "quotes sound", 0.99),
)
SEEDS = (
    Figure("effects, printed numbers", "printed numbers, F1", 1.0),
    Figure("effects, every field", "every field of an effect, F1", 0.95),
    Figure("claims, outcome and direction", "claims, outcome and direction, F1", 0.90),
    Figure("flipped sides", "flipped sides", most=0),
    Figure("quotes sound", "quotes sound", 0.99),
)
MEASURES = (
    Figure("found", "annotated values found", 0.95, published="a script that calls every number a result: 1.00"),
    Figure("F1", "F1", 0.80, published="that script: 0.84"),
    Figure("right outcome", "right outcome of those found", 0.70, published="that script: 0.15"),
    Figure("right arm", "right arm of those found", 0.70, published="that script: 0.01"),
)
PICO = (
    Figure("micro", "exact micro F1, 22 labels", 0.56, place=2, published="a plain CRF 0.51; PICOX (BERT) 0.67 micro recall"),
    Figure("numbers, arms merged", "numbers and arm sizes, arms merged, F1", 0.85, place=2, published="a plain CRF 0.77"),
)
EBMNLP = (
    Figure("PAR", "participants, token F1", place=2),
    Figure("INT", "interventions, token F1", place=2),
    Figure("OUT", "outcomes, token F1", place=2),
    Figure("macro", "macro token F1", 0.62, place=2, published="expert test: LSTM-CRF 0.72 in all, SciBERT 0.72 macro"),
)
VERDICT = (
    Figure("macro F1", "macro F1", 0.72, published="a rule on the best sentence 0.61; with the evidence given 0.73"),
    Figure("accuracy", "accuracy"),
    Figure("increased", "increased, F1", place=2),
    Figure("decreased", "decreased, F1", place=2),
    Figure("no_difference", "no difference, F1", place=2),
)
GOLD_MSC = AnnotatedSet("29 reworded abstracts", "gold/score.py", "gold/msc", None, GOLD)
SETS = (
    AnnotatedSet("Five seed papers, through the importers", "gold/score.py", "gold/seeds", None, SEEDS),
    GOLD_MSC,
    AnnotatedSet("RCT-ART, result sentences (dev)", "corpora/score.py", "corpora/rct_art_bypmid/dev.jsonl", "measures", MEASURES),
    AnnotatedSet("RCT-ART, result sentences (train)", "corpora/score.py", "corpora/rct_art_bypmid/train.jsonl", "measures",
                 tuple(Figure(f.name, f.called) for f in MEASURES)),
    AnnotatedSet("PICO corpus (dev)", "corpora/score.py", "corpora/pico_corpus/dev.jsonl", "pico", PICO),
    AnnotatedSet("EBM-NLP (dev)", "corpora/score.py", "corpora/ebmnlp/dev.jsonl", "ebmnlp", EBMNLP),
    AnnotatedSet("Evidence Inference, verdicts (dev)", "corpora/score.py", "corpora/evidence_inference_v2/dev.jsonl", "verdict", VERDICT,
                 f"{PROGRAM} verdict --json"),
)  # fmt: skip


def measured(one: AnnotatedSet, folder: Path, rounds: int = ROUNDS) -> Measured | None:
    """Run the program once, score, and score again on documents drawn with replacement; None where the set is not there.

    Raises:
        RuntimeError: the program failed on the set.
    """
    scorer_path, documents_path = folder / one.scorer, folder / one.documents
    if not scorer_path.is_file() or not documents_path.exists():
        return None
    scorer = loaded(scorer_path)
    try:
        documents, outs, score = _run(scorer, one, documents_path, folder)
    except SystemExit as ended:
        raise RuntimeError(f"The scorer of “{one.name}” ended: {ended}") from ended
    draw = random.Random(1)
    draws = [score([documents[i] for i in draw.choices(range(len(documents)), k=len(documents))], outs) for _ in range(rounds)]
    return Measured(score(documents, outs), len(documents), draws)


#: Without packs, so much of the figure with packs must be left.
WITHOUT_PACKS = 0.6


def without_packs(folder: Path) -> Measured | None:
    """The reworded abstracts, read as if nobody had written a pack for any field; None where they are not there."""
    with tempfile.TemporaryDirectory() as empty:
        command = f"env COUNTERCLAIM_PACKS={shlex.quote(empty)} {EXTRACT}"
        return measured(replace(GOLD_MSC, command=command), folder)


def loaded(path: Path) -> Any:
    """A scorer as a module.

    Raises:
        RuntimeError: the file is no Python.
    """
    spec = importlib.util.spec_from_file_location(f"scorer_{path.parent.name}", path)
    if spec is None or spec.loader is None:
        raise RuntimeError(f"{path} is no scorer.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Score = Callable[[list[Any], Mapping[str, Any]], dict[str, Any]]


def _run(scorer: Any, one: AnnotatedSet, path: Path, folder: Path) -> tuple[list[Any], Mapping[str, Any], Score]:
    if one.task is None:
        documents = scorer.load(path)
        return documents, scorer.run(one.command, documents, folder / "seeds"), scorer.score
    documents = scorer.read(path)
    if one.task == "verdict":
        asked = ("abstract", "intervention", "comparator", "outcome")
        rows = [{"id": d["prompt_id"], **{k: d[k] for k in asked}} for d in documents]
    else:
        rows = [{"id": d["id"], "title": None, "abstract": d["text"]} for d in documents]
    task = getattr(scorer, one.task)

    def score(drawn: list[Any], outs: Mapping[str, Any]) -> dict[str, Any]:
        found = dict(task(drawn, outs))
        return found | {"numbers, arms merged": scorer.merged(drawn, outs)} if one.task == "pico" else found

    return documents, scorer.run(one.command, rows), score
