"""PubMed's tagged text (MEDLINE, `.nbib`): records under their PMID, wherever they stand in the file."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from Bio import Medline

from crawler.document import Document, OtherText
from crawler.errors import Unreadable
from crawler.formats.abstracts import titled_text
from crawler.formats.dates import cited_date, iso_date, year_of
from crawler.formats.exact_doi import exact_doi
from crawler.formats.given import Given
from crawler.formats.notice_types import with_types
from crawler.formats.passages import labelled
from crawler.formats.retraction_marks import with_marks
from crawler.formats.tagged_text import Field, TaggedRecord, numbered_lines, stray_lines
from crawler.record import Identifiers, Notice, NoticeKind, Reference, normal_pmcid, registry_ids

_FIELD = re.compile(r"(?=.{4}-)([A-Z][A-Z0-9]{1,3}) {0,2}-(?: (.*))?$")
_SIGN = re.compile(r"^\ufeff?PMID- +\d", re.MULTILINE)
_SECOND_SIGN = re.compile(r"^(?:OWN |STAT|TI  |AB  |DP  |FAU |AU  |JT  |TA  |LA  |PT  |SO  )- ", re.MULTILINE)
_FOLDED = "      "
_PMID = re.compile(r"\s*(\d{1,8})(?:\.(\d{1,2}))?\s*$")
#: The last field of a record as PubMed writes it.
_LAST = "SO"
_read_fields: Callable[[list[str]], Mapping[str, str | list[str]]] = Medline.read
#: Fields that a record has once; a second one behind a record's end opens the next record.
_ONCE = frozenset(
    [
        "OWN",
        "STAT",
        "TI",
        "BTI",
        "AB",
        "JT",
        "TA",
        "JID",
        "DP",
        "SO",
        "PST",
        "EDAT",
        "MHDA",
        "CRDT",
        "LR",
        "DA",
        "DCOM",
        "VI",
        "IP",
        "PG",
    ]
)
#: Fields that open a record that has lost its PMID line.
_OPENING = frozenset({"OWN", "STAT"})
#: Fields of prose, which somebody else's copy may fold without indent at a width.
_PROSE = frozenset({"TI", "AB", "TT", "OAB", "BTI"})
_FULL_LINE = 60

#: PubMed's links between publications: the tag on the publication, and the tag on what was published about it. An update (UIN, UOF) is a
#: publication of its own and says nothing against the one before it.
_ABOUT_IT = {"RIN": NoticeKind.RETRACTED, "RRI": NoticeKind.RETRACTED, "PRIN": NoticeKind.CORRECTED, "ECI": NoticeKind.CONCERN,
             "EIN": NoticeKind.CORRECTED, "CRI": NoticeKind.CORRECTED}  # fmt: skip
_IT_IS_ABOUT = {"ROF": NoticeKind.RETRACTED, "RRF": NoticeKind.RETRACTED, "PROF": NoticeKind.CORRECTED, "ECF": NoticeKind.CONCERN,
                "EFR": NoticeKind.CORRECTED, "CRF": NoticeKind.CORRECTED}  # fmt: skip
_SAID_BY = "pubmed"
_NO_TITLE = "[not available]"
#: Brackets around the whole, whatever stands in brackets within; a full stop behind them is the title's.
_TRANSLATED = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\](\.?)")
#: Who made another abstract, as PubMed prints it before its text.
_OTHER_SORT = re.compile(r"(Publisher|PIP|KIE|NASA|AIDS|plain-language-summary):\s+", re.IGNORECASE)
_ELSEWHERE = re.compile(r"Abstract available from the publisher\.?$", re.IGNORECASE)


class Nbib:
    """Records that PubMed exports as "PubMed" or "MEDLINE" text."""

    name = "nbib"
    what = 'PubMed\'s tagged text (MEDLINE, .nbib), whose records open with a line "PMID- "'

    def recognises(self, given: Given) -> bool:
        """By a line `PMID- ` with a number and a second tag of such records."""
        return _SIGN.search(given.text) is not None and _SECOND_SIGN.search(given.text) is not None

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """Every record; a bad one stands in its place as an error that names its line.

        A last record without the closing field that the others have was cut off with its file, and is not read: half an abstract
        may say the contrary of the whole.
        """
        reader = _Reader()
        ends = False
        for record in reader.records(given.text):
            if isinstance(record, list):
                yield from stray_lines(record, given.where)
                continue
            ends = ends or _LAST in record.by_tag
            cut = reader.at_end and _LAST not in record.by_tag and (ends or not given.text.endswith(("\n", "\r")))
            yield _cut_off(record, given.where) if cut else _document(record, given.where)
            if not cut:
                yield from _seconds_named(record, given.where)
            yield from stray_lines(record.strays, given.where)


@dataclass(slots=True)
class _Reader:
    """One pass over a file's lines, which cuts them into records."""

    record: TaggedRecord | None = None
    gap: bool = False
    width: int = 0
    between: list[int] = field(default_factory=list)
    at_end: bool = False

    def records(self, text: str) -> Iterator[TaggedRecord | list[int]]:
        """The records in order, and the numbers of lines between them that belong to none."""
        for number, line in numbered_lines(text):
            found = _FIELD.match(line)
            if found and self._opens(found[1], found[2] or ""):
                yield from self._finished()
                self.record = TaggedRecord(number)
            if found and self.record and self._takes(found[1]):
                self.record.add(found[1], (found[2] or "").strip(), number)
                self.gap = False
            elif not line.strip():
                self.gap = True
            elif not self._goes_on(line):
                (self.between if self.record is None or self._is_over() else self.record.strays).append(number)
            self.width = len(line)
        self.at_end = True
        yield from self._finished()

    def _finished(self) -> Iterator[TaggedRecord | list[int]]:
        if self.record:
            yield self.record
        if self.between:
            yield self.between
        self.record, self.between, self.gap = None, [], False

    def _is_over(self) -> bool:
        return self.record is not None and self.gap and _LAST in self.record.by_tag

    def _opens(self, tag: str, value: str) -> bool:
        """Whether a field opens a record: a PMID does, and behind a record's end whatever that record has already.

        An empty line alone ends no record: pages of text are pasted, and abstracts have paragraphs.
        """
        if self.record is None:
            return True
        if tag == "PMID":
            return self._other_pmid(value)
        if self._is_over() or (tag in _OPENING and tag in self.record.by_tag):
            return True
        return (self.gap or _LAST in self.record.by_tag) and tag in _ONCE and tag in self.record.by_tag

    def _other_pmid(self, value: str) -> bool:
        """The same PMID line doubled opens nothing; one without number only where a record is over."""
        if not self.record or not _PMID.match(value):
            return self._is_over() or self.gap
        return set(self.record.by_tag) != {"PMID"} or self.record.first("PMID") != value.strip()

    def _takes(self, tag: str) -> bool:
        """A line `PMID- ` that opens nothing is none of the record's fields."""
        return tag != "PMID" or not self.record or "PMID" not in self.record.by_tag

    def _goes_on(self, line: str) -> bool:
        """Take a line into the field before it: an indented one, or one of prose that lost its indent behind a full line."""
        last = self.record.fields[-1] if self.record and self.record.fields else None
        if last is None or (last.tag == _LAST and self.gap):
            return False
        if line.startswith((_FOLDED, "\t")):
            last.goes_on(line.strip(), "\n" if self.gap else " ")
            self.gap = False
            return True
        if self.gap or last.tag not in _PROSE or self.width < _FULL_LINE:
            return False
        last.goes_on(line.strip(), " ")
        return True


