"""One spelling for the signs, dashes, dots and spaces of numbers, at the same offsets as the text."""

from __future__ import annotations

import re
from functools import lru_cache

_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r\n"), " "
)
_MINUS = dict.fromkeys(map(ord, "\u2212\uff0d\u02d7\u207b"), "\u2212")
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u00ad\ufe63"), "-")
_DASHES = dict.fromkeys(map(ord, "\u2012\u2013\u2014\u2015"), "–")
_OTHERS = {ord("∙"): "·", ord("⋅"): "·", ord("•"): "·", ord("（"): "(", ord("）"): ")", ord("，"): ",", ord("＝"): "=", ord("＜"): "<", ord("＞"): ">",
           ord("％"): "%", ord("：") : ":", ord("；"): ";", ord("⩽"): "≤", ord("⩾"): "≥", ord("∼"): "~", ord("～"): "~", ord("ϐ"): "β"}  # fmt: skip
_TABLE = {chr(code): spelt for code, spelt in (_SPACES | _MINUS | _HYPHENS | _DASHES | _OTHERS).items()}
#: Few characters of a text are in the table: they are looked for, and not each character in the table.
_IN_TABLE = re.compile(f"[{re.escape(''.join(_TABLE))}]")
_ASCII_IN_TABLE = "".join(filter(str.isascii, _TABLE))

#: A decimal comma, where a percent sign or a ± leaves no doubt: "20,5%", "3,4 ± 1,2".
_COMMA = re.compile(r",(?=\d{1,2}(?!\d))")
_WHOLE_BEFORE, _SPREAD_BEFORE = re.compile(r"(?<![\d.,])\d{1,3}$"), re.compile(r"(?:±|\+/-)\s?\d{1,3}$")
_DOUBTLESS = re.compile(r"\d{1,2}\s?(?:%|±|\+/-)")
#: A whole text in decimal commas: it prints "0,05", or bounds of an interval with them, and no decimal point.
_COMMA_TOLD = re.compile(r"(?<![\d.,])0,\d{1,4}(?![\d,])|(?<![\d.,])\d{1,3},\d{1,2}\s?(?:to|–|-)\s?\d{1,3},\d{1,2}(?![\d,])")
_POINT_TOLD = re.compile(r"\.(?<=\d\.)\d")
_COMMA_IN_NUMBER = re.compile(r"(?<![\d.,])(0|\d{1,3}(?=,\d{1,2}(?!\d))),(?=\d{1,4}(?![\d,]))")
#: "p = 0,03", "p < 0/05": behind the sign of a p value there is no doubt.
_P_COMMA = re.compile(r"([<>=]\s?0)[,/](?=\d{1,4}(?![\d,/]))")
#: "12/56 ± 1/2": a slash for the decimal point.
_SLASH = re.compile(r"(?<![\d/.,])(\d{1,3})/(\d{1,2})(\s{0,2}(?:±|\+/-)\s{0,2})(\d{1,3})/(?=\d{1,2}(?![\d/]))")
#: "10 739 women", "1\u2009234": a space between thousands. A plain one is read so where no word before it counts something.
_THIN = "\u2009\u202f\u2008\u200a"
_THIN_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})[\u2009\u202f\u2008\u200a](?=\d{3}(?!\d))")
_THOUSANDS = re.compile(
    r"(?<![\d.,:/–-])(?<![\d,;] )(\b[1-9]\d{0,2}) (?=\d{3}(?![\d.,/]*\d)(?:\s(?:of|women|men|patients|people|participants|children|subjects|individuals|adults|infants|person|cells|versus|vs|with|in)\b|\s?[()]))"
)
_COUNTER = re.compile(
    r"\b(?:day|days|week|weeks|month|months|group|groups|phase|type|grade|stage|step|part|arm|year|years|cohort|study|trial|table|figure|age|vitamin|mg|visit|period|level|class)\s$",
    re.IGNORECASE,
)
#: What stands for a character in texts that passed through a web page, at its length: the character and spaces.
_REFERENCES = {
    "&plusmn;": "±", "&lt;": "<", "&gt;": ">", "&le;": "≤", "&ge;": "≥", "&minus;": "\u2212", "&ndash;": "–", "&mdash;": "–", "&nbsp;": " ", "&thinsp;": " ",
    "&amp;": "&", "&times;": "×", "&#177;": "±", "&#xb1;": "±", "&#60;": "<", "&#x3c;": "<", "&#62;": ">", "&#x3e;": ">", "&#8722;": "\u2212", "&#8211;": "–",
    "&#8804;": "≤", "&#8805;": "≥", "&#x2264;": "≤", "&#x2265;": "≥", "&#160;": " ", "&#8201;": " ", "&#37;": "%",
}  # fmt: skip
_REFERENCE = re.compile("|".join(_REFERENCES), re.IGNORECASE)


def _written_out(reference: re.Match[str]) -> str:
    """The character that a reference stands for, padded to its length: before a minus, which belongs to the number behind it, else after."""
    one = _REFERENCES[reference[0].lower()]
    return one.rjust(len(reference[0])) if one == "\u2212" else one.ljust(len(reference[0]))


