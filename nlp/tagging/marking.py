"""How much of a text its annotators would mark: what names the trial's treatment and outcomes, with exact bounds, or each time that they are named.

Corpora differ in this, and so do the fields that they are drawn from. A text is marked as those were that it is most like: a chain of one token
a text, told its words.
"""

from __future__ import annotations

import re

from nlp.tagging.chain import Chain

#: The labels of the chain.
ONCE, EVERY = "once", "every"
#: From which probability a text is one of the former, which are the fewer in what was learnt from.
_LEAST = 0.3
_WORD = re.compile(r"[a-z]{4,}")
#: Headings and words of every paper tell the publisher, not the field.
_NOT_OF_A_FIELD = frozenset(
    [
        "title",
        "background",
        "objective",
        "objectives",
        "methods",
        "method",
        "results",
        "result",
        "conclusion",
        "conclusions",
        "purpose",
        "design",
        "findings",
        "setting",
    ]
)


def words_of(text: str) -> list[str]:
    """What the chain is told of a text: its words, each once, in order of the alphabet."""
    return ["bias", *sorted(set(_WORD.findall(text.lower())) - _NOT_OF_A_FIELD)]


def marked_once(chain: Chain | None, text: str) -> bool:
    """Whether a text is like those in which a trial's names are marked once; every mention where there is no chain to tell."""
    if chain is None:
        return False
    (table,) = chain.chances([chain.scores([words_of(text)])])
    return bool(table[0, chain.labels.index(ONCE)] > _LEAST)
