"""PubMed through the E-utilities: searches of any size, and records that are counted against what was asked for.

The history server is not used: its pages obey the same ceiling, and what it keeps expires. Lists are taken whole, sliced by entry
date and, where one day alone is too large, by PMID; records are asked for by their PMIDs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from crawler.document import Document
from crawler.errors import SaidNo, Unreadable
from crawler.formats.pubmed_xml import RawRecord, read_record, split_records
from crawler.http import Answer, Door, Final, Service, Transient
from crawler.sources.source import Answered, Lacking, Listed, Listing, Search

#: PubMed gives at most 9,999 PMIDs of one search, and cuts without a word what crosses that line.
CEILING = 9_998
#: Larger searches are not listed whole by every refresh, only what entered or changed lately.
LISTED_WHOLE = 9_000
_FIRST_DAY = date(1900, 1, 1)
_LARGEST_PMID = 99_999_999
#: NCBI's day is not ours, and records are dated ahead at times.
_AHEAD = timedelta(days=2)
_ROUNDS = 4
_NO_RECORDS = re.compile(r"nothing to do|Empty id list|cannot get document summary", re.IGNORECASE)
_ERROR = re.compile(rb"<(ERROR|error)>(.*?)</\1>", re.DOTALL)
#: Words of NCBI about the request itself; anything else under ERROR has been seen to pass.
_FINAL_WORDS = ("empty term", "retstart cannot be larger", "invalid uid", "query syntax")


class PubMed:
    """The source `pubmed`."""

    name = "pubmed"
    batch = 200

    def __init__(self, door: Door, service: Service, today: Callable[[], date] = date.today) -> None:
        self._door, self._service, self._today = door, service, today

    def listing(self, search: Search, changed_since: date | None) -> Listing:
        """What matches. Whole up to 9,000 stored records; beyond, with `changed_since`, what entered or changed since then."""
        first = search.since or _FIRST_DAY
        whole = changed_since is None or search.stored <= LISTED_WHOLE
        if changed_since is not None and not whole:
            first = max(first, changed_since)
        if search.limit is not None:
            count, ids = self._page(search.query, "edat", first, self._last(), search.limit)
            return Listing(tuple(Listed(i) for i in ids), whole=False, found=count)
        found = dict.fromkeys(self._between(search.query, "edat", first, self._last()))
        items = [Listed(i) for i in sorted(found, key=int)]
        if changed_since is not None:
            revised = set(self._between(search.query, "mdat", changed_since, self._last()))
            late = sorted(revised - set(found), key=int) if search.since is None or not whole else []
            items = [Listed(i.id, revised=i.id in revised) for i in items] + [Listed(i, revised=True) for i in late]
        return Listing(tuple(items), whole, len(items))

    def records(self, ids: Sequence[str]) -> Iterator[Answered | Lacking]:
        """The records of these PMIDs. What an answer leaves out without a word is asked for again, by itself in the end."""
        left = list(dict.fromkeys(ids))
        for turn in range(_ROUNDS):
            if not left:
                return
            given: set[str] = set()
            # The last rounds ask in small parts: one record that spoils its page must not hide the others.
            size = len(left) if turn < _ROUNDS - 1 else 1
            for start in range(0, len(left), size):
                for answered in self._fetched(left[start : start + size]):
                    if answered.id in left and answered.id not in given:
                        given.add(answered.id)
                        yield answered
            left = [i for i in left if i not in given]
        for pmid in left:
            unknown = self._is_unknown(pmid)
            why = (
                f"PubMed has no PMID {pmid}." if unknown else f"PubMed gave no sound record for PMID {pmid}, asked {_ROUNDS} times."
            )
            yield Lacking(pmid, why, gone=unknown)

    def parse(self, answered: Answered) -> Document | Unreadable:
        """The document in one record."""
        return read_record(answered.body, f"PubMed, PMID {answered.id}")

    def with_doi(self, doi: str) -> tuple[str, ...]:
        """PMIDs of the records that bear this DOI: none, one, or several (PubMed has a few under one DOI)."""
        _, ids = self._asked({"term": f'"{doi}"[doi]', "retmax": 20})
        return tuple(ids)

    def _last(self) -> date:
        return self._today() + _AHEAD

    def _between(self, query: str, kind: str, first: date, last: date) -> list[str]:
        """All PMIDs whose date of this kind lies between two days, both included."""
        count, ids = self._page(query, kind, first, last)
        if count <= CEILING:
            return ids
        if first == last:
            return self._of_one_day(query, kind, first, 1, _LARGEST_PMID)
        middle = first + (last - first) // 2
        return self._between(query, kind, first, middle) + self._between(query, kind, middle + timedelta(days=1), last)

    def _of_one_day(self, query: str, kind: str, day: date, low: int, high: int) -> list[str]:
        """A day too large for one list, in ranges of PMIDs."""
        count, ids = self._page(f"({query}) AND {low}:{high}[uid]", kind, day, day)
        if count <= CEILING:
            return ids
        if low == high:
            raise SaidNo(self.name, f"PubMed says that {count} records have the PMID {low}.")
        middle = (low + high) // 2
        return self._of_one_day(query, kind, day, low, middle) + self._of_one_day(query, kind, day, middle + 1, high)

    def _page(self, query: str, kind: str, first: date, last: date, most: int = CEILING) -> tuple[int, list[str]]:
        params: dict[str, str | int] = {"term": query, "retmax": min(most, CEILING)}
        if (kind, first) != ("edat", _FIRST_DAY) or last != self._last():
            params |= {"datetype": kind, "mindate": f"{first:%Y/%m/%d}", "maxdate": f"{last:%Y/%m/%d}"}
        return self._asked(params)

    def _asked(self, params: dict[str, str | int]) -> tuple[int, list[str]]:
        most = int(params["retmax"])
        asked: dict[str, str | int] = {"db": "pubmed", "retmode": "json", "retstart": 0, **params}
        return self._door.ask(
            self._service, "esearch.fcgi", asked,
            lambda answer: _listed(answer, most), post=len(str(params["term"])) > 800, accept="application/json", expect=frozenset({400}),
        )  # fmt: skip

    def _is_unknown(self, pmid: str) -> bool:
        """Whether PubMed's own index has no such PMID. A record that cannot be had but is listed has not gone."""
        return self._asked({"term": f"{pmid}[uid]", "retmax": 1})[0] == 0

    def _fetched(self, ids: Sequence[str]) -> list[Answered]:
        """What one asking gives; where PubMed refuses a page, its halves."""
        params: dict[str, str | int] = {"db": "pubmed", "retmode": "xml", "id": ",".join(ids)}
        try:
            return self._door.ask(
                self._service,
                "efetch.fcgi",
                params,
                _records,
                post=len(ids) > 20,
                accept="application/xml, text/xml",
                expect=frozenset({400}),
            )
        except SaidNo:
            if len(ids) == 1:
                return []
            half = len(ids) // 2
            return self._fetched(ids[:half]) + self._fetched(ids[half:])


