"""Papers in words, made up here: read and stored as any user's are, and asked about."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cli import main
from kb.answer import answer
from kb.answer_json import as_contract
from kb.connection import for_reading
from kb.filters import Filters
from kb.question import understand

GOOD = "was lower with mesenchymal stem cells than with placebo (mean difference -0.80; 95% CI -1.10 to -0.50; P < 0.001)"
BAD = "was higher with mesenchymal stem cells than with placebo (mean difference 0.90; 95% CI 0.50 to 1.30; P < 0.001)"


def paper(name: str, abstract: str, title: str | None = None, **more: Any) -> dict[str, Any]:
    """A document as a line of JSON has it."""
    return {"id": name, "title": title or f"Cells in multiple sclerosis: paper {name}", "abstract": abstract, "year": 2020} | more


def trial(
    name: str, number: str, effect: str = GOOD, background: str = "Cells may help.", outcome: str = "EDSS", **more: Any
) -> dict[str, Any]:
    """A trial of cells against placebo with one result."""
    return paper(
        name,
        f"BACKGROUND: {background} METHODS: In this randomised, double-blind, placebo-controlled trial, 120 participants with multiple sclerosis received "
        f"intravenous mesenchymal stem cells (n=60) or placebo (n=60). RESULTS: At 12 months, {outcome} {effect}. Registration: {number}.",
        **more,
    )


def compared(name: str, number: str, one: str, other: str, result: str, **more: Any) -> dict[str, Any]:
    """A trial of one treatment against another."""
    return paper(
        name,
        f"METHODS: In this randomised, double-blind trial, 120 participants with multiple sclerosis received {one} (n=60) or {other} (n=60). "
        f"RESULTS: {result} Registration: {number}.",
        **more,
    )


def review(name: str, result: str, numbers: str = "", year: int = 2020, **more: Any) -> dict[str, Any]:
    """A pooled analysis."""
    return paper(
        name,
        f"METHODS: A systematic review and meta-analysis of 5 randomised trials {numbers} with 300 participants of mesenchymal stem cells versus placebo in "
        f"multiple sclerosis. RESULTS: {result}",
        f"Meta-analysis {name} of cells in multiple sclerosis by group {name}",
        year=year,
        **more,
    )


def nbib(pmid: str, title: str, abstract: str, *tags: str, doi: str = "", year: int = 2020) -> str:
    """A record as PubMed exports it."""
    names = f"LID - {doi} [doi]\nAID - {doi} [doi]\n" if doi else ""
    more = "".join(f"{tag}\n" for tag in tags)
    return (
        f"PMID- {pmid}\nOWN - NLM\nSTAT- MEDLINE\nDP  - {year}\nTI  - {title}\nAB  - {abstract}\nAU  - Petrou P\n{names}LA  - eng\n"
        f"PT  - Journal Article\n{more}JT  - Journal\nSO  - J. 2020.\n\n"
    )


RETRACTED = ("PT  - Retracted Publication", "RIN - Journal. 2021;1:2. PMID: 999")


def cli(*words: str) -> str:
    """What a command prints; it must not fail."""
    ran = CliRunner().invoke(main, list(words))
    assert ran.exit_code == 0, ran.output
    return ran.output


def add(path: Path, *papers: dict[str, Any] | str) -> None:
    """Add papers in one run: dictionaries as lines of JSON, texts as PubMed's records."""
    lines = [p for p in papers if isinstance(p, dict)]
    records = [p for p in papers if isinstance(p, str)]
    files = []
    for what, text in (("jsonl", "".join(json.dumps(p) + "\n" for p in lines)), ("nbib", "".join(records))):
        if text:
            files.append(path.with_suffix(f".{what}"))
            files[-1].write_text(text, "utf8")
    cli("add", *map(str, files), "--db", str(path))


@contextlib.contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The library, for reading."""
    with contextlib.closing(for_reading(path)) as db:
        yield db


def asked(path: Path, question: str, as_of: int | None = None, **filters: Any) -> dict[str, Any]:
    """The contract's object."""
    with opened(path) as db:
        found: dict[str, Any] = as_contract(answer(db, understand(db, question), Filters(**filters), as_of))
    return found


def counted(found: dict[str, Any]) -> dict[str, str]:
    """The side of every document that counts anywhere in an answer."""
    return {c["document"]: c["direction"] for o in found["outcomes"] for c in o["claims"] if c["counted"]}


def disputed(path: Path) -> set[tuple[str, str, str]]:
    """The documents and types of all disputes."""
    found = json.loads(cli("disputes", "--db", str(path), "--json"))
    return {(d["a"]["document"], d["b"]["document"], d["type"]) for d in found}


def together(path: Path) -> set[frozenset[str]]:
    """Which documents are one study."""
    rows = [json.loads(line) for line in cli("studies", "--db", str(path), "--json").splitlines()]
    by_study: dict[str, set[str]] = {}
    for row in rows:
        by_study.setdefault(row["study"], set()).add(row["document"])
    return {frozenset(v) for v in by_study.values()}
