"""Readings that people judged by their annotations: the traits of each, and whether all that was annotated is what was read."""

from __future__ import annotations

import importlib.util
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.directions import answered, questions
from crawler.document import Document, with_title
from crawler.errors import Unreadable
from crawler.reading import read_paths
from nlp.claim import Effect, Extraction
from nlp.confidence import Recorder, weighed_by
from nlp.contract import as_contract
from nlp.pipeline import build
from nlp.tagger import OwnTagger
from training.corpora import NotThere


@dataclass(frozen=True, slots=True)
class Judged:
    """The traits of a reading, whether it was right, of which text, and whether that is one of the project's `own` documents."""

    traits: tuple[str, ...]
    right: bool
    text: str
    own: bool = False


def effects_judged(path: Path) -> list[Judged]:
    """Every effect that holds an annotated number, judged by the annotated outcome and arm."""
    found: list[Judged] = []
    reader = build(tagger_used=OwnTagger())
    for row in (json.loads(line) for line in path.read_text("utf8").splitlines() if line.strip()):
        recorder = Recorder()
        with weighed_by({"effects": recorder}):
            read = reader.read(Document(id=str(row["id"]), title="", text=row["text"], sections=()))
        for effect, right in _judged(row, read):
            if effect.confidence is not None:
                found.append(Judged(tuple(recorder.seen[int(effect.confidence)]), right, str(row["id"])))
    return found


def _judged(row: Mapping[str, Any], read: Extraction) -> Iterator[tuple[Effect, bool]]:
    """Each effect with an annotated value and its annotated outcome or arm, used once, and whether these are the ones read."""
    text, spans = row["text"], row["spans"]
    named: dict[str, dict[int, set[str]]] = {"outcome": defaultdict(set), "arm": defaultdict(set)}
    for relation in row["relations"]:
        head = spans[relation["head"]]
        named["outcome" if relation["label"] == "OC_RES" else "arm"][relation["child"]].add(text[head["start"] : head["end"]])
    used: set[int] = set()
    values = [_values(e) for e in read.effects]
    for number, span in enumerate(spans):
        want = _numbers(text[span["start"] : span["end"]]) if span["label"] == "MEAS" else set()
        hits = sorted((-len(want & v), i) for i, v in enumerate(values) if i not in used and want & v)
        outcomes, arms = named["outcome"][number], named["arm"][number]
        if not hits or not (outcomes or arms):
            continue
        place = hits[0][1]
        used.add(place)
        effect = read.effects[place]
        told = (effect.outcome.text, effect.outcome.label)
        right_outcome = not outcomes or any(_alike(t, o) for t in told for o in outcomes)
        whose = (
            [read.arms[effect.arm]] if effect.arm is not None else [a for a in read.arms if a.role.value == effect.group.value][:1]
        )
        right_arm = not arms or any(_alike(n, o) for a in whose for n in (a.quote.text, a.label) for o in arms)
        yield effect, right_outcome and right_arm


_STOP = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "in",
        "on",
        "to",
        "and",
        "or",
        "for",
        "with",
        "was",
        "were",
        "is",
        "are",
        "at",
        "by",
        "from",
        "than",
        "versus",
        "vs",
        "group",
        "groups",
        "patients",
        "who",
        "received",
    ]
)


def _numbers(text: str) -> set[float]:
    plain = re.sub(r"95\s*%\s*(?:ci|confidence)", " ", text.lower().replace("·", ".").replace(" . ", "."))
    return {float(x) for x in re.findall(r"\d+(?:\.\d+)?", plain)}


def _values(e: Effect) -> set[float]:
    numbers = (e.estimate, e.events, e.ci_low, e.ci_high, e.sd, e.total, e.p_value)
    return {abs(float(v)) for v in numbers if v is not None}


def _alike(ours: str, theirs: str) -> bool:
    """Half of the words in common, the small ones left out (Dice)."""
    a, b = ({w for w in re.findall(r"[a-z0-9]+", x.lower()) if w not in _STOP} for x in (ours, theirs))
    return bool(a and b) and 2 * len(a & b) / (len(a) + len(b)) >= 0.5


