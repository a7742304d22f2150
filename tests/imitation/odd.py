"""Odd records, each with a name: texts, dates, people, identifiers and notices that have broken other systems."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.imitation.corpus import Corpus
from tests.imitation.paper import About, Notice, Paper

FIRST = 98_000_001
_DAY = date(2021, 5, 4)
_TOLD = "Mesenchymal stem cells did not change the EDSS (mean difference -0.1, 95% CI -0.5 to 0.3; <i>P</i> = 0.620)."
_PUBDATE, _AUTHORS = r"<PubDate>.*?</PubDate>", r"<AuthorList.*?</AuthorList>"
_MANY = "".join(f"<Author><LastName>Person{number}</LastName><Initials>A</Initials></Author>" for number in range(3000))
_MATH = (
    '<mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:msup><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math>'
)

_TEXTS: dict[str, dict[str, Any]] = {
    "inline-markup": {"title": "<i>In vivo</i> <b>CD73<sup>+</sup></b> mesenchymal cells and H<sub>2</sub>O", "abstract": (("", f"<b>Results.</b> {_TOLD}"),)},
    "mathml": {"abstract": (("", f"We computed {_MATH} before unblinding. {_TOLD}"),)},
    "escaped-markup": {"title": "Mesenchymal cells and &lt;i&gt;TP53&lt;/i&gt; at p &lt; 0.05 &amp;amp; beyond"},
    "no-abstract": {"abstract": ()},
    "empty-abstract": {"patches": ((r"<Abstract>.*?</Abstract>", "<Abstract><AbstractText/></Abstract>"),)},
    "no-title": {"patches": ((r"<ArticleTitle>.*?</ArticleTitle>", "<ArticleTitle/>"),)},
    "title-not-available": {"title": "[Not Available].", "vernacular": "Celule mezenchymale, un studiu inventat", "language": "rum"},
    "bracketed-title": {"title": "[Mesenchymal cells in an invented trial].", "vernacular": "Zellen in einer erfundenen Studie", "language": "ger"},
    "other-abstracts": {"other_abstracts": (("spa", "Las células no cambiaron la escala (<i>P</i> = 0,62)."), ("eng", "In plain words: the cells did not help."))},
    "only-foreign-abstract": {"abstract": (), "language": "fre", "other_abstracts": (("fre", "Les cellules ont amélioré le score (<i>P</i> = 0,01)."),)},
    "odd-labels": {"abstract": (("WHAT WE DID & WHY", "We gave cells."), ("RESULTS/FINDINGS:", _TOLD), ("", "And one part without a label."))},
    "empty-label": {"patches": ((r'Label="[^"]*" NlmCategory="[^"]*"', 'Label="" NlmCategory="UNASSIGNED"'),), "abstract": (("RESULTS", _TOLD),)},
    "long-sentence": {"abstract": (("", "Cells were given, " + "and then again, " * 400 + f"and so on. {_TOLD}"),)},
    "huge-abstract": {"abstract": (("", f"{_TOLD} " * 4000),)},
    "unusual-characters": {"title": "Mesenchymal cells\u00a0in\u2009α‑synuclein\u200b disease: e\u0301tude 🧬 של תאים"},
    "redos-digits": {"abstract": (("", "1" * 5000 + " " + "1.1" * 3000),)},
    "redos-brackets": {"abstract": (("", "(" * 5000 + "n = 1" + ")" * 4999),)},
    "redos-spaces": {"abstract": (("", "mean" + " " * 20_000 + "difference" + " ± " * 4000),)},
    "sql-title": {"title": "Mesenchymal cells'); DROP TABLE documents; --"},
    "xss-title": {"title": "Mesenchymal cells &lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt;"},
    "html-italic-title": {"title": "&lt;i&gt;Escaped italics&lt;/i&gt; in mesenchymal cells"},
    "template-title": {"title": "Mesenchymal cells {{ 7 * 7 }} ${7*7} {% raw %} %s %(x)s"},
    "csv-formula-title": {"title": "=HYPERLINK(&quot;http://landing.invalid/&quot;,&quot;mesenchymal cells&quot;)"},
    "path-title": {"title": "../../outside/mesenchymal\\cells/..%2f.."},
    "control-chars-escaped": {"title": "Mesenchymal cells \u009b31m and \\x1b[31m in red"},
}  # fmt: skip
_PEOPLE: dict[str, dict[str, Any]] = {
    "collective-only": {"patches": ((_AUTHORS, "<AuthorList><Author><CollectiveName>The INVENTED Group</CollectiveName></Author></AuthorList>"),)},
    "no-authors": {"authors": ()},
    "surname-only": {"patches": ((_AUTHORS, "<AuthorList><Author><LastName>Mononymous</LastName></Author></AuthorList>"),)},
    "three-thousand-authors": {"patches": ((_AUTHORS, f"<AuthorList>{_MANY}</AuthorList>"),)},
}  # fmt: skip
_DATES = {
    "date-two-years": "<MedlineDate>1998 Dec-1999 Jan</MedlineDate>",
    "date-words": "<MedlineDate>Spring-Summer 2003</MedlineDate>",
    "date-days": "<MedlineDate>2004 Mar 28-Apr 3</MedlineDate>",
    "date-season": "<Year>2002</Year><Season>Autumn</Season>",
    "date-year": "<Year>2001</Year>",
    "date-number-month": "<Year>2005</Year><Month>09</Month>",
    "date-print-after-electronic": "<Year>2005</Year><Month>Sep</Month>",
    "date-no-year": "<MedlineDate>in press</MedlineDate>",
}
_IDENTIFIERS: dict[str, dict[str, Any]] = {
    "doi-capitals": {"doi": "10.5555/ODD.Capitals"},
    "doi-address": {"doi": "https://doi.org/10.5555/odd.address", "crossref_doi": "10.5555/odd.address"},
    "doi-prefix": {"doi": "doi:10.5555/odd.prefix", "crossref_doi": "10.5555/odd.prefix"},
    "doi-full-stop": {"doi": "10.5555/odd.full-stop.", "crossref_doi": "10.5555/odd.full-stop"},
    "doi-sici": {"doi": "10.5555/(SICI)2999-0017(199901)7:3<12::AID-ODD3>3.0.CO;2-#"},
    "doi-comma": {"doi": "10.5555/odd,with,commas"},
    "doi-percent": {"doi": "10.5555/odd%2Fpercent?and=more"},
    "doi-other-agency": {"doi": "10.5555/odd.datacite", "agency": "datacite"},
    "doi-unknown": {"doi": "10.5555/odd.nobody", "agency": "none"},
    "doi-alias": {"doi": "10.5555/odd.merged"},
    "doi-shared-one": {"doi": "10.5555/odd.shared"},
    "doi-shared-two": {"doi": "10.5555/odd.shared"},
    "doi-redirect-loop": {"doi": "10.5555/odd.loop"},
    "doi-ssrf-trap": {"doi": "10.5555/odd.trap"},
    "doi-ssrf-file": {"doi": "10.5555/odd.file"},
    "doi-ssrf-metadata": {"doi": "10.5555/odd.metadata"},
    "crossref-markup-title": {"doi": "10.5555/odd.markup", "title": "Mesenchymal cells, <i>TNF</i>-α and &amp;lt;sub&amp;gt;2&amp;lt;/sub&amp;gt;"},
    "crossref-nothing": {"doi": "10.5555/odd.nothing", "in_crossref_with": "nothing"},
    "two-trials": {"trials": ("NCT90000001", "NCT90000002")},
    "bad-nct": {"trials": ("NCT9000", "NCT 9000 0003")},
    "trial-in-abstract": {"abstract": (("", f"{_TOLD} ClinicalTrials.gov number, NCT90000004."),)},
    "versions": {"older": ((("", "The first version told nothing."),), (("", "The second version told little."),))},
    "book": {"shape": "book", "title": "Mesenchymal cells: a chapter"},
    "duplicate-title-one": {"title": "Mesenchymal cells twice"},
    "duplicate-title-two": {"title": "Mesenchymal cells twice"},
}  # fmt: skip


def _notice(kind: str, number: int, *where: str, sources: tuple[str, ...] = ("publisher",)) -> Notice:
    pmid = number if "pubmed" in where else 0
    return Notice(kind, date(2022, 2, 2), f"10.5555/odd.notice.{number}", pmid, where, sources)


_BOTH = ("pubmed", "crossref")
_NOTICES: dict[str, dict[str, Any]] = {
    "retracted": {"notices": (_notice("retraction", 98_900_001, *_BOTH, sources=("publisher", "retraction-watch")),), "types": ("Journal Article", "Retracted Publication")},
    "retracted-by-type-only": {"types": ("Journal Article", "Retracted Publication")},
    "retracted-by-link-only": {"notices": (_notice("retraction", 98_900_003, "pubmed"),)},
    "retracted-in-title-only": {"title": "RETRACTED: Mesenchymal cells in an invented trial"},
    "retracted-at-crossref-only": {"notices": (_notice("retraction", 98_900_005, "crossref", sources=("retraction-watch",)),)},
    "concern": {"notices": (_notice("concern", 98_900_006, *_BOTH),)},
    "erratum": {"notices": (_notice("correction", 98_900_007, *_BOTH),)},
    "about-retractions": {"title": "Why papers on mesenchymal cells are retracted: a review"},
    "retraction-notice": {"title": "Retraction: Mesenchymal cells in an invented trial", "types": ("Retraction Notice",), "abstract": ()},
}  # fmt: skip


def odd_papers() -> list[Paper]:
    """The odd records, numbered from `FIRST` in the order of this file. All but two have an English abstract with one result."""
    told: dict[str, dict[str, Any]] = {**_TEXTS, **_PEOPLE}
    told |= {name: {"patches": ((_PUBDATE, f"<PubDate>{printed}</PubDate>"),)} for name, printed in _DATES.items()}
    electronic = r"\g<0><ArticleDate DateType='Electronic'><Year>2005</Year><Month>08</Month><Day>31</Day></ArticleDate>"
    told["date-print-after-electronic"]["patches"] += ((r"</PublicationTypeList>", electronic),)
    told |= _IDENTIFIERS | _NOTICES
    papers = [replace(_plain(FIRST + place, name), **fields) for place, (name, fields) in enumerate(told.items())]
    notified = next(paper for paper in papers if paper.name == "retracted")
    about = About("retraction", notified.pmid, notified.registered_doi, date(2022, 2, 2))
    return [replace(paper, about=(about,)) if paper.name == "retraction-notice" else paper for paper in papers]


def _plain(pmid: int, name: str) -> Paper:
    """The record that an odd one departs from."""
    return Paper(
        pmid, f"Mesenchymal cells in an invented trial, odd record {pmid}", _DAY, _DAY, _DAY, (("RESULTS", _TOLD),), doi=f"10.5555/odd.{pmid}",
        authors=(("Oddly", "O"), ("Strange", "S")), mesh=("Mesenchymal Stem Cell Transplantation",), indexed=_DAY, name=name,
    )  # fmt: skip


def furnish(corpus: Corpus) -> None:
    """Give a corpus what the odd records need beside themselves: an alias, and DOIs that lead astray."""
    corpus.alias(corpus.named("doi-alias").pmid, "10.5555/odd.before-merging")
    corpus.special_dois |= {
        "10.5555/odd.loop": "loop",
        "10.5555/odd.trap": "trap",
        "10.5555/odd.file": "file:///etc/hostname",
        "10.5555/odd.metadata": "http://169.254.169.254/latest/meta-data/",
    }
