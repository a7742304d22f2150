from __future__ import annotations

import time

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from crawler.document import Document, OtherText, Read, Report, SectionName
from crawler.errors import Unreadable
from crawler.formats.given import Given
from crawler.formats.jats import Jats, abstract_passages, abstract_text
from crawler.formats.passages import text_of
from crawler.record import Identifiers, NoticeKind, Reference
from tests.crawler.pages import JATS

S = SectionName
_NAMESPACES = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML"'


def items(text: str) -> list[Document | Unreadable]:
    return list(Jats().read(Given(text, "paper.xml", "paper")))


def only(text: str) -> Document:
    (found,) = items(text)
    assert isinstance(found, Document), str(found)
    return found


def refused(text: str) -> str:
    (error,) = items(text)
    assert isinstance(error, Unreadable)
    return str(error)


def article(body: str = "", meta: str = "", attributes: str = "", back: str = "", title: str = "Peat") -> str:
    """A short article; `meta` goes behind its title."""
    front = f"<front><article-meta><title-group><article-title>{title}</article-title></title-group>{meta}</article-meta></front>"
    inside = f"<body>{body}</body>" if body else ""
    return f"<article {_NAMESPACES} {attributes}>{front}{inside}{back}</article>\n"


def body_of(markup: str) -> str:
    """What is read of a paragraph."""
    return only(article(f"<p>{markup}</p>")).text.removeprefix("Peat\n\n")


def parts(document: Document) -> list[tuple[SectionName, str]]:
    return [(s.name, document.text[s.start : s.end]) for s in document.sections]


def test_a_full_text_is_abstract_and_body_in_prose() -> None:
    found = only(JATS)
    assert found.text == (
        "Peat for stiff knees with 10⁶ spores: a randomised trial\n\n"
        "Background\nKnees of diggers are stiff.\nResults\nBending rose by 9 degrees (95% CI 2 to 16; p < 0.05).\nTrial registration\nNCT09990041\n"
        "Introduction\nPeat is old. The MUD trial (NCT09990042) failed.\nMethods\nPrimary outcome\nBending at 12 weeks, with 10⁶ spores (CD34(-)).\n"
        "3. Results\nIt rose by 9.1 degrees (Table 1)."
    )
    assert found.read is Read.FULL_TEXT


def test_sections_go_by_their_headings_and_subsections_with_the_section_around_them() -> None:
    assert parts(only(JATS))[1:] == [
        (S.BACKGROUND, "Knees of diggers are stiff."),
        (S.RESULTS, "Bending rose by 9 degrees (95% CI 2 to 16; p < 0.05)."),
        (S.REGISTRATION, "NCT09990041"),
        (S.BACKGROUND, "Peat is old. The MUD trial (NCT09990042) failed."),
        (S.METHODS, "Bending at 12 weeks, with 10⁶ spores (CD34(-))."),
        (S.RESULTS, "It rose by 9.1 degrees (Table 1)."),
    ]


def test_every_field_of_the_front_matter_is_taken() -> None:
    found = only(JATS)
    assert found.identifiers == Identifiers("10.1000/joj.2023.41", "98000141", "PMC7999141")
    assert (found.id, found.year, found.journal) == ("doi:10.1000/joj.2023.41", 2023, "Journal of Odd Joints")
    assert found.authors == ("Nemo Ada B.", "Peat Group")
    assert found.keywords == ("peat", "knee")
    assert found.publication_types == ("research-article", "Original Paper")
    assert (found.language, found.format, found.origin) == ("eng", "jats", "paper.xml")
    assert found.url == "https://pmc.ncbi.nlm.nih.gov/articles/PMC7999141/"


def test_a_number_of_another_trial_in_a_full_text_is_not_its_own() -> None:
    assert only(JATS).registry_ids == ("NCT09990041",)
    other = "<sec><title>Background</title><p>The MUD trial (registered: NCT09990042).</p></sec>"
    own = "<sec><title>Methods</title><p>We dug as before (NCT09990043).</p><p>The trial was registered (NCT09990044).</p></sec>"
    assert only(article(other + own)).registry_ids == ("NCT09990044",)


