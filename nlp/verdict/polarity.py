"""Which value of an outcome is the better one, for outcomes that no pack names too: by the words that the packs' outcomes are made of."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache

from nlp.domain import ConceptKind, entries
from nlp.matching import Matcher
from nlp.verdict.lines import STOP, stem, stems_of
from nlp.words import WORD

_SIGN = {"lower": -1.0, "higher": 1.0}


#: General words, where no pack's outcome is named: what they stand for is unwanted, or wanted.
_BAD = stems_of("""negative discomfort distress complaint symptom pain disability impairment error failure adverse burden severity stress anger
    confusion tension worry fear bleeding leak toxicity mortality death loss dependence problem difficulty""")
_GOOD = stems_of("""positive knowledge quality satisfaction ability accuracy success adherence confidence wellbeing performance competence
    attitude skill participation acceptance benefit efficacy self-efficacy usability understanding""")


@lru_cache(maxsize=1)
def _known() -> tuple[Matcher, dict[str, float]]:
    sided = [e for e in entries() if e.kind is ConceptKind.OUTCOME and e.details.get("better")]
    counts: dict[str, Counter[str]] = {"lower": Counter(), "higher": Counter()}
    for entry in sided:
        counts[entry.details["better"]].update({stem(m[0]) for name in entry.names for m in WORD.finditer(name)} - STOP)
    totals = {side: sum(found.values()) for side, found in counts.items()}
    words = sorted(set(counts["lower"]) | set(counts["higher"]))
    odds = {
        w: math.log((counts["higher"][w] + 0.5) / totals["higher"]) - math.log((counts["lower"][w] + 0.5) / totals["lower"])
        for w in words
    }
    return Matcher(sided), odds


@lru_cache(maxsize=10_000)
def polarity(outcome: str) -> float:
    """From -1 (a lower value is surely the better one) to 1; near 0 where the words do not say.

    >>> polarity("all-cause mortality") < 0 < polarity("quality of life")
    True
    """
    matcher, odds = _known()
    found = matcher.find(outcome)
    if found:
        longest = max(found, key=lambda m: (m.end - m.start, m.start))
        return _SIGN[longest.entry.details["better"]]
    stems = {stem(m[0]) for m in re.finditer(r"[^\W\d_]+", outcome)}
    if bool(stems & _BAD) != bool(stems & _GOOD):
        return 0.8 if stems & _GOOD else -0.8
    told = [odds[w] for w in sorted(stems) if w in odds]
    return math.tanh(sum(told) / 3)
