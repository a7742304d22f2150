"""Disputes as they are shown: from the kept table, or worked out for claims that are not those of now."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.comparison import Compared, Concepts

if TYPE_CHECKING:
    from kb.disputes import Dispute

_AMONG = "(SELECT value FROM json_each(:claims))"
_LINES = (
    "SELECT d.*, a.document AS document_a, b.document AS document_b FROM dispute d "
    "JOIN comparison a ON a.claim_id = d.claim_a JOIN comparison b ON b.claim_id = d.claim_b"
)
HEAVIEST_FIRST = "ORDER BY d.weight DESC, document_a, document_b, d.outcome, d.claim_a, d.claim_b"


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """A dispute with the names of its documents; `explained_by` is a row of factor, value of a, value of b each."""

    claim_a: int
    claim_b: int
    study_a: int
    study_b: int
    document_a: str
    document_b: str
    outcome: str
    type: str
    estimates: str
    scale: str | None
    yi_a: float | None
    sei_a: float | None
    yi_b: float | None
    sei_b: float | None
    z: float | None
    p_difference: float | None
    overlap: str
    explained_by: tuple[tuple[Any, Any, Any], ...]
    weight: float
    since: int

    def as_json(self) -> dict[str, object]:
        """The contract's object, and the numbers of the test."""
        return {
            "a": {"document": self.document_a, "claim": self.claim_a}, "b": {"document": self.document_b, "claim": self.claim_b}, "outcome": self.outcome,
            "type": self.type, "estimates": self.estimates, "z": _rounded(self.z, 3), "p_difference": _rounded(self.p_difference, 4), "same_study": False,
            "overlap": self.overlap, "explained_by": [{"factor": f, "a": a, "b": b} for f, a, b in self.explained_by], "weight": self.weight,
            "scale": self.scale, "yi_a": _rounded(self.yi_a, 4), "se_a": _rounded(self.sei_a, 4), "yi_b": _rounded(self.yi_b, 4), "se_b": _rounded(self.sei_b, 4),
            "since": self.since,
        }  # fmt: skip


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def line_of(row: sqlite3.Row | Mapping[str, Any]) -> DisputeLine:
    """A kept dispute."""
    values = {name: row[name] for name in DisputeLine.__dataclass_fields__}
    return DisputeLine(**(values | {"explained_by": tuple(map(tuple, json.loads(row["explained_by"])))}))


@dataclass(frozen=True, slots=True)
class Among:
    """The disputes that some claims take part in: the heaviest as lines, and what the tests of all of them said, with the two studies.

    `number` is how many there are in all.
    """

    lines: tuple[DisputeLine, ...] = ()
    tests: tuple[tuple[int, int, str], ...] = ()
    number: int = 0


#: The pairs come first, whatever the planner thinks of their number.
_PAIRS = "SELECT d.* FROM json_each(:pairs) p CROSS JOIN dispute d ON d.claim_a = json_extract(p.value, '$[0]') AND d.claim_b = json_extract(p.value, '$[1]')"
#: So many of an outcome's disputes are told in an answer; `counterclaim disputes` tells all.
MOST = 20


class Kept:
    """The kept disputes between any two of some claims, heaviest first, read once and handed out by outcome."""

    def __init__(self, db: sqlite3.Connection, claims: Iterable[Compared]) -> None:
        self._db, self._named = db, {c.claim_id: c.document for c in claims}
        listed = {"claims": json.dumps(list(self._named))}
        rows = db.execute(
            f"SELECT -weight, claim_a, claim_b, study_a, study_b, estimates FROM dispute WHERE claim_a IN {_AMONG}", listed
        )
        self._rows: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for row in rows:
            if row[2] in self._named:
                told = tuple(row)
                self._rows[told[1]].append(told)
                self._rows[told[2]].append(told)

    def of(self, claims: frozenset[int]) -> Among:
        """Those that one of these claims takes part in: a rival against another sort of comparator is named with both."""
        rows = sorted({row for claim in claims if claim in self._rows for row in self._rows[claim]})
        return Among(self._lines([row[1:3] for row in rows[:MOST]]), tuple(row[3:] for row in rows), len(rows))

    def _lines(self, pairs: list[tuple[int, int]]) -> tuple[DisputeLine, ...]:
        if not pairs:
            return ()
        rows = self._db.execute(_PAIRS, {"pairs": json.dumps(pairs)})
        lines = [
            line_of({**row, "document_a": self._named[row["claim_a"]], "document_b": self._named[row["claim_b"]]}) for row in rows
        ]
        return tuple(sorted(lines, key=_heaviest_first))