def test_texts_beside_the_abstract_are_kept_and_pictures_are_not() -> None:
    assert only(JATS).other_texts == (
        OtherText("Peat may help knees.", "eng", "plain-language-summary"),
        OtherText("Les genoux sont raides.", "fre"),
    )


def test_references_are_kept_as_printed_or_put_together() -> None:
    assert only(JATS).cites == (
        Reference(Identifiers("10.1000/doe.1"), None, "Doe J. On peat. J Odd. 2001;1:2."),
        Reference(Identifiers(pmid="98000149"), None, "Roe R. On mud. J Odd. 2002;3:4-5."),
    )


def test_an_article_without_body_is_its_abstract_and_one_without_abstract_its_title() -> None:
    found = only(article(meta="<abstract><p>Peat helps.</p></abstract>"))
    assert (found.text, found.read) == ("Peat\n\nPeat helps.", Read.ABSTRACT)
    assert only(article()).text == "Peat"


# --- prose


@pytest.mark.parametrize(
    ("markup", "prose"),
    [
        ('Old [<xref ref-type="bibr">1</xref>].', "Old."),
        ('Old [<xref ref-type="bibr">1</xref>,<xref ref-type="bibr">2</xref>&#x2013;<xref ref-type="bibr">5</xref>] and dry.', "Old and dry."),
        ('Old (<xref ref-type="bibr">1</xref> and <xref ref-type="bibr">2</xref>).', "Old."),
        ('It fell by 2.3<sup><xref ref-type="bibr">12</xref></sup> points.', "It fell by 2.3 points."),
        ('It fell by 2.3<sup><xref ref-type="bibr">12</xref>,<xref ref-type="bibr">13</xref></sup> points.', "It fell by 2.3 points."),
        ('It fell by 2.3<xref ref-type="bibr"><sup>12</sup></xref> points.', "It fell by 2.3 points."),
        ('It fell <sup><xref ref-type="bibr">12</xref></sup>.', "It fell."),
        ('<xref ref-type="bibr">Doe et al. (2020)</xref> dug.', "Doe et al. (2020) dug."),
        ('Doe et al. (<xref ref-type="bibr">2020</xref>) dug.', "Doe et al. (2020) dug."),
        ('See <xref ref-type="table">Table 2</xref> and <xref ref-type="fig">Figure 1</xref>.', "See Table 2 and Figure 1."),
        ('It fell<xref ref-type="fn">*</xref> (CD34(-), n [ ], [–]).', "It fell (CD34(-), n [ ], [–])."),
        ("10<sup>6</sup> cells, CO<sub>2</sub>, 5<sup>th</sup>", "10⁶ cells, CO2, 5th"),
        ("p &lt; 0.05 &amp;lt; n&lt;m &amp; &lt;i&gt;", "p < 0.05 &lt; n<m & <i>"),
        ("5&nbsp;% &ndash; 6&thinsp;% &nothing; &LT;", "5\xa0% – 6\u2009% &nothing; <"),
        ("a<break/>b", "a\nb"),
        ("<inline-formula><mml:math><mml:mi>p</mml:mi><mml:mo>&lt;</mml:mo><mml:msup><mml:mn>10</mml:mn><mml:mn>-6</mml:mn></mml:msup></mml:math></inline-formula> it", "p<10⁻⁶ it"),
        ("<inline-formula><alternatives><tex-math>$x$</tex-math><mml:math><mml:mfrac><mml:mn>1</mml:mn><mml:mn>2</mml:mn></mml:mfrac></mml:math></alternatives></inline-formula> dug", "1/2 dug"),
        ("We sat.<table-wrap><caption><p>9</p></caption><table><tr><td>9</td></tr></table></table-wrap><fig><caption><p>9</p></caption></fig><disp-formula>9</disp-formula> Then dug.", "We sat. Then dug."),
        ("Dug:<list><list-item><label>1.</label><p>peat</p></list-item><list-item><p>mud</p></list-item></list>", "Dug:\npeat\nmud"),
        ('Dug by <named-content content-type="x">Nemo</named-content> <ext-link xlink:href="http://x">here</ext-link><fn><p>9</p></fn>.', "Dug by Nemo here."),
        ("<![CDATA[a < b & c]]>", "a < b & c"),
        ("a\uf8f0b", "ab"),
    ],
)  # fmt: skip
def test_what_is_read_of_a_paragraph(markup: str, prose: str) -> None:
    assert body_of(markup) == prose


