"""A trial as ClinicalTrials.gov gives it (version 2 of its interface), with its posted results."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.imitation.paper import Arm, Trial, plain

Study = dict[str, Any]


def study_of(trial: Trial, today: date) -> Study:
    """The whole study."""
    started = trial.first_posted + timedelta(days=30)
    status = {
        "statusVerifiedDate": f"{trial.updated:%Y-%m}",
        "overallStatus": trial.status,
        "hasExpandedAccess": False,
        "startDateStruct": {"date": f"{started:%Y-%m}", "type": "ACTUAL"},
        "studyFirstPostDateStruct": {"date": trial.first_posted.isoformat(), "type": "ACTUAL"},
        "lastUpdateSubmitDate": trial.updated.isoformat(),
        "lastUpdatePostDateStruct": {"date": trial.updated.isoformat(), "type": "ACTUAL"},
    }
    if trial.posted:
        status["resultsFirstPostDateStruct"] = {"date": trial.updated.isoformat(), "type": "ACTUAL"}
    study: Study = {
        "protocolSection": _protocol(trial) | {"statusModule": status},
        "derivedSection": {"miscInfoModule": {"versionHolder": today.isoformat()}},
        "hasResults": trial.posted,
    }
    return study | ({"resultsSection": _results(trial)} if trial.posted else {})


def _protocol(trial: Trial) -> Study:
    names = [f"Biological: {trial.cells}", f"Other: {trial.comparator}"]
    measure = f"Change in {trial.outcome}"
    identified: Study = {
        "nctId": trial.nct,
        "orgStudyIdInfo": {"id": f"INV-{trial.nct[-5:]}"},
        "organization": {"fullName": "Invented Institute", "class": "OTHER"},
    }
    identified |= {
        "briefTitle": f"{trial.cells.capitalize()} for {trial.condition.capitalize()}",
        "officialTitle": plain(trial.title),
    }
    if trial.aliases:
        identified["nctIdAliases"] = list(trial.aliases)
    return {
        "identificationModule": identified,
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Invented Institute", "class": "OTHER"}},
        "descriptionModule": {"briefSummary": f"This invented trial asks whether {trial.cells} help people with {trial.condition}."},
        "conditionsModule": {"conditions": [trial.condition.capitalize()], "keywords": ["mesenchymal stem cells"]},
        "designModule": {
            "studyType": "INTERVENTIONAL", "phases": ["PHASE2"],
            "designInfo": {"allocation": "RANDOMIZED", "interventionModel": "PARALLEL", "primaryPurpose": "TREATMENT", "maskingInfo": {"masking": "DOUBLE"}},
            "enrollmentInfo": {"count": sum(arm.n for arm in trial.arms), "type": "ACTUAL"},
        },
        "armsInterventionsModule": {
            "armGroups": [{"label": arm.label.capitalize(), "type": arm.sort, "description": f"Given {arm.label}.", "interventionNames": [name]}
                          for arm, name in zip(trial.arms, names, strict=True)],
            "interventions": [{"type": name.split(":")[0].upper(), "name": name.split(": ")[1], "description": "Once."} for name in names],
        },
        "outcomesModule": {"primaryOutcomes": [{"measure": measure, "timeFrame": f"{trial.months} months"}]},
        "eligibilityModule": {"eligibilityCriteria": "Adults with the condition.", "sex": "ALL", "minimumAge": "18 Years"},
        "referencesModule": {"references": [{"pmid": str(pmid), "type": "RESULT", "citation": f"Somebody A. The trial's paper. PMID {pmid}."} for pmid in trial.pmids]},
    }  # fmt: skip


def _groups(arms: tuple[Arm, Arm]) -> list[Study]:
    return [
        {"id": f"OG00{place}", "title": arm.label.capitalize(), "description": f"Given {arm.label}."}
        for place, arm in enumerate(arms)
    ]


def _results(trial: Trial) -> Study:
    counts = [{"groupId": f"OG00{place}", "value": str(arm.n)} for place, arm in enumerate(trial.arms)]
    values = [{"groupId": f"OG00{place}", "value": str(arm.mean), "spread": str(arm.sd)} for place, arm in enumerate(trial.arms)]
    result = trial.result
    analysis = {
        "groupIds": ["OG000", "OG001"], "groupDescription": "Both groups.", "nonInferiorityType": "SUPERIORITY",
        "pValue": "<0.001" if result.p < 0.001 else str(result.p), "statisticalMethod": "t-test, 2 sided",
        "paramType": "Mean Difference (Final Values)", "paramValue": str(result.difference), "ciPctValue": "95", "ciNumSides": "TWO_SIDED",
        "ciLowerLimit": str(result.low), "ciUpperLimit": str(result.high),
    }  # fmt: skip
    outcome = {
        "type": "PRIMARY", "title": trial.outcome, "description": f"{trial.outcome}, at the end.", "populationDescription": "All assigned.",
        "reportingStatus": "POSTED", "paramType": "MEAN", "dispersionType": "Standard Deviation", "unitOfMeasure": "score on a scale",
        "timeFrame": f"{trial.months} months", "groups": _groups(trial.arms), "denoms": [{"units": "Participants", "counts": counts}],
        "classes": [{"categories": [{"measurements": values}]}], "analyses": [analysis],
    }  # fmt: skip
    events = [
        {"id": f"EG00{place}", "title": arm.label.capitalize(), "deathsNumAffected": 0, "deathsNumAtRisk": arm.n,
         "seriousNumAffected": place + 1, "seriousNumAtRisk": arm.n, "otherNumAffected": 3, "otherNumAtRisk": arm.n}
        for place, arm in enumerate(trial.arms)
    ]  # fmt: skip
    return {
        "outcomeMeasuresModule": {"outcomeMeasures": [outcome]},
        "adverseEventsModule": {"frequencyThreshold": "5", "timeFrame": f"{trial.months} months", "eventGroups": events},
    }
