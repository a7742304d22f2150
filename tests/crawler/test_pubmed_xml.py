from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from crawler.document import Document, OtherText, Report, SectionName
from crawler.formats.given import Given
from crawler.formats.pubmed_fields import registrations
from crawler.formats.pubmed_text import PubmedText
from crawler.formats.pubmed_xml import (
    PubmedXml,
    RawRecord,
    split_records,
)
from crawler.record import Identifiers, Notice, NoticeKind, Reference, registry_ids
from tests.crawler.made_pubmed import (
    BOOK,
    HEAD,
    SOURCE,
    TAIL,
    all_of,
    article,
    labelled,
    links,
    parts,
    read,
    shown,
    type_of,
    whole,
)

S = SectionName
ROOT = Path(__file__).resolve().parents[2]


# ---- the fields


def test_every_field_of_a_record_is_taken() -> None:
    found = read(
        article(
            98000001,
            "Wax for cold hands.",
            labelled(("METHODS", "Ten bakers."), ("RESULTS", "Wax won.")),
            version=2,
            authors="<Author><LastName>Nemo</LastName><ForeName>Ada B</ForeName><Initials>AB</Initials><AffiliationInfo><Affiliation>Nowhere, "
            "<i>X</i>.</Affiliation></AffiliationInfo></Author><Author><CollectiveName>Wax &amp; Clay Group</CollectiveName></Author>",
            types='<PublicationType UI="D016449">Randomized Controlled Trial</PublicationType><PublicationType UI="D016428">Journal Article</PublicationType>',
            published="<DataBankList><DataBank><DataBankName>ClinicalTrials.gov</DataBankName><AccessionNumberList><AccessionNumber>NCT98000001"
            "</AccessionNumber></AccessionNumberList></DataBank></DataBankList>|<VernacularTitle>Cera para manos frías.</VernacularTitle>",
            added='<MeshHeadingList><MeshHeading><DescriptorName UI="D1">Hand</DescriptorName></MeshHeading><MeshHeading><DescriptorName UI="D2">Cold'
            ' &amp; Ice</DescriptorName><QualifierName UI="Q1">therapy</QualifierName><QualifierName UI="Q2">history</QualifierName></MeshHeading></MeshHeadingList>'
            '<KeywordList Owner="NOTNLM"><Keyword MajorTopicYN="N">wax</Keyword><Keyword>CO<sub>2</sub></Keyword></KeywordList>',
            ids='<ArticleId IdType="doi">10.1000/Odd.1</ArticleId><ArticleId IdType="pmc">PMC9800001</ArticleId>',
            references='<ReferenceList><Reference><Citation>A.</Citation><ArticleIdList><ArticleId IdType="pubmed">98000007</ArticleId></ArticleIdList></Reference></ReferenceList>',
        )
    )
    assert found == Document(
        id="pmid:98000001",
        title="Wax for cold hands.",
        text="Wax for cold hands.\n\nMETHODS: Ten bakers.\nRESULTS: Wax won.",
        sections=found.sections,
        year=2021,
        journal="J Odd Joints",
        identifiers=Identifiers("10.1000/odd.1", "98000001", "PMC9800001"),
        registry_ids=("NCT98000001",),
        publication_types=("Randomized Controlled Trial", "Journal Article"),
        keywords=("wax", "CO2"),
        mesh=("Hand", "Cold & Ice/therapy/history"),
        authors=("Nemo Ada B", "Wax & Clay Group"),
        cites=(Reference(Identifiers(pmid="98000007")),),
        language="eng",
        original_title="Cera para manos frías.",
        version=2,
        entered="2021-03-09",
        revised="2024-03-05",
        url="https://pubmed.ncbi.nlm.nih.gov/98000001/",
        origin="x.xml, PMID 98000001",
        format="pubmed_xml",
    )
    assert parts(found) == [("title", "Wax for cold hands."), ("methods", "Ten bakers."), ("results", "Wax won.")]


