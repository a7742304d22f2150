"""Which stored claims a question asks for: now by way of the kept comparisons, or as of an earlier run by way of what was put aside since."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kb.comparison import COLUMNS, Compared, Concepts, concepts, family_of, read
from kb.errors import NotKept
from kb.filters import Filters
from kb.question import Known, Question

#: "At 12 months" takes claims within a tenth of it: papers write 12 months, one year and 52 weeks for one visit.
TIME_TOLERANCE = 0.1
#: The telling effect of a claim, for an answer.
EFFECT = ("measure", "estimate", "ci_low", "ci_high", "ci_level", "p_value", "p_operator", "i2", "k", "se", "sd", "events", "total", "unit", "whose",
          "subgroup", "analysis_set")  # fmt: skip
_ORDER = "ORDER BY outcome, level DESC, year DESC, study_id, coalesce(time_days, 0), claim_id"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A claim as the store shows it, as it competes, and its telling effect."""

    row: dict[str, Any]
    compared: Compared
    effect: dict[str, Any] | None


def has_comparisons(db: sqlite3.Connection) -> bool:
    """Whether the file has the tables of competing claims; one that was only read with this version since has not."""
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = 'comparison'").fetchone() is not None


def choose(db: sqlite3.Connection, question: Question, filters: Filters, as_of: int | None = None) -> list[Chosen]:
    """The claims that a question may be answered with, in the order of an answer."""
    if not has_comparisons(db):
        where, values = _where(db, question, filters, _REAL)
        return _complete(db, db.execute(f"SELECT * FROM claim_in_full WHERE {where} {_ORDER}", values))
    if as_of is not None:
        return _then(db, question, filters, as_of)
    found = _kept(db, question, filters)
    if db.execute("SELECT 1 FROM stale").fetchone() is None:
        return found
    # A run that was killed has left documents whose keys are not worked out yet; they are read from the real tables.
    where, values = _where(db, question, filters, _REAL)
    behind = f"SELECT * FROM claim_in_full WHERE document_id IN (SELECT document_id FROM stale) AND {where} {_ORDER}"
    return sorted([*found, *_complete(db, db.execute(behind, values))], key=_place)


#: What an answer shows of a claim beside what it competes as.
_BESIDE = (
    "study",
    "known_from",
    "title",
    "journal",
    "doi",
    "pmid",
    "pmcid",
    "url",
    "quote",
    "confidence",
    "hedged",
    "spin",
    "versus_donor",
)
_KEPT_ROWS = (
    f"SELECT {', '.join(f'c.{name}' for name in COLUMNS)}, s.name AS study, s.known_from, d.title, d.journal, d.doi, d.pmid, d.pmcid, d.url, ev.quote, "
    "cl.confidence, cl.hedged, cl.spin, v.donor AS versus_donor FROM comparison c JOIN claim cl ON cl.id = c.claim_id JOIN document d ON d.id = c.document_id "
    "JOIN study s ON s.id = c.study_id JOIN evidence ev ON ev.id = cl.evidence_id LEFT JOIN arm v ON v.id = cl.versus_id "
    "WHERE c.claim_id IN (SELECT claim_id FROM comparison WHERE {where} AND document_id NOT IN (SELECT document_id FROM stale)) "
    "ORDER BY c.outcome, c.level DESC, c.year DESC, c.study_id, coalesce(c.time_days, 0), c.claim_id"
)


def _kept(db: sqlite3.Connection, question: Question, filters: Filters) -> list[Chosen]:
    """By way of the kept comparisons: one look-up a claim."""
    where, values = _where(db, question, filters, _KEPT)
    rows = [tuple(row) for row in db.execute(_KEPT_ROWS.format(where=where), values)]
    effects = _effects(db, json.dumps([row[0] for row in rows]))
    names, width = (*COLUMNS, *_BESIDE), len(COLUMNS)
    return [Chosen(dict(zip(names, row, strict=True)), Compared(*row[:width]), effects.get(row[0])) for row in rows]


#: How the columns are called that a question restricts: in the kept comparisons, and in the real tables.
_KEPT = {"intervention": "intervention_key", "condition": "condition_key", "outcome": "outcome_key"}
_REAL = {"intervention": "intervention_concept", "condition": "condition_concept", "outcome": "outcome_concept"}
_NARROWER = "WITH RECURSIVE n(id) AS (SELECT ? UNION SELECT c.id FROM concept c JOIN n ON c.broader = n.id) SELECT id FROM n"


def narrower(db: sqlite3.Connection, concept: str) -> list[str]:
    """A concept and all that are kinds of it."""
    return [row[0] for row in db.execute(_NARROWER, (concept,))]


