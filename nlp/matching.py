"""Finding the packs' names in a text: the longest match over normalised words, with short names in their own case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from nlp.domain import ConceptKind, Entry
from nlp.reading import ConceptMention
from nlp.words import Word, normal_words

#: Longer abbreviations may be words too (CARS, ASIA): they want two capitals, whichever ("GvHD", "GVHD").
_CAPITALS = re.compile(r"^[A-Z][A-Za-z]?[A-Z][A-Za-z]{0,2}[A-Z]?s?$")
#: No name goes on behind such a mark.
_PARTED = re.compile(r"[.;:!?]|\n|,\s")
_CASED = re.compile(r"^(?:[A-Z]{2,3}s?|[a-z]{1,2}[A-Z]{1,3}[a-z]?|[A-Z][a-z]?[A-Z])$")


@dataclass(slots=True)
class _Node:
    following: dict[str, _Node] = field(default_factory=dict)
    #: What ends here: an entry, and the words whose case must agree (None: any case).
    ends: list[tuple[Entry, tuple[str | None, ...]]] = field(default_factory=list)


class Matcher:
    """All names of the given entries. Built once; matching a text is linear in its words."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._root = _Node()
        for entry in entries:
            for name in entry.names:
                self._add(name, entry)

    def _add(self, name: str, entry: Entry) -> None:
        words = normal_words(name)
        if not words:
            return
        node = self._root
        for word, _, _ in words:
            node = node.following.setdefault(word, _Node())
        cased = tuple(name[a:b] if _CASED.match(name[a:b]) or _CAPITALS.match(name[a:b]) else None for _, a, b in words)
        node.ends.append((entry, cased))

    def find(self, text: str, offset: int = 0) -> list[ConceptMention]:
        """Mentions in order; of overlapping ones the longest, and one for each kind that it names."""
        words = normal_words(text)
        found: list[ConceptMention] = []
        free_from: dict[ConceptKind, int] = {}
        first_words, last_word = self._root.following, len(words) - 1
        for i, (word, start, _) in enumerate(words):
            node = first_words.get(word)
            if node is None or not (node.ends or (i < last_word and words[i + 1][0] in node.following)):
                continue
            for kind, (entry, last) in self._longest(words, i, text).items():
                if i >= free_from.get(kind, 0):
                    end = words[last][2]
                    found.append(ConceptMention(entry, start + offset, end + offset, text[start:end]))
                    free_from[kind] = last + 1
        return found

    def _longest(self, words: list[Word], i: int, text: str) -> dict[ConceptKind, tuple[Entry, int]]:
        node, best = self._root, {}
        for j in range(i, len(words)):
            word, start, _ = words[j]
            if j > i and (gap := text[words[j - 1][2] : start]) != " " and _PARTED.search(gap):
                break
            following = node.following.get(word)
            if following is None:
                break
            node = following
            for entry, cased in node.ends:
                if _case_agrees(cased, words[i : j + 1], text):
                    best[entry.kind] = (entry, j)
        return best

    def exact(self, name: str) -> list[Entry]:
        """The entries that go by this very name."""
        return [m.entry for m in self.find(name) if m.end - m.start >= len(name.strip()) - 1]


def _case_agrees(cased: tuple[str | None, ...], words: list[Word], text: str) -> bool:
    for wanted, (_, start, end) in zip(cased, words, strict=True):
        if wanted is None:
            continue
        written = text[start:end].removesuffix("s")
        if written == wanted.removesuffix("s"):
            continue
        if _CASED.match(wanted) or sum(c.isupper() for c in written) < 2:
            return False
    return True
