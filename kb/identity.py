"""Which stored documents a new one is. Version 1: shared identifiers, else the same id and title."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from crawler.document import Document, Report
from crawler.record import Identifiers
from kb.errors import NotStored

#: Importers of PubMed's own records, at PubMed or at Europe PMC, whose PMIDs are beyond doubt.
_NUMBERED_BY_PUBMED = frozenset({"pubmed_xml", "europepmc"})
_SCHEMES = ("doi", "pmid", "pmcid")
#: Reports of the authors' or the registry's own. Any other retells, and is never taken for the paper whose DOI it gives.
_FIRST_HAND = frozenset({Report.ARTICLE, Report.PROTOCOL, Report.REGISTRY})


def stored_as(db: sqlite3.Connection, document: Document) -> list[sqlite3.Row]:
    """The rows that are this document, oldest first: none, one, or several that it shows to be one paper.

    Raises:
        NotStored: it shares one identifier with a stored document and contradicts it in another; neither may take the other's place.
    """
    if document.report is Report.REGISTRY:
        return db.execute("SELECT * FROM document WHERE came_as = ? AND report = 'registry' ORDER BY id", (document.id,)).fetchall()
    found = _by_identifiers(db, document)
    if document.identifiers.pmid and document.format in _NUMBERED_BY_PUBMED:
        # PubMed gives a number once: with the same PMID a corrected DOI is a correction. Several papers under one DOI stay apart.
        same = [row for row in found if row["pmid"] == document.identifiers.pmid]
        if same:
            return same
        found = [row for row in found if row["pmid"] is None]
    for row in found:
        for scheme in _SCHEMES:
            ours = getattr(document.identifiers, scheme)
            if ours and row[scheme] and ours != row[scheme]:
                raise NotStored(
                    f"its {scheme.upper()} is {ours}, and that of the stored '{row['came_as']}', with which it shares another"
                    f" identifier, is {row[scheme]}. Correct the record that is wrong and add it again."
                )
    return found or _by_title(db, document)


def with_known_names(document: Document, rows: list[sqlite3.Row]) -> Document:
    """The document with the identifiers that are already known of it: a record that gives fewer takes none away."""
    known = {scheme: getattr(document.identifiers, scheme) for scheme in _SCHEMES}
    for row in rows:
        known = {scheme: value or row[scheme] for scheme, value in known.items()}
    return replace(document, identifiers=Identifiers(**known))


def _by_identifiers(db: sqlite3.Connection, document: Document) -> list[sqlite3.Row]:
    known = [(scheme, value) for scheme in _SCHEMES if (value := getattr(document.identifiers, scheme))]
    if not known:
        return []
    shared = " OR ".join("(scheme = ? AND value = ?)" for _ in known)
    rows = db.execute(
        f"SELECT * FROM document WHERE id IN (SELECT document_id FROM document_identifier WHERE {shared}) ORDER BY id",
        tuple(part for pair in known for part in pair),
    )
    return [row for row in rows if _same_sort(document.report, Report(row["report"]))]


def _same_sort(one: Report, other: Report) -> bool:
    return one == other or {one, other} <= _FIRST_HAND


def _by_title(db: sqlite3.Connection, document: Document) -> list[sqlite3.Row]:
    # Two papers with names of their own may share an id and a title ("Editorial"); one without a title is known by its text.
    names = document.identifiers
    return db.execute(
        "SELECT * FROM document WHERE came_as = :id AND title = :title AND (title <> '' OR text = :text) AND report = :report "
        "AND coalesce(doi, :doi) IS coalesce(:doi, doi) AND coalesce(pmid, :pmid) IS coalesce(:pmid, pmid) "
        "AND coalesce(pmcid, :pmcid) IS coalesce(:pmcid, pmcid) ORDER BY id LIMIT 1",
        {
            "id": document.id,
            "title": document.title,
            "text": document.text,
            "report": document.report.value,
            "doi": names.doi,
            "pmid": names.pmid,
            "pmcid": names.pmcid,
        },
    ).fetchall()
