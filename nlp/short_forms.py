"""What a text's own abbreviations stand for (the algorithm of Schwartz and Hearst, Pac Symp Biocomput 2003), in time linear in the text."""

from __future__ import annotations

import re
from functools import lru_cache

_BRACKET = re.compile(r"[(\[]\s?([^()\[\]]{2,80})\s?[)\]]")
_SHORT = re.compile(r"[A-Za-z][\w/+.’'-]{1,11}")
_WORD = re.compile(r"\S+")
#: The longest name that anybody abbreviates, in characters: what bounds the look to the left.
_REACH = 160


def short_forms(text: str) -> dict[str, str]:
    """Short form to long form, both as printed; the first definition of either counts.

    >>> short_forms("Magnetic resonance imaging (MRI) and a 6-minute walk test (6MWT) were used in MS (multiple sclerosis).")
    {'MRI': 'Magnetic resonance imaging', 'MS': 'multiple sclerosis'}
    """
    found: dict[str, str] = {}
    longs: set[str] = set()
    for m in _BRACKET.finditer(text):
        inside = re.split(r"[;,]|\s[=–-]\s", m[1])[0].strip()
        before = text[max(0, m.start() - _REACH) : m.start()].rstrip()
        pair = _usual(inside, before) or _turned(m[1].strip(), before)
        if pair and pair[0] not in found and pair[1] not in longs:
            found[pair[0]] = pair[1]
            longs.add(pair[1])
    return found


def _is_short(word: str) -> bool:
    letters = sum(c.isalpha() for c in word)
    marked = sum(c.isupper() or c.isdigit() for c in word)
    return _SHORT.fullmatch(word) is not None and len(word) < 11 and 2 * letters >= len(word) and marked >= 2


def _usual(short: str, before: str) -> tuple[str, str] | None:
    """ "magnetic resonance imaging (MRI)"."""
    if not _is_short(short):
        return None
    words = list(_WORD.finditer(before))[-min(len(short) + 5, 2 * len(short)) :]
    if not words:
        return None
    long = expansion(short, before[words[0].start() :])
    return (short, long) if long else None


def _turned(long: str, before: str) -> tuple[str, str] | None:
    """ "MS (multiple sclerosis)"."""
    words = long.split()
    last = before.rpartition(" ")[2]
    if not 2 <= len(words) <= 8 or not _is_short(last) or last.islower():
        return None
    whole = expansion(last, long)
    return (last, whole) if whole == long else None


def expansion(short: str, candidate: str) -> str | None:
    """The shortest end of `candidate` that holds the letters of `short` in order, its first letter at the beginning of a word."""
    place = len(candidate) - 1
    letters = [c for c in short.lower() if c.isalnum()]
    lower = candidate.lower()
    for number in range(len(letters) - 1, -1, -1):
        first = number == 0
        while place >= 0 and (lower[place] != letters[number] or (first and place > 0 and lower[place - 1].isalnum())):
            place -= 1
        if place < 0:
            return None
        place -= 1
    long = candidate[place + 1 :].strip(" ,;:")
    if len(long) <= len(short) or re.search(r"[.;:%]\s|[\[\]]", long) or long.count("(") != long.count(")"):
        return None
    return long


_ALL_WORDS = re.compile(r"[A-Za-z]+")


_NO_LETTERS = re.compile(r"[^A-Za-z]")


_SHORT_PLURAL = re.compile(r"^[A-Z]{2,}s$")


_LONG_ALL_WORDS = re.compile(r"[A-Za-z]{3,}")


@lru_cache(maxsize=4096)
def abbreviates(short: str, long: str) -> bool:
    """Whether the letters of `short` stand in `long` in order, from its first letter, most of them at the beginnings of words.

    >>> abbreviates("PLD", "pegylated liposomal doxorubicin"), abbreviates("SK", "streptokinase"), abbreviates("PLD", "placebo")
    (True, True, False)
    """
    letters = _NO_LETTERS.sub("", short).lower().removesuffix("s") if short.isupper() or _SHORT_PLURAL.match(short) else ""
    if not 2 <= len(letters) <= 6 or len(long) < len(letters) + 4 or long.isupper():
        return False
    initials = "".join(w[0] for w in _ALL_WORDS.findall(long)).lower()
    if letters == initials or letters in initials:
        return True
    lower, place = long.lower(), 0
    if lower[0] != letters[0]:
        return False
    for c in letters:
        place = lower.find(c, place) + 1
        if not place:
            return False
    words = len(_LONG_ALL_WORDS.findall(long))
    return words == 1 or sum(i in letters for i in set(initials)) == len(set(initials))
