"""The imitation of the services keeps its promises: what it says of itself must hold before anything is measured against it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import hypothesis
import pytest
import requests
from Bio import Medline
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from tests.imitation import Corpus, Imitation, Settings
from tests.imitation.asking import efetch, fetched, search
from tests.imitation.paper import plain
from tests.imitation.pubmed_query import PubMedQuery

SMALL = Corpus.generate(150, seed=9)


@pytest.fixture(scope="module")
def crowded() -> Iterator[Imitation]:
    """25,000 records, 12,000 of them of one day."""
    with Imitation(Corpus.generate(25_000, seed=3, one_day=12_000)) as service:
        yield service


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


def test_expired_searches_say_so() -> None:
    with Imitation(settings=Settings(webenv_requests=1)) as service:
        kept = search(service, term="all[sb]", usehistory="y")
        page = {"WebEnv": kept["webenv"], "query_key": kept["querykey"], "retmax": 5}
        assert len(fetched(service, **page)) >= 5
        assert "<ERROR>Cannot retrieve history data" in efetch(service, **page).text


def test_the_clock_of_the_corpus_is_its_own() -> None:
    with Imitation(Corpus.generate(50, today=date(2025, 1, 1))) as service:
        assert search(service, term="all[sb]", reldate="100000", datetype="edat")["count"] == "50"
        assert all(paper.edat < date(2025, 1, 1) for paper in service.corpus.papers.values())


def test_another_process_serves_and_obeys() -> None:
    command = [sys.executable, "-m", "tests.imitation", "--records", "80", "--seed", "3", "--enforce-rate"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        told = requests.post(
            f"{url}/__control", json={"pmids": "all[sb]", "do": [{"op": "add", "back_dated": 2}], "today": "2026-12-24"}, timeout=20
        ).json()
        assert len(told["pmids"]) == 81
        assert told["do"][0]["pmid"] in told["pmids"]
        assert requests.post(f"{url}/__control", json={"no": 1}, timeout=20).status_code == 400
        requests.get(f"{url}/eutils/esearch.fcgi", {"term": "2026/12/22[edat]", "tool": "t", "email": "e@example.org"}, timeout=20)
        stats = requests.get(f"{url}/__stats", timeout=20).json()
        assert (stats["routes"], stats["services"]["eutils"]["with_email"]) == ({"eutils.esearch": 1}, 1)
        process.terminate()
        assert process.wait(10) == 0


@given(cuts=st.lists(st.dates(date(2010, 1, 1), date(2026, 11, 20)), max_size=6))
@hypothesis.settings(max_examples=30, deadline=None)
def test_any_cut_of_the_days_parts_the_records(cuts: list[date]) -> None:
    query = PubMedQuery(SMALL)
    bounds = [date(1900, 1, 1), *sorted(set(cuts)), date(3000, 1, 1)]
    parts = [
        query.pmids("all[sb]", datetype, f"{low:%Y/%m/%d}", f"{high - timedelta(days=1):%Y/%m/%d}")
        for datetype in ("edat", "mdat", "pdat")
        for low, high in pairwise(bounds)
    ]
    assert sorted(pmid for part in parts for pmid in part) == sorted(list(SMALL.papers) * 3)


@pytest.mark.parametrize(
    "term",
    [
        '("2020/01/01"[edat] : "3000"[edat])',
        "2020/01/01[edat] : 3000[edat]",
        "2020/01/01:3000/12/31[Date - Entry]",
        "all[sb] NOT 1900:2019[edat]",
    ],
)
def test_ways_to_write_a_range_of_days(term: str) -> None:
    expected = {pmid for pmid, paper in SMALL.papers.items() if paper.edat >= date(2020, 1, 1)}
    assert set(PubMedQuery(SMALL).pmids(term)) == expected != set()


@pytest.mark.parametrize(
    ("query", "same"),
    [
        ("stroke OR placebo AND stroke", "(stroke OR placebo) AND stroke"),
        ("stroke placebo", "stroke AND placebo"),
        ("mesenchym* NOT stroke", "mesenchymal NOT (stroke)"),
        ('"Stroke"[mh]', "Stroke[mesh terms]"),
    ],
)
def test_queries_are_read_from_left_to_right(query: str, same: str) -> None:
    asking = PubMedQuery(SMALL)
    assert asking.pmids(query) == asking.pmids(same) != []


def test_identifiers_find_their_one_paper() -> None:
    paper = next(paper for paper in SMALL.papers.values() if paper.doi and paper.trials)
    for term in (
        f'"{paper.doi.upper()}"[doi]',
        f"{paper.pmid}[uid]",
        f"{paper.pmid}[pmid]",
        f"ClinicalTrials.gov/{paper.trials[0]}[si]",
    ):
        assert paper.pmid in PubMedQuery(SMALL).pmids(term)


def test_tagged_text_is_read_by_biopython() -> None:
    with Imitation(SMALL) as service:
        records = list(Medline.parse(io.StringIO(efetch(service, rettype="medline", retmode="text").text)))  # type: ignore[no-untyped-call]
    papers = [SMALL.papers[int(record["PMID"])] for record in records]
    assert [record["TI"] for record in records] == [plain(paper.title) for paper in papers]
    assert len(papers) == 40


def test_page_and_history_agree_on_25_000(crowded: Imitation) -> None:
    kept = search(crowded, term="all[sb]", usehistory="y", retmax=9_999)
    page = fetched(crowded, WebEnv=kept["webenv"], query_key=kept["querykey"], retstart=9_900, retmax=500)
    assert list(dict.fromkeys(page)) == kept["idlist"][9_900:]
    beyond = efetch(crowded, WebEnv=kept["webenv"], query_key=kept["querykey"], retstart=9_999)
    assert beyond.status_code == 400