def test_a_section_without_prose_leaves_no_heading() -> None:
    found = only(
        article(
            "<sec><title>Figures</title><fig><caption><p>x</p></caption></fig></sec><sec><title>Results</title><p>It fell.</p></sec>"
        )
    )
    assert found.text == "Peat\n\nResults\nIt fell."


def test_a_section_may_be_named_by_its_type_alone_or_not_at_all() -> None:
    found = only(
        article(
            '<p>Before.</p><sec sec-type="materials|methods"><title>How we dug</title><p>By hand.</p></sec><sec><title>Luck</title><p>None.</p></sec>'
        )
    )
    assert parts(found)[1:] == [(S.OTHER, "Before."), (S.METHODS, "By hand."), (S.OTHER, "None.")]


def test_registration_and_aims_are_told_apart_within_a_section() -> None:
    inner = "<sec><title>Objectives</title><p>To dig.</p></sec><sec><title>Primary outcome</title><p>Depth.</p></sec>"
    found = only(article(f"<sec><title>Background</title><p>Old.</p>{inner}<p>End.</p></sec>"))
    assert parts(found)[1:] == [(S.BACKGROUND, "Old."), (S.OBJECTIVE, "To dig."), (S.BACKGROUND, "Depth."), (S.BACKGROUND, "End.")]


# --- other languages


_GERMAN = '<abstract><p>Torf hilft.</p></abstract><trans-abstract xml:lang="en"><p>Peat helps.</p></trans-abstract>'
_ENGLISH_TITLE = '<trans-title-group xml:lang="en"><trans-title>Peat</trans-title></trans-title-group>'


def test_of_an_article_in_another_language_the_english_abstract_is_read() -> None:
    text = article("<p>Torf ist alt.</p>", _GERMAN, 'xml:lang="de"', title="Torf").replace(
        "</article-title>", f"</article-title>{_ENGLISH_TITLE}"
    )
    found = only(text)
    assert (found.text, found.title, found.original_title) == ("Peat\n\nPeat helps.", "Peat", "Torf")
    assert (found.language, found.read) == ("ger", Read.ABSTRACT)
    assert found.other_texts == (OtherText("Torf hilft.", "ger"),)


def test_an_abstract_in_another_language_alone_is_kept_and_not_read() -> None:
    found = only(article(meta="<abstract><p>Torf hilft.</p></abstract>", attributes='xml:lang="de"', title="Torf"))
    assert (found.text, found.other_texts) == ("Torf", (OtherText("Torf hilft.", "ger"),))


def test_a_translation_within_the_article_is_read_in_its_place() -> None:
    sub = (
        '<sub-article article-type="translation" xml:lang="en"><front-stub><title-group><article-title>Peat</article-title></title-group>'
        "<abstract><p>Peat helps.</p></abstract></front-stub><body><p>Peat is old.</p></body></sub-article>"
    )
    found = only(article("<p>Turfa.</p>", "<abstract><p>Turfa ajuda.</p></abstract>", 'xml:lang="pt"', sub, title="Turfa"))
    assert found.text == "Peat\n\nPeat helps.\nPeat is old."
    assert (found.original_title, found.read) == ("Turfa", Read.FULL_TEXT)
    assert found.other_texts == (OtherText("Turfa ajuda.", "por"),)


def test_reports_of_reviewers_are_no_part_of_the_article() -> None:
    review = '<sub-article article-type="reviewer-report"><front-stub/><body><p>I hated it.</p></body></sub-article>'
    assert "hated" not in only(article("<p>Dug.</p>", back=review)).text


