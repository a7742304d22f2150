"""Which fault meets which request: rules by route, by turn, by parameter or by a seeded share.

A fault is written as its kind, with an argument behind a colon where it takes one:

- refusals: `429` (`429:7` with Retry-After), `429in200`, `500` `502` `503` `504`, `status:418`, `400timeout`
- another page: `html200`, `html200xml` (as XML), `ctype:text/html` (the right body under a wrong type)
- errors under status 200: `error` (`error:Invalid db name`), `nothing`, `expired` (of a WebEnv)
- records: `emptyset`, `midpage-error:1` (after so many), `drop:3`, `dup:2`, `swap:1`
- cuts: `truncate:500` or `truncate:50%` (fewer bytes than announced), `truncate-clean:50%` (as many as announced), `chunk-cut:50%`
- packing: `badgzip` (its end is missing), `badgzip:flip` (bytes turned), `gzipbomb:200` (megabytes)
- time: `slow:20,500` (milliseconds before each so many bytes), `stall:9000,60` (after so many bytes, seconds), `hang:60`
- connection: `reset`, `reset-mid`, `closed`
- elsewhere: `redirect` (to the trap), `redirect:http://…/`, `redirect:loop`
- XML: `newdtd`, `nodtd`, `newtag`, `badchar`, `charref`, `latin1`, `bom`, `xxe` (`xxe:http://…`), `xxe-bare`, `entity-bomb:5`, `huge:20000000`
- `ok`: none, in a sequence

Routes are named `service.operation`: eutils.esearch, eutils.efetch, eutils.esummary, eutils.epost, eutils.einfo, idconv.articles,
crossref.work, crossref.works, doi.resolve, doi.handle, europepmc.search, europepmc.fulltext, europepmc.references, ctgov.studies,
ctgov.study, ctgov.version, pubmed.listing, pubmed.file, pubmed.md5.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from tests.imitation.seen import under

_CONTENT = ("drop", "dup", "swap", "emptyset", "nothing", "midpage-error", "expired")
_TRANSPORT = (
    "429",
    "429:1",
    "500",
    "502",
    "503",
    "504",
    "html200",
    "truncate:50%",
    "truncate-clean:50%",
    "chunk-cut:50%",
    "badgzip",
    "reset",
    "reset-mid",
    "closed",
)
_NCBI = ("429in200", "400timeout", "error", "html200xml")

#: The faults of `mixed`, by the route on which each of them is one that a client can notice. Other routes get those of transport.
MIXED: Mapping[str, tuple[str, ...]] = {
    "": _TRANSPORT,
    "eutils.esearch": (*_TRANSPORT, *_NCBI),
    "eutils.esummary": (*_TRANSPORT, *_NCBI),
    "eutils.efetch": (
        *_TRANSPORT,
        *_NCBI,
        "midpage-error",
        "nothing",
        "emptyset",
        "drop:3",
        "dup:2",
        "swap:1",
        "expired",
        "truncate:0",
        "truncate-clean:99%",
    ),
    "europepmc.search": (*_TRANSPORT, "error", "html200xml"),
}

_KINDS = frozenset(
    (*_CONTENT, *(fault.split(":")[0] for fault in (*_TRANSPORT, *_NCBI)), "gzipbomb", "slow", "stall", "hang", "redirect", "newdtd", "nodtd", "newtag",
     "badchar", "charref", "latin1", "bom", "xxe", "xxe-bare", "entity-bomb", "huge", "ctype", "status", "ok")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault and its argument: `truncate:500` is the kind `truncate` with the argument `500`."""

    kind: str
    argument: str = ""

    @classmethod
    def parse(cls, text: str) -> Fault:
        kind, _, argument = text.strip().partition(":")
        if kind not in _KINDS:
            raise ValueError(f"{kind!r} is no fault; there are: {', '.join(sorted(_KINDS))}.")
        return cls(kind, argument)

    def __str__(self) -> str:
        return f"{self.kind}:{self.argument}" if self.argument else self.kind

    def number(self, default: float) -> float:
        """The argument as a number."""
        return float(self.argument) if self.argument else default

    def numbers(self, *defaults: float) -> tuple[float, ...]:
        """The argument as numbers between commas, the rest by default."""
        given = [float(part) for part in self.argument.split(",") if part]
        return (*given, *defaults[len(given) :])


