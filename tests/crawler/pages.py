"""Pages and files made up for the tests: trials, papers, people and clinics that do not exist."""

from __future__ import annotations

import json
from typing import Any

PUBMED = """\
Cell Infusion for Stiff Elbows: A Pilot Trial

J Odd Joints. 2019 Mar;7(2):101-9. doi: 10.1000/joj.2019.7. Epub 2018 Dec 1.

Abstract

Background and aims: Stiff elbows trouble many carpenters. We asked whether cells loosen them.

Methods: Twenty-two carpenters were allocated to cells or salt water.

Results: Extension rose by 12 degrees (95% CI 4 to 20; P = 0.004) with cells.

Conclusions: Cells may loosen elbows. Trial registration: NCT09990001.

Keywords: elbow; carpenters; cell therapy.

Publication types

  • Randomized Controlled Trial

MeSH terms

  • Elbow Joint / physiopathology*
  • Humans

Associated data

  • ClinicalTrials.gov/NCT09990001
  • ANZCTR/ACTRN12619000000001
"""

#: As a browser copies the live page: buttons, journal on a line of its own, title below, people, notices, other papers.
PUBMED_LIVE = """\
Skip to main page content
Search results
Save
Email
Randomized Controlled Trial
J Odd Joints
. 2020 Aug 3;8(4):55-61. doi: 10.1000/joj.2020.8.
Warm wax for cold hands in crossover
Ada Nemo 1 2, Bo Nihil 3 #, Cy Nullus
Affiliations Expand
PMID: 31999999 PMCID: PMC7999999 DOI: 10.1000/joj.2020.8
Free PMC article
Abstract
Thirty adults with cold hands dipped them in wax and in water in random order. Warmth lasted 40 minutes longer after wax (P < 0.001).
No burn was seen.
© 2020 The Authors. Odd Press.
Conflict of interest statement
The authors sell wax.
Figures
Figure 1
A hand.
Comment in
Wax, again. Someone S. J Odd Joints. 2021;9(1):3. doi: 10.1000/other.1. PMID: 32999999
Similar articles
Cold wax for warm hands. Another A. J Odd Joints. 2017;5(1):1. PMID: 11111111
"""

_CITATION: dict[str, Any] = {
    "title": "Honey on burnt toast: a pooled analysis",
    "authors": "Una Mel , Otto Panis",
    "doi": "10.1000/toast.5",
    "DOIUrl": None,
    "abstract": "<div><h3>Aim</h3><div>To pool honey trials.</div></div><div><h3>Findings</h3><div>Six trials gave a mean difference of 1.5 "
    "(95 % CI 0.5–2.5, <em>P</em> < 0.01, I<sup>2</sup>=12 %) &amp; no harm.</div></div>",
    "PeriodicalId": 1,
    "PeriodicalName": "Annals of Breakfast",
    "journal": {"name": "Annals of Breakfast", "volume": "3"},
    "publicationDate": "2024-02-03",
    "publicationTypes": "Journal Article,Review",
    "fieldsOfStudy": None,
    "AbstractTextCN": None,
    "PMCID": None,
}


def citation(**changes: Any) -> dict[str, Any]:
    """The made-up citation with other fields."""
    return {**_CITATION, **changes}


def citation_page(indent: int | None = None, **changes: Any) -> str:
    """The citation's page: authors, JSON, the abstract again, a Chinese translation and the journal's blurb."""
    return (
        "Una Mel, Otto Panis\n"
        + json.dumps(citation(**changes), ensure_ascii=False, indent=indent)
        + "\n引用次数: 0\nAbstract\nAim: To pool honey trials on the page.\nFindings: Six trials gave a mean difference of 1.5.\n"
        "目的:汇总蜂蜜试验。结果:六项试验的平均差为1.5。\n期刊介绍:\nThe Annals print breakfast science.\n"
    )


CITATION = citation_page()

CONFERENCE = """\
Home > Rheumatology > WRIST 2023 > Clay packs ease sore wrists

Clay packs ease sore wrists

Presented by
Prof. Ima Figment, University of Nowhere
Conference
WRIST 2023
Clay packs eased pain in a randomised trial of 64 potters with sore wrists, and the gain was still seen at the visit after half a year.

In the earlier SAND trial (NCT09990007), sand did nothing [1]. The CLAY-1 trial (NCT09990002) compared clay with cloth [2]. Pain fell by 1.9 points (95% CI 0.7-3.1; P=0.002).

  1. Grain S, et al. J Odd Joints. 2018;6:12.
  2. Figment I, et al. Clay for wrists. Abstract OP12, WRIST 2023, 1-4 June 2023, Nowhere.

Medical writing support was provided by Nobody.

Copyright ©2023 Invented Publishers

Posted on
"""

