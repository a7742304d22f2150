"""What the trained tagger adds to the arms: a side that neither packs nor the text's own lists name, and sizes that no rule reads."""

from __future__ import annotations

from dataclasses import replace

from nlp.arm_roles import comparator_class
from nlp.claim import Arm, ArmRole, Quote
from nlp.grammar.number import number_value
from nlp.reading import ArmNames, Reading
from nlp.tagging.labelling import Tagged

#: From which probability a tagged stretch is an arm, and a tagged number its size.
LEAST_ARM, LEAST_SIZE = 0.4, 0.9
_SIZES = {ArmRole.INTERVENTION: "intervention-participants", ArmRole.COMPARATOR: "control-participants"}


def with_tagged(reading: Reading, arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
    """The arms, with an intervention where there was none, with a comparator where there was an intervention found so, and with sizes.

    What a text calls an arm that is added is left in `reading.arm_names`.
    """
    if reading.tagging is None:
        return arms
    return _sized(reading, reading.tagging.fine, _completed(reading, reading.tagging.fine, arms))


def _completed(reading: Reading, fine: tuple[Tagged, ...], arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
    if any(a.role is not ArmRole.COMPARATOR for a in arms):
        return arms
    treated = _likeliest(fine, "intervention")
    if treated is None or _says_a_comparator(reading, treated):
        return arms
    first = _arm(reading, treated, ArmRole.INTERVENTION)
    against = _likeliest(fine, "control") if not arms else None
    added = (first,) if against is None else (first, _arm(reading, against, ArmRole.COMPARATOR))
    shifted = tuple(replace(n, arm=n.arm + 1) for n in reading.arm_names)
    reading.arm_names = (*(ArmNames(i, (a.quote.text,), None) for i, a in enumerate(added)), *shifted)
    return (*added, *arms)


def _likeliest(fine: tuple[Tagged, ...], label: str) -> Tagged | None:
    found = [t for t in fine if t.label == label and t.score >= LEAST_ARM]
    return max(found, key=lambda t: (t.score, -t.start), default=None)


def _says_a_comparator(reading: Reading, tagged: Tagged) -> bool:
    """Whether what was tagged as the intervention is called a placebo, a sham, usual care."""
    return comparator_class(reading.text[tagged.start : tagged.end]) not in (None, "active")


def _arm(reading: Reading, tagged: Tagged, role: ArmRole) -> Arm:
    text = reading.text[tagged.start : tagged.end]
    cls = comparator_class(text) if role is ArmRole.COMPARATOR else None
    return Arm(role, reading.abbreviations.get(text, text), Quote(tagged.start, tagged.end, text), comparator_class=cls)


def _sized(reading: Reading, fine: tuple[Tagged, ...], arms: tuple[Arm, ...]) -> tuple[Arm, ...]:
    """The sizes of the two sides where each has one arm, no rule read either, and one sentence holds the only numbers that are tagged so."""
    places = [[i for i, a in enumerate(arms) if a.role is role] for role in _SIZES]
    if any(len(of_role) != 1 or arms[of_role[0]].n is not None for of_role in places):
        return arms
    sizes = [[t for t in fine if t.label == label and t.score >= LEAST_SIZE] for label in _SIZES.values()]
    if any(len(of_role) != 1 for of_role in sizes) or len({_sentence(reading, t.start) for (t,) in sizes}) != 1:
        return arms
    found = list(arms)
    for (place,), (t,) in zip(places, sizes, strict=True):
        n = int(number_value(reading.plain[t.start : t.end]))
        found[place] = replace(arms[place], n=n if n > 1 else None)
    return tuple(found)


def _sentence(reading: Reading, place: int) -> int:
    return next((s.index for s in reading.sentences if s.start <= place < s.end), -1)
