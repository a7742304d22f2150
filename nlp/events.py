"""Words for events that are bad or good to have."""

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
