"""What stands against a row whatever its numbers are: where it comes from, whom it compares, what the audit says."""

from __future__ import annotations

from kb.answer import SECOND_HAND, AnswerClaim
from kb.printed import Effect
from kb.refusals import Reason, Refusal


def against(claim: AnswerClaim, e: Effect) -> list[Refusal]:
    """The refusals that do not depend on the effect size, gravest first."""
    r = claim.row
    found = [
        Refusal(Reason.SIGN if check == "sign_against_words" else Reason.AUDIT, f"{check}, {detail}" if detail else check)
        for check, detail in e.get("flags", ())
    ]
    baseline = r["comparator"] == "baseline" or e.get("kind") == "pre_post"
    stands = (
        (r["status"] == "retracted", Reason.RETRACTED, "so its publisher or a notice says"),
        (
            r["level"] == "pooled",
            Reason.ALREADY_POOLED,
            "a pooled analysis reports it; it stands beside trials and never among them",
        ),
        (r["level"] not in ("pooled", "trial"), Reason.NOT_A_TRIAL, str(r["design"] or "no controlled trial")),
        (str(r["report"]) in SECOND_HAND, Reason.SECOND_HAND, f"told by a {str(r['report']).replace('_', ' ')}"),
        (not claim.direct, Reason.OTHER_COMPARATOR, f"against {r['comparator'] or 'none that is named'}"),
        (baseline, Reason.BEFORE_AFTER, ""),
        (bool(e.get("subgroup")), Reason.SUBGROUP, str(e.get("subgroup"))),
    )
    first = [Refusal(reason, detail) for holds, reason, detail in stands[:1] if holds]
    return first + found + [Refusal(reason, detail) for holds, reason, detail in stands[1:] if holds]