def _listed(answer: Answer, most: int) -> tuple[int, list[str]]:
    """Count and PMIDs of an ESearch answer. Its JSON holds raw line feeds where it quotes an error."""
    try:
        read: Any = json.loads(answer.body.decode("utf-8", "replace"), strict=False)
    except ValueError:
        raise Transient(f"its answer is no JSON: {answer.body[:120].decode('utf-8', 'replace')!r}") from None
    result = read.get("esearchresult") if isinstance(read, dict) else None
    if not isinstance(result, dict):
        raise Transient(f"its answer holds no search result: {str(read)[:200]}")
    _judge(str(result.get("ERROR") or read.get("error") or ""))
    ids = result.get("idlist")
    count = str(result.get("count", ""))
    if answer.status == 400 or not count.isdigit() or not isinstance(ids, list):
        raise Transient("its search result has no count or no list")
    expected = min(int(count), most)
    if len(ids) < expected:
        raise Transient(f"it listed {len(ids)} of {expected} PMIDs")
    return int(count), [str(i) for i in ids if str(i).isdigit()]


def _judge(said: str) -> None:
    """NCBI's own words about what went wrong.

    Raises:
        Final, Transient: there are such words.
    """
    if not said:
        return
    words = " ".join(said.split())
    if any(final in words.lower() for final in _FINAL_WORDS):
        raise Final(f'it says: "{words}"')
    raise Transient(f'it says: "{words}"')


def _records(answer: Answer) -> list[Answered]:
    """The sound records of an EFetch answer; those that are not are left out and so asked for again."""
    body = answer.body
    error = _ERROR.search(body)
    if error or answer.status == 400:
        words = " ".join(re.sub(rb"<[^>]*>", b" ", error[2] if error else body[:400]).decode("utf-8", "replace").split())
        if _NO_RECORDS.search(words):
            return []
        if answer.status == 400 and "retstart" in words.lower():
            raise Final(f'it says: "{words}"')
        raise Transient(f'it says: "{words}"')
    if b"<PubmedArticleSet" not in body and b"<PubmedBookArticleSet" not in body:
        raise Transient("its answer holds no PubMed records")
    records = list(split_records(body))
    whole = [r for r in records if r.kind == "broken" and not r.body]
    if whole:
        raise Transient(whole[0].why.rstrip(".") or "its answer was cut off")
    return [answered for r in records if (answered := _sound(r)) is not None]


def _sound(record: RawRecord) -> Answered | None:
    if record.kind not in ("article", "book") or not record.pmid:
        return None
    return None if isinstance(read_record(record.body, ""), Unreadable) else Answered(record.pmid, record.body)
