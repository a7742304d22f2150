"""Numbers as they stand, in digits and in words, and their values."""

from __future__ import annotations

import re

#: A number as it stands: sign, thousands' commas, decimals with or without a leading zero.
NUMBER = (
    r"(?:(?<![\w.])[-+]|(?<=[–\s(\[])[-+])?(?:(?<!\d)(?:\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?)|(?<![\w.)\]\x00])\.\d+)"
)

WORDS = {
    w: i
    for i, w in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ]
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_UNITS_WORD = "one|two|three|four|five|six|seven|eight|nine"
_TENS_WORD = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_SMALL_WORD = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
WORD_NUMBER = rf"(?:(?:{_TENS_WORD})(?:[-\s](?:{_UNITS_WORD}))?|{_SMALL_WORD}|{_UNITS_WORD})"
#: "Two hundred and sixty", "a hundred", "sixty-two", "1,279".
LARGE_NUMBER = rf"(?:{WORD_NUMBER}|an?|\d+)\s+hundred(?:[\s-]+(?:and\s+)?{WORD_NUMBER})?|{WORD_NUMBER}|\d{{1,3}}(?:,\d{{3}})+|\d+"


_NUMERIC, _GROUPED, _WORD_GAP = re.compile(r"[-+.\d]"), re.compile(r"[,\s]"), re.compile(r"[-\s]+")


def number_value(text: str) -> float:
    """The value of a number in one spelling.

    >>> number_value("-1,279.5"), number_value("+.04"), number_value("sixty-two"), number_value("two hundred and sixty")
    (-1279.5, 0.04, 62.0, 260.0)
    """
    plain = text.strip().lower()
    if _NUMERIC.match(plain) and "hundred" not in plain:
        return float(_GROUPED.sub("", plain))
    total = 0
    for word in _WORD_GAP.split(plain):
        total = max(total, 1) * 100 if word == "hundred" else total + (int(word) if word.isdigit() else WORDS.get(word, 0))
    return float(total)
