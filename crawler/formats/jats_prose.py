"""JATS elements as prose: what is read of them, and what stands beside the prose and is left out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from lxml import etree

from crawler.document import SectionName
from crawler.formats.headings import section_name
from crawler.formats.markup import blocks, passages, plain
from crawler.formats.passages import Passage
from crawler.formats.xml_tree import local

#: Tables with their captions, figures with theirs, display formulas, notes and lists of references: no part of the running text.
_LEFT_OUT = frozenset(
    [
        "table-wrap",
        "table-wrap-group",
        "table",
        "array",
        "fig",
        "fig-group",
        "graphic",
        "inline-graphic",
        "media",
        "inline-media",
        "supplementary-material",
        "inline-supplementary-material",
        "disp-formula",
        "disp-formula-group",
        "tex-math",
        "chem-struct-wrap",
        "code",
        "fn",
        "fn-group",
        "ref-list",
        "label",
        "object-id",
        "index-term",
        "permissions",
        "sec-meta",
        "alt-text",
        "long-desc",
        "annotation",
        "annotation-xml",
        "floats-group",
    ]
)
_EMPHASIS = {"bold": "b", "b": "b", "strong": "b", "italic": "i", "i": "i", "em": "i"}
_PARAGRAPHS = frozenset(
    [
        "p",
        "div",
        "list-item",
        "disp-quote",
        "verse-line",
        "verse-group",
        "def-item",
        "def-list",
        "list",
        "statement",
        "boxed-text",
        "preformat",
        "speech",
        "attrib",
        "sec",
        "li",
    ]
)
#: What a reference to a citation or footnote leaves, until the brackets around it are gone, too. A character of private use, taken out of the text.
_GONE = "\uf8f0"
_FOOTNOTES = frozenset({"fn", "table-fn", "aff", "corresp", "author-notes", "contrib"})
_NUMBERS_ALONE = re.compile(r"[\s\d,;*†‡§¶[\]()–—-]*")
_ONLY_YEAR = re.compile(r"\W*(?:19|20)\d\d[a-z]?\W*")
_BRACKETED = re.compile(rf"\s{{0,3}}[\[(](?:[\s,;–—-]|and|&amp;)*{_GONE}(?:[\s,;–—{_GONE}-]|and|&amp;)*[\])]")
_MARKS = re.compile(rf"\s{{0,3}}{_GONE}(?:[\s,;–—-]*{_GONE})*")
_NOTHING_BUT_MARKS = re.compile(rf"[\s,;–—\[\]()-]*{_GONE}[\s,;–—\[\](){_GONE}-]*")

_SECTION_TYPES = {
    "intro": SectionName.BACKGROUND,
    "introduction": SectionName.BACKGROUND,
    "background": SectionName.BACKGROUND,
    "methods": SectionName.METHODS,
    "materials": SectionName.METHODS,
    "subjects": SectionName.METHODS,
    "results": SectionName.RESULTS,
    "discussion": SectionName.CONCLUSIONS,
    "conclusions": SectionName.CONCLUSIONS,
}
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}(?:\.\d{1,2})*|[IVX]{1,5}|[A-H])[.)|]?\s+(?=\S)")
#: What a subsection may be beside a part of the section that it stands in.
_OF_ITS_OWN = frozenset({SectionName.OBJECTIVE, SectionName.REGISTRATION})
_NOT_READ = frozenset({"supplementary-material", "ref-list", "display-objects"})


def line(element: etree._Element | None) -> str:
    """An element's prose on one line; empty where there is no element."""
    return plain(_cleaned(_inside(element))) if element is not None else ""


def prose(element: etree._Element) -> str:
    """An element's prose, a paragraph or heading a line."""
    return "\n".join(block.text for block in blocks(_cleaned(_inside(element))))


def abstract(element: etree._Element) -> list[Passage]:
    """An abstract's passages, by its sections or by the labels in its paragraphs."""
    return passages(_cleaned(_inside(element)))


def body(element: etree._Element) -> list[Passage]:
    """A body's passages: each section under the name that its heading, else its type, gives it; a subsection goes with the section that it stands in."""
    return list(_sections(element, None))


