"""From an answer to rows that can be pooled. Each row is one printed contrast, or one made of two arms; what cannot be pooled stays, with the reason."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from kb.answer import SECOND_HAND, Answer, AnswerClaim, OutcomeAnswer, link
from kb.arm_pairs import Arms, ArmValue, from_arms
from kb.conversions import Derived, from_interval, from_p, from_se
from kb.refusals import NotConvertible, Reason

#: Measures of a contrast that are pooled by inverse variance.
POOLED_MEASURES = ("MD", "SMD", "RR", "OR", "RD", "HR", "IRR")
#: Arms' own values, of which a contrast can be made.
_OF_ARMS = ("PROPORTION", "COUNT", "MEAN", "MEAN_CHANGE")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row is not pooled: the word, and the sentence."""

    reason: Reason
    detail: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


@dataclass(frozen=True, slots=True)
class Row:
    """One contrast of an answer. `est` and its companions are as printed; `derived` is what we made of them, and is never printed anywhere.

    `refusals` is empty where the row can be pooled. Rows of one study are dependent; so are rows with one `shared_control_id`.
    """

    row_id: str
    study_id: int
    study: str
    document: str
    document_id: int
    claim_id: int
    effect_id: int | None
    year: int | None
    pmid: str | None
    doi: str | None
    nct_id: str | None
    url: str | None
    level: str
    report: str
    population: str | None
    intervention: str | None
    comparator: str | None
    route: str | None
    cell_source: str | None
    donor: str | None
    dose: str | None
    outcome: str
    better: str | None
    timepoint_days: float | None
    design: str | None
    subgroup: str | None
    arm1_id: int | None
    arm2_id: int | None
    direction: str
    measure: str
    kind: str | None
    unit: str | None
    est: float | None
    est_lb: float | None
    est_ub: float | None
    ci_level: float | None
    pval: float | None
    pval_op: str | None
    ni: int | None
    confidence: float | None
    status: str
    source_section: str | None
    quote: str
    derived: Derived | None
    arms: Arms | None = None
    refusals: tuple[Refusal, ...] = ()
    shared_control_id: str | None = None
    review_status: str | None = None

    @property
    def poolable(self) -> bool:
        """Whether it has an effect size and nothing stands against it."""
        return self.derived is not None and not self.refusals

    @property
    def refused(self) -> str | None:
        """All that stands against it, in words."""
        return "; ".join(str(r) for r in self.refusals) or None


def rows(db: sqlite3.Connection, found: Answer) -> tuple[Row, ...]:
    """All rows of an answer in its order; an outcome's claims without any number give a row that says so."""
    return tuple(row for outcome in found.outcomes for row in rows_of(db, outcome))


def rows_of(db: sqlite3.Connection, outcome: OutcomeAnswer) -> tuple[Row, ...]:
    """The rows of one outcome."""
    numbers = _effects(db, [_claim_id(c) for c in outcome.claims])
    turned = _turned(db, outcome)
    made: list[Row] = []
    seen: set[tuple[object, ...]] = set()
    for claim in outcome.claims:
        for row in _rows_of(claim, numbers.get(_claim_id(claim), [])):
            if _claim_id(claim) in turned:
                row = replace(row, refusals=(*row.refusals, Refusal(Reason.OTHER_SIDE, "turn the question round to pool it")))
            key = (row.effect_id,) if row.effect_id is not None else (row.document_id, row.claim_id)
            if key not in seen:
                seen.add(key)
                made.append(row)
    # A claim that repeats, without a number, what another claim of its document gives a number for, adds nothing.
    told = {(r.document_id, r.timepoint_days) for r in made if r.effect_id is not None}
    kept = [r for r in made if r.effect_id is not None or (r.document_id, r.timepoint_days) not in told]
    return tuple(_with_shared_controls(kept))


_SIDES = ("intervention", "comparator", "route", "cell_source")


def _turned(db: sqlite3.Connection, outcome: OutcomeAnswer) -> frozenset[int]:
    """The claims that the answer shows with their sides exchanged. Their printed numbers are those of the other way round.

    Told by the stored claim itself, and not by a mark of the answer: a number with the wrong sign must never be pooled.
    """
    ids = json.dumps([_claim_id(c) for c in outcome.claims])
    sql = f"SELECT claim_id, {', '.join(_SIDES)} FROM claim_in_full WHERE claim_id IN (SELECT value FROM json_each(?))"
    stored = {row[0]: tuple(row)[1:] for row in db.execute(sql, (ids,))}
    return frozenset(_claim_id(c) for c in outcome.claims if stored[_claim_id(c)] != tuple(c.row[k] for k in _SIDES))


