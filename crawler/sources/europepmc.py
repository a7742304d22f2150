"""Europe PMC: a second index of the literature, with preprints, abstracts that PubMed lacks, open-access full texts, and reference lists."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.abstracts import titled_text
from crawler.formats.dates import cited_date
from crawler.formats.exact_doi import exact_doi
from crawler.formats.markup import has_markup, passages, plain
from crawler.formats.passages import Passage, labelled
from crawler.formats.retraction_marks import with_marks
from crawler.http import Answer, Door, Final, Service, Transient
from crawler.record import Identifiers, Notice, NoticeKind, Reference, normal_pmcid, normal_pmid, registry_ids
from crawler.sources.doi import Shortfalls, canonical, json_object, objects, stored_object, string, strings
from crawler.sources.source import Answered, Lacking, Listed, Listing, Search

T = TypeVar("T")

_PAGE = 1000
_BATCH, _ROWS = 50, 100
#: Longer queries are posted: an address may be refused for its length.
_LONGEST_IN_ADDRESS = 1200
_ID = re.compile(r"([A-Z]{3}):([\w.-]{1,60})|DOI:(10\.[^\s\"\\]+)", re.ASCII)
_PASSING = re.compile(r"try again|temporar|time(?:d)?[ -]?out|unavailable|overload|too many|internal|failed to", re.IGNORECASE)
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
#: Fields that change while the record does not.
_VOLATILE = frozenset({"citedByCount", "hasTextMinedTerms", "hasLabsLinks", "hasReferences", "hasDbCrossReferences", "labsLinks"})
#: Words of `commentCorrectionList`, of which the last says on which side of the notice the record stands.
_KINDS = {
    "retraction": NoticeKind.RETRACTED,
    "retracted and republished": NoticeKind.RETRACTED,
    "withdrawal": NoticeKind.RETRACTED,
    "removal": NoticeKind.RETRACTED,
    "preprint withdrawal": NoticeKind.RETRACTED,
    "preprint removal": NoticeKind.RETRACTED,
    "expression of concern": NoticeKind.CONCERN,
    "erratum": NoticeKind.CORRECTED,
    "correction": NoticeKind.CORRECTED,
    "corrigendum": NoticeKind.CORRECTED,
    "partial retraction": NoticeKind.CORRECTED,
    "corrected and republished": NoticeKind.CORRECTED,
}


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of a search. `found` is the count of all hits; `following` is where the next page begins, None behind the last."""

    results: list[dict[str, Any]]
    found: int
    following: str | None


