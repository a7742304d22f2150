"""What speaks for or against any difference at all: traits of a sentence that stay as they are when the two sides change places."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from nlp.reading import Role
from nlp.verdict.lines import Line
from nlp.verdict.symbols import Scene, Symbol

_GROUPS = {"N": "N", "A": "N", "R": "R", **dict.fromkeys("UDudBWz", "V"), **{m: m for m in "FPQpqsET"}}
_SOFT = 60
#: "These differences were not significant": the sentence behind goes on with it.
_GOES_ON = re.compile(
    r"\s*:?\s*(?:(?:but |and )?(?:all (?:of )?)?(?:these|this|those|the) (?:\w+ ){0,2}?(?:difference|effect|change|result|finding|improvement|reduction|increase|decrease|was|were|did)|(?:however|but),? (?:the(?:se|re|is)?|this))",
    re.IGNORECASE,
)
#: "No differences in any of the outcomes".
_ALL = re.compile(
    r"\b(?:any|all|other|either|both|none)\b[^.;]{0,40}\b(?:outcomes?|measures?|parameters?|variables?|end ?points?|groups?|scores?|treatments?|arms?)\b",
    re.IGNORECASE,
)
_OF_FOLLOWING = "NFPQsRUDEpq"


def difference_traits(scene: Scene, line: Line, behind: tuple[Scene, Line] | None) -> dict[str, float]:
    """The traits of one sentence; `behind` is the one that follows it."""
    best = _nearest(scene)
    found: dict[str, float] = {}
    for (group, within), apart in best.items():
        found[f"d:{group}{within}"] = 1.0
        found[f"d:{group}{within} near"] = math.exp(-apart / _SOFT)
    null, told = best.get(("N", True)), best.get(("V", True))
    if null is not None and told is not None:
        found["d:null nearer" if null < told else "d:direction nearer"] = 1.0
    found |= _first_p(scene)
    found |= {f"w:{t.stem}": 1.0 for t in line.tokens if t.text[0].isalpha()}
    if behind is not None:
        marks = {s.mark for s in behind[0].symbols}
        if "O" not in marks and _GOES_ON.match(behind[1].plain):
            found |= {f"x:{m}": 1.0 for m in sorted(marks.intersection(_OF_FOLLOWING))} | {"x:": 1.0}
    return found


def _nearest(scene: Scene) -> dict[tuple[str, bool], int]:
    """How near to the outcome each kind of symbol stands, in its clause and outside."""
    row, clause = scene.symbols, scene.clause_numbers()
    places = [s for s in row if s.mark == "O"]
    within = {clause[i] for i, s in enumerate(row) if s.mark == "O"}
    best: dict[tuple[str, bool], int] = {}
    for i, s in enumerate(row):
        if s.mark in _GROUPS:
            key = (_GROUPS[s.mark], clause[i] in within)
            best[key] = min(best.get(key, 999), apart(s, places))
    return best


def apart(symbol: Symbol, places: Sequence[Symbol]) -> int:
    """Characters between a symbol and the nearest place of the outcome."""
    return min((max(symbol.start - o.end, o.start - symbol.end, 0) for o in places), default=300)


def _first_p(scene: Scene) -> dict[str, float]:
    """Whether the first p value or interval behind the outcome tells of a difference."""
    places = [s for s in scene.symbols if s.mark == "O"]
    behind = [s for s in scene.symbols if places and s.start >= places[-1].start and s.mark in "PQpq"]
    if not behind:
        return {}
    least = {m: min((apart(s, places) for s in behind if s.mark in m), default=999) for m in ("Pp", "Qq")}
    if least["Pp"] == least["Qq"]:
        return {}
    return {"d:P first" if least["Pp"] < least["Qq"] else "d:Q first": 1.0}


def text_traits(scenes: Sequence[tuple[Scene, Line]]) -> dict[str, float]:
    """What the text's results and conclusions say elsewhere: a null for all outcomes, another sentence on this one."""
    found: dict[str, float] = {}
    for scene, line in scenes:
        if line.role not in (Role.RESULT, Role.CONCLUSION):
            continue
        role = line.role.value
        marks = {s.mark for s in scene.symbols}
        if "N" in marks and "O" not in marks:
            found[f"g:null {role}"] = 1.0
            if {"I", "C"} <= marks:
                found[f"g:null of both {role}"] = 1.0
            if _ALL.search(line.plain):
                found[f"g:null of all {role}"] = 1.0
        if max((m.covers for m in scene.marks.outcome), default=0.0) > 0.6:
            for clause in (set(c) for c in scene.clauses() if "O" in c):
                if clause & set("NQq"):
                    found[f"g:outcome null {role}"] = 1.0
                elif clause & set("UDudPp"):
                    found[f"g:outcome told {role}"] = 1.0
    return found
