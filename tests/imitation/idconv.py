"""NCBI's identifier converter: one kind of id a call, up to 200 ids, and answers only for papers in PMC. The old address forwards."""

from __future__ import annotations

from collections.abc import Callable

from tests.imitation.answer import Answer, Call, World
from tests.imitation.paper import Paper

_MOST = 200


class Idconv:
    """The converter at its address of today."""

    name = "idconv"

    def __init__(self, world: World) -> None:
        self._world = world

    def route(self, call: Call) -> str:
        return "articles" if call.path.strip("/") in ("", "api/v1/articles") else ""

    def answer(self, call: Call) -> Answer:
        ids = [part.strip() for part in call.params.get("ids", "").split(",") if part.strip()]
        call.asked = tuple(ids)
        problem = _problem(ids, call.params.get("idtype", ""))
        if problem:
            return Answer.json({"status": "error", "response-date": self._today(), "message": problem}, 400)
        find = self._finder(call.params.get("idtype") or _kind(ids[0]))
        records = call.disturbed([_record(number, find(number)) for number in ids], lambda: None)
        call.served = tuple(str(record["requested-id"]) for record in records if "errmsg" not in record)
        return Answer.json({"status": "ok", "response-date": self._today(), "request": {"format": "json"}, "records": records})

    def _today(self) -> str:
        return f"{self._world.corpus.today:%Y-%m-%d} 06:00:00"

    def _finder(self, kind: str) -> Callable[[str], Paper | None]:
        corpus = self._world.corpus
        if kind == "pmid":
            return lambda number: corpus.papers.get(int(number)) if number.isdigit() else None
        if kind == "doi":
            return lambda number: next(iter(corpus.with_doi(number)), None)
        by_pmcid = {paper.pmcid: paper for paper in corpus.papers.values() if paper.pmcid}
        return lambda number: by_pmcid.get(f"PMC{number.upper().removeprefix('PMC')}")


class OldIdconv:
    """The converter's address until 2025, which forwards to the new one."""

    name = "idconv-old"

    def route(self, call: Call) -> str:
        return "moved"

    def answer(self, call: Call) -> Answer:
        query = call.target.partition("?")[2]
        return Answer.redirect(call.base.replace("/idconv-old/", "/idconv/") + (f"?{query}" if query else ""), 301)


def _kind(number: str) -> str:
    if number.upper().startswith("PMC"):
        return "pmcid"
    return "doi" if "/" in number else "pmid"


def _problem(ids: list[str], idtype: str) -> str:
    if not ids:
        return "No ids were given."
    if len(ids) > _MOST:
        return f"{len(ids)} ids are more than {_MOST}."
    # A bare number may be meant as a PMCID where the call says so.
    kinds = {"pmcid" if idtype == "pmcid" and number.isdigit() else _kind(number) for number in ids}
    if len(kinds) > 1 or (idtype and idtype not in kinds):
        return "The ids are not all of one kind."
    return ""


def _record(number: str, paper: Paper | None) -> dict[str, object]:
    if paper is None or not paper.pmcid:
        return {"requested-id": number, "status": "error", "errmsg": "Identifier not found in PMC"}
    record: dict[str, object] = {"requested-id": number, "pmcid": paper.pmcid, "pmid": paper.pmid}
    return record | ({"doi": paper.doi} if paper.doi else {})