def _cut_off(record: TaggedRecord, where: str) -> Unreadable:
    return Unreadable(f"{where}, line {record.line}", "the file breaks off within this record.", "Export it from PubMed again.")


def _document(record: TaggedRecord, where: str) -> Document | Unreadable:
    place = f"{where}, line {record.line}"
    damaged = record.damaged()
    if damaged:
        return Unreadable(f"{where}, line {damaged.line}", f"the field {damaged.tag} holds bytes that are no text, and its record was left out.",
                          "Export it from PubMed again, as UTF-8.")  # fmt: skip
    # Bio.Medline takes one record at a time, unfolded here: it ends a record at any empty line, and cuts folded lists in pieces.
    fields = _read_fields([f"{f.tag:<4}- {f.value}" for f in _without_seconds(record)])
    pmid = _PMID.match(_text(fields, "PMID"))
    if not pmid:
        return Unreadable(place, "this record has no PMID.", "Export it from PubMed again; the other records were read.")
    title = _title(fields)
    parts = labelled(line for value in record.all("AB") for line in value.split("\n"))
    if not title and not parts:
        return Unreadable(place, f"the record of PMID {pmid[1]} has neither title nor abstract.", "Look it up at PubMed.")
    text, sections = titled_text(title, parts)
    names = _identifiers(pmid[1], fields)
    types = _list(fields, "PT")
    return Document(
        id=f"pmid:{pmid[1]}",
        title=title,
        text=text,
        sections=sections,
        year=year_of(_text(fields, "DP", "SO")),
        journal=_text(fields, "TA", "JT") or None,
        identifiers=names,
        registry_ids=registry_ids("\n".join([text, *_list(fields, "SI")])),
        publication_types=types,
        keywords=tuple(word.removeprefix("*") for word in _list(fields, "OT")),
        mesh=tuple(term.replace("*", "") for term in _list(fields, "MH")),
        authors=tuple(name.replace(",", "") for name in _list(fields, "FAU") or _list(fields, "AU")) + _list(fields, "CN"),
        notices=with_marks(_notices(record, _ABOUT_IT), title, types, _SAID_BY),
        notifies=with_types((), _notices(record, _IT_IS_ABOUT), types, _SAID_BY)[1],
        reports_on=_comments_on(record),
        other_texts=_other_texts(record),
        language=_text(fields, "LA") or None,
        original_title=_text(fields, "TT") or None,
        version=int(pmid[2]) if pmid[2] else None,
        entered=_first_date(fields, "CRDT", "EDAT", "DA"),
        revised=_first_date(fields, "LR"),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid[1]}/",
        origin=place,
        format=Nbib.name,
    )


