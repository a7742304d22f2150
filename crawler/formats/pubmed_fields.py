"""What a PubMed record says around the abstract: people, dates, headings, registrations.

What nearly every record spells alike is read by one search. Where the count of end tags says that something was spelt otherwise, it is
read element by element.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.formats.dates import iso_date, year_of
from crawler.formats.pubmed_elements import elements, plain_texts, tag, text_in, texts
from crawler.record import registry_ids

_AUTHOR, _LAST, _FORE, _INITIALS, _SUFFIX, _GROUP = (
    tag(name) for name in ("Author", "LastName", "ForeName", "Initials", "Suffix", "CollectiveName")
)
_KEYWORDS, _KEYWORD, _TYPE, _NUMBER, _HEADING = (
    tag("KeywordList"),
    tag("Keyword"),
    tag("PublicationType"),
    tag("AccessionNumber"),
    b"</MeshHeading",
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


def authors(body: bytes, start: int, end: int) -> tuple[str, ...]:
    """People, family name first, and groups, in order, of the lists in a stretch of a record."""
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


def keywords(zone: bytes) -> tuple[str, ...]:
    """The authors' keywords, and others'."""
    if not zone:
        return ()
    found = _ONE_KEYWORD.findall(zone)
    usual = len(found) == zone.count(_KEYWORD.ending) - zone.count(_KEYWORDS.ending)
    return plain_texts(found) if usual else texts(zone, _KEYWORD)


def mesh(headings: bytes) -> tuple[str, ...]:
    """Subject headings, each with its qualifiers behind strokes."""
    return plain_texts([b"/".join(_ONE_TERM.findall(heading)) for heading in headings.split(_HEADING)]) if headings else ()


@lru_cache(maxsize=2048)
def publication_types(zone: bytes) -> tuple[str, ...]:
    """What kinds of publication it is."""
    return texts(zone, _TYPE)


def registrations(text: str, banks: bytes) -> tuple[str, ...]:
    """Registration numbers in the text, then those that PubMed lists.

    The same as `registry_ids` of all of it, which tries some fifteen patterns on every character; here it is shown the neighbourhood of
    digits alone.
    """
    written = "\n".join((text, *texts(banks, _NUMBER))).encode() if banks else text.encode()
    shape = written.translate(_SHAPES)
    # Every number has six digits in a row but the Dutch and the Brazilian ones, which are told by their letters.
    if b"000000" not in shape and b"RBR" not in shape:
        return ()
    near = _neighbourhoods(written, shape)
    return registry_ids(b"\n\n".join(near).decode()) if near else ()


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


def entered(body: bytes, start: int, end: int) -> str | None:
    """The day on which the record entered PubMed: of its history's dates the one that is called `entrez`."""
    at = body.find(b"entrez", start, end)
    return day_in(body[at : body.find(b"</PubMedPubDate", at, end)]) if at >= 0 else None


@lru_cache(maxsize=8192)
def year_in(markup: bytes) -> int | None:
    """The year of a date in parts or in words; of a range its first."""
    return year_of(markup.decode())
