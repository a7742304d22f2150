"""Questions as JSON lines: `{"id", "abstract", "intervention", "comparator", "outcome"}`, one a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from crawler.errors import Unreadable
from crawler.reading import LONGEST_LINE, STANDARD_INPUT

FIELDS = ("abstract", "intervention", "comparator", "outcome")
_DO = "Mend the line; the others are answered."


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question and the abstract that it is put to; `id` as it was given, a text or a number."""

    id: str | int
    abstract: str
    intervention: str
    comparator: str
    outcome: str


def read_questions(paths: Iterable[str]) -> Iterator[QuestionLine | Unreadable]:
    """The questions of files in the order given, `-` for standard input; a line that holds none stands in its place as an error value."""
    for path in paths:
        if path == STANDARD_INPUT:
            yield from _lines(sys.stdin.buffer, "Standard input")
            continue
        try:
            with Path(path).open("rb") as file:
                yield from _lines(file, path)
        except OSError as error:
            yield Unreadable(
                path, f"this cannot be read: {error.strerror or error}.", "Name a file of JSON lines, or - for standard input."
            )


def _lines(file: BinaryIO, where: str) -> Iterator[QuestionLine | Unreadable]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        place = f"{where}, line {number}"
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield Unreadable(place, f"this line is longer than {LONGEST_LINE // 1_000_000} MB.", "Write one question a line.")
        elif line.strip(b"\xef\xbb\xbf \t\r\n"):
            yield _question(line, place)
    if not number:
        yield Unreadable(where, "nothing stands in it.", 'Write lines like {"id": …, "abstract": …, "intervention": …, …}.')


def _question(line: bytes, place: str) -> QuestionLine | Unreadable:
    try:
        told = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Unreadable(place, "this line is no UTF-8.", _DO)
    except (ValueError, RecursionError) as error:
        return Unreadable(place, f"this line is no JSON: {error}.", _DO)
    if not isinstance(told, dict):
        return Unreadable(place, f"this is no question but {type(told).__name__}.", _DO)
    wrong = _wrong(told)
    return Unreadable(place, wrong, _DO) if wrong else QuestionLine(told["id"], *(told[name] for name in FIELDS))


def _wrong(told: dict[str, Any]) -> str | None:
    missing = [name for name in ("id", *FIELDS) if told.get(name) is None]
    if missing:
        return f"the question has no {', no '.join(missing)}."
    if isinstance(told["id"], bool) or not isinstance(told["id"], str | int):
        return "its id is neither a text nor a number."
    for name in FIELDS:
        if not isinstance(told[name], str):
            return f"its {name} is no text."
        # A comparator may be left open.
        if not told[name].strip() and name != "comparator":
            return f"its {name} is empty."
    if any(_halved(told[name]) for name in ("id", *FIELDS) if isinstance(told[name], str)):
        return "it holds half a character, which no output can keep."
    return None


def _halved(text: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in text)
