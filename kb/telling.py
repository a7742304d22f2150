"""Telling somebody: a command that gets the run's summary on standard input, and an address that is pinged."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from crawler.errors import ServiceError
from crawler.http import Answer, Door, Service
from crawler.politeness import Limit
from crawler.settings import Told

#: Seconds that a command may take.
_PATIENCE = 60.0
#: A ping is tried so often, and waited for so many seconds each time: the run that it tells of is over.
_PING_TRIES, _PING_SECONDS = 2, 5.0


@dataclass(frozen=True, slots=True)
class Summary:
    """One run in short: what commands get as JSON."""

    run: int | None
    exit_code: int
    new: int = 0
    revised: int = 0
    deleted: int = 0
    retracted: int = 0
    turned: int = 0
    left_out: tuple[str, ...] = field(default_factory=tuple)
    #: Expressions of concern and corrections.
    noted: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything in the library is other than before."""
        return bool(self.new or self.revised or self.deleted or self.retracted or self.noted)


def tell(told: Told, summary: Summary, door: Door, report: Callable[[str], None]) -> None:
    """Run the commands that this run calls for, and ping. What cannot be told is said, and changes nothing about the run."""
    failed = summary.exit_code not in (0,)
    for wanted, command in ((summary.changed, told.on_change), (summary.turned > 0, told.on_turn), (failed, told.on_failure)):
        if wanted and command:
            _run(command, summary, report)
    if told.ping:
        _ping(told.ping, summary.exit_code, door, report)


def _run(command: str, summary: Summary, report: Callable[[str], None]) -> None:
    """Without a shell: the command's words are its own, and nothing from a paper is among them."""
    try:
        ended = subprocess.run(
            shlex.split(command), input=json.dumps(asdict(summary), ensure_ascii=False).encode(), timeout=_PATIENCE, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )  # fmt: skip
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        report(f"Nobody was told: {command!r} could not be run ({error}).")
        return
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace").strip()[:300]
        report(f"{command!r} ended with {ended.returncode}: {said or 'it said nothing'}")


def _ping(address: str, exit_code: int, door: Door, report: Callable[[str], None]) -> None:
    """GET the address after a run that is complete or partial, and the address with /fail behind it after one that failed."""
    path, mark, query = address.partition("?")
    target = address if exit_code in (0, 3) else f"{path.rstrip('/')}/fail{mark}{query}"
    try:
        door.in_a_hurry(_PING_TRIES, _PING_SECONDS).ask(Service("ping", target, "ping", Limit(5)), "", None, _heard)
    except ServiceError as error:
        report(f"The ping was not heard: {error}")


def _heard(answer: Answer) -> None:
    """Any good answer will do."""