def _claim_id(claim: AnswerClaim) -> int:
    return int(str(claim.row["claim_id"]))


_COLUMNS = """
  e.*, o.label AS outcome, ev.quote AS effect_quote, ev.start_char, d.sections, a.n AS arm_n, a.dose, v.n AS versus_n,
  (SELECT json_group_object(field, printed) FROM printed_number p WHERE p.effect_id = e.id) AS printed,
  (SELECT json_group_array(json_array(check_name, detail)) FROM audit_finding f WHERE f.effect_id = e.id AND verdict = 'inconsistent') AS flags
"""
_JOINED = """
  JOIN evidence ev ON ev.id = e.evidence_id JOIN document d ON d.id = e.document_id
  JOIN outcome o ON o.id = e.outcome_id LEFT JOIN arm a ON a.id = e.arm_id LEFT JOIN arm v ON v.id = e.versus_id
"""
_EFFECTS = (
    f"SELECT ce.claim_id, {_COLUMNS} FROM claim_effect ce JOIN effect e ON e.id = ce.effect_id {_JOINED} "
    "WHERE ce.claim_id IN (SELECT value FROM json_each(?)) ORDER BY ce.claim_id, ce.position"
)
#: Values of the arms that a claim does not name, since it rests on a p value: of its outcome, and at its time.
_OF_ITS_ARMS = (
    f"SELECT c.id AS claim_id, {_COLUMNS} FROM claim c JOIN effect e ON e.document_id = c.document_id AND e.outcome_id = c.outcome_id {_JOINED} "
    "WHERE c.id IN (SELECT value FROM json_each(?)) AND e.whose IN ('intervention', 'comparator') AND (c.time_days IS NULL OR e.time_days IS c.time_days) "
    "ORDER BY c.id, e.position"
)
#: A sentence that speaks of some of the people: how many they are, the size of the arm does not tell.
_OF_A_PART = re.compile(
    r"\b(subsets?|subgroups?|sub-?populations?|among (?:those|patients|participants)|completers?|responders|in those|per[- ]protocol)\b",
    re.IGNORECASE,
)
_DESIGNS = (
    (
        re.compile(r"cross-?over", re.IGNORECASE),
        Reason.CROSSOVER,
        "the same people stand in both arms, and how alike their values are is not printed",
    ),
    (re.compile(r"cluster", re.IGNORECASE), Reason.CLUSTER, "people of one cluster are alike, and how much so is not printed"),
)
Effects = list[dict[str, Any]]


def _effects(db: sqlite3.Connection, claims: list[int]) -> dict[int, Effects]:
    """The effects that claims rest on; where these hold no estimate of a contrast, with the values of the arms beside them."""
    found = _read(db, _EFFECTS, claims)
    bare = [c for c in claims if not any(e["whose"] == "difference" and e["estimate"] is not None for e in found.get(c, []))]
    for claim, beside in _read(db, _OF_ITS_ARMS, bare).items():
        there = {e["id"] for e in found[claim]}
        found[claim] += [e for e in beside if e["id"] not in there]
    return found


def _read(db: sqlite3.Connection, sql: str, claims: list[int]) -> dict[int, Effects]:
    found: dict[int, Effects] = defaultdict(list)
    cursor = db.execute(sql, (json.dumps(claims),))
    names = [column[0] for column in cursor.description]
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        found[row["claim_id"]].append(row | {"printed": json.loads(row["printed"]), "flags": json.loads(row["flags"])})
    return found


def _rows_of(claim: AnswerClaim, effects: Effects) -> list[Row]:
    contrasts = [e for e in effects if e["whose"] == "difference"]
    with_number = [e for e in contrasts if e["estimate"] is not None]
    if with_number:
        return [_of_contrast(claim, e) for e in with_number]
    pair = _pair(effects)
    if pair is not None:
        return [_of_pair(claim, *pair)]
    rest = contrasts or effects
    return [_of_one(claim, rest[0])] if rest else [_without_number(claim)]


def _pair(effects: Effects) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The first two arms' own values that are of one kind, one of each side."""
    for one in effects:
        for two in effects:
            sides = (one["whose"], two["whose"]) == ("intervention", "comparator")
            alike = all(one[k] == two[k] for k in ("measure", "outcome", "time_days", "subgroup", "unit"))
            if sides and alike and one["measure"] in _OF_ARMS:
                return one, two
    return None


def _of_contrast(claim: AnswerClaim, e: dict[str, Any]) -> Row:
    against = _against(claim, e)
    derived = None
    try:
        derived = _derived(e, claim.row["level"] == "trial")
    except NotConvertible as error:
        against.append(Refusal(error.reason, error.detail))
    return replace(_row(claim, e), derived=derived, refusals=tuple(against))


