"""Dates as bibliographic services write them, in ISO form and as precise as given."""

from __future__ import annotations

import re
from datetime import date

_MONTHS = {
    name: n for n, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_NUMERIC = re.compile(r"(?P<year>(?:1[5-9]|20|21)\d\d)(?:(?P<sep>[-/.]?)(?P<month>\d\d?)(?:(?P=sep)(?P<day>\d\d?))?)?(?!\d)")
_IN_WORDS = re.compile(
    r"(?P<year>(?:1[5-9]|20|21)\d\d)(?:[ /-](?P<month>[A-Za-z]{3})[a-z]*\.?(?:[ /](?P<day>\d\d?)(?![\d-]))?(?!-))?"
)
#: The date of a citation: "J Odd Joints. 2021 Mar 5;9(2):11."
_CITED = re.compile(r"(?:^|[.,\s(])(?P<date>(?:19|20)\d\d(?: [A-Z][a-z]{2}(?: \d{1,2})?)?)(?=[;:.,\s)-]|$)")


def iso_date(text: str) -> str | None:
    """The date that a text begins with, in ISO form; what makes no date (a season, the 31st of September) is left off.

    >>> [iso_date(d) for d in ("20240305", "2020/03/05 06:00", "2021 Mar 5", "2019 Dec-2020 Jan", "2005 Sep 31", "2020///", "May 2020")]
    ['2024-03-05', '2020-03-05', '2021-03-05', '2019', '2005-09', '2020', None]
    """
    start = text.strip()
    found = _IN_WORDS.match(start)
    if not found or not found["month"]:
        found = _NUMERIC.match(start) or found
    if not found:
        return None
    month = _month(found["month"] or "")
    return _iso(int(found["year"]), month, int(found["day"] or 0) if month else 0)


def cited_date(citation: str) -> str | None:
    """The date of publication that a citation prints.

    >>> cited_date("J Odd Joints. 2021 Mar 5;9(2):11. doi: 10.1000/1999.2")
    '2021-03-05'
    """
    found = _CITED.search(citation)
    return iso_date(found["date"]) if found else None


def year_of(text: str) -> int | None:
    """The first year in a text; a range's first, a season's own.

    >>> year_of("2019 Dec-2020 Jan"), year_of("Spring 2001"), year_of("[s.d.]")
    (2019, 2001, None)
    """
    found = re.search(r"(?<!\d)(?:1[5-9]|20|21)\d\d(?!\d)", text)
    return int(found[0]) if found else None


def _month(text: str) -> int:
    number = int(text) if text.isdecimal() else _MONTHS.get(text.lower(), 0)
    return number if 1 <= number <= 12 else 0


def _iso(year: int, month: int, day: int) -> str:
    if month and day:
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            pass  # A day that the month does not have: the month stands.
    return f"{year}-{month:02}" if month else str(year)
