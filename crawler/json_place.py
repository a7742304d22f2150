"""Places in a JSON answer: a value together with the pointer that leads back to it (RFC 6901)."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What no text that is kept may hold: control characters (tab and line feed apart) and halves of a character.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class Misshapen(Exception):
    """A place holds another sort of value than it should."""

    def __init__(self, pointer: str, wanted: str, value: object) -> None:
        super().__init__(pointer, wanted, value)
        self.pointer, self.wanted, self.value = pointer, wanted, value

    def __str__(self) -> str:
        return f"{self.pointer or 'the answer'} should be {self.wanted} and is {sort_of(self.value)}"


def sort_of(value: object) -> str:
    """What a JSON value is, in words.

    >>> sort_of([1]), sort_of(True), sort_of(None)
    ('a list', 'true or false', 'null')
    """
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"), (str, "text"), (int, "a number"), (float, "a number"), (list, "a list"), (dict, "an object"),
    )  # fmt: skip
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")


@dataclass(frozen=True, slots=True)
class Place:
    """A value in an answer and where it stands. What is absent is None there, so that a missing part of a record is no error.

    >>> study = Place({"arms": [{"label": " Saline "}]})
    >>> [arm.at("label").text for arm in study.at("arms").items], study.at("arms").items[0].pointer, study.at("x", "y").text
    (['Saline'], '/arms/0', None)
    """

    value: object
    pointer: str = ""

    def at(self, *keys: str) -> Place:
        """The place under these names.

        Raises:
            Misshapen: something on the way is no object.
        """
        place = self
        for key in keys:
            place = Place(place._fields().get(key), f"{place.pointer}/{_escaped(key)}")
        return place

    def _fields(self) -> dict[str, object]:
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            raise Misshapen(self.pointer, "an object", self.value)
        return self.value

    @property
    def items(self) -> tuple[Place, ...]:
        """The places of a list; nothing where there is none.

        Raises:
            Misshapen: this is no list.
        """
        if self.value is None:
            return ()
        if not isinstance(self.value, list):
            raise Misshapen(self.pointer, "a list", self.value)
        return tuple(Place(item, f"{self.pointer}/{i}") for i, item in enumerate(self.value))

    @property
    def printed(self) -> str | None:
        """Text or a number, as it stands; None where it is absent or blank. What cannot be printed is shown as �.

        Raises:
            Misshapen: this is neither.
        """
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            return str(self.value)
        if self.value is not None and not isinstance(self.value, str):
            raise Misshapen(self.pointer, "text", self.value)
        whole = _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", (self.value or "").replace("\r\n", "\n").replace("\r", "\n"))
        return whole.strip() or None

    @property
    def text(self) -> str | None:
        r"""As `printed`, with the backslashes taken off that some services set before signs of their markup.

        >>> Place(r"EDSS \<= 6.5").text
        'EDSS <= 6.5'
        """
        printed = self.printed
        return None if printed is None else re.sub(r"\\([<>\[\]()*_~^#+.!|`\\-])", r"\1", printed)

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of a list."""
        return tuple(t for item in self.items if (t := item.text))

    @property
    def whole_number(self) -> int | None:
        """A count, printed as a number or as text; None where it is none."""
        printed = self.printed
        return int(printed) if printed and re.fullmatch(r"\d{1,12}", printed) else None


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def place_of(answer: object, pointer: str) -> Place | None:
    """The place that a pointer leads to; None where it leads nowhere.

    >>> place_of({"a/b": [{"c": "4.2"}]}, "/a~1b/0/c"), place_of({"a": 1}, "/b")
    (Place(value='4.2', pointer='/a~1b/0/c'), None)
    """
    value = answer
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and re.fullmatch(r"0|[1-9]\d{0,8}", key) and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return Place(value, pointer) if not pointer or pointer.startswith("/") else None


def printed_under(place: Place) -> tuple[str, ...]:
    """Every text and number at a place and below it, as printed: what a value that points here may quote."""
    value = place.value
    if isinstance(value, dict):
        return tuple(t for key, v in value.items() for t in printed_under(Place(v, f"{place.pointer}/{_escaped(key)}")))
    if isinstance(value, list):
        return tuple(t for item in place.items for t in printed_under(item))
    printed = None if isinstance(value, bool) else place.printed
    return () if printed is None else (printed,)
