"""The values that reading a document yields. Frozen, standard library only; offsets count in `Document.text`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crawler.quick_init import quick_init


class Measure(StrEnum):
    """What kind of number an effect is. OTHER without an estimate is a bare p value for a contrast."""

    MD = "MD"
    SMD = "SMD"
    RR = "RR"
    OR = "OR"
    HR = "HR"
    RD = "RD"
    IRR = "IRR"
    BETA = "BETA"
    R = "R"
    PROPORTION = "PROPORTION"
    COUNT = "COUNT"
    MEAN = "MEAN"
    MEAN_CHANGE = "MEAN_CHANGE"
    MEDIAN = "MEDIAN"
    OTHER = "OTHER"


#: Ratios live on the log scale: they are positive, and 1 means no difference.
RATIOS = frozenset({Measure.RR, Measure.OR, Measure.HR, Measure.IRR})
#: Differences and slopes, for which 0 means no difference.
DIFFERENCES = frozenset({Measure.MD, Measure.SMD, Measure.RD, Measure.BETA, Measure.R})


class Group(StrEnum):
    """Whose number it is: a contrast, one arm's own value, or one pooled or whole-cohort value."""

    DIFFERENCE = "difference"
    INTERVENTION = "intervention"
    COMPARATOR = "comparator"
    POOLED = "pooled"


class Kind(StrEnum):
    """What an effect's number compares."""

    CHANGE = "change"
    FINAL = "final"
    BETWEEN = "between"
    PRE_POST = "pre_post"


class Direction(StrEnum):
    """Which way a finding points; `favours_…` already accounts for whether lower is better."""

    FAVOURS_INTERVENTION = "favours_intervention"
    FAVOURS_COMPARATOR = "favours_comparator"
    NO_DIFFERENCE = "no_difference"
    INCREASE = "increase"
    DECREASE = "decrease"
    UNCLEAR = "unclear"


class NullKind(StrEnum):
    """What kind of null a `no_difference` is."""

    EQUIVALENCE_SHOWN = "equivalence_shown"
    PRECISE_NULL = "precise_null"
    IMPRECISE = "imprecise"
    STATED_ONLY = "stated_only"


class QuestionKind(StrEnum):
    """What is asked of the intervention or exposure."""

    TREATMENT = "treatment"
    HARM = "harm"
    PROGNOSIS = "prognosis"
    DIAGNOSIS = "diagnosis"
    PREVALENCE = "prevalence"


class ArmRole(StrEnum):
    """What an arm is for."""

    INTERVENTION = "intervention"
    COMPARATOR = "comparator"
    EXPOSURE = "exposure"


class Level(StrEnum):
    """What was studied."""

    TRIAL = "trial"
    POOLED = "pooled"
    OTHER = "other"


class Better(StrEnum):
    """Which value of an outcome, as worded, is the better one."""

    LOWER = "lower"
    HIGHER = "higher"


class Verdict(StrEnum):
    """What a check says of an effect."""

    CONSISTENT = "consistent"
    INCONSISTENT = "inconsistent"
    UNCHECKED = "unchecked"


@quick_init
@dataclass(frozen=True, slots=True)
class Quote:
    """Where a value was read: characters of the text, or a place in a registry's structured answer; the one or the other.

    In the text, `text == document.text[start:end]`. In an answer, `pointer` is a JSON pointer (RFC 6901) into it, there are no offsets,
    and `text` holds the numbers or the name that are printed there.
    """

    start: int | None
    end: int | None
    text: str
    pointer: str | None = None

    def __post_init__(self) -> None:
        offsets = (self.start is not None) + (self.end is not None)
        if offsets != (0 if self.pointer is not None else 2):
            raise ValueError(f"A quote has two offsets or a pointer: {self.start}, {self.end}, {self.pointer}.")

    @classmethod
    def at_pointer(cls, pointer: str, text: str) -> Quote:
        """What is printed at a place of a registry's answer."""
        return cls(None, None, text, pointer)

    @property
    def span(self) -> tuple[int, int]:
        """The offsets of a quote from the text.

        Raises:
            ValueError: it comes from a registry's answer.
        """
        if self.start is None or self.end is None:
            raise ValueError(f"The quote at {self.pointer} has no place in the text.")
        return self.start, self.end


@quick_init
@dataclass(frozen=True, slots=True)
class Concept:
    """An entry of a domain pack. `id` is a CURIE (`MESH:D009103`, `counterclaim:edss`)."""

    id: str
    label: str
    kind: str


