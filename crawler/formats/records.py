"""Records as JSON lines, one JSON object, or a JSON list of objects; their text is taken as it stands."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from crawler.document import Document, Read, Report, with_title
from crawler.errors import Unreadable
from crawler.formats.given import Given
from crawler.formats.record_fields import Fields, Refused
from crawler.record import Identifiers

_OPENS = re.compile(r"\s*(?:\{\s*[\"}]|\[\s*[\]{])")
_LINES_LOOKED_AT = 50
_GIVEN_UP_AFTER = 50


class Records:
    """Records that somebody has already taken apart."""

    name = "records"
    what = 'JSON lines, a JSON object or a JSON list of objects like {"id": …, "title": …, "abstract": …}'

    def recognises(self, given: Given) -> bool:
        """By the brace or bracket that JSON opens with, or by lines of it."""
        text = given.text.lstrip("\ufeff")
        return _OPENS.match(text) is not None or are_lines(text)

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """Every record; a bad one stands in its place as an error."""
        text = given.text.lstrip("\ufeff")
        if are_lines(text):
            yield from read_lines(text.split("\n"), given.where)
            return
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield Unreadable(
                given.where, f"this JSON cannot be read: {_said(error)}.", "Mend it there, or write one record a line."
            )
            return
        if isinstance(whole, dict):
            yield from read_record(whole, given.where)
            return
        if not whole:
            yield Unreadable(
                given.where, "this JSON list holds no records.", 'A record is an object like {"title": …, "abstract": …}.'
            )
        for number, item in enumerate(whole, 1):
            yield from read_record(item, f"{given.where}, record {number}")


def are_lines(head: str) -> bool:
    """Whether a text's beginning is JSON lines: most lines open as objects, one at least is an object by itself, and no list surrounds them."""
    if head.lstrip().startswith("["):
        return False
    lines = [line for line in head.split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT] if line.strip()]
    objects = [line for line in lines if line.lstrip().startswith("{")]
    return 2 * len(objects) >= len(lines) and any(isinstance(_parsed(line), dict) for line in objects)


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def read_lines(lines: Iterable[str | Unreadable], where: str) -> Iterator[Document | Unreadable]:
    """Read JSON lines one by one. Blank lines count, and say nothing.

    A file that opens with nothing but broken lines is given up: it was never JSON lines, and each of its lines would be an error.
    """
    broken = 0
    for number, line in enumerate(lines, 1):
        if isinstance(line, str) and not line.strip("\ufeff \t\r\n"):
            continue
        record = line if isinstance(line, Unreadable) else _parsed_line(line, f"{where}, line {number}")
        if not isinstance(record, Unreadable):
            broken = -1
            yield from read_record(record, f"{where}, line {number}")
            continue
        yield record
        broken += broken >= 0
        if broken == _GIVEN_UP_AFTER:
            yield Unreadable(where, f"no JSON in the first {number} lines; the rest was not read.", "Write one JSON record a line.")
            return


def _parsed_line(line: str, where: str) -> Any:
    try:
        return json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        return Unreadable(where, f"this line is no JSON: {_said(error)}.", "Mend the line; the others were read.")


def _said(error: ValueError | RecursionError) -> str:
    """Where it breaks off, in words."""
    if isinstance(error, json.JSONDecodeError):
        place = f"line {error.lineno}, column {error.colno}" if error.lineno > 1 else f"column {error.colno}"
        said = error.msg.removesuffix(" at")
        return f"{said[0].lower()}{said[1:]} at {place}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


def read_record(record: object, where: str) -> Iterator[Document | Unreadable]:
    """One record's document, and an error for each field that was left out of it."""
    if not isinstance(record, dict):
        yield Unreadable(
            where, f"this is no record but {type(record).__name__}.", 'A record is an object like {"title": …, "abstract": …}.'
        )
        return
    fields = Fields(record)
    try:
        yield _document(fields, where)
    except Refused as why:
        yield Unreadable(where, str(why), "The record was left out.")
        return
    for sentence in fields.left_out:
        yield Unreadable(where, sentence)


def _document(fields: Fields, where: str) -> Document:
    title, abstract = fields.whole("title"), fields.whole("abstract")
    if not abstract.strip():
        raise Refused("the record has no abstract, so there is nothing to read.")
    title = title if title.strip() else ""
    text, sections = with_title(title, abstract)
    names = fields.identifiers()
    return Document(
        id=fields.name("id") or stable_id(names, text),
        title=title,
        text=text,
        sections=sections,
        year=fields.year(),
        journal=fields.text("journal"),
        identifiers=names,
        read=fields.word("read", Read, Read.ABSTRACT),
        report=fields.word("report", Report, Report.ARTICLE),
        reports_on=fields.references(),
        registry_ids=fields.texts("registry_ids"),
        publication_types=fields.texts("publication_types"),
        keywords=fields.texts("keywords"),
        mesh=fields.texts("mesh"),
        authors=fields.texts("authors"),
        url=fields.text("url"),
        origin=where,
        format=Records.name,
    )


def stable_id(names: Identifiers, text: str) -> str:
    """The id of a record that brings none: its DOI or PMID, else a fingerprint of its text.

    >>> stable_id(Identifiers(pmid="123"), "On X"), stable_id(Identifiers(), "On X")
    ('pmid:123', 'text:aff2443024ca0b46')
    """
    return names.preferred or f"text:{hashlib.sha256(text.encode()).hexdigest()[:16]}"
