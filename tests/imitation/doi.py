"""doi.org over the corpus: forwarding, content negotiation, the handle interface, and DOIs that lead where nobody should go."""

from __future__ import annotations

from tests.imitation.answer import HTML, TEXT, Answer, Call, World
from tests.imitation.crossref import notice_work, work_of
from tests.imitation.paper import Paper, plain
from tests.imitation.writing import JOURNALS

CSL = "application/vnd.citationstyles.csl+json"
RIS = "application/x-research-info-systems"
BIBTEX = "application/x-bibtex"


class Doi:
    """The resolver. A DOI is known when a paper, a notice or an alias has it; those of `none` are known to nobody."""

    name = "doi"

    def __init__(self, world: World) -> None:
        self._world = world

    def route(self, call: Call) -> str:
        if call.path.startswith("api/handles/"):
            return "handle"
        return "resolve" if call.path.startswith("10.") else ""

    def answer(self, call: Call) -> Answer:
        doi = call.path.removeprefix("api/handles/")
        call.asked = (doi,)
        special = self._world.corpus.special_dois.get(doi.lower())
        if special and call.route == "resolve":
            return self._special(call, special)
        paper, notice = self._known(doi)
        known = paper is not None or notice is not None
        call.served = (doi,) if known else ()
        if call.route == "handle":
            return Answer.json({"responseCode": 1 if known else 100, "handle": doi}, 200 if known else 404)
        if not known:
            return Answer.text(
                f"<html><head><title>Error: DOI Not Found</title></head><body>{plain(doi)} is unknown.</body></html>", 404, HTML
            )
        return self._negotiated(call, doi, paper, notice)

    def _known(self, doi: str) -> tuple[Paper | None, dict[str, object] | None]:
        corpus = self._world.corpus
        aim = corpus.aliases.get(doi.lower(), doi)
        paper = next((paper for paper in corpus.with_doi(aim) if paper.agency != "none"), None)
        if paper is not None:
            return paper, None
        lone = ((p, n) for p in corpus.papers.values() for n in p.notices if n.doi.lower() == doi.lower())
        return None, next((notice_work(paper, notice) for paper, notice in lone), None)

    def _special(self, call: Call, aim: str) -> Answer:
        if aim == "loop":
            return Answer.redirect(call.target)
        return Answer.redirect(self._world.trap if aim == "trap" else aim)

    def _negotiated(self, call: Call, doi: str, paper: Paper | None, notice: dict[str, object] | None) -> Answer:
        accept = call.headers.get("accept", "")
        form = next((form for form in (CSL, RIS, BIBTEX) if form in accept), "")
        if not form:
            return Answer.redirect(f"{self._world.settings.landing.rstrip('/')}/{call.target.removeprefix('/doi/')}")
        if self._world.settings.negotiation == "redirect" and "transformed" not in call.params:
            return Answer.redirect(f"{call.target}{'&' if '?' in call.target else '?'}transformed=1")
        work = notice or (
            work_of(paper, self._world.corpus.papers) | {"DOI": paper.registered_doi or paper.doi.lower()} if paper else {}
        )
        if form == CSL:
            return Answer.json(_csl(work), media=CSL)
        if paper is None:
            return Answer.text("Not acceptable.", 406)
        return Answer.text(_ris(paper) if form == RIS else _bibtex(paper), media=f"{form}; charset=utf-8" if form == RIS else TEXT)


def _csl(work: dict[str, object]) -> dict[str, object]:
    """Crossref's work in the form of the citation language: single values where Crossref lists them."""
    told = dict(work)
    for name in ("title", "container-title"):
        values = told.get(name)
        told[name] = values[0] if isinstance(values, list) and values else ""
    return told | {"type": "article-journal"}


def _ris(paper: Paper) -> str:
    people = [f"AU  - {surname}, {initials}" for surname, initials in paper.authors]
    text = " ".join(plain(part) for _, part in paper.abstract)
    lines = [
        "TY  - JOUR",
        f"DO  - {paper.doi}",
        f"TI  - {plain(paper.title)}",
        *people,
        f"PY  - {paper.pdat.year}",
        f"DA  - {paper.pdat:%Y/%m/%d}",
    ]
    lines += [
        f"JO  - {JOURNALS[paper.journal].title}",
        *([f"AB  - {text}"] if text else []),
        f"UR  - https://doi.org/{paper.doi}",
        "ER  - ",
        "",
    ]
    return "\n".join(lines)


def _bibtex(paper: Paper) -> str:
    people = " and ".join(f"{surname}, {initials}" for surname, initials in paper.authors)
    return f"@article{{invented{paper.pmid}, title={{{plain(paper.title)}}}, author={{{people}}}, DOI={{{paper.doi}}}, year={{{paper.pdat.year}}} }}\n"
