"""From an answer to rows that can be pooled. Each row is one printed contrast, or one made of two arms; what cannot be pooled stays, with the reason."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kb.answer import Answer, AnswerClaim, OutcomeAnswer, link
from kb.arm_pairs import Arms
from kb.conversions import Derived
from kb.moments import SUSPICIOUS_RATIO, suspicious_sd
from kb.naming import Naming, other_treatment, told_round, unclear_whose
from kb.own_values import Group, Made, groups_of, made_of
from kb.printed import Effect, Sides, claim_id, effects_of, placed, sides_of, with_printed
from kb.printed_contrasts import POOLED_MEASURES, contrast_derived, turned_round
from kb.refusals import NotConvertible, Reason, Refusal
from kb.standing_against import against
from kb.wording import Worded, against_words, better_number, in_per_cent

__all__ = ["POOLED_MEASURES", "Refusal", "Row", "rows", "rows_of"]


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
    ni: float | None
    confidence: float | None
    status: str
    source_section: str | None
    quote: str
    derived: Derived | None
    arms: Arms | None = None
    refusals: tuple[Refusal, ...] = ()
    shared_control_id: str | None = None
    review_status: str | None = None
    #: The printed numbers as a person knows them again, where they are not one estimate with its interval.
    numbers: str | None = None

    @property
    def poolable(self) -> bool:
        """Whether it has an effect size and nothing stands against it."""
        return self.derived is not None and not self.refusals

    @property
    def refused(self) -> str | None:
        """All that stands against it, in words."""
        return "; ".join(str(r) for r in self.refusals) or None


def rows(db: sqlite3.Connection, found: Answer) -> tuple[Row, ...]:
    """All rows of an answer in its order, with those of comparisons that are printed and not claimed."""
    return tuple(row for outcome in with_printed(db, found).outcomes for row in rows_of(db, outcome))


def rows_of(db: sqlite3.Connection, outcome: OutcomeAnswer) -> tuple[Row, ...]:
    """The rows of one outcome: every number of its comparisons, and every claim; a claim without any number gives a row that says so."""
    claims = outcome.claims
    sides = sides_of(db, claims)
    effects = effects_of(db, claims, sides)
    homes = _homes(claims, sides, effects)
    placed(db, effects)
    naming = Naming(db, [e for of in effects.values() for e in of])
    made: list[Row] = []
    moved = {c for of in effects.values() for e in of for c in e["claims"]}
    for claim in claims:
        number = claim_id(claim)
        if number in moved and number not in homes:
            # All numbers that it rests on are of other arms, and stand with these.
            continue
        found = _Claim(claim, sides[number], naming).rows(homes.get(number, []))
        if sides[number].turned:
            why = Refusal(Reason.OTHER_SIDE, "turn the question round to pool it")
            found = [replace(r, refusals=(*r.refusals, why)) for r in found]
        made += found
    return tuple(_with_suspicion(_with_shared_controls(_said_again(made))))


#: An effect, and whether it is of the arms that the claim compares.
_Home = tuple[Effect, bool]


def _homes(claims: Sequence[AnswerClaim], sides: dict[int, Sides], effects: dict[int, list[Effect]]) -> dict[int, list[_Home]]:
    """Each effect under the one claim whose arms, outcome and time it is of; one that a claim rests on and that is of other arms stands there as such."""
    by_document: dict[int, list[int]] = defaultdict(list)
    directions = {claim_id(c): str(c.row["direction"]) for c in claims}
    points = {claim_id(c): c.row["point_direction"] for c in claims}
    for claim in claims:
        by_document[int(str(claim.row["document_id"]))].append(claim_id(claim))
    found: dict[int, list[_Home]] = defaultdict(list)
    for document, of in effects.items():
        there = by_document[document]
        for effect in of:
            effect["direction"] = next((directions[c] for c in there if c in effect["claims"]), None)
            effect["point"] = next((points[c] for c in there if c in effect["claims"]), None)
        alone = {
            "intervention": len({sides[c].arm_id for c in there}) == 1,
            "comparator": len({sides[c].versus_id for c in there}) == 1,
        }
        for effect in of:
            homes = _all_homes(effect, there, sides, alone)
            for home, same in homes:
                found[home].append((effect, same))
        _leave_lonely(there, found)
    return found


_OTHER_SIDE = {"intervention": "comparator", "comparator": "intervention"}


def _all_homes(e: Effect, claims: Sequence[int], sides: dict[int, Sides], alone: dict[str, bool]) -> list[tuple[int, bool]]:
    """Where an effect belongs. An arm's own value belongs to each comparison of that arm: two doses are compared with one control."""
    first = _home(e, claims, sides, alone)
    if first is None or not first[1] or e["whose"] not in _OTHER_SIDE:
        return [] if first is None else [first]
    found, seen = [first], {(sides[first[0]].arm_id, sides[first[0]].versus_id)}
    for c in claims:
        pair = sides[c].arm_id, sides[c].versus_id
        others = [x for x in claims if (sides[x].arm_id, sides[x].versus_id) == pair]
        if pair not in seen and (home := _home(e, others, sides, alone)) is not None and home[1]:
            found.append(home)
        seen.add(pair)
    return found