# --- notices


def _related(kind: str, words: str = "") -> str:
    return (
        f'<related-article related-article-type="{kind}" ext-link-type="doi" xlink:href="10.1000/Other.1">{words}</related-article>'
    )


@pytest.mark.parametrize(
    ("kind", "notice"),
    [
        ("retraction-forward", "retracted"),
        ("correction-forward", "corrected"),
        ("concern-forward", "concern"),
        ("expression-of-concern", "concern"),
    ],
)
def test_a_notice_about_an_article_is_told_by_the_article(kind: str, notice: str) -> None:
    found = only(article(meta=_related(kind), attributes='article-type="research-article"'))
    assert [(n.kind, n.identifiers.doi) for n in found.notices] == [(NoticeKind(notice), "10.1000/other.1")]
    assert found.notifies == ()


@pytest.mark.parametrize(
    ("own", "kind", "notice"),
    [
        ("retraction", "retracted-article", "retracted"),
        ("correction", "corrected-article", "corrected"),
        ("expression-of-concern", "object-of-concern", "concern"),
        ("research-article", "corrected-article", "corrected"),
        ("retraction", "article-reference", "retracted"),
        ("partial-retraction", "retracted-article", "retracted"),
    ],
)
def test_a_notice_names_what_it_is_about(own: str, kind: str, notice: str) -> None:
    found = only(article(meta=_related(kind), attributes=f'article-type="{own}"'))
    assert [(n.kind, n.identifiers.doi) for n in found.notifies] == [(NoticeKind(notice), "10.1000/other.1")]
    assert found.notices == ()


@pytest.mark.parametrize("own", ["research-article", "retraction"])
@pytest.mark.parametrize("kind", ["companion", "commentary-article", "letter", "preprint"])
def test_what_keeps_company_is_no_notice(own: str, kind: str) -> None:
    found = only(article(meta=_related(kind), attributes=f'article-type="{own}"'))
    assert found.notices == found.notifies == ()


def test_a_notice_may_be_named_by_pmid_pmcid_or_words() -> None:
    pmid = '<related-article related-article-type="retraction-forward" ext-link-type="pubmed" xlink:href="98000009"/>'
    pmc = '<related-article related-article-type="correction-forward" ext-link-type="pmc" xlink:href="7999009"/>'
    words = '<related-article related-article-type="concern-forward">J Odd 2020. doi: 10.1000/words.1</related-article>'
    found = only(article(meta=pmid + pmc + words))
    assert [n.identifiers.preferred for n in found.notices] == ["pmid:98000009", "pmcid:PMC7999009", "doi:10.1000/words.1"]


def test_a_mark_before_the_title_is_a_retraction() -> None:
    assert [n.kind for n in only(article(title="RETRACTED ARTICLE: Peat")).notices] == [NoticeKind.RETRACTED]


@pytest.mark.parametrize(
    ("kind", "report"), [("protocol", Report.PROTOCOL), ("news", Report.NEWS), ("case-report", Report.ARTICLE)]
)
def test_the_type_says_who_tells_it(kind: str, report: Report) -> None:
    assert only(article(attributes=f'article-type="{kind}"')).report is report


# --- abstracts alone, as Crossref gives them


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<jats:p>Peat helps 10<jats:sup>6</jats:sup> knees.</jats:p>", "Peat helps 10⁶ knees."),
        ("<jats:title>Abstract</jats:title><jats:p>Peat &lt; mud &amp;lt;.</jats:p>", "Peat < mud &lt;."),
        ("<jats:sec><jats:title>Background</jats:title><jats:p>Old.</jats:p></jats:sec><jats:sec><jats:title>Results</jats:title><jats:p>It fell.</jats:p></jats:sec>", "Background\nOld.\nResults\nIt fell."),
        ("<jats:title><jats:italic>In vitro</jats:italic> results</jats:title><jats:p>It fell.</jats:p>", "In vitro results\nIt fell."),
        ("<p><bold>Aim:</bold> To dig.</p><p><bold>Results:</bold> Dug.</p>", "Aim: To dig.\nResults: Dug."),
        ("<jats:p>Open & <b>bare signs: p < 0.05", "Open & bare signs: p < 0.05"),
        ("<jats:p><jats:inline-formula><jats:alternatives><jats:tex-math>$$x$$</jats:tex-math><mml:math><mml:mi>x</mml:mi></mml:math></jats:alternatives></jats:inline-formula> dug.</jats:p>", "x dug."),
        ("Peat helps.", "Peat helps."),
        ("", ""),
    ],
)  # fmt: skip
def test_an_abstract_alone_is_read(markup: str, text: str) -> None:
    assert abstract_text(markup) == text


