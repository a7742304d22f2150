"""A page that is watched: what it asks for, what its policy refused, what ran."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit


class Watched:
    """A page of the browser, and everything that it should not have done."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.on("dialog", lambda dialog: self._note(f"a dialog: {dialog.message}", dialog.dismiss))
        page.on("pageerror", lambda error: self._note(f"an error: {error}"))
        page.on("console", lambda said: self._said(said.type, said.text))
        page.on("request", lambda request: self._asked(request.url))
        page.on("popup", lambda other: self._note(f"a window: {other.url}", other.close))

    def _note(self, what: str, then: Any = None) -> None:
        self.wrong.append(what)
        if then is not None:
            then()

    def _said(self, kind: str, words: str) -> None:
        # That a page is not there is an answer, and no fault of the page.
        if kind == "error" and "the server responded with a status of" not in words:
            self._note(words)

    def _asked(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "file", "blob") and parts.hostname != "127.0.0.1":
            self._note(f"a request to {address[:80]}")

    def nothing_ran(self) -> bool:
        """Whether no script of a paper left its mark."""
        return bool(self.page.evaluate("window.taken === undefined")) and self.page.title() != "taken"


@contextmanager
def watched(browser: Any, **options: Any) -> Iterator[Watched]:
    """A fresh page, as a visitor opens it for the first time."""
    context = browser.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(15_000)
    try:
        yield Watched(page)
    finally:
        context.close()
