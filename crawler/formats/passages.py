"""Passages: the labelled paragraphs of an abstract, and the text and sections that they make."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.document import Section, SectionName, with_title
from crawler.formats.headings import section_name

_LABEL = re.compile(r"([A-Z][^\n:.;?!]{0,79}):\s+(?=\S)")
#: A label behind the end of a sentence: "… after stroke. Registration: NCT…".
_INNER_LABEL = re.compile(r"(?<=[.!?)\]])\s+(?=([A-Z][^\n:.;?!]{0,60}):\s+\S)")
_LABEL_WORDS = 6
_LABELS_OF_A_STRUCTURE = 2


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of text. `heading` stands before it as printed, separator included; a heading on a line of its own has no text.

    `name` is None where the text goes on with the passage before it.
    """

    text: str
    heading: str = ""
    name: SectionName | None = None


def labelled(paragraphs: Iterable[str]) -> list[Passage]:
    """Read labels ("Methods: …") and headings on lines of their own from plain paragraphs.

    A label that names no known section counts only among others that do: the paper is then written under labels.

    >>> [(p.name, p.text) for p in labelled(["Results: A won. Conclusions: Use A."])]
    [(<SectionName.RESULTS: 'results'>, 'A won.'), (<SectionName.CONCLUSIONS: 'conclusions'>, 'Use A.')]
    """
    pieces = [piece for paragraph in paragraphs for piece in _split_at_inner_labels(paragraph)]
    strict = sum(_known(piece) for piece in pieces) < _LABELS_OF_A_STRUCTURE
    return structured([_from_label(piece, strict) for piece in pieces])


def structured(passages: Sequence[Passage]) -> list[Passage]:
    """The same passages; names that make no structure are taken back, their words stay.

    A paper under headings has two at least. One alone ("Purpose: …") says where its part begins and nothing of where it ends.
    """
    names = {p.name for p in passages} - {None, SectionName.OTHER, SectionName.REGISTRATION}
    if len(names) >= _LABELS_OF_A_STRUCTURE:
        return list(passages)
    keep = SectionName.REGISTRATION
    return [p if p.name in (None, keep) else Passage(p.heading + p.text) for p in passages]


def _split_at_inner_labels(paragraph: str) -> list[str]:
    cuts = [m for m in _INNER_LABEL.finditer(paragraph) if section_name(m[1]) is not None]
    edges = [0, *(m.end() for m in cuts), len(paragraph)]
    return [paragraph[a:b].strip() for a, b in itertools.pairwise(edges)]


def _known(piece: str) -> bool:
    label = _LABEL.match(piece)
    return section_name(label[1] if label else piece) is not None


def _from_label(piece: str, strict: bool) -> Passage:
    alone = None if piece.endswith(".") else section_name(piece)
    if alone is not None:
        return Passage("", piece, alone)
    label = _LABEL.match(piece)
    name = section_name(label[1]) if label else None
    if label is None or (name is None and (strict or len(label[1].split()) > _LABEL_WORDS)):
        return Passage(piece)
    return Passage(piece[label.end() :], label[0], name or SectionName.OTHER)


def text_of(title: str, passages: Sequence[Passage], between: str = "\n") -> tuple[str, tuple[Section, ...]]:
    r"""A document's text and sections. Where any passage is named the sections leave no passage out.

    >>> text_of("On X", [Passage("X works.", "Results: ", SectionName.RESULTS)])[0]
    'On X\n\nResults: X works.'
    """
    written = between.join([p.heading + p.text for p in passages])
    text, titles = with_title(title, written)
    if not any([p.name for p in passages]):
        return text, titles
    at = len(text) - len(written)
    sections: list[Section] = []
    for passage in passages:
        start = at + len(passage.heading)
        end = start + len(passage.text)
        if passage.name is None and sections:
            last = sections[-1]
            # The first text under a heading of its own opens the section; further paragraphs go on with it.
            sections[-1] = Section(last.name, last.start if last.end > last.start else start, end)
        else:
            sections.append(Section(passage.name or SectionName.OTHER, start, end))
        at = end + len(between)
    return text, (*titles, *[s for s in sections if s.end > s.start])
