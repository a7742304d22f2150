"""doi.org: the authority on which DOIs exist. It also forwards to each agency's record as CSL JSON, a form that Crossref shares."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

from crawler.document import Document
from crawler.errors import SaidNo, Unreadable
from crawler.formats.abstracts import titled_text
from crawler.formats.dates import iso_date
from crawler.formats.exact_doi import exact_doi
from crawler.formats.given import printable
from crawler.formats.languages import language_code
from crawler.formats.markup import has_markup, passages, plain
from crawler.formats.passages import Passage, labelled
from crawler.http import Answer, Door, Final, Service, Transient
from crawler.record import Identifiers, registry_ids
from crawler.sources.source import Answered, Lacking, Listing, Search

CSL_JSON = "application/vnd.citationstyles.csl+json"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ALIKE = 3  # equal answers that are believed
_NO_RECORD = frozenset({404, 406})
_HALF = re.compile("[\ud800-\udfff]")
#: Fields that change while the work does not: counts of other works that cite it, days on which an index was made.
_VOLATILE = frozenset({"indexed", "is-referenced-by-count", "reference-count", "references-count", "score"})


@dataclass(slots=True)
class Shortfalls:
    """Answers to one request that held fewer records than they announced.

    Such a one is asked for again, until it comes a third time alike: then the service itself counts wrongly, as some do where a record
    stands twice, and what is absent is named as absent.
    """

    lengths: list[int] = field(default_factory=list)

    def weigh(self, length: int, announced: int, where: str) -> None:
        """Take note of an answer's length.

        Raises:
            Transient: it is short, and not yet for the third time.
        """
        self.lengths.append(length)
        if length < announced and self.lengths.count(length) < _ALIKE:
            raise Transient(f"{where} announced {announced} records and gave {length}")


class DoiOrg:
    """The resolver. What exists is told by its first redirect, which is never followed."""

    name = "doi"
    batch = 1

    def __init__(self, door: Door, service: Service) -> None:
        self._door, self._service = door, service

    def exists(self, doi: str) -> bool:
        """Whether there is such a DOI, at any agency.

        Raises:
            ServiceError: doi.org did not say; that is no word about the DOI.
        """
        name = exact_doi(doi)
        if name is None:
            return False
        return self._door.ask(
            self._service, quote(name, safe=""), None, _forwards, expect=_REDIRECTS | frozenset({404}), follow=False
        )

    def listing(self, search: Search, changed_since: date | None) -> Listing:
        """doi.org cannot be searched."""
        raise SaidNo(self.name, "doi.org cannot be searched; take it out of this search's sources.")

    def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
        """What the DOI's agency says of it (DataCite, mEDRA, Crossref …), one request each. Only hosts that the configuration allows are followed.

        Raises:
            ServiceError: doi.org or the agency did not answer, or the redirect led elsewhere.
        """
        for id in ids:
            name = exact_doi(id)
            yield Lacking(id, f"{id} is no DOI.", gone=True) if name is None else self._record(id, name)

    def _record(self, id: str, doi: str) -> Answered | Lacking:
        def read(answer: Answer) -> Answered | None:
            return None if answer.status in _NO_RECORD else Answered(id, canonical(_work(json_object(answer))))

        found = self._door.ask(self._service, quote(doi, safe=""), None, read, accept=CSL_JSON, expect=_NO_RECORD)
        if found is not None:
            return found
        # Both doi.org and the agency behind it may have said so; only doi.org knows which DOIs there are.
        if self.exists(doi):
            return Lacking(id, f"The DOI {doi} exists, and its agency gives no record of it as CSL JSON.")
        return Lacking(id, f"doi.org knows no such DOI: {doi}.", gone=True)

    def parse(self, answered: Answered) -> Document | Unreadable:
        """The document in an agency's CSL JSON."""
        work = stored_object(answered)
        return work if isinstance(work, Unreadable) else csl_document(answered.id, work, self.name)


def exists(door: Door, service: Service, doi: str) -> bool:
    """Whether doi.org knows the DOI; see `DoiOrg.exists`."""
    return DoiOrg(door, service).exists(doi)


def _forwards(answer: Answer) -> bool:
    # Its page for an unknown DOI speaks of the DOI; an outage's 404 does not.
    if answer.status == 404 and b"doi" in answer.body[:4000].lower():
        return False
    if answer.status in _REDIRECTS and answer.headers.get("location"):
        return True
    raise Transient(f"doi.org neither forwarded nor said that there is no such DOI (status {answer.status}).")


def json_object(answer: Answer) -> dict[str, Any]:
    """The JSON object in an answer.

    Raises:
        Transient: the answer is no JSON object, or was cut.
    """
    try:
        # Not strict: services put bare line feeds into the messages of their errors.
        found = json.loads(answer.body.decode("utf-8-sig"), strict=False)
    except (ValueError, RecursionError) as error:
        raise Transient(f"the answer is no whole JSON ({str(error)[:100]})") from error
    if not isinstance(found, dict):
        raise Transient("the answer is JSON, but no object")
    return found


