"""A registry's arm-level values as effects: which measure, whose, and the numbers as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crawler.posted import PostedGroup, PostedOutcome, PostedValue
from nlp.claim import Arm, ArmRole, Effect, Group, Kind, Measure, Problem, Quote
from nlp.posted_arms import ArmsInPlace, is_whole
from nlp.posted_outcomes import Row, named, rows_of

_NUMBER = re.compile(r"[-+]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{1,3})?", re.ASCII)
_PERCENT = re.compile(r"\s*(?:%|percent(?:age)?s?\b(?! change))", re.IGNORECASE)
_PEOPLE = re.compile(r"\s*(?:number of )?(?:participants?|patients?|subjects?|people|persons?|individuals?)\s*", re.IGNORECASE)
#: The registry's kinds of averages, as it codes or words them.
_MEANS = frozenset({"mean", "least squares mean", "geometric mean", "geometric least squares mean"})
#: Numbers of people: only an event has a better side there.
OF_PEOPLE = frozenset({Measure.PROPORTION, Measure.COUNT, Measure.OR, Measure.RR, Measure.RD, Measure.HR})
#: No measurement of people is larger; what is printed so is a slip, and would break sums.
_LARGEST = 1e15
_SHOWN = 4  # unreadable values that a problem shows


def number(printed: str | None) -> float | None:
    """The value of a plain printed number; None for "NA", "<0.1", "0 *" and whatever else is none.

    >>> number("1,204.50"), number("−3"), number(".5"), number("NA"), number("<0.1"), number("0 *"), number("")
    (1204.5, -3.0, 0.5, None, None, None, None)
    """
    plain = spelt(printed or "")
    if len(plain) > 40 or not _NUMBER.fullmatch(plain):
        return None
    value = float(plain.replace(",", ""))
    return value if abs(value) <= _LARGEST else None


def spelt(printed: str) -> str:
    """A printed number with the plain signs that stored numbers are compared by."""
    return printed.strip().replace("\u2212", "-")


def coded(words: str | None) -> str:
    """A code of the registry, or its wording, in one form.

    >>> coded("COUNT_OF_PARTICIPANTS"), coded("Inter-Quartile Range")
    ('count of participants', 'inter quartile range')
    """
    return " ".join(re.sub(r"[_-]", " ", words or "").lower().split())


def measure_of(posted: PostedOutcome, *, change: bool) -> Measure:
    """What the values of an outcome are. A bare number that is no share and no count of people (a rate, a titre) is OTHER."""
    param = coded(posted.param)
    if param in _MEANS:
        return Measure.MEAN_CHANGE if change else Measure.MEAN
    if param == "median":
        return Measure.MEDIAN
    if param in ("count of participants", "count of units"):
        return Measure.COUNT
    if param == "number" and not change:
        return _bare_number(posted.unit or "")
    return Measure.OTHER


def _bare_number(unit: str) -> Measure:
    if _PERCENT.match(unit):
        return Measure.PROPORTION
    return Measure.COUNT if _PEOPLE.fullmatch(unit) else Measure.OTHER


@dataclass(slots=True)
class Unreadable:
    """Values of one outcome that are no plain numbers, gathered for one problem."""

    found: list[str] = field(default_factory=list)

    def problem(self, posted: PostedOutcome) -> Problem | None:
        """What was left out of the outcome, in words."""
        if not self.found:
            return None
        shown = ", ".join(dict.fromkeys(f"“{v[:20]}”" for v in self.found[:_SHOWN])) + (" …" if len(self.found) > _SHOWN else "")
        count = len(self.found)
        what = f"{count} posted numbers are" if count > 1 else "one posted number is"
        return Problem(f"Of the outcome “{posted.title}”, {what} no plain number and left out: {shown}.", posted.title)


@dataclass(frozen=True, slots=True)
class PlacedValue:
    """An effect with the group and row that it was posted for, by which comparisons find it again."""

    effect: Effect
    group: str
    row: str | None


def values_of(posted: PostedOutcome, arms: ArmsInPlace, unreadable: Unreadable) -> Iterator[PlacedValue]:
    """The effects of an outcome's values; what is no number is added to `unreadable`."""
    rows = rows_of(posted)
    groups = {g.id: _Placed(g, *place(posted, g, arms)) for g in posted.groups}
    for value in posted.values:
        group = groups.get(value.group) or _Placed(PostedGroup(value.group, value.group), Group.POOLED, None, value.group)
        effect = _effect(posted, value, group, rows[value.category], unreadable)
        if effect is not None:
            yield PlacedValue(effect, value.group, value.category)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A group with its side, its arm, and the name that it needs beside them."""

    group: PostedGroup
    side: Group
    arm: int | None
    subgroup: str | None


def _effect(posted: PostedOutcome, value: PostedValue, placed: _Placed, row: Row, unreadable: Unreadable) -> Effect | None:
    measure = measure_of(posted, change=row.change)
    estimate = number(value.value)
    counted = measure is Measure.COUNT
    if estimate is None or (counted and not _is_count(estimate)):
        unreadable.found.append(value.value)
        return None
    spread = _spread(posted, value, unreadable)
    held = {f: v for f, _, v in spread}
    printed = (("events" if counted else "estimate", spelt(value.value)), *((f, p) for f, p, _ in spread))
    outcome = named(posted, row.name, of_people=measure in OF_PEOPLE).outcome
    people = placed.group.n
    return Effect(
        measure=measure,
        quote=Quote.at_pointer(value.pointer, _quoted(value.value, spread)),
        outcome=outcome,
        group=placed.side,
        estimate=estimate,
        events=int(estimate) if counted else None,
        total=people if counted and coded(posted.param) != "count of units" else None,
        n=people,
        ci_level=_level(posted) if held.keys() & {"ci_low", "ci_high"} else None,
        unit="%" if measure is Measure.PROPORTION else posted.unit,
        timepoint=row.time,
        kind=_kind(measure, change=row.change),
        subgroup=placed.subgroup,
        arm=placed.arm,
        printed=printed,
        sd=held.get("sd"),
        se=held.get("se"),
        ci_low=held.get("ci_low"),
        ci_high=held.get("ci_high"),
        iqr_low=held.get("iqr_low"),
        iqr_high=held.get("iqr_high"),
    )


def _is_count(value: float) -> bool:
    return value.is_integer() and value >= 0


def _kind(measure: Measure, *, change: bool) -> Kind | None:
    if change:
        return Kind.CHANGE
    return Kind.FINAL if measure in (Measure.MEAN, Measure.MEDIAN) else None


def place(posted: PostedOutcome, group: PostedGroup, arms: ArmsInPlace) -> tuple[Group, int | None, str | None]:
    """Whose a group's number is, its arm, and its name where several groups share a side or none is known."""
    arm = arm_of(posted, group, arms)
    if arm is None:
        return Group.POOLED, None, group.title
    role = arms.arms[arm].role
    side = Group.COMPARATOR if role is ArmRole.COMPARATOR else Group.INTERVENTION
    return side, arm, group.title if len(arms.of_role(role)) > 1 else None