def test_an_abstract_alone_has_sections() -> None:
    given = "<jats:sec><jats:title>Methods</jats:title><jats:p>We dug.</jats:p></jats:sec><jats:sec><jats:title>Results</jats:title><jats:p>It fell.</jats:p></jats:sec>"
    text, sections = text_of("Peat", abstract_passages(given))
    assert [(s.name, text[s.start : s.end]) for s in sections] == [
        (S.TITLE, "Peat"),
        (S.METHODS, "We dug."),
        (S.RESULTS, "It fell."),
    ]


def test_a_file_that_holds_an_abstract_alone_is_a_document_under_the_files_name() -> None:
    text = "<jats:title>Abstract</jats:title>\n<jats:p>Peat helps (NCT09990041).</jats:p>\n"
    assert Jats().recognises(Given(text, "paper.xml", "paper"))
    found = only(text)
    assert (found.id, found.text, found.registry_ids) == ("paper", "Peat helps (NCT09990041).", ("NCT09990041",))


# --- many articles, and broken ones


def _set(*articles: str) -> str:
    return f'<?xml version="1.0"?>\n<pmc-articleset {_NAMESPACES}>\n{"".join(articles)}</pmc-articleset>\n'


def _numbered(n: int) -> str:
    return article("<p>Dug.</p>", f'<article-id pub-id-type="pmid">{n}</article-id>').replace(_NAMESPACES, "")


def test_every_article_of_an_answer_is_read() -> None:
    found = [only_one for only_one in items(_set(*map(_numbered, (1, 2, 3)))) if isinstance(only_one, Document)]
    assert [d.id for d in found] == ["pmid:1", "pmid:2", "pmid:3"]
    assert [d.origin for d in found] == [f"paper.xml, line {n}" for n in (3, 4, 5)]


@pytest.mark.parametrize(
    "bad",
    [
        "<article><front><article-meta></front></article>\n",
        "<article><front>\n",
        "<article>a < b</article>\n",
        '<article xmlns:q="urn:q"><z:front/></article>\n',
        "<article><body><p>No front matter.</p></body></article>\n",
        "<article><front><article-meta><title-group><article-title>\udce9</article-title></title-group></article-meta></front></article>\n",
        "<article>" + "<a>" * 200 + "</a>" * 200 + "</article>\n",
        "<article>" + "<a>" * 600 + "</a>" * 600 + "</article>\n",
    ],
    ids=["crossed", "cut", "bare sign", "unknown prefix", "no front", "bad bytes", "deep", "deeper"],
)
def test_a_broken_article_is_named_by_its_line_and_costs_no_other(bad: str) -> None:
    first, error, last = items(_set(_numbered(1), bad, _numbered(2)))
    assert isinstance(first, Document)
    assert isinstance(last, Document)
    assert [first.id, last.id] == ["pmid:1", "pmid:2"]
    assert str(error).startswith("paper.xml, line 4")


@pytest.mark.parametrize("bad", ["\x0b", "&#11;", "&#x1F;", "&#55357;", "\ufffe", "\x00", "\x9b", "&#155;", "\u200b", "&#x110000;"])
def test_characters_that_print_nothing_are_dropped(bad: str) -> None:
    assert body_of(f"Du{bad}g.") == "Dug."


