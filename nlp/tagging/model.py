"""A trained model as files: `words.xz` (word classes), one `<chain>.xz` a chain, `net.xz` (the network of numbers), `card.json`.

The card names the others under `files`. A chain's file is a line of JSON (labels, how many attributes, how many weights), the attributes a line each, then plain arrays: how many
weights each attribute has, their labels, the weights as half floats, the transitions. All of it is compressed by xz, none of it is code.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp.bad_model import ModelMissing as ModelMissing
from nlp.bad_model import ModelUnreadable as ModelUnreadable
from nlp.tagging.attributes import Classes
from nlp.tagging.chain import Chain
from nlp.tagging.number_net import NumberNet, read_net

FORMAT = 1
CHAINS = ("coarse", "again", "phrases", "numbers", "sides", "marking")
WORDS, NET = "words.xz", "net.xz"
#: Every file that a model of this format can consist of, beside its card. A card that names none is of a model that has them all.
WHOLE = (WORDS, *(f"{name}.xz" for name in CHAINS), NET)
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 1 << 26}]


@dataclass(frozen=True)
class Model:
    """Word classes, the chains by name, the card, and the network that judges numbers beside their chain, if there is one."""

    classes: Classes
    chains: Mapping[str, Chain]
    card: Mapping[str, Any]
    net: NumberNet | None = None


def files_of(model: Model) -> tuple[str, ...]:
    """The files of a model, beside its card."""
    has = {WORDS, *(f"{name}.xz" for name in model.chains)} | ({NET} if model.net is not None else set())
    return tuple(name for name in WHOLE if name in has)


def load(folder: Path) -> Model:
    """The model in a folder: every file that its card names.

    Raises:
        ModelMissing: there is none.
        ModelUnreadable: a file is damaged, of another format, or not there.
    """
    if not (folder / "card.json").is_file():
        raise ModelMissing(folder)
    path = folder / "card.json"
    try:
        card = json.loads(path.read_text("utf8"))
        files = _named_files(card)
        path = folder / WORDS
        classes = _words(path)
        chains = {}
        for name in (name for name in CHAINS if f"{name}.xz" in files):
            path = folder / f"{name}.xz"
            chains[name] = read_chain(path)
        path = folder / NET
        net = read_net(path) if NET in files else None
    except FileNotFoundError as problem:
        raise ModelUnreadable(path, "the model needs this file, and it is not there") from problem
    except (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, lzma.LZMAError) as problem:
        raise ModelUnreadable(path, problem) from problem
    return Model(classes, chains, card, net)


def _named_files(card: Any) -> Sequence[str]:
    """The files that a card says its model consists of.

    Raises:
        ValueError: it is no card of this format, or names no words, or what this format does not know.
    """
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        told = card.get("format") if isinstance(card, dict) else None
        raise ValueError(f"format {told} is not {FORMAT}")
    files = card.get("files", WHOLE)
    if not isinstance(files, list | tuple) or WORDS not in files or any(name not in WHOLE for name in files):
        raise ValueError(f"its files are {files}, and this version knows {', '.join(WHOLE)}, the first of which every model has")
    return files


def write_words(path: Path, classes: Mapping[str, tuple[int, ...]]) -> None:
    """Store the classes of words: a line a word."""
    lines = (f"{word}\t{' '.join(map(str, of))}\n" for word, of in sorted(classes.items()))
    path.write_bytes(_packed("".join(lines).encode()))


def _words(path: Path) -> dict[str, tuple[int, ...]]:
    found = {}
    for line in lzma.decompress(path.read_bytes()).decode().splitlines():
        word, of = line.split("\t")
        found[word] = tuple(map(int, of.split()))
    return found


def write_chain(
    path: Path, labels: tuple[str, ...], weights: Mapping[tuple[str, str], float], follows: Mapping[tuple[str, str], float]
) -> None:
    """Store a chain. `weights`: (attribute, label) to weight; `follows`: (label, next label) to weight."""
    place = {label: i for i, label in enumerate(labels)}
    attributes = sorted({a for a, _ in weights})
    counts = np.zeros(len(attributes), dtype=np.uint8)
    number = {a: i for i, a in enumerate(attributes)}
    ordered = sorted((number[a], place[label], w) for (a, label), w in weights.items())
    for row, _, _ in ordered:
        counts[row] += 1
    table = np.zeros((len(labels), len(labels)))
    for (a, b), w in follows.items():
        table[place[a], place[b]] = w
    head = json.dumps({"format": FORMAT, "labels": labels, "attributes": len(attributes), "weights": len(ordered)})
    body = [
        "\n".join([head, *attributes, ""]).encode(),
        counts.tobytes(),
        np.array([k for _, k, _ in ordered], dtype=np.uint8).tobytes(),
        np.array([w for _, _, w in ordered], dtype="<f2").tobytes(),
        table.astype("<f4").tobytes(),
    ]
    path.write_bytes(_packed(b"".join(body)))


def read_chain(path: Path) -> Chain:
    """A stored chain.

    Raises:
        ValueError: the file is not one.
    """
    data = lzma.decompress(path.read_bytes())
    end = data.index(b"\n")
    head = json.loads(data[:end])
    labels, count, total = tuple(head["labels"]), int(head["attributes"]), int(head["weights"])
    tail = count + total + 2 * total + 4 * len(labels) ** 2
    attributes = data[end + 1 : len(data) - tail].decode().splitlines()
    if len(attributes) != count:
        raise ValueError(f"{len(attributes)} attributes in place of {count}")
    arrays = data[len(data) - tail :]
    counts = np.frombuffer(arrays, np.uint8, count)
    columns = np.frombuffer(arrays, np.uint8, total, count)
    values = np.frombuffer(arrays, "<f2", total, count + total)
    table = np.frombuffer(arrays, "<f4", len(labels) ** 2, count + 3 * total).reshape(len(labels), len(labels))
    weights = np.zeros((count, len(labels)), dtype=np.float32)
    weights[np.repeat(np.arange(count), counts), columns] = values
    return Chain(labels, {a: i for i, a in enumerate(attributes)}, weights, table.astype(np.float64))


def _packed(data: bytes) -> bytes:
    return lzma.compress(data, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC32, filters=_FILTERS)
