"""The history server: searches kept under a WebEnv and a query key, until they expire."""

from __future__ import annotations

from collections.abc import Sequence

from tests.imitation.answer import Settings


class Lost(Exception):
    """A kept search that cannot be given, in NCBI's words and under its status."""

    def __init__(self, message: str, status: int = 200) -> None:
        super().__init__(message)
        self.message, self.status = message, status


class History:
    """Kept searches. The PMIDs are those of the moment of the search."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._kept: dict[str, list[list[int]]] = {}
        self._uses: dict[str, int] = {}
        self._made = 0

    def keep(self, pmids: Sequence[int], webenv: str) -> tuple[str, str]:
        """Keep a search: its WebEnv (a new one, unless a living one is given) and its query key."""
        if webenv not in self._kept:
            self._made += 1
            webenv = f"MCID_{self._made:012x}"
            self._kept[webenv], self._uses[webenv] = [], 0
        self._kept[webenv].append(list(pmids))
        return webenv, str(len(self._kept[webenv]))

    def found(self, webenv: str, key: str) -> list[int]:
        """The PMIDs of a kept search.

        Raises:
            Lost: it is unknown, has expired, or holds nothing under this key.
        """
        if webenv not in self._kept:
            raise Lost("Unable to obtain query #1")
        self._uses[webenv] += 1
        if 0 < self._settings.webenv_requests < self._uses[webenv]:
            self.expire(webenv)
            raise Lost("Cannot retrieve history data. query_key, WebEnv pair is out of date or does not exist")
        searches = self._kept[webenv]
        if not key.isdigit() or not 1 <= int(key) <= len(searches):
            raise Lost("Cannot obtain query key")
        return searches[int(key) - 1]

    def expire(self, webenv: str = "") -> None:
        """Forget one WebEnv, or all."""
        for name in [webenv] if webenv else list(self._kept):
            self._kept.pop(name, None)
