"""Which source speaks for a document when several have it. A lesser one adds names, notices and references, and never takes the text."""

from __future__ import annotations

import sqlite3

from crawler.document import Document

#: By the importer that read it, best first. Full text is asked for by hand, so nothing replaces it by itself; what is not listed
#: (files that a person adds) always takes the place of what is there.
_RANK = {"jats": 0, "pubmed_xml": 1, "nbib": 2, "europepmc": 3, "crossref": 4, "csl_json": 5}


def gives_way(document: Document, held: sqlite3.Row) -> bool:
    """Whether a document leaves the stored text as it is.

    It gives way to a better source unless that one has no abstract, and an older version of a PMID gives way to a newer one.
    """
    if document.version is not None and held["pmid_version"] is not None and document.version < held["pmid_version"]:
        return True
    ours, theirs = _RANK.get(document.format or ""), _RANK.get(held["format"] or "")
    if ours is None or theirs is None or ours == theirs:
        return False
    nothing_here = document.text.strip() == document.title.strip()
    nothing_there = held["text"].strip() == held["title"].strip()
    if nothing_here != nothing_there:
        return nothing_here
    return ours > theirs
