"""A page read as a browser would parse it, and whether anything in it could run or be fetched."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml import html

#: Elements that run, fetch or send something; ours has none of them.
_RUNNING = ("script", "iframe", "object", "embed", "base", "applet", "frame", "portal", "foreignobject", "animate", "set", "use")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def tree(page: str) -> html.HtmlElement:
    """The page, parsed."""
    return html.document_fromstring(page)


def words(page: str) -> str:
    """What a reader sees, with single spaces."""
    return " ".join(tree(page).text_content().split())


def dangers(page: str, *, scripts: tuple[str, ...] = ()) -> list[str]:
    """What could run, be fetched or mislead; empty where the page is harmless. `scripts`: what may be loaded."""
    found = []
    for element in tree(page).iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag in _RUNNING and element.get("src") not in scripts:
            found.append(html.tostring(element, encoding="unicode")[:120])
        for name, value in element.attrib.items():
            if name.startswith("on") or name in ("style", "srcdoc", "formaction", "ping"):
                found.append(f"{element.tag} {name}={value[:60]}")
            if name in ("href", "src", "action", "xlink:href") and not _may_be_linked(element.tag, value):
                found.append(f"{element.tag} {name}={value[:60]}")
    return found + [f"a control character, {m[0]!r}" for m in _CONTROLS.finditer(page)]


def _may_be_linked(tag: str, address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "data":
        return tag in ("img", "a")
    # Only a reader's own click goes elsewhere.
    return (not parts.scheme and not parts.netloc) or (tag == "a" and parts.scheme in ("http", "https"))
