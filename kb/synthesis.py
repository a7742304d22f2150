"""Which rows of one outcome go into one estimate, how dependent ones were handled, and what of the studies that gave no number."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kb.arm_pairs import Arms
from kb.conversions import Counts, Derived, Mean
from kb.moments import combine_counts, combine_means, split_counts, split_mean
from kb.poolable import Row
from kb.pooling import Difference, Model, Pooled, SmallStudies, leave_one_out, pool, small_study_test, subgroup_test
from kb.refusals import CannotPool, NotConvertible, Reason, Refusal


class Several(StrEnum):
    """What is done with several rows of one study: they hold the same people, and are not independent."""

    REFUSE = "refuse"
    LATEST = "latest"
    EARLIEST = "earliest"
    COMBINE = "combine"
    SPLIT = "split"


#: By what rows can be grouped, and the field of a row that holds it.
GROUPINGS = {
    "route": "route", "source": "cell_source", "donor": "donor", "comparator": "comparator", "design": "design", "dose": "dose",
    "condition": "population", "year": "year", "time": "timepoint_days",
}  # fmt: skip


#: The sides in words.
SIDES = {
    "favours_intervention": "favours the intervention",
    "favours_comparator": "favours the comparator",
    "no_difference": "no difference shown",
    "increase": "rises",
    "decrease": "falls",
    "unclear": "direction unclear",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """How to pool: None where the rows themselves leave one possibility."""

    measure: str | None = None
    model: Model = Model.HKSJ_ADHOC
    level: float = 95.0
    several: Several = Several.REFUSE
    by: str | None = None
    #: That of the same people's values in a crossover's two periods, where none is printed; None: such rows are refused.
    correlation: float | None = None
    #: Rows made of two arms keep the measure that they have, and are not made over into the one that is asked for.
    as_printed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A subgroup and its estimate."""

    name: str
    rows: tuple[Row, ...]
    pooled: Pooled


@dataclass(frozen=True, slots=True)
class Silent:
    """A study that measured the outcome and is not in the estimate: the side it told of, and why. Without `measure` it gave no poolable number."""

    study: str
    document: str
    direction: str
    why: str
    measure: str | None = None


@dataclass(frozen=True, slots=True)
class Synthesis:
    """One pooled estimate with everything that was decided on the way. `beside` are results that others pooled; they are never among `rows`."""

    outcome: str
    better: str | None
    measure: str
    scale: str
    unit: str | None
    rows: tuple[Row, ...]
    pooled: Pooled
    without_each: tuple[Pooled, ...]
    groups: tuple[Group, ...]
    difference: Difference | None
    measured: int
    silent: tuple[Silent, ...]
    beside: tuple[Row, ...]
    handled: tuple[str, ...]
    small_studies: SmallStudies | None = None


def synthesise(rows: Sequence[Row], choice: Choice) -> Synthesis:
    """Pool the rows of one outcome.

    Raises:
        CannotPool: no row can be pooled, or rows are on several measures or scales, or several are of one study and nothing says what to do with them.
    """
    if not rows:
        raise CannotPool("No claim answers that, so there is nothing to pool.")
    rows = made_over(rows, choice)
    chosen, handled = select(rows, choice)
    yi, vi = numbers(chosen)
    model = choice.model
    if len(chosen) == 1 and model is not Model.FE:
        model = Model.FE
        handled += ("One study: its own estimate is shown, by FE; nothing is pooled",)
    found = pool(yi, vi, model, choice.level)
    groups = _groups(chosen, choice) if choice.by else ()
    handled += _not_told(groups, choice.by)
    first = chosen[0]
    return Synthesis(
        first.outcome, first.better, first.measure, _derived(first).scale, first.unit, chosen, found,
        leave_one_out(yi, vi, model, choice.level), groups, _difference(groups), len(_measured(rows)), _silent(rows, chosen),
        tuple(r for r in rows if r.level == "pooled"), handled, _small_studies(yi, vi),
    )  # fmt: skip


