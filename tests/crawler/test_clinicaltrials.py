"""ClinicalTrials.gov: what a search matches, the studies, and what each is as a document."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.document import Document, Read, Report, SectionName
from crawler.errors import SaidNo, Unanswered, Unreadable
from crawler.http import Door, Patience, Service
from crawler.json_place import Misshapen, Place, place_of, printed_under
from crawler.politeness import Limit
from crawler.record import NoticeKind
from crawler.redaction import Secrets
from crawler.sources.clinicaltrials import ClinicalTrials
from crawler.sources.source import Answered, Lacking, Listed, Listing, Search
from tests.crawler.made_studies import EDSS, EVENTS, MSC, Json, denominators, measure, registration, with_results

Given = tuple[int, Mapping[str, str], bytes]
Reply = Callable[[str, dict[str, str]], Given]
QUICK = Patience(tries=3, first_pause=0.005, longest_pause=0.01, longest_wait=20, give_up_after=50)


def number(n: int) -> str:
    return f"NCT{90000000 + n}"


def as_json(value: object, status: int = 200) -> Given:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


def as_text(words: str, status: int) -> Given:
    return status, {"Content-Type": "text/plain"}, words.encode()


class Local(ThreadingHTTPServer):
    """One server of a test. `asked`: the path and the parameters of every request."""

    daemon_threads = True

    def __init__(self, reply: Reply) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reply = reply
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """Answers as the test's function says."""

    server: Local

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        params = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.server.asked.append((parts.path, params))
        status, headers, body = self.server.reply(parts.path, params)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(reply: Reply, folder: Path) -> Iterator[tuple[ClinicalTrials, Local]]:
    server = Local(reply)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    door = Door("counterclaim-test/1", Secrets([]), frozenset({server.host}), patience=QUICK, folder=folder)
    service = Service("clinicaltrials", f"http://{server.host}/api/v2/", "clinicaltrials", Limit(1000))
    try:
        yield ClinicalTrials(door, service), server
    finally:
        server.shutdown()
        server.server_close()


def entry(n: int, updated: str = "2024-05-13") -> Json:
    """A study as a list with two fields gives it."""
    return {
        "protocolSection": {
            "identificationModule": {"nctId": number(n)},
            "statusModule": {"lastUpdatePostDateStruct": {"date": updated}},
        }
    }


def in_pages(count: int, last_token: str | None = None) -> Reply:
    """A registry of so many studies; `last_token` is what stands on the last page, where most services leave the token out."""

    def reply(path: str, params: dict[str, str]) -> Given:
        start, size = int(params.get("pageToken", "0")), int(params["pageSize"])
        page: Json = {"studies": [entry(n) for n in range(start, min(start + size, count))]}
        if "countTotal" in params and "pageToken" not in params:
            page["totalCount"] = count
        if start + size < count:
            page["nextPageToken"] = str(start + size)
        elif last_token is not None:
            page["nextPageToken"] = last_token or str(start)
        return as_json(page)

    return reply


def listed(reply: Reply, folder: Path, search: Search = Search("cells"), since: date | None = None) -> tuple[Listing, Local]:  # noqa: B008 - frozen
    with serving(reply, folder) as (source, server):
        return source.listing(search, since), server


# ------------------------------------------------------------------------------------------------ listing


def test_a_thousand_hits_are_one_request(tmp_path: Path) -> None:
    found, server = listed(in_pages(1000, last_token="1000"), tmp_path)
    assert (len(found.items), found.found, found.whole) == (1000, 1000, True)
    assert len(server.asked) == 1, "a token behind an exactly full last page leads nowhere"


def test_all_pages_are_asked_for_once(tmp_path: Path) -> None:
    found, server = listed(in_pages(2500), tmp_path)
    assert [i.id for i in found.items] == [number(n) for n in range(2500)]
    assert [p.get("pageToken") for _, p in server.asked] == [None, "1000", "2000"]
    assert found.whole


@pytest.mark.parametrize("last_token", ["0", ""])
def test_a_token_that_comes_again_ends_the_list(tmp_path: Path, last_token: str) -> None:
    def short(path: str, params: dict[str, str]) -> Given:
        page = json.loads(in_pages(1500, last_token)(path, params)[2])
        return as_json(page | ({"totalCount": 1700} if "totalCount" in page else {}))

    found, server = listed(short, tmp_path)
    assert len(server.asked) <= 4
    assert (len(found.items), found.found, found.whole) == (1500, 1700, False), "a list that falls short of the count is not whole"


