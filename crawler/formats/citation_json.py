"""A citation as JSON with its page's text around it: one abstract, in English, without the page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.given import Given, lines_of, paragraphs
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
_KEY = re.compile(r'"(\w+)"\s*:')
_OBJECT = re.compile(r"^[ \t\ufeff]*(\{)", re.MULTILINE)
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_YEAR = re.compile(r"(?:19|20)\d\d")


class CitationJson:
    """A platform's JSON of one paper, alone or with the page's text before and after it."""

    name = "citation_json"
    what = "a platform's citation of one paper as JSON, with an abstract that may hold HTML"

    def recognises(self, given: Given) -> bool:
        """By three or more of the platform's own field names behind a brace that opens a line; a record with an `id` is none."""
        return _object_at(given.text) is not None

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """The one paper."""
        start = _object_at(given.text) or 0
        try:
            # Not strict: a page's copy may hold bare line feeds inside of its strings.
            fields, end = json.JSONDecoder(strict=False).raw_decode(given.text, start)
        except (ValueError, RecursionError) as error:
            yield Unreadable(given.where, f"the citation's JSON breaks off ({error}).", "Save the page again, whole.")
            return
        yield _document(fields, given.text[end:], given)


def _object_at(text: str) -> int | None:
    for brace in _OBJECT.finditer(text):
        keys = set(_KEY.findall(text, brace.start(1)))
        if len(keys & _MARKS) >= _MARKS_NEEDED and "id" not in keys:
            return brace.start(1)
    return None


def _document(fields: dict[str, Any], page: str, given: Given) -> Document | Unreadable:
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
    return value if isinstance(value, str) else ""


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
