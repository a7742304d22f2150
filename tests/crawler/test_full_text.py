"""Full texts in whatever encoding they declare; bytes that are not written in it are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.http import Door, Patience, Service
from crawler.politeness import Limit
from crawler.redaction import Secrets
from crawler.sources.full_text import EuropePmcFullText
from crawler.sources.source import Answered
from tests.imitation.trap import Trap

ARTICLE = (
    "<article><front><article-meta><title-group><article-title>Zellen für Ängström</article-title></title-group>"
    "<abstract><p>Cells did not help.</p></abstract></article-meta></front></article>"
)


def full_texts(folder: Path, base: str = "http://127.0.0.1:9/") -> EuropePmcFullText:
    door = Door("counterclaim-test", Secrets(()), frozenset(), patience=Patience(2, 0.01, 0.01, 5), folder=folder)
    return EuropePmcFullText(door, Service("europepmc", base, "europepmc", Limit(1000)))


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("", "utf-8"),
        ("UTF-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("ISO-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("UTF-16", "utf-16"),
    ],
)
def test_a_full_text_is_read_in_the_encoding_that_it_declares(declared: str, encoding: str, tmp_path: Path) -> None:
    header = f'<?xml version="1.0" encoding="{declared}"?>\n' if declared else ""
    found = full_texts(tmp_path).parse(Answered("PMC7654321", (header + ARTICLE).encode(encoding)))
    assert isinstance(found, Document)
    assert found.title == "Zellen für Ängström"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (ARTICLE.encode("latin-1"), "should be written in UTF-8, and is not from byte"),
        (b'<?xml version="1.0" encoding="KOI8-R"?>' + ARTICLE.encode("utf-8"), "KOI8-R, which is not read here"),
        (b'<?xml version="1.0" encoding="no-such"?>' + ARTICLE.encode("utf-8"), "no-such, which is not read here"),
        (b"\xff\xfe" + ARTICLE.encode("utf-16-le") + b"\x00", "written in UTF-16, and its bytes are not"),
        (b"", ""),
    ],
    ids=["not UTF-8", "an encoding that is not read", "no encoding", "broken UTF-16", "empty"],
)
def test_a_full_text_that_cannot_be_decoded_is_named_and_no_crash(body: bytes, words: str, tmp_path: Path) -> None:
    found = full_texts(tmp_path).parse(Answered("PMC7654321", body))
    assert isinstance(found, Unreadable)
    assert "Europe PMC, full text of PMC7654321" in str(found)
    assert words in str(found)


def test_a_full_text_in_two_bytes_a_character_is_no_broken_answer(tmp_path: Path) -> None:
    body = ('<?xml version="1.0" encoding="UTF-16"?>' + ARTICLE).encode("utf-16")
    server = Trap(body)
    server.start()
    try:
        assert list(full_texts(tmp_path, server.url).records(["PMC7654321"])) == [Answered("PMC7654321", body)]
    finally:
        server.stop()
