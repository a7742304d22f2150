"""PubMed XML cut into its single records, byte by byte, so that one malformed record costs no other.

What it assumes of a file: records stand side by side, in one root element or in several one after the other. A record ends with the last
end tag before the next start tag, so an end tag in its text (in CDATA, in a comment) costs nothing; a start tag in a comment or CDATA is
seen for what it is between records and in a record that has not ended yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from crawler.formats.pubmed_prolog import CutOff, Refused, in_utf8

#: A larger record is not read. Papers of some thousand authors have a few MB.
LARGEST_RECORD = 16_000_000

Kind = Literal["article", "book", "deleted", "broken"]

_START, _END, _BOOK_END = b"<PubmedArticle>", b"</PubmedArticle>", b"</PubmedBookArticle>"
_PMID = re.compile(rb"<PMID(?:\s+Version\s*=\s*[\"'](\d{1,4})[\"'])?[^<>]*>\s*(\d{1,9})\s*</PMID")
_TOKEN = re.compile(
    rb"<(?:(?P<aside>!--|!\[CDATA\[|\?)|!DOCTYPE[^<>\[]*(?:(?P<subset>\[)|>)"
    rb"|(?P<close>/)?(?P<tag>PubmedArticle|PubmedBookArticle|DeleteCitation|DeleteDocument|PubmedArticleSet|PubmedBookArticleSet)"
    rb"(?:\s[^<>]*)?(?P<empty>/)?>)"
)
_ASIDES = {b"!--": b"-->", b"![CDATA[": b"]]>", b"?": b"?>"}
_RECORDS: dict[bytes, Kind] = {b"PubmedArticle": "article", b"PubmedBookArticle": "book"}
_DELETIONS = frozenset({b"DeleteCitation", b"DeleteDocument"})
_SETS = frozenset({b"PubmedArticleSet", b"PubmedBookArticleSet"})
_ERROR = re.compile(rb"<error\b[^<>]*>([^<]*)", re.IGNORECASE)
_TAGS = re.compile(rb"<[^<>]*>")
_SHOWN = 160
#: Where the PMID of a record without article stands, if anywhere.
_HEAD = 2000
#: How much may gather without a new start tag before it is looked into.
_GATHERED = 1 << 20


class RawRecord(NamedTuple):
    """One record's bytes, in UTF-8, unread.

    `deleted` is a PMID that an update file takes back. `broken` are bytes that make no record, with the reason in `why`, a sentence;
    where the body is empty the reason is the whole file's.
    """

    kind: Kind
    body: bytes
    pmid: str | None = None
    version: int | None = None
    why: str = ""


def split_records(data: bytes) -> Iterator[RawRecord]:
    """The records of one answer or file, in order.

    A file that breaks off, that is no PubMed XML, or that declares entities of its own ends with a `broken` record that says so.
    """
    for record in split_stream((data,)):
        yield from torn_apart(record)


def split_stream(chunks: Iterable[bytes]) -> Iterator[RawRecord]:
    """The same from a file in pieces of any size; one record and one piece are held at a time.

    Where the end of a record and the start of the next are lost, the two come as one; `torn_apart` tells what is left of them.
    """
    splitter = _Splitter()
    try:
        for chunk in in_utf8(chunks):
            yield from splitter.feed(chunk)
        yield from splitter.close()
    except Refused as why:
        if isinstance(why, CutOff):
            yield from splitter.whole()
        yield RawRecord("broken", b"", why=str(why))


def torn_apart(record: RawRecord) -> Iterator[RawRecord]:
    """What a record is made of that holds more than one end: whole records, and the remains of others."""
    if record.kind == "article" and record.body.count(_END) > 1 and b"<!" not in record.body:
        yield from _Between().read(record.body)
    else:
        yield record


class _Splitter:
    """Cuts at start tags, which costs one search of the bytes; looks closer wherever more than blanks stand between records."""

    def __init__(self) -> None:
        self.buffer, self.searched = b"", 1
        self.between = _Between()

    def feed(self, chunk: bytes) -> Iterator[RawRecord]:
        """The records that are whole with this piece. The last waits for what comes after it."""
        buffer = self.buffer + chunk
        begin, start = 0, buffer.find(_START, self.searched)
        while start >= 0:
            end = buffer.rfind(_END, begin, start) + len(_END)
            if not buffer[end:start].isspace():
                if aside := _aside_around(buffer, max(begin, end), start):
                    close = buffer.find(aside, start)
                    start = buffer.find(_START, close) if close >= 0 else -1
                    continue
                yield from self._piece(buffer[begin:start])
            elif end >= len(_END) and buffer.startswith(_START, begin):
                self.between.any_seen = True
                yield _record("article", buffer[begin:end])
            else:
                yield from self._piece(buffer[begin:start])
            begin, start = start, buffer.find(_START, start + 1)
        self.buffer = buffer[begin:]
        self.searched = max(1, len(self.buffer) - len(_START))
        if len(self.buffer) > _GATHERED:
            yield from self._relieved()

    def whole(self) -> Iterator[RawRecord]:
        """The last record, if it had come to its end."""
        end = self.buffer.rfind(_END) + len(_END)
        if end >= len(_END):
            yield from self._piece(self.buffer[:end])

    def close(self) -> Iterator[RawRecord]:
        """What is left, and whether the file was whole."""
        yield from self._piece(self.buffer)
        yield from self.between.close()

    def _piece(self, piece: bytes) -> Iterator[RawRecord]:
        end = piece.rfind(_END) + len(_END)
        rest = piece[end:]
        plain = not rest or rest.isspace()
        # A comment or CDATA near the end may hold the tag that was taken for the end.
        if end < len(_END) or not piece.startswith(_START) or (not plain and b"<!" in piece):
            yield from self.between.read(piece)
            return
        self.between.any_seen = True
        yield _record("article", piece[:end])
        if not plain:
            yield from self.between.read(rest)

    def _relieved(self) -> Iterator[RawRecord]:
        """Hands on books, which no start tag closes off; gives up what is too large for a record."""
        end = self.buffer.rfind(_BOOK_END) + len(_BOOK_END)
        if end >= len(_BOOK_END):
            piece, self.buffer = self.buffer[:end], self.buffer[end:]
            yield from self._piece(piece)
        elif len(self.buffer) > LARGEST_RECORD:
            yield _broken(self.buffer, f"what should be one record is larger than {LARGEST_RECORD // 1_000_000} MB.")
            self.buffer = b""
        self.searched = max(1, len(self.buffer) - len(_START))


def _aside_around(buffer: bytes, begin: int, start: int) -> bytes | None:
    """The end of the comment or CDATA that a start tag stands in, if any."""
    for opening, closing in ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>")):
        if buffer.rfind(opening, begin, start) > buffer.rfind(closing, begin, start):
            return closing
    return None


class _Between:
    """Reads whatever stands between two records, and records that are written otherwise than most. Keeps count of the root's tags."""

    def __init__(self) -> None:
        self.roots, self.any_seen = 0, False

    def read(self, piece: bytes) -> Iterator[RawRecord]:
        """The records, deletions and strange things in a piece.

        Raises:
            Refused: it declares a document type with entities of its own.
        """
        opened: re.Match[bytes] | None = None
        at = 0
        for token, end in _tokens(piece):
            if opened is None:
                yield from self._stray(piece[at : token.start()])
                at = end
            if token["tag"] is None or token["empty"]:
                self._note(token)
                continue
            if opened is None or (not token["close"] and token["tag"] in _RECORDS):
                if opened is not None:
                    yield _broken(piece[opened.start() : token.start()], "the record has no end.")
                opened = self._opened(token)
                if opened is None and token["close"] and token["tag"] not in _SETS:
                    yield _broken(token[0], "the end of a record stands here without its start.")
            elif token["tag"] == opened["tag"]:
                yield from _closed(piece, opened, token)
                opened, at = None, end
        if opened is not None:
            yield _broken(piece[opened.start() :], "the record breaks off.")
        else:
            yield from self._stray(piece[at:])

    def close(self) -> Iterator[RawRecord]:
        """Whether every root was closed, and there was one."""
        if self.roots > 0:
            yield RawRecord("broken", b"", why="the file breaks off before its end.")
        elif not self.any_seen:
            yield RawRecord("broken", b"", why="this is no PubMed XML: it has neither records nor their root element.")

    def _note(self, token: re.Match[bytes]) -> None:
        if token["subset"]:
            raise Refused("the file declares entities of its own in its document type; such files are not read.")
        self.any_seen = self.any_seen or token["tag"] in _SETS

    def _opened(self, token: re.Match[bytes]) -> re.Match[bytes] | None:
        self.any_seen = True
        if token["tag"] in _SETS:
            self.roots += -1 if token["close"] else 1
            return None
        return None if token["close"] else token

    def _stray(self, text: bytes) -> Iterator[RawRecord]:
        """Anything but blanks, told by its words; a service's error by the service's."""
        if not text or text.isspace():
            return
        error = _ERROR.search(text)
        words = b" ".join((error[1] if error else _TAGS.sub(b" ", text[: 4 * _SHOWN]) or text).split())[:_SHOWN].decode(
            "utf-8", "replace"
        )
        self.any_seen = self.any_seen or error is not None
        yield _broken(text, f"the service says: {words}." if error else f"here stands what is no record: {words or '(tags only)'}.")


