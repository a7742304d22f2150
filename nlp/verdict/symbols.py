"""A sentence in the light of a question, as a row of symbols: who, what, which way, how surely.

`O` the outcome, `I` and `C` the sides; `U` up, `D` down, `u` better and `d` worse turned into the outcome's value by its polarity (`B`, `W`
where that is not known); `z` the change that the outcome's own name tells of; `N` a null, `R` a trend, `A` an absence, `F` "different"; `T` than,
`s` significant, `P` and `Q` a p value below and above 0.05; `p` and `q` an interval of a contrast that leaves out or holds no difference; `.` the end of a clause.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from nlp.brackets import clauses
from nlp.changes import change_head
from nlp.claim import Better
from nlp.cues import cues
from nlp.pace import turns
from nlp.said import Cue, CueMention
from nlp.turners import is_turned, is_turned_name
from nlp.verdict.asked import Asked, Change
from nlp.verdict.figures import intervals, value
from nlp.verdict.lines import Line, stem
from nlp.verdict.marks import Marks, marks

#: From here on a polarity is believed.
_SURE = 0.6
_CUES = {Cue.UP: "U", Cue.DOWN: "D", Cue.BETTER: "B", Cue.WORSE: "W", Cue.NULL: "N", Cue.TREND: "R", Cue.ABSENT: "A", Cue.DIFFERENT: "F",
         Cue.LIKEWISE: "L", Cue.PRESENT: "E"}  # fmt: skip
_THAN = re.compile(
    r"\b(?:than|(?:as |when |if )?compar(?:ed|ing)(?: to| with)?|(?:in )?(?:comparison|contrast)(?: to| with)|versus|vs\.?|relative to|as opposed to|against|rather than)(?!\w)",
    re.IGNORECASE,
)
_NOT_IN = re.compile(r"\b(?:but not|not (?:in|with|for|by|the))\b", re.IGNORECASE)
#: "… fell from baseline, but not more than with placebo": what stood before was no comparison of the two.
_TAKEN_BACK = re.compile(
    r"\b(?:but|although|though)\s(?:(?:this|it)\s)?(?:(?:was|were|did)\s)?not\s(?:\w+ly\s)?(?:more|less|better|greater|higher|lower|further)\s(?:so\s)?than\b(?!\s(?:\d|one\b|two\b|half\b))",
    re.IGNORECASE,
)
_TOLD = frozenset("UDudBWPpF")
_SIGNIFICANT = re.compile(r"\bsignifican(?:t|tly|ce)\b", re.IGNORECASE)
_P = re.compile(
    r"\bp(?:[- ]?values?)?(?:\s?for [\w ]{1,20})?\s*(?P<sign>=|<|>|≤|≥|of)\s*(?P<two>[<>]?)\s*(?P<p>0?[.,·]\d+|1(?:\.0+)?|0(?:\.0+)?)(?!\d)|\bNS\b",
    re.IGNORECASE,
)
#: What the rules of claims leave aside, since it may be no comparison: it is one where an outcome and an arm are asked for.
_MORE_UPS = re.compile(
    r"\b(?:highest|greatest|largest|longest|(?:higher|greater|longer|larger|more) than(?! \d)|twice as|two-fold|(?:\w+-)?fold (?:higher|greater|more)|accumulat\w+|significantly high)\b|(?<=[\w)]) > (?=[A-Za-z])",
    re.IGNORECASE,
)
_MORE_DOWNS = re.compile(
    r"\b(?:lowest|smallest|shortest|fewest|least\b(?! at)|(?:lower|less|fewer|shorter|smaller) than(?! \d)|lesser|attenuat\w+|eliminat\w+|abolish\w+|earlier|significantly low)\b|(?<=[\w)]) < (?=[A-Za-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol and where it stands in the sentence."""

    start: int
    end: int
    mark: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A sentence's symbols, and where it speaks of the question."""

    symbols: tuple[Symbol, ...]
    marks: Marks
    #: It speaks of the other thing than what is asked for: of freedom from seizures, where seizures are asked for.
    turned: bool = False

    def clauses(self) -> list[str]:
        """The symbols clause by clause."""
        return "".join(s.mark for s in self.symbols).split(".")

    def clause_numbers(self) -> list[int]:
        """For each symbol, which clause it stands in."""
        return list(accumulate(int(s.mark == ".") for s in self.symbols))


def scene(asked: Asked, line: Line) -> Scene:
    """The symbols of a sentence, in order."""
    placed = marks(asked, line)
    cut = clauses(line.plain)
    found = [Symbol(m.start, m.end, "O") for m in placed.outcome]
    for name, of in zip("IC", placed.sides, strict=True):
        found += [Symbol(m.start, m.end, name) for m in of]
    turned = speaks_otherwise(asked, placed, line)
    found += _directions(asked, placed, cut.masked, turned)
    found += [Symbol(m.start(), m.end(), "T") for m in _THAN.finditer(line.plain)]
    found += [Symbol(m.start(), m.end(), "x") for m in _NOT_IN.finditer(line.plain)]
    found += [Symbol(m.start(), m.end(), "s") for m in _SIGNIFICANT.finditer(cut.masked)]
    found += [Symbol(m.start(), m.end(), _p(m)) for m in _P.finditer(line.plain)]
    found += [Symbol(start, end, "q" if crosses else "p") for start, end, crosses in intervals(line.plain)]
    found += [Symbol(c.start, c.start, ".") for c in cut.clauses[1:]]
    taken_back = _TAKEN_BACK.search(line.plain)
    if taken_back is not None:
        found = [s for s in found if s.start >= taken_back.start() or s.mark not in _TOLD]
    return Scene(_in_order(found), placed, turned)


