"""Errors of this room.

CrawlError
├── Unreadable        a file or record that cannot be read: where, why, what to do
│   └── UnknownFormat no importer knows the file
"""

from __future__ import annotations


class CrawlError(Exception):
    """Something that exists could not be brought in."""


class Unreadable(CrawlError):
    """A file, or one record of a file, that cannot be read."""

    def __init__(self, where: str, why: str, do: str = "") -> None:
        super().__init__(where, why, do)
        self.where, self.why, self.do = where, why, do

    def __str__(self) -> str:
        return f"{self.where}: {self.why}" + (f" {self.do}" if self.do else "")


class UnknownFormat(Unreadable):
    """No importer knows this file."""
