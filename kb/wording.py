"""Whether a number means what its outcome means, by the words around it: a sign that stands in the words is never guessed.

"EDSS improved by 0.8" is a change of -0.8; "EDSS improved in 12 of 20" counts the other people than "EDSS progression in 3 of 20";
"free of relapse in 16 of 20" counts who had none. What is worded the other way round than its outcome is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.refusals import Reason, Refusal
from nlp.events import is_ended

#: Measures of events: their numbers count people (or time to) something that happened.
OF_EVENTS = frozenset({"RR", "OR", "RD", "HR", "IRR"})
_UP = re.compile(r"\b(?:increas|rise|rising|rose|higher|elevat|gr[eo]w)\w*", re.IGNORECASE)
_DOWN = re.compile(r"\b(?:decreas|reduc|fall|fell|drop|lower|diminish|declin|lessen|shrink|shrank)\w*", re.IGNORECASE)
_GOOD = re.compile(
    r"\b(?:improv|recover|respon[ds]|remission|benefit|amelior|gain|regain|success|heal(?:ed|ing)|better)\w*", re.IGNORECASE
)
_BAD = re.compile(r"\b(?:worse|progress|deteriorat|aggravat|fail|loss\b|lost\b)\w*", re.IGNORECASE)
_FREE = re.compile(r"\bfree (?:of|from)\b|-free\b|\b(?:absence|avoidance) of\b|^(?:no|without)\b", re.IGNORECASE)
#: Just before the outcome's words: "16 had no relapse".
_NONE = re.compile(r"\b(?:no|without|never|avoid\w*)\s+(?:(?:any|new|further|a)\s+)?$", re.IGNORECASE)
#: Outcomes that are events themselves: "reduced relapse" tells of the effect and not of what is counted.
_EVENT = re.compile(
    r"relaps|recurren|death|mortal|surviv|event|infect|stroke|infarct|hospitali|readmi|amputat|fracture|graft|gvhd|seizure|complication|adverse|"
    r"transfus|intubat|surgery|thrombo|bleed|haemorrh|hemorrh|revasculari|reaction|pregnan|birth|incidence|occurrence",
    re.IGNORECASE,
)
_BASELINE = re.compile(r"\b(?:at|of|the|mean|median)\s+(?:study\s+)?(?:baseline|entry|enrol+ment)\b|\bbaseline\s+\w+\s+(?:was|were|score|value)|^baseline\b|\bbefore (?:the )?(?:treatment|therapy|transplantation)\b", re.IGNORECASE)  # fmt: skip
_SINCE_BASELINE = re.compile(r"\b(?:from|to|versus|vs\.?|with|since|for|over|than)\s+(?:the\s+)?baseline\b", re.IGNORECASE)
_PER_CENT = re.compile(r"percentage[- ]points?|%[- ]points?|\bper ?cent\b|\bpp\b|\d\s?%", re.IGNORECASE)
_POINTS = re.compile(r"percentage[- ]points?|%[- ]points?", re.IGNORECASE)
#: How far around an outcome's words, in characters, words belong to them.
_BEFORE, _AFTER = 28, 32


@dataclass(frozen=True, slots=True)
class Worded:
    """A number as its paper words it: the outcome as worded and under its label, which way is better, the sentence, and what the paper concludes."""

    outcome_text: str
    label: str
    better: str | None
    quote: str
    direction: str

    def expects(self) -> int | None:
        """The sign that the conclusion and the polarity give to a contrast; None where they give none."""
        side = {"favours_intervention": 1, "favours_comparator": -1}.get(self.direction)
        return None if side is None or self.better is None else side * (1 if self.better == "higher" else -1)

    def agrees(self, yi: float) -> bool:
        """Whether a contrast lies on the side that the conclusion favours."""
        expected = self.expects()
        return expected is not None and yi * expected > 0

    def around(self) -> str:
        """The outcome's words with what stands close by, in the sentence."""
        at = self.quote.casefold().find(self.outcome_text.casefold())
        if at < 0:
            return self.quote
        return self.quote[max(0, at - _BEFORE) : at + len(self.outcome_text) + _AFTER]

    def denied(self) -> str | None:
        """The word just before the outcome's own that says it did not happen."""
        found = _NONE.search(self.quote[: max(0, self.quote.casefold().find(self.outcome_text.casefold()))])
        return found[0] if found else None

    def words(self, pattern: re.Pattern[str], text: str) -> str | None:
        """The first word of a kind that the outcome's own label does not have."""
        label = self.label.casefold()
        return next((m[0] for m in pattern.finditer(text) if m[0].casefold()[:5] not in label), None)


_OTHER = {"lower": "higher", "higher": "lower"}


def better_number(measure: str, better: str | None, *names: str) -> str | None:
    """Which number of an outcome is the better one: a hazard ratio beside a survival counts deaths, so the lower.

    >>> better_number("HR", "higher", "overall survival"), better_number("RR", "higher", "overall survival")
    ('lower', 'higher')
    """
    return _OTHER.get(better or "", better) if measure == "HR" and is_ended(*names) else better