def test_no_hits_are_an_answer(tmp_path: Path) -> None:
    found, _ = listed(in_pages(0), tmp_path)
    assert found == Listing((), whole=True, found=0)


def test_a_search_asks_in_the_registrys_language_and_for_two_fields(tmp_path: Path) -> None:
    _, server = listed(in_pages(3), tmp_path, Search("stem cells OR MSC", since=date(2010, 1, 31)))
    [(path, params)] = server.asked
    assert path == "/api/v2/studies"
    assert params == {
        "query.term": "(stem cells OR MSC) AND AREA[StudyFirstPostDate]RANGE[2010-01-31,MAX]",
        "fields": "NCTId,LastUpdatePostDate", "pageSize": "1000", "countTotal": "true",
    }  # fmt: skip


def test_a_limit_cuts_the_list_and_the_page(tmp_path: Path) -> None:
    found, server = listed(in_pages(50), tmp_path, Search("cells", limit=7))
    assert (len(found.items), found.found, found.whole) == (7, 50, False)
    assert server.asked[0][1]["pageSize"] == "7"


def test_the_mark_is_the_day_of_the_last_update(tmp_path: Path) -> None:
    days = ["2024-05-12", "2024-05-13", "2024-06", "2023"]
    page = {"studies": [entry(n, day) for n, day in enumerate(days)], "totalCount": 4}
    found, _ = listed(lambda *_: as_json(page), tmp_path, since=date(2024, 5, 13))
    assert [(i.mark, i.revised) for i in found.items] == list(zip(days, [False, True, True, False], strict=True))
    unasked, _ = listed(lambda *_: as_json(page), tmp_path)
    assert not any(i.revised for i in unasked.items)


def test_a_search_that_holds_more_than_a_page_lists_only_what_was_updated_lately(tmp_path: Path) -> None:
    found, server = listed(in_pages(3), tmp_path, Search("cells", stored=1000), since=date(2024, 5, 1))
    assert server.asked[0][1]["query.term"] == "(cells) AND AREA[LastUpdatePostDate]RANGE[2024-05-01,MAX]"
    assert not found.whole, "what is not listed has not gone"


def test_a_study_that_stands_on_two_pages_is_listed_once(tmp_path: Path) -> None:
    pages = {None: {"studies": [entry(0), entry(1)], "totalCount": 3, "nextPageToken": "b"}, "b": {"studies": [entry(1), entry(2)]}}
    found, _ = listed(lambda _, params: as_json(pages[params.get("pageToken")]), tmp_path)
    assert found.items == tuple(Listed(number(n), "2024-05-13") for n in range(3))
    assert found.whole


def test_an_unknown_parameter_is_said_in_the_services_words(tmp_path: Path) -> None:
    with pytest.raises(SaidNo, match="contains unknown parameter: feilds") as error:
        listed(lambda *_: as_text("Request contains unknown parameter: feilds", 400), tmp_path)
    assert "Traceback" not in str(error.value)


@pytest.mark.parametrize(
    "bad",
    [
        as_json({"error": "Search backend is\nresting"}),
        (200, {"Content-Type": "application/json"}, b'{"message": "Search backend is\nresting"}'),
        as_json(["Search backend is resting"]),
        as_json({"studies": "Search backend is resting", "totalCount": 1}),
        as_json({"studies": [{"note": "Search backend is resting"}], "totalCount": 1}),
        (200, {"Content-Type": "application/json"}, json.dumps({"studies": [entry(n) for n in range(9)]}).encode()[:-200]),
        (200, {"Content-Type": "application/json"}, b"[" * 50_000),
        (200, {"Content-Type": "application/json"}, b"\xff\xfe\x00"),
        (200, {"Content-Type": "application/json"}, b""),
        as_json({"studies": [entry(1)]}),
    ],
)
def test_an_answer_that_is_none_is_asked_for_again(tmp_path: Path, bad: Given) -> None:
    answers = [bad, bad]
    found, _ = listed(lambda *a: answers.pop() if answers else in_pages(3)(*a), tmp_path)
    assert len(found.items) == 3
    with pytest.raises(Unanswered):
        listed(lambda *_: bad, tmp_path)


def test_what_a_service_says_in_place_of_an_answer_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unanswered, match="Search backend is resting"):
        listed(lambda *_: (200, {"Content-Type": "application/json"}, b'{"error": "Search backend is\nresting"}'), tmp_path)


# ------------------------------------------------------------------------------------------------ records

