"""Row ↔ value: how documents and what they assert are written. Each document is one transaction, so nothing is half there."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from crawler.errors import Unreadable
from kb.connection import for_writing, in_words
from kb.errors import NotStored
from kb.identity import stored_as, with_known_names
from kb.intake import Reading
from kb.studies import regroup, stand_alone
from nlp.claim import Arm, Claim, Effect, Outcome, Quote
from nlp.domain import Entry, by_id, entries, normal_name

#: What SQLite raises on a value: a broken character, a number beyond 64 bits, a row against the tables' rules.
_NOT_TAKEN = (UnicodeEncodeError, OverflowError, sqlite3.IntegrityError)


class Stored(StrEnum):
    """What became of a document."""

    ADDED = "added"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


class Library:
    """A library open for writing. `close_run` makes the studies and ends the run; what was added stays without it."""

    def __init__(self, path: Path, command: str, arguments: Iterable[str], versions: dict[str, str]) -> None:
        self.path = path
        self._db = for_writing(path)
        # A run that was killed has stored documents and joined none: the next one makes that good.
        self._changed = self._broken_off()
        self._sync_concepts()
        with self._transaction():
            cursor = self._db.execute(
                "INSERT INTO run (command, arguments, started, versions) VALUES (?, ?, ?, ?)",
                (command, json.dumps(list(arguments)), _now(), json.dumps(versions)),
            )
        self.run = int(cursor.lastrowid or 0)
        self.counts = dict.fromkeys((*Stored, "left_out"), 0)

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All or nothing.

        Raises:
            LibraryBusy: another run is writing.
            CannotUse: the disk is full, or the place is read-only.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield
            self._db.execute("COMMIT")
        except BaseException as error:
            # A full disk ends the transaction by itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise in_words(error, self.path) from error
            raise

    def _broken_off(self) -> bool:
        last = self._db.execute("SELECT ended FROM run ORDER BY id DESC LIMIT 1").fetchone()
        return last is not None and last[0] is None

    def add(self, reading: Reading) -> Stored:
        """Store one document with everything read from it; the same content again writes nothing.

        Raises:
            NotStored: the database does not take this document; nothing of it is there.
        """
        try:
            with self._transaction():
                writer = _Writer(self._db, self.run)
                outcome = writer.document(reading)
                if outcome is not Stored.UNCHANGED:
                    stand_alone(self._db, writer.stored)
        except _NOT_TAKEN as error:
            raise NotStored(f"this could be read and not be stored ({error}).") from error
        if reading.left_out:
            self.counts["left_out"] += 1
        self.counts[outcome] += 1
        self._changed = self._changed or outcome is not Stored.UNCHANGED
        return outcome

    def leave_out(self, error: Unreadable) -> None:
        """Keep what could not be read as a problem of this run."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO problem (run_id, place, what, advice) VALUES (?, ?, ?, ?)",
                (self.run, error.where, error.why, error.do or None),
            )
        self.counts["left_out"] += 1

    def close_run(self, exit_code: int) -> None:
        """Regroup the studies where something changed, and write down how the run went."""
        with self._transaction():
            if self._changed:
                regroup(self._db)
            self._db.execute(
                "UPDATE run SET ended = ?, added = ?, replaced = ?, unchanged = ?, left_out = ?, exit_code = ?, library_digest = ? WHERE id = ?",
                (_now(), *(self.counts[k] for k in (*Stored, "left_out")), exit_code, digest(self._db), self.run),
            )

    def _sync_concepts(self) -> None:
        """The packs' concepts and names as tables, so that questions are understood without the packs."""
        packs = entries()
        print_of_packs = hashlib.sha256(
            repr([(e.id, e.label, e.names, sorted(e.details.items(), key=str)) for e in packs]).encode()
        ).hexdigest()
        known = self._db.execute("SELECT label FROM concept WHERE id = 'counterclaim:packs'").fetchone()
        if known and known[0] == print_of_packs:
            return
        with self._transaction():
            for entry in by_id(packs).values():
                _write_concept(self._db, entry)
            self._db.execute("DELETE FROM concept_name")
            for entry in packs:
                for name in entry.names:
                    self._db.execute(
                        "INSERT OR IGNORE INTO concept_name (name, concept_id, written) VALUES (?, ?, ?)",
                        (normal_name(name), entry.id, name),
                    )
            self._db.execute(
                "INSERT INTO concept (id, kind, label) VALUES ('counterclaim:packs', 'packs', ?) ON CONFLICT (id) DO UPDATE SET label = excluded.label",
                (print_of_packs,),
            )


