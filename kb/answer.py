"""The claims that answer a question, by outcome, with both sides counted: trials and pooled results apart, each study once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from kb.answer_notices import not_counted, with_notices
from kb.question import Known, Question

#: "At 12 months" takes claims within a tenth of it: papers write 12 months, one year and 52 weeks for one visit.
_TIME_TOLERANCE = 0.1
#: What reports a study at second hand.
SECOND_HAND = frozenset({"news", "web_page", "digest"})


@dataclass(frozen=True, slots=True)
class AnswerClaim:
    """One claim with what an answer shows of it. `direct`: it is against the comparator that was asked for."""

    row: dict[str, object]
    effect: dict[str, object] | None
    flags: tuple[str, ...]
    direct: bool


@dataclass(frozen=True, slots=True)
class OutcomeAnswer:
    """All claims on one outcome."""

    outcome: str
    better: str | None
    claims: tuple[AnswerClaim, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, what was searched, and what was found."""

    question: Question
    searched: dict[str, int]
    library: dict[str, object]
    outcomes: tuple[OutcomeAnswer, ...]


def answer(db: sqlite3.Connection, question: Question) -> Answer:
    """Find, filter, group and count."""
    rows = [dict(row) for row in db.execute(*_select(question))]
    _with_reported(db, rows)
    rows = [_facing(question, row) for row in rows]
    chosen = [(row, direct) for row in rows if (direct := _direct(question, row)) is not None]
    with_notices(db, [row for row, _ in chosen])
    effects, flags = _effects(db, [int(str(row["claim_id"])) for row, _ in chosen])
    claims = [
        AnswerClaim(
            row,
            None if row.get("effect_of_other_side") else effects.get(int(str(row["claim_id"]))),
            tuple(flags.get(int(str(row["claim_id"])), ())),
            direct,
        )
        for row, direct in chosen
    ]
    return Answer(question, _searched(db), _library(db), tuple(_by_outcome(claims)))


def _with_reported(db: sqlite3.Connection, rows: list[dict[str, object]]) -> None:
    """A retelling without an address of its own is linked to what it tells of."""
    told = {
        row["document_id"]: row
        for row in db.execute("SELECT document_id, doi, pmid, pmcid FROM document_reports_on WHERE position = 0")
    }
    for row in rows:
        if row["document_id"] in told and not any(row[k] for k in ("doi", "pmid", "pmcid")):
            reported = told[row["document_id"]]
            row |= {k: reported[k] for k in ("doi", "pmid", "pmcid")}


_NARROWER = "WITH RECURSIVE n(id) AS (SELECT :id UNION SELECT c.id FROM concept c JOIN n ON c.broader = n.id) SELECT id FROM n"
#: Who asks for bone marrow MSC is told of MSC whose source is bone marrow; a product's name is not taken apart so.
_OF_ITS_SOURCE = (
    " OR (intervention_concept, cell_source) IN "
    "(SELECT b.id, c.cell_source FROM concept c JOIN concept b ON b.id = c.broader WHERE c.id = :i AND c.label LIKE '% ' || b.label)"
)


def _select(q: Question) -> tuple[str, dict[str, object]]:
    """The claims whose concepts are the asked ones or narrower."""
    where, values = ["status NOT IN ('superseded')"], dict[str, object]()
    for name, known, column, part in (
        ("i", q.intervention, "intervention_concept", _OF_ITS_SOURCE),
        ("d", q.condition, "condition_concept", ""),
        ("o", q.outcome, "outcome_concept", ""),
    ):
        if known is not None:
            where.append(f"({column} IN ({_NARROWER.replace(':id', f':{name}')}){part})")
            values[name] = known.id
    if q.route:
        where.append("(route = :route OR versus_route = :route OR (comparator LIKE '%' || :route || '%'))")
        values["route"] = q.route
    if q.cell_source:
        where.append("(cell_source = :source OR versus_cell_source = :source)")
        values["source"] = q.cell_source
    if q.donor:
        where.append("donor = :donor")
        values["donor"] = q.donor
    if q.timepoint_days:
        where.append("abs(time_days - :days) <= :days * :tolerance")
        values |= {"days": q.timepoint_days, "tolerance": _TIME_TOLERANCE}
    return (
        f"SELECT *, (SELECT broader FROM concept WHERE id = condition_concept) AS condition_broader FROM claim_in_full WHERE {' AND '.join(where)} ORDER BY outcome, level DESC, year DESC, study_id, coalesce(time_days, 0), claim_id",
        values,
    )


_TURNED = {"favours_intervention": "favours_comparator", "favours_comparator": "favours_intervention"}


def _facing(q: Question, row: dict[str, object]) -> dict[str, object]:
    """The claim as seen from the side that was asked about: "B against A" answers a question about A with its sides exchanged."""
    for asked, own, other in ((q.route, "route", "versus_route"), (q.cell_source, "cell_source", "versus_cell_source")):
        if asked and row[own] != asked and row[other] == asked:
            side = f"{row['intervention']} ({row[own]})" if row[own] else row["intervention"]
            directions = {k: _TURNED.get(str(row[k]), row[k]) for k in ("direction", "point_direction")}
            return row | directions | {own: asked, other: row[own], "comparator": side, "effect_of_other_side": True}
    return row


