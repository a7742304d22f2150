"""Which arm a printed contrast is of: "HR for placebo versus belcorin 1.8" is of placebo, and turns round what it says of belcorin."""

from __future__ import annotations

import re
from itertools import pairwise

from nlp.effects import Linked
from nlp.reading import Side
from nlp.scene import Scene

#: What stands between the two that a contrast sets against each other, in its order.
_SET_AGAINST = re.compile(
    r"\s?(?:groups?|arms?)?,?\s(?:versus|vs\.?|v|as\scompared\s(?:with|to)|compared\s(?:with|to)|relative\sto|against|over|minus|[-−–/])\s(?:the\s)?|\s?[-−–/]\s?",
    re.IGNORECASE,
)
_ORDERED = re.compile(
    r"(?:\b(?:with|for|in|of|comparing|on|under|among)\s|[(,:]\s?|^)(?:the\s)?(?:patients\s(?:on|given)\s)?$", re.IGNORECASE
)
#: "Placebo versus belcorin: adjusted hazard ratio 1.8": the two stand right before the measure's words.
_RIGHT_BEFORE = re.compile(r"(?:\s(?:groups?|arms?))?[\s,:(]*(?:the\s)?(?:[\w-]+\s)?")
_AHEAD, _BEHIND_NUMBER = 80, 60


def is_of_comparator(scene: Scene, x: Linked) -> bool:
    """Whether a contrast is told of the comparator against the treatment: "the hazard ratio with placebo as compared with the drug was 3.2"."""
    first = x.printed.start if x.printed.measure_start is None else x.printed.measure_start
    place, end = scene.offset + first, scene.offset + min(len(scene.plain), x.printed.end + _BEHIND_NUMBER)
    near = scene.sides_in(max(scene.offset, place - _AHEAD), end)
    return any(
        a.side is Side.COMPARATOR
        and b.side is Side.INTERVENTION
        and (a.start >= place or _RIGHT_BEFORE.fullmatch(scene.between(b.end, place)) is not None)
        and _SET_AGAINST.fullmatch(scene.between(a.end, b.start)) is not None
        and _ORDERED.search(scene.between(max(scene.offset, a.start - 30), a.start)) is not None
        for a, b in pairwise(near)
    )
