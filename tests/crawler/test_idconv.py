"""The converter between PMID, PMCID and DOI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.errors import SaidNo, Unanswered
from crawler.http import Door, Patience, Service
from crawler.politeness import Limit
from crawler.record import Identifiers
from crawler.redaction import Secrets
from crawler.sources.idconv import IdConverter, Idtype
from tests.imitation import Corpus, Imitation, Schedule
from tests.imitation.paper import Paper

QUICK = Patience(tries=4, first_pause=0.01, longest_pause=0.02)


def converter(service: Imitation, folder: Path, name: str = "idconv") -> IdConverter:
    """The converter, polite for a test: as fast as it can."""
    door = Door("counterclaim-test", Secrets(()), frozenset({urlsplit(service.url).netloc}), patience=QUICK, folder=folder)
    return IdConverter(door, Service("idconv", service.base(name), "ncbi", Limit(1000)))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.generate(500, seed=8)


@pytest.fixture
def service(corpus: Corpus) -> Iterator[Imitation]:
    with Imitation(corpus) as running:
        yield running


def in_pmc(corpus: Corpus) -> Paper:
    return next(
        p for p in corpus.papers.values() if p.pmcid and p.doi.islower() and "<" not in p.doi and len(corpus.with_doi(p.doi)) == 1
    )


def names(paper: Paper) -> Identifiers:
    return Identifiers(paper.doi.lower() or None, str(paper.pmid), paper.pmcid)


def test_each_kind_of_id_leads_to_the_others(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    paper = in_pmc(corpus)
    source = converter(service, tmp_path)
    assert source.convert([str(paper.pmid)], Idtype.PMID) == {str(paper.pmid): names(paper)}
    assert source.convert([paper.pmcid.lower()], Idtype.PMCID) == {paper.pmcid.lower(): names(paper)}
    assert source.convert([f"doi:{paper.doi.upper()}"], Idtype.DOI) == {f"doi:{paper.doi.upper()}": names(paper)}


def test_200_ids_are_one_call_and_those_in_pmc_come_back(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    papers = list(corpus.papers.values())[:401]
    found = converter(service, tmp_path).convert([str(p.pmid) for p in papers], Idtype.PMID)
    assert [len(seen.ids) for seen in service.stats.requests("idconv")] == [200, 200, 1]
    assert set(found) == {str(p.pmid) for p in papers if p.pmcid} != {str(p.pmid) for p in papers}


def test_long_ids_share_fewer_to_a_call(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    dois = [f"10.5555/{'long.' * 30}{number}" for number in range(60)]
    assert converter(service, tmp_path).convert(dois, Idtype.DOI) == {}
    calls = service.stats.requests("idconv")
    assert sorted(id for seen in calls for id in seen.ids) == sorted(dois)
    assert max(seen.url_length for seen in calls) < 6000


def test_a_doi_with_a_comma_is_asked_for_by_nobody(service: Imitation, tmp_path: Path) -> None:
    assert converter(service, tmp_path).convert(["10.5555/a,b"], Idtype.DOI) == {}
    assert service.stats.count() == 0


def test_an_id_of_another_kind_is_refused_before_it_is_sent(service: Imitation, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="is no PMID"):
        converter(service, tmp_path).convert(["10.5555/x"], Idtype.PMID)
    assert service.stats.count() == 0


@pytest.mark.parametrize("fault", ["drop:2", "emptyset", "truncate-clean:50%", "html200", "503", "swap:1"])
def test_silence_about_an_id_is_no_word_about_it(corpus: Corpus, fault: str, tmp_path: Path) -> None:
    papers = list(corpus.papers.values())[:100]
    with Imitation(corpus, Schedule().then("idconv", fault)) as service:
        found = converter(service, tmp_path).convert([str(p.pmid) for p in papers], Idtype.PMID)
    assert found == {str(p.pmid): found[str(p.pmid)] for p in papers if p.pmcid}


def test_a_converter_that_stays_silent_is_an_error(corpus: Corpus, tmp_path: Path) -> None:
    with (
        Imitation(corpus, Schedule().always("idconv", "drop:1")) as service,
        pytest.raises(Unanswered, match="said nothing of 1 of 1 ids"),
    ):
        converter(service, tmp_path).convert([str(in_pmc(corpus).pmid)], Idtype.PMID)


def test_a_refusal_is_told_in_the_converters_words(corpus: Corpus, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().always("idconv", "status:400")) as service, pytest.raises(SaidNo, match="400"):
        converter(service, tmp_path).convert([str(in_pmc(corpus).pmid)], Idtype.PMID)


def test_the_old_address_leads_to_the_new_one(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    paper = in_pmc(corpus)
    assert converter(service, tmp_path, "idconv-old").convert([str(paper.pmid)], Idtype.PMID) == {str(paper.pmid): names(paper)}
