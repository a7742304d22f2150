"""A long text in parts, each tagged by itself: what the tagger compares within a text grows with the square of it.

Abstracts are far below the bounds and are tagged whole. A part ends with a sentence; a sentence without end is cut between its words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from nlp.tagging.attributes import Surroundings

#: How much is tagged as one text: characters, and numbers in it.
MOST_CHARACTERS, MOST_NUMBERS = 9_000, 300
#: How much is tagged as one sentence.
_LONGEST, _MOST_IN_SENTENCE = 3_000, 150
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"\S+")
_Sentence = tuple[int, int, str]


def blocks(around: Surroundings) -> list[Surroundings]:
    """The text as it is, or its parts in order; places stay those of the whole text."""
    if len(around.text) <= MOST_CHARACTERS and _numbers(around.text) <= MOST_NUMBERS:
        return [around]
    stretches = sorted(around.stretches, key=lambda s: (s.start, s.end, s.kind))
    starts = [s.start for s in stretches]
    found = []
    for sentences in _gathered(_Sentences(around)):
        start, end = sentences[0][0], sentences[-1][1]
        words = dict.fromkeys(_WORD.findall(re.sub(r"[^\w-]", " ", around.text[start:end])))
        short = {word: around.abbreviations[word] for word in words if word in around.abbreviations}
        inside = tuple(stretches[bisect_left(starts, start) : bisect_left(starts, end)])
        found.append(Surroundings(around.text, tuple(sentences), short, inside))
    return found


def _numbers(text: str) -> int:
    return len(_NUMBER.findall(text))


class _Sentences:
    """The sentences of a text, none of them longer than is tagged at once."""

    def __init__(self, around: Surroundings) -> None:
        self.around = around

    def __iter__(self) -> Iterator[tuple[_Sentence, int]]:
        """Each sentence, and how many numbers stand in it."""
        for start, end, role in self.around.sentences:
            numbers = _numbers(self.around.text[start:end])
            if end - start <= _LONGEST and numbers <= _MOST_IN_SENTENCE:
                yield (start, end, role), numbers
            else:
                yield from self._cut(start, end, role)

    def _cut(self, start: int, end: int, role: str) -> Iterator[tuple[_Sentence, int]]:
        begin, last, numbers = start, start, 0
        for word in _WORD.finditer(self.around.text, start, end):
            more = _numbers(word[0])
            if last > begin and (word.end() - begin > _LONGEST or numbers + more > _MOST_IN_SENTENCE):
                yield (begin, last, role), numbers
                begin, numbers = word.start(), 0
            last, numbers = word.end(), numbers + more
        yield (begin, end, role), numbers


def _gathered(sentences: _Sentences) -> Iterator[list[_Sentence]]:
    """Sentences put together as long as they are within bounds."""
    together: list[_Sentence] = []
    told = 0
    for sentence, numbers in sentences:
        if together and (sentence[1] - together[0][0] > MOST_CHARACTERS or told + numbers > MOST_NUMBERS):
            yield together
            together, told = [], 0
        together.append(sentence)
        told += numbers
    if together:
        yield together
