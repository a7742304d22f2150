"""RIS, the tagged text that reference managers and databases exchange (EndNote, Zotero, Mendeley, Web of Science, Scopus, Cochrane)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from rispy import RisParser
from rispy.config import TAG_KEY_MAPPING

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.given import Given
from crawler.formats.ris_fields import RisFields
from crawler.formats.tagged_text import TaggedRecord, numbered_lines

_FIELD = re.compile(r"([A-Z][A-Z0-9])([ \t]{1,3})-[ \t]?(.*)$")
_SIGN = re.compile(r"^\ufeff?TY {1,2}- ?[A-Z]", re.MULTILINE)
_SECOND_SIGN = re.compile(r"^(?:ER|AU|A1|TI|T1|AB|N2|PY|Y1|JO|JF|T2|DO|UR|ID|KW|SN) {1,2}-", re.MULTILINE)
_OPENS, _CLOSES = "TY", "ER"
_CLOSING = frozenset({_CLOSES, "EF"})
#: Tags beside rispy's own that some programs write: DOI, links, PMID, a book's and a preprint's title.
_MORE_TAGS = ("BT", "CT", "DI", "J1", "L3", "PM")
_TAGS = {tag: tag for tag in (*TAG_KEY_MAPPING, *_MORE_TAGS)}
#: No character of the text, which holds no controls when it comes here.
_BETWEEN = "\x1e"


class Ris:
    """References in RIS."""

    name = "ris"
    what = 'RIS, as reference managers export it, whose records open with "TY  - " and close with "ER  - "'

    def recognises(self, given: Given) -> bool:
        """By a line `TY  - ` and a second tag of such records."""
        return _SIGN.search(given.text) is not None and _SECOND_SIGN.search(given.text) is not None

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """Every record; a bad one stands in its place as an error that names its line.

        A record without `ER` is read where the next one opens, or the file has no `ER` at all; else the file was cut within it.
        """
        reader = _Reader()
        closes = False
        for record in reader.records(given.text):
            closed = _CLOSES in record.by_tag
            closes = closes or closed
            cut = reader.at_end and not closed and (closes or not given.text.endswith(("\n", "\r")))
            yield _cut_off(record, given.where) if cut else _document(record, given.where)


@dataclass(slots=True)
class _Reader:
    """One pass over a file's lines, which cuts them into records. Lines without tag between records are the exporting program's own."""

    record: TaggedRecord | None = None
    gap: bool = False
    at_end: bool = field(default=False)

    def records(self, text: str) -> Iterator[TaggedRecord]:
        """The records in order; one that nothing opens is among them, to be named."""
        for number, line in numbered_lines(text):
            found = _tagged(line)
            if found is None:
                self._goes_on(line.strip())
                continue
            tag, value = found
            if self.record is None and tag in _CLOSING:
                continue  # doubled, or the end of the file as Web of Science marks it
            if self.record and tag == _OPENS:
                yield self.record
                self.record = None
            self.record = self.record or TaggedRecord(number)
            self.record.add(tag, value, number)
            self.gap = False
            if tag == _CLOSES:
                yield self.record
                self.record = None
        self.at_end = True
        if self.record:
            yield self.record

    def _goes_on(self, line: str) -> None:
        """A line without tag goes on with the field before it, as a line of its own."""
        if self.record and line:
            self.record.fields[-1].goes_on(line, "\n\n" if self.gap else "\n")
        self.gap = not line


def _tagged(line: str) -> tuple[str, str] | None:
    """Tag and value; two spaces make a tag of any two letters, other spaces only of one that is known."""
    found = _FIELD.match(line)
    if not found or (found[2] != "  " and found[1] not in _TAGS):
        return None
    return found[1], found[3].strip()


def _cut_off(record: TaggedRecord, where: str) -> Unreadable:
    return Unreadable(f"{where}, line {record.line}", "the file breaks off within this record.",
                      'Export it again; where the record is whole, close it with a line "ER  - ".')  # fmt: skip


def _document(record: TaggedRecord, where: str) -> Document | Unreadable:
    place = f"{where}, line {record.line}"
    damaged = record.damaged()
    if damaged:
        return Unreadable(f"{where}, line {damaged.line}", f"the field {damaged.tag} holds bytes that are no text, and its record was left out.",
                          "Export it again, as UTF-8.")  # fmt: skip
    if record.fields[0].tag != _OPENS:
        return Unreadable(
            place, 'this record has no line "TY  - ", and may have lost others.', "Export it again; the other records were read."
        )
    return RisFields(_values(record)).document(place, Ris.name)


def _values(record: TaggedRecord) -> dict[str, list[str]]:
    """The values of each known tag. rispy takes one whole record at a time: it would lose one without `ER` together with the next."""
    parser = RisParser(mapping=_TAGS, list_tags=list(_TAGS), delimiter_tags_mapping={}, skip_unknown_tags=True, newline=_BETWEEN)
    lines = [f"{f.tag}  - {f.value}" for f in record.fields if f.tag != _CLOSES]
    (found,) = parser.parse(_BETWEEN.join([*lines, f"{_CLOSES}  - "]))
    return {tag: [v for v in ([values] if isinstance(values, str) else values) if v] for tag, values in found.items()}
