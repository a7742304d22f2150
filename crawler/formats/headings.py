"""Headings of abstracts: which words make one, and which section each names."""

from __future__ import annotations

import re

from crawler.document import SectionName

S = SectionName

#: Words that name a section. The first such word of a heading decides ("Methods and results" opens with the methods).
_NAMING: dict[str, SectionName] = {
    word: name
    for name, words in (
        (S.BACKGROUND, "background introduction importance context rationale problem"),
        (S.OBJECTIVE, "objective objectives aim aims purpose purposes question questions hypothesis hypotheses goal goals"),
        (S.METHODS, "method methods methodology design setting settings participants patients subjects population materials material"
                    " intervention interventions exposure exposures measure measures measurement measurements outcome outcomes"
                    " sources selection extraction synthesis search strategy criteria analysis procedure procedures"),
        (S.RESULTS, "result results findings"),
        (S.CONCLUSIONS, "conclusion conclusions interpretation discussion significance implication implications meaning relevance"
                        " limitations summary"),
        (S.REGISTRATION, "registration registry registered prospero identifier"),
    )
    for word in words.split()
}  # fmt: skip

#: Words that stand beside them in a heading and name nothing.
_BESIDE = frozenset(
    [
        "a",
        "an",
        "and",
        "or",
        "of",
        "the",
        "for",
        "to",
        "in",
        "main",
        "key",
        "primary",
        "secondary",
        "principal",
        "study",
        "studies",
        "trial",
        "trials",
        "review",
        "systematic",
        "clinical",
        "research",
        "data",
        "number",
        "numbers",
        "details",
        "information",
        "id",
        "authors",
        "author's",
        "authors'",
        "patient",
        "outcome's",
        "end",
        "points",
        "endpoints",
        "statistical",
        "experimental",
        "eligibility",
        "appraisal",
        "collection",
        "assessment",
        "level",
        "evidence",
        "statement",
        "future",
        "practice",
        "policy",
        "clinicaltrials.gov",
        "url",
        "unique",
        "state",
        "art",
        "funding",
        "fundings",
        "sponsor",
        "sponsors",
        "background's",
    ]
)

#: Two headings in one, whose first word misleads.
_WHOLE: dict[str, SectionName] = {
    "measurements and main results": S.RESULTS,
    "outcomes and results": S.RESULTS,
    "main outcomes and results": S.RESULTS,
    "clinicaltrials.gov": S.REGISTRATION,
    "significance statement": S.CONCLUSIONS,
    "funding": S.OTHER,
    "keywords": S.OTHER,
}
_LONGEST = 8  # words; a longer run before a colon is a sentence


def section_name(heading: str) -> SectionName | None:
    """The section that a heading names; None where the words are no heading at all.

    >>> [section_name(h) for h in ("Background and purpose:", "METHODS/DESIGN", "Clinical trial registration", "Patients with fever:")]
    [<SectionName.BACKGROUND: 'background'>, <SectionName.METHODS: 'methods'>, <SectionName.REGISTRATION: 'registration'>, None]
    """
    plain = heading.strip().rstrip(":.").replace("’", "'").lower()
    if plain in _WHOLE:
        return _WHOLE[plain]
    words = re.findall(r"[^\s,/&()–-]+", plain)
    if not 0 < len(words) <= _LONGEST or any(w not in _NAMING and w not in _BESIDE for w in words):
        return None
    if "registration" in words:
        return S.REGISTRATION
    return next((_NAMING[w] for w in words if w in _NAMING), None)