def _leave_lonely(claims: Sequence[int], found: dict[int, list[_Home]]) -> None:
    """Take an arm's value from comparisons whose other side has none, where it has found a partner elsewhere."""
    with_partner = {
        (e["id"], c)
        for c in claims
        for e, _ in found.get(c, [])
        if e["whose"] in _OTHER_SIDE and any(x["whose"] == _OTHER_SIDE[e["whose"]] for x, _ in found[c])
    }
    paired = {number for number, _ in with_partner}
    kept: set[int] = set()
    for c in claims:
        left = []
        for e, same in found.get(c, []):
            lonely = e["whose"] in _OTHER_SIDE and (e["id"], c) not in with_partner
            if not (lonely and (e["id"] in paired or e["id"] in kept)):
                left.append((e, same))
                kept |= {e["id"]} if lonely else set()
        if c in found:
            found[c] = left


def _home(e: Effect, claims: Sequence[int], sides: dict[int, Sides], alone: dict[str, bool]) -> tuple[int, bool] | None:
    resting = [c for c in claims if c in e["claims"]]
    for c in resting:
        if _same_arms(e, sides[c], resting=True):
            return c, True
    strict = [
        c
        for c in claims
        if sides[c].outcome_id == e["outcome_id"] and _same_arms(e, sides[c], resting=alone.get(e["whose"], False))
    ]
    for days in (e["time_days"], None):
        for c in strict:
            if sides[c].time_days == days:
                return c, True
    return (resting[0], False) if resting else None


def _same_arms(e: Effect, s: Sides, *, resting: bool) -> bool:
    """Whether a number is of a claim's arms. One that names none is, where the claim rests on it or there is no other."""

    def same(arm: int | None, of: int | None) -> bool:
        return (arm is not None and arm == of) or (resting and (arm is None or of is None))

    if e["whose"] == "difference":
        return s.crosses(e) or (same(e["arm_id"], s.arm_id) and same(e["versus_id"], s.versus_id))
    if e["whose"] == "intervention":
        return same(e["arm_id"], s.arm_id)
    if e["whose"] == "comparator":
        return same(e["arm_id"] or e["versus_id"], s.versus_id)
    return True


