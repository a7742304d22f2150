"""Records of PubMed's XML, made for tests."""

from __future__ import annotations

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats.pubmed_xml import Deleted, read_pubmed_xml, read_record

DOCTYPE = '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">'
HEAD = f'<?xml version="1.0" encoding="utf-8"?>\n{DOCTYPE}\n<PubmedArticleSet>\n'
TAIL = "</PubmedArticleSet>\n"
DATE = "<PubDate><Year>2021</Year><Month>Mar</Month><Day>09</Day></PubDate>"


def article(
    pmid: int = 98000001,
    title: str = "Wax for cold hands.",
    abstract: str = "<AbstractText>Wax warmed.</AbstractText>",
    *,
    version: int = 1,
    authors: str = "<Author><LastName>Nemo</LastName><ForeName>Ada</ForeName><Initials>A</Initials></Author>",
    date: str = DATE,
    own: str = "<DateRevised><Year>2024</Year><Month>03</Month><Day>05</Day></DateRevised>",
    types: str = '<PublicationType UI="D016428">Journal Article</PublicationType>',
    published: str = "",
    added: str = "",
    ids: str = "",
    history: str = '<PubMedPubDate PubStatus="entrez"><Year>2021</Year><Month>3</Month><Day>9</Day><Hour>6</Hour></PubMedPubDate>',
    references: str = "",
    language: str = "eng",
) -> str:
    """A record in the order of elements that PubMed's document type prescribes."""
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="{version}">{pmid}</PMID>{own}<Article PubModel="Print"><Journal>'
        f'<ISSN IssnType="Print">9999-0000</ISSN><JournalIssue CitedMedium="Internet">{date}</JournalIssue><Title>Journal of odd joints</Title>'
        f"<ISOAbbreviation>J. Odd Joints</ISOAbbreviation></Journal><ArticleTitle>{title}</ArticleTitle>"
        f"{wrapped('Abstract', abstract)}{wrapped('AuthorList', authors)}"
        f"<Language>{language}</Language>{published.partition('|')[0]}<PublicationTypeList>{types}</PublicationTypeList>{published.partition('|')[2]}</Article>"
        f"<MedlineJournalInfo><MedlineTA>J Odd Joints</MedlineTA></MedlineJournalInfo>{added}</MedlineCitation><PubmedData><History>{history}</History>"
        f'<PublicationStatus>ppublish</PublicationStatus><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>{ids}</ArticleIdList>{references}'
        "</PubmedData></PubmedArticle>\n"
    )


def wrapped(name: str, inner: str) -> str:
    return f"<{name}>{inner}</{name}>" if inner else ""


def whole(*records: str) -> bytes:
    return (HEAD + "".join(records) + TAIL).encode()


def read(record: str) -> Document:
    found = read_record(record.encode(), "x.xml")
    assert isinstance(found, Document), str(found)
    return found


def all_of(data: bytes) -> list[Document | Unreadable | Deleted]:
    return list(read_pubmed_xml(data, "x.xml"))


def shown(items: list[Document | Unreadable | Deleted]) -> list[str]:
    """Version and PMID of documents, what an error names, what was deleted."""
    return [
        f"-{item.pmid}" if isinstance(item, Deleted) else item.id if isinstance(item, Document) else str(item) for item in items
    ]


def labelled(*pairs: tuple[str, str]) -> str:
    return "".join(
        f'<AbstractText Label="{label}" NlmCategory="UNASSIGNED">{text}</AbstractText>'
        if label
        else f"<AbstractText>{text}</AbstractText>"
        for label, text in pairs
    )


def parts(document: Document) -> list[tuple[str, str]]:
    return [(s.name.value, document.text[s.start : s.end]) for s in document.sections]


def links(*pairs: tuple[str, str]) -> str:
    inner = "".join(f'<CommentsCorrections RefType="{kind}">{what}</CommentsCorrections>' for kind, what in pairs)
    return f"<CommentsCorrectionsList>{inner}</CommentsCorrectionsList>"


SOURCE = '<RefSource>J Odd Joints. 2022 May 4;2(1):9. doi: 10.1000/Notice.1.</RefSource><PMID Version="1">98000900</PMID>'


def type_of(*names: str) -> str:
    return "".join(f'<PublicationType UI="D000">{name}</PublicationType>' for name in names)


BOOK = """<PubmedBookArticle><BookDocument><PMID Version="1">98000401</PMID><ArticleIdList><ArticleId IdType="bookaccession">NBK98</ArticleId><ArticleId IdType="doi">10.1000/book.1</ArticleId></ArticleIdList>
<Book><Publisher><PublisherName>Invented Press</PublisherName></Publisher><BookTitle book="odd">A Handbook of <i>Odd</i> Joints</BookTitle><PubDate><Year>2020</Year></PubDate>
<AuthorList Type="editors"><Author><LastName>Editor</LastName><ForeName>Ed</ForeName></Author></AuthorList></Book>
<ArticleTitle book="odd" part="c1">Wax</ArticleTitle><Language>eng</Language><AuthorList Type="authors"><Author><LastName>Nemo</LastName><ForeName>Ada</ForeName></Author></AuthorList>
<PublicationType UI="D016454">Review</PublicationType><Abstract><AbstractText>Wax warms.</AbstractText></Abstract><KeywordList><Keyword>wax</Keyword></KeywordList>
<ContributionDate><Year>2022</Year></ContributionDate><DateRevised><Year>2023</Year><Month>1</Month><Day>2</Day></DateRevised>
<ReferenceList><Reference><Citation>A.</Citation><ArticleIdList><ArticleId IdType="pubmed">98000007</ArticleId></ArticleIdList></Reference></ReferenceList></BookDocument>
<PubmedBookData><History><PubMedPubDate PubStatus="entrez"><Year>2020</Year><Month>5</Month><Day>6</Day></PubMedPubDate></History>
<ArticleIdList><ArticleId IdType="pubmed">98000401</ArticleId></ArticleIdList></PubmedBookData></PubmedBookArticle>"""