ALIAS, OTHER = "NCT80000009", number(9)


class Registry:
    """Studies by number; numbers that were joined to others are forwarded, as the service does."""

    def __init__(self, *studies: Json, aliases: Mapping[str, str] | None = None) -> None:
        self.studies = {s["protocolSection"]["identificationModule"]["nctId"]: s for s in studies}
        self.aliases = aliases or {}

    def __call__(self, path: str, params: dict[str, str]) -> Given:
        if path == "/api/v2/studies":
            return as_json({"studies": self.listed(params["filter.ids"].split("|"))})
        asked = path.rpartition("/")[2]
        if asked in self.aliases:
            return 301, {"Location": f"/api/v2/studies/{self.aliases[asked]}"}, b""
        return as_json(self.studies[asked]) if asked in self.studies else as_text(f"NCT number {asked} not found", 404)

    def listed(self, asked: Sequence[str]) -> list[Json]:
        return [self.studies[n] for n in asked if n in self.studies]


def fetched(reply: Reply, folder: Path, *ids: str) -> tuple[dict[str, Answered | Lacking], Local]:
    with serving(reply, folder) as (source, server):
        found = list(source.records(ids))
    assert sorted(f.id for f in found) == sorted(set(ids)), "each number comes once, as one or the other"
    return {f.id: f for f in found}, server


def test_fifty_studies_are_one_request(tmp_path: Path) -> None:
    numbers = [number(n) for n in range(50)]
    found, server = fetched(Registry(*map(registration, numbers)), tmp_path, *numbers)
    assert all(isinstance(f, Answered) for f in found.values())
    assert [(path, params) for path, params in server.asked] == [
        ("/api/v2/studies", {"filter.ids": "|".join(numbers), "pageSize": "50"})
    ]


def test_the_kept_bytes_do_not_depend_on_order_space_or_the_day(tmp_path: Path) -> None:
    study = registration(number(1))
    turned = dict(reversed(deepcopy(study).items()))
    turned["derivedSection"]["miscInfoModule"]["versionHolder"] = "2031-01-01"
    first, second = (fetched(Registry(s), tmp_path, number(1))[0][number(1)] for s in (study, turned))
    assert isinstance(first, Answered)
    assert first == second
    assert b'": ' not in first.body
    assert b"versionHolder" not in first.body
    other = fetched(Registry(registration(number(1), updated="2025-01-01")), tmp_path, number(1))[0][number(1)]
    assert other != first


def test_a_study_that_the_list_left_out_is_asked_for_alone(tmp_path: Path) -> None:
    class Forgetful(Registry):
        def listed(self, asked: Sequence[str]) -> list[Json]:
            return super().listed(asked)[:-1]

    found, server = fetched(Forgetful(registration(number(1)), registration(number(2))), tmp_path, number(1), number(2))
    assert all(isinstance(f, Answered) for f in found.values())
    assert [path for path, _ in server.asked] == ["/api/v2/studies", f"/api/v2/studies/{number(2)}"]


def test_a_strange_study_in_the_list_is_taken_for_no_other(tmp_path: Path) -> None:
    class Swapping(Registry):
        def listed(self, asked: Sequence[str]) -> list[Json]:
            return [registration(number(77)), *super().listed(asked), *super().listed(asked)]

    found, _ = fetched(Swapping(registration(number(1))), tmp_path, number(1), number(2))
    kept = found[number(1)]
    assert isinstance(kept, Answered)
    assert number(1) in kept.body.decode()
    assert found[number(2)] == Lacking(number(2), f"ClinicalTrials.gov has no study {number(2)}.", gone=True)


def test_another_study_under_the_number_asked_for_is_no_answer(tmp_path: Path) -> None:
    def swapped(path: str, params: dict[str, str]) -> Given:
        return as_json({"studies": []}) if path == "/api/v2/studies" else as_json(registration(number(77)))

    lacking = fetched(swapped, tmp_path, number(1))[0][number(1)]
    assert isinstance(lacking, Lacking)
    assert not lacking.gone
    assert f"{number(1)} was asked for, and the answer is {number(77)}" in lacking.why


def test_what_is_no_number_of_the_registry_is_not_asked_for(tmp_path: Path) -> None:
    found, server = fetched(Registry(), tmp_path, "NCT123", "Harbour")
    assert all(isinstance(f, Lacking) and f.gone for f in found.values())
    assert not server.asked