@dataclass(frozen=True, slots=True)
class _Claim:
    """One claim, or one comparison that nobody claims, on the way to its rows."""

    claim: AnswerClaim
    sides: Sides
    naming: Naming

    def rows(self, homes: Sequence[_Home]) -> list[Row]:
        """A row for each contrast, for each pair of arms' own values, and for what is left over; at least one."""
        here = [e for e, same in homes if same]
        contrasts = [self.of_contrast(e) for e in here if e["whose"] == "difference" and e["estimate"] is not None]
        bare = [e for e in here if e["whose"] == "difference" and e["estimate"] is None]
        groups = groups_of(e for e in here if e["whose"] != "difference")
        pairs = [self.of_group(g, bare if len(groups) == 1 else []) for g in groups]
        contrasts, pairs = _joined(contrasts, pairs)
        other = [self.refused(e, Refusal(Reason.OTHER_ARM, _whose(e))) for e, same in homes if not same]
        found = contrasts + pairs
        if not any(g.has_both for g in groups) and not any(r.derived for r in found):
            found += [self.refused(e, Refusal(Reason.NO_ESTIMATE, "a p value without an estimate")) for e in bare[:1]]
        return found + other or [self.without_number()]

    def of_contrast(self, e: Effect) -> Row:
        """A contrast as it is printed."""
        stands = against(self.claim, e)
        measure = str(e["measure"])
        derived = None
        try:
            derived = contrast_derived(e, self.claim.row["level"] == "trial")
            derived = turned_round(e, derived) if self.sides.crosses(e) else derived
        except NotConvertible as error:
            stands.append(Refusal(error.reason, error.detail))
        else:
            stands += [] if self.claim.row["level"] == "pooled" else self.of_words(e, measure, derived.yi)
        row = self.row(e, derived, _once(stands))
        # Group 1 is the treatment's, as everywhere: what is printed of the comparator was turned round.
        return replace(row, arm1_id=self.sides.arm_id, arm2_id=self.sides.versus_id) if self.sides.crosses(e) else row

    def of_words(self, e: Effect, measure: str, yi: float) -> list[Refusal]:
        """What the words say against a printed contrast."""
        worded = self.worded(e)
        found = against_words(worded, measure, yi)
        if worded.agrees(yi) and self.direction(e) != "no_difference":
            return found
        other = other_treatment(e, self.naming)
        turned = None if self.sides.crosses(e) else told_round(e, self.naming)
        found += [Refusal(Reason.OTHER_ARM, other)] if other else []
        return found + ([Refusal(Reason.TURNED, turned)] if turned else [])

    def of_group(self, g: Group, bare: Sequence[Effect]) -> Row:
        """Arms' own values of one kind at one time: a contrast where each side has one number, else a row that says what is there."""
        first = g.all[0]
        stands = [x for e in g.all for x in against(self.claim, e)]
        row = replace(
            self.row(first),
            est=None,
            est_lb=None,
            est_ub=None,
            ci_level=None,
            pval=None,
            pval_op=None,
            quote=g.quote,
            numbers=g.said,
            kind=g.kind,
        )
        row = replace(row, unit=None) if g.kind_of == "events" else row
        try:
            one, two = g.pair()
            made = made_of(g, self.claim, bare)
        except NotConvertible as error:
            measure = "" if g.has_both else row.measure
            return replace(row, measure=measure, refusals=_once([*stands, Refusal(error.reason, error.detail)]))
        row = replace(row, arm1_id=one["arm_id"], arm2_id=two["arm_id"] or two["versus_id"])
        worded = self.worded(one, g.sentence)
        # A registry's tables tell it by their columns; where conclusion and derived sign agree, the words have told it.
        told = one["start_char"] is None or (made.derived is not None and worded.agrees(made.derived.yi))
        unclear = None if told else unclear_whose(one, two, g.sentence, self.naming)
        stands += [Refusal(Reason.OTHER_ARM, unclear)] if unclear else []
        return self.of_pair(row, made, [*stands, *made.refusals], worded)

    def of_pair(self, row: Row, made: Made, stands: list[Refusal], worded: Worded) -> Row:
        """The row of two arms with what was made of them."""
        derived = made.derived
        if derived is not None and not made.turned:
            stands += against_words(worded, derived.measure, derived.yi, made.changes)
        people = row.ni if made.arms is None else made.arms.people
        return replace(
            row, measure=derived.measure if derived else "RR", ni=people, derived=derived, arms=made.arms, refusals=_once(stands)
        )

    def worded(self, e: Effect, sentence: str | None = None) -> Worded:
        """How the paper words a number."""
        text = sentence or str(e["sentence"])
        return Worded(str(e["outcome_text"]), str(self.claim.row["outcome"]), self.better(e), text, self.side(e))

    def better(self, e: Effect) -> str | None:
        """Which value of the number is the better one."""
        named = str(e.get("outcome_text") or ""), str(self.claim.row["outcome"])
        return better_number(str(e.get("measure") or ""), _text(self.claim.row["better"]), *named)

    def side(self, e: Effect) -> str:
        """The side that is concluded; of a null the one on which its contrast lies by the paper's words, where they tell one."""
        concluded = self.direction(e)
        of_null = e["point"] if e["whose"] == "difference" and concluded == "no_difference" else None
        return str(of_null or concluded)

    def direction(self, e: Effect) -> str:
        """What is concluded: by the claim that rests on the number, else by the one of its arms."""
        return str(e.get("direction") or self.claim.row["direction"])

    def refused(self, e: Effect, why: Refusal) -> Row:
        """A number that is no contrast of this claim's arms."""
        said = None if e["estimate"] is None or e["whose"] == "difference" else f"{e['estimate']:g}{e['unit'] or ''}"
        return replace(self.row(e), numbers=said, refusals=_once([*against(self.claim, e), why]))

    def without_number(self) -> Row:
        """A claim as it stands."""
        why = Refusal(Reason.NO_ESTIMATE, "the text read gives a direction and no number")
        return replace(self.row({}), refusals=_once([*against(self.claim, {}), why]))

    def row(self, e: Effect, derived: Derived | None = None, refusals: tuple[Refusal, ...] = ()) -> Row:
        """The row of a number, or of a claim without one."""
        r = self.claim.row
        place = f"e{e['position']}" if e else f"c{r['claim_id']}"
        unit = e.get("unit")
        if e and e["measure"] in ("RD", "MD") and in_per_cent(unit, str(e["effect_quote"]), str(e["sentence"])):
            unit = "%" if e["measure"] == "RD" or unit else unit
        return Row(
            row_id=f"{r['document']}:{place}", study_id=int(str(r["study_id"])), study=str(r["study"]), document=str(r["document"]),
            document_id=int(str(r["document_id"])), claim_id=claim_id(self.claim), effect_id=e.get("id"), year=_int(r["year"]), pmid=_text(r["pmid"]),
            doi=_text(r["doi"]), nct_id=str(r["study"]) if str(r["study"]).startswith("NCT") else None, url=link(r), level=str(r["level"]),
            report=str(r["report"]), population=_text(r["condition"]), intervention=_text(r["intervention"]), comparator=_text(r["comparator"]),
            route=_text(r["route"]), cell_source=_text(r["cell_source"]), donor=_text(r["donor"]), dose=e.get("dose"), outcome=str(r["outcome"]),
            better=self.better(e), timepoint_days=e.get("time_days", r["time_days"]), design=_text(r["design"]), subgroup=e.get("subgroup"),
            arm1_id=e.get("arm_id", self.sides.arm_id), arm2_id=e.get("versus_id", self.sides.versus_id), direction=self.direction(e), measure=str(e.get("measure") or ""),
            kind=e.get("kind"), unit=unit, est=e.get("estimate"), est_lb=e.get("ci_low"), est_ub=e.get("ci_high"),
            ci_level=e.get("ci_level"), pval=e.get("p_value"), pval_op=e.get("p_operator"), ni=e.get("n") or _people(e) or _int(r["sample_size"]),
            confidence=e.get("confidence", r["confidence"]), status=str(r["status"]), source_section=e.get("section"),
            quote=str(e.get("effect_quote") or r["quote"]), derived=derived, refusals=refusals,
        )  # fmt: skip


