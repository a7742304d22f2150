"""What a service is asked and what it answers, between the HTTP server and the services."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from tests.imitation.corpus import Corpus

T = TypeVar("T")
XML = "text/xml; charset=UTF-8"
JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


@dataclass(slots=True)
class Answer:
    """An answer before it is sent. `body` is what a faultless service sends."""

    body: bytes
    media: str = JSON
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: object, status: int = 200, media: str = JSON) -> Answer:
        return cls(json.dumps(value, ensure_ascii=False).encode(), media, status)

    @classmethod
    def xml(cls, text: str, status: int = 200) -> Answer:
        return cls(text.encode(), XML, status)

    @classmethod
    def text(cls, text: str, status: int = 200, media: str = TEXT) -> Answer:
        return cls(text.encode(), media, status)

    @classmethod
    def redirect(cls, location: str, status: int = 302) -> Answer:
        body = f"<html><body>See <a href='{location}'>{location}</a></body></html>"
        return cls(body.encode(), HTML, status, {"Location": location})


@dataclass(slots=True)
class Disturbance:
    """What a fault does to the list of records of an answer: leave out, double, put unasked ones in place, or stop with an error.

    `done` tells whether there was a list to disturb.
    """

    drop: int = 0
    double: int = 0
    swap: int = 0
    empty: bool = False
    break_after: int | None = None
    done: bool = False

    def of(self, items: Sequence[T], spare: Callable[[], T | None]) -> list[T]:
        """The disturbed list. Which items are hit depends on the length of the list alone."""
        self.done = True
        kept = [] if self.empty else list(items)
        for number in range(min(self.drop, len(kept))):
            del kept[(number * 7 + len(kept) // 2) % len(kept)]
        for number in range(min(self.double, len(kept))):
            kept.insert((number * 5 + 1) % len(kept), kept[(number * 3) % len(kept)])
        for number in range(min(self.swap, len(kept))):
            other = spare()
            if other is not None:
                kept[(number * 11 + len(kept) // 3) % len(kept)] = other
        return kept


@dataclass(slots=True)
class Call:
    """A request to one service: `path` follows the service's prefix, `params` hold query and form together.

    The service notes in `asked` the ids that were asked for, and in `served` those whose records stand in the answer.
    """

    service: str
    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    base: str
    target: str = ""
    body: bytes = b""
    route: str = ""
    disturbance: Disturbance | None = None
    asked: tuple[str, ...] = ()
    served: tuple[str, ...] = ()

    def number(self, name: str, default: int) -> int:
        """A whole number among the parameters; the default where it is absent or no number."""
        value = self.params.get(name, "")
        return int(value) if value.lstrip("-").isdigit() else default

    def disturbed(self, items: Sequence[T], spare: Callable[[], T | None]) -> list[T]:
        """The items, after whatever the fault of this call does to them."""
        return self.disturbance.of(items, spare) if self.disturbance else list(items)


@dataclass(slots=True)
class Settings:
    """What a test may choose about the services.

    `landing`: where doi.org forwards to. `negotiation`: `direct`, or `redirect` to another path as the live resolver does.
    `epmc_last`: what Europe PMC's cursor does on the last page: `repeat`, `omit` or `empty`. `webenv_requests`: a WebEnv expires after
    this many uses (0: never). `max_url`: longer request lines are answered 414. `doi_hops`: forwards of a redirect chain.
    `crossref_limits`: the limits that Crossref announces for lists (calls a second, calls at a time).
    `files_per`: records in a baseline file. `update_days`: days that an update file stands for.
    `crossref_alias`: `404`, or `work` where Crossref answers a merged DOI with the work of the other.
    """

    landing: str = "http://landing.invalid/"
    negotiation: str = "direct"
    epmc_last: str = "repeat"
    webenv_requests: int = 0
    max_url: int = 8000
    crossref_limits: tuple[int, int] = (3, 3)
    files_per: int = 1000
    update_days: int = 7
    crossref_alias: str = "404"


class Service(Protocol):
    """An imitated service."""

    @property
    def name(self) -> str: ...

    def route(self, call: Call) -> str:
        """The operation's name: `efetch`, `works` …; empty where there is none at this path."""
        ...

    def answer(self, call: Call) -> Answer: ...


@dataclass(slots=True)
class World:
    """What all services share."""

    corpus: Corpus
    settings: Settings
    trap: str = ""