def test_a_number_that_was_joined_to_another_brings_the_others_study(tmp_path: Path) -> None:
    found, server = fetched(Registry(registration(OTHER), aliases={ALIAS: OTHER}), tmp_path, ALIAS)
    kept = found[ALIAS]
    assert isinstance(kept, Answered)
    assert [path.rpartition("/")[2] for path, _ in server.asked] == ["studies", ALIAS, OTHER]
    document = parsed(kept)
    assert document.id == OTHER
    assert document.registry_ids[:2] == (OTHER, ALIAS)


def test_an_alias_that_the_study_itself_names_is_taken_from_the_list(tmp_path: Path) -> None:
    study = registration(OTHER)
    study["protocolSection"]["identificationModule"]["nctIdAliases"] = [ALIAS]

    class Knowing(Registry):
        def listed(self, asked: Sequence[str]) -> list[Json]:
            return [study]

    found, server = fetched(Knowing(study), tmp_path, ALIAS, OTHER)
    assert all(isinstance(f, Answered) for f in found.values())
    assert len(server.asked) == 1
    assert parsed(registered(study)).registry_ids[:2] == (OTHER, ALIAS)


def test_a_service_that_forwards_everything_elsewhere_names_what_to_do(tmp_path: Path) -> None:
    def moved(path: str, params: dict[str, str]) -> Given:
        return as_json({"studies": []}) if path == "/api/v2/studies" else (301, {"Location": "/maintenance"}, b"")

    lacking = fetched(moved, tmp_path, number(1))[0][number(1)]
    assert isinstance(lacking, Lacking)
    assert not lacking.gone
    assert "set base_url" in lacking.why


def test_a_list_that_is_refused_is_asked_for_one_by_one(tmp_path: Path) -> None:
    registry = Registry(*(registration(number(n)) for n in range(3)))

    def strict(path: str, params: dict[str, str]) -> Given:
        return as_text("too long", 414) if path == "/api/v2/studies" else registry(path, params)

    found, _ = fetched(strict, tmp_path, *map(number, range(3)))
    assert all(isinstance(f, Answered) for f in found.values())


def test_a_service_that_refuses_everything_is_asked_twice_and_no_more(tmp_path: Path) -> None:
    with serving(lambda *_: as_text("no", 403), tmp_path) as (source, server):
        with pytest.raises(SaidNo, match="403"):
            list(source.records([number(n) for n in range(50)]))
        assert len(server.asked) == 2


def test_one_study_that_the_service_cannot_give_costs_no_other(tmp_path: Path) -> None:
    registry = Registry(registration(number(1)))

    def broken(path: str, params: dict[str, str]) -> Given:
        return as_text("cannot make this study", 500) if path.endswith(number(2)) else registry(path, params)

    found, _ = fetched(broken, tmp_path, number(2), number(1))
    assert isinstance(found[number(1)], Answered)
    failed = found[number(2)]
    assert isinstance(failed, Lacking)
    assert not failed.gone, "a failure says nothing about the study"
    assert "cannot make this study" in failed.why


# ------------------------------------------------------------------------------------------------ documents


def registered(study: Json) -> Answered:
    return Answered(study["protocolSection"]["identificationModule"]["nctId"], json.dumps(study).encode())


def parse(answered: Answered) -> Document | Unreadable:
    return ClinicalTrials.parse(ClinicalTrials.__new__(ClinicalTrials), answered)


def parsed(answered: Answered) -> Document:
    found = parse(answered)
    assert isinstance(found, Document)
    return found


def test_a_registration_is_read_whole() -> None:
    document = parsed(registered(registration()))
    assert (document.id, document.report, document.read) == ("NCT90000001", Report.REGISTRY, Read.REGISTRY)
    assert document.title == "Harbour: Stem Cells in Progressive Multiple Sclerosis"
    assert (document.year, document.entered, document.revised) == (2016, "2015-11-02", "2024-05-13")
    assert document.url == "https://clinicaltrials.gov/study/NCT90000001"
    assert (document.keywords, document.mesh) == (("MSC", "disability"), ("Multiple Sclerosis",))
    assert document.format == document.origin == "clinicaltrials"
    posted = document.posted
    assert posted is not None
    assert (posted.enrolled, posted.phase, posted.status) == (48, "PHASE1/PHASE2", "COMPLETED")
    assert posted.conditions == ("Multiple Sclerosis, Chronic Progressive",)
    assert posted.outcomes == ()