#: What the costlier patterns need, and few texts have.
_DIGIT_COMMA, _DIGIT_SPACE, _SPREAD_SLASH = (
    re.compile(r",(?<=\d,)\d"),
    re.compile(r" (?<=\d )\d{3}(?!\d)"),
    re.compile(r"(?:±|\+/-)\s{0,2}\d{1,3}/\d"),
)


def _with_points(text: str) -> str:
    """Decimal commas and slashes as points, thousands' spaces as commas."""
    plain = text
    commas = _DIGIT_COMMA.search(text) is not None
    if commas:
        plain = _COMMA.sub(_decimal_mark, plain)
    if commas or "0/" in plain:
        plain = _P_COMMA.sub(r"\1.", plain)
    if commas and not _POINT_TOLD.search(text) and _COMMA_TOLD.search(text):
        plain = _COMMA_IN_NUMBER.sub(r"\1.", plain)
    if ("±" in plain or "+/-" in plain) and _SPREAD_SLASH.search(plain):
        plain = _SLASH.sub(r"\1.\2\3\4.", plain)
    return _THOUSANDS.sub(_joined_thousands, plain) if _DIGIT_SPACE.search(plain) else plain


def _joined_thousands(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 12) : match.start()]
    return match[0] if _COUNTER.search(before) else match[1] + ","


_MIDDLE_DOT = re.compile(r"·(?:(?<=\d·)|(?<![\w·]·))(?=\d)")
# A sign that stands apart from its number: "= − 0.42", "(+ 9.62", "– 32.1% ±". It changes places with the space, so offsets stay.
_LOOSE_MINUS = re.compile(r"\u2212 (?=\.?\d)")
_LOOSE_SIGN, _LOOSE_BOUND = re.compile(r"([(\[=,;:] ?)([-–+]) (?=\.?\d)"), re.compile(r"\bto ([-–]) (?=\.?\d)")
# These begin with the sign that they look behind of: to find a sign is quick, to look behind every character is not.
_TIGHT_DASH = re.compile(r"–(?<![\w.%)\]]–)(?=\.?\d)")
_RANGE_HYPHEN = re.compile(r"-(?<=[\d%]-)(?=[\d.])")
_RANGE_MINUS = re.compile(r"\u2212(?<=[\d%]\u2212)(?=[\d.])")


#: Longer than any word, address or formula that is read; what is longer is noise, and must cost no more than its length.
_LONGEST_RUN, _LONGEST_NUMBER = 160, 24
_RUN = re.compile(rf"\S{{{_LONGEST_RUN},}}")
_DIGITS = re.compile(rf"\d{{{_LONGEST_NUMBER},}}")


@lru_cache(maxsize=1)
def without_runs(text: str) -> str:
    """The text with endless runs (digits, brackets, unbroken strings) blanked out by letters, at the same offsets.

    >>> without_runs("p = 0.05 " + "(" * 200)[:12]
    'p = 0.05 xxx'
    """
    longest = max(map(len, text.split()), default=0)
    plain = _RUN.sub(_blank, text) if longest >= _LONGEST_RUN else text
    return _DIGITS.sub(_blank, plain) if longest >= _LONGEST_NUMBER else plain


def _blank(run: re.Match[str]) -> str:
    return "x" * len(run[0])


def _decimal_mark(comma: re.Match[str]) -> str:
    text, place = comma.string, comma.start()
    before = text[max(0, place - 7) : place]
    whole = _WHOLE_BEFORE.search(before) and _DOUBTLESS.match(text, comma.end())
    return "." if whole or _SPREAD_BEFORE.search(before) else ","


def in_one_spelling(text: str) -> str:
    """The text with ASCII minus signs, decimal points and spaces; ranges keep an en dash. Same length, character for character.

    >>> in_one_spelling("MD −0·26 (– 0.5 to − 0.01), 0.29-18.45")
    'MD -0.26 ( -0.5 to  -0.01), 0.29–18.45'
    >>> in_one_spelling("20,5% (3,4 ± 1,2), 1,279 patients")
    '20.5% (3.4 ± 1.2), 1,279 patients'
    """
    plain = without_runs(text)
    if "&" in plain:
        plain = _REFERENCE.sub(_written_out, plain)
    if not plain.isascii() and any(map(plain.__contains__, _THIN)):
        plain = _THIN_THOUSANDS.sub(r"\1,", plain)
    if not plain.isascii() or any(map(plain.__contains__, _ASCII_IN_TABLE)):
        plain = _IN_TABLE.sub(lambda m: _TABLE[m[0]], plain)
    # Each step needs the sign that it changes; most texts have few of them.
    if "·" in plain:
        plain = _MIDDLE_DOT.sub(".", plain)
    plain = _with_points(plain)
    if "\u2212" in plain:
        plain = _LOOSE_MINUS.sub(" -", plain)
    if "- " in plain or "– " in plain or "+ " in plain:
        plain = _LOOSE_SIGN.sub(lambda m: m[1] + " " + ("-" if m[2] in "-–" else "+"), plain)
        plain = _LOOSE_BOUND.sub("to  -", plain) if "to - " in plain or "to – " in plain else plain
    if "\u2212" in plain:
        plain = _RANGE_MINUS.sub("–", plain)
    if "–" in plain:
        plain = _TIGHT_DASH.sub("-", plain)
    if "-" in plain:
        plain = _RANGE_HYPHEN.sub("–", plain)
    return plain.replace("\u2212", "-")
