"""The annotated corpora that the tagger learns from: where they come from, what they allow, and what their labels mean here.

A folder of corpora holds one folder for each, with `train.jsonl` (and `dev.jsonl`): a JSON object a line, `{"id", "text", "spans": [{"start",
"end", "label"}]}`, offsets in characters. A corpus that is not there is left out, and named.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Corpus:
    """One public corpus. `labels` maps its labels to ours, those not named are not learnt.

    `licence` is None where none is stated for the annotations, wherever they are published again; `said`: what is stated, where that is more.
    """

    name: str
    source: str
    cite: str
    licence: str | None
    labels: Mapping[str, str]
    said: str | None = None

    @property
    def licence_told(self) -> str:
        """What a card says of its licence."""
        return self.said or self.licence or "none stated"


@dataclass(frozen=True, slots=True)
class Annotated:
    """A text with its labelled stretches."""

    corpus: str
    id: str
    text: str
    spans: tuple[Span, ...]


#: The labels of the contract that a text's own words fill.
PHRASES = ("intervention", "control", "outcome", "outcome-measure", "condition", "eligibility", "age", "location", "ethnicity")
NUMBERS = (
    "total-participants", "intervention-participants", "control-participants", "iv-bin-abs", "cv-bin-abs", "iv-bin-percent", "cv-bin-percent",
    "iv-cont-mean", "cv-cont-mean", "iv-cont-median", "cv-cont-median", "iv-cont-sd", "cv-cont-sd",
)  # fmt: skip
FINE_LABELS = (*PHRASES, *NUMBERS)

_SAME = {label: label for label in FINE_LABELS}

#: Every mention of participants, interventions and outcomes.
COARSE = (
    Corpus("ebmnlp", "https://github.com/allenai/scibert (data/pico)", "Nye et al. 2018, ACL", None, {"PAR": "PAR", "INT": "INT", "OUT": "OUT"}),
    Corpus("ebmnlp_5domain", "https://github.com/jetsunwhitton/RCT-ART", "Whitton and Hunter", None,
           {"PAR": "PAR", "INT": "INT", "OUT": "OUT"}, "none stated for the annotations, which are those of EBM-NLP; the repository is Apache-2.0"),
    Corpus("sspico_ebmnlpmod", "https://github.com/BIDS-Xu-Lab", "Hu et al. 2023", None,
           {"P": "PAR", "I": "INT", "C": "INT", "O": "OUT"}),
    Corpus("evidencemap_general", "https://github.com/WengLab-InformaticsResearch (EvidenceMap)", "Kang et al. 2023", None,
           {"Participant": "PAR", "Intervention": "INT", "Outcome": "OUT"}),
)  # fmt: skip

#: The contract's labels.
_CTRO = {
    "EndPointDescription": "outcome", "Precondition": "eligibility", "AvgAge": "age", "Country": "location", "Ethnicity": "ethnicity",
    "NumberPatientsCT": "total-participants", "NumberPatientsArm": "n", "NumberAffected": "abs", "PercentageAffected": "percent",
    "ResultMeasuredValue": "mean", "ChangeValue": "mean", "SdDevResValue": "sd", "SdDevChangeValue": "sd",
}  # fmt: skip
FINE = (
    Corpus("pico_corpus", "https://github.com/sociocom/PICO-Corpus", "Mutinda et al. 2022", None,
           {**_SAME, "outcome-Measure": "outcome-measure", "ethinicity": "ethnicity"}),
    Corpus("ctro_dm2", "https://github.com/ag-sc/Clinical-Trial-Information-Extraction", "Witte and Cimiano", "CC-BY", _CTRO, "CC-BY, the paper's"),
    Corpus("ctro_glaucoma", "https://github.com/ag-sc/Clinical-Trial-Information-Extraction", "Witte and Cimiano", "CC-BY", _CTRO, "CC-BY, the paper's"),
)  # fmt: skip
#: Text without annotations, for the classes of words.
UNLABELLED = Corpus(
    "unlabelled_rct_text.txt.xz",
    "https://github.com/jayded/evidence-inference",
    "DeYoung et al. 2020",
    "open access, by article",
    {},
)


class NotThere(Exception):
    """A folder that was named lacks what is to be learnt from."""


class NoCorpora(NotThere):
    """There is nothing to learn from."""

    def __init__(self, folder: Path, wanted: Sequence[Corpus]) -> None:
        names = ", ".join(f"{c.name} ({c.source})" for c in wanted)
        lacks = (
            f"{folder} holds none of the corpora that are wanted"
            if folder.is_dir()
            else f"{folder} is no folder; wanted is one with"
        )
        super().__init__(f"{lacks}: {names}.")


@contextmanager
def in_words() -> Iterator[None]:
    """A folder named in error becomes a sentence on stderr and the exit code of wrong usage."""
    try:
        yield
    except NotThere as lacking:
        sys.stderr.write(f"{lacking}\n")
        sys.exit(2)


def read(folder: Path, corpus: Corpus, part: str = "train") -> list[Annotated]:
    """A part of a corpus under our labels; empty where the folder does not hold it."""
    path = folder / corpus.name / f"{part}.jsonl"
    if not path.is_file():
        return []
    rows = (json.loads(line) for line in path.read_text("utf8").splitlines() if line.strip())
    convert = _trial_slots if corpus.name.startswith("ctro_") else _plain
    return [convert(corpus, row) for row in rows]


def read_all(folder: Path, corpora: Sequence[Corpus], licensed_only: bool) -> dict[str, list[Annotated]]:
    """The train parts of those that are there (and have a licence, where that is asked for), by name.

    Raises:
        NoCorpora: none is.
    """
    wanted = [c for c in corpora if c.licence or not licensed_only]
    found = {c.name: texts for c in wanted if (texts := read(folder, c))}
    if not found:
        raise NoCorpora(folder, wanted)
    return found


def _plain(corpus: Corpus, row: Mapping[str, Any]) -> Annotated:
    spans = tuple((s["start"], s["end"], corpus.labels[s["label"]]) for s in row["spans"] if s["label"] in corpus.labels)
    return Annotated(corpus.name, str(row["id"]), row["text"], spans)


_ARM = re.compile(r"#hasArm> <[^#]+#(\w+)>")
_OF_ARM = re.compile(r"#(\w+)> <[^#]+#hasOutcome> <[^#]+#(\w+)>")
_VALUE = re.compile(r'^<[^#]+#(\w+)> <[^#]+#has(\w+)> "([^"]*)"')


def _trial_slots(corpus: Corpus, row: Mapping[str, Any]) -> Annotated:
    """A text whose tokens stand apart, put together; which arm a number is of comes from the triples, the first arm named being ours."""
    arms = list(dict.fromkeys(m[1] for t in row["triples"] for m in _ARM.finditer(t)))
    owner = {arm: i for i, arm in enumerate(arms)}
    owner |= {m[2]: owner[m[1]] for t in row["triples"] if (m := _OF_ARM.search(t)) and m[1] in owner}
    values = {(m[2], m[3]): owner[m[1]] for t in row["triples"] if (m := _VALUE.match(t)) and m[1] in owner}
    text, place = together(row["text"])
    spans = []
    for s in row["spans"]:
        label = corpus.labels.get(s["label"])
        if label in _OF_ARMS:
            side = values.get((s["label"], row["text"][s["start"] : s["end"]]), 0)
            label = _OF_ARMS[label][min(side, 1)]
        if label is not None:
            spans.append((place[s["start"]], place[s["end"] - 1] + 1, label))
    return Annotated(corpus.name, str(row["id"]), text, tuple(spans))


_OF_ARMS = {
    "n": ("intervention-participants", "control-participants"), "abs": ("iv-bin-abs", "cv-bin-abs"),
    "percent": ("iv-bin-percent", "cv-bin-percent"), "mean": ("iv-cont-mean", "cv-cont-mean"), "sd": ("iv-cont-sd", "cv-cont-sd"),
}  # fmt: skip

#: Spaces that tokenisation put in: before closing marks, behind opening ones, inside numbers, round hyphens and slashes.
_PUT_IN = re.compile(r" (?=[,.;:)\]%])|(?<=[(\[]) |(?<=\d \.) (?=\d)|(?<= \.) (?=\d)|(?<=\w) (?=[-/] \w)|(?<=\w [-/]) (?=\w)")


def together(text: str) -> tuple[str, list[int]]:
    """The text without the spaces that tokenisation put in, and the new place of each character.

    >>> together("IOP ( 25 . 1 mm )")[0]
    'IOP (25.1 mm)'
    """
    dropped = {m.start() for m in _PUT_IN.finditer(text)}
    place, kept = [], 0
    for i in range(len(text)):
        place.append(kept)
        kept += i not in dropped
    return "".join(c for i, c in enumerate(text) if i not in dropped), place


def same_paper(text: str) -> str:
    """What tells that two corpora hold one abstract: the letters it begins with."""
    return re.sub(r"[^a-z]", "", text.lower())[:70]


def folds(count: int, parts: int, seed: int) -> Iterator[list[int]]:
    """The places of `count` things in `parts` random parts."""
    order = list(range(count))
    random.Random(seed).shuffle(order)
    for i in range(parts):
        yield sorted(order[i::parts])
