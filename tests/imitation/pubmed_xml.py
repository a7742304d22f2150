"""PubMed records as XML, as MEDLINE text and as summaries. Element order follows NLM's document type of January 2025."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Iterable
from datetime import date
from typing import Any

from tests.imitation.paper import Notice, Paper, plain
from tests.imitation.writing import JOURNALS

DOCTYPE = '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">'
HEAD = f'<?xml version="1.0" ?>\n{DOCTYPE}\n'
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_REFERENCE_TYPES = {
    "retraction": ("RetractionIn", "RetractionOf"),
    "concern": ("ExpressionOfConcernIn", "ExpressionOfConcernFor"),
    "correction": ("ErratumIn", "ErratumFor"),
}
_CATEGORIES = frozenset({"BACKGROUND", "OBJECTIVE", "METHODS", "RESULTS", "CONCLUSIONS"})
_TYPE_IDS = {"Journal Article": "D016428", "Randomized Controlled Trial": "D016449", "Retracted Publication": "D016441"}


def escaped(text: str) -> str:
    """Plain text for XML content or attributes."""
    return html.escape(text, quote=True)


def record_set(records: Iterable[str], doctype: str = HEAD) -> str:
    """A whole answer of records and deletions."""
    return f"{doctype}<PubmedArticleSet>\n{''.join(records)}</PubmedArticleSet>"


def records_of(paper: Paper) -> list[str]:
    """A paper's record, then its older versions, each as XML."""
    if paper.shape == "book":
        return [_book(paper)]
    records = [_article(paper, paper.abstract, paper.version)]
    records += [_article(paper, abstract, number) for number, abstract in enumerate(paper.older, 1)]
    for pattern, replacement in paper.patches:
        records = [re.sub(pattern, replacement, record, count=1, flags=re.DOTALL) for record in records]
    return records


def deletions(pmids: Iterable[int]) -> str:
    """The deletions of an update file."""
    named = "".join(f'<PMID Version="1">{pmid}</PMID>' for pmid in pmids)
    return f"<DeleteCitation>{named}</DeleteCitation>\n" if named else ""


def _day(tag: str, day: date, attributes: str = "") -> str:
    return f"<{tag}{attributes}><Year>{day.year}</Year><Month>{day.month:02}</Month><Day>{day.day:02}</Day></{tag}>"


def _history_day(status: str, day: date) -> str:
    return (
        f'<PubMedPubDate PubStatus="{status}"><Year>{day.year}</Year><Month>{day.month}</Month><Day>{day.day}</Day>'
        "<Hour>6</Hour><Minute>0</Minute></PubMedPubDate>"
    )


def published(paper: Paper) -> str:
    """The printed date, as precise as the journal gives it."""
    day = paper.pdat
    return {
        "year": f"<Year>{day.year}</Year>",
        "month": f"<Year>{day.year}</Year><Month>{MONTHS[day.month - 1]}</Month>",
        "season": f"<Year>{day.year}</Year><Season>{('Winter', 'Spring', 'Summer', 'Fall')[day.month % 12 // 3]}</Season>",
        "medline": f"<MedlineDate>{day.year} {MONTHS[day.month - 1]}-{MONTHS[day.month % 12]}</MedlineDate>",
    }.get(paper.pdat_form, f"<Year>{day.year}</Year><Month>{MONTHS[day.month - 1]}</Month><Day>{day.day:02}</Day>")


def _abstract(sections: tuple[tuple[str, str], ...]) -> str:
    if not sections:
        return ""
    parts = [
        f'<AbstractText Label="{escaped(label)}" NlmCategory="{label if label in _CATEGORIES else "UNASSIGNED"}">{text}</AbstractText>'
        if label
        else f"<AbstractText>{text}</AbstractText>"
        for label, text in sections
    ]
    return f"<Abstract>{''.join(parts)}</Abstract>"


def _authors(paper: Paper, kind: str = "") -> str:
    if not paper.authors:
        return ""
    people = "".join(
        f'<Author ValidYN="Y"><LastName>{escaped(surname)}</LastName><ForeName>{initials}</ForeName><Initials>{initials}</Initials></Author>'
        for surname, initials in paper.authors
    )
    return f'<AuthorList CompleteYN="Y"{kind}>{people}</AuthorList>'


def _registered(paper: Paper) -> str:
    if not paper.trials:
        return ""
    numbers = "".join(f"<AccessionNumber>{number}</AccessionNumber>" for number in paper.trials)
    return (
        '<DataBankList CompleteYN="Y"><DataBank><DataBankName>ClinicalTrials.gov</DataBankName>'
        f"<AccessionNumberList>{numbers}</AccessionNumberList></DataBank></DataBankList>"
    )


