"""Errors of this room.

CrawlError
├── Unreadable        a file or record that cannot be read: where, why, what to do
│   └── UnknownFormat no importer knows the file
├── BadSettings       counterclaim.toml says something that cannot be followed
└── ServiceError      a service did not give what was asked for
    ├── Unanswered    no good answer, however often it was asked: down, slow, overloaded
    └── SaidNo        the service refused; asking again brings nothing
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


class BadSettings(CrawlError):
    """The configuration cannot be followed."""


class ServiceError(CrawlError):
    """A service did not give what was asked for. `service` is its name in the configuration."""

    def __init__(self, service: str, why: str) -> None:
        super().__init__(service, why)
        self.service, self.why = service, why

    def __str__(self) -> str:
        return f"{self.service}: {self.why}"


class Unanswered(ServiceError):
    """No good answer after all tries."""


class SaidNo(ServiceError):
    """The service refused this request, finally."""