def _where(db: sqlite3.Connection, q: Question, filters: Filters, names: Mapping[str, str]) -> tuple[str, dict[str, object]]:
    """The claims whose concepts are the asked ones or narrower, as a condition and its values."""
    where, values = ["status <> 'superseded'"], dict[str, object]()
    for part, known in (("outcome", q.outcome), ("condition", q.condition)):
        if known is not None:
            where.append(f"{names[part]} IN (SELECT value FROM json_each(:{part}))")
            values[part] = json.dumps(outcomes_asked(db, known) if part == "outcome" else narrower(db, known.id))
    if q.intervention is not None:
        there = _intervention(db, q.intervention, names["intervention"], values)
        where.append(f"({there} OR {_other_way_round(db, q, names['intervention'], values)})" if two_treatments(q) else there)
    if q.site_conditions:
        where.append(f"{names['condition']} IN (SELECT value FROM json_each(:site))")
        values["site"] = json.dumps(q.site_conditions)
    for condition, value in _facets(q):
        where.append(condition)
        values |= value
    for condition, value in filters.conditions():
        where.append(condition)
        values |= value
    return " AND ".join(where), values


def outcomes_asked(db: sqlite3.Connection, known: Known) -> list[str]:
    """The outcomes that answer where one is asked for: itself, narrower ones, and those that are named after it."""
    return narrower(db, known.id) + _of_its_kind(db, known)


def _of_its_kind(db: sqlite3.Connection, known: Known) -> list[str]:
    """Outcomes that are named after a plain one, as "VAS pain" is after "pain"; each keeps a heading of its own."""
    if " " in known.label:
        return []
    rows = db.execute("SELECT id FROM concept WHERE kind = 'outcome' AND label LIKE '% ' || ?", (known.label,))
    return [row[0] for row in rows]


def _intervention(db: sqlite3.Connection, known: Known, column: str, values: dict[str, object]) -> str:
    values["intervention"] = json.dumps(narrower(db, known.id))
    there = f"{column} IN (SELECT value FROM json_each(:intervention))"
    row = db.execute(
        "SELECT b.id, c.cell_source FROM concept c JOIN concept b ON b.id = c.broader WHERE c.id = ? AND c.label LIKE '% ' || b.label AND c.cell_source <> ''",
        (known.id,),
    ).fetchone()
    if row is None:
        return there
    # Who asks for bone marrow MSC is told of MSC whose source is bone marrow; a product's name is not taken apart so.
    values |= {"wider": row[0], "wider_source": row[1]}
    return f"({there} OR ({column} = :wider AND cell_source = :wider_source))"


def two_treatments(q: Question) -> bool:
    """Whether a question sets two treatments against each other, so that papers may tell it either way round."""
    return q.intervention is not None and q.comparator is not None and q.comparator.kind in ("intervention", "exposure")


def _other_way_round(db: sqlite3.Connection, q: Question, column: str, values: dict[str, object]) -> str:
    """Claims of "B against A" where A against B is asked for."""
    values["other"] = json.dumps(narrower(db, q.comparator.id) if q.comparator else [])
    return f"({column} IN (SELECT value FROM json_each(:other)) AND comparator_concept IN (SELECT value FROM json_each(:intervention)))"


def _facets(q: Question) -> Iterable[tuple[str, dict[str, object]]]:
    if q.route:
        yield "(route = :route OR versus_route = :route OR (comparator LIKE '%' || :route || '%'))", {"route": q.route}
    if q.cell_source:
        yield "(cell_source = :source OR versus_cell_source = :source)", {"source": q.cell_source}
    if q.harms:
        yield "question = 'harm'", {}
    if q.donor:
        yield "donor = :donor", {"donor": q.donor}
    if q.timepoint_days:
        yield "abs(time_days - :days) <= :days * :tolerance", {"days": q.timepoint_days, "tolerance": TIME_TOLERANCE}


def _complete(db: sqlite3.Connection, *found: Iterable[sqlite3.Row]) -> list[Chosen]:
    """Rows of the store with what they compete as and their telling effects."""
    rows = [dict(row) for rows in found for row in rows]
    listed = json.dumps([row["claim_id"] for row in rows])
    kept: dict[int, Compared] = {}
    if has_comparisons(db):
        among = f"SELECT {', '.join(COLUMNS)} FROM comparison WHERE claim_id IN (SELECT value FROM json_each(?)) AND document_id NOT IN (SELECT document_id FROM stale)"
        kept = {c.claim_id: c for row in db.execute(among, (listed,)) if (c := Compared(*row))}
    if missing := [row["claim_id"] for row in rows if row["claim_id"] not in kept]:
        real = read(db, concepts(db), "f.claim_id IN (SELECT value FROM json_each(?))", (json.dumps(missing),))
        kept |= {c.claim_id: c for c in real}
    effects = _effects(db, listed)
    return [Chosen(row, kept[row["claim_id"]], effects.get(row["claim_id"])) for row in rows]


