"""Which stored claims a question asks for: now by way of the kept comparisons, or as of an earlier run by way of what was put aside since."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kb.comparison import COLUMNS, Compared, Concepts, concepts, family_of, read
from kb.errors import NotKept
from kb.filters import Filters
from kb.question import Known, Question
from kb.two_sides import FIELDS, OTHER_FIELDS

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
    return choose_most(db, question, filters, as_of, None)[0]


#: So many claims an answer tells in full, unless all are asked for: the headings with the most studies, each whole.
MOST_CLAIMS = 500


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What an answer leaves out for its length: whole headings, so that those it tells are counted in full."""

    headings: int
    claims: int
    outcomes: tuple[str, ...]

    def in_words(self) -> str:
        """For a person."""
        named = f"{', '.join(self.outcomes)}{' …' if self.headings > len(self.outcomes) else ''}"
        return (
            f"Left out for length: {self.headings} more heading{'s' if self.headings > 1 else ''} with {self.claims} claims ({named}). "
            "Name an outcome, a condition or a comparator, or ask with --all."
        )


def choose_most(
    db: sqlite3.Connection, question: Question, filters: Filters, as_of: int | None = None, most: int | None = MOST_CLAIMS
) -> tuple[list[Chosen], LeftOut | None]:
    """The same for an answer of bounded length: about `most` claims, of the headings with the most studies; and what that leaves out."""
    if not has_comparisons(db):
        where, values = _where(db, question, filters, _REAL)
        return _complete(db, db.execute(f"SELECT * FROM claim_in_full WHERE {where} {_ORDER}", values)), None
    if as_of is not None:
        return _then(db, question, filters, as_of), None
    found, left = _kept(db, question, filters, most)
    if db.execute("SELECT 1 FROM stale").fetchone() is None:
        return found, left
    # A run that was killed has left documents whose keys are not worked out yet; they are read from the real tables.
    where, values = _where(db, question, filters, _REAL)
    behind = f"SELECT * FROM claim_in_full WHERE document_id IN (SELECT document_id FROM stale) AND {where} {_ORDER}"
    return sorted([*found, *_complete(db, db.execute(behind, values))], key=_place), left


def by_number(db: sqlite3.Connection, claims: Iterable[int]) -> list[Chosen]:
    """Single claims, in the order of an answer; those that are gone are left out."""
    listed = json.dumps(list(claims))
    return _complete(
        db, db.execute(f"SELECT * FROM claim_in_full WHERE claim_id IN (SELECT value FROM json_each(?)) {_ORDER}", (listed,))
    )


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
    "WHERE c.claim_id IN (SELECT value FROM json_each(:claims)) "
    "ORDER BY c.outcome, c.level DESC, c.year DESC, c.study_id, coalesce(c.time_days, 0), c.claim_id"
)


#: Enough of a claim to know the heading that it will stand under.
_HEADINGS = (
    "SELECT claim_id, study_id, outcome, outcome_key, better, question, product, against FROM comparison WHERE {where} "
    "AND document_id NOT IN (SELECT document_id FROM stale)"
)


def _kept(db: sqlite3.Connection, question: Question, filters: Filters, most: int | None) -> tuple[list[Chosen], LeftOut | None]:
    """By way of the kept comparisons: one look-up a claim."""
    where, values = _where(db, question, filters, _KEPT)
    claims, left = _longest_headings(question, db.execute(_HEADINGS.format(where=where), values).fetchall(), most)
    listed = json.dumps(claims)
    rows = [tuple(row) for row in db.execute(_KEPT_ROWS, {"claims": listed})]
    effects = _effects(db, listed)
    names, width = (*COLUMNS, *_BESIDE), len(COLUMNS)
    return [Chosen(dict(zip(names, row, strict=True)), Compared(*row[:width]), effects.get(row[0])) for row in rows], left


def _longest_headings(q: Question, found: list[sqlite3.Row], most: int | None) -> tuple[list[int], LeftOut | None]:
    """The claims of the headings with the most studies, as long as they are no more than `most`, and of the first one in any case."""
    if most is None or len(found) <= most:
        return [row[0] for row in found], None
    named, against = q.intervention is not None, q.comparator is not None or any(right for _, _, right in q.ways())
    headings: dict[tuple[Any, ...], list[sqlite3.Row]] = defaultdict(list)
    for row in found:
        headings[(row[3], row[4], row[5], None if named else row[6], None if against else row[7])].append(row)
    ordered = sorted(headings.values(), key=lambda rows: (-len({r[1] for r in rows}), str(rows[0][2]), rows[0][0]))
    told: list[int] = []
    for n, rows in enumerate(ordered):
        if told and len(told) + len(rows) > most:
            rest = ordered[n:]
            outcomes = tuple(dict.fromkeys(str(r[0][2]) for r in rest))[:5]
            return told, LeftOut(len(rest), sum(map(len, rest)), outcomes)
        told += [row[0] for row in rows]
    return told, None


#: How the columns are called that a question restricts: in the kept comparisons, and in the real tables.
_KEPT = {
    "intervention": "intervention_key",
    "condition": "condition_key",
    "outcome": "outcome_key",
    "confidence": "(SELECT confidence FROM claim WHERE claim.id = claim_id)",
}
_REAL = {
    "intervention": "intervention_concept",
    "condition": "condition_concept",
    "outcome": "outcome_concept",
    "confidence": "confidence",
}
_THEN = dict(_REAL)
_NARROWER = "WITH RECURSIVE n(id) AS (SELECT ? UNION SELECT c.id FROM concept c JOIN n ON c.broader = n.id) SELECT id FROM n"


