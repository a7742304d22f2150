"""What a document was read from, as the library keeps it: its text, and the answer of a registry that its posted results point into."""

from __future__ import annotations

import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.json_place import Place, place_of, printed_under
from kb.answers_apart import AnswerNotThere, is_lost, opened
from nlp.grammar.characters import in_one_spelling
from nlp.grammar.number import LARGE_NUMBER, number_value

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_IN_WORDS = re.compile(rf"\b(?:{LARGE_NUMBER})\b", re.IGNORECASE)
#: Characters around a number by which one sees whether it is whole.
_NEAR = 24
_DAY = "/protocolSection/statusModule/lastUpdatePostDateStruct/date"


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored document with all that its values are compared with.

    `plain`: the text in one spelling, at the same offsets. `answer`: what its registry answered. `why_no_answer`: why that cannot be looked
    at, as a sentence's end; None where it can, or where nothing points into it.
    """

    id: int
    name: str
    text: str
    plain: str
    answer: object = None
    why_no_answer: str | None = None

    def place(self, pointer: str) -> Place | None:
        """The place of the answer that a pointer leads to."""
        return place_of(self.answer, pointer)

    def printed_at(self, pointer: str) -> tuple[str, ...]:
        """Everything printed at a place and below it, in one spelling."""
        place = self.place(pointer)
        return () if place is None else tuple(in_one_spelling(t).strip() for t in printed_under(place))

    def printed_about(self, pointer: str) -> str:
        """Everything printed about the outcome, the group or the arm that a pointer leads into, with the time frame of them all."""
        parts = pointer.split("/")
        first = next((i for i, part in enumerate(parts) if part.isdigit()), len(parts))
        module = "/".join(parts[:3])
        return "\n".join((*self.printed_at("/".join(parts[: first + 1])), *self.printed_at(f"{module}/timeFrame")))

    @property
    def everything(self) -> str:
        """Text and answer, in one spelling."""
        return self.plain if self.answer is None else "\n".join((self.plain, *self.printed_at("")))


def kept_documents(db: sqlite3.Connection) -> Iterator[Kept]:
    """Every document, in the order in which they came."""
    for (number,) in db.execute("SELECT id FROM document ORDER BY id").fetchall():
        row = db.execute("SELECT * FROM document WHERE id = ?", (number,)).fetchone()
        answer, why = _answer(db, row) if _points(db, number) else (None, None)
        yield Kept(number, row["came_as"], row["text"], in_one_spelling(row["text"]), answer, why)


def _points(db: sqlite3.Connection, document: int) -> bool:
    # A library of the first version has no pointers yet.
    if not db.execute("SELECT 1 FROM pragma_table_info('evidence') WHERE name = 'pointer'").fetchone():
        return False
    found = db.execute("SELECT 1 FROM evidence WHERE document_id = ? AND pointer IS NOT NULL LIMIT 1", (document,))
    return found.fetchone() is not None


def _answer(db: sqlite3.Connection, document: sqlite3.Row) -> tuple[object, str | None]:
    """The answer that a registration was read from, or why that cannot be had, as a sentence's end."""
    rows = db.execute(
        "SELECT source, external_id, state, hash, body FROM record LEFT JOIN answer ON hash = answer_hash WHERE document_id = ? "
        "ORDER BY state <> 'read', source, external_id",
        (document["id"],),
    ).fetchall()
    whys = []
    for row in rows:
        answer, why = _opened(db, row, document["revised"])
        if why is None:
            return answer, None
        whys.append(why)
    return None, whys[0] if whys else "no answer of its registry is kept. Fetch it again with: counterclaim add " + document[
        "came_as"
    ]


