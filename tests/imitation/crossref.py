"""Crossref REST over the corpus: single works, lists by DOI, by kind of notice and by day, and bibliographic search."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from tests.imitation.answer import JSON, Answer, Call, World
from tests.imitation.paper import About, Notice, Paper, plain
from tests.imitation.pubmed_query import first_day, words
from tests.imitation.pubmed_xml import escaped
from tests.imitation.writing import JOURNALS

Work = dict[str, Any]
_LABELS = {"retraction": "Retraction", "concern": "Expression of concern", "correction": "Correction"}
_TYPES = {"retraction": "retraction", "concern": "expression_of_concern", "correction": "correction"}
# The largest page that is given, and the furthest offset.
_ROWS, _OFFSET = 1000, 10_000


class Refused(Exception):
    """A request that Crossref answers 400."""


def _parts(day: date) -> Work:
    return {
        "date-parts": [[day.year, day.month, day.day]],
        "date-time": f"{day.isoformat()}T00:00:00Z",
        "timestamp": (day - date(1970, 1, 1)).days * 86_400_000,
    }


def jats(paper: Paper) -> str:
    """The abstract in JATS markup."""

    def marked(text: str) -> str:
        for ours, theirs in (("i", "italic"), ("b", "bold"), ("sup", "sup"), ("sub", "sub")):
            text = text.replace(f"<{ours}>", f"<jats:{theirs}>").replace(f"</{ours}>", f"</jats:{theirs}>")
        return text

    return "".join(
        f"<jats:sec><jats:title>{escaped(label.capitalize())}</jats:title><jats:p>{marked(text)}</jats:p></jats:sec>"
        if label
        else f"<jats:p>{marked(text)}</jats:p>"
        for label, text in paper.abstract
    )


class Crossref:
    """The REST service."""

    name = "crossref"

    def __init__(self, world: World) -> None:
        self._world = world

    def route(self, call: Call) -> str:
        path = call.path.removeprefix("v1/")
        if path == "works":
            return "works"
        return "work" if path.startswith("works/") else ""

    def answer(self, call: Call) -> Answer:
        answered = self._one(call) if call.route == "work" else self._list(call)
        rate, together = self._world.settings.crossref_limits
        polite = "mailto" in call.params or "mailto:" in call.headers.get("user-agent", "")
        single = call.route == "work"
        answered.headers |= {
            "x-rate-limit-limit": str(rate if not single else rate * 3 + 1) if polite else ("5" if single else "1"),
            "x-rate-limit-interval": "1s",
            "x-concurrency-limit": str(together) if polite else "1",
            "x-api-pool": f"{'polite' if polite else 'public'}-{'single' if single else 'array'}",
        }
        return answered

    def _one(self, call: Call) -> Answer:
        doi = call.path.removeprefix("v1/").removeprefix("works/").lower()
        call.asked = (doi,)
        work = self.work(doi)
        if work is None:
            return Answer.text("Resource not found.", 404)
        call.served = (doi,)
        return Answer.json({"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": work})

    def work(self, doi: str) -> Work | None:
        """The work of a DOI; None where Crossref knows none."""
        if self._world.settings.crossref_alias == "work":
            doi = self._world.corpus.aliases.get(doi.lower(), doi).lower()
        for paper in self._world.corpus.with_doi(doi):
            if paper.registered_doi.lower() == doi.lower():
                return work_of(paper, self._world.corpus.papers)
        return next(
            (notice_work(paper, notice) for paper, notice in self._lone_notices() if notice.doi.lower() == doi.lower()), None
        )

    def _lone_notices(self) -> Iterator[tuple[Paper, Notice]]:
        """Notices that Crossref knows and PubMed has no record of."""
        for paper in self._world.corpus.papers.values():
            for notice in paper.notices:
                if "crossref" in notice.where and not notice.pmid:
                    yield paper, notice

    def _list(self, call: Call) -> Answer:
        try:
            makers = self._selected(call)
            page, extra = self._page(call, makers)
        except Refused as refused:
            told = [{"type": "parameter-not-allowed", "value": str(refused), "message": str(refused)}]
            return Answer.json({"status": "failed", "message-type": "validation-failure", "message": told}, 400)
        page = call.disturbed(page, lambda: makers[-1][1] if makers else None)
        items = [make() for make in page]
        call.served = tuple(item["DOI"] for item in items)
        message = {"facets": {}, "total-results": len(makers), "items": items, "items-per-page": call.number("rows", 20)} | extra
        return Answer.json(
            {"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message}, media=JSON
        )

    def _page(self, call: Call, makers: list[tuple[str, Callable[[], Work]]]) -> tuple[list[Callable[[], Work]], Work]:
        rows = call.number("rows", 20)
        if not 0 <= rows <= _ROWS:
            raise Refused(f"Integer specified as {rows} but must be a positive integer less than or equal to {_ROWS}.")
        cursor, start = call.params.get("cursor"), call.number("offset", 0)
        if start > _OFFSET:
            raise Refused(f"Offset {start} is larger than {_OFFSET}.")
        extra: Work = {}
        if cursor is not None:
            start = 0 if cursor == "*" else _cursor_start(cursor)
            # A cursor is given for ever, also past the last page.
            extra = {"next-cursor": f"DnF1ZXJ5{min(start + rows, len(makers)):08d}=="}
        return [make for _, make in makers[start : start + rows]], extra

    def _selected(self, call: Call) -> list[tuple[str, Callable[[], Work]]]:
        """DOI and maker of each work that filters and query leave, in order of DOI, or of likeness to the query."""
        filters: dict[str, list[str]] = {}
        # A comma always ends a filter, also one that belongs to a DOI.
        for part in filter(None, call.params.get("filter", "").split(",")):
            name, _, value = part.partition(":")
            if name not in _KNOWN_FILTERS:
                raise Refused(f"Filter {name} does not exist.")
            filters.setdefault(name, []).append(value)
        call.asked = tuple(filters.get("doi", ()))
        query = call.params.get("query.bibliographic") or call.params.get("query") or ""
        found = [entry for entry in self._entries(filters.get("doi")) if _passes(entry, filters)]
        if query:
            sought = set(words(query))
            scored = [(len(sought & set(words(plain(entry.title)))), entry) for entry in found]
            found = [entry for score, entry in sorted(scored, key=lambda pair: -pair[0]) if score]
        return [(entry.doi, entry.make) for entry in found]

    def _entries(self, dois: list[str] | None) -> Iterator[_Entry]:
        corpus = self._world.corpus
        if dois is not None:
            wanted = {doi.lower() for doi in dois}
            papers = {
                paper.registered_doi: paper
                for doi in sorted(wanted)
                for paper in corpus.with_doi(doi)
                if paper.registered_doi.lower() == doi
            }
            lone = [(p, n) for p, n in self._lone_notices() if n.doi.lower() in wanted] if len(papers) < len(wanted) else []
        else:
            papers, lone = (
                {paper.registered_doi: paper for paper in corpus.papers.values() if paper.registered_doi},
                list(self._lone_notices()),
            )
        for paper in papers.values():
            yield _Entry(paper, None, corpus.papers)
        for paper, notice in lone:
            yield _Entry(paper, notice, corpus.papers)


class _Entry:
    """A work before it is written out."""

    __slots__ = ("_paper", "_papers", "doi", "indexed", "kinds", "notice", "title")

    def __init__(self, paper: Paper, notice: Notice | None, papers: dict[int, Paper]) -> None:
        self._paper, self.notice, self._papers = paper, notice, papers
        self.doi = notice.doi if notice else paper.registered_doi
        self.title = f"{_LABELS[notice.kind]}: {paper.title}" if notice else paper.title
        self.indexed = notice.day if notice else paper.indexed
        self.kinds = [_TYPES[notice.kind]] if notice else [_TYPES[about.kind] for about in paper.about if "crossref" in about.where]

    def make(self) -> Work:
        return notice_work(self._paper, self.notice) if self.notice else work_of(self._paper, self._papers)

    @property
    def published(self) -> date:
        return self.notice.day if self.notice else self._paper.pdat

    @property
    def has_abstract(self) -> bool:
        return not self.notice and bool(self._paper.abstract) and self._paper.in_crossref_with == "abstract"


_KNOWN_FILTERS = {
    "doi", "update-type", "is-update", "from-index-date", "until-index-date", "from-update-date", "until-update-date", "from-pub-date",
    "until-pub-date", "has-abstract", "type",
}  # fmt: skip


def _passes(entry: _Entry, filters: dict[str, list[str]]) -> bool:
    kinds = filters.get("update-type")
    if kinds and not set(kinds) & set(entry.kinds):
        return False
    if "is-update" in filters and not entry.kinds:
        return False
    if "has-abstract" in filters and not entry.has_abstract:
        return False
    days = (("index", entry.indexed), ("update", entry.indexed), ("pub", entry.published))
    return all(
        _bound(filters, f"from-{name}-date", date.min) <= day <= _bound(filters, f"until-{name}-date", date.max)
        for name, day in days
    )


def _bound(filters: dict[str, list[str]], name: str, default: date) -> date:
    if name not in filters:
        return default
    day = first_day(filters[name][0][:10])
    if day is None:
        raise Refused(f"{filters[name][0]} is no date.")
    return day


def _cursor_start(cursor: str) -> int:
    number = cursor.removeprefix("DnF1ZXJ5").removesuffix("==")
    if not number.isdigit():
        raise Refused("Cursor is not valid.")
    return int(number)


def work_of(paper: Paper, papers: dict[int, Paper]) -> Work:
    """A paper as Crossref gives it. Titles keep their markup; some have none, and some no date."""
    journal = JOURNALS[paper.journal]
    bare = paper.in_crossref_with == "nothing"
    work: Work = {
        "DOI": paper.registered_doi,
        "URL": f"https://doi.org/{paper.registered_doi}",
        "type": "journal-article",
        "title": [] if bare else [paper.title],
        "container-title": [journal.title],
        "short-container-title": [journal.short],
        "ISSN": [journal.issn],
        "publisher": "Invented Press",
        "author": [{"given": initials, "family": surname, "sequence": "additional"} for surname, initials in paper.authors],
        "issued": {"date-parts": [[None]]} if bare else {"date-parts": [[paper.pdat.year, paper.pdat.month]]},
        "published": {"date-parts": [[None]]} if bare else _parts(paper.pdat),
        "indexed": _parts(paper.indexed),
        "deposited": _parts(paper.indexed),
        "created": _parts(paper.edat),
        "is-referenced-by-count": paper.pmid % 40,
        "reference-count": len(paper.references),
    }
    if paper.abstract and paper.in_crossref_with == "abstract":
        work["abstract"] = jats(paper)
    if paper.references:
        work["reference"] = [_reference(number, papers.get(pmid)) for number, pmid in enumerate(paper.references, 1)]
    if paper.trials:
        work["clinical-trial-number"] = [
            {"clinical-trial-number": number.lower(), "registry": "10.18810/clinical-trials-gov"} for number in paper.trials
        ]
    told = [update for notice in paper.notices if "crossref" in notice.where for update in _updates(notice)]
    if told:
        work["updated-by"] = told
    about = [_update(item.kind, item.doi, item.day, "publisher", item.pmid) for item in paper.about if "crossref" in item.where]
    return work | ({"update-to": about} if about else {})


def notice_work(paper: Paper, notice: Notice) -> Work:
    """A notice that only Crossref knows."""
    about = About(notice.kind, paper.pmid, paper.registered_doi, notice.day)
    return {
        "DOI": notice.doi,
        "URL": f"https://doi.org/{notice.doi}",
        "type": "journal-article",
        "title": [f"{_LABELS[notice.kind]}: {paper.title}"],
        "container-title": [JOURNALS[paper.journal].title],
        "issued": _parts(notice.day),
        "indexed": _parts(notice.day),
        "update-to": [_update(about.kind, about.doi, about.day, source, paper.pmid) for source in notice.sources],
    }


def _updates(notice: Notice) -> list[Work]:
    return [_update(notice.kind, notice.doi, notice.day, source, notice.pmid) for source in notice.sources]


def _update(kind: str, doi: str, day: date, source: str, record: int) -> Work:
    told: Work = {"DOI": doi, "type": _TYPES[kind], "label": _LABELS[kind], "source": source, "updated": _parts(day)}
    return told | ({"record-id": str(record)} if source == "retraction-watch" else {})


def _reference(number: int, cited: Paper | None) -> Work:
    found: Work = {"key": f"ref{number}", "doi-asserted-by": "publisher"}
    if cited is None or not cited.registered_doi:
        return {"key": f"ref{number}", "unstructured": f"Somebody A. Cited trial {number}."}
    return found | {"DOI": cited.registered_doi, "article-title": plain(cited.title), "year": str(cited.pdat.year)}