class WorkedOut:
    """The same for claims that the kept table does not speak of: as of an earlier run, or of a library of an earlier version."""

    def __init__(self, claims: Sequence[Compared], known: Concepts) -> None:
        from kb.disputes import disputes

        families: dict[str, list[Compared]] = defaultdict(list)
        for claim in claims:
            if claim.family is not None:
                families[claim.family].append(claim)
        self._lines = sorted((_line(d) for family in families.values() for d in disputes(family, known)), key=_heaviest_first)

    def of(self, claims: frozenset[int]) -> Among:
        """Those that one of these claims takes part in."""
        found = [d for d in self._lines if d.claim_a in claims or d.claim_b in claims]
        return Among(tuple(found[:MOST]), tuple((d.study_a, d.study_b, d.estimates) for d in found), len(found))


def _heaviest_first(d: DisputeLine) -> tuple[object, ...]:
    return -d.weight, d.document_a, d.document_b, d.outcome, d.claim_a, d.claim_b


def kept_inconsistent(db: sqlite3.Connection, claims: Iterable[int]) -> list[dict[str, object]]:
    """What tells the result of one of these claims differently: another report of its study, also one that gave way to it."""
    listed = {"claims": json.dumps(sorted(set(claims)))}
    pairs = (f"SELECT claim_a, claim_b FROM inconsistent_report WHERE claim_{side} IN {_AMONG}" for side in "ab")
    found = {tuple(row) for sql in pairs for row in db.execute(sql, listed)}
    return (
        inconsistent_rows(db, f"WHERE r.claim_a IN {_AMONG}", {"claims": json.dumps([a for a, _ in found])}, found) if found else []
    )


def inconsistent_rows(
    db: sqlite3.Connection, where: str, values: dict[str, object], only: set[tuple[int, ...]] | None = None
) -> list[dict[str, object]]:
    """Inconsistent reports, with the names of their documents and study. `only`: of these pairs of claims; None: all."""
    rows = db.execute(
        "SELECT s.name AS study, r.outcome, r.what, a.document AS a, b.document AS b, r.a AS a_tells, r.b AS b_tells, r.claim_a AS a_claim, r.claim_b AS b_claim "
        "FROM inconsistent_report r JOIN comparison a ON a.claim_id = r.claim_a JOIN comparison b ON b.claim_id = r.claim_b JOIN study s ON s.id = r.study_id "
        f"{where} ORDER BY s.name, r.outcome, a.document, b.document, r.claim_a, r.claim_b",
        values,
    )
    return [dict(row) for row in rows if only is None or (row["a_claim"], row["b_claim"]) in only]


def _line(d: Dispute) -> DisputeLine:
    a, b, test = d.a, d.b, d.difference
    return DisputeLine(
        claim_a=a.claim_id, claim_b=b.claim_id, study_a=a.study_id, study_b=b.study_id, document_a=a.document, document_b=b.document, outcome=d.outcome,
        type=d.type, estimates=d.estimates, scale=a.scale if test else None, yi_a=a.yi if test else None, sei_a=a.sei if test else None,
        yi_b=b.yi if test else None, sei_b=b.sei if test else None, z=test.z if test else None, p_difference=test.p if test else None, overlap=d.overlap,
        explained_by=tuple((f.factor, f.a, f.b) for f in d.explained_by), weight=d.weight, since=d.since,
    )  # fmt: skip