_EFFECTS = (
    f"SELECT ce.claim_id, {', '.join(f'e.{name}' for name in EFFECT)}, ev.quote FROM claim_effect ce JOIN effect e ON e.id = ce.effect_id "
    "JOIN evidence ev ON ev.id = e.evidence_id WHERE ce.claim_id IN (SELECT value FROM json_each(?)) ORDER BY ce.claim_id, "
    "(e.whose = 'difference') DESC, (e.estimate IS NOT NULL) DESC, (e.ci_low IS NOT NULL) DESC, ce.position"
)


def _effects(db: sqlite3.Connection, claims: str) -> dict[int, dict[str, Any]]:
    best: dict[int, dict[str, Any]] = {}
    for row in db.execute(_EFFECTS, (claims,)):
        if row["claim_id"] not in best and (row["estimate"] is not None or row["p_value"] is not None):
            best[row["claim_id"]] = {k: row[k] for k in EFFECT} | {"group": row["whose"], "quote": row["quote"]}
    return best


def _then(db: sqlite3.Connection, q: Question, filters: Filters, run: int) -> list[Chosen]:
    """The claims as they stood when a run had ended: those still here that were read by then, and those put aside since.

    Raises:
        NotKept: the run was before the library remembered.
    """
    (since,) = db.execute("SELECT coalesce(max(value), 0) FROM library_count WHERE name = 'history_since'").fetchone()
    if run < since:
        raise NotKept(run, since)
    where, values = _where(db, q, filters, _REAL)
    values["run"] = run
    columns = [row["name"] for row in db.execute("PRAGMA table_info(claim_in_full)")]
    shown = ", ".join(f"json_extract(shown, '$.{c}') AS {c}" for c in columns)
    here = db.execute(
        f"SELECT * FROM claim_in_full WHERE document_id IN (SELECT id FROM document WHERE changed_in <= :run) AND {where}", values
    )
    gone = db.execute(
        f"SELECT * FROM (SELECT {shown}, compared, effect FROM claim_was WHERE from_run <= :run AND until_run > :run) WHERE {where}",
        values,
    )
    found = _complete(db, here) + [_put_aside(dict(row)) for row in gone]
    status, study = _changed_since(db, run)
    found = [_as_it_was(c, status.get(c.compared.document_id), study.get(c.compared.document_id)) for c in found]
    known = concepts(db)
    return sorted((_with_family(c, known) for c in found), key=_place)


def _put_aside(row: dict[str, Any]) -> Chosen:
    kept, effect = json.loads(row.pop("compared")), row.pop("effect")
    told = json.loads(effect) if effect else None
    if told is not None:
        told = {k: told[k] for k in EFFECT} | {"group": told["whose"], "quote": told["effect_quote"]}
    return Chosen(row, Compared(**kept), told)


def _changed_since(db: sqlite3.Connection, run: int) -> tuple[dict[int, str], dict[int, int]]:
    """The status and study that documents had before the first change after a run."""
    status: dict[int, str] = {}
    study: dict[int, int] = {}
    for row in db.execute("SELECT document_id, status, study_id FROM document_was WHERE until_run > ? ORDER BY id", (run,)):
        if row["status"] is not None:
            status.setdefault(row["document_id"], row["status"])
        else:
            study.setdefault(row["document_id"], row["study_id"])
    return status, study


def _as_it_was(c: Chosen, status: str | None, study: int | None) -> Chosen:
    status, study = status or c.compared.status, study or c.compared.study_id
    return Chosen(c.row | {"status": status, "study_id": study}, replace(c.compared, status=status, study_id=study), c.effect)


def _with_family(c: Chosen, known: Concepts) -> Chosen:
    """A claim that counts for nothing now may have counted then."""
    return Chosen(c.row, replace(c.compared, family=family_of(c.compared, known)), c.effect)


def _place(c: Chosen) -> tuple[Any, ...]:
    r = c.row
    return (
        str(r["outcome"]),
        {"trial": 0, "pooled": 1}.get(r["level"], 2),
        -(r["year"] or 0),
        r["study_id"],
        r["time_days"] or 0,
        r["claim_id"],
    )
