"""Templates to HTML: every value is escaped, and no control character of a paper reaches a reader's screen."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kb.terminal import harmless

_HERE = Path(__file__).parent


def render(template: str, **values: object) -> str:
    """A page of this folder's templates."""
    return _environment().get_template(template).render(css_version=css_version(), **values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=_shown,
    )  # fmt: skip
    made.filters["base64"] = lambda body: base64.b64encode(body).decode()
    made.filters["moment"] = _moment
    return made


def _moment(stamp: object) -> str:
    """A time of the ledger as people write it: to the minute, in UTC."""
    told = str(stamp or "")
    return f"{told[:10]} {told[11:16]} UTC" if len(told) >= 16 and told[10:11] == "T" else told


def _shown(value: Any) -> Any:
    """A value as a page shows it: nothing for None, a mark for each control that would turn or hide words."""
    return "" if value is None else harmless(value) if type(value) is str else value


@cache
def css() -> str:
    """The one style sheet."""
    return (_HERE / "page.css").read_text("utf8")


@cache
def css_version() -> str:
    """Changes with the style sheet, so that no browser keeps an old one."""
    return hashlib.sha256(css().encode()).hexdigest()[:12]


def inline_css() -> Markup:
    """The style sheet as it stands in a file by itself; it is our own, and is not escaped."""
    return Markup(css())


@cache
def css_hash() -> str:
    """The hash by which a Content-Security-Policy allows that style and no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(css().encode()).digest()).decode()}"