@dataclass(frozen=True, slots=True)
class Rule:
    """The faults of the requests under a route.

    The first `skip` matching requests pass. With `share`, a seeded share of the others gets one of `faults` at random; without it
    they take `faults` in turn, and pass after the last one, or begin again where `again`. `where`: only requests with these parameters.
    """

    route: str
    faults: tuple[str, ...]
    share: float | None = None
    seed: int = 0
    skip: int = 0
    again: bool = False
    where: tuple[tuple[str, str], ...] = ()

    def matches(self, route: str, params: Mapping[str, str]) -> bool:
        return under(route, self.route) and all(params.get(name) == value for name, value in self.where)

    def at(self, turn: int, route: str) -> str:
        """The fault of the matching request with this number (from 0); empty for none."""
        if turn < self.skip:
            return ""
        if self.share is not None:
            random = Random(f"{self.seed}/{self.route}/{route}/{turn}")
            faults = self.faults or MIXED.get(route, MIXED[""])
            return random.choice(faults) if random.random() < self.share else ""
        place = turn - self.skip
        if self.again:
            return self.faults[place % len(self.faults)]
        return self.faults[place] if place < len(self.faults) else ""


@dataclass
class Schedule:
    """Rules in order; the first one that has a fault for a request gives it. Turns are counted for each rule, and by route where it has a share."""

    rules: list[Rule] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._turns: dict[tuple[int, str], int] = {}

    @classmethod
    def mixed(cls, share: float = 0.3, seed: int = 1, route: str = "") -> Schedule:
        """A seeded share of all requests fails, each in one of the ways of `MIXED`."""
        return cls([Rule(route, (), share, seed)])

    def then(self, route: str, faults: str | Iterable[str], skip: int = 0, **where: str) -> Schedule:
        """These faults in turn, then none: `then("eutils.efetch", "429 x2, ok, 503")`."""
        return self._with(Rule(route, _listed(faults), skip=skip, where=tuple(where.items())))

    def always(self, route: str, faults: str | Iterable[str], skip: int = 0, **where: str) -> Schedule:
        """These faults in turn, for ever."""
        return self._with(Rule(route, _listed(faults), skip=skip, again=True, where=tuple(where.items())))

    def share(self, route: str, share: float, faults: str | Iterable[str], seed: int = 1) -> Schedule:
        """One of these faults for a seeded share of the requests."""
        return self._with(Rule(route, _listed(faults), share, seed))

    def _with(self, rule: Rule) -> Schedule:
        self.rules.append(rule)
        return self

    def next(self, route: str, params: Mapping[str, str]) -> Fault | None:
        """The fault of the next request to a route (`eutils.efetch`)."""
        with self._lock:
            for place, rule in enumerate(self.rules):
                if not rule.matches(route, params):
                    continue
                key = (place, route if rule.share is not None else "")
                turn = self._turns.get(key, 0)
                self._turns[key] = turn + 1
                fault = rule.at(turn, route)
                if fault:
                    return None if fault == "ok" else Fault.parse(fault)
        return None

    def as_json(self) -> list[dict[str, Any]]:
        """The rules, for `from_json` in another process."""
        return [asdict(rule) | {"where": dict(rule.where)} for rule in self.rules]

    @classmethod
    def from_json(cls, rules: Sequence[Mapping[str, Any]]) -> Schedule:
        return cls(
            [
                Rule(
                    **(
                        dict(rule)
                        | {"faults": _listed(rule.get("faults", ())), "where": tuple(dict(rule.get("where", {})).items())}
                    )
                )
                for rule in rules
            ]
        )

    def dumps(self) -> str:
        """The rules as JSON text."""
        return json.dumps(self.as_json())


def _listed(faults: str | Iterable[str]) -> tuple[str, ...]:
    """`429 x2, ok` as three faults; each is checked.

    >>> _listed("429 x2, stall:9000,60")
    ('429', '429', 'stall:9000,60')
    """
    # A comma without a space belongs to an argument.
    parts = re.split(r";\s*|,\s+", faults) if isinstance(faults, str) else list(faults)
    found: list[str] = []
    for part in parts:
        name, _, times = part.strip().partition(" x")
        Fault.parse(name)
        found += [name.strip()] * int(times or 1)
    return tuple(found)
