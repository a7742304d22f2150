"""The numbers of an answer as the store holds them: what stands behind each claim, and comparisons that are printed and that nobody claims."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kb.answer import Answer, AnswerClaim, Heading, OutcomeAnswer, answers_directly, heading_of
from kb.chosen import TIME_TOLERANCE, has_comparisons, narrower, outcomes_asked
from kb.comparison import OF_ITS_ARMS, compared, concepts
from kb.estimates import crossed
from kb.question import Question
from kb.screening import screened_out

Effect = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sides:
    """What a claim compares, as stored. `turned`: the answer shows it with its sides exchanged, and its printed numbers are those of the other way round."""

    outcome_id: int
    arm_id: int | None
    versus_id: int | None
    time_days: float | None
    turned: bool = False

    def crosses(self, e: Effect) -> bool:
        """Whether a contrast is printed of the claim's comparator against its intervention."""
        return e["whose"] == "difference" and crossed((e["arm_id"], e["versus_id"]), (self.arm_id, self.versus_id))


def claim_id(claim: AnswerClaim) -> int:
    """The claim's id; below 0 for a comparison that is printed and not claimed."""
    return int(str(claim.row["claim_id"]))


_NAMED = ("intervention", "comparator", "route", "cell_source")
_SIDES = (
    f"SELECT f.claim_id, c.outcome_id, c.arm_id, c.versus_id, c.time_days, {', '.join(f'f.{n}' for n in _NAMED)} "
    "FROM claim_in_full f JOIN claim c ON c.id = f.claim_id WHERE f.claim_id IN (SELECT value FROM json_each(?))"
)


def sides_of(db: sqlite3.Connection, claims: Sequence[AnswerClaim]) -> dict[int, Sides]:
    """The sides of claims. Told by the stored claim itself, and not by a mark of the answer: a number with the wrong sign must never be pooled."""
    shown = {claim_id(c): c for c in claims}
    found = {}
    for row in db.execute(_SIDES, (json.dumps([c for c in shown if c > 0]),)):
        number, outcome, arm, versus, days, *stored = row
        found[number] = Sides(outcome, arm, versus, days, stored != [shown[number].row[k] for k in _NAMED])
    for number, claim in shown.items():
        if number < 0:
            r = claim.row
            found[number] = Sides(r["outcome_id"], r["arm_id"], r["versus_id"], r["time_days"])
    return found


_COLUMNS = """
  e.*, o.label AS outcome, ev.quote AS effect_quote, ev.start_char, ev.end_char, a.n AS arm_n, a.dose, a.label AS arm_label, v.n AS versus_n, v.label AS versus_label,
  a.concept_id AS arm_concept, v.concept_id AS versus_concept, aw.quote AS arm_written, vw.quote AS versus_written
"""
_EFFECTS = f"""
  SELECT {_COLUMNS} FROM effect e
  JOIN evidence ev ON ev.id = e.evidence_id JOIN outcome o ON o.id = e.outcome_id
  LEFT JOIN arm a ON a.id = e.arm_id LEFT JOIN arm v ON v.id = e.versus_id
  LEFT JOIN evidence aw ON aw.id = a.evidence_id LEFT JOIN evidence vw ON vw.id = v.evidence_id
  WHERE e.document_id IN (SELECT value FROM json_each(:documents))
    AND (+e.outcome_id IN (SELECT value FROM json_each(:outcomes)) OR e.id IN (SELECT value FROM json_each(:linked)))
  ORDER BY e.document_id, e.position
"""


def effects_of(db: sqlite3.Connection, claims: Sequence[AnswerClaim], sides: dict[int, Sides]) -> dict[int, list[Effect]]:
    """The effects on the claims' outcomes, and all that they rest on, by document; each with the `claims` that rest on it."""
    linked: dict[int, list[int]] = defaultdict(list)
    listed = json.dumps([claim_id(c) for c in claims if claim_id(c) > 0])
    for claim, effect in db.execute(
        "SELECT claim_id, effect_id FROM claim_effect WHERE claim_id IN (SELECT value FROM json_each(?)) ORDER BY claim_id, position",
        (listed,),
    ):
        linked[effect].append(claim)
    values = {
        "documents": json.dumps(sorted({int(str(c.row["document_id"])) for c in claims})),
        "outcomes": json.dumps(sorted({s.outcome_id for s in sides.values()})),
        "linked": json.dumps(list(linked)),
    }
    found: dict[int, list[Effect]] = defaultdict(list)
    by_id: dict[int, Effect] = {}
    cursor = db.execute(_EFFECTS, values)
    names = [column[0] for column in cursor.description]
    for row in cursor:
        effect = dict(zip(names, row, strict=True)) | {"printed": {}, "flags": [], "claims": linked.get(row[0], [])}
        found[effect["document_id"]].append(effect)
        by_id[effect["id"]] = effect
    ids = json.dumps(list(by_id))
    for number, name, printed in db.execute(
        "SELECT effect_id, field, printed FROM printed_number WHERE effect_id IN (SELECT value FROM json_each(?))", (ids,)
    ):
        by_id[number]["printed"][name] = printed
    for number, check, detail in db.execute(
        "SELECT effect_id, check_name, detail FROM audit_finding WHERE verdict = 'inconsistent' AND effect_id IN (SELECT value FROM json_each(?)) ORDER BY effect_id, position",
        (ids,),
    ):
        by_id[number]["flags"].append((check, detail))
    return found