def narrower(db: sqlite3.Connection, concept: str) -> list[str]:
    """A concept and all that are kinds of it."""
    return [row[0] for row in db.execute(_NARROWER, (concept,))]


def _where(db: sqlite3.Connection, q: Question, filters: Filters, names: Mapping[str, str]) -> tuple[str, dict[str, object]]:
    """The claims whose concepts are the asked ones or narrower, as a condition and its values."""
    # What gives way today may have spoken as of an earlier run.
    where, values = ["1"] if names is _THEN else ["status <> 'superseded'"], dict[str, object]()
    for part, known in (("outcome", q.outcome), ("condition", q.condition)):
        if known is not None:
            where.append(f"{names[part]} IN (SELECT value FROM json_each(:{part}))")
            values[part] = json.dumps(outcomes_asked(db, known) if part == "outcome" else narrower(db, known.id))
    if q.intervention is not None:
        there = _intervention(db, q.intervention, names["intervention"], values)
        where.append(f"({there} OR {_other_way_round(db, q, names['intervention'], values)})" if against_a_treatment(q) else there)
    elif against_a_treatment(q):
        where.append(_any_against(db, q, names["intervention"], values))
    if names is _KEPT and q.comparator is not None and q.comparator.comparator_class not in (None, "active"):
        # Pooled results stand beside, however they compare.
        where.append("(against = :class OR comparator_class = :class OR level = 'pooled' OR against LIKE :class || ':%')")
        values["class"] = q.comparator.comparator_class
    if q.site_conditions:
        where.append(f"{names['condition']} IN (SELECT value FROM json_each(:site))")
        values["site"] = json.dumps(q.site_conditions)
    for condition, value in _facets(q, names is _KEPT):
        where.append(condition)
        values |= value
    for condition, value in filters.conditions():
        where.append(condition)
        values |= value
    if filters.least_confidence is not None:
        where.append(f"{names['confidence']} >= :f_confidence")
        values["f_confidence"] = filters.least_confidence
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
    told_of_both = (
        " OR against LIKE 'other source: %' AND versus_cell_source = :wider_source" if column == _KEPT["intervention"] else ""
    )
    return f"({there} OR ({column} = :wider AND cell_source = :wider_source){told_of_both})"


def against_a_treatment(q: Question) -> bool:
    """Whether a question sets something against a treatment, so that papers may tell it either way round."""
    return q.comparator is not None and q.comparator.kind in ("intervention", "exposure")


def _other_way_round(db: sqlite3.Connection, q: Question, column: str, values: dict[str, object]) -> str:
    """Claims of "B against A" where A against B is asked for."""
    values["other"] = json.dumps(narrower(db, q.comparator.id) if q.comparator else [])
    return f"({column} IN (SELECT value FROM json_each(:other)) AND comparator_concept IN (SELECT value FROM json_each(:intervention)))"


def _any_against(db: sqlite3.Connection, q: Question, column: str, values: dict[str, object]) -> str:
    """Claims of anything against B, and of B against another treatment."""
    values["other"] = json.dumps(narrower(db, q.comparator.id) if q.comparator else [])
    named = "(SELECT value FROM json_each(:other))"
    return f"(comparator_concept IN {named} OR ({column} IN {named} AND comparator_concept IS NOT NULL))"


def _facets(q: Question, kept: bool) -> Iterable[tuple[str, dict[str, object]]]:
    if q.harms:
        yield "question = 'harm'", {}
    if q.timepoint_days:
        yield "abs(time_days - :days) <= :days * :tolerance", {"days": q.timepoint_days, "tolerance": TIME_TOLERANCE}
    # What a sentence tells of two ways of giving one product stands in the kept comparisons alone; the answer looks again at every claim.
    for kind, left, right in q.ways() if kept else ():
        for side, asked in (("own", left), ("other", right)):
            if asked:
                columns = [FIELDS[kind], *([OTHER_FIELDS[kind]] if kind in OTHER_FIELDS else [])]
                told = [f"{c} = :{kind}_{side}" for c in columns] + [f"comparator LIKE '%' || :{kind}_{side} || '%'"]
                yield f"({' OR '.join(told)})", {f"{kind}_{side}": asked}


#: What the kept comparisons know better than the claim as it was read.
_DERIVED = ("report", "comparator", "route", "versus_route", "cell_source", "versus_cell_source", "donor", "dose", "subgroup")


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
    return [_as_compared(row, kept[row["claim_id"]], effects.get(row["claim_id"])) for row in rows]


def _as_compared(row: dict[str, Any], compared: Compared, effect: dict[str, Any] | None) -> Chosen:
    """A row of the store with what follows from it: the two sides as its sentence tells them, and who tells it."""
    return Chosen(row | {name: getattr(compared, name) for name in _DERIVED}, compared, effect)


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
    where, values = _where(db, q, filters, _THEN)
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
    known = concepts(db)
    found = [_as_it_was(c, status.get(c.compared.document_id), study.get(c.compared.document_id), known) for c in found]
    return sorted((c for c in found if c.compared.status != "superseded"), key=_place)


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


def _as_it_was(c: Chosen, status: str | None, study: int | None, known: Concepts) -> Chosen:
    status, study = status or c.compared.status, study or c.compared.study_id
    then = replace(c.compared, status=status, study_id=study)
    if status != c.compared.status:
        # A claim that counts for nothing now may have counted then.
        then = replace(then, family=family_of(then, known))
    return Chosen(c.row | {"status": status, "study_id": study}, then, c.effect)


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
