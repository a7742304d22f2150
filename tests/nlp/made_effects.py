"""Effects for the audit's tests, written as a text would print them."""

from __future__ import annotations

from typing import Any

from nlp.audit import audit
from nlp.claim import AuditFinding, Effect, Group, Measure, Outcome, Quote, Verdict

_FIELDS = ("estimate", "ci_low", "ci_high", "p_value", "sd", "se", "i2", "tau2", "iqr_low", "iqr_high")


def number(printed: str) -> float:
    """The value of printed characters."""
    return float(printed.replace("−", "-").replace("·", ".").replace(",", ""))


def printed_effect(measure: Measure, group: Group = Group.DIFFERENCE, **fields: Any) -> Effect:
    """An effect from its printed numbers: strings are what the text prints, other values are taken as they are."""
    printed = tuple((k, v) for k, v in fields.items() if k in _FIELDS)
    values: dict[str, Any] = {k: number(v) if k in _FIELDS else v for k, v in fields.items()}
    if "ci_low" in values:
        values.setdefault("ci_level", 95.0)
    if "p_value" in values:
        values.setdefault("p_operator", "=")
    return Effect(measure, Quote(0, 0, ""), Outcome("pain", "pain"), group, printed=printed, **values)


def flagged(findings: tuple[AuditFinding, ...]) -> dict[str, str]:
    """The details of what is inconsistent, by check."""
    return {f.check: f.detail for f in findings if f.verdict is Verdict.INCONSISTENT}


def flags(effect: Effect, **setting: Any) -> set[str]:
    """The checks that an effect fails."""
    return set(flagged(audit(effect, **setting)))


def verdict(effect: Effect, check: str, **setting: Any) -> Verdict | None:
    """What one check says; None where it has nothing to look at."""
    return {f.check: f.verdict for f in audit(effect, **setting)}.get(check)
