"""One document as the page shows it: its text with everything that was read from it in place, its claims and numbers, and what is known about it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.answer import claims_alone, link
from kb.answer_json import estimate, interval, known_from, p_value
from kb.answer_notices import in_words, with_notices
from kb.report.addresses import elsewhere
from kb.report.cards import Card, cards, printed_in
from kb.report.marks import Passage, Span, numbers, passages

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class EffectLine:
    """A printed number in a row of its own. `claims`: those that it supports; `pointer`: its place in a registry's answer, where that printed it."""

    outcome: str
    whose: str
    estimate: str
    interval: str
    p: str
    when: str | None
    part: str | None
    quote: str
    pointer: str | None
    claims: tuple[int, ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document, ready to be shown."""

    document: int
    name: str
    title: str
    about: tuple[tuple[str, str], ...]
    paper: str | None
    status: str
    notices: tuple[str, ...]
    cites_retracted: tuple[str, ...]
    second_hand: str
    deleted: str | None
    study: tuple[int, str] | None
    passages: tuple[Passage, ...]
    claims: tuple[Card, ...]
    effects: tuple[EffectLine, ...]
    arms: tuple[Row, ...]
    problems: tuple[Row, ...]
    runs: tuple[int, int]


_EFFECTS = (
    "SELECT e.*, o.label AS outcome, ev.start_char, ev.end_char, ev.pointer, ev.quote, "
    "(SELECT json_group_array(claim_id) FROM claim_effect ce WHERE ce.effect_id = e.id) AS claims, "
    "(SELECT json_group_array(printed) FROM (SELECT printed FROM printed_number p WHERE p.effect_id = e.id ORDER BY p.position)) AS printed, "
    "(SELECT json_group_array(check_name || ': ' || detail) FROM audit_finding a WHERE a.effect_id = e.id AND a.verdict = 'inconsistent') AS flags "
    "FROM effect e JOIN outcome o ON o.id = e.outcome_id JOIN evidence ev ON ev.id = e.evidence_id WHERE e.document_id = ? ORDER BY e.position"
)
_ARMS = (
    "SELECT a.role, a.label, a.class, a.route, a.cell_source, a.donor, a.dose, a.schedule, a.n, ev.start_char, ev.end_char "
    "FROM arm a JOIN evidence ev ON ev.id = a.evidence_id WHERE a.document_id = ? ORDER BY a.position"
)
_CLAIMS = "SELECT c.id, ev.start_char, ev.end_char FROM claim c JOIN evidence ev ON ev.id = c.evidence_id WHERE c.document_id = ? ORDER BY c.position"


def document_view(db: sqlite3.Connection, document: int) -> DocumentView | None:
    """A document of the library; None where it holds none of this number."""
    found = db.execute(
        "SELECT d.*, s.id AS study_id, s.name AS study FROM document d LEFT JOIN study_document sd ON sd.document_id = d.id "
        "LEFT JOIN study s ON s.id = sd.study_id WHERE d.id = ?",
        (document,),
    ).fetchone()
    if found is None:
        return None
    row = dict(found) | {"document_id": document}
    with_notices(db, [row])
    effects = [dict(e) for e in db.execute(_EFFECTS, (document,))]
    arms = [dict(a) for a in db.execute(_ARMS, (document,))]
    claims = db.execute(_CLAIMS, (document,)).fetchall()
    told = claims_alone(db, [c["id"] for c in claims])
    # Of a document that its source does not answer for any more, nothing is claimed.
    numbered = [c.compared.claim_id for c in told]
    text = str(row["text"])
    spans = [
        *(
            Span(c["start_char"], c["end_char"], "claim", c["id"])
            for c in claims
            if c["start_char"] is not None and c["id"] in numbered
        ),
        *(Span(e["start_char"], e["end_char"], "effect") for e in effects if e["start_char"] is not None),
        *(Span(a["start_char"], a["end_char"], "arm") for a in arms if a["start_char"] is not None),
        *(
            n
            for e in effects
            if e["start_char"] is not None
            for n in numbers(text, e["start_char"], e["end_char"], json.loads(e["printed"]))
        ),
    ]
    return DocumentView(
        document=document, name=str(row["came_as"]), title=str(row["title"]), about=_about(db, row), paper=elsewhere(link(row)), status=str(row["status"]),
        notices=tuple(in_words(n) for n in row.get("notices", ())), cites_retracted=tuple(row.get("cites_retracted", ())), second_hand=known_from(row),
        deleted=row.get("deleted_why") if row.get("deleted_in") else None, study=(row["study_id"], str(row["study"])) if row["study_id"] else None,
        passages=passages(text, spans), claims=tuple(cards(told, printed_in(db, numbered))), effects=tuple(_effect(e, numbered) for e in effects), arms=tuple(arms),
        problems=tuple(dict(p) for p in db.execute("SELECT what, advice, quote FROM problem WHERE document_id = ? ORDER BY id", (document,))),
        runs=(row["added_in"], row["changed_in"]),
    )  # fmt: skip


def _about(db: sqlite3.Connection, row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    conditions = db.execute("SELECT label FROM document_condition WHERE document_id = ? ORDER BY position", (row["id"],)).fetchall()
    names = db.execute(
        "SELECT scheme, value FROM document_identifier WHERE document_id = ? ORDER BY scheme, value", (row["id"],)
    ).fetchall()
    told = (
        ("Journal", row["journal"]), ("Year", row["year"]), ("Authors", ", ".join(json.loads(row["authors"]))), ("Report", str(row["report"]).replace("_", " ")), ("Read", row["read"]),
        ("Level", row["level"]), ("Design", row["design"]), ("People", row["sample_size"]), ("Studies pooled", row["pooled_studies"]),
        ("Conditions", ", ".join(c[0] for c in conditions)), *((scheme.upper() if scheme != "registry" else "Registry", value) for scheme, value in names),
        ("Came as", row["came_as"]),
    )  # fmt: skip
    return tuple((name, str(value)) for name, value in told if value)


def _effect(e: Row, claims: Sequence[int]) -> EffectLine:
    return EffectLine(
        str(e["outcome"]), {"difference": "between the sides"}.get(e["whose"], str(e["whose"])), estimate(e), interval(e), p_value(e), e["time_text"],
        e["subgroup"], " ".join(str(e["quote"]).split()), e["pointer"], tuple(c for c in json.loads(e["claims"]) if c in claims), tuple(json.loads(e["flags"])),
    )  # fmt: skip