def speaks_otherwise(asked: Asked, placed: Marks, line: Line) -> bool:
    """Whether the sentence speaks of the other thing than what is asked for: of freedom from seizures, where seizures are asked for."""
    if not placed.outcome or is_turned_name(asked.question.outcome):
        return False
    better = None if abs(asked.polarity) < _SURE else Better.HIGHER if asked.polarity > 0 else Better.LOWER
    return all(is_turned(line.plain, m.start, m.end, better) for m in placed.outcome)


def _in_order(found: list[Symbol]) -> tuple[Symbol, ...]:
    row: list[Symbol] = []
    for s in sorted(found, key=lambda s: (s.start, s.end, s.mark)):
        if not (row and row[-1].mark == s.mark and s.mark in "OIC.sTPQpq"):
            row.append(s)
    return tuple(row)


def _p(m: re.Match[str]) -> str:
    printed = m["p"]
    number = value("0" + printed if printed and printed[0] in ".,·" else printed) if printed else None
    if number is None:
        return "Q"
    above = number > 0.05 or (number == 0.05 and m["sign"] in ">≥")
    return "Q" if (above and "<" not in (m["sign"], m["two"])) or number > 0.1 else "P"


def _directions(asked: Asked, placed: Marks, masked: str, turned: bool) -> list[Symbol]:
    named_fall = asked.change is Change.FALL and not any(_FALL.search(masked[m.start : m.end]) for m in placed.outcome)
    found = [_told(asked, placed, c, masked) for c in cues(masked)]
    known = [(s.start, s.end) for s in found]
    for mark, pattern in (("U", _MORE_UPS), ("D", _MORE_DOWNS)):
        found += [
            Symbol(m.start(), m.end(), _of_change(mark, asked, placed, masked[: m.start()]))
            for m in pattern.finditer(masked)
            if not any(m.start() < e and s < m.end() for s, e in known) and not placed.in_outcome(m.start())
        ]
    if turned:
        found = [Symbol(s.start, s.end, _OTHER_VALUE.get(s.mark, s.mark)) for s in found]
    if named_fall:
        found = [Symbol(s.start, s.end, _OTHER_WAY.get(s.mark, s.mark)) for s in found]
    return found


def _of_change(mark: str, asked: Asked, placed: Marks, before: str) -> str:
    """ "The decrease in pain was greater than …": the change goes down, how great it is goes up."""
    head = change_head(before)
    if head is None or placed.in_outcome(head[1]) or not _PREDICATE.search(before):
        return mark
    kind = _valued(_CUES[head[0]], asked.polarity)
    return {"D": _OTHER_WAY[mark], "d": _OTHER_WAY[mark]}.get(kind, mark)


_PREDICATE = re.compile(r"\b(?:was|were|is|are|appeared|seemed)(?:\s\w+){0,3}\s*$", re.IGNORECASE)
_FALL = re.compile(r"reduc|decreas|declin|fall|loss|lower|drop", re.IGNORECASE)
_OTHER_VALUE = {"U": "D", "D": "U"}
_OTHER_WAY = {"U": "D", "D": "U", "u": "d", "d": "u"}


def _told(asked: Asked, placed: Marks, cue: CueMention, masked: str) -> Symbol:
    """A cue as a symbol: of a change that the outcome's name tells of, only how great it is counts."""
    if cue.noun is not None and cue.alone is not None and (cue.cue is Cue.DIFFERENT or placed.in_outcome(cue.noun[0])):
        cue = cue.alone
    mark = _CUES[cue.cue] if cue.noun is not None else _paced(_CUES[cue.cue], masked[cue.start : cue.end], asked)
    if mark in "UDBW" and placed.in_outcome(cue.start):
        own = stem(masked[cue.start : cue.end].split()[-1]) in asked.outcome
        return Symbol(cue.start, cue.end, "z" if own else _valued(mark, asked.polarity))
    return Symbol(cue.start, cue.end, _valued(mark, asked.polarity))


def _paced(mark: str, word: str, asked: Asked) -> str:
    """What a word of speed says of the value: "sooner" is less of a time."""
    return _OTHER_VALUE.get(mark, mark) if turns(word, asked.question.outcome) else mark


def _valued(mark: str, polarity: float) -> str:
    if mark not in "BW" or abs(polarity) < _SURE:
        return mark
    return "u" if (mark == "B") is (polarity > 0) else "d"