class EuropePmc:
    """Europe PMC's REST service. Its ids are `MED:` with a PMID, `PPR:` with a preprint's number, `PMC:` with a PMCID; `DOI:` is understood."""

    name = "europepmc"
    batch = _BATCH

    def __init__(self, door: Door, service: Service) -> None:
        self._door, self._service = door, service

    def listing(self, search: Search, changed_since: date | None) -> Listing:
        """What a search matches.

        `since` bounds FIRST_IDATE, the day on which a record was first indexed: only then can a search find it, which may be days after its
        creation or its publication. What changed is listed by UPDATE_DATE.
        """
        query = f"({search.query})"
        # What does not fit into one page is not listed whole by every refresh, only what entered lately.
        lately = changed_since is not None and search.stored >= _PAGE
        first = max(filter(None, (search.since, changed_since)), default=None) if lately else search.since
        entered = query if first is None else f"{query} AND {_from('FIRST_IDATE', first)}"
        ids, found = self._ids(entered, search.limit)
        revised: set[str] = set()
        if changed_since is not None:
            changed, count = self._ids(f"{query} AND {_from('UPDATE_DATE', changed_since)}", search.limit)
            revised = set(changed)
            listed = set(ids)
            new = [id for id in changed if id not in listed]
            ids, found = [*ids, *new], found + len(new) + max(0, count - len(changed))
        whole = first is None and search.limit is None and len(ids) >= found
        return Listing(tuple(Listed(id, revised=id in revised) for id in ids), whole, found)

    def _ids(self, query: str, limit: int | None) -> tuple[list[str], int]:
        """The ids of all hits, and Europe PMC's count of them. A list that ends short of the count is read a second time."""
        ids, found = self._read_through(query, limit)
        if len(ids) < min(found, limit or found):
            again, found = self._read_through(query, limit)
            ids |= again
        return list(ids)[:limit], found

    def _read_through(self, query: str, limit: int | None) -> tuple[dict[str, None], int]:
        """The ids of the pages from the first to the last."""
        size = min(_PAGE, limit or _PAGE)
        ids: dict[str, None] = {}
        cursor, used = "*", set[str]()
        while True:
            page = self._page(query, cursor, size, frozenset(ids))
            ids |= dict.fromkeys(map(_id, page.results))
            used.add(cursor)
            ended = not page.results or page.following in used or len(ids) >= min(page.found, limit or page.found)
            if ended or page.following is None:
                return ids, page.found
            cursor = page.following

    def _page(self, query: str, cursor: str, size: int, before: frozenset[str]) -> _Page:
        short = Shortfalls()

        def read(answer: Answer) -> _Page:
            page = _searched(answer)
            # Counts drift while a list is read. What the list lacks in the end, its `found` tells.
            short.weigh(len({*map(_id, page.results)} - before), min(size, page.found - len(before)), "Europe PMC")
            return page

        return self._search(query, {"resultType": "idlist", "pageSize": size, "cursorMark": cursor}, read)

    def _search(self, query: str, params: Mapping[str, str | int], read: Callable[[Answer], T]) -> T:
        post = len(query) > _LONGEST_IN_ADDRESS
        path = "searchPOST" if post else "search"
        return self._door.ask(
            self._service, path, {"query": query, "format": "json", **params}, read, post=post, accept="application/json"
        )

    def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
        """The records of these ids; what one request does not bring is asked for once more."""
        clauses = {id: clause for id in dict.fromkeys(ids) if (clause := _clause(id))}
        found = self._cores(clauses)
        found |= self._cores({id: clause for id, clause in clauses.items() if id not in found})
        for id in dict.fromkeys(ids):
            if id in found:
                yield Answered(id, canonical(found[id], _VOLATILE))
            elif id in clauses:
                yield Lacking(id, f"Europe PMC has no record {id}.", gone=True)
            else:
                yield Lacking(id, f"{id} is no id of Europe PMC (MED:…, PPR:…, PMC:…, DOI:…).", gone=True)

    def _cores(self, clauses: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        """The full records that answer to these ids."""
        if not clauses:
            return {}

        short = Shortfalls()

        def read(answer: Answer) -> list[dict[str, Any]]:
            page = _searched(answer)
            short.weigh(len({_id(result) for result in page.results}), min(page.found, _ROWS), "Europe PMC")
            return page.results

        results = self._search(" OR ".join(clauses.values()), {"resultType": "core", "pageSize": _ROWS}, read)
        # PubMed's record of a paper stands before others under the same DOI.
        results.sort(key=lambda result: result.get("source") != "MED")
        by_name = {name: result for result in reversed(results) for name in _names(result)}
        return {id: by_name[key] for id in clauses if (key := _key(id)) in by_name}

    def full_text(self, pmcid: str) -> Answered | Lacking:
        """The open-access full text as JATS, byte for byte. Lacking: there is no such paper, or it is not open access; Europe PMC does not say which.

        Raises:
            ServiceError: Europe PMC did not answer, or said no.
        """
        number = normal_pmcid(pmcid)
        if number is None:
            return Lacking(pmcid, f"{pmcid} is no PMCID.", gone=True)

        def read(answer: Answer) -> Answered | Lacking:
            if answer.status == 404:
                return Lacking(pmcid, f"Europe PMC has no open-access full text of {number}.", gone=True)
            return Answered(pmcid, _whole_article(answer.body))

        path = f"{number}/fullTextXML"
        return self._door.ask(self._service, path, None, read, accept="application/xml", expect=frozenset({404}))

    def references(self, source: str, id: str) -> tuple[Reference, ...]:
        """What a paper cites, in its order; empty where Europe PMC has no list of it. `source` and `id` are the two halves of an id.

        Raises:
            ServiceError: Europe PMC did not answer, or said no.
        """
        if not _ID.fullmatch(f"{source}:{id}"):
            return ()
        found: list[dict[str, Any]] = []
        for number in range(1, _PAGE):
            params: dict[str, str | int] = {"format": "json", "page": number, "pageSize": _PAGE}
            given, count = self._door.ask(
                self._service, f"{source}/{id}/references", params, _references, accept="application/json", expect=frozenset({404})
            )
            found += given
            if not given or len(found) >= count:
                break
        return tuple(ref for entry in found if (ref := _reference(entry)))

    def parse(self, answered: Answered) -> Document | Unreadable:
        """The document in a record."""
        core = stored_object(answered)
        if isinstance(core, Unreadable):
            return core
        title = plain(string(core.get("title")))
        text, sections = titled_text(title, _abstract(string(core.get("abstractText"))))
        types = _listed(core, "pubTypeList", "pubType")
        notices, notifies = _notices(core, types)
        return Document(
            id=answered.id,
            title=title,
            text=text,
            sections=sections,
            year=_year(core),
            journal=_journal(core),
            identifiers=_identifiers(core),
            registry_ids=registry_ids(text),
            publication_types=types,
            keywords=_listed(core, "keywordList", "keyword"),
            mesh=tuple(
                plain(t) for m in objects(_in(core, "meshHeadingList", "meshHeading")) if (t := string(m.get("descriptorName")))
            ),
            authors=_authors(core),
            notices=notices,
            notifies=notifies,
            language=string(core.get("language")).lower() or None,
            entered=_day(core, "firstIndexDate"),
            revised=_day(core, "dateOfRevision"),
            url=f"https://europepmc.org/article/{string(core.get('source'))}/{string(core.get('id'))}",
            origin=f"{self.name}:{answered.id}",
            format=self.name,
        )


def _from(field: str, day: date) -> str:
    return f"({field}:[{day.isoformat()} TO 3000-12-31])"


def _clause(id: str) -> str | None:
    """The part of a query that finds one id; None for what is none."""
    found = _ID.fullmatch(id)
    if found is None:
        return None
    if found[3]:
        return f'DOI:"{found[3]}"'
    # PubMed's record of a paper in PMC bears its PMCID, and Europe PMC keeps no second one of it.
    return f"PMCID:{found[2]}" if found[1] == "PMC" else f"(EXT_ID:{found[2]} AND SRC:{found[1]})"


def _key(id: str) -> str:
    return f"DOI:{exact_doi(id[4:])}" if id.startswith("DOI:") else id


def _id(result: Mapping[str, Any]) -> str:
    return f"{string(result.get('source'))}:{string(result.get('id'))}"


def _names(result: Mapping[str, Any]) -> tuple[str, ...]:
    names = _identifiers(result)
    return (_id(result), f"PMC:{names.pmcid}", f"DOI:{names.doi}")


def _given(answer: Answer) -> dict[str, Any]:
    """The JSON of an answer, which may be an error under status 200."""
    found = json_object(answer)
    if "errCode" not in found and "errMsg" not in found:
        return found
    words = string(found.get("errMsg")) or "an error without words"
    code = str(found.get("errCode"))
    passing = code in ("408", "429") or re.fullmatch(r"5\d\d", code) or _PASSING.search(words)
    raise (Transient if passing else Final)(f"Europe PMC says: {words} (errCode {code})")


def _searched(answer: Answer) -> _Page:
    found = _given(answer)
    count, results = found.get("hitCount"), _in(found, "resultList", "result")
    if not isinstance(count, int) or not isinstance(results, list):
        raise Transient("Europe PMC's answer holds no count or no list of hits")
    following = found.get("nextCursorMark")
    return _Page(
        [r for r in objects(results) if r.get("id") and r.get("source")], count, following if isinstance(following, str) else None
    )


def _whole_article(body: bytes) -> bytes:
    """The bytes of an article that is there to its end: a body that was cut within complete HTTP shows so by nothing else."""
    # What XML writes in two bytes a character looks like ASCII without its zeros.
    seen = body.replace(b"\0", b"") if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else body
    if b"errCode" in body[:2000] or b"errMsg" in body[:2000]:
        words = re.sub(rb"<[^>]*>|\s+", b" ", body[:500]).decode("utf-8", "replace").strip()
        raise (Transient if _PASSING.search(words) else Final)(f"Europe PMC says: {words}")
    if b"<article" not in seen:
        raise Transient("Europe PMC's answer is no JATS article")
    if not seen.rstrip().endswith(b"</article>"):
        raise Transient("the article breaks off before its end")
    return body


def _in(fields: Mapping[str, Any], *keys: str) -> object:
    """A field within fields; None where one of them is absent."""
    found: object = fields
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _listed(core: Mapping[str, Any], outer: str, inner: str) -> tuple[str, ...]:
    return tuple(plain(text) for text in strings(_in(core, outer, inner)))


def _abstract(given: str) -> list[Passage]:
    if has_markup(given):
        return passages(given)
    return labelled(plain(line) for line in given.splitlines() if line.strip())


def _identifiers(core: Mapping[str, Any]) -> Identifiers:
    pmid = string(core.get("pmid")) or (string(core.get("id")) if core.get("source") == "MED" else "")
    pmcid = string(core.get("pmcid")) or (string(core.get("id")) if core.get("source") == "PMC" else "")
    return Identifiers(exact_doi(string(core.get("doi"))), normal_pmid(pmid), normal_pmcid(pmcid))


def _year(core: Mapping[str, Any]) -> int | None:
    places = (core.get("pubYear"), _in(core, "journalInfo", "yearOfPublication"), core.get("firstPublicationDate"))
    found = (_YEAR.match(str(place)) for place in places if isinstance(place, int | str))
    return next((int(year[0]) for year in found if year), None)


def _journal(core: Mapping[str, Any]) -> str | None:
    """The journal; of a preprint the server, which is called its publisher."""
    places = (("journalInfo", "journal", "title"), ("journalTitle",), ("bookOrReportDetails", "publisher"))
    return next((plain(name) for place in places if (name := string(_in(core, *place)))), None)


def _authors(core: Mapping[str, Any]) -> tuple[str, ...]:
    people = objects(_in(core, "authorList", "author"))
    names = tuple(plain(n) for p in people if (n := string(p.get("fullName")) or string(p.get("collectiveName"))))
    return names or tuple(n for part in string(core.get("authorString")).rstrip(".").split(",") if (n := plain(part)))


def _day(core: Mapping[str, Any], key: str) -> str | None:
    found = _DAY.match(string(core.get(key)))
    return found[0] if found else None


def _notices(core: Mapping[str, Any], types: Sequence[str]) -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """The notices about a record, and those that it is."""
    about: list[Notice] = []
    being: list[Notice] = []
    for entry in objects(_in(core, "commentCorrectionList", "commentCorrection")):
        words, _, side = string(entry.get("type")).lower().rpartition(" ")
        if (kind := _KINDS.get(words)) is None:
            continue
        line = plain(string(entry.get("reference"))) or None
        names = Identifiers.found_in(line or "")
        notice = Notice(kind, EuropePmc.name, _linked(entry, names), cited_date(line or ""), line)
        (about if side == "in" else being).append(notice)
    title = plain(string(core.get("title")))
    return with_marks(dict.fromkeys(about), title, types, EuropePmc.name), tuple(dict.fromkeys(being))


def _linked(entry: Mapping[str, Any], names: Identifiers) -> Identifiers:
    """The identifiers of an entry that names a record of Europe PMC, beside those that stand in its words."""
    source, id = string(entry.get("source")), string(entry.get("id"))
    return Identifiers(
        exact_doi(string(entry.get("doi"))) or names.doi,
        (normal_pmid(id) if source == "MED" else None) or names.pmid,
        (normal_pmcid(id) if source == "PMC" else None) or names.pmcid,
    )


def _references(answer: Answer) -> tuple[list[dict[str, Any]], int]:
    if answer.status == 404:
        return [], 0
    found = _given(answer)
    count = found.get("hitCount", 0)
    if not isinstance(count, int):
        raise Transient("Europe PMC's list of references holds no count")
    return objects(_in(found, "referenceList", "reference")), count


def _reference(entry: Mapping[str, Any]) -> Reference | None:
    line = plain(string(entry.get("unstructuredInformation")))
    keys = ("authorString", "title", "journalAbbreviation", "publicationTitle", "pubYear")
    parts = (str(entry[key]).rstrip(". ") for key in keys if isinstance(entry.get(key), str | int))
    citation = line or ". ".join(part for part in map(plain, map(string, parts)) if part)
    reference = Reference(_linked(entry, Identifiers.found_in(line)), None, citation or None)
    return reference if reference.identifiers or reference.citation else None
