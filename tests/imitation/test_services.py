"""The services beside PubMed answer in the shapes, and with the quirks, of the live ones."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from lxml import etree

from tests.imitation import Corpus, Imitation, Settings
from tests.imitation.asking import asked, fetched


@pytest.fixture(scope="module")
def odd() -> Iterator[Imitation]:
    """300 records and the odd ones."""
    with Imitation(Corpus.generate(300, seed=4, odd=True)) as service:
        yield service


def test_odd_records_are_whole_xml(odd: Imitation) -> None:
    names = {paper.name for paper in odd.corpus.papers.values() if paper.name}
    assert {"xss-title", "doi-redirect-loop", "date-two-years", "three-thousand-authors", "retracted-in-title-only"} <= names
    ids = [str(paper.pmid) for paper in odd.corpus.papers.values() if paper.name]
    assert set(fetched(odd, id=",".join(ids))) == set(ids)


def test_the_converter_takes_one_kind_of_200_ids_and_knows_papers_in_pmc(odd: Imitation) -> None:
    paper = next(paper for paper in odd.corpus.papers.values() if paper.pmcid)
    records = asked(odd, "idconv", ids=f"{paper.pmid},1").json()["records"]
    assert (records[0]["pmcid"], records[0]["pmid"], "errmsg" in records[1]) == (paper.pmcid, paper.pmid, True)
    assert asked(odd, "idconv", ids=f"{paper.pmid},{paper.pmcid}").status_code == 400
    assert asked(odd, "idconv", ids=",".join(map(str, range(201)))).status_code == 400
    moved = asked(odd, "idconv-old", ids=str(paper.pmid))
    assert (moved.status_code, moved.headers["Location"]) == (301, odd.base("idconv") + f"?ids={paper.pmid}")


def test_crossref_knows_neither_merged_nor_foreign_dois_and_the_resolver_does(odd: Imitation) -> None:
    for doi in ("10.5555/odd.before-merging", "10.5555/odd.datacite"):
        assert asked(odd, "crossref", f"works/{doi}").text == "Resource not found."
        assert asked(odd, "doi", doi).status_code == 302
    assert asked(odd, "doi", "10.5555/odd.nobody").status_code == 404
    assert asked(odd, "doi", "10.5555/odd.trap").headers["Location"] == odd.trap.url
    assert odd.trap.hits == []


def test_crossref_lists_by_doi_and_by_notice_until_an_empty_page(odd: Imitation) -> None:
    dois = [
        paper.registered_doi for paper in odd.corpus.papers.values() if paper.registered_doi and "," not in paper.registered_doi
    ][:40]
    listed = asked(odd, "crossref", "works", filter=",".join(f"doi:{doi}" for doi in dois), rows=50).json()["message"]
    assert {item["DOI"] for item in listed["items"]} == set(dois)
    cursor, found = "*", set[str]()
    while items := (
        page := asked(odd, "crossref", "works", filter="update-type:retraction", rows=2, cursor=cursor).json()["message"]
    )["items"]:
        found |= {item["update-to"][0]["DOI"] for item in items}
        cursor = page["next-cursor"]
    retracted = odd.corpus.retracted("crossref")
    assert {odd.corpus.papers[pmid].registered_doi for pmid in retracted} <= found


@pytest.mark.parametrize("manner", ["repeat", "omit", "empty"])
def test_europe_pmcs_last_page_in_each_manner(odd: Imitation, manner: str) -> None:
    odd.settings.epmc_last = manner
    cursor, got, pages = "*", list[str](), 0
    while True:
        page = asked(odd, "europepmc", "search", query="mesenchymal", resultType="idlist", pageSize=100, cursorMark=cursor).json()
        got += [result["id"] for result in page["resultList"]["result"]]
        pages += 1
        following = page.get("nextCursorMark")
        if not page["resultList"]["result"] or following in (None, cursor):
            break
        cursor = following
    assert len(got) == len(set(got)) == page["hitCount"]
    assert pages == -(-page["hitCount"] // 100) + (manner == "empty")


def test_europe_pmcs_errors_come_under_status_200_and_full_text_of_open_papers_alone(odd: Imitation) -> None:
    assert asked(odd, "europepmc", "search").json()["errCode"] == 400
    papers = [paper for paper in odd.corpus.papers.values() if paper.pmcid]
    for paper in papers[:20]:
        answer = asked(odd, "europepmc", f"{paper.pmcid}/fullTextXML")
        assert answer.status_code == (200 if paper.open_access else 404)
        assert not answer.ok or etree.fromstring(answer.content).findtext(".//article-id[@pub-id-type='pmid']") == str(paper.pmid)


def test_the_registry_gives_a_token_behind_an_exactly_full_last_page(odd: Imitation) -> None:
    total = len(odd.corpus.trials)
    page = asked(odd, "clinicaltrials", "studies", pageSize=total, countTotal="true", fields="NCTId").json()
    assert (len(page["studies"]), page["totalCount"]) == (total, total)
    last = asked(odd, "clinicaltrials", "studies", pageSize=total, fields="NCTId", pageToken=page["nextPageToken"]).json()
    assert last == {"studies": []}
    assert len(asked(odd, "clinicaltrials", "studies").json()["studies"]) == 10


def test_the_registry_forwards_aliases_and_finds_what_was_updated(odd: Imitation) -> None:
    corpus = odd.corpus
    trial = corpus.add_trial(back_dated=400, aliases=("NCT80000001",))
    assert [asked(odd, "clinicaltrials", f"studies/{number}").status_code for number in ("NCT123", "NCT00000001", trial.nct)] == [
        400,
        404,
        200,
    ]
    moved = asked(odd, "clinicaltrials", "studies/NCT80000001")
    assert (moved.status_code, moved.headers["Location"]) == (301, f"/ctgov/studies/{trial.nct}")
    corpus.revise_trial(trial.nct, back_dated=-1)
    changed = f"AREA[LastUpdatePostDate]RANGE[{corpus.today + timedelta(days=1)},MAX]"
    found = asked(odd, "clinicaltrials", "studies", **{"query.term": changed, "fields": "NCTId"}).json()["studies"]
    assert [study["protocolSection"]["identificationModule"]["nctId"] for study in found] == [trial.nct]


def test_baseline_and_updates_together_are_the_corpus_and_a_listed_file_stays() -> None:
    corpus = Corpus.generate(200, seed=8)
    with Imitation(corpus, settings=Settings(files_per=50)) as service:
        held: dict[str, bytes] = {}
        files = loaded(service, held)
        before = dict(files)
        gone, late = min(corpus.papers), corpus.add(back_dated=3)
        corpus.delete(gone)
        files = loaded(service, files)
        assert before.items() <= files.items()
        assert len(files) == len(before) + 1
        present: set[int] = set()
        for name in sorted(files):
            tree = etree.fromstring(gzip.decompress(files[name]))
            present |= {int(pmid) for pmid in tree.xpath("*/MedlineCitation/PMID/text()|*/BookDocument/PMID/text()")}
            present -= {int(pmid) for pmid in tree.xpath("DeleteCitation/PMID/text()")}
        assert present == set(corpus.papers)
        assert late.pmid in present


def loaded(service: Imitation, held: dict[str, bytes]) -> dict[str, bytes]:
    """All files of both folders, each checked against its MD5, and those held before against themselves."""
    files = {}
    for folder in ("baseline", "updatefiles"):
        for name in re.findall(r'href="(pubmed\d\dn\d{4}\.xml\.gz)"', asked(service, "pubmed_files", f"{folder}/").text):
            files[name] = asked(service, "pubmed_files", f"{folder}/{name}").content
            stated = asked(service, "pubmed_files", f"{folder}/{name}.md5").text
            assert stated.split("= ")[1].strip() == hashlib.md5(files[name], usedforsecurity=False).hexdigest()
    assert held.items() <= files.items()
    return files
