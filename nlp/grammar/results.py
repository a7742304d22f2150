"""Atoms put together: one `Printed` for each estimate with everything that is printed for it, and for each p value that stands alone.

Numbers first, then meaning: whose number it is, of which outcome and when is decided in `nlp/linking/`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.quick_init import quick_init, replace
from nlp.claim import Measure
from nlp.grammar.atom import Atom, AtomKind

K = AtomKind

#: Between an estimate and what belongs to it stand brackets, marks and a few words that say nothing of their own.
_GLUE = re.compile(
    r"[\s,;:=()\[\]]*(?:(?:[a-zA-Zμµ%]{1,6}(?:\s?/\s?[a-zA-Zμµ0-9.]{1,6}){1,2}|with|and|an?|the|of|percentage|seconds|minutes|months|weeks|days|years|points?|units?|m|mm|cm|kg|mL|ml|letters|degrees|m/s|patients?|participants?|subjects?|cases?|adjusted|both|all|"
    r"corresponding|each|group|change|difference|score|was|two-sided|one-sided|log-rank|interaction|unadjusted|nominal)\b[\s,;:=()\[\]]*){0,4}"
)
_TO_P = re.compile(r"[\s,;:=()\[\]]*(?:[A-Za-z’'-]+[\s,;:()\[\]]*){0,4}")
_TO_ESTIMATE = re.compile(
    r"[\s,:;=()\[\]]*(?:(?:was|were|is|are|of|for|the|only|an?|estimated|at|adjusted|pooled|overall|mean|effect|value|in|favou?r|being|equal|to|about|approximately|CI|score|points?|[A-Z]{1,4}s?)\b[\s,:;=()\[\]]*){0,4}"
)
#: "hazard ratio for aspirin relative to warfarin, 0.46".
_TO_NAMED_ESTIMATE = re.compile(r"\s(?:for|of|in|with|comparing|between)\s[^,;:()=\d]{2,70}\s?[,:=(]\s?")
#: "hazard ratio for death at 12 months was 0.70", "odds ratio for remission with X, as compared with placebo, was 1.80".
_TO_SAID_ESTIMATE = re.compile(
    r"(?:\s?[(\[][A-Za-z0-9\s,-]{1,12}[)\]])?,?\s(?:for|of|in|with|comparing|between|on|from|at|after|by|among|associated|compared|versus|vs\.?)\b[^;:=]{2,170}?"
    r"\b(?:was|were|is|are|of|being|equal(?:l?ed)?)\s(?:only\s|about\s|approximately\s|estimated\s(?:at|to be)\s|also\s|an?\s)*"
)
#: "HR for stroke 0.70 (95% CI …)".
_TO_NEXT_ESTIMATE = re.compile(r"\s(?:for|of|in)\s(?!.*\b(?:was|were|is|are|of)\s$)[A-Za-z][\w\s/-]{2,50}\s")
_ANOTHER_CLAUSE = re.compile(r",\s(?:with|and|but|while|whereas|which)\b")
_RATIO_SHORT = frozenset({"OR", "ORs"})
#: "24 enoxaparin recipients (11.7%)".
_COUNTED_PEOPLE = re.compile(r"(?:\s[A-Za-z][\w/-]*){1,4}\s?[(\[]\s?")
_LIST_GAP = re.compile(r"[\s,;]*(?:and|or|vs\.?|versus)?[\s,;]*")
_DROPPED_PERCENT = re.compile(r"(?:\b(?:power|confidence|level|sensitivity analysis)\b)|\bCI\b", re.IGNORECASE)


_MIDDLE = re.compile(r"\b(?:medians?|means?)\b", re.IGNORECASE)
#: "median (range)", "median (min, max)": bounds, but no quartiles.
_SAYS_RANGE = re.compile(r"(?<!quartile )\brange\b|\bmin(?:imum)?\b\s?(?:,|–|to|and|-)\s?max", re.IGNORECASE)
_TIME_BEHIND = re.compile(r"\s?(?:minutes?|min|hours?|h|days?|d|weeks?|months?|years?)\b")


def _said_median(before: str) -> bool:
    """Whether the numbers that follow are medians: the word stands before them, and none for a mean behind it."""
    said = _MIDDLE.findall(before)
    return bool(said) and said[-1].lower().startswith("median")


@quick_init
@dataclass(frozen=True, slots=True)
class Printed:
    """One result as printed, in the offsets of its sentence. `start` to `end` holds all of its numbers."""

    start: int
    end: int
    anchor: int
    kind: AtomKind
    measure: Measure | None = None
    measure_start: int | None = None
    estimate: float | None = None
    percent: bool = False
    unit: str | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_level: float | None = None
    p: Atom | None = None
    i2: float | None = None
    tau2: float | None = None
    sd: float | None = None
    se: float | None = None
    spread: float | None = None
    iqr_low: float | None = None
    iqr_high: float | None = None
    events: int | None = None
    total: int | None = None
    n: int | None = None
    printed: tuple[tuple[str, str], ...] = ()

    @property
    def has_interval(self) -> bool:
        """Whether an interval is printed for it."""
        return self.ci_low is not None


_ESTIMATES = frozenset({K.NUMBER, K.PERCENT, K.PLUS_MINUS, K.FRACTION, K.CHANGE, K.WORD_NUMBER, K.DOSE})


class Assembler:
    """Reads one sentence's atoms from left to right."""

    def __init__(self, sentence: str, atoms: list[Atom]) -> None:
        self.text, self.atoms = sentence, atoms
        self.used: set[int] = set()
        self.found: list[Printed] = []
        self.pending: Atom | None = None
        self.header: Atom | None = None
        self.said_unit: str | None = None

    def run(self) -> list[Printed]:
        """All results of the sentence, in order."""
        for i, atom in enumerate(self.atoms):
            if i in self.used:
                continue
            if atom.kind is K.MEASURE:
                self.pending = self._measure_after(i)
                self.header = None
            elif atom.kind is K.HEADER:
                self.header = atom
            elif atom.kind in _ESTIMATES:
                self._estimate(i)
        self._lone_p_values()
        return sorted(self.found, key=lambda r: (r.anchor, r.start))

    def _measure_after(self, i: int) -> Atom | None:
        """The measure that stands before an estimate; "odds ratio [OR]" counts as one."""
        return self.atoms[i]

    def _gap(self, left: int, right: int) -> str:
        return self.text[left:right]

    def _glued(self, left: int, right: int, pattern: re.Pattern[str] = _GLUE) -> bool:
        return right - left <= 48 and pattern.fullmatch(self.text, left, right) is not None

    def _estimate(self, i: int) -> None:
        atom = self.atoms[i]
        if self._restated(i):
            self.used.add(i)
            self.said_unit = atom.unit if atom.kind is not K.CHANGE else None
            return
        result = self._start(atom)
        result = self._with_measure(result, atom)
        self.used.add(i)
        if self.said_unit and result.measure in (Measure.MD, Measure.BETA) and result.unit is None:
            result = replace(result, unit=self.said_unit)
        self.said_unit = None
        self.found.append(self._with_followers(result, i))

    def _start(self, atom: Atom) -> Printed:
        result = Printed(
            atom.start,
            atom.end,
            atom.start,
            atom.kind,
            estimate=atom.value,
            percent=atom.percent,
            unit=atom.unit,
            measure=atom.measure,
            printed=atom.printed,
        )
        if atom.kind is K.PLUS_MINUS and atom.operator is not None:
            return replace(result, se=atom.spread) if atom.operator == "se" else replace(result, sd=atom.spread)
        if atom.kind is K.PLUS_MINUS:
            return replace(result, spread=atom.spread)
        if atom.kind is K.FRACTION:
            return replace(result, events=atom.events, total=atom.total)
        if atom.kind is K.DOSE:
            head = re.match(r"[-+\d.,]+", atom.text)
            value = head[0].replace(",", "") if head else ""
            return replace(
                result,
                estimate=float(value) if value else None,
                unit=atom.text[len(value) :].strip() or None,
                printed=(("estimate", value),),
            )
        return result

    def _with_measure(self, result: Printed, atom: Atom) -> Printed:
        pending = self.pending
        if pending is None:
            return result
        left = self.header.end if self.header and self.header.start >= pending.end else pending.end
        joined = (
            self._glued(left, atom.start, _TO_ESTIMATE)
            or self._listed(pending, atom)
            or _TO_NAMED_ESTIMATE.fullmatch(self.text, left, atom.start) is not None
            or self._said_of(left, atom)
        )
        if not joined or (atom.percent and pending.text in _RATIO_SHORT):
            return result
        return replace(result, measure=pending.measure, measure_start=pending.start, start=min(result.start, pending.start))

    def _said_of(self, left: int, atom: Atom) -> bool:
        """Words say of what the measure is, and a verb what it is; no other number stands between."""
        between = (a for a in self.atoms if left <= a.start and a.end <= atom.start)
        if any(a.kind in _ESTIMATES and a.kind is not K.WORD_NUMBER for a in between):
            return False
        if _TO_NEXT_ESTIMATE.fullmatch(self.text, left, atom.start):
            return j_kind(self.atoms, atom) is K.INTERVAL
        said = _TO_SAID_ESTIMATE.fullmatch(self.text, left, atom.start)
        return said is not None and _ANOTHER_CLAUSE.search(said[0]) is None

    def _listed(self, pending: Atom, atom: Atom) -> bool:
        """ "hazard ratios, 0.43, 0.22, and 0.39": the measure goes for each number of the list."""
        last = self.found[-1] if self.found else None
        return bool(
            last
            and last.measure_start == pending.start
            and self._glued(last.end, atom.start, _LIST_GAP)
            and pending.text.rstrip().endswith("s")
        )

    def _restated(self, i: int) -> bool:
        """ "rose by 5.25% (WMD = 5.25 …)", "36% less frequent (RR …)": the bracket prints the estimate, the words say it again."""
        atom = self.atoms[i]
        if atom.kind not in (K.PERCENT, K.CHANGE, K.NUMBER):
            return False
        following = [a for a in self.atoms[i + 1 : i + 4] if a.kind is not K.HEADER]
        if len(following) < 2 or following[0].kind is not K.MEASURE or following[1].kind not in (K.NUMBER, K.PERCENT):
            return False
        gap = self._gap(atom.end, following[0].start)
        if not re.fullmatch(r"[\w\s-]{0,40}[(\[]\s?", gap):
            return False
        again = following[1].value == atom.value
        by = re.search(r"\bby\s*$", self.text[: atom.start]) is not None
        return again or by or atom.kind is K.CHANGE

    def _with_followers(self, result: Printed, i: int) -> Printed:
        here, j = result.end, i + 1
        while j < len(self.atoms):
            atom = self.atoms[j]
            if atom.kind is K.TIME and self._time_between(j):
                here = atom.end
                j += 1
                continue
            taken = self._take(result, atom, here, j)
            if taken is None:
                break
            result = replace(taken, end=max(taken.end, atom.end))
            self.used.add(j)
            here, j = atom.end, j + 1
        return result

    def _time_between(self, j: int) -> bool:
        """ "16% at 6 months (95% CI …)", "relapsed at 9 months (12.5%)": a time may stand before the bracket."""
        if j + 1 >= len(self.atoms):
            return False
        following = self.atoms[j + 1]
        gap = self._gap(self.atoms[j].end, following.start)
        return following.kind in (K.INTERVAL, K.PERCENT) and re.fullmatch(r"\s?[(\[]\s?", gap) is not None

    def _take(self, result: Printed, atom: Atom, here: int, j: int) -> Printed | None:
        gap = self._gap(here, atom.start)
        glued = self._glued(here, atom.start)
        match atom.kind:
            case K.INTERVAL if glued and not result.has_interval:
                return _with_interval(result, atom)
            case K.BARE_INTERVAL if not result.has_interval and re.fullmatch(r"\s*(?:points?|m|mm|%)?\s*", gap):
                return self._with_bare_interval(result, atom)
            case K.IQR if glued and result.iqr_low is None:
                return replace(result, iqr_low=atom.low, iqr_high=atom.high, printed=result.printed + atom.printed)
            case K.P if result.p is None and (glued or self._same_bracket(here, atom.start)):
                return replace(result, p=atom, printed=result.printed + atom.printed)
            case K.I2 if glued:
                return replace(result, i2=atom.value)
            case K.TAU2 if glued:
                return replace(result, tau2=atom.value)
            case K.NOISE if glued and ("=" in atom.text):
                return result
            case K.N if re.fullmatch(r"\s?[(\[,;]?\s?", gap):
                return replace(result, n=int(atom.value or 0))
            case _:
                return self._take_count(result, atom, gap)

    def _take_count(self, result: Printed, atom: Atom, gap: str) -> Printed | None:
        opens = (
            re.fullmatch(
                r"(?:\s(?:patients?|participants?|subjects?|cases?|eyes|children|knees|women|men))?\s?[(\[]\s?|\s?,\s", gap
            )
            is not None
        )
        if (
            atom.kind is K.PERCENT
            and opens
            and (atom.value or 0.0) >= 0
            and result.kind in (K.NUMBER, K.FRACTION, K.WORD_NUMBER)
            and not result.percent
            and result.measure is None
            and (result.estimate or 0.0).is_integer()
        ):
            return self._with_percent(result, atom)
        if atom.kind is K.PERCENT and self._counts_people(result, atom):
            return self._with_percent(result, atom)
        if (
            atom.kind is K.PERCENT
            and result.kind is K.WORD_NUMBER
            and re.fullmatch(r"[^()\[\]]{0,60}[(\[]\s?", self._gap(result.end, atom.start))
        ):
            return self._with_percent(result, atom)
        if atom.kind is K.FRACTION and result.kind is K.PERCENT and re.fullmatch(r"\s?[(\[;,]\s?", gap):
            return replace(result, events=atom.events, total=atom.total, printed=result.printed + atom.printed)
        if atom.kind is K.NUMBER and re.fullmatch(r"\s?[(\[]\s?", gap) and atom.value is not None and atom.value >= 0:
            return self._with_spread(result, atom)
        return None

    def _counts_people(self, result: Printed, atom: Atom) -> bool:
        """ "24 enoxaparin recipients (11.7%)": a count, whose, and its percentage."""
        whole = result.kind is K.NUMBER and not result.percent and result.unit is None and result.measure is None
        if not whole or result.estimate is None or result.estimate < 0 or result.estimate != int(result.estimate):
            return False
        return _COUNTED_PEOPLE.fullmatch(self.text, result.end, atom.start) is not None

    def _with_percent(self, result: Printed, atom: Atom) -> Printed:
        events = int(result.estimate or 0) if result.events is None else result.events
        printed = tuple(("events" if f == "estimate" else f, v) for f, v in result.printed)
        return replace(
            result, kind=K.FRACTION, estimate=atom.value, percent=True, unit="%", events=events, printed=printed + atom.printed
        )

    def _with_spread(self, result: Printed, atom: Atom) -> Printed | None:
        """ "+8.3 (1.4)" where the text before says "mean (SE)" or "mean (SD)"."""
        if result.kind is not K.NUMBER or self.text[atom.end : atom.end + 1] not in (")", "]"):
            return None
        header = list(re.finditer(r"\b(?:mean|average|median|LS mean|change)s?\s?[^()\[\]]{0,20}[(\[]\s?(SE|SEM|SD|s\.d\.|standard error|standard deviation)\s?[)\]]|\b(SE|SEM|SD)\b",
                                  self.text[: result.start], re.IGNORECASE))  # fmt: skip
        if not header:
            return None
        word = (header[-1][1] or header[-1][2] or "").lower()
        field = "se" if word.startswith(("se", "standard e")) else "sd"
        value = tuple((field, v) for _, v in atom.printed)
        return replace(
            result,
            kind=K.PLUS_MINUS,
            printed=result.printed + value,
            se=atom.value if field == "se" else None,
            sd=atom.value if field == "sd" else None,
        )

    def _with_bare_interval(self, result: Printed, atom: Atom) -> Printed | None:
        """Bounds with no word: an interval after a measure or a header, an IQR after a median, else not known and not taken."""
        if result.kind is K.DOSE or (result.measure is None and _said_median(self.text[: result.start])):
            if _SAYS_RANGE.search(self.text, 0, result.start):
                return result
            named = tuple((f.replace("ci_", "iqr_"), v) for f, v in atom.printed)
            return replace(result, iqr_low=atom.low, iqr_high=atom.high, printed=result.printed + named)
        if result.measure is not None or self.header is not None or self._is_interval(result, atom):
            level = self.header.level if self.header else 95.0
            return _with_interval(result, replace(atom, level=level))
        return None

    def _in_bracket(self, result: Printed) -> bool:
        head = self.text[: result.start]
        return max(head.rfind("("), head.rfind("[")) > max(head.rfind(")"), head.rfind("]"))

    def _is_interval(self, result: Printed, atom: Atom) -> bool:
        """Whether bounds that no word announces are an interval: of a share, or with a p value in the same bracket."""
        if result.estimate is None or atom.low is None or atom.high is None or not atom.low <= result.estimate <= atom.high:
            return False
        if result.kind is K.PERCENT:
            return True
        if any(a.kind is K.INTERVAL and a.end <= result.start for a in self.atoms):
            return True  # the one before it has the word
        closed = self.text[atom.end : atom.end + 1] in (")", "]")
        if j_kind(self.atoms, atom) is not K.P or (closed and not self._in_bracket(result)):
            return False
        if closed:
            return True
        # Two arms' own numbers are printed alike, and a length of time has its quartiles beside it.
        alike = [a for a in self.atoms if a.kind is K.BARE_INTERVAL and a is not atom]
        return not alike and _TIME_BEHIND.match(self.text, self.text.find(")", atom.end) + 1) is None

    def _same_bracket(self, left: int, right: int) -> bool:
        gap = self._gap(left, right)
        return right - left <= 60 and not re.search(r"[()\[\]].*[()\[\]]|[(\[]", gap) and _TO_P.fullmatch(gap) is not None

    def _lone_p_values(self) -> None:
        for i, atom in enumerate(self.atoms):
            if atom.kind is K.P and i not in self.used and atom.value is not None:
                self.found.append(Printed(atom.start, atom.end, atom.start, K.P, p=atom, printed=atom.printed))


def j_kind(atoms: list[Atom], atom: Atom) -> AtomKind | None:
    """The kind of the atom that follows."""
    later = [a for a in atoms if a.start >= atom.end]
    return later[0].kind if later else None


def _with_interval(result: Printed, atom: Atom) -> Printed:
    return replace(result, ci_low=atom.low, ci_high=atom.high, ci_level=atom.level, printed=result.printed + atom.printed)


def results(sentence: str, atoms: list[Atom]) -> list[Printed]:
    """The results that a sentence prints; candidates without interval, measure or p are among them, and may turn out to be none."""
    return Assembler(sentence, atoms).run()
