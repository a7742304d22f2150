"""XML to a tree: nothing is fetched, nothing is expanded, nothing is deeper or larger than papers are."""

from __future__ import annotations

import html
import re
from html.entities import html5

from lxml import etree

from crawler.errors import Unreadable
from crawler.formats.given import printable

#: Characters of one document. The longest full texts have two million.
LARGEST = 20_000_000
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^<>\[]*(?P<subset>\[)?(?P<end>>)?", re.IGNORECASE)
_HEADER = re.compile(r"\A\s*<\?xml\s[^<>]*>")
_NO_SPACE = re.compile(r"[^\s\ufeff]|\Z")
_NAME = re.compile(r"<([\w:.-]+)")
_HALF = re.compile("[\ud800-\udfff]")
#: Characters that XML cannot hold.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CHARREF = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,8})|([0-9]{1,9}));")
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_PREDEFINED = frozenset({"lt", "gt", "amp", "quot", "apos"})


class Declares(Unreadable):
    """XML that declares elements or entities of its own. No part of it is read."""


def parsed(text: str, where: str, first_line: int = 1) -> etree._Element:
    """The root of an XML document that is given as text; a header that names an encoding is of no account any more.

    Character names of HTML stand for their characters, since the DTD that would say so is not read. What XML cannot hold or prints nothing is dropped.
    `first_line` is the number of the text's first line in its file.

    Raises:
        Declares: its document type holds declarations.
        Unreadable: it is too large, holds bytes that are no text, or is no XML; the message names the line.
    """
    if len(text) > LARGEST:
        size = f"{len(text) // 1_000_000} million characters; at most {LARGEST // 1_000_000}"
        raise Unreadable(where, f"this XML is too large ({size}).", "Add it in parts.")
    half = _HALF.search(text)
    if half:
        line = first_line + text.count("\n", 0, half.start())
        raise Unreadable(f"{where}, line {line}", "these bytes are no text.", "Save or download it again, in UTF-8.")
    try:
        return etree.fromstring(_plain(text, where).encode("utf-8"), _parser())
    except etree.XMLSyntaxError as error:
        line = first_line + (error.lineno or 1) - 1
        raise Unreadable(
            f"{where}, line {line}", f"this XML cannot be read: {_said(error)}.", "Save or download it again."
        ) from error


def root_start(text: str) -> int:
    """Where an XML or HTML file's first element or document type begins, behind its header and comments; the text's length where none does."""
    at = 0
    while True:
        at = _NO_SPACE.search(text, at).start()  # type: ignore[union-attr]
        ends = next((ends for begins, ends in (("<?", "?>"), ("<!--", "-->")) if text.startswith(begins, at)), None)
        if ends is None:
            return at
        end = text.find(ends, at)
        if end < 0:
            return len(text)
        at = end + len(ends)


def root_name(text: str) -> str:
    """The name of an XML file's first element, with its prefix and in small letters; empty where it does not open with one.

    >>> root_name('<?xml version="1.0"?><!DOCTYPE a SYSTEM "a.dtd"><!-- b --><jats:p x="1">')
    'jats:p'
    """
    at = root_start(text)
    if text[at : at + 9].lower() == "<!doctype":
        end = text.find(">", at)
        at = end + 1 + root_start(text[end + 1 :]) if end >= 0 else len(text)
    found = _NAME.match(text, at)
    return found[1].lower() if found else ""


def local(element: etree._Element) -> str:
    """An element's name without its namespace, in small letters; empty for what is no element."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2].lower() if isinstance(element.tag, str) else ""


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True, strip_cdata=True, encoding="utf-8",
    )  # fmt: skip


def _plain(text: str, where: str) -> str:
    """The text without header and document type, in as many lines, and with characters in place of their names."""
    text = _NO_XML.sub("", printable(text))
    text = _HEADER.sub(_lines_alone, text, count=1)
    at = root_start(text)
    doctype = _DOCTYPE.match(text, at)
    if doctype:
        if doctype["subset"] or not doctype["end"]:
            raise _declares(where)
        text = text[:at] + _lines_alone(doctype) + text[doctype.end() :]
    return _NAMED.sub(_named, _CHARREF.sub(_numbered, text))


def _lines_alone(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _declares(where: str) -> Declares:
    return Declares(where, "this XML declares elements or entities of its own, which are not read.", "Save it without its DOCTYPE.")


def _numbered(found: re.Match[str]) -> str:
    """A reference to a character that XML cannot hold, or that prints nothing, is dropped, as the character would be."""
    number = int(found[1], 16) if found[1] else int(found[2])
    return found[0] if number <= 0x10FFFF and printable(_NO_XML.sub("", chr(number))) else ""


def _named(found: re.Match[str]) -> str:
    """The character of a name; a name of none stays as it is written."""
    if found[1] in _PREDEFINED:
        return found[0]
    return html.escape(html5.get(f"{found[1]};", found[0]))


def _said(error: etree.XMLSyntaxError) -> str:
    """What the parser says, without lines of its own counting."""
    message = re.sub(r" line \d+", "", (error.msg or "it is broken").partition(", line ")[0])
    return f"{message[0].lower()}{message[1:]}"
