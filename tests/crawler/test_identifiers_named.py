"""What a person pastes is understood as the identifier that it is."""

from __future__ import annotations

import pytest

from crawler.record import named


@pytest.mark.parametrize(
    ("pasted", "understood"),
    [
        ("https://doi.org/10.5555%2Fmade.1002", ("doi", "10.5555/made.1002")),
        ("https://doi.org/10.1161/x?utm_source=twitter", ("doi", "10.1161/x")),
        ("https://doi.org/10.1002%2F(SICI)1097-0258(19980815)17:15%3C1623::AID-SIM871%3E3.0.CO;2-S", ("doi", "10.1002/(sici)1097-0258(19980815)17:15<1623::aid-sim871>3.0.co;2-s")),
        ("https://pubmed.ncbi.nlm.nih.gov/37834955/?term=x", ("pmid", "37834955")),
        ("https://example.org/10.1161/x", None),
    ],
)  # fmt: skip
def test_the_address_of_a_page_names_the_paper(pasted: str, understood: tuple[str, str] | None) -> None:
    assert named(pasted) == understood
