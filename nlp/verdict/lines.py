"""A text as the sentences that a verdict is sought in: each with its role, its tokens, and what the text's own short forms stand for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from crawler.document import Document, Section, SectionName
from nlp.grammar.characters import in_one_spelling
from nlp.reading import Role
from nlp.sectioning import sentences_of
from nlp.short_forms import short_forms
from nlp.words import normal_word

_TOKEN = re.compile(r"\d+(?:[.,·]\d+)*|[^\W\d_]+(?:[\w’']*\w)?|[^\w\s]")
#: What structured abstracts put before their headings, and the title's own heading: blanked, so that every offset stays.
_MARKUP = re.compile(r"\bABSTRACT(?:\.(?=[A-Z]))|(?<=:):|(?<![^\s])(?:ABSTRACT|Abstract)[.:]+\s?(?=\n)")
_TITLE = re.compile(r"\s*TITLE:\s*(?P<title>[^\n]*\S)\s*(?:\n|$)")
_ENDINGS = (
    "ization", "ational", "ations", "ation", "iveness", "fulness", "ments", "ment", "ities", "ity", "ings", "ing", "ness", "ions", "ion",
    "ies", "ied", "ive", "ed", "es", "al", "ly", "ic", "ous", "y", "e", "s",
)  # fmt: skip


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """What related words share; rough on purpose.

    >>> stem("reduction"), stem("reduced"), stem("mortality"), stem("deaths")
    ('reduct', 'reduc', 'mortal', 'death')
    """
    word = normal_word(word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def words_of(told: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(re.findall(r"[\w-]+", told))


def stems_of(told: str) -> frozenset[str]:
    """Their stems."""
    return frozenset(map(stem, words_of(told)))


@dataclass(frozen=True, slots=True)
class Token:
    """A token, where it stands in the text, and the stems that it stands for: its own, and those of its long form."""

    start: int
    end: int
    text: str
    stem: str
    stands_for: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of the text: `text[start:end]`."""

    index: int
    start: int
    end: int
    role: Role
    plain: str
    tokens: tuple[Token, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A document's sentences and its short forms' long forms, as stems."""

    text: str
    lines: tuple[Line, ...]
    long_forms: dict[str, frozenset[str]]


def bare_text(text: str) -> tuple[str, tuple[int, int] | None]:
    """The text with the marks blanked that stand before its headings, at the same offsets; and where its title stands, if it says so."""
    bare = _MARKUP.sub(lambda m: " " * len(m[0]), text)
    title = _TITLE.match(bare)
    return bare, title.span("title") if title else None


def read_text(text: str) -> Text:
    """The sentences of an abstract as it was given; headings of any spelling are no part of them."""
    bare, title = bare_text(text)
    plain = in_one_spelling(bare)
    sections = (Section(SectionName.TITLE, *title),) if title else ()
    document = Document(id="", title=bare[slice(*title)] if title else "", text=bare, sections=sections)
    forms = short_forms(plain)
    long_forms = {short: _stems(long) for short, long in forms.items()}
    lines = tuple(
        Line(s.index, s.start, s.end, s.role, s.plain, _tokens(plain, s.start, s.end, long_forms))
        for s in sentences_of(document, plain)
        if any(c.isalpha() for c in s.plain)
    )
    return Text(text, lines, long_forms)


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(m[0]) for m in _TOKEN.finditer(words) if m[0][0].isalpha() and m[0].lower() not in STOP)


#: Words that tell no phrase from another.
STOP = words_of("""the a an of in on to and or for with was were is are at by from than that this these those their its it as be been who which
    between during after before both all any other per via into within using under over about group groups patients patient subjects participants""")


def word_stems(text: str) -> set[str]:
    """The stems of a text's words."""
    return {stem(m[0]) for m in _TOKEN.finditer(text) if m[0][0].isalpha()}


def _tokens(plain: str, start: int, end: int, long_forms: dict[str, frozenset[str]]) -> tuple[Token, ...]:
    found = []
    for m in _TOKEN.finditer(plain, start, end):
        own = stem(m[0]) if m[0][0].isalpha() else m[0]
        told = long_forms.get(m[0]) or (long_forms.get(m[0][:-1]) if m[0].endswith("s") else None)
        found.append(Token(m.start(), m.end(), m[0], own, frozenset((own,)) | told if told else frozenset((own,))))
    return tuple(found)


def phrase_stems(phrase: str, text: Text) -> dict[str, str]:
    """The stems that a phrase asks for, each with the word that it comes from; a short form asks for its long form where one is known."""
    plain = in_one_spelling(phrase)
    own = {short: _stems(long) for short, long in short_forms(plain).items()}
    found: dict[str, str] = {}
    for m in _TOKEN.finditer(plain):
        word = m[0]
        if not word[0].isalnum() or (word.lower() in STOP and not (len(word) == 1 and word.isupper())):
            continue
        long = text.long_forms.get(word) or own.get(word)
        if long:
            found.update(dict.fromkeys(sorted(long), word))
        if not long or word not in text.long_forms:
            found[stem(word) if word[0].isalpha() else word] = word
    return found
