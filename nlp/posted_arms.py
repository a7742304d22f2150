"""A registry's arms: which is the treatment and which the comparison, what each is by the packs, and whose a posted group's results are.

Two witnesses tell an arm's role: the sort that it is registered as, and the words of its label. Where they disagree, or say nothing, the
role is not guessed: the arm is named as a problem, and its results belong to no arm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crawler.document import Document, Section, SectionName
from crawler.posted import PostedArm, PostedGroup
from crawler.quick_init import replace
from nlp.arms import arms_of
from nlp.claim import Arm, ArmRole, Level, Problem, Quote
from nlp.components.concepts import bundled_matcher
from nlp.domain import ConceptKind, Entry, by_id, entries, normal_name, normal_words
from nlp.grammar.characters import in_one_spelling
from nlp.reading import Reading
from nlp.sectioning import sentences_of

#: The registry's sorts that tell a role by themselves, and the class of comparator that they are.
_COMPARATORS = {
    "placebo comparator": "placebo",
    "sham comparator": "sham",
    "no intervention": "no treatment",
    "active comparator": "active",
}
_INERT = frozenset({"placebo", "sham", "no treatment", "standard care", None})
#: "Experimental: MSC": labels and titles often repeat the sort.
_SORT_BEFORE = re.compile(r"^\s*(?:experimental|(?:placebo|sham|active) comparator|no intervention|other|arm|group)\s*(?:\d+|[A-Z])?\s*:\s*", re.IGNORECASE)  # fmt: skip
#: Groups of more than one arm, which belong to none.
_WHOLE = re.compile(r"\b(?:total|all|overall|entire|combined|pooled|both|whole)\b", re.IGNORECASE)
#: One arm's people at another time or after a change of treatment.
_SEQUENCE = re.compile(
    r"\b(?:then|followed by|first|second|cross-?over|switch\w*|delayed|before|after|extension)\b|→|->|[=–-]>", re.IGNORECASE
)
_EMPTY_WORDS = frozenset(
    w
    for w, _, _ in normal_words(
        "group arm treatment treated therapy patient participant subject cohort the and of with in a experimental comparator"
    )
)


@dataclass(frozen=True, slots=True)
class ArmsInPlace:
    """The arms whose role is known, and the way from a posted group to its arm."""

    arms: tuple[Arm, ...]
    registered: tuple[PostedArm, ...]
    problems: tuple[Problem, ...] = ()

    def whose(self, group: PostedGroup) -> int | None:
        """The index of a group's arm; None where none fits, or more than one."""
        for rule in _RULES:
            fitting = [i for i, arm in enumerate(self.registered) if rule(group, arm, self.arms[i], self.arms)]
            if fitting:
                return fitting[0] if len(fitting) == 1 else None
        return None

    def of_role(self, role: ArmRole) -> tuple[int, ...]:
        """The indices of the arms of one role."""
        return tuple(i for i, arm in enumerate(self.arms) if arm.role is role)


def is_whole(group: PostedGroup) -> bool:
    """Whether a group is several arms taken together."""
    return _WHOLE.search(group.title) is not None


def arms_in_place(posted: Sequence[PostedArm]) -> ArmsInPlace:
    """The arms of a registration, treatments first; those without a role are named as problems."""
    found: list[tuple[Arm, PostedArm]] = []
    problems: list[Problem] = []
    for registered in posted:
        role = _role(registered, posted)
        if role is None:
            sort = f" ({registered.sort})" if registered.sort else ""
            problems.append(
                Problem(
                    f"Whether the registered arm “{registered.label}”{sort} is the treatment or the comparison cannot be told; "
                    "its results are kept without an arm.",
                    registered.label,
                )
            )
        else:
            found.append((_arm(registered, role), registered))
    found.sort(key=lambda pair: pair[0].role is ArmRole.COMPARATOR)
    return ArmsInPlace(tuple(a for a, _ in found), tuple(p for _, p in found), tuple(problems))


# ------------------------------------------------------------------------------------------------ roles


def _sort(arm: PostedArm) -> str:
    return (arm.sort or "").replace("_", " ").strip().lower()


