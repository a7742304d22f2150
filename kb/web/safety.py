"""What every answer of the site carries, and what it does not answer: policies against scripts, other hosts' names, anything but reading."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import cache
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_FRAME = "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
#: Of our own pages: nothing inline, nothing from elsewhere.
OURS = f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; {_FRAME}"
#: Datasette's pages write styles into themselves, with names of columns in them; nothing that is fetched by a style is allowed.
_TABLES = f"default-src 'none'; script-src 'self' {{scripts}}; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; {_FRAME}"
_HEADERS = (
    (b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"), (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"), (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"), (b"x-frame-options", b"DENY"),
)  # fmt: skip
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@cache
def tables_policy() -> str:
    """The policy of Datasette's own pages. The one script that is written into them says whether facets are allowed; it is known by its hashes."""
    constant = [f"DATASETTE_ALLOW_FACET = {value};" for value in ("true", "false")]
    return _TABLES.format(scripts=" ".join(f"'sha256-{_hash(script)}'" for script in constant))


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def is_loopback(host: str) -> bool:
    """Whether a site that is bound to this address is this machine's alone."""
    return host in _LOOPBACK


def guarded(app: App, ours: Iterable[re.Pattern[str]], host: str) -> App:
    """An application that only reads, answers only by its own name where it is this machine's alone, and says what a browser may do with each answer.

    Args:
        app: what answers.
        ours: the paths of our own pages.
        host: the address that the site is bound to.
    """
    paths = tuple(ours)

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        policy = OURS if any(p.fullmatch(scope["path"]) for p in paths) else tables_policy()

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(k, v) for k, v in message.get("headers", ()) if k.lower() != b"content-security-policy"]
                message = {**message, "headers": [*kept, (b"content-security-policy", policy.encode()), *_HEADERS]}
            await send(message)

        refusal = _refusal(scope, host) or _inside(scope["path"], paths)
        if refusal is None:
            await app(scope, receive, with_headers)
        else:
            status, words = refusal
            await with_headers(
                {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain; charset=utf-8")]}
            )
            await with_headers({"type": "http.response.body", "body": words.encode()})

    return answering


def _refusal(scope: Scope, host: str) -> tuple[int, str] | None:
    if scope["method"] not in ("GET", "HEAD"):
        return 405, "This site only reads.\n"
    if is_loopback(host) and _name(scope) not in _LOOPBACK:
        # Another site's name that was pointed at this machine would let that site's scripts read the library.
        return 421, "This site answers to 127.0.0.1 and localhost alone. Serve it with --host to be reached by another name.\n"
    return None


def _inside(path: str, ours: Iterable[re.Pattern[str]]) -> tuple[int, str] | None:
    """Datasette's pages about itself, for those who run it: no reader needs them."""
    if not path.startswith("/-/") or path.startswith("/-/static/") or any(p.fullmatch(path) for p in ours):
        return None
    return 404, "There is no such page.\n"


def _name(scope: Scope) -> str:
    """The host's name that was asked for, without its port."""
    told = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
    return (told[1:].partition("]")[0] if told.startswith("[") else told.partition(":")[0]).lower()