def test_a_header_that_names_another_encoding_is_of_no_account_in_text() -> None:
    assert only(f'\ufeff<?xml version="1.0" encoding="ISO-8859-1"?>\n{article("<p>Mänß – β.</p>")}').text.endswith("Mänß – β.")
    assert only(f'<?xml version="1.0" encoding="UTF-16"?>{article("<p>β</p>")}').text.endswith("β")


def test_a_doctype_is_never_fetched() -> None:
    outside = '<!DOCTYPE article SYSTEM "http://127.0.0.1:9/evil.dtd">'
    assert only(outside + article("<p>It&apos;s &hellip;</p>")).text.endswith("It's …")


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE article [<!ENTITY a "b">]>',
        '<!DOCTYPE article SYSTEM "a.dtd" [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE article [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>',
        '<!-- <x> --><!DOCTYPE article [\n<!ENTITY a "b">]>',
        "<!DOCTYPE article [",
        "<!DOCTYPE article <",
    ],
)
def test_a_doctype_that_declares_anything_is_refused(doctype: str) -> None:
    said = refused(f"{doctype}<articles>{article('<p>&a;</p>')}{article('<p>b</p>')}</articles>")
    assert "declares" in said
    assert "passwd" not in said


def test_a_bomb_of_entities_is_refused_at_once() -> None:
    names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    start = time.process_time()
    assert "declares" in refused(f'<!DOCTYPE article [<!ENTITY a0 "ha">{names}]>{article("<p>&a11;</p>")}')
    assert time.process_time() - start < 1


def test_an_article_that_is_larger_than_any_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.formats.xml_tree.LARGEST", 1000)
    assert "too large" in refused(article(f"<p>{'Dug. ' * 300}</p>"))


@pytest.mark.parametrize(
    "stranger",
    [
        "<html><body><article><p>x</p></body></html>",
        "<article><p>A page's article.</p></article>",
        "<PubmedArticleSet><PubmedArticle/></PubmedArticleSet>",
        "<rss><channel/></rss>",
        "An <article> with <front> matter",
        "<!-- <article><front>",
    ],
)
def test_other_markup_is_no_jats(stranger: str) -> None:
    assert not Jats().recognises(Given(stranger, "x.xml", "x"))


_HOSTILE = {
    "comments": "<!---->" * 50_000 + "<article><front>",
    "articles": "<article><front/>" * 20_000,
    "spaces before citations": article("<p>" + "a" + " " * 200_000 + "<xref ref-type='bibr'>1</xref></p>"),
    "citations": article("<p>" + "[<xref ref-type='bibr'>1</xref>, " * 20_000 + "</p>"),
    "brackets": article("<p>" + "[(" * 100_000 + "</p>"),
    "character names": article("<p>" + "&nbsp;&" * 50_000 + "</p>"),
    "sections": article("<sec><title>Results</title><p>x</p></sec>" * 3_000),
    "groups": article(meta="<contrib-group>" + "<contrib><collab>G</collab></contrib>" * 5_000 + "</contrib-group>"),
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_small_file_never_takes_long(name: str) -> None:
    start = time.process_time()
    Jats().recognises(Given(_HOSTILE[name], "x.xml", "x"))
    items(_HOSTILE[name])
    assert time.process_time() - start < 5


@over(st.text(st.sampled_from("<>&;/pa \"'=x![]-?\n\x00"), max_size=120), st.sampled_from(["<article><front>", "<jats:p>", ""]))
def test_no_text_breaks_the_reader(text: str, start: str) -> None:
    for item in items(start + text):
        assert isinstance(item, Document | Unreadable)


@over(st.lists(st.text(st.characters(codec="utf-8"), max_size=60), min_size=4, max_size=4))
def test_junk_between_articles_loses_none(junk: list[str]) -> None:
    text = "".join(place + good for place, good in zip(junk, [*map(_numbered, (1, 2, 3)), ""], strict=True))
    found = [item for item in items(_set(text)) if isinstance(item, Document)]
    assert [d.id for d in found] == ["pmid:1", "pmid:2", "pmid:3"]