# ---- X1, X2, X3: markup and entities


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<i>In vitro</i> and <b><i>in</i> vivo</b>", "In vitro and in vivo"),
        ("<sup>18</sup>F, 10<sup>6</sup> and 10<sup>-3</sup>, x<sup>n</sup>", "¹⁸F, 10⁶ and 10⁻³, xⁿ"),
        ("10<sup><b>6</b></sup> cells, Nemo<sup>a</sup>", "10⁶ cells, Nemoa"),
        ("H<sub>2</sub>O at p &lt; 0.05 &amp; q &gt; 1", "H2O at p < 0.05 & q > 1"),
        ("&amp;lt;i&amp;gt; and &lt;i&gt;x&lt;/i&gt;", "&lt;i&gt; and <i>x</i>"),
        ("&#38;lt; &#x3b1;&#945; &quot;a&quot; &apos;b&apos; &#38;#65;", "&lt; αα \"a\" 'b' &#65;"),
        ("one\n      two\tthree", "one two three"),
        ("a&#160;b\u2009c", "a\u00a0b\u2009c"),
        ("<newtag kind='x>y'>kept</newtag> words", "kept words"),
        ("dose <mml:math xmlns:mml='m'><mml:msup><mml:mn>10</mml:mn><mml:mn>6</mml:mn></mml:msup></mml:math> cells", "dose 10⁶ cells"),
        ("<mml:math><mml:mfrac><mml:mn>1</mml:mn><mml:mrow><mml:mi>a</mml:mi><mml:mo>&lt;</mml:mo><mml:mi>b</mml:mi></mml:mrow></mml:mfrac></mml:math>", "1/(a<b)"),
        ("<mml:math><mml:msub><mml:mi>P</mml:mi><mml:mi>max</mml:mi></mml:msub><mml:mo>≥</mml:mo>\n <mml:mn>2</mml:mn></mml:math>.", "Pmax≥2."),
        ("<math><mrow><mi>x</mi><annotation encoding='tex'>\\x</annotation></mrow></math>", "x"),
        ("<math><msqrt><mn>2</mn></msqrt><mfenced><mi>a</mi><mi>b</mi></mfenced></math>", "√(2)(a,b)"),
    ],
)  # fmt: skip
def test_inline_markup_is_kept_as_text(markup: str, text: str) -> None:
    assert read(article(title=f"On {markup}.")).title == f"On {text}."
    found = read(article(abstract=f"<AbstractText>See {markup}, they said.</AbstractText>"))
    assert found.text == f"Wax for cold hands.\n\nSee {text}, they said."


@over(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1, max_size=80))
def test_any_text_comes_back_as_it_was_written(text: str) -> None:
    kept = text.strip(" ")
    found = read(
        article(title=f"A{html.escape(text)}", abstract=f"<AbstractText>{html.escape(text)}B</AbstractText>", language="fre")
    )
    assert found.title == f"A{text}".strip(" ")
    if "[" not in text and ": " not in text:
        assert found.text == f"{found.title}\n\n{kept and text.lstrip(' ')}B"


# ---- X6: titles and missing abstracts


@pytest.mark.parametrize(
    ("printed", "title"),
    [
        ("[Wax for hands].", "Wax for hands."),
        ("[Wax for hands.]", "Wax for hands."),
        ("[Why wax?].", "Why wax?"),
        ("[Wax [<sup>18</sup>F] for hands]", "Wax [¹⁸F] for hands"),
        ("[<sup>18</sup>F]FDG in [three] knees", "[¹⁸F]FDG in [three] knees"),
        ("[Wax] for [hands].", "[Wax] for [hands]."),
        ("[Wax] for hands.", "[Wax] for hands."),
        ("[Not Available].", ""),
        ("[Not available]", ""),
        ("", ""),
        ("[", "["),
        ("]", "]"),
    ],
)
def test_the_brackets_of_a_translated_title_are_not_the_title_s(printed: str, title: str) -> None:
    found = read(article(title=printed, published="|<VernacularTitle>Cera.</VernacularTitle>", language="spa"))
    assert (found.title, found.original_title, found.language) == (title, "Cera.", "spa")
    assert found.text == (f"{title}\n\nWax warmed." if title else "Wax warmed.")


