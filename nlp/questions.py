"""Findings that answer another question than "which arm did better": what predicts an outcome, who has more of it, how well a test tells.

They compare no arms, whatever arms the study has: "high CRP predicted mortality", "mortality was higher in older than in younger patients",
"pain correlated with depression", "the sensitivity for relapse was higher". Such claims carry their question and no comparator.
"""

from __future__ import annotations

import re

from crawler.quick_init import replace
from nlp.changes import DIRECTED
from nlp.claim import ArmRole, Better, Claim, Direction, Measure, Outcome, QuestionKind
from nlp.cues import Cue
from nlp.findings import Finding
from nlp.frames import facets, start_claim, window
from nlp.grammar.sieve import Sieved
from nlp.reading import Side

#: A tie between two things that were observed; "was associated with" is also said of a treatment.
_TIED = Sieved(
    r"\b(?:(?:was|were|is|are|not|be|been|and)\s(?:\w+ly\s){0,2}(?:associated|correlated|related)\s(?:with|to)|(?:\w+ly\s)?correlat(?:ed|es?)\s(?:\w+ly\s)?with|"
    r"(?:correlation|association|relationship)s?\s(?:\w+\s){0,3}?(?:between|of|with)|predict(?:s|ed|ing)?\b|(?:predictors?|predictive|prognostic)\s(?:factors?\s)?(?:of|for)|"
    r"prognostic|risk factors?\s(?:of|for))",
    re.IGNORECASE,
)
_DIAGNOSTIC = Sieved(
    r"\b(?:sensitivity\s(?:and\s(?:the\s)?specificity|of\s[\w\s-]{1,40}\sfor|for\s(?:the\s)?(?:detect\w*|diagnos\w*|predict\w*))|specificity|diagnostic accuracy|area under the (?:ROC |receiver)|AUROC|(?:positive|negative) predictive value|likelihood ratio)\b",
    re.IGNORECASE,
)
_PREVALENCE = Sieved(r"\bprevalence\b", re.IGNORECASE)
#: People set against other people by what they are: "in older than in younger patients", "in those with grade 4 than in those with grade 3".
_PEOPLE = r"(?:patients|participants|subjects|people|persons|individuals|adults|children|boys|girls|women|men|males|females|carriers|smokers|non-?smokers|responders|non-?responders|survivors|non-?survivors|infants|mothers|those)"
_STRATA = Sieved(
    rf"\b(?:than|compared (?:with|to)|versus|vs\.?|relative to)\s(?:(?:in|for|among|the|with|of)\s){{0,3}}(?:{_PEOPLE}\b(?:\s(?:with|without|who|aged|having)\b)?|(?:[\w-]+\s){{1,2}}{_PEOPLE}\b)",
    re.IGNORECASE,
)
#: What is given to people, whether or not the text made an arm of it.
_GIVEN = re.compile(
    r"\b(?:(?:un|pre)?treat\w*|therap\w*|groups?|arms?|interventions?|supplement\w*|administration|use|intake|consumption|exposure|dos(?:e|es|ing|age)|drugs?|program\w*|vaccin\w*|"
    r"surgery|randomi[sz]\w+|receiv\w+|assigned|allocat\w+|training|exercise|infusion|injection|transplant\w*|care|control\w*|placebo|regimen|procedure|technique|strategy|diets?|\w*immunosuppress\w*|monitoring|screening|(?:un)?exposed|education|counsel\w+|versus \d+)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"[\s,;]*(?:(?:and|but|while|whereas|although|however|also|moreover|in addition|furthermore)\b[\s,]*)*(?:(?:in|among|at|after|on|for|by)\s[^,]{3,80},\s*)?(?:there (?:was|were)\s)?",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?:this|these|it|they|which|that|both|each|the (?:effects?|differences?|results?|findings?|latter|former)|results?)\b|[\s,]*$",
    re.IGNORECASE,
)
_COPULA = re.compile(r"\s(?:was|were|is|are|did|has been|have been)$|^(?:an?|the)(?:\s\w+)?$|.*\bdid\b.*", re.IGNORECASE)
_ARMS = (Side.INTERVENTION, Side.COMPARATOR)
_LONGEST = 90


