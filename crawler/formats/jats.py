"""JATS, the XML in which publishers give articles to archives: full texts of PMC and Europe PMC, and abstracts alone as Crossref has them.

Of a full text the prose is read: abstract, then body, each section under its heading. Tables with their captions, figures with theirs, display
formulas, notes and the numbers of citations are left out, so that no cell or mark is glued to a sentence's number; what is left stands as printed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from crawler.document import Document
from crawler.errors import Unreadable
from crawler.formats import jats_prose
from crawler.formats.abstracts import titled_text
from crawler.formats.given import Given
from crawler.formats.jats_article import article_document
from crawler.formats.markup import passages
from crawler.formats.passages import Passage
from crawler.formats.xml_tree import Declares, local, parsed, root_name
from crawler.record import registry_ids

_ARTICLE = re.compile(r"<(?:[\w.-]+:)?article[\s>]")
_ARTICLE_END = re.compile(r"</(?:[\w.-]+:)?article\s*>")
_FRONT = re.compile(r"<(?:[\w.-]+:)?(?:front|article-meta)[\s>]")
_NAMESPACE = re.compile(r"\sxmlns:([A-Za-z][\w.-]*)\s*=\s*(?:\"([^\"<>]*)\"|'([^'<>\"]*)')")
_COLLECTIONS = frozenset({"article", "pmc-articleset", "articles", "oai-pmh", "record", "metadata", "root"})
_FRAGMENTS = frozenset({"jats:abstract", "jats:p", "jats:sec", "jats:title", "jats:trans-abstract", "abstract"})
#: Prefixes that pieces of JATS use, where what declared them is not at hand.
_USUAL = {"xlink": "http://www.w3.org/1999/xlink", "mml": "http://www.w3.org/1998/Math/MathML", "xsi": "http://www.w3.org/2001/XMLSchema-instance",
          "ali": "http://www.niso.org/schemas/ali/1.0/", "jats": "https://jats.nlm.nih.gov"}  # fmt: skip
#: Deeper than any paper.
_DEEPEST = 100


class Jats:
    """JATS articles, one or many in a file, and abstracts in JATS without their article."""

    name = "jats"
    what = "JATS XML, an article of PMC, Europe PMC or a publisher, or an abstract alone"

    def recognises(self, given: Given) -> bool:
        """By the first element: an article with front matter (or what holds such articles), or a piece of an abstract."""
        root = root_name(given.text)
        if root in _FRAGMENTS:
            return True
        return root.rpartition(":")[2] in _COLLECTIONS and bool(_ARTICLE.search(given.text)) and bool(_FRONT.search(given.text))

    def read(self, given: Given) -> Iterator[Document | Unreadable]:
        """Its articles, in order; a broken one among several is named by its line, and costs no other."""
        if root_name(given.text) in _FRAGMENTS:
            yield _fragment(given)
        else:
            yield from read_articles(given.text, given.where)


def read_articles(text: str, where: str) -> Iterator[Document | Unreadable]:
    """The articles in a JATS document, or in an answer that holds several."""
    try:
        root = parsed(text, where)
    except Declares as error:
        yield error
        return
    except Unreadable as error:
        yield from _read_apart(text, where, error)
        return
    found = [root] if local(root) == "article" else [e for e in root.iter("{*}article") if local(e) == "article"]
    if not found:
        yield Unreadable(where, "this JATS holds no article.", "Download it again.")
    for article in found:
        yield _document(article, where if len(found) == 1 else f"{where}, line {article.sourceline}")


def _read_apart(text: str, where: str, error: Unreadable) -> Iterator[Document | Unreadable]:
    """The articles of a document that is broken somewhere, each by itself. One that lacks its end tag ends where the next begins."""
    starts = [found.start() for found in _ARTICLE.finditer(text)]
    if len(starts) < 2:
        yield error
        return
    declared = _declared(text[: starts[0]])
    line, at = 1, 0
    for start, following in zip(starts, [*starts[1:], len(text)], strict=True):
        line, at = line + text.count("\n", at, start), start
        end = _ARTICLE_END.search(text, start, following)
        piece = text[start : end.end() if end else following]
        place = f"{where}, line {line}"
        try:
            root = parsed(f"<articles {declared}>{piece}</articles>", where, line)
        except Unreadable as broken:
            yield Unreadable(place, f"the article that begins here cannot be read ({_told(broken, where)})", broken.do)
            continue
        yield _document(root[0], place)


def _told(broken: Unreadable, where: str) -> str:
    """Where within its file, and why."""
    return f"{broken.where.removeprefix(where).lstrip(', ')}: {broken.why}".lstrip(": ")


def abstract_passages(markup: str) -> list[Passage]:
    """The passages of an abstract that is given as a string of JATS, as Crossref gives it; of one that is no whole XML, what can be read.

    >>> [(p.heading, p.text) for p in abstract_passages("<jats:title>Abstract</jats:title><jats:p>It rose by 10<jats:sup>6</jats:sup>.</jats:p>")]
    [('', 'It rose by 10⁶.')]
    """
    try:
        element = _wrapped(markup)
    except Unreadable:
        # Publishers deposit what they have; HTML's reader mends open tags and bare signs.
        return passages(markup)
    return jats_prose.abstract(element)


def abstract_text(markup: str) -> str:
    """The same as text alone: headings and paragraphs, a line each."""
    return "\n".join(p.heading + p.text for p in abstract_passages(markup))


def _wrapped(markup: str) -> etree._Element:
    element = parsed(f"<abstract {_declared('')}>{markup}</abstract>", "abstract")
    _refuse_depth(element, "abstract")
    return element


def _declared(head: str) -> str:
    """Declarations of the prefixes that stand in a file's head, and of the usual ones."""
    prefixes = dict(_USUAL) | {found[1]: found[2] or found[3] or "" for found in _NAMESPACE.finditer(head)}
    return " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in prefixes.items() if name)


def _fragment(given: Given) -> Document | Unreadable:
    """An abstract without its article: all that it is called by is its file."""
    parts = abstract_passages(given.text.lstrip("\ufeff"))
    if not any(p.text for p in parts):
        return Unreadable(given.where, "this JATS abstract holds no prose.", "Download it again.")
    title = given.title or ""
    text, sections = titled_text(title, parts)
    return Document(given.stem, title, text, sections, registry_ids=registry_ids(text), origin=given.where, format=Jats.name)


def _refuse_depth(element: etree._Element, where: str) -> None:
    if element.xpath(f"boolean(.//*[count(ancestor::*) > {_DEEPEST}])"):
        raise Unreadable(where, f"this XML is nested more than {_DEEPEST} deep.", "Download it again.")


def _document(article: etree._Element, where: str) -> Document | Unreadable:
    try:
        _refuse_depth(article, where)
    except Unreadable as error:
        return error
    return article_document(article, where, Jats.name)
