"""Rows as CSV that no spreadsheet takes for formulas, and whose numbers stay numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

#: What a spreadsheet may take for the start of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
        return f"'{text}" if text.startswith(_FORMULA) else text
    return repr(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else repr(value)