def _joined(contrasts: list[Row], pairs: list[Row]) -> tuple[list[Row], list[Row]]:
    """Where the contrast of two arms is printed beside their own numbers it is one result: the printed contrast is taken, and knows its arms."""
    left = []
    for pair in pairs:
        told = [
            i
            for i, c in enumerate(contrasts)
            if (c.timepoint_days, c.subgroup) == (pair.timepoint_days, pair.subgroup) and c.poolable
        ]
        if not told or not pair.poolable:
            left.append(pair)
            continue
        for i in told:
            contrasts[i] = _with_arms(contrasts[i], pair)
    return contrasts, left


def _with_arms(contrast: Row, pair: Row) -> Row:
    """A printed contrast with its arms' own numbers; where these lie surely on the other side, one of the two is wrong."""
    arms, own = pair.arms, contrast.derived
    if arms is None or own is None:
        return contrast
    if contrast.measure in arms.measures:
        made = arms.as_measure(contrast.measure)
        if made.yi * own.yi < 0 and abs(made.yi) > made.sei and abs(own.yi) > own.sei:
            why = Refusal(Reason.SIGN, f"the arms' own numbers give {made.yi:.4g}, the printed contrast {own.yi:.4g}")
            return replace(contrast, refusals=(*contrast.refusals, why))
    return replace(contrast, arms=arms)


