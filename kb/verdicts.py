"""An outcome's answer counted: both sides, each study once, trials and pooled results apart, and the one word for what they add up to."""

from __future__ import annotations

from collections.abc import Iterable

from kb import belief
from kb.answer import AnswerClaim, OutcomeAnswer
from kb.comparison import Compared

_LEVELS = ("trial", "pooled")


def speakers(found: OutcomeAnswer, without: frozenset[str] = frozenset()) -> list[Compared]:
    """One claim for each study that counts. `without`: statuses of documents that are left out."""
    if not without:
        return list(found.speaking)
    return belief.speakers(c.compared for c in found.claims if c.counts and c.row["status"] not in without)


def counts(found: OutcomeAnswer, without: frozenset[str] = frozenset()) -> dict[str, dict[str, int]]:
    """Studies by side, trials and pooled results apart."""
    speaking = speakers(found, without)
    return {level: belief.counts(_of_level(speaking, level)) for level in _LEVELS}


def leanings(found: OutcomeAnswer) -> dict[str, dict[str, int]]:
    """Studies by the side on which their point estimates lie, trials and pooled results apart."""
    speaking = speakers(found)
    return {level: belief.leanings(_of_level(speaking, level)) for level in _LEVELS}


def _of_level(speaking: Iterable[Compared], level: str) -> list[Compared]:
    return [c for c in speaking if ("pooled" if c.level == "pooled" else "trial") == level]


def verdict(found: OutcomeAnswer, without: frozenset[str] = frozenset(), level: str | None = None) -> str:
    """One of the contract's words: over everything that counts, or over trials or pooled results alone."""
    speaking = speakers(found, without)
    if level is not None:
        speaking = _of_level(speaking, level)
    studies = {c.study_id for c in speaking}
    estimates = [said for one, other, said in found.disputes.tests if one in studies and other in studies]
    return belief.verdict(speaking, estimates, any(_has_number(c, studies) for c in found.claims))


def conclusions_differ(found: OutcomeAnswer) -> bool:
    """Whether, of the studies that count, some found a difference and others none, or another one."""
    return len({c.side for c in speakers(found)} - {None}) > 1


def _has_number(c: AnswerClaim, studies: set[int]) -> bool:
    return c.counts and c.effect is not None and c.compared.study_id in studies


def verdicts(found: OutcomeAnswer) -> dict[str, str | None]:
    """The word of trials and of pooled results, each alone; None where there is none of them that counts."""
    speaking = speakers(found)
    return {level: verdict(found, level=level) if _of_level(speaking, level) else None for level in _LEVELS}


def without_concern(found: OutcomeAnswer) -> dict[str, object] | None:
    """The same without documents under an expression of concern; None where none of those that count is."""
    if not any(c.counts and c.row["status"] == "concern" for c in found.claims):
        return None
    left_out = frozenset({"concern"})
    return {"verdict": verdict(found, left_out), "counts": counts(found, left_out)}
