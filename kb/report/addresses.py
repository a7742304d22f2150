"""Where things are: on the site, and within one file that is mailed or archived. Templates ask, and show plain words where there is no place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode


class Addresses(Protocol):
    """The places that a template may link to; None where this page has no such place."""

    def document(self, document: int, claim: int | None = None) -> str | None:
        """A document's text, at the words of one of its claims."""

    def claim(self, claim: int) -> str | None:
        """A claim's card on this page."""

    def study(self, study: int) -> str | None:
        """A study and all that reports it."""

    def outcome(self, key: str) -> str | None:
        """Everything that is claimed of an outcome."""

    def dispute(self, a: int, b: int) -> str | None:
        """Two claims face to face."""

    def run(self, run: int) -> str | None:
        """What a run did."""

    def ask(self, words: str) -> str | None:
        """The answer to a question."""

    def pooled(self, heading: str) -> str | None:
        """The pooled estimate under one heading of the answer, in words and numbers."""

    def plot(self, heading: str) -> str | None:
        """Its forest plot."""


@dataclass(frozen=True, slots=True)
class Site:
    """Paths of `counterclaim serve`. `asked`: the query string of the answer that the page shows."""

    asked: str = ""

    def document(self, document: int, claim: int | None = None) -> str | None:
        """A document's text, at the words of one of its claims."""
        return f"/document/{document}" + (f"#span-{claim}" if claim is not None else "")

    def claim(self, claim: int) -> str | None:
        """A claim's card on this page."""
        return f"#claim-{claim}"

    def study(self, study: int) -> str | None:
        """A study and all that reports it."""
        return f"/study/{study}"

    def outcome(self, key: str) -> str | None:
        """Everything that is claimed of an outcome."""
        return f"/outcome?{urlencode({'key': key})}"

    def dispute(self, a: int, b: int) -> str | None:
        """Two claims face to face."""
        return f"/dispute/{a}-{b}"

    def run(self, run: int) -> str | None:
        """What a run did."""
        return f"/run/{run}" if run else None

    def ask(self, words: str) -> str | None:
        """The answer to a question."""
        return f"/ask?{urlencode({'q': words})}"

    def pooled(self, heading: str) -> str | None:
        """The pooled estimate under one heading of the answer."""
        return f"/pool?{self.asked}&heading={heading}" if self.asked else None

    def plot(self, heading: str) -> str | None:
        """Its forest plot."""
        return f"/forest.svg?{self.asked}&heading={heading}" if self.asked else None


@dataclass(frozen=True, slots=True)
class OneFile:
    """Places within a file that stands alone. `documents`: those whose text is in it; `claims`: those that the answer tells."""

    documents: frozenset[int]
    claims: frozenset[int]

    def document(self, document: int, claim: int | None = None) -> str | None:
        """A document's text, at the words of one of its claims."""
        if document not in self.documents:
            return None
        return f"#document-{document}" if claim is None else f"#span-{claim}"

    def claim(self, claim: int) -> str | None:
        """A claim's card; None of a claim of its document that the answer does not tell."""
        return f"#claim-{claim}" if claim in self.claims else None

    def study(self, study: int) -> None:
        """None: a file has no pages of studies."""

    def outcome(self, key: str) -> None:
        """None: a file has no pages of outcomes."""

    def dispute(self, a: int, b: int) -> None:
        """None: its disputes stand in full where they belong."""

    def run(self, run: int) -> None:
        """None: a file has no pages of runs."""

    def ask(self, words: str) -> None:
        """None: a file answers one question."""

    def pooled(self, heading: str) -> None:
        """None: the estimates stand in the file."""

    def plot(self, heading: str) -> None:
        """None: the plots stand in the file."""


def elsewhere(address: str | None) -> str | None:
    """An address in the world outside as it may be linked to: one of the web, and nothing that a browser would run.

    >>> elsewhere("https://doi.org/10.1/x"), elsewhere("javascript:alert(1)")
    ('https://doi.org/10.1/x', None)
    """
    return address if address is not None and address.lower().startswith(("https://", "http://")) else None