def _opened(db: sqlite3.Connection, row: sqlite3.Row, revised: str | None) -> tuple[object, str | None]:
    name = f"{row['source']} {row['external_id']}"
    if row["state"] == "stored":
        return None, f"an answer of {name} that may be newer waits to be read. Read it with: counterclaim reread"
    if row["state"] == "unreadable" and row["body"] is not None and is_lost(db, row["hash"], row["body"]):
        return None, f"the answer of {name} is lost. Fetch it again with: counterclaim add {row['external_id']}"
    if row["state"] == "unreadable":
        return None, f"the newer answer of {name} could not be read, and the one before it is not kept."
    if row["body"] is None:
        return None, f"the answer of {name} is not kept any more. Fetch it again with: counterclaim add {row['external_id']}"
    try:
        answer = json.loads(opened(db, row["hash"], row["body"]), strict=False)
    except AnswerNotThere as error:
        return None, f"the answer of {name} cannot be had. {error}"
    except (ValueError, RecursionError, zlib.error) as error:
        return None, f"the kept answer of {name} is damaged ({error}). Fetch it again with: counterclaim add {row['external_id']}"
    day = place_of(answer, _DAY)
    if (day.value if day is not None else None) != revised:
        return None, f"the answer of {name} that is kept is of another day than the one that was read."
    return answer, None


def whole_numbers(plain: str) -> frozenset[int]:
    """The whole numbers that a text prints, in digits or words: what a count of people may have been read from.

    >>> sorted(whole_numbers("Of 1,204 people, sixty-two had 5.5 points; two of 30. In May 2011,157 came."))
    [2, 30, 62, 157, 1204, 2011]
    """
    digits = {n for m in _DIGITS.finditer(plain) for n in _whole_in(m[0])}
    return frozenset(digits | {int(number_value(m[0])) for m in _IN_WORDS.finditer(plain) if not m[0].isdigit()})


def _whole_in(digits: str) -> tuple[int, ...]:
    """The whole numbers in digits with commas and points: a group of three is none by itself, nor is either half of a decimal number."""
    if _THOUSANDS.fullmatch(digits):
        return (int(digits.replace(",", "")),)
    return tuple(int(part) for part in digits.split(",") if part.isdigit())


def stands_in(printed: str, text: str, *, after_letters: bool = False) -> bool:
    """Whether a printed number stands there whole: 5 does not stand in 95 or in 5.2, nor 182 in 1,182.

    `after_letters`: whether a number that begins with its point may stand right behind a word ("P of.05"); elsewhere that is
    another number behind a full stop ("vs.40%").

    >>> stands_in("0.001", "p <0.001"), stands_in("5", "5.2"), stands_in("4.5", "33 ± 4.5mm"), stands_in("1.38", "1.38,95%CI")
    (True, False, True, True)
    """
    digits, negative = printed.lstrip("+-"), printed.startswith("-")
    return any(
        _signed(before, negative)
        and _begins(before.removesuffix("-") if negative else before, digits, after_letters)
        and _ends(before, digits, text[m.end() : m.end() + _NEAR])
        for m in re.finditer(re.escape(digits), text)
        for before in (text[max(0, m.start() - _NEAR) : m.start()],)
    )


def _signed(before: str, negative: bool) -> bool:
    """A minus in front is the number's own behind a space, a bracket or a mark, and a hyphen behind a word."""
    return before.endswith("-") if negative else re.search(r"(?:^|[\s(\[=:,;])-$", before[-2:]) is None


def _begins(before: str, digits: str, after_letters: bool) -> bool:
    if re.search(r"\d\.?$", before):
        return False
    # Texts run words and numbers together ("score29.33", "protein15%"); a single digit behind a letter is part of a name ("β2").
    glued = before[-1:].isalpha()
    if glued and (not after_letters if digits.startswith(".") else len(digits) < 2):
        return False
    # A group of three behind a comma is the end of a larger number, and one digit or two may be decimals.
    follows = re.search(r"\d,$", before) is not None
    whole = digits.partition(".")[0]
    return not follows or (len(whole) != 3 if "." in digits else len(whole) > 3 or _bracketed(before))


def _bracketed(before: str) -> bool:
    """ "6 (2,15)": numbers with a comma and no space between, in a bracket of their own."""
    return re.search(r"[(\[]\s?-?\d+,$", before) is not None


def _ends(before: str, digits: str, after: str) -> bool:
    if not digits[-1:].isdigit():
        return re.match(r"\w", after) is None
    if re.match(r"\d|\.\d|[eE][-+]?\d", after):
        return False
    if "." in digits or not re.match(r",\d{1,3}(?!\d)", after):
        return True
    return re.search(r"[(\[]\s?-?$", before) is not None and re.match(r",\d{1,2}[)\]]", after) is not None
