"""How long pooling and exporting take, beside the least that could be done. Run: python -m benchmarks.pooling_speed.

1,000 studies pooled, beside numpy's closed form of DerSimonian and Laird; 10,000 printed effects converted and written as CSV, beside pandas
writing the same table. Interleaved rounds in one process, CPU times.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.figures import Pair, in_turn, table
from kb.answer import answer
from kb.connection import for_reading
from kb.conversions import from_interval
from kb.exports import EXPORTERS
from kb.exports.package import Member, Table, package
from kb.exports.table import as_csv
from kb.poolable import Row
from kb.pooling import Model, pool
from kb.question import understand
from kb.synthesis import Choice
from tests.kb.made import put
from tests.kb.trials import QUESTION, contrast, rows_from, trial

STUDIES, EFFECTS = 1_000, 10_000


def seconds(rounds: int, *calls: Callable[[], object]) -> list[tuple[float, ...]]:
    """The CPU times of each call, in turn."""

    def timed(call: Callable[[], object]) -> float:
        start = time.process_time()
        call()
        return time.process_time() - start

    return list(in_turn(rounds, *(lambda call=call: timed(call) for call in calls)))  # type: ignore[misc]


def pooling() -> list[Pair]:
    """Each model beside the closed form."""
    rng = np.random.default_rng(1)
    v = rng.uniform(0.05, 0.5, STUDIES)
    y = rng.normal(0.3, np.sqrt(v + 0.1))
    yi, vi = y.tolist(), v.tolist()

    def closed() -> tuple[float, float]:
        w = 1 / v
        mean = w @ y / w.sum()
        tau2 = max(0.0, (w @ (y - mean) ** 2 - (STUDIES - 1)) / (w.sum() - w @ w / w.sum()))
        w = 1 / (v + tau2)
        return w @ y / w.sum(), w.sum() ** -0.5

    base, *ours = seconds(300, closed, *(lambda m=m: pool(yi, vi, m) for m in Model))  # type: ignore[misc]
    what, beside = f"pooling {STUDIES:,} studies by", "numpy's closed form of DerSimonian and Laird"
    return [Pair(f"{what} {model}", beside, "s CPU", taken, base) for model, taken in zip(Model, ours, strict=True)]


def exporting() -> list[Pair]:
    """Conversion and CSV beside pandas' CSV of the same table."""
    with TemporaryDirectory() as folder:
        (pattern,) = rows_from(Path(folder), trial("a", contrast()))
    rng = np.random.default_rng(2)
    printed = [
        (round(m, 2), round(m - h, 2), round(m + h, 2))
        for m, h in zip(rng.normal(0, 1, EFFECTS), rng.uniform(0.2, 2, EFFECTS), strict=True)
    ]

    def member(number: int, numbers: tuple[float, float, float]) -> Member:
        derived = from_interval("MD", *numbers, decimals=(1, 1, 1))
        row: Row = replace(pattern, row_id=f"d{number}:e0", est=numbers[0], est_lb=numbers[1], est_ub=numbers[2], derived=derived)
        return Member(row, "MD")

    def ours() -> str:
        return as_csv(Table("pool", "EDSS", (), tuple(member(i, p) for i, p in enumerate(printed))))

    if importlib.util.find_spec("pandas") is None:
        return []
    import pandas

    frame = pandas.DataFrame(list(csv.DictReader(io.StringIO(ours()))))
    for column in frame.columns:
        frame[column] = (
            pandas.to_numeric(frame[column], errors="coerce")
            if column in ("est", "est_lb", "est_ub", "yi", "vi", "sei")
            else frame[column]
        )
    taken, base = seconds(5, ours, lambda: frame.to_csv(index=False))
    return [Pair(f"{EFFECTS:,} printed effects converted and written as CSV", "pandas writing that CSV", "s CPU", taken, base)]


def from_library(trials: int = 2_000) -> list[Pair]:
    """Rows read from a library, checked, chosen and written, beside pandas' CSV of the same table."""
    if importlib.util.find_spec("pandas") is None:
        return []
    import pandas

    rng = np.random.default_rng(3)
    numbers = zip(rng.normal(0, 1, trials).tolist(), rng.uniform(0.2, 2, trials).tolist(), strict=True)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "library.db"
        put(
            path,
            *(
                trial(f"d{i}", contrast(estimate=round(m, 2), low=round(m - h, 2), high=round(m + h, 2)))
                for i, (m, h) in enumerate(numbers)
            ),
        )
        db = for_reading(path)
        found = answer(db, understand(db, QUESTION))

        def ours() -> bytes:
            return next(iter(EXPORTERS["csv"](package(db, found, Choice())).values()))

        frame = pandas.read_csv(io.BytesIO(ours()))
        taken, base = seconds(5, ours, lambda: frame.to_csv(index=False))
    return [Pair(f"{trials:,} rows of a library checked, chosen and written", "pandas writing that CSV", "s CPU", taken, base)]


if __name__ == "__main__":
    print("\n".join(table([*pooling(), *exporting(), *from_library()])))
