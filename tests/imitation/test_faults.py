"""Each fault does what it says, and the statistics tell of it."""

from __future__ import annotations

import json
import threading

import pytest
import requests
from lxml import etree

from tests.imitation import MIXED, Corpus, Imitation, Schedule
from tests.imitation.asking import efetch, search


@pytest.mark.parametrize("kind", ["reset", "closed", "reset-mid", "truncate:20", "chunk-cut"])
def test_broken_connections_are_seen_by_the_client(kind: str) -> None:
    with Imitation(schedule=Schedule().then("eutils.esearch", kind)) as service:
        with pytest.raises(requests.RequestException):
            search(service, term="all[sb]")
        assert search(service, term="all[sb]")["count"] == "100"
        assert service.stats.faults() == {kind.split(":")[0]: 1}


def test_a_clean_cut_is_not_seen_by_the_client() -> None:
    with Imitation(schedule=Schedule().then("eutils.efetch", "truncate-clean:50%")) as service:
        answer = requests.get(service.base("pubmed") + "efetch.fcgi", {"id": min(service.corpus.papers)}, timeout=20)
        assert answer.ok
        assert b"</PubmedArticleSet>" not in answer.content


@pytest.mark.parametrize(
    ("fault", "given"), [("drop:3", 37), ("dup:2", 42), ("swap:1", 40), ("emptyset", 0), ("midpage-error:1", 1), ("ok", 40)]
)
def test_faults_in_the_list_of_records(fault: str, given: int) -> None:
    corpus = Corpus.generate(60, books=0.0, versions=0.0)
    with Imitation(corpus, Schedule().then("eutils.efetch", fault)) as service:
        asked = {str(pmid) for pmid in sorted(corpus.papers)[:40]}
        answer = efetch(service)
        got = etree.fromstring(answer.content).xpath("*/MedlineCitation/PMID/text()")
        assert (answer.status_code, len(got)) == (200, given)
        assert (set(got) <= asked) == (fault != "swap:1")
        assert (b"<ERROR>" in answer.content) == (fault == "midpage-error:1")
        assert set(service.stats.requests("eutils.efetch")[0].served) >= set(got)


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ("429", 429, "API rate limit exceeded"),
        ("429in200", 200, "API rate limit exceeded"),
        ("500", 500, "Internal"),
        ("503", 503, "Unable to route request!"),
        ("400timeout", 400, "Timeout"),
        ("html200", 200, "Access restricted"),
        ("error", 200, "<ERROR>Search Backend failed: Database is not supported: pubmed</ERROR>"),
        ("nothing", 200, "Empty result - nothing to do"),
    ],
)
def test_answers_in_place_of_records(fault: str, status: int, words: str) -> None:
    with Imitation(schedule=Schedule().then("eutils.efetch", fault)) as service:
        answer = efetch(service)
        assert answer.status_code == status
        assert words in answer.text
        assert efetch(service).text.count("</PubmedArticleSet>") == 1


def test_a_refusal_names_the_key_and_the_statistics_do_not() -> None:
    with Imitation(schedule=Schedule().then("eutils.efetch", "429:7")) as service:
        answer = efetch(service, api_key="SECRET123")
        assert (answer.json()["api-key"], answer.headers["Retry-After"]) == ("SECRET123", "7")
        assert "SECRET123" not in json.dumps(service.stats.everything())
        assert service.stats.summary()["services"]["eutils"]["with_key"] == 1


@pytest.mark.parametrize(
    ("fault", "broken"),
    [("newdtd", False), ("nodtd", False), ("newtag", False), ("bom", False), ("badchar", True), ("charref", True), ("latin1", True), ("xxe-bare", False)],
)  # fmt: skip
def test_faults_in_the_xml(fault: str, broken: bool) -> None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    with Imitation(schedule=Schedule().then("eutils.efetch", f"ok, {fault}")) as service:
        sound, faulty = efetch(service).content, efetch(service).content
    assert sound != faulty
    if broken:
        with pytest.raises(etree.XMLSyntaxError):
            etree.fromstring(faulty, parser)
    else:
        assert len(etree.fromstring(faulty, parser)) == len(etree.fromstring(sound, parser))


def test_entities_stand_in_a_document_type_of_their_own() -> None:
    with Imitation(schedule=Schedule().then("eutils.efetch", "xxe, entity-bomb:5")) as service:
        assert b'<!ENTITY x SYSTEM "file:' in efetch(service).content
        bomb = efetch(service).content
        assert b"<!ENTITY x5 " in bomb
        assert bomb.count(b"<!DOCTYPE") == 1


def test_a_small_packed_body_unpacks_to_megabytes() -> None:
    with Imitation(schedule=Schedule().then("eutils.efetch", "gzipbomb:30")) as service:
        assert len(efetch(service).content) == 30_000_000
        assert service.stats.requests()[0].sent < 100_000


