"""ClinicalTrials.gov's interface, version 2, over the corpus's trials: lists with page tokens, single studies, aliases."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.imitation.answer import Answer, Call, World
from tests.imitation.boolean import Malformed, evaluate
from tests.imitation.paper import Trial, plain
from tests.imitation.pubmed_query import first_day, last_day, words
from tests.imitation.registry import Study, study_of

_AREA = re.compile(r'AREA\[(\w+)\](?:RANGE\[([^,\]]*),([^\]]*)\]|"?([^"]*)"?)')
_DATES = {"LastUpdatePostDate": "updated", "StudyFirstPostDate": "first_posted"}
_KNOWN = {
    "query.term", "query.cond", "query.intr", "query.outc", "query.titles", "query.id", "filter.ids", "filter.advanced", "filter.overallStatus",
    "fields", "pageSize", "pageToken", "countTotal", "sort", "format", "markupFormat",
}  # fmt: skip
_PIECES = {
    "NCTId": "protocolSection.identificationModule.nctId",
    "BriefTitle": "protocolSection.identificationModule.briefTitle",
    "OverallStatus": "protocolSection.statusModule.overallStatus",
    "LastUpdatePostDate": "protocolSection.statusModule.lastUpdatePostDateStruct.date",
    "StudyFirstPostDate": "protocolSection.statusModule.studyFirstPostDateStruct.date",
    "HasResults": "hasResults",
}
_MOST, _PAGE = 1000, 10


class Refused(Exception):
    """A request that is answered 400, in plain text."""


class ClinicalTrials:
    """The registry."""

    name = "ctgov"

    def __init__(self, world: World) -> None:
        self._world = world
        self._known_words: dict[str, tuple[Trial, frozenset[str]]] = {}

    def route(self, call: Call) -> str:
        if call.path in ("studies", "version"):
            return call.path
        return "study" if call.path.startswith("studies/") else ""

    def answer(self, call: Call) -> Answer:
        if call.route == "version":
            return Answer.json({"apiVersion": "2.0.5", "dataTimestamp": f"{self._world.corpus.today}T06:00:00"})
        try:
            return self._one(call) if call.route == "study" else self._list(call)
        except (Refused, Malformed) as problem:
            return Answer.text(str(problem), 400)

    def _one(self, call: Call) -> Answer:
        number = call.path.removeprefix("studies/").upper()
        call.asked = (number,)
        if not re.fullmatch(r"NCT\d{8}", number):
            raise Refused("Parameter `nctId` has incorrect format.")
        trials = self._world.corpus.trials
        if number in trials:
            call.served = (number,)
            return Answer.json(_projected(study_of(trials[number], self._world.corpus.today), call.params.get("fields", "")))
        aim = next((trial.nct for trial in trials.values() if number in trial.aliases), None)
        return Answer.redirect(f"/ctgov/studies/{aim}", 301) if aim else Answer.text(f"NCT number {number} not found", 404)

    def _list(self, call: Call) -> Answer:
        unknown = call.params.keys() - _KNOWN
        if unknown:
            raise Refused(f"Unknown parameter: {sorted(unknown)[0]}")
        found = self._found(call)
        size = min(max(call.number("pageSize", _PAGE), 1), _MOST)
        start = _start(call.params.get("pageToken", ""))
        page = call.disturbed(found[start : start + size], lambda: max(self._world.corpus.trials))
        call.served = tuple(page)
        today, fields = self._world.corpus.today, call.params.get("fields", "")
        told: dict[str, Any] = {
            "studies": [_projected(study_of(self._world.corpus.trials[number], today), fields) for number in page]
        }
        if call.params.get("countTotal") == "true" and "pageToken" not in call.params:
            told["totalCount"] = len(found)
        # A full page bears a token, also where nothing follows it.
        if len(found[start : start + size]) == size:
            told["nextPageToken"] = f"ZVNj7o2E{start + size}"
        return Answer.json(told)

    def _found(self, call: Call) -> list[str]:
        """The numbers that queries and filters leave, in order."""
        trials = self._world.corpus.trials
        found = {int(number[3:]) for number in trials}
        asked = [value for name, value in call.params.items() if name.startswith("query.") or name == "filter.advanced"]
        for query in asked:
            if query.strip():
                found &= evaluate(query, lambda: {int(number[3:]) for number in trials}, self._term)
        if "filter.ids" in call.params:
            ids = {part.strip().upper() for part in re.split(r"[|,]", call.params["filter.ids"])}
            call.asked = tuple(sorted(ids))
            found &= {int(trial.nct[3:]) for trial in trials.values() if trial.nct in ids or ids & set(trial.aliases)}
        return [f"NCT{number:08}" for number in sorted(found)]

    def _term(self, term: str) -> set[int]:
        area = _AREA.fullmatch(term)
        if area and area[1] in _DATES:
            first = first_day(area[2] or area[4] or "") or date.min
            last = last_day(area[3] or area[4] or "") or date.max
            return self._where(lambda trial: first <= getattr(trial, _DATES[area[1]]) <= last)
        if area and area[1] == "NCTId":
            return self._where(lambda trial: (area[4] or "").upper() in (trial.nct, *trial.aliases))
        sought = set(words(area[4] or "" if area else term))
        return self._where(lambda trial: bool(sought) and sought <= self._words(trial))

    def _where(self, holds: Callable[[Trial], bool]) -> set[int]:
        return {int(trial.nct[3:]) for trial in self._world.corpus.trials.values() if holds(trial)}

    def _words(self, trial: Trial) -> frozenset[str]:
        known = self._known_words.get(trial.nct)
        if known is None or known[0] is not trial:
            text = f"{plain(trial.title)} {trial.cells} {trial.comparator} {trial.condition} {trial.outcome} mesenchymal stem cells MSC {trial.nct}"
            known = self._known_words[trial.nct] = (trial, frozenset(words(text)))
        return known[1]


def _start(token: str) -> int:
    if not token:
        return 0
    number = token.removeprefix("ZVNj7o2E")
    if not number.isdigit():
        raise Refused("Parameter `pageToken` has incorrect format.")
    return int(number)


def _projected(study: Study, fields: str) -> Study:
    """The study with no more than the fields asked for, named as pieces (`NCTId`) or as paths (`protocolSection.statusModule`)."""
    if not fields:
        return study
    kept: Study = {}
    for name in re.split(r"[|,]", fields):
        path = _PIECES.get(name.strip(), name.strip()).split(".")
        if path[0] not in ("protocolSection", "resultsSection", "derivedSection", "hasResults"):
            raise Refused(f"Unknown field: {name}")
        _copy(study, kept, path)
    return kept


def _copy(source: Study, target: Study, path: list[str]) -> None:
    if path[0] not in source:
        return
    if len(path) == 1:
        target[path[0]] = source[path[0]]
    else:
        _copy(source[path[0]], target.setdefault(path[0], {}), path[1:])
