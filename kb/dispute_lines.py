"""Disputes as they are shown: from the kept table, or worked out for claims that are not those of now."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.comparison import Compared, Concepts
from kb.disputes import Dispute, disputes

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


def kept_lines(db: sqlite3.Connection, claims: Iterable[Compared]) -> list[DisputeLine]:
    """The kept disputes between any two of these claims, heaviest first."""
    named = {c.claim_id: c.document for c in claims}
    rows = db.execute(f"SELECT * FROM dispute WHERE claim_a IN {_AMONG}", {"claims": json.dumps(list(named))})
    found = [
        line_of({**row, "document_a": named[row["claim_a"]], "document_b": named[row["claim_b"]]})
        for row in rows
        if row["claim_b"] in named
    ]
    return sorted(found, key=_heaviest_first)


def _heaviest_first(d: DisputeLine) -> tuple[object, ...]:
    return -d.weight, d.document_a, d.document_b, d.outcome, d.claim_a, d.claim_b


def kept_inconsistent(db: sqlite3.Connection, claims: Iterable[int]) -> list[dict[str, object]]:
    """Reports of one study, among those of these claims, that tell one result differently."""
    return inconsistent_rows(db, f"WHERE r.claim_a IN {_AMONG} AND r.claim_b IN {_AMONG}", {"claims": json.dumps(sorted(claims))})


def inconsistent_rows(db: sqlite3.Connection, where: str, values: dict[str, object]) -> list[dict[str, object]]:
    """Inconsistent reports, with the names of their documents and study."""
    rows = db.execute(
        "SELECT s.name AS study, r.outcome, r.what, a.document AS a, b.document AS b, r.a AS a_tells, r.b AS b_tells, r.claim_a AS a_claim, r.claim_b AS b_claim "
        "FROM inconsistent_report r JOIN comparison a ON a.claim_id = r.claim_a JOIN comparison b ON b.claim_id = r.claim_b JOIN study s ON s.id = r.study_id "
        f"{where} ORDER BY s.name, r.outcome, a.document, b.document, r.claim_a, r.claim_b",
        values,
    )
    return [dict(row) for row in rows]


def worked_out(claims: Sequence[Compared], known: Concepts) -> list[DisputeLine]:
    """The disputes among claims that the kept table does not speak of: as of an earlier run, or of a library of an earlier version."""
    families: dict[str, list[Compared]] = defaultdict(list)
    for claim in claims:
        if claim.family is not None:
            families[claim.family].append(claim)
    found = [_line(d) for family in families.values() for d in disputes(family, known)]
    return sorted(found, key=_heaviest_first)


def _line(d: Dispute) -> DisputeLine:
    a, b, test = d.a, d.b, d.difference
    return DisputeLine(
        claim_a=a.claim_id, claim_b=b.claim_id, study_a=a.study_id, study_b=b.study_id, document_a=a.document, document_b=b.document, outcome=d.outcome,
        type=d.type, estimates=d.estimates, scale=a.scale if test else None, yi_a=a.yi if test else None, sei_a=a.sei if test else None,
        yi_b=b.yi if test else None, sei_b=b.sei if test else None, z=test.z if test else None, p_difference=test.p if test else None, overlap=d.overlap,
        explained_by=tuple((f.factor, f.a, f.b) for f in d.explained_by), weight=d.weight, since=d.since,
    )  # fmt: skip


def among(lines: Iterable[DisputeLine], claims: frozenset[int]) -> tuple[DisputeLine, ...]:
    """The disputes that one of these claims takes part in: a rival against another sort of comparator is named with both."""
    return tuple(d for d in lines if d.claim_a in claims or d.claim_b in claims)