def _types(paper: Paper) -> str:
    return "".join(
        f'<PublicationType UI="{_TYPE_IDS.get(name, "D999999")}">{escaped(name)}</PublicationType>' for name in paper.types
    )


def _correction(kind: str, source: str, pmid: int) -> str:
    number = f'<PMID Version="1">{pmid}</PMID>' if pmid else ""
    return f'<CommentsCorrections RefType="{kind}"><RefSource>{escaped(source)}</RefSource>{number}</CommentsCorrections>'


def _source(paper: Paper, day: date, doi: str) -> str:
    return f"{JOURNALS[paper.journal].short}. {day.year} {MONTHS[day.month - 1]} {day.day};0(0):0. doi: {doi}."


def _notices(paper: Paper) -> str:
    told: list[Notice] = [notice for notice in paper.notices if "pubmed" in notice.where]
    parts = [_correction(_REFERENCE_TYPES[notice.kind][0], _source(paper, notice.day, notice.doi), notice.pmid) for notice in told]
    parts += [
        _correction(_REFERENCE_TYPES[about.kind][1], _source(paper, about.day, about.doi), about.pmid) for about in paper.about
    ]
    return f"<CommentsCorrectionsList>{''.join(parts)}</CommentsCorrectionsList>" if parts else ""


def _mesh(paper: Paper) -> str:
    if not paper.mesh:
        return ""
    terms = "".join(
        f'<MeshHeading><DescriptorName UI="D{sum(map(ord, term)) % 1_000_000:06}" MajorTopicYN="N">{escaped(term)}</DescriptorName></MeshHeading>'
        for term in paper.mesh
    )
    return f"<MeshHeadingList>{terms}</MeshHeadingList>"


def _other_abstracts(paper: Paper) -> str:
    return "".join(
        f'<OtherAbstract Type="{"plain-language-summary" if language == "eng" else "Publisher"}" Language="{language}">'
        f"<AbstractText>{text}</AbstractText></OtherAbstract>"
        for language, text in paper.other_abstracts
    )


def _ids(paper: Paper) -> str:
    parts = [f'<ArticleId IdType="pubmed">{paper.pmid}</ArticleId>']
    if paper.doi:
        parts.append(f'<ArticleId IdType="doi">{escaped(paper.doi)}</ArticleId>')
    if paper.pmcid:
        parts.append(f'<ArticleId IdType="pmc">{paper.pmcid}</ArticleId>')
    return f"<ArticleIdList>{''.join(parts)}</ArticleIdList>"


def _references(paper: Paper) -> str:
    if not paper.references:
        return ""
    parts = "".join(
        f'<Reference><Citation>Somebody A, et al. Cited trial {number}.</Citation><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId></ArticleIdList></Reference>'
        for number, pmid in enumerate(paper.references, 1)
    )
    return f"<ReferenceList>{parts}</ReferenceList>"


def _article(paper: Paper, abstract: tuple[tuple[str, str], ...], version: int) -> str:
    journal = JOURNALS[paper.journal]
    location = f'<ELocationID EIdType="doi" ValidYN="Y">{escaped(paper.doi)}</ELocationID>' if paper.doi else ""
    vernacular = f"<VernacularTitle>{paper.vernacular}</VernacularTitle>" if paper.vernacular else ""
    history = _history_day("pubmed", paper.edat) + _history_day("entrez", paper.edat)
    return f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM" IndexingMethod="Automated"><PMID Version="{version}">{paper.pmid}</PMID>
{_day("DateRevised", paper.mdat)}<Article PubModel="Print-Electronic"><Journal><ISSN IssnType="Electronic">{journal.issn}</ISSN>
<JournalIssue CitedMedium="Internet"><Volume>{paper.pdat.year - 1990}</Volume><Issue>{paper.pdat.month}</Issue><PubDate>{published(paper)}</PubDate></JournalIssue>
<Title>{escaped(journal.title)}</Title><ISOAbbreviation>{escaped(journal.short)}</ISOAbbreviation></Journal>
<ArticleTitle>{paper.title}</ArticleTitle><Pagination><StartPage>{paper.pmid % 900}</StartPage><MedlinePgn>{paper.pmid % 900}-{paper.pmid % 900 + 9}</MedlinePgn></Pagination>
{location}{_abstract(abstract)}{_authors(paper)}<Language>{paper.language}</Language>{_registered(paper)}
<PublicationTypeList>{_types(paper)}</PublicationTypeList>{vernacular}</Article>
<MedlineJournalInfo><Country>England</Country><MedlineTA>{escaped(journal.short)}</MedlineTA><NlmUniqueID>99900{paper.journal}</NlmUniqueID><ISSNLinking>{journal.issn}</ISSNLinking></MedlineJournalInfo>
{_notices(paper)}{_mesh(paper)}{_other_abstracts(paper)}</MedlineCitation><PubmedData><History>{history}</History>
<PublicationStatus>ppublish</PublicationStatus>{_ids(paper)}{_references(paper)}</PubmedData></PubmedArticle>
"""


def _book(paper: Paper) -> str:
    return f"""<PubmedBookArticle><BookDocument><PMID Version="1">{paper.pmid}</PMID><ArticleIdList><ArticleId IdType="bookaccession">NBK{paper.pmid}</ArticleId></ArticleIdList>
