"""What ClinicalTrials.gov posts as structure: a study's arms and results, taken over as printed, each with a pointer into the study's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawler.json_place import Place
from crawler.posted import Posted, PostedAnalysis, PostedArm, PostedGroup, PostedOutcome, PostedValue

#: The rank of outcomes that the registry counts as harms and not as outcome measures.
ADVERSE_EVENTS = "ADVERSE_EVENTS"
#: Adverse events that every group's totals are posted for: the registry's own heading, and the fields that hold them.
_EVENT_TOTALS = (
    ("All-Cause Mortality", "deathsNumAffected", "deathsNumAtRisk"),
    ("Serious Adverse Events", "seriousNumAffected", "seriousNumAtRisk"),
)
#: Hypotheses under which a small p does not say that one group did better.
_NOT_SUPERIORITY = ("NON_INFERIORITY", "EQUIVALENCE")


def posted(study: Place) -> Posted:
    """The structured part of a study.

    Raises:
        Misshapen: a part of it is built otherwise than the registry's version 2 has it.
    """
    protocol, results = study.at("protocolSection"), study.at("resultsSection")
    design = protocol.at("designModule")
    measured = tuple(o for m in results.at("outcomeMeasuresModule", "outcomeMeasures").items for o in _outcomes(m))
    return Posted(
        arms=_arms(protocol.at("armsInterventionsModule")),
        conditions=protocol.at("conditionsModule", "conditions").texts,
        enrolled=design.at("enrollmentInfo", "count").whole_number,
        phase="/".join(design.at("phases").texts) or None,
        status=protocol.at("statusModule", "overallStatus").text,
        outcomes=measured + tuple(_adverse_events(results.at("adverseEventsModule"))),
    )


def _arms(module: Place) -> tuple[PostedArm, ...]:
    said = {i.at("name").text: i.at("description").text for i in module.at("interventions").items}
    return tuple(
        PostedArm(
            label=arm.at("label").text or f"Arm {number}",
            pointer=arm.pointer,
            sort=arm.at("type").text,
            description=arm.at("description").text,
            interventions=tuple(_described(name, said) for name in arm.at("interventionNames").texts),
        )
        for number, arm in enumerate(module.at("armGroups").items, 1)
    )


def intervention(place: Place) -> str:
    """An intervention as registered: its sort, its name, and what is said of it.

    >>> intervention(Place({"type": "BIOLOGICAL", "name": "MSC", "description": "One infusion."}))
    'Biological: MSC. One infusion.'
    """
    sort, name, said = place.at("type").text, place.at("name").text, place.at("description").text
    named = f"{sort.replace('_', ' ').capitalize()}: {name}" if sort and name else name or ""
    return f"{named}. {said}" if said else named


def _described(name: str, said: dict[str | None, str | None]) -> str:
    """ "Biological: MSC", and on a second line what is said of it where the list of interventions has that name."""
    description = said.get(name) or said.get(name.partition(": ")[2])
    return f"{name}\n{description}" if description else name


def _outcomes(measure: Place) -> Iterator[PostedOutcome]:
    """One measure: one outcome for all rows that share its denominators, and one for each row that has its own.

    Where rows have their own, the comparisons stand by themselves: which row they are about is not said.
    """
    rows = measure.at("classes").items
    own = [row for row in rows if row.at("denoms").items]
    shared = [row for row in rows if row not in own]
    analyses = tuple(_analysis(a) for a in measure.at("analyses").items)
    alone = (_outcome(measure, [row], row, ()) for row in own)
    if shared or analyses or not own:
        yield _outcome(measure, [] if own and analyses else shared, measure, analyses)
    if own and analyses and shared:
        yield _outcome(measure, shared, measure, ())
    yield from alone


def _outcome(measure: Place, rows: list[Place], counted: Place, analyses: tuple[PostedAnalysis, ...]) -> PostedOutcome:
    return PostedOutcome(
        title=measure.at("title").text or "(no title)",
        pointer=measure.pointer,
        rank=measure.at("type").text,
        description=measure.at("description").text,
        timeframe=measure.at("timeFrame").text,
        param=measure.at("paramType").text,
        dispersion=measure.at("dispersionType").text,
        unit=measure.at("unitOfMeasure").text,
        population=measure.at("populationDescription").text,
        groups=_groups(measure, counted.at("denoms")),
        values=tuple(v for row in rows for v in _values(row)),
        analyses=analyses,
    )


def _groups(measure: Place, denoms: Place) -> tuple[PostedGroup, ...]:
    people = [d for d in denoms.items if (d.at("units").text or "").lower() == "participants"]
    counts = {c.at("groupId").text: c.at("value").whole_number for d in people[:1] for c in d.at("counts").items}
    return tuple(
        PostedGroup(id, g.at("title").text or id, g.at("description").text, counts.get(id))
        for g in measure.at("groups").items
        if (id := g.at("id").text)
    )


def _values(row: Place) -> Iterator[PostedValue]:
    """The measurements of one row ("class"), which may be cut into categories."""
    for category in row.at("categories").items:
        named = [n for n in (row.at("title").text, category.at("title").text) if n]
        for m in category.at("measurements").items:
            group, value = m.at("groupId").text, m.at("value").printed
            if group and value:
                yield PostedValue(
                    group=group,
                    value=value,
                    pointer=m.pointer,
                    spread=m.at("spread").printed,
                    lower=m.at("lowerLimit").printed,
                    upper=m.at("upperLimit").printed,
                    category=": ".join(dict.fromkeys(named)) or None,
                )


def _analysis(a: Place) -> PostedAnalysis:
    tested = a.at("nonInferiorityType").text
    methods = (a.at("statisticalMethod").text, tested if tested and tested.startswith(_NOT_SUPERIORITY) else None)
    return PostedAnalysis(
        groups=a.at("groupIds").texts,
        pointer=a.pointer,
        param=a.at("paramType").text,
        value=a.at("paramValue").printed,
        ci_percent=a.at("ciPctValue").printed,
        ci_low=a.at("ciLowerLimit").printed,
        ci_high=a.at("ciUpperLimit").printed,
        p_value=a.at("pValue").printed,
        method="; ".join(m for m in methods if m) or None,
        dispersion=a.at("dispersionType").text,
        dispersion_value=a.at("dispersionValue").printed,
    )


@dataclass(frozen=True, slots=True)
class _Total:
    """How many of a group had an event, and of how many."""

    group: PostedGroup
    value: PostedValue


def _adverse_events(module: Place) -> Iterator[PostedOutcome]:
    """The totals by group, which the registry posts beside the outcome measures."""
    for title, affected, at_risk in _EVENT_TOTALS:
        totals = [t for g in module.at("eventGroups").items if (t := _total(g, affected, at_risk))]
        if totals:
            yield PostedOutcome(
                title=title,
                pointer=module.pointer,
                rank=ADVERSE_EVENTS,
                description=module.at("description").text,
                timeframe=module.at("timeFrame").text,
                param="COUNT_OF_PARTICIPANTS",
                unit="participants",
                groups=tuple(t.group for t in totals),
                values=tuple(t.value for t in totals),
            )


def _total(group: Place, affected: str, at_risk: str) -> _Total | None:
    id, value = group.at("id").text, group.at(affected)
    if not id or value.printed is None:
        return None
    known = PostedGroup(id, group.at("title").text or id, group.at("description").text, group.at(at_risk).whole_number)
    return _Total(known, PostedValue(id, value.printed, value.pointer))
