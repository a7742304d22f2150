"""What a word says of a finding: which way it points, or that it points nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crawler.quick_init import quick_init


class Cue(StrEnum):
    """What a word says of an outcome's value, or of its merit."""

    UP = "up"
    DOWN = "down"
    BETTER = "better"
    WORSE = "worse"
    NULL = "null"
    TREND = "trend"
    ABSENT = "absent"
    #: "showed a significant group difference": that there is one, and not which way.
    DIFFERENT = "different"
    LIKEWISE = "likewise"
    #: "showed microstructural repair": what is named is there. The weakest of all: any other word of the clause outweighs it.
    PRESENT = "present"


@quick_init
@dataclass(frozen=True, slots=True)
class CueMention:
    """A cue in a sentence (offsets in the sentence). `comparative`: it compares ("higher", "superior"), a verb of change does not.

    Where it says how great a change is ("greater reduction"), `noun` is where the change stands, and `alone` what the word of size says
    without it: where the change is part of the outcome's own name ("weight loss"), the size goes for the name.
    """

    cue: Cue
    start: int
    end: int
    comparative: bool = False
    significant: bool | None = None
    noun: tuple[int, int] | None = None
    alone: CueMention | None = None
