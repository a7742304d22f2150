"""HTML and JATS markup to blocks of text. lxml reads it without network, entities of its own, or huge trees."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from lxml import etree
from lxml import html as lxml_html

from crawler.document import SectionName
from crawler.formats.headings import section_name
from crawler.formats.passages import Passage, labelled, structured

_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "title"})
_BLOCKS = _HEADINGS | frozenset(
    [
        "p",
        "div",
        "sec",
        "section",
        "article",
        "main",
        "body",
        "html",
        "li",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "table",
        "tr",
        "blockquote",
        "figure",
        "figcaption",
        "br",
        "hr",
        "header",
        "pre",
        "list",
        "list-item",
    ]
)
_BOLD = frozenset({"b", "strong", "bold", "em", "i", "italic", "u"})
#: What a page carries beside its article.
_FURNITURE = frozenset(
    [
        "script",
        "style",
        "nav",
        "footer",
        "aside",
        "form",
        "noscript",
        "svg",
        "button",
        "iframe",
        "template",
        "select",
        "dialog",
        "head",
    ]
)
_RAISED = str.maketrans("0123456789+-−–()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾ⁿ")
_RAISABLE = re.compile(r"[\d+()−–-]+|n")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_ATTRIBUTE = r"\s+[\w:.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s<>\"']+))?"
_TAG = rf"/?[A-Za-z][\w:.-]*(?:{_ATTRIBUTE})*\s*/?>"
#: A "<" that opens no tag is a sign of the text ("n<m").
_LESS_THAN = re.compile(rf"<(?!{_TAG}|!--|!doctype|\?xml)", re.IGNORECASE)
_MARKUP = re.compile(
    r"</?(?:\w+:)?(?:p|div|h[1-6]|strong|em|b|i|u|br|span|sub|sup|sec|section|title|bold|italic|li|ul|ol|a|abstract)\b(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*+<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or heading. `lead` is the emphasised start of a paragraph, which may be its label."""

    text: str
    tag: str
    lead: str = ""


def has_markup(text: str) -> bool:
    """Whether a string is written in HTML or JATS tags, rather than holding a mere "<"."""
    return _MARKUP.search(text) is not None


def is_page(text: str) -> bool:
    """Whether a file is a saved web page."""
    return _PAGE.match(text.lstrip("\ufeff")) is not None


def blocks(markup: str) -> list[Block]:
    """The blocks of a piece of markup, in order; scripts, menus and forms left out."""
    return _walked(_tree(f"<div>{_escaped(markup)}</div>"))


def page_text(page: str) -> tuple[str | None, str]:
    """A saved page's title (its first main heading, else the name of its window) and its text, a paragraph each."""
    tree = _tree(_escaped(page))
    titles = (e for path in (".//article//h1", ".//main//h1", ".//h1", ".//title") for e in tree.iterfind(path))
    names = [_spaced("".join(e.itertext())) for e in titles]
    found = _walked(tree)
    return next((name for name in names if name), None), "\n\n".join(block.text for block in found)


def _escaped(markup: str) -> str:
    return _LESS_THAN.sub("&lt;", markup.replace("\x00", ""))


def _tree(markup: str) -> etree._Element:
    # Bytes under a stated encoding: lxml refuses text whose own header names another one.
    parser = lxml_html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    return lxml_html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)


def _walked(tree: etree._Element) -> list[Block]:
    walk = _Walk()
    walk.enter(tree)
    walk.close("p")
    return walk.blocks


@dataclass(slots=True)
class _Walk:
    """One pass over the tree, which gathers running text until a block begins or ends."""

    blocks: list[Block] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    lead: str = ""

    def enter(self, element: etree._Element) -> None:
        tag = _local(element)
        if tag in _FURNITURE or (tag == "header" and element.find(".//h1") is None):
            return
        inside = tag if tag in _HEADINGS else "p"
        if tag in _BLOCKS:
            self.close("p")
        if tag in _BOLD and not "".join(self.running).strip():
            self.lead = _spaced("".join(element.itertext()))
        if tag in ("sup", "sub"):
            self.running.append(_shifted(tag, "".join(element.itertext())))
            return
        self.running.append(element.text or "")
        for child in element:
            self.enter(child)
            self.running.append(child.tail or "")
        if tag in _BLOCKS:
            self.close(inside)

    def close(self, tag: str) -> None:
        """End the running block."""
        text = _spaced("".join(self.running))
        if text:
            self.blocks.append(Block(text, tag, self.lead))
        self.running, self.lead = [], ""


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition(":")[2].rpartition("}")[2].lower()


def _spaced(text: str) -> str:
    """Spaces of the markup's layout become one; thin and no-break spaces are the text's own and stay."""
    return _SPACES.sub(" ", text).strip(" ")


def _shifted(tag: str, text: str) -> str:
    """A raised number stays one: 10<sup>6</sup> is no 106."""
    return text.translate(_RAISED) if tag == "sup" and _RAISABLE.fullmatch(text) else text


def plain(text: str) -> str:
    """One line of text without tags and entities.

    >>> plain("<i>In vitro</i> &amp; 10<sup>6</sup> cells, p &lt; 0.05")
    'In vitro & 10⁶ cells, p < 0.05'
    """
    if not has_markup(text):
        return _spaced(html.unescape(text))
    return " ".join(block.text for block in blocks(text))


def passages(markup: str) -> list[Passage]:
    """An abstract's passages, by its headings and by the emphasised labels of its paragraphs."""
    found = [_passage(block) for block in blocks(markup) if block.text.lower().rstrip(":") != "abstract"]
    if all(p.name is None for p in found):
        return labelled(p.text for p in found)
    return structured(found)


def _passage(block: Block) -> Passage:
    if block.tag in _HEADINGS or (block.lead == block.text and section_name(block.text)):
        return Passage("", block.text, section_name(block.text) or SectionName.OTHER)
    return _led(block)


def _led(block: Block) -> Passage:
    lead = block.lead
    name = section_name(lead) if lead and lead != block.text else None
    if lead and name is None and lead.endswith(":") and lead != block.text:
        name = SectionName.OTHER
    if name is None:
        return Passage(block.text)
    cut = len(block.text) - len(block.text[len(lead) :].lstrip(" :.\u2009\xa0–—-"))
    return Passage(block.text[cut:], block.text[:cut], name)