def _role(arm: PostedArm, together: Sequence[PostedArm]) -> ArmRole | None:
    inert, given = _named(arm.label)
    sort = _sort(arm)
    if sort in ("placebo comparator", "sham comparator", "no intervention"):
        return None if given and not inert else ArmRole.COMPARATOR
    if sort == "experimental":
        return None if inert and not given else ArmRole.INTERVENTION
    if sort == "active comparator":
        experimental = any(_sort(other) == "experimental" for other in together)
        return ArmRole.COMPARATOR if experimental or (inert and not given) else ArmRole.INTERVENTION
    return _role_by_words(arm, together)


def _role_by_words(arm: PostedArm, together: Sequence[PostedArm]) -> ArmRole | None:
    """The role of an arm whose sort says nothing: by its words, where they name one side only."""
    inert, given = _named(f"{arm.label}. {_given(arm)}")
    if inert and not given:
        return ArmRole.COMPARATOR
    others = [o for o in together if o is not arm]
    if not others:
        return ArmRole.INTERVENTION
    beside = any(_sort(o) in ("placebo comparator", "sham comparator", "no intervention") or _is_inert(o) for o in others)
    return ArmRole.INTERVENTION if given and not inert and beside else None


def _is_inert(arm: PostedArm) -> bool:
    inert, given = _named(arm.label)
    return inert and not given


def _named(words: str) -> tuple[bool, bool]:
    """Whether words name an inert comparator, and whether they name a treatment."""
    found = _mentions(words)
    inert = any(e.kind is ConceptKind.COMPARATOR and e.details.get("class") in _INERT for e in found)
    return inert, any(e.kind is ConceptKind.INTERVENTION for e in found)


def _mentions(words: str) -> list[Entry]:
    """The packs' concepts in a label. The word "comparator" of a sort is no control group."""
    return [m.entry for m in bundled_matcher().find(_SORT_BEFORE.sub("", words)) if m.text.lower() != "comparator"]


def _given(arm: PostedArm) -> str:
    """What the arm gets: the names of its interventions, without their sort."""
    return "; ".join(_name_of(i) for i in arm.interventions)


def _name_of(intervention: str) -> str:
    """ "Biological: MSC" and a line about it: MSC."""
    named = intervention.partition("\n")[0]
    return named.partition(": ")[2] or named


# ------------------------------------------------------------------------------------------------ what an arm is


def _arm(registered: PostedArm, role: ArmRole) -> Arm:
    quote = Quote.at_pointer(registered.pointer, registered.label)
    return _treatment(registered, quote) if role is ArmRole.INTERVENTION else _comparison(registered, quote)


def _treatment(registered: PostedArm, quote: Quote) -> Arm:
    """The treatment with its route, source, donor and dose, as the readers of texts find them in the arm's own words."""
    said = "\n".join(t for t in (registered.description, *registered.interventions) if t)
    text = f"{registered.label}\n\n{said}"
    sections = (
        Section(SectionName.TITLE, 0, len(registered.label)),
        Section(SectionName.METHODS, len(registered.label) + 2, len(text)),
    )
    plain = in_one_spelling(text)
    reading = Reading(text, plain, sentences_of(Document(registered.pointer, registered.label, text, sections), plain))
    reading.concepts = sorted(bundled_matcher().find(text), key=lambda m: (m.start, -m.end))
    read = next((a for a in arms_of(reading, Level.TRIAL) if a.role is ArmRole.INTERVENTION), None)
    if read is None:
        return Arm(ArmRole.INTERVENTION, _plain_label(registered), quote)
    return replace(read, quote=quote, n=None)


def _plain_label(registered: PostedArm) -> str:
    """What no pack knows goes by the name of what is given, where that is one thing; else by the arm's label."""
    label = _SORT_BEFORE.sub("", registered.label).strip() or registered.label
    return _name_of(registered.interventions[0]) if len(registered.interventions) == 1 else label


def _comparison(registered: PostedArm, quote: Quote) -> Arm:
    label = _mentions(registered.label)
    found = label or _mentions(f"{_given(registered)}. {registered.description or ''}")
    kind = _class(_sort(registered), found)
    concept = next((e for e in found if e.kind is ConceptKind.COMPARATOR and e.details.get("class") == kind and kind), None)
    if concept is None and kind == "active":
        concept = next((e for e in found if e.kind is ConceptKind.INTERVENTION), None)
    if concept is None and kind != "active":
        concept = next((e for e in entries() if e.kind is ConceptKind.COMPARATOR and e.label == kind), None)
    shown = by_id([concept])[concept.id].label if concept else _plain_label(registered)
    return Arm(ArmRole.COMPARATOR, shown, quote, concept.id if concept else None, comparator_class=kind)


