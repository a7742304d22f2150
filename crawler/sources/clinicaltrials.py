"""ClinicalTrials.gov (API version 2): registrations of trials, with the arms and results that are posted there as numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from crawler.document import Document
from crawler.errors import SaidNo, ServiceError, Unreadable
from crawler.http import Answer, Door, Final, Service, Transient
from crawler.json_place import Misshapen, Place, printed_under, sort_of
from crawler.sources.registered_study import aliases_of, document_of, nct_number, number_of
from crawler.sources.source import Answered, Lacking, Listed, Listing, Search

_T = TypeVar("_T")

_PAGE = 1000
_JSON = "application/json"
_MOVED = frozenset({301, 302, 303, 307, 308})
#: Fields that change each day for every study, whatever becomes of it.
_VOLATILE = ("derivedSection", "miscInfoModule", "versionHolder")


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of a list. `found` is the count of all hits, which the first page bears."""

    studies: tuple[Place, ...]
    found: int | None
    token: str | None


@dataclass(frozen=True, slots=True)
class _Moved:
    """Asked for under a number that was joined to another."""

    number: str


class ClinicalTrials:
    """The registry of the US National Library of Medicine. Its ids are NCT numbers; an answer is one study's JSON, keys sorted."""

    name = "clinicaltrials"
    batch = 50

    def __init__(self, door: Door, service: Service) -> None:
        self._door, self._service = door, service

    def listing(self, search: Search, changed_since: date | None) -> Listing:
        """Every study that a search matches, marked with the day of its last update; one request for each 1,000."""
        # What does not fit into one page is not listed whole by every refresh, only what was updated lately.
        lately = changed_since if search.stored >= _PAGE else None
        params: dict[str, str | int] = {
            "query.term": _term(search, lately),
            "fields": "NCTId,LastUpdatePostDate",
            "pageSize": min(_PAGE, search.limit or _PAGE),
            "countTotal": "true",
        }
        first = self._ask("studies", params, _first_page)
        found, page, tokens = first.found or 0, first, set[str]()
        items = _listed(page, changed_since)
        # The service gives a token after a full last page, and a page that repeats one would be asked for without end.
        while page.studies and page.token and page.token not in tokens and len(items) < min(found, search.limit or found):
            tokens.add(page.token)
            page = self._ask("studies", params | {"pageToken": page.token}, _page)
            items |= _listed(page, changed_since)
        kept = tuple(items.values())[: search.limit]
        return Listing(kept, whole=lately is None and len(kept) == found, found=found)

    def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
        """The studies of these numbers: one list, and one request for each number that the list did not bring."""
        numbers = {id: nct_number(id) for id in dict.fromkeys(ids)}
        studies = self._list_or_first(tuple(dict.fromkeys(n for n in numbers.values() if n)))
        for id, number in numbers.items():
            if number is None:
                yield Lacking(id, f"{id} is no number of ClinicalTrials.gov (NCT and eight digits).", gone=True)
            elif number in studies:
                yield Answered(id, _canonical(studies[number]))
            else:
                yield self._alone(id, number)

    def _list_or_first(self, numbers: tuple[str, ...]) -> dict[str, Place]:
        """The studies of a list. Where the list is refused (too large, say), the first one alone, if that much is given.

        Raises:
            SaidNo: the list is refused, and the first number by itself too: the others would fare no better.
        """
        try:
            return self._list(numbers) if numbers else {}
        except SaidNo:
            study = self._study(numbers[0]) if len(numbers) > 1 else None
            if study is None:
                raise
            return {numbers[0]: study}

    def _list(self, numbers: tuple[str, ...]) -> dict[str, Place]:
        """The studies of a list under the numbers asked for."""
        params: dict[str, str | int] = {"filter.ids": "|".join(numbers), "pageSize": len(numbers)}
        page = self._ask("studies", params, _page)
        known = {name: study for study in page.studies for name in aliases_of(study) if name in numbers}
        # A study's own number wins over another one's alias.
        return known | {own: study for study in page.studies if (own := number_of(study)) in numbers}

    def _alone(self, id: str, number: str) -> Answered | Lacking:
        try:
            study = self._study(number)
        except ServiceError as error:
            return Lacking(id, str(error))
        if study is None:
            return Lacking(id, f"ClinicalTrials.gov has no study {number}.", gone=True)
        return Answered(id, _canonical(study))

    def _study(self, number: str) -> Place | None:
        """One study by itself; None where there is none. A number that was joined to another is answered with the other's study."""
        found = self._ask(f"studies/{number}", None, lambda a: _single(a, number), expect=_MOVED | {404}, follow=False)
        if not isinstance(found, _Moved):
            return found
        target = found.number
        joined = self._ask(f"studies/{target}", None, lambda a: _single(a, target), expect=frozenset({404}))
        return None if isinstance(joined, _Moved) else joined

    def _ask(
        self,
        path: str,
        params: Mapping[str, str | int] | None,
        read: Callable[[Answer], _T],
        *,
        expect: frozenset[int] = frozenset(),
        follow: bool = True,
    ) -> _T:
        def shaped(answer: Answer) -> _T:
            try:
                return read(answer)
            except Misshapen as error:
                raise Transient(f"the answer has not the expected shape: {error}") from error

        return self._door.ask(self._service, path, params, shaped, accept=_JSON, expect=expect, follow=follow)

    def parse(self, answered: Answered) -> Document | Unreadable:
        """The document in a study's JSON."""
        where = f"ClinicalTrials.gov {answered.id}"
        try:
            return document_of(Place(json.loads(answered.body, strict=False)), answered.id, self.name)
        except Misshapen as error:
            return Unreadable(where, f"{error}.", "Fetch the record again; if it stays so, the registry has changed its format.")
        except RecursionError:
            return Unreadable(where, "the kept answer is nested too deeply.", "Fetch the record again.")
        except ValueError as error:
            return Unreadable(where, f"the kept answer cannot be read ({str(error)[:100]}).", "Fetch the record again.")


