"""Fields of a JSON record: read as they stand; a bad one is named and left out, and the rest of the record is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from crawler.record import Identifiers, Reference, normal_doi, normal_pmcid, normal_pmid, registry_ids

_Word = TypeVar("_Word", bound=StrEnum)
_YEAR = re.compile(r"\s*((?:1[5-9]|20|21)\d\d)(?:\D.*)?", re.DOTALL)
_HALF = re.compile("[\ud800-\udfff]")
_SHOWN = 60  # characters of a bad value that its message shows


class Refused(Exception):
    """A field without which the record cannot be read."""


@dataclass(slots=True)
class Fields:
    """One record's fields. `left_out` gathers a sentence for each that could not be taken."""

    values: Mapping[str, Any]
    left_out: list[str] = field(default_factory=list)

    def whole(self, key: str) -> str:
        """Text that must be right where it is given, exactly as it stands; empty where it is absent or null."""
        value = self.values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise Refused(f"its {key} is {_kind(value)}, not text.")
        half = _HALF.search(value)
        if half:
            raise Refused(
                f"its {key} holds half a character (\\u{ord(half[0]):04x}) at place {half.start()}, which no file can keep."
            )
        return value

    def name(self, key: str) -> str:
        """A name that may be written as text or as a number."""
        value = self.values.get(key)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else self.whole(key)

    def word(self, key: str, vocabulary: type[_Word], absent: _Word) -> _Word:
        """A word of a closed vocabulary."""
        value = self.values.get(key)
        if value is None:
            return absent
        if value not in list(vocabulary):
            raise Refused(f"its {key} is {_shown(value)}; known are {', '.join(vocabulary)}.")
        return vocabulary(value)

    def year(self) -> int | None:
        """The year: a number, or a date that begins with it."""
        value = self.values.get("year")
        found = _YEAR.fullmatch(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
        if found:
            return int(found[1])
        self._bad("year", value, "no year")
        return None

    def text(self, key: str) -> str | None:
        """Text beside the abstract."""
        value = self.values.get(key)
        if isinstance(value, str) and _sound(value):
            return value
        self._bad(key, value, "no text")
        return None

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text alone is a list of one."""
        value = self.values.get(key)
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list) and all(isinstance(item, str) and _sound(item) for item in items):
            return tuple(item for item in items if item)
        self._bad(key, value, "no list of texts")
        return ()

    def identifiers(self) -> Identifiers:
        """DOI, PMID and PMCID in their normal forms."""
        return Identifiers(
            self._identifier("doi", normal_doi, "DOI"),
            self._identifier("pmid", normal_pmid, "PMID"),
            self._identifier("pmcid", normal_pmcid, "PMCID"),
        )

    def _identifier(self, key: str, normal: Callable[[str], str | None], what: str) -> str | None:
        value = self.values.get(key)
        found = normal(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
        if not found:
            self._bad(key, value, f"no {what}")
        return found

    def references(self) -> tuple[Reference, ...]:
        """What the record reports on."""
        value = self.values.get("reports_on")
        if isinstance(value, list) and all(isinstance(item, dict) for item in value):
            return tuple(r for r in map(self._reference, value) if r is not None)
        self._bad("reports_on", value, "no list of objects")
        return ()

    def _reference(self, value: dict[str, Any]) -> Reference | None:
        inner = Fields(value, self.left_out)
        number = inner.text("nct") or inner.text("registry_id")
        ids = registry_ids(number) if number else ()
        if number and not ids:
            inner._bad("nct", number, "no registration number")
        reference = Reference(inner.identifiers(), ids[0] if ids else None, inner.text("citation"))
        if not (reference.identifiers or reference.registry_id or reference.citation):
            self._bad("reports_on", value, "no reference (doi, pmid, pmcid, nct or citation)")
            return None
        return reference

    def _bad(self, key: str, value: object, why: str) -> None:
        """Absent, null and empty are no fault."""
        if value not in (None, "", []):
            self.left_out.append(f"its {key} {_shown(value)} is {why}; the document was read without it.")


def _sound(text: str) -> bool:
    return _HALF.search(text) is None


def _shown(value: object) -> str:
    shown = ascii(value)
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def _kind(value: object) -> str:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number"),
        (list, "a list"),
        (dict, "an object"),
    )
    return next(name for kind, name in kinds if isinstance(value, kind))
