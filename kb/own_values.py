"""Two arms' own values as one contrast: only where each side has a single number for it, and the words are clear about what it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from kb.answer import AnswerClaim
from kb.arm_pairs import Arms, ArmValue, arms_of, mean
from kb.conversions import Counts, Derived, Mean, from_p
from kb.moments import change
from kb.printed import Effect
from kb.printed_contrasts import places
from kb.refusals import NotConvertible, Reason, Refusal
from kb.wording import Worded, counted_other_way, of_baseline, tells_change

#: Arms' own values of which a contrast can be made, by what they are.
_KINDS = {"PROPORTION": "events", "COUNT": "events", "MEAN": "mean", "MEAN_CHANGE": "change", "MEDIAN": "median"}
_COMPARED = ("estimate", "events", "total", "sd", "se", "ci_low", "ci_high", "iqr_low", "iqr_high")
#: A sentence that speaks of some of the people: how many they are, the size of the arm does not tell.
_OF_A_PART = re.compile(
    r"\b(subsets?|subgroups?|sub-?populations?|among (?:those|patients|participants)|completers?|responders|in those|per[- ]protocol)\b",
    re.IGNORECASE,
)
_CROSSOVER = re.compile(r"\bcross-?\s?over\b", re.IGNORECASE)
_CLUSTERS = re.compile(
    r"\bcluster[- ]+(?:randomi[sz]\w*|allocat\w*|controlled|trial|crossover|level|design)|\bclusters\b|\bcluster$", re.IGNORECASE
)
_FIRST_PERIOD = re.compile(
    r"\bfirst (?:treatment |study )?period\b|\bperiod (?:1|I|one)\b|\bbefore (?:the )?cross-?over\b", re.IGNORECASE
)
_CORRELATION = re.compile(r"\bcorrelation\b[^.;\d]{0,60}?(0?[.·]\d+)", re.IGNORECASE)
_NUMBER = r"([-−–]?\d+(?:[.·]\d+)?)"
_RANGE = rf"[^\w.]{{0,3}}\s*(?:range|min(?:imum)?[- ]?max(?:imum)?)\s*[:,]?\s*{_NUMBER}\s*(?:to|-|–|—|,|and)\s*{_NUMBER}"


@dataclass(slots=True)
class Group:
    """Own values of one kind, of one subgroup and set of people, at one time: those of each side, and of none."""

    kind_of: str
    ones: list[Effect] = field(default_factory=list)
    twos: list[Effect] = field(default_factory=list)
    rest: list[Effect] = field(default_factory=list)

    @property
    def all(self) -> list[Effect]:
        """In the order of the text within each side."""
        return [*self.ones, *self.twos, *self.rest]

    @property
    def has_both(self) -> bool:
        """Whether both sides have a number."""
        return bool(self.ones and self.twos)

    @property
    def quote(self) -> str:
        """The sentences that print them."""
        return " […] ".join(dict.fromkeys(str(e["effect_quote"]) for e in self.all))

    @property
    def sentence(self) -> str:
        """The whole sentences, with what is said before the words that are quoted."""
        return " […] ".join(dict.fromkeys(str(e["sentence"]) for e in self.all))

    @property
    def from_to(self) -> bool:
        """Whether each side has two numbers that are told as "from 4.2 to 3.2": where it began, and where it came to."""
        return (
            self.kind_of == "change"
            and not self.rest
            and all(len(side) == 2 and _from_to(*side) for side in (self.ones, self.twos))
        )

    @property
    def said(self) -> str:
        """The numbers of each side."""
        told = " vs ".join(", ".join(_value(e).said() for e in side) for side in (self.ones, self.twos) if side)
        rest = ", ".join(_value(e).said() for e in self.rest)
        return f"{told}, beside {rest}" if told and rest else told or rest

    @property
    def kind(self) -> str | None:
        """`change` or `final`, of means."""
        return {"events": None, "change": "change"}.get(self.kind_of, "final")

    def pair(self) -> tuple[Effect, Effect]:
        """The one number of each side.

        Raises:
            NotConvertible: a side has none, or several.
        """
        if not self.has_both:
            raise NotConvertible(
                Reason.SINGLE_ARM,
                "the number is of one side alone" if self.ones or self.twos else "the number is of no arm that is named",
            )
        if self.from_to:
            return self.ones[0], self.twos[0]
        if len(self.ones) > 1 or len(self.twos) > 1 or self.rest:
            raise NotConvertible(Reason.SEVERAL, f"{self.said}: which belong together is not clear")
        return self.ones[0], self.twos[0]


def groups_of(effects: Iterable[Effect]) -> list[Group]:
    """Own values by kind, subgroup, set of people and time; a number that is printed twice stands once."""
    found: dict[tuple[object, ...], Group] = {}
    for e in effects:
        kind = _KINDS.get(e["measure"], str(e["measure"]))
        group = found.setdefault((kind, e["outcome_id"], e["time_days"], e["subgroup"], e["analysis_set"]), Group(kind))
        _take(group.ones if e["whose"] == "intervention" else group.twos if e["whose"] == "comparator" else group.rest, e)
    return list(found.values())


def _take(side: list[Effect], e: Effect) -> None:
    for i, held in enumerate(side):
        if all(held[k] == e[k] or held[k] is None or e[k] is None for k in _COMPARED) and _shared(held, e):
            side[i] = max(held, e, key=lambda x: sum(x[k] is not None for k in _COMPARED))
            return
    side.append(e)


def _from_to(one: Effect, two: Effect) -> bool:
    first, then = (re.escape(e["printed"].get("estimate", "?")) for e in (one, two))
    return bool(re.search(rf"\bfrom\s+{first}(?![\d.])[^.;]{{0,4}}(?:[^;]{{0,40}}?)\bto\s+{then}(?![\d])", str(one["sentence"])))


def _shared(one: Effect, two: Effect) -> bool:
    """Whether two tellings have a number in common, so that they can be one number told twice."""
    return any(one[k] is not None and one[k] == two[k] for k in ("estimate", "events"))


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of two arms. `changes`: their own values where these are changes, whose sign the words may hold. `turned`: so refused already."""

    arms: Arms | None
    derived: Derived | None
    refusals: tuple[Refusal, ...]
    changes: tuple[float, ...] = ()
    turned: bool = False


