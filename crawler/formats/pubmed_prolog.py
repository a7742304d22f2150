"""How the XML of PubMed and its kin begins: which encoding it declares, and what it may not declare."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

_DECLARED = re.compile(rb"\s*<\?xml\s[^<>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_LOOKED_AT = 1024
#: Encodings that XML is met in, by the names that Python's codecs have for them. UTF-8 needs no second spelling.
_UTF8 = frozenset({"utf-8", "ascii"})
_OTHERS = frozenset({"iso8859-1", "iso8859-15", "cp1252", "utf-16", "utf-16-le", "utf-16-be"})
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Refused(Exception):
    """A file that is not read, or not read on. The message is a sentence that says why."""


class CutOff(Refused):
    """A file that cannot be read on from some place; what stands before it is sound."""


def in_utf8(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """A file's bytes as UTF-8, whatever encoding it declares, without byte order mark. What is declared as UTF-8 passes unchecked.

    Raises:
        Refused: the declared encoding is none that XML is met in, or the bytes are not written in it.
    """
    pieces = iter(chunks)
    head = b""
    for piece in pieces:
        head += piece
        if len(head) >= _LOOKED_AT:
            break
    encoding, mark = _encoding(head)
    if encoding in _UTF8:
        yield head[mark:]
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        yield decoder.decode(head).encode()
        for piece in pieces:
            yield decoder.decode(piece).encode()
        yield decoder.decode(b"", True).encode()
    except UnicodeError as error:
        raise Refused(f"the file says that it is written in {encoding.upper()}, and its bytes are not.") from error


def _encoding(head: bytes) -> tuple[str, int]:
    """The encoding, and how many bytes of it are a mark that is no text."""
    for mark, marked in _MARKS:
        if head.startswith(mark):
            return marked, len(mark)
    declared = _DECLARED.match(head)
    name = declared[1].decode() if declared else "utf-8"
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        encoding = ""
    if encoding not in _UTF8 | _OTHERS:
        raise Refused(f"the file declares the encoding {name}, which is not read here; save it as UTF-8.")
    return encoding, 0