#: Another house's order and labels: no path, labels with colons, at the end.
CONFERENCE_OTHER = """\
Vinegar fails on warts

In a double-blind trial of 80 swimmers presented on Tuesday, vinegar cleared no more warts than water did after twelve weeks (31% vs 29%; P=0.81).

Investigators: 40 swimmers each.

Presented at: Annual Meeting of Imaginary Dermatology
Speaker: Dr Nil Novum
Date: 4 May 2022

References
[1] Novum N, et al. Vinegar for warts. Annual Meeting of Imaginary Dermatology 2022; abstract 77. ISRCTN12345678.
© 2022 Skin Gazette
"""

_SOURCE = "Roe R, Doe J. Moss tea and sleep: a meta-analysis. J Odd Sleep. 2021 May 2;3(1):4. doi: 10.1000/jos.1. PMID: 30999999; PMCID: PMC8999999."
_PROSE = (
    "Moss tea has been drunk for centuries, and many sleepers swear by it. In this review, Roe et al. pooled nine trials to see whether they are right.\n\n"
    "What the review found\n\nAbout 62% of drinkers slept better, against 41% of those who drank water. The authors call for larger trials before anybody switches.\n"
)
_BOX = "\nSubscribe To Our Leaflet\n\nBook a visit\n\nThanks for your interest!\n"
WEB_PAGE = f"{_PROSE}\nSource: {_SOURCE}\n{_BOX}{_BOX}"
WEB_PAGE_HTML = f"""<!DOCTYPE html>
<html><head><title>Does moss tea help? | Moss Clinic</title><script>var x = "Source: 10.1000/evil.1";</script></head>
<body><nav><a href="/">Home</a> <a href="/tea">Tea</a></nav><header><img src="http://127.0.0.1:9/logo.png">Moss Clinic</header>
<article><h1>Does moss tea help?</h1><p>{_PROSE.split(chr(10))[0]}</p><h2>What the review found</h2>
<p>About 62&nbsp;% of drinkers slept <b>better</b> (p &lt; 0.05), against 41% of those who drank water &amp; went to bed.</p>
<p><strong>Source:</strong> {_SOURCE}</p></article>
<form><p>Your e-mail</p></form><footer>© Moss Clinic</footer></body></html>
"""

RECORDS = "".join(
    json.dumps(record) + "\n"
    for record in (
        {"id": "r1", "title": "Tar for tails", "abstract": "Tails  grew.\nNo harm was seen. ", "year": 2001},
        {"id": 2, "title": None, "abstract": "Nothing grew."},
    )
)

#: As PubMed writes it: folded lines, a structured abstract in one field, a second abstract, notices, dates. The second record has no abstract.
NBIB = """\

PMID- 98000101
OWN - NLM
STAT- MEDLINE
DCOM- 20210401
LR  - 20240305
IS  - 1234-5678 (Electronic)
IS  - 1234-5670 (Linking)
VI  - 9
IP  - 2
DP  - 2021 Mar 5
TI  - Warm wax for cold hands: a randomised trial with ten million drops a day in two
      towns.
PG  - 55-61
LID - S1234-5678(21)00009-9 [pii]
LID - 10.1000/JOJ.2021.9 [doi]
AB  - BACKGROUND: Cold hands trouble many beekeepers. METHODS: Thirty adults were
      randomised to wax or water. RESULTS: Warmth lasted 40 minutes longer with wax
      (95% CI 12 to 68; P < 0.01). CONCLUSIONS: Wax warms. TRIAL REGISTRATION:
      ISRCTN12345678.
CI  - Copyright 2021, Nobody.
FAU - Nemo, Ada B
AU  - Nemo AB
AD  - Institute of Wax, 1 Long Lane, Nowhere; and the Academy of Warmth, 2 Short Lane,
      Elsewhere.
AUID- ORCID: 0000-0000-0000-0000
FAU - Nihil, Bo
AU  - Nihil B
CN  - Wax Group
LA  - eng
SI  - ClinicalTrials.gov/NCT09990021
PT  - Journal Article
PT  - Randomized Controlled Trial
TT  - Warmes Wachs.
OAB - Publisher: ANTECEDENTES: Las manos de los apicultores estan frias. RESULTADOS: La
      cera calienta.
OABL- spa
PL  - Nowhere
TA  - J Odd Joints
JT  - Journal of odd joints
JID - 0000001
RN  - 0 (Waxes)
SB  - IM
EIN - J Odd Joints. 2021 Aug;9(8):99. doi: 10.1000/joj.2021.99. PMID: 98000110
MH  - *Hand/physiopathology
MH  - Humans
OT  - *wax
OT  - cold hands
EDAT- 2021/03/07 06:00
MHDA- 2021/04/01 06:00
CRDT- 2021/03/06 05:12
PHST- 2020/12/01 00:00 [received]
AID - S1234-5678(21)00009-9 [pii]
AID - 10.1000/JOJ.2021.9 [doi]
PST - ppublish
SO  - J Odd Joints. 2021 Mar 5;9(2):55-61. doi: 10.1000/JOJ.2021.9.

PMID- 98000110
OWN - NLM
STAT- MEDLINE
DP  - 2021 Aug
TI  - Erratum: Warm wax for cold hands.
LA  - eng
PT  - Published Erratum
TA  - J Odd Joints
EFR - J Odd Joints. 2021 Mar 5;9(2):55-61. doi: 10.1000/JOJ.2021.9. PMID: 98000101
CRDT- 2021/08/02 05:12
AID - 10.1000/joj.2021.99 [doi]
SO  - J Odd Joints. 2021 Aug;9(8):99. doi: 10.1000/joj.2021.99.
"""

