"""Which texts are identifiers: by themselves, or as the address of the page that one copies them from."""

from __future__ import annotations

import pytest

from crawler.record import named


@pytest.mark.parametrize(
    ("address", "scheme", "value"),
    [
        ("https://pubmed.ncbi.nlm.nih.gov/12345/", "pmid", "12345"),
        ("https://pubmed.ncbi.nlm.nih.gov/12345/?term=cells&page=2", "pmid", "12345"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/12345", "pmid", "12345"),
        ("pubmed.ncbi.nlm.nih.gov/12345", "pmid", "12345"),
        ("https://europepmc.org/article/MED/12345", "pmid", "12345"),
        ("https://europepmc.org/article/PMC/PMC7654321", "pmcid", "PMC7654321"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC7654321/", "pmcid", "PMC7654321"),
        ("https://www.ncbi.nlm.nih.gov/pmc/articles/pmc7654321/#S2", "pmcid", "PMC7654321"),
        ("https://clinicaltrials.gov/study/NCT90000001", "registry", "NCT90000001"),
        ("https://clinicaltrials.gov/study/NCT90000001?tab=results", "registry", "NCT90000001"),
        ("https://www.ClinicalTrials.gov/ct2/show/nct90000001", "registry", "NCT90000001"),
        ("https://doi.org/10.5555/Made.Up(2020)7", "doi", "10.5555/made.up(2020)7"),
        ("https://dx.doi.org/10.5555/made.up", "doi", "10.5555/made.up"),
        ("https://doi.org/10.5555/%28SICI%291234%3C1%3A%3AAID-X%3E3.0.CO%3B2-1", "doi", "10.5555/(sici)1234<1::aid-x>3.0.co;2-1"),
        (" doi:10.5555/made.up ", "doi", "10.5555/made.up"),
        ("PMID: 0012345", "pmid", "12345"),
    ],
)
def test_an_identifier_is_understood_also_as_the_address_of_its_page(address: str, scheme: str, value: str) -> None:
    assert named(address) == (scheme, value)


@pytest.mark.parametrize(
    "text",
    [
        "https://pubmed.ncbi.nlm.nih.gov/?term=12345",
        "https://pubmed.ncbi.nlm.nih.gov/123456789/",
        "https://pubmed.example.org/12345/",
        "https://clinicaltrials.gov/search?term=cells",
        "https://www.ncbi.nlm.nih.gov/books/12345",
        "https://example.org/articles/PMC7654321/",
        "papers/12345",
        "doi.org",
    ],
)
def test_an_address_of_anything_else_is_no_identifier(text: str) -> None:
    assert named(text) is None
