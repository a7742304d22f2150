"""The full text of an invented paper as JATS: abstract, methods, a results table, references."""

from __future__ import annotations

import re

from tests.imitation.paper import Paper, plain
from tests.imitation.pubmed_xml import escaped
from tests.imitation.writing import JOURNALS

_MEANS = re.compile(r"the mean (.+?) was (\S+) \(SD (\S+)\) with MSCs and (\S+) \(SD (\S+)\) with (.+?) \(mean")
_NAMES = (("i", "italic"), ("b", "bold"))


def _marked(text: str) -> str:
    for ours, theirs in _NAMES:
        text = text.replace(f"<{ours}>", f"<{theirs}>").replace(f"</{ours}>", f"</{theirs}>")
    return text


def _table(paper: Paper) -> str:
    found = next((match for _, text in paper.abstract for match in [_MEANS.search(plain(text))] if match), None)
    if not found:
        return ""
    rows = ((found[6], found[4], found[5]), ("MSCs", found[2], found[3]))
    cells = "".join(f"<tr><td>{escaped(name)}</td><td>{mean} ({sd})</td></tr>" for name, mean, sd in rows)
    return (
        f'<table-wrap id="t1"><label>Table 1</label><caption><p>{escaped(found[1])} at the end</p></caption>'
        f"<table><thead><tr><th>Group</th><th>Mean (SD)</th></tr></thead><tbody>{cells}</tbody></table></table-wrap>"
    )


def _references(paper: Paper, papers: dict[int, Paper]) -> str:
    items = "".join(
        f'<ref id="r{place}"><element-citation publication-type="journal"><article-title>{escaped(plain(papers[pmid].title))}</article-title>'
        f'<pub-id pub-id-type="pmid">{pmid}</pub-id></element-citation></ref>'
        for place, pmid in enumerate(paper.references, 1)
        if pmid in papers
    )
    return f"<back><ref-list><title>References</title>{items}</ref-list></back>" if items else ""


def full_text(paper: Paper, papers: dict[int, Paper]) -> str:
    """A whole article. Its sections repeat the abstract's at greater length."""
    journal = JOURNALS[paper.journal]
    abstract = "".join(
        f"<sec><title>{escaped(label.capitalize())}</title><p>{_marked(text)}</p></sec>" for label, text in paper.abstract
    )
    body = "".join(
        f"<sec><title>{escaped(label.capitalize() or 'Text')}</title><p>{_marked(text)}</p>{_table(paper) if label == 'RESULTS' else ''}</sec>"
        for label, text in paper.abstract
    )
    people = "".join(
        f'<contrib contrib-type="author"><name><surname>{escaped(surname)}</surname><given-names>{initials}</given-names></name></contrib>'
        for surname, initials in paper.authors
    )
    doi = f'<article-id pub-id-type="doi">{escaped(paper.doi)}</article-id>' if paper.doi else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) Journal Archiving and Interchange DTD v1.4 20241031//EN" "JATS-archivearticle1-4.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article" xml:lang="en"><front><journal-meta>
<journal-title-group><journal-title>{escaped(journal.title)}</journal-title></journal-title-group><issn pub-type="epub">{journal.issn}</issn></journal-meta>
<article-meta><article-id pub-id-type="pmcid">{paper.pmcid}</article-id><article-id pub-id-type="pmid">{paper.pmid}</article-id>{doi}
<title-group><article-title>{_marked(paper.title)}</article-title></title-group><contrib-group>{people}</contrib-group>
<pub-date pub-type="epub"><day>{paper.pdat.day}</day><month>{paper.pdat.month}</month><year>{paper.pdat.year}</year></pub-date>
<abstract>{abstract}</abstract></article-meta></front><body>{body}</body>{_references(paper, papers)}</article>
"""
