"""A DOI that is a field of its own, and not a word in running text."""

from __future__ import annotations

import re
from urllib.parse import unquote

from crawler.record import normal_doi

_ALONE = re.compile(
    r"\s*(?P<link>(?:https?://)?(?:dx\.)?doi\.org/)?(?:doi\s*:?\s*)?(?P<doi>10\.\d{4,9}(?:/|%2F)\S+)\s*", re.IGNORECASE
)


def exact_doi(text: str) -> str | None:
    """The DOI that a field holds and nothing else, in its normal form; None where it holds something else.

    DOIs made of SICIs hold `<` and `>`, at which a DOI in running text ends.

    >>> exact_doi("https://doi.org/10.1000%2FODD.1"), exact_doi("10.1000/(SICI)1-2(1998)17:1<16::AID-ODD9>3.0.CO;2-2"), exact_doi("see 10.1000/1")
    ('10.1000/odd.1', '10.1000/(sici)1-2(1998)17:1<16::aid-odd9>3.0.co;2-2', None)
    """
    found = _ALONE.fullmatch(text)
    if found is None:
        return None
    doi = unquote(found["doi"]) if found["link"] else found["doi"]
    return doi.lower() if "<" in doi else normal_doi(doi)
