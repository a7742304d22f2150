"""Patterns that are tried only on texts, and at words of a text, where they can match.

Most patterns match in few sentences, and to find that out costs a look from every character. What a match needs is known beforehand:
"p < 0.05" holds a digit, "by a factor of 2" the word "factor", and begins in a word that holds "factor". These needs (`needs_of`) and
leads (`lead_of`) are derived from the pattern itself, so no pattern and its needs can drift apart; both are necessary conditions, and
whether there is a match the pattern alone decides.

A text is looked at once, word by word, for the needs of all patterns together, and what each word holds is kept: the words of a
literature come again and again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from operator import add, or_
from string import digits

from nlp.grammar.leads import begins_at, begins_no_later, first_characters, lead_of
from nlp.grammar.needs import EDGE, Need, folded, marked, needs_of

#: Words are kept until there are so many, sentences likewise; a longer text is looked at anew.
_MOST_WORDS, _MOST_TEXTS, _LONGEST = 100_000, 1024, 20_000
#: For each pattern, the words whose places are kept.
_MOST_TRIED = 5000
#: In longer texts the words that a match can begin in are many.
_SENTENCE = 1000


class _Index:
    """Literals by their first characters, three where they have so many, each with the bits of the needs that it meets."""

    def __init__(self) -> None:
        self._meets: dict[str, int] = {}
        self._by_start: dict[str, list[str]] = {}
        self._single: set[str] = set()
        self._pairs: set[str] = set()

    def add(self, literal: str, bit: int) -> None:
        """`literal` meets the need with this bit."""
        if len(literal) == 1:
            self._single.add(literal)
        elif len(literal) == 2:
            self._pairs.add(literal)
        elif literal not in self._meets:
            self._by_start.setdefault(literal[:3], []).append(literal)
        self._meets[literal] = self._meets.get(literal, 0) | bit

    def met_by(self, word: str) -> int:
        """The bits of all needs that a literal in this word meets."""
        meets, by_start, met = self._meets, self._by_start, 0
        for mark in self._single.intersection(word):
            met |= meets[mark]
        for pair in self._pairs.intersection(map(add, word, word[1:])):
            met |= meets[pair]
        for place, start in enumerate(map(add, map(add, word, word[1:]), word[2:])):
            for literal in by_start.get(start, ()):
                if word.startswith(literal, place):
                    met |= meets[literal]
        return met


class _Words(dict[str, tuple[int, str]]):
    """What each word holds, found out when it is first asked for: a bit for each need that it meets, and the word as needs see it, unmarked."""

    def __init__(self) -> None:
        super().__init__()
        self.cased, self.uncased = _Index(), _Index()
        self._alike: dict[str, tuple[int, str]] = {}

    def __missing__(self, word: str) -> tuple[int, str]:
        if len(self) >= _MOST_WORDS:
            self.clear()
        # Numbers are many, and alike where every digit is a zero.
        seen = marked(word)
        if seen not in self._alike:
            held = self.cased.met_by(seen) | self.uncased.met_by(folded(seen))
            self._alike[seen] = (held, seen.replace(EDGE, "")) if held else _NOTHING
        self[word] = found = self._alike[seen]
        return found

    def clear(self) -> None:
        """Nothing is kept."""
        self._alike.clear()
        super().clear()


#: A word that meets no need.
_NOTHING = (0, "")
_AT_EDGE = re.compile(r"(?<!\w)(?=.)|(?<=\w)(?=\W)")


@lru_cache(maxsize=_MOST_WORDS)
def _places(word: str) -> tuple[Sequence[int], ...]:
    """The characters of a word at which patterns are tried, by `Places`."""
    edges = tuple(m.start() for m in _AT_EDGE.finditer(word))
    marks = tuple(place for place, character in enumerate(word) if not character.isalpha())
    return range(len(word)), edges, marks, sorted({*edges, *marks})


class _Tried(dict[str, Sequence[int]]):
    """At which characters of a word one pattern is tried."""

    def __init__(self, pattern: str, flags: int) -> None:
        super().__init__()
        self._places, self.first = begins_at(pattern, flags), first_characters(pattern, flags)
        self._no_later = begins_no_later(pattern, flags)
        if self.first is not None and not self.first.isdisjoint(digits):
            self.first |= {"0"}  # in the words as they are seen every digit is a zero

    def __missing__(self, word: str) -> Sequence[int]:
        if len(self) >= _MOST_TRIED:
            self.clear()
        self[word] = places = tuple(place for place in _places(word)[self._places] if self._may_begin(word, place))
        return places

    def _may_begin(self, word: str, place: int) -> bool:
        one = word[place]
        # "²" is a digit to Python, and none to a pattern.
        if self._no_later and place and one.isdecimal() and word[place - 1].isdecimal():
            return False
        return self.first is None or one in self.first or not one.isascii()


_words = _Words()
_bits: dict[Need, int] = {}


def _bit_of(need: Need) -> int:
    """The bit of a need; patterns with the same need share it."""
    if need not in _bits:
        _bits[need] = 1 << len(_bits)
        for literal in need.literals:
            (_words.cased if need.cased else _words.uncased).add(literal, _bits[need])
        _words.clear()
        _looks.clear()
    return _bits[need]


#: A word that meets needs: their bits, where it begins, and the word itself with zeros for its digits.
_Found = tuple[int, int, str]


def words_of(text: str) -> Iterable[_Found]:
    """The words of a text that meet a need, in order; of a long text, as far as they are asked for."""
    words = text.split()
    if sum(map(len, words)) + len(words) - 1 != len(text):
        return _words_apart(text, words)
    if len(text) >= _SENTENCE:
        return _words_in_turn(words)
    found: list[_Found] = []
    place = 0
    for word, (bits, seen) in zip(words, map(_words.__getitem__, words), strict=True):
        if bits:
            found.append((bits, place, seen))
        place += len(word) + 1
    return found


def _words_in_turn(words: Iterable[str]) -> Iterator[_Found]:
    place = 0
    for word in words:
        bits, seen = _words[word]
        if bits:
            yield bits, place, seen
        place += len(word) + 1


def _words_apart(text: str, words: Iterable[str]) -> Iterator[_Found]:
    """The same where more than one space stands between words."""
    end = 0
    for word in words:
        start = text.find(word, end)
        end = start + len(word)
        bits, seen = _words[word]
        if bits:
            yield bits, start, seen


class Look:
    """What a text holds: the needs that it meets (`held`), and its words with what each of them holds."""

    __slots__ = ("_words", "held", "text")

    def __init__(self, text: str, held: int | None = None) -> None:
        # A literal has no space in it, so it stands in a text exactly where it stands in one of its words.
        self.text = text
        self._words: list[_Found] | None = None
        if held is None and len(text) < _SENTENCE:
            self._words = list(words_of(text))
            held = reduce(or_, [found[0] for found in self._words], 0)
        self.held = reduce(or_, [_words[word][0] for word in text.split()], 0) if held is None else held

    @property
    def words(self) -> list[_Found]:
        """The words that meet a need."""
        if self._words is None:
            self._words = list(words_of(self.text))
        return self._words

    def words_from(self) -> Iterable[_Found]:
        """The same words; of a long text, as far as they are asked for."""
        return self.words if len(self.text) < _SENTENCE else words_of(self.text)


class _Looks(dict[str, Look]):
    """Looks at the sentences that were looked at last; every pattern asks for one."""

    def __missing__(self, text: str) -> Look:
        look = Look(text)
        if len(text) < _LONGEST:
            if len(self) >= _MOST_TEXTS:
                self.clear()
            self[text] = look
        return look


_looks = _Looks()


def look_at(text: str) -> Look:
    """What a text holds; remembered for sentences."""
    return _looks[text]


class Passage(Look):
    """Sentences read as one text, with a space between them. What they hold is known from each of them."""

    __slots__ = ("_looks",)

    def __init__(self, sentences: Iterable[str]) -> None:
        self._looks = [look_at(sentence) for sentence in sentences]
        super().__init__(" ".join(look.text for look in self._looks), reduce(or_, (look.held for look in self._looks), 0))

    def words_from(self) -> Iterator[_Found]:
        """The words that meet a need, as far as they are asked for."""
        offset = 0
        for look in self._looks:
            for bits, start, word in look.words:
                yield bits, offset + start, word
            offset += len(look.text) + 1


#: Stands for each character of a stretch that was read.
READ = "\x00"
_INSIDE_WORD = re.compile(r"(?<=\w)(?=\w)")


def taken_out(text: str, look: Look, start: int, end: int) -> tuple[str, Look]:
    """A text of which a stretch is read and blanked, and what the text holds now: no more than before.

    Only where a word is cut in two it is looked at again: its rest begins or ends where no word did.
    """
    left = text[:start] + READ * (end - start) + text[end:]
    cut = _INSIDE_WORD.match(text, start) or _INSIDE_WORD.match(text, end)
    return left, look_at(left) if cut else look


class Sieved:
    """A compiled pattern behind its needs. Finds what the pattern alone would find."""

    __slots__ = ("lead", "needs", "passed", "pattern", "tried")

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = re.compile(pattern, flags)
        self.needs = reduce(or_, map(_bit_of, needs_of(pattern, flags)), 0)
        lead = lead_of(pattern, flags)
        self.lead = _bit_of(lead) if lead is not None else 0
        self.needs |= self.lead
        self.tried = _Tried(pattern, flags)
        #: No match begins in a stretch that was read, where it is known what matches begin with.
        self.passed = READ if self.tried.first is not None else ""

    def search(self, text: str) -> re.Match[str] | None:
        """The first match in a text."""
        look = _looks[text]
        return self._first(look, text) if look.held & self.needs == self.needs else None

    def search_in(self, look: Look) -> re.Match[str] | None:
        """The first match in a text that was looked at."""
        return self._first(look, look.text) if look.held & self.needs == self.needs else None

    def search_between(self, text: str, start: int, end: int) -> re.Match[str] | None:
        """The first match between two places of a text, neither of which cuts a word that a match would hold."""
        return self.pattern.search(text, start, end) if _looks[text].held & self.needs == self.needs else None

    def _first(self, look: Look, text: str) -> re.Match[str] | None:
        if not self.lead:
            return self.pattern.search(text)
        return next(iter(self._from_leads(look.words_from(), text, most=1)), None)

    def finditer(self, text: str) -> Iterable[re.Match[str]]:
        """All matches in a text."""
        return self.within(_looks[text], text)

    def within(self, look: Look, text: str) -> Iterable[re.Match[str]]:
        """All matches in what is left of a text that was looked at, at the same places."""
        if look.held & self.needs != self.needs:
            return ()
        if not self.lead or len(text) >= _SENTENCE:
            return self.pattern.finditer(text)
        return self._from_leads(look.words, text)

    def _from_leads(self, words: Iterable[_Found], text: str, most: int = sys.maxsize) -> list[re.Match[str]]:
        """Every word that a match can begin in is tried, at the characters that it can begin with."""
        lead, match, tried, passed, free = self.lead, self.pattern.match, self.tried, self.passed, 0
        found: list[re.Match[str]] = []
        for bits, start, word in words:
            if bits & lead:
                for place in tried[word]:
                    if start + place >= free and text[start + place] != passed and (m := match(text, start + place)):
                        found.append(m)
                        if len(found) == most:
                            return found
                        free = m.end()
        return found

    def possible(self, text: str) -> bool:
        """Whether a text may hold a match."""
        return _looks[text].held & self.needs == self.needs

    def possible_in(self, look: Look) -> bool:
        """Whether a text that was looked at may hold a match."""
        return look.held & self.needs == self.needs
