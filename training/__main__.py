"""Make the tagger from the public corpora.

    make train CORPORA=FOLDER
    python -m training --corpora FOLDER [--out nlp/model] [--licensed-only] [--seed 1]

FOLDER holds the corpora that `training/corpora.py` names (COUNTERCLAIM_CORPORA says so, too). With --licensed-only nothing is learnt from a corpus
for whose annotations no licence is stated. The model that is written learnt from all; the other one is made beside it for its scores, unless --no-compare.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from nlp.tagging.labelling import Thresholds
from nlp.tagging.model import FORMAT, NET, WORDS, Model, files_of, load, write_words
from nlp.tagging.number_net import write_net
from training.corpora import COARSE, FINE, UNLABELLED, Corpus, NoCorpora, in_words, read_all
from training.fitting import store
from training.measuring import measured
from training.plain_abstracts import abstracts
from training.teaching import NET_RECIPE, RECIPES, Reader, Teacher
from training.words import NO_WORDS, WordSpace, word_space

ROOT = Path(__file__).resolve().parent.parent
LOG = logging.getLogger("training")


def main() -> None:
    """Train, write, measure."""
    asked = _arguments()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    read = Reader()
    model, card, space = train(asked.corpora, asked.seed, asked.licensed_only, read)
    write(asked.out, model, card)
    if asked.compare and not asked.licensed_only:
        try:
            _, other, _ = train(asked.corpora, asked.seed, True, read, space)
            card["licensed_only"] = {k: other[k] for k in ("corpora", "scores")}
        except NoCorpora as none:
            card["licensed_only"] = {"not made": str(none)}
        _write_card(asked.out, card)
    LOG.info("written to %s", asked.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    told = os.environ.get("COUNTERCLAIM_CORPORA")
    parser.add_argument("--corpora", type=Path, default=Path(told) if told else None, required=not told)
    parser.add_argument("--out", type=Path, default=ROOT / "nlp" / "model")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--licensed-only", action="store_true")
    parser.add_argument("--no-compare", dest="compare", action="store_false")
    return parser.parse_args()


def train(
    folder: Path, seed: int, licensed_only: bool, read: Reader, space: WordSpace | None = None
) -> tuple[Model, dict[str, Any], WordSpace]:
    """A model, its card, scores on the dev parts included, and what was learnt of words, which another model of these texts can have as it is.

    Raises:
        NoCorpora: the folder holds none of the corpora that may be used.
    """
    began = time.monotonic()
    coarse, fine, apart = (_there(folder, corpora, licensed_only) for corpora in (COARSE, FINE[:1], FINE[1:]))
    if not fine:
        fine, apart = apart, {}
    if not coarse and not fine:
        raise NoCorpora(folder, [c for c in (*COARSE, *FINE) if c.licence or not licensed_only])
    unlabelled = folder / UNLABELLED.name
    if space is None:
        space = word_space(unlabelled, seed) if unlabelled.is_file() else NO_WORDS
    LOG.info("%d words in classes", len(space.words))
    model = Teacher(space, read, seed, LOG.info).all(coarse, fine, abstracts(unlabelled) if space.words else [], apart)
    annotated = {**coarse, **fine, **apart}
    used = [c for c in (*COARSE, *FINE) if c.name in annotated] + ([UNLABELLED] if space.words else [])
    card: dict[str, Any] = {
        "format": FORMAT,
        "files": files_of(model),
        "corpora": [_told(c, annotated) for c in used],
        "seed": seed,
        "recipes": {name: asdict(recipe) for name, recipe in RECIPES.items()} | {"net": asdict(NET_RECIPE)},
        "thresholds": asdict(Thresholds()),
        "scores": measured(model, folder, read),
        "made": {
            "on": date.today().isoformat(),
            "seconds": round(time.monotonic() - began),
            "hardware": _hardware(),
            "python": platform.python_version(),
        },
    }
    return model, card, space


def _there(folder: Path, corpora: tuple[Corpus, ...], licensed_only: bool) -> Mapping[str, Any]:
    try:
        return read_all(folder, corpora, licensed_only)
    except NoCorpora:
        return {}


def _told(corpus: Corpus, texts: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": corpus.name, "source": corpus.source, "cite": corpus.cite, "licence": corpus.licence_told,
            "texts": len(texts.get(corpus.name, ()))}  # fmt: skip


def _hardware() -> str:
    return f"{platform.machine()}, {os.cpu_count()} processors, one used"


def write(out: Path, model: Model, card: Mapping[str, Any]) -> None:
    """Write a model's files."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.xz"):
        old.unlink()
    write_words(out / WORDS, dict(model.classes))
    for name, chain in model.chains.items():
        store(out / f"{name}.xz", chain)
    if model.net is not None:
        write_net(out / NET, model.net)
    _write_card(out, card)
    load(out)


def _write_card(out: Path, card: Mapping[str, Any]) -> None:
    (out / "card.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf8")


if __name__ == "__main__":
    with in_words():
        main()
