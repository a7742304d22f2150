"""The limits of the services, enforced: who asks more often within a second, or too many at a time, is answered 429."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field

from tests.imitation.answer import Answer, Call
from tests.imitation.refusals import too_many
from tests.imitation.seen import Seen


@dataclass
class Rates:
    """Requests that each service takes within `window` seconds; those of NCBI by key, else by address, of which there is one here.

    `crossref_together` also bounds how many run at a time. Services that are not named take any number. Refused requests count too.
    """

    eutils: int = 3
    eutils_with_key: int = 10
    idconv: int = 3
    crossref: int = 3
    crossref_single: int = 10
    crossref_together: int = 3
    europepmc: int = 10
    ctgov: int = 10
    window: float = 1.0
    _came: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def limit(self, call: Call) -> int | None:
        """How many requests like this one are taken within the window; None for any number."""
        if call.service == "eutils":
            return self.eutils_with_key if "api_key" in call.params else self.eutils
        if call.service == "crossref" and call.route == "work":
            return self.crossref_single
        limit: int | None = getattr(self, call.service, None)
        return limit

    def _who(self, call: Call) -> str:
        return f"{call.service}/{call.route if call.service == 'crossref' else ''}/{call.params.get('api_key', '')}"

    def refusal(self, call: Call, seen: Seen) -> Answer | None:
        """The refusal of a request that comes too soon; None where it is welcome."""
        limit = self.limit(call)
        if limit is None:
            return None
        with self._lock:
            came, now = self._came[self._who(call)], time.monotonic()
            while came and now - came[0] >= self.window:
                came.popleft()
            came.append(now)
            too_often = len(came) > limit
        if too_often or (call.service == "crossref" and seen.together > self.crossref_together):
            return too_many(call, limit=limit)
        return None

    def headers(self, call: Call) -> dict[str, str]:
        """NCBI's headers about what is left of the limit."""
        limit = self.limit(call)
        if limit is None or call.service not in ("eutils", "idconv"):
            return {}
        with self._lock:
            left = max(limit - len(self._came[self._who(call)]), 0)
        return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}
