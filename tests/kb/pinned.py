"""What metafor says of 30 data sets (validation/metafor), as rows."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

from kb.conversions import Counts, Derived, Mean, from_counts, from_means
from kb.refusals import NotConvertible, Reason

FOLDER = Path(__file__).resolve().parents[2] / "validation" / "metafor"
Row = dict[str, str]


def rows(name: str, folder: Path = FOLDER) -> list[Row]:
    with (folder / name).open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float | None:
    return float(text) if text else None


def given() -> dict[str, list[Row]]:
    """The rows of each data set, of those that metafor can use."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows("datasets.csv"):
        if row["yi"]:
            found[row["dataset"]].append(row)
    return found


def derived(row: Row) -> Derived | Reason | None:
    """What we make of a row's counts or means, or the reason why not; None for a row that has neither."""
    n = {k: float(v) for k, v in row.items() if k not in ("dataset", "measure") and v}
    try:
        if "ai" in n:
            return from_counts(row["measure"], Counts(n["ai"], n["n1i"]), Counts(n["ci"], n["n2i"]))
        if "m1i" in n:
            return from_means(row["measure"], Mean(n["m1i"], n["sd1i"], n["n1i"]), Mean(n["m2i"], n["sd2i"], n["n2i"]))
    except NotConvertible as error:
        return error.reason
    return None
