"""The imitation of the services keeps its promises: what it says of itself must hold before anything is measured against it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
import requests
from lxml import etree

from tests.imitation import Corpus, Imitation, Schedule, Settings


@pytest.fixture(scope="module")
def crowded() -> Iterator[Imitation]:
    """25,000 records, 12,000 of them of one day."""
    with Imitation(Corpus.generate(25_000, seed=3, one_day=12_000)) as service:
        yield service


def search(service: Imitation, **params: Any) -> dict[str, Any]:
    answer = requests.get(service.base("pubmed") + "esearch.fcgi", {"db": "pubmed", "retmode": "json", **params}, timeout=20)
    result: dict[str, Any] = json.loads(answer.text, strict=False)["esearchresult"]
    return result


def fetched(service: Imitation, **params: Any) -> list[str]:
    answer = requests.post(service.base("pubmed") + "efetch.fcgi", {"db": "pubmed", "retmode": "xml", **params}, timeout=20)
    return list(etree.fromstring(answer.content).xpath("*/MedlineCitation/PMID/text()|*/BookDocument/PMID/text()"))


def test_a_page_across_the_ceiling_is_cut_without_a_word(crowded: Imitation) -> None:
    found = search(crowded, term="all[sb]", retstart=9500, retmax=500)
    assert (found["count"], len(found["idlist"]), "ERROR" in found) == ("25000", 499, False)


def test_beyond_the_ceiling_there_is_an_error_under_status_200_that_strict_json_refuses(crowded: Imitation) -> None:
    answer = requests.get(
        crowded.base("pubmed") + "esearch.fcgi", {"term": "all[sb]", "retmode": "json", "retstart": "9999"}, timeout=20
    )
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)
    assert "9,999" in json.loads(answer.text, strict=False)["esearchresult"]["ERROR"]


def test_one_day_alone_exceeds_the_ceiling_by_each_date(crowded: Imitation) -> None:
    for datetype in ("edat", "mdat", "pdat"):
        found = search(crowded, term="all[sb]", datetype=datetype, mindate="2024/03/14", maxdate="2024/03/14")
        assert int(found["count"]) > 9_999


def test_ranges_of_numbers_part_a_day_without_loss(crowded: Imitation) -> None:
    pmids = sorted(crowded.corpus.papers)
    bounds = [0, *pmids[5_000::5_000], 99_999_999]
    parts = [search(crowded, term=f"(all[sb]) AND {low + 1}:{high}[uid]") for low, high in pairwise(bounds)]
    assert sum(int(part["count"]) for part in parts) == 25_000


def test_the_same_seed_gives_the_same_records() -> None:
    one, other, third = (Corpus.generate(300, seed=seed) for seed in (5, 5, 6))
    assert one.papers == other.papers != third.papers


def test_a_lone_bound_is_no_bound() -> None:
    with Imitation(Corpus.generate(50)) as service:
        assert search(service, term="all[sb]", datetype="edat", mindate="2025")["count"] == "50"


def test_late_entries_and_revisions_are_found_by_their_back_dated_days() -> None:
    corpus = Corpus.generate(50)
    with Imitation(corpus) as service:
        late, revised = corpus.add(back_dated=30), min(corpus.papers)
        corpus.revise(revised, back_dated=3)
        day = corpus.today - timedelta(days=30)
        assert search(service, term=f"{day:%Y/%m/%d}[edat]")["idlist"] == [str(late.pmid)]
        third = corpus.today - timedelta(days=3)
        assert (
            str(revised) in search(service, term="all[sb]", datetype="mdat", mindate=f"{third:%Y/%m/%d}", maxdate="3000")["idlist"]
        )


def test_unknown_numbers_are_left_out_without_a_word() -> None:
    corpus = Corpus.generate(10, books=0.0, versions=0.0)
    with Imitation(corpus) as service:
        known = str(min(corpus.papers))
        assert fetched(service, id=f"1,{known},2") == [known]
        assert fetched(service, id="1,2") == []


def test_records_satisfy_the_document_type_that_biopython_carries() -> None:
    import Bio.Entrez

    from tests.imitation.pubmed_xml import record_set, records_of

    dtd = etree.DTD(str(next(iter(Bio.Entrez.__path__)) + "/DTDs/pubmed_250101.dtd"))
    papers = Corpus.generate(1_500, seed=2).papers.values()
    tree = etree.fromstring(record_set(record for paper in papers for record in records_of(paper)).encode())
    assert dtd.validate(tree), dtd.error_log.filter_from_errors()[:3]


def test_a_retraction_that_crossref_alone_knows() -> None:
    corpus = Corpus.generate(100)
    with Imitation(corpus) as service:
        paper = next(p for p in corpus.papers.values() if p.registered_doi and not p.notices)
        corpus.retract(paper.pmid, where="crossref")
        assert f"{paper.pmid}" not in search(service, term='"Retracted Publication"[pt]', retmax=100)["idlist"]
        work = requests.get(service.base("crossref") + "works/" + paper.registered_doi, timeout=20).json()["message"]
        assert {update["type"] for update in work["updated-by"]} == {"retraction"}


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


def test_expired_searches_say_so() -> None:
    with Imitation(settings=Settings(webenv_requests=1)) as service:
        kept = search(service, term="all[sb]", usehistory="y")
        page = {"WebEnv": kept["webenv"], "query_key": kept["querykey"], "retmax": 5}
        assert len(fetched(service, **page)) >= 5
        answer = requests.get(service.base("pubmed") + "efetch.fcgi", page, timeout=20)
        assert "<ERROR>Cannot retrieve history data" in answer.text


def test_the_clock_of_the_corpus_is_its_own() -> None:
    with Imitation(Corpus.generate(50, today=date(2025, 1, 1))) as service:
        assert search(service, term="all[sb]", reldate="100000", datetype="edat")["count"] == "50"
        assert all(paper.edat < date(2025, 1, 1) for paper in service.corpus.papers.values())