@quick_init
@dataclass(frozen=True, slots=True)
class Outcome:
    """What was measured: as worded, under its pack's label where a pack knows it, and which way is better (None: unknown)."""

    text: str
    label: str
    concept: str | None = None
    better: Better | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class Timepoint:
    """A time as worded, and its length in days (month = 30.44 days, year = 365.25); None where no length can be told."""

    text: str
    days: float | None


class MentionSource(StrEnum):
    """Who found a mention: a domain pack, the trained tagger, or the likeness of words that no pack knows to a name that one does."""

    PACK = "pack"
    TAGGER = "tagger"
    LIKENESS = "likeness"


@quick_init
@dataclass(frozen=True, slots=True)
class Mention:
    """A labelled stretch of text (labels: see the contract).

    `score`, by `source`: of a pack's name 1, or less where it was matched by similarity; of a tagged stretch the probability of exactly these
    bounds and this label; of a likeness how alike the words are to the name of `concept`, `runner_up` being the next one.
    """

    label: str
    quote: Quote
    concept: str | None = None
    score: float | None = None
    runner_up: str | None = None
    source: MentionSource = MentionSource.PACK


@quick_init
@dataclass(frozen=True, slots=True)
class Arm:
    """One side of a comparison."""

    role: ArmRole
    label: str
    quote: Quote
    concept: str | None = None
    comparator_class: str | None = None
    route: str | None = None
    cell_source: str | None = None
    donor: str | None = None
    dose: str | None = None
    schedule: str | None = None
    n: int | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One check of one effect. `detail` says what the other printed numbers imply."""

    check: str
    verdict: Verdict
    detail: str = ""


@quick_init
@dataclass(frozen=True, slots=True)
class Effect:
    """One printed numeric result; numbers as printed, sign included. None: the text gives none."""

    measure: Measure
    quote: Quote
    outcome: Outcome
    group: Group
    estimate: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_level: float | None = None
    p_value: float | None = None
    p_operator: str | None = None
    i2: float | None = None
    tau2: float | None = None
    k: int | None = None
    se: float | None = None
    sd: float | None = None
    iqr_low: float | None = None
    iqr_high: float | None = None
    events: int | None = None
    total: int | None = None
    n: int | None = None
    unit: str | None = None
    timepoint: Timepoint | None = None
    kind: Kind | None = None
    subgroup: str | None = None
    analysis_set: str | None = None
    adjusted: bool | None = None
    arm: int | None = None
    versus: int | None = None
    confidence: float | None = None
    #: The numbers as they stand in the text, by field name (`{"estimate": "−0.50"}`): decimals decide what rounding allows.
    printed: tuple[tuple[str, str], ...] = ()
    #: The words of the text on which way this number points: +1 the value is higher, -1 lower, None: no words.
    stated_sign: int | None = None
    audit: tuple[AuditFinding, ...] = ()

    @property
    def derived(self) -> tuple[str, ...]:
        """The fields whose number the quote does not print: a total taken from the arm's size."""
        read = self.quote.pointer is None and self.total is not None and bool(self.printed)
        return ("total",) if read and self.printed_as("total") is None else ()

    def printed_as(self, field: str) -> str | None:
        """The characters that a number was read from, or None where the text does not print it."""
        return dict(self.printed).get(field)


@quick_init
@dataclass(frozen=True, slots=True)
class Claim:
    """Who, against whom, on what, when, which way, with what evidence. Indices point into the extraction's arms and effects."""

    question: QuestionKind
    intervention: str | None
    comparator: str | None
    outcome: Outcome
    direction: Direction
    quote: Quote
    arm: int | None = None
    versus: int | None = None
    route: str | None = None
    cell_source: str | None = None
    condition: str | None = None
    timepoint: Timepoint | None = None
    point_direction: Direction | None = None
    significant: bool | None = None
    null_kind: NullKind | None = None
    analysis_set: str | None = None
    hedged: bool = False
    spin: bool = False
    confidence: float | None = None
    effects: tuple[int, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read: what, and where it stands."""

    what: str
    quote: str | None = None


@quick_init
@dataclass(frozen=True, slots=True)
class Study:
    """What the text tells of the study as a whole."""

    level: Level
    design: str | None = None
    sample_size: int | None = None
    studies: int | None = None
    registry_ids: tuple[str, ...] = ()
    conditions: tuple[Concept, ...] = ()


@quick_init
@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything read from one document."""

    study: Study
    arms: tuple[Arm, ...] = ()
    mentions: tuple[Mention, ...] = ()
    effects: tuple[Effect, ...] = ()
    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()
