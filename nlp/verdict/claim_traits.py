"""What the rules of claims read in the same text, as traits of a direction: a second reader, who answers for fewer questions and errs rarely.

A claim says whom a result favours; with the better value of its outcome that tells which value is the higher. It speaks to a question
where its outcome is worded alike, and for that side of it whose words its arms have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum

from crawler.document import Document, Section, SectionName
from nlp.claim import Better, Claim, Direction, Extraction, QuestionKind
from nlp.pipeline import Reader
from nlp.turners import is_turned_name
from nlp.verdict.asked import Asked, Frequencies, weight
from nlp.verdict.lines import Text, bare_text, phrase_stems

#: How much of their words two names of an outcome must share, on average.
_ALIKE = 0.6
#: By how much more of its words a side must be told for the claim to be its own.
_APART = 0.15
#: A sentence with such a share of the answer is one that the claim may speak from.
_SPEAKS = 0.3
_SIDED = {Direction.FAVOURS_INTERVENTION: 1, Direction.FAVOURS_COMPARATOR: -1}
_COMPARED = frozenset({QuestionKind.TREATMENT, QuestionKind.HARM})


def extraction_of(reader: Reader, text: str) -> Extraction:
    """What the rules read in a text as it was given."""
    bare, title = bare_text(text)
    sections = (Section(SectionName.TITLE, *title),) if title else ()
    return reader.read(Document(id="", title=bare[slice(*title)] if title else "", text=bare, sections=sections))


def claim_traits(
    asked: Asked, text: Text, found: Extraction, shares: Mapping[int, float], role: int, frequencies: Frequencies
) -> dict[str, float]:
    """The traits; each turns its sign with the sides. `role` is the side that the text is about where no name tells it."""
    speaking = [(text.lines[i].start, text.lines[i].end) for i, share in shares.items() if share > _SPEAKS]
    traits: dict[str, float] = {}
    for claim in found.claims:
        side = _SIDED.get(claim.direction, 0)
        if claim.comparator == "baseline" or claim.question not in _COMPARED or not side or claim.outcome.better is None:
            continue
        if _likeness(asked, claim, text, frequencies) < _ALIKE:
            continue
        higher = side * (1 if claim.outcome.better is Better.HIGHER else -1)
        if is_turned_name(claim.outcome.text) and not is_turned_name(asked.question.outcome):
            higher = -higher
        told = _own_side(asked, claim, found, text)
        near = claim.quote.start is not None and any(a < claim.quote.span[1] and claim.quote.span[0] < b for a, b in speaking)
        name = f"claim {'there' if near else 'elsewhere'}, {'named' if told else 'unnamed'}"
        traits[name] = traits.get(name, 0.0) + higher * (told or role)
    return {name: max(-1.0, min(1.0, value)) for name, value in traits.items() if value}


def _likeness(asked: Asked, claim: Claim, text: Text, frequencies: Frequencies) -> float:
    """How much of either name's words the other has, on average; of the claim's two names the one that is more alike."""
    best = 0.0
    for name in (claim.outcome.text, claim.outcome.label):
        own = {s: weight(s, frequencies) for s in phrase_stems(name, text)}
        best = max(best, (_share(asked.outcome, own) + _share(own, asked.outcome)) / 2)
    return best


def _share(weights: Mapping[str, float], of: Mapping[str, object]) -> float:
    total = fsum(weights.values())
    return fsum(w for k, w in weights.items() if k in of) / total if total else 0.0


def _own_side(asked: Asked, claim: Claim, found: Extraction, text: Text) -> int:
    """1 where the claim's intervention is the question's, -1 where it is the question's comparator, 0 where neither can be told."""
    own = _told(asked, _names(claim.intervention, claim.arm, found), text)
    other = _told(asked, _names(claim.comparator, claim.versus, found), text)
    balance = own[0] - own[1] + other[1] - other[0]
    return 0 if abs(balance) <= _APART else 1 if balance > 0 else -1


def _names(told: str | None, arm: int | None, found: Extraction) -> list[str]:
    return [n for n in (told, *((found.arms[arm].label, found.arms[arm].quote.text) if arm is not None else ())) if n]


def _told(asked: Asked, names: Sequence[str], text: Text) -> list[float]:
    stems = [phrase_stems(name, text) for name in names]
    return [max((_share(side.named or side.own, of) for of in stems), default=0.0) for side in asked.sides]