def _direct(q: Question, row: dict[str, object]) -> bool | None:
    """True: against what was asked. False: shown beside, as not so compared. None: another comparison altogether."""
    if q.comparator is None and not q.comparator_route and not q.comparator_source:
        return True
    if q.comparator_route or q.comparator_source:
        there = f"{row['versus_route']} {row['versus_cell_source']} {row['comparator']} {row['route']}"
        asked = [x for x in (q.comparator_route, q.comparator_source) if x]
        if not all(a in there for a in asked):
            return None
        return True if q.comparator is None or _is_comparator(q.comparator, row) else None
    if _is_comparator(q.comparator, row):
        return True
    return False if row["level"] == "pooled" else None


def _is_comparator(asked: Known | None, row: dict[str, object]) -> bool:
    if asked is None:
        return False
    if asked.comparator_class and asked.comparator_class != "active":
        return row["comparator_class"] == asked.comparator_class
    if asked.label == "control":
        return row["comparator"] is not None and row["comparator"] != "baseline"
    return asked.id in (row["comparator_concept"],) or asked.label == row["comparator"]


_EFFECT = (
    "SELECT ce.claim_id, e.*, ev.quote AS effect_quote FROM claim_effect ce JOIN effect e ON e.id = ce.effect_id JOIN evidence ev ON ev.id = e.evidence_id "
    "WHERE ce.claim_id IN (SELECT value FROM json_each(?)) ORDER BY ce.claim_id, (e.whose = 'difference') DESC, (e.estimate IS NOT NULL) DESC, (e.ci_low IS NOT NULL) DESC, ce.position"
)
_SHOWN = (
    "measure",
    "estimate",
    "ci_low",
    "ci_high",
    "ci_level",
    "p_value",
    "p_operator",
    "i2",
    "k",
    "se",
    "sd",
    "events",
    "total",
    "unit",
    "whose",
    "subgroup",
    "analysis_set",
)


def _effects(db: sqlite3.Connection, claims: list[int]) -> tuple[dict[int, dict[str, object]], dict[int, list[str]]]:
    """The telling effect of each claim, and what its audit flags."""
    best: dict[int, dict[str, object]] = {}
    for row in db.execute(_EFFECT, (json.dumps(claims),)):
        if row["claim_id"] not in best and (row["estimate"] is not None or row["p_value"] is not None):
            best[row["claim_id"]] = {k: row[k] for k in _SHOWN} | {"group": row["whose"], "quote": row["effect_quote"]}
    flags: dict[int, list[str]] = {}
    found = db.execute(
        "SELECT DISTINCT ce.claim_id, a.check_name, a.detail FROM claim_effect ce JOIN audit_finding a ON a.effect_id = ce.effect_id "
        "WHERE a.verdict = 'inconsistent' AND ce.claim_id IN (SELECT value FROM json_each(?)) ORDER BY ce.claim_id, a.check_name",
        (json.dumps(claims),),
    )
    for claim, check, detail in found:
        flags.setdefault(claim, []).append(f"{check}: {detail}")
    return best, flags


def _by_outcome(claims: Iterable[AnswerClaim]) -> list[OutcomeAnswer]:
    grouped: dict[tuple[str, str | None], list[AnswerClaim]] = {}
    for c in claims:
        better = c.row["better"]
        grouped.setdefault((str(c.row["outcome"]), str(better) if better else None), []).append(c)
    found = [OutcomeAnswer(outcome, better, tuple(group)) for (outcome, better), group in grouped.items()]
    return sorted(
        found,
        key=lambda o: (
            -len({c.row["study_id"] for c in o.claims if c.direct}),
            not any(c.direct for c in o.claims),
            o.outcome.lower(),
        ),
    )


def _searched(db: sqlite3.Connection) -> dict[str, int]:
    """What there was to find. Documents that no source answers for any more are not searched; retracted ones are, and are not counted."""

    def one(sql: str) -> int:
        return int(db.execute(sql).fetchone()[0])

    deleted, deleted_claims, retracted = not_counted(db)
    return {
        "documents": one("SELECT count(*) FROM document") - deleted, "trials": one("SELECT count(*) FROM study WHERE level = 'trial'"),
        "pooled": one("SELECT count(*) FROM study WHERE level = 'pooled'"), "claims": one("SELECT count(*) FROM claim") - deleted_claims,
        "deleted": deleted, "retracted": retracted,
    }  # fmt: skip


def _library(db: sqlite3.Connection) -> dict[str, object]:
    row = db.execute(
        "SELECT id, ended, versions, library_digest FROM run WHERE ended IS NOT NULL ORDER BY id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return {"digest": None, "as_of": None, "last_refresh": None, "versions": {}}
    refreshed = db.execute(
        "SELECT ended FROM run WHERE command = 'refresh' AND ended IS NOT NULL ORDER BY id DESC LIMIT 1"
    ).fetchone()
    return {
        "digest": row["library_digest"],
        "as_of": row["id"],
        # A library that was never refreshed is as fresh as what was last added to it.
        "last_refresh": (refreshed or row)["ended"],
        "versions": json.loads(row["versions"]),
    }


def link(row: dict[str, object]) -> str | None:
    """Where the document can be read, or None where no address is known."""
    for name, pattern in (
        ("doi", "https://doi.org/{}"),
        ("pmid", "https://pubmed.ncbi.nlm.nih.gov/{}/"),
        ("pmcid", "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
    ):
        if row.get(name):
            return pattern.format(row[name])
    if row.get("url"):
        return str(row["url"])
    study = str(row.get("study") or "")
    return f"https://clinicaltrials.gov/study/{study}" if study.startswith("NCT") else None