def made_of(g: Group, claim: AnswerClaim, bare: Sequence[Effect]) -> Made:
    """A contrast of two arms' own values. `bare`: p values of a test between them.

    Raises:
        NotConvertible: they are of no kind that a contrast is made of, or lack what it takes.
    """
    one, two = g.pair()
    if one["measure"] not in _KINDS:
        raise NotConvertible(Reason.MEASURE, f"{one['measure']} of each arm; contrasts are made of {', '.join(_KINDS)}")
    quote = g.sentence
    _of_one_unit(one, two)
    design = _design(claim)
    people = claim.row["sample_size"] if design.crossover else None
    values = [_value(e, people) for e in (one, two)]
    changes = () if g.from_to else _changes(one, two, claim)
    try:
        arms = _from_baseline(g, people) if g.from_to else arms_of(values[0], values[1])
    except NotConvertible as error:
        derived = _by_p(values[0], values[1], bare) if error.reason is Reason.SD_MISSING and not design.crossover else None
        if derived is None:
            raise
        return Made(None, derived, _about(quote, derived, design.refusals), changes)
    arms, refusals = design.applied(arms, quote)
    counted = counted_other_way(_worded(one, quote, claim)) if isinstance(arms.one, Counts) else None
    refusals += (counted,) if counted else ()
    try:
        derived = arms.as_measure(arms.measures[0])
    except NotConvertible as error:
        return Made(arms, None, (*_about(quote, None, refusals), Refusal(error.reason, error.detail)), changes, counted is not None)
    return Made(arms, derived, _about(quote, derived, refusals), changes, counted is not None)


def _from_baseline(g: Group, people: int | None) -> Arms:
    """The change of each arm from its mean at first and its mean at last."""
    (a, b), (c, d) = ([mean(_value(e, people)) for e in side] for side in (g.ones, g.twos))
    return Arms(change(a, b), change(c, d))


def _worded(e: Effect, quote: str, claim: AnswerClaim) -> Worded:
    r = claim.row
    better = None if r["better"] is None else str(r["better"])
    return Worded(str(e["outcome_text"]), str(r["outcome"]), better, quote, str(r["direction"]))


def _about(quote: str, derived: Derived | None, refusals: tuple[Refusal, ...]) -> tuple[Refusal, ...]:
    """With what the sentences say about whom and when the values are of."""
    found = list(refusals)
    if of_baseline(quote):
        found.append(Refusal(Reason.BASELINE, "the sentence tells of values at baseline"))
    if derived is not None and any("people of the arm" in a for a in derived.assumptions) and (part := _OF_A_PART.search(quote)):
        detail = f'"{part[0]}": the sentence speaks of a part of the arms, and does not say of how many'
        found.append(Refusal(Reason.DENOMINATOR, detail))
    return tuple(found)


