"""How well the trained tagger labels, beside the published figures, and how fast.

    python -m benchmarks.tagger CORPORA [--model nlp/model] [--part dev] [--json]

CORPORA is the folder that `make train` learns from. Scores are counted as the corpora's own scorer counts them (exact spans over 22 labels; token
F1 over every word and mark), with the interval of a bootstrap over texts. Beside the exact figure stand overlap and distinct strings: only 74 %
of the repeats of an annotated outcome are annotated, so that exact F1 has a ceiling.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nlp.tagger import MODEL
from nlp.tagging.labelling import Labeller
from nlp.tagging.model import load
from training.corpora import FINE, read
from training.measuring import measured
from training.teaching import Reader

#: What others reached on the same or a like task.
PUBLISHED: Mapping[str, str] = {
    "exact": "a plain CRF 0.51; PICOX (BERT) 0.67 micro recall",
    "numbers, arms merged": "a plain CRF 0.77",
    "macro": "expert test: LSTM-CRF 0.72 in all, SciBERT 0.72 macro",
}


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--part", default="dev")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    model, reader = load(asked.model), Reader()
    scores = measured(model, asked.corpora, reader, asked.part)
    scores["speed"] = speed(Labeller(model), [t.text for t in read(asked.corpora, FINE[0], asked.part)], reader)
    print(json.dumps(scores, indent=1) if asked.json else in_words(scores))


def speed(labeller: Labeller, texts: list[str], reader: Reader, rounds: int = 3) -> dict[str, Any]:
    """CPU milliseconds a text, for what the tagger itself does; the first round fills its memory of words and does not count."""
    around = [reader(text) for text in texts]
    taken = []
    for _ in range(rounds + 1):
        began = time.process_time()
        for one in around:
            # Tokens are kept by the surroundings; they belong to the work.
            one.__dict__.pop("tokens", None)
            labeller.label(one)
        taken.append((time.process_time() - began) * 1000 / max(1, len(around)))
    return {"milliseconds a text": round(statistics.median(taken[1:]), 2), "first round": round(taken[0], 2), "texts": len(texts)}


def in_words(scores: Mapping[str, Any]) -> str:
    """The scores as lines."""
    lines = []
    for name, of_set in scores.items():
        lines.append(f"{name} ({of_set['texts']} texts)")
        for what, value in of_set.items():
            if what in ("by label", "token F1 by class"):
                lines += [f"    {label:28}{_figure(one)}" for label, one in value.items()]
            elif isinstance(value, dict):
                lines.append(f"  {what:30}{_figure(value)}   {PUBLISHED.get(what, '')}".rstrip())
            elif what != "texts":
                lines.append(f"  {what:30}{value}")
    return "\n".join(lines)


def _figure(value: Mapping[str, Any]) -> str:
    interval = "" if "interval" not in value else f" ({value['interval'][0]:.3f} to {value['interval'][1]:.3f})"
    rest = "" if "n" not in value else f"  P {value['precision']:.3f} R {value['recall']:.3f}  n {value['n']}"
    return f"{value['f1']:.3f}{interval}{rest}"


if __name__ == "__main__":
    main()
