"""How well abstracts are read, on every annotated set that is at hand, with the errors by kind.

    counterclaim bench [--sets FOLDER] [--out docs/scorecard.md]

The sets and their scorers are not part of this repository: FOLDER holds `gold/` and `corpora/` with a `score.py` in each. A set that is not
there is left out, and named. Each scorer runs the command-line program as a user would.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import hostile_text
from benchmarks.annotated_sets import (
    EXTRACT,
    GOLD,
    GOLD_MSC,
    SETS,
    WITHOUT_PACKS,
    AnnotatedSet,
    Measured,
    loaded,
    measured,
    without_packs,
)
from nlp.confidence import WEIGHTS


def table(one: AnnotatedSet, found: Measured) -> Iterator[str]:
    """A set's figures as a Markdown table."""
    yield f"## {one.name}\n"
    yield f"{found.documents} documents; 95 % intervals by drawing them again {len(found.draws)} times.\n"
    yield "| figure | wanted | measured | interval | holds | others |"
    yield "|---|---|---|---|---|---|"
    for figure in one.figures:
        value = figure.of(found.figures)
        interval = found.interval(figure)
        told = "" if interval is None else f"{interval[0]:.3f} to {interval[1]:.3f}"
        shown = f"{value:g}" if figure.most is not None else f"{value:.3f}"
        holds = "" if not figure.bar else "yes" if figure.holds(value) else "**no**"
        yield f"| {figure.called} | {figure.bar} | {shown} | {told} | {holds} | {figure.published} |"
    yield ""


def unknown_field(folder: Path, with_packs: Measured) -> Iterator[str]:
    """What is left of the claims where no pack knows the field."""
    found = without_packs(folder)
    if found is None:
        return
    figure = next(f for f in GOLD if f.name == "claims, outcome and direction")
    before, value = figure.of(with_packs.figures), figure.of(found.figures)
    low, high = found.interval(figure) or (value, value)
    share = value / before if before else 0.0
    yield "## The same abstracts with every pack taken away, as for a new field\n"
    yield "| figure | wanted | measured | interval | holds |"
    yield "|---|---|---|---|---|"
    yield f"| claims, outcome and direction, F1 | | {value:.3f} | {low:.3f} to {high:.3f} | |"
    yield f"| share of the figure with packs ({before:.3f}) | ≥ {WITHOUT_PACKS:g} | {share:.3f} | | {'yes' if share >= WITHOUT_PACKS else '**no**'} |\n"


def confidence() -> Iterator[str]:
    """What a confidence was worth on texts that its weights were not learnt from."""
    stored = json.loads(WEIGHTS.read_text("utf8"))
    yield "## What a confidence is worth\n"
    yield (
        "Readings of texts that the weights had not seen (`python -m training.confidence`), by what was said of them. Public: RCT-ART's result "
        "sentences (outcome and arm right), Evidence Inference's questions (claim and answer agree). Own: the development documents, every field.\n"
    )
    yield "| readings | said | n | said on average | right |"
    yield "|---|---|---|---|---|"
    for name, rows in stored["reliability"].items():
        for row in rows:
            yield f"| {name} | from {row['from']:g} | {row['n']} | {row['said']:.2f} | {row['right']:.2f} |"
    yield ""


#: What kind of number was missed, by the words around it; the first that fits.
KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("size of a group", re.compile(r"\[\[\s?[nN]\s?=|randomi[sz]ed|assigned|enrolled|evaluable|were (?:included|treated)|\]\] (?:received|were given)|participants|recruited")),
    ("follow-up, age or dose", re.compile(r"follow(?:ed)?[- ]?up|\bage[ds]?\b|\bdoses?\b|women|men\b|boys|girls", re.IGNORECASE)),
    ("range of values", re.compile(r"\[\[[^\]]*\d\s?%?\s?(?:to|-|–)\s?-?\d")),
    ("percentage", re.compile(r"\[\[[^\]]*(?:%|percent)")),
    ("count", re.compile(r"\[\[\s?(?:\d+|[a-z]+)\s?(?:[a-z ]*|\([^)]*\))\]\]", re.IGNORECASE)),
    ("mean with a spread", re.compile(r"\[\[[^\]]*(?:±|\+/-|\(|\[)")),
)  # fmt: skip


def errors_by_kind(folder: Path, part: str) -> Counter[str]:
    """What is wrong on RCT-ART, counted: values missed, by kind; outcomes and arms that are others than the annotated."""
    score = loaded(folder / "corpora" / "score.py")
    documents = score.read(folder / "corpora" / "rct_art_bypmid" / f"{part}.jsonl")
    outs = score.run(EXTRACT, [{"id": d["id"], "title": None, "abstract": d["text"]} for d in documents])
    counts: Counter[str] = Counter()
    for document in documents:
        counts.update(_errors(document, outs.get(str(document["id"]), {}), score))
    return counts


_FIELDS = ("estimate", "events", "ci_low", "ci_high", "sd", "total", "p_value")