def digest(db: sqlite3.Connection) -> str:
    """A fingerprint of what the library holds: every document's content, in order of identity."""
    rows = db.execute("SELECT came_as, content_digest, status FROM document ORDER BY came_as, content_digest")
    return hashlib.sha256("\n".join("|".join(map(str, row)) for row in rows).encode()).hexdigest()[:16]


def _write_concept(db: sqlite3.Connection, entry: Entry) -> None:
    d = entry.details
    db.execute(
        "INSERT INTO concept (id, kind, label, broader, better, harm, class, route, cell_source, donor, pack) VALUES (?,?,?,?,?,?,?,?,?,?,?) "
        "ON CONFLICT (id) DO UPDATE SET kind=excluded.kind, label=excluded.label, broader=excluded.broader, better=excluded.better, harm=excluded.harm, "
        "class=excluded.class, route=excluded.route, cell_source=excluded.cell_source, donor=excluded.donor, pack=excluded.pack",
        (entry.id, entry.kind.value, entry.label, d.get("broader"), d.get("better"), int(bool(d.get("harm"))), d.get("class"), d.get("route"),
         d.get("cell_source"), d.get("donor"), entry.pack),
    )  # fmt: skip


def _content(reading: Reading) -> str:
    held = json.dumps([asdict(reading.document) | {"origin": None}, asdict(reading.extraction)], sort_keys=True, default=str)
    return hashlib.sha256(held.encode("utf-8", "surrogatepass")).hexdigest()


class _Writer:
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
        if held is not None and len(rows) == 1 and held["content_digest"] == content:
            return Stored.UNCHANGED
        for other in rows[1:]:
            self._clear(other["id"])
            self._db.execute("DELETE FROM document WHERE id = ?", (other["id"],))
        self._write(reading, content, held)
        return Stored.REPLACED if held is not None else Stored.ADDED

    def _write(self, reading: Reading, content: str, held: sqlite3.Row | None) -> None:
        d, e = reading.document, reading.extraction
        row: dict[str, Any] = {
            "came_as": d.id, "title": d.title, "text": d.text, "sections": json.dumps([[s.name.value, s.start, s.end] for s in d.sections]),
            "year": d.year, "journal": d.journal, "doi": d.identifiers.doi, "pmid": d.identifiers.pmid, "pmcid": d.identifiers.pmcid,
            "read": d.read.value, "report": d.report.value, "level": e.study.level.value, "design": e.study.design, "sample_size": e.study.sample_size,
            "pooled_studies": e.study.studies, "publication_types": json.dumps(d.publication_types), "keywords": json.dumps(d.keywords),
            "mesh": json.dumps(d.mesh), "authors": json.dumps(d.authors), "registry_ids": json.dumps(d.registry_ids),
            "study_registry_ids": json.dumps(e.study.registry_ids), "url": d.url, "origin": d.origin, "format": d.format, "content_digest": content,
            "added_in": held["added_in"] if held else self._run, "changed_in": self._run,
        }  # fmt: skip
        if held is not None:
            self._clear(held["id"])
            sets = ", ".join(f"{k} = ?" for k in row)
            self._db.execute(f"UPDATE document SET {sets} WHERE id = ?", (*row.values(), held["id"]))
            self._document = held["id"]
        else:
            self._document = self._insert("document", row)
        self._parts(reading)

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
        row = self._db.execute(
            "SELECT id FROM evidence WHERE document_id = ? AND start_char = ? AND end_char = ?",
            (self._document, quote.start, quote.end),
        ).fetchone()
        if row:
            return int(row[0])
        return self._insert(
            "evidence", {"document_id": self._document, "start_char": quote.start, "end_char": quote.end, "quote": quote.text}
        )

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
