"""What is known of a text while it is read. Private to `nlp/`; offsets count in the document's text."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.document import SectionName
from crawler.quick_init import quick_init
from nlp.claim import Better
from nlp.domain import ConceptKind, Entry
from nlp.grammar.results import Printed

if TYPE_CHECKING:
    from nlp.tagger import Tagging


class Role(StrEnum):
    """What a sentence is for. Results are read for numbers and claims; aims and methods never are."""

    TITLE = "title"
    BACKGROUND = "background"
    AIM = "aim"
    METHOD = "method"
    RESULT = "result"
    CONCLUSION = "conclusion"


@quick_init
@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its text, and the same in one spelling (`plain`), character for character."""

    index: int
    start: int
    end: int
    section: SectionName
    role: Role
    text: str
    plain: str


@quick_init
@dataclass(frozen=True, slots=True)
class ConceptMention:
    """A name of a pack's concept in the text. `score` below 1: matched by similarity."""

    entry: Entry
    start: int
    end: int
    text: str
    score: float = 1.0

    @property
    def kind(self) -> ConceptKind:
        """The kind of the concept."""
        return self.entry.kind


@quick_init
@dataclass(frozen=True, slots=True)
class TimeMention:
    """One time; "3, 6 and 12 months" is three. `days`: month = 30.44 days, year = 365.25."""

    start: int
    end: int
    text: str
    days: float
    #: Where the whole expression stands: several times of one list share it.
    list_start: int
    list_end: int


class Side(StrEnum):
    """Whose side a word takes in a comparison."""

    INTERVENTION = "intervention"
    COMPARATOR = "comparator"
    BASELINE = "baseline"
    BOTH = "both"


@quick_init
@dataclass(frozen=True, slots=True)
class ArmMention:
    """Words for an arm in a sentence: "the MSC group", "controls", "placebo". `arm` points into the design's arms where it is known."""

    side: Side
    start: int
    end: int
    text: str
    arm: int | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class ArmNames:
    """The text's own wordings for the arm at index `arm`, and its letter ("A" of "group A")."""

    arm: int
    names: tuple[str, ...]
    letter: str | None


@quick_init
@dataclass(frozen=True, slots=True)
class OutcomeMention:
    """Words for an outcome: the pack's entry where one knows them, else the words alone. `text` holds qualifiers, `start`/`end` too."""

    start: int
    end: int
    text: str
    label: str
    entry: Entry | None = None
    #: Which value is better, where the wording says so and no entry: "freedom from relapse".
    better: Better | None = None
    #: The wording makes another thing of it, of which nothing tells the better value: "depression screening".
    unsaid: bool = False
    #: An illness whose frequency this sentence tells; the next sentence is about something else.
    illness: bool = False


@dataclass(slots=True)
class Reading:
    """Gathered step by step by the pipeline's components."""

    text: str
    plain: str
    sentences: list[Sentence] = field(default_factory=list)
    abbreviations: dict[str, str] = field(default_factory=dict)
    concepts: list[ConceptMention] = field(default_factory=list)
    times: list[TimeMention] = field(default_factory=list)
    printed: dict[int, list[Printed]] = field(default_factory=dict)
    #: The text's own wordings for its arms.
    arm_names: tuple[ArmNames, ...] = ()
    #: What the trained tagger says; None where none is used.
    tagging: Tagging | None = None
    #: Whether the text says that its ± are standard errors.
    says_standard_errors: bool = False
    _starts: tuple[list[ConceptMention], list[int]] = field(default_factory=lambda: ([], []), repr=False, compare=False)

    def concepts_in(self, start: int, end: int, *kinds: ConceptKind) -> list[ConceptMention]:
        """Mentions inside a stretch, in order; of the given kinds, or of all."""
        starts = self._starts_of_concepts()
        first = bisect_left(starts, start)
        last = bisect_left(starts, end, lo=first)
        if first == last:
            return []
        return [m for m in self.concepts[first:last] if m.end <= end and (not kinds or m.entry.kind in kinds)]

    def _starts_of_concepts(self) -> list[int]:
        """Where the concepts start: drawn up once, and anew when there are others."""
        of, starts = self._starts
        if of is not self.concepts or len(starts) != len(of):
            starts = [m.start for m in self.concepts]
            self._starts = (self.concepts, starts)
        return starts

    def times_in(self, start: int, end: int) -> list[TimeMention]:
        """Times inside a stretch, in order."""
        first = bisect_left(self.times, start, key=lambda t: t.list_start)
        last = bisect_left(self.times, end, lo=first, key=lambda t: t.list_start)
        return [t for t in self.times[first:last] if t.list_end <= end]

    def of_role(self, *roles: Role) -> list[Sentence]:
        """The sentences of these roles, in order."""
        return [s for s in self.sentences if s.role in roles]
