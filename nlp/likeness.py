"""What a phrase that no pack knows may be: the pack's name that is written most alike, with its score and the runner-up.

The phrase stays what the text says. Only phrases that became a claim's outcome or an arm are looked up, each once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz, process

from nlp.claim import Arm, ArmRole, Claim, Mention, MentionSource, Quote
from nlp.domain import ConceptKind, Entry, normal_name

#: Names that are less alike than this (0 to 100) are other names.
LEAST = 84
#: The runner-up may be less alike.
_LEAST_SECOND = 70
#: Shorter names differ from each other by too little.
_SHORTEST, _LONGEST = 6, 60


class Likeness:
    """The names of packs, by kind."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._names: dict[ConceptKind, dict[str, str]] = {ConceptKind.OUTCOME: {}, ConceptKind.INTERVENTION: {}}
        for entry in entries:
            for name in entry.names if entry.kind in self._names else ():
                written = normal_name(name)
                if len(written) >= _SHORTEST:
                    self._names[entry.kind].setdefault(written, entry.id)
        self._listed = {kind: list(names) for kind, names in self._names.items()}
        self._closest = lru_cache(maxsize=20_000)(self._find)

    def closest(self, phrase: str, kind: ConceptKind) -> tuple[str, float, str | None] | None:
        """The concept that goes by the name most like the phrase, the likeness (0 to 1), and the next concept; None where none is near."""
        return self._closest(normal_name(phrase), kind)

    def _find(self, written: str, kind: ConceptKind) -> tuple[str, float, str | None] | None:
        if not _SHORTEST <= len(written) <= _LONGEST:
            return None
        names = self._names[kind]
        found = process.extract(written, self._listed[kind], scorer=fuzz.ratio, processor=None, score_cutoff=_LEAST_SECOND, limit=8)
        concepts = list(dict.fromkeys(names[name] for name, _, _ in found))
        if not found or found[0][1] < LEAST:
            return None
        return concepts[0], round(found[0][1] / 100, 3), concepts[1] if len(concepts) > 1 else None

    def mentions(self, claims: Iterable[Claim], arms: Iterable[Arm]) -> list[Mention]:
        """A mention for each outcome of a claim, and each arm, that no pack knows and that is written like a name of one."""
        phrases = [(m, "outcome", ConceptKind.OUTCOME) for claim in claims if (m := _outcome_place(claim))]
        phrases += [(a.quote, _label(a), ConceptKind.INTERVENTION) for a in arms if a.concept is None and a.quote.pointer is None]
        found: dict[tuple[int, int], Mention] = {}
        for quote, label, kind in phrases:
            near = self.closest(quote.text, kind)
            if near is not None:
                concept, score, runner_up = near
                found.setdefault(quote.span, Mention(label, quote, concept, score, runner_up, MentionSource.LIKENESS))
        return list(found.values())


def _label(arm: Arm) -> str:
    return "control" if arm.role is ArmRole.COMPARATOR else "intervention"


def _outcome_place(claim: Claim) -> Quote | None:
    """Where the words of an outcome that no pack knows stand in the claim's quote."""
    text, quote = claim.outcome.text, claim.quote
    at = quote.text.find(text) if text and claim.outcome.concept is None and quote.pointer is None else -1
    if at < 0:
        return None
    start = quote.span[0] + at
    return Quote(start, start + len(text), text)