def _without_seconds(record: TaggedRecord) -> Iterator[Field]:
    """The fields that count: of those that a record has once, the first."""
    return (f for f in record.fields if f.tag not in _ONCE or f is record.by_tag[f.tag][0])


def _seconds_named(record: TaggedRecord, where: str) -> Iterator[Unreadable]:
    """An error for each further value of a field that a record has once. An abstract's are its paragraphs."""
    for tag in sorted(_ONCE - {"AB"}):
        first, *more = record.by_tag.get(tag, [None])
        for second in more:
            if first and second and second.value != first.value:
                yield Unreadable(
                    f"{where}, line {second.line}",
                    f"a second {tag} in this record; the record was read without it.",
                    "Look it up at PubMed.",
                )


def _list(fields: Mapping[str, str | list[str]], key: str) -> tuple[str, ...]:
    """A field as a list; Bio.Medline gives some as one text."""
    value = fields.get(key, [])
    return tuple(v for item in ([value] if isinstance(value, str) else value) if (v := item.strip()))


def _text(fields: Mapping[str, str | list[str]], *keys: str) -> str:
    """The first value of the first key that has one."""
    return next((value for key in keys for value in _list(fields, key)), "")


def _title(fields: Mapping[str, str | list[str]]) -> str:
    """The title; a book's where a chapter has none. PubMed puts a translated title into brackets, and says in words that one is missing."""
    title = _text(fields, "TI", "BTI").replace("\n", " ")
    if title.lower().startswith(_NO_TITLE):
        return ""
    translated = _TRANSLATED.fullmatch(title)
    if translated is None:
        return title
    inner = translated[1].strip()
    return inner if inner.endswith((".", "?", "!")) else inner + translated[2]


def _identifiers(pmid: str, fields: Mapping[str, str | list[str]]) -> Identifiers:
    """The DOI stands among other names, each with its sort in brackets behind it."""
    dois = (doi for name in _list(fields, "AID") + _list(fields, "LID") for doi in _dois(name))
    return Identifiers(next(dois, None), pmid, normal_pmcid(_text(fields, "PMC")))


def _dois(names: str) -> Iterator[str]:
    for name in re.findall(r"(\S+) \[doi\]", names):
        doi = exact_doi(name)
        if doi:
            yield doi


def _notices(record: TaggedRecord, kinds: Mapping[str, NoticeKind]) -> tuple[Notice, ...]:
    """PubMed's links of these tags."""
    found = ((kind, link) for tag, kind in kinds.items() for link in record.all(tag))
    return tuple(Notice(kind, _SAID_BY, Identifiers.found_in(link), cited_date(link), link) for kind, link in found)


def _comments_on(record: TaggedRecord) -> tuple[Reference, ...]:
    """The papers that a comment is about."""
    return tuple(Reference(names, citation=link) for link in record.all("CON") if (names := Identifiers.found_in(link)))


def _other_texts(record: TaggedRecord) -> tuple[OtherText, ...]:
    """Abstracts beside the English one. Each has its language in the field that follows it, and not every one has."""
    found: list[OtherText] = []
    for before, after in itertools.pairwise([*record.fields, Field("", 0, [])]):
        if before.tag != "OAB" or not before.value:
            continue
        sort = _OTHER_SORT.match(before.value)
        text = before.value[sort.end() :] if sort else before.value
        if not _ELSEWHERE.match(text):
            found.append(OtherText(text, after.value or None if after.tag == "OABL" else None, sort[1] if sort else None))
    return tuple(found)


def _first_date(fields: Mapping[str, str | list[str]], *keys: str) -> str | None:
    return next((day for key in keys if (day := iso_date(_text(fields, key)))), None)