def test_its_plan_reads_as_paragraphs_under_labels() -> None:
    document = parsed(registered(registration()))
    paragraphs = document.text.split("\n\n")
    assert paragraphs[0] == document.title
    assert "Brief summary\nDoes one injection slow the disease? People with an EDSS of 3.5 to <= 6.5 take part." in paragraphs
    assert (
        "Design\nInterventional study, randomized, parallel assignment, masking double, phase 1/phase 2, 48 participants."
        in paragraphs
    )
    assert "Primary outcomes\nChange in EDSS. Time frame: 12 months. Seen by a blinded rater." in paragraphs
    arms = next(p for p in paragraphs if p.startswith("Arms\n")).split("\n")
    assert arms[2] == "Placebo (placebo comparator). One intrathecal injection of saline. Given: Other: Saline."
    methods = [document.text[s.start : s.end] for s in document.sections if s.name is SectionName.METHODS]
    assert methods[1].startswith("Interventional study")


def test_its_numbers_are_its_own_and_those_of_other_registries() -> None:
    document = parsed(registered(registration()))
    assert document.registry_ids == ("NCT90000001", "2015-001234-56"), "a parent study's number is another study's"


def test_the_papers_that_it_lists_keep_what_they_are_to_it() -> None:
    result, background, derived = parsed(registered(registration())).cites
    assert (result.identifiers.pmid, result.identifiers.doi) == ("99000001", "10.5555/harbour.1")
    assert [(r.citation or "").partition(":")[0] for r in (result, background, derived)] == ["RESULT", "BACKGROUND", "DERIVED"]


def test_a_retraction_that_it_knows_of_is_noted() -> None:
    [notice] = parsed(registered(registration())).notifies
    assert (notice.kind, notice.identifiers.pmid, notice.said_by) == (NoticeKind.RETRACTED, "99000003", "clinicaltrials")
    assert notice.citation == "PMID: 99000009. J Inv. 2022;4:4"


def test_the_year_is_that_of_registration_where_no_start_is_given() -> None:
    study = registration()
    del study["protocolSection"]["statusModule"]["startDateStruct"]
    assert parsed(registered(study)).year == 2015


def test_results_are_taken_over_as_printed_with_pointers() -> None:
    study = with_results([EDSS], EVENTS)
    posted = parsed(registered(study)).posted
    assert posted is not None
    edss, deaths, serious = posted.outcomes
    assert (edss.param, edss.dispersion, edss.timeframe, edss.rank) == ("MEAN", "Standard Deviation", "12 months", "PRIMARY")
    assert [(g.id, g.title, g.n) for g in edss.groups] == [("OG000", "Stem cells", 25), ("OG001", "Placebo", 23)]
    assert [(v.group, v.value, v.spread) for v in edss.values] == [("OG000", "-0.5", "0.9"), ("OG001", "0.2", "1.0")]
    [analysis] = edss.analyses
    assert (analysis.value, analysis.ci_low, analysis.ci_percent, analysis.p_value) == ("-0.70", "-1.25", "95", "0.013")
    assert [(o.title, [v.value for v in o.values]) for o in (deaths, serious)] == [
        ("All-Cause Mortality", ["0", "1"]), ("Serious Adverse Events", ["3", "2"]),
    ]  # fmt: skip
    for value in (*edss.values, *serious.values):
        place = place_of(study, value.pointer)
        assert place is not None
        assert value.value in printed_under(place)
    assert place_of(study, posted.arms[1].pointer) == Place(
        study["protocolSection"]["armsInterventionsModule"]["armGroups"][1], posted.arms[1].pointer
    )


def test_withheld_values_stay_withheld() -> None:
    withheld = measure("EDSS", {"": {"Stem cells": ("NA", "NA")}}) | {"reportingStatus": "POSTED"}
    unposted = {"title": "Walking", "type": "SECONDARY", "reportingStatus": "NOT_POSTED", "anticipatedPostingDate": "2027-01"}
    posted = parsed(registered(with_results([withheld, unposted]))).posted
    assert posted is not None
    assert [(o.title, [v.value for v in o.values]) for o in posted.outcomes] == [("EDSS", ["NA"]), ("Walking", [])]


def test_rows_and_categories_name_their_values() -> None:
    rows = {"Month 6": {"Stem cells": "1"}, "Month 12 / Better": {"Stem cells": "2"}, "Month 12 / Worse": {"Stem cells": "3"}}
    posted = parsed(registered(with_results([measure("EDSS", rows)]))).posted
    assert posted is not None
    assert [v.category for v in posted.outcomes[0].values] == ["Month 6", "Month 12: Better", "Month 12: Worse"]


