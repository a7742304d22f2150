from __future__ import annotations

import gzip
import socket
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from crawler.document import Document, SectionName
from crawler.errors import Unreadable
from crawler.formats import pubmed_checked, pubmed_record_split
from crawler.formats.given import Given
from crawler.formats.pubmed_xml import (
    Deleted,
    Mended,
    PubmedXml,
    read_pubmed_file,
    read_record,
    split_records,
)
from tests.crawler.made_pubmed import (
    BOOK,
    DOCTYPE,
    HEAD,
    SOURCE,
    TAIL,
    all_of,
    article,
    links,
    read,
    shown,
    whole,
)

S = SectionName
ROOT = Path(__file__).resolve().parents[2]


# ---- X4, X5: what XML forbids, encodings, document types


def test_a_new_document_type_is_neither_fetched_nor_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    for doctype in (
        DOCTYPE.replace("2025", "2031").replace("250101", "310101"),
        "",
        '<!DOCTYPE PubmedArticleSet SYSTEM "file:///etc/passwd">',
    ):
        data = whole(article()).replace(DOCTYPE.encode(), doctype.encode())
        assert shown(all_of(data)) == ["pmid:98000001"]


@pytest.mark.parametrize("character", ["\x0b", "\x00", "\x1f", "&#11;", "&#x1F;", "&#xD800;", "\ufffe", "&#1114112;"])
def test_a_character_that_xml_forbids_is_removed_and_told(character: str) -> None:
    data = whole(article(98000001), article(98000002, title=f"Wax {character}for hands"), article(98000003))
    first, second, mended, third = all_of(data)
    assert [getattr(item, "title", "") for item in (first, second, third)] == [
        "Wax for cold hands.",
        "Wax for hands",
        "Wax for cold hands.",
    ]
    assert isinstance(mended, Mended)
    assert (mended.removed, str(mended)) == (
        1,
        "x.xml, PMID 98000002: a character that XML forbids was removed; the record was read without.",
    )
    assert read(article(title=f"Wax {character}for hands")).title == "Wax for hands"


