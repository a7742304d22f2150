"""What is told of a token: its word, its neighbours, its place in the text, and what the rules have read there.

Attributes are short strings; a chain has a weight for those that it learnt. Those of a word alone (`word_attributes`) depend on nothing
else, so that their weights are summed once a word; those of a place (`place_attributes`) are drawn up for every token.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from crawler.quick_init import quick_init
from nlp.tagging.cue_words import COMMON, OPENING
from nlp.tagging.tokens import Token, normal, tokenise

Classes = Mapping[str, tuple[int, ...]]

#: Where a word's neighbours are looked at, and how closely: everything told of the word, its main parts, or word and class alone.
WINDOW: tuple[tuple[int, int], ...] = ((-4, 0), (-3, 0), (-2, 1), (-1, 1), (0, 2), (1, 1), (2, 1), (3, 0), (4, 0))
#: What stands before the first token of a sentence and after the last.
EDGE = "\n"


@quick_init
@dataclass(frozen=True, slots=True)
class Stretch:
    """What the rules read at a place: an atom of the grammar, a pack's concept, words for an arm."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Surroundings:
    """A text with what is known of it before it is tagged. `sentences`: start, end, role."""

    text: str
    sentences: tuple[tuple[int, int, str], ...]
    abbreviations: Mapping[str, str] = field(default_factory=dict)
    stretches: tuple[Stretch, ...] = ()

    @cached_property
    def tokens(self) -> list[list[Token]]:
        """The tokens, sentence by sentence."""
        return [tokenise(self.text, start, end) for start, end, _ in self.sentences]


_SHAPES = ((re.compile(r"[A-Z]"), "X"), (re.compile(r"[a-z]"), "x"), (re.compile(r"\d"), "d"))
_RUN = re.compile(r"(.)\1{2,}")


def shape(word: str) -> str:
    """The word's outline.

    >>> shape("HER2"), shape("12.5"), shape("patients")
    ('XXd', 'dd.d', 'xx')
    """
    for pattern, mark in _SHAPES:
        word = pattern.sub(mark, word)
    return _RUN.sub(r"\1\1", word)[:8]


def word_attributes(word: str, classes: Classes) -> tuple[list[str], list[str], list[str]]:
    """What a word alone tells: word and middle class; the main parts; everything."""
    if word == EDGE:
        return ["edge"], ["edge"], ["edge"]
    low = normal(word)
    of = classes.get(low, ())
    far = [f"w={low}", *(f"c1={c}" for c in of[1:2])]
    near = [*far, *(f"c0={c}" for c in of[:1]), *(f"c2={c}" for c in of[2:]), f"s3={low[-3:]}", f"h={shape(word)}"]
    whole = [*near, f"s2={low[-2:]}", f"s4={low[-4:]}", f"p3={low[:3]}", f"p4={low[:4]}", f"w={word}" if word != low else "low"]
    return far, near, whole


class Places:
    """The attributes of the places of one text."""

    def __init__(self, around: Surroundings, classes: Classes) -> None:
        self.around, self.classes = around, classes
        self.words = [[t.text for t in sentence] for sentence in around.tokens]
        lows = [[normal(w) for w in sentence] for sentence in self.words]
        self.lows = lows
        self.count = Counter(w for s in lows for w in s)
        self.title = frozenset(w for s in lows[:1] for w in s if w.isalpha() and len(w) > 2 and w not in COMMON)
        long_forms = " ".join(around.abbreviations.values()).lower()
        self.defined = frozenset(normal(t.text) for t in tokenise(long_forms)) - COMMON
        self.short = frozenset(around.abbreviations)
        self.kinds = _kinds_at(around)
        self.whole = max(1, len(around.text))
        self.aims = frozenset(
            w
            for s, (_, _, role) in zip(lows, around.sentences, strict=True)
            if role == "aim"
            for w in s
            if w.isalpha() and len(w) > 2 and w not in COMMON
        )

    def sentence(self, index: int) -> Iterator[list[str]]:
        """The attributes of each token of a sentence, those of its word and of the whole sentence left out."""
        tokens, words, lows = self.around.tokens[index], self.words[index], self.lows[index]
        depth = 0
        before = "^"
        for i in range(len(tokens)):
            depth = depth + 1 if words[i] in "([" else max(0, depth - 1) if words[i] in ")]" else depth
            yield [
                *self._pairs(lows, i),
                *self._repeats(words[i], lows, i),
                *self._read(tokens, i),
                f"b={min(depth, 2)}",
                f"i={_early(i)}",
                f"cue={before}",
            ]
            before = lows[i] if lows[i] in OPENING else before

    def of_sentence(self, index: int) -> list[str]:
        """The attributes that all tokens of a sentence have."""
        start, _, role = self.around.sentences[index]
        count = len(self.around.sentences)
        place = f"{int(10 * start / self.whole)}"
        near = "first" if index == 0 else "second" if index == 1 else "last" if index == count - 1 else "inner"
        lows = self.lows[index]
        numbers = sum(w[0] == "0" for w in lows)
        return ["bias", f"place={place}", f"role={role}", f"near={near}", f"role.place={role}{place}", f"numbers={min(numbers, 4)}"]

    def _pairs(self, lows: Sequence[str], i: int) -> list[str]:
        word, before, after = lows[i], lows[i - 1] if i else "^", lows[i + 1] if i + 1 < len(lows) else "$"
        a, b, c = self._class(before), self._class(word), self._class(after)
        return [
            f"-w={before}|{word}",
            f"+w={word}|{after}",
            f"-c={a}|{b}",
            f"+c={b}|{c}",
            f"-+c={a}|{b}|{c}",
            f"-+={before}|{after}",
        ]

    def _class(self, low: str) -> str:
        of = self.classes.get(low)
        return str(of[1]) if of else low[-2:]

    def _repeats(self, word: str, lows: Sequence[str], i: int) -> list[str]:
        low = lows[i]
        if not low.isalpha() or len(low) < 3 or low in COMMON:
            return []
        found = [f"n={min(self.count[low], 5)}"]
        if low in self.title:
            found.append("title")
        if low in self.aims:
            found.append("aim")
        if low in self.defined:
            found.append("long")
        if word in self.short:
            found.append("short")
        return found

    def _read(self, tokens: Sequence[Token], i: int) -> list[str]:
        found = [f"k={kind}" for kind in self.kinds.get(tokens[i].start, ())]
        if i:
            found += [f"-k={kind}" for kind in self.kinds.get(tokens[i - 1].start, ())]
        if i + 1 < len(tokens):
            found += [f"+k={kind}" for kind in self.kinds.get(tokens[i + 1].start, ())]
        return found


def _early(i: int) -> str:
    return str(i) if i < 4 else "4+" if i < 10 else "10+"


def _kinds_at(around: Surroundings) -> dict[int, list[str]]:
    """The kinds of what was read, by the place where a token starts inside it."""
    starts = [t.start for sentence in around.tokens for t in sentence]
    found: dict[int, list[str]] = {}
    for s in sorted(around.stretches, key=lambda s: (s.start, s.end, s.kind)):
        for k in range(bisect_left(starts, s.start), bisect_left(starts, s.end)):
            kinds = found.setdefault(starts[k], [])
            if s.kind not in kinds:
                kinds.append(s.kind)
    return found