def placed(db: sqlite3.Connection, effects: dict[int, list[Effect]]) -> None:
    """Give each effect its whole `sentence`, since what it counts may stand before the words that are quoted, and the `section` that it stands in."""
    listed = (json.dumps(sorted(effects)),)
    for document, text, sections in db.execute(
        "SELECT id, text, sections FROM document WHERE id IN (SELECT value FROM json_each(?))", listed
    ):
        parts = json.loads(sections)
        for e in effects[document]:
            start, end = e["start_char"], e["end_char"]
            within = [] if start is None else [name for name, first, last in parts if first <= start < last]
            e["section"] = str(within[-1]) if within else None
            e["sentence"] = e["effect_quote"] if start is None else sentence_at(text, start, end)


#: Where a sentence ends: not after an abbreviation, nor within a number.
_END = re.compile(r"(?<!\bvs)(?<!\bno)(?<!\be\.g)(?<!\bi\.e)(?<!\bapprox)(?<!\bal)[.!?]\s+(?=[A-Z\d(\[])|\n")


def sentence_at(text: str, start: int, end: int) -> str:
    """The sentence, or sentences, that hold a stretch of a text.

    >>> sentence_at("A was 4.0. They were free of B in 16 of 20. C.", 31, 38)
    'They were free of B in 16 of 20.'
    """
    first = max((m.end() for m in _END.finditer(text, max(0, start - _LONGEST), start)), default=max(0, start - _LONGEST))
    ends = _END.search(text, max(start, end - 1), end + _LONGEST)
    return text[first : ends.start() + 1 if ends else min(len(text), end + _LONGEST)].strip()


#: A sentence is looked for so many characters to either side.
_LONGEST = 600


#: Two arms' own values on one outcome at one time, or a printed contrast of two arms.
_COMPARISONS = """
WITH pair AS (
  SELECT i.id, i.document_id, i.outcome_id, i.arm_id, coalesce(c.arm_id, c.versus_id) AS versus_id, i.time_days, i.time_text, i.evidence_id, i.outcome_text
  FROM effect i JOIN effect c ON c.document_id = i.document_id AND +c.outcome_id = i.outcome_id AND c.time_days IS i.time_days
  WHERE i.whose = 'intervention' AND c.whose = 'comparator' AND i.arm_id IS NOT NULL AND {among}
  UNION ALL
  SELECT id, document_id, outcome_id, arm_id, versus_id, time_days, time_text, evidence_id, outcome_text
  FROM effect i WHERE whose = 'difference' AND estimate IS NOT NULL AND arm_id IS NOT NULL AND {among}
)
SELECT p.document_id, p.outcome_id, p.arm_id, p.versus_id, p.time_days, min(p.id) AS effect_id, p.time_text, p.outcome_text, ev.quote, ev.start_char, ev.end_char,
  d.came_as AS document, s.id AS study_id, s.name AS study, s.known_from, d.report, d.publication_types, d.level, coalesce(d.design, s.design) AS design, d.status, d.title, d.year,
  d.journal, d.doi, d.pmid, d.pmcid, d.url, d.sample_size, d.changed_in,
  a.label AS intervention, a.concept_id AS intervention_concept, a.route, a.cell_source, a.donor, a.dose, a.schedule,
  v.label AS comparator, v.concept_id AS comparator_concept, v.class AS comparator_class, v.route AS versus_route, v.cell_source AS versus_cell_source,
  v.donor AS versus_donor, o.label AS outcome, o.name AS outcome_name, o.concept_id AS outcome_concept, o.better,
  dc.label AS condition, dc.concept_id AS condition_concept, substr(d.text, 1, ev.start_char) AS before, v.dose AS versus_dose,
  {arms}
FROM pair p
  JOIN arm a ON a.id = p.arm_id JOIN arm v ON v.id = p.versus_id JOIN outcome o ON o.id = p.outcome_id JOIN evidence ev ON ev.id = p.evidence_id
  JOIN document d ON d.id = p.document_id JOIN study_document sd ON sd.document_id = d.id JOIN study s ON s.id = sd.study_id
  LEFT JOIN document_condition dc ON dc.document_id = d.id AND dc.position = 0
WHERE d.level = 'trial' AND d.status <> 'superseded' AND d.deleted_in IS NULL AND a.role <> 'comparator' AND {where}
GROUP BY p.document_id, p.outcome_id, p.arm_id, p.versus_id, p.time_days
ORDER BY o.label, d.year DESC, s.id, coalesce(p.time_days, 0), min(p.id)
"""


