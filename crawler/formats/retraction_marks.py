"""What publishers put in front of the title of a paper that was taken back; often the only sign in an exported record."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.formats.notice_types import with_types
from crawler.record import Notice, NoticeKind

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
    """The notices about a paper, and a retraction that only its type or the mark before its title tells of; it names no notice then.

    >>> [n.said_by for n in with_marks((), "RETRACTED: Cold wax", ("Journal Article",), "pubmed")]
    ['title']
    """
    found, _ = with_types(notices, (), types, said_by)
    if is_marked_retracted(title) and all(notice.kind is not NoticeKind.RETRACTED for notice in found):
        return (*found, Notice(NoticeKind.RETRACTED, "title"))
    return found
