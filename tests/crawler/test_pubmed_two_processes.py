"""A large file of PubMed's read by two processes gives what one gives, and never less in silence."""

from __future__ import annotations

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats import pubmed_beside, pubmed_checked
from crawler.formats.pubmed_checked import Deleted, Mended
from crawler.formats.pubmed_xml import read_pubmed_file
from tests.crawler.made_pubmed import BOOK, HEAD, SOURCE, TAIL, article, labelled, links, type_of, whole

ROOT = Path(__file__).resolve().parents[2]
Read = Document | Unreadable | Deleted


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Every file counts as large; the second processes, as they were started."""
    found: list[subprocess.Popen[bytes]] = []

    def start(*given: Any, **named: Any) -> subprocess.Popen[bytes]:
        found.append(popen(*given, **named))
        return found[-1]

    popen = subprocess.Popen
    monkeypatch.setattr(pubmed_beside, "LARGE", 0)
    monkeypatch.setattr(pubmed_beside, "processors", lambda: 2)
    monkeypatch.setattr("crawler.formats.pubmed_beside.subprocess.Popen", start)
    return found


def shown(item: Read) -> tuple[type, str]:
    """All that an item says."""
    return type(item), repr((item.where, item.why, item.do)) if isinstance(item, Unreadable) else repr(item)


def one_by_one(path: Path) -> tuple[list[Read], list[Read]]:
    return list(read_pubmed_file(path, processes=1)), list(read_pubmed_file(path, processes=2))


def odd_records() -> Iterator[str]:
    """Records of every kind that reads otherwise than most, between many that do not."""
    rich = labelled(("BACKGROUND", "Cold \u0153 &amp; <i>wax</i>."), ("RESULTS", "10<sup>6</sup> hands; NCT01234567."))
    reference = '<ReferenceList><Reference><ArticleIdList><ArticleId IdType="pubmed">98000007</ArticleId></ArticleIdList></Reference></ReferenceList>'
    odd = [
        article(97000001, title="Wax\x0bed &#11; hands"),
        article(97000002, title="Wax <b>unclosed"),
        "<DeleteCitation><PMID>97000003</PMID><PMID>97000004</PMID></DeleteCitation>",
        BOOK,
        article(97000005, title="<![CDATA[5 < 6 </PubmedArticle>]]><!-- no title -->"),
        article(97000006).replace('<PMID Version="1">97000006</PMID>', ""),
        article(97000007)[:400] + "\n",
        article(97000008).replace('<ArticleId IdType="pubmed">97000008', '<ArticleId IdType="pubmed">97000009'),
        "stray words <ERROR>the backend failed</ERROR>",
        f"<!-- {article(97000010)} -->",
        article(
            97000011,
            abstract=rich,
            added=links(("RetractionIn", SOURCE)),
            types=type_of("Retracted Publication"),
            references=reference,
        ),
    ]
    for n in range(4000):
        yield article(98000000 + n, title=f"Wax {n**3}", abstract=f"<AbstractText>{'Wax warmed hands. ' * (n % 90)}</AbstractText>")
        if n % 150 == 0:
            yield odd[n // 150 % len(odd)]


def test_two_processes_read_what_one_reads(tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    data = whole(*odd_records())
    for name, content in (
        ("a.xml", data),
        ("b.xml.gz", gzip.compress(data)),
        ("c.gz", gzip.compress(data[:9000]) + gzip.compress(data[9000:])),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        alone, together = one_by_one(path)
        assert len(alone) > 4000
        assert {Document, Deleted, Mended, Unreadable} <= {type(item) for item in alone}
        assert list(map(shown, together)) == list(map(shown, alone))
    assert len(started) == 3


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>Blocked</html>", whole(), gzip.compress(b"", mtime=0), HEAD.replace("utf-8", "utf-7").encode(), HEAD.replace("utf-8", "latin-1").encode() + article(title="\u00e9").encode("latin-1") + TAIL.encode(),
     b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + whole(article()), whole(article()) + b"\xff", gzip.compress(whole(article()), mtime=0)[:-9], b"\x1f\x8bno gzip"],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_alike(content: bytes, tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    path = tmp_path / os.fsdecode(b"odd name \xff.xml")
    path.write_bytes(content)
    alone, together = one_by_one(path)
    assert list(map(shown, together)) == list(map(shown, alone))
    assert len(started) == 1


@pytest.mark.parametrize("share", [0.3, 0.9, 0.9999])
def test_a_cut_or_damaged_file_is_told_alike(share: float, tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    data = gzip.compress(whole(*(article(98000000 + n, title=f"Wax {n**3}") for n in range(4000))))
    path = tmp_path / "x.xml.gz"
    at = int(share * len(data)) - 10
    for content in (data[:at], data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]):
        path.write_bytes(content)
        alone, together = one_by_one(path)
        assert list(map(shown, together)) == list(map(shown, alone))
        assert any(isinstance(item, Unreadable) and item.where == str(path) for item in together)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """More than fits into the pipe and the first batches."""
    path = tmp_path / "large.xml.gz"
    path.write_bytes(gzip.compress(whole(*(article(98000000 + n, title="Wax " * 500) for n in range(5000))), 1))
    return path


def test_a_second_process_that_dies_is_an_error_and_no_end(large: Path, started: list[subprocess.Popen[bytes]]) -> None:
    items = read_pubmed_file(large, processes=2)
    first = next(items)
    os.kill(started[0].pid, signal.SIGKILL)
    *found, last = items
    assert all(isinstance(item, Document) for item in (first, *found))
    assert len(found) < 4999
    assert str(last) == f"{large}: the process that inflated it was ended by signal 9. The records before that were read."


@pytest.mark.parametrize(
    "command",
    [
        (sys.executable, "-c", "import sys; sys.exit(7)"),
        (sys.executable, "-c", "import sys; sys.stdout.write('x'); sys.exit(7)"),
        ("/no/such/interpreter",),
    ],
)
def test_where_no_second_process_can_work_the_file_is_read_by_one(
    large: Path,
    monkeypatch: pytest.MonkeyPatch,
    started: list[subprocess.Popen[bytes]],
    command: tuple[str, ...],
    caplog: pytest.LogCaptureFixture,
) -> None:
    alone = list(map(str, read_pubmed_file(large)))
    monkeypatch.setattr(pubmed_beside, "_COMMAND", command)
    assert list(map(str, read_pubmed_file(large, processes=2))) == alone
    assert "is read by one process" in caplog.text


def test_a_reader_that_stops_ends_the_second_process(large: Path, started: list[subprocess.Popen[bytes]]) -> None:
    open_before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0  # noqa: PTH208
    items = read_pubmed_file(large, processes=2)
    assert isinstance(next(items), Document)
    items.close()  # type: ignore[attr-defined]
    assert started[0].returncode == -signal.SIGKILL
    assert (len(os.listdir("/proc/self/fd")) if open_before else 0) == open_before  # noqa: PTH208


def test_a_reader_that_is_killed_leaves_no_process_behind(large: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from crawler.formats import pubmed_beside as b; b.LARGE = 0; b.processors = lambda: 2;"
        "started = []; popen = b.subprocess.Popen;\n"
        "def start(*a, **k):\n    started.append(popen(*a, **k)); return started[-1]\n"
        "b.subprocess.Popen = start\n"
        "from crawler.formats.pubmed_xml import read_pubmed_file\n"
        f"items = read_pubmed_file(Path({str(large)!r}), 2); next(items); print(started[0].pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    # Its standard error is a pipe that both processes hold: `run` comes back when both have ended.
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    assert int(done.stdout) > 0
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="only Linux has a file that opens and cannot be read")
def test_a_file_that_cannot_be_read_raises_alike(started: list[subprocess.Popen[bytes]]) -> None:
    for processes in (1, 2):
        with pytest.raises(OSError, match="Input/output error") as raised:
            list(read_pubmed_file(Path("/proc/self/mem"), processes))
        assert raised.value.errno == 5
    assert started[0].returncode is not None
    for path in (Path("/nowhere/x.xml"), Path("/")):
        with pytest.raises(OSError, match=r"No such file|Is a directory"):
            list(read_pubmed_file(path, processes=2))


def test_a_small_file_or_a_single_processor_starts_no_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[subprocess.Popen[bytes]]
) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(whole(article()))
    monkeypatch.setattr(pubmed_beside, "LARGE", 1_000_000)
    assert len(list(read_pubmed_file(path, processes=2))) == 1
    monkeypatch.setattr(pubmed_beside, "LARGE", 0)
    monkeypatch.setattr(pubmed_beside, "processors", lambda: 1)
    assert len(list(read_pubmed_file(path, processes=2))) == 1
    assert not started


def test_a_packed_file_of_any_shape_inflates_to_its_content() -> None:
    """Pieces, limits and ends of streams fall anywhere."""
    for size in (1, 17, 2**19 - 1, 2**19, 2**19 + 1, 3 * 2**19):
        content = (b"wax warmed hands " * (size // 17 + 1))[:size]
        for packed in (
            gzip.compress(content),
            gzip.compress(content[: size // 2]) + gzip.compress(content[size // 2 :]),
            gzip.compress(content, 0),
        ):
            for step in (7, 1 << 16) if size < 100 else (1000, 1 << 16):
                pieces = (packed[i : i + step] for i in range(0, len(packed), step))
                assert b"".join(pubmed_checked._inflated(pieces)) == content