def _of_one_unit(one: Effect, two: Effect) -> None:
    units = {e["unit"] for e in (one, two) if e["unit"] and e["events"] is None}
    if len(units) > 1:
        raise NotConvertible(Reason.MIXED_SCALES, f"the arms' values are in {' and '.join(sorted(units))}")


def _changes(one: Effect, two: Effect, claim: AnswerClaim) -> tuple[float, ...]:
    """The arms' values where they are, or may be, changes."""
    if two["estimate"] is None or one["estimate"] is None:
        return ()
    worded = tells_change(str(one["outcome_text"]), str(claim.row["outcome"]))
    if _KINDS[one["measure"]] != "change" and not (worded and _KINDS[one["measure"]] != "events"):
        return ()
    return tuple(float(e["estimate"]) for e in (one, two) if e["estimate"] is not None)


def _by_p(one: ArmValue, two: ArmValue, bare: Sequence[Effect]) -> Derived | None:
    """The difference of two means without a spread, by the exact p value of the one test between them."""
    tests = [e for e in bare if e["p_value"] is not None and e["p_operator"] == "="]
    if len(tests) != 1 or "MEDIAN" in (one.measure, two.measure) or one.estimate is None or two.estimate is None:
        return None
    try:
        made = from_p("MD", one.estimate - two.estimate, tests[0]["p_value"], n1=one.n or one.arm_n, n2=two.n or two.arm_n)
    except NotConvertible:
        return None
    return replace(
        made,
        derivation=f"yi = m1i - m2i, {made.derivation}",
        assumptions=(*made.assumptions, "the printed p value is of these two means"),
    )


@dataclass(frozen=True, slots=True)
class _Design:
    """What a trial's design says of its two arms."""

    crossover: bool
    refusals: tuple[Refusal, ...]

    def applied(self, arms: Arms, quote: str) -> tuple[Arms, tuple[Refusal, ...]]:
        """A crossover's arms hold the same people: its first period is a parallel trial, a printed correlation makes it paired, else it is refused."""
        if not self.crossover:
            return arms, self.refusals
        if _FIRST_PERIOD.search(quote):
            return replace(arms, first=True), self.refusals
        printed = _CORRELATION.findall(quote)
        known = float(printed[0].replace("·", ".")) if len(printed) == 1 else None
        paired = replace(arms, paired=True, correlation=known)
        if known is not None and isinstance(arms.one, Mean):
            return paired, self.refusals
        why = "the same people stand in both arms, and how alike their values are is not printed"
        return paired, (*self.refusals, Refusal(Reason.CROSSOVER, why))


def _design(claim: AnswerClaim) -> _Design:
    """What a paper prints of a contrast takes the design into account, or is its own fault; what we make of two arms must not ignore it."""
    told = f"{claim.row['design'] or ''}; {claim.row['title']}"
    why = Refusal(Reason.CLUSTER, "people of one cluster are alike, and how much so is not printed")
    clusters = any(_CLUSTERS.search(text) for text in (str(claim.row["design"] or ""), str(claim.row["title"])))
    return _Design(bool(_CROSSOVER.search(told)), (why,) if clusters else ())


def _value(e: Effect, people: int | None = None) -> ArmValue:
    low, high = _range(e) if e["measure"] == "MEDIAN" else (None, None)
    return ArmValue(
        e["measure"], e["estimate"], e["unit"], e["events"], e["total"], e["n"], _size(e) or people, e["sd"], e["se"],
        e["ci_low"], e["ci_high"], e["ci_level"], e["iqr_low"], e["iqr_high"], low, high, places(e, "estimate"),
    )  # fmt: skip


def _size(e: Effect) -> int | None:
    """The size of the arm whose value it is."""
    size = e["arm_n"] if e["arm_id"] is not None else e["versus_n"]
    return None if size is None else int(size)


def _range(e: Effect) -> tuple[float | None, float | None]:
    """The range that stands behind a median: quartiles are read as such, and a range is not."""
    printed = e["printed"].get("estimate")
    if printed is None:
        return None, None
    found = re.findall(rf"(?<![\d.]){re.escape(printed)}{_RANGE}", str(e["sentence"]), re.IGNORECASE)
    if len(found) != 1:
        return None, None
    low, high = (float(re.sub("[−–]", "-", x).replace("·", ".")) for x in found[0])
    return low, high
