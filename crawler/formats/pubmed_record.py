"""One PubMed record to a document."""

from __future__ import annotations

from crawler.document import Document, Report
from crawler.errors import Unreadable
from crawler.formats import pubmed_abstract as words
from crawler.formats import pubmed_fields as fields
from crawler.formats import pubmed_links as links
from crawler.formats.abstracts import titled_text
from crawler.formats.pubmed_elements import frequent_text, inside, tag, text_in
from crawler.formats.pubmed_record_split import RawRecord
from crawler.formats.pubmed_zones import Zones, zones_of_article, zones_of_book

FORMAT = "pubmed_xml"
_DATE, _OTHER_DATE, _CONTRIBUTED, _REVISED = (tag(name) for name in ("PubDate", "ArticleDate", "ContributionDate", "DateRevised"))
_ABBREVIATION, _JOURNAL, _LANGUAGE, _VERNACULAR = (tag(name) for name in ("MedlineTA", "Title", "Language", "VernacularTitle"))
_BOOK_TITLE, _AUTHORS = tag("BookTitle"), tag("AuthorList")
_PROTOCOL = "Clinical Trial Protocol"


def document_of(raw: RawRecord, where: str) -> Document | Unreadable:
    """The document of a record that is sound XML in its plain spelling (crawler.formats.pubmed_soundness)."""
    if raw.pmid is None:
        return Unreadable(where, "this record has no PMID.", "The others were read; ask PubMed for it again.")
    try:
        return _document(raw, raw.pmid, where)
    except links.TwoRecords as torn:
        return Unreadable(
            where,
            f"the record begins as PMID {torn.args[0]} and ends as PMID {torn.args[1]}: what was between is lost.",
            "The others were read; ask PubMed for both again.",
        )


def _document(raw: RawRecord, pmid: str, where: str) -> Document:
    zones, book = (zones_of_article(raw.body), b"") if raw.kind == "article" else zones_of_book(raw.body)
    body = zones.body
    title = words.title(zones) or (text_in(book, _BOOK_TITLE) if book else "")
    language = (
        frequent_text(inside(body, _LANGUAGE, zones.tail, zones.tail_end) or inside(body, _LANGUAGE, 0, zones.authors)) or None
    )
    passages, foreign = words.in_english(words.abstract(zones), language)
    text, sections = titled_text(title, passages)
    types = fields.publication_types(zones)
    notices, notifies = links.notices(zones, types)
    return Document(
        id=f"pmid:{pmid}",
        title=title,
        text=text,
        sections=sections,
        year=_year(zones, book),
        journal=_journal(zones, book),
        identifiers=links.own_identifiers(pmid, zones),
        report=Report.PROTOCOL if _PROTOCOL in types else Report.ARTICLE,
        registry_ids=fields.registrations(text, zones),
        publication_types=types,
        keywords=fields.keywords(zones),
        mesh=fields.mesh(zones),
        authors=fields.authors(zones) or (fields.names_in(book, 0, len(book)) if book else ()),
        notices=notices,
        notifies=notifies,
        cites=links.references(zones),
        other_texts=(*foreign, *words.other_texts(zones)),
        language=language,
        original_title=text_in(body, _VERNACULAR, zones.tail, zones.tail_end) or None,
        version=raw.version,
        entered=fields.entered(zones),
        revised=fields.day_in(inside(body, _REVISED, 0, zones.authors) or inside(body, _REVISED, zones.tail, zones.tail_end)),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        origin=where,
        format=FORMAT,
    )


def _journal(zones: Zones, book: bytes) -> str | None:
    """The journal under PubMed's short name, as its pages and exports have it; of a chapter the book."""
    name = text_in(book, _BOOK_TITLE) if book else frequent_text(inside(zones.body, _ABBREVIATION, zones.indexing, zones.data))
    return name or text_in(zones.body, _JOURNAL, 0, zones.authors) or None


def _year(zones: Zones, book: bytes) -> int | None:
    """The year of the issue; where it has none, of the publication online, of a chapter's contribution."""
    body = zones.body
    year = fields.year_in(inside(book or body, _DATE, 0, len(book) or zones.authors or zones.tail_end))
    if year is not None:
        return year
    return fields.year_in(inside(body, _CONTRIBUTED if book else _OTHER_DATE, zones.tail, zones.tail_end))