def _of_pair(claim: AnswerClaim, one: dict[str, Any], two: dict[str, Any]) -> Row:
    against = list(dict.fromkeys(_against(claim, one) + _against(claim, two)))
    row = replace(_row(claim, one), arm2_id=two["arm_id"] or two["versus_id"], quote=_quotes(one, two))
    row = replace(row, est=None, est_lb=None, est_ub=None, ci_level=None, pval=None, pval_op=None)
    try:
        arms = from_arms(_arm_value(one), _arm_value(two))
    except NotConvertible as error:
        return replace(row, measure="", refusals=(*against, Refusal(error.reason, error.detail)))
    if any("people of the arm" in a for a in arms.derived.assumptions) and (part := _OF_A_PART.search(row.quote)):
        against.append(
            Refusal(Reason.DENOMINATOR, f'"{part[0]}": the sentence speaks of a part of the arms, and does not say of how many')
        )
    # What a paper prints of a contrast takes the design into account, or is its own fault; what we make of two arms must not ignore it.
    against += [
        Refusal(reason, detail) for pattern, reason, detail in _DESIGNS if pattern.search(f"{row.design} {claim.row['title']}")
    ]
    people = sum(int(a.total if hasattr(a, "total") else a.n) for a in (arms.one, arms.two))
    return replace(row, measure=arms.derived.measure, ni=people, derived=arms.derived, arms=arms, refusals=tuple(against))


def _arm_value(e: dict[str, Any]) -> ArmValue:
    return ArmValue(
        e["measure"], e["estimate"], e["unit"], e["events"], e["total"], e["n"], e["arm_n"], e["sd"], e["se"],
        e["ci_low"], e["ci_high"], e["ci_level"], e["iqr_low"], e["iqr_high"], _places(e, "estimate"),
    )  # fmt: skip


def _quotes(one: dict[str, Any], two: dict[str, Any]) -> str:
    return (
        str(one["effect_quote"])
        if one["effect_quote"] == two["effect_quote"]
        else f"{one['effect_quote']} […] {two['effect_quote']}"
    )


def _of_one(claim: AnswerClaim, e: dict[str, Any]) -> Row:
    """A number that is no contrast: one arm's own, or a bare p value."""
    if e["whose"] == "difference":
        why = Refusal(Reason.NO_ESTIMATE, "a p value without an estimate")
    else:
        why = Refusal(Reason.SINGLE_ARM, "the number is of one side alone")
    return replace(_row(claim, e), refusals=(*_against(claim, e), why))


def _without_number(claim: AnswerClaim) -> Row:
    row = _row(claim, {})
    return replace(
        row, refusals=(*_against(claim, {}), Refusal(Reason.NO_ESTIMATE, "the text read gives a direction and no number"))
    )


def _against(claim: AnswerClaim, e: dict[str, Any]) -> list[Refusal]:
    """What stands against a row whatever its numbers are: gravest first."""
    r = claim.row
    found = [
        Refusal(Reason.SIGN if check == "sign_against_words" else Reason.AUDIT, f"{check}, {detail}" if detail else check)
        for check, detail in e.get("flags", ())
    ]
    baseline = r["comparator"] == "baseline" or e.get("kind") == "pre_post"
    stands = (
        (r["status"] == "retracted", Reason.RETRACTED, "so its publisher or a notice says"),
        (
            r["level"] == "pooled",
            Reason.ALREADY_POOLED,
            "a pooled analysis reports it; it stands beside trials and never among them",
        ),
        (r["level"] not in ("pooled", "trial"), Reason.NOT_A_TRIAL, str(r["design"] or "no controlled trial")),
        (str(r["report"]) in SECOND_HAND, Reason.SECOND_HAND, f"told by a {str(r['report']).replace('_', ' ')}"),
        (not claim.direct, Reason.OTHER_COMPARATOR, f"against {r['comparator'] or 'none that is named'}"),
        (baseline, Reason.BEFORE_AFTER, ""),
        (bool(e.get("subgroup")), Reason.SUBGROUP, str(e.get("subgroup"))),
    )
    first = [Refusal(reason, detail) for holds, reason, detail in stands[:1] if holds]
    return first + found + [Refusal(reason, detail) for holds, reason, detail in stands[1:] if holds]