def _sections(element: etree._Element, name: SectionName | None) -> Iterator[Passage]:
    """Paragraphs and sections in their order. Paragraphs behind a section within open the section around it anew."""
    running: list[str] = []
    for child in element:
        if local(child) != "sec":
            running += ["" if local(child) == "title" else _outside(child)]
            continue
        yield from _paragraphs(running, name)
        running = []
        yield from _section(child, name)
    yield from _paragraphs(running, name)


def _paragraphs(markup: list[str], name: SectionName | None) -> Iterator[Passage]:
    for number, block in enumerate(blocks(_cleaned("".join(markup))) if any(m.strip() for m in markup) else ()):
        yield Passage(block.text, "", None if number else name or SectionName.OTHER)


def _section(element: etree._Element, around: SectionName | None) -> Iterator[Passage]:
    """A section under its heading; nothing of one that holds no prose."""
    kinds = re.split(r"[\s|,]+", (element.get("sec-type") or "").lower())
    if _NOT_READ & set(kinds):
        return
    heading = line(next((child for child in element if local(child) == "title"), None))
    name = _name(heading, kinds, around)
    parts = list(_sections(element, name))
    if any(part.text for part in parts):
        if heading:
            yield Passage("", heading, name)
        yield from parts


def _name(heading: str, kinds: list[str], around: SectionName | None) -> SectionName:
    known = section_name(_NUMBERING.sub("", heading)) or next(
        (_SECTION_TYPES[kind] for kind in kinds if kind in _SECTION_TYPES), None
    )
    if around in (None, SectionName.OTHER) or known in _OF_ITS_OWN:
        return known or SectionName.OTHER
    return around or SectionName.OTHER


def _cleaned(markup: str) -> str:
    """Without the places of numbered citations and of footnote signs, and without the brackets that held nothing else."""
    return _MARKS.sub("", _BRACKETED.sub("", markup))


def _inside(element: etree._Element) -> str:
    """The content of an element as simple HTML, its text escaped once."""
    parts = [_escaped(element.text)]
    for child in element:
        parts += [_outside(child), _escaped(child.tail)]
    return "".join(parts)


def _escaped(text: str | None) -> str:
    return html.escape((text or "").replace(_GONE, ""), quote=False)


def _outside(element: etree._Element) -> str:
    """An element as simple HTML; its tail is not its own."""
    tag = local(element)
    if not tag or tag in _LEFT_OUT:
        return ""
    if tag in _PARAGRAPHS:
        return f"<div>{_inside(element)}</div>"
    if tag in ("title", "term"):
        return f"<h4>{_inside(element)}</h4>"
    if tag in _EMPHASIS:
        return f"<{_EMPHASIS[tag]}>{_inside(element)}</{_EMPHASIS[tag]}>"
    return _inline(element, tag)


def _inline(element: etree._Element, tag: str) -> str:
    if tag in ("sup", "sub"):
        return _shifted(tag, _inside(element))
    if tag == "xref":
        return _reference(element)
    if tag == "break":
        return "<br>"
    if tag == "alternatives":
        return next((found for child in element if (found := _outside(child)).strip()), "")
    if tag in ("msup", "msub", "mfrac") and len(element) == 2:
        return _raised(element, tag)
    return _inside(element)


def _shifted(tag: str, inside: str) -> str:
    if _NOTHING_BUT_MARKS.fullmatch(inside):
        return _GONE
    return f"<{tag}>{inside}</{tag}>" if inside.strip() else ""


def _raised(element: etree._Element, tag: str) -> str:
    """MathML: what stands above, below or over something does not run on behind it."""
    base, other = (_outside(child).strip() for child in element)
    if tag == "mfrac":
        return f"{base}/{other}"
    return f"{base}{_shifted('sup' if tag == 'msup' else 'sub', other)}"


def _reference(element: etree._Element) -> str:
    """A reference that is words stays ("Doe et al.", "Table 2"); numbers and signs that lead to the list of references are no prose."""
    kind = (element.get("ref-type") or "").lower()
    text = "".join(element.itertext())
    if kind in _FOOTNOTES or (kind == "bibr" and _NUMBERS_ALONE.fullmatch(text) and not _ONLY_YEAR.fullmatch(text)):
        return _GONE
    return _inside(element)
