"""Where sentences end in scientific English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from crawler.quick_init import quick_init

# One class of characters to begin with: the engine looks for those at once, and tries nothing in between.
_CANDIDATE = re.compile(r"[.!?\n](?:(?<=\n)\n*|(?<!\n)[\"'”’)\]]*\s+)")
_NO_END = re.compile(
    r"(?:\b(?:vs|e\.?g|i\.?e|al|cf|ca|approx|resp|Dr|Prof|Mr|Mrs|St|Fig|Figs|Eq|Ref|no|No|vol|pp|Inc|Ltd|Co|dept|Univ|viz|etc|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
    r"|(?:^|[\s(])[A-Z])\.$"
)


@quick_init
@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the text: `text[start:end]`."""

    start: int
    end: int

    def __contains__(self, place: int) -> bool:
        return self.start <= place < self.end


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of `text[start:end]`, in place, without surrounding space.

    >>> t = "MSCs vs. placebo (p < .05). No effect, e.g. 5.3 points."
    >>> [t[s.start:s.end] for s in sentences(t)]
    ['MSCs vs. placebo (p < .05).', 'No effect, e.g. 5.3 points.']
    """
    stop = len(text) if end is None else end
    found: list[Span] = []
    begin = start
    for mark in _CANDIDATE.finditer(text, start, stop):
        if not _ends(text, mark, begin, stop):
            continue
        found.append(Span(begin, mark.end()))
        begin = mark.end()
    found.append(Span(begin, stop))
    return [s for s in (_trimmed(text, part) for span in found for part in _bounded(text, span)) if s.start < s.end]


#: A stretch without any end of sentence is cut here, and where it prints more numbers than any sentence does (a table that lost its
#: lines), so that the work on one sentence is bounded whatever the text.
_LONGEST, _MOST_NUMBERS = 2400, 64
#: So many characters at least hold more than so many numbers in a way that costs anything.
_FEW = 300
_NUMBER = re.compile(r"\d[\d.,]*")


def _bounded(text: str, span: Span) -> list[Span]:
    parts: list[Span] = []
    start = span.start
    while (limit := _limit(text, start, span.end)) < span.end:
        space = text.rfind(" ", start + (limit - start) // 2, limit)
        cut = space if space > start else limit
        parts.append(Span(start, cut))
        start = cut
    return [*parts, Span(start, span.end)]


def _limit(text: str, start: int, end: int) -> int:
    """Where a stretch must end that starts here: with the text, at the longest, or before one number too many."""
    if end - start <= _FEW:
        return end
    limit = min(end, start + _LONGEST)
    beyond = next(islice(_NUMBER.finditer(text, start, limit), _MOST_NUMBERS, None), None)
    return limit if beyond is None else beyond.start()


def _ends(text: str, mark: re.Match[str], begin: int, stop: int) -> bool:
    if text[mark.start()] == "\n" or mark.end() >= stop:
        return True
    following = text[mark.end()]
    if following.islower() and not text.startswith(("p ", "n "), mark.end()):
        return False
    head = text[max(begin, mark.start() - 12) : mark.start() + 1]
    if _may_be_short(head) and _NO_END.search(head):
        return False
    return following.isupper() or following.isdigit() or following in "\"'“‘([αβ+-−–≥<"


def _may_be_short(head: str) -> bool:
    """Whether a short form may stand before the point: its last character is a letter, and no longer word does."""
    return head[-2:-1].isalpha() and not head[-8:-1].isalpha()


def _trimmed(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)