def _derived(e: dict[str, Any], parallel: bool) -> Derived:
    """The effect size of a printed contrast: from its interval, else its standard error, else its exact p value."""
    measure, estimate = str(e["measure"]), float(e["estimate"])
    if measure not in POOLED_MEASURES:
        raise NotConvertible(Reason.MEASURE, f"{measure}; pooled are {', '.join(POOLED_MEASURES)}")
    # Only of a trial's own contrast are two arms known; a pooled result is read with the normal quantile.
    n1, n2 = (e["arm_n"], e["versus_n"]) if parallel else (None, None)
    made: Derived
    if e["ci_low"] is not None and e["ci_high"] is not None:
        decimals = tuple(_places(e, name) for name in ("estimate", "ci_low", "ci_high"))
        known = (decimals[0], decimals[1], decimals[2]) if None not in decimals else None
        made = from_interval(
            measure, estimate, e["ci_low"], e["ci_high"], level=_level(e), n1=n1, n2=n2, decimals=known  # type: ignore[arg-type]
        )  # fmt: skip
        if e["ci_level"] is None:
            made = replace(made, assumptions=(*made.assumptions, "the interval is of 95%, which is not printed"))
    elif e["se"] is not None:
        made = from_se(measure, estimate, e["se"])
    elif e["p_value"] is not None:
        made = from_p(measure, estimate, e["p_value"], e["p_operator"] or "=", n1=n1, n2=n2)
    else:
        raise NotConvertible(Reason.INTERVAL_MISSING, f"{measure} {estimate:g} stands alone")
    return _as_fraction(made) if measure == "RD" and e["unit"] == "%" else made


def _level(e: dict[str, Any]) -> float:
    return 95.0 if e["ci_level"] is None else float(e["ci_level"])


def _as_fraction(d: Derived) -> Derived:
    return replace(d, yi=d.yi / 100, vi=d.vi / 1e4, derivation=f"{d.derivation}; per cent divided by 100")


def _places(e: dict[str, Any], field: str) -> int | None:
    """Decimals of a number as printed; None where its print is not kept."""
    printed = e["printed"].get(field)
    if printed is None or "e" in printed.lower():
        return None
    return len(printed.replace("·", ".").replace(",", ".").partition(".")[2].strip())


def _row(claim: AnswerClaim, e: dict[str, Any]) -> Row:
    """Everything but the effect size."""
    r = claim.row
    place = f"e{e['position']}" if e else f"c{r['claim_id']}"
    return Row(
        row_id=f"{r['document']}:{place}", study_id=int(str(r["study_id"])), study=str(r["study"]), document=str(r["document"]),
        document_id=int(str(r["document_id"])), claim_id=_claim_id(claim), effect_id=e.get("id"), year=_int(r["year"]), pmid=_text(r["pmid"]),
        doi=_text(r["doi"]), nct_id=str(r["study"]) if str(r["study"]).startswith("NCT") else None, url=link(r), level=str(r["level"]),
        report=str(r["report"]), population=_text(r["condition"]), intervention=_text(r["intervention"]), comparator=_text(r["comparator"]),
        route=_text(r["route"]), cell_source=_text(r["cell_source"]), donor=_text(r["donor"]), dose=e.get("dose"), outcome=str(r["outcome"]),
        better=_text(r["better"]), timepoint_days=e.get("time_days", r["time_days"]), design=_text(r["design"]), subgroup=e.get("subgroup"),
        arm1_id=e.get("arm_id"), arm2_id=e.get("versus_id"), direction=str(r["direction"]), measure=str(e.get("measure") or ""),
        kind=e.get("kind"), unit=e.get("unit"), est=e.get("estimate"), est_lb=e.get("ci_low"), est_ub=e.get("ci_high"),
        ci_level=e.get("ci_level"), pval=e.get("p_value"), pval_op=e.get("p_operator"), ni=e.get("n") or _int(r["sample_size"]),
        confidence=e.get("confidence", r["confidence"]), status=str(r["status"]), source_section=_section(e),
        quote=str(e.get("effect_quote") or r["quote"]), derived=None,
    )  # fmt: skip


def _int(value: object) -> int | None:
    return None if value is None else int(str(value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _section(e: dict[str, Any]) -> str | None:
    """The section of the document that the number stands in."""
    start = e.get("start_char")
    if start is None:
        return None
    within = [name for name, first, last in json.loads(e["sections"]) if first <= start < last]
    return str(within[-1]) if within else None


def _with_shared_controls(made: Iterable[Row]) -> list[Row]:
    """Rows whose comparator also serves another arm, at the same time, name that comparator."""
    found = list(made)
    arms: dict[tuple[object, ...], set[int | None]] = defaultdict(set)
    for row in found:
        if row.arm2_id is not None:
            arms[row.document_id, row.arm2_id, row.timepoint_days].add(row.arm1_id)
    return [
        replace(r, shared_control_id=f"{r.document}:a{r.arm2_id}")
        if r.arm2_id is not None and len(arms[r.document_id, r.arm2_id, r.timepoint_days]) > 1
        else r
        for r in found
    ]
