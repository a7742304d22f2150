from __future__ import annotations

import io
import json
import os
import sys
import tracemalloc
from pathlib import Path

import pytest

from crawler import reading
from crawler.document import Document
from crawler.errors import Unreadable
from crawler.reading import read_paths
from tests.crawler.pages import PUBMED, RECORDS


def ids(items: list[Document | Unreadable]) -> list[str]:
    return [item.id if isinstance(item, Document) else "left out" for item in items]


def error_of(path: Path | str) -> str:
    (error,) = read_paths([path])
    assert isinstance(error, Unreadable)
    return str(error)


def line(name: str) -> str:
    return json.dumps({"id": name, "abstract": f"{name} won."}) + "\n"


def test_documents_come_in_the_order_given_and_bad_files_cost_no_others(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text(line("b1") + line("b2"), "utf8")
    (tmp_path / "a.txt").write_text(PUBMED, "utf8")
    found = list(read_paths([tmp_path / "b.jsonl", tmp_path / "gone", tmp_path / "a.txt"]))
    assert ids(found) == ["b1", "b2", "left out", "a"]


def test_a_folder_is_its_files_by_name(tmp_path: Path) -> None:
    for name in ("c", "a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(line(name), "utf8")
    (tmp_path / ".hidden").write_text("x", "utf8")
    (tmp_path / "inner").mkdir()
    assert ids(list(read_paths([str(tmp_path)]))) == ["a", "b", "c"]


def test_an_empty_folder_and_a_dangling_link_say_so(tmp_path: Path) -> None:
    assert "holds no files" in error_of(tmp_path)
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone")
    assert "no such file" in error_of(tmp_path)


@pytest.mark.parametrize(
    "broken", ["{bad", "[1]", '{"title": "no abstract"}', '{"abstract": "\\ud800"}', "\x00", "null", '{"abstract": "cut']
)
def test_a_broken_line_is_named_and_the_others_are_read(broken: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(line("a") + broken + "\n\n" + line("b"), "utf8")
    found = list(read_paths([path]))
    assert ids(found) == ["a", "left out", "b"]
    assert "line 2" in str(found[1])


@pytest.mark.parametrize("name", ["x.json", "x.txt", "x"])
def test_json_lines_go_by_their_lines_whatever_the_file_is_called(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text("{broken first\n" + RECORDS, "utf8")
    assert ids(list(read_paths([path]))) == ["left out", "r1", "2"]


def test_a_bad_byte_costs_its_line_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(
        line("a").encode() + '{"id": "é", "abstract": "é"}\n'.encode() + b'{"id": "x", "abstract": "\xe9"}\n' + line("b").encode()
    )
    assert ids(list(read_paths([path]))) == ["a", "é", "left out", "b"]


def test_the_same_id_twice_stays_twice(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(line("a") + line("a"), "utf8")
    assert ids(list(read_paths([path, path]))) == ["a"] * 4


def test_a_line_separator_inside_of_a_string_ends_no_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": "a", "abstract": "one\u2028two\u0085three\u000b"}\r\n'.replace("\u000b", "\\u000b"), "utf8")
    (document,) = read_paths([path])
    assert isinstance(document, Document)
    assert document.text == "one\u2028two\u0085three\u000b"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_text_is_read_in_the_encodings_that_can_be_told(encoding: str, tmp_path: Path) -> None:
    for name, text in (
        ("page.txt", PUBMED.replace("•", "–")),
        ("records.jsonl", '{"id": "a", "abstract": "β – won".}\n'.replace("β", "é").replace('".', '."')),
    ):
        (tmp_path / name).write_bytes(text.encode(encoding))
    page, record = read_paths([tmp_path])
    assert isinstance(page, Document)
    assert isinstance(record, Document)
    assert page.text.startswith("Cell Infusion")
    assert record.text == "é – won."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"PK\x03\x04....", "ZIP"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (bytes(range(256)) * 20, "binary"),
        (("Ж" * 500).encode("koi8-r"), "not UTF-8"),
    ],
)  # fmt: skip
def test_what_is_no_text_says_what_it_is(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(data)
    assert said in error_of(path)


def test_utf8_that_breaks_further_down_says_where(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(PUBMED.encode() + b"\xff\n")
    assert f"byte {len(PUBMED.encode()) + 1}" in error_of(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text(PUBMED, "utf8")
    path.chmod(0)
    assert "cannot be read" in error_of(path)


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in error_of(tmp_path / "pipe")


def test_a_large_file_that_is_no_json_lines_is_refused_by_its_head(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    with path.open("wb") as file:
        file.write(PUBMED.encode())
        file.write(b"Elbows. " * (reading.LARGEST_FILE // 8))
    assert "too large" in error_of(path)


def test_large_json_lines_take_the_memory_of_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"id": "a", "abstract": "x" * 400_000}) + "\n", "utf8")
    path.write_bytes(path.read_bytes() * 60)
    monkeypatch.setattr(reading, "LARGEST_FILE", 1_000_000)
    tracemalloc.start()
    count = sum(isinstance(item, Document) for item in read_paths([path]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 60
    assert peak < 8_000_000


def test_a_line_without_end_is_skipped_and_the_next_one_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_LINE", 1000)
    path = tmp_path / "x.jsonl"
    path.write_text('{"abstract": "' + "x" * 5000 + '"}\n' + line("b"), "utf8")
    first, second = read_paths([path])
    assert "line 1: this line is longer" in str(first)
    assert isinstance(second, Document)
    assert second.id == "b"


def test_noise_named_json_lines_is_given_up_instead_of_listed_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text("no json\n" * 10_000, "utf8")
    found = list(read_paths([path]))
    assert len(found) < 100
    assert "the rest was not read" in str(found[-1])


class _Piped:
    """Standard input as a pipe gives it."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("data", [RECORDS, "\ufeff" + RECORDS, RECORDS.replace("\n", "\r\n")], ids=["plain", "marked", "Windows"])
def test_a_dash_is_json_lines_on_standard_input(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Piped(data.encode()))
    found = list(read_paths(["-"]))
    assert ids(found) == ["r1", "2"]
    assert isinstance(found[0], Document)
    assert found[0].origin == "Standard input, line 1"


def test_an_empty_standard_input_says_what_to_pipe_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", _Piped(b""))
    assert error_of("-").startswith("Standard input: nothing came in.")
