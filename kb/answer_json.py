"""An answer for programs: the contract's object, and flat rows."""

from __future__ import annotations

from dataclasses import asdict

from kb.answer import SECOND_HAND, Answer, AnswerClaim, OutcomeAnswer, link
from kb.answer_notices import retracted_works
from kb.certainty import certainty
from kb.certainty import in_words as certainty_in_words
from kb.verdicts import conclusions_differ, counts, leanings, verdict, verdicts, without_concern


def as_contract(found: Answer) -> dict[str, object]:
    """The object of `query --json` (contract 1)."""
    return {
        "contract": 1, "question": found.question.as_json() | {"filters": found.filters.as_json()}, "searched": found.searched, "library": found.library,
        "outcomes": [_outcome(o) for o in found.outcomes],
        "registered_unreported": [asdict(chair) for chair in found.empty_chairs],
        "screened_out": [{"document": s.document, "title": s.title, "why": s.why, "run": s.run} for s in found.screened_out],
        "near": list(found.near), "left_out": asdict(found.left_out) if found.left_out else None,
    }  # fmt: skip


def _outcome(o: OutcomeAnswer) -> dict[str, object]:
    steps = certainty(o)
    return {
        "outcome": o.outcome, "better": o.better, "against": o.against, "intervention": o.intervention, "question": o.question, "verdict": verdict(o), "conclusions_differ": conclusions_differ(o), "verdicts": verdicts(o), "counts": counts(o),
        "leaning": leanings(o), "claims": [_claim(c) for c in o.claims], "disputes": [d.as_json() for d in o.disputes.lines],
        "disputes_in_all": o.disputes.number, "inconsistent_reports": list(o.inconsistent), "without_concern": without_concern(o),
        "certainty": {"says": certainty_in_words(steps), "steps": [{"step": s.step, "concern": s.concern, "why": s.why} for s in steps]} if steps else None,
    }  # fmt: skip


def known_from(row: dict[str, object]) -> str:
    """Who tells it, where that is not the paper itself."""
    report = str(row["report"])
    if report in SECOND_HAND or report == "conference":
        return f"known from a {'news report' if report in ('news', 'conference') else report.replace('_', ' ')} only"
    return ""


def _claim(c: AnswerClaim) -> dict[str, object]:
    r = c.row
    arm = {"label": r["intervention"], "route": r["route"], "cell_source": r["cell_source"], "donor": r["donor"]}
    versus = {"label": r["comparator"], "class": r["comparator_class"], "route": r["versus_route"]}
    keys = (
        "document",
        "study",
        "report",
        "level",
        "design",
        "direction",
        "point_direction",
        "null_kind",
        "status",
        "confidence",
        "quote",
    )
    return {k: r[k] for k in keys} | {
        "claim": r["claim_id"], "significant": None if r["significant"] is None else bool(r["significant"]), "effect": c.effect, "arm": arm, "versus": versus,
        "timepoint": {"text": r["time_text"], "days": r["time_days"]} if r["time_text"] else None, "n": r["sample_size"], "url": link(r),
        "known_from": known_from(r) or None, "against_what_was_asked": c.direct, "audit_flags": list(c.flags), "question": r["question"], "year": r["year"],
        "counted": c.counts, "not_counted_because": c.why_not, "subgroup": c.compared.subgroup, "notices": r.get("notices", []), "cites_retracted": retracted_works(r),
        "may_include": retracted_works(r) if r["level"] == "pooled" else [],
    }  # fmt: skip


COLUMNS = ("outcome", "level", "against", "direction", "estimate", "interval", "p", "n", "design", "route", "source", "when", "status", "known_from", "flags",
           "study", "document", "quote", "link", "cites_retracted", "confidence")  # fmt: skip


def rows(found: Answer) -> list[dict[str, object]]:
    """One flat row a claim, in the order of the answer."""
    return [_row(o.outcome, c) for o in found.outcomes for c in o.claims]


def _row(outcome: str, c: AnswerClaim) -> dict[str, object]:
    r, e = c.row, c.effect or {}
    return {
        "outcome": outcome, "level": r["level"], "against": r["comparator"] or ("not compared" if not c.direct else ""), "direction": str(r["direction"]).replace("_", " "),
        "estimate": estimate(e), "interval": interval(e), "p": p_value(e), "n": r["sample_size"], "design": r["design"], "route": r["route"],
        "source": r["cell_source"], "when": r["time_text"], "status": r["status"], "known_from": known_from(r), "flags": "; ".join(c.flags), "study": r["study"],
        "document": r["document"], "quote": " ".join(str(r["quote"]).split()), "link": link(r),
        "cites_retracted": "; ".join(retracted_works(r)), "confidence": r["confidence"],
    }  # fmt: skip


def estimate(e: dict[str, object]) -> str:
    """ "MD -5.12 mm³", or nothing where the text prints no estimate."""
    if e.get("estimate") is None:
        return ""
    unit = str(e["unit"] or "")
    return f"{e['measure']} {float(str(e['estimate'])):g}{unit if unit == '%' else f' {unit}' if unit else ''}"


def interval(e: dict[str, object]) -> str:
    """ "-9.65 to -0.59", or nothing."""
    return f"{float(str(e['ci_low'])):g} to {float(str(e['ci_high'])):g}" if e.get("ci_low") is not None else ""


def p_value(e: dict[str, object]) -> str:
    """ "0.03", "<0.001", or nothing."""
    if e.get("p_value") is None:
        return ""
    return f"{'' if e['p_operator'] in ('=', None) else e['p_operator']}{float(str(e['p_value'])):g}"
