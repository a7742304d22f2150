"""How long the site's first answer takes beside the bare query, and whether many readers and a writer get along, on libraries of made claims.

    python -m benchmarks.page_speed questions DATABASE     the question page over HTTP and `kb.answer` within this process, in turn
    python -m benchmarks.page_speed readers DATABASE       50 readers at once while documents are written; on a copy
    python -m benchmarks.page_speed pages DATABASE         every other page once, the slowest last

Questions are those of `competing_speed`: made from claims drawn at random, in seven wordings by turns, the first third thrown away as warming up. The site runs in a
process of its own, as `counterclaim serve` does, and is reached over one connection that is kept open.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.competing_speed import QUESTIONS, WORDINGS, Grown, drawn, percentile, timed
from kb.answer import answer
from kb.chosen import MOST_CLAIMS
from kb.connection import for_reading, is_locked
from kb.question import understand

READERS, PAGES_EACH = 50, 6
_PATIENCE = 120


@contextlib.contextmanager
def served(path: Path) -> Iterator[int]:
    """The site over a library, in a process of its own; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-c", "from cli import main; main()", "serve", "--db", str(path), "--port", str(port)],
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def get(client: http.client.HTTPConnection, path: str) -> tuple[int, int]:
    """The status and the length of an answer."""
    client.request("GET", path)
    response = client.getresponse()
    return response.status, len(response.read())


def asked(path: Path, number: int) -> list[str]:
    """Questions about claims drawn at random."""
    db = for_reading(path)
    rows = drawn(db, number)
    db.close()
    return [
        WORDINGS[i % len(WORDINGS)].format(
            i=row["intervention"], c=row["comparator_class"] or "control", o=row["outcome"], d=row["condition"], t=row["time_text"]
        )
        for i, row in enumerate(rows)
    ]


def questions(path: Path) -> None:
    """Ask within the process, and ask the site, in turn."""
    db = for_reading(path)
    bare: list[float] = []
    page: list[float] = []
    bytes_sent: list[float] = []
    statuses: Counter[int] = Counter()
    with served(path) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        for words in asked(path, QUESTIONS):
            bare.append(timed(lambda words=words: answer(db, understand(db, words), most=MOST_CLAIMS)))  # type: ignore[misc]
            began = time.perf_counter()
            status, size = get(client, f"/ask?{urlencode({'q': words})}")
            page.append(time.perf_counter() - began)
            bytes_sent.append(float(size))
            statuses[status] += 1
    kept = slice(QUESTIONS // 3, None)
    for what, seconds in (("bare query", bare[kept]), ("page", page[kept])):
        print(
            f"{what}: p50 {percentile(seconds, 0.5):.1f} ms, p95 {percentile(seconds, 0.95):.1f} ms, longest {max(seconds) * 1000:.0f} ms"
        )
    for part in (0.5, 0.95):
        print(f"ratio of p{part * 100:.0f}: {percentile(page[kept], part) / percentile(bare[kept], part):.1f}")
    print(
        f"page: median {sorted(bytes_sent)[len(bytes_sent) // 2] / 1000:.0f} kB, largest {max(bytes_sent) / 1000:.0f} kB; answers by status {dict(statuses)}"
    )


def readers(path: Path) -> None:
    """Many readers at once, while documents are written one run after another."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        grown = Grown(path, Path(folder))
        statuses: Counter[int | str] = Counter()
        waited: list[float] = []
        written: list[float] = []
        words = asked(grown.path, READERS * PAGES_EACH)
        with served(grown.path) as port:
            reading = [threading.Thread(target=_read, args=(port, words[n::READERS], statuses, waited)) for n in range(READERS)]
            began = time.perf_counter()
            for thread in reading:
                thread.start()
            while any(thread.is_alive() for thread in reading) and len(written) < len(grown.topics):
                written.append(grown.add(len(written))[1])
            for thread in reading:
                thread.join()
            took = time.perf_counter() - began
            # While the site still runs: whatever was written can be folded into the file, so that no reader holds an old state.
            log = sqlite3.connect(grown.path, timeout=10)
            busy, in_log, moved = log.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            log.close()
    print(f"{READERS} readers, {sum(statuses.values())} pages in {took:.1f} s: answers by status {dict(statuses)}")
    print(
        f"a page: p50 {percentile(waited, 0.5):.0f} ms, p95 {percentile(waited, 0.95):.0f} ms, longest {max(waited) * 1000:.0f} ms"
    )
    print(
        f"meanwhile {len(written)} runs wrote a document each: median {percentile(written, 0.5):.0f} ms, longest {max(written) * 1000:.0f} ms"
    )
    print(
        f"afterwards: log folded into the file {'refused' if busy else 'whole'} ({in_log} pages left, {moved} moved), lock of a run {'held' if is_locked(grown.path) else 'free'}"
    )


def _read(port: int, words: list[str], statuses: Counter[int | str], waited: list[float]) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    for question in words:
        began = time.perf_counter()
        try:
            status, _ = get(client, f"/ask?{urlencode({'q': question})}")
            statuses[status] += 1
        except (OSError, http.client.HTTPException) as error:
            statuses[type(error).__name__] += 1
            client.close()
        waited.append(time.perf_counter() - began)


def pages(path: Path) -> None:
    """Each kind of page once warm, with its time."""
    db = for_reading(path)
    claim = drawn(db, 1)[0]
    a, b = db.execute("SELECT claim_a, claim_b FROM dispute ORDER BY weight DESC LIMIT 1").fetchone()
    paths = ["/", "/disputes", "/runs", "/run/1", "/changes?since=0", "/library", "/library", f"/document/{claim['document_id']}", f"/study/{claim['study_id']}", f"/dispute/{a}-{b}",
             f"/outcome?{urlencode({'key': claim['outcome_key']})}", "/tables", "/tables/comparison", "/tables/document?_facet=year"]  # fmt: skip
    with served(path) as port:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        get(client, "/")
        found = []
        for place in paths:
            began = time.perf_counter()
            status, size = get(client, place)
            found.append((time.perf_counter() - began, status, size, place))
    for seconds, status, size, place in sorted(found):
        print(f"{seconds * 1000:7.0f} ms  {status}  {size / 1000:6.0f} kB  {place}")


def main() -> None:
    """Measure what is named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("questions", "readers", "pages"))
    parser.add_argument("database", type=Path)
    asked = parser.parse_args()
    {"questions": questions, "readers": readers, "pages": pages}[asked.what](asked.database)


if __name__ == "__main__":
    main()
