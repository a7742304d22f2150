"""How long `counterclaim query` takes as a whole process, beside bare Python, in one run.

    python benchmarks/query_speed.py [DATABASE]

Pairs are taken in turn (A B A B …), so that a machine that drifts drifts for both; the median of the ratios is the figure.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

PAIRS = 25
ROOT = Path(__file__).resolve().parent.parent


def seconds(command: list[str | Path]) -> float:
    """Wall time of one whole process, output thrown away."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def measured(database: Path, number: int = PAIRS, question: str = "intrathecal MSC vs placebo") -> list[tuple[float, float]]:
    """Seconds of the command and of bare Python, in turn."""
    query: list[str | Path] = [
        Path(sys.executable).with_name("counterclaim"),
        "query",
        question,
        "--db",
        database,
    ]
    bare: list[str | Path] = [sys.executable, "-c", "pass"]
    seconds(query), seconds(bare)
    return [(seconds(query), seconds(bare)) for _ in range(number)]


def main() -> None:
    """Measure and print."""
    pairs = measured(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "demo" / "counterclaim.db")
    ratios = sorted(a / b for a, b in pairs)
    print(
        f"query {statistics.median(a for a, _ in pairs) * 1000:.1f} ms, bare python {statistics.median(b for _, b in pairs) * 1000:.1f} ms"
    )
    print(f"ratio: median {statistics.median(ratios):.2f}, from {ratios[0]:.2f} to {ratios[-1]:.2f} ({PAIRS} pairs)")


if __name__ == "__main__":
    main()