<Book><Publisher><PublisherName>Invented Press</PublisherName><PublisherLocation>Nowhere</PublisherLocation></Publisher>
<BookTitle book="invented{paper.pmid}">A Handbook of Invented Trials</BookTitle><PubDate><Year>{paper.pdat.year}</Year></PubDate></Book>
<ArticleTitle book="invented{paper.pmid}" part="chapter1">{paper.title}</ArticleTitle><Language>eng</Language>{_authors(paper, ' Type="authors"')}
<PublicationType UI="D016454">Review</PublicationType>{_abstract(paper.abstract)}{_day("DateRevised", paper.mdat)}</BookDocument>
<PubmedBookData><History>{_history_day("pubmed", paper.edat)}</History><PublicationStatus>ppublish</PublicationStatus>
<ArticleIdList><ArticleId IdType="pubmed">{paper.pmid}</ArticleId></ArticleIdList></PubmedBookData></PubmedBookArticle>
"""


def _line(tag: str, text: str) -> str:
    return "\n".join(textwrap.wrap(text, 88, initial_indent=f"{tag:<4}- ", subsequent_indent="      ", break_long_words=False))


def medline(paper: Paper) -> str:
    """A record in tagged text, lines folded at 88 characters as PubMed folds them."""
    journal, text = (
        JOURNALS[paper.journal],
        " ".join(f"{label + ': ' if label else ''}{plain(part)}" for label, part in paper.abstract),
    )
    lines = [
        _line("PMID", str(paper.pmid)),
        _line("OWN", "NLM"),
        _line("DP", f"{paper.pdat:%Y} {MONTHS[paper.pdat.month - 1]}"),
        _line("TI", plain(paper.title)),
    ]
    lines += [_line("LID", f"{paper.doi} [doi]")] if paper.doi else []
    lines += [_line("AB", text)] if text else []
    for surname, initials in paper.authors:
        lines += [_line("FAU", f"{surname}, {initials}"), _line("AU", f"{surname} {initials}")]
    lines += [_line("LA", paper.language), *(_line("SI", f"ClinicalTrials.gov/{number}") for number in paper.trials)]
    lines += [*(_line("PT", name) for name in paper.types), _line("TA", journal.short), _line("JT", journal.title)]
    lines += [
        _line("RIN", f"{_source(paper, n.day, n.doi)} PMID: {n.pmid}")
        for n in paper.notices
        if n.kind == "retraction" and "pubmed" in n.where
    ]
    lines += [*(_line("MH", term) for term in paper.mesh), _line("EDAT", f"{paper.edat:%Y/%m/%d} 06:00")]
    lines += [_line("LR", f"{paper.mdat:%Y%m%d}")] + ([_line("PMC", paper.pmcid)] if paper.pmcid else [])
    lines += [_line("AID", f"{paper.doi} [doi]")] if paper.doi else []
    return "\n".join([*lines, _line("SO", f"{journal.short}. {paper.pdat.year};1(1):1-9."), ""])


def summary(paper: Paper) -> dict[str, Any]:
    """A record as ESummary gives it. Titles are text in which tags are escaped once, as at NCBI."""
    ids = [("pubmed", 1, str(paper.pmid)), ("doi", 3, paper.doi), ("pmc", 8, paper.pmcid)]
    return {
        "uid": str(paper.pmid),
        "pubdate": f"{paper.pdat.year} {MONTHS[paper.pdat.month - 1]}",
        "epubdate": "",
        "source": JOURNALS[paper.journal].short,
        "fulljournalname": JOURNALS[paper.journal].title,
        "authors": [
            {"name": f"{surname} {initials}", "authtype": "Author", "clusterid": ""} for surname, initials in paper.authors
        ],
        "title": paper.title,
        "lang": [paper.language],
        "pubtype": list(paper.types),
        "articleids": [{"idtype": kind, "idtypen": number, "value": value} for kind, number, value in ids if value],
        "history": [{"pubstatus": "entrez", "date": f"{paper.edat:%Y/%m/%d} 06:00"}],
        "recordstatus": "PubMed - indexed for MEDLINE",
    }
