"""The machine-readable form of an extraction (contract 1)."""

from __future__ import annotations

from typing import Any

from crawler.document import Document
from crawler.record import Reference
from nlp.claim import Arm, Claim, Effect, Extraction, Mention, Outcome, Quote, Timepoint

CONTRACT = 1


def as_contract(document: Document, extraction: Extraction) -> dict[str, Any]:
    """One document's line of `counterclaim extract --json`."""
    return {
        "contract": CONTRACT,
        "id": document.id,
        "text": document.text,
        "document": document_fields(document, extraction),
        "arms": [arm_fields(a) for a in extraction.arms],
        "mentions": [_mention(m) for m in extraction.mentions],
        "effects": [effect_fields(e) for e in extraction.effects],
        "claims": [claim_fields(c) for c in extraction.claims],
        "problems": [{"what": p.what, "quote": p.quote} for p in extraction.problems],
    }


def document_fields(document: Document, extraction: Extraction) -> dict[str, Any]:
    """The `document` object."""
    study, names = extraction.study, document.identifiers
    return {
        "title": document.title,
        "year": document.year,
        "journal": document.journal,
        "pmid": names.pmid,
        "doi": names.doi,
        "pmcid": names.pmcid,
        "read": document.read.value,
        "report": document.report.value,
        "level": study.level.value,
        "design": study.design,
        "registry_ids": list(study.registry_ids),
        "sample_size": study.sample_size,
        "studies": study.studies,
        "conditions": [{"id": c.id, "label": c.label} for c in study.conditions],
        "reports_on": [reference_fields(r) for r in document.reports_on],
    }


def reference_fields(reference: Reference) -> dict[str, str]:
    """What a document reports on, by whatever names are known."""
    names = reference.identifiers
    fields = {
        "doi": names.doi,
        "pmid": names.pmid,
        "pmcid": names.pmcid,
        "nct": reference.registry_id,
        "citation": reference.citation,
    }
    return {k: v for k, v in fields.items() if v}


def arm_fields(arm: Arm) -> dict[str, Any]:
    """One entry of `arms`."""
    return {"role": arm.role.value, "text": arm.quote.text, "label": arm.label, "concept": arm.concept,
            "class": arm.comparator_class, "route": arm.route, "cell_source": arm.cell_source, "donor": arm.donor, "dose": arm.dose, "schedule": arm.schedule,
            "n": arm.n, "start": arm.quote.start, "end": arm.quote.end, "pointer": arm.quote.pointer}  # fmt: skip


def _mention(mention: Mention) -> dict[str, Any]:
    return {"label": mention.label, "start": mention.quote.start, "end": mention.quote.end, "text": mention.quote.text,
            "concept": mention.concept, "score": mention.score, "runner_up": mention.runner_up,
            "source": mention.source.value}  # fmt: skip


def outcome_fields(outcome: Outcome) -> dict[str, Any]:
    """An outcome."""
    return {
        "text": outcome.text,
        "label": outcome.label,
        "concept": outcome.concept,
        "better": outcome.better.value if outcome.better else None,
    }


def _time(timepoint: Timepoint | None) -> dict[str, Any] | None:
    return None if timepoint is None else {"text": timepoint.text, "days": timepoint.days}


def _quote(quote: Quote) -> dict[str, Any]:
    """A result from a registry's structured answer has a pointer in place of offsets."""
    return {"quote": quote.text, "start": quote.start, "end": quote.end, "pointer": quote.pointer}


_EFFECT_NUMBERS = ("estimate", "ci_low", "ci_high", "ci_level", "p_value", "p_operator", "i2", "tau2", "k", "se", "sd", "iqr_low",
                   "iqr_high", "events", "total", "n", "unit")  # fmt: skip


def effect_fields(effect: Effect) -> dict[str, Any]:
    """One entry of `effects`."""
    return {
        "measure": effect.measure.value,
        **{k: getattr(effect, k) for k in _EFFECT_NUMBERS},
        "derived": list(effect.derived),
        "outcome": outcome_fields(effect.outcome),
        "timepoint": _time(effect.timepoint),
        "group": effect.group.value,
        "kind": effect.kind.value if effect.kind else None,
        "subgroup": effect.subgroup,
        "analysis_set": effect.analysis_set,
        "adjusted": effect.adjusted,
        "arm": effect.arm,
        "versus": effect.versus,
        "confidence": effect.confidence,
        **_quote(effect.quote),
        "audit": [{"check": a.check, "verdict": a.verdict.value, "detail": a.detail} for a in effect.audit],
    }


def claim_fields(claim: Claim) -> dict[str, Any]:
    """One entry of `claims`."""
    return {
        "question": claim.question.value,
        "intervention": claim.intervention,
        "comparator": claim.comparator,
        "arm": claim.arm,
        "versus": claim.versus,
        "route": claim.route,
        "cell_source": claim.cell_source,
        "condition": claim.condition,
        "outcome": outcome_fields(claim.outcome),
        "timepoint": _time(claim.timepoint),
        "direction": claim.direction.value,
        "point_direction": claim.point_direction.value if claim.point_direction else None,
        "significant": claim.significant,
        "null_kind": claim.null_kind.value if claim.null_kind else None,
        "analysis_set": claim.analysis_set,
        "hedged": claim.hedged,
        "spin": claim.spin,
        "confidence": claim.confidence,
        "effects": list(claim.effects),
        **_quote(claim.quote),
    }
