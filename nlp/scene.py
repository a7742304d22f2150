"""One sentence with everything that linking needs to know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nlp.brackets import Clauses, clauses
from nlp.claim import Arm, ArmRole, Level
from nlp.grammar.results import Printed
from nlp.grammar.sieve import Sieved
from nlp.outcomes import outcome_mentions
from nlp.reading import ArmMention, OutcomeMention, Reading, Sentence, Side, TimeMention
from nlp.sides import SideFinder
from nlp.tagged_outcomes import tagged_outcomes

_UNCONTROLLED = Sieved(
    r"\b(?:(?:no|without\san?|lack\sof\san?|absence\sof\san?)\s(?:\w+\s)?(?:control|comparison|comparator)\s(?:group|arm|condition)|uncontrolled\s(?:\w+[\s-]){0,2}(?:study|trial|pilot|series)|"
    r"single-?\s?(?:arm|group)\b|(?:before[\s-]and[\s-]after|before-?after|pre-?\s?post)\s(?:\w+\s)?(?:study|design|trial|comparison))",
    re.IGNORECASE,
)
_GROUPS = re.compile(
    r"\b(?:two|three|four|both|between)\s(?:[\w-]+\s)?groups\b|\brandomly\b|\b(?:were|was)\s(?:randomi[sz]ed|allocated|assigned)\b",
    re.IGNORECASE,
)
RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)


@dataclass(slots=True)
class Scene:
    """A sentence, its clauses, results, outcomes, times and arms. All places are offsets of the document.

    `offset` is where the sentence starts, `plain` the sentence in one spelling: asked for so often that they stand here, too.
    """

    reading: Reading
    sentence: Sentence
    level: Level
    arms: tuple[Arm, ...]
    cut: Clauses
    printed: list[Printed]
    outcomes: list[OutcomeMention]
    times: list[TimeMention]
    sides: list[ArmMention]
    #: What the sentences before spoke of last, for "the corresponding figures" and "results were similar".
    last_outcomes: list[OutcomeMention]
    last_time: TimeMention | None = None
    #: The two arms that a sentence before named last, in its order.
    last_pair: tuple[ArmMention, ...] = ()
    #: Whether the text says that nobody was set against those who were treated.
    uncontrolled: bool = False
    offset: int = field(init=False)
    plain: str = field(init=False)
    #: Where each finding's words stand, kept because every question about a finding asks for it.
    windows: dict[tuple[int, int, int], tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.offset, self.plain = self.sentence.start, self.sentence.plain

    def clause(self, place: int) -> int:
        """The clause that holds a place of the document."""
        return self.cut.clause_of(place - self.offset)

    def between(self, left: int, right: int) -> str:
        """The text between two places of the document."""
        return self.reading.plain[left:right]

    def outside_brackets(self, place: int) -> bool:
        """Whether a place stands in the open text."""
        return self.cut.bracket_of(place - self.offset) is None

    def sides_in(self, start: int, end: int, *wanted: Side) -> list[ArmMention]:
        """Arm words inside a stretch, of the wanted sides or of all."""
        return [m for m in self.sides if start <= m.start and m.end <= end and (not wanted or m.side in wanted)]

    @property
    def has_comparator(self) -> bool:
        """Whether the study compares anything."""
        return any(a.role is ArmRole.COMPARATOR for a in self.arms)


def scenes(reading: Reading, level: Level, arms: tuple[Arm, ...], wanted: list[Sentence]) -> list[Scene]:
    """The sentences that are read for results, in order."""
    finder = SideFinder(reading, arms)
    uncontrolled = not any(a.role is ArmRole.COMPARATOR for a in arms) and _is_uncontrolled(reading.plain)
    found: list[Scene] = []
    last: list[OutcomeMention] = []
    pair: tuple[ArmMention, ...] = ()
    for sentence in wanted:
        cut = clauses(sentence.plain)
        sides = finder.find(sentence)
        outcomes = [m for m in _outcomes(reading, sentence, cut) if not _in_a_group(m, sides)]
        times = [t for t in reading.times_in(sentence.start, sentence.end) if not _in_a_name(t, sides)]
        scene = Scene(
            reading, sentence, level, arms, cut, reading.printed.get(sentence.index, []), outcomes, times, sides, last,
        )  # fmt: skip
        scene.last_pair, scene.uncontrolled = pair, uncontrolled
        found.append(scene)
        last, pair = [m for m in outcomes if not m.illness] or last, _two_arms(scene.sides) or pair
    return found


def _is_uncontrolled(plain: str) -> bool:
    """Whether a text says that it had no control group, and tells of no groups."""
    return _UNCONTROLLED.search(plain) is not None and _GROUPS.search(plain) is None


def _in_a_group(outcome: OutcomeMention, sides: list[ArmMention]) -> bool:
    """ "The discontinuation group": what an arm is called after was not measured there."""
    return any(
        m.start <= outcome.start and outcome.end < m.end and m.text.endswith(("group", "groups", "arm", "arms"))
        for m in sides
        if m.arm is not None
    )


def _in_a_name(time: TimeMention, sides: list[ArmMention]) -> bool:
    """ "The 7-day group" says who, and not when."""
    return any(m.start <= time.list_start and time.list_end <= m.end for m in sides if m.arm is not None)


def _outcomes(reading: Reading, sentence: Sentence, cut: Clauses) -> list[OutcomeMention]:
    """The outcomes that the packs know; in clauses where they know none, those that the tagger finds."""
    known = outcome_mentions(reading, sentence)
    others = tagged_outcomes(reading, sentence, known) if reading.tagging is not None else []
    if not others:
        return known
    told = {cut.clause_of(m.start - sentence.start) for m in known}
    return sorted([*known, *(m for m in others if cut.clause_of(m.start - sentence.start) not in told)], key=lambda m: m.start)


def _two_arms(sides: list[ArmMention]) -> tuple[ArmMention, ...]:
    """The first mention of each arm where there are two."""
    by_arm: dict[int, ArmMention] = {}
    for m in sides:
        if m.arm is not None:
            by_arm.setdefault(m.arm, m)
    return tuple(by_arm.values()) if len(by_arm) == 2 else ()
