"""An answer as one HTML file to mail or archive: style and plots within, no script, nothing that is fetched."""

from __future__ import annotations

import sqlite3

from kb.answer import Answer
from kb.refusals import CannotPool
from kb.report.addresses import OneFile
from kb.report.answer_page import answer_view
from kb.report.documents import document_view
from kb.report.downloads import DOWNLOADS, Download
from kb.report.estimates import estimates
from kb.report.page import css_hash, inline_css, render

#: Nothing may run and nothing may be fetched; the one style is known by its hash.
POLICY = "default-src 'none'; style-src '{css}'; img-src data:; base-uri 'none'; form-action 'none'"


def report(db: sqlite3.Connection, found: Answer) -> str:
    """The whole file. The same library and question give the same bytes."""
    view = answer_view(db, found)
    documents = [d for number in view.documents() if (d := document_view(db, number)) is not None]
    return render(
        "report.html", view=view, to=OneFile(frozenset(d.document for d in documents), frozenset(c.claim for c in view.cards())), estimates=estimates(db, found), documents=documents, files=_files(db, found),
        policy=POLICY.format(css=css_hash()), style=inline_css(),
    )  # fmt: skip


def _files(db: sqlite3.Connection, found: Answer) -> list[tuple[Download, str]]:
    """The downloads that there are; an answer without claims has no references and nothing to pool."""
    files = []
    for what, make in DOWNLOADS.values():
        try:
            files.append((make(db, found), what))
        except CannotPool:
            continue
    return files