def _said_again(made: Sequence[Row]) -> list[Row]:
    """Claims without a number that say of the same arms, at the same time, what a row with a number of their document says: they say so."""
    told = {_what_is_said(r) for r in made if r.derived is not None or r.est is not None}
    why = Refusal(Reason.SAID_AGAIN, "another row of this document gives the number")
    mute = {i for i, r in enumerate(made) if any(x.reason is Reason.NO_ESTIMATE for x in r.refusals) and r.numbers is None}
    return [replace(r, refusals=(why, *r.refusals)) if i in mute and _what_is_said(r) in told else r for i, r in enumerate(made)]


def _what_is_said(r: Row) -> tuple[object, ...]:
    return r.document_id, r.arm1_id, r.arm2_id, r.timepoint_days, r.direction


def _with_shared_controls(made: Iterable[Row]) -> list[Row]:
    """Rows whose comparator also serves another arm, at the same time, name that comparator."""
    found = list(made)
    arms: dict[tuple[object, ...], set[int | None]] = defaultdict(set)
    for row in found:
        if row.arm2_id is not None and row.effect_id is not None:
            arms[row.document_id, row.arm2_id, row.timepoint_days].add(row.arm1_id)
    return [
        replace(r, shared_control_id=f"{r.document}:a{r.arm2_id}")
        if len(arms.get((r.document_id, r.arm2_id, r.timepoint_days), ())) > 1
        else r
        for r in found
    ]


def _with_suspicion(made: list[Row]) -> list[Row]:
    """Standard deviations far from those of the other studies are doubted: a standard error taken for one is the commonest error."""
    by_unit: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for i, r in enumerate(made):
        if r.poolable and r.arms is not None and r.arms.printed_sd is not None and r.level == "trial":
            by_unit[r.unit, r.kind].append(i)
    found = list(made)
    for places in by_unit.values():
        sds = [sd for i in places if (arms := made[i].arms) is not None and (sd := arms.printed_sd) is not None]
        middle = sorted(sds)[len(sds) // 2]
        for odd in suspicious_sd(sds):
            why = f"{sds[odd]:.3g} beside {middle:.3g} in the middle of {len(sds)} rows, more than {SUSPICIOUS_RATIO:g}-fold: a standard error, or another scale?"
            row = found[places[odd]]
            found[places[odd]] = replace(row, refusals=(*row.refusals, Refusal(Reason.SUSPICIOUS, why)))
    return found


def _once(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    return tuple(dict.fromkeys(refusals))


def _whose(e: Effect) -> str:
    return str(e["arm_label"] or e["versus_label"] or e["whose"])


def _people(e: Effect) -> int | None:
    """Those of both arms of a contrast, where both are told."""
    if not e or e["whose"] != "difference" or e["arm_n"] is None or e["versus_n"] is None:
        return None
    return int(e["arm_n"]) + int(e["versus_n"])


def _int(value: object) -> int | None:
    return None if value is None else int(str(value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
