"""Words for events that are bad or good to have, and for times that an event ends."""

from __future__ import annotations

import re

BAD_EVENT = re.compile(
    r"\b(?:deaths?|dying|mortality|progress\w*|recurren\w*|relaps\w*|failures?|events?|treatment failure|infarction|strokes?|bleed\w*|hemorrhag\w*|haemorrhag\w*|"
    r"worsening|deteriorat\w*|exacerbation\w*|infections?|fractures?|discontinuation|withdrawal|loss|rejection|hospitali[sz]ations?|metastas[ei]s|amputation)\b",
    re.IGNORECASE,
)
GOOD_EVENT = re.compile(
    r"\b(?:recover\w*|remissions?|respon[sd]\w*|clearances?|clearing|heal\w*|resol\w*|cures?|cured|relief|discharge\w*|engraftment|conception|pregnan\w*|live births?|"
    r"improvements?|extubation|weaning|abstinence|return to|conversion|closure|ambulation|union|ovulation|cessation)\b",
    re.IGNORECASE,
)
#: Outcomes that are times, or shares of people whose time is not yet over.
_TIME = re.compile(
    r"surviv|\b(?:OS|PFS|DFS|EFS|RFS|MFS|TTP|TTF|LFS)\b|\bfree(?:dom)?\b|\btimes?\b|duration|length of|latency|\bdays? (?:to|until)\b|longevity|"
    r"\b(?:stay|persistence|retention)\b",
    re.IGNORECASE,
)


def is_ended(*names: str) -> bool:
    """Whether an outcome of one of these names lasts until an event ends it: a hazard ratio beside it counts the event.

    >>> is_ended("overall survival"), is_ended("death")
    (True, False)
    """
    return any(_TIME.search(name) is not None for name in names)