def other_question(f: Finding) -> QuestionKind | None:
    """Prognosis, diagnosis or prevalence, where the finding's words compare no arms; None for a question of treatment."""
    scene = f.scene
    tied, diagnostic, stratified = (p.possible(scene.plain) for p in (_TIED, _DIAGNOSTIC, _STRATA))
    if not (tied or diagnostic or stratified):
        return None
    start, end = window(f)
    words = scene.cut.masked[start - scene.offset : end - scene.offset]
    if any(a.role is ArmRole.EXPOSURE for a in scene.arms):
        return None  # The study's own question; its groups are arms.
    if diagnostic and _DIAGNOSTIC.pattern.search(words):
        return QuestionKind.DIAGNOSIS
    if tied and _tied(f, words, start) is not None:
        return QuestionKind.PROGNOSIS
    strata = _STRATA.pattern.search(words) if stratified else None
    if strata is None or scene.sides_in(start, end) or _GIVEN.search(words) or facets(f):
        return None
    return QuestionKind.PREVALENCE if _PREVALENCE.search(words) else QuestionKind.PROGNOSIS


def _tied(f: Finding, words: str, start: int) -> tuple[int, int] | None:
    """The words for what an outcome is tied to, where neither these nor the outcome's are an arm's; places in the clause."""
    for tie in _TIED.pattern.finditer(words):
        lead = _LEAD.match(words)
        begin = lead.end() if lead else 0
        subject, rest = words[begin : tie.start()], words[tie.end() : tie.end() + _LONGEST]
        if "between" in tie[0] or tie[0].lower().startswith(("correlation", "association", "relationship")):
            subject = rest
        if begin > tie.start() or _PRONOUN.match(subject) or _GIVEN.search(subject) or _GIVEN.search(rest):
            continue
        if not f.scene.sides_in(start + begin, start + tie.end() + len(rest), *_ARMS, Side.BOTH):
            return begin, tie.start()
    return None


def apart(f: Finding, kind: QuestionKind, outcome: Outcome, condition: str | None) -> Claim:
    """The claim of such a finding: more or less of the outcome with what it is tied to, and no arms."""
    start, end = window(f)
    words = f.scene.cut.masked[start - f.scene.offset : end - f.scene.offset]
    tied = _tied(f, words, start) if kind is QuestionKind.PROGNOSIS else None
    factor = f.scene.reading.text[start + tied[0] : start + tied[1]].strip(" ,;:") if tied else ""
    factor = _COPULA.sub("", factor)
    own = f.mention.text.lower()
    named = factor if 3 < len(factor) <= _LONGEST and own not in factor.lower() else None
    claim = start_claim(
        f, outcome, _way(f, outcome) if kind is not QuestionKind.DIAGNOSIS else Direction.UNCLEAR, condition, compared=False
    )
    return replace(claim, question=kind, intervention=named, comparator=None, arm=None, versus=None, route=None, cell_source=None)


def _way(f: Finding, outcome: Outcome) -> Direction:
    cue = f.cue.cue if f.cue is not None else None
    if cue in (Cue.NULL, Cue.TREND):
        return Direction.NO_DIFFERENCE
    merit = {Cue.BETTER: 1, Cue.WORSE: -1}.get(cue) if cue else None
    if merit is not None:
        if outcome.better is None:
            return Direction.UNCLEAR
        return Direction.INCREASE if (merit > 0) is (outcome.better is Better.HIGHER) else Direction.DECREASE
    printed = next(
        (e for _, e in f.effects if e.estimate is not None and e.measure in (Measure.R, Measure.HR, Measure.OR, Measure.RR)), None
    )
    if printed is not None and printed.estimate is not None and (cue not in DIRECTED or _TIED.pattern.search(f.scene.plain)):
        return Direction.INCREASE if printed.estimate > (0 if printed.measure is Measure.R else 1) else Direction.DECREASE
    if cue in (Cue.UP, Cue.DOWN):
        return Direction.INCREASE if cue is Cue.UP else Direction.DECREASE
    return Direction.UNCLEAR