@pytest.mark.parametrize(
    "abstract", ["", "<AbstractText/>", "<AbstractText> </AbstractText>", "<CopyrightInformation>© X</CopyrightInformation>"]
)
def test_a_record_without_abstract_is_its_title(abstract: str) -> None:
    found = read(article(abstract=abstract))
    assert found.text == "Wax for cold hands."
    assert parts(found) == [("title", "Wax for cold hands.")]


def test_a_record_without_title_and_abstract_is_kept_for_what_else_it_says() -> None:
    found = read(article(title="[Not Available].", abstract=""))
    assert (found.text, found.title, found.identifiers.pmid) == ("", "", "98000001")


# ---- X7: other languages


def test_only_the_english_abstract_is_read() -> None:
    found = read(
        article(
            added='<OtherAbstract Type="Publisher" Language="spa"><AbstractText Label="MÉTODOS">Diez panaderos.</AbstractText><AbstractText>Ganó la cera.'
            '</AbstractText></OtherAbstract><OtherAbstract Type="plain-language-summary" Language="eng"><AbstractText>Wax is warm.</AbstractText></OtherAbstract>'
        )
    )
    assert found.text == "Wax for cold hands.\n\nWax warmed."
    assert found.other_texts == (
        OtherText("MÉTODOS: Diez panaderos.\nGanó la cera.", "spa", "Publisher"),
        OtherText("Wax is warm.", "eng", "plain-language-summary"),
    )


def test_a_foreign_abstract_alone_leaves_the_title() -> None:
    found = read(
        article(
            abstract="",
            added='<OtherAbstract Type="Publisher" Language="ger"><AbstractText>Wachs wärmt.</AbstractText></OtherAbstract>',
        )
    )
    assert found.text == found.title
    assert [t.language for t in found.other_texts] == ["ger"]


def test_a_foreign_paragraph_within_the_english_abstract_is_not_read() -> None:
    foreign = "El calor de las manos duró más con la cera que con el agua en los dos pueblos, y no se observó ninguna quemadura en nadie del grupo."
    found = read(
        article(abstract=labelled(("", foreign), ("RESULTS", "Wax won in all of the towns."), ("METHODS", "Ten.")), language="spa")
    )
    assert found.text == "Wax for cold hands.\n\nRESULTS: Wax won in all of the towns.\nMETHODS: Ten."
    assert found.other_texts == (OtherText(foreign, "spa"),)


# ---- X8: labels


def test_labels_stand_in_the_text_as_on_pubmeds_page() -> None:
    pairs = [
        ("BACKGROUND", "Hands are cold."),
        ("METHODS AND DESIGN", "Ten bakers."),
        ("RESULTS", "Wax won (p &lt; 0.01)."),
        ("TRIAL REGISTRATION", "NCT98000001."),
    ]
    found = read(article(abstract=labelled(*pairs)))
    page = "J Odd Joints. 2021 Mar;1(1):1. doi: 10.1000/a.\n\nWax for cold hands.\n\nAbstract\n\n" + "\n\n".join(
        f"{a}: {html.unescape(b)}" for a, b in pairs
    )
    (copied,) = PubmedText().read(Given(page, "page.txt", "page"))
    assert isinstance(copied, Document)
    assert (found.text, found.sections) == (copied.text, copied.sections)


def test_odd_labels_are_kept_with_their_text() -> None:
    found = read(
        article(
            abstract=labelled(("What wax does:", "Warms."), ("", "More."), ("RESULTS", "Wax won."), ("CONCLUSIONS", "Use it."))
            + "<AbstractText NlmCategory='METHODS' Label = 'A &lt; B > C'>Ten.</AbstractText><AbstractText Label=\"EMPTY\"/>"
        )
    )
    assert found.text.split("\n")[2:] == [
        "What wax does: Warms.",
        "More.",
        "RESULTS: Wax won.",
        "CONCLUSIONS: Use it.",
        "A < B > C: Ten.",
    ]
    assert parts(found)[1:] == [
        ("other", "Warms.\nMore."),
        ("results", "Wax won."),
        ("conclusions", "Use it."),
        ("methods", "Ten."),
    ]


