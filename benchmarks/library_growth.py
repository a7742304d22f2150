"""How cost grows with the library: questions, beside SQLite's own full-text search; one document more; room on the disk.

    python -m benchmarks.library_growth [--libraries FOLDER] [--claims 1000 10000 100000 1000000]

The libraries are of made claims (benchmarks/made_claims.py). They are made where FOLDER does not hold them: a million takes a quarter of an hour and 2.6 GB.
Full-text search finds the texts that hold the words of the intervention, newest first, and gives neither sides nor numbers: it is what a user has
who puts the abstracts into FTS5. Times are CPU times of the process, so that other work on the machine counts little.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.competing_speed import WORDINGS, Grown, drawn, percentile, timed
from benchmarks.figures import Pair, number
from benchmarks.made_claims import make
from kb.answer import answer
from kb.answer_json import as_contract
from kb.chosen import MOST_CLAIMS
from kb.connection import for_reading
from kb.question import understand

CLAIMS = (1_000, 10_000, 100_000, 1_000_000)
_QUESTIONS, _DOCUMENTS = 90, 20
_FTS = "SELECT d.id, d.title, snippet(fts, 0, '', '', '…', 30) FROM fts JOIN lib.document d ON d.id = fts.rowid WHERE fts MATCH ? ORDER BY d.year DESC LIMIT 200"


@dataclass(frozen=True, slots=True)
class Grows:
    """Of a library of so many claims: bytes, seconds of questions and of FTS5 for the same words, seconds for what follows from one document more."""

    claims: int
    size: int
    asked: tuple[float, ...]
    searched: tuple[float, ...]
    upkeep: tuple[float, ...]

    def pair(self) -> Pair:
        """Ours beside full-text search, in milliseconds."""
        ours, theirs = (tuple(s * 1000 for s in v) for v in (self.asked, self.searched))
        return Pair(f"a question to {self.claims:,} claims", "SQLite FTS5 over the texts", "ms CPU", ours, theirs, of="questions")


def library_of(folder: Path, claims: int) -> Path:
    """The library of so many claims, made where it is not there."""
    path = folder / f"claims-{claims}.db"
    if not path.exists():
        # Broken off, it leaves nothing that looks like a library.
        unfinished = folder / f"unfinished-{claims}.db"
        for left in folder.glob(f"{unfinished.name}*"):
            left.unlink()
        make(unfinished, claims)
        unfinished.rename(path)
    return path


def grown(path: Path, claims: int) -> Grows:
    """Measure one library."""
    with tempfile.TemporaryDirectory() as place, closing(for_reading(path)) as db:
        with closing(sqlite3.connect(Path(place) / "fts.db", uri=True)) as fts:
            _fill(fts, path)
            asked, searched = _asked(db, fts)
        one_more = Grown(path, Path(place))
        upkeep = tuple(one_more.add(n, time.process_time)[0] for n in range(_DOCUMENTS))[_DOCUMENTS // 4 :]
    return Grows(claims, path.stat().st_size, asked, searched, upkeep)


def _fill(fts: sqlite3.Connection, path: Path) -> None:
    fts.execute("ATTACH ? AS lib", (f"{path.resolve().as_uri()}?mode=ro",))
    fts.execute("CREATE VIRTUAL TABLE fts USING fts5(text)")
    fts.execute("INSERT INTO fts (rowid, text) SELECT id, text FROM lib.document")
    fts.commit()


def _asked(db: sqlite3.Connection, fts: sqlite3.Connection) -> tuple[tuple[float, ...], tuple[float, ...]]:
    asked, searched = [], []
    for i, row in enumerate(drawn(db, _QUESTIONS)):
        words = WORDINGS[i % len(WORDINGS)].format(
            i=row["intervention"], c=row["comparator_class"] or "control", o=row["outcome"], d=row["condition"], t=row["time_text"]
        )
        asked.append(timed(lambda words=words: as_contract(answer(db, understand(db, words), most=MOST_CLAIMS)), time.process_time))  # type: ignore[misc]
        phrase = f'"{row["intervention"]}"'
        searched.append(timed(lambda phrase=phrase: fts.execute(_FTS, (phrase,)).fetchall(), time.process_time))  # type: ignore[misc]
    first = _QUESTIONS // 3
    return tuple(asked[first:]), tuple(searched[first:])


def table(found: Sequence[Grows]) -> Iterator[str]:
    """As Markdown."""
    yield "| claims | file | bytes a claim | question p50 | p95 | FTS5 p50 | p95 | one document more, upkeep |"
    yield "|---|---|---|---|---|---|---|---|"
    for one in found:
        times = (f"{number(percentile(list(v), p))} ms" for v in (one.asked, one.searched) for p in (0.5, 0.95))
        yield (
            f"| {one.claims:,} | {one.size / 1e6:,.1f} MB | {one.size / one.claims:,.0f} | {' | '.join(times)} | "
            f"{number(statistics.median(one.upkeep) * 1000)} ms |"
        )


def measured(folder: Path, claims: Sequence[int]) -> list[Grows]:
    """Every size."""
    folder.mkdir(parents=True, exist_ok=True)
    return [grown(library_of(folder, n), n) for n in claims]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--libraries", type=Path)
    parser.add_argument("--claims", type=int, nargs="+", default=list(CLAIMS))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(table(measured(asked.libraries or Path(folder), asked.claims))))


if __name__ == "__main__":
    main()
