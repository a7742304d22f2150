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

#: One page for each format, by its name.
PAGES = {"citation_json": CITATION, "records": RECORDS, "pubmed_text": PUBMED, "conference_news": CONFERENCE, "web_page": WEB_PAGE}

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
