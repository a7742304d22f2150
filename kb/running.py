"""How a long run shows itself: bars on a terminal, JSON lines where asked, silence in a pipe."""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Callable

from crawler.redaction import Secrets
from kb.terminal import harmless, harmless_json


def start_log(how: str | None, secrets: Secrets) -> None:
    """Write what the crawler says to stderr, as JSON lines (`json`) or as text (`text`); nothing where `how` is None."""
    if how is None:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(secrets) if how == "json" else _Text("%(asctime)s %(message)s"))
    logger = logging.getLogger("counterclaim")
    logger.setLevel(logging.INFO)
    logger.handlers = [handler]
    logger.propagate = False


def as_line(sentence: str) -> str:
    """A sentence for people as a line of the JSON log, so that whoever reads the log can read all of stderr."""
    record = logging.LogRecord("counterclaim", logging.WARNING, "", 0, "%s", (sentence,), None)
    return _Lines(Secrets([])).format(record)


class _Text(logging.Formatter):
    """Lines for people."""

    def format(self, record: logging.LogRecord) -> str:
        """The record on a terminal."""
        return harmless(super().format(record))


class _Lines(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, secrets: Secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; `extra` fields of progress beside the message."""
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "what": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        return harmless_json(self._secrets.hidden(json.dumps(line, ensure_ascii=False)))


def progress_for(how: str | None) -> Callable[[str, int, int], None]:
    """How progress is shown: a bar on a terminal, a log line now and then with `--log`, nothing else."""
    if how is not None:
        return _Logged()
    # Where the operator closed stderr (`2>&-`) there is none.
    return _bar if sys.stderr is not None and sys.stderr.isatty() else _nothing


def _nothing(what: str, done: int, of: int) -> None:
    """A pipe gets no progress."""


def _bar(what: str, done: int, of: int) -> None:
    width = 30
    filled = width * done // max(of, 1)
    end = "\n" if done >= of else ""
    sys.stderr.write(f"\r{what:<24} {'█' * filled}{'·' * (width - filled)} {done}/{of}{end}")
    sys.stderr.flush()


class _Logged:
    """A line when something begins, each few seconds, and when it ends."""

    def __init__(self, every: float = 5.0) -> None:
        self._every, self._last, self._what = every, 0.0, ""

    def __call__(self, what: str, done: int, of: int) -> None:
        now = time.monotonic()
        if what != self._what or done >= of or now - self._last >= self._every:
            self._what, self._last = what, now
            logging.getLogger("counterclaim.progress").info(
                "%s: %d of %d", what, done, of, extra={"fields": {"done": done, "of": of}}
            )