def test_an_empty_part_lends_its_label_to_no_other() -> None:
    found = read(
        article(
            abstract='<AbstractText Label="REVIEW" NlmCategory="METHODS"/>\n'
            + labelled(("METHODS", "Ten."), ("RESULTS", "Wax won."))
        )
    )
    assert found.text.endswith("\n\nMETHODS: Ten.\nRESULTS: Wax won.")


def test_labels_in_running_text_make_sections_too() -> None:
    found = read(article(abstract="<AbstractText><b>Methods</b>: Ten bakers. <b>Results</b>: Wax won: by far.</AbstractText>"))
    assert parts(found)[1:] == [("methods", "Ten bakers."), ("results", "Wax won: by far.")]
    assert parts(read(article(abstract="<AbstractText>We saw two things: wax and clay.</AbstractText>"))) == [
        ("title", "Wax for cold hands.")
    ]


# ---- X9: authors


@pytest.mark.parametrize(
    ("people", "names"),
    [
        ("", ()),
        ("<Author><LastName>Nemo</LastName></Author>", ("Nemo",)),
        ("<Author><LastName>Nemo</LastName><Initials>A</Initials></Author>", ("Nemo A",)),
        ("<Author><LastName>Nemo</LastName><ForeName>Ada</ForeName><Initials>A</Initials><Suffix>Jr</Suffix></Author>", ("Nemo Ada Jr",)),
        ("<Author><CollectiveName>The <i>Wax</i> Group</CollectiveName></Author>", ("The Wax Group",)),
        ('<Author ValidYN="Y"><LastName>O\'Nemo-Núñez</LastName><ForeName>Ü.</ForeName><Identifier Source="ORCID">0</Identifier></Author>', ("O'Nemo-Núñez Ü.",)),
        ("<Author><Initials>A</Initials><LastName >Nemo</LastName\n></Author>", ("Nemo A",)),
        ("<Author><CollectiveName/></Author>", ()),
    ],
)  # fmt: skip
def test_authors_are_named_family_first(people: str, names: tuple[str, ...]) -> None:
    one = "<Author><LastName>Nihil</LastName><ForeName>Bo</ForeName><Initials>B</Initials><AffiliationInfo><Affiliation>X</Affiliation></AffiliationInfo></Author>"
    assert read(article(authors=people)).authors == names
    assert read(article(authors=one + people + one)).authors == ("Nihil Bo", *names, "Nihil Bo")


def test_three_thousand_authors_are_no_trouble() -> None:
    people = "".join(f"<Author><LastName>N{n}</LastName><ForeName>A</ForeName><Initials>A</Initials></Author>" for n in range(3000))
    assert len(read(article(authors=people)).authors) == 3000


def test_investigators_are_no_authors() -> None:
    found = read(
        article(
            authors="",
            added="<InvestigatorList><Investigator><LastName>Nihil</LastName><ForeName>Bo</ForeName></Investigator></InvestigatorList>",
        )
    )
    assert found.authors == ()


# ---- X10: dates


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("<PubDate><Year>2005</Year></PubDate>", 2005),
        ("<PubDate><Year>2005</Year><Season>Winter</Season></PubDate>", 2005),
        ("<PubDate><MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate>", 1998),
        ("<PubDate><MedlineDate>Spring-Summer 2003</MedlineDate></PubDate>", 2003),
        ("<PubDate><MedlineDate>1976-1977</MedlineDate></PubDate>", 1976),
        ("<PubDate><MedlineDate>no date</MedlineDate></PubDate>", 2019),
        ("<PubDate/>", 2019),
        ("", 2019),
    ],
)
def test_the_year_is_the_issues_and_else_the_one_online(date: str, year: int) -> None:
    online = '|<ArticleDate DateType="Electronic"><Year>2019</Year><Month>09</Month><Day>31</Day></ArticleDate>'
    assert read(article(date=date, published=online)).year == year


def test_without_any_date_there_is_no_year() -> None:
    assert read(article(date="", own="", history="")).year is None