def with_printed(db: sqlite3.Connection, found: Answer) -> Answer:
    """An answer, and beside its claims the comparisons that its trials, and other trials, print without any claim: both arms' numbers, and no verdict.

    The direction of such a comparison is `unclear`: nobody says which way it points.
    """
    if not has_comparisons(db):
        return found
    shown = [c for o in found.outcomes for c in o.claims]
    sides = sides_of(db, shown)
    covered = {_place(c.row["document_id"], sides[claim_id(c)]) for c in shown}
    added: dict[Heading, list[AnswerClaim]] = defaultdict(list)
    labels: dict[str, str] = {}
    for claim in _unclaimed(db, found.question, covered):
        added[heading_of(db, found.question, claim, labels)].append(claim)
    outcomes = []
    for o in found.outcomes:
        more = added.pop((o.outcome, o.better, o.against, o.intervention, o.question), [])
        outcomes.append(replace(o, claims=(*o.claims, *more)) if more else o)
    outcomes += [OutcomeAnswer(*heading, tuple(claims), ()) for heading, claims in added.items()]
    return replace(found, outcomes=tuple(outcomes))


#: A comparison: document, outcome, both arms, time.
_Place = tuple[object, ...]


def _place(document: object, s: Sides) -> _Place:
    return document, s.outcome_id, s.arm_id, s.versus_id, s.time_days


def _unclaimed(db: sqlite3.Connection, q: Question, covered: set[_Place]) -> Iterable[AnswerClaim]:
    where, among, values = _asked(db, q)
    known = concepts(db)
    gone = {s.document_id for s in screened_out(db, q)}
    cursor = db.execute(_COMPARISONS.format(where=where, among=among, arms=OF_ITS_ARMS.format(document="p.document_id")), values)
    names = [column[0] for column in cursor.description]
    blank = dict.fromkeys(
        ("significant", "null_kind", "analysis_set", "subgroup", "kind", "measure", "whose", "point_direction", "confidence")
    )
    for number, values_of in enumerate(cursor, 1):
        place = tuple(values_of)[:4]
        if place[0] in gone or (*place, values_of[4]) in covered or (*place, None) in covered:
            continue
        row = dict(zip(names, values_of, strict=True)) | blank
        row |= {"claim_id": -number, "question": "treatment", "direction": "unclear", "flagged": 0, "hedged": 0, "spin": 0}
        seen = compared(row | {"whose": "difference", "estimate": None, "ci_low": None, "ci_high": None, "ci_level": None, "se": None, "p_value": None, "p_operator": None}, known)  # fmt: skip
        direct = answers_directly(q, row, seen)
        if direct:
            yield AnswerClaim(row, None, (), True, seen)


def _asked(db: sqlite3.Connection, q: Question) -> tuple[str, str, dict[str, object]]:
    """What a question restricts, on the arms and outcomes themselves: of a comparison, and of the numbers that it is looked for among."""
    where, among, values = ["1"], ["1"], dict[str, object]()
    if q.intervention is not None:
        among.append("i.arm_id IN (SELECT id FROM arm WHERE concept_id IN (SELECT value FROM json_each(:intervention)))")
        values["intervention"] = json.dumps(narrower(db, q.intervention.id))
    if q.outcome is not None:
        among.append("i.outcome_id IN (SELECT id FROM outcome WHERE concept_id IN (SELECT value FROM json_each(:outcome)))")
        values["outcome"] = json.dumps(outcomes_asked(db, q.outcome))
    for name, ids in (("condition", narrower(db, q.condition.id) if q.condition else ()), ("site", q.site_conditions)):
        if ids:
            where.append(
                f"EXISTS (SELECT 1 FROM document_condition x WHERE x.document_id = d.id AND x.concept_id IN (SELECT value FROM json_each(:{name})))"
            )
            values[name] = json.dumps(list(ids))
    for column, asked in (("a.route", q.route), ("a.cell_source", q.cell_source), ("a.donor", q.donor)):
        if asked:
            where.append(f"{column} = :{column[2:]}")
            values[column[2:]] = asked
    if q.timepoint_days:
        where.append("abs(p.time_days - :days) <= :days * :tolerance")
        values |= {"days": q.timepoint_days, "tolerance": TIME_TOLERANCE}
    # Harms are asked for as claims; a number alone does not say that it is one.
    return (" AND ".join(where) if not q.harms else "0"), " AND ".join(among), values
