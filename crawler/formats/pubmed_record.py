"""One PubMed record to a document."""

from __future__ import annotations

from crawler.document import Document, Report
from crawler.errors import Unreadable
from crawler.formats import pubmed_abstract as words
from crawler.formats import pubmed_fields as fields
from crawler.formats import pubmed_links as links
from crawler.formats.pubmed_checked import Checked
from crawler.formats.pubmed_elements import frequent_text
from crawler.formats.pubmed_markup import plain_text
from crawler.formats.pubmed_zones import full_journal, online_date

FORMAT = "pubmed_xml"
_PROTOCOL = "Clinical Trial Protocol"


def document_of(record: Checked, where: str) -> Document | Unreadable:
    """The document of a record."""
    try:
        return _document(record, where)
    except links.TwoRecords as torn:
        return Unreadable(
            where,
            f"the record begins as PMID {torn.args[0]} and ends as PMID {torn.args[1]}: what was between is lost.",
            "The others were read; ask PubMed for both again.",
        )


def _document(record: Checked, where: str) -> Document:
    pmid, version, zones = record
    body = zones.body
    title = words.title(zones.title)
    language = frequent_text(zones.language) or None
    passages, foreign = words.in_english(words.passages(zones.abstract), language)
    text, sections = words.whole_text(title, passages)
    types = fields.publication_types(zones.types)
    notices, notifies = links.notices(zones.links, types)
    return Document(
        id=f"pmid:{pmid}",
        title=title,
        text=text,
        sections=sections,
        year=fields.year_in(zones.issued) or fields.year_in(online_date(zones)),
        journal=frequent_text(zones.journal or full_journal(zones)) or None,
        identifiers=links.own_identifiers(pmid, zones),
        report=Report.PROTOCOL if _PROTOCOL in types else Report.ARTICLE,
        registry_ids=fields.registrations(text, zones.banks),
        publication_types=types,
        keywords=fields.keywords(zones.keywords),
        mesh=fields.mesh(zones.headings),
        authors=fields.authors(body, zones.authors, zones.authors_end) or fields.authors(zones.book, 0, len(zones.book)),
        notices=notices,
        notifies=notifies,
        cites=links.references(zones),
        other_texts=foreign + words.other_texts(zones.other_abstracts),
        language=language,
        original_title=plain_text(zones.vernacular) or None,
        version=version,
        entered=fields.entered(body, zones.data, zones.references),
        revised=fields.day_in(zones.revised),
        url=f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        origin=where,
        format=FORMAT,
    )