def stored_object(answered: Answered) -> dict[str, Any] | Unreadable:
    """The JSON object in kept bytes."""
    try:
        found = json.loads(answered.body, strict=False)
    except (ValueError, RecursionError) as error:
        found = error
    if isinstance(found, dict):
        return found
    why = (
        f"the kept answer is no JSON object ({str(found)[:100]})."
        if isinstance(found, Exception)
        else "the kept answer is no JSON object."
    )
    return Unreadable(answered.id, why, "Fetch the record again.")


def canonical(work: Mapping[str, Any], volatile: frozenset[str] = _VOLATILE) -> bytes:
    """A record's bytes, the same for the same record: keys in order, without the outermost fields that change by themselves."""
    kept = {key: value for key, value in work.items() if key not in volatile}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode("ascii")


def _work(found: dict[str, Any]) -> dict[str, Any]:
    if not any(found.get(key) for key in ("DOI", "title", "type", "id")):
        raise Final("the agency's answer describes no work")
    return found


def csl_document(id: str, work: Mapping[str, Any], origin: str) -> Document:
    """The document in CSL JSON or in a Crossref work. A field of an unexpected shape is read as absent, and costs no other."""
    title = titled(work)
    text, sections = titled_text(title, _abstract(string(work.get("abstract"))))
    doi = exact_doi(string(work.get("DOI")))
    return Document(
        id=id,
        title=title,
        text=text,
        sections=sections,
        year=year_of(work),
        journal=_journal(work),
        identifiers=Identifiers(doi=doi),
        registry_ids=tuple(dict.fromkeys((*_registrations(work), *registry_ids(text)))),
        publication_types=tuple(kind for kind in (string(work.get("type")), string(work.get("subtype"))) if kind),
        keywords=tuple(plain(word) for word in strings(work.get("subject")) or strings(work.get("categories"))),
        authors=tuple(name for person in objects(work.get("author")) if (name := _name(person))),
        language=language_code(string(work.get("language"))),
        original_title=next((plain(t) for t in strings(work.get("original-title"))), None),
        entered=csl_date(work.get("created")),
        revised=csl_date(work.get("deposited")),
        url=f"https://doi.org/{quote(doi, safe='/:;()')}" if doi else None,
        origin=f"{origin}:{id}",
        format="csl_json",
    )


def string(value: object) -> str:
    """The text of a field, of which no file refuses a character; of several the first; empty where there is none."""
    if isinstance(value, str):
        return _HALF.sub("\ufffd", printable(value)).strip()
    return next(iter(strings(value)), "")


def strings(value: object) -> list[str]:
    """A list of texts; one text alone is a list of one."""
    items = value if isinstance(value, list) else [value]
    return [text for item in items if isinstance(item, str) and (text := string(item))]


def objects(value: object) -> list[dict[str, Any]]:
    """A list of objects; anything else in it is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def titled(work: Mapping[str, Any]) -> str:
    """The title, with the subtitle where it does not stand in it already; empty where there is none."""
    title, subtitle = plain(string(work.get("title"))), plain(string(work.get("subtitle")))
    if not title or not subtitle or subtitle.lower() in title.lower():
        return title or subtitle
    return f"{title}{'' if title.endswith(('?', '!', ':')) else ':'} {subtitle}"


def csl_date(value: object) -> str | None:
    """A CSL date in ISO form, as precise as it is given; None for `[[null]]` and for what is no date.

    >>> csl_date({"date-parts": [[2021, 5]]}), csl_date({"date-parts": [[None]]}), csl_date({"raw": "2021-05-04T00:00:00Z"})
    ('2021-05', None, '2021-05-04')
    """
    if not isinstance(value, dict):
        return None
    parts = value.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list):
        known = itertools.takewhile(lambda part: isinstance(part, int | str) and not isinstance(part, bool), first)
        return iso_date("-".join(str(part).strip() for part in known))
    return iso_date(string(value.get("raw")) or string(value.get("date-time")))


def year_of(work: Mapping[str, Any]) -> int | None:
    """The year of publication, from the most precise of its dates; between equally precise ones Crossref's `issued`, the earliest, speaks."""
    keys = ("issued", "published", "published-print", "published-online", "posted")
    dates = [found for key in keys if (found := csl_date(work.get(key)))]
    return int(max(dates, key=len)[:4]) if dates else None


def _journal(work: Mapping[str, Any]) -> str | None:
    """The journal; of a preprint the server, which Crossref calls an institution."""
    institution = work.get("institution")
    server = objects(institution if isinstance(institution, list) else [institution])
    return plain(string(work.get("container-title"))) or next(
        (name for s in server if (name := plain(string(s.get("name"))))), None
    )


def _abstract(given: str) -> list[Passage]:
    if has_markup(given):
        return passages(given)
    return labelled(plain(line) for line in given.splitlines() if line.strip())


def _name(person: Mapping[str, Any]) -> str:
    """A person's name, family name first, or a group's."""
    family = (string(person.get("non-dropping-particle")), string(person.get("family")), string(person.get("given")))
    return plain(" ".join(part for part in family if part)) or plain(string(person.get("name")) or string(person.get("literal")))


def _registrations(work: Mapping[str, Any]) -> tuple[str, ...]:
    numbers = (string(trial.get("clinical-trial-number")) for trial in objects(work.get("clinical-trial-number")))
    return tuple(id for number in numbers for id in registry_ids(number))
