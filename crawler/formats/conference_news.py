"""News from a conference: a report on results that were presented there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crawler.document import Document, Read, Report
from crawler.errors import Unreadable
from crawler.formats.furniture import is_breadcrumb, is_prose, without_furniture
from crawler.formats.given import Given, lines_of, paragraphs
from crawler.formats.passages import Passage, text_of
from crawler.record import Identifiers, Reference, registry_ids

_CONFERENCE = re.compile(r"^(?:conference|congress|meeting|presented at|event)\s*(?::\s*(?P<value>.*))?$", re.IGNORECASE)
_PRESENTER = re.compile(r"^(?:presented by|presenters?|speakers?|presenting author)\s*(?::\s*(?P<value>.*))?$", re.IGNORECASE)
_OTHER_LABEL = re.compile(
    r"^(?:location|venue|date|session|topic|specialty|author|reporter|written by)s?\s*(?::\s*(?P<value>.*))?$",
    re.IGNORECASE,
)
_LABELS = (_CONFERENCE, _PRESENTER, _OTHER_LABEL)
_REFERENCE = re.compile(r"^\[?(?P<number>\d{1,2})[.\])]\s*(?P<citation>.*\b(?:19|20)\d\d\b.*)$")
#: What a numbered reference has and a numbered sentence lacks.
_CITES = re.compile(
    r"\bet al\b|\bdoi\b|(?:19|20)\d\d;\s?\d|\babstract\b|\bposter\b|\bcongress\b|\bmeeting\b|https?://", re.IGNORECASE
)
_REFERENCE_HEADING = re.compile(r"^(?:key )?references?\s*:?$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LONGEST_LABEL_VALUE = 120
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z(])")


class ConferenceNews:
    """A news page that names the conference, and who presented there or the abstract that was presented."""

    name = "conference_news"
    what = 'a conference report as text, with a line "Conference" that names it, and a presenter or a numbered reference'

    def recognises(self, given: Given) -> bool:
        """By the name of the conference under its label, beside a presenter's label or a numbered reference; with prose below."""
        lines = lines_of(given.text)
        if not _value(_CONFERENCE, lines) or not any(is_prose(line) for line in lines):
            return False
        return bool(_value(_PRESENTER, lines)) or any(map(_reference, lines))

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """The one report."""
        page = _taken_apart(lines_of(given.text), given)
        if not any(is_prose(p) for p in page.body):
            yield Unreadable(given.where, "the conference page has no article, only its frame.")
            return
        text, sections = text_of(page.title, [Passage(p) for p in page.body], between="\n\n")
        yield Document(
            id=given.stem,
            title=page.title,
            text=text,
            sections=sections,
            year=page.year,
            journal=page.conference,
            read=Read.WEB_PAGE,
            report=Report.CONFERENCE,
            reports_on=_reports_on(page),
            registry_ids=registry_ids(text),
            origin=given.where,
            format=ConferenceNews.name,
        )


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's parts. `references` are the citations by their printed numbers."""

    title: str
    conference: str
    year: int | None
    body: Sequence[str]
    references: dict[str, str]


def _value(label: re.Pattern[str], lines: Sequence[str]) -> str | None:
    """What a label says: on its own line, or on the next one that is not blank."""
    at = _label_at(label, lines)
    return None if at is None else at[1]


def _label_at(label: re.Pattern[str], lines: Sequence[str]) -> tuple[int, str, int] | None:
    """Line of the label, its value, and the line behind the value."""
    for n, line in enumerate(lines):
        found = label.match(line)
        if not found or len(line) > _LONGEST_LABEL_VALUE:
            continue
        value = (found["value"] or "").strip()
        if value:
            return n, value, n + 1
        below = next((k for k in range(n + 1, min(n + 3, len(lines))) if lines[k]), None)
        if below is not None and len(lines[below]) <= _LONGEST_LABEL_VALUE:
            return n, lines[below], below + 1
    return None


def _taken_apart(lines: list[str], given: Given) -> _Page:
    conference = _value(_CONFERENCE, lines) or ""
    title = _title(lines, given)
    references = {m["number"]: m["citation"].strip() for m in map(_reference, lines) if m}
    rest = _without_labels(lines)
    rest = [line for line in rest if line != title and not _reference(line) and not _REFERENCE_HEADING.match(line)]
    return _Page(title, conference, _year(conference, lines), without_furniture(paragraphs(rest)), references)


def _reference(line: str) -> re.Match[str] | None:
    found = _REFERENCE.match(line)
    return found if found and _CITES.search(found["citation"]) else None


def _title(lines: Sequence[str], given: Given) -> str:
    """The markup's title, else the last step of the page's path, else the first line that is neither path nor label."""
    if given.title:
        return given.title
    path = next((line for line in lines if is_breadcrumb(line)), None)
    last = re.split(r"\s*[>›»]\s*", path)[-1] if path else ""
    if last and last in lines:
        return last
    first = next((line for line in _without_labels(lines) if line and not is_breadcrumb(line)), "")
    return "" if is_prose(first) else first


def _without_labels(lines: Sequence[str]) -> list[str]:
    rest = list(lines)
    for label in _LABELS:
        at = _label_at(label, rest)
        if at:
            del rest[at[0] : at[2]]
    return rest


def _year(conference: str, lines: Sequence[str]) -> int | None:
    """The conference's year; where its name has none, the year of the page's copyright or date."""
    dated = (line for line in lines if re.match(r"(?:copyright|©|posted on|published|date)\b|©", line, re.IGNORECASE))
    found = next((m for line in (conference, *dated) if (m := _YEAR.search(line))), None)
    return int(found[0]) if found else None


def _reports_on(page: _Page) -> tuple[Reference, ...]:
    """The trial that was presented: the reference that names the conference, and the registration in the sentence that cites it.

    A page that registers one trial only tells of that one, wherever it cites it.
    """
    number, citation = next(((n, c) for n, c in page.references.items() if _names(c, page.conference)), ("", None))
    body = "\n".join(page.body)
    citing = " ".join(s for s in _SENTENCE.split(body) if number and re.search(rf"\[[\d,\s–-]*\b{number}\b[\d,\s–-]*\]", s))
    all_ids = registry_ids(f"{page.title}\n{body}")
    ids = registry_ids(citing) or (all_ids if len(all_ids) == 1 else registry_ids(citation or ""))
    names = Identifiers.found_in(citation or "")
    if not ids:
        return (Reference(names, None, citation),) if citation else ()
    return tuple(Reference(names, registry_id, citation) for registry_id in ids)


def _names(citation: str, conference: str) -> bool:
    """Whether a citation names the conference, by the words of its name."""
    words = [w for w in re.findall(r"\w+", conference.lower()) if len(w) > 2]
    return bool(words) and all(w in citation.lower() for w in words)
