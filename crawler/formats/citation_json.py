"""A citation as JSON with its page's text around it: one abstract, in English, without the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.given import Given, lines_of, paragraphs, printable
from crawler.formats.markup import has_markup, passages, plain
from crawler.formats.passages import Passage, labelled, text_of
from crawler.record import Identifiers, normal_doi, normal_pmcid, normal_pmid, registry_ids

#: Names that citation platforms give their fields, and that no record of our own carries.
_MARKS = frozenset(
    [
        "DOIUrl",
        "PeriodicalId",
        "PeriodicalIF",
        "PeriodicalName",
        "publicationDate",
        "fieldsOfStudy",
        "isOpenAccess",
        "openAccessPdf",
        "citationCount",
        "resultStr",
        "platform",
        "paperid",
        "ListUrlMain",
        "RegionNum",
        "RegionCategory",
        "ArticlePicture",
        "TitleCN",
        "AbstractTextCN",
        "EPubDate",
        "PubModel",
        "JCR",
        "JCRName",
    ]
)
_MARKS_NEEDED = 3
#: A file of so many broken objects is no page.
_MOST_BROKEN = 20
_KEY = re.compile(r'"(\w+)"\s*:')
_OBJECT = re.compile(r"^[ \t\ufeff]*(\{)", re.MULTILINE)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_HALF = re.compile("[\ud800-\udfff]")
_YEAR = re.compile(r"(?:19|20)\d\d")


class CitationJson:
    """A platform's JSON of one paper, alone or with the page's text before and after it."""

    name = "citation_json"
    what = "a platform's citation of one paper as JSON, with an abstract that may hold HTML"

    def recognises(self, given: Given) -> bool:
        """By three or more of the platform's own field names behind a brace that opens a line; a record with an `id` is none."""
        return next(_objects(given.text), None) is not None

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """The paper; several, where pages were saved one after the other."""
        found = list(_objects(given.text))
        ends = [o.start for o in found[1:]] + [len(given.text)]
        for number, (citation, end) in enumerate(zip(found, ends, strict=True), 1):
            where = given.where if len(found) == 1 else f"{given.where}, citation {number}"
            one = replace(given, where=where, stem=given.stem if number == 1 else f"{given.stem}-{number}")
            if isinstance(citation.fields, Exception):
                yield Unreadable(where, f"the citation's JSON breaks off ({citation.fields}).", "Save the page again, whole.")
            else:
                yield _document(citation.fields, printable(given.text[citation.end : end]), one)


@dataclass(frozen=True, slots=True)
class _Object:
    """A citation's place in the file, and its fields, or why they cannot be read."""

    start: int
    end: int
    fields: dict[str, Any] | Exception


def _objects(text: str) -> Iterator[_Object]:
    """Objects with a platform's field names that open at a line's start. A list of objects is a data file, and no page."""
    if text.lstrip("\ufeff \t\r\n").startswith("["):
        return
    at, broken = 0, 0
    while broken < _MOST_BROKEN and (brace := _OBJECT.search(text, at)):
        start = brace.start(1)
        following = _OBJECT.search(text, brace.end())
        at = following.start() if following else len(text)
        try:
            # Not strict: a page's copy may hold bare line feeds inside of its strings.
            fields, end = json.JSONDecoder(strict=False).raw_decode(text, start)
        except (ValueError, RecursionError) as error:
            broken += 1
            if _is_citation(_KEY.findall(text, start, at)):
                yield _Object(start, at, error)
            continue
        at = end
        if _is_citation(fields):
            yield _Object(start, end, fields)


def _is_citation(keys: Iterable[str]) -> bool:
    names = set(keys)
    return len(names & _MARKS) >= _MARKS_NEEDED and "id" not in names


def _document(fields: dict[str, Any], page: str, given: Given) -> Document | Unreadable:
    for key in ("title", "abstract"):
        if _HALF.search(_text(fields, key)):
            return Unreadable(
                given.where, f"the citation's {key} holds half a character, which no file can keep.", "Save the page again."
            )
    title = plain(_text(fields, "title"))
    parts = _abstract(fields, page)
    text, sections = text_of(title, parts)
    if not parts:
        return Unreadable(
            given.where, "the citation has no abstract, neither in its JSON nor on its page.", "Add the paper from another source."
        )
    journal = fields.get("journal")
    date = _YEAR.search(_text(fields, "publicationDate") or _text(fields, "EPubDate") or str(fields.get("year") or ""))
    return Document(
        id=given.stem,
        title=title,
        text=text,
        sections=sections,
        year=int(date[0]) if date else None,
        journal=plain(_text(journal, "name") if isinstance(journal, dict) else "")
        or plain(_text(fields, "PeriodicalName"))
        or None,
        identifiers=Identifiers(
            normal_doi(_text(fields, "doi")),
            normal_pmid(str(fields.get("pmid") or fields.get("PMID") or "")),
            normal_pmcid(_text(fields, "PMCID")),
        ),
        registry_ids=registry_ids(text),
        publication_types=_list(fields.get("publicationTypes")),
        authors=_list(fields.get("authors")),
        url=_text(fields, "url") or _text(fields, "DOIUrl") or _text(fields, "ListUrlMain") or None,
        origin=given.where,
        format=CitationJson.name,
    )


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    return printable(value) if isinstance(value, str) else ""


def _list(value: object) -> tuple[str, ...]:
    """Names, which platforms write as one string or as a list."""
    items = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
    names = (item.get("name", "") if isinstance(item, dict) else item for item in items)
    return tuple(plain(name) for name in names if isinstance(name, str) and name.strip())


def _abstract(fields: dict[str, Any], page: str) -> list[Passage]:
    """The JSON's abstract; where it has none, the page's copy of it."""
    given = _text(fields, "abstract")
    if has_markup(given):
        return passages(given)
    if given.strip():
        return labelled(plain(line) for line in paragraphs(lines_of(given)))
    return labelled(_page_abstract(page))


def _page_abstract(page: str) -> list[str]:
    """The page's lines between the line "Abstract" and the first Chinese one (translation, journal blurb)."""
    lines = lines_of(page)
    starts = [n for n, line in enumerate(lines) if line.rstrip(":").lower() in ("abstract", "摘要")]
    if not starts:
        return []
    rest = lines[starts[0] + 1 :]
    stop = next((n for n, line in enumerate(rest) if _is_chinese(line)), len(rest))
    return paragraphs(rest[:stop])


def _is_chinese(line: str) -> bool:
    return (line.endswith((":", "：")) and bool(_CHINESE.search(line))) or len(_CHINESE.findall(line)) * 5 > len(line) > 0
