"""Inline markup of PubMed XML as text: its characters stay, raised numbers stay raised, formulas are written in a line."""

from __future__ import annotations

import re

from lxml import etree

#: An attribute's value may hold a ">".
_TAG = re.compile(rb"<[^<>\"']*+(?:(?:\"[^\"]*+\"|'[^']*+')[^<>\"']*+)*+>")
_SUP = re.compile(rb"<sup\s*>(.*?)</sup\s*>", re.DOTALL)
#: A line break or tab and the blanks around it are the layout's; a blank alone is the text's own.
_LAYOUT = re.compile(rb" *[\t\r\n\f][ \t\r\n\f]*")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_CHARACTER = re.compile(rb"&#(?:x([0-9A-Fa-f]+)|(\d+));")
_MATH = re.compile(rb"<(?:\w+:)?math\b.*?</(?:\w+:)?math\s*>", re.DOTALL)
_PREFIX = re.compile(rb"(</?)[\w.-]+:(?=\w)")
#: As in crawler.formats.markup: 10<sup>6</sup> is no 106.
_RAISED = str.maketrans("0123456789+-−–()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾ⁿ")
_RAISABLE = re.compile(r"[\d+()−–-]+|n")
#: What a formula holds beside its characters: the same again in another notation.
_BESIDE_FORMULA = frozenset({"annotation", "annotation-xml"})


def plain_text(markup: bytes) -> str:
    r"""The text of an element's content, as it stands in sound XML without comments and CDATA; line breaks are blanks.

    Entities are decoded once: what stands escaped twice is text that shows an entity.

    >>> plain_text(b"<i>In vitro</i>, 10<sup>6</sup> cells,\n  p &lt; 0.05; &amp;lt;i&amp;gt;")
    'In vitro, 10⁶ cells, p < 0.05; &lt;i&gt;'
    """
    if b"<" in markup:
        markup = _without_tags(markup)
    if b"\n" in markup or b"\t" in markup or b"\r" in markup:
        markup = _LAYOUT.sub(b" ", markup)
    if b"&" in markup:
        markup = _decoded(markup)
    return markup.decode().strip(" ")


def _decoded(markup: bytes) -> bytes:
    """The five entities that XML has of its own, and numbered characters; the ampersand last, so that nothing is decoded twice."""
    if b"&#" in markup:
        markup = _CHARACTER.sub(_character, markup)
    return (
        markup.replace(b"&lt;", b"<")
        .replace(b"&gt;", b">")
        .replace(b"&quot;", b'"')
        .replace(b"&apos;", b"'")
        .replace(b"&amp;", b"&")
    )


def _character(reference: re.Match[bytes]) -> bytes:
    character = chr(int(reference[1], 16) if reference[1] else int(reference[2]))
    # It must not be taken for the beginning of an entity afterwards.
    return b"&amp;" if character == "&" else character.encode()


def _without_tags(markup: bytes) -> bytes:
    if b"math" in markup:
        markup = _MATH.sub(_formula, markup)
    if b"<sup" in markup:
        markup = _SUP.sub(_raised_part, markup)
    return _TAG.sub(b"", markup)


def _raised_part(part: re.Match[bytes]) -> bytes:
    return _raised(_TAG.sub(b"", part[1]).decode()).encode()


def _raised(text: str) -> str:
    return text.translate(_RAISED) if _RAISABLE.fullmatch(text) else text


def _formula(markup: re.Match[bytes]) -> bytes:
    """A formula in a line, escaped again, since what follows decodes it."""
    try:
        tree = etree.fromstring(_PREFIX.sub(rb"\1", markup[0]), _FORMULAS)
    except etree.XMLSyntaxError:
        return markup[0]  # A formula within a formula: cut too early. Its characters stay, as those of any other element.
    return _in_line(tree).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


_FORMULAS = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
)


def _in_line(element: etree._Element) -> str:
    """MathML as text: a power is raised, a fraction has its stroke, all else its characters in order."""
    name = str(element.tag).rpartition("}")[2]
    if name in _BESIDE_FORMULA:
        return ""
    parts = [_in_line(child) for child in element]
    if name in ("msup", "msubsup", "mmultiscripts") and len(parts) > 1:
        return "".join(parts[:-1]) + _raised(parts[-1])
    if name == "mfrac" and len(parts) == 2:
        return "/".join(part if len(part) == 1 or part.isalnum() else f"({part})" for part in parts)
    if name == "msqrt":
        return f"√({''.join(parts)})"
    if name == "mfenced":
        inside = (element.get("separators") or ",")[:1].join(parts)
        return f"{element.get('open', '(')}{inside}{element.get('close', ')')}"
    if name in ("mspace", "mtext"):
        return _SPACES.sub(" ", element.text or " ")
    between = "".join(part + _spaced(child.tail) for part, child in zip(parts, element, strict=True))
    return _spaced(element.text) + between


def _spaced(text: str | None) -> str:
    """Spaces around a formula's parts are the layout's."""
    return _SPACES.sub(" ", text or "").strip(" ")
