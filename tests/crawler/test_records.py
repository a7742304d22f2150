from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.document import Document, Read, Report, SectionName
from crawler.errors import Unreadable
from crawler.formats.given import Given
from crawler.formats.records import Records, read_record
from crawler.reading import read_paths
from crawler.record import Identifiers, Reference

#: Text as JSON can carry it; halves of characters are refused, and tested apart.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
abstracts = texts.filter(str.strip)


def read(record: dict[str, Any]) -> list[Document | Unreadable]:
    return list(read_record(record, "x.jsonl, line 1"))


def only(**record: Any) -> Document:
    (document,) = read({"abstract": "A won.", **record})
    assert isinstance(document, Document)
    return document


def refusal(**record: Any) -> str:
    (error,) = read({"id": "r", "title": "On X", "abstract": "A won.", **record})
    assert isinstance(error, Unreadable)
    return str(error)


@given(texts | st.none(), abstracts)
@settings(max_examples=200)
def test_an_abstract_stands_unchanged_behind_its_title(title: str | None, abstract: str) -> None:
    document = only(title=title, abstract=abstract)
    assert document.text.endswith(abstract)
    assert document.text == (f"{title}\n\n{abstract}" if title and title.strip() else abstract)
    for section in document.sections:
        assert document.text[section.start : section.end] == title


@given(st.lists(st.tuples(texts | st.none(), abstracts, texts | st.integers()), max_size=5), st.booleans())
@settings(max_examples=60)
def test_what_is_written_as_json_lines_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Any], ascii_only: bool
) -> None:
    path = tmp_path_factory.mktemp("records") / "x.jsonl"
    lines = (json.dumps({"title": t, "abstract": a, "id": i}, ensure_ascii=ascii_only) for t, a, i in rows)
    path.write_bytes("\n".join(["", *lines]).encode())
    found = list(read_paths([path]))
    documents = [d for d in found if isinstance(d, Document)]
    if rows:
        assert len(found) == len(documents) == len(rows)
    for document, (_, abstract, given_id) in zip(documents, rows, strict=True):
        assert document.text.endswith(abstract)
        assert document.id == str(given_id) or given_id == ""


def test_all_fields_arrive() -> None:
    document = only(
        id=7, title="On X", year="2020-05", journal="J", doi="https://doi.org/10.1000/X.1", pmid=123, pmcid="PMC12345", publication_types=["Review"],
        keywords="moss", mesh=["Tea"], registry_ids=["NCT01234567"], report="digest", read="web page", url="http://x.example", authors=["Doe J"],
        reports_on=[{"doi": "10.1000/y"}, {"nct": " NCT01234567"}, {"citation": "Doe 2020"}],
    )  # fmt: skip
    assert document == Document(
        id="7", title="On X", text="On X\n\nA won.", sections=document.sections, year=2020, journal="J", identifiers=Identifiers("10.1000/x.1", "123", "PMC12345"),
        read=Read.WEB_PAGE, report=Report.DIGEST, registry_ids=("NCT01234567",), publication_types=("Review",), keywords=("moss",), mesh=("Tea",), authors=("Doe J",),
        reports_on=(Reference(Identifiers("10.1000/y")), Reference(registry_id="NCT01234567"), Reference(citation="Doe 2020")),
        url="http://x.example", origin="x.jsonl, line 1", format="records",
    )  # fmt: skip
    assert [s.name for s in document.sections] == [SectionName.TITLE]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"doi": "10.1000/A"}, "doi:10.1000/a"),
        ({"pmid": "77"}, "pmid:77"),
        ({"id": None, "pmid": 77}, "pmid:77"),
        ({"id": 77}, "77"),
        ({"id": " 77 "}, " 77 "),
    ],
)
def test_an_id_stays_as_given_and_is_else_the_papers_name(record: dict[str, Any], expected: str) -> None:
    assert only(**record).id == expected


def test_without_any_name_the_id_is_the_texts_own_and_stable() -> None:
    assert only(title="On X").id == only(title="On X").id
    assert only(title="On X").id != only(title="On Y").id


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"abstract": None}, "no abstract"),
        ({"abstract": " \n"}, "no abstract"),
        ({"abstract": ["A won."]}, "its abstract is a list"),
        ({"title": 5}, "its title is a number"),
        ({"id": True}, "its id is true or false"),
        ({"abstract": "A \ud800 won."}, "half a character"),
        ({"report": "rumour"}, "known are article, protocol"),
        ({"read": ["abstract"]}, "its read is"),
    ],
)
def test_a_record_that_cannot_be_read_rightly_is_refused_and_says_why(record: dict[str, Any], said: str) -> None:
    message = refusal(**record)
    assert message.startswith("x.jsonl, line 1: ")
    assert said in message


@pytest.mark.parametrize(
    "bad", [{"doi": "n/a"}, {"pmid": "none"}, {"pmcid": 5}, {"year": "in press"}, {"year": True}, {"mesh": [1]}, {"url": 5}, {"journal": {"name": "J"}}, {"reports_on": "x"}, {"reports_on": [{}]}, {"reports_on": [{"nct": "soon"}]}]
)  # fmt: skip
def test_a_bad_field_beside_the_text_is_named_and_costs_no_document(bad: dict[str, Any]) -> None:
    document, *left_out = read({"abstract": "A won.", **bad})
    assert isinstance(document, Document)
    assert document.text == "A won."
    assert any(next(iter(bad)) in str(error) for error in left_out)


@pytest.mark.parametrize("empty", [None, "", []])
def test_an_empty_field_is_absent_and_no_fault(empty: object) -> None:
    names = ("id", "title", "doi", "year", "journal", "mesh", "reports_on", "authors")
    assert isinstance(only(**{n: empty for n in names if not (empty == [] and n in ("id", "title"))}), Document)


def test_an_object_over_lines_and_a_list_are_read() -> None:
    one, many = (
        '{\n "id": "a",\n "abstract": "A won."\n}',
        '[{"id": "a", "abstract": "A won."},\n 5,\n {"id": "b", "abstract": "B won."}]',
    )
    assert [d.id for d in Records().read(Given(one, "x", "x")) if isinstance(d, Document)] == ["a"]
    first, bad, second = Records().read(Given(many, "x.json", "x"))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert str(bad).startswith("x.json, record 2: ")


@pytest.mark.parametrize(
    "text", ['{"id": "a", "abstract": "A won.",,}', '[{"abstract": "A"}', '{"a": ' * 3000, '[{"year": ' + "1" * 5000 + "}]"]
)
def test_a_broken_whole_file_is_one_sentence(text: str) -> None:
    assert Records().recognises(Given(text, "x.json", "x"))
    (error,) = Records().read(Given(text, "x.json", "x"))
    assert isinstance(error, Unreadable)
    assert str(error).startswith("x.json: this JSON cannot be read")