FAULTS = {
    "an undeclared entity": "&nbsp;",
    "an ampersand alone": " & ",
    "an unclosed tag": "<i>",
    "an end tag too many": "</b>",
    "crossed tags": "<i><b></i></b>",
    "a tag cut in two": "<sup",
    "an attribute without quotes": "<x a=1/>",
    "an unclosed comment": "<!-- ",
    "an unclosed CDATA": "<![CDATA[ ",
    "an unclosed instruction": "<?x ",
    "a document type": "<!DOCTYPE x>",
    "half a character's bytes": "\udce9",
    "a forbidden character beside": "\x0b&nbsp;",
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("place", ["title", "affiliation", "citation"])
def test_one_malformed_record_costs_no_other(fault: str, place: str) -> None:
    spoilt = {
        "title": article(98000002, title=f"Wax {FAULTS[fault]} for hands"),
        "affiliation": article(98000002, authors=f"<Author><LastName>N</LastName><ForeName>A</ForeName><AffiliationInfo><Affiliation>{FAULTS[fault]}</Affiliation></AffiliationInfo></Author>"),
        "citation": article(98000002, references=f"<ReferenceList><Reference><Citation>{FAULTS[fault]}</Citation></Reference></ReferenceList>"),
    }[place]  # fmt: skip
    data = (HEAD + article(98000001) + spoilt + article(98000003) + TAIL).encode("utf-8", "surrogateescape")
    found = shown(all_of(data))
    assert found[0] == "pmid:98000001"
    assert "pmid:98000003" in found or "unclosed" in fault
    assert "pmid:98000002" not in found
    assert any(error.startswith("x.xml, PMID 98000002: ") and error.endswith(".") for error in found)


def test_a_fault_among_many_thousand_records_costs_that_record_alone() -> None:
    records = [article(98000000 + n) for n in range(3000)]
    records[1700] = article(98001700, title="<i>")
    found = all_of(whole(*records))
    assert [item.id for item in found if isinstance(item, Document)] == [f"pmid:{98000000 + n}" for n in range(3000) if n != 1700]
    assert [str(item)[:20] for item in found if isinstance(item, Unreadable)] == ["x.xml, PMID 98001700"]


def test_latin_1_is_read_where_it_is_declared_and_named_where_not() -> None:
    data = whole(article(98000001, title="Caf\u00e9 caf\u00e9"), article(98000002)).decode()
    declared = data.replace('encoding="utf-8"', "encoding='ISO-8859-1'").encode("latin-1")
    assert [getattr(item, "title", None) for item in all_of(declared)] == ["Café café", "Wax for cold hands."]
    undeclared = shown(all_of(data.encode("latin-1")))
    assert undeclared[1:] == ["pmid:98000002"]
    assert undeclared[0].startswith("x.xml, PMID 98000001: the record is no UTF-8 at its byte ")
    assert "(0xE9)" in undeclared[0]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_no_text(encoding: str) -> None:
    assert shown(all_of(whole(article(title="Café")).decode().replace('encoding="utf-8"', "").encode(encoding))) == [
        "pmid:98000001"
    ]


def test_an_encoding_that_is_no_xmls_is_refused_by_name() -> None:
    data = whole(article()).replace(b'encoding="utf-8"', b'encoding="unicode_escape"')
    assert shown(all_of(data)) == [
        "x.xml: the file declares the encoding unicode_escape, which is not read here; save it as UTF-8."
    ]


# ---- S1, S2, S3: hostile files


SUBSETS = {
    "an outer entity": '<!ENTITY x SYSTEM "file:///etc/passwd">',
    "an outer entity over the network": '<!ENTITY x SYSTEM "http://127.0.0.1:9/x">',
    "laughs": '<!ENTITY a "ha"><!ENTITY x "&a;&a;&a;">',
    "a parameter entity": '<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;',
    "nothing": "",
    "a record in an entity": '<!ENTITY x "<PubmedArticle>">',
}


@pytest.mark.parametrize("name", SUBSETS)
def test_a_document_type_with_declarations_of_its_own_is_refused(name: str) -> None:
    for doctype in (
        f"<!DOCTYPE PubmedArticleSet [{SUBSETS[name]}]>",
        f'<!DOCTYPE PubmedArticleSet PUBLIC "a" "b"\n [ {SUBSETS[name]} ] >',
    ):
        data = whole(article(title="&x;")).replace(DOCTYPE.encode(), doctype.encode())
        why = "the file declares entities of its own in its document type; such files are not read."
        assert shown(all_of(data)) == [f"x.xml: {why}"]
        alone = read_record(data, "x.xml")
        assert isinstance(alone, Unreadable)
        assert why in str(alone)
        assert PubmedXml().recognises(Given(data.decode(), "x.xml", "x"))


def test_a_record_beyond_all_measure_is_named_and_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pubmed_record_split, "LARGEST_RECORD", 2_000_000)
    data = whole(article(98000001), article(98000002, title="x" * 3_000_000), article(98000003))
    found = shown(all_of(data))
    assert (found[0], found[2]) == ("pmid:98000001", "pmid:98000003")
    assert "larger than 2 MB" in found[1]


def test_what_never_becomes_a_record_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pubmed_record_split, "LARGEST_RECORD", 2_000_000)
    path = tmp_path / "bomb.xml.gz"
    path.write_bytes(gzip.compress(HEAD.encode() + b"<PubmedArticle>" + b"\0" * 200_000_000))
    tracemalloc.start()
    found = list(read_pubmed_file(path))
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()
    assert found
    assert all(isinstance(item, Unreadable) for item in found)


def test_a_file_that_inflates_without_end_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pubmed_checked, "LARGEST_INFLATED", 3_000_000)
    path = tmp_path / "x.xml.gz"
    path.write_bytes(gzip.compress(whole(*(article(98000000 + n) for n in range(3000)))))
    *records, last = read_pubmed_file(path)
    assert 0 < len(records) < 3000
    assert "inflates to more than" in str(last)