def select(rows: Sequence[Row], choice: Choice) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows that are pooled, one a study, and sentences on how the others were handled.

    Raises:
        CannotPool: see `synthesise`.
    """
    rows = made_over(rows, choice)
    usable = [r for r in rows if r.poolable]
    if not usable:
        told = f"0 of {_count(len(_measured(rows)), 'study', 'studies')} that measured it gave a poolable number{sides_of(_silent(rows, ()))}"
        raise CannotPool(f"None of {_count(len(rows), 'row')} on {rows[0].outcome} can be pooled: {_tally(rows)}. {told}.")
    of_measure = _one_measure(usable, choice.measure)
    _one_scale(of_measure)
    handled: list[str] = []
    others = len(usable) - len(of_measure)
    if others:
        handled.append(f"{_count(others, 'row')} of another measure left out")
    once = _told_once(of_measure, handled)
    chosen = _one_a_study(once, choice.several, handled)
    _note_units(chosen, handled)
    _note_times(chosen, handled)
    return tuple(chosen), tuple(handled)


def made_over(rows: Sequence[Row], choice: Choice) -> list[Row]:
    """Rows as they are pooled by a choice: two arms' own numbers on the measure that is asked for, a crossover's under the correlation that is given."""
    found = list(rows) if choice.correlation is None else [_correlated(r, choice.correlation) for r in rows]
    if choice.measure is None or choice.as_printed:
        return found
    return [_on_measure(r, choice.measure) for r in found]


def _on_measure(row: Row, measure: str) -> Row:
    """A row on another measure, where its arms' own numbers give it; else the row."""
    if row.arms is None or row.measure == measure or measure not in row.arms.measures:
        return row
    left = tuple(x for x in row.refusals if x.reason is not Reason.NO_EVENTS)
    try:
        return replace(row, measure=measure, derived=row.arms.as_measure(measure), refusals=left)
    except NotConvertible as error:
        return replace(row, measure=measure, derived=None, refusals=(*left, Refusal(error.reason, error.detail)))


def _correlated(row: Row, correlation: float) -> Row:
    """A crossover whose correlation is not printed, under one that is given; which is an assumption, and said."""
    arms = row.arms
    if arms is None or not arms.paired or arms.correlation is not None or not isinstance(arms.one, Mean):
        return row
    arms = replace(arms, supposed=correlation)
    left = tuple(x for x in row.refusals if x.reason is not Reason.CROSSOVER)
    try:
        return replace(row, arms=arms, derived=arms.as_measure("MD"), refusals=left)
    except NotConvertible as error:
        return replace(row, refusals=(*left, Refusal(error.reason, error.detail)))


def numbers(rows: Iterable[Row]) -> tuple[list[float], list[float]]:
    """`yi` and `vi` of rows that can be pooled."""
    made = [_derived(r) for r in rows]
    return [d.yi for d in made], [d.vi for d in made]


def _derived(row: Row) -> Derived:
    if row.derived is None:
        raise CannotPool(f"{row.row_id} has no effect size.")
    return row.derived


def _one_measure(usable: list[Row], asked: str | None) -> list[Row]:
    there = Counter(r.measure for r in usable)
    listed = ", ".join(f"{n} {m}" for m, n in there.most_common())
    if asked is None and len(there) > 1:
        raise CannotPool(f"The rows are of several measures ({listed}), which are not pooled together. Choose one with --measure.")
    of = [r for r in usable if asked in (None, r.measure)]
    if not of:
        raise CannotPool(f"No row that can be pooled is of measure {asked}; there are {listed}.", Reason.NOT_ASKED)
    return of


def _one_scale(rows: list[Row]) -> None:
    units = sorted({r.unit for r in rows if r.unit})
    # What has no unit may be in the others', but hardly in per cent.
    units += ["no unit"] if units == ["%"] and not all(r.unit for r in rows) else []
    if rows[0].measure == "MD" and len(units) > 1:
        raise CannotPool(
            f"{Reason.MIXED_SCALES}: mean differences in {', '.join(units)} are not pooled together.", Reason.MIXED_SCALES
        )
    kinds = {r.kind for r in rows} & {"change", "final"}
    if rows[0].measure == "SMD" and len(kinds) > 1:
        raise CannotPool(
            f"{Reason.MIXED_SCALES}: standardised differences of changes and of final values have different standard deviations, and are not pooled together.",
            Reason.MIXED_SCALES,
        )


def _told_once(rows: list[Row], handled: list[str]) -> list[Row]:
    """Rows without those that say again what a row of the same study says: the same number at the same time, of the same arms or in another report."""
    kept: list[Row] = []
    told: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for r in rows:
        d = _derived(r)
        same = told[r.study_id, r.timepoint_days, round(d.yi, 12), round(d.vi, 12)]
        if not any(x.document_id != r.document_id or x.arm1_id == r.arm1_id for x in same):
            kept.append(r)
        same.append(r)
    if len(kept) < len(rows):
        handled.append(f"{_count(len(rows) - len(kept), 'row')} that said the same number again left out")
    return kept


