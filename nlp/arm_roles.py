"""Which of the arms that a text names are the treatment's, and which the comparator's; and what kind of comparator."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nlp.arm_names import How
from nlp.claim import ArmRole

_CONTROL = re.compile(
    r"\b(?:placebo|controls?|sham|usual (?:[\w-]+ )?care|standard(?: (?:care|therapy|treatment|of care|medical therapy))?|conventional(?! (?:trab|frac))|routine|no (?:treatment|procedure|therapy|additive|supplement\w*|prophylaxis|drug|surgery)|untreated|"
    r"wait(?:ing)?[- ]?list|treatment as usual|TAU|vehicle|saline|no intervention|observation|attention control|comparator|nonintervention|dummy|UC)\b",
    re.IGNORECASE,
)
#: Roles that a text gives its arms whatever they are given.
ROLE_WORD = re.compile(
    r"^(?:intervention|treatment|treated|experimental|active(?:\s(?:treatment|drug|therapy|intervention|medication))?|study|test|therapy|verum|drug|case|investigational|intervention group)$",
    re.IGNORECASE,
)
_PLACEBO = re.compile(r"\bplacebo\b")
#: A bare word for the comparator.
CONTROL_WORD = re.compile(r"^(?:controls?|comparator|comparison|reference|placebo[- ]control|control group)$", re.IGNORECASE)
#: What sets two treatments into one arm.
COMBINING = re.compile(r"\b(?:plus|combin\w+|with|and|followed|then)\b|\+|/|&", re.IGNORECASE)


@dataclass(slots=True)
class Learnt:
    """An arm in the making: its names in order of finding, the places of each, and how they were found."""

    names: dict[str, tuple[int, int]] = field(default_factory=dict)
    keys: list[frozenset[str]] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    sets: set[int] = field(default_factory=set)
    hows: dict[How, int] = field(default_factory=dict)
    seconds: int = 0
    firsts: int = 0
    sizes: list[int] = field(default_factory=list)
    letter: str | None = None

    @property
    def weight(self) -> float:
        """How sure it is that this is an arm."""
        points = {
            How.BESIDE: 1.0,
            How.GIVEN: 1.0,
            How.AGAINST: 1.0,
            How.GROUP: 2.0,
            How.LETTER: 2.0,
            How.TITLE: 1.5,
            How.DESIGN: 3.0,
        }
        return sum(points[h] * min(n, 2) for h, n in self.hows.items())


def _is_without_another(a: Learnt, found: list[Learnt]) -> bool:
    """ "The non-MSC group" beside "the MSC group"."""
    rest = {w.removeprefix("non") for words in a.keys[:1] for w in words if w.startswith("non")}
    others = [b for b in found if b is not a]
    return bool(rest) and any(rest == set(words) or is_role(b) for b in others for words in b.keys)


def is_role(a: Learnt) -> bool:
    """Whether it is called by its role alone: "the treatment group"."""
    return all(ROLE_WORD.match(n) for n in a.names)


def is_control(a: Learnt) -> bool:
    """Whether one of its names is a comparator's: placebo, sham, usual care, nothing."""
    return any((_CONTROL.search(n) and not COMBINING.search(n)) or (a.letter and n.startswith("without")) for n in a.names) or any(
        len(n) < 24 and _PLACEBO.search(n) for n in a.names
    )


def roles_of(found: list[Learnt]) -> list[ArmRole]:
    """The role of each arm: by its names, else by which stands second where two are set against each other."""
    controls = [is_control(a) for a in found]
    if not any(controls) and len(found) == 2:
        controls = [_is_without_another(a, found) for a in found]
    if any(controls) and not all(controls):
        return [ArmRole.COMPARATOR if c else ArmRole.INTERVENTION for c in controls]
    # "The active treatment group" is the treatment's, whatever that is called elsewhere.
    treated = len(found) == 2 and any(is_role(a) for a in found)
    if len(found) < 2 or (treated and not any(controls)):
        return [ArmRole.COMPARATOR if c else ArmRole.INTERVENTION for c in controls]
    most = max(range(len(found)), key=lambda i: (found[i].seconds - found[i].firsts, i == 1, i))
    return [ArmRole.COMPARATOR if i == most else ArmRole.INTERVENTION for i in range(len(found))]


_ONLY_CONTROL = re.compile(r"(?:\s?(?:controls?|comparator|comparison|reference|group|arm|the|subjects))+", re.IGNORECASE)


def comparator_class(names: str) -> str | None:
    """The contract's class of a comparator by its wording; None for a bare "control".

    >>> comparator_class("usual care"), comparator_class("waiting list"), comparator_class("control"), comparator_class("atenolol")
    ('standard care', 'no treatment', None, 'active')
    """
    for name, pattern in (
        ("placebo", r"placebo|dummy|vehicle|saline"),
        ("sham", r"\bsham\b"),
        (
            "standard care",
            r"usual (?:[\w-]+ )?care|standard (?:care|of care|therapy|treatment|medical)|routine|treatment as usual|conventional (?:care|therapy|treatment)|\bUC\b|\bTAU\b",
        ),
        ("no treatment", r"no (?:treatment|intervention)|untreated|wait|observation"),
    ):
        if re.search(pattern, names, re.IGNORECASE):
            return name
    return None if _ONLY_CONTROL.fullmatch(names) else "active"
