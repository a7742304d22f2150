"""What an audit needs to know beyond the effect itself."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.quick_init import quick_init
from nlp.claim import AuditFinding, Verdict


@quick_init
@dataclass(frozen=True, slots=True)
class Setting:
    """The study around an effect, as far as the text tells of it."""

    n_total: int | None = None
    n_arms: tuple[int, ...] = ()
    bootstrapped: bool = False
    outcome_range: tuple[float, float] | None = None


def judged(check: str, wrong: str | None) -> AuditFinding:
    """Consistent where nothing is wrong, else inconsistent with the sentence that says why."""
    return AuditFinding(check, Verdict.INCONSISTENT, wrong) if wrong else AuditFinding(check, Verdict.CONSISTENT)


def unchecked(check: str, why: str) -> AuditFinding:
    """There are numbers, and no rule that could tell right from wrong."""
    return AuditFinding(check, Verdict.UNCHECKED, why)
