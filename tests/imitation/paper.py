"""What the imitated services hold: papers, notices about them, and trials. Texts are XML fragments: escaped, with inline markup."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import date

_TAG = re.compile(r"<[^>]*>")


def plain(fragment: str) -> str:
    """The text of an XML fragment, without its markup.

    >>> plain("CD4<sup>+</sup> cells, <i>P</i> &lt; 0.05")
    'CD4+ cells, P < 0.05'
    """
    return html.unescape(_TAG.sub("", fragment))


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal. All of them are invented."""

    title: str
    short: str
    issn: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice about a paper: `kind` is retraction, concern or correction; `where` is pubmed or crossref, or both.

    `pmid` is the notice's own (0: PubMed has none). `sources` are who told Crossref: publisher, retraction-watch.
    """

    kind: str
    day: date
    doi: str
    pmid: int = 0
    where: tuple[str, ...] = ("pubmed", "crossref")
    sources: tuple[str, ...] = ("publisher",)


@dataclass(frozen=True, slots=True)
class About:
    """What a notice says it is about."""

    kind: str
    pmid: int
    doi: str
    day: date
    where: tuple[str, ...] = ("pubmed", "crossref")


@dataclass(frozen=True, slots=True)
class Paper:
    """One PubMed record, with what Crossref and Europe PMC say of the same paper.

    `edat`, `mdat`, `pdat`: entered, modified, published. `pdat_form`: how precisely the day is printed (`full`, `month`, `year`,
    `medline`, `season`). `abstract`: label and text of each section, the label empty where there is none. `agency`: who registered
    the DOI (`crossref`, `datacite`, or `none` for a DOI that nobody knows). `shape`: `article` or `book`. `name`: of an odd
    record, and `patches`: pattern and replacement for its XML. `in_crossref_with`: what Crossref was given (`abstract`, `title`, `nothing`).
    """

    pmid: int
    title: str
    edat: date
    mdat: date
    pdat: date
    abstract: tuple[tuple[str, str], ...] = ()
    pdat_form: str = "full"
    journal: int = 0
    doi: str = ""
    crossref_doi: str = ""
    pmcid: str = ""
    agency: str = "crossref"
    authors: tuple[tuple[str, str], ...] = ()
    mesh: tuple[str, ...] = ()
    types: tuple[str, ...] = ("Journal Article",)
    trials: tuple[str, ...] = ()
    references: tuple[int, ...] = ()
    older: tuple[tuple[tuple[str, str], ...], ...] = ()
    other_abstracts: tuple[tuple[str, str], ...] = ()
    language: str = "eng"
    vernacular: str = ""
    shape: str = "article"
    notices: tuple[Notice, ...] = ()
    about: tuple[About, ...] = ()
    in_crossref_with: str = "abstract"
    open_access: bool = False
    indexed: date = date(2000, 1, 1)
    name: str = ""
    patches: tuple[tuple[str, str], ...] = ()

    @property
    def version(self) -> int:
        """The number of the newest version, from 1."""
        return len(self.older) + 1

    @property
    def registered_doi(self) -> str:
        """The DOI as Crossref writes it; empty where Crossref does not know the paper."""
        return (self.crossref_doi or self.doi.lower()) if self.agency == "crossref" else ""

    def text(self) -> str:
        """Title, abstract and MeSH terms as one text without markup, for the word search."""
        return plain(" ".join((self.title, *(text for _, text in self.abstract), *self.mesh)))


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm of a trial: its size, and mean and standard deviation of the outcome."""

    label: str
    sort: str
    n: int
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class Result:
    """The comparison of two arms, rounded as it is printed."""

    difference: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Trial:
    """A registered trial. `posted`: its results stand in the registry. `aliases`: numbers that lead to it."""

    nct: str
    title: str
    condition: str
    cells: str
    comparator: str
    outcome: str
    months: int
    arms: tuple[Arm, Arm]
    result: Result
    first_posted: date
    updated: date
    posted: bool = False
    pmids: tuple[int, ...] = ()
    aliases: tuple[str, ...] = ()
    status: str = "COMPLETED"
