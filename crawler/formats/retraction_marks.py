"""Signs of a retraction on the paper's own record, beside links to its notice: its type, and what publishers put in front of its title."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.record import Notice, NoticeKind

_TYPE = "retracted publication"
_TAKEN_BACK = re.compile(
    r"[\W_]*(?:retracted|withdrawn)(?:[ -](?:article|paper|publication|chapter|review))?\s*[:\]–—]", re.IGNORECASE
)


def is_marked_retracted(title: str) -> bool:
    """Whether a title opens with its publisher's mark that the paper was taken back. A notice of retraction bears another word.

    >>> [is_marked_retracted(t) for t in ("RETRACTED ARTICLE: Cold wax", "[Retracted] Cold wax", "Retraction: Cold wax", "Retracted studies: a survey")]
    [True, True, False, False]
    """
    return _TAKEN_BACK.match(title) is not None


def with_marks(notices: Iterable[Notice], title: str, types: Iterable[str], said_by: str) -> tuple[Notice, ...]:
    """The notices about a paper, and a retraction that only the paper's type or title tells of; it names no notice then.

    >>> [n.said_by for n in with_marks((), "RETRACTED: Cold wax", ("Journal Article",), "pubmed")]
    ['title']
    """
    found = tuple(notices)
    if any(notice.kind is NoticeKind.RETRACTED for notice in found):
        return found
    if any(kind.lower() == _TYPE for kind in types):
        return (*found, Notice(NoticeKind.RETRACTED, said_by))
    return (*found, Notice(NoticeKind.RETRACTED, "title")) if is_marked_retracted(title) else found
