"""What papers and services say, made harmless for a terminal: no text of theirs moves the cursor, rings, colours or turns the line round."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

T = TypeVar("T")

#: C0 and C1 controls but tab and line feed; separators that some programs take for the end of a line; marks that turn the direction of writing.
_CONTROLS = (
    *(n for n in range(0x20) if n not in (0x09, 0x0A)), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, 0x2028, 0x2029,
    *range(0x202A, 0x202F), *range(0x2066, 0x206A),
)  # fmt: skip
_SHOWN = dict.fromkeys(_CONTROLS, "\ufffd")
_ESCAPED = {n: f"\\u{n:04x}" for n in _CONTROLS}


def harmless(text: str) -> str:
    r"""The text with a replacement character for each that would steer a terminal; tabs and line feeds stay.

    >>> harmless("stem\x1b[31m cells")
    'stem�[31m cells'
    """
    return text.translate(_SHOWN)


def harmless_json(text: str) -> str:
    r"""JSON that means the same, with escapes for what would steer a terminal: JSON leaves some of it bare, within strings.

    >>> harmless_json('{"title": "\x9b31m"}')
    '{"title": "\\u009b31m"}'
    """
    return text.translate(_ESCAPED)


def harmless_in(value: T) -> T:
    """A value with each text in it made harmless, as deep as lists and dataclasses go."""
    return _within(value)  # type: ignore[no-any-return]


def _within(value: Any) -> Any:
    if isinstance(value, str):
        # An enumeration's words are our own.
        return harmless(value) if type(value) is str else value
    if isinstance(value, list | tuple):
        return type(value)(map(_within, value))
    if isinstance(value, dict):
        return {key: _within(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _within(getattr(value, f.name)) for f in fields(value) if f.init})
    return value
