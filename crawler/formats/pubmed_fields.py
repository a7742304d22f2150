"""What a PubMed record says around the abstract: people, dates, headings, registrations.

What nearly every record spells alike is read by one search. Where the count of end tags says that something was spelt otherwise, it is
read element by element.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.formats.dates import iso_date, year_of
from crawler.formats.pubmed_elements import elements, inside, plain_texts, tag, text_in, texts
from crawler.formats.pubmed_zones import Zones
from crawler.record import registry_ids

_AUTHOR, _LAST, _FORE, _INITIALS, _SUFFIX, _GROUP = (
    tag(name) for name in ("Author", "LastName", "ForeName", "Initials", "Suffix", "CollectiveName")
)
_KEYWORDS, _KEYWORD, _HEADINGS, _HEADING = (tag(name) for name in ("KeywordList", "Keyword", "MeshHeadingList", "MeshHeading"))
_TYPES, _TYPE, _BANKS, _NUMBER = (
    tag(name) for name in ("PublicationTypeList", "PublicationType", "DataBankList", "AccessionNumber")
)
_ONE_PERSON = re.compile(
    rb"<LastName>([^<]*+)</LastName>\s*+<ForeName>([^<]*+)</ForeName>\s*+(?:<Initials>[^<]*+</Initials>\s*+)?+<(?:/Author>|AffiliationInfo>|Identifier )"
)
_ONE_AUTHOR = re.compile(
    rb"<Author(?:\s[^<>]*+)?>\s*+(?:<LastName>([^<]*+)</LastName>\s*+(?:<ForeName>([^<]*+)</ForeName>\s*+)?(?:<Initials>([^<]*+)</Initials>\s*+)?"
    rb"(?:<Suffix>([^<]*+)</Suffix>\s*+)?|<CollectiveName>([^<]*+)</CollectiveName>\s*+)<(?:/Author>|AffiliationInfo>|Identifier )"
)
_ONE_KEYWORD = re.compile(rb"<Keyword(?:\s[^<>]*+)?>([^<]*+)</Keyword>")
_ONE_TERM = re.compile(rb"<(?:DescriptorName|QualifierName)(?:\s[^<>]*+)?>([^<]*+)<")
_DATE_PARTS = tuple(re.compile(f"<{part}\\s*>([^<]*)<".encode()) for part in ("Year", "Month", "Day"))
#: What a registration number looks like from afar: all digits as one digit, and the letters of the short ones, NTR and RBR, as the same.
_SHAPES = bytes.maketrans(b"123456789NT", b"000000000RB")
_NUMBERS = re.compile(rb"0{6}|RBR(?:-|(?:\s|\xc2\xa0)?000)")
#: How far a registration number may reach beyond the digits that give it away.
_REACH = 32


def authors(zones: Zones) -> tuple[str, ...]:
    """People, family name first, and groups, in order."""
    return names_in(zones.body, zones.authors, zones.tail)


def names_in(body: bytes, start: int, end: int) -> tuple[str, ...]:
    """The names in a list of authors."""
    count = body.count(_AUTHOR.ending, start, end)
    people = _ONE_PERSON.findall(body, start, end)
    if len(people) == count:
        return plain_texts([b" ".join(name) for name in people])
    anyone = _ONE_AUTHOR.findall(body, start, end)
    if len(anyone) == count:
        return plain_texts(
            [group or b" ".join(filter(None, (last, fore or initials, suffix))) for last, fore, initials, suffix, group in anyone]
        )
    return tuple([name for _, author in elements(body[start:end], _AUTHOR) if (name := _name(author))])


def _name(author: bytes) -> str:
    family = text_in(author, _LAST)
    if not family:
        return text_in(author, _GROUP)
    given = text_in(author, _FORE) or text_in(author, _INITIALS)
    return " ".join(part for part in (family, given, text_in(author, _SUFFIX)) if part)


def keywords(zones: Zones) -> tuple[str, ...]:
    """The authors' keywords, and others'."""
    body, start, end = zones.body, zones.indexing, zones.data
    start = body.find(_KEYWORDS.opening, start, end)
    if start < 0:
        return ()
    found = _ONE_KEYWORD.findall(body, start, end)
    return plain_texts(found) if len(found) == body.count(_KEYWORD.end_tag, start, end) else texts(body[start:end], _KEYWORD)


def mesh(zones: Zones) -> tuple[str, ...]:
    """Subject headings, each with its qualifiers behind strokes."""
    headings = inside(zones.body, _HEADINGS, zones.indexing, zones.data)
    return plain_texts([b"/".join(_ONE_TERM.findall(heading)) for heading in headings.split(_HEADING.ending)]) if headings else ()


def publication_types(zones: Zones) -> tuple[str, ...]:
    """What kinds of publication it is. A book's stand without a list."""
    body = zones.body
    listed = inside(body, _TYPES, zones.tail, zones.tail_end) or inside(body, _TYPES, 0, zones.authors)
    return _types(listed or body[zones.tail : zones.tail_end])


@lru_cache(maxsize=1024)
def _types(zone: bytes) -> tuple[str, ...]:
    return texts(zone, _TYPE)


def registrations(text: str, zones: Zones) -> tuple[str, ...]:
    """Registration numbers in the text, then those that PubMed lists.

    The same as `registry_ids` of all of it, which tries some fifteen patterns on every character; here it is shown the neighbourhood of
    digits alone.
    """
    banks = inside(zones.body, _BANKS, zones.tail, zones.tail_end)
    written = "\n".join((text, *texts(banks, _NUMBER))).encode() if banks else text.encode()
    shape = written.translate(_SHAPES)
    # Every number has six digits in a row but the Dutch and the Brazilian ones, which are told by their letters.
    if b"000000" not in shape and b"RBR" not in shape:
        return ()
    return registry_ids(b"\n\n".join(_neighbourhoods(written, shape)).decode())


def _neighbourhoods(written: bytes, shape: bytes) -> list[bytes]:
    """The words around each number, whole words only; neighbourhoods that meet are one."""
    spans: list[tuple[int, int]] = []
    for number in _NUMBERS.finditer(shape):
        before, seen = spans[-1] if spans else (0, 0)
        if number.end() + _REACH <= seen:
            continue
        start = max(number.start() - _REACH, seen)
        start = max(written.rfind(b" ", seen, start), written.rfind(b"\n", seen, start), seen - 1) + 1
        end = min([at for sign in (b" ", b"\n") if (at := written.find(sign, number.end() + _REACH)) >= 0], default=len(written))
        if spans and start <= seen:
            spans[-1] = (before, end)
        else:
            spans.append((start, end))
    return [written[start:end] for start, end in spans]


@lru_cache(maxsize=8192)
def day_in(markup: bytes) -> str | None:
    """The date of an element with year, month and day, in ISO form and as precise as it stands there."""
    parts: list[str] = []
    for pattern in _DATE_PARTS:
        found = pattern.search(markup)
        if not found or not found[1].strip():
            break
        parts.append(found[1].strip().decode())
    return iso_date("/".join(parts))


def entered(zones: Zones) -> str | None:
    """The day on which the record entered PubMed: of its history's dates the one that is called `entrez`."""
    at = zones.body.find(b"entrez", zones.data, zones.references)
    return day_in(zones.body[at : zones.body.find(b"</PubMedPubDate", at, zones.references)]) if at >= 0 else None


@lru_cache(maxsize=8192)
def year_in(markup: bytes) -> int | None:
    """The year of a date in parts or in words; of a range its first."""
    return year_of(markup.decode())