#: As PubMed's files and EFetch give it.
PUBMED_XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">98000121</PMID>
<DateRevised><Year>2024</Year><Month>03</Month><Day>05</Day></DateRevised>
<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Internet"><Volume>9</Volume><PubDate><Year>2021</Year><Month>Mar</Month></PubDate></JournalIssue>
<Title>Journal of odd joints</Title><ISOAbbreviation>J Odd Joints</ISOAbbreviation></Journal>
<ArticleTitle>Clay for 10<sup>6</sup> sore thumbs.</ArticleTitle>
<Abstract><AbstractText Label="METHODS" NlmCategory="METHODS">Ninety bakers were randomised.</AbstractText>
<AbstractText Label="RESULTS" NlmCategory="RESULTS">Pain fell by 3 points (95% CI 1 to 5; <i>P</i> &lt; 0.01).</AbstractText></Abstract>
<AuthorList><Author><LastName>Nemo</LastName><ForeName>Ada</ForeName><Initials>A</Initials></Author></AuthorList><Language>eng</Language>
<PublicationTypeList><PublicationType UI="D016449">Randomized Controlled Trial</PublicationType></PublicationTypeList></Article>
<MedlineJournalInfo><MedlineTA>J Odd Joints</MedlineTA></MedlineJournalInfo></MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="pubmed">98000121</ArticleId></ArticleIdList></PubmedData></PubmedArticle>
</PubmedArticleSet>
"""

#: As a database exports it, with an abstract in paragraphs; and as a reference manager does.
RIS = """\
TY  - JOUR
AU  - Nemo, Ada
AU  - Nihil, Bo
TI  - Dry salt for wet feet: a randomised trial
T2  - Journal of Odd Joints
J2  - J Odd Joints
PY  - 2022
DA  - 2022/05/12
AB  - Background: Wet feet trouble fishers.

Methods: Forty fishers were randomised to salt or none.

Results: Dryness rose by 8 points (95% CI 2 to 14).
KW  - salt
KW  - *Feet
DO  - 10.1000/joj.2022.31
AN  - 98000131
DB  - PubMed
C2  - PMC7999131
UR  - https://doi.org/10.1000/joj.2022.31
LA  - English
ER  - 


