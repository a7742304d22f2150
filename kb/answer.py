"""The claims that answer a question, by outcome and comparator, with both sides counted: trials and pooled results apart, each study once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kb.answer_notices import count_library, with_notices
from kb.belief import speakers
from kb.chosen import Chosen, choose, has_comparisons, narrower, two_treatments
from kb.comparison import COUNTED, Compared, concepts
from kb.dispute_lines import Among, Kept, WorkedOut, kept_inconsistent
from kb.filters import Filters
from kb.question import Known, Question
from kb.screening import ScreenedOut, screened_out
from kb.unreported import EmptyChair, empty_chairs

#: What reports a study at second hand.
SECOND_HAND = frozenset({"news", "web_page", "digest"})


@dataclass(frozen=True, slots=True)
class AnswerClaim:
    """One claim with what an answer shows of it. `direct`: it is against the comparator that was asked for."""

    row: dict[str, Any]
    effect: dict[str, Any] | None
    flags: tuple[str, ...]
    direct: bool
    compared: Compared

    @property
    def counts(self) -> bool:
        """Whether it is evidence for what was asked: against that comparator, and neither retracted nor superseded."""
        return self.direct and self.row["status"] in COUNTED


@dataclass(frozen=True, slots=True)
class OutcomeAnswer:
    """All claims on one outcome against one sort of comparator. `against` is None where the question itself names the comparator.

    `speaking`: of each study that counts, the claim that speaks for it. `intervention` is what is given where the question names none: results of different treatments are never counted together unasked.
    `inconsistent`: reports of one study that tell one result differently.
    """

    outcome: str
    better: str | None
    against: str | None
    intervention: str | None
    claims: tuple[AnswerClaim, ...]
    speaking: tuple[Compared, ...]
    disputes: Among = Among()
    inconsistent: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, what was searched, and what was found."""

    question: Question
    searched: dict[str, int]
    library: dict[str, object]
    outcomes: tuple[OutcomeAnswer, ...]
    filters: Filters = Filters()
    screened_out: tuple[ScreenedOut, ...] = ()
    empty_chairs: tuple[EmptyChair, ...] = ()
    near: tuple[str, ...] = ()


def answer(db: sqlite3.Connection, question: Question, filters: Filters = Filters(), as_of: int | None = None) -> Answer:  # noqa: B008 - frozen
    """Find, filter, group and count.

    Args:
        db: a library.
        question: what is asked.
        filters: what the answer is restricted to.
        as_of: the run after which nothing is taken into account; None: as it is now.
    """
    found = choose(db, question, filters, as_of)
    out = screened_out(db, question)
    gone = {s.document_id for s in out}
    chosen = [c for c in found if c.compared.document_id not in gone]
    claims = _claims(db, question, chosen)
    here = {c.compared.document_id for c in found}
    return Answer(
        question,
        _searched(db),
        _library(db, as_of),
        tuple(_by_outcome(db, question, claims, exact=as_of is None and has_comparisons(db))),
        filters,
        tuple(s for s in out if s.document_id in here),
        tuple(empty_chairs(db, question)) if has_comparisons(db) else (),
        () if claims else _near(db, question),
    )


def _near(db: sqlite3.Connection, question: Question) -> tuple[str, ...]:
    from kb.nearby import nearby

    def outcomes_of(wider: Question) -> list[str]:
        return [str(c.row["outcome"]) for c in _claims(db, wider, choose(db, wider, Filters())) if c.direct]

    return nearby(question, outcomes_of) if has_comparisons(db) else ()


def _claims(db: sqlite3.Connection, question: Question, chosen: Sequence[Chosen]) -> list[AnswerClaim]:
    _with_reported(db, [c.row for c in chosen])
    others = (
        frozenset(narrower(db, question.comparator.id)) if two_treatments(question) and question.comparator else frozenset[str]()
    )
    faced = [_facing(question, c, others) for c in chosen]
    direct = [(c, d) for c in faced if (d := answers_directly(question, c.row, c.compared.against)) is not None]
    with_notices(db, [c.row for c, _ in direct])
    flags = _flags(db, [c.compared.claim_id for c, _ in direct if c.compared.flagged])
    return [AnswerClaim(c.row, c.effect, tuple(flags.get(c.compared.claim_id, ())), d, c.compared) for c, d in direct]


