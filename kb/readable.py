"""What was read from one document, for a program (a JSON line) and for a person (a few lines)."""

from __future__ import annotations

import json

from kb.intake import Reading
from nlp.claim import Claim, Effect
from nlp.contract import as_contract


def extraction_line(reading: Reading) -> str:
    """The contract's line of `extract --json`. A lone surrogate from a broken source is escaped: any terminal can take the line."""
    return json.dumps(as_contract(reading.document, reading.extraction), ensure_ascii=True)


def extraction_summary(reading: Reading) -> str:
    """A document's claims and numbers in a few lines."""
    document, found = reading.document, reading.extraction
    heading = f"{document.id} · {document.title or 'no title'}"
    told = f"  {document.report.value}, {found.study.level.value}" + (f", {found.study.design}" if found.study.design else "")
    claims = [f"  claim   {_claim(c)}" for c in found.claims]
    effects = [f"  number  {_effect(e)}" for e in found.effects]
    nothing = [] if claims or effects else ["  no claim and no number found in the text that was read"]
    return "\n".join([heading, told, *claims, *effects, *nothing])


def _claim(claim: Claim) -> str:
    against = f" vs {claim.comparator}" if claim.comparator else ""
    when = f" at {claim.timepoint.text}" if claim.timepoint else ""
    return f"{claim.intervention or '?'}{against} · {claim.outcome.label}{when}: {claim.direction.value.replace('_', ' ')}"


def _effect(effect: Effect) -> str:
    numbers = [f"{effect.estimate:g}"] if effect.estimate is not None else []
    if effect.ci_low is not None and effect.ci_high is not None:
        numbers.append(f"({effect.ci_low:g} to {effect.ci_high:g})")
    if effect.p_value is not None:
        numbers.append(f"p {effect.p_operator or '='} {effect.p_value:g}")
    when = f" at {effect.timepoint.text}" if effect.timepoint else ""
    flags = "".join(f" [{a.check}: {a.detail}]" for a in effect.audit if a.verdict.value == "inconsistent")
    return f"{effect.outcome.label}{when}: {effect.measure.value} {' '.join(numbers)}{flags}"
