"""Whether a record is sound XML, what may be mended in it, and its plainest spelling.

libxml2 reads each record without a document type, without entities beyond the five of XML itself, without network and without huge trees.
No tree is built: to know that a record is sound takes a third of the time that its tree would.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from lxml import etree

#: Bytes of characters that XML 1.0 has not: controls, halves of characters, U+FFFE and U+FFFF; and references to them.
_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xed[\xa0-\xbf][\x80-\xbf]|\xef\xbf[\xbe\xbf]|&#(?:x[0-9A-Fa-f]{1,8}|[0-9]{1,10});"
)
_CDATA = b"<![CDATA["
_ASIDES = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)


class Spelling(Enum):
    """How sound XML is written."""

    PLAIN = "tags, text and entities only"
    MIXED = "with comments, processing instructions or CDATA"


class Faulty(Exception):
    """A record that is no sound XML. The message is libxml2's, without the place, which would count from the record's own start."""


class _Silent:
    """Takes nothing of what is read, and minds what a plain spelling has not."""

    def __init__(self) -> None:
        self.mixed = False

    def comment(self, _text: str) -> None:
        self.mixed = True

    def pi(self, _target: str, _data: str | None = None) -> None:
        self.mixed = True

    def close(self) -> None:
        """Nothing was gathered."""


def spelling(body: bytes) -> Spelling:
    """How a record is written.

    Raises:
        Faulty: it is no sound XML in UTF-8.
    """
    silent = _Silent()
    parser = etree.XMLParser(
        target=silent, encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise Faulty(_said(error, body)) from error
    return Spelling.MIXED if silent.mixed or _has_cdata(body) else Spelling.PLAIN


def _has_cdata(body: bytes) -> bool:
    """Whether there is CDATA. The search is for its rarest sign: for the whole of it, it would take as long as a fifth of the parsing."""
    at = body.find(b"!")
    while at >= 0:
        if body.startswith(_CDATA, at - 1):
            return True
        at = body.find(b"!", at + 1)
    return False


def plain_bodies(bodies: Sequence[bytes]) -> list[bytes] | None:
    """The records in plain spelling, in order, where all are sound; None says that one at least wants a look of its own."""
    try:
        if spelling(b"".join((b"<all>", *bodies, b"</all>"))) is Spelling.PLAIN:
            return list(bodies)
        return [plain_body(body) if b"<?" in body or b"<!" in body else body for body in bodies]
    except Faulty:
        return None


def plain_body(body: bytes) -> bytes:
    """A record in plain spelling; its text is the same.

    Raises:
        Faulty: it is no sound XML in UTF-8.
    """
    if spelling(body) is Spelling.PLAIN:
        return body
    return _ASIDES.sub(b"", body) if not _has_cdata(body) else _without_cdata(body)


def _without_cdata(body: bytes) -> bytes:
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                             remove_comments=True, remove_pis=True, strip_cdata=True)  # fmt: skip
    written: bytes = etree.tostring(etree.fromstring(body, parser), encoding="utf-8", xml_declaration=False)
    return written


def _said(error: etree.XMLSyntaxError, body: bytes) -> str:
    """A sentence. libxml2 names a place, which would count from the record's own start."""
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return f"the record is no UTF-8 at its byte {wrong.start + 1} (0x{body[wrong.start]:02X}), and the file declares no other encoding."
    said = re.sub(r",? line \d+.*$", "", error.msg or "it cannot be parsed", flags=re.DOTALL)
    return f"the record is no sound XML: {said}."


def without_forbidden(body: bytes) -> tuple[bytes, int]:
    r"""A record without the characters that XML forbids, and how many there were.

    >>> without_forbidden(b"<a>4\x0b2&#11;&#65;</a>")
    (b'<a>42&#65;</a>', 2)
    """
    removed = 0

    def judged(found: re.Match[bytes]) -> bytes:
        nonlocal removed
        if _is_allowed(found[0]):
            return found[0]
        removed += 1
        return b""

    return _FORBIDDEN.sub(judged, body), removed


def _is_allowed(found: bytes) -> bool:
    """Whether a reference stands for a character that XML has."""
    if not found.startswith(b"&#"):
        return False
    digits = found[2:-1]
    number = int(digits[1:], 16) if digits[:1] == b"x" else int(digits)
    return number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or 0x10000 <= number <= 0x10FFFF
