"""Files of bibliographic formats on disk: packed, in several encodings, large, damaged."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from crawler import inflating, reading
from crawler.document import Document
from crawler.errors import Unreadable
from crawler.reading import read_paths
from tests.crawler.pages import JATS, NBIB, PAGES, PUBMED, PUBMED_XML, RIS, STRANGERS


def read(path: Path) -> list[Document | Unreadable]:
    return list(read_paths([path]))


def documents(path: Path) -> list[Document]:
    found = read(path)
    assert not [str(item) for item in found if isinstance(item, Unreadable)]
    return [item for item in found if isinstance(item, Document)]


def error_of(path: Path) -> str:
    (error,) = read(path)
    assert isinstance(error, Unreadable)
    return str(error)


def saved(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def texts(items: list[Document | Unreadable]) -> list[str]:
    """Titles, and what an error names."""
    return [item.title if isinstance(item, Document) else str(item) for item in items]


# --- packed files


@pytest.mark.parametrize("name", PAGES)
def test_a_packed_file_reads_as_the_file_in_it(name: str, tmp_path: Path) -> None:
    plain = documents(saved(tmp_path, "page.txt", PAGES[name].encode()))
    packed = documents(saved(tmp_path, "page.txt.gz", gzip.compress(PAGES[name].encode())))
    assert [(d.id, d.text) for d in packed] == [(d.id, d.text) for d in plain]


def test_packed_json_lines_are_read_line_by_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_FILE", 1000)
    lines = "".join(f'{{"id": "{n}", "abstract": "It fell."}}\n' for n in range(200))
    assert len(documents(saved(tmp_path, "x.jsonl.gz", gzip.compress(lines.encode())))) == 200


def test_several_packed_pieces_are_one_file(tmp_path: Path) -> None:
    half = len(RIS) // 2
    path = saved(tmp_path, "x.ris.gz", gzip.compress(RIS[:half].encode()) + gzip.compress(RIS[half:].encode()))
    assert len(documents(path)) == 2


@pytest.mark.parametrize("cut", [2, 4, 11, 200, -4, -9])
def test_a_packed_file_that_breaks_off_says_so(cut: int, tmp_path: Path) -> None:
    assert "this gzip file breaks off" in error_of(saved(tmp_path, "x.nbib.gz", gzip.compress(NBIB.encode())[:cut]))


@pytest.mark.parametrize("place", [-8, -1, 40])
def test_a_packed_file_with_a_wrong_byte_says_so(place: int, tmp_path: Path) -> None:
    data = bytearray(gzip.compress(NBIB.encode()))
    data[place] ^= 0xFF
    assert "gzip file is damaged" in error_of(saved(tmp_path, "x.nbib.gz", bytes(data)))


def test_a_file_that_swells_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflating, "LARGEST_INFLATED", 3_000_000)
    path = saved(tmp_path, "x.jsonl.gz", gzip.compress(b'{"abstract": "' + b"a" * 30_000_000))
    tracemalloc.start()
    found = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "swells to more than 3 MB" in str(found[-1])
    assert peak < 12_000_000


def test_a_packed_file_may_hold_no_more_than_a_plain_one(tmp_path: Path) -> None:
    path = saved(tmp_path, "x.txt.gz", gzip.compress(PUBMED.encode() + b"Elbows. " * (reading.LARGEST_FILE // 8)))
    assert "too large (at most 20 MB)" in error_of(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n", "a PDF"),
        (gzip.compress(b"x", mtime=0), "gzip archive"),
        (STRANGERS["prose"].encode(), "no importer"),
    ],
)
def test_what_is_packed_and_not_known_says_what_it_is(data: bytes, said: str, tmp_path: Path) -> None:
    assert said in error_of(saved(tmp_path, "x.gz", gzip.compress(data)))


# --- PubMed's files


def _pubmed(count: int, behind: str = "") -> str:
    start, end = PUBMED_XML.index("<PubmedArticle>"), PUBMED_XML.index("</PubmedArticleSet>")
    records = (PUBMED_XML[start:end].replace("98000121", str(98_000_200 + n)) for n in range(count))
    return PUBMED_XML[:start] + "".join(records) + behind + PUBMED_XML[end:]


@pytest.mark.parametrize("packed", [False, True])
def test_a_pubmed_file_of_any_size_takes_the_memory_of_a_few_records(
    packed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST_FILE", 1000)
    text = _pubmed(6_000).encode()
    path = saved(tmp_path, "pubmed26n1300.xml", gzip.compress(text, 1) if packed else text)
    tracemalloc.start()
    count = sum(isinstance(item, Document) for item in read_paths([path]))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(text) > 6_000_000
    assert count == 6_000
    assert peak < 20_000_000


@pytest.mark.parametrize("count", [20, 2000])
def test_a_pubmed_file_that_breaks_off_keeps_the_records_before_the_break(count: int, tmp_path: Path) -> None:
    packed = gzip.compress(_pubmed(count).encode(), 0)
    found = read(saved(tmp_path, "x.xml.gz", packed[: len(packed) * 9 // 10]))
    assert sum(isinstance(item, Document) for item in found) >= count // 2
    assert "breaks off" in str(found[-1])


def test_what_an_update_file_takes_back_is_named_once(tmp_path: Path) -> None:
    text = _pubmed(2, "<DeleteCitation><PMID Version='1'>98000301</PMID><PMID Version='1'>98000302</PMID></DeleteCitation>")
    first, second, error = read(saved(tmp_path, "x.xml.gz", gzip.compress(text.encode())))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert "PubMed took back 2 records (PMID 98000301, 98000302)" in str(error)


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "utf-16"])
def test_a_pubmed_file_may_declare_another_encoding(encoding: str, tmp_path: Path) -> None:
    text = PUBMED_XML.replace("UTF-8", encoding).replace("Nemo", "Müller")
    (found,) = documents(saved(tmp_path, "x.xml", text.encode(encoding)))
    assert found.authors == ("Müller Ada",)


# --- encodings


@pytest.mark.parametrize("declared", ["ISO-8859-1", "windows-1252", "iso-8859-15", "UTF-8", "utf-16", "koi8-r", "GB18030"])
def test_an_xml_file_is_read_in_the_encoding_that_it_declares(declared: str, tmp_path: Path) -> None:
    word = {"koi8-r": "Торф", "GB18030": "泥炭"}.get(declared, "Käse")
    text = JATS.replace('encoding="UTF-8"', f'encoding="{declared}"').replace("Peat is old", f"{word} is old").replace("–", "-")
    (found,) = documents(saved(tmp_path, "x.xml", text.encode(declared)))
    assert f"{word} is old" in found.text


@pytest.mark.parametrize("declared", ["ISO-8859-1", "utf-16"])
def test_a_header_that_is_wrong_costs_nothing(declared: str, tmp_path: Path) -> None:
    text = JATS.replace('encoding="UTF-8"', f'encoding="{declared}"').replace("Peat is old", "Käse – β – is old")
    (found,) = documents(saved(tmp_path, "x.xml", text.encode()))
    assert "Käse – β – is old" in found.text


@pytest.mark.parametrize("declared", ["klingon", "hex", "unicode_escape", "rot13"])
def test_an_encoding_that_is_none_of_texts_is_refused(declared: str, tmp_path: Path) -> None:
    path = saved(tmp_path, "x.xml", JATS.replace('encoding="UTF-8"', f'encoding="{declared}"').encode())
    assert f"written in {declared}" in error_of(path)


def _record(n: int, author: bytes) -> bytes:
    return f"PMID- {n}\nTI  - Wax {n}.\nFAU - ".encode() + author + f"\nSO  - J Odd. 2020;1:{n}.\n\n".encode()


@pytest.mark.parametrize(
    "first", ["Müller, A".encode(), "Müller, A".encode("cp1252"), b"Mueller, A"], ids=["UTF-8", "cp1252", "ASCII"]
)
def test_a_file_put_together_from_several_encodings_loses_no_name(first: bytes, tmp_path: Path) -> None:
    data = _record(1, first) + _record(2, "Şimşek, β".encode()) + _record(3, "Éluard, B".encode("cp1252"))
    found = documents(saved(tmp_path, "x.nbib", data))
    assert [d.authors[0] for d in found] == [
        first.decode("utf-8" if "ü".encode() in first else "cp1252").replace(",", ""),
        "Şimşek β",
        "Éluard B",
    ]


def test_a_beginning_in_cp1252_says_nothing_of_what_follows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = _record(1, "Müller, A".encode("cp1252")) + _record(2, "Şimşek, β".encode())
    monkeypatch.setattr(reading, "HEAD", 40)
    found = documents(saved(tmp_path, "x.nbib", data))
    assert [d.authors[0] for d in found] == ["Müller A", "Şimşek β"]


@pytest.mark.parametrize("name", ["x.nbib", "x.ris", "x.xml"])
def test_bytes_that_no_encoding_explains_cost_their_record_alone(name: str, tmp_path: Path) -> None:
    front = "<front><article-meta><title-group><article-title>{}</article-title></title-group></article-meta></front>"
    whole = {
        "x.nbib": "PMID- 1\nTI  - {}\nSO  - x\n\n",
        "x.ris": "TY  - JOUR\nTI  - {}\nER  - \n\n",
        "x.xml": f"<article>{front}</article>\n",
    }[name].encode()
    titles = ("Überwachs".encode(), b"\xc3\x28 Gar\xc3\xa7on \xff", b"Wax")
    data = b"".join(whole.replace(b"{}", title) for title in titles)
    found = texts(read(saved(tmp_path, name, b"<articles>" + data + b"</articles>" if name == "x.xml" else data)))
    assert [found[0], found[2]] == ["Überwachs", "Wax"]
    assert "no text" in found[1]
    assert ", line " in found[1]


def test_bad_bytes_in_other_files_are_refused_as_ever(tmp_path: Path) -> None:
    assert f"byte {len(PUBMED.encode()) + 1}" in error_of(saved(tmp_path, "x.txt", PUBMED.encode() + b"\xff\n"))


def test_a_page_behind_a_thousand_comments_is_looked_at_once(tmp_path: Path) -> None:
    assert "no importer" in error_of(saved(tmp_path, "x.html", b"<!---->" * 1000 + b"x"))
