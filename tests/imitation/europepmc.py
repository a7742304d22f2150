"""Europe PMC's REST service over the corpus: search with cursors, full text of open papers as JATS, and reference lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.imitation.answer import Answer, Call, World
from tests.imitation.boolean import Malformed, evaluate
from tests.imitation.jats import full_text
from tests.imitation.paper import Paper, plain
from tests.imitation.pubmed_query import PubMedQuery, first_day, last_day
from tests.imitation.pubmed_xml import escaped
from tests.imitation.writing import JOURNALS

Result = dict[str, Any]
_FIELD = re.compile(r'([A-Za-z_]+):(?:\[(.+?) TO (.+?)\]|"?([^"]*)"?)')
_DATES = {
    "FIRST_PDATE": "pdat",
    "E_PDATE": "pdat",
    "P_PDATE_D": "pdat",
    "CREATION_DATE": "edat",
    "FIRST_IDATE": "edat",
    "UPDATE_DATE": "mdat",
}
_MOST, _PAGE = 1000, 25
_KINDS = {
    "retraction": ("Retraction in", "Retraction of"),
    "concern": ("Expression of concern in", "Expression of concern for"),
    "correction": ("Erratum in", "Erratum for"),
}


class EuropePmc:
    """The service. Errors come as JSON under status 200."""

    name = "europepmc"

    def __init__(self, world: World) -> None:
        self._world = world
        self._query = PubMedQuery(world.corpus)

    def route(self, call: Call) -> str:
        parts = call.path.split("/")
        if parts[0] in ("search", "searchPOST"):
            return "search"
        if len(parts) == 2 and parts[1] == "fullTextXML":
            return "fulltext"
        return "references" if len(parts) == 3 and parts[2] == "references" else ""

    def answer(self, call: Call) -> Answer:
        return {"search": self._search, "fulltext": self._full_text, "references": self._references}[call.route](call)

    def _search(self, call: Call) -> Answer:
        form, size = call.params.get("resultType", "lite"), call.number("pageSize", _PAGE)
        if not call.params.get("query"):
            return failed(400, "The query parameter is missing.")
        if form not in ("idlist", "lite", "core") or not 1 <= size <= _MOST:
            return failed(400, f"resultType {form!r} or pageSize {size} is not allowed.")
        try:
            found = sorted(evaluate(call.params["query"], lambda: set(self._world.corpus.papers), self._term), reverse=True)
            start = _start(call.params.get("cursorMark", "*"))
        except (Malformed, ValueError) as problem:
            return failed(404, f"The query or the cursor cannot be read: {problem}")
        page = call.disturbed(found[start : start + size], lambda: max(self._world.corpus.papers))
        call.served = tuple(map(str, page))
        papers = self._world.corpus.papers
        results = [result_of(papers[pmid], form) for pmid in page]
        told: Result = {"version": "6.9", "hitCount": len(found)}
        told |= self._cursor(call, start, len(page), len(found))
        told |= {
            "request": {"queryString": call.params["query"], "resultType": form, "pageSize": size},
            "resultList": {"result": results},
        }
        return Answer.json(told)

    def _cursor(self, call: Call, start: int, given: int, found: int) -> Result:
        """The next cursor. On the last page (or past it) the setting decides: the cursor repeats, is left out, or leads to an empty page."""
        here, manner = call.params.get("cursorMark", "*"), self._world.settings.epmc_last
        if start + given < found:
            return {"nextCursorMark": f"AoIIP{start + given}"}
        if manner == "omit":
            return {}
        if manner == "empty":
            return {"nextCursorMark": f"AoIIP{found}"}
        return {"nextCursorMark": here}

    def _term(self, term: str) -> set[int]:
        named = _FIELD.fullmatch(term)
        if not named:
            return set(self._query.pmids(term.replace("[", "").replace("]", "")))
        name, low, high, value = named[1].upper(), named[2], named[3], named[4] or ""
        if name in _DATES:
            first, last = (first_day(low), last_day(high)) if low else (first_day(value), last_day(value))
            return self._where(lambda paper: (first or date.min) <= getattr(paper, _DATES[name]) <= (last or date.max))
        return self._named(name, value)

    def _named(self, name: str, value: str) -> set[int]:
        folded = value.lower()
        readers: dict[str, Callable[[Paper], bool]] = {
            "EXT_ID": lambda paper: str(paper.pmid) == value,
            "PMCID": lambda paper: paper.pmcid.lower() == folded,
            "SRC": lambda paper: folded == "med",
            "OPEN_ACCESS": lambda paper: is_open(paper) == (folded == "y"),
            "HAS_ABSTRACT": lambda paper: bool(paper.abstract) == (folded == "y"),
            "IN_EPMC": lambda paper: bool(paper.pmcid) == (folded == "y"),
            "PUB_TYPE": lambda paper: any(folded == kind.lower() for kind in paper.types),
            "LANG": lambda paper: paper.language == folded,
        }
        if name == "DOI":
            return {paper.pmid for paper in self._world.corpus.with_doi(value)}
        if name == "EXT_ID" and value.isdigit():
            return {int(value)} & self._world.corpus.papers.keys()
        if name in readers:
            return self._where(readers[name])
        return set(self._query.pmids(f'"{value}"'))

    def _where(self, holds: Callable[[Paper], bool]) -> set[int]:
        return {pmid for pmid, paper in self._world.corpus.papers.items() if holds(paper)}

    def _full_text(self, call: Call) -> Answer:
        pmcid = call.path.split("/")[0].upper()
        call.asked = (pmcid,)
        paper = next((paper for paper in self._world.corpus.papers.values() if paper.pmcid == pmcid and is_open(paper)), None)
        # Not open and unknown look the same.
        if paper is None:
            return Answer(b"", status=404)
        call.served = (pmcid,)
        return Answer.xml(full_text(paper, self._world.corpus.papers))

    def _references(self, call: Call) -> Answer:
        source, number, _ = call.path.split("/")
        call.asked = (number,)
        paper = self._world.corpus.papers.get(int(number)) if source == "MED" and number.isdigit() else None
        if paper is None:
            return failed(404, "No such paper.")
        page, size = call.number("page", 1), call.number("pageSize", _PAGE)
        cited = [self._reference(pmid, place) for place, pmid in enumerate(paper.references, 1)]
        part = call.disturbed(cited[(page - 1) * size : page * size], lambda: None)
        call.served = (number,)
        told = {
            "version": "6.9",
            "hitCount": len(cited),
            "request": {"id": number, "source": source, "offSet": (page - 1) * size, "pageSize": size},
        }
        return Answer.json(told | {"referenceList": {"reference": part}})

    def _reference(self, pmid: int, place: int) -> Result:
        paper = self._world.corpus.papers.get(pmid)
        if paper is None:
            return {"title": f"Cited trial {place}", "citedOrder": place, "match": "N"}
        told = {
            "id": str(pmid),
            "source": "MED",
            "citationType": "JOURNAL ARTICLE",
            "title": plain(paper.title),
            "pubYear": paper.pdat.year,
        }
        return told | {"citedOrder": place, "match": "Y"} | ({"doi": paper.doi} if paper.doi else {})


def failed(code: int, message: str) -> Answer:
    """An error as Europe PMC tells it: status 200, and the code inside."""
    return Answer.json({"version": "6.9", "errCode": code, "errMsg": message})


def _start(cursor: str) -> int:
    if cursor == "*":
        return 0
    if not cursor.startswith("AoIIP"):
        raise ValueError(f"cursorMark {cursor!r}")
    return int(cursor.removeprefix("AoIIP"))


def is_open(paper: Paper) -> bool:
    """Whether the full text may be given."""
    return bool(paper.pmcid) and paper.open_access


def abstract_text(paper: Paper) -> str:
    """The abstract in one string, its labels as headings, its markup kept."""
    return "".join(f"<h4>{escaped(label.capitalize())}</h4>{text}" if label else text for label, text in paper.abstract)


def result_of(paper: Paper, form: str) -> Result:
    """A paper in one of the three result types."""
    told: Result = {"id": str(paper.pmid), "source": "MED", "pmid": str(paper.pmid)}
    told |= {name: value for name, value in (("pmcid", paper.pmcid), ("doi", paper.doi)) if value}
    if form == "idlist":
        return told
    journal = JOURNALS[paper.journal]
    told |= {
        "title": paper.title,
        "authorString": ", ".join(f"{surname} {initials}" for surname, initials in paper.authors) + ".",
        "pubYear": str(paper.pdat.year),
        "isOpenAccess": "Y" if is_open(paper) else "N",
        "inEPMC": "Y" if paper.pmcid else "N",
        "inPMC": "Y" if paper.pmcid else "N",
        "firstIndexDate": paper.edat.isoformat(),
        "firstPublicationDate": paper.pdat.isoformat(),
    }
    if form == "lite":
        return told | {"journalTitle": journal.short, "journalIssn": journal.issn, "pubType": "; ".join(paper.types).lower()}
    told |= {
        "authorList": {"author": [{"fullName": f"{s} {i}", "lastName": s, "initials": i} for s, i in paper.authors]},
        "journalInfo": {
            "volume": str(paper.pdat.year - 1990), "yearOfPublication": paper.pdat.year, "printPublicationDate": paper.pdat.isoformat(),
            "journal": {"title": journal.title, "medlineAbbreviation": journal.short, "essn": journal.issn},
        },
        "pubTypeList": {"pubType": list(paper.types)},
        "language": paper.language,
        "meshHeadingList": {"meshHeading": [{"majorTopic_YN": "N", "descriptorName": term} for term in paper.mesh]},
        "dateOfRevision": paper.mdat.isoformat(),
        "dateOfCreation": paper.edat.isoformat(),
    }  # fmt: skip
    if paper.abstract:
        told["abstractText"] = abstract_text(paper)
    corrections = _corrections(paper)
    return told | ({"commentCorrectionList": {"commentCorrection": corrections}} if corrections else {})


def _corrections(paper: Paper) -> list[Result]:
    about = [(_KINDS[item.kind][1], item.pmid, item.doi) for item in paper.about]
    told = [(_KINDS[notice.kind][0], notice.pmid, notice.doi) for notice in paper.notices if "pubmed" in notice.where]
    return [
        {"id": str(pmid), "source": "MED", "type": kind, "reference": f"doi: {doi}", "orderIn": place}
        for place, (kind, pmid, doi) in enumerate(told + about, 1)
    ]