def against_words(w: Worded, measure: str, yi: float, values: tuple[float, ...] = ()) -> list[Refusal]:
    """What the words say against a derived contrast: the sign of the conclusion, or a number that is worded the other way round.

    `values` are the arms' own means, where the contrast was made of them.
    """
    found = []
    expected = w.expects()
    if expected is not None and yi * expected < 0:
        side = "intervention" if w.direction == "favours_intervention" else "comparator"
        found.append(
            Refusal(
                Reason.SIGN,
                f"by the words the number lies on the side of the {side}, and {yi:.4g} with {w.better} as the better side does not",
            )
        )
    other = _other_way(w, measure, yi, values)
    return found + ([Refusal(Reason.TURNED, other)] if other else [])


def _other_way(w: Worded, measure: str, yi: float, values: tuple[float, ...]) -> str | None:
    if measure in OF_EVENTS:
        return _events_other_way(w, w.outcome_text) or (None if w.agrees(yi) else _events_other_way(w, w.around(), verbs=True))
    return _means_other_way(w, yi, values)


def counted_other_way(w: Worded) -> Refusal | None:
    """Of events counted in arms: whether the words close by tell of another event than the outcome's."""
    if none := w.denied():
        return Refusal(Reason.TURNED, f'"{none.strip()}": those are counted in whom it did not happen')
    told = _events_other_way(w, w.outcome_text) or _events_other_way(w, w.around())
    return Refusal(Reason.TURNED, told) if told else None


def _events_other_way(w: Worded, text: str, *, verbs: bool = False) -> str | None:
    """Whether people are counted in whom the outcome went to its better side, or did not happen. `verbs`: up and down tell of the effect."""
    if free := w.words(_FREE, text):
        return f'"{free.strip()}": those are counted in whom it did not happen'
    is_event = bool(_EVENT.search(w.label) or _EVENT.search(w.outcome_text))
    up, down = (None, None) if verbs or is_event else (w.words(_UP, text), w.words(_DOWN, text))
    good, bad = w.words(_GOOD, text), w.words(_BAD, text)
    if w.better != "higher":
        good, bad = good or (down if w.better else None), bad or (up if w.better else None)
    else:
        good, bad = good or up, bad or down
    if w.better is None and (said := good or bad or up or down):
        return f'"{said}": those are counted in whom it went one way, and which way of {w.label} is better is not known'
    if good and bad:
        return f'"{good}", "{bad}": which of them is counted is not clear'
    wrong = good if w.better == "lower" else bad
    return f'"{wrong}": counted is what happened, and {w.label} is better {w.better}' if wrong else None


def _means_other_way(w: Worded, yi: float, values: tuple[float, ...]) -> str | None:
    """Whether a difference or a change is told as the size of a fall or of an improvement, with the sign in the words."""
    if values and any(v < 0 for v in values):
        return None
    said = _turning(w, f"{w.outcome_text} {w.quote}" if values else w.outcome_text)
    # "MSC reduced EDSS (MD -0.6)": the sign is printed, and says with the words what the paper concludes.
    if said is None or (not values and yi < 0 and w.agrees(yi)):
        return None
    return f'"{said}": the number tells how much, and the words which way'


def _turning(w: Worded, text: str) -> str | None:
    """A word under which a larger number is a smaller value of the outcome."""
    down, good, bad = w.words(_DOWN, text), w.words(_GOOD, text), w.words(_BAD, text)
    return down or (good if w.better != "higher" else None) or (bad if w.better != "lower" else None)


def tells_change(outcome_text: str, label: str) -> bool:
    """Whether an outcome's own words are of a change: "reduction in EDSS"."""
    w = Worded(outcome_text, label, None, "", "")
    return any(w.words(p, outcome_text) for p in (_UP, _DOWN, _GOOD, _BAD))


def of_baseline(quote: str) -> bool:
    """Whether a sentence tells of values at baseline, and not of a change from there.

    >>> of_baseline("EDSS at baseline was 4.0"), of_baseline("EDSS fell by 0.8 from baseline")
    (True, False)
    """
    return bool(_BASELINE.search(_SINCE_BASELINE.sub(" ", quote)))


def in_per_cent(unit: str | None, quote: str, sentence: str = "") -> bool:
    """Whether a difference of shares is printed in percentage points: by its unit, the words quoted, or "percentage points" in the sentence.

    >>> in_per_cent(None, "risk difference -25 percentage points"), in_per_cent(None, "risk difference -0.25, 95% CI -0.34 to -0.16")
    (True, False)
    """
    if unit is not None and (unit == "%" or "percent" in unit or unit == "pp"):
        return True
    return unit is None and (
        bool(_POINTS.search(sentence))
        or bool(_PER_CENT.search(re.sub(r"\d+(?:\.\d+)?\s?%(?=\s*(?:CI|confidence|C\.I|credib|CrI))", " ", quote)))
    )