def _with_reported(db: sqlite3.Connection, rows: list[dict[str, Any]]) -> None:
    """A retelling without an address of its own is linked to what it tells of."""
    nameless = [row for row in rows if not any(row[k] for k in ("doi", "pmid", "pmcid"))]
    listed = json.dumps(sorted({row["document_id"] for row in nameless}))
    told = {
        row["document_id"]: row
        for row in db.execute(
            "SELECT document_id, doi, pmid, pmcid FROM document_reports_on WHERE position = 0 AND document_id IN (SELECT value FROM json_each(?))",
            (listed,),
        )
    }
    for row in nameless:
        if row["document_id"] in told:
            row |= {k: told[row["document_id"]][k] for k in ("doi", "pmid", "pmcid")}


_TURNED = {"favours_intervention": "favours_comparator", "favours_comparator": "favours_intervention"}


def _facing(q: Question, c: Chosen, others: frozenset[str]) -> Chosen:
    """The claim as seen from the side that was asked about: "B against A" answers a question about A with its sides exchanged.

    `others` are the concepts of the treatment that the question names second.
    """
    row = c.row
    if c.compared.intervention_key in others and row["comparator_concept"] is not None and q.comparator is not None:
        sides = {"intervention": row["comparator"], "comparator": row["intervention"], "comparator_concept": q.comparator.id}
        return _turned(c, sides | {"route": row["versus_route"], "versus_route": row["route"]})
    for asked, own, other in ((q.route, "route", "versus_route"), (q.cell_source, "cell_source", "versus_cell_source")):
        # Where the other arm's route was not read, its words may yet tell it.
        named = row[other] or (asked if asked and asked in (row["comparator"] or "").lower() else None)
        if asked and row[own] != asked and named == asked:
            side = f"{row['intervention']} ({row[own]})" if row[own] else row["intervention"]
            return _turned(c, {own: asked, other: row[own], "comparator": side})
    return c


def _turned(c: Chosen, sides: dict[str, Any]) -> Chosen:
    """A claim with its sides exchanged. Its printed number is that of the other way round, and is not shown with it."""
    turned = {k: _TURNED.get(str(c.row[k]), c.row[k]) for k in ("direction", "point_direction")}
    yi = None if c.compared.yi is None else -c.compared.yi
    seen = replace(c.compared, direction=turned["direction"], point_direction=turned["point_direction"], yi=yi)
    return Chosen(c.row | turned | sides, seen, None)


def answers_directly(q: Question, row: dict[str, Any], against: str) -> bool | None:
    """True: against what was asked. False: shown beside, as not so compared. None: another comparison altogether."""
    asked = [x for x in (q.comparator_route, q.comparator_source, q.comparator_donor) if x]
    if q.comparator is None and not asked:
        return True
    if asked:
        there = f"{row['versus_route']} {row['versus_cell_source']} {row['versus_donor']} {row['comparator']} {row['route']}"
        if not all(a in there for a in asked):
            return None
        return True if q.comparator is None or _is_comparator(q.comparator, row, against) else None
    if _is_comparator(q.comparator, row, against):
        return True
    return False if row["level"] == "pooled" else None


def _is_comparator(asked: Known | None, row: dict[str, Any], against: str) -> bool:
    if asked is None:
        return False
    if asked.comparator_class and asked.comparator_class != "active":
        return asked.comparator_class in (row["comparator_class"], against)
    if asked.label == "control":
        return row["comparator"] is not None and row["comparator"] != "baseline"
    return asked.id in (row["comparator_concept"],) or asked.label == row["comparator"]


def _flags(db: sqlite3.Connection, claims: list[int]) -> dict[int, list[str]]:
    """What the audit of their numbers says against claims."""
    flags: dict[int, list[str]] = {}
    found = db.execute(
        "SELECT DISTINCT ce.claim_id, a.check_name, a.detail FROM claim_effect ce JOIN audit_finding a ON a.effect_id = ce.effect_id "
        "WHERE a.verdict = 'inconsistent' AND ce.claim_id IN (SELECT value FROM json_each(?)) ORDER BY ce.claim_id, a.check_name",
        (json.dumps(claims),),
    )
    for claim, check, detail in found:
        flags.setdefault(claim, []).append(f"{check}: {detail}")
    return flags


def _by_outcome(db: sqlite3.Connection, q: Question, claims: Iterable[AnswerClaim], exact: bool) -> list[OutcomeAnswer]:
    """Grouped by outcome, polarity, comparator and what is given. `exact`: the kept disputes are those of these claims; else they are worked out."""
    grouped: dict[Heading, list[AnswerClaim]] = {}
    labels: dict[str, str] = {}
    counting: list[Compared] = []
    for c in claims:
        grouped.setdefault(heading_of(db, q, c, labels), []).append(c)
        counting += [c.compared] if c.counts else []
    disputes = Kept(db, counting) if exact else WorkedOut(counting, concepts(db))
    reports = kept_inconsistent(db, [c.claim_id for c in counting]) if exact else ()
    found = [
        OutcomeAnswer(
            *heading,
            tuple(group),
            tuple(speakers(c.compared for c in group if c.counts)),
            disputes.of(_ids(group)),
            tuple(r for r in reports if r["a_claim"] in _ids(group)),
        )
        for heading, group in grouped.items()
    ]
    return sorted(found, key=lambda o: (_against_the_wish(q, o), *_first(o)))


