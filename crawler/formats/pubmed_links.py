"""What a PubMed record says of other publications: its identifiers and theirs, what it cites, and notices either way."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.formats.dates import cited_date
from crawler.formats.pubmed_elements import attribute_of, elements, tag, text_in
from crawler.formats.pubmed_markup import plain_text
from crawler.formats.pubmed_zones import Zones
from crawler.record import Identifiers, Notice, NoticeKind, Reference, normal_doi, normal_pmid

SAID_BY = "pubmed"
#: What was published about a record later on.
_ABOUT_IT = {"RetractionIn": NoticeKind.RETRACTED, "RetractedandRepublishedIn": NoticeKind.RETRACTED,
             "ExpressionOfConcernIn": NoticeKind.CONCERN, "ErratumIn": NoticeKind.CORRECTED,
             "CorrectedandRepublishedIn": NoticeKind.CORRECTED}  # fmt: skip
#: What a record is a notice about.
_IT_IS_ABOUT = {"RetractionOf": NoticeKind.RETRACTED, "RetractedandRepublishedFrom": NoticeKind.RETRACTED,
                "ExpressionOfConcernFor": NoticeKind.CONCERN, "ErratumFor": NoticeKind.CORRECTED,
                "CorrectedandRepublishedFrom": NoticeKind.CORRECTED}  # fmt: skip
_RETRACTED_TYPE = "retracted publication"
#: Types of a record that is nothing but a notice. NLM renamed the first in 2025.
_NOTICE_TYPES = {"retraction of publication": NoticeKind.RETRACTED, "retraction notice": NoticeKind.RETRACTED,
                 "expression of concern": NoticeKind.CONCERN, "published erratum": NoticeKind.CORRECTED}  # fmt: skip

#: One list of identifiers as PubMed writes them: PMID, DOI, number in PubMed Central, a DOI of unusual signs. Of two of a kind the last counts.
_LIST = re.compile(
    rb"<ArticleIdList>\s*+(?:<ArticleId IdType=\"(?:pubmed\">(\d{1,8})|doi\">(10\.\d{4,9}/[!#-%'-;=?-~]++(?<=[A-Za-z0-9]))|pmc(?:id)?\">(?:PMC)?(\d{1,9})"
    rb"|doi\">([^<]*+)|(?!pubmed|doi|pmc)\w++\">[^<]*+)</ArticleId>\s*+)++</ArticleIdList>"
)
_DOI_ALONE = re.compile(r"\s*(?:doi:\s*|https?://(?:dx\.)?doi\.org/)?(10\.\d{4,9}/[^\s]*[^\s.,;])[\s.,;]*", re.IGNORECASE)
_Found = tuple[bytes, bytes, bytes, bytes]
_IDS, _ID, _LOCATION = tag("ArticleIdList"), tag("ArticleId"), tag("ELocationID")
_LINK, _CITATION, _PMID = tag("CommentsCorrections"), tag("RefSource"), tag("PMID")
_id_type, _location_type, _valid, _ref_type = (attribute_of(name) for name in ("IdType", "EIdType", "ValidYN", "RefType"))


class TwoRecords(Exception):
    """A record whose PMID and whose list of identifiers name two papers: what was between them is lost."""


def own_identifiers(pmid: str, zones: Zones) -> Identifiers:
    """The record's names: of the list behind its history; a DOI that the list lacks may stand beside the pages.

    Raises:
        TwoRecords: the list is another record's.
    """
    body, data = zones.body, zones.data
    usual = _LIST.match(body, max(body.find(_IDS.opening, data, zones.references), 0))
    if usual and not usual[4]:
        found = [_names(*usual.groups(b""))]
    else:
        found = _identifiers(body, data, zones.references) or _identifiers(body, zones.references_end, len(body))
    names = found[0] if found else Identifiers()
    if names.pmid is not None and names.pmid != pmid:
        raise TwoRecords(pmid, names.pmid)
    return names if names.doi and names.pmid else Identifiers(names.doi or _location(zones), pmid, names.pmcid)


def _location(zones: Zones) -> str | None:
    """The DOI among the places of publication; a chapter's stands in a list in front."""
    front = zones.authors or zones.data
    for start, end in ((0, front), (zones.authors_end, zones.data)):
        for attributes, markup in elements(zones.body[start:end], _LOCATION):
            if _location_type(attributes) == "doi" and _valid(attributes) != "N" and (doi := _doi(plain_text(markup))):
                return doi
    return next((names.doi for names in _identifiers(zones.body, 0, front) if names.doi), None)