def test_rows_with_other_denominators_are_outcomes_of_their_own() -> None:
    outcome = measure("EDSS", {"Month 6": {"Stem cells": "1"}, "Month 12": {"Stem cells": "2"}})
    outcome["classes"][1]["denoms"] = [denominators({"OG000": 19, "OG001": 18})]
    posted = parsed(registered(with_results([outcome]))).posted
    assert posted is not None
    assert [(o.groups[0].n, [v.value for v in o.values]) for o in posted.outcomes] == [(25, ["1"]), (19, ["2"])]


def test_an_arm_bears_what_it_is_given_with_its_description() -> None:
    posted = parsed(registered(registration())).posted
    assert posted is not None
    assert [(a.label, a.sort, a.interventions) for a in posted.arms] == [
        ("Stem cells", "EXPERIMENTAL", ("Biological: Mesenchymal stem cells\nGrown from bone marrow.",)),
        ("Placebo", "PLACEBO_COMPARATOR", ("Other: Saline",)),
    ]


def test_the_least_that_a_study_can_be_is_read() -> None:
    document = parsed(
        Answered(
            number(1),
            json.dumps({"protocolSection": {"identificationModule": {"nctId": number(1), "briefTitle": "On X"}}}).encode(),
        )
    )
    assert (document.title, document.text, document.year, document.registry_ids) == ("On X", "On X", None, (number(1),))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "cannot be read"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "should be an object and is a list"),
        (b'{"protocolSection": {"identificationModule": {"briefTitle": "On X"}}}', "bears no registration number"),
        (b'{"protocolSection": {"identificationModule": {"nctId": "NCT90000001"}}}', "holds no text"),
        (
            b'{"protocolSection": {"identificationModule": {"nctId": "NCT90000001", "briefTitle": "X"}, "armsInterventionsModule": []}}',
            "/protocolSection/armsInterventionsModule should be an object and is a list",
        ),
    ],
)
def test_what_is_no_study_is_said_in_a_sentence(body: bytes, why: str) -> None:
    found = parse(Answered(number(1), body))
    assert isinstance(found, Unreadable)
    assert why in str(found)
    assert found.do


def test_control_characters_and_half_characters_are_shown_and_not_kept() -> None:
    study = registration()
    study["protocolSection"]["descriptionModule"]["briefSummary"] = "Red \x1b[31m and \ud83d half\r\nnext"
    text = parsed(registered(study)).text
    assert "Red \N{REPLACEMENT CHARACTER}[31m and \N{REPLACEMENT CHARACTER} half\nnext" in text
    text.encode()


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _places(inner, (*path, key))


WHOLE = with_results([EDSS, measure("Zorblitude", {"Month 6": {"Stem cells": ("3", "1", "5")}})], EVENTS, arms=[MSC])
PLACES = [p for p in _places(WHOLE) if p]


@settings(max_examples=300)
@given(st.sampled_from(PLACES), st.sampled_from([None, "", "NA", 7, -1.5, True, [], {}, ["x"], {"x": []}, [[]], "\ud800"]))
def test_a_study_with_anything_anywhere_is_a_document_or_a_sentence(path: tuple[Any, ...], value: Any) -> None:
    study = deepcopy(WHOLE)
    inner: Any = study
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    found = parse(Answered("NCT90000001", json.dumps(study).encode()))
    assert isinstance(found, Document) or str(found).endswith(".")


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda c: st.lists(c, max_size=3) | st.dictionaries(st.text(max_size=4), c, max_size=3),
        max_leaves=12,
    )
)
def test_a_pointer_leads_back_to_its_value(value: object) -> None:
    def walk(place: Place) -> Iterator[Place]:
        yield place
        if isinstance(place.value, dict):
            for key in place.value:
                yield from walk(place.at(key))
        if isinstance(place.value, list):
            for item in place.items:
                yield from walk(item)

    for place in walk(Place(value)):
        assert place_of(value, place.pointer) == place


@pytest.mark.parametrize("pointer", ["/a/9", "/a/-", "/a/01", "/b", "/a/0/c", "a"])
def test_a_pointer_to_nothing_leads_nowhere(pointer: str) -> None:
    assert place_of({"a": ["x"]}, pointer) is None


def test_a_value_of_another_sort_is_named_with_its_place() -> None:
    with pytest.raises(Misshapen, match="/a/0 should be text and is an object"):
        _ = Place({"a": [{}]}).at("a").items[0].printed
