"""How many abstracts of trials the gate of `bulk` lets through, by their words alone: no publication types, no titles.

    python -m benchmarks.gate_recall CORPORA [--part dev]

CORPORA is the folder of the annotated corpora that `training/corpora.py` names; all of the texts of these sets are abstracts of trials. The gate's classifier learnt from
their train parts (`training/gate.py`), so that only `dev` says what it does with others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from crawler.document import Document
from nlp.gate.gate import Gate
from training.gate import MEASURED, texts_of


def main() -> None:
    """Print how many of each set are let through, and of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--part", choices=("dev", "train"), default="dev")
    asked = parser.parse_args()
    gate, kept, all_texts = Gate(), 0, 0
    for name, texts in texts_of(asked.corpora, MEASURED, asked.part).items():
        passed = sum(gate.decide(Document(id="text", title="", text=text)).kept for text in texts)
        print(f"{name:24} {passed:5} of {len(texts):5}")
        kept, all_texts = kept + passed, all_texts + len(texts)
    print(f"{'all':24} {kept:5} of {all_texts:5}  recall {kept / max(1, all_texts):.4f}")


if __name__ == "__main__":
    main()
