"""Why a number is not pooled. A refusal stands in the row, in words; nothing is dropped in silence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kb.errors import LibraryError


class Reason(StrEnum):
    """What stands against a number, in the words of the `refused` column."""

    NO_ESTIMATE = "no number printed"
    SINGLE_ARM = "single arm"
    BEFORE_AFTER = "before-after, no comparator"
    ALREADY_POOLED = "already pooled"
    NOT_A_TRIAL = "not a trial"
    OTHER_COMPARATOR = "another comparator than asked for"
    OTHER_SIDE = "the number is of the other side of the comparison"
    ASYMMETRIC = "asymmetric interval"
    INTERVAL_MISSING = "no interval, standard error or exact p value"
    SD_MISSING = "SD missing"
    SKEWED = "skewed"
    MIXED_SCALES = "mixed scales"
    MEASURE = "measure that is not pooled"
    RETRACTED = "retracted"
    SECOND_HAND = "known at second hand only"
    AUDIT = "audit failed"
    SIGN = "sign against words"
    DENOMINATOR = "unclear denominator"
    CROSSOVER = "crossover without a printed correlation"
    CLUSTER = "clusters counted as people"
    NO_EVENTS = "no events in either arm"
    SUBGROUP = "subgroup"
    NOT_REVIEWED = "not accepted in review"
    NOT_SURE = "less sure than asked for"
    IMPOSSIBLE = "numbers that cannot be"
    SAME_STUDY = "another row of this study is pooled"
    SAID_AGAIN = "said again"
    SEVERAL = "several numbers for one arm"
    OTHER_ARM = "of another arm, or not clear of which"
    BASELINE = "baseline value"
    TURNED = "worded the other way round"
    SUSPICIOUS = "SD unlike those of the other studies"
    NOT_ASKED = "another measure was asked for"
    NOT_POOLED = "its set is not pooled"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a row is not pooled: the word, and the sentence."""

    reason: Reason
    detail: str

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)


class NotConvertible(LibraryError):
    """A number that cannot honestly be made poolable.

    Attributes:
        reason: the word for it.
        detail: the sentence.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class CannotPool(LibraryError):
    """Rows that do not go into one estimate as they stand.

    Attributes:
        reason: the word that stands in the column `refused` of rows that would be pooled but for this; None where there is no such word.
    """

    def __init__(self, sentence: str, reason: Reason | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason
