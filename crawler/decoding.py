"""Bytes to text: which encoding a file is written in, and whether it is text at all."""

from __future__ import annotations

import codecs
import re

from crawler.errors import Unreadable

_MARKED = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
           (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
#: Files that people take for text, by their first bytes.
_SIGNATURES = ((b"%PDF", "a PDF"), (b"PK\x03\x04", "a ZIP archive or an office file"), (b"\x1f\x8b", "a gzip archive"),
               (b"\x89PNG", "an image"), (b"\xff\xd8\xff", "an image"), (b"SQLite format 3", "an SQLite database"),
               (b"\xd0\xcf\x11\xe0", "an old office file"), (b"7z\xbc\xaf", "a 7z archive"), (b"BZh", "a bzip2 archive"),
               (b"\xfd7zXZ", "an xz archive"))  # fmt: skip
#: The encoding that an XML file says it is written in.
_DECLARED = re.compile(rb"\s*<\?xml\s[^<>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']")
_TEXT_ENCODINGS = ("iso8859", "cp", "koi8", "mac", "gb", "big5", "shift_jis", "euc_")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_UTF8_CHARACTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
#: Bytes that cp1252 prints as letters, quotes, dashes and signs of prose; a page of it has few of them beside ASCII.
_MOST_CONTROLS, _MOST_HIGH, _FEW_HIGH = 0.002, 0.2, 2


def encoding_of(head: bytes, where: str) -> str:
    """The encoding of a file that begins with these bytes.

    Raises:
        Unreadable: the file is no text.
    """
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise Unreadable(where, f"this is {what}, not text.", "Save its text, or unpack it, and add that.")
    for mark, encoding in _MARKED:
        if head.startswith(mark):
            return encoding
    declared = _declared(head, where)
    if declared:
        return declared
    if len(_CONTROLS.findall(head)) > max(1, _MOST_CONTROLS * len(head)):
        raise Unreadable(where, "this is binary data, not text.", "Save it as text in UTF-8 and add that.")
    try:
        # Incremental: a character may be cut in two where the head ends.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError as error:
        return _legacy(head, where, error)
    return "utf-8"


def _declared(head: bytes, where: str) -> str | None:
    """What an XML file's header says, where that tells more than its bytes do; a header that can be read so is in no wide encoding."""
    found = _DECLARED.match(head)
    if not found:
        return None
    name = found[1].decode("ascii")
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        encoding = ""
    if encoding.startswith(("utf", "ascii")):
        return None
    if not encoding.startswith(_TEXT_ENCODINGS):
        raise Unreadable(where, f"this XML says that it is written in {name}, which is not read here.", "Save it as UTF-8.")
    # Whoever writes Windows' dashes and quotes calls it Latin 1.
    return "cp1252" if encoding == "iso8859-1" else encoding


def _legacy(head: bytes, where: str, error: UnicodeDecodeError) -> str:
    """cp1252, where the bytes read as prose in it: none that it leaves open, few beyond ASCII.

    Text with whole UTF-8 characters beside the bad byte is damaged UTF-8: as cp1252 all the others would turn into rubbish.
    """
    if _UTF8_CHARACTER.search(head):
        return "utf-8"
    if not _reads_as_cp1252(head):
        raise Unreadable(
            where, f"the text is not UTF-8 (byte {error.start + 1}), nor any encoding that can be told.", "Save it as UTF-8."
        )
    return "cp1252"


def decoded(data: bytes, encoding: str, where: str) -> str:
    """The whole text.

    Raises:
        Unreadable: some bytes further down are no text in this encoding.
    """
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(
            where, f"the text is not {encoding.upper()} from byte {error.start + 1} on.", "Save it as UTF-8."
        ) from error


def decoded_by_line(data: bytes, encoding: str) -> str:
    """The whole text, a line at a time, so that a bad line costs no other.

    Files are put together from others in several encodings: where a line is not written in the file's encoding it is read as cp1252, if it
    is prose in that. What remains stands in the text as half characters (U+DC80 to U+DCFF), for the reader of a record to name.
    """
    return "".join(_decoded_line(line, encoding) for line in data.splitlines(keepends=True))


def _decoded_line(line: bytes, encoding: str) -> str:
    try:
        return line.decode(encoding)
    except UnicodeDecodeError:
        is_western = encoding.startswith("utf-8") and not _UTF8_CHARACTER.search(line) and _reads_as_cp1252(line)
        return line.decode("cp1252") if is_western else line.decode(encoding, "surrogateescape")


def _reads_as_cp1252(data: bytes) -> bool:
    """Whether bytes that are no UTF-8 are prose in cp1252: none that it leaves open, few beyond ASCII."""
    high = sum(byte > 0x7F for byte in data)
    return high <= max(_FEW_HIGH, _MOST_HIGH * len(data)) and not any(byte in b"\x81\x8d\x8f\x90\x9d" for byte in data)