def test_a_cut_gzip_stream_is_taken_for_whole_and_a_turned_one_is_not() -> None:
    with Imitation(schedule=Schedule().then("eutils.efetch", "ok, badgzip, badgzip:flip")) as service:
        whole, cut = efetch(service).content, efetch(service).content
        assert whole.startswith(cut)
        assert len(cut) < len(whole)
        with pytest.raises(requests.RequestException):
            efetch(service)


@pytest.mark.parametrize(("fault", "least"), [("slow:50,500", 0.3), ("stall:500,0.3", 0.3), ("hang:0.3", 0.3)])
def test_slow_answers_take_their_time(fault: str, least: float) -> None:
    with Imitation(Corpus.generate(50), Schedule().then("eutils.efetch", fault)) as service:
        if fault.startswith("hang"):
            with pytest.raises(requests.RequestException):
                efetch(service)
        else:
            assert efetch(service, id=str(min(service.corpus.papers))).content.endswith(b"</PubmedArticleSet>")
        assert service.stats.summary()["services"]["eutils"]["longest_seconds"] >= least


def test_stopping_does_not_wait_for_those_who_hang() -> None:
    with Imitation(schedule=Schedule().then("eutils.efetch", "hang:600")) as service:
        threading.Timer(0.2, service.stop).start()
        with pytest.raises(requests.RequestException):
            efetch(service)
    with pytest.raises(requests.ConnectionError):
        efetch(service)


def test_redirects_lead_to_the_trap_which_counts() -> None:
    with Imitation(schedule=Schedule().then("eutils.esearch", "redirect, redirect:loop")) as service:
        requests.get(service.base("pubmed") + "esearch.fcgi", {"api_key": "SECRET123"}, timeout=20)
        assert "SECRET123" in service.trap.hits[0]
        looped = requests.get(service.base("pubmed") + "esearch.fcgi", timeout=20, allow_redirects=False)
        assert looped.headers["Location"] == "/eutils/esearch.fcgi"


def test_a_mixture_is_the_same_for_the_same_seed_and_of_about_its_share() -> None:
    def drawn(seed: int) -> list[str]:
        schedule = Schedule.mixed(0.3, seed)
        return [str(schedule.next("eutils.efetch", {}) or "") for _ in range(2_000)]

    one = drawn(1)
    assert one == drawn(1) != drawn(2)
    assert 0.25 < sum(map(bool, one)) / 2_000 < 0.35
    assert set(filter(None, one)) == set(MIXED["eutils.efetch"])


@pytest.mark.parametrize("route", MIXED)
def test_every_fault_of_a_mixture_is_played_on_its_route(route: str) -> None:
    operation = {"": "doi/10.5555/none", "europepmc.search": "europepmc/search?query=cells"}.get(
        route, f"{route.replace('.', '/')}.fcgi"
    )
    with Imitation() as service:
        sound = requests.get(f"{service.url}/{operation}", {"id": min(service.corpus.papers)}, timeout=20)
        for fault in MIXED[route]:
            service.schedule = Schedule().then(route or "doi", fault)
            try:
                answer = requests.get(f"{service.url}/{operation}", {"id": min(service.corpus.papers)}, timeout=20)
            except requests.RequestException:
                continue
            assert (answer.status_code, answer.content) != (sound.status_code, sound.content), fault
        assert [seen.fault for seen in service.stats.requests()[1:]] == list(MIXED[route])


def test_a_schedule_survives_its_way_through_json() -> None:
    schedule = (
        Schedule().then("eutils.efetch", "429 x2, stall:9000,60", skip=1, retstart="400").share("crossref", 0.5, "503", seed=4)
    )
    assert Schedule.from_json(json.loads(schedule.dumps())).rules == schedule.rules
    assert schedule.rules[0].faults == ("429", "429", "stall:9000,60")


def test_a_misspelt_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="'429s' is no fault"):
        Schedule().then("eutils", "429s")


def test_who_asks_too_often_is_refused_and_seen() -> None:
    with Imitation(enforce_rate=True) as service:
        codes = [
            requests.get(service.base("pubmed") + "esearch.fcgi", {"term": "all[sb]"}, timeout=20).status_code for _ in range(5)
        ]
        assert codes == [200, 200, 200, 429, 429]
        assert service.stats.max_in_window(1.0, "eutils") == 5
        assert [seen.fault for seen in service.stats.requests()] == ["", "", "", "rate", "rate"]


def test_ids_asked_again_after_a_good_answer_are_counted() -> None:
    with Imitation(Corpus.generate(50, books=0.0), Schedule().then("eutils.efetch", "503")) as service:
        one, two = sorted(service.corpus.papers)[:2]
        for asked in (f"{one}", f"{one},{two}", f"{two}"):
            efetch(service, id=asked)
        assert service.stats.repeated_ids() == {str(two): 2}
        assert service.stats.repeated_ids(well_answered=False) == {str(one): 2, str(two): 2}
