"""A claim as the page shows it: what it says, in whom, how much, the sentence with its numbers marked, and all that speaks against it."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.answer import AnswerClaim, link
from kb.answer_json import estimate, interval, known_from, p_value
from kb.answer_notices import retracted_works
from kb.answer_text import direction_told, status_told
from kb.comparison import COUNTED
from kb.report.addresses import elsewhere
from kb.report.marks import Piece, Span, cut, numbers
from kb.report.scale import Drawn, drawn, scales

#: Mark and side of the page by which a claim stands; beside every colour stands one of these.
MARKS = {1: "+", -1: "−", 0: "=", None: "?"}


@dataclass(frozen=True, slots=True)
class Warning_:
    """What nobody may overlook. `sort`: `retracted`, `concern`, `flag` (the numbers do not fit), `aside` (not counted)."""

    sort: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Card:
    """One claim, ready to be shown. `facts`: what is known of the study and the comparison, in the order of reading."""

    claim: int
    document: int
    document_name: str
    title: str
    study_id: int
    study: str
    year: int | None
    mark: str
    side: str
    told: str
    pooled: bool
    counts: bool
    retracted: bool
    estimate: str
    interval: str
    p: str
    drawn: Drawn | None
    facts: tuple[tuple[str, str], ...]
    quote: tuple[Piece, ...]
    warnings: tuple[Warning_, ...]
    second_hand: str
    paper: str | None
    outcome: str
    outcome_key: str


def cards(claims: Sequence[AnswerClaim], marked: Mapping[int, Sequence[Span]]) -> list[Card]:
    """Claims as cards, in their order; estimates of one outcome on one measure share a scale.

    Args:
        claims: what is shown together.
        marked: where the printed numbers stand in the claims' quotes (`printed_in`).
    """
    effects: dict[str, list[Any]] = defaultdict(list)
    for c in claims:
        effects[c.compared.outcome_key].append(c.effect)
    known = {outcome: scales(of) for outcome, of in effects.items()}
    return [_card(c, drawn(c.effect, known[c.compared.outcome_key]), marked) for c in claims]


def side_of(c: AnswerClaim) -> str:
    """The column that a claim stands in: a null and what is unclear stand between the two sides."""
    return {1: "for", -1: "against"}.get(c.compared.side or 0, "between")


def _card(c: AnswerClaim, picture: Drawn | None, marked: Mapping[int, Sequence[Span]]) -> Card:
    r, e = c.row, c.effect or {}
    quote = str(r["quote"])
    return Card(
        claim=c.compared.claim_id, document=c.compared.document_id, document_name=str(r["document"]), title=str(r["title"]), study_id=c.compared.study_id,
        study=str(r["study"]), year=r["year"], mark="×" if r["status"] == "retracted" else MARKS[c.compared.side], side=side_of(c), told=direction_told(r),
        pooled=r["level"] == "pooled", counts=c.counts, retracted=r["status"] == "retracted", estimate=estimate(e), interval=interval(e), p=p_value(e),
        drawn=picture, facts=_facts(c), quote=cut(quote, 0, len(quote), marked.get(c.compared.claim_id, ())), warnings=tuple(_warnings(c)),
        second_hand=known_from(r), paper=elsewhere(link(r)), outcome=str(r["outcome"]), outcome_key=c.compared.outcome_key,
    )  # fmt: skip


def _facts(c: AnswerClaim) -> tuple[tuple[str, str], ...]:
    r = c.row
    hedged = [word for word, said in (("hedged", r.get("hedged")), ("told more favourably than it is", r.get("spin"))) if said]
    told = (
        ("Level", "pooled analysis" if r["level"] == "pooled" else str(r["level"])), ("Design", r["design"]), ("People", r["sample_size"] and f"n {r['sample_size']}"), ("Time", r["time_text"]),
        ("Route", r["route"]), ("Source", r["cell_source"]), ("Donor", r["donor"]), ("Against", r["comparator"]), ("Condition", r.get("condition")),
        ("Wording", ", ".join(hedged)),
    )  # fmt: skip
    return tuple((name, str(value)) for name, value in told if value)


def _warnings(c: AnswerClaim) -> Iterable[Warning_]:
    r = c.row
    if r["status"] != "ok":
        sort = str(r["status"]) if r["status"] in ("retracted", "concern") else "aside"
        label, _, words = status_told(r).removeprefix("STATUS: ").partition("; so says ")
        yield Warning_(sort, label, f"So says {words}." if words else "")
    if cited := retracted_works(r):
        may = "May include, cites retracted" if r["level"] == "pooled" else "Cites retracted"
        yield Warning_("concern", may, ", ".join(cited))
    for flag in c.flags:
        name, _, detail = flag.partition(": ")
        yield Warning_("flag", f"Numbers flagged, {name.replace('_', ' ')}", detail)
    if not c.counts and r["status"] in COUNTED:
        yield Warning_("aside", "Not counted", str(c.why_not))


_PRINTED = (
    "SELECT ce.claim_id, quoted.start_char AS claim_start, quoted.end_char AS claim_end, ev.start_char, ev.end_char, quoted.quote, "
    "(SELECT json_group_array(printed) FROM (SELECT printed FROM printed_number p WHERE p.effect_id = ce.effect_id ORDER BY p.position)) AS printed "
    "FROM claim_effect ce JOIN claim c ON c.id = ce.claim_id JOIN evidence quoted ON quoted.id = c.evidence_id "
    "JOIN effect e ON e.id = ce.effect_id JOIN evidence ev ON ev.id = e.evidence_id "
    "WHERE ce.claim_id IN (SELECT value FROM json_each(?)) AND quoted.start_char IS NOT NULL AND ev.start_char IS NOT NULL ORDER BY ce.claim_id, ce.position"
)


def printed_in(db: sqlite3.Connection, claims: Iterable[int]) -> dict[int, list[Span]]:
    """The printed numbers of claims, at their places in the claims' quotes."""
    found: dict[int, list[Span]] = defaultdict(list)
    for claim, start, end, of, until, quote, printed in db.execute(_PRINTED, (json.dumps(list(claims)),)):
        inside = max(of, start) - start, min(until, end) - start
        if inside[0] < inside[1]:
            found[claim] += numbers(quote, *inside, json.loads(printed))
    return found
