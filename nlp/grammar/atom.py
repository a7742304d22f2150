"""The printed parts of a sentence: a number, an interval, a p value, a time, a dose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crawler.quick_init import quick_init
from nlp.claim import Measure


class AtomKind(StrEnum):
    """What a stretch of text prints."""

    DOSE = "dose"
    INTERVAL = "interval"
    HEADER = "header"
    P = "p"
    I2 = "i2"
    TAU2 = "tau2"
    N = "n"
    PLUS_MINUS = "plus_minus"
    FRACTION = "fraction"
    TIME = "time"
    BARE_INTERVAL = "bare_interval"
    IQR = "iqr"
    LIMIT = "limit"
    PERCENT = "percent"
    NUMBER = "number"
    WORD_NUMBER = "word_number"
    MEASURE = "measure"
    CHANGE = "change"
    NOISE = "noise"


@quick_init
@dataclass(frozen=True, slots=True)
class Atom:
    """One printed part. Which of the values are set depends on the kind; `printed` holds their characters by field name."""

    kind: AtomKind
    start: int
    end: int
    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    operator: str | None = None
    spread: float | None = None
    events: int | None = None
    total: int | None = None
    unit: str | None = None
    measure: Measure | None = None
    percent: bool = False
    printed: tuple[tuple[str, str], ...] = ()
