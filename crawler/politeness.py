"""How often a service is asked, across all threads and processes of this machine.

The limit holds at the service, not only here: a place is taken before a request is sent and is free again one interval after its
answer has begun, so that two arrivals that share a place are always an interval apart, however late the first one arrived.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: A little more than the interval: clocks of two machines are not one.
_MARGIN = 1.02


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `requests` in any `seconds`, and at most `concurrent` at a time (None: as many as the rate allows)."""

    requests: int
    seconds: float = 1.0
    concurrent: int | None = None


def shared_folder() -> Path:
    """Where all processes of this user on this machine find one another; emptied when the machine starts, as its clock is.

    Raises:
        PermissionError: the folder belongs to somebody else.
    """
    folder = Path(tempfile.gettempdir()) / f"counterclaim-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid():
        raise PermissionError(f"{folder} is not this user's own; remove it, or set TMPDIR to a folder of yours.")
    return folder


class Places:
    """The places of one group of services, in a file that all processes lock for an instant."""

    def __init__(self, folder: Path, group: str, limit: Limit) -> None:
        self._path = folder / f"{group}.places"
        self._limit = limit
        self._lock = threading.Lock()

    @property
    def limit(self) -> Limit:
        """What holds now."""
        return self._limit

    def tighten(self, limit: Limit) -> None:
        """Take over a limit that the service announces; one wider than ours is not used."""
        ours = self._limit
        slower = limit if limit.requests / limit.seconds < ours.requests / ours.seconds else ours
        known = [c for c in (ours.concurrent, limit.concurrent) if c is not None]
        self._limit = Limit(slower.requests, slower.seconds, min(known) if known else None)

    def pause(self, seconds: float) -> None:
        """Nobody of this group sends anything for so long: the service said "too many"."""
        with self._held() as state:
            state["not_before"] = max(state["not_before"], time.monotonic() + seconds)

    @contextmanager
    def place(self, longest: float, sleep: Callable[[float], None], until: float) -> Iterator[Callable[[], None]]:
        """Wait for a place and hold it; what is yielded says that the answer has begun.

        Args:
            longest: seconds after which a place is free again even if its holder never says so (it may have been killed).
            sleep: how to wait.
            until: monotonic time after which waiting is given up.

        Raises:
            TimeoutError: no place came free in time.
        """
        name = f"{os.getpid()}-{threading.get_ident()}-{time.monotonic_ns()}"
        while (wait := self._take(name, longest)) > 0:
            if time.monotonic() + wait > until:
                raise TimeoutError
            sleep(min(wait, 1.0))
        begun = False

        def answer_began() -> None:
            nonlocal begun
            if not begun:
                begun = True
                self._arrived(name)

        try:
            yield answer_began
        finally:
            answer_began()
            self._ended(name)

    def _take(self, name: str, longest: float) -> float:
        """Seconds to wait before trying again; 0 where a place was taken."""
        now = time.monotonic()
        with self._held() as state:
            # A time ahead of any that this machine could have written is from before its last start.
            held = {k: p for k, p in state["places"].items() if p["free"] > now and p["free"] - now < 1e6 and _alive(p, now)}
            state["places"] = held
            if state["not_before"] - now > 1e6:
                state["not_before"] = 0.0
            if state["not_before"] > now:
                return float(state["not_before"] - now)
            sending = [p for p in held.values() if p["open"]]
            if len(held) >= self._limit.requests or (self._limit.concurrent is not None and len(sending) >= self._limit.concurrent):
                return max(0.005, min(0.05, min((p["free"] for p in held.values()), default=now) - now))
            held[name] = {"free": now + longest, "open": True, "pid": os.getpid()}
            return 0.0

    def _arrived(self, name: str) -> None:
        with self._held() as state:
            state["places"].setdefault(name, {"open": True, "pid": os.getpid()})
            state["places"][name]["free"] = time.monotonic() + self._limit.seconds * _MARGIN

    def _ended(self, name: str) -> None:
        with self._held() as state:
            if name in state["places"]:
                state["places"][name]["open"] = False

    @contextmanager
    def _held(self) -> Iterator[dict[str, Any]]:
        with self._lock, self._path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            state = _read(file.read())
            yield state
            file.seek(0)
            file.truncate()
            file.write(json.dumps(state).encode())


def _read(written: bytes) -> dict[str, Any]:
    """What the file says; a file that was cut off by a kill in the middle of a write says nothing."""
    try:
        state = json.loads(written or b"{}")
    except ValueError:
        state = {}
    return {"places": state.get("places", {}), "not_before": float(state.get("not_before", 0.0))}


def _alive(place: dict[str, Any], now: float) -> bool:
    """Whether a place still counts: one that a dead process left open may have sent its request an instant ago, so it counts for a while."""
    if not place["open"] or place["pid"] == os.getpid():
        return True
    try:
        os.kill(place["pid"], 0)
    except ProcessLookupError:
        place["open"], place["free"] = False, min(place["free"], now + 2.0)
    except PermissionError:
        return True
    return True
