"""Page furniture: what a web page prints around its article."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_BREADCRUMB = re.compile(r"^(?:Home|Start|News|Main page)\s*[>›»/]\s*\S|^(?:[^>›».!?]{2,60}\s[>›»]\s+(?=[A-Z])){2,}")
#: Lines that no article has, however they end.
_ALWAYS = re.compile(
    r"^(?:copyright\b|©|\(c\) (?:19|20)\d\d|all rights reserved|(?:e-?mail|print|tweet|share)(?: this)?(?: (?:page|article|story|on|via)\b.*)?$|subscribe\b|sign up\b|newsletter\b"
    r"|join our\b|follow us\b|click here\b|skip to\b|back to top\b|leave a (?:comment|reply)\b|you have (?:successfully )?subscribed|(?:we use|this (?:web)?site uses) cookies\b"
    r"|privacy policy\b|terms (?:of use|and conditions)\b|log ?in\b|menu$|search$|advertisement$|medical writing (?:support|assistance)\b|(?:image|photo) (?:credit|source|by)\b"
    r"|thanks for your interest\b)",
    re.IGNORECASE,
)
#: Openings that a sentence may have too: furniture where the line is short and no sentence.
_SHORT = re.compile(
    r"^(?:posted\b|published\b|last (?:updated|modified|reviewed)\b|read more\b|learn more\b|read next\b|related\b|you (?:may|might) also\b|tags?\b|categor(?:y|ies)\b|contact us\b"
    r"|comments?\b|previous\b|next\b|\d+ min(?:ute)?s? read\b|request (?:an?|your|information)\b|cookie)",
    re.IGNORECASE,
)
_SHORT_LENGTH = 80
_PROSE_LENGTH = 120


def is_breadcrumb(line: str) -> bool:
    """Whether a line is a page's path.

    >>> is_breadcrumb("Home > Neurology > A trial"), is_breadcrumb("Scores rose (p > 0.05).")
    (True, False)
    """
    return _BREADCRUMB.match(line) is not None


def is_furniture(line: str) -> bool:
    """Whether a line belongs to the page and not to the article; a long paragraph never does."""
    if is_breadcrumb(line):
        return True
    if len(line) <= _SHORT_LENGTH and not line.endswith((".", "!")) and _SHORT.match(line):
        return True
    return len(line) < 2 * _PROSE_LENGTH and _ALWAYS.match(line) is not None


def is_prose(paragraph: str) -> bool:
    """Whether a paragraph tells something: long enough, and in sentences."""
    return len(paragraph) >= _PROSE_LENGTH and re.search(r"[.!?][\"”’)\]]*(?:\s|$)", paragraph) is not None


def without_furniture(paragraphs: Iterable[str]) -> list[str]:
    """The article's paragraphs. A short line that the page repeats is a box; prose that it repeats is kept once."""
    kept = [p for p in paragraphs if not is_furniture(p)]
    times = Counter(kept)
    once = dict.fromkeys(p for p in kept if times[p] == 1 or is_prose(p))
    return list(once)
