"""Whose numbers a sentence tells: which of the two arms it names, and whether names and numbers stand in one order."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from kb.printed import Effect
from nlp.words import normal_words

_INTERVENTION = re.compile(
    r"\b(?:treat(?:ed|ment)|interventions?|active|experimental|cells?|cell therapy|transplant\w*|(?:study|test) (?:group|arm)|recipients)\b",
    re.IGNORECASE,
)
_COMPARATOR = re.compile(
    r"\b(?:controls?|placebo|sham|comparators?|usual|standard|conventional|vehicle|saline|untreated|no treatment|alone|only)\b",
    re.IGNORECASE,
)
_NAMES = """
WITH RECURSIVE wider(id, of) AS (
  SELECT value, value FROM json_each(?) UNION SELECT c.broader, w.of FROM concept c JOIN wider w ON c.id = w.id WHERE c.broader IS NOT NULL
)
SELECT w.of, n.name FROM wider w JOIN concept_name n ON n.concept_id = w.id
"""


class Naming:
    """The names that arms and treatments go by in a library; looked up when they are first asked for."""

    def __init__(self, db: sqlite3.Connection, effects: Iterable[Effect]) -> None:
        self._db = db
        self._asked = sorted({c for e in effects for c in (e["arm_concept"], e["versus_concept"]) if c})
        self._of: dict[str, frozenset[str]] | None = None
        self._treatments: dict[str, str] | None = None

    @property
    def of(self) -> dict[str, frozenset[str]]:
        """The names of each arm's concept, and of those that are broader."""
        if self._of is None:
            found: dict[str, set[str]] = defaultdict(set)
            for concept, name in self._db.execute(_NAMES, (json.dumps(self._asked),)):
                found[concept].add(name)
            self._of = {concept: frozenset(names) for concept, names in found.items()}
        return self._of

    @property
    def treatments(self) -> dict[str, str]:
        """All names of interventions, with what each names."""
        if self._treatments is None:
            sql = "SELECT n.name, c.label FROM concept_name n JOIN concept c ON c.id = n.concept_id WHERE c.kind IN ('intervention', 'exposure')"
            self._treatments = dict(self._db.execute(sql).fetchall())
        return self._treatments


def other_treatment(e: Effect, naming: Naming) -> str | None:
    """Why a number is hardly of its arm: its sentence names another treatment, and not this one; None where it is not so."""
    words = normal_words(str(e["sentence"]))
    own = _own_names(e, "arm", naming)
    if _places(words, own) or not (own or e["arm_label"]):
        return None
    for length in range(4, 0, -1):
        for i in range(len(words) - length + 1):
            name = " ".join(w for w, _, _ in words[i : i + length])
            if name in naming.treatments and not any(name in x or x in name for x in own):
                return f"the sentence names {naming.treatments[name]}, and not {e['arm_label'] or 'the arm'}"
    return None


#: Between two names: the first is compared with the second.
_AGAINST = re.compile(
    r"^\W*(?:groups?|arms?|patients|recipients|treated)?\W*(?:minus|versus|vs\.?|compared (?:with|to)|relative to|against|than|[-−–])"
    r"\W*(?:(?:with|in|on|for|to|the|those|treated|given|receiving)\s+)*$",
    re.IGNORECASE,
)


def told_round(e: Effect, naming: Naming) -> str | None:
    """Why a contrast is that of the comparator against the intervention: "placebo minus MSC"; None where it is not so told."""
    sentence = str(e["sentence"])
    words = normal_words(sentence)
    ones, twos = (_spans(words, _own_names(e, side, naming)) for side in ("arm", "versus"))
    against = any(_AGAINST.match(sentence[b:c]) for _, b in twos for c, _ in ones if b < c)
    if not against or any(_AGAINST.match(sentence[b:c]) for _, b in ones for c, _ in twos if b < c):
        return None
    return f"the sentence tells it of {e['versus_label'] or 'the comparator'} against {e['arm_label'] or 'the intervention'}"


def _own_names(e: Effect, side: str, naming: Naming) -> frozenset[str]:
    said = {" ".join(w for w, _, _ in normal_words(str(e[f"{side}_{k}"]))) for k in ("label", "written") if e[f"{side}_{k}"]}
    return frozenset(said) | naming.of.get(e[f"{side}_concept"], frozenset())


def unclear_whose(one: Effect, two: Effect, sentence: str, naming: Naming) -> str | None:
    """Why it is not clear that one number is of the first arm, and the other of the second; None where the sentence says so."""
    words = normal_words(sentence)
    places = []
    for e, generic, side in ((one, _INTERVENTION, "arm"), (two, _COMPARATOR, "arm" if two["arm_id"] is not None else "versus")):
        said = _places(words, _own_names(e, side, naming)) or [m.start() for m in generic.finditer(sentence)]
        if not said:
            return f"the sentence does not name {e[f'{side}_label'] or 'the arm'}, so whose number it is cannot be told"
        places.append(said)
    return other_treatment(one, naming) or _crossed(one, two, sentence, places)


def _crossed(one: Effect, two: Effect, sentence: str, places: list[list[int]]) -> str | None:
    """Both arms named once, and their numbers the other way round."""
    if one["sentence"] != two["sentence"] or any(len(p) != 1 for p in places):
        return None
    at = [e["start_char"] for e in (one, two)]
    numbers = at if None not in at and at[0] != at[1] else [sentence.find(_printed(e)) for e in (one, two)]
    if -1 in numbers or numbers[0] == numbers[1] or (places[0] < places[1]) == (numbers[0] < numbers[1]):
        return None
    return "the sentence names the arms in one order and gives the numbers in the other"


def _printed(e: Effect) -> str:
    if e["events"] is not None and e["measure"] == "COUNT":
        return str(e["events"])
    return str(e["printed"].get("estimate") or "?")


def _places(words: list[tuple[str, int, int]], names: Iterable[str]) -> list[int]:
    """Where names begin."""
    return [a for a, _ in _spans(words, names)]


def _spans(words: list[tuple[str, int, int]], names: Iterable[str]) -> list[tuple[int, int]]:
    """Where names stand; a name within a longer one counts once."""
    found: set[tuple[int, int]] = set()
    for name in names:
        parts = name.split()
        for i in range(len(words) - len(parts) + 1) if parts else ():
            if [w for w, _, _ in words[i : i + len(parts)]] == parts:
                found.add((words[i][1], words[i + len(parts) - 1][2]))
    return sorted((a, b) for a, b in found if not any((c, d) != (a, b) and c <= a and b <= d for c, d in found))
