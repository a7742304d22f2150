"""Tagged text (MEDLINE, RIS): fields of a record with the line each stands in, so that whatever is wrong can be named by its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from crawler.errors import Unreadable
from crawler.formats.given import printable

#: Bytes that no encoding explains, as reading marks them.
_DAMAGED = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_NAMED_LINES = 4


@dataclass(slots=True)
class Field:
    """A tag and its value, in the pieces of its folded lines. `line` counts from 1."""

    tag: str
    line: int
    pieces: list[str]

    @property
    def value(self) -> str:
        """The value, its folded lines as one; a line break in it is a paragraph's."""
        return "".join(self.pieces)

    def goes_on(self, more: str, between: str) -> None:
        """Take in a further line."""
        if more:
            self.pieces += [between, more] if any(self.pieces) else [more]


@dataclass(slots=True)
class TaggedRecord:
    """One record's fields in order. `strays` are lines in it that belong to no field."""

    line: int
    fields: list[Field] = field(default_factory=list)
    strays: list[int] = field(default_factory=list)
    by_tag: dict[str, list[Field]] = field(default_factory=dict)

    def add(self, tag: str, value: str, line: int) -> None:
        """A field that begins here."""
        self.fields.append(Field(tag, line, [value]))
        self.by_tag.setdefault(tag, []).append(self.fields[-1])

    def all(self, *tags: str) -> tuple[str, ...]:
        """The values of these tags that say something, in the order of `tags` and then of the record."""
        return tuple(f.value for tag in tags for f in self.by_tag.get(tag, ()) if f.value)

    def first(self, *tags: str) -> str:
        """The first value of the first of these tags that has one; empty where none has."""
        return next((f.value for tag in tags for f in self.by_tag.get(tag, ()) if f.value), "")

    def damaged(self) -> Field | None:
        """The first field with bytes that are no text."""
        return next((f for f in self.fields if _DAMAGED.search(f.value)), None)


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    r"""The lines of a text with their numbers from 1, without what prints nothing. Form feeds and the like end no line.

    >>> list(numbered_lines("a\r\nb\rc"))
    [(1, 'a'), (2, 'b'), (3, 'c')]
    """
    return ((number, printable(line)) for number, line in enumerate(_LINE_END.split(text), 1))


def lines_named(numbers: Iterable[int]) -> str:
    """Line numbers in words, the first few of many.

    >>> lines_named([3]), lines_named([3, 4, 9]), lines_named(range(1, 100))
    ('line 3', 'lines 3, 4 and 9', 'lines 1, 2, 3 and 96 more')
    """
    found = [str(number) for number in numbers]
    if len(found) == 1:
        return f"line {found[0]}"
    shown, rest = (found[:3], f"{len(found) - 3} more") if len(found) > _NAMED_LINES else (found[:-1], found[-1])
    return f"lines {', '.join(shown)} and {rest}"


def stray_lines(numbers: Iterable[int], where: str) -> Iterator[Unreadable]:
    """One error for lines that belong to no field, if there are any."""
    found = list(numbers)
    if found:
        yield Unreadable(
            f"{where}, {lines_named(found)}",
            "no field begins here and none goes on.",
            "The rest was read without; mend the lines if they matter.",
        )
