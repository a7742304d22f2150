"""How long questions and the upkeep of disputes take, on libraries of made claims.

    python benchmarks/competing_speed.py questions DATABASE      inside the process, beside a bare look-up on a covering index
    python benchmarks/competing_speed.py wide DATABASE           the same for questions that name one or two parts, by wording
    python benchmarks/competing_speed.py command DATABASE        the whole command, beside bare Python
    python benchmarks/competing_speed.py upkeep SMALL LARGE      after one document more; both copied first

Questions are made from claims drawn at random, so that what is much studied is much asked, in seven wordings by turns; the first third is
thrown away as warming up. Pairs that are set against each other are taken in turn (A B A B …). Upkeep is everything that follows from one
more document: its study, its claims' keys, disputes and verdicts; the whole run stands beside it.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.made_claims import Maker, Topic
from kb.answer import answer
from kb.answer_json import as_contract
from kb.chosen import MOST_CLAIMS
from kb.connection import for_reading
from kb.question import understand
from kb.store import Library
from kb.upkeep import catch_up

QUESTIONS, ADDED, PAIRS = 450, 60, 15
WORDINGS = (
    "{i} vs {c} for {o} in {d}", "{i} vs {c} for {o}", "{i} vs {c} in {d}", "{i} in {d}", "{i} for {o} in {d} at {t}", "intravenous {i} vs {c} in {d}", "what lowers {o} in {d}",
)  # fmt: skip
WIDE = (
    "{i}", "{d}", "{i} vs placebo", "{i} for {o}", "{i} in {d}", "what lowers {o}", "anything vs placebo for {o}", "anything vs placebo in {d}", "intravenous {i}",
)  # fmt: skip
WIDE_QUESTIONS = 15
BARE = "SELECT claim_id FROM comparison WHERE outcome_key = ? AND intervention_key = ? AND condition_key = ? AND against = ? AND level = 'trial'"


def drawn(db: sqlite3.Connection, number: int) -> list[sqlite3.Row]:
    """Claims drawn at random, the same every time."""
    (most,) = db.execute("SELECT max(claim_id) FROM comparison").fetchone()
    chance = random.Random(7)
    one = "SELECT * FROM comparison WHERE claim_id >= ? ORDER BY claim_id LIMIT 1"
    return [db.execute(one, (chance.randrange(most),)).fetchone() for _ in range(number)]


def percentile(seconds: list[float], part: float) -> float:
    """In milliseconds."""
    return sorted(seconds)[min(int(part * len(seconds)), len(seconds) - 1)] * 1000


def timed(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Time of one call: on the wall, or by another clock."""
    began = clock()
    work()
    return clock() - began