@pytest.mark.parametrize(
    ("inner", "date"),
    [
        ("<Year>2005</Year><Month>9</Month><Day>5</Day><Hour>6</Hour>", "2005-09-05"),
        ("<Year>2005</Year><Month>Sep</Month><Day>31</Day>", "2005-09"),
        ("<Year>2005</Year><Month>13</Month><Day>1</Day>", "2005"),
        ("<Year>2005</Year><Day>7</Day>", "2005"),
        ("<Year>2005</Year><Month/><Day>7</Day>", "2005"),
        ("<Year>2005</Year>", "2005"),
        ("<Month>9</Month>", None),
        ("", None),
    ],
)
def test_no_date_is_fuller_than_it_stands_in_the_record(inner: str, date: str | None) -> None:
    history = '<PubMedPubDate PubStatus="pubmed"><Year>1999</Year><Month>1</Month><Day>1</Day></PubMedPubDate>'
    found = read(
        article(
            history=f"{history}<PubMedPubDate PubStatus='entrez'>{inner}</PubMedPubDate>{history}",
            own=f"<DateRevised>{inner}</DateRevised>",
        )
    )
    assert (found.entered, found.revised) == (date, date)


# ---- X11, X12, X13: books, deletions, versions


def test_a_chapter_of_a_book_is_read() -> None:
    found = read(BOOK)
    assert (found.id, found.title, found.journal, found.year) == ("pmid:98000401", "Wax", "A Handbook of Odd Joints", 2020)
    assert (found.text, found.authors, found.publication_types, found.keywords) == (
        "Wax\n\nWax warms.",
        ("Nemo Ada",),
        ("Review",),
        ("wax",),
    )
    assert (found.entered, found.revised, found.cites) == ("2020-05-06", "2023-01-02", (Reference(Identifiers(pmid="98000007")),))
    assert found.identifiers == Identifiers("10.1000/book.1", "98000401")


def test_a_book_without_chapter_bears_its_own_title_and_authors() -> None:
    start, end = BOOK.index("<ArticleTitle"), BOOK.index("<PublicationType")
    found = read(BOOK[:start] + BOOK[end:].replace("Type='editors'", ""))
    assert (found.title, found.authors) == ("A Handbook of Odd Joints", ("Editor Ed",))


def test_an_update_file_brings_records_books_and_deletions_in_order() -> None:
    deleted = '<DeleteCitation>\n<PMID Version="1">98000501</PMID>\n<PMID Version="2">98000502</PMID>\n</DeleteCitation>\n'
    data = whole(article(98000001), BOOK, article(98000002), deleted)
    assert shown(all_of(data)) == ["pmid:98000001", "pmid:98000401", "pmid:98000002", "-98000501", "-98000502"]
    assert [(r.kind, r.pmid, r.version) for r in split_records(data)] == [
        ("article", "98000001", 1),
        ("book", "98000401", 1),
        ("article", "98000002", 1),
        ("deleted", "98000501", 1),
        ("deleted", "98000502", 2),
    ]


def test_versions_of_a_paper_are_told_apart_by_their_number() -> None:
    found = [item for item in all_of(whole(article(version=1), article(version=11))) if isinstance(item, Document)]
    assert [(d.id, d.version) for d in found] == [("pmid:98000001", 1), ("pmid:98000001", 11)]


def test_papers_that_share_a_doi_keep_their_own_names() -> None:
    shared = '<ArticleId IdType="doi">10.1000/a</ArticleId>'
    found = [
        item for item in all_of(whole(article(98000001, ids=shared), article(98000002, ids=shared))) if isinstance(item, Document)
    ]
    assert [(d.id, d.identifiers.doi) for d in found] == [("pmid:98000001", "10.1000/a"), ("pmid:98000002", "10.1000/a")]


# ---- X14: notices


