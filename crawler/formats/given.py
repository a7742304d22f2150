"""What an importer is given: one file's text, and its names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: Characters that carry no text: C0 and C1 controls except tab and line feed, byte order marks, zero-width spaces.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\u200b]")

_SENTENCE_END = re.compile(r"[.!?:;]\W?$")
#: A page wrapped at a width: its longest line, what counts as a full one, and how many of them show it.
_WIDEST, _FULL_LINE, _FULL_LINES_NEEDED = 100, 55, 5


@dataclass(frozen=True, slots=True)
class Given:
    """One file as text. `where` names it for people, `stem` is the id of a page that brings none, `title` is what its markup says."""

    text: str
    where: str
    stem: str
    title: str | None = None


def lines_of(text: str) -> list[str]:
    r"""The lines of a page, without control characters and spaces at their ends.

    >>> lines_of("On X \r\n\x00X works.")
    ['On X', 'X works.']
    """
    return [line.strip() for line in printable(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")]


def printable(text: str) -> str:
    """The text without characters that print nothing."""
    return _NO_TEXT.sub("", text)


def paragraphs(lines: Sequence[str]) -> list[str]:
    """Paragraphs of a page; a line that ends within a sentence goes on in the next one.

    Where the whole page is wrapped at a width, any full line goes on, whatever it ends with.

    >>> paragraphs(["Patients were", "seen twice.", "All did well.", "", "End"])
    ['Patients were seen twice.', 'All did well.', 'End']
    """
    wrapped = _is_wrapped(lines)
    found: list[str] = []
    last = ""
    for line in lines:
        goes_on = len(last) >= _FULL_LINE if wrapped else line[:1].islower() and not _SENTENCE_END.search(last)
        if line and last and goes_on:
            found[-1] += f" {line}"
        elif line:
            found.append(line)
        last = line
    return found


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Many full lines and none longer than a screen."""
    return max(map(len, lines), default=0) <= _WIDEST and sum(len(line) >= _FULL_LINE for line in lines) >= _FULL_LINES_NEEDED
