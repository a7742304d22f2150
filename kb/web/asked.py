"""A question as it stands in an address: its words, parts said anew, restrictions."""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from kb.answer import Answer, answer
from kb.chosen import MOST_CLAIMS
from kb.correcting import corrected
from kb.errors import LibraryError
from kb.filters import Filters
from kb.question import understand

#: Parts of a question that can be said anew, and what the form calls them.
CORRECTIONS = (
    ("intervention", "Intervention"), ("comparator", "Comparator"), ("condition", "Condition"), ("outcome", "Outcome"), ("route", "Route"), ("source", "Tissue source"),
    ("donor", "Donor"), ("at", "Time"),
)  # fmt: skip
_NUMBERS = ("since_year", "until_year", "smallest", "as_of")
_NAMES = ("q", *(name for name, _ in CORRECTIONS), "design", "level", *_NUMBERS)
#: Those that begin with 1, as on the command line, and what they are.
_FROM_ONE = {"smallest": "least number of people", "as_of": "run"}
#: What the command line calls otherwise.
_OPTIONS = {"smallest": "min-n"}
#: Longer ones are no questions.
LONGEST = 500


class NotAsked(LibraryError):
    """An address that is no question."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks. `given` holds what is not empty, by name."""

    given: Mapping[str, str]

    @property
    def words(self) -> str:
        """The question's own words."""
        return self.given.get("q", "")

    def query(self) -> str:
        """The same as a query string."""
        return urlencode(dict(self.given))

    def command(self) -> str:
        """What writes the same answer as one file, to be copied into a shell: no word of it is more than a word there."""
        said = [f"--{_OPTIONS.get(name, name.replace('_', '-'))}={words}" for name, words in self.given.items() if name != "q"]
        return shlex.join(["counterclaim", "report", "-o", "report.html", *said, "--", self.words])

    def answer(self, db: sqlite3.Connection) -> Answer:
        """The answer, of bounded length.

        Raises:
            NotUnderstood: no word is known.
            NotKept: the library does not remember the run that is asked for.
        """
        question = corrected(db, understand(db, self.words), {name: self.given.get(name) for name, _ in CORRECTIONS})
        level, whole = self.given.get("level"), {name: int(self.given[name]) for name in _NUMBERS if name in self.given}
        filters = Filters(
            design=self.given.get("design"), since_year=whole.get("since_year"), until_year=whole.get("until_year"), smallest=whole.get("smallest"), level=level,
        )  # fmt: skip
        return answer(db, question, filters, whole.get("as_of"), MOST_CLAIMS)


def asked(arguments: Mapping[str, str]) -> Asked:
    """Read an address.

    Raises:
        NotAsked: something in it is too long, or no number where one belongs.
    """
    given = {name: words.strip() for name in _NAMES if (words := arguments.get(name) or "").strip()}
    for name, words in given.items():
        if len(words) > LONGEST:
            raise NotAsked(f"The {name.replace('_', ' ')} is longer than {LONGEST} characters. Ask in fewer words.")
    for name in _NUMBERS:
        if number(given, name) == 0 and name in _FROM_ONE:
            raise NotAsked(f"The {_FROM_ONE[name]} must be 1 or more; leave it empty to ask for all.")
    if given.get("level") not in (None, "trial", "pooled"):
        raise NotAsked(f"There is no level called {given['level']}; there are trial and pooled.")
    return Asked(given)


def number(given: Mapping[str, str], name: str) -> int | None:
    """A whole number of an address; None where none is given.

    Raises:
        NotAsked: it is none.
    """
    words = (given.get(name) or "").strip()
    if not words:
        return None
    if not words.isascii() or not words.isdecimal() or len(words) > 9:
        raise NotAsked(f"“{words[:40]}” is no whole number, and {name.replace('_', ' ')} wants one.")
    return int(words)