def references(zones: Zones) -> tuple[Reference, ...]:
    """What the record cites, as far as PubMed knows it by an identifier: retractions travel along these. Other citations are left out."""
    if zones.references_end <= zones.references:
        return ()
    return tuple(map(Reference, _identifiers(zones.body, zones.references, zones.references_end)))


def _identifiers(body: bytes, start: int, end: int) -> list[Identifiers]:
    """The identifiers of each list in a stretch of a record, where it has any of ours."""
    start = body.find(_IDS.opening, start, end)
    if start < 0:
        return []
    found: list[_Found] = _LIST.findall(body, start, end)
    if len(found) != body.count(_IDS.ending, start, end):
        found = [_spelt_otherwise(inside) for _, inside in elements(body[start:end], _IDS)]
    return [_names(pmid, doi, pmc, odd) for pmid, doi, pmc, odd in found if pmid or doi or pmc or odd]


def _names(pmid: bytes, doi: bytes, pmc: bytes, odd: bytes) -> Identifiers:
    return Identifiers(
        doi.decode().lower() if doi else _doi(plain_text(odd)) if odd else None,
        pmid.decode() if pmid else None,
        f"PMC{pmc.decode()}" if pmc else None,
    )


def _doi(text: str) -> str | None:
    """A DOI that stands alone, so that it may hold any sign, also those that end one in running text ("<" in the DOIs of journals' articles)."""
    alone = _DOI_ALONE.fullmatch(text)
    return alone[1].lower() if alone else normal_doi(text)


def _spelt_otherwise(inside: bytes) -> _Found:
    names = {_id_type(attributes): markup for attributes, markup in elements(inside, _ID)}
    pmid = normal_pmid(names.get("pubmed", b"").decode())
    pmc = re.search(rb"\d{1,9}", names.get("pmc") or names.get("pmcid") or b"")
    return (pmid or "").encode(), b"", pmc[0] if pmc else b"", names.get("doi", b"")


def notices(links: bytes, types: tuple[str, ...]) -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """Notices about the record, and what the record is a notice about.

    PubMed's links tell, and its publication types where the link is missing; a mark in front of the title tells nothing, since anyone
    may write a title.
    """
    about: list[Notice] = []
    being: list[Notice] = []
    for attributes, link in elements(links, _LINK) if links else ():
        kind = _ref_type(attributes)
        if kind in _ABOUT_IT:
            about.append(_notice(_ABOUT_IT[kind], link))
        elif kind in _IT_IS_ABOUT:
            being.append(_notice(_IT_IS_ABOUT[kind], link))
    retracted, told = _told(types)
    if retracted:
        _add(about, NoticeKind.RETRACTED)
    # A retraction is often called an erratum beside; what is not linked is told once, by the weightiest type.
    if NoticeKind.RETRACTED in told or (told and not being):
        _add(being, NoticeKind.RETRACTED if NoticeKind.RETRACTED in told else told[0])
    return tuple(about), tuple(being)


@lru_cache(maxsize=2048)
def _told(types: tuple[str, ...]) -> tuple[bool, tuple[NoticeKind, ...]]:
    """Whether publication types call a record retracted, and what notices they call it."""
    names = [name.lower() for name in types]
    return _RETRACTED_TYPE in names, tuple([_NOTICE_TYPES[name] for name in names if name in _NOTICE_TYPES])


def _notice(kind: NoticeKind, link: bytes) -> Notice:
    citation = text_in(link, _CITATION)
    pmid = normal_pmid(text_in(link, _PMID))
    found = Identifiers.found_in(citation)
    return Notice(kind, SAID_BY, Identifiers(found.doi, pmid or found.pmid, found.pmcid), cited_date(citation), citation or None)


def _add(notices: list[Notice], kind: NoticeKind) -> None:
    """A notice that a type tells of, unless a link has told of it already."""
    if all(notice.kind is not kind for notice in notices):
        notices.append(Notice(kind, SAID_BY))