@pytest.mark.parametrize(
    ("link", "kind", "field"),
    [
        ("RetractionIn", NoticeKind.RETRACTED, "notices"),
        ("RetractedandRepublishedIn", NoticeKind.RETRACTED, "notices"),
        ("ExpressionOfConcernIn", NoticeKind.CONCERN, "notices"),
        ("ErratumIn", NoticeKind.CORRECTED, "notices"),
        ("CorrectedandRepublishedIn", NoticeKind.CORRECTED, "notices"),
        ("RetractionOf", NoticeKind.RETRACTED, "notifies"),
        ("ExpressionOfConcernFor", NoticeKind.CONCERN, "notifies"),
        ("ErratumFor", NoticeKind.CORRECTED, "notifies"),
        ("CorrectedandRepublishedFrom", NoticeKind.CORRECTED, "notifies"),
    ],
)
def test_a_link_to_a_notice_says_what_became_of_which_paper(link: str, kind: NoticeKind, field: str) -> None:
    found = read(article(added=links(("CommentIn", SOURCE), (link, SOURCE))))
    citation = "J Odd Joints. 2022 May 4;2(1):9. doi: 10.1000/Notice.1."
    expected = Notice(kind, "pubmed", Identifiers("10.1000/notice.1", "98000900"), "2022-05-04", citation)
    assert {"notices": found.notices, "notifies": found.notifies} == {"notices": (), "notifies": ()} | {field: (expected,)}


@pytest.mark.parametrize(
    "link", ["CommentIn", "CommentOn", "UpdateIn", "UpdateOf", "Cites", "AssociatedPublication", "SummaryForPatientsIn"]
)
def test_other_links_are_no_notices(link: str) -> None:
    found = read(article(added=links((link, SOURCE))))
    assert found.notices == found.notifies == ()


def test_a_retracted_type_tells_what_no_link_tells() -> None:
    found = read(article(types=type_of("Journal Article", "Retracted Publication")))
    assert (found.notices, found.notifies) == ((Notice(NoticeKind.RETRACTED, "pubmed"),), ())
    linked = read(article(types=type_of("Retracted Publication"), added=links(("RetractionIn", SOURCE))))
    assert [n.identifiers.pmid for n in linked.notices] == ["98000900"]


@pytest.mark.parametrize(
    ("types", "kind"),
    [
        (("Retraction of Publication",), NoticeKind.RETRACTED),
        (("Retraction Notice",), NoticeKind.RETRACTED),
        (("Expression of Concern",), NoticeKind.CONCERN),
        (("Published Erratum",), NoticeKind.CORRECTED),
        (("Published Erratum", "Retraction of Publication"), NoticeKind.RETRACTED),
    ],
)
def test_a_notice_is_no_retracted_paper(types: tuple[str, ...], kind: NoticeKind) -> None:
    found = read(article(title="RETRACTED: Wax.", types=type_of(*types)))
    assert (found.notices, found.notifies) == ((), (Notice(kind, "pubmed"),))
    linked = read(article(types=type_of(*types), added=links(("RetractionOf", SOURCE), ("ErratumFor", SOURCE))))
    assert [n.identifiers.pmid for n in linked.notifies] == ["98000900", "98000900"]


def test_a_mark_in_the_title_alone_tells_nothing() -> None:
    found = read(article(title="RETRACTED ARTICLE: Wax for cold hands."))
    assert found.notices == found.notifies == ()


# ---- identifiers, references, registrations


def test_the_references_are_the_identifiers_that_pubmed_knows() -> None:
    def cited(*ids: str) -> str:
        inner = "".join(f'<ArticleId IdType="{i.partition(":")[0]}">{html.escape(i.partition(":")[2])}</ArticleId>' for i in ids)
        return f"<Reference><Citation>Somebody. 2001;1:1.</Citation><ArticleIdList>{inner}</ArticleIdList></Reference>"

    inner = (
        cited("pubmed:98000011") + "<Reference><Citation>Nobody.</Citation></Reference>" + cited("doi:10.1000/A.b", "pii:x", "pubmed:98000012")
        + cited("pmcid:9800013") + cited("pii:S1") + cited("doi:10.1002/(SICI)1097-0000(1999)1:2<3::AID-X4>3.0.CO;2-S")
        + cited("pubmed:PMID: 98000015", "pmc:PMC9800015.2", "doi:https://doi.org/10.1000/c.")
        + "<Reference><ArticleIdList><ArticleId IdType='pubmed'>98000016</ArticleId ></ArticleIdList></Reference>"
    )  # fmt: skip
    found = read(
        article(
            ids='<ArticleId IdType="doi">10.1000/own</ArticleId>',
            references=f"<ReferenceList><Title>R</Title>{inner}</ReferenceList>",
        )
    )
    assert found.identifiers.doi == "10.1000/own"
    assert [r.identifiers for r in found.cites] == [
        Identifiers(pmid="98000011"),
        Identifiers("10.1000/a.b", "98000012"),
        Identifiers(pmcid="PMC9800013"),
        Identifiers("10.1002/(sici)1097-0000(1999)1:2<3::aid-x4>3.0.co;2-s"),
        Identifiers("10.1000/c", "98000015", "PMC9800015"),
        Identifiers(pmid="98000016"),
    ]


