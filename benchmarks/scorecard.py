"""How well abstracts are read, on every annotated set that is at hand, with the errors by kind.

    counterclaim bench [--sets FOLDER] [--out docs/scorecard.md]

The sets and their scorers are not part of this repository: FOLDER holds `gold/` and `corpora/` with a `score.py` in each. A set that is not
there is left out, and named. Each scorer runs the command-line program as a user would.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import hostile_text

ROOT = Path(__file__).resolve().parent.parent
CLI = f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'cli.py'))}"
PROGRAM = f"{CLI} extract --json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a scorer, as it is called there; `floor` is what it must reach, `most` what it must not exceed."""

    name: str
    called: str
    floor: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class AnnotatedSet:
    """A set, where its scorer and its documents lie in the folder, and what is wanted of it."""

    name: str
    scorer: str
    arguments: tuple[str, ...]
    figures: tuple[Figure, ...]
    program: str = PROGRAM


GOLD = (
    Figure("effects, printed numbers", "printed numbers, F1", 0.93),
    Figure("effects with an interval", "effects with an interval, F1", 0.95),
    Figure("effects, every field", "every field of an effect, F1", 0.62),
    Figure("  of those found, right outcome", "right outcome of the numbers found", 0.85),
    Figure("  of those found, right time", "right time", 0.85),
    Figure("  of those found, right group", "right group", 0.88),
    Figure("claims, outcome and direction", "claims, outcome and direction, F1", 0.68),
    Figure("claims, every field", "claims, every field, F1", 0.50),
    Figure("flipped sides", "flipped sides", most=1),
    Figure("self-contradictions", "self-contradictions", most=0),
    Figure("route", "route, F1", 0.95),
    Figure("cell_source", "cell source, F1", 0.95),
    Figure("donor", "donor, F1", 0.95),
    Figure("sample size", "sample size", 0.90),
    Figure("registry", "registry numbers, F1", 1.0),
    Figure("audit: printed errors flagged", "audit, F1", 0.80),
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
    Figure("found", "annotated values found", 0.95),
    Figure("F1", "F1", 0.80),
    Figure("right outcome", "right outcome of those found", 0.70),
    Figure("right arm", "right arm of those found", 0.70),
)
VERDICTS = (
    Figure("macro F1", "macro F1", 0.72),
    Figure("accuracy", "accuracy"),
    Figure("increased", "increased, F1"),
    Figure("decreased", "decreased, F1"),
    Figure("no_difference", "no difference, F1"),
)
SETS = (
    AnnotatedSet("five seed papers, through the importers", "gold/score.py", ("gold/seeds",), SEEDS),
    AnnotatedSet("29 reworded abstracts", "gold/score.py", ("gold/msc",), GOLD),
    AnnotatedSet("RCT-ART, result sentences (dev)", "corpora/score.py", ("measures", "corpora/rct_art_bypmid/dev.jsonl"), MEASURES),
    AnnotatedSet("RCT-ART, result sentences (train)", "corpora/score.py", ("measures", "corpora/rct_art_bypmid/train.jsonl"), ()),
    AnnotatedSet(
        "Evidence Inference, verdicts (dev)",
        "corpora/score.py",
        ("verdict", "corpora/evidence_inference_v2/dev.jsonl"),
        VERDICTS,
        f"{CLI} verdict --json",
    ),
)


def scored(one: AnnotatedSet, folder: Path) -> dict[str, Any] | None:
    """The scorer's figures; None where the set is not there.

    Raises:
        RuntimeError: the scorer failed.
    """
    places = [folder / a if "/" in a else a for a in one.arguments]
    if not (folder / one.scorer).exists() or not all(p.exists() for p in places if isinstance(p, Path)):
        return None
    command = [sys.executable, str(folder / one.scorer), *map(str, places), "--run", one.program, "--json"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if ran.returncode:
        raise RuntimeError(f"The scorer of “{one.name}” ended with {ran.returncode}: {ran.stderr.strip()[-300:]}")
    figures: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    return figures


def _value(found: Any) -> float:
    return float(found[-1] if isinstance(found, list) else found)


def table(one: AnnotatedSet, found: dict[str, Any]) -> Iterator[str]:
    """A set's figures as a Markdown table."""
    yield f"## {one.name}\n"
    yield "| figure | wanted | measured | holds |"
    yield "|---|---|---|---|"
    wanted = one.figures or tuple(Figure(name, name) for name in found)
    for figure in wanted:
        value = _value(found[figure.name])
        holds = (figure.floor is None or value >= figure.floor - 5e-4) and (figure.most is None or value <= figure.most)
        bar = f"≥ {figure.floor:g}" if figure.floor is not None else f"≤ {figure.most:g}" if figure.most is not None else ""
        shown = f"{value:g}" if value == int(value) and value > 1 else f"{value:.3f}"
        yield (
            f"| {figure.called} | {bar} | {shown} | {'yes' if holds else '**no**'} |"
            if bar
            else f"| {figure.called} | | {shown} | |"
        )
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
    sys.path.insert(0, str(folder / "corpora"))
    import score  # type: ignore[import-not-found]

    documents = score.read(folder / "corpora" / "rct_art_bypmid" / f"{part}.jsonl")
    outs = score.run(PROGRAM, [{"id": d["id"], "title": None, "abstract": d["text"]} for d in documents])
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
        found = scored(one, folder)
        if found is None:
            missing.append(one.name)
            continue
        lines += table(one, found)
    if (folder / "corpora" / "llm_meta_analysis" / "dev.jsonl").exists():
        lines += slots(folder)
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
