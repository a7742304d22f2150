"""What an imitation was asked: every request with its time, and the counts that politeness is judged by."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(slots=True)
class Seen:
    """One request. `at` and `ended` are `time.monotonic()` seconds; `together`: requests to the same service then under way, this one included.

    `fault`: the fault that was played; `status` 0: no answer was sent; `ended` 0: it is under way. `ids`: those asked for; `served`: those in the answer.
    `secret`: whether an `api_key` was sent, whose value is kept nowhere.
    """

    service: str
    route: str
    method: str
    at: float
    together: int
    url_length: int
    has_tool: bool
    has_email: bool
    has_mailto: bool
    secret: bool
    user_agent: str
    params: dict[str, str]
    ids: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    fault: str = ""
    status: int = 0
    sent: int = 0
    ended: float = 0.0


class Statistics:
    """All requests so far, safe to read while a service runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self._running: Counter[str] = Counter()

    def begin(self, make: Callable[[float, int], Seen], service: str) -> Seen:
        """Note the arrival of a request; `make` gets its time and how many run together."""
        with self._lock:
            self._running[service] += 1
            seen = make(time.monotonic(), self._running[service])
            self._seen.append(seen)
            return seen

    def end(self, seen: Seen, sent: int = 0) -> None:
        """Note that a request is over, and how many bytes its body had. Only the first time counts."""
        with self._lock:
            if not seen.ended:
                self._running[seen.service] -= 1
                seen.ended, seen.sent = time.monotonic(), sent

    def reset(self) -> None:
        """Forget what was seen."""
        with self._lock:
            self._seen.clear()

    def requests(self, prefix: str = "") -> list[Seen]:
        """Requests in order of arrival whose service or route (`eutils`, `eutils.efetch`) begins so."""
        with self._lock:
            return [seen for seen in self._seen if under(f"{seen.service}.{seen.route}", prefix)]

    def count(self, prefix: str = "") -> int:
        """How many requests."""
        return len(self.requests(prefix))

    def per_route(self) -> dict[str, int]:
        """Requests by `service.route`."""
        return dict(Counter(f"{seen.service}.{seen.route}" for seen in self.requests()))

    def faults(self) -> dict[str, int]:
        """Faults played, by kind."""
        return dict(Counter(seen.fault.split(":")[0] for seen in self.requests() if seen.fault))

    def max_in_window(self, seconds: float = 1.0, prefix: str = "") -> int:
        """The most requests that arrived within any window of this length."""
        window: deque[float] = deque()
        most = 0
        for seen in self.requests(prefix):
            window.append(seen.at)
            while seen.at - window[0] >= seconds:
                window.popleft()
            most = max(most, len(window))
        return most

    def max_concurrent(self, prefix: str = "") -> int:
        """The most requests under way together at one service."""
        return max((seen.together for seen in self.requests(prefix)), default=0)

    def repeated_ids(self, prefix: str = "eutils.efetch", well_answered: bool = True) -> dict[str, int]:
        """Ids given more than once, and how often; only answers without a fault count, unless all are asked for."""
        counted: Counter[str] = Counter()
        for seen in self.requests(prefix):
            if not well_answered:
                counted.update(seen.ids)
            elif not seen.fault and seen.status == 200:
                counted.update(set(seen.served))
        return {number: times for number, times in counted.items() if times > 1}

    def gaps_after(self, status: int, prefix: str = "") -> list[float]:
        """Seconds from each answer of this status to the next request of the same route."""
        requests = self.requests(prefix)
        return [
            following.at - seen.ended
            for place, seen in enumerate(requests)
            if seen.status == status and seen.ended
            for following in [
                next((other for other in requests[place + 1 :] if other.route == seen.route and other.at >= seen.ended), None)
            ]
            if following
        ]

    def summary(self) -> dict[str, Any]:
        """The counts as JSON, by service."""
        services: dict[str, Any] = {}
        for name in dict.fromkeys(seen.service for seen in self.requests()):
            own = self.requests(name)
            services[name] = {
                "requests": len(own),
                "max_in_1s": self.max_in_window(1.0, name),
                "max_concurrent": self.max_concurrent(name),
                "with_tool": sum(seen.has_tool for seen in own),
                "with_email": sum(seen.has_email for seen in own),
                "with_mailto": sum(seen.has_mailto for seen in own),
                "with_key": sum(seen.secret for seen in own),
                "user_agents": sorted({seen.user_agent for seen in own}),
                "max_url_bytes": max(seen.url_length for seen in own),
                "max_ids_in_get": max((len(seen.ids) for seen in own if seen.method == "GET"), default=0),
                "bytes": sum(seen.sent for seen in own),
                "status": dict(Counter(str(seen.status) for seen in own)),
                "longest_seconds": max(round((seen.ended or time.monotonic()) - seen.at, 3) for seen in own),
            }
        return {
            "services": services,
            "routes": self.per_route(),
            "faults": self.faults(),
            "repeated_ids": len(self.repeated_ids()),
        }

    def everything(self) -> list[dict[str, Any]]:
        """Every request as JSON."""
        return [asdict(seen) for seen in self.requests()]


def under(name: str, prefix: str) -> bool:
    """Whether `service.route` is the prefix, or lies under it.

    >>> under("eutils.efetch", "eutils"), under("eutils.efetch", "eutils.esearch"), under("doi.resolve", "")
    (True, False, True)
    """
    return not prefix or name == prefix or name.startswith(prefix + ".")
