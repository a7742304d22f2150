"""Whose side the words of a sentence take: "the MSC group", "controls", "placebo", "baseline", "both groups"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp.arm_names import LETTERED, letters_in
from nlp.arm_wordings import is_denied, wordings
from nlp.claim import Arm, ArmRole
from nlp.domain import ConceptKind, Entry
from nlp.grammar.sieve import Sieved
from nlp.reading import ArmMention, Reading, Sentence, Side

_BOTH = Sieved(
    r"\b(?:between|across|among) (?:the )?(?:two |both |three |all |study |treatment )*(?:groups|arms|treatments)\b|\b(?:both|either|neither|any|all|each|the two|two) (?:of the )?(?:groups?|arms?)\b|\bgroups did not\b|\bgroup difference\b|\bthe groups\b",
    re.IGNORECASE,
)
_BASELINE = Sieved(
    r"\b(?:baseline|pre-?treatment|before (?:treatment|therapy|transplantation|infusion|the intervention)|pre-?(?:operative|intervention|transplant(?:ation)?|injection)(?: values?)?|at entry|initial values?)\b",
    re.IGNORECASE,
)
_INTERVENTION_GROUP = Sieved(
    r"\b(?:the\s)?(?:intervention|treatment|treated|experimental|active|test|therapy|cell|cells|stem[- ]cell|cell[- ]therapy|transplant(?:ation)?|[A-Z]{2,5}s?(?:-[A-Z]{2,5}s?)?)(?:[-\s]treated)?\s(?:group|arm|sites?|patients|participants|subjects|individuals|cohort)s?\b|\b[Vv]erum(?:\s(?:group|arm|patients))?\b|\btreated (?:patients|group)\b|\bafter (?:treatment|therapy|infusion|injection|transplantation)\b"
)
_COMPARATOR_GROUP = Sieved(
    r"\b(?:the\s)?(?:(?:control|controls|comparator|untreated|placebo|sham(?:-control)?|standard(?:[- ]care)?|usual[- ]care)(?:[-\s]treated)?(?:\s(?:group|arm|sites?|patients|participants|subjects|individuals|condition|ones))?s?|(?<!in\s)comparison(?:\s(?:group|arm|sites?|patients|participants|subjects|individuals|condition|ones)s?|(?!\s(?:between|with|to|of|among|across|showed|revealed)\b)))\b",
    re.IGNORECASE,
)
#: An arm that goes without what the other has.
_UNDONE = re.compile(r"(?:no|without|omission of|omitting|withholding|avoidance of)\s(?:any\s|the\s)?", re.IGNORECASE)
_NON_GROUP = Sieved(r"\bnon-?\s?(?P<word>[a-z]{5,})\s(?:groups?|arms?|patients|participants|women|children)\b", re.IGNORECASE)
#: So many letters tell a word and its participle to be of one stem.
_STEM = 5
_OMITTED = re.compile(
    r"\b(?:without|omission of|omitting|no|avoidance of|avoiding|withholding|absence of|not (?:having|receiving|undergoing|using))\s(?:the\s|any\s|an?\s)?$",
    re.IGNORECASE,
)
_NOT_A_SIDE = re.compile(r"^(?:-controlled|\scontrolled|\strial)", re.IGNORECASE)
_GROUP_BEHIND = re.compile(
    r"(?:[\s-](?:treated|administered|treatment|therapy))?(?:\s(?:groups?|arms?|patients|eyes|subjects|participants|recipients|women|men|children|infants|one))?(?![\w])"
)
_BLOOD = re.compile(
    r"\b(?:glyc(?:a)?emic|pain|disease|symptom|seizure|infection|local|tumou?r|blood pressure|bladder|bowel|motor|postural|quality|rate|weight) $",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SideFinder:
    """Finds the words for the study's arms."""

    reading: Reading
    arms: tuple[Arm, ...]

    def find(self, sentence: Sentence) -> list[ArmMention]:
        """Mentions in order, in offsets of the document; where two overlap, the longer."""
        own = self._own_names(sentence)
        others = [*self._named(sentence), *self._generic(sentence)]
        found = own + [m for m in others if not any(m.start < o.end and o.start < m.end for o in own)]
        found.sort(key=lambda m: (m.start, -(m.end - m.start)))
        kept: list[ArmMention] = []
        for m in found:
            if kept and m.start < kept[-1].end:
                if m.end - m.start > kept[-1].end - kept[-1].start and m.side is not Side.INTERVENTION:
                    kept[-1] = m
                continue
            kept.append(m)
        undone = next((i for i, a in enumerate(self.arms) if _UNDONE.match(a.label)), None)
        return kept if undone is None else self._with_undone([self._left_out(m, undone) for m in kept], sentence, undone)

    def _with_undone(self, kept: list[ArmMention], sentence: Sentence, undone: int) -> list[ArmMention]:
        """With "the non-mobilised group", where the text has an arm of "no mobilisation"."""
        stem = _UNDONE.sub("", self.arms[undone].label).lower()[:_STEM]
        more = [
            self._mention(undone, sentence.start + m.start(), sentence.start + m.end())
            for m in _NON_GROUP.finditer(sentence.plain)
            if len(stem) == _STEM and m["word"].lower().startswith(stem)
        ]
        free = [m for m in more if not any(m.start < o.end and o.start < m.end for o in kept)]
        return sorted([*kept, *free], key=lambda m: m.start) if free else kept

    def _left_out(self, m: ArmMention, undone: int) -> ArmMention:
        """ "Without drainage", "omission of drainage": the arm that had none, where the text has such an arm."""
        if m.arm is None or m.arm == undone or _OMITTED.search(self.reading.plain, max(0, m.start - 30), m.start) is None:
            return m
        named = _UNDONE.sub("", self.arms[undone].label).lower()
        if not named or named not in (m.text.lower(), self.arms[m.arm].label.lower()):
            return m
        side = Side.COMPARATOR if self.arms[undone].role is ArmRole.COMPARATOR else Side.INTERVENTION
        return ArmMention(side, m.start, m.end, m.text, undone)

    def _own_names(self, sentence: Sentence) -> list[ArmMention]:
        """The text's own wordings: "the SL group", "group A", "T2345"."""
        pattern, names, letters = wordings(self.reading.arm_names)
        found: list[ArmMention] = []
        if pattern is not None:
            for span, name in pattern.found(self.reading.plain, sentence.start, sentence.end):
                if not _NOT_A_SIDE.match(self.reading.plain[span.end : span.end + 12]):
                    found.append(self._mention(names[name], span.start, self._with_group(span.end)))
        if letters and LETTERED.possible(sentence.plain):
            for m in LETTERED.pattern.finditer(self.reading.plain, sentence.start, sentence.end):
                places = [k for k in letters_in(self.reading.plain, m) if k[0].upper() in letters]
                for i, k in enumerate(places):
                    found.append(self._mention(letters[k[0].upper()], m.start() if not i else k.start(), k.end()))
        return found

    def _with_group(self, end: int) -> int:
        """The word "group" behind a name belongs to the mention."""
        m = _GROUP_BEHIND.match(self.reading.plain, end)
        return m.end() if m else end

    def _mention(self, arm: int, start: int, end: int) -> ArmMention:
        side = Side.COMPARATOR if self.arms[arm].role is ArmRole.COMPARATOR else Side.INTERVENTION
        return ArmMention(side, start, end, self.reading.text[start:end], arm)

    def _named(self, sentence: Sentence) -> list[ArmMention]:
        found = []
        for m in self.reading.concepts_in(
            sentence.start, sentence.end, ConceptKind.INTERVENTION, ConceptKind.COMPARATOR, ConceptKind.EXPOSURE
        ):
            if _NOT_A_SIDE.match(self.reading.plain[m.end : m.end + 12]) or _BLOOD.search(
                self.reading.plain[max(0, m.start - 16) : m.start]
            ):
                continue
            side, arm = self._side(m.entry, m.kind, m.entry.details.get("class"))
            if side is Side.INTERVENTION and is_denied(self.reading.plain, m.start):
                side, arm = Side.COMPARATOR, next((i for i, a in enumerate(self.arms) if a.role is ArmRole.COMPARATOR), None)
            if side is not None:
                found.append(ArmMention(side, m.start, m.end, m.text, arm))
        return found

    def _side(self, entry: Entry, kind: ConceptKind, comparator_class: str | None) -> tuple[Side | None, int | None]:
        if comparator_class == "baseline":
            return Side.BASELINE, None
        exact = next((i for i, a in enumerate(self.arms) if a.concept == entry.id), None)
        if exact is not None:
            role = self.arms[exact].role
            return (Side.COMPARATOR if role is ArmRole.COMPARATOR else Side.INTERVENTION), exact
        if kind is ConceptKind.COMPARATOR:
            return Side.COMPARATOR, next((i for i, a in enumerate(self.arms) if a.role is ArmRole.COMPARATOR), None)
        first = next((i for i, a in enumerate(self.arms) if a.role is not ArmRole.COMPARATOR), None)
        return (Side.INTERVENTION, first) if first is not None and self._may_be(entry, self.arms[first]) else (None, None)

    def _may_be(self, entry: Entry, arm: Arm) -> bool:
        """Whether a treatment may be that of an arm: one that the packs know as another of another family is not."""
        own = next((m.entry for m in self.reading.concepts if m.entry.id == arm.concept), None)
        if own is None:
            # What the text calls such an arm is known, and this is none of it.
            return not any(self.arms[n.arm] is arm for n in self.reading.arm_names)
        ids, others = {entry.id, entry.details.get("broader")} - {None}, {own.id, own.details.get("broader")} - {None}
        return bool(ids & others)

    def _generic(self, sentence: Sentence) -> list[ArmMention]:
        plain, offset = sentence.plain, sentence.start
        first = next((i for i, a in enumerate(self.arms) if a.role is not ArmRole.COMPARATOR), None)
        versus = next((i for i, a in enumerate(self.arms) if a.role is ArmRole.COMPARATOR), None)
        found: list[ArmMention] = []
        for side, pattern, arm in (
            (Side.BOTH, _BOTH, None),
            (Side.COMPARATOR, _COMPARATOR_GROUP, versus),
            (Side.INTERVENTION, _INTERVENTION_GROUP, first),
            (Side.BASELINE, _BASELINE, None),
        ):
            for m in pattern.finditer(plain):
                if side is Side.COMPARATOR and (
                    _NOT_A_SIDE.match(plain[m.end() :]) or _BLOOD.search(plain[max(0, m.start() - 24) : m.start()])
                ):
                    continue
                found.append(ArmMention(side, offset + m.start(), offset + m.end(), m[0], arm))
        return found
