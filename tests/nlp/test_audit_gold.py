"""The audit on effects that people read by hand, where those are at hand."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from typing import Any

import pytest

from nlp.audit import audit_together
from nlp.claim import Effect, Group, Measure, Outcome, Quote
from tests.conftest import shared
from tests.nlp.made_effects import flagged

_COPIED = {f.name for f in fields(Effect)} - {
    "measure",
    "quote",
    "outcome",
    "group",
    "timepoint",
    "kind",
    "arm",
    "versus",
    "adjusted",
}
_ROUNDED = ("estimate", "ci_low", "ci_high", "p_value", "sd", "se", "i2", "iqr_low", "iqr_high")
_NUMBER = re.compile(r"[−–-]?\s?(?:\d+(?:,\d{3})*(?:[.·]\d+)?|[.·]\d+)")


@dataclass(frozen=True, slots=True)
class Judged:
    """One hand-read effect: its document, whether the paper prints it wrongly, whether readers differ about it, and our flags."""

    document: str
    estimate: float | None
    wrong: bool
    soft: bool
    flags: frozenset[str]


def as_printed(record: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The characters of each number, found in the record's own quote."""
    found: dict[str, str] = {}
    for field in _ROUNDED:
        for m in _NUMBER.finditer(record["quote"]):
            digits = re.sub(r"[^\d.]", "", m[0].replace("·", "."))
            if record.get(field) is not None and float(digits) == abs(record[field]):
                found.setdefault(field, m[0])
    return tuple(found.items())


def as_effect(record: dict[str, Any]) -> Effect:
    copied = {k: v for k, v in record.items() if k in _COPIED and v is not None}
    outcome = Outcome(record["outcome"] or "", record["outcome"] or "")
    quote = Quote(0, len(record["quote"]), record["quote"])
    return Effect(Measure(record["measure"]), quote, outcome, Group(record["group"]), printed=as_printed(record), **copied)


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    found = []
    for path in sorted(shared("gold").glob("*/*.json")):
        gold = json.loads(path.read_text("utf8"))["gold"]
        effects = [as_effect(r) for r in gold["effects"]]
        for record, findings in zip(gold["effects"], audit_together(effects, n_total=gold["sample_size"]), strict=True):
            wrong, soft = bool(record.get("paper_inconsistent")), bool(record.get("soft"))
            found.append(Judged(path.stem[:3], record["estimate"], wrong, soft, frozenset(flagged(findings))))
    return found


def test_every_error_that_a_paper_prints_is_flagged(judged: list[Judged]) -> None:
    assert [j for j in judged if j.wrong and not j.flags] == []


def test_nothing_else_is_flagged_where_readers_agree(judged: list[Judged]) -> None:
    assert [j for j in judged if j.flags and not j.wrong and not j.soft] == []


def test_the_iron_rim_review_has_four_flags(judged: list[Judged]) -> None:
    assert [(j.estimate, set(j.flags)) for j in judged if j.document == "004" and j.flags] == [
        (0.52, {"p_fits_interval"}),
        (-0.5, {"p_fits_interval"}),
        (1.1, {"p_fits_interval"}),
        (1.2, {"p_fits_interval"}),
    ]


def test_of_the_congress_page_only_gfap_is_flagged_by_its_numbers(judged: list[Judged]) -> None:
    assert [j.estimate for j in judged if j.document == "003" and j.flags] == [-16.03]