def _tokens(piece: bytes) -> Iterator[tuple[re.Match[bytes], int]]:
    """The tags that matter and their ends; comments, CDATA and processing instructions each as a whole."""
    at = 0
    endless: set[bytes] = set()
    while token := _TOKEN.search(piece, at):
        at = token.end()
        aside = token["aside"]
        if aside in endless:
            continue
        if aside is not None:
            end = piece.find(_ASIDES[aside], at)
            if end < 0:
                endless.add(aside)  # The rest of the piece is not searched again for an end that it has not.
                continue
            at = end + len(_ASIDES[aside])
        yield token, at


def _closed(piece: bytes, opened: re.Match[bytes], token: re.Match[bytes]) -> Iterator[RawRecord]:
    if opened["tag"] in _DELETIONS:
        for pmid in _PMID.finditer(piece, opened.end(), token.start()):
            yield RawRecord("deleted", pmid[0], pmid[2].decode(), int(pmid[1]) if pmid[1] else None)
    else:
        yield _record(_RECORDS[opened["tag"]], piece[opened.start() : token.end()])


def respelt(record: RawRecord, body: bytes) -> RawRecord:
    """The same record in other bytes."""
    return record if body is record.body else _record(record.kind, body)


def _record(kind: Kind, body: bytes) -> RawRecord:
    if len(body) > LARGEST_RECORD:
        return _broken(body, f"the record is larger than {LARGEST_RECORD // 1_000_000} MB.")
    pmid = _own_pmid(body)
    if pmid is None:
        return RawRecord(kind, body)
    return RawRecord(kind, body, pmid[2].decode(), int(pmid[1]) if pmid[1] else None)


def _own_pmid(body: bytes) -> re.Match[bytes] | None:
    """The PMID in front of the record; those behind the article's start are other papers'."""
    article = body.find(b"<Article")
    return _PMID.search(body, 0, article if article >= 0 else _HEAD)


def _broken(body: bytes, why: str) -> RawRecord:
    pmid = _own_pmid(body) if body.startswith(b"<Pubmed") else None
    return RawRecord("broken", body[:LARGEST_RECORD], pmid[2].decode() if pmid else None, why=why)