def test_an_identifier_without_value_gives_its_paper_to_no_neighbour() -> None:
    inner = '<Reference><ArticleIdList><ArticleId IdType="doi">10.1000/a</ArticleId><ArticleId IdType="pubmed"/></ArticleIdList></Reference>' \
            '<Reference><ArticleIdList><ArticleId IdType="pubmed">98000022</ArticleId></ArticleIdList></Reference>'  # fmt: skip
    found = read(article(references=f"<ReferenceList>{inner}</ReferenceList>"))
    assert [r.identifiers for r in found.cites] == [Identifiers("10.1000/a"), Identifiers(pmid="98000022")]


def test_a_doi_may_stand_beside_the_pages_unless_it_is_called_invalid() -> None:
    def at(valid: str) -> str:
        return article().replace("<Language>", f'<ELocationID EIdType="doi" ValidYN="{valid}">10.1000/Page</ELocationID><Language>')

    assert (read(at("Y")).identifiers.doi, read(at("N")).identifiers.doi) == ("10.1000/page", None)


def test_registrations_are_found_in_the_text_and_in_the_data_banks() -> None:
    bank = "<DataBankList CompleteYN='Y'><DataBank><DataBankName>GEO</DataBankName><AccessionNumberList><AccessionNumber>GSE123456</AccessionNumber><AccessionNumber>NCT98000002</AccessionNumber></AccessionNumberList></DataBank></DataBankList>"
    found = read(
        article(abstract="<AbstractText>Registered (CRD 42022347156), see NCT9800<b>0001</b>.</AbstractText>", published=bank)
    )
    assert found.registry_ids == ("CRD42022347156", "NCT98000001", "NCT98000002")


_NUMBERS = ["NCT01234567", "CRD 42022347156", "ISRCTN12345678", "ChiCTR-TRC-12345678", "2010-012345-12", "CTRI/2020/12/123456", "NTR1234", "NTR 567", "RBR-7xk2sd"]  # fmt: skip


@over(
    st.lists(
        st.sampled_from([*_NUMBERS, "NTR", "CRD", "a", "INTRODUCTION:", "x" * 40, "12345678", "(2020", "é±", "\n", ".", "-"]),
        max_size=40,
    ),
    st.sampled_from(["", " "]),
)
@settings(max_examples=300)
def test_the_shorter_way_to_registrations_finds_what_the_longer_one_finds(words: list[str], between: str) -> None:
    text = between.join(words)
    assert registrations(text, b"") == registry_ids(text)


def test_a_protocol_is_told_as_one() -> None:
    assert read(article(types=type_of("Journal Article", "Clinical Trial Protocol"))).report is Report.PROTOCOL


