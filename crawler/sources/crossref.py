"""Crossref: what publishers deposit with a DOI, what it cites, and which later notices (retraction, concern, correction) are about it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from crawler.document import Document
from crawler.errors import SaidNo, ServiceError, Unreadable
from crawler.formats.exact_doi import exact_doi
from crawler.formats.markup import plain
from crawler.formats.retraction_marks import with_marks
from crawler.http import Answer, Door, Final, Service, Transient
from crawler.record import Identifiers, Notice, NoticeKind, Reference
from crawler.sources.doi import (
    Shortfalls,
    canonical,
    csl_date,
    csl_document,
    json_object,
    objects,
    stored_object,
    string,
    titled,
)
from crawler.sources.source import Answered, Lacking, Listing, Search

#: How many works one list is asked for. There is room for a work that stands in it twice.
_BATCH, _ROWS = 50, 100
#: Names that can stand in a filter as they are. A comma ends a filter's value, and cannot be escaped.
_PLAIN_NAME = re.compile(r"[a-z0-9._/()-]+")

#: Crossref's types of updates, and what publishers and Retraction Watch write in their place; "article", "notice" and their like are taken
#: off before. Only these exclude a paper: a partial retraction leaves the rest of it standing.
_RETRACTED = {"retraction", "retracted", "retraction_and_replacement", "withdrawal", "withdrawn", "removal", "removed"}
_CONCERN = {"concern", "expression_of_concern", "expressions_of_concern"}
#: A later version or edition is a publication of its own, and says nothing against this one: no notice.
_NO_NOTICE = {"new_version", "new_edition"}
_REINSTATED = {"reinstatement", "reinstated"}
_TRIMMINGS = re.compile(
    r"^(?:notice_of_|full_|complete_|article_|editorial_|publisher_)+|(?:_notice|_statement|_note|_of_article|_of_publication)+$"
)


class Crossref:
    """The agency of most papers' DOIs. Its ids are DOIs."""

    name = "crossref"
    batch = _BATCH

    def __init__(self, door: Door, service: Service) -> None:
        self._door, self._service = door, service

    def listing(self, search: Search, changed_since: date | None) -> Listing:
        """Crossref ranks what a query may mean, and answers no search in which every hit is meant."""
        raise SaidNo(
            self.name, "Crossref is asked for DOIs and for notices, and not searched; take it out of this search's sources."
        )

    def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
        """The works of these DOIs: one list, and one request for each that a list cannot hold or did not bring."""
        names = {id: exact_doi(id) for id in dict.fromkeys(ids)}
        listed = list(dict.fromkeys(name for name in names.values() if name and _PLAIN_NAME.fullmatch(name)))
        works = self._works(listed) if len(listed) > 1 else {}
        for id, name in names.items():
            if name is None:
                yield Lacking(id, f"{id} is no DOI.", gone=True)
            elif name in works:
                yield Answered(id, canonical(works[name]))
            else:
                yield self._single(id, name)

    def _works(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The works of a list, by DOI. What it does not hold is unknown to Crossref, or was lost."""
        asked, short = frozenset(names), Shortfalls()
        params: dict[str, str | int] = {"filter": ",".join(f"doi:{name}" for name in names), "rows": _ROWS}
        return self._door.ask(
            self._service, "works", params, lambda answer: _listed(answer, asked, short), accept="application/json"
        )

    def _single(self, id: str, name: str) -> Answered | Lacking:
        try:
            work = self._work(name)
        except ServiceError as error:
            return Lacking(id, str(error))
        if work is None:
            return _unknown(id, name)
        return Answered(id, canonical(work))

    def _work(self, name: str) -> dict[str, Any] | None:
        path = f"works/{quote(name, safe='')}"
        return self._door.ask(self._service, path, None, _one_work, accept="application/json", expect=frozenset({404}))

    def parse(self, answered: Answered) -> Document | Unreadable:
        """The document in a work. A DOI that was merged into another one brings the other one's work."""
        work = stored_object(answered)
        if isinstance(work, Unreadable):
            return work
        document = csl_document(answered.id, work, self.name)
        return replace(
            document,
            notices=notices_of(work),
            notifies=_notifies(work),
            cites=tuple(ref for entry in objects(work.get("reference")) if (ref := _reference(entry))),
            format="crossref",
        )

    def sweep(self, dois: Sequence[str]) -> Iterator[tuple[str, tuple[Notice, ...]] | Lacking]:
        """What is published about each of these DOIs: its notices (none is an answer), or `Lacking`.

        One request for every 50 DOIs, and one for each DOI with a comma in it. `Lacking.gone`: Crossref does not know the DOI; else the
        asking failed. A page that fails makes its DOIs lacking, and no others.
        """
        asked_as: dict[str | None, list[str]] = {}
        for doi in dict.fromkeys(dois):
            asked_as.setdefault(exact_doi(doi), []).append(doi)
        yield from (Lacking(doi, f"{doi} is no DOI.", gone=True) for doi in asked_as.pop(None, []))
        known = [name for name in asked_as if name]
        for page in [*_pages([name for name in known if "," not in name]), *([name] for name in known if "," in name)]:
            for name, found in self._swept(page).items():
                yield from (replace(found, id=doi) if isinstance(found, Lacking) else (doi, found) for doi in asked_as[name])

    def _swept(self, page: Sequence[str]) -> dict[str, tuple[Notice, ...] | Lacking]:
        """What became of each name of a page. A list that is refused may be so for an unusual name, which is then asked for by itself."""
        try:
            works = self._each(page) if len(page) == 1 and not _PLAIN_NAME.fullmatch(page[0]) else self._works(page)
        except SaidNo as error:
            odd = [name for name in page if not _PLAIN_NAME.fullmatch(name)]
            if len(page) == 1 or not odd:
                return {name: Lacking(name, str(error)) for name in page}
            parts = [part for part in ([name for name in page if name not in odd], *([name] for name in odd)) if part]
            return {name: found for part in parts for name, found in self._swept(part).items()}
        except ServiceError as error:
            return {name: Lacking(name, str(error)) for name in page}
        return {name: notices_of(works[name]) if name in works else _unknown(name, name) for name in page}

    def _each(self, names: Sequence[str]) -> dict[str, dict[str, Any]]:
        return {name: work for name in names if (work := self._work(name)) is not None}


def _unknown(id: str, name: str) -> Lacking:
    return Lacking(id, f"Crossref knows no DOI {name}; another agency may.", gone=True)


def _pages(names: Sequence[str]) -> list[Sequence[str]]:
    return [names[start : start + _BATCH] for start in range(0, len(names), _BATCH)]


def _message(answer: Answer) -> dict[str, Any]:
    found = json_object(answer)
    message = found.get("message")
    if found.get("status") == "ok" and isinstance(message, dict):
        return message
    words = "; ".join(text for item in objects(message) if (text := string(item.get("message")))) or string(message)
    why = f"Crossref answered {words or 'neither works nor a reason'}"
    raise Final(why) if found.get("message-type") == "validation-failure" else Transient(why)


def _listed(answer: Answer, asked: frozenset[str], short: Shortfalls) -> dict[str, dict[str, Any]]:
    message = _message(answer)
    total = message.get("total-results")
    if not isinstance(total, int):
        raise Transient("Crossref's list holds no count")
    items = ((exact_doi(string(item.get("DOI"))), item) for item in objects(message.get("items")))
    works = {name: item for name, item in items if name in asked and name}
    short.weigh(len(works), total, "Crossref")
    return works


def _one_work(answer: Answer) -> dict[str, Any] | None:
    if answer.status == 404:
        # An outage has been seen to answer 404, too, with other words.
        if b"resource not found" in answer.body[:1000].lower():
            return None
        raise Transient("Crossref answered 404, and not with its words for an unknown DOI")
    message = _message(answer)
    if not exact_doi(string(message.get("DOI"))):
        raise Transient("Crossref's answer holds no work")
    return message


def notices_of(work: Mapping[str, Any]) -> tuple[Notice, ...]:
    """What was published about a work: `updated-by`, and an `update-to` that names the work itself (a retraction in place).

    Each source's word stands by itself; one source's several entries of one event are one notice. A retraction that was taken back by a later
    reinstatement is none, which is told as a correction. A publisher's mark before the title speaks where no entry does.
    """
    own = exact_doi(string(work.get("DOI")))
    entries = [*objects(work.get("updated-by")), *(e for e in objects(work.get("update-to")) if own and _named(e) == own)]
    reinstated = max((_dated(e) or "" for e in entries if _sort(e) in _REINSTATED), default="")
    found = [n for n in map(_notice, entries) if n]
    standing = _merged(n for n in found if not (n.kind is NoticeKind.RETRACTED and n.date and n.date <= reinstated))
    # The mark may stay before the title of a paper that was reinstated.
    return standing if reinstated else with_marks(standing, titled(work), (), "crossref:publisher")


def _notifies(work: Mapping[str, Any]) -> tuple[Notice, ...]:
    """What this work is a notice about."""
    own = exact_doi(string(work.get("DOI")))
    return _merged(n for entry in objects(work.get("update-to")) if _named(entry) != own and (n := _notice(entry)))


def _notice(entry: Mapping[str, Any]) -> Notice | None:
    kind = _kind(_sort(entry))
    if kind is None:
        return None
    source = string(entry.get("source")).lower().replace(" ", "-") or "publisher"
    words = plain(string(entry.get("label")) or string(entry.get("type"))) or None
    return Notice(kind, f"crossref:{source}", Identifiers(doi=_named(entry)), _dated(entry), words)


def _sort(entry: Mapping[str, Any]) -> str:
    """The type of an update in one spelling: small letters, words joined by underscores."""
    written = string(entry.get("type")) or string(entry.get("label"))
    return _TRIMMINGS.sub("", re.sub(r"[\s_-]+", "_", written.strip().lower()))


def _kind(sort: str) -> NoticeKind | None:
    """The kind of notice; of a type that is in no list only that something was corrected. None: it is no notice."""
    if sort in _NO_NOTICE or not sort:
        return None
    if sort in _RETRACTED:
        return NoticeKind.RETRACTED
    return NoticeKind.CONCERN if sort in _CONCERN else NoticeKind.CORRECTED


def _named(entry: Mapping[str, Any]) -> str | None:
    return exact_doi(string(entry.get("DOI")))


def _dated(entry: Mapping[str, Any]) -> str | None:
    return csl_date(entry.get("updated"))


def _merged(notices: Iterator[Notice]) -> tuple[Notice, ...]:
    """One notice an event and source, in a lasting order, each with its most precise date."""

    def event(notice: Notice) -> tuple[str, str, str]:
        return notice.kind.value, notice.said_by, notice.identifiers.doi or ""

    def rank(notice: Notice) -> tuple[tuple[str, str, str], int, str, str]:
        return event(notice), -len(notice.date or ""), notice.date or "", notice.citation or ""

    return tuple(next(same) for _, same in itertools.groupby(sorted(notices, key=rank), key=event))


def _reference(entry: Mapping[str, Any]) -> Reference | None:
    """What a work cites: by DOI, by a line of text, or by its parts."""
    line = plain(string(entry.get("unstructured")))
    parts = [
        plain(string(entry.get(key)))
        for key in ("author", "article-title", "volume-title", "journal-title", "series-title", "year")
    ]
    citation = line or ". ".join(part for part in parts if part)
    names = Identifiers.found_in(line)
    doi = exact_doi(string(entry.get("DOI"))) or names.doi
    reference = Reference(Identifiers(doi, names.pmid, names.pmcid), None, citation or None)
    return reference if reference.identifiers or reference.citation else None
