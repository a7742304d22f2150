"""Rows as CSV that no spreadsheet takes for formulas, and whose numbers stay numbers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

#: What a spreadsheet may take for the start of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Where a spreadsheet that parts cells by semicolons or tabs would begin a cell, with a formula in it.
_AT_A_PART = re.compile(r"([;\t]\s*)(?=[=+\-@])")
_GUARDED_PART = re.compile(r"([;\t]\s*)'(?=[=+\-@])")


def csv_text(columns: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    """Rows as CSV, with texts made harmless for spreadsheets and numbers left as numbers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([cell(v) for v in line] for line in lines)
    return out.getvalue()


def cell(value: object) -> str:
    r"""A value as a cell: None empty, a float in full, a text that a spreadsheet would take for a formula behind an apostrophe.

    >>> cell(None), cell(-0.1), cell("=1+1"), cell(12), cell("a\nb")
    ('', '-0.1', "'=1+1", '12', 'a b')
    """
    if value is None:
        return ""
    if isinstance(value, str):
        text = " ".join(value.split()) if "\n" in value or "\r" in value else value
        if ";" in text or "\t" in text:
            text = _AT_A_PART.sub(r"\1'", text)
        return f"'{text}" if text.startswith(_FORMULA) else text
    return repr(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else repr(value)


def unguarded(text: str) -> str:
    """A text as it was before `cell` kept spreadsheets from taking parts of it for formulas.

    >>> unguarded(cell("=1+1; -0.5"))
    '=1+1; -0.5'
    """
    text = text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text
    return _GUARDED_PART.sub(r"\1", text)
