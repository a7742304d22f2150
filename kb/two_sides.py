"""One treatment on both sides: given by two routes, from two sources or donors, in two doses.

Such a comparison is of its own class, and none of the treatment against a control: "intravenous beat intrathecal" says nothing about whether
the cells work. Its class names both, in the order of the alphabet ("other route: intrathecal / intravenous"), so that the same comparison told
the other way round is found with it and its sides can be exchanged.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nlp.words import normal_name, normal_words

#: What a class is called, and where a claim has it for its own side.
FIELDS = {"route": "route", "source": "cell_source", "donor": "donor", "dose": "dose"}
#: Where a claim has it for the other side, as far as it has.
OTHER_FIELDS = {"route": "versus_route", "source": "versus_cell_source"}
_KIND_OF_CONCEPT = {"route": "route", "cell_source": "source", "donor": "donor"}
_BETWEEN = re.compile(
    r"\b(?:than|versus|vs|compared\s+(?:with|to)|over|against|(?:superior|inferior|similar|comparable|equivalent)\s+to)\b",
    re.IGNORECASE,
)
_BOTH = re.compile(r"\bbetween\s+(?P<one>[^.;]{3,90}?)\s+and\s+(?P<other>[^.;]{3,90})", re.IGNORECASE)
DOSE = re.compile(r"\b(high|low|medium|intermediate)(?:er|est)?[-\s]dos(?:e|es|age)\b", re.IGNORECASE)
_CONTROL = re.compile(
    r"\b(?:placebo|sham|controls?|saline|standard (?:care|treatment|of care)|usual care|baseline|no treatment)\b", re.IGNORECASE
)
#: So far from the word that sets them against each other stand the two sides.
_LEFT, _RIGHT = 110, 70
_LONGEST = 4


@dataclass(frozen=True, slots=True)
class Pair:
    """What is compared: `kind` of `FIELDS`, the claim's own side, and the other."""

    kind: str
    own: str
    other: str

    @property
    def against(self) -> str:
        """The comparator class."""
        return f"other {self.kind}: {' / '.join(sorted((self.own, self.other)))}"


def pair_of(against: str, values: Mapping[str, Any]) -> Pair | None:
    """The pair that a comparator class names, from the side of a claim with these values; None of any other class.

    >>> pair_of("other route: intrathecal / intravenous", {"route": "intravenous"})
    Pair(kind='route', own='intravenous', other='intrathecal')
    """
    if not against.startswith("other ") or ": " not in against:
        return None
    kind, _, both = against.removeprefix("other ").partition(": ")
    sides = both.split(" / ")
    if kind not in FIELDS or len(sides) != 2:
        return None
    own = values.get(FIELDS[kind])
    return Pair(kind, own, sides[1 - sides.index(own)]) if own in sides else None


def given_so(product: str | None, way: str) -> str:
    """A product with the way in which it is given.

    >>> given_so("mesenchymal stem cells (umbilical cord)", "bone marrow")
    'mesenchymal stem cells (bone marrow)'
    """
    return f"{re.sub(r' [(][^()]*[)]$', '', product or 'the same')} ({way})"


def told_pair(row: Mapping[str, Any], same_product: bool, names: Mapping[str, tuple[str, str]]) -> Pair | None:
    """The pair that a claim compares; None where it compares with something else, or does not tell both sides.

    Args:
        row: a claim with its arms, its quote, and the routes of its document's arms.
        same_product: whether its named comparator is the product that is given.
        names: names of routes, sources and donors to kind and label.
    """
    if row["comparator"] is not None and not same_product:
        return None
    arms = _of_arms(row) or _of_name(row, names) if same_product else None
    return arms or _of_words(row, names) or (None if row["comparator"] is not None else _of_document(row))


def _of_arms(row: Mapping[str, Any]) -> Pair | None:
    for kind, own, other in (
        ("route", "route", "versus_route"),
        ("source", "cell_source", "versus_cell_source"),
        ("donor", "donor", "versus_donor"),
        ("dose", "dose", "versus_dose"),
    ):
        if row[own] and row[other] and row[own] != row[other]:
            return Pair(kind, row[own], row[other])
    return None


def _of_name(row: Mapping[str, Any], names: Mapping[str, tuple[str, str]]) -> Pair | None:
    """By the comparator's name: "intravenous mesenchymal stem cells"."""
    named = _facets(str(row["comparator"]), names)
    return next(
        (
            Pair(kind, row[field], named[kind][0])
            for kind, field in FIELDS.items()
            if row[field] and named[kind] and named[kind][0] != row[field]
        ),
        None,
    )


def _of_words(row: Mapping[str, Any], names: Mapping[str, tuple[str, str]]) -> Pair | None:
    """By the sentence: "lower with intravenous than with intrathecal cells"."""
    quote = str(row["quote"])
    parts = [(quote[max(0, m.start() - _LEFT) : m.start()], quote[m.end() : m.end() + _RIGHT]) for m in _BETWEEN.finditer(quote)]
    parts += [(m["one"], m["other"]) for m in _BOTH.finditer(quote)]
    for left, right in parts:
        control = _CONTROL.search(right)
        ours, theirs = _facets(left, names), _facets(right[: control.start()] if control else right, names)
        for kind, field in FIELDS.items():
            if not (ours[kind] and theirs[kind] and ours[kind][-1] != theirs[kind][0]):
                continue
            one, other = ours[kind][-1], theirs[kind][0]
            if row[field] in (None, one) or kind == "dose":
                return Pair(kind, one, other)
            if row[field] == other:
                return Pair(kind, other, one)
    return None


def _facets(words: str, names: Mapping[str, tuple[str, str]]) -> dict[str, list[str]]:
    """The routes, sources, donors and doses that words name, in order."""
    found: dict[str, list[str]] = {kind: [] for kind in FIELDS}
    found["dose"] = [f"{m[1].lower()} dose" for m in DOSE.finditer(words)]
    tokens = normal_words(words)
    i = 0
    while i < len(tokens):
        for length in range(min(_LONGEST, len(tokens) - i), 0, -1):
            written = words[tokens[i][1] : tokens[i + length - 1][2]]
            known = names.get(" ".join(w for w, _, _ in tokens[i : i + length]))
            # "IT" is a route, "it" is a word.
            if known and not (len(written) < 3 and written.islower()):
                found[_KIND_OF_CONCEPT[known[0]]].append(known[1])
                i += length - 1
                break
        i += 1
    return found


def _of_document(row: Mapping[str, Any]) -> Pair | None:
    """By the arms of a trial that has no control, and gave one product in two ways."""
    if row["level"] != "trial" or row["has_control"]:
        return None
    for kind, listed in (("route", "all_routes"), ("source", "all_sources")):
        ways = [w for w in json.loads(row[listed]) if w]
        own = row[FIELDS[kind]]
        if len(ways) == 2 and own in ways:
            return Pair(kind, own, ways[1 - ways.index(own)])
    return None


def same_product(row: Mapping[str, Any], product: str | None, product_of_comparator: str | None) -> bool:
    """Whether the comparator is what is given, in another way."""
    if row["comparator"] is None or not product:
        return False
    return product == product_of_comparator or normal_name(row["comparator"]) == normal_name(row["intervention"] or "")