def _one_a_study(rows: list[Row], several: Several, handled: list[str]) -> list[Row]:
    by_study: dict[int, list[Row]] = defaultdict(list)
    for r in rows:
        by_study[r.study_id].append(r)
    dependent = {study: of for study, of in by_study.items() if len(of) > 1}
    if dependent and several is Several.REFUSE:
        named = "; ".join(f"{of[0].study}: {len(of)} rows ({_what_differs(of)})" for of in dependent.values())
        raise CannotPool(
            f"Rows of one study hold the same people and are not independent: {named}. Say what to do with them: --several latest, earliest, combine or split.",
            Reason.NOT_POOLED,
        )
    chosen: list[Row] = []
    for study, of in by_study.items():
        chosen += _HANDLED[several](of) if study in dependent else of
    if dependent:
        people = ", ".join(of[0].study for of in dependent.values())
        handled.append(f"{_count(len(dependent), 'study', 'studies')} with several rows ({people}): {_SAID[several]}")
    return chosen


def _what_differs(of: list[Row]) -> str:
    fields = {"timepoint_days": "times", "arm1_id": "arms", "document": "reports"}
    return ", ".join(word for field, word in fields.items() if len({getattr(r, field) for r in of}) > 1) or "numbers"


def _at_end(last: bool) -> Callable[[list[Row]], list[Row]]:
    """The one row at the last, or the first, time that is told."""

    def chosen(of: list[Row]) -> list[Row]:
        days = [r.timepoint_days for r in of]
        known = [d for d in days if d is not None]
        if len(known) < len(days) or not known:
            raise CannotPool(f"{of[0].study} has {len(of)} rows, and not each says when: latest and earliest cannot be told.")
        edge = max(known) if last else min(known)
        at = [r for r in of if r.timepoint_days == edge]
        if len(at) > 1:
            raise CannotPool(
                f"{of[0].study} has {len(at)} rows at day {edge:g} ({_what_differs(at)}); choose by --several combine or split, or by review."
            )
        return at

    return chosen


def _combined(of: list[Row]) -> list[Row]:
    """All arms against their one control as one arm (Handbook 23.3.4)."""
    shared = _sharing(of)
    control = shared[0][1].two
    ones = [arms.one for _, arms in shared]
    return [_made(shared[0][0], _all_as_one(ones, of[0].study), control, f"{len(of)} arms combined against their shared control")]


def _all_as_one(arms: list[Counts | Mean], study: str) -> Counts | Mean:
    means = [a for a in arms if isinstance(a, Mean)]
    counts = [a for a in arms if isinstance(a, Counts)]
    if means and counts:
        raise CannotPool(f"{study} gives means in one arm and counts in another.")
    return combine_means(means) if means else combine_counts(counts)


def _split(of: list[Row]) -> list[Row]:
    """Each arm against its share of the control (second best: Handbook 23.3.4)."""
    found = []
    for row, arms in _sharing(of):
        share = split_mean(arms.two, len(of)) if isinstance(arms.two, Mean) else split_counts(arms.two, len(of))
        found.append(_made(row, arms.one, share, f"against one of {len(of)} shares of its control"))
    return found


def _sharing(of: list[Row]) -> list[tuple[Row, Arms]]:
    """The rows with their arms, where all are against one control at one time and each arm's numbers are known."""
    known = [(r, r.arms) for r in of if r.arms is not None and not r.arms.paired]
    if len({r.shared_control_id for r in of}) > 1 or of[0].shared_control_id is None or len({r.timepoint_days for r in of}) > 1:
        raise CannotPool(
            f"The rows of {of[0].study} do not share one control at one time ({_what_differs(of)}): combine and split do not apply."
        )
    if len(known) < len(of):
        raise CannotPool(f"{of[0].study} gives no numbers of its arms by themselves, so they can be neither combined nor split.")
    return known


def _made(row: Row, one: Counts | Mean, two: Counts | Mean, how: str) -> Row:
    try:
        arms = Arms(one, two, row.arms.assumed if row.arms else ())
        derived = arms.as_measure(row.measure)
    except NotConvertible as error:
        raise CannotPool(f"{row.study}: {error}.") from error
    derived = replace(derived, derivation=f"{how}; {derived.derivation}")
    return replace(row, derived=derived, arms=arms, ni=arms.people)


