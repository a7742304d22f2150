"""The stretches of a text in which a bracket may say what an abbreviation stands for.

scispaCy's detector needs words, and to cut a whole text into words costs more than to look at its few brackets. What it asks of a bracket
(`scispacy.abbreviation.filter_matches`, `short_form_filter`) is asked here of the characters, as far as characters can tell: no bracket is
left out that the detector would take, and each has as many words around it as the detector looks at.
"""

from __future__ import annotations

import re

#: A short form inside brackets has three words of nine characters at most, so its bracket closes within so many characters.
_SHORT = 31
#: A word of more characters is no short form.
_LONGEST = 10
#: The characters that the words inside a bracket take, and more.
_LONG = 400
#: The words inside a bracket, the bracket's marks counted, and a few more.
_INSIDE = 12

_OPENS = re.compile(r"\(\s?")
_WORDS_ON = re.compile(rf"(?:\S+\s+){{0,{_INSIDE}}}\S*")


def around_brackets(text: str) -> list[str]:
    """The stretches, in order, cut between words and none touching another.

    >>> told = "Among 20 patients (aged 50), those having multiple sclerosis (MS) improved by the end of the third week of care"
    >>> around_brackets(f"{told} at home in nine towns (60%).")
    ['(aged 50), those having multiple sclerosis (MS)']
    """
    stretches: list[tuple[int, int]] = []
    for m in _OPENS.finditer(text):
        looked_at = _looked_at(text, m.start(), m.end())
        if looked_at is not None:
            start, end = looked_at
            while stretches and start <= stretches[-1][1]:
                start = min(start, stretches.pop()[0])
            stretches.append((start, end))
    return [text[start:end] for start, end in stretches]


def _looked_at(text: str, opens: int, inside: int) -> tuple[int, int] | None:
    """Between where the words stand that the detector may look at for a bracket; none where it takes no notice of the bracket."""
    near = text[inside : inside + _SHORT]
    last = near.rfind(")")
    start = opens
    if last > 0 and near[0].isalpha():
        start = _back(text, opens, min(last + 5, 2 * last) + 2)
        if near.find(")") == last and not (_may_be_short(near[:last]) and _spelt_in(near[:last], text[start:opens])):
            start = opens
    end = _on(text, inside)
    closes = text.rfind(")", inside, end)
    word = text[max(0, opens - _SHORT) : opens].rstrip().rpartition(" ")[2]
    if closes > 0 and _may_be_short_before(word, text[inside:closes]):
        start = min(start, _back(text, opens, 2))
    return (start, _to_space(text, closes)) if start < opens and closes > 0 else None


def _may_be_short(inside: str) -> bool:
    """Half of it is letters, and its first word has two characters."""
    return len(inside.split(" ", 1)[0]) > 1 and 2 * sum(map(str.isalpha, inside)) >= len(inside.strip())


def _may_be_short_before(word: str, inside: str) -> bool:
    """The word before a bracket has a letter; where it is one of letters alone, it is short, and they stand inside the bracket."""
    if word.isalpha() and word.isascii():
        return 1 < len(word) < _LONGEST and _spelt_in(word, inside)
    return len(word) > 1 and any(map(str.isalpha, word)) and word[-1] not in ",.;:)]"


def _spelt_in(short: str, long: str) -> bool:
    """The letters and digits of the one stand in the other, in their order."""
    long = long.lower()
    place = len(long)
    for letter in reversed(short.lower()):
        if letter.isalnum():
            place = long.rfind(letter, 0, place)
            if place < 0:
                return False
    return True


def _back(text: str, place: int, words: int) -> int:
    """The beginning of so many words before a place, the word that it stands in counted."""
    for _ in range(words + 1):
        place = text.rfind(" ", 0, max(place, 0))
        if place < 0:
            return 0
    return place + 1


def _on(text: str, place: int) -> int:
    """The end of the words after a place that the longest bracket may have."""
    found = _WORDS_ON.match(text, place)
    return found.end() if found else place


def _to_space(text: str, place: int) -> int:
    end = text.find(" ", place)
    return len(text) if end < 0 else end