#: Outcome, which way is better, against what, what is given.
Heading = tuple[str, str | None, str | None, str | None]


def heading_of(db: sqlite3.Connection, q: Question, c: AnswerClaim, labels: dict[str, str]) -> Heading:
    """Under which heading of an answer a claim stands. `labels` keeps what was looked up."""
    better = c.row["better"]
    given = None if q.intervention is not None else _product(db, c.compared, labels)
    return str(c.row["outcome"]), str(better) if better else None, _group(q, c), given


def _product(db: sqlite3.Connection, c: Compared, labels: dict[str, str]) -> str:
    """What is given, by its usual name; the same product from another tissue is the same."""
    key = c.product or ""
    if key not in labels:
        row = db.execute("SELECT label FROM concept WHERE id = ?", (key,)).fetchone()
        labels[key] = str(row[0]) if row else c.intervention or "an intervention that is not named"
    return labels[key]


def _against_the_wish(q: Question, o: OutcomeAnswer) -> bool:
    """Whether nothing under a heading says what the question wishes for ("what lowers NIHSS"); such headings come later, and are not left out."""
    if q.wish is None or (q.wish in ("lower", "higher") and o.better is None):
        return False
    side = 1 if q.wish in ("better", o.better) else -1
    return not any(c.counts and c.compared.side == side for c in o.claims)


def _ids(group: Iterable[AnswerClaim]) -> frozenset[int]:
    return frozenset(c.compared.claim_id for c in group if c.counts)


def _group(q: Question, c: AnswerClaim) -> str | None:
    """The sort of comparator, which is never mixed with another unless the question names what it wants compared."""
    if q.comparator is not None or q.comparator_route or q.comparator_source or q.comparator_donor:
        return None
    return against_in_words(c.compared)


def against_in_words(c: Compared) -> str:
    """What a claim is compared with, as a heading has it.

    >>> from kb.comparison import COLUMNS
    >>> against_in_words(Compared(**{**dict.fromkeys(COLUMNS), "against": "baseline"}))
    'their own baseline'
    """
    if c.against == "baseline":
        return "their own baseline"
    if not c.against:
        return "nobody"
    if c.against == "control":
        return "a control that is not specified"
    return c.comparator or c.against if ":" in c.against else c.against


def _first(o: OutcomeAnswer) -> tuple[object, ...]:
    return (
        -len({c.row["study_id"] for c in o.claims if c.direct}),
        not any(c.direct for c in o.claims),
        o.outcome.lower(),
        o.against or "",
    )


def _searched(db: sqlite3.Connection) -> dict[str, int]:
    """What there was to find. Documents that no source answers for any more are not searched; retracted ones are, and are not counted."""
    if has_comparisons(db):
        kept = dict(db.execute("SELECT name, value FROM library_count WHERE name <> 'history_since'").fetchall())
        if kept and db.execute("SELECT 1 FROM stale").fetchone() is None:
            return kept
    return count_library(db)


def _library(db: sqlite3.Connection, as_of: int | None) -> dict[str, object]:
    row = db.execute(
        "SELECT id, ended, versions, library_digest FROM run WHERE ended IS NOT NULL AND id <= coalesce(?, id) ORDER BY id DESC LIMIT 1",
        (as_of,),
    ).fetchone()
    if row is None:
        return {"digest": None, "as_of": None, "last_refresh": None, "versions": {}, "searches": []}
    refreshed = db.execute(
        "SELECT ended FROM run WHERE command = 'refresh' AND ended IS NOT NULL AND id <= ? ORDER BY id DESC LIMIT 1", (row["id"],)
    ).fetchone()
    return {
        "digest": row["library_digest"],
        "as_of": row["id"],
        # A library that was never refreshed is as fresh as what was last added to it.
        "last_refresh": (refreshed or row)["ended"],
        "versions": json.loads(row["versions"]),
        "searches": _searches(db),
    }


def _searches(db: sqlite3.Connection) -> list[dict[str, object]]:
    """The saved searches behind the library: what was asked where, since when, and when it was last answered in full."""
    if not has_comparisons(db):
        return []
    rows = db.execute(
        "SELECT name, source, query, since, watermark AS last_answered FROM search WHERE name <> '' ORDER BY name, source"
    )
    return [dict(row) for row in rows]


def link(row: dict[str, Any]) -> str | None:
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
