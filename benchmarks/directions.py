"""Does a claim say the side that a trained reader saw? Claims beside the answers of Evidence Inference.

    python -m benchmarks.directions QUESTIONS.jsonl … [--show disagree|null|side|unclear]

Each line is a question about an abstract (`intervention`, `comparator`, `outcome`, `evidence`, `abstract`) with its answer (`label`): the
outcome's value is increased, decreased, or not different, with the intervention against the comparator (Evidence Inference 2.0, DeYoung and others
2020). A claim answers a question where its outcome is worded alike, its quote stands in the sentences that the reader pointed at, and its arms are
the question's, either way round. Which side a value favours is the claim's own outcome's affair (`better`), so an outcome without one
is compared on "different or not" alone.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process

from crawler.document import Document, with_title
from nlp.claim import Better, Claim, Direction, Extraction, QuestionKind
from nlp.pipeline import build
from nlp.tagger import OwnTagger

LIKE_OUTCOME, LIKE_EVIDENCE, APART = 85, 90, 25
#: What a question and the claims that answer it came to, in the order in which they are printed.
FIGURES = (
    "questions", "matched", "agree", "flipped", "both sides", "unclear", "a side for a null", "a null for a side", "a side and a null",
    "different, side open", "before and after",
)  # fmt: skip
_SIDES = frozenset({Direction.FAVOURS_INTERVENTION, Direction.FAVOURS_COMPARATOR})
_COMPARED = frozenset({QuestionKind.TREATMENT, QuestionKind.HARM})
#: Questions about a change: more "reduction in pain" is less pain.
_FALL = re.compile(r"\b(?:reductions?|decreases?|declines?|fall|lowering|loss) (?:in|of|from)\b", re.IGNORECASE)
_GOOD_CHANGE = re.compile(r"\bimprovements?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, the claims that answer it, and what they came to."""

    question: dict[str, Any]
    claims: tuple[Claim, ...]
    verdict: str


def document(abstract: str) -> Document:
    """The set's text with its title and headings as abstracts write them."""
    title = re.match(r"\s*TITLE:\s*(.*?)\s*\n\s*\n", abstract, re.DOTALL)
    text = re.sub(r"ABSTRACT\.?", "", abstract[title.end() :] if title else abstract)
    text = re.sub(r"\n\s*\n+", "\n", re.sub(r":\s*\n", ": ", text)).strip()
    whole, sections = with_title(title[1] if title else "", text)
    return Document(id="", title=title[1] if title else "", text=whole, sections=sections)


def _alike(a: str, b: str) -> float:
    return fuzz.token_set_ratio(a, b, processor=default_process)


def _turned(claim: Claim, found: Extraction, question: dict[str, Any]) -> bool | None:
    """Whether the claim's intervention is the question's comparator; None where neither can be told."""
    names = [claim.intervention or ""]
    if claim.arm is not None:
        names += [found.arms[claim.arm].label, found.arms[claim.arm].quote.text]
    own, other = (max(_alike(n, question[k]) for n in names if n) if any(names) else 0 for k in ("intervention", "comparator"))
    return None if abs(own - other) < APART else other > own


def answers(found: Extraction, question: dict[str, Any]) -> list[Claim]:
    """The claims on the question's outcome in the sentences that the reader pointed at."""
    evidence = [default_process(e["text"]) for e in question["evidence"]]
    return [
        c
        for c in found.claims
        if c.comparator != "baseline"
        and c.question in _COMPARED
        and max((_alike(n, question["outcome"]) for n in (c.outcome.text, c.outcome.label) if n), default=0) >= LIKE_OUTCOME
        and any(fuzz.partial_ratio(default_process(c.quote.text), e) >= LIKE_EVIDENCE for e in evidence)
    ]


def _agrees(claim: Claim, turned: bool, question: dict[str, Any]) -> bool:
    asked = question["outcome"]
    higher = (question["label"] == "increased") is not turned
    if _GOOD_CHANGE.search(asked):
        return higher is (claim.direction is Direction.FAVOURS_INTERVENTION)
    if _FALL.search(asked) and not any(_FALL.search(name) for name in (claim.outcome.text, claim.outcome.label)):
        higher = not higher
    return (higher is (claim.outcome.better is Better.HIGHER)) is (claim.direction is Direction.FAVOURS_INTERVENTION)


def verdict(claims: list[Claim], found: Extraction, question: dict[str, Any]) -> str:
    """What the claims come to beside the answer."""
    directions = {c.direction for c in claims}
    sides, null = directions & _SIDES, Direction.NO_DIFFERENCE in directions
    if not sides and not null:
        return "before and after" if directions & {Direction.INCREASE, Direction.DECREASE} else "unclear"
    if sides and null:
        return "a side and a null"
    if question["label"] == "no_difference":
        return "agree" if null else "a side for a null"
    if null:
        return "a null for a side"
    if len(sides) == 2:
        return "both sides"
    claim = next(c for c in claims if c.direction in _SIDES)
    turned = _turned(claim, found, question)
    if turned is None or claim.outcome.better is None:
        return "different, side open"
    return "agree" if _agrees(claim, turned, question) else "flipped"


def answered(rows: list[dict[str, Any]], tagger: bool = True) -> Iterator[Answered]:
    """Every question that some claim answers, with its verdict."""
    reader, read = build(tagger_used=OwnTagger() if tagger else None), dict[str, Extraction]()
    for row in rows:
        if row["abstract"] not in read:
            read[row["abstract"]] = reader.read(document(row["abstract"]))
        found = read[row["abstract"]]
        claims = answers(found, row)
        if claims:
            yield Answered(row, tuple(claims), verdict(claims, found, row))


def questions(*paths: Path) -> list[dict[str, Any]]:
    """The questions of some files."""
    return [json.loads(line) for path in paths for line in path.read_text("utf8").splitlines() if line.strip()]


def figures(rows: list[dict[str, Any]], found: list[Answered]) -> dict[str, int]:
    """How many questions came to what; "sides settled" are those where question and claim both tell one."""
    counts = Counter(a.verdict for a in found) + Counter({"questions": len(rows), "matched": len(found)})
    sided = [a for a in found if a.question["label"] != "no_difference" and a.verdict in ("agree", "flipped")]
    told = {figure: counts[figure] for figure in FIGURES}
    return told | {"sides settled": len(sided), "sides that disagree": sum(a.verdict == "flipped" for a in sided)}


def main() -> None:
    """Print the figures, and the questions of one verdict where asked."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("questions", nargs="+", type=Path)
    arguments.add_argument("--show", help="print the questions whose verdict holds this word, with their claims")
    arguments.add_argument("--no-tagger", dest="tagger", action="store_false")
    asked = arguments.parse_args()
    rows = questions(*asked.questions)
    found = list(answered(rows, asked.tagger))
    for figure, count in figures(rows, found).items():
        print(f"{figure:24s}{count:6d}")
    for a in found if asked.show else ():
        if asked.show in a.verdict:
            print(
                f"\n[{a.verdict}] {a.question['label']}: {a.question['outcome']} | {a.question['intervention']} | {a.question['comparator']}"
            )
            for e in a.question["evidence"]:
                print(f"   evidence: {' '.join(e['text'].split())}")
            for c in a.claims:
                print(
                    f"   {c.outcome.label} | {c.intervention} vs {c.comparator} | {c.direction} | better {c.outcome.better} | {c.quote.text!r}"
                )


if __name__ == "__main__":
    main()