TY  - JOUR
T1  - Letter on salt
A1  - Nullus, Cy
Y1  - 2023///
JO  - J Odd Joints
ER  - 
"""

#: A full text as an archive gives it: citations, a table, a figure, an abstract in another language, references.
JATS = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.3 20210610//EN" "JATS-archivearticle1-3.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML" article-type="research-article" xml:lang="en" dtd-version="1.3">
<front>
<journal-meta><journal-id journal-id-type="nlm-ta">J Odd Joints</journal-id><journal-title-group><journal-title>Journal of Odd Joints</journal-title></journal-title-group></journal-meta>
<article-meta>
<article-id pub-id-type="pmid">98000141</article-id><article-id pub-id-type="pmc">7999141</article-id><article-id pub-id-type="doi">10.1000/JOJ.2023.41</article-id>
<article-categories><subj-group subj-group-type="heading"><subject>Original Paper</subject></subj-group></article-categories>
<title-group><article-title>Peat for stiff knees with 10<sup>6</sup> spores<xref ref-type="fn" rid="fn1">*</xref></article-title><subtitle>a randomised trial</subtitle></title-group>
<contrib-group>
<contrib contrib-type="author"><name><surname>Nemo</surname><given-names>Ada B.</given-names></name><xref ref-type="aff" rid="a1">1</xref></contrib>
<contrib contrib-type="author"><collab>Peat Group<contrib-group><contrib contrib-type="author"><name><surname>Member</surname><given-names>M</given-names></name></contrib></contrib-group></collab></contrib>
<contrib contrib-type="editor"><name><surname>Editor</surname><given-names>E</given-names></name></contrib>
</contrib-group>
<pub-date pub-type="epub"><day>1</day><month>12</month><year>2022</year></pub-date><pub-date pub-type="collection"><year>2023</year></pub-date>
<abstract><title>Abstract</title><sec><title>Background</title><p>Knees of diggers are stiff.</p></sec>
<sec><title>Results</title><p>Bending rose by 9 degrees<sup><xref ref-type="bibr" rid="r1">1</xref></sup> (95% CI 2 to 16; <italic>p</italic> &lt; 0.05).</p></sec>
<sec><title>Trial registration</title><p>NCT09990041</p></sec></abstract>
<abstract abstract-type="graphical"><p><fig><graphic xlink:href="g.jpg"/></fig></p></abstract>
<abstract abstract-type="plain-language-summary"><p>Peat may help knees.</p></abstract>
<trans-abstract xml:lang="fr"><p>Les genoux sont raides.</p></trans-abstract>
<kwd-group><kwd>peat</kwd><kwd><italic>knee</italic></kwd></kwd-group>
</article-meta>
</front>
<body>
<sec sec-type="intro"><label>1</label><title>Introduction</title><p>Peat is old&nbsp;[<xref ref-type="bibr" rid="r1">1</xref>, <xref ref-type="bibr" rid="r2">2</xref>]. The MUD trial (NCT09990042) failed.</p></sec>
<sec sec-type="methods"><label>2</label><title>Methods</title><sec><title>Primary outcome</title><p>Bending at 12 weeks, with 10<sup>6</sup> spores (CD34(-)).</p></sec></sec>
<sec><title>3. Results</title><p>It rose by 9.1 degrees (<xref ref-type="table" rid="t1">Table 1</xref>).</p>
<table-wrap id="t1"><label>Table 1</label><caption><p>Bending 77.7</p></caption><table><tr><td>88.8</td></tr></table></table-wrap>
<fig id="f1"><caption><p>A knee 66.6</p></caption></fig></sec>
</body>
<back><ref-list>
<ref id="r1"><label>1</label><mixed-citation>Doe J. <article-title>On peat</article-title>. <source>J Odd</source>. <year>2001</year>;<volume>1</volume>:<fpage>2</fpage>. <pub-id pub-id-type="doi">10.1000/Doe.1</pub-id></mixed-citation></ref>
<ref id="r2"><element-citation publication-type="journal"><person-group person-group-type="author"><name><surname>Roe</surname><given-names>R</given-names></name></person-group><article-title>On mud</article-title><source>J Odd</source><year>2002</year><volume>3</volume><fpage>4</fpage><lpage>5</lpage><pub-id pub-id-type="pmid">98000149</pub-id></element-citation></ref>
</ref-list></back>
</article>
"""

#: One page for each format, by its name.
PAGES = {
    "jats": JATS,
    "nbib": NBIB,
    "pubmed_xml": PUBMED_XML,
    "ris": RIS,
    "citation_json": CITATION,
    "records": RECORDS,
    "pubmed_text": PUBMED,
    "conference_news": CONFERENCE,
    "web_page": WEB_PAGE,
}

#: Files that no importer knows.
STRANGERS = {
    "prose": "It was a bright cold day. " * 40,
    "prose that names a DOI": "We read the paper at doi 10.1000/abc and found it good, and thought about it for a long, long time afterwards. "
    * 3,
    "a table": "id,title,year\n1,On X,2020\n2,On Y,2021\n",
    "a reading list": "References\n1. Doe J. On X. J Odd. 2020;1:1. doi: 10.1000/a.\n2. Roe R. On Y. J Odd. 2021;2:2. doi: 10.1000/b.\n",
    "a paper's abstract alone": "Abstract\nBackground: X is common.\nResults: X fell.\n",
    "meeting minutes": "Conference\nRoom 4\n\nWe agreed to meet again.\n",
    "code": "def f(x):\n    return {'abstract': x}\n",
    "a page without source": "<html><body><h1>Tea</h1><p>"
    + "Tea is nice and everybody likes it a lot. " * 10
    + "</p></body></html>",
}