def _errors(document: dict[str, Any], out: dict[str, Any], score: Any) -> Iterator[str]:
    text, spans = document["text"], document["spans"]
    named: dict[str, dict[int, set[str]]] = {"OC_RES": defaultdict(set), "INTV_RES": defaultdict(set)}
    for relation in document["relations"]:
        kind = "OC_RES" if relation["label"] == "OC_RES" else "INTV_RES"
        head = spans[relation["head"]]
        named[kind][relation["child"]].add(text[head["start"] : head["end"]])
    used: set[int] = set()
    effects = out.get("effects", [])
    values = [{abs(float(e[f])) for f in _FIELDS if e.get(f) is not None} for e in effects]
    for number, span in enumerate(spans):
        want = score.numbers(text[span["start"] : span["end"]]) if span["label"] == "MEAS" else set()
        if not want:
            continue
        hits = sorted(((len(want & v), -i) for i, v in enumerate(values) if i not in used and want & v), reverse=True)
        if not hits:
            yield f"missed: {_kind(text, span)}"
            continue
        place = -hits[0][1]
        used.add(place)
        outcome = effects[place].get("outcome") or {}
        if named["OC_RES"][number] and not any(
            score.alike(outcome.get(k), o) for k in ("text", "label") for o in named["OC_RES"][number]
        ):
            yield "found, and the outcome is another" if outcome.get("text") else "found, without an outcome"
        arms = score.arm_names(effects[place], out)
        if named["INTV_RES"][number] and not any(score.alike(n, a) for n in arms for a in named["INTV_RES"][number]):
            yield "found, and the arm is another" if effects[place].get("arm") is not None else "found, without an arm"


def _kind(text: str, span: dict[str, Any]) -> str:
    around = f"{text[max(0, span['start'] - 60) : span['start']]}[[{text[span['start'] : span['end']]}]]{text[span['end'] : span['end'] + 40]}"
    return next((name for name, pattern in KINDS if pattern.search(around)), "another number")


def slots(folder: Path) -> Iterator[str]:
    """Events, sizes, means and SDs of each group, asked for by a meta-analyst's question."""
    from benchmarks.arm_slots import score

    counts = score(folder / "corpora" / "llm_meta_analysis")
    precision = counts["right"] / max(1, counts["filled"])
    recall = counts["printed and right"] / max(1, counts["printed"])
    yield "## Slots of two-arm questions (llm-meta-analysis, dev; prose without tables)\n"
    yield "| figure | wanted | measured | holds |"
    yield "|---|---|---|---|"
    yield f"| precision of the slots filled ({counts['filled']}) | ≥ 0.85 | {precision:.3f} | {'yes' if precision >= 0.85 else '**no**'} |"
    yield f"| recall of what the text prints ({counts['printed']}) | ≥ 0.6 | {recall:.3f} | {'yes' if recall >= 0.6 else '**no**'} |\n"


def directions(folder: Path) -> Iterator[str]:
    """What claims say of a side, beside trained readers' answers."""
    from benchmarks.directions import answered, figures, questions

    for part in ("train", "dev"):
        path = folder / "corpora" / "evidence_inference_v2" / f"{part}.jsonl"
        if path.exists():
            rows = questions(path)
            yield f"## Sides beside Evidence Inference's answers ({part})\n"
            yield "| figure | count |"
            yield "|---|---|"
            yield from (f"| {figure} | {count} |" for figure, count in figures(rows, list(answered(rows))).items())
            yield ""


def scorecard(folder: Path) -> str:
    """All of it, in Markdown."""
    lines = [
        "# Scorecard\n",
        f"Made by `counterclaim bench` on {date.today().isoformat()}. These are development figures: the rules were written while looking at texts of "
        "these sets, so expect less on text that nobody tuned to. The sets are not part of this repository.\n",
    ]
    missing: list[str] = []
    for one in SETS:
        found = measured(one, folder)
        if found is None:
            missing.append(one.name)
            continue
        lines += table(one, found)
        if one is GOLD_MSC:
            lines += unknown_field(folder, found)
    if (folder / "corpora" / "llm_meta_analysis" / "dev.jsonl").exists():
        lines += slots(folder)
    lines += confidence()
    lines += hostile_text.rows()
    lines += directions(folder)
    for part in ("dev", "train"):
        if (folder / "corpora" / "rct_art_bypmid" / f"{part}.jsonl").exists():
            counts = errors_by_kind(folder, part)
            lines += [f"## Errors by kind, RCT-ART ({part})\n", "| kind | count |", "|---|---|"]
            lines += [f"| {kind} | {count} |" for kind, count in counts.most_common()] + [""]
    if missing:
        lines.append(f"Not at hand, and left out: {', '.join(missing)}.")
    return "\n".join(lines).rstrip() + "\n"


def write(folder: Path, out: Path) -> str:
    """Measure, and write the page; returned as well."""
    text = scorecard(folder)
    with tempfile.NamedTemporaryFile("w", dir=out.parent, delete=False, encoding="utf8", suffix=".md") as file:
        file.write(text)
    Path(file.name).replace(out)
    return text
