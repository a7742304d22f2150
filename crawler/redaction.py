"""What is the operator's own (keys, contact address) never reaches a log, an error, a stored answer or the database."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote, quote_plus

HIDDEN = "***"
#: Shorter strings would blot out ordinary words.
_SHORTEST = 4


class Secrets:
    """Strings that are to be hidden, in every spelling that an address or an echo may give them.

    >>> Secrets(["SECRET 123"]).hidden("…&api_key=SECRET+123&db=pubmed")
    '…&api_key=***&db=pubmed'
    """

    def __init__(self, values: Iterable[str | None]) -> None:
        spelt = {s for v in values if v and len(v) >= _SHORTEST for s in (v, quote(v), quote(v, safe=""), quote_plus(v))}
        # The longest first: a shorter spelling may be a part of it.
        self._spelt = sorted(spelt, key=len, reverse=True)

    def hidden(self, text: str) -> str:
        """The text with each secret replaced by three stars."""
        for secret in self._spelt:
            text = text.replace(secret, HIDDEN)
        return text

    def hidden_bytes(self, body: bytes) -> bytes:
        """The same for an answer's bytes: some services echo the key that they were sent."""
        for secret in self._spelt:
            body = body.replace(secret.encode(), HIDDEN.encode())
        return body