@pytest.mark.parametrize(
    "text",
    ["<!--" * 200_000, "<![CDATA[" * 100_000, "<PubmedArticle>" * 50_000, "</PubmedArticle>" * 100_000, "<!-- " + "<PubmedArticle>" * 50_000,
     "<PubmedArticle " * 100_000, "<!-- -->" * 100_000, "<PMID " * 200_000, "<!DOCTYPE " * 100_000, "<ERROR>" * 100_000, "<?" * 300_000,
     article(title="<sup>" * 100_000), article(abstract="<AbstractText>" * 50_000), article(abstract="<AbstractText>x: y. </AbstractText>" * 30_000),
     article(title="[" * 200_000), article(title=f"<math>{'<a>' * 200}{'</a>' * 200}</math>" * 200), article(title="NCT000000 " * 60_000),
     article(title="NCT000000x" * 60_000), article(authors="<Author>" + "<LastName>" * 50_000), article(references="<ReferenceList><ArticleIdList>" * 30_000)],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_a_small_file_never_takes_long(text: str) -> None:
    began = time.process_time()
    all_of((HEAD + text + TAIL).encode())
    PubmedXml().recognises(Given(text, "x", "x"))
    assert time.process_time() - began < 5


# ---- T10: cut files, errors of the service, strange things between records


@pytest.mark.parametrize("share", [0.0, 0.001, 0.2, 0.5, 0.9, 0.999])
def test_a_cut_file_brings_whole_records_and_says_that_it_was_cut(share: float) -> None:
    records = [article(98000000 + n) for n in range(50)]
    data = whole(*records)
    cut = data[: int(share * len(data))]
    found = all_of(cut)
    assert isinstance(found[-1], Unreadable)
    assert found[-1].where == "x.xml"
    documents = [item for item in found if isinstance(item, Document)]
    assert documents == [item for item in all_of(data)[: len(documents)]]
    assert len(documents) == cut.count(b"</PubmedArticle>")


@over(st.integers(0, 4000), st.integers(1, 4000))
@settings(max_examples=300)
def test_a_file_with_a_hole_never_brings_a_record_made_of_two(start: int, length: int) -> None:
    names = ("first", "second", "third")
    data = whole(
        *(
            article(98000001 + n, f"The {name} wax.", f"<AbstractText>All of the {name}.</AbstractText>")
            for n, name in enumerate(names)
        )
    )
    for item in all_of(data[: len(HEAD) + start] + data[len(HEAD) + start + length :]):
        if isinstance(item, Document):
            assert [n for n, name in enumerate(names) if name in item.text] in ([], [int(item.id[-1]) - 1])


def test_a_record_torn_into_the_next_one_costs_neither_its_neighbours() -> None:
    first, second, third, fourth = (article(98000000 + n) for n in range(1, 5))
    torn = HEAD + first + second[:400] + third + fourth + TAIL
    assert [i for i in shown(all_of(torn.encode())) if i.startswith("pmid")] == ["pmid:98000001", "pmid:98000003", "pmid:98000004"]
    beheaded = HEAD + first + second[400:] + third + TAIL
    assert [i for i in shown(all_of(beheaded.encode())) if i.startswith("pmid")] == ["pmid:98000001", "pmid:98000003"]


def test_a_services_error_between_records_is_told_in_its_words() -> None:
    found = shown(all_of(whole(article(98000001), "<ERROR>Search Backend failed: try later</ERROR>")))
    assert found == [
        "pmid:98000001",
        "x.xml, between its records: the service says: Search Backend failed: try later. The other records were read.",
    ]
    alone = b'<?xml version="1.0"?><!DOCTYPE eEfetchResult PUBLIC "a" "b"><eFetchResult><ERROR>Empty result - nothing to do</ERROR></eFetchResult>'
    assert any("Empty result - nothing to do" in error for error in shown(all_of(alone)))


@pytest.mark.parametrize("data", [b"", b"   ", b"<html><body>Blocked</body></html>", b"\x00\x01\x02" * 50, b"PMID- 1\nTI  - x\n"])
def test_what_is_no_pubmed_xml_says_so(data: bytes) -> None:
    found = all_of(data)
    assert found
    assert all(isinstance(item, Unreadable) for item in found)


def test_an_empty_set_is_no_error() -> None:
    assert all_of(whole()) == []
    assert all_of(b"<PubmedArticleSet/>") == []


def test_sets_one_after_the_other_are_one_file() -> None:
    assert shown(all_of(whole(article(98000001)) + whole(article(98000002)))) == ["pmid:98000001", "pmid:98000002"]


def test_records_in_comments_are_no_records() -> None:
    data = whole(
        f"<!-- {article(98000009)} -->",
        article(98000001),
        f"<!-- {article(98000008)} -->",
        article(98000002, title="<![CDATA[</PubmedArticle>]]>"),
    )
    assert shown(all_of(data)) == ["pmid:98000001", "pmid:98000002"]


def test_a_record_without_pmid_is_named() -> None:
    found = read_record(article().replace('<PMID Version="1">98000001</PMID>', "").encode(), "x.xml")
    assert str(found).startswith("x.xml, a record without PMID: this record has no PMID.")
    linked = article(added=links(("CommentIn", SOURCE))).replace('<PMID Version="1">98000001</PMID>', "")
    assert isinstance(read_record(linked.encode(), "x.xml"), Unreadable)


@pytest.mark.parametrize("count", [0, 2])
def test_one_record_is_asked_for_and_no_other_number_is_given(count: int) -> None:
    found = read_record(whole(*[article()] * count), "x.xml")
    assert str(found) == f"x.xml: {count} records stand here where one should."
    assert isinstance(read_record(whole(article()), "x.xml"), Document)
    assert isinstance(read_record(whole(article())[:-5], "x.xml"), Unreadable)


@over(st.integers(1, 400), st.lists(st.sampled_from(["article", "book", "comment", "deleted", "blank"]), max_size=8))
@settings(max_examples=60)
def test_how_the_bytes_come_in_changes_nothing(size: int, kinds: list[str]) -> None:
    made = {
        "article": article(98000001),
        "book": BOOK,
        "comment": f"<!-- {article(9)} -->",
        "deleted": "<DeleteCitation><PMID>98000007</PMID></DeleteCitation>",
        "blank": "\n \n",
    }
    data = whole(*(made[kind] for kind in kinds))
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    assert list(pubmed_record_split.split_stream(pieces)) == list(split_records(data))
    assert [r.kind for r in split_records(data)] == [k for k in kinds if k not in ("comment", "blank")]


# ---- files


def test_a_file_is_read_packed_or_not(tmp_path: Path) -> None:
    data = whole(*(article(98000000 + n) for n in range(2000)), "<DeleteCitation><PMID>98009999</PMID></DeleteCitation>")
    expected = [str(98000000 + n) for n in range(2000)]
    for name, content in (
        ("a.xml", data),
        ("b.xml.gz", gzip.compress(data)),
        ("c.gz", gzip.compress(data[:5000]) + gzip.compress(data[5000:])),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        *found, last = read_pubmed_file(path)
        assert [d.identifiers.pmid for d in found if isinstance(d, Document)] == expected
        assert last == Deleted("98009999")
        assert isinstance(found[0], Document)
        assert found[0].origin == f"{path}, PMID 98000000"


@pytest.mark.parametrize("share", [0.3, 0.9, 0.9999])
def test_a_cut_or_damaged_packed_file_is_noticed(share: float, tmp_path: Path) -> None:
    data = gzip.compress(whole(*(article(98000000 + n, title=f"Wax {n**3}") for n in range(4000))))
    path = tmp_path / "x.xml.gz"
    path.write_bytes(data[: int(share * len(data))])
    *found, last = read_pubmed_file(path)
    assert all(isinstance(item, Document) for item in found)
    assert str(last) == f"{path}: the compressed file breaks off before its end; the records before that were read."
    at = int(share * len(data)) - 10
    path.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
    assert any(isinstance(item, Unreadable) and item.where == str(path) for item in read_pubmed_file(path))


def test_a_reader_that_stops_has_read_no_more_than_it_needed(tmp_path: Path) -> None:
    path = tmp_path / "x.xml.gz"
    packed = gzip.compress(whole(*(article(98000000 + n) for n in range(5000))))
    path.write_bytes(packed[: len(packed) // 2])
    assert getattr(next(read_pubmed_file(path)), "id", "") == "pmid:98000000"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's peak")
@pytest.mark.parametrize("processes", [1, 2])
def test_a_large_file_takes_little_memory(processes: int, tmp_path: Path) -> None:
    path = tmp_path / "x.xml.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(HEAD.encode())
        for n in range(30_000):
            file.write(article(98000000 + n, abstract=f"<AbstractText>{'Wax warmed hands. ' * 100}</AbstractText>").encode())
        file.write(TAIL.encode())
    code = (
        "import resource; from pathlib import Path; from crawler.formats import pubmed_beside;"
        "from crawler.formats.pubmed_xml import read_pubmed_file; pubmed_beside.LARGE = 0; pubmed_beside.processors = lambda: 2;"
        f"print(sum(1 for _ in read_pubmed_file(Path({str(path)!r}), {processes})));"
        # The peak of the process alone: what getrusage says of it begins with its parent's. What the two share counts twice.
        "own = next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM'));"
        "print(own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    count, kilobytes = map(int, done.stdout.split())
    assert count == 30_000
    assert kilobytes <= 60 * 1024
