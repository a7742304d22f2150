"""Abstracts of trials without annotations, from articles whose parts are named by lines like `TITLE:` and `ABSTRACT.RESULTS:`."""

from __future__ import annotations

import lzma
import re
from collections.abc import Iterator
from pathlib import Path

from training.corpora import same_paper

_ARTICLE = re.compile(r"^TITLE:", re.MULTILINE)
_PART = re.compile(r"^\s*((?:ABSTRACT|BODY)[^\n]*:)\s*$", re.MULTILINE)
_NO_TEXT = re.compile("REGISTRATION|SUPPLEMENT|KEY")
_NUMBER = re.compile(r"\d+")
#: In characters, the title counted; the shorter are torn, the longer are more than an abstract.
LEAST, MOST = 600, 3500
#: An abstract with fewer numbers teaches nothing of them.
LEAST_NUMBERS = 10


def abstracts(path: Path) -> list[str]:
    """The abstracts, each behind its title, each paper once.

    Raises:
        OSError: the file cannot be read.
    """
    with lzma.open(path, "rt", encoding="utf8") as file:
        articles = _ARTICLE.split(file.read())[1:]
    found: dict[str, str] = {}
    for text in map(_abstract, articles):
        if LEAST < len(text) < MOST and len(_NUMBER.findall(text)) >= LEAST_NUMBERS:
            found.setdefault(same_paper(text), text)
    return list(found.values())


def _abstract(article: str) -> str:
    return " ".join(_pieces(article))


def _pieces(article: str) -> Iterator[str]:
    title, *parts = _PART.split(article)
    yield title.strip().rstrip(".") + "."
    for head, body in zip(parts[::2], parts[1::2], strict=True):
        if head.startswith("ABSTRACT") and not _NO_TEXT.search(head):
            yield " ".join(body.split())