def questions(path: Path) -> None:
    """Ask, and look up, in turn."""
    db = for_reading(path)
    asked: list[tuple[float, int]] = []
    bare: list[float] = []
    for i, row in enumerate(drawn(db, QUESTIONS)):
        comparator = row["comparator_class"] or "control"
        words = WORDINGS[i % len(WORDINGS)].format(
            i=row["intervention"], c=comparator, o=row["outcome"], d=row["condition"], t=row["time_text"]
        )
        size = 0

        def ask(words: str = words) -> None:
            nonlocal size
            found = answer(db, understand(db, words), most=MOST_CLAIMS)
            as_contract(found)
            size = sum(len(o.claims) for o in found.outcomes)

        asked.append((timed(ask), size))
        key = (row["outcome_key"], row["intervention_key"], row["condition_key"], row["against"])
        bare.append(timed(lambda key=key: db.execute(BARE, key).fetchall()))  # type: ignore[misc]
    kept, seconds = asked[QUESTIONS // 3 :], [s for s, _ in asked[QUESTIONS // 3 :]]
    sizes = [float(n) for _, n in kept]
    looked = bare[QUESTIONS // 3 :]
    print(
        f"questions: p50 {percentile(seconds, 0.5):.2f} ms, p95 {percentile(seconds, 0.95):.2f} ms, longest {max(seconds) * 1000:.1f} ms ({len(seconds)} of them)"
    )
    print(
        f"claims in an answer: median {statistics.median(sizes):.0f}, p95 {sorted(sizes)[int(0.95 * len(sizes))]:.0f}, most {max(sizes):.0f}"
    )
    print(f"bare look-up on a covering index: p50 {percentile(looked, 0.5):.3f} ms, p95 {percentile(looked, 0.95):.3f} ms")


def wide(path: Path) -> None:
    """Ask for much: each wording of claims drawn at random."""
    db = for_reading(path)
    rows = drawn(db, WIDE_QUESTIONS)
    for wording in WIDE:
        seconds, sizes = [], []
        for row in rows:
            words = wording.format(i=row["intervention"], o=row["outcome"], d=row["condition"])
            began = time.perf_counter()
            found = answer(db, understand(db, words), most=MOST_CLAIMS)
            as_contract(found)
            seconds.append(time.perf_counter() - began)
            sizes.append(sum(len(o.claims) for o in found.outcomes) + (found.left_out.claims if found.left_out else 0))
        print(
            f"{wording}: p50 {percentile(seconds, 0.5):.1f} ms, longest {max(seconds) * 1000:.0f} ms; claims that answer: median {statistics.median(sizes):.0f}, most {max(sizes)}"
        )


def command(path: Path) -> None:
    """The whole command beside bare Python, in turn; with bytecode in place, as after any first use of an installed program."""
    row = drawn(for_reading(path), 3)[2]
    words = f"{row['intervention']} vs {row['comparator_class'] or 'control'} for {row['outcome']} in {row['condition']}"
    # As the installed script does it.
    query = [sys.executable, "-c", "from cli import main; main()", "query", words, "--db", str(path)]
    bare = [sys.executable, "-c", "pass"]

    folder = tempfile.TemporaryDirectory()
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PYTHONPYCACHEPREFIX": folder.name}

    def run(what: list[str]) -> float:
        return timed(lambda: subprocess.run(what, check=True, stdout=subprocess.DEVNULL, env=env))

    run(query), run(bare)
    pairs = [(run(query), run(bare)) for _ in range(PAIRS)]
    ratio = statistics.median(a / b for a, b in pairs)
    print(
        f"command {statistics.median(a for a, _ in pairs) * 1000:.0f} ms, bare python {statistics.median(b for _, b in pairs) * 1000:.0f} ms, ratio {ratio:.1f}"
    )


class Grown:
    """A copy of a library that grows by one document at a time, on topics drawn from its own claims."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path = folder / path.name
        shutil.copy(path, self.path)
        db = for_reading(self.path)
        self.topics = [self._topic(row) for row in drawn(db, ADDED)]
        db.close()

    def _topic(self, row: sqlite3.Row) -> Topic:
        intervention, condition, outcome = (
            int(row[k].rpartition("-")[2]) for k in ("intervention_key", "condition_key", "outcome_key")
        )
        return Topic(intervention, condition, (outcome,), (-0.3,))

    def add(self, number: int, clock: Callable[[], float] = time.perf_counter) -> tuple[float, float]:
        """One document more: seconds of the upkeep, and of the run as a whole."""
        began = time.perf_counter()
        with Library(self.path, "made", [], {"made": "1"}) as library:
            with library.transaction() as db:
                maker = Maker(db, library.run, number)
                maker.registered = 50_000_000 + number
                maker.add(self.topics[number])
            with library.transaction() as db:
                upkeep = timed(lambda: catch_up(db, library.run), clock)
            library.close_run(0)
        return upkeep, time.perf_counter() - began


def upkeep(small: Path, large: Path) -> None:
    """One document more in each, in turn."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = Grown(small, Path(folder)), Grown(large, Path(folder))
        pairs = [(few.add(n), many.add(n)) for n in range(ADDED)][ADDED // 4 :]
    for what, part in (("upkeep", 0), ("whole run", 1)):
        one, other = [a[part] for a, _ in pairs], [b[part] for _, b in pairs]
        print(
            f"{what}: {statistics.median(one) * 1000:.2f} ms and {statistics.median(other) * 1000:.2f} ms; ratio of medians "
            f"{statistics.median(other) / statistics.median(one):.2f}, of means {statistics.mean(other) / statistics.mean(one):.2f} ({len(pairs)} documents)"
        )


def main() -> None:
    """Measure what is named."""
    what, *paths = sys.argv[1:]
    {"questions": questions, "wide": wide, "command": command, "upkeep": upkeep}[what](*map(Path, paths))


if __name__ == "__main__":
    main()
