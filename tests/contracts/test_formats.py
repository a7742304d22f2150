"""The same promises over every entry of FORMATS."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crawler.document import Document, SectionName
from crawler.errors import UnknownFormat
from crawler.formats.given import Given
from crawler.formats.known import FORMATS, Format, format_of, known_formats
from crawler.reading import read_paths
from tests.crawler.pages import CONFERENCE_OTHER, PAGES, PUBMED_LIVE, STRANGERS, WEB_PAGE_HTML

every_format = pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)


def given(text: str) -> Given:
    return Given(text, "page.txt", "page")


def documents(text: str, tmp_path: Path, name: str = "page.txt") -> list[Document]:
    path = tmp_path / name
    path.write_bytes(text.encode())
    found = list(read_paths([path]))
    assert not [item for item in found if not isinstance(item, Document)]
    return [item for item in found if isinstance(item, Document)]


def test_each_format_has_a_page_here_and_a_name_of_its_own() -> None:
    assert sorted(known.name for known in FORMATS) == sorted(PAGES)


@every_format
def test_it_says_what_it_reads_in_one_line(known: Format) -> None:
    assert 20 < len(known.what) <= 160
    assert "\n" not in known.what
    assert f"{known.name} ({known.what})" in known_formats()


@every_format
def test_it_recognises_its_own_page_and_no_other(known: Format) -> None:
    assert [name for name, page in PAGES.items() if known.recognises(given(page))] == [known.name]


@every_format
@pytest.mark.parametrize("stranger", STRANGERS)
def test_it_recognises_no_stranger(known: Format, stranger: str) -> None:
    assert not known.recognises(given(STRANGERS[stranger]))


@every_format
def test_its_documents_say_which_format_they_came_from(known: Format, tmp_path: Path) -> None:
    found = documents(PAGES[known.name], tmp_path)
    assert found
    assert {document.format for document in found} == {known.name}


@every_format
def test_its_text_is_the_title_and_the_body_and_its_sections_hold(known: Format, tmp_path: Path) -> None:
    for document in documents(PAGES[known.name], tmp_path):
        if document.title:
            assert document.text.startswith(f"{document.title}\n\n") or document.text == document.title
            assert document.sections[0].name is SectionName.TITLE
        inside = [document.text[s.start : s.end] for s in document.sections]
        assert all(part and part == part.strip() for part in inside)
        assert [s.start for s in document.sections] == sorted({s.start for s in document.sections})


@every_format
def test_line_ends_of_another_system_change_nothing_but_records(known: Format, tmp_path: Path) -> None:
    unix = documents(PAGES[known.name], tmp_path)
    windows = documents(PAGES[known.name].replace("\n", "\r\n"), tmp_path)
    assert [d.text for d in windows] == [d.text for d in unix]


@every_format
def test_a_byte_order_mark_is_no_text(known: Format, tmp_path: Path) -> None:
    assert [d.text for d in documents("\ufeff" + PAGES[known.name], tmp_path)] == [
        d.text for d in documents(PAGES[known.name], tmp_path)
    ]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_is_refused_with_the_list_of_what_is_known(stranger: str, tmp_path: Path) -> None:
    path = tmp_path / "stranger.txt"
    path.write_text(STRANGERS[stranger], "utf8")
    (error,) = read_paths([path])
    assert isinstance(error, UnknownFormat)
    assert all(known.name in str(error) for known in FORMATS)


@pytest.mark.parametrize(
    ("page", "name"),
    [(PUBMED_LIVE, "pubmed_text"), (CONFERENCE_OTHER, "conference_news")],
    ids=["live PubMed page", "another news house"],
)
def test_another_layout_of_the_same_kind_is_recognised(page: str, name: str) -> None:
    known = format_of(given(page))
    assert known is not None
    assert known.name == name


def test_a_saved_web_page_goes_the_way_of_its_text(tmp_path: Path) -> None:
    (document,) = documents(WEB_PAGE_HTML, tmp_path, "page.html")
    assert document.format == "web_page"
    assert not re.search(r"[<>]\w|&\w+;|var x", document.text)
