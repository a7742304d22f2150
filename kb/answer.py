"""The claims that answer a question, by outcome and comparator, with both sides counted: trials and pooled results apart, each study once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kb.answer_notices import count_library, with_notices
from kb.belief import speakers
from kb.chosen import Chosen, LeftOut, against_a_treatment, by_number, choose_most, has_comparisons, narrower
from kb.comparison import COLUMNS, COUNTED, Compared, concepts
from kb.dispute_lines import Among, Kept, WorkedOut, kept_inconsistent
from kb.filters import Filters
from kb.question import Known, Question
from kb.screening import ScreenedOut, screened_out
from kb.two_sides import FIELDS, OTHER_FIELDS
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
        """Whether it is evidence for what was asked: against that comparator, of all who were studied, and neither retracted nor superseded."""
        return self.direct and self.row["status"] in COUNTED and self.compared.is_main

    @property
    def why_not(self) -> str | None:
        """Why it does not count; None where it does."""
        if self.counts:
            return None
        if not self.direct:
            return "not compared with what was asked"
        if self.row["status"] not in COUNTED:
            return str(self.row["status"])
        return f"told of a part of the people: {self.compared.subgroup}" if self.compared.subgroup else "a sensitivity analysis"


@dataclass(frozen=True, slots=True)
class OutcomeAnswer:
    """All claims on one outcome against one sort of comparator. `against` is None where the question itself names the comparator.

    `question`: treatment, harm, prognosis or diagnosis, which are never counted together. `speaking`: of each study that counts, the claim that speaks for it. `intervention` is what is given where the question names none: results of different treatments are never counted together unasked.
    `inconsistent`: reports of one study that tell one result differently.
    """

    outcome: str
    better: str | None
    against: str | None
    intervention: str | None
    question: str
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
    left_out: LeftOut | None = None


def answer(
    db: sqlite3.Connection,
    question: Question,
    filters: Filters = Filters(),  # noqa: B008 - frozen
    as_of: int | None = None,
    most: int | None = None,
) -> Answer:
    """Find, filter, group and count.

    Args:
        db: a library.
        question: what is asked.
        filters: what the answer is restricted to.
        as_of: the run after which nothing is taken into account; None: as it is now.
        most: about so many claims are told, of the headings with the most studies; None: all.
    """
    found, left = choose_most(db, question, filters, as_of, most)
    out = screened_out(db, question)
    gone = {s.document_id for s in out}
    chosen = [c for c in found if c.compared.document_id not in gone]
    claims = _claims(db, question, chosen)
    here = {c.compared.document_id for c in found}
    return Answer(
        question,
        _searched(db) if as_of is None else _searched_then(db, as_of),
        _library(db, as_of),
        tuple(_by_outcome(db, question, claims, exact=as_of is None and has_comparisons(db))),
        filters,
        tuple(s for s in out if s.document_id in here),
        tuple(empty_chairs(db, question, as_of)) if has_comparisons(db) else (),
        () if claims else _near(db, question, filters),
        left,
    )


def _near(db: sqlite3.Connection, question: Question, filters: Filters) -> tuple[str, ...]:
    from kb.nearby import nearby

    def outcomes_of(wider: Question, restricted: bool) -> tuple[list[str], bool]:
        found, left = choose_most(db, wider, filters if restricted else Filters())
        return [str(c.row["outcome"]) for c in _claims(db, wider, found) if c.direct], left is None

    return nearby(question, filters.in_words(), outcomes_of) if has_comparisons(db) else ()


def _claims(db: sqlite3.Connection, question: Question, chosen: Sequence[Chosen]) -> list[AnswerClaim]:
    _with_reported(db, [c.row for c in chosen])
    others = (
        frozenset(narrower(db, question.comparator.id))
        if against_a_treatment(question) and question.comparator
        else frozenset[str]()
    )
    faced = [_facing(question, c, others) for c in chosen]
    direct = [(c, d) for c in faced if (d := answers_directly(question, c.row, c.compared)) is not None]
    with_notices(db, [c.row for c, _ in direct])
    flags = _flags(db, [c.compared.claim_id for c, _ in direct if c.compared.flagged])
    return [AnswerClaim(c.row, c.effect, tuple(flags.get(c.compared.claim_id, ())), d, c.compared) for c, d in direct]


def claims_alone(db: sqlite3.Connection, claims: Iterable[int]) -> list[AnswerClaim]:
    """Single claims as an answer shows them, each as its paper tells it."""
    chosen = by_number(db, claims)
    _with_reported(db, [c.row for c in chosen])
    with_notices(db, [c.row for c in chosen])
    flags = _flags(db, [c.compared.claim_id for c in chosen])
    return [AnswerClaim(c.row, c.effect, tuple(flags.get(c.compared.claim_id, ())), True, c.compared) for c in chosen]


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


def _facing(q: Question, c: Chosen, others: frozenset[str]) -> Chosen:
    """The claim as seen from the side that was asked about: "B against A" answers a question about A with its sides exchanged.

    `others` are the concepts of the treatment that the question names second. Of two ways of giving one product, of which the question names
    none, the first of the alphabet is the intervention: the two tellings of one comparison are then counted on the same sides.
    """
    pair = c.compared.pair
    if pair is None:
        turn = (
            c.compared.intervention_key in others
            and c.compared.comparator_concept is not None
            and c.compared.against.startswith("active:")
        )
        return _turned(c) if turn else c
    left, right = next((one, other) for kind, one, other in q.ways() if kind == pair.kind)
    if left is None and pair.kind == "source" and q.intervention is not None:
        left = q.intervention.cell_source
    if left is None and right is None:
        return c if c.compared == c.compared.in_order() else _turned(c)
    asked_about_other = right == pair.own if right is not None else left == pair.other
    return _turned(c) if asked_about_other else c


def _turned(c: Chosen) -> Chosen:
    """A claim with its sides exchanged. Its printed number is that of the other way round, and is not shown with it."""
    seen = c.compared.turned()
    sides = {name: getattr(seen, name) for name in COLUMNS if name in c.row}
    return Chosen(c.row | sides, seen, None)


def answers_directly(q: Question, row: dict[str, Any], seen: Compared) -> bool | None:
    """True: against what was asked. False: shown beside, as not so compared. None: another comparison altogether."""
    if not all(_in_this_way(q, row, seen, *way) for way in q.ways()):
        return None
    if q.comparator is None:
        return True
    if _is_comparator(q.comparator, row, seen.against):
        return True
    asked_way = any(right for _, _, right in q.ways())
    return False if row["level"] == "pooled" and not asked_way else None


def _in_this_way(q: Question, row: dict[str, Any], seen: Compared, kind: str, left: str | None, right: str | None) -> bool:
    """Whether a claim is about the route, source, donor or dose that the question names on each side."""
    own = row.get(FIELDS[kind])
    if right is None:
        # Of a placebo's route the cells' follows.
        follows = own is None and kind == "route" and seen.against in ("placebo", "sham") and row["versus_route"] == left
        return left is None or own == left or follows
    pair = seen.pair
    if pair is not None and q.comparator is None:
        return pair.kind == kind and pair.other == right and left in (None, pair.own)
    against_it = right in (row.get(OTHER_FIELDS.get(kind, "")), row.get("versus_donor") if kind == "donor" else None)
    against_it = against_it or right in (row["comparator"] or "").lower()
    return against_it and left in (None, own) and (q.comparator is not None or seen.against.startswith("other "))


def _is_comparator(asked: Known, row: dict[str, Any], against: str) -> bool:
    if asked.comparator_class and asked.comparator_class != "active":
        return asked.comparator_class in (row["comparator_class"], against, against.partition(":")[0])
    if asked.label == "control":
        return row["comparator"] is not None and row["comparator"] != "baseline" and not against.startswith("other ")
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
            tuple(r for r in reports if not {r["a_claim"], r["b_claim"]}.isdisjoint(_ids(group))),
        )
        for heading, group in grouped.items()
    ]
    return sorted(found, key=lambda o: (_against_the_wish(q, o), o.question in _NO_TREATMENT, *_first(o)))


#: What goes with an outcome changes nothing about it: it stands behind what does.
_NO_TREATMENT = ("prognosis", "diagnosis", "prevalence")


#: Outcome, which way is better, against what, what is given, and the sort of question.
Heading = tuple[str, str | None, str | None, str | None, str]


def heading_of(db: sqlite3.Connection, q: Question, c: AnswerClaim, labels: dict[str, str]) -> Heading:
    """Under which heading of an answer a claim stands. `labels` keeps what was looked up."""
    better = c.row["better"]
    given = None if q.intervention is not None else _product(db, c.compared, labels)
    return str(c.row["outcome"]), str(better) if better else None, _group(q, c), given, str(c.row["question"])


def _product(db: sqlite3.Connection, c: Compared, labels: dict[str, str]) -> str:
    """What is given, by its usual name; the same product from another tissue is the same."""
    key = c.product or ""
    if key not in labels:
        row = db.execute("SELECT label FROM concept WHERE id = ?", (key,)).fetchone()
        labels[key] = str(row[0]) if row else c.intervention or "an intervention that is not named"
    return labels[key]


def _against_the_wish(q: Question, o: OutcomeAnswer) -> bool:
    """Whether nothing under a heading says what the question wishes for ("what lowers NIHSS"); such headings come later, and are not left out."""
    if q.wish is not None and o.question in _NO_TREATMENT:
        return True
    if q.wish is None or (q.wish in ("lower", "higher") and o.better is None):
        return False
    side = 1 if q.wish in ("better", o.better) else -1
    return not any(c.counts and c.compared.side == side for c in o.claims)


def _ids(group: Iterable[AnswerClaim]) -> frozenset[int]:
    return frozenset(c.compared.claim_id for c in group if c.counts)


def _group(q: Question, c: AnswerClaim) -> str | None:
    """The sort of comparator, which is never mixed with another unless the question names what it wants compared."""
    if q.comparator is not None or any(right for _, _, right in q.ways()):
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


def _searched_then(db: sqlite3.Connection, run: int) -> dict[str, int]:
    """What there was to find when a run had ended: as it was counted then; where no run until then kept its counts, what can still be counted."""
    kept = (
        db.execute("SELECT name, value, max(run_id) FROM run_count WHERE run_id <= ? GROUP BY name", (run,)).fetchall()
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'run_count'").fetchone()
        else []
    )
    if kept:
        return {row["name"]: row["value"] for row in kept}
    here = "added_in <= :run AND (deleted_in IS NULL OR deleted_in > :run)"
    studies = f"SELECT count(DISTINCT sd.study_id) FROM study_document sd JOIN document d ON d.id = sd.document_id WHERE {here} AND d.level = :level"
    by_level = {
        name: db.execute(studies, {"run": run, "level": level}).fetchone()[0]
        for name, level in (("trials", "trial"), ("pooled", "pooled"))
    }
    documents = db.execute(f"SELECT count(*) FROM document WHERE {here}", {"run": run}).fetchone()[0]
    claims = db.execute(
        f"SELECT count(*) FROM claim WHERE document_id IN (SELECT id FROM document WHERE {here})", {"run": run}
    ).fetchone()[0]
    return {"documents": documents, **by_level, "claims": claims, "deleted": 0, "retracted": 0}


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
        "searches": _searches(db, None if as_of is None else str(row["ended"])),
    }


def _searches(db: sqlite3.Connection, until: str | None) -> list[dict[str, object]]:
    """The saved searches behind the library: what was asked where, since when, and when it was last answered in full; null where that was after `until`."""
    if not has_comparisons(db):
        return []
    rows = db.execute(
        "SELECT name, source, query, since, watermark AS last_answered FROM search WHERE name <> '' ORDER BY name, source"
    )
    found = [dict(row) for row in rows]
    return [f | {"last_answered": None} if until and str(f["last_answered"] or "") > until else f for f in found]


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
