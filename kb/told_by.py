"""Who tells a document: as its source says, or, where that says only "article", as publication types and title show.

A comment or editorial retells what others found, and a protocol has found nothing yet; taken for articles, the one would count a result a
second time (also after its retraction), the other would silence the only report that has results.
"""

from __future__ import annotations

import json
import re

#: PubMed's publication types of what somebody wrote about others' work.
_RETELLS = frozenset({"comment", "editorial", "news", "newspaper article"})
_PLANS = frozenset({"clinical trial protocol"})
_PLAN = re.compile(
    r"\b(?:study|trial|research) protocol\b|\bprotocol (?:for|of) (?:an? |the )?[^.:]{0,80}\b(?:trial|study|review|meta-analysis)\b|\bstatistical analysis plan\b"
    r"|\b(?:rationale and (?:study )?design|design and rationale)\b|:\s*(?:a )?protocol\s*\.?$",
    re.IGNORECASE,
)
_RETELLING = re.compile(r"\s*(?:invited )?(?:comment(?:ary)?|editorial)\b\s*(?:[:.–—-]|on\b)", re.IGNORECASE)


def told_as(report: str, publication_types: str, title: str) -> str:
    """One of the contract's words: `digest` for what retells a paper, `protocol` for a plan, else the report as it is stored.

    Args:
        report: as stored.
        publication_types: a JSON list.
        title: the document's title.

    >>> told_as("article", '["Comment"]', "On cells"), told_as("article", "[]", "Cells in MS: study protocol for a randomised trial")
    ('digest', 'protocol')
    >>> told_as("article", "[]", "A weaning protocol in intensive care"), told_as("news", "[]", "Trial protocol is out")
    ('article', 'news')
    """
    if report != "article":
        return report
    types = {str(t).lower() for t in json.loads(publication_types)} if publication_types != "[]" else set()
    if types & _RETELLS or _RETELLING.match(title):
        return "digest"
    return "protocol" if types & _PLANS or _PLAN.search(title) else report
