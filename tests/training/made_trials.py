"""Made-up trials with made-up labels, for a tiny tagger."""

from __future__ import annotations

import json
import random
from pathlib import Path

DRUGS = ("zorvamine", "plexatol", "quindorin", "marvelast", "tressocin", "obradine")
ENDS = ("pain score", "walking distance", "relapse rate", "sleep quality", "hand strength")
OPENINGS = ("Effect", "Efficacy", "A comparison", "The benefit", "Safety")
PEOPLE = ("adults with knee pain", "children with asthma", "women with back pain")


def trial(random_: random.Random) -> tuple[str, list[tuple[str, str]]]:
    """A text, and its labelled pieces in order."""
    drug, end, people = random_.choice(DRUGS), random_.choice(ENDS), random_.choice(PEOPLE)
    ours, theirs = random_.randint(20, 90), random_.randint(20, 90)
    first, second = random_.randint(10, 60), random_.randint(10, 60)
    pieces = [
        (f"{random_.choice(OPENINGS)} of ", ""), (drug, "intervention"), (" versus ", ""), ("placebo", "control"), (" in ", ""), (people, "eligibility"),
        (". A total of ", ""), (str(ours + theirs), "total-participants"), (f" patients were randomized to {drug} (n = ", ""),
        (str(ours), "intervention-participants"), (") or placebo (n = ", ""), (str(theirs), "control-participants"), ("). The primary outcome was ", ""),
        (end, "outcome-Measure"), (". Improvement in ", ""), (end, "outcome"), (" was seen in ", ""), (f"{first}%", "iv-bin-percent"),
        (f" of the {drug} group and ", ""), (f"{second}%", "cv-bin-percent"), (" of the placebo group (p = 0.04).", ""),
    ]  # fmt: skip
    return "".join(p for p, _ in pieces), pieces


def write_slots(folder: Path, count: int) -> None:
    """A corpus of tokenised trials, annotated by another convention; only slots of numbers and outcomes."""
    (folder / "ctro_dm2").mkdir(parents=True)
    lines = []
    for n in range(count):
        text = f"Mean glide fell by 7 . {n} ( SD 1 . {n} ) mm with tressocin ."
        spans = [
            (text.index("glide"), text.index(" fell"), "EndPointDescription"),
            (text.index("7 ."), text.index(" ("), "ChangeValue"),
            (text.index("1 ."), text.index(" )"), "SdDevChangeValue"),
        ]
        rows = [{"start": start, "end": end, "label": label} for start, end, label in spans]
        lines.append(json.dumps({"id": f"t{n}", "text": text, "triples": [], "spans": rows}))
    (folder / "ctro_dm2" / "train.jsonl").write_text("\n".join(lines) + "\n", "utf8")


def write_corpora(
    folder: Path, count: int = 40, seed: int = 1, names: tuple[str, ...] = ("pico_corpus", "ebmnlp", "ebmnlp_5domain")
) -> None:
    """A folder of corpora as `make train` wants it; each corpus has trials of its own."""
    coarse = {"intervention": "INT", "control": "INT", "outcome": "OUT", "outcome-Measure": "OUT", "eligibility": "PAR"}
    for offset, name in enumerate(names):
        random_ = random.Random(seed + offset)
        (folder / name).mkdir(parents=True)
        for part, texts in (("train", count), ("dev", 8)):
            lines = []
            for number in range(texts):
                text, pieces = trial(random_)
                spans, at = [], 0
                for piece, label in pieces:
                    label = label if name == "pico_corpus" else coarse.get(label, "")
                    if label:
                        spans.append({"start": at, "end": at + len(piece), "label": label})
                    at += len(piece)
                lines.append(json.dumps({"id": f"{name}-{part}-{number}", "text": text, "spans": spans}))
            (folder / name / f"{part}.jsonl").write_text("\n".join(lines) + "\n", "utf8")
