"""Citations in words: who, what, where, when, and under which names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.record import Identifiers, Reference, registry_ids

_YEAR = r"(?P<year>(?:19|20)\d\d)"
# Lengths are bounded: a line of thousands of full stops could be cut in millions of ways.
_AUTHORS = r"^(?P<authors>.{2,1200}?)\.\s+"
_LONGEST = 3000
#: "Doe J, Roe R. Title. J Clin Med. 2023 Sep 30;12(19):6311." Tried in this order: "J. Clin. Med. 2023" first, whose points end no title.
_REFERENCES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_AUTHORS}(?P<title>.{{1,500}}?)[.?!]\s+(?P<journal>(?:[A-Z][A-Za-z]{{0,20}}\.\s+){{2,8}}){_YEAR}\b",
        rf"{_AUTHORS}(?P<title>.{{1,500}}?[.?!])\s+(?P<journal>[^.?!]{{2,150}})\.\s+{_YEAR}\b",
        rf"^(?P<authors>.{{2,1200}}?)\s+\({_YEAR}[^)]{{0,30}}\)\.\s+(?P<title>.{{1,500}}?[.?!])\s+(?P<journal>[^.?!]{{2,150}}?),\s+\d",
    )
)
#: PubMed's line: journal, date, volume and pages. The journal may stand on the line before.
_PLACE = re.compile(rf"^(?P<journal>[^\n]{{0,200}}?)\s?\.\s+{_YEAR}(?=[\s;:.])(?P<rest>.*)$")
_WHERE_IN_JOURNAL = re.compile(r"\bdoi\b|\bPMID\b|;\s?\w*\d[\w()]*:|;\s?\d+|\bOnline ahead of print\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation's parts. What its wording does not show is None; `citation` is the whole of it."""

    citation: str
    identifiers: Identifiers
    title: str | None = None
    journal: str | None = None
    year: int | None = None

    def as_reference(self) -> Reference:
        """What a document that retells this publication reports on."""
        numbers = registry_ids(self.citation)
        return Reference(self.identifiers, numbers[0] if numbers else None, self.citation)


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a paper appeared, from PubMed's citation line. `journal` is empty where it stands on another line."""

    journal: str
    year: int
    identifiers: Identifiers


def read_reference(text: str) -> Cited:
    """Read a reference as papers print it.

    >>> cited = read_reference("Doe J, Roe R. Cells vs. salt: a trial. J Odd Med. 2021 May 2;3(1):4. doi: 10.1000/odd.1.")
    >>> cited.title, cited.journal, cited.year, cited.identifiers.doi
    ('Cells vs. salt: a trial', 'J Odd Med', 2021, '10.1000/odd.1')
    """
    names = Identifiers.found_in(text)
    for pattern in _REFERENCES if len(text) <= _LONGEST else ():
        found = pattern.match(text)
        if found:
            title = found["title"].removesuffix(".").strip()
            return Cited(text, names, title, found["journal"].strip(), int(found["year"]))
    return Cited(text, names, year=_only_year(text))


def read_place(line: str) -> Place | None:
    """Read a citation line; None where the line is none.

    >>> read_place("J Odd Med. 2021 May;3(1):4-9. doi: 10.1000/odd.1.").journal
    'J Odd Med'
    """
    found = _PLACE.match(line)
    if not found or not _WHERE_IN_JOURNAL.search(found["rest"]):
        return None
    return Place(found["journal"].strip(), int(found["year"]), Identifiers.found_in(line))


def _only_year(text: str) -> int | None:
    """The year, where the citation prints one alone; a DOI's digits are no year."""
    years = set(re.findall(r"(?<![\d./-])(?:19|20)\d\d(?![\d/-])", text))
    return int(years.pop()) if len(years) == 1 else None
