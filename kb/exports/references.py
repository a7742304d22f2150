"""The documents of an answer as RIS, for reference managers and for a review program that wants its references before its data."""

from __future__ import annotations

import json
from typing import Any

import rispy

from kb.answer import link
from kb.exports.package import Package

_TYPES = {
    "article": "JOUR",
    "protocol": "JOUR",
    "registry": "ELEC",
    "conference": "CONF",
    "news": "NEWS",
    "web_page": "ELEC",
    "digest": "GEN",
}


def export(p: Package) -> dict[str, bytes]:
    """`refs.ris`: each document once, in the order of its rows."""
    ids = list(dict.fromkeys(m.row.document_id for t in p.tables for m in t.members))
    sql = "SELECT * FROM document WHERE id IN (SELECT value FROM json_each(?))"
    cursor = p.db.execute(sql, (json.dumps(ids),))
    names = [column[0] for column in cursor.description]
    by_id = {row["id"]: row for row in (dict(zip(names, values, strict=True)) for values in cursor)}
    return {"refs.ris": rispy.dumps([_entry(by_id[i]) for i in ids]).encode()}


def _entry(d: dict[str, Any]) -> dict[str, Any]:
    entry = {
        "type_of_reference": _TYPES.get(str(d["report"]), "GEN"), "id": str(d["id"]), "title": _line(d["title"]),
        "authors": [_line(a) for a in json.loads(d["authors"])], "year": str(d["year"]) if d["year"] else None, "journal_name": _line(d["journal"]),
        "doi": d["doi"], "accession_number": d["pmid"], "urls": [url] if (url := link(d)) else None,
        "notes": [f"Status: {d['status']}"] if d["status"] != "ok" else None,
    }  # fmt: skip
    return {k: v for k, v in entry.items() if v}


def _line(text: object) -> str | None:
    """One line: RIS gives a new line a meaning."""
    return " ".join(str(text).split()) if text else None
