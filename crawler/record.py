"""Identifiers of publications and trials, in one normal form each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from crawler.quick_init import quick_init

_DOI = re.compile(r"\b(10\.\d{4,9}/[^\s\"<>]+)", re.IGNORECASE)
_PMID = re.compile(r"\bPMID\s*:?\s*(\d{1,8})\b", re.IGNORECASE)
_PMCID = re.compile(r"\b(PMC\d{4,9})\b", re.IGNORECASE)

#: Trial and review registries, by the shape of their numbers. The first group is the number as the registry writes it.
REGISTRY_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("ClinicalTrials.gov", r"\b(NCT\d{8})\b"),
        ("PROSPERO", r"\b(CRD\s?\d{8,12})\b"),
        ("ISRCTN", r"\b(ISRCTN\s?\d{6,10})\b"),
        ("ChiCTR", r"\b(ChiCTR(?:-?[A-Z]{2,4}-?)?-?\d{7,12})\b"),
        ("ANZCTR", r"\b(ACTRN\d{14})\b"),
        ("UMIN", r"\b((?:JPRN-)?UMIN\d{9})\b"),
        ("jRCT", r"\b(jRCT[a-z]?\d{9,10})\b"),
        ("EudraCT", r"\b(20\d\d-\d{6}-\d{2})\b"),
        ("DRKS", r"\b(DRKS\d{8})\b"),
        ("IRCT", r"\b(IRCT\d{8,20}N\d{1,3})\b"),
        ("CTRI", r"\b(CTRI/\d{4}/\d{2,3}/\d{6})\b"),
        ("KCT", r"\b(KCT\d{7})\b"),
        ("NTR", r"\b(NTR\s?\d{3,5})\b"),
        ("RBR", r"\b(RBR-[0-9a-z]{6,8})\b"),
        ("PACTR", r"\b(PACTR\d{15,18})\b"),
    )
)


#: What stands behind a DOI in a sentence, and is none of it.
_CLOSING = ".,;:'’\""
#: What every number of a registry holds, in small letters: a look for it is cheaper than a search.
_MARKS = {name: name.lower() for name, _ in REGISTRY_PATTERNS} | {
    "ClinicalTrials.gov": "nct", "PROSPERO": "crd", "ANZCTR": "actrn", "EudraCT": "20", "RBR": "rbr-", "CTRI": "ctri/",
}  # fmt: skip
#: Where a mark stands in common words ("function", "control") or numbers, what follows it is looked at, too.
_NEAR_MARKS = {
    "ClinicalTrials.gov": re.compile(r"nct\d"),
    "NTR": re.compile(r"ntr\s?\d"),
    "EudraCT": re.compile(r"20\d\d-\d{6}-"),
}


def _without_case(text: str) -> str:
    """Small letters for everything that a pattern without regard to case takes for one: i and dotless i, s and long s."""
    return text.lower() if text.isascii() else text.replace("İ", "i").replace("ı", "i").casefold()


def normal_doi(text: str) -> str | None:
    """The DOI in `text`, lower-case and without resolver address or closing punctuation; None where there is none.

    >>> normal_doi("https://doi.org/10.1161/STROKEAHA.121.034505.")
    '10.1161/strokeaha.121.034505'
    """
    found = _DOI.search(text)
    if not found:
        return None
    doi = found[1].rstrip(_CLOSING)
    while doi.endswith(")") and doi.count("(") < doi.count(")"):
        doi = doi[:-1].rstrip(_CLOSING)
    return doi.lower()


def normal_pmid(text: str) -> str | None:
    """The PMID in `text`: digits alone, or behind the word PMID; None where there is none.

    >>> normal_pmid("PMID: 37834955;"), normal_pmid("37834955")
    ('37834955', '37834955')
    """
    stripped = text.strip()
    if re.fullmatch(r"\d{1,8}", stripped):
        return stripped
    found = _PMID.search(text)
    return found[1] if found else None


def normal_pmcid(text: str) -> str | None:
    """The PMCID in `text`, upper-case; None where there is none.

    >>> normal_pmcid("PMCID: pmc10573670.")
    'PMC10573670'
    """
    found = _PMCID.search(text)
    return found[1].upper() if found else None


def _registry_number(registry: str, number: str) -> str:
    """As the registry writes it: without spaces, and in capitals where its numbers have no small letters."""
    plain = re.sub(r"\s", "", number)
    return plain if registry in ("ChiCTR", "jRCT", "RBR") else plain.upper()


def registry_ids(text: str) -> tuple[str, ...]:
    """Trial and review registration numbers in order of appearance, each once, spaces removed.

    >>> registry_ids("Registered as NCT04749667 and PROSPERO CRD 42022347156; see NCT04749667.")
    ('NCT04749667', 'CRD42022347156')
    """
    found = [(m.start(1), _registry_number(name, m[1])) for name, pattern in _patterns_of(text) for m in pattern.finditer(text)]
    return tuple(dict.fromkeys(number for _, number in sorted(found)))


def _patterns_of(text: str) -> list[tuple[str, re.Pattern[str]]]:
    """The registries whose mark is in the text."""
    held = _without_case(text)
    found = [(name, pattern) for name, pattern in REGISTRY_PATTERNS if _MARKS[name] in held]
    return [(name, pattern) for name, pattern in found if name not in _NEAR_MARKS or _NEAR_MARKS[name].search(held)]


# Most of what is made of PubMed's files are references.
@quick_init
@dataclass(frozen=True, slots=True)
class Identifiers:
    """The names that a publication goes by. Each is None where the source gives none."""

    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None

    @classmethod
    def found_in(cls, text: str) -> Identifiers:
        """Read a citation line: DOI, `PMID: …` and `PMC…` wherever they stand."""
        pmid = _PMID.search(text)
        return cls(normal_doi(text), pmid[1] if pmid else None, normal_pmcid(text))

    def __bool__(self) -> bool:
        return any((self.doi, self.pmid, self.pmcid))

    @property
    def preferred(self) -> str | None:
        """`doi:…`, else `pmid:…`, else `pmcid:…`, else None."""
        pairs: Iterable[tuple[str, str | None]] = (("doi", self.doi), ("pmid", self.pmid), ("pmcid", self.pmcid))
        return next((f"{kind}:{value}" for kind, value in pairs if value), None)


_NO_NAMES = Identifiers()


@quick_init
@dataclass(frozen=True, slots=True)
class Reference:
    """A publication or trial that a document tells of (a news page of its trial, a digest of its paper)."""

    identifiers: Identifiers = _NO_NAMES
    registry_id: str | None = None
    citation: str | None = None


class NoticeKind(StrEnum):
    """What was published about a publication later on. Only a retraction (withdrawal, removal) takes it out of the evidence."""

    RETRACTED = "retracted"
    CONCERN = "concern"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Notice:
    """A retraction, an expression of concern or a correction.

    Standing in `Document.notices` it is about the document, and `identifiers` name the notice; standing in `Document.notifies`
    the document is the notice, and `identifiers` name the publication that it is about.
    `said_by` is the source that says so (`pubmed`, `crossref:publisher`, `crossref:retraction-watch`); `date` is ISO, as precise as given.
    """

    kind: NoticeKind
    said_by: str
    identifiers: Identifiers = Identifiers()
    date: str | None = None
    citation: str | None = None


_BARE_PMID = re.compile(r"(?:PMID\s*:?\s*)?(\d{1,8})", re.IGNORECASE)
_BARE_DOI = re.compile(r"(?:doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://)?(?:www\.|m\.)?(?P<host>[a-z][a-z.]*\.[a-z]{2,4})/(?P<path>\S+)", re.IGNORECASE)
#: Where people copy a paper's or a trial's address from: the part of its path that is the identifier. What stands behind it names a view of the page.
_PAGES: tuple[tuple[str, str], ...] = (
    # A DOI may hold nearly any sign; what a page that links to it adds to the address is none of it.
    ("doi.org", r"(10\.\d{4,9}(?:/|%2F)(?:(?!\?(?:utm_|ref=|ref_|via=|source=|fbclid)).)+)"),
    ("dx.doi.org", r"(10\.\d{4,9}(?:/|%2F)(?:(?!\?(?:utm_|ref=|ref_|via=|source=|fbclid)).)+)"),
    ("pubmed.ncbi.nlm.nih.gov", r"(\d{1,8})"),
    ("ncbi.nlm.nih.gov", r"pubmed/(\d{1,8})"),
    ("ncbi.nlm.nih.gov", r"pmc/articles/(PMC\d{4,9})"),
    ("pmc.ncbi.nlm.nih.gov", r"articles/(PMC\d{4,9})"),
    ("europepmc.org", r"(?:article|abstract)/med/(\d{1,8})"),
    ("europepmc.org", r"(?:articles|article/pmc)/(PMC\d{4,9})"),
    ("clinicaltrials.gov", r"(?:ct2/show|study|show)/(NCT\d{8})"),
)


def named(text: str) -> tuple[str, str] | None:
    """Scheme (`pmid`, `doi`, `pmcid`, `registry`) and value of a text that is an identifier and nothing else, or the address of its page.

    >>> named("37834955"), named("https://doi.org/10.1161/STROKEAHA.121.034505"), named("NCT04749667"), named("paper.txt")
    (('pmid', '37834955'), ('doi', '10.1161/strokeaha.121.034505'), ('registry', 'NCT04749667'), None)
    """
    stripped = _of_page(text.strip())
    if pmid := _BARE_PMID.fullmatch(stripped):
        return "pmid", str(int(pmid[1]))
    if bare := _BARE_DOI.fullmatch(stripped):
        # DOIs made of SICIs hold < and >, at which one in running text ends.
        return "doi", bare[1].lower() if "<" in bare[1] else normal_doi(bare[1]) or bare[1].lower()
    if _PMCID.fullmatch(stripped):
        return "pmcid", stripped.upper()
    numbers = registry_ids(stripped)
    return ("registry", numbers[0]) if len(numbers) == 1 and len(numbers[0]) >= len(stripped) - 1 else None


def _of_page(text: str) -> str:
    """The identifier in the address of a page that is known to be a paper's or a trial's; any other text as it is."""
    address = _ADDRESS.fullmatch(text)
    if address is None:
        return text
    for host, pattern in _PAGES:
        if address["host"].lower() == host and (found := re.match(rf"{pattern}(?=[/?#]|$)", address["path"], re.IGNORECASE)):
            # A DOI may hold what ends other addresses, and its signs are escaped in one.
            return unquote(found[1]) if "doi.org" in host else found[1]
    return text
