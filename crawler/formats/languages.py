"""Languages under one code each: ISO 639-2 as PubMed writes it (the bibliographic codes: `fre`, `ger`, `chi`)."""

from __future__ import annotations

import re

#: Code, ISO 639-1 and other codes of the same language, English name.
_LANGUAGES = """
afr af afrikaans|alb sq sqi albanian|ara ar arabic|arm hy hye armenian|aze az azerbaijani|baq eu eus basque|bel be belarusian|bos bs bosnian|bul bg bulgarian
|cat ca catalan|chi zh zho chinese|cze cs ces czech|dan da danish|dut nl nld dutch|eng en english|est et estonian|fin fi finnish|fre fr fra french
|geo ka kat georgian|ger de deu german|gle ga irish|glg gl galician|gre el ell greek|heb he hebrew|hin hi hindi|hrv hr scr croatian|hun hu hungarian
|ice is isl icelandic|ind id indonesian|ita it italian|jpn ja japanese|kaz kk kazakh|kir ky kirghiz|kor ko korean|lat la latin|lav lv latvian|lit lt lithuanian
|mac mk mkd macedonian|mal ml malayalam|may ms msa malay|nor no nb nn nob nno norwegian|per fa fas persian|pol pl polish|por pt portuguese|rum ro ron romanian
|rus ru russian|slo sk slk slovak|slv sl slovenian|spa es spanish|srp sr scc serbian|swe sv swedish|tha th thai|tur tr turkish|ukr uk ukrainian|urd ur urdu
|uzb uz uzbek|vie vi vietnamese|wel cy cym welsh
"""
_CODES = {word: words.split()[0] for words in _LANGUAGES.split("|") for word in words.split()}
_FIRST_WORD = re.compile(r"\s*([A-Za-z]+)")


def language_code(text: str) -> str | None:
    """The ISO 639-2 code of a language that is given by a code or by its English name; None where the word names none that is known.

    >>> language_code("en-GB"), language_code("French"), language_code("ger"), language_code("Klingon")
    ('eng', 'fre', 'ger', None)
    """
    word = _FIRST_WORD.match(text)
    return _CODES.get(word[1].lower()) if word else None


#: Words that make up some quarter of English prose, and next to nothing of other languages' in Latin letters.
_ENGLISH = frozenset(
    ["the", "of", "and", "to", "with", "was", "were", "for", "that", "by", "is", "are", "this", "from", "than", "not", "we"]
)
_WORD = re.compile(r"[^\W\d_]+")
_SHARE = 0.04
_WORDS_NEEDED = 20


def reads_foreign(text: str) -> bool:
    """Whether prose is in another language than English, by the share of English's commonest words; False where it is too short to tell.

    >>> reads_foreign("The warmth of the hands lasted longer with wax than with water in both of the towns, and no burn was seen in anybody.")
    False
    >>> reads_foreign("El calor de las manos duró más con la cera que con el agua en los dos pueblos, y no se observó ninguna quemadura en nadie.")
    True
    """
    words = _WORD.findall(text.lower())
    return len(words) >= _WORDS_NEEDED and sum(word in _ENGLISH for word in words) < _SHARE * len(words)