#: What a question's answer says of the claims that answer it; the others leave it open.
_RIGHT = {
    "agree": True,
    "flipped": False,
    "both sides": False,
    "a side for a null": False,
    "a null for a side": False,
    "a side and a null": False,
}


def claims_judged(path: Path) -> list[Judged]:
    """Every claim that answers a question, judged by the answer."""
    recorder = Recorder()
    with weighed_by({"claims": recorder}):
        found = [
            Judged(tuple(recorder.seen[int(claim.confidence)]), _RIGHT[one.verdict], str(one.question["prompt_id"]))
            for one in answered(questions(path))
            if one.verdict in _RIGHT
            for claim in one.claims
            if claim.confidence is not None
        ]
    return found


def gold_judged(folder: Path) -> dict[str, list[Judged]]:
    """Every effect and claim of the gold documents of a folder (`msc/`, `seeds/`, and the scorer that says what is right in all fields).

    Raises:
        NotThere: the folder holds none.
    """
    documents = sorted((*folder.glob("msc/*.json"), *folder.glob("seeds/*.json")))
    if not documents or not (folder / "score.py").is_file():
        raise NotThere(f"{folder} holds no gold documents: wanted are score.py, and msc/*.json or seeds/*.json beside it.")
    scorer = _scorer(folder / "score.py")
    reader = build(tagger_used=OwnTagger())
    found: dict[str, list[Judged]] = {"effects": [], "claims": []}
    for path in documents:
        row = json.loads(path.read_text("utf8"))
        recorders = {"effects": Recorder(), "claims": Recorder()}
        with weighed_by(recorders):
            document = _document(row, folder)
            out = as_contract(document, reader.read(document))
        right = {"effects": _right_effects(scorer, out, row["gold"]), "claims": _right_claims(scorer, out, row["gold"])}
        for name, values in right.items():
            for value, is_right in zip(out[name], values, strict=True):
                if value["confidence"] is not None:
                    found[name].append(Judged(tuple(recorders[name].seen[int(value["confidence"])]), is_right, path.name, own=True))
    return found


def _scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("gold_scorer", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{path} is no scorer of gold documents.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _document(row: Mapping[str, Any], folder: Path) -> Document:
    """The document as given, or read from the file that it names, which lies beside the folder in `seeds/`."""
    if row.get("file"):
        item = next(iter(read_paths([str(folder.parent / "seeds" / row["file"])])))
        if isinstance(item, Unreadable):
            raise item
        return item
    text, sections = with_title(row["title"] or "", row["text"])
    return Document(id=str(row["id"]), title=row["title"] or "", text=text, sections=sections)


def _right_effects(scorer: Any, out: Mapping[str, Any], gold: Mapping[str, Any]) -> list[bool]:
    ours, theirs = out["effects"], gold.get("effects", [])
    worth = lambda o, g: sum(scorer.detail(o, g, gold).values())  # noqa: E731
    met = dict(scorer.match(ours, theirs, scorer.numbers_agree, worth))
    return [i in met and all(scorer.detail(e, theirs[met[i]], gold).values()) for i, e in enumerate(ours)]


def _right_claims(scorer: Any, out: Mapping[str, Any], gold: Mapping[str, Any]) -> list[bool]:
    """Outcome and direction; who, route and time are the arms' and the text's."""
    ours, theirs = out["claims"], gold.get("claims", [])

    def one(o: Any, g: Any) -> bool:
        return bool(
            o.get("direction") == g["direction"]
            and scorer.same_name(scorer.names(o.get("outcome")), scorer.gold_names(gold, g["outcome"]), 75)
        )

    met = dict(scorer.match(ours, theirs, one, lambda o, g: sum(scorer.claim_detail(o, g, gold).values())))
    return [i in met for i in range(len(ours))]
