"""Page furniture: what a web page prints around its article."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_BREADCRUMB = re.compile(r"^(?:Home|Start|News|Main page)\s*[>›»/]\s*\S|^(?:[^>›».!?]{2,60}\s[>›»]\s){2,}")
_LINE = re.compile(
    r"^(?:copyright\b|©|\(c\) (?:19|20)\d\d|all rights reserved|posted (?:on|by|in)\b|published (?:on|by|:)|last (?:updated|modified|reviewed)\b|share (?:this|on|via)?\b"
    r"|tweet\b|print(?: this)?(?: page)?$|e-?mail(?: this)?$|read more\b|learn more\b|related (?:articles|posts|content|news|stories)\b|you (?:may|might) also\b|tags?\s*:|categor(?:y|ies)\s*:"
    r"|subscribe\b|sign up\b|newsletter\b|join our\b|follow us\b|contact us\b|click here\b|skip to\b|back to top\b|leave a (?:comment|reply)\b|comments?\s*(?:\(\d+\))?$"
    r"|(?:we use|this (?:web)?site uses) cookies\b|cookie|privacy policy\b|terms (?:of use|and conditions)\b|log ?in\b|menu$|search$|advertisement$|request (?:an?|your|information)\b"
    r"|previous (?:post|article)\b|next (?:post|article)\b|\d+ min(?:ute)?s? read\b|medical writing (?:support|assistance)\b|image (?:credit|source)\b|photo (?:credit|by)\b)",
    re.IGNORECASE,
)
_PROSE_LENGTH = 120


def is_breadcrumb(line: str) -> bool:
    """Whether a line is a page's path.

    >>> is_breadcrumb("Home > Neurology > A trial"), is_breadcrumb("Scores rose (p > 0.05).")
    (True, False)
    """
    return _BREADCRUMB.match(line) is not None


def is_furniture(line: str) -> bool:
    """Whether a line belongs to the page and not to the article; a long paragraph never does."""
    return is_breadcrumb(line) or (len(line) < 2 * _PROSE_LENGTH and _LINE.match(line) is not None)


def is_prose(paragraph: str) -> bool:
    """Whether a paragraph tells something: long enough, and in sentences."""
    return len(paragraph) >= _PROSE_LENGTH and re.search(r"[.!?][\"”’)\]]*(?:\s|$)", paragraph) is not None


def without_furniture(paragraphs: Iterable[str]) -> list[str]:
    """The article's paragraphs. A short line that the page repeats is a box; prose that it repeats is kept once."""
    kept = [p for p in paragraphs if not is_furniture(p)]
    times = Counter(kept)
    once = dict.fromkeys(p for p in kept if times[p] == 1 or is_prose(p))
    return list(once)