def arm_of(posted: PostedOutcome, group: PostedGroup, arms: ArmsInPlace) -> int | None:
    """A group's arm. The one group of a study with one arm is that arm, whatever it is called."""
    if len(arms.arms) == 1 and not arms.problems and len(posted.groups) == 1:
        return 0
    return arms.whose(group)


def unplaced(outcomes: Sequence[PostedOutcome], arms: ArmsInPlace) -> Iterator[Problem]:
    """A problem for each group that no arm can be told for, once; groups of all arms together need none."""
    told: dict[str, None] = {}
    for posted in outcomes:
        used = {v.group for v in posted.values} | {g for a in posted.analyses for g in a.groups}
        for group in posted.groups:
            if group.id in used and not is_whole(group) and arm_of(posted, group, arms) is None:
                told.setdefault(group.title)
    for title in told:
        yield Problem(
            f"Which registered arm the posted group “{title}” is cannot be told; its results are kept without an arm.", title
        )


# ------------------------------------------------------------------------------------------------ spreads

Spread = tuple[str, str, float]


def _spread(posted: PostedOutcome, value: PostedValue, unreadable: Unreadable) -> list[Spread]:
    """The spread's fields with their printed and read values. A full range is no interval and no quartiles: it is not taken."""
    sort = coded(posted.dispersion)
    wanted: tuple[tuple[str, str | None], ...] = ()
    if sort == "standard deviation":
        wanted = (("sd", value.spread),)
    elif sort.startswith("standard error"):
        wanted = (("se", value.spread),)
    elif "confidence interval" in sort:
        wanted = (("ci_low", value.lower), ("ci_high", value.upper))
    elif "quartile" in sort:
        wanted = (("iqr_low", value.lower), ("iqr_high", value.upper))
    return read_fields(wanted, unreadable)


def read_fields(wanted: Sequence[tuple[str, str | None]], unreadable: Unreadable) -> list[Spread]:
    """The fields that are printed as plain numbers; the others that are printed go to `unreadable`."""
    found: list[Spread] = []
    for name, printed in wanted:
        read = number(printed)
        if read is not None and printed is not None:
            found.append((name, spelt(printed), read))
        elif printed is not None:
            unreadable.found.append(printed)
    return found


def _level(posted: PostedOutcome) -> float | None:
    found = re.search(r"(\d{2}(?:\.\d+)?)\s?%", posted.dispersion or "")
    return float(found[1]) if found else None


def _quoted(value: str, spread: Sequence[Spread]) -> str:
    """The numbers as they would stand in a table: "4.2 (1.1)", "31 (24 to 40)"."""
    return f"{spelt(value)} ({' to '.join(p for _, p, _ in spread)})" if spread else spelt(value)


def arm_name(arm: Arm) -> str:
    """What a claim calls an arm: a comparator by its class, where that says more than "active"."""
    kind = arm.comparator_class
    return kind if arm.role is ArmRole.COMPARATOR and kind and kind != "active" else arm.label
