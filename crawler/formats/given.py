"""What an importer is given: one file's text, and its names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

#: Characters that carry no text: C0 and C1 controls except tab and line feed, byte order marks, zero-width spaces.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\u200b]")


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
    plain = _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return [line.strip() for line in plain.split("\n")]


def paragraphs(lines: Iterable[str]) -> list[str]:
    """Paragraphs of a page; a line that ends within a sentence goes on in the next one, as pages wrapped at a width do.

    >>> paragraphs(["Patients were", "seen twice.", "All did well.", "", "End"])
    ['Patients were seen twice.', 'All did well.', 'End']
    """
    found: list[str] = []
    open_sentence = False
    for line in lines:
        if line and open_sentence and line[0].islower():
            found[-1] += f" {line}"
        elif line:
            found.append(line)
        open_sentence = bool(line) and not re.search(r"[.!?:;]\W?$", line)
    return found
