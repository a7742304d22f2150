"""Scores of a model on the dev parts, as the corpora's own scorer counts them."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from nlp.tagging.labelling import Labeller, Tagged
from nlp.tagging.model import Model
from training.corpora import COARSE, FINE, FINE_LABELS, NUMBERS, Annotated, Span, read
from training.teaching import Reader

#: Found, told, annotated.
Tally = tuple[int, int, int]
_WORD = re.compile(r"\w+|[^\w\s]")
_ARM = re.compile(r"^(?:iv|cv)-")


def measured(model: Model, folder: Path, reader: Reader, part: str = "dev") -> dict[str, Any]:
    """Every score for which the model has chains and the folder a dev part."""
    labeller = Labeller(model)
    scores: dict[str, Any] = {}
    if "phrases" in model.chains and (texts := read(folder, FINE[0], part)):
        told = [labeller.label(reader(t.text)) for t in texts]
        scores[f"pico_corpus {part}"] = fine_scores(texts, told)
    if "coarse" in model.chains and (texts := read(folder, COARSE[0], part)):
        told = [labeller.coarse(reader(t.text)) for t in texts]
        scores[f"ebmnlp {part}"] = coarse_scores(texts, told)
    return scores


def fine_scores(texts: Sequence[Annotated], told: Sequence[Sequence[Tagged]]) -> dict[str, Any]:
    """Exact, overlapping and distinct-string F1, and the numbers with the arms merged."""
    gold = [{s for s in t.spans if s[2] in FINE_LABELS} for t in texts]
    found = [{(x.start, x.end, x.label) for x in of if x.label in FINE_LABELS} for of in told]
    return {
        "texts": len(texts),
        "exact": scored([_exact(g, f) for g, f in zip(gold, found, strict=True)]),
        "overlap": scored([_overlap(g, f) for g, f in zip(gold, found, strict=True)]),
        "distinct strings": scored(
            [_exact(_strings(t.text, g), _strings(t.text, f)) for t, g, f in zip(texts, gold, found, strict=True)]
        ),
        "numbers, arms merged": scored([_exact(_merged(g), _merged(f)) for g, f in zip(gold, found, strict=True)]),
        "by label": {
            label: scored(
                [
                    _exact({s for s in g if s[2] == label}, {s for s in f if s[2] == label})
                    for g, f in zip(gold, found, strict=True)
                ],
                0,
            )
            for label in FINE_LABELS
        },
    }


def coarse_scores(texts: Sequence[Annotated], told: Sequence[Sequence[Tagged]]) -> dict[str, Any]:
    """Token F1 of each class, and their mean with its interval."""
    per_text = [_tokens(t, f) for t, f in zip(texts, told, strict=True)]
    names = ("PAR", "INT", "OUT")
    found = {name: scored([x[name] for x in per_text], 0) for name in names}

    def macro(chosen: Iterable[int]) -> float:
        kept = list(chosen)
        return sum(f1(_summed(per_text[i][name] for i in kept)) for name in names) / len(names)

    return {
        "texts": len(texts),
        "token F1 by class": found,
        "macro": {"f1": round(macro(range(len(texts))), 4), "interval": _interval(macro, len(texts))},
    }


def scored(tallies: Sequence[Tally], rounds: int = 1000) -> dict[str, Any]:
    """Precision, recall, F1, n, and the interval of F1 (bootstrap over texts, 95 %)."""
    true, told, gold = _summed(tallies)
    found: dict[str, Any] = {"precision": round(true / told, 4) if told else 0.0, "recall": round(true / gold, 4) if gold else 0.0,
                             "f1": round(f1((true, told, gold)), 4), "n": gold}  # fmt: skip
    if rounds:
        found["interval"] = _interval(lambda chosen: f1(_summed(tallies[i] for i in chosen)), len(tallies), rounds)
    return found


def f1(tally: Tally) -> float:
    """The harmonic mean of precision and recall.

    >>> f1((1, 2, 2))
    0.5
    """
    true, told, gold = tally
    return 2 * true / (told + gold) if told + gold else 0.0


def _interval(score: Callable[[Iterable[int]], float], count: int, rounds: int = 1000) -> list[float]:
    draw = random.Random(0)
    found = sorted(score(draw.choices(range(count), k=count)) for _ in range(rounds))
    return [round(found[int(0.025 * rounds)], 3), round(found[int(0.975 * rounds) - 1], 3)]


def _summed(tallies: Iterable[Tally]) -> Tally:
    true = told = gold = 0
    for a, b, c in tallies:
        true, told, gold = true + a, told + b, gold + c
    return true, told, gold


def _exact(gold: set[Any], found: set[Any]) -> Tally:
    return len(gold & found), len(found), len(gold)


def _overlap(gold: set[Span], found: set[Span]) -> Tally:
    """Each told stretch that meets an unmet annotated one of its label counts."""
    left = sorted(gold)
    true = 0
    for start, end, label in sorted(found):
        met = next((s for s in left if s[2] == label and s[0] < end and start < s[1]), None)
        if met is not None:
            left.remove(met)
            true += 1
    return true, len(found), len(gold)


def _strings(text: str, spans: Iterable[Span]) -> set[tuple[str, str]]:
    return {(" ".join(text[a:b].lower().split()), label) for a, b, label in spans}


def _merged(spans: Iterable[Span]) -> set[Span]:
    return {(a, b, _arm_merged(label)) for a, b, label in spans if label in NUMBERS and label != "total-participants"}


def _arm_merged(label: str) -> str:
    return "participants" if label.endswith("participants") else _ARM.sub("", label)


def _tokens(text: Annotated, found: Sequence[Tagged]) -> dict[str, Tally]:
    words = [(m.start(), m.end()) for m in _WORD.finditer(text.text)]

    def covered(spans: Iterable[Span], name: str) -> set[int]:
        return {s for a, b, label in spans if label == name for s, e in words if a <= s and e <= b}

    own = [(x.start, x.end, x.label) for x in found]
    return {name: _exact(covered(text.spans, name), covered(own, name)) for name in Counter(("PAR", "INT", "OUT"))}
