"""Invented studies in the shape in which ClinicalTrials.gov's API version 2 gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

MSC = {
    "type": "EXPERIMENTAL",
    "label": "Stem cells",
    "description": "One intrathecal injection of the participant's own bone marrow mesenchymal stem cells, 1 x 10^6 cells/kg.",
    "interventionNames": ["Biological: Mesenchymal stem cells"],
}
PLACEBO = {
    "type": "PLACEBO_COMPARATOR",
    "label": "Placebo",
    "description": "One intrathecal injection of saline.",
    "interventionNames": ["Other: Saline"],
}


def registration(number: str = "NCT90000001", *, arms: Sequence[Json] = (MSC, PLACEBO), updated: str = "2024-05-13") -> Json:
    """A study without results."""
    return {
        "hasResults": False,
        "derivedSection": {
            "conditionBrowseModule": {"meshes": [{"id": "D009103", "term": "Multiple Sclerosis"}]},
            "miscInfoModule": {"versionHolder": "2026-11-20"},
        },
        "protocolSection": {
            "identificationModule": {
                "nctId": number,
                "orgStudyIdInfo": {"id": "HARBOUR-7"},
                "secondaryIdInfos": [
                    {"id": "2015-001234-56", "type": "EUDRACT_NUMBER"},
                    {"id": "NCT90000777", "type": "REGISTRY", "domain": "the parent study"},
                    {"id": "GRANT 12/9", "type": "OTHER_GRANT"},
                ],
                "briefTitle": "Harbour: Stem Cells in  Progressive Multiple Sclerosis",
                "officialTitle": "A Randomized Trial of Mesenchymal Stem Cells Against Placebo in Progressive Multiple Sclerosis",
                "organization": {"fullName": "Institute of an Invented Town", "class": "OTHER"},
            },
            "statusModule": {
                "overallStatus": "COMPLETED",
                "startDateStruct": {"date": "2016-03", "type": "ACTUAL"},
                "studyFirstPostDateStruct": {"date": "2015-11-02", "type": "ACTUAL"},
                "lastUpdatePostDateStruct": {"date": updated, "type": "ACTUAL"},
            },
            "descriptionModule": {
                "briefSummary": "Does one injection slow the disease? People with an EDSS of 3.5 to \\<= 6.5 take part.",
                "detailedDescription": "Both groups are seen for a year.\n\nAn earlier meta-analysis (NCT90000555) found p = 0.01.",
            },
            "conditionsModule": {"conditions": ["Multiple Sclerosis, Chronic Progressive"], "keywords": ["MSC", "disability"]},
            "designModule": {
                "studyType": "INTERVENTIONAL",
                "phases": ["PHASE1", "PHASE2"],
                "designInfo": {
                    "allocation": "RANDOMIZED",
                    "interventionModel": "PARALLEL",
                    "maskingInfo": {"masking": "DOUBLE", "whoMasked": ["PARTICIPANT", "OUTCOMES_ASSESSOR"]},
                },
                "enrollmentInfo": {"count": 48, "type": "ACTUAL"},
            },
            "armsInterventionsModule": {
                "armGroups": list(arms),
                "interventions": [
                    {"type": "BIOLOGICAL", "name": "Mesenchymal stem cells", "description": "Grown from bone marrow."},
                    {"type": "OTHER", "name": "Saline"},
                ],
            },
            "outcomesModule": {
                "primaryOutcomes": [
                    {"measure": "Change in EDSS", "timeFrame": "12 months", "description": "Seen by a blinded rater."}
                ],
                "secondaryOutcomes": [{"measure": "Relapses", "timeFrame": "12 months"}],
            },
            "referencesModule": {
                "references": [
                    {"pmid": "99000001", "type": "RESULT", "citation": "Doe J. Harbour. J Inv. 2019;1:1. doi: 10.5555/Harbour.1."},
                    {"pmid": "99000002", "type": "BACKGROUND", "citation": "Roe R. Before Harbour. 2012."},
                    {
                        "pmid": "99000003",
                        "type": "DERIVED",
                        "citation": "Poe P. After Harbour. 2021.",
                        "retractions": [{"pmid": "99000009", "source": "J Inv. 2022;4:4"}],
                    },
                    {"type": "BACKGROUND"},
                ]
            },
        },
    }


def with_results(outcomes: Sequence[Json], events: Json | None = None, **about: Any) -> Json:
    """A study with posted results."""
    results: Json = {"outcomeMeasuresModule": {"outcomeMeasures": list(outcomes)}}
    if events:
        results["adverseEventsModule"] = events
    return registration(**about) | {"hasResults": True, "resultsSection": results}


def measure(
    title: str,
    values: Mapping[str, Mapping[str, str | tuple[str, ...]]],
    *,
    groups: Sequence[str] = ("Stem cells", "Placebo"),
    counts: Sequence[int] | None = (25, 23),
    param: str = "MEAN",
    dispersion: str | None = "Standard Deviation",
    frame: str = "12 months",
    unit: str = "score on a scale",
    analyses: Sequence[Json] = (),
    **more: Any,
) -> Json:
    """One outcome measure.

    Args:
        title: of the measure.
        values: row label ("" for none; "class / category") to group title to the value, or to the value with its spread or two limits.
        groups: the titles of the groups, which are numbered OG000 and on.
        counts: people analysed in each group.
        param: the sort of value.
        dispersion: the sort of spread.
        frame: the time frame.
        unit: of the values.
        analyses: the comparisons.
        more: further fields.
    """
    ids = {g: f"OG{i:03}" for i, g in enumerate(groups)}
    found: Json = {
        "type": "PRIMARY",
        "title": title,
        "reportingStatus": "POSTED",
        "paramType": param,
        "timeFrame": frame,
        "unitOfMeasure": unit,
        "groups": [{"id": ids[g], "title": g} for g in groups],
        "classes": [_class(label, row, ids) for label, row in values.items()],
        "analyses": list(analyses),
    }
    if counts:
        found["denoms"] = [denominators(dict(zip(ids.values(), counts, strict=True)))]
    return found | ({"dispersionType": dispersion} if dispersion else {}) | more


def denominators(counts: Mapping[str, int], units: str = "Participants") -> Json:
    """How many were analysed, by group."""
    return {"units": units, "counts": [{"groupId": g, "value": str(n)} for g, n in counts.items()]}


def _class(label: str, row: Mapping[str, str | tuple[str, ...]], ids: Mapping[str, str]) -> Json:
    title, _, category = label.partition(" / ")
    measured = [{"groupId": ids[g]} | _measurement(v) for g, v in row.items()]
    return ({"title": title} if title else {}) | {
        "categories": [({"title": category} if category else {}) | {"measurements": measured}]
    }


def _measurement(value: str | tuple[str, ...]) -> Json:
    if isinstance(value, str):
        return {"value": value}
    keys = ("value", "spread") if len(value) == 2 else ("value", "lowerLimit", "upperLimit")
    return dict(zip(keys, value, strict=True))


def analysis(param: str | None, value: str | None, *, groups: Sequence[str] = ("OG000", "OG001"), **more: str) -> Json:
    """A comparison of groups; `more` are the registry's own fields (pValue, ciPctValue, ciLowerLimit …)."""
    told = {"paramType": param, "paramValue": value, "statisticalMethod": "ANCOVA"} | more
    return {"groupIds": list(groups)} | {k: v for k, v in told.items() if v is not None}


#: The change in EDSS of two arms, in which the treatment did better by 0.7 points.
EDSS = measure(
    "Change From Baseline in Expanded Disability Status Scale (EDSS)",
    {"": {"Stem cells": ("-0.5", "0.9"), "Placebo": ("0.2", "1.0")}},
    description="EDSS runs from 0 to 10; higher scores mean worse disability.",
    analyses=[
        analysis(
            "Mean Difference (Final Values)", "-0.70", pValue="0.013", ciPctValue="95", ciNumSides="TWO_SIDED",
            ciLowerLimit="-1.25", ciUpperLimit="-0.15",
        )
    ],
)  # fmt: skip

EVENTS: Json = {
    "timeFrame": "12 months",
    "description": "Asked for at each visit.",
    "eventGroups": [
        {"id": "EG000", "title": "Stem cells", "deathsNumAffected": 0, "deathsNumAtRisk": 25, "seriousNumAffected": 3, "seriousNumAtRisk": 25},
        {"id": "EG001", "title": "Placebo", "deathsNumAffected": 1, "deathsNumAtRisk": 23, "seriousNumAffected": 2, "seriousNumAtRisk": 23},
    ],
}  # fmt: skip
