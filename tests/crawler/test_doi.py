"""doi.org: which DOIs there are, and the records of other agencies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.document import Document
from crawler.errors import SaidNo, Unanswered
from crawler.http import Door, Patience, Service
from crawler.politeness import Limit
from crawler.redaction import Secrets
from crawler.sources.doi import DoiOrg, csl_date, csl_document, exists
from crawler.sources.source import Answered, Lacking, Search
from tests.imitation import Corpus, Imitation, Schedule, Settings

#: requests reads a redirect's body before the transport does, which then takes the answer for cut off.
QUICK = Patience(tries=4, first_pause=0.01, longest_pause=0.02, give_up_after=3)


def doi_org(service: Imitation, folder: Path) -> DoiOrg:
    """The resolver, polite for a test: as fast as it can."""
    door = Door("counterclaim-test", Secrets(()), frozenset({urlsplit(service.url).netloc}), patience=QUICK, folder=folder)
    return DoiOrg(door, Service("doi", service.base("doi"), "doi", Limit(1000)))


@pytest.fixture
def corpus() -> Corpus:
    return Corpus.generate(60, seed=7)


@pytest.fixture
def service(corpus: Corpus) -> Iterator[Imitation]:
    with Imitation(corpus) as running:
        yield running


def a_doi(corpus: Corpus) -> str:
    return next(p.doi for p in corpus.papers.values() if p.agency == "crossref" and p.doi.islower() and "<" not in p.doi)


def test_a_doi_exists_where_doi_org_forwards_it_and_nobody_goes_there(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    service.settings.landing = service.trap.url
    assert doi_org(service, tmp_path).exists(a_doi(corpus).upper())
    assert service.stats.count("doi") == 1
    assert service.trap.hits == []


def test_a_404_of_doi_org_is_no_such_doi(service: Imitation, tmp_path: Path) -> None:
    source = doi_org(service, tmp_path)
    assert not source.exists("10.5555/never.was")
    assert not source.exists("no doi at all")
    assert service.stats.count("doi") == 1


def test_doi_org_is_asked_by_door_and_service_alone(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    door = Door("counterclaim-test", Secrets(()), frozenset(), patience=QUICK, folder=tmp_path)
    assert exists(door, Service("doi", service.base("doi"), "doi", Limit(1000)), a_doi(corpus))


def test_a_doi_of_signs_arrives_as_it_was_sent(corpus: Corpus, service: Imitation, tmp_path: Path) -> None:
    odd = "10.1002/(sici)1097-0000(199809)17:15/16<1661::aid-odd968>3.0.co;2-#"
    corpus.add(doi=odd, crossref_doi=odd, agency="crossref")
    assert doi_org(service, tmp_path).exists(odd)
    assert [seen.ids for seen in service.stats.requests("doi")] == [(odd,)]


@pytest.mark.parametrize("fault", ["503", "status:404", "html200", "reset", "truncate-clean:50%"])
def test_a_fault_is_no_word_about_a_doi(corpus: Corpus, fault: str, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().then("doi", fault)) as service:
        assert doi_org(service, tmp_path).exists(a_doi(corpus))
    with Imitation(corpus, Schedule().always("doi", "503")) as service, pytest.raises(Unanswered, match="503"):
        doi_org(service, tmp_path).exists(a_doi(corpus))


@pytest.mark.parametrize("status", ["403", "410"])
def test_any_other_answer_fails_by_name(corpus: Corpus, status: str, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().always("doi", f"status:{status}")) as service, pytest.raises(SaidNo, match=status):
        doi_org(service, tmp_path).exists(a_doi(corpus))


@pytest.mark.parametrize("negotiation", ["direct", "redirect"])
def test_the_record_of_another_agency_is_a_document(corpus: Corpus, negotiation: str, tmp_path: Path) -> None:
    paper = corpus.add(doi="10.5555/DATA.1", agency="datacite", title="Lameness of goats: the data", language="eng")
    with Imitation(corpus, settings=Settings(negotiation=negotiation)) as service:
        source = doi_org(service, tmp_path)
        (answered,) = source.records(["https://doi.org/10.5555/data.1"])
    assert isinstance(answered, Answered)
    document = source.parse(answered)
    assert isinstance(document, Document)
    assert (document.title, document.identifiers.doi) == ("Lameness of goats: the data", "10.5555/data.1")
    assert document.year == paper.pdat.year


def test_a_doi_without_a_record_is_told_from_one_that_is_none(corpus: Corpus, tmp_path: Path) -> None:
    known = a_doi(corpus)
    with Imitation(corpus, Schedule().then("doi", "ok, ok, status:406")) as service:
        found = list(doi_org(service, tmp_path).records(["10.5555/never.was", known, "no doi"]))
    assert all(isinstance(one, Lacking) for one in found)
    assert [one.gone for one in found if isinstance(one, Lacking)] == [True, False, True]


@pytest.mark.parametrize("aim", ["redirect", "redirect:loop"])
def test_a_redirect_to_strangers_or_in_circles_is_not_followed(corpus: Corpus, aim: str, tmp_path: Path) -> None:
    with Imitation(corpus, Schedule().always("doi", aim)) as service:
        with pytest.raises(SaidNo, match="redirects"):
            list(doi_org(service, tmp_path).records([a_doi(corpus)]))
        assert service.trap.hits == []
        assert service.stats.count("doi") <= 6


def test_doi_org_is_not_searched(service: Imitation, tmp_path: Path) -> None:
    with pytest.raises(SaidNo, match="cannot be searched"):
        doi_org(service, tmp_path).listing(Search("goats"), None)


@given(st.dates(date(1500, 1, 1), date(2199, 12, 31)), st.integers(1, 3))
def test_a_date_is_as_precise_as_given(day: date, precision: int) -> None:
    parts = [day.year, day.month, day.day][:precision]
    assert csl_date({"date-parts": [parts]}) == day.isoformat()[: (4, 7, 10)[precision - 1]]
    assert csl_date({"date-parts": [list(map(str, parts))]}) == csl_date({"date-parts": [parts]})


@pytest.mark.parametrize(
    ("given_date", "read"),
    [
        ({"date-parts": [[None]]}, None),
        ({"date-parts": [[]]}, None),
        ({"date-parts": []}, None),
        ({"date-parts": [[2005, 9, 31]]}, "2005-09"),
        ({"date-parts": [[2005, 13]]}, "2005"),
        ({"date-parts": [[2005, None, 4]]}, "2005"),
        ({"raw": "2019-05-06T00:00:00Z"}, "2019-05-06"),
        ({"raw": "in press"}, None),
        ("2019", None),
    ],
)
def test_what_is_no_date_is_left_off(given_date: object, read: str | None) -> None:
    assert csl_date(given_date) == read


def test_half_a_character_costs_no_record() -> None:
    document = csl_document("10.5555/x", {"title": "Half \ud83d goat"}, "doi")
    assert document.title == "Half \ufffd goat"
