"""Spin: a conclusion that favours the treatment though its primary effect is null.

After Boutron and others (JAMA 2010;303:2058): reporting that highlights a benefit despite a primary outcome without significant difference.
"""

from __future__ import annotations

import re

from crawler.quick_init import replace
from nlp.brackets import clauses
from nlp.claim import Claim, Direction, NullKind, QuestionKind
from nlp.cues import Cue, cues
from nlp.grammar.sieve import Sieved
from nlp.nulls import shows_no_worse
from nlp.outcomes import outcome_mentions
from nlp.reading import Reading, Role, Sentence

_PRIMARY = Sieved(
    r"\bprimary (?:\w+ )?(?:outcomes?|end ?points?|measures?|efficacy|analysis|objective)\b|\bco-?primary\b", re.IGNORECASE
)
_PRAISE = Sieved(
    r"\b(?:effective(?:ly|ness)?|efficacious|promising|beneficial|benefits?|valuable|viable|superior|advantage\w*|useful|recommend\w*|"
    r"should be (?:considered|offered|used)|therapeutic potential)\b",
    re.IGNORECASE,
)
#: What takes the praise back, or leaves it to the future.
_RESERVE = Sieved(
    r"\b(?:not|no|n[eo]ither|nor|without|fail\w*|ineffective|cannot|lack\w*|whether|unclear|uncertain|insufficient|inconclusive|if|need\w*|further|larger|"
    r"required|warranted|modest|at most|limited|small|equally|as effective as|similar\w*|comparable|non-?inferior\w*|equivalent)\b",
    re.IGNORECASE,
)
#: "no evidence of an effect", "did not improve": the conclusion owns to the null.
_OWNED = Sieved(
    r"\b(?:no|not|neither|fail\w*|without|lack\w*)\b[^.;]{0,40}\b(?:evidence|effect\w*|benefit\w*|differen\w*|improv\w*|superior\w*|better|reduc\w*|met|significan\w*)",
    re.IGNORECASE,
)


def with_spin(claims: list[Claim], reading: Reading) -> list[Claim]:
    """The claims, those of a null primary effect flagged where the conclusion favours the treatment and does not own to the null."""
    if not any(_may_be_spun(c) for c in claims) or not _praised(reading):
        return claims
    labels = _primary_outcomes(reading)
    return [replace(c, spin=True) if _null_primary(c, reading, labels) else c for c in claims]


def _may_be_spun(claim: Claim) -> bool:
    return claim.direction is Direction.NO_DIFFERENCE and claim.question is QuestionKind.TREATMENT and claim.quote.start is not None


def _null_primary(claim: Claim, reading: Reading, labels: frozenset[str]) -> bool:
    if not _may_be_spun(claim) or claim.quote.start is None:
        return False
    sentence = next((s for s in reading.sentences if s.start <= claim.quote.start < s.end), None)
    if claim.null_kind is NullKind.EQUIVALENCE_SHOWN or (sentence is not None and shows_no_worse(sentence.plain)):
        return False  # It set out to be no worse, and was none.
    said = sentence is not None and _PRIMARY.search(sentence.plain) is not None
    return said or claim.outcome.label.lower() in labels


def _primary_outcomes(reading: Reading) -> frozenset[str]:
    """What aims and methods call primary, by name."""
    told = [s for s in reading.of_role(Role.AIM, Role.METHOD) if _PRIMARY.search(s.plain)]
    return frozenset(label.lower() for s in told for label in _outcomes_behind(reading, s))


def _outcomes_behind(reading: Reading, sentence: Sentence) -> list[str]:
    """The outcomes of the clause that says "primary": "the primary outcome was X; secondary outcomes were …"."""
    word = _PRIMARY.search(sentence.plain)
    start = word.start() if word else 0
    second = re.search(r"\bsecondary\b|;", sentence.plain[start:], re.IGNORECASE)
    end = start + second.start() if second else len(sentence.plain)
    return [
        m.entry.label
        for m in outcome_mentions(reading, sentence)
        if m.entry is not None and start <= m.start - sentence.start < end
    ]


def _praised(reading: Reading) -> bool:
    """Whether the conclusion favours the treatment, and no sentence of it says that there was no difference."""
    concluding = reading.of_role(Role.CONCLUSION)
    if any(_OWNED.search(s.plain) or any(c.cue is Cue.NULL for c in cues(clauses(s.plain).masked)) for s in concluding):
        return False
    return any(_favours(s) for s in concluding)


def _favours(sentence: Sentence) -> bool:
    cut = clauses(sentence.plain)
    for clause in cut.clauses:
        words = cut.masked[clause.start : clause.end]
        praised = _PRAISE.search(words) is not None or any(c.cue is Cue.BETTER for c in cues(words))
        if praised and not _RESERVE.search(words):
            return True
    return False
