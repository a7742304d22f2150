"""What the type of a publication says of retractions, concerns and corrections, beside the links that name both sides."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.record import Notice, NoticeKind

_TAKEN_BACK = frozenset({"retracted publication"})
#: Types of a record that is nothing but a notice. NLM renamed the first in 2025.
_NOTICES = {
    "retraction of publication": NoticeKind.RETRACTED,
    "retraction notice": NoticeKind.RETRACTED,
    "expression of concern": NoticeKind.CONCERN,
    "published erratum": NoticeKind.CORRECTED,
}


def with_types(
    notices: Iterable[Notice], notifies: Iterable[Notice], types: Iterable[str], said_by: str
) -> tuple[tuple[Notice, ...], tuple[Notice, ...]]:
    """Notices about a record and those that it is, with what only its types tell; such a notice names no other publication.

    >>> about, being = with_types((), (), ("Journal Article", "Retracted Publication"), "pubmed")
    >>> [(notice.kind.value, notice.said_by) for notice in about], being
    ([('retracted', 'pubmed')], ())
    """
    about, being = list(notices), list(notifies)
    for name in (kind.lower() for kind in types):
        if name in _TAKEN_BACK:
            _add(about, NoticeKind.RETRACTED, said_by)
        elif name in _NOTICES:
            _add(being, _NOTICES[name], said_by)
    return tuple(about), tuple(being)


def _add(notices: list[Notice], kind: NoticeKind, said_by: str) -> None:
    """A notice, unless a link tells of it already."""
    if all(notice.kind is not kind for notice in notices):
        notices.append(Notice(kind, said_by))
