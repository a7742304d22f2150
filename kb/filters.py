"""What an answer is restricted to, by explicit options: design, year, size, level, significance, document, and corrections of the question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


def british(design: str) -> str:
    """A design as the library names it, however it is spelt.

    >>> british("Nonrandomized"), british("randomized controlled")
    ('non-randomised', 'randomised controlled')
    """
    return re.sub(r"\bnon[\s-]*(?=random)", "non-", design.lower()).replace("randomiz", "randomis")


@dataclass(frozen=True, slots=True)
class Filters:
    """Restrictions of an answer; None asks for all. Years are inclusive; `smallest` is in people studied; `design` is part of its name.

    `least_confidence` is a probability, 0 to 1; a claim of which none is known meets no restriction.
    """

    design: str | None = None
    since_year: int | None = None
    until_year: int | None = None
    smallest: int | None = None
    level: str | None = None
    significant: bool | None = None
    document: str | None = None
    least_confidence: float | None = None

    def conditions(self) -> Iterator[tuple[str, dict[str, object]]]:
        """Each restriction as SQL on a claim's columns, with its value. What a document does not tell meets no restriction."""
        for condition, name, value in (
            # "randomised" is part of "non-randomised", and its contrary.
            (
                "design LIKE '%' || :f_design || '%' AND (:f_design LIKE 'non%' OR design NOT LIKE '%non%' || :f_design || '%')",
                "f_design",
                self.design and british(self.design.strip()),
            ),
            ("year >= :f_since", "f_since", self.since_year),
            ("year <= :f_until", "f_until", self.until_year),
            ("sample_size >= :f_smallest", "f_smallest", self.smallest),
            ("level = :f_level", "f_level", self.level),
            ("significant = :f_significant", "f_significant", None if self.significant is None else int(self.significant)),
            ("document = :f_document", "f_document", self.document),
        ):
            if value is not None:
                yield condition, {name: value}

    def in_words(self) -> str:
        """The restrictions, for a person; empty where there is none."""
        told = (
            self.design and f"design {self.design}", self.since_year and f"from {self.since_year}", self.until_year and f"until {self.until_year}",
            self.smallest and f"at least {self.smallest} people", self.level and f"{self.level} results",
            None if self.significant is None else "significant results" if self.significant else "results that are not significant",
            self.document and f"document {self.document}",
            None if self.least_confidence is None else f"a confidence of at least {self.least_confidence:g}",
        )  # fmt: skip
        return ", ".join(t for t in told if t)

    def as_json(self) -> dict[str, object]:
        """Those that were set, by name."""
        return {name: value for name in self.__dataclass_fields__ if (value := getattr(self, name)) is not None}
