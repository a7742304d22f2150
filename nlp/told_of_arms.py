"""Bare numbers that are results because two arms are given one each: "8.0 mm Hg with X and 8.4 with Y", "15 patients on X and seven on Y"."""

from __future__ import annotations

import re

from nlp.grammar.atom import AtomKind
from nlp.grammar.results import Printed
from nlp.owners import arms_told
from nlp.reading import Side
from nlp.scene import Scene

K = AtomKind

#: A sentence part that tells who was studied and how, and reports nothing.
_ALLOCATION = re.compile(
    r"\b(?:enrolled|randomi[sz]ed|assigned|allocated|recruited|screened|excluded|analy[sz]ed|evaluable|were included|entered|eligible|"
    r"were treated|received|crossed over|mean age|median age|aged|years old|male|female|baseline characteristics|dose of|target dose|mean dose|prescribed)\b",
    re.IGNORECASE,
)
_NO_VALUE_AFTER = re.compile(
    r"(?:\(OH\)|-hydroxy)|\s?(?:time points?|groups?|arms?|visits?|sites?|cent(?:er|re)s|studies|trials|doses?|cycles?|courses?|sessions|items|-point|point scale|injections|applications|lines?|mg|µg|IU|times|:|/\s?\d|or more|or less|or greater|or higher|and (?:above|below|over))\b"
)
_NO_VALUE_BEFORE = re.compile(
    r"(?:\b(?:grades?|groups?|phases?|stud(?:y|ies)|doses?|stages?|days?|weeks?|months?|years?|visits?|arms?|types?|n|N|class|least|most|than|below|above|under|over|exceeding|between|of the|all|among|the|other|these|those|no|number|type|version)|(?<!score)(?<!mean)(?<!median)(?<!value)(?<!rate)\s?=|[<>≤≥])\s*$",
    re.IGNORECASE,
)
#: How many of each arm stayed is a result of its own, also where it serves as the arm's size.
_STAYED = re.compile(r"\b(?:completed|withdrew|withdrawn|dropped out|discontinued|lost to follow)", re.IGNORECASE)


def told_of_arms(scene: Scene, taken: list[bool]) -> set[int]:
    """The places in `scene.printed` of the bare numbers that two arms share out between them, given which numbers are results anyway."""
    if (
        len({(m.side, m.arm) for m in scene.sides if m.side in (Side.INTERVENTION, Side.COMPARATOR)}) < 2
        and not scene.has_comparator
    ):
        return set()
    bare = [i for i, r in enumerate(scene.printed) if not taken[i] and _may_be_value(scene, r)]
    if not bare or not any(m.side in (Side.INTERVENTION, Side.COMPARATOR) for m in scene.sides):
        return set()
    places = sorted(bare + [i for i, t in enumerate(taken) if t])
    told = arms_told(scene, [scene.printed[i] for i in places])
    arms = {i: arm for i, arm in zip(places, told, strict=True) if arm is not None}
    mine = {i: arms[i] for i in bare if i in arms}
    # A word for a count stands beside a figure ("15 patients and seven"); a percentage never stands beside a mean.
    for percent in (True, False):
        alike = {arm for i, arm in arms.items() if scene.printed[i].percent is percent and scene.printed[i].kind is not K.P}
        if len(alike) < 2:
            mine = {i: arm for i, arm in mine.items() if scene.printed[i].percent is not percent}
    return set(mine)


def _may_be_value(scene: Scene, r: Printed) -> bool:
    if r.kind not in (K.NUMBER, K.WORD_NUMBER, K.CHANGE) or r.measure is not None or r.has_interval:
        return False
    if _NO_VALUE_AFTER.match(scene.plain, r.end) or _NO_VALUE_BEFORE.search(scene.plain, max(0, r.start - 14), r.start):
        return False
    sizes = [a.n for a in scene.arms if a.n]
    if sizes and r.unit is None and (r.estimate in sizes or r.estimate == sum(sizes)) and not _STAYED.search(scene.plain):
        return False
    clause = scene.cut.clauses[scene.cut.clause_of(r.anchor)]
    return _ALLOCATION.search(scene.plain, max(clause.start, r.start - 80), min(clause.end, r.end + 60)) is None