def _class(sort: str, found: Sequence[Entry]) -> str | None:
    """The class of comparator. Placebo and sham are what they are registered as; elsewhere the words tell more than the sort."""
    registered = _COMPARATORS.get(sort)
    if registered in ("placebo", "sham"):
        return registered
    said = [str(e.details["class"]) for e in found if e.kind is ConceptKind.COMPARATOR and e.details.get("class")]
    return next((c for c in said if c not in ("baseline", "other dose", "other route")), registered)


# ------------------------------------------------------------------------------------------------ whose results

_Rule = Callable[[PostedGroup, PostedArm, Arm, Sequence[Arm]], bool]


def _same_name(group: PostedGroup, arm: PostedArm, _: Arm, __: Sequence[Arm]) -> bool:
    return normal_name(group.title) == normal_name(arm.label)


def _same_name_without_sort(group: PostedGroup, arm: PostedArm, _: Arm, __: Sequence[Arm]) -> bool:
    return _bare(group.title) == _bare(arm.label) != ""


def _same_intervention(group: PostedGroup, arm: PostedArm, _: Arm, __: Sequence[Arm]) -> bool:
    return len(arm.interventions) == 1 and _bare(group.title) == normal_name(_name_of(arm.interventions[0])) != ""


def _same_description(group: PostedGroup, arm: PostedArm, _: Arm, __: Sequence[Arm]) -> bool:
    return bool(group.description and arm.description) and normal_name(group.description or "") == normal_name(
        arm.description or ""
    )


def _same_words(group: PostedGroup, arm: PostedArm, _: Arm, __: Sequence[Arm]) -> bool:
    """The shorter name's words stand in the longer one, and whatever the group adds stands in the arm's own description."""
    if _unlike_an_arm(group):
        return False
    ours, theirs = _telling(group.title), _telling(arm.label)
    if not ours or not theirs:
        return False
    described = theirs | _telling(" ".join((arm.description or "", *arm.interventions)))
    return ours <= theirs or (theirs <= ours and ours <= described)


def _same_side(group: PostedGroup, arm: PostedArm, known: Arm, together: Sequence[Arm]) -> bool:
    """ "Control" where one arm alone is a comparison; "MSC therapy" where one arm alone is the treatment, and is given such."""
    if _unlike_an_arm(group) or sum(a.role is known.role for a in together) != 1:
        return False
    if not _beside_concepts(group.title) <= _telling(" ".join((arm.label, arm.description or "", *arm.interventions))):
        return False
    title = _mentions(group.title)
    inert, given = _named(group.title)
    if known.role is ArmRole.COMPARATOR:
        classes = {e.details.get("class") for e in title if e.kind is ConceptKind.COMPARATOR}
        return inert and not given and classes <= {known.comparator_class, None}
    family = {e.id for e in title if e.kind is ConceptKind.INTERVENTION}
    return given and not inert and known.concept is not None and all(_related(id, known.concept) for id in family)


def _beside_concepts(title: str) -> frozenset[str]:
    """The telling words of a title beside treatments and inert comparators: "low dose", "and physiotherapy"."""
    rest = title
    for m in sorted(bundled_matcher().find(title), key=lambda m: -m.start):
        inert = m.kind is ConceptKind.COMPARATOR and m.entry.details.get("class") in _INERT
        if inert or m.kind is ConceptKind.INTERVENTION:
            rest = f"{rest[: m.start]} {rest[m.end :]}"
    return _telling(rest)


def _related(first: str, second: str) -> bool:
    """Whether two interventions are one, or one refines the other."""
    known = by_id(entries())
    return first == second or known[first].details.get("broader") == second or known[second].details.get("broader") == first


#: From the surest to the least sure; the first rule that fits any arm decides.
_RULES: tuple[_Rule, ...] = (
    _same_name,
    _same_name_without_sort,
    _same_intervention,
    _same_description,
    _same_words,
    _same_side,
)


def _unlike_an_arm(group: PostedGroup) -> bool:
    return is_whole(group) or _SEQUENCE.search(group.title) is not None


def _bare(title: str) -> str:
    return normal_name(_SORT_BEFORE.sub("", title))


def _telling(text: str) -> frozenset[str]:
    return frozenset(w for w, _, _ in normal_words(_SORT_BEFORE.sub("", text))) - _EMPTY_WORDS
