"""NCBI E-utilities over the corpus: esearch, efetch, esummary and epost for PubMed, with the ceiling of 9,999 records."""

from __future__ import annotations

import json
from itertools import islice

from tests.imitation import pubmed_xml
from tests.imitation.answer import TEXT, Answer, Call, World
from tests.imitation.boolean import Malformed
from tests.imitation.history import History, Lost
from tests.imitation.paper import Paper
from tests.imitation.pubmed_query import PubMedQuery
from tests.imitation.pubmed_xml import escaped

CEILING = 9_999
# The live message holds a raw line feed inside a JSON string, which strict JSON readers refuse.
TOO_FAR = (
    "Search Backend failed: Exception:\n'retstart' cannot be larger than 9998. For PubMed, ESearch can only retrieve the first 9,999 "
    "records matching the query."
)
ERROR_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eEfetchResult PUBLIC "-//NLM//DTD efetch 20131226//EN" '
    '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20131226/efetch.dtd">\n'
)


def fetch_error(message: str, status: int = 200) -> Answer:
    """NCBI's error document, which is of another document type than records are."""
    return Answer.xml(f"{ERROR_HEAD}<eFetchResult>\n\t<ERROR>{escaped(message)}</ERROR>\n</eFetchResult>", status)


def search_error(call: Call, message: str) -> Answer:
    """An error of esearch under status 200, in the asked format; a line feed in the message stays raw."""
    if call.params.get("retmode") == "json":
        text = json.dumps({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": {"ERROR": message}})
        return Answer(text.replace("\\n", "\n").encode())
    return Answer.xml(f'<?xml version="1.0" encoding="UTF-8" ?>\n<eSearchResult><ERROR>{escaped(message)}</ERROR></eSearchResult>')


def summary_error(call: Call, message: str) -> Answer:
    """An error of esummary under status 200."""
    if call.params.get("retmode") == "json":
        return Answer.json({"header": {"type": "esummary", "version": "0.3"}, "esummaryresult": [message]})
    return Answer.xml(f"<eSummaryResult><ERROR>{escaped(message)}</ERROR></eSummaryResult>")


class Eutils:
    """The E-utilities."""

    name = "eutils"

    def __init__(self, world: World) -> None:
        self._world = world
        self.query = PubMedQuery(world.corpus)
        self.history = History(world.settings)

    def route(self, call: Call) -> str:
        operation = call.path.removesuffix(".fcgi")
        return operation if operation in ("esearch", "efetch", "esummary", "epost", "einfo") else ""

    def answer(self, call: Call) -> Answer:
        if call.params.get("db", "pubmed") != "pubmed":
            return self._wrong_database(call)
        return {
            "esearch": self._search, "efetch": self._fetch, "esummary": self._summary, "epost": self._post, "einfo": self._info
        }[call.route](call)  # fmt: skip

    def _wrong_database(self, call: Call) -> Answer:
        message = f"Invalid db name specified: {call.params['db']}"
        return search_error(call, message) if call.route == "esearch" else fetch_error(message, 400)

    def _search(self, call: Call) -> Answer:
        params = call.params
        try:
            found = self.query.pmids(
                params.get("term", ""), *(params.get(name, "") for name in ("datetype", "mindate", "maxdate", "reldate"))
            )
        except Malformed as problem:
            return search_error(call, f"Search Backend failed: {problem}")
        start = call.number("retstart", 0)
        if start >= CEILING:
            return search_error(call, TOO_FAR)
        page = found[start : min(start + call.number("retmax", 20), CEILING)]
        page = call.disturbed(page, lambda: max(self._world.corpus.papers))
        call.served = tuple(map(str, page))
        kept = self.history.keep(found, params.get("WebEnv", "")) if params.get("usehistory") == "y" else None
        return self._found(call, found, page, start, kept)

    def _found(self, call: Call, found: list[int], page: list[int], start: int, kept: tuple[str, str] | None) -> Answer:
        unknown, term = self.query.not_found(call.params.get("term", "")) if not found else [], call.params.get("term", "")
        if call.params.get("retmode") == "json":
            result: dict[str, object] = {"count": str(len(found)), "retmax": str(len(page)), "retstart": str(start)}
            if kept:
                result |= {"querykey": kept[1], "webenv": kept[0]}
            result |= {"idlist": [str(pmid) for pmid in page], "translationset": [], "querytranslation": term}
            if unknown:
                result["errorlist"] = {"phrasesnotfound": unknown, "fieldsnotfound": []}
                result["warninglist"] = {"phrasesignored": [], "quotedphrasesnotfound": [], "outputmessages": ["No items found."]}
            return Answer.json({"header": {"type": "esearch", "version": "0.3"}, "esearchresult": result})
        history = f"<QueryKey>{kept[1]}</QueryKey><WebEnv>{kept[0]}</WebEnv>" if kept else ""
        ids = "\n".join(f"<Id>{pmid}</Id>" for pmid in page)
        errors = "".join(f"<PhraseNotFound>{escaped(value)}</PhraseNotFound>" for value in unknown)
        return Answer.xml(
            '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN" '
            '"https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
            f"<eSearchResult><Count>{len(found)}</Count><RetMax>{len(page)}</RetMax><RetStart>{start}</RetStart>{history}"
            f"<IdList>\n{ids}\n</IdList><TranslationSet/><QueryTranslation>{escaped(term)}</QueryTranslation>"
            + (f"<ErrorList>{errors}</ErrorList>" if errors else "")
            + "</eSearchResult>"
        )

    def _asked(self, call: Call) -> list[str]:
        """The ids of a fetch: given in the call, or the page of a kept search. Each once, in order."""
        if "WebEnv" not in call.params:
            ids = [part.strip() for part in call.params.get("id", "").split(",")]
            return list(dict.fromkeys(part for part in ids if part))
        start = call.number("retstart", 0)
        found = self.history.found(call.params["WebEnv"], call.params.get("query_key", ""))
        if start >= CEILING:
            raise Lost(TOO_FAR, 400)
        return [str(pmid) for pmid in found[start : min(start + call.number("retmax", 20), CEILING)]]

    def _records(self, call: Call) -> list[Paper]:
        """The papers asked for that exist; what does not exist is left out without a word."""
        call.asked = tuple(self._asked(call))
        papers = self._world.corpus.papers
        known = [papers[int(pmid)] for pmid in call.asked if pmid.isdigit() and int(pmid) in papers]
        asked = set(call.asked)
        spare = next((paper for paper in reversed(papers.values()) if str(paper.pmid) not in asked), None)
        known = call.disturbed(known, lambda: spare)
        call.served = tuple(str(paper.pmid) for paper in known)
        return known

    def _fetch(self, call: Call) -> Answer:
        try:
            known = self._records(call)
        except Lost as lost:
            return fetch_error(lost.message, lost.status)
        if not call.asked:
            return fetch_error("Empty id list - nothing todo", 400)
        form = call.params.get("rettype", "")
        if form == "medline":
            return Answer.text("\n" + "\n".join(map(pubmed_xml.medline, known)), media=TEXT)
        if form == "uilist":
            return Answer.text("".join(f"{paper.pmid}\n" for paper in known), media=TEXT)
        records = [record for paper in known for record in pubmed_xml.records_of(paper)]
        stop = call.disturbance.break_after if call.disturbance else None
        if stop is not None:
            records = [*islice(records, stop), "<ERROR>Unable to obtain the rest of the records</ERROR>\n"]
        return Answer.xml(pubmed_xml.record_set(records))

    def _summary(self, call: Call) -> Answer:
        try:
            known = self._records(call)
        except Lost as lost:
            return summary_error(call, lost.message)
        result: dict[str, object] = {"uids": [str(paper.pmid) for paper in known]}
        result |= {str(paper.pmid): pubmed_xml.summary(paper) for paper in known}
        result |= {pmid: {"uid": pmid, "error": "cannot get document summary"} for pmid in call.asked if pmid not in call.served}
        return Answer.json({"header": {"type": "esummary", "version": "0.3"}, "result": result})

    def _post(self, call: Call) -> Answer:
        numbers = [int(pmid) for pmid in self._asked(call) if pmid.isdigit()]
        webenv, key = self.history.keep(numbers, "")
        return Answer.xml(
            f'<?xml version="1.0" encoding="UTF-8" ?>\n<ePostResult><QueryKey>{key}</QueryKey><WebEnv>{webenv}</WebEnv></ePostResult>'
        )

    def _info(self, call: Call) -> Answer:
        count, day = len(self._world.corpus.papers), self._world.corpus.today
        info = {"dbname": "pubmed", "count": str(count), "lastupdate": f"{day:%Y/%m/%d} 06:00"}
        return Answer.json({"header": {"type": "einfo", "version": "0.3"}, "einforesult": {"dbinfo": [info]}})
