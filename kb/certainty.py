"""A short note on how sure an answer is, step by step and with its reasons.

It looks at what GRADE looks at, and is no GRADE rating: risk of bias and publication bias need a reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.answer import OutcomeAnswer
from kb.answer_notices import retracted_works
from kb.comparison import Compared
from kb.verdicts import conclusions_differ, speakers, verdict

#: Fewer people than this in all, and chance alone may carry a result: the optimal information size that GRADE's rule of thumb gives for a
#: continuous outcome (Guyatt et al., J Clin Epidemiol 2011;64:1283).
ENOUGH_PEOPLE = 400


@dataclass(frozen=True, slots=True)
class Step:
    """One thing looked at. `concern` is None where the texts do not tell."""

    step: str
    concern: bool | None
    why: str


def certainty(found: OutcomeAnswer) -> tuple[Step, ...]:
    """Design, size, consistency, directness, retraction, in this order; empty where nothing counts."""
    speaking = speakers(found)
    if not speaking:
        return ()
    return (_design(speaking), _size(speaking), _consistency(found), _directness(found, speaking), _retraction(found))


def in_words(steps: Sequence[Step]) -> str:
    """The note in one line: what gives concern, and what cannot be told."""
    concerns = [s.why for s in steps if s.concern]
    unknown = [s.step for s in steps if s.concern is None]
    told = f"concerns: {'; '.join(concerns)}" if concerns else "no concern found in what was read"
    return told + (f"; not told: {', '.join(unknown)}" if unknown else "")


def _design(speaking: Sequence[Compared]) -> Step:
    pooled = sum(c.level == "pooled" for c in speaking)
    trials = [c for c in speaking if c.level != "pooled"]
    unknown = sum(c.design is None for c in trials)
    randomised = sum("randomi" in (c.design or "") and "non-randomi" not in (c.design or "") for c in trials)
    told = f"{randomised} of {len(trials)} trials randomised" if trials else f"{pooled} pooled analyses and no trial"
    if not trials or unknown == len(trials):
        return Step("design", None, told)
    return Step("design", randomised < len(trials), told)


def _size(speaking: Sequence[Compared]) -> Step:
    sizes = [c.sample_size for c in speaking if c.level != "pooled"] or [c.sample_size for c in speaking]
    known = [n for n in sizes if n is not None]
    if not known:
        return Step("size", None, "no sample size is told")
    # The people of several reviews are partly the same, so that only the largest review counts.
    people = sum(known) if any(c.level != "pooled" for c in speaking) else max(known)
    return Step(
        "size",
        people < ENOUGH_PEOPLE,
        f"{people} people in all, {'fewer than' if people < ENOUGH_PEOPLE else 'at least'} {ENOUGH_PEOPLE}",
    )


def _consistency(found: OutcomeAnswer) -> Step:
    word = verdict(found)
    if word == "no numbers" and conclusions_differ(found):
        return Step("consistency", True, "conclusions differ, and no numbers to compare")
    if word in ("single trial", "no numbers"):
        return Step("consistency", None, "one study alone" if word == "single trial" else "no numbers to compare")
    return Step("consistency", word != "agreed", word)


def _directness(found: OutcomeAnswer, speaking: Sequence[Compared]) -> Step:
    second_hand = sum(c.report in ("news", "web_page", "digest", "conference") for c in speaking)
    beside = sum(not c.direct for c in found.claims)
    told = [f"{second_hand} of {len(speaking)} studies known at second hand"] if second_hand else []
    told += ["the comparator is not specified"] if any(c.against == "control" for c in speaking) else []
    told += ["before and after, without a comparator"] if any(c.against == "baseline" for c in speaking) else []
    told += [f"{beside} pooled results beside it, not so compared"] if beside and not told else []
    return Step(
        "directness",
        bool(second_hand or any(c.against in ("control", "baseline") for c in speaking)),
        "; ".join(told) or "compared with what was asked",
    )


def _retraction(found: OutcomeAnswer) -> Step:
    retracted = len({c.row["document_id"] for c in found.claims if c.row["status"] == "retracted"})
    concern = len({c.row["document_id"] for c in found.claims if c.row["status"] == "concern"})
    citing = len({c.row["document_id"] for c in found.claims if c.counts and retracted_works(c.row)})
    told = [f"{retracted} retracted and not counted"] if retracted else []
    told += [f"{concern} under an expression of concern"] if concern else []
    told += [f"{citing} citing or naming a retracted paper"] if citing else []
    return Step("retraction", bool(concern or citing), "; ".join(told) or "none known")
