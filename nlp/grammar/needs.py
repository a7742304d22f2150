"""What every match of a pattern must hold, read from the pattern's own parse tree.

The method is that of RE2's prefilters (Cox 2012): a part of a pattern that can match few strings is taken for these strings ("exact");
strings of neighbouring parts are joined; where a part can match anything, what was gathered so far becomes a need. A look ahead or behind
needs its strings too, a negative one needs nothing. When in doubt, a part needs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from re import _constants as c  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

#: More strings than this are no help, and cost memory.
_MOST_STRINGS, _MOST_LITERALS, _MOST_NEEDS = 160, 400, 4
#: Stands for any space in the strings of a pattern; no literal holds one.
SPACE = " "
#: Stands for any digit, in patterns and in texts.
_ZERO = "0"
#: Stands where a word begins or ends, in patterns and in texts; and where one ends if what stands there is a word at all.
EDGE, MAYBE_EDGE = "\x02", "\x03"
EDGES = (frozenset({EDGE}), frozenset({MAYBE_EDGE}))
#: Marks that stand in so many sentences that to need them is to need next to nothing.
_COMMON = frozenset(",.")


@dataclass(frozen=True, slots=True)
class Need:
    """Literals one of which every match holds; `cased` where the pattern minds their case."""

    literals: frozenset[str]
    cased: bool


_DIGIT, _WORD_EDGE, _INNER_EDGE = re.compile(r"\d"), re.compile(r"\b"), re.compile(r"(?<=.)\b(?=.)")


def marked(text: str) -> str:
    r"""A text as needs see it: every digit a zero, the edges of words marked.

    >>> marked("non-RCT 95%").replace("\x02", "|")
    '|non|-|RCT| |00|%'
    """
    return _DIGIT.sub(_ZERO, _WORD_EDGE.sub(EDGE, text))


def folded(text: str) -> str:
    """A text without regard to case, for everything that Python's patterns take for one letter: i and dotless i, s and long s.

    >>> folded("RANDOMISED"), folded("Dİſh")
    ('randomised', 'dish')
    """
    return text.lower() if text.isascii() else text.replace("İ", "i").replace("ı", "i").casefold()


def needs_of(pattern: str, flags: int = 0) -> list[Need]:
    r"""What every match of a pattern must hold, the most telling needs first.

    >>> [sorted(n.literals) for n in needs_of(r"(?:reduced|lowered)[^.;]{1,20}(?:baseline|controls?)", re.IGNORECASE)]
    [['lowered', 'reduced'], ['baseline', 'control']]
    """
    tree = _parser.parse(pattern, flags)
    whole = _sequence(tree.data)
    whole.close()
    telling = dict.fromkeys(n for x in whole.needs if (n := as_need(x, tree.state.flags)) is not None)
    return sorted(telling, key=lambda n: -_worth(n.literals))[:_MOST_NEEDS]


def as_need(literals: frozenset[str], flags: int) -> Need | None:
    """Literals as a need; None where every sentence meets it."""
    cased = not flags & re.IGNORECASE
    return Need(literals if cased else frozenset(map(folded, literals)), cased) if _telling(literals) else None


def _telling(literals: Iterable[str]) -> bool:
    """Single letters stand in every sentence, and so do edges of words."""
    return all(x != EDGE and not (len(x) == 1 and x.isascii() and x.isalpha()) for x in literals)


def _worth(literals: AbstractSet[str]) -> float:
    """The longer the literals and the fewer, the rarer are the texts that hold one."""
    return min(map(_rarity, literals)) - 0.02 * len(literals)


def _rarity(literal: str) -> float:
    if literal in _COMMON or literal == EDGE:
        return 0.2
    letters = sum(x.isascii() and x.isalpha() for x in literal)
    edges, digits = literal.count(EDGE), literal.count(_ZERO)
    return letters + 0.6 * edges + 0.4 * digits + 1.5 * (len(literal) - letters - edges - digits)


@dataclass(slots=True)
class Part:
    """What a part of a pattern tells: the only strings that it can match (None: it can match many), and what it needs besides."""

    exact: frozenset[str] | None = frozenset({""})
    needs: list[frozenset[str]] = field(default_factory=list)
    #: Where the part can match many strings: those that each of them ends with.
    tail: frozenset[str] | None = None
    #: Whether the part may be missing altogether, so that what stands before it may be followed by what stands behind it.
    optional: bool = False
    #: Whether `exact` is all that was matched so far, and not only its end.
    complete: bool = True

    def join(self, following: Part) -> None:
        """Set another part behind this one."""
        self.needs += following.needs
        if following.exact is None:
            before = self.exact
            self.close()
            self.exact, self.complete = _either(before, following), False
        elif self.exact is None or len(self.exact) * len(following.exact) > _MOST_STRINGS:
            self.close()
            self.exact, self.complete = following.exact, False
        else:
            self.exact = frozenset(a + b for a in self.exact for b in following.exact)

    def close(self) -> None:
        """What was gathered is a need; what comes next has no string to be joined to."""
        need = _pieces(self.exact) if self.exact is not None else None
        if need:
            self.needs.append(need)
        self.exact = None


def _either(before: frozenset[str] | None, following: Part) -> frozenset[str] | None:
    """What stands right before the next part: the end of this one, or of the one before where this one is missing."""
    if not following.optional or following.tail is None:
        return following.tail
    both = None if before is None else before | following.tail
    return both if both is not None and len(both) <= _MOST_STRINGS else None


def _pieces(strings: Iterable[str]) -> frozenset[str] | None:
    """The longest stretch without a space of each string, less those that hold another; None where one has none."""
    apart = (s.replace(SPACE, MAYBE_EDGE + SPACE + MAYBE_EDGE).split(SPACE) for s in strings)
    longest = {max(map(with_edges, stretches), key=_rarity) for stretches in apart}
    if "" in longest or len(longest) > _MOST_LITERALS:
        return None
    return without_longer(longest)


def without_longer(strings: Iterable[str]) -> frozenset[str]:
    """The strings less those that hold another of them."""
    kept: list[str] = []
    for string in sorted(strings, key=len):
        if not any(x in string for x in kept):
            kept.append(string)
    return frozenset(kept)


_TWICE = re.compile(f"[{EDGE}{MAYBE_EDGE}]*{EDGE}[{EDGE}{MAYBE_EDGE}]*")
#: "Not behind a letter" is the edge of a word where a letter follows.
_IS_EDGE = re.compile(rf"(?<=\w){MAYBE_EDGE}+|{MAYBE_EDGE}+(?=\w)")


def with_edges(literal: str) -> str:
    """A literal with the edges of words that a text has inside it, and those at its ends that the pattern asks for."""
    known = _IS_EDGE.sub(EDGE, _TWICE.sub(EDGE, literal)).replace(MAYBE_EDGE, "")
    inner = "".join(map(_inner_edges, re.split(f"({EDGE})", known)))
    return _DIGIT.sub(_ZERO, inner)


def _inner_edges(stretch: str) -> str:
    return stretch if stretch == EDGE else _INNER_EDGE.sub(EDGE, stretch)


def _sequence(items: Sequence[Any], lead: str = "") -> Part:
    """What stands one behind the other; `lead` is the edge right before it."""
    whole = Part(frozenset({lead}))
    for op, value in items:
        if op in (c.BRANCH, c.SUBPATTERN) and whole.exact in EDGES:
            # Each way of going on has the edge before it.
            (edge,) = whole.exact
            whole.exact = frozenset({""})
            whole.join(part_of(op, value, edge))
        else:
            whole.join(part_of(op, value))
    return whole


def part_of(op: Any, value: Any, lead: str = "") -> Part:
    """What one part of a parse tree tells; `lead` is the edge right before it."""
    if op is c.LITERAL:
        return Part(frozenset({_character(value)}))
    if op is c.IN:
        return Part(_set(value))
    if op is c.BRANCH:
        return _branch([_sequence(x, lead) for x in value[1]])
    if op is c.SUBPATTERN:
        # A group with other flags of its own is left out: its letters may stand for more than those of the rest.
        return _whole(_sequence(value[3], lead)) if keeps_meaning(value) else Part(None)
    if op is c.ATOMIC_GROUP:
        return _whole(_sequence(value))
    if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
        return _repeat(value[0], value[1], _sequence(value[2]))
    if op is c.ASSERT:
        return _aside(_sequence(value[1]))
    if op is c.AT:
        return Part(frozenset({EDGE if value is c.AT_BOUNDARY else ""}))
    return Part(frozenset({not_seen(value[1].data)})) if op is c.ASSERT_NOT else Part(None)


def keeps_meaning(group: Sequence[Any]) -> bool:
    """Whether a group matches no more than the same parts outside it: it has no flags of its own, or only minds the case."""
    _, added, removed, _ = group
    return not added and not removed & ~re.IGNORECASE.value


def not_seen(refused: Sequence[Any]) -> str:
    """A negative look needs nothing; that there is no letter beside a letter is the edge of a word."""
    alone = len(refused) == 1 and refused[0][0] is c.IN
    return MAYBE_EDGE if alone and (c.CATEGORY, c.CATEGORY_WORD) in refused[0][1] and refused[0][1][0][0] is not c.NEGATE else ""


def _character(code: int) -> str:
    return SPACE if chr(code).isspace() else chr(code)


def _aside(looked: Part) -> Part:
    """A look ahead or behind: what it sees is in the text, but no part of the match."""
    looked.close()
    return Part(frozenset({""}), looked.needs)


def _whole(sequence: Part) -> Part:
    """A sequence as one part: where more than its end can vary, only its end is told."""
    if sequence.complete:
        return sequence
    tail = sequence.exact
    sequence.close()
    return Part(None, sequence.needs, tail)


def _set(options: Sequence[Any]) -> frozenset[str] | None:
    strings: set[str] = set()
    for op, value in options:
        if op is c.LITERAL:
            strings.add(_character(value))
        elif op is c.CATEGORY and value is c.CATEGORY_DIGIT:
            strings.add(_ZERO)
        elif op is c.CATEGORY and value is c.CATEGORY_SPACE:
            strings.add(SPACE)
        elif op is c.RANGE and value[1] - value[0] < 8:
            strings.update(map(_character, range(value[0], value[1] + 1)))
        elif op is c.RANGE and chr(value[0]) >= "0" and chr(value[1]) <= "9":
            strings.add(_ZERO)
        else:
            return None
    return frozenset(strings)


def _branch(parts: list[Part]) -> Part:
    """One of several: all their strings where each has some, else one need of each."""
    exact = [p.exact for p in parts if p.exact is not None and p.complete and not p.needs]
    if len(exact) == len(parts) and sum(map(len, exact)) <= _MOST_LITERALS:
        return Part(frozenset[str]().union(*exact))
    tails = [p.exact for p in parts if p.exact is not None]
    tail = frozenset[str]().union(*tails) if len(tails) == len(parts) else None
    needs: set[str] = set()
    for part in parts:
        part.close()
        if not part.needs:
            return Part(None, tail=tail)
        needs |= max(part.needs, key=_worth)
    return Part(None, [without_longer(needs)], tail)


def _repeat(least: int, most: Any, once: Part) -> Part:
    if once.exact == frozenset({SPACE}) and not once.needs:
        # A run of spaces parts words as one space does.
        return Part(frozenset({SPACE} if least else {SPACE, ""}))
    if not least:
        short = most == 1 and once.exact is not None and once.complete and len(once.exact) <= _MOST_STRINGS
        return Part(once.exact | {""}) if short and once.exact is not None else Part(None, tail=once.exact, optional=True)
    if least == most == 1:
        return _whole(once)
    tail = once.exact
    once.close()
    return Part(None, once.needs, tail)
