"""Row ↔ value: one document with all that hangs on it, written inside the caller's transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Any

from crawler.document import Document
from kb import notices
from kb.identity import stored_as, with_known_names
from kb.intake import Reading
from kb.precedence import gives_way
from kb.revisions import claims_told, write_differences
from nlp.claim import Arm, Claim, Effect, Outcome, Quote
from nlp.domain import normal_name


class Stored(StrEnum):
    """What became of a document."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


def _content(reading: Reading) -> str:
    held = json.dumps([asdict(reading.document) | {"origin": None}, asdict(reading.extraction)], sort_keys=True, default=str)
    return hashlib.sha256(held.encode("utf-8", "surrogatepass")).hexdigest()


class Writer:
    """Writes one document inside the caller's transaction."""

    def __init__(self, db: sqlite3.Connection, run: int) -> None:
        self._db, self._run = db, run
        self._document = 0
        self._arms: list[int] = []

    @property
    def stored(self) -> int:
        """The row of the document that was written."""
        return self._document

    def document(self, reading: Reading) -> Stored:
        """Insert, replace or leave as it is."""
        rows = stored_as(self._db, reading.document)
        held = rows[0] if rows else None
        reading = replace(reading, document=with_known_names(reading.document, rows))
        content = _content(reading)
        if held is not None and len(rows) == 1:
            self._document = held["id"]
            if gives_way(reading.document, held):
                return self._beside(reading.document)
            if held["content_digest"] == content:
                return self._back(held)
        for other in rows[1:]:
            self._clear(other["id"])
            if held is not None:
                self._carry_over(other["id"], held["id"])
            self._db.execute("DELETE FROM document WHERE id = ?", (other["id"],))
        self._write(reading, content, held)
        if rows[1:]:
            notices.settle(self._db, self._document, self._run)
        return Stored.REPLACED if held is not None else Stored.ADDED

    def _carry_over(self, gone: int, kept: int) -> None:
        """What others said and decided about a row that turns out to be the same paper as another: notices, references, screening, identity."""
        # Of two lists of one source the longer stays: an older record knows of fewer notices.
        for table in ("document_notice", "document_cites"):
            here, there = (
                f"(SELECT source FROM {table} WHERE document_id = :kept)",
                f"(SELECT count(*) FROM {table} x WHERE x.source = {table}.source AND x.document_id = ",
            )
            pair = {"kept": kept, "gone": gone}
            self._db.execute(f"DELETE FROM {table} WHERE document_id = :kept AND {there}:gone) > {there}:kept)", pair)
            self._db.execute(f"UPDATE {table} SET document_id = :kept WHERE document_id = :gone AND source NOT IN {here}", pair)
        self._db.execute("UPDATE OR IGNORE screening SET document_id = ? WHERE document_id = ?", (kept, gone))
        self._db.execute("UPDATE record SET document_id = ? WHERE document_id = ?", (kept, gone))
        for table in ("identity_decision", "identity_decision_was"):
            # What was decided between the two themselves is settled now.
            self._db.execute(
                f"DELETE FROM {table} WHERE min(document_id, other_id) = ? AND max(document_id, other_id) = ?",
                (min(kept, gone), max(kept, gone)),
            )
            for column, other in (("document_id", "other_id"), ("other_id", "document_id")):
                self._db.execute(
                    f"UPDATE OR IGNORE {table} SET document_id = min(:kept, {other}), other_id = max(:kept, {other}) WHERE {column} = :gone AND {other} IS NOT NULL",
                    {"kept": kept, "gone": gone},
                )
            self._db.execute(
                f"UPDATE OR IGNORE {table} SET document_id = ? WHERE document_id = ? AND other_id IS NULL", (kept, gone)
            )

    def _beside(self, document: Document) -> Stored:
        """What a lesser source says of a document that a better one speaks for: names, notices and references, no text."""
        changed = notices.add_names(self._db, self._document, document.identifiers)
        changed = notices.replace_notices(self._db, self._document, document, self._run) or changed
        changed = notices.replace_cites(self._db, self._document, document) or changed
        return Stored.REPLACED if changed else Stored.UNCHANGED

    def _back(self, held: sqlite3.Row) -> Stored:
        """The same content again; where it had been deleted, it is back."""
        if held["deleted_in"] is None:
            return Stored.UNCHANGED
        notices.bring_back(self._db, held["id"], self._run)
        return Stored.REPLACED

    def _write(self, reading: Reading, content: str, held: sqlite3.Row | None) -> None:
        d, e = reading.document, reading.extraction
        row: dict[str, Any] = {
            "came_as": d.id, "title": d.title, "text": d.text, "sections": json.dumps([[s.name.value, s.start, s.end] for s in d.sections]),
            "year": d.year, "journal": d.journal, "doi": d.identifiers.doi, "pmid": d.identifiers.pmid, "pmcid": d.identifiers.pmcid,
            "read": d.read.value, "report": d.report.value, "level": e.study.level.value, "design": e.study.design, "sample_size": e.study.sample_size,
            "pooled_studies": e.study.studies, "publication_types": json.dumps(d.publication_types), "keywords": json.dumps(d.keywords),
            "mesh": json.dumps(d.mesh), "authors": json.dumps(d.authors), "registry_ids": json.dumps(d.registry_ids),
            "study_registry_ids": json.dumps(e.study.registry_ids), "url": d.url, "origin": d.origin, "format": d.format, "content_digest": content,
            "language": d.language, "original_title": d.original_title, "pmid_version": d.version, "entered": d.entered, "revised": d.revised,
            "deleted_in": None, "deleted_why": None, "added_in": held["added_in"] if held else self._run, "changed_in": self._run,
        }  # fmt: skip
        told = claims_told(self._db, held["id"]) if held is not None else None
        if held is not None:
            self._clear(held["id"])
            sets = ", ".join(f"{k} = ?" for k in row)
            self._db.execute(f"UPDATE document SET {sets} WHERE id = ?", (*row.values(), held["id"]))
            self._document = held["id"]
        else:
            self._document = self._insert("document", row)
        self._parts(reading)
        if held is not None and told is not None:
            if held["deleted_in"] is not None:
                notices.bring_back(self._db, held["id"], self._run)
            write_differences(self._db, self._run, held, told)

    def _clear(self, document: int) -> None:
        """Everything that hangs on a document that comes again with other content."""
        for table in (
            "claim",
            "effect",
            "arm",
            "evidence",
            "document_identifier",
            "document_reports_on",
            "document_condition",
            "document_notifies",
            "document_other_text",
            "problem",
        ):
            self._db.execute(f"DELETE FROM {table} WHERE document_id = ?", (document,))

    def _insert(self, table: str, row: dict[str, Any]) -> int:
        marks = ", ".join("?" * len(row))
        cursor = self._db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))
        return int(cursor.lastrowid or 0)

    def _parts(self, reading: Reading) -> None:
        d, e = reading.document, reading.extraction
        names = [("doi", d.identifiers.doi), ("pmid", d.identifiers.pmid), ("pmcid", d.identifiers.pmcid)]
        names += [("registry", r) for r in e.study.registry_ids]
        for scheme, value in names:
            if value:
                self._insert("document_identifier", {"document_id": self._document, "scheme": scheme, "value": value})
        for i, r in enumerate(d.reports_on):
            n = r.identifiers
            self._insert("document_reports_on", {"document_id": self._document, "position": i, "doi": n.doi, "pmid": n.pmid, "pmcid": n.pmcid,
                                                 "registry_id": r.registry_id, "citation": r.citation})  # fmt: skip
        for i, known in enumerate(e.study.conditions):
            self._insert(
                "document_condition", {"document_id": self._document, "position": i, "concept_id": known.id, "label": known.label}
            )
        for i, t in enumerate(d.other_texts):
            self._insert(
                "document_other_text",
                {"document_id": self._document, "position": i, "language": t.language, "sort": t.sort, "text": t.text},
            )
        notices.replace_notices(self._db, self._document, d, self._run)
        notices.replace_cites(self._db, self._document, d)
        notices.write_notifies(self._db, self._document, d, self._run)
        self._arms = [self._arm(i, a) for i, a in enumerate(e.arms)]
        effects = [self._effect(i, x) for i, x in enumerate(e.effects)]
        condition = e.study.conditions[0].id if e.study.conditions else None
        for i, c in enumerate(e.claims):
            self._claim(i, c, e.arms, effects, condition)
        for p in e.problems:
            self._insert(
                "problem", {"run_id": self._run, "document_id": self._document, "place": d.id, "what": p.what, "quote": p.quote}
            )

    def _evidence(self, quote: Quote) -> int:
        place = (self._document, quote.start, quote.end, quote.pointer)
        row = self._db.execute(
            "SELECT id FROM evidence WHERE document_id = ? AND start_char IS ? AND end_char IS ? AND pointer IS ?", place
        ).fetchone()
        if row:
            return int(row[0])
        names = ("document_id", "start_char", "end_char", "pointer", "quote")
        return self._insert("evidence", dict(zip(names, (*place, quote.text), strict=True)))

    def _outcome(self, outcome: Outcome) -> int:
        better = outcome.better.value if outcome.better else None
        row = self._db.execute(
            "SELECT id FROM outcome WHERE label = ? AND coalesce(concept_id, '') = ? AND coalesce(better, '') = ?",
            (outcome.label, outcome.concept or "", better or ""),
        ).fetchone()
        if row:
            return int(row[0])
        return self._insert(
            "outcome", {"label": outcome.label, "name": normal_name(outcome.label), "concept_id": outcome.concept, "better": better}
        )

    def _arm(self, i: int, a: Arm) -> int:
        return self._insert("arm", {
            "document_id": self._document, "position": i, "evidence_id": self._evidence(a.quote), "role": a.role.value, "label": a.label, "concept_id": a.concept,
            "class": a.comparator_class, "route": a.route, "cell_source": a.cell_source, "donor": a.donor, "dose": a.dose, "schedule": a.schedule, "n": a.n,
        })  # fmt: skip

    def _effect(self, i: int, x: Effect) -> int:
        numbers = {k: getattr(x, k) for k in ("estimate", "ci_low", "ci_high", "ci_level", "p_value", "p_operator", "i2", "tau2", "k", "se", "sd", "iqr_low",
                                              "iqr_high", "events", "total", "n", "unit", "subgroup", "analysis_set", "confidence", "stated_sign")}  # fmt: skip
        effect = self._insert("effect", {
            "document_id": self._document, "position": i, "evidence_id": self._evidence(x.quote), "measure": x.measure.value, "outcome_id": self._outcome(x.outcome),
            "outcome_text": x.outcome.text, "whose": x.group.value, **numbers, "time_text": x.timepoint.text if x.timepoint else None,
            "time_days": x.timepoint.days if x.timepoint else None, "kind": x.kind.value if x.kind else None,
            "adjusted": None if x.adjusted is None else int(x.adjusted), "arm_id": self._arm_id(x.arm), "versus_id": self._arm_id(x.versus),
        })  # fmt: skip
        for n, (field, printed) in enumerate(x.printed):
            self._insert("printed_number", {"effect_id": effect, "position": n, "field": field, "printed": printed})
        for n, a in enumerate(x.audit):
            self._insert(
                "audit_finding",
                {"effect_id": effect, "position": n, "check_name": a.check, "verdict": a.verdict.value, "detail": a.detail},
            )
        return effect

    def _arm_id(self, index: int | None) -> int | None:
        return None if index is None else self._arms[index]

    def _claim(self, i: int, c: Claim, arms: tuple[Arm, ...], effects: list[int], condition: str | None) -> None:
        arm = arms[c.arm] if c.arm is not None else None
        versus = arms[c.versus] if c.versus is not None else None
        claim = self._insert("claim", {
            "document_id": self._document, "position": i, "evidence_id": self._evidence(c.quote), "question": c.question.value, "intervention": c.intervention,
            "intervention_concept": arm.concept if arm else None, "comparator": c.comparator, "comparator_concept": versus.concept if versus else None,
            "comparator_class": versus.comparator_class if versus else ("baseline" if c.comparator == "baseline" else None),
            "arm_id": self._arm_id(c.arm), "versus_id": self._arm_id(c.versus), "route": c.route, "cell_source": c.cell_source, "condition": c.condition,
            "condition_concept": condition, "outcome_id": self._outcome(c.outcome), "outcome_text": c.outcome.text,
            "time_text": c.timepoint.text if c.timepoint else None, "time_days": c.timepoint.days if c.timepoint else None, "direction": c.direction.value,
            "point_direction": c.point_direction.value if c.point_direction else None, "significant": None if c.significant is None else int(c.significant),
            "null_kind": c.null_kind.value if c.null_kind else None, "analysis_set": c.analysis_set, "hedged": int(c.hedged), "spin": int(c.spin),
            "confidence": c.confidence,
        })  # fmt: skip
        for n, e in enumerate(c.effects):
            self._insert("claim_effect", {"claim_id": claim, "position": n, "effect_id": effects[e]})