# ---- however it is spelt


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """A record, and the same as another program might write it."""
    plain = article(
        title="On <i>wax</i> &amp; 10<sup>6</sup> hands",
        abstract=labelled(("METHODS", "Ten <b>bakers</b>."), ("RESULTS", "Wax won, p &lt; 0.05.")),
        authors="<Author ValidYN=\"Y\"><LastName>Nemo</LastName><ForeName>Ada</ForeName><Initials>A</Initials></Author>" * draw(st.integers(0, 3)),
        added=links(("ErratumIn", SOURCE)) + '<MeshHeadingList><MeshHeading><DescriptorName UI="D1">Hand</DescriptorName></MeshHeading></MeshHeadingList>'
        '<OtherAbstract Type="Publisher" Language="spa"><AbstractText>Hola.</AbstractText></OtherAbstract><KeywordList Owner="X"><Keyword MajorTopicYN="N">wax</Keyword></KeywordList>',
        published="<DataBankList CompleteYN=\"Y\"><DataBank><AccessionNumberList><AccessionNumber>NCT98000001</AccessionNumber></AccessionNumberList></DataBank></DataBankList>",
        ids='<ArticleId IdType="doi">10.1000/a</ArticleId>',
        references='<ReferenceList><Reference><ArticleIdList><ArticleId IdType="pubmed">98000007</ArticleId></ArticleIdList></Reference></ReferenceList>',
    )  # fmt: skip
    odd = ""
    for piece in plain.replace("<", "\x00<").replace(">", ">\x00").split("\x00"):
        if piece.startswith("</") and "PubmedArticle" not in piece:
            odd += draw(st.sampled_from([piece, piece, piece[:-1] + " >", piece[:-1] + "\n>"]))
        elif piece.startswith("<") and "PubmedArticle" not in piece:
            changed = piece.replace('"', "'") if draw(st.booleans()) else piece
            odd += draw(st.sampled_from([changed, changed, changed[:-1] + " >", changed.replace(" ", "\n  ", 1)]))
        elif piece.strip() and "<" not in piece:
            data = f"<![CDATA[{html.unescape(piece)}]]>"
            asides = [f"{piece}<!-- </PMID> <Year>1066</Year> -->", f"<?note <Keyword>no</Keyword>?>{piece}", data]
            odd += draw(st.sampled_from([piece, piece, *asides]))
        else:
            odd += piece
    return plain, odd


@over(spellings())
@settings(max_examples=100, deadline=None)
def test_a_record_says_the_same_however_its_tags_are_spelt(pair: tuple[str, str]) -> None:
    plain, odd = pair
    assert read(odd) == read(plain)


@over(st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_layout_changes_nothing(random: Random) -> None:
    plain = article(
        abstract=labelled(("METHODS", "Ten."), ("RESULTS", "Won.")),
        references='<ReferenceList><Reference><Citation>A.</Citation><ArticleIdList><ArticleId IdType="pubmed">98000007</ArticleId></ArticleIdList></Reference></ReferenceList>',
    )
    shuffled = "".join(
        piece + random.choice(["", "\n", "\r\n    ", "\t"]) if piece.endswith(">") else piece
        for piece in plain.replace("><", ">\x00<").split("\x00")
    )
    assert read(shuffled) == read(plain)


# ---- the format


def given(data: bytes) -> Given:
    return Given(data.decode(), "x.xml", "x")


def test_the_format_reads_what_was_decoded_already() -> None:
    data = whole(article(title="Café"), "<DeleteCitation><PMID>98000007</PMID></DeleteCitation>")
    for declared in ('encoding="utf-8"', 'encoding="ISO-8859-1"', 'encoding="x-unknown"'):
        found = list(PubmedXml().read(given(data.replace(b'encoding="utf-8"', declared.encode()))))
        assert [getattr(item, "title", None) for item in found] == ["Café"]


def lines() -> Iterator[tuple[str, bool]]:
    yield f"{HEAD}{TAIL}", True
    yield article(), True
    yield BOOK, True
    yield f"\ufeff<!-- a -->\n<!-- b --><?x y?>{article()}", True
    yield "<PubmedBookArticleSet/>", True
    yield "<html><PubmedArticle>", False
    yield "<article>x</article>", False
    yield "PubmedArticle", False
    yield "<PubmedArticles/>", False


@pytest.mark.parametrize(("text", "known"), list(lines()))
def test_the_format_is_known_by_its_root(text: str, known: bool) -> None:
    assert PubmedXml().recognises(Given(text, "x", "x")) is known


def test_a_raw_record_is_a_value() -> None:
    (raw,) = split_records(article(98000001, version=3).encode())
    assert raw == RawRecord("article", article(98000001, version=3).strip().encode(), "98000001", 3)