_HANDLED: dict[Several, Callable[[list[Row]], list[Row]]] = {
    Several.LATEST: _at_end(last=True), Several.EARLIEST: _at_end(last=False), Several.COMBINE: _combined, Several.SPLIT: _split,
}  # fmt: skip
_SAID = {
    Several.LATEST: "the row at the latest time is pooled",
    Several.EARLIEST: "the row at the earliest time is pooled",
    Several.COMBINE: "arms combined against their shared control",
    Several.SPLIT: "the shared control split, which leaves a little correlation",
}


def _note_units(chosen: list[Row], handled: list[str]) -> None:
    bare = sum(1 for r in chosen if not r.unit)
    if chosen[0].measure == "MD" and 0 < bare < len(chosen):
        handled.append(f"{_count(bare, 'row')} of {len(chosen)} prints no unit and is taken to be in that of the others")


def _note_times(chosen: list[Row], handled: list[str]) -> None:
    days = sorted({r.timepoint_days for r in chosen if r.timepoint_days is not None})
    if len(days) > 1:
        handled.append(f"Times from day {days[0]:g} to day {days[-1]:g} are pooled together")


def _groups(chosen: tuple[Row, ...], choice: Choice) -> tuple[Group, ...]:
    if choice.by not in GROUPINGS:
        raise CannotPool(f"Rows are not grouped by {choice.by}; they can be by {', '.join(GROUPINGS)}.")
    by: dict[str, list[Row]] = defaultdict(list)
    for r in chosen:
        value = getattr(r, GROUPINGS[choice.by])
        by["not told" if value is None else f"{value:g}" if isinstance(value, float) else str(value)].append(r)
    found = []
    for name, of in sorted(by.items()):
        model = Model.FE if len(of) == 1 else choice.model
        found.append(Group(name, tuple(of), pool(*numbers(of), model, choice.level)))
    return tuple(found)


def _difference(groups: tuple[Group, ...]) -> Difference | None:
    told = [g.pooled for g in groups if g.name != "not told"]
    return subgroup_test(told) if len(told) > 1 and all(g.sei > 0 for g in told) else None


def _not_told(groups: Sequence[Group], by: str | None) -> tuple[str, ...]:
    """What is said where some rows do not tell what the others are grouped by."""
    missing = sum(len(g.rows) for g in groups if g.name == "not told")
    left = (
        "; the test of subgroups is without them"
        if sum(g.name != "not told" for g in groups) > 1
        else ", and no test of subgroups is made"
    )
    return (f"{_count(missing, 'row')} without a {by} told{left}",) if missing else ()


def _small_studies(yi: list[float], vi: list[float]) -> SmallStudies | None:
    """Egger's test, from ten studies on."""
    try:
        return small_study_test(yi, vi)
    except CannotPool:
        return None


def _measured(rows: Iterable[Row]) -> dict[int, list[Row]]:
    """Rows by study, of the trials that count: compared as asked, and not retracted."""
    apart = {Reason.OTHER_COMPARATOR, Reason.RETRACTED, Reason.ALREADY_POOLED, Reason.NOT_A_TRIAL}
    found: dict[int, list[Row]] = defaultdict(list)
    for r in rows:
        if not apart & {x.reason for x in r.refusals}:
            found[r.study_id].append(r)
    return found


def _silent(rows: Iterable[Row], chosen: Sequence[Row]) -> tuple[Silent, ...]:
    spoken = {r.study_id for r in chosen}
    found = []
    for study, of in _measured(rows).items():
        if study not in spoken:
            last = max(of, key=lambda r: (r.poolable, r.timepoint_days or 0))
            measure = last.measure if last.poolable else None
            found.append(Silent(last.study, last.document, last.direction, last.refused or f"its measure is {measure}", measure))
    return tuple(found)


def sides_of(silent: Sequence[Silent]) -> str:
    """Which way studies without a number point, in brackets; empty where there are none."""
    counted = Counter(SIDES.get(x.direction, x.direction) for x in silent)
    return f" ({', '.join(f'{n} {side}' for side, n in counted.most_common())})" if counted else ""


def nothing_pooled(rows: Sequence[Row], choice: Choice) -> tuple[int, tuple[Silent, ...]]:
    """Where nothing is pooled: how many studies measured it, and which way each points."""
    over = made_over(rows, choice)
    return len(_measured(over)), _silent(over, ())


def _tally(rows: Iterable[Row]) -> str:
    counted = Counter(r.refusals[0].reason.value for r in rows if r.refusals)
    return ", ".join(f"{n} {reason}" for reason, n in counted.most_common())


def _count(n: int, one: str, many: str | None = None) -> str:
    return f"{n} {one if n == 1 else many or one + 's'}"
