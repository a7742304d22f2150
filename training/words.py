"""Classes of words that stand in the same company, learnt from text without annotations.

Counts of the neighbours at each of four places, weighed by positive pointwise mutual information, brought to few dimensions by a truncated
singular value decomposition and grouped by spherical k-means at several sizes. Every draw is seeded, every sum runs in one order.
"""

from __future__ import annotations

import lzma
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, hstack
from scipy.sparse.linalg import svds

from nlp.tagging.tokens import normal, tokenise

Vectors = NDArray[np.float64]

PLACES = (-2, -1, 1, 2)
CONTEXTS = 3000
DIMENSIONS = 96
SIZES = (64, 256, 1024)
LEAST = 12
MOST_WORDS = 40_000
ROUNDS = 25


@dataclass(frozen=True)
class WordSpace:
    """The frequent words, the most frequent first, a vector each, and each one's class at each of `SIZES`."""

    words: tuple[str, ...]
    vectors: NDArray[np.float32]
    classes: dict[str, tuple[int, ...]]


#: Of no text.
NO_WORDS = WordSpace((), np.zeros((0, DIMENSIONS), dtype=np.float32), {})


def word_space(path: Path, seed: int, most_characters: int | None = None) -> WordSpace:
    """What a text without annotations tells of its words."""
    lines = _lines(path, most_characters)
    counts: Counter[str] = Counter()
    sentences: list[list[str]] = []
    for line in lines:
        words = [normal(t.text) for t in tokenise(line)]
        sentences.append(words)
        counts.update(words)
    known = [w for w, c in sorted(counts.items(), key=lambda x: (-x[1], x[0])) if c >= LEAST][:MOST_WORDS]
    vectors = _vectors(sentences, known, seed)
    grouped = [_groups(vectors, min(size, len(known)), seed) for size in SIZES]
    classes = {word: tuple(int(g[i]) for g in grouped) for i, word in enumerate(known)}
    return WordSpace(tuple(known), vectors.astype(np.float32), classes)


def _lines(path: Path, most: int | None) -> list[str]:
    with lzma.open(path, "rt", encoding="utf8") as file:
        text = file.read(most) if most else file.read()
    return [line for line in text.splitlines() if line and not line.endswith(":")]


def _vectors(sentences: list[list[str]], known: list[str], seed: int) -> Vectors:
    number = {w: i for i, w in enumerate(known)}
    ids = np.concatenate([np.array([number.get(w, -1) for w in s] + [-1] * 2, dtype=np.int32) for s in sentences])
    contexts = min(CONTEXTS, len(known))
    blocks = []
    for place in PLACES:
        left, right = (ids[:-place], ids[place:]) if place > 0 else (ids[-place:], ids[:place])
        kept = (left >= 0) & (right >= 0) & (right < contexts)
        ones = np.ones(int(kept.sum()), dtype=np.float32)
        blocks.append(_ppmi(coo_matrix((ones, (left[kept], right[kept])), shape=(len(known), contexts)).tocsr()))
    matrix = hstack(blocks).tocsr()
    start = np.random.default_rng(seed).standard_normal(min(matrix.shape))
    left, values, _ = svds(matrix, k=min(DIMENSIONS, min(matrix.shape) - 1), v0=start)
    vectors: Vectors = left * np.sqrt(values)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors


def _ppmi(counts: csr_matrix) -> csr_matrix:
    counts.sum_duplicates()
    total = counts.sum()
    rows, columns = np.asarray(counts.sum(axis=1)).ravel(), np.asarray(counts.sum(axis=0)).ravel() ** 0.75
    columns = columns / columns.sum()
    table = counts.tocoo()
    value = np.log((table.data / total) / np.maximum(rows[table.row] / total * columns[table.col], 1e-12))
    kept = value > 0
    return csr_matrix((value[kept].astype(np.float64), (table.row[kept], table.col[kept])), shape=counts.shape)


def _groups(vectors: Vectors, size: int, seed: int) -> NDArray[np.int64]:
    """Spherical k-means; the first centres are drawn among the more frequent words."""
    random = np.random.default_rng([seed, size])
    centres = vectors[random.choice(min(len(vectors), 8 * size), size, replace=False)].copy()
    chosen = np.zeros(len(vectors), dtype=np.int64)
    for _ in range(ROUNDS):
        new = np.concatenate([np.argmax(part @ centres.T, axis=1) for part in np.array_split(vectors, 16)])
        if np.array_equal(new, chosen):
            break
        chosen = new
        sums = np.zeros_like(centres)
        np.add.at(sums, chosen, vectors)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    return chosen