def _term(search: Search, updated_since: date | None = None) -> str:
    """The search in the registry's own language.

    >>> _term(Search("stem cells OR MSC", since=date(2010, 1, 1)))
    '(stem cells OR MSC) AND AREA[StudyFirstPostDate]RANGE[2010-01-01,MAX]'
    """
    bounds = (("StudyFirstPostDate", search.since), ("LastUpdatePostDate", updated_since))
    windows = [f"AREA[{field}]RANGE[{day.isoformat()},MAX]" for field, day in bounds if day is not None]
    if not windows:
        return search.query
    return " AND ".join([f"({search.query})", *windows] if search.query.strip() else windows)


def _canonical(study: Place) -> bytes:
    """A study's bytes, the same for the same study: keys sorted, no white space, without the day on which it was given."""
    value = study.value
    section, module, field = _VOLATILE
    if isinstance(value, dict) and isinstance(derived := value.get(section), dict) and isinstance(derived.get(module), dict):
        value = value | {section: derived | {module: {k: v for k, v in derived[module].items() if k != field}}}
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def _object(answer: Answer) -> Place:
    """The JSON object of an answer.

    Raises:
        Transient: the answer was cut, is no JSON, or is an error under a status that says success.
    """
    try:
        # Not strict: services put bare line feeds into the messages of their errors.
        value = json.loads(answer.body.decode("utf-8-sig"), strict=False)
    except (ValueError, RecursionError) as error:
        raise Transient(f"the answer is no whole JSON ({_beginning(answer)})") from error
    if not isinstance(value, dict):
        raise Transient(f"the answer should be an object and is {sort_of(value)} ({_beginning(answer)})")
    return Place(value)


def _beginning(answer: Answer) -> str:
    """The service's own words, as far as a message can hold them."""
    words = " ".join(re.sub(r"[^ -~]", " ", answer.body[:400].decode("latin-1")).split())
    return f"it begins with: {words[:120]}" if words else "it is empty"


def _page(answer: Answer) -> _Page:
    whole = _object(answer)
    listed = whole.at("studies")
    if listed.value is None:
        # An error under a status that says success: its words are the cause.
        words = " ".join("; ".join(printed_under(whole)).split())
        raise Transient(f"the answer holds no list of studies, but: {words[:200] or 'nothing'}")
    for study in listed.items:
        if number_of(study) is None:
            raise Transient(f"{study.pointer} bears no registration number")
    return _Page(listed.items, whole.at("totalCount").whole_number, whole.at("nextPageToken").text)


def _first_page(answer: Answer) -> _Page:
    page = _page(answer)
    if page.found is None:
        raise Transient("the answer does not say how many studies there are")
    return page


def _listed(page: _Page, changed_since: date | None) -> dict[str, Listed]:
    items: dict[str, Listed] = {}
    for study in page.studies:
        mark = study.at("protocolSection", "statusModule", "lastUpdatePostDateStruct", "date").text
        number = str(number_of(study))
        items[number] = Listed(number, mark, revised=_changed(mark, changed_since))
    return items


def _changed(mark: str | None, since: date | None) -> bool:
    """Whether a study changed on or after a day. A month or a year counts as changed until it is over."""
    return mark is not None and since is not None and mark >= since.isoformat()[: len(mark)]


def _single(answer: Answer, number: str) -> Place | _Moved | None:
    """A study that was asked for by itself; None where there is none."""
    if answer.status == 404:
        return None
    if answer.status in _MOVED:
        return _moved(answer, number)
    study = _object(answer)
    own = number_of(study)
    if own != number and number not in aliases_of(study):
        raise Transient(f"{number} was asked for, and the answer is {own or 'no study'} ({_beginning(answer)})")
    return study


def _moved(answer: Answer, number: str) -> _Moved:
    location = answer.headers.get("location", "")
    named = re.search(r"NCT\d{8}", location, re.IGNORECASE)
    if named is None:
        raise Final(f"{number} was forwarded to a place that names no study; set base_url to where the service is now")
    # The service itself may have moved: the same number is then asked for once more, and the forwarding followed.
    return _Moved(named[0].upper())
